"""A forecast on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from seedream_pipe.cli.terminal import columns, cut, out, padded, paint, say, style, width
from seedream_pipe.reports.forecast import lines, total_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from seedream_pipe.reports.forecast import Line
    from seedream_pipe.run.decisions import Forecast

__all__ = ["print_forecast", "say_forecast"]

_COLOURS: Final[Mapping[str, str]] = {
    "make": "yellow",
    "reuse": "green",
    "waiting": "magenta",
    "pick": "yellow",
    "stale": "cyan",
    "held": "red",
    "refused": "red",
}
_WORD: Final = 8
_LONGEST_ADDRESS: Final = 40
_SHORTEST: Final = 10
_ASKED: Final = 20


def print_forecast(forecast: Forecast, *, everything: bool = False) -> None:
    """A line a task and the sum, on standard output: as wide as the terminal, in full where there is none."""
    rows = list(lines(forecast, everything=everything))
    text = _table(rows, room=width(), painted=paint)
    out("\n".join([*text, *([""] if rows else []), total_text(forecast)]))


def say_forecast(forecast: Forecast, *, more: str) -> None:
    """The beginning of it on standard error, before somebody is asked; `more` shows the rest."""
    rows = list(lines(forecast))
    for line in _table(rows[:_ASKED], room=width(err=True), painted=style):
        say(line)
    if len(rows) > _ASKED:
        say(f"… and {len(rows) - _ASKED:,} more: {more}")
    say()
    say(total_text(forecast))


def _table(rows: list[Line], *, room: int | None, painted: Callable[..., str]) -> Iterator[str]:
    address = max((columns(row.address) for row in rows), default=0)
    reason = max((columns(row.reason) for row in rows if row.price), default=0)
    price = max((columns(row.price) for row in rows), default=0)
    longest = None
    if room is not None:
        # The last column stays free: some terminals wrap when it is written.
        left = room - 1 - _WORD - 2 - (price + 2 if price else 0)
        address = min(address, max(_SHORTEST, min(_LONGEST_ADDRESS, left // 2)))
        reason = min(reason, max(_SHORTEST, left - address))
        longest = room - 1 - _WORD - 2 - address
    for row in rows:
        word = painted(f"{row.word:<{_WORD}}", fg=_COLOURS.get(row.word))
        told = row.reason if longest is None else cut(row.reason, longest)
        text = f"{padded(row.reason, reason)}  {row.price}" if row.price else told
        yield f"{word}{padded(row.address, address)}  {text}".rstrip()
