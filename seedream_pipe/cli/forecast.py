"""A forecast on the terminal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import click

from seedream_pipe.cli.terminal import columns, padded
from seedream_pipe.reports.forecast import lines, total_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.run.forecast import Forecast

__all__ = ["print_forecast"]

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
