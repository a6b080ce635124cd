"""The calls of a store that may be owed, and a person's word on them."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from seedream_pipe.api.past import is_owed
from seedream_pipe.errors import UsageError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.problems import did_you_mean, escaped
from seedream_pipe.run.outcomes import Money
from seedream_pipe.snapshot.root import find_root
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.ledger.calls import OpenCall
    from seedream_pipe.plan.model import Address
    from seedream_pipe.settings import Settings

__all__ = ["Hold", "Word", "chosen", "end", "holds"]

Word: TypeAlias = Literal["drop", "retry"]
"""What a person says of a hold: it was not charged, or it may have been and is to be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A call that may have been charged, up to `worst`. `at` is ISO 8601 in UTC.

    `client_id` is what the provider's console may know it by (R10), `request_id` the
    service's own, empty when no answer named one.
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


def holds(file: str, settings: Settings) -> tuple[Hold, ...]:
    """Every call that may be owed in the store of a pipeline file, oldest first. Writes nothing.

    Raises:
        UsageError: there is no such file.

    """
    store = Store.open(_folder(file, settings), create=False)
    with Ledger.open(store) as ledger:
        return tuple(_hold(call) for call in ledger.open_calls() if is_owed(call))


def chosen(found: Sequence[Hold], names: Sequence[str]) -> tuple[Hold, ...]:
    """The holds of tasks or calls that are named.

    Raises:
        UsageError: nothing is held under a name.

    """
    known = [*dict.fromkeys(hold.task for hold in found), *(hold.call for hold in found)]
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise UsageError(f'nothing is held for "{escaped(unknown)}"', hint=did_you_mean(unknown, known))
    return tuple(hold for hold in found if hold.task in names or hold.call in names)


def end(file: str, settings: Settings, ended: Sequence[Hold], word: Word) -> None:
    """End holds: dropped ones cost nothing, those to be sent again count in full as spent.

    Raises:
        StoreError: one has been ended by somebody else, or it cannot be written.

    """
    with Ledger.open(Store.open(_folder(file, settings))) as ledger:
        asyncio.run(_end(ledger, ended, word))


async def _end(ledger: Ledger, ended: Sequence[Hold], word: Word) -> None:
    for hold in ended:
        if word == "drop":
            await ledger.release(hold.call, reason="a person said that it was not charged")
        else:
            reason = "a person said that it may have been charged and is to be sent again"
            await ledger.release(hold.call, reason=reason, price=hold.worst.amount)


def _folder(file: str, settings: Settings) -> Path:
    # The pipeline need not be valid: what is owed is owed.
    path = Path(os.path.abspath(file))
    if not path.exists():
        raise UsageError(f"there is no pipeline file {file!r}")
    return settings.store.absolute() if settings.store else find_root(path.parent) / ".seedream"


def _hold(call: OpenCall) -> Hold:
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
    )
