"""Progress on standard error: a live line on a terminal, one line a finished task elsewhere."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.cli.again import command, quoted
from seedream_pipe.cli.terminal import (
    columns,
    cut,
    is_terminal,
    plural,
    say,
    squeezed,
    style,
    width,
    wrapped,
)
from seedream_pipe.cli.told import rendered, to_pick
from seedream_pipe.problems import escaped
from seedream_pipe.reports.messages import held_message
from seedream_pipe.reports.progress import Progress, clock
from seedream_pipe.run.outcomes import Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.reports.progress import Told
    from seedream_pipe.run.events import Event
    from seedream_pipe.run.outcomes import Money
    from seedream_pipe.run.record import Record

__all__ = ["Teller", "progress", "say_end"]

_COLOURS: Final = {
    "made": "green",
    "reused": "cyan",
    "waiting": "magenta",
    "held": "red",
    "refused": "red",
    "failed": "red",
    "skipped": "yellow",
    "needless": "cyan",
}
_OTHER_COLOURS: Final = {"kept": "yellow", "waits": "magenta", "fetched": "green"}
_WORD: Final = 9
_MOST_GATES: Final = 12
_SHORTEST: Final = 8
"""Columns of a name below which it says nothing."""
# Good news may be shortened on a narrow terminal; what went wrong is told in full.
_MAY_BE_CUT: Final = frozenset({"made", "reused"})


@contextmanager
def progress(*, quiet: bool) -> Iterator[Teller]:
    """Tells of a run while it lasts; `quiet` says nothing."""
    teller = Teller(quiet=quiet)
    if quiet or not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield teller
        return
    from seedream_pipe.cli.live import Live

    # Drawn from the first event on: before it a person may be asked for the price.
    with Live(teller.progress) as live:
        teller.draw = live.draw
        yield teller
        teller.draw = None


class Teller:
    """Takes the events of a run and says what is worth a line."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self.progress = Progress(time.monotonic)
        self.draw: Any = None

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        told = self.progress.take(event)
        line = "" if told is None or self._quiet else _line(told)
        if self.draw is not None:
            self.draw(line)
        elif line:
            say(line)

    def note(self, text: str) -> None:
        """Say something that concerns the whole run: in full, also on a narrow terminal."""
        for line in wrapped(text, width(err=True)):
            (self.draw or say)(line)

    def sum_up(self) -> None:
        """What had become of a run when its store failed: what was made is made, and paid for."""
        so_far = self.progress
        if so_far.counts and not self._quiet:
            (self.draw or say)(_sum(so_far.counts, so_far.seconds, so_far.price))


def _line(told: Told) -> str:
    colour = _COLOURS.get(told.word) or _OTHER_COLOURS.get(told.word)
    if told.message is not None:
        return rendered(told.message)
    first, *rest = told.lines or ("",)
    text = f"{told.subject}  {first}".rstrip()
    room = width(err=True)
    if room is not None and told.word in _MAY_BE_CUT:
        text = _fitted(told.subject, first, room - 1 - _WORD)
    head = f"{style(f'{told.word:<{_WORD - 1}}', fg=colour)} {text}"
    return "\n".join([head, *(" " * _WORD + line for line in rest)])


def _fitted(subject: str, said: str, room: int) -> str:
    """A line for so many columns. Time and price, in brackets at its end, stay; names lose their middles."""
    text = f"{subject}  {said}".rstrip()
    where, bracket, rest = said.rpartition("  (")
    if columns(text) <= room or not bracket:
        return cut(text, room)
    money = bracket + rest
    left = room - columns(money) - len("  ")
    if left < 2 * _SHORTEST:
        return squeezed(subject, max(left + len("  "), 1)) + money
    subject = squeezed(subject, max(left // 2, left - columns(where)))
    return f"{subject}  {squeezed(where, left - columns(subject))}{money}"


def say_end(record: Record, file: str, *, written: str = "", then: str = "") -> None:
    """The last lines: what became of the run, where the pictures are, what to type next.

    `written` is said before that; `then` is what to type next where nothing went wrong.
    """
    counts = record.counts()
    if record.exit_code == 0 and not counts["made"] and not record.placed:
        say(f"{style('up to date', fg='green')}: {plural(len(record.outcomes), 'task')}, nothing was sent")
    else:
        say(_sum(counts, record.seconds, record.price, pictures=record.made))
    if record.stale:
        more = f" and {len(record.stale) - 1:,} more" if len(record.stale) > 1 else ""
        say(f"{style('stale', fg='yellow')}    {escaped(record.stale[0])}{more}  approved as it is")
    if record.stopped and not _is_told(record):
        say(style(escaped(record.stopped, limit=400), fg="yellow"))
    for hold in record.holds:
        say(rendered(held_message(hold)))
    for each in record.unfetched:
        count = plural(each.pictures, "picture")
        say(f"{style('waiting', fg='magenta')}: {escaped(each.task)}, up to {count} of an earlier run")
        say(f"         {escaped(each.message, limit=400)}")
    for address, takes in list(record.gates.items())[:_MOST_GATES]:
        say(f"{style('to pick', fg='yellow')}  {address}  {plural(takes, 'take')}")
    if len(record.gates) > _MOST_GATES:
        say(f"… and {len(record.gates) - _MOST_GATES:,} more to pick: {command('status')}")
    for line in (*record.switched, *record.resent):
        say(style(escaped(line, limit=400), fg="yellow"))
    if record.placed or counts["made"] or counts["reused"]:
        say(f"outputs: {record.folder}")
    if written:
        say(written)
    say(f"next: {_next(record, file, then)}")


def _sum(counts: Mapping[str, int], seconds: float, price: Money, *, pictures: int | None = None) -> str:
    """How many tasks ended how; where `pictures`, those that came, are not as many as were made, both."""
    made = counts.get("made", 0)
    differ = pictures not in {None, made}
    names = {"made": f"task{'' if made == 1 else 's'} made"} if differ else {}
    parts = [f"{counts[name]:,} {names.get(name, name)}" for name in _COLOURS if counts.get(name)]
    if differ:
        parts.insert(1 if made else 0, plural(pictures or 0, "picture"))
    money = "" if not price.currency else f", {price}"
    return f"{', '.join(parts) or 'nothing done'} in {clock(seconds)}{money}"


def _with_more(record: Record) -> str:
    """The run again, with so much more of what was used up that it comes to its end."""
    if record.again:
        return f"{command('run')} {quoted(*record.again)}"
    return f"{escaped(record.remedy)}, then: {command('run')}" if record.remedy else command("run")


def _is_told(record: Record) -> bool:
    """Whether the message of a task has said already what stopped the run."""
    messages = [getattr(outcome, "message", "") for outcome in record.outcomes.values()]
    return any(message and message in record.stopped for message in messages)


def _next(record: Record, file: str, then: str) -> str:
    counts = record.counts()
    if counts["held"] or record.holds:
        return f"{command('held')}   (look them up in the provider's console, then drop or retry)"
    if any(isinstance(outcome, Waiting) and outcome.why == "lost" for outcome in record.outcomes.values()):
        return f"{command('run')} --retry-lost   (buys again what was paid for and is lost)"
    if record.exit_code == 5:
        return f"{_with_more(record)}   (the rest waits; nothing is lost)"
    if record.gates and not counts["failed"]:
        return then or to_pick(next(iter(record.gates)))
    if counts["refused"] and not counts["failed"] and not counts["waiting"]:
        return f"change the refused prompts, then: {command('run')}"
    if counts["failed"] or counts["refused"] or counts["waiting"]:
        return f"{command('run')}   (what was made is kept and costs nothing again)"
    if record.kept:
        return f"{command('run')} --force   (overwrites the files that were kept)"
    if record.exit_code:
        again = f"edit {quoted(file)}, then: {command('plan')}"
        return f"{again}   (a series came short and stands so; a salt, for example, buys it anew)"
    return then or f"edit {quoted(file)} or its tables, then: {command('plan')}"
