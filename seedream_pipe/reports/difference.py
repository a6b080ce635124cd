"""What a plan does otherwise than another one: in lines of pieces, and as JSON values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.problems import escaped
from seedream_pipe.reports.explain import lines as explained
from seedream_pipe.reports.explain import mark_of
from seedream_pipe.reports.forecast import behind_text, price_text, task_tree
from seedream_pipe.reports.forecast import lines as rows
from seedream_pipe.reports.pieces import Line, Piece
from seedream_pipe.reports.why import differences
from seedream_pipe.run.decisions import Blocked, Make
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.reason_text import change_tree, few

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from seedream_pipe.run.compare import Compared
    from seedream_pipe.run.difference import Difference
    from seedream_pipe.run.reasons import Change

__all__ = ["SCHEMA", "as_tree", "checked", "effect_lines", "reason_lines", "since_lines", "sum_text"]

SCHEMA: Final = "difference/1"
_LABEL: Final = 8
_MOST: Final = 20
_WAITING: Final = frozenset({"make", "reuse"})


def effect_lines(found: Difference) -> Iterator[Line]:
    """What an edit makes stale, why, and at what price; what waits, and what comes back, by name."""
    made = list(explained(found.effect))
    yield from made
    others = [row for row in rows(found.effect, everything=True) if row.word != "make"]
    if made and others:
        yield ()
    for row in others[:_MOST]:
        word = "back" if row.word == "reuse" else row.word
        text = "its pictures are in the store" if row.word == "reuse" else row.reason
        yield Piece(f"{word:<{_LABEL}} ", "dim"), Piece(row.address), Piece(f"  {text}")
    if len(others) > _MOST:
        yield (Piece(f"… and {len(others) - _MOST:,} more"),)


def since_lines(found: Difference) -> Iterator[Line]:
    """The tasks that are new, changed and gone since a revision."""
    compared = found.compared
    yield from _named("new", compared.new)
    yield from _named("gone", compared.gone)
    renamed = [f"{old} → {new}" for new, old in compared.was.items() if old != new]
    yield from _named("renamed", renamed)
    yield from _changed(compared.changed)
    yield from _named("below", compared.below, note="need pictures of those")


def reason_lines(found: Difference) -> Iterator[Line]:
    """What the tasks that changed ask for otherwise, field by field; those of one difference together."""
    groups: dict[str, list[str]] = {}
    for address, changes in found.compared.changed.items():
        mark = json.dumps([mark_of(change) for change in changes], default=str)
        groups.setdefault(mark, []).append(address)
    for number, addresses in enumerate(groups.values()):
        if number:
            yield ()
        yield (Piece(escaped(few(addresses), limit=400), "strong"),)
        yield from differences(found.compared.changed[addresses[0]], indent="  ")


def _named(word: str, addresses: Sequence[str], *, note: str = "") -> Iterator[Line]:
    if addresses:
        told = escaped(few(addresses), limit=400)
        yield (
            Piece(f"{word:<{_LABEL}} ", "strong"),
            Piece(f"{_tasks(len(addresses))}: {told}"),
            Piece(f"  ({note})" if note else "", "dim"),
        )


def _changed(changed: Mapping[str, Sequence[Change]]) -> Iterator[Line]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for address, changes in changed.items():
        groups.setdefault(tuple(dict.fromkeys(change.field for change in changes)), []).append(address)
    for fields, addresses in groups.items():
        yield from _named("changed", addresses, note=", ".join(fields))


def checked(found: Difference) -> Iterator[Line]:
    """Each task that asks for another picture than at a revision, with the field and the price."""
    compared = found.compared
    for address, changes in list(compared.changed.items())[:_MOST]:
        yield Piece(escaped(address), "strong"), Piece(f"  {_price_of(found, address)}", "dim")
        yield from differences(changes, indent="  ")
    for address in compared.below[:_MOST]:
        text = f"  needs pictures of those  {_price_of(found, address)}"
        yield Piece(escaped(address), "strong"), Piece(text, "dim")
    for address in compared.new[:_MOST]:
        yield Piece(escaped(address), "strong"), Piece(f"  new  {_price_of(found, address)}", "dim")
    for address in compared.gone[:_MOST]:
        yield Piece(escaped(address), "strong"), Piece("  gone: it holds its pictures no more", "dim")
    lists = (compared.changed, compared.below, compared.new, compared.gone)
    hidden = sum(max(len(each) - _MOST, 0) for each in lists)
    if hidden:
        yield (Piece(f"… and {hidden:,} more"),)


def _price_of(found: Difference, address: str) -> str:
    decision = found.decisions[address].decision if address in found.decisions else None
    if isinstance(decision, Blocked):
        return "waits"
    if not isinstance(decision, Make):
        return "there already"
    return price_text(decision.least, decision.worst) if decision.worst.currency else "free"


def sum_text(found: Difference, lead: str) -> Iterator[str]:
    """What it comes to, in sentences; `lead` is who buys."""
    bought = found.pictures
    if bought or found.effect.worst.amount:
        yield f"{lead} buys {_pictures(bought)}{_money(found.effect.worst)}"
    elif any(isinstance(each.decision, Make) for each in found.effect.tasks.values()):
        yield f"{lead} buys 0 pictures; operations are free"
    else:
        yield f"{lead} buys 0 pictures"
    if found.saved_pictures:
        yield f"{_pictures(found.saved_pictures)} not bought any more{_money(found.saved)}"
    if found.either:
        yield f"{_tasks(found.either)} to make either way"
    yield from behind_text(found.effect)


def _money(amount: Money) -> str:
    return f", {amount}" if amount.currency else ", free (drawn locally)"


def _tasks(count: int) -> str:
    return f"{count:,} task{'' if count == 1 else 's'}"


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def as_tree(found: Difference, **words: Any) -> dict[str, Any]:
    """The difference as JSON values; `words` say what from: a revision, values that are set."""
    compared = found.compared
    return {
        "schema": SCHEMA,
        **words,
        "same": compared.is_same,
        **_compared_tree(compared),
        "pictures": found.pictures,
        "worst": str(found.effect.worst.amount),
        "least": str(found.effect.least.amount),
        "currency": found.effect.worst.currency or found.saved.currency,
        "saved": {"pictures": found.saved_pictures, "price": str(found.saved.amount)},
        "either": found.either,
        "spared": list(found.spared),
        "tasks": {address: task_tree(each) for address, each in found.effect.tasks.items()},
    }


def _compared_tree(compared: Compared) -> dict[str, Any]:
    return {
        "new": list(compared.new),
        "gone": list(compared.gone),
        "renamed": {new: old for new, old in compared.was.items() if new != old},
        "changed": {
            address: [change_tree(change) for change in changes]
            for address, changes in compared.changed.items()
        },
        "below": list(compared.below),
    }
