"""A plan in a file, and whether a run would still do exactly that.

A plan may be looked at, priced and agreed to by somebody else before it is run. It holds as
long as every task that would be made has the recipe it had then, at no higher price.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.digest import tagged
from seedream_pipe.errors import OverBudget, UsageError
from seedream_pipe.plan.key import keyed
from seedream_pipe.plan.model import FromTask, FromUrl, Known
from seedream_pipe.run.decisions import Make

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from seedream_pipe.api.planning import Planned
    from seedream_pipe.digest import Json
    from seedream_pipe.plan.model import Address, Input, Plan, Task

__all__ = ["Agreed", "expect_agreed", "read", "recipes"]

_FORMAT: Final = "plan-task/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a plan says: its tasks, the recipes of those to be made, and the most it can cost."""

    provider: str
    tasks: tuple[Address, ...]
    recipes: Mapping[Address, str]
    worst: Decimal


def recipes(planned: Planned) -> dict[Address, str]:
    """A digest of all that is known of each task that would be made; what it needs is named, not made."""
    return {
        address: tagged(_FORMAT, _known(planned.plan.tasks[address], planned.plan))
        for address, found in planned.forecast.tasks.items()
        if isinstance(found.decision, Make)
    }


def _known(task: Task, plan: Plan) -> dict[str, Json]:
    return {
        "recipe": keyed(task.recipe, (), 1),
        "inputs": [_input(given, plan) for given in task.inputs],
        "takes": task.takes,
        "outputs": [list(names) for names in task.outputs],
    }


def _input(given: Input, plan: Plan) -> Json:
    match given:
        case Known():
            return given.digest
        case FromUrl():
            return given.url
        case FromTask():
            # Another take that stands for it is another picture, at the same price.
            pick = plan.tasks[given.task].pick
            return [given.task, given.index, *([] if pick == 1 else [pick])]


def read(path: Path) -> Agreed:
    """The plan of a file that `plan -o` wrote.

    Raises:
        UsageError: it cannot be read, or is no plan.

    """
    try:
        tree: Any = json.loads(path.read_bytes())
        if tree["schema"] != "plan/1":
            raise UsageError(f"{path} was written by another version", hint="make the plan again")
        tasks = tree["tasks"]
        made = {address: task["recipe"] for address, task in tasks.items() if task["decision"] == "make"}
        return Agreed(
            provider=tree["provider"], tasks=tuple(tasks), recipes=made, worst=Decimal(tree["worst"])
        )
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation, RecursionError):
        raise UsageError(f"{path} is not a plan", hint="seedream-pipe plan FILE -o plan.json") from None


def expect_agreed(agreed: Agreed, planned: Planned) -> None:
    """Refuse what the plan does not cover.

    Raises:
        OverBudget: something would be made that is not in the plan, is not as it was, or costs more.

    """
    changed = [
        address for address, recipe in recipes(planned).items() if agreed.recipes.get(address) != recipe
    ]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise OverBudget(
            f"the plan does not hold any more: {changed[0]}{more} changed since it was made",
            hint="make a new one: seedream-pipe plan FILE -o plan.json",
        )
    forecast = planned.forecast
    if agreed.provider != forecast.provider:
        raise OverBudget(f"the plan is for {agreed.provider}, not for {forecast.provider}")
    if forecast.worst.amount > agreed.worst:
        raise OverBudget(f"this would cost up to {forecast.worst}, more than the {agreed.worst} of the plan")
