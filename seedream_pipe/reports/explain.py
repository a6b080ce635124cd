"""Why tasks would be made, group by group: what has one difference, for one cause, is told once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from seedream_pipe.problems import escaped
from seedream_pipe.reports.forecast import price_text
from seedream_pipe.reports.pieces import Line, Piece
from seedream_pipe.reports.why import differences
from seedream_pipe.reports.words import compared
from seedream_pipe.run.decisions import Make
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.reason_text import cause_text, reason_text
from seedream_pipe.run.reasons import InputChanged, ToMake, changes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.reasons import Cause, Change, Reason

__all__ = ["lines", "mark_of"]

_NAMED: Final = 4
_VALUE: Final = 300


def lines(forecast: Forecast) -> Iterator[Line]:
    """The reasons of all tasks that would be made, those that share one together."""
    groups: dict[str, list[tuple[str, Make]]] = {}
    for address, found in forecast.tasks.items():
        if isinstance(found.decision, Make):
            made = found.decision
            mark = f"shared {made.shared}" if made.shared else _mark(made.reason)
            groups.setdefault(mark, []).append((address, made))
    for number, group in enumerate(groups.values()):
        if number:
            yield ()
        yield from _group(group)


def _mark(reason: Reason) -> str:
    """What two reasons have in common when one telling does for both.

    What changed itself needs no other cause; what did not is told by where that began.
    """
    own = [mark_of(change) for change in changes_of(reason)]
    began = [] if own else sorted(_causes_of(reason))
    what = "" if own or began else reason_text(reason)
    return json.dumps([own, began, what], default=str)


def _causes_of(reason: Reason) -> dict[str, Cause]:
    """Where it began, each kind of difference once."""
    found: dict[str, Cause] = {}
    for cause in reason.causes if isinstance(reason, InputChanged) else ():
        mark = _mark(cause.reason) if isinstance(cause, ToMake) else cause_text(cause)
        found.setdefault(mark, cause)
    return found


def mark_of(change: Change) -> object:
    """What two differences have in common when one telling does for both, as JSON values."""
    if change.cause is not None:
        return change.field, cause_text(change.cause)
    if change.field == "prompt" and isinstance(change.old, str) and isinstance(change.new, str):
        # The words that differ, whatever stands around them.
        sides = compared(change.old, change.new)
        return change.field, [piece.text.strip() for side in sides for piece in side if piece.tone]
    return change.field, change.label, change.old, change.new


def _group(group: Sequence[tuple[str, Make]]) -> Iterator[Line]:
    names = [address for address, _ in group]
    first = group[0][1]
    shown = ", ".join(map(escaped, names[:_NAMED]))
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    yield Piece(f"{shown}{more}", "strong"), Piece(f"  {_price([made for _, made in group])}", "dim")
    if first.shared:
        yield (Piece(f"  the same request as {first.shared}"),)
        return
    reason = first.reason
    causes = [cause for mark, cause in _causes_of(reason).items() if mark != _mark(reason)]
    if not causes and not changes_of(reason):
        yield Piece("  "), Piece(reason_text(reason), "work")
    yield from differences(changes_of(reason), indent="  ")
    for cause in causes:
        yield Piece("  because ", "dim"), Piece(escaped(cause_text(cause), limit=_VALUE))


def _price(made: Sequence[Make]) -> str:
    least, worst = Money(), Money()
    for each in made:
        least, worst = least.plus(each.least), worst.plus(each.worst)
    pictures = sum(each.pictures for each in made)
    tasks = f"{len(made):,} task{'' if len(made) == 1 else 's'}"
    bought = f", {pictures:,} picture{'' if pictures == 1 else 's'}" if pictures else ""
    return f"({tasks}{bought}{f': {price_text(least, worst)}' if worst.currency else ''})"
