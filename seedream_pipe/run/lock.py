"""The lock: the file under version control that says which blobs a pipeline's tasks hold.

One JSON line a task, sorted by address, so that diffs and merges read well. Drawn
previews have a lock of their own, out of version control, so that looking at a board
never changes what was bought.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.digest import BlobDigest, Json, Key, canonical, is_digest
from seedream_pipe.errors import UsageError
from seedream_pipe.run.outcomes import TakePictures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from seedream_pipe.plan.model import Address

__all__ = ["Locked", "parse", "read", "render"]

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What a task held when it was last done."""

    address: Address
    takes: tuple[TakePictures, ...]
    pick: int = 1


def read(path: Path) -> dict[Address, Locked]:
    """The lock beside a pipeline; empty when there is none.

    Raises:
        UsageError: it cannot be read, for example with the marks of a merge in it.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the lock {path.name} cannot be read: {error}") from None
    return parse(text, name=path.name)


def parse(text: str, *, name: str) -> dict[Address, Locked]:
    """The lines of a lock. `name` is for messages."""
    found: dict[Address, Locked] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            locked = _locked(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UsageError(
                f"{name}:{number}: not a line of a lock",
                hint="resolve the merge, or delete the line: "
                "the next run writes it again, for nothing if the store has it",
            ) from None
        if locked is not None:
            found[locked.address] = locked
    return found


def _locked(line: Mapping[str, Any]) -> Locked | None:
    if "lock" in line:
        if line["lock"] != _VERSION:
            raise UsageError("the lock was written by a newer version", hint="upgrade seedream-pipe")
        return None
    takes = tuple(
        TakePictures(
            take=int(take.get("take", 1)),
            key=Key(_digest(take["key"])),
            pictures=tuple(None if p is None else BlobDigest(_digest(p)) for p in take["pictures"]),
        )
        for take in line["takes"]
    )
    return Locked(address=str(line["task"]), takes=takes, pick=int(line.get("pick", 1)))


def _digest(text: str) -> str:
    if not is_digest(text):
        raise ValueError(text)
    return text


def render(locked: Mapping[Address, Locked]) -> str:
    """The lock's text: a head line with its version, then a line a task."""
    lines = [canonical({"lock": _VERSION})]
    lines += [_line(locked[address]) for address in sorted(locked)]
    return b"\n".join(lines).decode() + "\n"


def _line(locked: Locked) -> bytes:
    takes: list[dict[str, Json]] = [
        {"key": take.key, "pictures": list(take.pictures), **({"take": take.take} if take.take != 1 else {})}
        for take in locked.takes
    ]
    head: dict[str, Json] = {"task": locked.address, "takes": takes}
    return canonical(head | ({"pick": locked.pick} if locked.pick != 1 else {}))
