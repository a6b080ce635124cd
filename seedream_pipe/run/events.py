"""What happens in a run, told as it happens. Frozen records; the record is a fold of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from seedream_pipe.plan.model import Address
from seedream_pipe.run.outcomes import Money, Outcome

__all__ = [
    "CallEnded",
    "CallFinished",
    "CallPaid",
    "CallPaused",
    "CallResent",
    "CallSent",
    "Event",
    "Listener",
    "OutputKept",
    "OutputPlaced",
    "PictureLost",
    "ProviderOut",
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
    """A call that can cost `worst` leaves for the provider; `call` is its id in the ledger.

    `patience` is how many seconds its answer may take.
    """

    address: Address
    worst: Money
    call: str = ""
    patience: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """A call that had left is under way no more, whatever became of it."""

    address: Address
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPaid:
    """A call came to `pictures` pictures in the store, at `price`."""

    address: Address
    price: Money
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFinished:
    """A call that an earlier run had paid for came to its pictures, for nothing.

    Told before the run begins.
    """

    address: Address
    call: str
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResent:
    """A call that may have been charged, up to `worst`, is sent again: the user said so beforehand."""

    address: Address
    call: str
    worst: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOut:
    """A provider is not asked any more in this run, for a `model` or, when that is empty, for anything.

    `instead` takes over; empty when none can. Nothing was billed for what it did not make.
    """

    provider: str
    why: str
    model: str = ""
    instead: str = ""


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
class PictureLost:
    """Pictures that were bought are nowhere to be had any more; they are bought again, as was agreed to."""

    address: Address
    message: str


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
    remedy: str = ""
    """What a person does about it, where that is known."""
    again: tuple[str, ...] = ()
    """The flag of the same run that lets it come to its end, and the flag's value."""


Event: TypeAlias = (
    RunBegan
    | TaskBegan
    | CallFinished
    | CallSent
    | CallEnded
    | CallPaid
    | CallPaused
    | CallResent
    | PictureLost
    | OutputPlaced
    | OutputKept
    | ProviderOut
    | TaskEnded
    | RunEnded
)
Listener: TypeAlias = Callable[[Event], None]
