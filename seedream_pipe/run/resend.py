"""Sending again what may have been charged, because the user said so beforehand (reliability 3.3).

Off by default, and never in a pipeline file. The lost call counts in full from then on, and says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from seedream_pipe.ledger.book import RESENT
from seedream_pipe.run.outcomes import LOST

if TYPE_CHECKING:
    from seedream_pipe.digest import Key
    from seedream_pipe.ledger.book import Ledger
    from seedream_pipe.run.outcomes import Held

__all__ = ["may_resend", "release"]

_REASON: Final = "the user said beforehand that it may have been charged and is to be sent again"


def may_resend(ledger: Ledger, hold: Held, key: Key, *, times: int) -> bool:
    """Whether a hold is one to send again, and has not been so often enough. Blocking.

    What was paid for and lost for certain is a person's to decide.
    """
    return times > 0 and not hold.message.startswith(LOST) and ledger.resent(key) < times


async def release(ledger: Ledger, hold: Held) -> None:
    """End a hold as perhaps paid for, at its worst.

    Raises:
        Decided: somebody else has ended it.
        StoreError: it cannot be written.

    """
    await ledger.release(hold.call, reason=_REASON, price=hold.worst.amount, code=RESENT)
