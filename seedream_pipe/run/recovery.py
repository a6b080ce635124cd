"""Calls that dead processes left open, ended at the start of a run for nothing, before anything is sent.

Rule 1: under the claim of the key, and only when nobody else has it: who has it is on it.
Rule 2: what was bought is completed whatever has become of its task.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from seedream_pipe.ledger.claims import Claimed, claim
from seedream_pipe.run.events import CallFinished
from seedream_pipe.run.outcomes import Failed, Held, Money, Refused, Unfetched, Waiting
from seedream_pipe.run.settle import Bought, order_of
from seedream_pipe.store.results import Hit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedream_pipe.ledger.model import Account, Intent, OpenCall
    from seedream_pipe.plan.model import Recipe
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.settle import Sale, Till

__all__ = ["Recovery"]

_POLLED: Final = 5.0
"""Seconds for which a call that was taken is asked for; who needs its pictures asks for longer."""


@dataclass(slots=True, kw_only=True)
class Recovery:
    """Ends what can be ended. `till` and `price` are of the provider that a call was for."""

    till: Callable[[Intent], Till]
    price: Callable[[Intent], Callable[[Recipe, int, int], Money]]
    tell: Listener
    slots: asyncio.Semaphore
    unfetched: dict[str, Unfetched] = field(default_factory=dict)
    """Calls by id that were paid for, and whose pictures could not be had now."""

    async def end(self, left: Sequence[OpenCall]) -> None:
        """End those of the calls that were answered, or whose result is written.

        Raises:
            StoreError: the store cannot be written; what is under way is ended first.

        """
        ended = await asyncio.gather(*(self._end(call) for call in left), return_exceptions=True)
        for item in ended:
            if isinstance(item, BaseException):
                raise item

    async def heal(self, lost: Sequence[Account]) -> bool:
        """Bring back what settled calls brought and the store has lost; whether anything came."""
        came = await asyncio.gather(*(self._heal(each) for each in lost), return_exceptions=True)
        for item in came:
            if isinstance(item, BaseException):
                raise item
        return any(came)

    async def _heal(self, lost: Account) -> bool:
        order = order_of(lost.intent, self.price(lost.intent))
        if order is None:
            return False
        till = self.till(lost.intent)
        async with self.slots:
            try:
                async with claim(till.store, order.key, wait=False):
                    sale = await till.heal(lost, order)
            except Claimed:
                return False
        if sale is not None:
            came = len(sale.result.stored)
            self.tell(CallFinished(address=order.address, call=lost.id, pictures=came))
        return sale is not None

    async def _end(self, left: OpenCall) -> None:
        if left.state not in {"sent", "taken", "answered"}:
            return
        till = self.till(left.intent)
        async with self.slots:
            try:
                async with claim(till.store, left.intent.key, wait=False):
                    await self._under_claim(left, till)
            except Claimed:
                return

    async def _under_claim(self, left: OpenCall, till: Till) -> None:
        intent = left.intent
        for call in await asyncio.to_thread(till.ledger.open_calls_of, intent.key, origin=intent.origin):
            if call.id == left.id and not call.alive:
                await self._ended(call, till)

    async def _ended(self, call: OpenCall, till: Till) -> None:
        lookup = await asyncio.to_thread(till.store.results.get, call.intent.key)
        if call.state == "sent":
            if isinstance(lookup, Hit) and lookup.result.call == call.id:
                await till.close(await asyncio.to_thread(till.ledger.resume, call), lookup.result)
            return
        order = order_of(call.intent, self.price(call.intent))
        if order is None:
            self._note(call, "its answer is kept, and what it was for cannot be read")
            return
        sale = await till.finish(call, order, patience=_POLLED)
        self._told(call, sale)

    def _told(self, call: OpenCall, sale: Sale | None) -> None:
        match sale:
            case Bought():
                came = len(sale.result.stored)
                self.tell(CallFinished(address=call.intent.task, call=call.id, pictures=came))
            case Waiting():
                self._note(call, sale.message)
            case Held() | Refused() | Failed() | None:
                pass  # a hold is told with the others, and nothing was billed for the rest

    def _note(self, call: OpenCall, message: str) -> None:
        intent = call.intent
        self.unfetched[call.id] = Unfetched(
            call=call.id,
            task=intent.task,
            pictures=intent.pictures,
            worst=Money(amount=intent.worst, currency=intent.currency),
            message=message,
            pending=call.state == "taken",
        )
