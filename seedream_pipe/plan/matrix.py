"""The combinations of a matrix, as GitHub Actions makes them. Pure.

1. Every value of every axis with every value of the others, the last axis fastest.
2. `exclude` takes out the combinations that it agrees with in all that it names.
3. `include` adds its other names to every combination whose axes it does not contradict; one
   that fits nowhere is a combination of its own, which no other entry adds to.

An axis' value is a scalar, or a map that has an `id`. Where an entry names an axis, a
scalar means the value or its `id`, ``axis.field`` means one field, and a map some of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Final, TypeAlias

from seedream_pipe.plan.context import as_text
from seedream_pipe.problems import did_you_mean, escaped

__all__ = ["MOST_COMBINATIONS", "Axes", "Combination", "MatrixError", "combinations"]

MOST_COMBINATIONS: Final = 10_000

Axes: TypeAlias = Mapping[str, Sequence[Any]]


class MatrixError(Exception):
    """A matrix that makes no sense: `part` is ``axes``, ``include`` or ``exclude``.

    `which` is the name of the axis, or the position of the entry.
    """

    def __init__(self, part: str, which: str | int, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.part, self.which, self.hint = part, which, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """The values by name, those that `include` added among them; `key` is made of the axes alone."""

    values: Mapping[str, Any]
    key: str


def combinations(
    axes: Axes, include: Sequence[Mapping[str, Any]] = (), exclude: Sequence[Mapping[str, Any]] = ()
) -> tuple[list[Combination], list[int]]:
    """The combinations in order, and the positions of the `exclude` entries that took out nothing.

    Raises:
        MatrixError: there are too many, an entry names what is not there, or a value has no key.

    """
    if axes and prod(len(values) for values in axes.values()) > MOST_COMBINATIONS:
        message = f"the matrix has more than {MOST_COMBINATIONS:,} combinations"
        raise MatrixError("axes", next(iter(axes)), message)
    for position, entry in enumerate(exclude):
        _expect_axes(axes, entry, position)
    made = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())] if axes else []
    idle = [
        position for position, entry in enumerate(exclude) if not any(_agrees(entry, one) for one in made)
    ]
    kept = [one for one in made if not any(_agrees(entry, one) for entry in exclude)]
    found = [dict(one) for one in kept]
    alone: list[Combination] = []
    for position, entry in enumerate(include):
        added = {name: value for name, value in entry.items() if _axis(axes, name) is None}
        fits = [one for one, original in zip(found, kept, strict=True) if _agrees(entry, original, axes)]
        for one in fits:
            one.update(added)
        if not fits:
            alone.append(_alone(axes, entry, position))
    joined = [Combination(values=one, key=_key(axes, one)) for one in found]
    return [*joined, *alone], idle


def _expect_axes(axes: Axes, entry: Mapping[str, Any], position: int) -> None:
    if not entry:
        raise MatrixError("exclude", position, "the entry names no axis, and would take out everything")
    for name in entry:
        if _axis(axes, name) is None:
            message = f'"{escaped(str(name), limit=60)}" is not an axis of the matrix'
            raise MatrixError("exclude", position, message, hint=did_you_mean(str(name).split(".")[0], axes))


def _axis(axes: Mapping[str, Any], name: str) -> tuple[str, tuple[str, ...]] | None:
    """The axis that a name of an entry means, and the path of the field in it; None when it means none."""
    if name in axes:
        return name, ()
    head, *path = name.split(".")
    return (head, tuple(path)) if head in axes and path else None


def _agrees(
    entry: Mapping[str, Any], values: Mapping[str, Any], axes: Mapping[str, Any] | None = None
) -> bool:
    """Whether all that the entry says of axes holds; of other names it may say what it will."""
    for name, wanted in entry.items():
        found = _axis(values if axes is None else axes, name)
        if found is None:
            continue
        axis, path = found
        value = values[axis]
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        if not _same(value, wanted):
            return False
    return True


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and _same(value[name], part) for name, part in wanted.items()
        )
    if isinstance(value, Mapping):
        value = value.get("id")
    if isinstance(value, list) or isinstance(wanted, list):
        return bool(value == wanted)
    # A value of a table is text: "2" and 2 are one market.
    return value is not None and as_text(value) == as_text(wanted)


def _alone(axes: Axes, entry: Mapping[str, Any], position: int) -> Combination:
    values: dict[str, Any] = {}
    for name, value in entry.items():
        if name not in axes and _axis(axes, name) is not None:
            message = f'no combination has this "{escaped(name, limit=60)}", so there is nothing to add to'
            raise MatrixError("include", position, message)
        known = next((each for each in axes.get(name, ()) if _same(each, value)), value)
        values[name] = known if not isinstance(value, Mapping) else value
    if not values:
        raise MatrixError("include", position, "the entry is empty")
    named = [name for name in axes if name in values] or list(values)
    try:
        return Combination(values=values, key=_key(named, values))
    except MatrixError as error:
        raise MatrixError("include", position, str(error), hint=error.hint) from None


def _key(names: Sequence[str] | Axes, values: Mapping[str, Any]) -> str:
    return "-".join(_slug(name, values[name]) for name in names)


def _slug(axis: str, value: Any) -> str:
    """A value as part of a key: its `id` or its own text, what a key cannot hold replaced."""
    named = value.get("id") if isinstance(value, Mapping) else value
    text = as_text(named)
    if not text:
        kind = "a map without an id" if isinstance(value, Mapping) else "empty or a list"
        hint = "give it one: {id: tv, aspect: 16:9}" if isinstance(value, Mapping) else "a scalar, or a map"
        raise MatrixError("axes", axis, f'a value of the axis "{axis}" is {kind}', hint=hint)
    fitted = "".join(c if c in "_-." or unicodedata.category(c)[0] in "LMN" else " " for c in text)
    slug = "-".join(fitted.split())
    if not slug:
        message = f'the value "{escaped(text, limit=60)}" of the axis "{axis}" gives no key'
        raise MatrixError("axes", axis, message, hint="write a map with an id")
    return slug
