"""A new project: a small board that works, from the files that the package ships."""

from __future__ import annotations

import json
import os
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from seedream_pipe.errors import SeedreamError, UsageError
from seedream_pipe.problems import escaped
from seedream_pipe.spec.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["PIPELINE", "Started", "start"]

PIPELINE: Final = "board.yaml"
_IGNORE: Final = ".gitignore"
# What git would read in our own repository ships under another name.
_SHIPPED_AS: Final = {"gitignore.txt": _IGNORE}
_SCHEMA: Final = "pipeline.schema.json"
_NAME_LINE: Final = b"name: lighthouse\n"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")

Started = tuple[tuple[str, ...], bool]
"""The files that were written, and whether a .gitignore stood there before and was left."""


def start(folder: Path, *, name: str | None = None) -> Started:
    """Write a small working project: pipeline, prompt, shots, reference pictures, schema, .gitignore.

    Args:
        folder: where; made when it is missing.
        name: the pipeline's; by default the folder's own, where it can be one.

    Raises:
        UsageError: a file of the project is there already (nothing was written), or the name is none.
        SeedreamError: the folder cannot be written.

    """
    contents = dict(_contents(_chosen(folder, name)))
    there = [path for path in contents if os.path.lexists(folder / path)]
    keeps_ignore = _IGNORE in there
    if [path for path in there if path != _IGNORE]:
        raise UsageError(
            f"{escaped(os.fspath(folder))} has these files already: {', '.join(there)}; nothing was written",
            hint="name another folder: seedream-pipe init my-board",
        )
    written = [path for path in contents if path not in there]
    try:
        for path in written:
            _write(folder / path, contents[path])
    except OSError as error:
        raise SeedreamError(f"the project cannot be written: {error}") from None
    return tuple(written), keeps_ignore


def _chosen(folder: Path, name: str | None) -> str:
    if name is not None:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f'"{escaped(name)}" cannot be the name of a pipeline', hint="letters a-z, digits, _ and -"
            )
        return name
    own = re.sub(r"[^A-Za-z0-9_]+", "-", folder.absolute().name).strip("-")
    return own if _NAME.fullmatch(own) and own != "preview" else "board"


def _contents(name: str) -> Iterator[tuple[str, bytes]]:
    for path, data in _shipped(files("seedream_pipe") / "templates" / "board"):
        if path == PIPELINE:
            yield path, data.replace(_NAME_LINE, f"name: {name}\n".encode())
        else:
            yield _SHIPPED_AS.get(path, path), data
    yield _SCHEMA, json.dumps(schema("pipeline"), ensure_ascii=False, indent=2).encode()


def _shipped(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _shipped(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry.read_bytes()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
