"""A forecast on the terminal."""

from __future__ import annotations

import shutil
import unicodedata
from typing import TYPE_CHECKING, Final

import click

from seedream_pipe.reports.forecast import lines, total_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.run.forecast import Forecast

__all__ = ["columns", "cut", "print_forecast"]

_COLOURS: Final[Mapping[str, str]] = {
    "make": "yellow",
    "reuse": "green",
    "waiting": "magenta",
    "held": "red",
    "refused": "red",
}
_WORD: Final = 8
_LONGEST_ADDRESS: Final = 40
_LEAST_REASON: Final = 16


def print_forecast(forecast: Forecast, *, everything: bool = False, err: bool = False) -> None:
    """A line a task and the sum; as wide as the terminal, in full where there is none."""
    rows = list(lines(forecast, everything=everything))
    width = shutil.get_terminal_size((100, 24)).columns
    address = min(_LONGEST_ADDRESS, max((columns(row.address) for row in rows), default=0), width // 2)
    price = max((columns(row.price) for row in rows), default=0)
    reason = max(_LEAST_REASON, width - _WORD - address - price - 4)
    for row in rows:
        word = click.style(f"{row.word:<{_WORD}}", fg=_COLOURS.get(row.word))
        text = padded(row.reason, reason) if row.price else row.reason
        click.echo(f"{word}{padded(row.address, address)}  {text}  {row.price}".rstrip(), err=err)
    if rows:
        click.echo(err=err)
    click.echo(total_text(forecast), err=err)


def padded(text: str, width: int) -> str:
    """The text cut or filled to so many columns."""
    shown = cut(text, width)
    return shown + " " * (width - columns(shown))


def columns(text: str) -> int:
    """How wide a text stands on a terminal: Chinese takes two columns."""
    return sum(_wide(char) for char in text)


def cut(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis when it is wider."""
    if columns(text) <= width:
        return text
    shown, used = [], 1
    for char in text:
        used += _wide(char)
        if used > width:
            break
        shown.append(char)
    return "".join(shown) + "…"


def _wide(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
