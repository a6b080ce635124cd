"""From a recorded answer to the end of its call: pictures in the store, the result, the outcome.

Rule 1: nothing here can cost money: a provider is asked to read and to fetch, never to send.
Rule 2: it may be done again by any later process, from any point at which one died.
Rule 3: a picture that was billed is in the store, or its call stays open and is said (P1).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from seedream_pipe.makers import Answer, Lost, Pending, Permanent, Refused, Reply, Transient, Unknown
from seedream_pipe.plan.key import key, keyed, unkeyed
from seedream_pipe.run.bill import bill
from seedream_pipe.run.collect import LINK_DEAD, Collected, collect
from seedream_pipe.run.outcomes import LOST, Failed, Held, Money, Waiting
from seedream_pipe.run.outcomes import Refused as RefusedOutcome
from seedream_pipe.store.results import Gap, Hit, Miss, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.ledger.book import Ledger
    from seedream_pipe.ledger.calls import Call
    from seedream_pipe.ledger.model import Account, Intent, OpenCall
    from seedream_pipe.makers import Provider
    from seedream_pipe.plan.model import Address, Recipe
    from seedream_pipe.run.collect import Missing
    from seedream_pipe.store.folder import Store

__all__ = [
    "LINKS_LIVE",
    "Bought",
    "Order",
    "Sale",
    "Till",
    "begun_at",
    "damaged",
    "held",
    "hold",
    "now",
    "order_of",
    "owing",
    "pending",
]

LINKS_LIVE: Final = timedelta(hours=24)
"""How long the links of an answer live after it came (R71)."""

_POLLED: Final = 300.0
"""Seconds for which a call that an earlier process left is asked for (R126)."""

_INCOMPLETE: Final = "Incomplete"
_NOT_SENT_ALONG: Final = "NotInAnswer"
_OWING: Final = frozenset({_INCOMPLETE, _NOT_SENT_ALONG})
"""Codes of holes that stand for pictures which may have been billed and are nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one call is to make: the keyed values and the price of it."""

    key: Key
    address: Address
    take: int
    inputs: tuple[BlobDigest, ...]
    recipe: Recipe
    """The task's recipe."""
    price: Callable[[int], Money]
    """The price of a number of pictures of this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """The pictures that came are in the store. `hold` is set when more may have been billed."""

    result: Result
    price: Money
    hold: Held | None = None


Sale: TypeAlias = Bought | RefusedOutcome | Failed | Held | Waiting


def order_of(intent: Intent, price: Callable[[Recipe, int, int], Money]) -> Order | None:
    """What a call was to make, by its own words; None when they do not say it.

    `price` is of a recipe, a number of pictures and a number of references.
    """
    try:
        recipe, inputs, take = unkeyed(intent.recipe)
    except ValueError:
        return None
    if key(recipe, inputs, take) != intent.key:
        return None
    return Order(
        key=intent.key,
        address=intent.task,
        take=take,
        inputs=inputs,
        recipe=recipe,
        price=lambda count: price(recipe, count, len(inputs)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Ends calls whose answers are recorded. `origin` is as in `Result`."""

    provider: Provider
    store: Store
    ledger: Ledger
    origin: str = ""
    monotonic: Callable[[], float] = time.monotonic

    async def finish(self, open_call: OpenCall, order: Order, *, patience: float = _POLLED) -> Sale | None:
        """End a call whose answer is on disk, or to be had, for nothing. Hold the claim of its key.

        One that was taken is asked for, for so many seconds. None when nothing was made and nothing
        billed: it may be sent as if never sent.
        """
        if open_call.reply is None and not open_call.ticket:
            raise ValueError("only an answered call, or one that was taken, can be finished")
        call = await asyncio.to_thread(self.ledger.resume, open_call)
        began = self.monotonic()
        if not await asyncio.to_thread(self.ledger.is_as_written, open_call.id):
            return await hold(call, "its recorded answer is damaged", request_id=open_call.request_id)
        if open_call.reply is None:
            sale = await self._asked_again(call, open_call, order, patience)
        else:
            sale = await self.end(call, order, open_call.reply, began, arrived=open_call.arrived_at)
        if isinstance(sale, (Transient, Permanent)):
            return None
        return sale

    async def _asked_again(
        self, call: Call, left: OpenCall, order: Order, patience: float
    ) -> Sale | Transient | Permanent:
        """What becomes of a call that the service took from an earlier process (R126)."""
        if left.intent.provider != self.provider.name:
            name = left.intent.provider
            return pending(Pending(cause=f"{name} has taken it; only --provider {name} can ask for it"))
        began = self.monotonic()
        polled = await self.provider.poll(left.ticket, patience, call)
        match polled:
            case Lost():
                return await hold(call, polled.cause)
            case Pending():
                return pending(polled)
            case Reply():
                return await self.end(call, order, polled, began)
            case _:
                assert_never(polled)

    async def end(
        self, call: Call, order: Order, reply: Reply, began: float, *, arrived: str = ""
    ) -> Sale | Transient | Permanent:
        """What a recorded answer comes to; `arrived` is when it came, now when that is not said."""
        try:
            verdict = await asyncio.to_thread(self.provider.read, reply)
        except FileNotFoundError:
            return await hold(call, "the recorded answer is no longer there")
        except OSError as error:
            return _unreadable(error)
        match verdict:
            case Answer():
                return await self._kept(call, order, verdict, reply, began=began, arrived=arrived)
            case Refused() if not verdict.complete and call.intent.pictures > 1:
                cause = f"the answer broke off; {verdict.code}: {verdict.message}"
                return await hold(call, cause, request_id=verdict.request_id)
            case Refused():
                await _close(call, "refused", verdict)
                return RefusedOutcome(
                    code=verdict.code, message=verdict.message, request_id=verdict.request_id
                )
            case Transient() | Permanent():
                await _close(call, "failed", verdict)
                return verdict
            case Unknown():
                cause = f"{verdict.code}: {verdict.message}" if verdict.code else verdict.message
                return await hold(call, cause, request_id=verdict.request_id)
            case _:
                assert_never(verdict)

    async def _kept(
        self, call: Call, order: Order, answer: Answer, reply: Reply, *, began: float, arrived: str
    ) -> Sale:
        if not answer.parts:
            return await hold(call, "an answer without pictures", request_id=answer.request_id)
        result = await asyncio.to_thread(self._written, call)
        if result is None:
            collected = await collect(self.provider, self.store, answer, reply, call=call.id)
            if not isinstance(collected, Collected):
                return await _unfetched(call, order, collected, answer, arrived)
            result = self._result(call, order, answer, collected, self.monotonic() - began)
            await asyncio.to_thread(self.store.results.put, result)
        return await self.close(call, result)

    def _written(self, call: Call) -> Result | None:
        """The result that a process wrote before it died, with its pictures."""
        lookup = self.store.results.get(call.intent.key)
        return lookup.result if isinstance(lookup, Hit) and lookup.result.call == call.id else None

    async def heal(self, account: Account, order: Order) -> Bought | None:
        """Bring back what a settled call brought and the store has lost, from its answer (P7).

        None when the answer or the pictures cannot be had any more. Hold the claim of its key.
        """
        if account.reply is None or account.outcome is None:
            return None
        if not await asyncio.to_thread(self.ledger.is_as_written, account.id):
            return None
        try:
            answer = await asyncio.to_thread(self.provider.read, account.reply)
        except OSError:
            return None
        if not isinstance(answer, Answer) or not answer.parts:
            return None
        collected = await collect(self.provider, self.store, answer, account.reply, call=account.id)
        if not isinstance(collected, Collected):
            return None
        lookup = await asyncio.to_thread(self.store.results.get, order.key)
        if isinstance(lookup, Miss):
            paid = Money(amount=account.outcome.price, currency=account.intent.currency)
            result = self._result(account, order, answer, collected, 0.0)
            result = replace(result, price=str(paid.amount), origin=account.intent.origin)
            if lookup.result is not None and len(lookup.result.stored) > len(result.stored):
                return None
            await asyncio.to_thread(self.store.results.put, result)
        else:
            result = lookup.result
        return Bought(result=result, price=Money(currency=result.currency))

    async def close(self, call: Call, result: Result) -> Bought:
        """End a call whose result is written: settled, or held where more may have been billed."""
        price = Money(amount=Decimal(result.price), currency=result.currency)
        owed = owing(result)
        if owed:
            return Bought(
                result=result, price=price, hold=await hold(call, owed, request_id=result.request_id)
            )
        lost = sum(gap.code == LINK_DEAD for gap in result.gaps)
        billed = min(max(result.billed or 0, len(result.stored) + lost), call.intent.pictures)
        await call.settle("done", price=price.amount, pictures=billed, request_id=result.request_id)
        return Bought(result=result, price=price)

    def _result(
        self, call: Call | Account, order: Order, answer: Answer, collected: Collected, seconds: float
    ) -> Result:
        told = len(answer.parts)
        gap = _shortfall(answer, call.intent.pictures)
        # What is certain; the hold counts what more there may be, in full (P8).
        price = bill(order.price, told if gap is not None else max(told, answer.billed or 0), call.intent)
        lost = f" ({order.price(1)}, {_name(call, answer)})"
        entries = [
            Gap(index=each.index, code=each.code, message=each.message + lost, refused=False)
            if isinstance(each, Gap) and each.code == LINK_DEAD
            else each
            for each in collected.entries
        ]
        return Result(
            key=order.key,
            recipe=keyed(order.recipe, order.inputs, order.take),
            inputs=order.inputs,
            take=order.take,
            pictures=(*entries, *([] if gap is None else [gap])),
            provider=self.provider.name,
            model=answer.model,
            request_id=answer.request_id,
            call=call.id,
            created_at=now(),
            price=str(price.amount),
            currency=price.currency,
            billed=answer.billed,
            seconds=round(seconds, 3),
            origin=self.origin,
        )


def owing(result: Result) -> str:
    """Why more may have been billed for a result than came; empty when nothing more was."""
    return next((gap.message for gap in result.gaps if gap.code in _OWING), "")


def _shortfall(answer: Answer, ceiling: int) -> Gap | None:
    """The hole that stands for pictures which were billed, or may have been, and did not come.

    A picture that was billed and is not there is no other than one whose answer was lost: only
    the provider's console can say what became of it (P1), so a person is asked.
    """
    came = len(answer.parts)
    index = max([*(part.index for part in answer.parts), *(hole.index for hole in answer.holes)]) + 1
    if answer.billed is not None and answer.billed > came:
        message = f"{answer.billed} pictures were billed and {came} came"
        return Gap(index=index, code=_NOT_SENT_ALONG, message=message, refused=False)
    if answer.complete or came + len(answer.holes) >= ceiling:
        return None
    message = f"the answer ended after {came} of up to {ceiling} pictures; the rest may have been billed"
    return Gap(index=index, code=_INCOMPLETE, message=message, refused=False)


async def _close(
    call: Call, verdict: Literal["refused", "failed"], said: Refused | Transient | Permanent
) -> None:
    await call.settle(verdict, code=said.code, message=said.message, request_id=said.request_id)


async def _unfetched(
    call: Call, order: Order, missing: Missing, answer: Answer, arrived: str
) -> Held | Waiting:
    paid = f"{order.price(max(len(answer.parts), answer.billed or 0))}, {_name(call, answer)}"
    if missing.dead:
        # Paid for and gone: held, so that nothing buys it again without a person's word.
        cause = f"{LOST}: {missing.cause} ({paid})"
        return await hold(call, cause, request_id=answer.request_id)
    message = (
        f"paid for, not yet downloaded: {missing.cause} ({paid});"
        f" the links live until {_until(arrived)}, run again before then, for nothing"
    )
    return Waiting(why="fetch", message=message)


def _name(call: Call | Account, answer: Answer) -> str:
    """What the provider's console may know a call by."""
    return f"request {answer.request_id}" if answer.request_id else f"client id {call.intent.client_id}"


def _until(arrived: str) -> str:
    try:
        came = datetime.fromisoformat(arrived)
    except ValueError:
        came = datetime.now(UTC)
    return f"{(came + LINKS_LIVE).strftime('%Y-%m-%d %H:%M')} UTC"


def _unreadable(error: OSError) -> Waiting:
    """An answer that the disk does not give back now: it is not sent again, and may be read another time."""
    why = error.strerror or str(error)
    return Waiting(
        why="fetch", message=f"paid for; the recorded answer cannot be read ({why}); run again, for nothing"
    )


def pending(sent: Pending) -> Waiting:
    """A call that the service has taken and not answered."""
    message = f"the service has taken the call and not answered it yet ({sent.cause}); run again, for nothing"
    return Waiting(why="fetch", message=message)


async def hold(call: Call, cause: str, *, request_id: str = "") -> Held:
    """Leave a call open because nobody knows whether it was billed, and say so."""
    await call.hold(cause, request_id=request_id)
    return _held(call.id, call.intent, cause, at=begun_at(call.id), request_id=request_id)


def now() -> str:
    """The time as results and records write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def held(open_call: OpenCall) -> Held:
    """A call whose outcome is unknown, as an outcome."""
    return _held(
        open_call.id,
        open_call.intent,
        open_call.cause or "sent, and no answer was recorded",
        at=open_call.sent_at or open_call.begun_at,
        request_id=open_call.request_id,
    )


def _held(call: str, intent: Intent, cause: str, *, at: str, request_id: str) -> Held:
    return Held(
        call=call,
        worst=Money(amount=intent.worst, currency=intent.currency),
        message=cause,
        task=intent.task,
        at=at,
        pictures=intent.pictures,
        model=intent.model,
        provider=intent.provider,
        origin=intent.origin,
        client_id=intent.client_id,
        request_id=request_id,
    )


def damaged(call: str) -> Held:
    """A call whose record cannot be read, as an outcome: what it bought and for how much is not known."""
    message = f"its record is damaged, so what it bought is not known: calls/{call}"
    return Held(call=call, worst=Money(), message=message, at=begun_at(call))


def begun_at(call: str) -> str:
    """When a call began, which its id says; a moment before it was sent."""
    try:
        return datetime.fromisoformat(call.partition("-")[0].partition(".")[0] + "+00:00").isoformat()
    except ValueError:
        return now()
