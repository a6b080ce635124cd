"""Two plans of one pipeline held against each other: tasks that are new, gone, or ask for others. Pure.

Tasks are compared by address and by the addresses that they had (`was:`). What is compared is what
keys are made of: the recipe, the inputs in their order, the takes. An input that is a task's picture
is the same when that task is, and the same take of it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from seedream_pipe import graph
from seedream_pipe.picks.model import take_text
from seedream_pipe.plan.key import keyed
from seedream_pipe.plan.model import FromTask, FromUrl, Known, TransformRecipe
from seedream_pipe.run.reasons import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.plan.model import Address, Input, Plan, Task

__all__ = ["Compared", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`was` has for each task of the later plan its address in the earlier one, where it is in both.

    `changed` are tasks that ask for other pictures themselves; `below` those that ask for the same
    of pictures that will be others.
    """

    was: Mapping[Address, Address] = field(default_factory=dict)
    new: tuple[Address, ...] = ()
    gone: tuple[Address, ...] = ()
    changed: Mapping[Address, tuple[Change, ...]] = field(default_factory=dict)
    below: tuple[Address, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether no task asks for another picture, and none came or went."""
        return not (self.new or self.gone or self.changed or self.below)


def compare(before: Plan, after: Plan) -> Compared:
    """What a later plan asks for that an earlier one did not, and the other way round."""
    was = dict(_pairs(before, after))
    now = {old: new for new, old in was.items()}
    changed = {
        address: found
        for address, old in was.items()
        if (found := tuple(_changes(before.tasks[old], after.tasks[address], before, after, now)))
    }
    new = tuple(address for address in after.tasks if address not in was)
    other = [address for address, found in changed.items() if _changes_pictures(found)]
    users = graph.inverted(_inputs(after))
    reached = graph.ancestors(users, [*other, *(task for task in new if task in users)])
    below = tuple(a for a in after.tasks if a in reached and a not in changed and a in was)
    gone = tuple(address for address in before.tasks if address not in now)
    return Compared(was=was, new=new, gone=gone, changed=changed, below=below)


def _pairs(before: Plan, after: Plan) -> Iterator[tuple[Address, Address]]:
    taken = before.tasks.keys() & after.tasks.keys()
    for address, task in after.tasks.items():
        if address in taken:
            yield address, address
        else:
            old = next((old for old in task.was if old in before.tasks and old not in taken), None)
            if old is not None:
                yield address, old


def _changes(
    old: Task, new: Task, before: Plan, after: Plan, now: Mapping[Address, Address]
) -> Iterator[Change]:
    inputs = "images" if isinstance(new.recipe, TransformRecipe) else "references"
    then: dict[str, Any] = keyed(old.recipe, (), 1)
    this: dict[str, Any] = keyed(new.recipe, (), 1)
    for name in sorted({*then, *this} - {"references", "images", "labels"}):
        if then.get(name) != this.get(name):
            at = new.places.get(name, new.at)
            yield Change(field=name, old=then.get(name), new=this.get(name), at=at)
    labelled = isinstance(new.recipe, TransformRecipe) and new.recipe.labelled
    left = [_identity(given, before, now, labelled=labelled) for given in old.inputs]
    right = [_identity(given, after, {}, labelled=labelled) for given in new.inputs]
    at = new.places.get(inputs, new.at)
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for one, other in zip_longest(range(a, b), range(c, d)) if kind != "equal" else ():
            label = new.inputs[other].label if other is not None else old.inputs[one].label
            was = None if one is None else left[one]
            yield Change(
                field=inputs,
                old=was,
                new=None if other is None else right[other],
                at=at,
                label=label,
                old_from="" if one is None else _file(old.inputs[one]),
                new_from="" if other is None else _file(new.inputs[other]),
            )
    if old.takes != new.takes:
        yield Change(field="takes", old=old.takes, new=new.takes, at=new.places.get("takes", new.at))
    if (old.pick, old.image) != (new.pick, new.image):
        yield Change(field="pick", old=_pick(old), new=_pick(new), at=new.places.get("pick", new.at))


def _identity(given: Input, plan: Plan, now: Mapping[Address, Address], *, labelled: bool) -> str:
    """What an input is, in words: for a task's picture, under the name that the task has now."""
    label = f" labelled {given.label}" if labelled else ""
    match given:
        case Known():
            return f"sha256 {given.digest}{label}"
        case FromUrl():
            return f"{given.url}{label}"
        case FromTask():
            task = plan.tasks[given.task]
            index = "[*]" if given.index is None else f"[{given.index}]"
            return f"{now.get(given.task, given.task)}{index if task.is_series else ''}{_take(task)}{label}"


def _file(given: Input) -> str:
    """The file of an input, as both plans call it; empty when it is none."""
    return given.label if isinstance(given, Known) and given.path and not given.name else ""


def _take(task: Task) -> str:
    return "" if task.pick == 1 and task.image is None else f" (take {_pick(task)})"


def _pick(task: Task) -> str:
    return "not picked" if task.pick is None else take_text(task.pick, task.image)


def _changes_pictures(changes: tuple[Change, ...]) -> bool:
    """Whether what needs the task gets others: more takes alone change nothing, a pick is told there."""
    return any(change.field not in {"takes", "pick"} for change in changes)


def _inputs(plan: Plan) -> dict[Address, list[Address]]:
    """Each task with those whose pictures it is made of; order alone is no matter."""
    return {
        address: [
            *(given.task for given in task.inputs if isinstance(given, FromTask)),
            *([task.picture_of.task] if task.picture_of else ()),
        ]
        for address, task in plan.tasks.items()
    }
