"""What is known of a paid call: what was intended, how far it has come, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from seedream_pipe.digest import Json, Key
from seedream_pipe.makers import Reply

__all__ = [
    "Account",
    "Intent",
    "OpenCall",
    "Outcome",
    "Refusal",
    "State",
    "Verdict",
]

State: TypeAlias = Literal["intended", "sent", "taken", "answered", "held"]
"""How far an open call has come. Sent and held are what may be owed; one that was taken can be
asked for again and again, for nothing.
"""

Verdict: TypeAlias = Literal["done", "refused", "failed", "unsent", "released"]
"""How a call ended. All but `done` and `released` are certainly not billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is about to be bought. `shown` is the request without secrets and picture bytes.

    `pictures` is the ceiling, `worst` its price in `currency`; `client_id` is what we
    send as ``X-Client-Request-Id`` (R10), the one thing to look a lost call up by.
    `recipe` is what the key was taken of: with it an answer can be completed by a later
    process even when the task has gone from the pipeline. `origin` is the host and port of
    a test server, empty where pictures are bought: what one of them said never counts for the other.
    """

    key: Key
    task: str
    provider: str
    model: str
    shown: Json
    pictures: int
    worst: Decimal
    currency: str
    client_id: str = ""
    recipe: Json = None
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call ended, at what price for how many pictures. `at` is ISO 8601 in UTC."""

    verdict: Verdict
    at: str
    price: Decimal = Decimal(0)
    pictures: int = 0
    code: str = ""
    message: str = ""
    request_id: str = ""
    detail: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that the files of a call say. Times are ISO 8601 in UTC, empty when it has not come so far."""

    id: str
    session: str
    intent: Intent
    begun_at: str
    sent_at: str = ""
    arrived_at: str = ""
    reply: Reply | None = None
    partial: bool = False
    ticket: str = ""
    held: bool = False
    cause: str = ""
    request_id: str = ""
    outcome: Outcome | None = None

    @property
    def state(self) -> State:
        """How far it has come, outcome aside."""
        if self.held:
            return "held"
        if self.reply is not None:
            return "answered"
        if self.ticket:
            return "taken"
        return "sent" if self.sent_at else "intended"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call without an outcome; `alive` when the process that began it is still there.

    When it is not: an intended one was never sent and costs nothing, an answered one is
    completed from `reply` for nothing, one that was taken is asked for with `ticket` for
    nothing, a sent or held one may be owed (`cause` says why). A `partial` reply is what was
    streamed until its process died: what it holds is kept, and the rest may be owed.
    """

    id: str
    intent: Intent
    state: State
    alive: bool
    begun_at: str
    sent_at: str
    arrived_at: str
    reply: Reply | None
    cause: str
    request_id: str
    partial: bool = False
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the content filter said of a key, in its own words; `call` is the ledger's id."""

    code: str
    message: str
    request_id: str
    at: str
    call: str
