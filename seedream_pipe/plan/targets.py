"""Targets: which tasks the user means.

shots               every task of a step
shots@sc02_010      one task
shots@sc02_*        the tasks that match
tag:night           the tasks with a tag that matches
+shots  shots+      with what they need, with what needs them
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from seedream_pipe import graph
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import did_you_mean, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seedream_pipe.plan.model import Address, Plan

__all__ = ["nearest", "select"]

_TAG: Final = "tag:"
_FEW: Final = 12


def select(plan: Plan, targets: Iterable[str]) -> list[Address]:
    """The tasks that the targets mean, in the plan's order; all of them when there are none.

    Raises:
        UsageError: a target means nothing.

    """
    wanted = list(targets)
    if not wanted:
        return list(plan.tasks)
    needs = plan.needs() if any("+" in target for target in wanted) else {}
    found: set[Address] = set()
    for target in wanted:
        found |= _meant(plan, target, needs)
    return [address for address in plan.tasks if address in found]


def _meant(plan: Plan, target: str, needs: Mapping[Address, list[Address]]) -> set[Address]:
    before, after = target.startswith("+"), target.endswith("+")
    pattern = target[before : len(target) - after]
    found = set(_matching(plan, pattern))
    if not found:
        raise UsageError(f'no task matches "{escaped(pattern)}"', hint=nearest(plan, pattern))
    both = set(found)
    if before:
        both |= graph.ancestors(needs, found)
    if after:
        both |= graph.ancestors(graph.inverted(needs), found)
    return both


def nearest(plan: Plan, pattern: str) -> str:
    """A hint for what means no task: a name that is like it, or the tags that there are."""
    tags = dict.fromkeys(f"{_TAG}{tag}" for task in plan.tasks.values() for tag in task.tags)
    if f"{_TAG}{pattern}" in tags:
        return f'"{escaped(pattern)}" is a tag: {_TAG}{escaped(pattern)}'
    if pattern.startswith(_TAG):
        few = ", ".join(list(tags)[:_FEW]) + (" …" if len(tags) > _FEW else "")
        return did_you_mean(pattern, tags) or (f"known: {few}" if tags else "no task has a tag")
    return did_you_mean(
        pattern, plan.tasks if "@" in pattern else {task.step for task in plan.tasks.values()}
    )


def _matching(plan: Plan, pattern: str) -> Iterable[Address]:
    if pattern.startswith(_TAG):
        wanted = pattern.removeprefix(_TAG)
        return (a for a, task in plan.tasks.items() if any(fnmatchcase(tag, wanted) for tag in task.tags))
    if pattern in plan.tasks:
        return (pattern,)
    return (
        address
        for address, task in plan.tasks.items()
        if task.step == pattern or fnmatchcase(address, pattern)
    )
