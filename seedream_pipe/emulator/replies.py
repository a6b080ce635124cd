"""An answer before and after it is put on the wire.

`Answer` is HTTP as the services mean it: status, headers, and parts that are
bytes, waits and entries in the ledger. `Reply` is what the server carries out,
step by step: `framing` turns the one into the other and does there what goes
wrong on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from seedream_pipe.emulator.ledger import Billed

__all__ = [
    "Answer",
    "Bill",
    "End",
    "Hang",
    "Headers",
    "Kill",
    "Part",
    "Ready",
    "Reply",
    "Reset",
    "Send",
    "Step",
    "Wait",
]

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Bill:
    """A picture is made now: enter it in the ledger."""

    picture: Billed


@dataclass(frozen=True, slots=True)
class Ready:
    """The asynchronous result of this task can be fetched from now on."""

    task_id: str


@dataclass(frozen=True, slots=True)
class Send:
    """Put these bytes on the wire."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    """End the connection with a reset."""


@dataclass(frozen=True, slots=True)
class End:
    """Close the connection in the ordinary way."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing more, until the other side goes away."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Send a signal to the client's process, and to its group when it leads one."""

    process: int
    signal: int


Part: TypeAlias = Wait | Bill | Ready | bytes
Step: TypeAlias = Wait | Bill | Ready | Send | Reset | End | Hang | Kill


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `events` says that the parts are sent as they come, in chunks."""

    status: int
    headers: Headers = ()
    parts: tuple[Part, ...] = ()
    events: bool = False
    afterwards: tuple[Wait | Bill | Ready, ...] = ()

    @property
    def body(self) -> bytes:
        """All of the body's bytes."""
        return b"".join(part for part in self.parts if isinstance(part, bytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does. `afterwards` goes on when the answer is out or its connection lost."""

    steps: tuple[Step, ...]
    afterwards: tuple[Wait | Bill | Ready, ...] = ()
    keep_open: bool = True
    generation: bool = False
