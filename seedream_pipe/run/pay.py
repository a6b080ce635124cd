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
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar, assert_never

from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.calls import Intent
from seedream_pipe.makers import Answer, Lost, NotSent, Permanent, Refused, Reply, Transient, Unknown
from seedream_pipe.plan.key import keyed
from seedream_pipe.run.collect import Missing, collect
from seedream_pipe.run.events import CallPaid, CallPaused, CallSent
from seedream_pipe.run.outcomes import Failed, Held, Money, Waiting
from seedream_pipe.run.outcomes import Refused as RefusedOutcome
from seedream_pipe.store.results import Result, Stored

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.ledger.book import Ledger
    from seedream_pipe.ledger.budget import Cap
    from seedream_pipe.ledger.calls import Call, OpenCall
    from seedream_pipe.ledger.gate import Gate
    from seedream_pipe.makers import Provider, Request, Sent, Verdict
    from seedream_pipe.plan.model import Recipe, Task
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.stop import Stop
    from seedream_pipe.store.folder import Store

__all__ = ["Bought", "Order", "Sale", "Shop", "held", "now"]

_T = TypeVar("_T")

_TRIES: Final = 5
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 60.0
_LONGEST_TOLD: Final = 300.0
"""A `Retry-After` up to this is obeyed; a longer one ends the task (reliability 3.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one call is to make: the keyed values and the price of it."""

    key: Key
    task: Task
    take: int
    inputs: tuple[BlobDigest, ...]
    recipe: Recipe
    """The task's recipe."""
    price: Callable[[int], Money]
    """The price of a number of pictures of this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """The pictures are in the store, and the call is settled."""

    result: Result
    price: Money


Sale: TypeAlias = Bought | RefusedOutcome | Failed | Held | Waiting


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
    limit: str = ""
    """Whose cap it is, where that is not plain."""
    origin: str = ""
    """The host and port of a test server; empty where pictures are bought."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = field(default=lambda: 0.5)
    monotonic: Callable[[], float] = time.monotonic

    async def buy(self, order: Order, request: Request) -> Sale:
        """Make one order, with the retries that cannot cost twice. Hold the claim of its key."""
        for attempt in range(_TRIES):
            sale = await self._attempt(order, request)
            if not isinstance(sale, (NotSent, Transient)):
                return sale
            pause = self._pause(sale, attempt)
            if pause is None or attempt == _TRIES - 1:
                return _given_up(sale, attempt + 1)
            self.tell(CallPaused(address=order.task.address, why=_cause(sale), seconds=pause))
            await self._unless_closed(self.sleep(pause))
        raise AssertionError("the last try always returns")

    async def finish(self, open_call: OpenCall, order: Order) -> Sale:
        """Complete a call whose answer is on disk already, for nothing. Hold the claim of its key."""
        if open_call.reply is None:
            raise ValueError("only an answered call can be finished")
        call = await asyncio.to_thread(self.ledger.resume, open_call)
        sale = await self._settled(call, order, open_call.reply, self.monotonic())
        match sale:
            case Transient():
                return _given_up(sale, 1)
            case Bought():
                return dataclasses.replace(sale, price=Money(currency=sale.price.currency))
            case _:
                return sale

    async def _attempt(self, order: Order, request: Request) -> Sale | NotSent | Transient:
        gate = self.gates(order.recipe.generation.model)
        booking = await self._unless_closed(gate.acquire(request.ceiling))
        if booking is None:
            return Waiting(why=self.stop.kind, message=self.stop.why)
        intent = self._intent(order, request)
        try:
            call = await self.ledger.begin(intent, self.cap)
        except OverBudget as error:
            await gate.give_back(booking, came=0)
            message = f"{error.message}; that is {self.limit}" if self.limit else error.message
            self.stop.close(message, kind="budget")
            return Waiting(why="budget", message=message)
        worst = Money(amount=intent.worst, currency=intent.currency)
        self.tell(CallSent(address=order.task.address, worst=worst, call=call.id))
        sale = await self._sent(call, order, dataclasses.replace(request, client_id=intent.client_id))
        match sale:
            case Bought():
                came = len(sale.result.stored)
                self.tell(CallPaid(address=order.task.address, price=sale.price, pictures=came))
                await gate.give_back(booking, came=came)
            case Held() | Waiting():
                pass  # perhaps made, so it counts
            case _:
                await gate.give_back(booking, came=0)
        if isinstance(sale, Transient):
            await gate.slow_down(sale.retry_after or _FIRST_PAUSE)
        return sale

    def _intent(self, order: Order, request: Request) -> Intent:
        worst = order.price(request.ceiling)
        return Intent(
            key=order.key,
            task=order.task.address,
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

    async def _sent(self, call: Call, order: Order, request: Request) -> Sale | NotSent | Transient:
        began = self.monotonic()
        sent: Sent = await self.provider.send(request, call)
        match sent:
            case NotSent():
                await call.settle("failed", code="NotSent", message=sent.cause)
                return sent
            case Lost():
                return await _hold(call, sent.cause)
            case Reply():
                return await self._settled(call, order, sent, began)
            case _:
                assert_never(sent)

    async def _settled(self, call: Call, order: Order, reply: Reply, began: float) -> Sale | Transient:
        """What a recorded answer comes to."""
        verdict: Verdict = await asyncio.to_thread(self.provider.read, reply)
        match verdict:
            case Answer():
                return await self._stored(call, order, verdict, reply, began)
            case Refused():
                await _end(call, "refused", verdict)
                return RefusedOutcome(
                    code=verdict.code, message=verdict.message, request_id=verdict.request_id
                )
            case Transient():
                await _end(call, "failed", verdict)
                return verdict
            case Permanent():
                await _end(call, "failed", verdict)
                if verdict.account:
                    self.stop.close(f"{verdict.code}: {verdict.message}")
                return Failed(
                    code=verdict.code,
                    message=verdict.message,
                    request_id=verdict.request_id,
                    hint=verdict.remedy,
                )
            case Unknown():
                cause = f"{verdict.code}: {verdict.message}" if verdict.code else verdict.message
                return await _hold(call, cause, request_id=verdict.request_id)
            case _:
                assert_never(verdict)

    async def _stored(self, call: Call, order: Order, answer: Answer, reply: Reply, began: float) -> Sale:
        if not answer.parts:
            return await _hold(call, "an answer without pictures", request_id=answer.request_id)
        collected = await collect(self.provider, self.store, answer, reply)
        if isinstance(collected, Missing):
            return await _unfetched(call, collected, answer.request_id)
        came = sum(isinstance(entry, Stored) for entry in collected.entries)
        billed = came if answer.billed is None else max(answer.billed, came)
        if not answer.complete:
            # Nobody knows how many more were made: they count in full (P8).
            billed = max(billed, call.intent.pictures)
        price = order.price(billed)
        result = Result(
            key=order.key,
            recipe=keyed(order.recipe, order.inputs, order.take),
            inputs=order.inputs,
            take=order.take,
            pictures=collected.entries,
            provider=self.provider.name,
            model=answer.model,
            request_id=answer.request_id,
            call=call.id,
            created_at=now(),
            price=str(price.amount),
            currency=price.currency,
            billed=answer.billed,
            seconds=round(self.monotonic() - began, 3),
            origin=self.origin,
        )
        await asyncio.to_thread(self.store.results.put, result)
        await call.settle("done", price=price.amount, pictures=billed, request_id=answer.request_id)
        return Bought(result=result, price=price)

    async def _unless_closed(self, wait: Awaitable[_T]) -> _T | None:
        """What is waited for; None when the shop is closed before it comes."""
        if self.stop.closed.is_set():
            asyncio.ensure_future(wait).cancel()
            return None
        work = asyncio.ensure_future(wait)
        closing = asyncio.ensure_future(self.stop.closed.wait())
        try:
            await asyncio.wait({work, closing}, return_when=asyncio.FIRST_COMPLETED)
            return None if closing.done() else work.result()
        finally:
            closing.cancel()
            work.cancel()

    def _pause(self, sale: NotSent | Transient, attempt: int) -> float | None:
        told = sale.retry_after if isinstance(sale, Transient) else None
        if told is not None:
            return told if 0 <= told <= _LONGEST_TOLD else None
        return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * (0.5 + self.chance()))


async def _end(
    call: Call, verdict: Literal["refused", "failed"], said: Refused | Transient | Permanent
) -> None:
    await call.settle(verdict, code=said.code, message=said.message, request_id=said.request_id)


async def _unfetched(call: Call, missing: Missing, request_id: str) -> Held | Waiting:
    if missing.dead:
        # Paid for and gone: held, so that nothing buys it again without a person's word.
        return await _hold(call, f"paid for and lost: {missing.cause}", request_id=request_id)
    message = f"paid for, not yet downloaded ({missing.cause}); run again within 24 hours, for nothing"
    return Waiting(why="fetch", message=message)


async def _hold(call: Call, cause: str, *, request_id: str = "") -> Held:
    await call.hold(cause, request_id=request_id)
    worst = Money(amount=call.intent.worst, currency=call.intent.currency)
    return Held(call=call.id, worst=worst, message=cause, task=call.intent.task)


def now() -> str:
    """The time as results and records write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def held(open_call: OpenCall) -> Held:
    """A call whose outcome is unknown, as an outcome."""
    return Held(
        call=open_call.id,
        worst=Money(amount=open_call.intent.worst, currency=open_call.intent.currency),
        message=open_call.cause or "sent, and no answer was recorded",
        task=open_call.intent.task,
    )


def _cause(sale: NotSent | Transient) -> str:
    return sale.cause if isinstance(sale, NotSent) else f"{sale.code}: {sale.message}"


def _given_up(sale: NotSent | Transient, tries: int) -> Failed:
    often = "once" if tries == 1 else f"{tries} times"
    if isinstance(sale, NotSent):
        return Failed(
            code="NotSent",
            message=f"tried {often}, nothing was sent: {sale.cause}",
            hint="check the connection, then run again",
        )
    return Failed(
        code=sale.code,
        message=f"tried {often}, not billed: {sale.message}",
        request_id=sale.request_id,
        hint="run again later",
    )
