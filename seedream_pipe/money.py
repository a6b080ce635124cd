"""Money as it is written everywhere: ``$0.04``, ``0.25 CNY``; and as people write what may be spent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

__all__ = ["Amounts", "written"]

_MOST: Final = 10**9
_SIGNS: Final[Mapping[str, str]] = {"$": "USD", "¥": "CNY", "￥": "CNY"}
_AMOUNT: Final = re.compile(
    r"\s*(?P<sign>[$¥￥])?\s*(?P<number>[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]{1,4})?)\s*(?P<code>[A-Za-z]{3})?\s*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Amounts by currency, as in ``5``, ``5USD`` or ``5USD,30CNY``.

    `plain` is the one without a currency: it is in that of the provider that was chosen.
    """

    plain: Decimal | None = None
    named: tuple[tuple[str, Decimal], ...] = ()

    @classmethod
    def read(cls, text: str) -> Amounts:
        """Read what a person wrote; ``$`` and ``¥`` name a currency too.

        Raises:
            ValueError: it is no amount, one is given twice, or it is out of bounds.

        """
        plain: Decimal | None = None
        named: dict[str, Decimal] = {}
        for part in text.split(","):
            found = _AMOUNT.fullmatch(part)
            amount = Decimal(found["number"]) if found else Decimal(-1)
            if found is None or not 0 <= amount <= _MOST:
                raise ValueError(f"{part.strip()!r} is not an amount of money")
            sign, code = _SIGNS.get(found["sign"] or "", ""), (found["code"] or "").upper()
            currency = sign or code
            if (sign and code and sign != code) or currency in named or (plain is not None and not currency):
                raise ValueError(f"{text.strip()!r} gives a currency twice")
            if currency:
                named[currency] = amount
            else:
                plain = amount
        return cls(plain=plain, named=tuple(named.items()))

    def of(self, currency: str, *, own: str) -> Decimal | None:
        """The amount in a currency, `own` being that of the provider that was chosen; None is none said."""
        found = dict(self.named).get(currency)
        return self.plain if found is None and currency == own else found

    def with_(self, currency: str, amount: Decimal) -> Amounts:
        """The same with another amount in a currency; in the plain one's where it is not named."""
        if currency in dict(self.named) or self.plain is None:
            return Amounts(plain=self.plain, named=tuple((dict(self.named) | {currency: amount}).items()))
        return Amounts(plain=amount, named=self.named)

    def __str__(self) -> str:
        """As it is written on a command line."""
        plain = [] if self.plain is None else [f"{self.plain:f}"]
        return ",".join([*plain, *(f"{amount:f}{currency}" for currency, amount in self.named)])


def written(amount: Decimal | str, currency: str) -> str:
    """An amount with its currency, to the cent or as exact as it is; without a currency it is free.

    A text that is no number, of a file that was damaged, stands as it is.
    """
    if not currency:
        return "free"
    try:
        exact = Decimal(amount)
        cents = round(exact, 2)
    except InvalidOperation:
        return f"{amount} {currency}"
    text = f"{exact:.2f}" if exact == cents else f"{exact.normalize():f}"
    return f"${text}" if currency == "USD" else f"{text} {currency}"
