"""The operators of templates, each bounded before it runs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from seedream_pipe.plan.limits import Meter, over
from seedream_pipe.plan.text_value import kind, known, number, text_of, wrong

__all__ = ["BINARY", "concatenate", "negate", "operate"]

BINARY: Final[Mapping[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "//": operator.floordiv,
        "%": operator.mod,
        "**": operator.pow,
    }
)
_MAX_POWER_BITS: Final = 128
_JOINED: Final = (str, list, tuple)


def operate(meter: Meter, sign: str, left: Any, right: Any) -> Any:
    """`left sign right`. Texts and lists know `+` and `*`; `%` is arithmetic only."""
    known(left), known(right)
    meter.tick()
    if number(left) and number(right):
        if sign == "**":
            _check_power(left, right)
        return meter.made(BINARY[sign](left, right))
    if sign == "+" and any(isinstance(left, one) and isinstance(right, one) for one in _JOINED):
        _ask(meter, left, len(left) + len(right))
        return meter.made(left + right)
    if sign == "*":
        times, sequence = (left, right) if isinstance(left, int) else (right, left)
        if isinstance(times, int) and isinstance(sequence, str | list | tuple):
            _ask(meter, sequence, len(sequence) * max(times, 0))
            return meter.made(sequence * times)
    hint = "| int makes a number of a text"
    if sign == "+":
        hint = (
            f'{hint}; texts are joined with "~"'
            if number(left) or number(right)
            else 'texts are joined with "~"'
        )
    raise wrong(f'"{sign}" cannot take {kind(left)} and {kind(right)}', hint=hint)


def negate(meter: Meter, sign: str, value: Any) -> Any:
    """`-value` or `+value`, of a number."""
    if not number(known(value)):
        raise wrong(f'"{sign}" cannot take {kind(value)}', hint="| int makes a number of a text")
    return meter.made(-value if sign == "-" else +value)


def concatenate(meter: Meter, first: Any, *rest: Any) -> str:
    """`first ~ …`: the values as text, joined."""
    parts = [text_of(first), *map(text_of, rest)]
    meter.text(sum(map(len, parts)))
    return "".join(parts)


def _ask(meter: Meter, sequence: Any, length: int) -> None:
    if isinstance(sequence, str):
        meter.text(length)
    else:
        meter.items(length)


def _check_power(base: float, exponent: float) -> None:
    if not (isinstance(base, int) and isinstance(exponent, int)) or abs(base) <= 1:
        return
    if base.bit_length() * abs(exponent) > _MAX_POWER_BITS:
        raise over("the template makes a number of more than 30 digits")
