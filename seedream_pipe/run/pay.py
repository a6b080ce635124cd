"""One call that costs money, through the ledger. The only caller of a provider's `send`.

The order is the promise (design section 6), each state durable before the next thing:
intended (with the worst price reserved) → sent → answered → stored → settled.
Retries happen here, by class, and only where nothing was billed (contract section 10):
not sent at all, or a passing refusal (429). What may have been billed is held.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar, assert_never

from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.model import Intent
from seedream_pipe.makers import Lost, NotSent, Pending, Permanent, Reply, Transient
from seedream_pipe.plan.key import keyed
from seedream_pipe.run.events import CallEnded, CallPaid, CallPaused, CallSent
from seedream_pipe.run.outcomes import Failed, Held, Money, Waiting
from seedream_pipe.run.settle import Bought, Till, hold, pending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from seedream_pipe.ledger.book import Ledger
    from seedream_pipe.ledger.budget import Cap
    from seedream_pipe.ledger.calls import Call
    from seedream_pipe.ledger.gate import Gate
    from seedream_pipe.ledger.model import OpenCall
    from seedream_pipe.makers import Provider, Request, Sent
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.outcomes import Fault
    from seedream_pipe.run.settle import Order, Sale
    from seedream_pipe.run.stop import Stop
    from seedream_pipe.store.folder import Store

__all__ = ["Shop"]

_T = TypeVar("_T")

_TRIES: Final = 5
_TRIES_WHEN_TOO_FAST: Final = 8
"""Their pauses together outlast the minute that the service counts by (R130), at their shortest too."""
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 60.0
_LONGEST_TOLD: Final = 300.0
"""A `Retry-After` up to this is obeyed; a longer one ends the task (reliability 3.3)."""


@dataclass(slots=True, kw_only=True)
class Shop:
    """Everything that one paid call needs; one for a run. Time, sleep and chance are arguments.

    When no other call can succeed (no balance, the budget reached) it closes `stop`, and
    from then on sends nothing; nor does it once somebody else has closed it.
    """

    provider: Provider
    store: Store
    ledger: Ledger
    cap: Cap
    gates: Callable[[str], Gate]
    client_id: Callable[[], str]
    tell: Listener
    stop: Stop
    out: Stop | None = None
    """Closed when this provider is out and another may take over; None where none may, and the run stops."""
    origin: str = ""
    """The host and port of a test server; empty where pictures are bought."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = field(default=lambda: 0.5)
    monotonic: Callable[[], float] = time.monotonic

    async def buy(self, order: Order, request: Request) -> Sale:
        """Make one order, with the retries that cannot cost twice. Hold the claim of its key."""
        for attempt in range(_TRIES_WHEN_TOO_FAST):
            sale = await self._attempt(order, request)
            if not isinstance(sale, (NotSent, Transient)):
                return sale
            pause = self._pause(sale, attempt)
            if isinstance(sale, Transient) and (sale.retry_after or 0) > _LONGEST_TOLD:
                self._close(f"{sale.code}: the service wants to be left alone for {sale.retry_after:,.0f} s")
            if pause is None or attempt + 1 >= _most_tries(sale):
                return _given_up(sale, attempt + 1)
            self.tell(CallPaused(address=order.address, why=_cause(sale), seconds=pause))
            await self._unless_closed(self.sleep(pause))
        raise AssertionError("the last try always returns")

    async def finish(self, open_call: OpenCall, order: Order) -> Sale | None:
        """As `Till.finish`; what it brings was paid for before."""
        sale = await self.till.finish(open_call, order)
        if isinstance(sale, Bought):
            return dataclasses.replace(sale, price=Money(currency=sale.price.currency))
        return sale

    @property
    def gone(self) -> Stop:
        """What is closed when this provider is out."""
        return self.out if self.out is not None else self.stop

    @property
    def till(self) -> Till:
        """Who ends the calls of this shop."""
        return Till(
            provider=self.provider,
            store=self.store,
            ledger=self.ledger,
            origin=self.origin,
            monotonic=self.monotonic,
        )

    async def _attempt(self, order: Order, request: Request) -> Sale | NotSent | Transient:
        gate = self.gates(order.recipe.generation.model)
        rate = f"the rate is used up, {gate.limit} pictures a minute at most" if gate.limit else "the rate"

        def waits(seconds: float) -> None:
            self.tell(CallPaused(address=order.address, why=rate, seconds=seconds))

        booking = await self._unless_closed(gate.acquire(request.ceiling, waits=waits))
        if booking is None:
            closed = self.stop if self.stop.closed.is_set() else self.gone
            return Waiting(why=closed.kind, message=closed.why)
        intent = self._intent(order, request)
        try:
            call = await self.ledger.begin(intent, self.cap)
        except OverBudget as error:
            await gate.landed(booking)
            await gate.give_back(booking, came=0)
            over = (error.cap, error.currency)
            self.stop.close(error.message, kind="budget", remedy=error.hint, over=over)
            return Waiting(why="budget", message=error.message)
        worst = Money(amount=intent.worst, currency=intent.currency)
        patience = request.patience
        self.tell(CallSent(address=order.address, worst=worst, call=call.id, patience=patience))
        named = dataclasses.replace(request, client_id=intent.client_id)
        try:
            sale = await self._sent(call, order, named, landed=lambda: gate.landed(booking))
        finally:
            self.ledger.landed(call.id)
            await gate.landed(booking)
        self.tell(CallEnded(address=order.address, call=call.id))
        match sale:
            case Bought():
                came = len(sale.result.stored)
                self.tell(CallPaid(address=order.address, price=sale.price, pictures=came))
                if sale.hold is None:
                    await gate.give_back(booking, came=came)
            case Held() | Waiting():
                pass  # perhaps made, so it counts
            case _:
                await gate.give_back(booking, came=0)
        if isinstance(sale, Transient) and sale.limit:
            await gate.refused(booking, seconds=sale.retry_after, crowded=sale.limit == "crowd")
        return sale

    def _intent(self, order: Order, request: Request) -> Intent:
        worst = order.price(request.ceiling)
        return Intent(
            key=order.key,
            task=order.address,
            provider=self.provider.name,
            model=order.recipe.generation.model,
            shown=request.shown,
            pictures=request.ceiling,
            worst=worst.amount,
            currency=worst.currency,
            client_id=self.client_id(),
            recipe=keyed(order.recipe, order.inputs, order.take),
            origin=self.origin,
        )

    async def _sent(
        self, call: Call, order: Order, request: Request, *, landed: Callable[[], Awaitable[None]]
    ) -> Sale | NotSent | Transient:
        began = self.monotonic()
        sent: Sent = await self.provider.send(request, call)
        await landed()
        match sent:
            case NotSent():
                await call.settle("failed", code="NotSent", message=sent.cause)
                return sent
            case Lost():
                return await hold(call, sent.cause)
            case Pending():
                return pending(sent)
            case Reply():
                return await self._ended(call, order, sent, began)
            case _:
                assert_never(sent)

    async def _ended(self, call: Call, order: Order, reply: Reply, began: float) -> Sale | Transient:
        sale = await self.till.end(call, order, reply, began)
        if not isinstance(sale, Permanent):
            return sale
        if sale.account:
            self._close(f"{sale.code}: {sale.message}")
        return Failed(
            code=sale.code,
            message=sale.message,
            request_id=sale.request_id,
            hint=sale.remedy,
            fault=_fault(sale),
        )

    async def _unless_closed(self, wait: Awaitable[_T]) -> _T | None:
        """What is waited for; None when the shop is closed before it comes."""
        if self.stop.closed.is_set() or self.gone.closed.is_set():
            asyncio.ensure_future(wait).cancel()
            return None
        work = asyncio.ensure_future(wait)
        closing = {asyncio.ensure_future(each.closed.wait()) for each in (self.stop, self.gone)}
        try:
            await asyncio.wait({work, *closing}, return_when=asyncio.FIRST_COMPLETED)
            return None if any(each.done() for each in closing) else work.result()
        finally:
            for each in closing:
                each.cancel()
            work.cancel()

    def _close(self, why: str) -> None:
        """Send nothing more here; elsewhere only where another provider takes over."""
        self.gone.close(why, kind="stopped" if self.out is None else "out")

    def _pause(self, sale: NotSent | Transient, attempt: int) -> float | None:
        told = sale.retry_after if isinstance(sale, Transient) else None
        if told is not None:
            return told if 0 <= told <= _LONGEST_TOLD else None
        return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * (0.5 + self.chance()))


def _fault(sale: Permanent) -> Fault:
    if sale.account:
        return "account"
    return "model" if sale.model else "request"


def _most_tries(sale: NotSent | Transient) -> int:
    return (sale.tries or _TRIES_WHEN_TOO_FAST) if isinstance(sale, Transient) else _TRIES


def _cause(sale: NotSent | Transient) -> str:
    return sale.cause if isinstance(sale, NotSent) else f"{sale.code}: {sale.message}"


def _given_up(sale: NotSent | Transient, tries: int) -> Failed:
    often = "once" if tries == 1 else f"{tries} times"
    if isinstance(sale, NotSent):
        return Failed(
            code="NotSent",
            message=f"tried {often}, nothing was sent: {sale.cause}",
            hint="check the connection, then run again",
            fault="connection",
        )
    return Failed(
        code=sale.code,
        message=f"tried {often}, not billed: {sale.message}",
        request_id=sale.request_id,
        hint="run again later",
        fault="passing",
    )
