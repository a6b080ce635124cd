"""The stable code of what became of a task: the same on the terminal, in the record and in JSON. Pure.

What each one means stands in `reports.codes`; a code that was released keeps its meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from seedream_pipe.run.outcomes import (
    LOST,
    Failed,
    Held,
    Made,
    NotNeeded,
    Refused,
    Reused,
    Skipped,
    Waiting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.run.outcomes import Fault, Outcome

__all__ = ["LINK_DEAD", "UNCERTAIN", "error_code"]

UNCERTAIN: Final = "E-UNCERTAIN"
LINK_DEAD: Final = "E-LINK-DEAD"

_WAITS: Final[Mapping[str, str]] = {
    "budget": "E-BUDGET",
    "fetch": "E-FETCH",
    "held": "E-WAITS",
    "lost": "E-LOST",
    "stopped": "E-STOPPED",
    "out": "E-ACCOUNT",
}
_FAULTS: Final[Mapping[Fault, str]] = {
    "request": "E-NOT-MADE",
    "account": "E-ACCOUNT",
    "model": "E-ACCOUNT",
    "passing": "E-BUSY",
    "connection": "E-NOT-SENT",
}


def error_code(outcome: Outcome) -> str:
    """The code of an outcome that is not as it was wished; an empty text for one that is."""
    match outcome:
        case Made() | Reused():
            return "E-HOLE" if outcome.notes else ""
        case Held():
            return LINK_DEAD if outcome.message.startswith(LOST) else UNCERTAIN
        case Waiting():
            return _WAITS.get(outcome.why, "E-WAITS")
        case Refused():
            return "E-REFUSED"
        case Failed():
            return outcome.code if outcome.code.startswith("E-") else _FAULTS[outcome.fault]
        case Skipped():
            return "E-WAITS"
        case NotNeeded():
            return ""
        case _:
            assert_never(outcome)
