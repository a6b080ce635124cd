"""What an edit would touch: in lines of pieces, and as JSON values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.problems import escaped
from seedream_pipe.reports.forecast import behind_text, is_stale, price_text, task_tree
from seedream_pipe.reports.pieces import Line, Piece
from seedream_pipe.run.decisions import Make

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from seedream_pipe.run.decisions import Forecast

__all__ = ["SCHEMA", "Touched", "as_tree", "lines"]

SCHEMA: Final = "impact/1"
_LABEL: Final = 11
_MOST_STEPS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What an edit at some paths would touch.

    `direct` are the tasks whose pictures would be others, with the fields that read it; `below`
    those that need their pictures; `others` further ones by what would become of them, in words.
    """

    paths: Sequence[str]
    direct: Mapping[str, Sequence[str]]
    below: Sequence[str]
    others: Mapping[str, Sequence[str]]
    effect: Forecast


def lines(touched: Touched, *, everything: bool = False) -> Iterator[Line]:
    """What an edit would touch, for people; with `everything` each task by name."""
    effect = touched.effect
    yield (Piece(", ".join(map(escaped, touched.paths)), "strong"),)
    if not touched.direct and not any(touched.others.values()):
        yield (Piece("  no task reads it: an edit there costs nothing"),)
        return
    yield from _group("directly", touched.direct, fields=touched.direct, everything=everything)
    yield from _group("downstream", touched.below, everything=everything)
    stale = [address for address, found in effect.tasks.items() if is_stale(found)]
    yield from _group("approved", stale, everything=everything, note="stay as they are")
    for words, addresses in touched.others.items():
        yield from _group("free", addresses, everything=everything, note=words)
    yield (Piece(_sum(effect)),)
    yield from ((Piece(text),) for text in behind_text(effect))


def _group(
    label: str,
    addresses: Iterable[str],
    *,
    everything: bool,
    fields: Mapping[str, Sequence[str]] | None = None,
    note: str = "",
) -> Iterator[Line]:
    found = list(addresses)
    if not found:
        return
    told = list(_named(found, fields) if everything else _counted(found, fields))
    note = f"  ({note})" if note else ""
    for number, text in enumerate(told):
        yield Piece(f"  {label if number == 0 else '':<{_LABEL}} ", "dim"), Piece(text), Piece(note, "dim")


def _named(found: Sequence[str], fields: Mapping[str, Sequence[str]] | None) -> Iterator[str]:
    for address in found:
        read = ", ".join(fields[address]) if fields else ""
        yield f"{address}{f': {read}' if read else ''}"


def _counted(found: Sequence[str], fields: Mapping[str, Sequence[str]] | None) -> Iterator[str]:
    steps = Counter(address.partition("@")[0] for address in found)
    for step, count in list(steps.items())[:_MOST_STEPS]:
        own = [address for address in found if address.partition("@")[0] == step]
        read = ", ".join(dict.fromkeys(name for address in own for name in (fields or {}).get(address, ())))
        name = own[0] if count == 1 else f"{step}: {count:,} tasks"
        yield f"{name}{f', {read}' if read else ''}"
    if len(steps) > _MOST_STEPS:
        yield f"and {len(steps) - _MOST_STEPS:,} more steps"


def _sum(effect: Forecast) -> str:
    made = [found.decision for found in effect.tasks.values() if isinstance(found.decision, Make)]
    if not made:
        return "nothing would be made"
    count = f"{len(made):,} task{'' if len(made) == 1 else 's'}"
    pictures = f"{effect.pictures:,} picture{'' if effect.pictures == 1 else 's'}"
    if not effect.pictures:
        return f"{count} to make, for nothing: operations are free"
    money = price_text(effect.least, effect.worst) if effect.worst.currency else "free (drawn locally)"
    return f"{count} to make, up to {pictures} on {effect.provider}: {money}"


def as_tree(touched: Touched) -> dict[str, Any]:
    """What an edit would touch, as JSON values."""
    effect = touched.effect
    return {
        "schema": SCHEMA,
        "paths": list(touched.paths),
        "direct": {address: list(fields) for address, fields in touched.direct.items()},
        "below": list(touched.below),
        "others": {words: list(addresses) for words, addresses in touched.others.items()},
        "pictures": effect.pictures,
        "least": str(effect.least.amount),
        "worst": str(effect.worst.amount),
        "currency": effect.worst.currency,
        **({"unpriced": True} if effect.worst.unknown else {}),
        "tasks": {address: task_tree(found) for address, found in effect.tasks.items()},
    }
