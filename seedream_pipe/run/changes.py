"""The fields in which a recipe differs from another, references as sequences."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol

from seedream_pipe.digest import BlobDigest
from seedream_pipe.plan.key import keyed
from seedream_pipe.plan.model import Recipe
from seedream_pipe.run.reasons import ORDER, Change, FileChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.digest import Json
    from seedream_pipe.plan.model import Input, Task
    from seedream_pipe.problems import Place
    from seedream_pipe.run.reasons import Cause
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.store.results import Result

__all__ = ["Explain", "changes_since", "recipe_changes"]


class Explain(Protocol):
    """Knows of pictures where they come from, and why there are others now."""

    def of(self, given: Input, old: str | None, new: str) -> Cause | None:
        """Why an input has another digest than the one that stood there; None where nobody knows."""

    def now(self, given: Input, digest: str) -> str:
        """Where a picture of an input comes from."""

    def before(self, digest: str) -> str:
        """Where a picture came from that was an input; empty where nobody knows."""


def changes_since(
    old: Result | None, task: Task, resolved: Resolved | None, explain: Explain | None = None
) -> tuple[Change, ...]:
    """What of a task differs from the recipe of a result; without `resolved`, references aside."""
    if old is None or not isinstance(old.recipe, dict):
        return ()
    before: dict[str, Any] = {name: value for name, value in old.recipe.items() if name != "take"}
    labels = resolved.labels if resolved else before.get("labels") or ()
    now = keyed(task.recipe, resolved.digests if resolved else (), 1, labels=labels)
    inputs = "references" if isinstance(task.recipe, Recipe) else "images"
    changes = [
        Change(field=name, old=before.get(name), new=now.get(name), at=task.places.get(name, task.at))
        for name in sorted({*before, *now} - {inputs})
        if before.get(name) != now.get(name)
    ]
    if resolved is not None:
        at = task.places.get(inputs, task.at)
        now_there = [str(digest) for digest in resolved.digests]
        found = _reference_changes(before.get(inputs) or [], now_there, resolved.labels, field=inputs, at=at)
        if explain is not None:
            found = [_explained(change, resolved, explain) for change in found]
        changes += found
    return tuple(changes)


def _explained(change: Change, resolved: Resolved, explain: Explain) -> Change:
    """The change with its cause, which is told of what stands there now, and where both come from."""
    if change.label == ORDER and isinstance(change.old, list | tuple):
        names = {str(digest): explain.now(*each) for digest, each in _given(resolved).items()}
        return replace(
            change,
            old_from=", ".join(names.get(str(digest), "") for digest in change.old),
            new_from=", ".join(names.values()),
        )
    old = change.old if isinstance(change.old, str) else None
    old_from = "" if old is None else explain.before(old)
    if not isinstance(change.new, str):
        return replace(change, old_from=old_from, label=old_from or change.label)
    given = resolved.sources[resolved.digests.index(BlobDigest(change.new))]
    new_from = explain.now(given, change.new)
    cause = explain.of(given, old, change.new)
    if isinstance(cause, FileChanged) and old_from not in {"", new_from}:
        cause = replace(cause, old=old_from)
    return replace(change, cause=cause, old_from=old_from, new_from=new_from)


def _given(resolved: Resolved) -> dict[str, tuple[Input, str]]:
    pairs = zip(resolved.digests, resolved.sources, strict=True)
    return {str(digest): (given, str(digest)) for digest, given in pairs}


def recipe_changes(old: Json, new: Json) -> tuple[Change, ...]:
    """What differs between the recipes of two results, take and order of fields aside; without places."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ()
    inputs = {"references", "images"}
    names = sorted({*old, *new} - inputs - {"take"})
    changes = [
        Change(field=name, old=old.get(name), new=new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    ]
    for name in sorted(inputs & {*old, *new}):
        one = _one_of(name)
        before, now = _texts(old.get(name)), _texts(new.get(name))
        labels = [f"{one} {number}" for number in range(1, len(now) + 1)]
        changes += _reference_changes(before, now, labels, field=name, at=None)
    return tuple(changes)


def _texts(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def _one_of(field: str) -> str:
    return "reference" if field == "references" else "picture"


def _reference_changes(
    before: list[str], now: list[str], labels: Sequence[str], *, field: str, at: Place | None
) -> list[Change]:
    """References compared as sequences: what was put in or taken out changes nothing else."""
    if before != now and sorted(before) == sorted(now):
        return [Change(field=field, old=list(before), new=list(now), at=at, label=ORDER)]
    changes: list[Change] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for old, new in zip_longest(range(a, b), range(c, d)):
            changes.append(
                Change(
                    field=field,
                    old=None if old is None else before[old],
                    new=None if new is None else now[new],
                    at=at,
                    label=f"{_one_of(field)} {(old or 0) + 1}" if new is None else labels[new],
                )
            )
    return changes
