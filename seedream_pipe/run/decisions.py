"""What a run would do with each task, as values; and what is asked of the past to decide it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from seedream_pipe.run.outcomes import (
    Held,
    Money,
    NotNeeded,
    Outcome,
    Refused,
    TakePictures,
)
from seedream_pipe.run.reasons import (
    Reason,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.makers import Generation
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.store.results import Lookup

__all__ = [
    "Behind",
    "Blocked",
    "Decision",
    "Forecast",
    "Make",
    "Needless",
    "Past",
    "Prices",
    "Reuse",
    "TaskForecast",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """Everything is in the store.

    `approved` says that the pictures stand because a person holds the task at them, although
    its recipe has others by now; `stale` is why, where it can be told.
    """

    approved: bool = False
    stale: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """Pictures have to be made. `worst` is the most that can cost, `least` the least (a group may be short).

    `pictures` is how many have to be bought at most: none when all are paid for already, or
    when an equal request of the task `shared` is bought instead. `perhaps` says that it was
    planned for a picture of a group that may come with fewer; `local` that an operation of
    this machine makes it, which costs nothing. `unseen` is the take that a person picked of an
    earlier recipe, or of previews: the one of that number stands as soon as it is made, before
    anybody saw it. `approved` says that they are pictures which a person holds the task at,
    and that come back for nothing.
    """

    reason: Reason
    worst: Money
    least: Money
    pictures: int
    shared: Address = ""
    perhaps: bool = False
    local: bool = False
    unseen: int | None = None
    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needless:
    """There is nothing to do: the picture of the group that the task was planned for did not come."""

    outcome: NotNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Nothing can be done by itself: a hold, a remembered refusal, a pick to be made, or a need of one.

    `pictures`, `worst` and `least` are what it will come to behind a pick: which take is picked
    decides whether its pictures are there already.
    """

    outcome: Outcome
    because: Address = ""
    pictures: int = 0
    worst: Money = field(default_factory=Money)
    least: Money = field(default_factory=Money)


Decision: TypeAlias = Reuse | Make | Needless | Blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskForecast:
    """What would become of one task; `takes` is what the store has of it."""

    address: Address
    decision: Decision
    takes: tuple[TakePictures, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What waits behind picks that are still to be made: tasks, and what they may come to then."""

    gates: tuple[Address, ...] = ()
    tasks: int = 0
    pictures: int = 0
    worst: Money = field(default_factory=Money)
    least: Money = field(default_factory=Money)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run would do, in the plan's order."""

    pipeline: str
    provider: str
    tasks: Mapping[Address, TaskForecast]
    worst: Money = field(default_factory=Money)
    least: Money = field(default_factory=Money)
    holds: tuple[Held, ...] = ()
    """Calls in the store that may be owed and that no task here is blocked by."""
    put_back: tuple[str, ...] = ()
    """Files of tasks that are up to date, below the output folder, that a run would put there again."""
    kept: tuple[str, ...] = ()
    """Files in their place that somebody edited or put there; a run leaves them alone."""
    limit: str = ""
    """The cap that stops a run before the worst price, where there is one: whose it is and how much."""
    behind: Behind = field(default_factory=Behind)
    """What waits behind picks; no part of `worst` and `least`."""
    reach: int = 0
    """How many pictures that cap lets through, if each costs its worst."""
    others: tuple[Money, ...] = ()
    """The worst price in each further currency, should providers that charge in it make everything."""
    resends: int = 0
    """How often a call that may have been charged is sent again by itself, each time at its worst."""

    @property
    def asked(self) -> tuple[Money, ...]:
        """The most that a run may cost, in each currency: what a person agrees to."""
        return tuple(worst.times(1 + self.resends) for worst in (self.worst, *self.others))

    def counts(self) -> Counter[str]:
        """How many tasks would be reused, made or are blocked."""
        names = {Reuse: "reuse", Make: "make", Blocked: "blocked", Needless: "needless"}
        return Counter(names[type(task.decision)] for task in self.tasks.values())

    @property
    def pictures(self) -> int:
        """How many pictures would be made at most."""
        return sum(task.decision.pictures for task in self.tasks.values() if isinstance(task.decision, Make))


class Past(Protocol):
    """What the store, the ledger and the lock remember. Reads only."""

    def result(self, key: Key) -> Lookup:
        """What a key produced."""

    def locked(self, address: Address) -> Locked | None:
        """What a task held when it was last done."""

    def hold(self, key: Key) -> Held | None:
        """A call for this key whose outcome is unknown."""

    def holds(self) -> tuple[Held, ...]:
        """Every call of the store whose outcome is unknown."""

    def answered(self, key: Key) -> bool:
        """Whether an answer for this key is on disk, to be completed for nothing."""

    def refusal(self, key: Key) -> Refused | None:
        """The content filter's remembered no."""

    @property
    def retry_lost(self) -> bool:
        """Whether what was paid for and is lost may be bought again."""

    def paid_and_lost(self, key: Key) -> Money | None:
        """What was paid for a key whose pictures the store has lost; None when they were never bought."""

    def back(self, task: Task, take: int, key: Key) -> tuple[BlobDigest | None, ...] | None:
        """The pictures of a key that was lost, when the output folder has them all."""

    def pinned(self, url: str) -> BlobDigest | None:
        """The digest of a URL that was fetched already."""

    def media_type(self, digest: BlobDigest) -> str | None:
        """What kind of picture a blob of the store is; None when it is not there."""

    def began(self, key: Key) -> tuple[str, ...]:
        """Why the pictures of a key were made, back to the first cause, as the run that made them said it."""

    def whence(self, digest: str) -> str:
        """Where a picture came from that was an input: a file, or a task; empty where nobody knows."""


Prices: TypeAlias = "Callable[[Generation, int, int], Money]"
"""The price of one call for a number of pictures, with a number of references; raises where unknown."""
