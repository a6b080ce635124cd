"""What a pipeline's last whole run saw and placed: the up-to-date check, and whose files the outputs are.

Rule 1: nothing is imported here but the small and the standard; an up-to-date run reads
this one file and asks the file system once a path.
Rule 2: the state is a memory, never the truth: where it is missing or damaged the run
goes the long way and finds the same.
Rule 3: a path counts as unchanged when its time, size and inode are; one as young as the
state itself is looked at again, because a second edit within a clock tick would hide.
Rule 4: an input that changed after it began to be read counts as changed, because nobody
knows which of its contents were read.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from seedream_pipe.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "CHANGED",
    "TICK",
    "Signature",
    "State",
    "fingerprint",
    "path_of",
    "read",
    "render",
    "signature",
    "signatures",
    "unchanged",
]

_VERSION: Final = 1
TICK: Final = 20_000_000
"""Nanoseconds: coarser than the clock of the file systems in use. A state is written this
long after the last output, so that none of its own entries is young."""

Signature: TypeAlias = tuple[int, int, int, int]
CHANGED: Final[Signature] = (-1, -1, -1, -1)
"""The signature of no file: whatever is there differs from it."""

_NAME: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`inputs` and `outputs` map absolute paths to signatures; None means there was nothing.

    `placed` maps names below the output folder to the digest that was put there.
    `fingerprint` is of everything that is not a file: version, provider, options.
    """

    fingerprint: str
    written_ns: int
    inputs: Mapping[str, Signature | None] = field(default_factory=dict)
    outputs: Mapping[str, Signature | None] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)
    tasks: int = 0
    folder: str = ""
    whole: bool = True
    """Whether the run covered every task and every one of them has its pictures in place."""
    stale: int = 0
    """How many of the tasks are stale but approved."""


def path_of(store: Path, pipeline: Path, realm: str) -> Path:
    """Where the state of a pipeline file is kept."""
    mark = f"{realm}-{os.fspath(pipeline)}".encode("utf-8", "surrogateescape")
    # For people to recognise; the checksum tells those apart that are too long. Not a digest:
    # hashlib alone costs more than the rest of the check on a small board.
    name = "".join(chr(b) if chr(b).isascii() and chr(b).isalnum() else f"_{b:02x}" for b in mark)[-_NAME:]
    return store / "state" / f"{name}-{zlib.crc32(mark):08x}.json"


def fingerprint(*, pipeline: Path, maker: str, version: int, out: str, origin: str = "") -> str:
    """Everything that is not a file's content and decides what a run would do, as one text."""
    return f"{VERSION}|{maker}/{version}|{out}|{os.fspath(pipeline)}|{origin}"


def signatures(paths: Iterable[str], *, since: int) -> dict[str, Signature | None]:
    """The signature of each path, for what was read of it from the time `since` on (nanoseconds)."""
    found = {path: signature(path) for path in paths}
    return {path: CHANGED if now and now[3] >= since - TICK else now for path, now in found.items()}


def signature(path: str) -> Signature | None:
    """Size, modification time, inode and change time of a path; None when it is not there."""
    try:
        facts = os.stat(path)
    except (OSError, UnicodeEncodeError):  # the latter where names of files are not UTF-8
        return None
    return (facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_ctime_ns)


def read(path: Path) -> State | None:
    """The state, or None when there is none that can be used."""
    try:
        with path.open("rb") as file:
            tree: Any = json.load(file)
        if tree["version"] != _VERSION:
            return None
        return State(
            fingerprint=tree["fingerprint"],
            written_ns=int(tree["written_ns"]),
            inputs={path: tuple(sig) if sig else None for path, sig in tree["inputs"].items()},
            outputs={path: tuple(sig) if sig else None for path, sig in tree["outputs"].items()},
            placed=tree["placed"],
            tasks=int(tree["tasks"]),
            folder=str(tree["folder"]),
            whole=bool(tree["whole"]),
            stale=int(tree.get("stale", 0)),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def render(state: State) -> bytes:
    """The state's bytes."""
    tree = {
        "version": _VERSION,
        "fingerprint": state.fingerprint,
        "written_ns": state.written_ns,
        "tasks": state.tasks,
        "folder": state.folder,
        "whole": state.whole,
        "stale": state.stale,
        "inputs": state.inputs,
        "outputs": state.outputs,
        "placed": state.placed,
    }
    return json.dumps(tree, separators=(",", ":")).encode()


def unchanged(state: State, fingerprint: str) -> bool:
    """Whether nothing has moved since the state was written."""
    if not state.whole or state.fingerprint != fingerprint:
        return False
    young = state.written_ns - TICK
    return _all_same(state.inputs.items(), young) and _all_same(state.outputs.items(), young)


def _all_same(paths: Iterable[tuple[str, Signature | None]], young: int) -> bool:
    stat = os.stat
    for path, known in paths:
        try:
            facts = stat(path)
        except (OSError, UnicodeEncodeError):
            if known is not None:
                return False
            continue
        now = (facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_ctime_ns)
        # As young as the state: it may have been edited again in the same tick.
        if now != known or facts.st_ctime_ns >= young:
            return False
    return True
