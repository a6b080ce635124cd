"""A task's inputs as digests, once the tasks it needs have pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedream_pipe.plan.model import FromTask, FromUrl, Known
from seedream_pipe.run.outcomes import NotNeeded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address, Input, Task
    from seedream_pipe.run.outcomes import TakePictures

__all__ = ["Resolved", "Unresolved", "not_needed", "picked", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One digest, label and origin a picture, in the order they are sent (R44)."""

    digests: tuple[BlobDigest, ...]
    labels: tuple[str, ...]
    sources: tuple[Input, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A picture that a task refers to does not exist: `message` says which and why."""

    message: str


def picked(task: Task, takes: Sequence[TakePictures]) -> tuple[BlobDigest | None, ...]:
    """The pictures that stand for a task: those of its picked take; none while nobody has picked."""
    return next((take.pictures for take in takes if take.take == task.pick), ())


def not_needed(task: Task, pictures: Callable[[Address], Sequence[BlobDigest | None]]) -> NotNeeded | None:
    """Why a task has nothing to do: the picture that it was planned for did not come."""
    wanted = task.picture_of
    if wanted is None:
        return None
    found = pictures(wanted.task)
    if wanted.index < len(found) and found[wanted.index] is not None:
        return None
    why = "it was refused or failed" if wanted.index < len(found) else f"it came with {len(found)}"
    return NotNeeded(because=wanted.task, message=f"{wanted.task} has no picture [{wanted.index}]: {why}")


def _always(_address: Address) -> bool:
    return True


def resolve(
    task: Task,
    pictures: Callable[[Address], Sequence[BlobDigest | None]],
    pinned: Callable[[str], BlobDigest | None],
    *,
    is_there: Callable[[Address], bool] = _always,
) -> Resolved | Unresolved:
    """The digests of a task's inputs.

    Args:
        task: whose inputs.
        pictures: what stands for a task that it needs; called only for those.
        pinned: the digest of a URL that was fetched already.
        is_there: whether a task was needed; optional inputs of one that was not are passed over.

    """
    digests: list[BlobDigest] = []
    labels: list[str] = []
    sources: list[Input] = []
    for given in task.inputs:
        found: Sequence[BlobDigest | None]
        match given:
            case Known():
                found = (given.digest,)
            case FromUrl():
                found = (pinned(given.url),)
            case FromTask() if given.optional and not is_there(given.task):
                continue
            case FromTask():
                found = _selected(pictures(given.task), given.index)
        for digest in found:
            if digest is None:
                return Unresolved(message=_missing(given))
            digests.append(digest)
            labels.append(given.label)
            sources.append(given)
        if not found:
            return Unresolved(message=_missing(given))
    if task.inputs and not digests:
        return Unresolved(message="of all the pictures that it takes none came")
    return Resolved(digests=tuple(digests), labels=tuple(labels), sources=tuple(sources))


def _selected(pictures: Sequence[BlobDigest | None], index: int | None) -> Sequence[BlobDigest | None]:
    if index is None:
        return [digest for digest in pictures if digest is not None]
    if index == -1:
        return [digest for digest in pictures if digest is not None][-1:]
    return pictures[index : index + 1]


def _missing(given: Input) -> str:
    match given:
        case FromTask(index=None):
            return f"{given.task} has no pictures"
        case FromTask():
            why = "the group came with fewer, or with a hole there"
            return f"{given.task} has no picture [{given.index}]: {why}"
        case FromUrl():
            return f"{given.url} has not been fetched"
        case Known():
            return f"{given.label} is not there"
