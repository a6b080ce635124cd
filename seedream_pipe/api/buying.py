"""The shops of a run: one for each provider it may buy from, each with its key, caps, gates and prices."""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seedream_pipe import catalog, profiles
from seedream_pipe import settings as user_settings
from seedream_pipe.api.caps import agreed_cap
from seedream_pipe.api.origin import local_server
from seedream_pipe.api.sources import prices, sources
from seedream_pipe.ledger.accounts import account
from seedream_pipe.ledger.gate import Gate
from seedream_pipe.run.offers import Offer, Offers
from seedream_pipe.run.pay import Shop
from seedream_pipe.run.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.api.sources import Source
    from seedream_pipe.ledger.book import Ledger
    from seedream_pipe.plan.model import Plan
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.pace import Pace
    from seedream_pipe.settings import Secret, Settings
    from seedream_pipe.store.folder import Store

__all__ = ["Buying", "client_id"]


@dataclass(slots=True, kw_only=True)
class Buying:
    """What the shops of one run have in common."""

    store: Store
    ledger: Ledger
    plan: Plan
    forecast: Forecast
    settings: Settings
    environment: Mapping[str, str]
    pace: Pace
    tell: Listener
    stop: Stop
    _offers: tuple[Offer, ...] = field(default=())

    def shop(self) -> Shop:
        """The shop of the provider that was chosen."""
        return self._made()[0].shop

    def offers(self) -> Offers | None:
        """All of them, when others may take over; None when there are none."""
        made = self._made()
        return Offers(offers=made, tell=self.tell, stop=self.stop) if len(made) > 1 else None

    def _made(self) -> tuple[Offer, ...]:
        if not self._offers:
            found = sources(self.settings)
            self._offers = tuple(self._offer(source, found) for source in found)
        return self._offers

    def _offer(self, source: Source, found: tuple[Source, ...]) -> Offer:
        key = user_settings.secret(source.profile.key_variable or "", self.environment)
        provider = catalog.provider(
            source.profile.name, source.settings, key, sleep=self.pace.sleep, patience=self.pace.patience
        )
        shop = Shop(
            provider=provider,
            store=self.store,
            ledger=self.ledger,
            cap=agreed_cap(found, source, self.settings, self.plan, self.forecast),
            gates=self._gates(source, key),
            client_id=client_id,
            tell=self.tell,
            stop=self.stop,
            out=Stop() if len(found) > 1 else None,
            origin=local_server(source.settings),
            sleep=self.pace.sleep,
            chance=random.random,
            monotonic=self.pace.clock,
        )
        return Offer(
            title=source.profile.title,
            shop=shop,
            price=prices(source.profile, source.settings),
            serves=source.serves,
        )

    def _gates(self, source: Source, key: Secret | None) -> Callable[[str], Gate]:
        gates: dict[str, Gate] = {}
        revealed = key.reveal() if key is not None else ""
        origin = local_server(source.settings)
        name = account(self.store, source.profile.name, revealed, origin=origin)

        def gate(model: str) -> Gate:
            if model not in gates:
                known = profiles.model(model)
                limit = known.pictures_per_minute if known else None
                gates[model] = Gate(
                    self.ledger,
                    scope=f"{name}/{model}",
                    limit=self.settings.images_per_minute or limit,
                    account=name,
                    most=self.settings.jobs,
                    clock=self.pace.clock,
                    sleep=self.pace.sleep,
                )
            return gates[model]

        return gate


def client_id() -> str:
    """The id that a call carries for tracing (R10): the form of the official SDK."""
    return time.strftime("%Y%m%d%H%M%S") + secrets.token_hex(10).upper()
