"""A new project that works as it is, from the files that the package ships."""

from __future__ import annotations

import json
import os
import re
import shlex
from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING, Final

from seedream_pipe.errors import SeedreamError, UsageError
from seedream_pipe.problems import did_you_mean, escaped
from seedream_pipe.spec.names import folder_problem
from seedream_pipe.spec.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["STARTS", "Started", "start"]

STARTS: Final = ("board", "book", "campaign")
"""The kinds of projects; the first is the usual one. A kind's pipeline is ``KIND.yaml``."""

_IGNORE: Final = ".gitignore"
_SCHEMA: Final = "pipeline.schema.json"
_NAME_LINE: Final = re.compile(rb"^name: \w+$", re.MULTILINE)
_NAME: Final = re.compile(r"\w[\w-]{0,60}")
_PLAIN: Final = re.compile(r"[^\W\d][\w-]*")
_NOT_TEXT: Final = frozenset({"null", "true", "false"})

Started = tuple[tuple[str, ...], bool]
"""The files that were written, and whether a .gitignore stood there before and was left."""


def start(folder: Path, *, kind: str = STARTS[0], name: str | None = None) -> Started:
    """Write a small working project: pipeline, prompt, table, reference pictures, schema, .gitignore.

    Args:
        folder: where; made when it is missing.
        kind: one of `STARTS`.
        name: the pipeline's; by default the folder's own, where it can be one.

    Raises:
        UsageError: a file of the project is there already (nothing was written), the name is none,
            or there is no such kind.
        SeedreamError: the folder cannot be written.

    """
    if kind not in STARTS:
        raise UsageError(f'there is no start "{escaped(kind)}"', hint=did_you_mean(kind, STARTS))
    contents = dict(_contents(kind, _chosen(folder, name, otherwise=kind)))
    there = [path for path in contents if os.path.lexists(folder / path)]
    keeps_ignore = _IGNORE in there
    if [path for path in there if path != _IGNORE]:
        raise UsageError(
            f"{escaped(os.fspath(folder))} has these files already: {', '.join(there)}; nothing was written",
            hint=f"name another folder: seedream-pipe init {_free(folder)}",
        )
    written = [path for path in contents if path not in there]
    try:
        for path in written:
            _write(folder / path, contents[path])
    except OSError as error:
        raise SeedreamError(f"the project cannot be written: {error}") from None
    return tuple(written), keeps_ignore


def _chosen(folder: Path, name: str | None, *, otherwise: str) -> str:
    if name is not None:
        if not _may_be(name):
            raise UsageError(
                f'"{escaped(name)}" cannot be the name of a pipeline', hint="letters, digits, _ and -"
            )
        return _in_yaml(name)
    own = re.sub(r"\W+", "-", folder.absolute().name).strip("-")
    return _in_yaml(own) if _may_be(own) and own != "preview" else otherwise


def _may_be(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and folder_problem(name) is None


def _in_yaml(name: str) -> str:
    """The name as YAML takes it for a text."""
    plain = _PLAIN.fullmatch(name) and name.lower() not in _NOT_TEXT
    return name if plain else f'"{name}"'


def _free(folder: Path) -> str:
    """A folder beside it that is not there yet, as a shell takes it."""
    base = os.fspath(folder) if folder.name else "my-board"
    tried = (f"{base}-{number}" if number > 1 else base for number in count(1))
    return shlex.quote(escaped(next(name for name in tried if not os.path.lexists(name))))


def _contents(kind: str, name: str) -> Iterator[tuple[str, bytes]]:
    templates = files("seedream_pipe") / "templates"
    for path, data in _shipped(templates / kind):
        if path == f"{kind}.yaml":
            yield path, _NAME_LINE.sub(f"name: {name}".encode(), data, count=1)
        else:
            yield path, data
    yield _IGNORE, (templates / "gitignore.txt").read_bytes()
    # An editor is given one file, so what the schema borrows from others is in it.
    yield _SCHEMA, (json.dumps(schema("pipeline"), ensure_ascii=False, indent=1) + "\n").encode()


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
