"""What was spent on what: the fold of the account's calls. Pure.

Calls to test servers cost nothing, whatever they are said to: they have a sum of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from seedream_pipe.run.outcomes import Money

if TYPE_CHECKING:
    from seedream_pipe.ledger.budget import Entry

__all__ = ["BY", "By", "Kind", "Line", "Spending", "Under", "fold", "names_of"]

By: TypeAlias = Literal["step", "task", "tag", "provider", "model", "day", "run"]
"""What the lines are of."""

BY: Final[tuple[By, ...]] = ("step", "task", "tag", "provider", "model", "day", "run")

Kind: TypeAlias = Literal["spent", "held", "open"]
"""Spent for good; held, so perhaps owed; or set aside for what is under way or paid for and not fetched."""

Under: TypeAlias = Callable[["Entry"], Collection[str]]
"""The lines that a call belongs to; of several tags to several."""

_IN_TIME: Final = frozenset({"day", "run"})
_UNBILLED: Final = frozenset({"refused", "failed", "unsent"})


@dataclass(slots=True, kw_only=True)
class Line:
    """One name, with what its calls came to. `calls` are those that were sent or may be."""

    name: str
    calls: int = 0
    pictures: int = 0
    refused: int = 0
    money: dict[Kind, Money] = field(
        default_factory=lambda: {"spent": Money(), "held": Money(), "open": Money()}
    )

    @property
    def whole(self) -> Money:
        """Everything, as if all that is held or under way cost its worst."""
        return self.money["spent"].plus(self.money["held"]).plus(self.money["open"])

    def add(self, entry: Entry, kind: Kind) -> None:
        """Count a call."""
        self.calls += 1
        self.refused += entry.verdict == "refused"
        if entry.verdict not in _UNBILLED:
            self.pictures += entry.pictures if kind == "spent" else 0
            price = Money(amount=entry.price, currency=entry.currency)
            self.money[kind] = self.money[kind].plus(price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Lines by what was asked, and the total of all calls. `tests` are those to test servers: play money."""

    by: By
    lines: tuple[Line, ...]
    total: Line
    tests: Spending | None = None
    overlaps: bool = False
    """Whether a call stands in several lines, so that they come to more than the total."""
    damaged: int = 0
    """Calls whose records cannot be read; nobody knows what they cost, and they are in no sum."""


def names_of(by: By, tags: Mapping[str, Collection[str]]) -> Under:
    """How calls are put together; `tags` are those of the pipeline's tasks, by address."""

    def under(entry: Entry) -> Collection[str]:
        match by:
            case "step":
                return (entry.task.partition("@")[0],)
            case "task":
                return (entry.task,)
            case "tag":
                found = tags.get(entry.task)
                return ("(not in the pipeline)",) if found is None else found or ("(no tag)",)
            case "provider":
                return (entry.provider,)
            case "model":
                return (entry.model,)
            case "day":
                return (entry.at[:10],)
            case "run":
                return (entry.session,)

    return under


def fold(entries: Iterable[Entry], held: Collection[str], *, by: By, under: Under) -> Spending:
    """Sum the calls up; `held` are the ids of those that may be owed."""
    found = list(entries)
    tests = [entry for entry in found if entry.test]
    bought = _summed((entry for entry in found if not entry.test), held, by=by, under=under)
    if not tests:
        return bought
    return replace(bought, tests=_summed(tests, held, by=by, under=under))


def _summed(entries: Iterable[Entry], held: Collection[str], *, by: By, under: Under) -> Spending:
    lines: dict[str, Line] = {}
    total, overlaps = Line(name="total"), False
    for entry in entries:
        kind: Kind = "spent" if entry.verdict else "held" if entry.call in held else "open"
        total.add(entry, kind)
        names = under(entry)
        overlaps = overlaps or len(names) > 1
        for name in names:
            lines.setdefault(name, Line(name=name)).add(entry, kind)
    found = sorted(lines.values(), key=lambda line: line.name)
    if by not in _IN_TIME:
        # The sort is stable: of what costs the same the names stay in their order.
        found.sort(key=_dearness, reverse=True)
    return Spending(by=by, lines=tuple(found), total=total, overlaps=overlaps)


def _dearness(line: Line) -> list[Decimal]:
    """To sort by; of several currencies the larger amount decides, as no rate is known."""
    return sorted((each.amount for each in (line.whole, *line.whole.also)), reverse=True)
