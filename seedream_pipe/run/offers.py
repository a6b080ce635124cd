"""Where a picture is bought: at the first provider of the user's list that is not out.

A provider is out when its account, its quota or the line to it is, and it is proven that nothing
was billed: then the next one takes over with the same keys. Once out it is not asked again in this
run. What may have been billed is never taken elsewhere; it is held where it was sent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seedream_pipe.errors import SeedreamError, StoreError
from seedream_pipe.run.events import ProviderOut
from seedream_pipe.run.outcomes import Failed, Waiting

if TYPE_CHECKING:
    from seedream_pipe.makers import Generation, Picture, Provider
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.outcomes import Money
    from seedream_pipe.run.pay import Shop
    from seedream_pipe.run.settle import Order, Sale
    from seedream_pipe.run.stop import Stop

__all__ = ["OUT", "Offer", "Offers"]

OUT = "out"
"""Why a task waits whose provider is out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One provider of the list: its shop, its prices, and whether it can make what is asked.

    `serves` is of what shapes the pictures and the number of references.
    """

    title: str
    shop: Shop
    price: Callable[[Generation, int, int], Money]
    serves: Callable[[Generation, int], bool]

    @property
    def provider(self) -> Provider:
        """Who is asked."""
        return self.shop.provider


@dataclass(slots=True, kw_only=True)
class Offers:
    """The providers of a run, in the user's order; more than one."""

    offers: tuple[Offer, ...]
    tell: Listener
    stop: Stop
    _closed: dict[tuple[str, str], str] = field(default_factory=dict)
    """Models that a provider does not make for this account, and what it said."""
    _told: set[tuple[str, str]] = field(default_factory=set)

    async def buy(self, order: Order, references: Sequence[Picture]) -> Sale:
        """Make one order, at the first provider that can. Hold the claim of its key."""
        sale: Sale | None = None
        for offer in self._open(order):
            try:
                request = offer.provider.request(order.recipe.generation, references, take=order.take)
            except StoreError:
                raise
            except SeedreamError as error:
                failed = Failed(code=error.code, message=error.message, hint=error.hint)
                if offer is self.offers[0]:
                    return failed
                continue
            sale = await offer.shop.buy(_priced(order, offer), request)
            if not self._is_out(offer, order, sale):
                return sale
            self._tell(offer, order)
        return self._left(order, sale)

    async def close(self) -> None:
        """Let go of all connections. May be called twice."""
        for offer in self.offers:
            await offer.provider.close()

    def _open(self, order: Order) -> Iterator[Offer]:
        """Providers that are not out and can make the order, as they are when each is asked for."""
        return (offer for offer in self.offers if self._can(offer, order))

    def _can(self, offer: Offer, order: Order) -> bool:
        generation = order.recipe.generation
        if offer.shop.gone.closed.is_set() or (offer.provider.name, generation.model) in self._closed:
            return False
        return offer is self.offers[0] or offer.serves(generation, len(order.inputs))

    def _is_out(self, offer: Offer, order: Order, sale: Sale) -> bool:
        """Whether the sale says that the provider is out, of which nothing was billed."""
        if isinstance(sale, Waiting):
            return sale.why == OUT
        if not isinstance(sale, Failed):
            return False
        if sale.fault == "connection":
            offer.shop.gone.close(sale.message, kind=OUT)
        if sale.fault == "model":
            said = f"{sale.code}: {sale.message}"
            self._closed[offer.provider.name, order.recipe.generation.model] = said
            return True
        return offer.shop.gone.closed.is_set()

    def _tell(self, offer: Offer, order: Order) -> None:
        """Say once that a provider is out, and who takes over; when all are, the run sends nothing more."""
        model = order.recipe.generation.model
        of_model = self._closed.get((offer.provider.name, model), "")
        name = (offer.provider.name, model if of_model else "")
        if name in self._told:
            return
        self._told.add(name)
        next_offer = next(self._open(order), None)
        self.tell(
            ProviderOut(
                provider=offer.title,
                why=of_model or offer.shop.gone.why,
                model=model if of_model else "",
                instead=next_offer.title if next_offer is not None else "",
            )
        )
        if all(each.shop.gone.closed.is_set() for each in self.offers):
            self.stop.close("; ".join(f"{each.title} is out: {each.shop.gone.why}" for each in self.offers))

    def _left(self, order: Order, sale: Sale | None) -> Sale:
        """What becomes of an order that no provider takes."""
        if isinstance(sale, Failed) and sale.fault != "model":
            return sale
        told = "; ".join(self._why(offer, order) for offer in self.offers)
        return Waiting(why=OUT, message=f"{told}. Nothing was charged.")

    def _why(self, offer: Offer, order: Order) -> str:
        model = order.recipe.generation.model
        if offer.shop.gone.closed.is_set():
            return f"{offer.title} is out ({offer.shop.gone.why})"
        said = self._closed.get((offer.provider.name, model))
        return f"{offer.title} does not make it ({said or model})"


def _priced(order: Order, offer: Offer) -> Order:
    """The order at this provider's prices: the key is the same everywhere, the price is not."""
    generation, references = order.recipe.generation, len(order.inputs)
    return dataclasses.replace(order, price=lambda count: offer.price(generation, count, references))
