"""Money as it is written everywhere: ``$0.04``, ``0.25 CNY``."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

__all__ = ["written"]


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
