"""The calls of a store that may be owed, and a person's word on them."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from seedream_pipe import catalog, profiles
from seedream_pipe.api.past import is_owed
from seedream_pipe.api.project import opened
from seedream_pipe.api.variant import Variant
from seedream_pipe.errors import Decided, UsageError
from seedream_pipe.ledger.book import AGAIN, Ledger
from seedream_pipe.plan.targets import select
from seedream_pipe.problems import did_you_mean, escaped
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.settle import damaged
from seedream_pipe.snapshot.root import find_root
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from seedream_pipe.ledger.model import OpenCall
    from seedream_pipe.plan.model import Address
    from seedream_pipe.settings import Settings

__all__ = ["Hold", "Word", "chosen", "end", "holds", "meant"]

Word: TypeAlias = Literal["drop", "retry"]
"""What a person says of a hold: it was not charged, or it may have been and is to be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A call that may have been charged, up to `worst`. `at` is ISO 8601 in UTC.

    `client_id` is what the provider's console may know it by (R10), `request_id` the
    service's own, empty when no answer named one. `provider` is who it was sent to, `origin` the
    host and port of a test server, else empty. `kept` pictures of it came and are in the
    store; `sure` is their price, which was charged whatever became of the rest.
    """

    call: str
    task: Address
    at: str
    worst: Money
    client_id: str
    request_id: str
    cause: str
    model: str
    pictures: int
    provider: str = ""
    origin: str = ""
    kept: int = 0
    sure: Money = field(default_factory=Money)


def holds(file: str, settings: Settings) -> tuple[Hold, ...]:
    """Every call that may be owed in the store of a pipeline file, oldest first. Writes nothing.

    Raises:
        UsageError: there is no such file.

    """
    store = Store.open(_folder(file, settings), create=False)
    with Ledger.open(store) as ledger:
        owed = (call for call in ledger.open_calls() if is_owed(call))
        found = [hold for call in owed if (hold := _hold(call, store)) is not None]
        return (*found, *map(_unreadable, ledger.unreadable()))


def chosen(
    found: Sequence[Hold], names: Sequence[str], means: Callable[[str], Collection[Address]] = lambda _: ()
) -> tuple[Hold, ...]:
    """The holds of tasks or calls that are named.

    `means` has the tasks of a name that is neither: a step, a pattern, a tag. It is asked for those
    alone, so that a hold can be ended by its task while the pipeline has problems.

    Raises:
        UsageError: nothing is held under a name.

    """
    known = [*dict.fromkeys(hold.task for hold in found), *(hold.call for hold in found)]
    wanted: set[str] = set()
    for name in names:
        tasks = {name} if name in known else {*means(name)}.intersection(known)
        if not tasks:
            raise UsageError(f'nothing is held for "{escaped(name)}"', hint=did_you_mean(name, known))
        wanted |= tasks
    return tuple(hold for hold in found if hold.task in wanted or hold.call in wanted)


def meant(file: str, name: str, settings: Settings) -> tuple[Address, ...]:
    """The tasks that a target means in a pipeline; none when it means nothing.

    Raises:
        InvalidPipeline: the pipeline has problems.

    """
    plan = opened(file, Variant()).expand(catalog.maker(profiles.provider(settings.provider)))
    try:
        return tuple(select(plan, [name]))
    except UsageError:
        return ()


def end(file: str, settings: Settings, ended: Sequence[Hold], word: Word) -> dict[str, str]:
    """End holds: dropped ones cost nothing but what came; those to be sent again count in full as spent.

    Gives the calls that had ended already, each with a sentence that says by what: of those nothing
    is changed.

    Raises:
        StoreError: it cannot be written.

    """
    store = Store.open(_folder(file, settings))
    decided: dict[str, str] = {}
    with Ledger.open(store) as ledger:
        for hold in ended:
            try:
                asyncio.run(_end(store, ledger, hold, word))
            except Decided as error:
                decided[hold.call] = error.message
    return decided


async def _end(store: Store, ledger: Ledger, hold: Hold, word: Word) -> None:
    if word == "drop":
        reason = "a person said that it was not charged"
        await ledger.release(hold.call, reason=reason, price=hold.sure.amount, pictures=hold.kept)
        return
    reason = "a person said that it may have been charged and is to be sent again"
    await ledger.release(
        hold.call,
        reason=reason,
        price=hold.worst.amount,
        pictures=hold.pictures,
        code=AGAIN,
        # Before the release: a death between them leaves a hold, of which a person is asked again.
        before=lambda: _set_aside(store, ledger, hold.call),
    )


def _set_aside(store: Store, ledger: Ledger, call: str) -> None:
    """What came of a call gives way to what the next one brings; its pictures stay in the store."""
    key = next((each.intent.key for each in ledger.open_calls() if each.id == call), None)
    result = None if key is None else store.results.get(key).result
    if key is not None and result is not None and result.call == call:
        store.results.set_aside(key)


def _folder(file: str, settings: Settings) -> Path:
    # The pipeline need not be valid: what is owed is owed.
    path = Path(os.path.abspath(file))
    if not path.exists():
        raise UsageError(f"there is no pipeline file {file!r}")
    return settings.store.absolute() if settings.store else find_root(path.parent) / ".seedream"


def _hold(call: OpenCall, store: Store) -> Hold | None:
    """A call as a person is to judge it; None when its result shows that it only was not settled."""
    result = store.results.get(call.intent.key).result
    own = result if result is not None and result.call == call.id else None
    if own is not None and call.state == "sent":
        return None
    return Hold(
        call=call.id,
        task=call.intent.task,
        at=call.sent_at or call.begun_at,
        worst=Money(amount=call.intent.worst, currency=call.intent.currency),
        client_id=call.intent.client_id,
        request_id=call.request_id,
        cause=call.cause or "sent, and no answer was recorded",
        model=call.intent.model,
        pictures=call.intent.pictures,
        provider=call.intent.provider,
        origin=call.intent.origin,
        kept=len(own.stored) if own is not None else 0,
        sure=Money(amount=Decimal(own.price), currency=own.currency) if own is not None else Money(),
    )


def _unreadable(call: str) -> Hold:
    known = damaged(call)
    return Hold(
        call=call,
        task="",
        at=known.at,
        worst=Money(),
        client_id="",
        request_id="",
        cause=known.message,
        model="",
        pictures=0,
    )
