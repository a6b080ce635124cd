"""What a call is counted with when its answer is there: never more than was set aside for it (P8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedream_pipe.run.outcomes import Money

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedream_pipe.ledger.model import Intent

__all__ = ["bill"]


def bill(price: Callable[[int], Money], pictures: int, intent: Intent) -> Money:
    """The price of so many pictures of a call, in the currency that it was reserved in.

    A service that counts more pictures than were asked for, or a price list that rose meanwhile,
    cannot take a run past its cap: the call is counted at its worst then, and the answer's own
    count is told beside it. Where prices are in another currency by now, the reserved one is shared out.
    """
    count = max(0, min(pictures, intent.pictures))
    told = price(count)
    if told.currency != intent.currency:
        return Money(amount=intent.worst * count / max(intent.pictures, 1), currency=intent.currency)
    return Money(amount=min(told.amount, intent.worst), currency=intent.currency)
