"""Where the files of a pipeline are: its store, its lock, its outputs, its state."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from seedream_pipe.run import state as states
from seedream_pipe.settings import Settings
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from seedream_pipe.api.project import Project
    from seedream_pipe.profiles import ProviderProfile

__all__ = ["begun_path", "lock_path", "output_folder", "output_top", "shown_path", "store_folder"]


def store_folder(project: Project, settings: Settings) -> Path:
    """Where the store is: the user's choice, else ``.seedream`` in the project's root."""
    return settings.store.absolute() if settings.store else project.root.top / ".seedream"


def lock_path(project: Project, store: Store, profile: ProviderProfile) -> Path:
    """The lock beside the pipeline; for previews one in the store, out of version control."""
    if profile.paid:
        return project.path.with_suffix(".lock")
    return states.path_of(store.folder, project.path, "preview-lock").with_suffix(".lock")


def output_top(project: Project, settings: Settings) -> Path:
    """The folder that outputs stay below: the user's choice, else the project's root."""
    return settings.out.absolute() if settings.out else project.root.top


def output_folder(project: Project, settings: Settings, realm: str) -> Path:
    """Where the outputs of a pipeline go: ``out/<name>``, previews under ``out/preview/<name>``."""
    base = settings.out.absolute() if settings.out else project.root.top / "out"
    return base / project.pipeline.name if realm != "preview" else base / "preview" / project.pipeline.name


def begun_path(state: Path) -> Path:
    """Where it stands while a run lasts, and after one that was killed, when it began."""
    return state.with_suffix(".began")


def shown_path(path: Path) -> str:
    """A path as the user would type it from where they stand."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith(f"..{os.sep}..") else os.fspath(path)
