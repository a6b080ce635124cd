"""One task, start to finish: looked up, bought or drawn, to its outcome.

Equal keys are made once: the claim of a key is taken before the store is asked again, so
a second task, or a second process, finds what the first one made.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from seedream_pipe.errors import Decided, SeedreamError, StoreError
from seedream_pipe.ledger.claims import claim
from seedream_pipe.makers import Answer, Reply
from seedream_pipe.plan.key import key, keyed
from seedream_pipe.plan.model import Recipe
from seedream_pipe.run.collect import LINK_DEAD, Collected, collect
from seedream_pipe.run.events import CallPaused, CallResent
from seedream_pipe.run.forecast import pictures_of
from seedream_pipe.run.load import load
from seedream_pipe.run.outcomes import (
    Failed,
    Held,
    Made,
    Money,
    Refused,
    Reused,
    TakePictures,
    Waiting,
    lost,
    standing,
)
from seedream_pipe.run.resend import may_resend, release
from seedream_pipe.run.scratch import Scratch
from seedream_pipe.run.settle import Bought, Order, held, now, owing
from seedream_pipe.store.results import Hit, Miss, Result, Stored, counted

if TYPE_CHECKING:
    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.makers import Generation, Provider, Request
    from seedream_pipe.plan.model import Task
    from seedream_pipe.run.back import Back
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.offers import Offers
    from seedream_pipe.run.outcomes import Outcome
    from seedream_pipe.run.pay import Shop
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.run.settle import Sale
    from seedream_pipe.store.folder import Store

__all__ = ["Performer", "beyond_of", "notes_of"]

_TELL_AGAIN = 30.0
"""Seconds after which a wait for another process is told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A take that is in the store; `bought` when this run made it, `hold` when more may have been billed."""

    pictures: TakePictures
    result: Result
    bought: Bought | None = None
    hold: Held | None = None


_Taken: TypeAlias = _Found | Refused | Failed | Held | Waiting


@dataclass(slots=True, kw_only=True)
class Performer:
    """Makes tasks for one run. `shop` is None for a provider that costs nothing.

    `slots` bounds how many requests are under way at once.
    """

    provider: Provider
    store: Store
    shop: Shop | None
    price: Callable[[Generation, int, int], Money]
    slots: asyncio.Semaphore
    tell: Listener
    offers: Offers | None = None
    """The providers of the user's list, the first of which is `provider`; None where there is one."""
    retry_refused: bool = False
    retry_lost: bool = False
    retry_uncertain: int = 0
    """How often a call that may have been charged is sent again by itself."""
    back: Back | None = None
    """Where pictures that the store has lost may still be."""
    unfetched: Mapping[str, Waiting] = field(default_factory=dict)
    """Calls by id whose pictures could not be fetched a moment ago, when the run began."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = field(default=time.monotonic)
    _making: set[Key] = field(default_factory=set)

    async def close(self) -> None:
        """Let go of all connections. May be called twice."""
        await self.provider.close()
        if self.offers is not None:
            await self.offers.close()

    async def heal(self, task: Task, resolved: Resolved, digests: Sequence[BlobDigest]) -> bool:
        """Bring back pictures of a task that the store has just lost, for nothing; whether they are there."""
        for take in range(1, task.takes + 1):
            wanted = key(task.recipe, resolved.digests, take)
            async with self.slots, self._claimed(task, wanted):
                lookup = await asyncio.to_thread(self.store.results.get, wanted)
                if isinstance(lookup, Miss) and not await asyncio.to_thread(
                    self._take_back, task, resolved, take, wanted
                ):
                    await self._healed(self._order(task, resolved, take, wanted))
        return all(self.store.blobs.has(digest) for digest in digests)

    async def perform(self, task: Task, resolved: Resolved) -> Outcome:
        """Every take of a task, looked up or made."""
        began = self.monotonic()
        takes = [self._take(task, resolved, take) for take in range(1, task.takes + 1)]
        # All to their end, whatever becomes of one: the others may be paid for already.
        ended = await asyncio.gather(*takes, return_exceptions=True)
        taken: list[_Taken] = []
        for item in ended:
            if isinstance(item, BaseException):
                raise item
            taken.append(item)
        found = [item for item in taken if isinstance(item, _Found)]
        holds = [item.hold for item in found if item.hold is not None]
        if holds or len(found) < len(taken):
            return standing(_worst([*taken, *holds]), tuple(item.pictures for item in found), task.pick)
        return _made(task, found, self.monotonic() - began)

    async def _take(self, task: Task, resolved: Resolved, take: int) -> _Taken:
        wanted = key(task.recipe, resolved.digests, take)
        found = await asyncio.to_thread(self._look_up, wanted, take)
        if found is not None:
            return found

        if wanted in self._making:
            self.tell(CallPaused(address=task.address, why="another task is making the same picture"))
        async with self.slots, self._claimed(task, wanted):
            return await self._under_claim(task, resolved, take, wanted)

    @asynccontextmanager
    async def _claimed(self, task: Task, wanted: Key) -> AsyncIterator[None]:
        """The claim of a key; while another process has it, that is said again and again."""
        told: list[asyncio.Task[None]] = []

        def waits() -> None:
            if wanted not in self._making:
                told.append(asyncio.create_task(self._tell_of_wait(task, wanted)))

        try:
            async with claim(self.store, wanted, sleep=self.sleep, waiting=waits):
                for teller in told:
                    teller.cancel()
                self._making.add(wanted)
                try:
                    yield
                finally:
                    self._making.discard(wanted)
        finally:
            for teller in told:
                teller.cancel()

    async def _tell_of_wait(self, task: Task, wanted: Key) -> None:
        why = "another run is making the same pictures; this one goes on when it has them"
        while wanted not in self._making:
            self.tell(CallPaused(address=task.address, why=why, elsewhere=True))
            await self.sleep(_TELL_AGAIN)

    def _look_up(self, wanted: Key, take: int) -> _Found | None:
        origin = self.shop.origin if self.shop is not None else ""
        lookup = counted(self.store.results.get(wanted), origin)
        pictures = pictures_of(lookup, take)
        if pictures is None or not isinstance(lookup, Hit):
            return None
        return _Found(pictures=pictures, result=lookup.result, hold=self._hold_of(lookup.result))

    def _hold_of(self, result: Result) -> Held | None:
        """The hold of a result that came short, until a person has said a word on it."""
        if self.shop is None or not owing(result):
            return None
        calls = self.shop.ledger.open_calls_of(result.key, origin=self.shop.origin)
        return next((held(call) for call in calls if call.id == result.call), None)

    def _take_back(self, task: Task, resolved: Resolved, take: int, wanted: Key) -> _Found | None:
        lost = self.store.results.get(wanted)
        if self.back is None or isinstance(lost, Hit):
            return None
        if self.shop is not None and self.shop.ledger.is_wanted_again(wanted):
            return None
        result = self.back.taken(task, take, lost, wanted, resolved.digests)
        return None if result is None else self._look_up(wanted, take)

    async def _under_claim(self, task: Task, resolved: Resolved, take: int, wanted: Key) -> _Taken:
        found = await asyncio.to_thread(self._look_up, wanted, take)
        if found is None and self.back is not None:
            found = await asyncio.to_thread(self._take_back, task, resolved, take, wanted)
        if found is not None:
            await self._close(found.result)
            return found
        order = self._order(task, resolved, take, wanted)
        generation = order.recipe.generation
        remembered = await self._remembered(order)
        if remembered is not None:
            return remembered
        healed = await self._healed(order)
        if healed is not None:
            return healed
        try:
            references = await asyncio.to_thread(load, self.store, resolved)
            request = self.provider.request(generation, references, take=take)
        except StoreError:
            raise
        except SeedreamError as error:
            return Failed(code=error.code, message=error.message, hint=error.hint)
        if self.shop is None:
            return await self._draw(order, request)
        while True:
            if self.offers is not None:
                sale = await self.offers.buy(order, references)
            else:
                sale = await self.shop.buy(order, request)
            if not isinstance(sale, Held) or not await self._sends_again(order, sale):
                return _sold(sale, take)

    def _order(self, task: Task, resolved: Resolved, take: int, wanted: Key) -> Order:
        if not isinstance(task.recipe, Recipe):
            raise TypeError(f"{task.address} is not for a provider")
        generation = task.recipe.generation
        return Order(
            key=wanted,
            address=task.address,
            recipe=task.recipe,
            take=take,
            inputs=resolved.digests,
            price=lambda count: self.price(generation, count, len(resolved.digests)),
        )

    async def _sends_again(self, order: Order, hold: Held) -> bool:
        """Whether a hold is ended and its call sent again: the user said so beforehand."""
        if self.shop is None:
            return False
        ledger, times = self.shop.ledger, self.retry_uncertain
        if not await asyncio.to_thread(may_resend, ledger, hold, order.key, times=times):
            return False
        try:
            await release(ledger, hold)
        except Decided:
            # A person was faster: what is bought now goes by their word.
            return True
        self.tell(CallResent(address=order.address, call=hold.call, worst=hold.worst))
        return True

    async def _healed(self, order: Order) -> _Taken | None:
        """Pictures that were bought and that the store has lost, from the answer that brought them."""
        if self.shop is None:
            return None
        ledger, origin = self.shop.ledger, self.shop.origin
        bought = await asyncio.to_thread(ledger.bought, order.key, origin=origin)
        if bought is None or await asyncio.to_thread(ledger.is_wanted_again, order.key):
            return None
        sale = await self.shop.till.heal(bought, order)
        if sale is not None:
            return _sold(sale, order.take)
        if self.retry_lost:
            return None
        return lost("its pictures are gone from the store", order.price(order.recipe.generation.ceiling))

    async def _close(self, result: Result) -> None:
        """End the call of a result whose process died between the result and the outcome."""
        if self.shop is None:
            return
        ledger, origin = self.shop.ledger, self.shop.origin
        for call in await asyncio.to_thread(ledger.open_calls_of, result.key, origin=origin):
            if call.id == result.call and call.state != "held":
                await self.shop.till.close(await asyncio.to_thread(ledger.resume, call), result)

    async def _remembered(self, order: Order) -> _Taken | None:
        """What the ledger knows of the key: an answer to complete, a hold, a refusal."""
        if self.shop is None:
            return None
        ledger, origin = self.shop.ledger, self.shop.origin
        for call in await asyncio.to_thread(ledger.open_calls_of, order.key, origin=origin):
            if call.id in self.unfetched:
                return self.unfetched[call.id]
            if call.state in {"answered", "taken"}:
                sale = await self.shop.finish(call, order)
                if sale is not None:
                    return _sold(sale, order.take)
            if call.state in {"sent", "held"}:
                may = call.state == "held" or not call.alive
                if not may or not await self._sends_again(order, held(call)):
                    return held(call)
        if self.retry_refused:
            return None
        refusal = await asyncio.to_thread(ledger.refusal, order.key, origin=origin)
        if refusal is None:
            return None
        return Refused(code=refusal.code, message=refusal.message, request_id=refusal.request_id)

    async def _draw(self, order: Order, request: Request) -> _Taken:
        """A provider that costs nothing: the same three movements, without an account."""
        began = self.monotonic()
        tape = Scratch(self.store.blobs.temporary())
        try:
            sent = await self.provider.send(request, tape)
            if not isinstance(sent, Reply):
                return Failed(code="NotDrawn", message=sent.cause)
            answer = await asyncio.to_thread(self.provider.read, sent)
            if not isinstance(answer, Answer):
                return Failed(code=answer.code, message=answer.message)
            collected = await collect(self.provider, self.store, answer, sent)
        finally:
            tape.discard()
        if not isinstance(collected, Collected):
            return Failed(code="NotDrawn", message=collected.cause)
        result = Result(
            key=order.key,
            recipe=keyed(order.recipe, order.inputs, order.take),
            inputs=order.inputs,
            take=order.take,
            pictures=collected.entries,
            provider=self.provider.name,
            model=answer.model,
            created_at=now(),
            seconds=round(self.monotonic() - began, 3),
        )
        await asyncio.to_thread(self.store.results.put, result)
        return _sold(Bought(result=result, price=Money()), order.take)


def _sold(sale: Sale, take: int) -> _Taken:
    if not isinstance(sale, Bought):
        return sale
    pictures = pictures_of(Hit(result=sale.result), take)
    if pictures is None:
        raise AssertionError("a hit has pictures")
    return _Found(pictures=pictures, result=sale.result, bought=sale, hold=sale.hold)


def _worst(taken: Sequence[_Taken]) -> Outcome:
    """One outcome for a task whose takes did not all come: what a person has to look at first."""
    for kind in (Held, Failed, Refused, Waiting):
        for item in taken:
            if isinstance(item, kind):
                return item
    raise AssertionError("only called when a take is missing")


def _made(task: Task, found: Sequence[_Found], seconds: float) -> Outcome:
    takes = tuple(item.pictures for item in found)
    notes = tuple(note for item in found for note in notes_of(item.result))
    beyond = tuple(note for item in found for note in beyond_of(task, item.result))
    bought = [item.bought for item in found if item.bought is not None]
    if not bought:
        return Reused(takes=takes, notes=notes, beyond=beyond)
    price = Money()
    for sale in bought:
        price = price.plus(sale.price)
    return Made(
        takes=takes,
        price=price,
        seconds=round(seconds, 3),
        made=sum(len(sale.result.stored) for sale in bought),
        notes=notes,
        beyond=beyond,
    )


def beyond_of(task: Task, result: Result) -> Iterator[str]:
    """The pictures of a result that nobody asked for: paid for as the others are, and under no name."""
    if not isinstance(task.recipe, Recipe):
        return
    asked = task.recipe.generation.ceiling
    more = [entry.digest[:12] for entry in result.pictures[asked:] if isinstance(entry, Stored)]
    if more:
        came = "1 picture" if len(more) == 1 else f"{len(more)} pictures"
        said = f"; the service counts {result.billed} (request {result.request_id})"
        counted = said if (result.billed or 0) > asked else ""
        yield (
            f"{came} came beyond the {asked} asked for, kept in the store under no name:"
            f" {', '.join(more)}{counted}"
        )


def notes_of(result: Result) -> Iterator[str]:
    """What of a result did not come: holes, refused or failed, lost, or perhaps billed."""
    for gap in result.gaps:
        if gap.code == LINK_DEAD:
            yield f"picture {gap.index}: {gap.message}"
        elif owing(result) == gap.message:
            yield f"{gap.message} (request {result.request_id})"
        else:
            yield f"picture {gap.index}: {'refused' if gap.refused else 'failed'} ({gap.code})"
