"""Progress: a live line on a terminal, one line a finished task elsewhere. On standard error."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from seedream_pipe.cli.terminal import plural, say, style
from seedream_pipe.problems import escaped
from seedream_pipe.run.events import (
    CallPaused,
    CallSent,
    OutputKept,
    OutputPlaced,
    RunBegan,
    TaskBegan,
    TaskEnded,
)
from seedream_pipe.run.outcomes import Failed, Held, Made, Money, Refused, Reused, Skipped, Waiting
from seedream_pipe.run.record import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedream_pipe.run.events import Event
    from seedream_pipe.run.outcomes import Outcome
    from seedream_pipe.run.record import Record

__all__ = ["Progress", "progress"]

_COLOURS = {
    "made": "green",
    "reused": "cyan",
    "waiting": "magenta",
    "held": "red",
    "refused": "red",
    "failed": "red",
    "skipped": "yellow",
}
_PAUSE_WORTH_TELLING = 5.0


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """The progress of a run; `quiet` shows nothing but the end."""
    live = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    shown = Progress(quiet=quiet)
    if not live:
        yield shown
        return
    from seedream_pipe.cli.live import Live

    with Live(shown) as drawn:
        shown.draw = drawn.draw
        yield shown
        shown.draw = None


class Progress:
    """Counts what happened, and says a line for each task that ends with something new."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._began = time.monotonic()
        self._outputs: dict[str, list[str]] = {}
        self.draw: Any = None
        self.total = 0
        self.counts: dict[str, int] = {}
        self.price = Money()
        self.made = 0
        self.flying: dict[str, float] = {}
        self.pause = ""

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self._began

    @property
    def ended(self) -> int:
        """How many tasks have their outcome."""
        return sum(self.counts.values())

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case RunBegan():
                self.total, self._began = event.total, time.monotonic()
            case TaskBegan():
                self.flying[event.address] = time.monotonic()
            case CallPaused():
                self._paused(event)
            case OutputPlaced():
                self._outputs.setdefault(event.address, []).append(event.path)
            case OutputKept():
                self._say(f"{style('kept', fg='yellow')}     {escaped(event.path)}: {event.why}")
            case TaskEnded():
                self._ended(event)
            case CallSent() | _:
                pass
        if self.draw is not None:
            self.draw()

    def _paused(self, event: CallPaused) -> None:
        self.pause = f"{event.address}: {escaped(event.why, limit=120)}"
        if event.seconds >= _PAUSE_WORTH_TELLING:
            self._say(
                f"{style('waits', fg='magenta')}    {event.address} {event.seconds:.0f} s: {escaped(event.why)}"
            )

    def _ended(self, event: TaskEnded) -> None:
        name = word(event.outcome)
        self.counts[name] = self.counts.get(name, 0) + 1
        self.flying.pop(event.address, None)
        self.pause = ""
        if isinstance(event.outcome, Made):
            self.price = self.price.plus(event.outcome.price)
            self.made += event.outcome.made
        placed = self._outputs.pop(event.address, [])
        if isinstance(event.outcome, Reused) and not placed and not event.outcome.notes:
            return
        head = f"{style(f'{name:<8}', fg=_COLOURS[name])} {event.address}"
        for line in _detail(event.outcome, event.seconds, placed):
            self._say(f"{head}  {line}")
            head = " " * 9

    def _say(self, text: str) -> None:
        if self._quiet:
            return
        if self.draw is not None:
            self.draw(text)
        else:
            say(text)

    def end(self, record: Record, file: str) -> None:
        """The last lines: what became of the run, where the pictures are, what to type next."""
        counts = record.counts()
        if record.exit_code == 0 and not counts["made"] and not record.placed:
            say(
                f"{style('up to date', fg='green')}: {plural(len(record.outcomes), 'task')}, nothing was sent"
            )
        else:
            parts = [f"{counts[name]:,} {name}" for name in _COLOURS if counts[name]]
            money = "" if not record.price.currency else f", {record.price}"
            say(f"{', '.join(parts)} in {_clock(record.seconds)}{money}")
        if record.stopped:
            say(f"{style('stopped', fg='yellow')}: {escaped(record.stopped, limit=400)}")
        say(f"outputs: {record.folder}")
        say(f"next: {_next(record, file)}")


def _detail(outcome: Outcome, seconds: float, placed: list[str]) -> Iterator[str]:
    match outcome:
        case Made():
            money = f", {outcome.price}" if outcome.price.currency else ""
            where = escaped(placed[0]) if placed else "already in place"
            more = f" and {len(placed) - 1} more" if len(placed) > 1 else ""
            yield f"{where}{more}  ({seconds:.1f} s{money})"
            yield from outcome.notes
        case Reused():
            yield f"{escaped(placed[0])}  (from the store)" if placed else "up to date"
            yield from outcome.notes
        case Held():
            yield f"may have been charged, up to {outcome.worst}: {escaped(outcome.message)}"
            yield f"call {outcome.call}; nothing was sent again"
        case Refused():
            yield f"{outcome.code}: {escaped(outcome.message, limit=300)}"
        case Failed():
            yield f"{outcome.code}: {escaped(outcome.message, limit=300)}"
            if outcome.hint:
                yield f"hint: {outcome.hint}"
        case Waiting() | Skipped():
            yield escaped(outcome.message, limit=300)


def _next(record: Record, file: str) -> str:
    counts = record.counts()
    if counts["held"]:
        return f"seedream-pipe status {file}   (look the held calls up in the provider's console)"
    if record.exit_code == 5:
        return f"seedream-pipe run {file} --max-cost …   (the rest waits; nothing is lost)"
    if counts["failed"] or counts["refused"] or counts["waiting"]:
        return f"seedream-pipe run {file}   (what was made is kept and costs nothing again)"
    return f"edit {file} or its tables, then: seedream-pipe plan {file}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{seconds:.1f} s"
