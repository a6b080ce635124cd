"""Why a task is made: reasons, the fields that differ, and what caused the difference. Values only.

A reason is born with the decision (`run.forecast`); `plan`, `why`, the record and the log show
the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.digest import Json
    from seedream_pipe.plan.model import Address
    from seedream_pipe.problems import Place

__all__ = [
    "ORDER",
    "Adopted",
    "BackFromOut",
    "BlobLost",
    "ByTestServer",
    "Cause",
    "Change",
    "Commit",
    "FileChanged",
    "HeldApproved",
    "InputChanged",
    "MoreTakes",
    "NeverMade",
    "NotHere",
    "PaidFor",
    "PickChanged",
    "Reason",
    "RecipeChanged",
    "Remade",
    "Replaced",
    "Source",
    "ToMake",
    "changes_of",
    "root_causes",
    "task_of",
]

_MOST_CAUSES: Final = 6
"""A frame at the end of a chain of hundreds is told the first few."""

ORDER: Final = "order"
"""The label of the change when the same references stand in another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field of the recipe that differs from what the task holds now, and where it is said."""

    field: str
    old: Json
    new: Json
    at: Place | None = None
    label: str = ""
    """For a reference: which one."""
    old_from: str = ""
    """For a reference: where the picture that it was came from: a file, a URL, a task; empty if unknown."""
    new_from: str = ""
    """For a reference: where the picture that it is now comes from."""
    cause: Cause | None = None
    """For a reference: where the picture that it is now comes from, and why it is another one."""
    sources: tuple[Source, ...] = ()
    """Where what changed is written; looked for when somebody asks why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Who changed a line last, when (ISO 8601), in which commit; `pending` when that is not committed yet.

    `or_before` says that the checkout has no older history: it may have been an earlier commit.
    """

    id: str
    by: str
    at: str
    subject: str
    pending: bool = False
    or_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something that changed is written: its path in the project (``vars.look``), its line, the commit.

    `path` is empty for the text of a template itself.
    """

    at: Place
    path: str = ""
    commit: Commit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChanged:
    """A file or a URL that is a reference has other bytes now, or was not there before.

    `old` is the file whose place it takes, where that is another one.
    """

    file: str
    old: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PickChanged:
    """Another take stands for a task: `old` and `new` as people write them, ``1``, ``2.1``."""

    task: Address
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldApproved:
    """A person holds a task at these pictures, whatever becomes of its recipe."""

    task: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A person bound other pictures to a task's recipe."""

    task: Address
    by: str
    at: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A reference leads to another task than before."""

    old: Address
    new: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """A task has other pictures since it was made anew; `changes` is what differed, where it can be told.

    `began` is why that was, in the words of the run that made them.
    """

    task: Address
    at: str = ""
    changes: tuple[Change, ...] = ()
    began: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMake:
    """A task is to be made first, for a reason of its own."""

    task: Address
    reason: Reason


Cause: TypeAlias = "FileChanged | PickChanged | HeldApproved | Adopted | Replaced | Remade | ToMake"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverMade:
    """The task holds no pictures yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere:
    """The lock names pictures that this store does not have, so what changed cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeChanged:
    """The author changed something that shapes the pictures."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChanged:
    """Reference pictures changed or will: `tasks` are those that are to be made first.

    `causes` is where that began, back through the tasks that those need.
    """

    tasks: tuple[Address, ...]
    changes: tuple[Change, ...] = ()
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobLost:
    """The pictures were bought and are gone from the store or damaged: `message` says which."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidFor:
    """Bought already: the answer is on disk, and its pictures only have to be fetched, for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackFromOut:
    """The store has lost the pictures, and the output folder still has them: taken back for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTakes:
    """The task has takes of this recipe, and `count` more are asked for."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTestServer:
    """A test server at `origin` made the pictures: they do not stand for bought ones."""

    origin: str


Reason: TypeAlias = (
    NeverMade
    | NotHere
    | RecipeChanged
    | InputChanged
    | BlobLost
    | PaidFor
    | BackFromOut
    | MoreTakes
    | ByTestServer
)


def changes_of(reason: Reason | None) -> tuple[Change, ...]:
    """The fields that differ, of a reason that has some."""
    return reason.changes if isinstance(reason, (RecipeChanged, InputChanged)) else ()


def root_causes(tasks: Mapping[Address, Reason]) -> tuple[Cause, ...]:
    """Where it began that tasks are to be made: each for its own reason, or for those that it needs."""
    found: dict[tuple[type, str], Cause] = {}
    for address, reason in tasks.items():
        own: Reason = reason
        if isinstance(reason, InputChanged) and reason.tasks:
            for cause in reason.causes:
                found.setdefault((type(cause), task_of(cause)), cause)
            own = RecipeChanged(changes=reason.changes)
            if not reason.changes:
                continue
        found.setdefault((ToMake, address), ToMake(task=address, reason=own))
    return tuple(found.values())[:_MOST_CAUSES]


def task_of(cause: Cause) -> Address:
    """The task that a cause is about; of a file its name."""
    match cause:
        case FileChanged(file=file):
            return file
        case Replaced(new=task):
            return task
        case _:
            return cause.task
