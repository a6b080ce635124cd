"""Where pictures may be bought in a run: the provider that was chosen, and those that take over from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seedream_pipe import profiles
from seedream_pipe.api.origin import local_server
from seedream_pipe.errors import OverBudget, ProviderError, UsageError
from seedream_pipe.money import Amounts
from seedream_pipe.run.outcomes import Money

if TYPE_CHECKING:
    from seedream_pipe.makers import Generation
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.run.decisions import Prices
    from seedream_pipe.settings import Settings

__all__ = ["Source", "dearest", "lenient", "prices", "sources"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A provider, and the settings as they are for it: its name, its address, amounts by currency."""

    profile: ProviderProfile
    settings: Settings
    takes_over: bool = False

    def serves(self, generation: Generation, references: int) -> bool:
        """Whether it can take over: it has the model, and has not been known to refuse so many references.

        A full id or ``ep-…`` is of the account that it was named for (R15).
        """
        most = self.profile.references_to_warn
        if profiles.model(generation.model) is None or (most is not None and references > most):
            return False
        try:
            profiles.wire_id(self.profile.name, generation.model)
        except ProviderError:
            return False
        return True


def sources(settings: Settings) -> tuple[Source, ...]:
    """The chosen provider, and after it those of `fallback` when it is one that is paid.

    Raises:
        UsageError: there is no provider of a name, or one of them cannot take over from the first.

    """
    first = profiles.provider(settings.provider)
    chosen = Source(profile=first, settings=settings)
    if not first.paid:
        return (chosen,)
    own = replace(settings, price=_named(settings.price, first.currency))
    found = [chosen]
    for fallback in settings.fallback:
        profile = profiles.provider(fallback.provider)
        where = settings.origins.get("fallback", "fallback")
        if profile == first:
            continue
        if not profile.paid:
            raise UsageError(
                f"{where}: {profile.name} draws previews, which never stand for bought pictures",
                hint="known: 302ai, ark, byteplus",
            )
        its = replace(own, provider=profile.name, base_url=fallback.base_url)
        if bool(local_server(its)) != bool(local_server(settings)):
            raise UsageError(
                f"{where}: {first.name} and {profile.name} are not both test servers, or both real",
                hint=f"give it an address too, {profile.name}=http://127.0.0.1:…, or --fallback none",
            )
        found.append(Source(profile=profile, settings=its, takes_over=True))
    return tuple(found)


def prices(profile: ProviderProfile, settings: Settings) -> Prices:
    """What pictures cost at a provider: estimating and billing are this one function."""

    def price(generation: Generation, pictures: int, references: int) -> Money:
        if not profile.paid:
            return Money()
        known = profiles.price(
            profile.name, generation.model, size=generation.size, pictures=pictures, references=references
        )
        if known is not None:
            return Money(amount=known.amount, currency=known.currency)
        own = profiles.provider(settings.provider).currency
        given = None if settings.price is None else settings.price.of(profile.currency, own=own)
        if given is not None:
            return Money(amount=given * pictures, currency=profile.currency)
        raise OverBudget(
            f"the price of {generation.model} at {profile.title} is not known",
            hint=f"say what a picture costs: --price 0.04{profile.currency}",
        )

    return price


def dearest(found: tuple[Source, ...], currency: str) -> Prices:
    """The highest price of a call at any source of a currency that has the model; nothing where none has."""
    asked = [
        (source, prices(source.profile, source.settings))
        for source in found
        if source.profile.currency == currency
    ]

    def price(generation: Generation, pictures: int, references: int) -> Money:
        told = [
            each(generation, pictures, references)
            for source, each in asked
            if not source.takes_over or source.serves(generation, references)
        ]
        return max(told, key=lambda money: money.amount, default=Money(currency=currency))

    return price


def lenient(found: Prices, currency: str) -> Prices:
    """The same prices for who only looks: what nobody knows is an unknown price, not an error."""

    def price(generation: Generation, pictures: int, references: int) -> Money:
        try:
            return found(generation, pictures, references)
        except OverBudget:
            return Money(currency=currency, unknown=True)

    return price


def _named(price: Amounts | None, currency: str) -> Amounts | None:
    """The price with its currency, so that it is not taken for one of another provider."""
    if price is None or price.plain is None:
        return price
    own = price.of(currency, own=currency)
    others = tuple(pair for pair in price.named if pair[0] != currency)
    return Amounts(named=(*others, *([] if own is None else [(currency, own)])))
