"""The lock: the file under version control that says which blobs a pipeline's tasks hold.

One JSON line a task, sorted by address, made or not, with an empty line between two: git merges
changes of neighbouring lines only when a line that nobody changed stands between them, and
lines that two branches insert at one place never. Drawn previews have a lock of their own, out
of version control, so that looking at a board never changes what was bought.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe import merge
from seedream_pipe.digest import BlobDigest, Json, Key, canonical, is_digest
from seedream_pipe.errors import UsageError
from seedream_pipe.picks.model import under_new_names
from seedream_pipe.run.outcomes import TakePictures
from seedream_pipe.store.results import Adoption

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from seedream_pipe.plan.model import Address

__all__ = ["Locked", "Unreadable", "parse", "read", "render"]

_VERSION: Final = 2
_READ: Final = frozenset({1, 2})
"""The first form had a line for what was made only, and no empty lines."""
_HINT: Final = "or delete the line: the next run writes it again, for nothing if the store has it"


class Unreadable(UsageError):
    """What stands in the lock is none: damaged, with the marks of a merge in it, or of a newer version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What a task held when it was last done: its takes, and which of them stands for it.

    `pick` is None of a gate that nobody has decided; `image` is the picture of a series that a
    person picked to stand for it where one is needed.
    """

    address: Address
    takes: tuple[TakePictures, ...]
    pick: int | None = 1
    image: int | None = None


def read(path: Path, renamed: Mapping[str, str] = MappingProxyType({})) -> dict[Address, Locked]:
    """The lock beside a pipeline: the tasks that hold pictures; empty when there is none.

    With `renamed`, the new names of steps by their old ones, lines of those count for the new ones.

    Raises:
        Unreadable: for example with the marks of a merge in it.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Unreadable(f"the lock {path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        at = error.object.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"the lock {path.name} cannot be read: line {at} has the byte 0x{error.object[error.start]:02x},"
            " which is not UTF-8",
            hint=f"take the one of git back: git checkout -- {path.name}; or delete it: the next run writes"
            " it again, for nothing if the store has the pictures",
        ) from None
    found = parse(text, name=path.name)
    if not renamed:
        return found
    found = under_new_names(found, renamed)
    return {address: replace(locked, address=address) for address, locked in found.items()}


def parse(text: str, *, name: str) -> dict[Address, Locked]:
    """The lines of a lock that hold pictures. `name` is for messages."""
    conflict = next(merge.conflicts(text), None)
    if conflict is not None:
        tasks = ", ".join(dict.fromkeys(_tasks_of((*conflict.ours, *conflict.theirs)))) or "a line"
        raise Unreadable(
            f"{name}:{conflict.line}: two branches hold other pictures of {tasks}",
            hint=f"keep one of the lines and delete the marks of the merge; {_HINT}",
        )
    found: dict[Address, Locked] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            locked = _locked(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Unreadable(f"{name}:{number}: not a line of a lock", hint=f"mend it, {_HINT}") from None
        if locked is not None and locked.takes:
            found[locked.address] = locked
    return found


def _tasks_of(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            yield str(json.loads(line)["task"])


def _locked(line: Mapping[str, Any]) -> Locked | None:
    if "lock" in line:
        if line["lock"] not in _READ:
            raise Unreadable("the lock was written by a newer version", hint="upgrade seedream-pipe")
        return None
    pick, image = line.get("pick", 1), line.get("image")
    return Locked(
        address=str(line["task"]),
        takes=tuple(_take(take) for take in line.get("takes", [])),
        pick=None if pick is None else int(pick),
        image=None if image is None else int(image),
    )


def _take(tree: Mapping[str, Any]) -> TakePictures:
    adopted = tree.get("adopted")
    return TakePictures(
        take=int(tree.get("take", 1)),
        key=Key(_digest(tree["key"])),
        pictures=tuple(None if p is None else BlobDigest(_digest(p)) for p in tree["pictures"]),
        adopted=None if adopted is None else _adoption(adopted),
    )


def _adoption(tree: Mapping[str, Any]) -> Adoption:
    return Adoption(
        of=Key(_digest(tree["of"])), by=str(tree["by"]), at=str(tree["at"]), reason=str(tree["reason"])
    )


def _digest(text: str) -> str:
    if not is_digest(text):
        raise ValueError(text)
    return text


def render(locked: Mapping[Address, Locked], tasks: Iterable[Address] = ()) -> str:
    """The lock's text: a head line with its version, then a line for each of the tasks, and those locked."""
    lines = [canonical({"lock": _VERSION})]
    for address in sorted({*locked, *tasks}):
        found = locked.get(address)
        lines.append(canonical({"task": address}) if found is None else _line(found))
    return b"\n\n".join(lines).decode() + "\n"


def _line(locked: Locked) -> bytes:
    tree: dict[str, Json] = {"task": locked.address, "takes": [_take_tree(take) for take in locked.takes]}
    tree |= {"pick": locked.pick} if locked.pick != 1 else {}
    tree |= {"image": locked.image} if locked.image is not None else {}
    return canonical(tree)


def _take_tree(take: TakePictures) -> Json:
    tree: dict[str, Json] = {"key": take.key, "pictures": list(take.pictures)}
    tree |= {"take": take.take} if take.take != 1 else {}
    if take.adopted is not None:
        # What changed is told by the store, which has both recipes.
        told = take.adopted
        tree["adopted"] = {"of": told.of, "by": told.by, "at": told.at, "reason": told.reason}
    return tree
