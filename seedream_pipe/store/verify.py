"""A walk over everything in a store, and what of it is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from seedream_pipe.digest import Key
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Hit, Miss

__all__ = ["Damage", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Something in the store that cannot be used; `name` is its digest or key.

    `price` and `currency` say what a lost paid result had cost, as far as it is known.
    """

    kind: Literal["blob", "result"]
    name: str
    reason: str
    price: str = ""
    currency: str = ""


def check(store: Store) -> Iterator[Damage]:
    """Read every blob and every record, and tell the damage as it is found.

    In a store that is open for writing, what is damaged is moved to ``trash/``.
    """
    for digest in store.blobs.digests():
        found = store.blobs.whole(digest)
        if isinstance(found, Gone):
            yield Damage(kind="blob", name=digest, reason=found.reason)
    for key in store.results:
        lookup = store.results.get(key)
        match lookup:
            case Hit():
                pass
            case Miss():
                yield _lost(key, lookup)
            case _:
                assert_never(lookup)


def _lost(key: Key, miss: Miss) -> Damage:
    if miss.result is None:
        return Damage(kind="result", name=key, reason=miss.reason)
    price, currency = miss.result.price, miss.result.currency
    return Damage(kind="result", name=key, reason=miss.reason, price=price, currency=currency)
