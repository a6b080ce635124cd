"""What dead processes left open in the store, completed before a run plans anything."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from seedream_pipe import catalog, profiles
from seedream_pipe import settings as user_settings
from seedream_pipe.api.origin import local_server
from seedream_pipe.api.sources import prices, sources
from seedream_pipe.errors import OverBudget
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.recovery import Recovery
from seedream_pipe.run.settle import Till

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from seedream_pipe.ledger.book import Ledger
    from seedream_pipe.ledger.model import Account, Intent
    from seedream_pipe.makers import Provider
    from seedream_pipe.plan.model import Recipe
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.outcomes import Unfetched
    from seedream_pipe.run.pace import Pace
    from seedream_pipe.settings import Settings
    from seedream_pipe.store.folder import Store

__all__ = ["heal", "recover"]


async def recover(
    store: Store,
    ledger: Ledger,
    settings: Settings,
    *,
    environment: Mapping[str, str],
    pace: Pace,
    tell: Listener,
) -> Mapping[str, Unfetched]:
    """End for nothing what dead processes left open; gives the calls that are paid for and not fetched.

    Loads no network where there is nothing to end.

    Raises:
        StoreError: the store cannot be written.

    """
    left = await asyncio.to_thread(ledger.recover)
    known = {profile.name for profile in profiles.providers()}
    mine = [
        call
        for call in left
        if bool(call.intent.origin) == bool(local_server(settings)) and call.intent.provider in known
    ]
    if not any(_can_end(call.state, store, call.intent, call.id) for call in mine):
        return {}
    makers = _Makers(settings, environment, pace)
    recovery = _recovery(makers, store, ledger, settings, tell)
    try:
        await recovery.end(mine)
    finally:
        await makers.close()
    return recovery.unfetched


async def heal(
    lost: Sequence[Account],
    store: Store,
    ledger: Ledger,
    settings: Settings,
    *,
    environment: Mapping[str, str],
    pace: Pace,
    tell: Listener,
) -> bool:
    """Bring back for nothing what the store has lost, as long as its links live; whether anything came.

    Raises:
        StoreError: the store cannot be written.

    """
    known = {profile.name for profile in profiles.providers()}
    mine = [call for call in lost if call.reply is not None and call.intent.provider in known]
    if not mine:
        return False
    makers = _Makers(settings, environment, pace)
    try:
        return await _recovery(makers, store, ledger, settings, tell).heal(mine)
    finally:
        await makers.close()


def _recovery(makers: _Makers, store: Store, ledger: Ledger, settings: Settings, tell: Listener) -> Recovery:
    return Recovery(
        till=lambda intent: Till(
            provider=makers.of(intent), store=store, ledger=ledger, origin=intent.origin
        ),
        price=lambda intent: _price(intent, settings),
        tell=tell,
        slots=asyncio.Semaphore(settings.jobs),
    )


def _can_end(state: str, store: Store, intent: Intent, call: str) -> bool:
    if state != "sent":
        return state != "held"
    found = store.results.get(intent.key).result
    return found is not None and found.call == call


class _Makers:
    """The providers that calls were for, each made when the first of its calls is found."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], pace: Pace) -> None:
        self._settings, self._environment, self._pace = settings, environment, pace
        self._made: dict[str, Provider] = {}

    def of(self, intent: Intent) -> Provider:
        """The provider of a call; with its key, should it have to be asked for the answer."""
        if intent.provider not in self._made:
            settings = _settings_of(intent, self._settings)
            variable = profiles.provider(intent.provider).key_variable
            key = user_settings.secret(variable, self._environment) if variable else None
            self._made[intent.provider] = catalog.provider(
                intent.provider, settings, key, sleep=self._pace.sleep, patience=self._pace.patience
            )
        return self._made[intent.provider]

    async def close(self) -> None:
        """Let go of their connections."""
        for provider in self._made.values():
            await provider.close()


def _settings_of(intent: Intent, settings: Settings) -> Settings:
    """The user's settings as they are for the provider of a call."""
    for source in sources(settings):
        if source.profile.name == intent.provider:
            return source.settings
    where = f"http://{intent.origin}" if intent.origin else None
    return replace(settings, provider=intent.provider, base_url=where)


def _price(intent: Intent, settings: Settings) -> Callable[[Recipe, int, int], Money]:
    """The price of pictures of a call, as it was when the call was sent."""
    worst = Money(amount=intent.worst, currency=intent.currency)
    each = prices(profiles.provider(intent.provider), _settings_of(intent, settings))

    def price(recipe: Recipe, count: int, references: int) -> Money:
        try:
            if each(recipe.generation, intent.pictures, references) == worst:
                return each(recipe.generation, count, references)
        except OverBudget:
            pass
        return Money(amount=worst.amount * count / max(intent.pictures, 1), currency=intent.currency)

    return price
