"""What was: runs, the pictures that a task ever had, and where a picture file came from. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address
    from seedream_pipe.provenance import Note
    from seedream_pipe.run.outcomes import Money
    from seedream_pipe.run.reasons import Change
    from seedream_pipe.store.results import Result

__all__ = ["Attempt", "Log", "Logged", "Origin", "RunLine", "Trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """A run in a few words. `began_at` is ISO 8601 in UTC, `counts` the tasks by what became of them."""

    id: str
    began_at: str
    seconds: float
    provider: str
    pictures: int
    price: Money
    exit_code: int
    stopped: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """Pictures that a task had. `is_here` when the store has them all, `stands` when they are its own now.

    `changes` is what differs from the recipe of the pictures before them; `reason` is why they were
    made, as the record of the run has it, empty where there is none.
    """

    result: Result
    is_here: bool
    stands: bool
    changes: tuple[Change, ...]
    reason: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call that brought no pictures. `verdict` is empty while it is open, at its worst price then."""

    call: str
    at: str
    provider: str
    verdict: str
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The history of a task, oldest first. `names` are what it was called, its present address first.

    `gone` says that the pipeline has no such task any more.
    """

    names: tuple[Address, ...]
    gone: bool = False
    made: tuple[Logged, ...]
    without: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One result that has a picture; `image` counts from 0, `tasks` are those that are known to hold it."""

    result: Result
    image: int
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is known of a picture file. `digest` is of its bytes without a note.

    `as_it_came` says that these are the bytes that the service sent, by the store's word or by the
    note's own. `origins` are empty when the store does not know it; `no_picture` says of such a file
    why it is none.
    """

    path: str
    digest: BlobDigest
    note: Note | None
    as_it_came: bool
    origins: tuple[Origin, ...]
    no_picture: str = ""
