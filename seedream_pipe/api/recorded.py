"""The files that were references in earlier runs, by what was in them: runs record it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.digest import is_digest
from seedream_pipe.plan.model import Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.plan.model import Plan

__all__ = ["recorded_references", "references_of"]

_MOST_RUNS: Final = 100
"""Of the runs the last ones: reading them is for who asks why alone."""
_LARGEST: Final = 64 << 20


def references_of(plan: Plan, root: Path) -> dict[str, str]:
    """The files of a plan that are references, by their path in the project, each with its digest."""
    inputs = (given for task in plan.tasks.values() for given in task.inputs)
    files = {given.path: given.digest for given in inputs if isinstance(given, Known) and given.path}
    return {_inside(path, root): str(files[path]) for path in sorted(files)}


def _inside(path: str, root: Path) -> str:
    name = os.path.relpath(path, root).replace(os.sep, "/")
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def recorded_references(store: Path) -> dict[str, str]:
    """The files that runs recorded, by the digest of their bytes; the last run that says so is believed."""
    try:
        paths = sorted((path for path in (store / "runs").iterdir() if path.suffix == ".json"), reverse=True)
    except OSError:
        return {}
    found: dict[str, str] = {}
    for path in paths[:_MOST_RUNS]:
        for name, digest in _references(path).items():
            if isinstance(digest, str) and is_digest(digest):
                found.setdefault(digest, str(name))
    return found


def _references(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            tree = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    told = tree.get("references") if isinstance(tree, dict) else None
    return told if isinstance(told, dict) else {}
