"""What a person decides or has decided, as a run sees it: gates, and tasks that are to stay as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seedream_pipe.run.decisions import Make, Reuse
from seedream_pipe.run.loop import takes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.run.decisions import Decision, Forecast
    from seedream_pipe.run.outcomes import Outcome

__all__ = ["gates", "with_standing"]


def gates(plan: Plan, outcomes: Mapping[Address, Outcome]) -> dict[Address, int]:
    """The tasks of a run that a person has to pick a take of, with how many takes are there."""
    here = {address: len(takes_of(outcome)) for address, outcome in outcomes.items()}
    return {a: here[a] for a, task in plan.tasks.items() if task.pick is None and here.get(a)}


def with_standing(plan: Plan, forecast: Forecast) -> Plan:
    """The plan, in which tasks that stand whatever they were made of need nothing any more."""
    open_gates = {address for address, task in plan.tasks.items() if task.pick is None}
    if not open_gates and not any(task.approved for task in plan.tasks.values()):
        return plan
    needs = plan.needs()
    free = {
        address: replace(plan.tasks[address], inputs=(), needs=(), picture_of=None)
        for address, found in forecast.tasks.items()
        if _is_held(found.decision)
        or (isinstance(found.decision, Reuse) and not open_gates.isdisjoint(needs[address]))
    }
    return replace(plan, tasks={**plan.tasks, **free})


def _is_held(decision: Decision) -> bool:
    """Whether a person holds the task at its pictures, which are there or come back."""
    return isinstance(decision, Reuse | Make) and decision.approved
