"""A run as it goes on: the fold of its events so far, and the lines worth saying.

Pure; the clock is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from seedream_pipe.problems import escaped
from seedream_pipe.reports.messages import message
from seedream_pipe.run.events import (
    CallEnded,
    CallFinished,
    CallPaid,
    CallPaused,
    CallResent,
    CallSent,
    OutputKept,
    OutputPlaced,
    PictureLost,
    ProviderOut,
    RunBegan,
    TaskBegan,
    TaskEnded,
)
from seedream_pipe.run.outcomes import Failed, Held, Made, Money, NotNeeded, Refused, Reused, Skipped, Waiting
from seedream_pipe.run.record import out_text, resent_text, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seedream_pipe.reports.messages import Message
    from seedream_pipe.run.events import Event
    from seedream_pipe.run.outcomes import Outcome

__all__ = ["InFlight", "Progress", "Told", "clock", "detail"]

_PAUSE_WORTH_TELLING: Final = 5.0
_TELL_AGAIN: Final = 29.0
"""Seconds between two lines on the wait for another process; of many tasks one is told."""
_MESSAGE: Final = 300
_ENOUGH_TO_GUESS: Final = 3
_KEEPS_ALL: Final = frozenset({"stopped", "budget"})
"""What keeps one task waiting and all that come after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something to say for good: one word, what it is about, and the lines; or a message with remedies."""

    word: str
    subject: str
    lines: tuple[str, ...] = ()
    message: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """Calls that have left and are not back: how many, what they can cost, how long they may take yet."""

    calls: int
    worst: Money
    seconds: float


class Progress:
    """What has happened so far; `take` adds an event and gives what is to be said of it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began = now()
        self._placed: dict[str, list[str]] = {}
        self._short: set[str] = set()
        self._kept: dict[str, None] = {}
        self._elsewhere: float | None = None
        self._waits_told: set[str] = set()
        self.total = 0
        self.counts: dict[str, int] = {}
        self.price = Money()
        self.pictures = 0
        self.under_way: dict[str, None] = {}
        self._sent: dict[str, tuple[Money, float]] = {}
        self.pause = ""

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return self._now() - self._began

    @property
    def ended(self) -> int:
        """How many tasks have their outcome."""
        return sum(self.counts.values())

    def take(self, event: Event) -> Told | None:
        """Take note of an event; gives what is worth a line."""
        match event:
            case RunBegan():
                self.total, self._began = event.total, self._now()
            case TaskBegan():
                self.under_way[event.address] = None
            case CallFinished():
                self.pictures += event.pictures
                count = f"{event.pictures} picture{'' if event.pictures == 1 else 's'}"
                paid = f"{count} paid for by an earlier run, now here for nothing"
                return Told(word="fetched", subject=event.address, lines=(paid,))
            case CallSent():
                self._sent[event.call] = (event.worst, self._now() + event.patience)
            case CallEnded():
                self._sent.pop(event.call, None)
            case CallPaid():
                self.price = self.price.plus(event.price)
            case CallPaused():
                return self._paused(event)
            case ProviderOut() | PictureLost() | CallResent():
                return _said(event)
            case OutputPlaced():
                self._placed.setdefault(event.address, []).append(event.path)
            case OutputKept():
                self._kept[event.address] = None
                return Told(word="kept", subject=escaped(event.path), lines=(event.why,))
            case TaskEnded():
                return self._ended(event)
            case _:
                pass
        return None

    @property
    def in_flight(self) -> InFlight:
        """The calls that have left and are not back."""
        worst, until = Money(), 0.0
        for price, end in self._sent.values():
            worst, until = worst.plus(price), max(until, end)
        return InFlight(calls=len(self._sent), worst=worst, seconds=max(0.0, until - self._now()))

    def facts(self) -> list[str]:
        """What the live line says beside the bar, the most important first."""
        facts = [f"{count:,} {name}" for name, count in self.counts.items() if name != "reused"]
        if self.price.currency:
            facts.append(str(self.price))
        made, left = self.counts.get("made", 0), self.total - self.ended
        if made >= _ENOUGH_TO_GUESS and left:
            facts.append(f"{_minutes(left * self.seconds / made)} left")
        if self.pictures and self.seconds > 1:
            facts.append(f"{self.pictures / self.seconds * 60:.0f} pictures/min")
        if self.counts.get("reused"):
            facts.append(f"{self.counts['reused']:,} reused")
        return facts

    def _paused(self, event: CallPaused) -> Told | None:
        self.pause = f"{event.address} waits: {escaped(event.why, limit=120)}"
        if event.elsewhere:
            now = self._now()
            if self._elsewhere is not None and now - self._elsewhere < _TELL_AGAIN:
                return None
            self._elsewhere = now
            return Told(word="waits", subject=event.address, lines=(escaped(event.why),))
        if event.seconds < _PAUSE_WORTH_TELLING:
            return None
        return Told(
            word="waits", subject=event.address, lines=(f"{event.seconds:.0f} s: {escaped(event.why)}",)
        )

    def _ended(self, event: TaskEnded) -> Told | None:
        name = word(event.outcome)
        self.counts[name] = self.counts.get(name, 0) + 1
        self.under_way.pop(event.address, None)
        self.pause = ""
        if isinstance(event.outcome, NotNeeded):
            # A group that came short is told once, and not for each picture that it lacks.
            known = event.outcome.because in self._short
            self._short.add(event.outcome.because)
            return None if known else Told(word=name, subject=event.address, lines=(event.outcome.message,))
        if isinstance(event.outcome, Made):
            self.pictures += event.outcome.made
        placed = self._placed.pop(event.address, [])
        if isinstance(event.outcome, Reused) and not placed and not event.outcome.notes:
            return None
        if isinstance(event.outcome, Waiting) and event.outcome.because:
            # What waits for a pick is counted at the end, with the picks to be made.
            return None
        if isinstance(event.outcome, Waiting) and event.outcome.why in _KEEPS_ALL:
            # Said once, counted at the end.
            if event.outcome.why in self._waits_told:
                return None
            self._waits_told.add(event.outcome.why)
        said = message(event.address, event.outcome)
        if said is not None:
            return Told(word=name, subject=event.address, message=said)
        return Told(
            word=name,
            subject=event.address,
            lines=tuple(detail(event.outcome, event.seconds, placed, is_kept=event.address in self._kept)),
        )


def _said(event: ProviderOut | PictureLost | CallResent) -> Told:
    if isinstance(event, PictureLost):
        again = f"{event.message}; it cannot be fetched any more, and is bought again"
        return Told(word="lost", subject=event.address, lines=(again,))
    if isinstance(event, ProviderOut):
        return Told(word="out", subject=escaped(out_text(event), limit=_MESSAGE))
    return Told(word="resent", subject=escaped(resent_text(event), limit=_MESSAGE))


def detail(outcome: Outcome, seconds: float, placed: list[str], *, is_kept: bool = False) -> Iterator[str]:
    """What there is to say of an outcome: where, how long, for how much, or why not."""
    match outcome:
        case Made():
            money = f", {outcome.price}" if outcome.price.currency else ""
            fresh = _fresh(outcome, placed)
            where = escaped(fresh[0]) if fresh else _not_placed(is_kept=is_kept)
            more = f" and {len(fresh) - 1} more" if len(fresh) > 1 else ""
            yield f"{where}{more}  ({seconds:.1f} s{money})"
            yield from outcome.notes
            yield from outcome.beyond
        case Reused():
            more = f" and {len(placed) - 1} more" if len(placed) > 1 else ""
            yield f"{escaped(placed[0])}{more}  (from the store)" if placed else "up to date"
            yield from outcome.notes
            yield from outcome.beyond
        case Waiting() | Skipped() | NotNeeded():
            yield escaped(outcome.message, limit=_MESSAGE)
        case Held() | Refused() | Failed():
            # Their message says it.
            return


def _fresh(outcome: Made, placed: list[str]) -> list[str]:
    """The files of the pictures that came: takes that were there may get their names only now."""
    pictures = sum(digest is not None for take in outcome.takes for digest in take.pictures)
    return placed[-outcome.made :] if 0 < outcome.made < pictures else placed


def _not_placed(*, is_kept: bool) -> str:
    if is_kept:
        return "(kept: your own file is there; --force overwrites it)"
    return "already in place"


def clock(seconds: float) -> str:
    """A time as people say it."""
    return f"{_minutes(seconds)} min" if seconds >= 60 else f"{seconds:.1f} s"


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
