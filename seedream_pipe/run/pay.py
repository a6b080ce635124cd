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
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.calls import Intent
from seedream_pipe.makers import Answer, Lost, NotSent, Permanent, Refused, Reply, Transient, Unknown
from seedream_pipe.plan.key import keyed
from seedream_pipe.run.collect import Missing, collect
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
    from seedream_pipe.store.folder import Store

__all__ = ["Bought", "Order", "Shop", "StopSending"]

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
    price: Callable[[int], Money]
    """The price of a number of pictures of this order."""

    @property
    def recipe(self) -> Recipe:
        """The task's recipe."""
        return self.task.recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """The pictures are in the store, and the call is settled."""

    result: Result
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSending:
    """No other call can succeed either: a person has to act. `outcome` is this task's own."""

    outcome: Failed | Waiting
    why: str


Sale: TypeAlias = Bought | RefusedOutcome | Failed | Held | Waiting | StopSending


@dataclass(slots=True, kw_only=True)
class Shop:
    """Everything that one paid call needs; one for a run. Time, sleep and chance are arguments."""

    provider: Provider
    store: Store
    ledger: Ledger
    cap: Cap
    gates: Callable[[str], Gate]
    client_id: Callable[[], str]
    sent: Callable[[str, Money], None]
    paused: Callable[[str, str, float], None]
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
            self.paused(order.task.address, _cause(sale), pause)
            await self.sleep(pause)
        raise AssertionError("the last try always returns")

    async def finish(self, open_call: OpenCall, order: Order) -> Sale:
        """Complete a call whose answer is on disk already, for nothing. Hold the claim of its key."""
        call = self.ledger.resume(open_call)
        if open_call.reply is None:
            raise ValueError("only an answered call can be finished")
        sale = await self._settled(call, order, open_call.reply, self.monotonic())
        if isinstance(sale, Transient):
            return _given_up(sale, 1)
        return sale

    async def _attempt(self, order: Order, request: Request) -> Sale | NotSent | Transient:
        gate = self.gates(order.recipe.generation.model)
        booking = await gate.acquire(request.ceiling)
        worst = order.price(request.ceiling)
        intent = Intent(
            key=order.key,
            task=order.task.address,
            provider=self.provider.name,
            model=order.recipe.generation.model,
            shown=request.shown,
            pictures=request.ceiling,
            worst=worst.amount,
            currency=worst.currency,
            client_id=self.client_id(),
        )
        try:
            call = await self.ledger.begin(intent, self.cap)
        except OverBudget as error:
            await gate.give_back(booking, came=0)
            return StopSending(outcome=Waiting(why="budget", message=error.message), why=error.message)
        self.sent(order.task.address, worst)
        began = self.monotonic()
        request = dataclasses.replace(request, client_id=intent.client_id)
        sent: Sent = await self.provider.send(request, call)
        match sent:
            case NotSent():
                await call.settle("failed", code="NotSent", message=sent.cause)
                await gate.give_back(booking, came=0)
                return sent
            case Lost():
                return await self._hold(call, order, sent.cause, worst)
            case Reply():
                sale = await self._settled(call, order, sent, began)
            case _:
                assert_never(sent)
        came = len(sale.result.stored) if isinstance(sale, Bought) else 0
        await gate.give_back(booking, came=came)
        if isinstance(sale, Transient):
            await gate.slow_down(sale.retry_after or _FIRST_PAUSE)
        return sale

    async def _settled(self, call: Call, order: Order, reply: Reply, began: float) -> Sale | Transient:
        """What a recorded answer comes to."""
        verdict: Verdict = await asyncio.to_thread(self.provider.read, reply)
        match verdict:
            case Answer():
                return await self._stored(call, order, verdict, reply, began)
            case Refused():
                about = {"code": verdict.code, "message": verdict.message, "request_id": verdict.request_id}
                await call.settle("refused", **about)
                return RefusedOutcome(**about)
            case Transient():
                await call.settle(
                    "failed", code=verdict.code, message=verdict.message, request_id=verdict.request_id
                )
                return verdict
            case Permanent():
                about = {"code": verdict.code, "message": verdict.message, "request_id": verdict.request_id}
                await call.settle("failed", **about)
                failed = Failed(**about, hint=verdict.remedy)
                return StopSending(outcome=failed, why=verdict.message) if verdict.account else failed
            case Unknown():
                cause = f"{verdict.code}: {verdict.message}" if verdict.code else verdict.message
                return await self._hold(call, order, cause, order.price(call.intent.pictures))
            case _:
                assert_never(verdict)

    async def _stored(self, call: Call, order: Order, answer: Answer, reply: Reply, began: float) -> Sale:
        if not answer.parts:
            return await self._empty(call, answer)
        collected = await collect(self.provider, self.store, answer, reply)
        if isinstance(collected, Missing):
            return await self._unfetched(call, order, collected, len(answer.parts))
        came = sum(isinstance(entry, Stored) for entry in collected.entries)
        billed = came if answer.billed is None else max(answer.billed, came)
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
        )
        await asyncio.to_thread(self.store.results.put, result)
        await call.settle("done", price=price.amount, pictures=billed, request_id=answer.request_id)
        return Bought(result=result, price=price)

    async def _empty(self, call: Call, answer: Answer) -> Sale:
        """An answer of holes alone: nothing came, and only what came is billed (R85)."""
        first = answer.holes[0]
        about = {"code": first.code, "message": first.message, "request_id": answer.request_id}
        refused = all(hole.refused for hole in answer.holes)
        await call.settle("refused" if refused else "failed", **about)
        return RefusedOutcome(**about) if refused else Failed(**about)

    async def _unfetched(self, call: Call, order: Order, missing: Missing, parts: int) -> Sale:
        if missing.dead:
            # Paid for and gone: held, so that nothing buys it again without a person's word.
            cause = f"paid for and lost: {missing.cause}"
            return await self._hold(call, order, cause, order.price(parts))
        message = f"paid for, not yet downloaded ({missing.cause}); run again within 24 hours, for nothing"
        return Waiting(why="fetch", message=message)

    async def _hold(self, call: Call, order: Order, cause: str, worst: Money) -> Held:
        await call.hold(cause)
        return Held(call=call.id, worst=worst, message=cause)

    def _pause(self, sale: NotSent | Transient, attempt: int) -> float | None:
        told = sale.retry_after if isinstance(sale, Transient) else None
        if told is not None:
            return told if 0 <= told <= _LONGEST_TOLD else None
        return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * (0.5 + self.chance()))


def now() -> str:
    """The time as results and records write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def held_worst(open_call: OpenCall) -> Money:
    """What a held call costs at most."""
    return Money(amount=Decimal(open_call.intent.worst), currency=open_call.intent.currency)


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
