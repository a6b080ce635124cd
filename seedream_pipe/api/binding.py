"""Results of adopted takes, with the recipe that they stand for now; also where only the lock knew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seedream_pipe.api.past import adopted_result
from seedream_pipe.plan.key import keyed
from seedream_pipe.run.changes import changes_since
from seedream_pipe.run.decisions import Needless
from seedream_pipe.run.resolve import Resolved, picked, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.api.past import Remembered
    from seedream_pipe.digest import Json
    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.run.reasons import Change

__all__ = ["bind", "differences", "settle"]


def differences(
    address: Address, take: TakePictures, plan: Plan, forecast: Forecast, past: Remembered
) -> tuple[Change, ...]:
    """What differs between the recipe that an adopted take was made of and the one that it stands for."""
    if take.adopted is None:
        return ()
    old = past.result(take.adopted.of).result
    return changes_since(old, plan.tasks[address], _inputs(address, plan, forecast, past))


def bind(
    address: Address, takes: Sequence[TakePictures], plan: Plan, forecast: Forecast, past: Remembered
) -> None:
    """Write the results of adopted takes of a task.

    Raises:
        StoreError: they did not get to the disk.

    """
    task, resolved = plan.tasks[address], _inputs(address, plan, forecast, past)
    for take in takes:
        before = None if take.adopted is None else past.result(take.adopted.of).result
        entries = past.entries(take, before)
        if take.adopted is None or entries is None or resolved is None:
            continue
        changes = _tree(changes_since(before, task, resolved))
        told = replace(take, adopted=replace(take.adopted, changes=changes))
        result = replace(
            adopted_result(told, entries, before),
            take=take.take,
            recipe=keyed(task.recipe, resolved.digests, take.take, labels=resolved.labels),
            inputs=resolved.digests,
        )
        past.store.results.put(result)


def settle(plan: Plan, forecast: Forecast, past: Remembered) -> None:
    """Write the results of adopted takes that only the lock knows of: a run looks into the store alone."""
    for address, found in forecast.tasks.items():
        unknown = [
            take
            for take in found.takes
            if take.adopted is not None and not past.store.results.path(take.key).exists()
        ]
        if unknown:
            bind(address, unknown, plan, forecast, past)


def _inputs(address: Address, plan: Plan, forecast: Forecast, past: Remembered) -> Resolved | None:
    found = resolve(
        plan.tasks[address],
        lambda need: picked(plan.tasks[need], forecast.tasks[need].takes),
        past.pinned,
        is_there=lambda need: not isinstance(forecast.tasks[need].decision, Needless),
    )
    return found if isinstance(found, Resolved) else None


def _tree(changes: Sequence[Change]) -> Json:
    return [
        {"field": change.field, "label": change.label, "old": change.old, "new": change.new}
        for change in changes
    ]
