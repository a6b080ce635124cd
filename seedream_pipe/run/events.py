"""What happens in a run, told as it happens. Frozen records; the record is a fold of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from seedream_pipe.plan.model import Address
from seedream_pipe.run.outcomes import Money, Outcome

__all__ = [
    "CallPaid",
    "CallPaused",
    "CallSent",
    "Event",
    "Listener",
    "OutputKept",
    "OutputPlaced",
    "RunBegan",
    "RunEnded",
    "TaskBegan",
    "TaskEnded",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBegan:
    """A run of `total` tasks begins; `worst` is the most that it can cost.

    `warnings` is how many findings its rows and files have that keep nothing from running.
    """

    pipeline: str
    provider: str
    total: int
    worst: Money
    warnings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskBegan:
    """A task has all it needs and is being made or looked up."""

    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSent:
    """A call that can cost `worst` leaves for the provider; `call` is its id in the ledger."""

    address: Address
    worst: Money
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPaid:
    """A call came to `pictures` pictures in the store, at `price`."""

    address: Address
    price: Money
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPaused:
    """A call waits: for the rate, for another process, or after a passing failure."""

    address: Address
    why: str
    seconds: float = 0.0
    elsewhere: bool = False
    """Whether another process makes the same pictures; said again while that lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPlaced:
    """A picture was put under the name asked for."""

    address: Address
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputKept:
    """A file that the tool did not put there, or that somebody edited, was left alone."""

    address: Address
    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnded:
    """A task has its outcome."""

    address: Address
    outcome: Outcome
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """No more events come. `stopped` says why the run stopped sending before its end, if it did."""

    stopped: str = ""


Event: TypeAlias = (
    RunBegan | TaskBegan | CallSent | CallPaid | CallPaused | OutputPlaced | OutputKept | TaskEnded | RunEnded
)
Listener: TypeAlias = Callable[[Event], None]
