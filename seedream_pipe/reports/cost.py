"""What was spent, as lines of cells and as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.money import written
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.run.outcomes import Money
    from seedream_pipe.run.spending import Kind, Line, Spending

__all__ = ["SCHEMA", "as_tree", "notes", "rows"]

SCHEMA: Final = "cost/1"
_HEADS: Final[Mapping[Kind, str]] = {"spent": "spent", "held": "may be owed", "open": "set aside"}
_LONGEST: Final = 200


def rows(spending: Spending) -> list[tuple[str, ...]]:
    """A head, a row for each line, and the total: name, calls, pictures, money by kind.

    Kinds that no call is of are left out.
    """
    kinds = [kind for kind in _HEADS if kind == "spent" or _is_some(spending.total.money[kind])]
    head = (spending.by, "calls", "pictures", *(_HEADS[kind] for kind in kinds))
    every = (*spending.lines, spending.total)
    return [head, *(_row(line, kinds) for line in every)]


def _row(line: Line, kinds: list[Kind]) -> tuple[str, ...]:
    name = escaped(line.name, limit=_LONGEST)
    return (name, f"{line.calls:,}", f"{line.pictures:,}", *(_money(line.money[kind]) for kind in kinds))


def _money(money: Money) -> str:
    # In one order on every line, whichever came first.
    parts = sorted((money, *money.also), key=_currency, reverse=True)
    return " + ".join(written(each.amount, each.currency) for each in parts if each.amount) or "-"


def _currency(money: Money) -> str:
    return money.currency


def _is_some(money: Money) -> bool:
    return any(each.amount for each in (money, *money.also))


def notes(spending: Spending, *, look: str) -> Iterator[str]:
    """What the table does not say by itself; `look` is the command that lists what is held."""
    total = spending.total
    if spending.overlaps:
        yield "a task with several tags counts for each of them: the lines come to more than the total"
    if _is_some(total.money["held"]):
        yield f"up to {_money(total.money['held'])} may be owed: {look}   (lists the calls)"
    if _is_some(total.money["open"]):
        aside = _money(total.money["open"])
        yield f"up to {aside} are set aside: calls under way, or paid for and not fetched yet"
    if spending.damaged:
        are = "call is" if spending.damaged == 1 else "calls are"
        yield f"{spending.damaged:,} {are} in no sum, for the records are damaged: {look}   (lists the calls)"
    if total.refused:
        were = "call was" if total.refused == 1 else "calls were"
        yield f"{total.refused:,} {were} refused by the content filter, and cost nothing"


def as_tree(spending: Spending) -> dict[str, Any]:
    """The same as JSON values; calls to test servers apart."""
    tests = spending.tests
    return {
        "schema": SCHEMA,
        "by": spending.by,
        **_sums(spending),
        "test_servers": None if tests is None else _sums(tests),
        "damaged": spending.damaged,
    }


def _sums(spending: Spending) -> dict[str, Any]:
    return {"lines": [_tree(line) for line in spending.lines], "total": _tree(spending.total)}


def _tree(line: Line) -> dict[str, Any]:
    amounts: dict[str, dict[str, str]] = {}
    for kind, money in line.money.items():
        for each in (money, *money.also):
            if each.currency:
                amounts.setdefault(each.currency, dict.fromkeys(_HEADS, "0"))[kind] = f"{each.amount:f}"
    return {
        "name": line.name,
        "calls": line.calls,
        "pictures": line.pictures,
        "refused": line.refused,
        "money": amounts,
    }
