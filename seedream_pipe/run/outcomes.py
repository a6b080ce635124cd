"""What became of a task in a run: a closed choice, the values the loop and the record share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from seedream_pipe.digest import BlobDigest, Key
from seedream_pipe.money import written
from seedream_pipe.plan.model import Address
from seedream_pipe.store.results import Adoption

__all__ = [
    "LOST",
    "Failed",
    "Fault",
    "Held",
    "Made",
    "Money",
    "NotNeeded",
    "Outcome",
    "Refused",
    "Reused",
    "Skipped",
    "TakePictures",
    "Unfetched",
    "Waiting",
    "lost",
    "standing",
    "to_pick",
]


LOST: Final = "paid for and lost"
"""How the message begins of a call whose pictures were paid for and whose links are dead."""

Fault: TypeAlias = Literal["request", "account", "model", "passing", "connection"]
"""What a failure lies in: what was asked for, the account or its key, a model that the account does not
get, a service that is busy, the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in a currency; none of either for what is drawn locally.

    A sum over several currencies has one of them here and the others in `also`. With `unknown`
    nobody knows the price of a part of it: it is only looked at, never spent.
    """

    amount: Decimal = Decimal(0)
    currency: str = ""
    also: tuple[Money, ...] = ()
    unknown: bool = False

    def __str__(self) -> str:
        if self.also:
            return " + ".join(str(each) for each in (replace(self, also=()), *self.also))
        if not self.unknown:
            return written(self.amount, self.currency)
        known = f"{written(self.amount, self.currency)} and " if self.amount else ""
        return f"{known}price unknown: --price 0.04{self.currency}"

    def times(self, count: int) -> Money:
        """So many times the amount."""
        also = tuple(each.times(count) for each in self.also)
        unknown = self.unknown and count > 0
        return Money(amount=self.amount * count, currency=self.currency, also=also, unknown=unknown)

    def plus(self, other: Money) -> Money:
        """The sum, currency by currency; what is free adds nothing."""
        sums: dict[str, Decimal] = {}
        unknown: set[str] = set()
        for each in (self, *self.also, other, *other.also):
            if each.currency:
                sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.amount
            if each.unknown:
                unknown.add(each.currency)
        told = [Money(amount=sums[each], currency=each, unknown=each in unknown) for each in sums]
        return replace(told[0], also=tuple(told[1:])) if told else Money()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePictures:
    """One take: its key, and a digest or None (a hole) for each picture, in order."""

    take: int
    key: Key
    pictures: tuple[BlobDigest | None, ...]
    media_types: tuple[str, ...] = ()
    """The media type of each picture; empty for a hole."""
    adopted: Adoption | None = None
    """Where a person bound the pictures to the recipe: who, when, why."""

    @property
    def complete(self) -> bool:
        """Whether no picture of it is a hole."""
        return None not in self.pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """At least one take was made in this run. `notes` say what did not come, `beyond` what came unasked."""

    takes: tuple[TakePictures, ...]
    price: Money
    seconds: float
    made: int
    """How many pictures came in this run."""
    notes: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """Every take was in the store already; cost nothing."""

    takes: tuple[TakePictures, ...]
    notes: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """It can go on later without anything being wrong: the budget, a signal, a picture not fetched yet.

    `why` is one of ``budget``, ``stopped``, ``fetch``, ``held`` (what it needs is held), ``out`` (no
    provider of the list can make it now) and ``pick`` (a person has to say which take stands for a task).
    """

    why: str
    message: str
    takes: tuple[TakePictures, ...] = ()
    """The takes that are there all the same, when the picked one is among them or nobody picked yet."""
    because: Address = ""
    """Of a pick: the task that is to be picked, when it is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A call for it may have been billed and its outcome is unknown; nothing is resent by itself.

    `at` is when it was sent (ISO 8601 in UTC), `pictures` how many it can have made, `client_id`
    what the provider's console may know it by (R10), `request_id` the service's own name for it.
    `provider` is who it was sent to; `origin` the host and port of a test server, else empty.
    """

    call: str
    worst: Money
    message: str
    task: Address = ""
    """The task that it was for when it was sent."""
    at: str = ""
    pictures: int = 0
    model: str = ""
    provider: str = ""
    origin: str = ""
    client_id: str = ""
    request_id: str = ""
    kept: int = 0
    """How many pictures of it came, where they are not in `takes`."""
    takes: tuple[TakePictures, ...] = ()
    """The takes that are there all the same, when the picked one is among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The content filter said no. Not billed; remembered."""

    code: str
    message: str
    request_id: str = ""
    takes: tuple[TakePictures, ...] = ()
    """The takes that are there all the same, when the picked one is among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Certainly not billed, and not made. `fault` says who has to do something about it."""

    code: str
    message: str
    request_id: str = ""
    hint: str = ""
    fault: Fault = "request"
    takes: tuple[TakePictures, ...] = ()
    """The takes that are there all the same, when the picked one is among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Not tried, because `because` was not made, or because the run stopped sending."""

    because: Address
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNeeded:
    """Planned for the picture of a group that came with fewer: nothing is wrong, and nothing was made."""

    because: Address
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """A call of an earlier run that was paid for, and of which up to `pictures` are not here yet.

    Another try is free while the links live; `message` says until when. `pending` says that
    the service has not made them yet.
    """

    call: str
    task: Address
    pictures: int
    worst: Money
    message: str
    pending: bool = False


Outcome: TypeAlias = Made | Reused | Waiting | Held | Refused | Failed | Skipped | NotNeeded


def lost(what: str, worst: Money) -> Waiting:
    """Pictures that were paid for and are nowhere: not bought again without a person's word (P7)."""
    return Waiting(why="lost", message=f"{what}; making it again costs up to {worst}")


def standing(outcome: Outcome, takes: tuple[TakePictures, ...], pick: int | None) -> Outcome:
    """An outcome with the takes that are there all the same, when the picked one is among them.

    While nobody has picked, any take is worth having.
    """
    is_there = any(pick in {None, take.take} for take in takes)
    if is_there and isinstance(outcome, (Waiting, Held, Refused, Failed)):
        return replace(outcome, takes=takes)
    return outcome


def to_pick(takes: int) -> Waiting:
    """What a task waits for whose takes are there and nobody has picked one: a gate."""
    text = "its one take is to be approved" if takes == 1 else f"{takes} takes to choose from"
    return Waiting(why="pick", message=f"{text}: nobody has picked one yet")
