"""What needs what, as a drawing to be: boxes and arrows, steps collapsed or task by task. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.plan.model import FromTask, FromUrl

if TYPE_CHECKING:
    from collections.abc import Collection

    from seedream_pipe.plan.model import Address, Plan, Task

__all__ = ["SCHEMA", "Box", "Drawing", "as_tree", "drawing", "listing"]

SCHEMA: Final = "graph/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A step or a task: its name, and what else there is to say of it in a few words."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Boxes, each after those that it needs, and arrows from what is needed to what needs it."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[str, str], ...]


def drawing(plan: Plan, wanted: Collection[Address], *, tasks: bool) -> Drawing:
    """The tasks that are wanted, as steps or one by one.

    Args:
        plan: where they are from.
        wanted: which, with all that they need.
        tasks: a box a task, instead of one a step.

    """
    shown = {address: task for address, task in plan.tasks.items() if address in wanted}
    groups: dict[str, list[Task]] = {}
    for task in shown.values():
        groups.setdefault(task.address if tasks else task.step, []).append(task)
    arrows: dict[tuple[str, str], None] = {}
    for address, needs in plan.needs().items():
        if address in shown:
            ends = [
                (_name(plan.tasks[need], tasks=tasks), _name(shown[address], tasks=tasks)) for need in needs
            ]
            arrows.update(dict.fromkeys(ends))
    chained = {start for start, end in arrows if start == end}
    boxes = [_box(name, found, chained=name in chained, alone=tasks) for name, found in groups.items()]
    between = {arrow: None for arrow in arrows if arrow[0] != arrow[1]}
    return Drawing(boxes=tuple(boxes) if tasks else _ordered(boxes, between), arrows=tuple(between))


def _name(task: Task, *, tasks: bool) -> str:
    return task.address if tasks else task.step


def _box(name: str, tasks: list[Task], *, chained: bool, alone: bool) -> Box:
    pictures = sum(task.most * task.takes for task in tasks)
    grouped = any(task.is_series or task.picture_of is not None for task in tasks)
    files = {
        given.url if isinstance(given, FromUrl) else given.path or given.digest
        for task in tasks
        for given in task.inputs
        if not isinstance(given, FromTask)
    }
    parts = [] if alone else [_many(len(tasks), "task")]
    if pictures != len(tasks) or alone:
        parts.append(f"{'up to ' if grouped else ''}{_many(pictures, 'picture')}")
    if files:
        parts.append(_many(len(files), "reference file"))
    if chained:
        parts.append("chained")
    return Box(name=name, detail=", ".join(parts))


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _ordered(boxes: list[Box], arrows: Collection[tuple[str, str]]) -> tuple[Box, ...]:
    """Each step after those that it needs; as they stand where tasks of two need each other."""
    needs: dict[str, set[str]] = {box.name: set() for box in boxes}
    for start, end in arrows:
        needs[end].add(start)
    left = {box.name: box for box in boxes}
    done: dict[str, Box] = {}
    while left:
        name = next((name for name in left if needs[name] <= done.keys()), next(iter(left)))
        done[name] = left.pop(name)
    return tuple(done.values())


def listing(drawn: Drawing) -> str:
    """A line a box: name, details, what it needs."""
    name = max((len(box.name) for box in drawn.boxes), default=0)
    detail = max((len(box.detail) for box in drawn.boxes), default=0)
    needs = _needs(drawn)
    rows = [
        f"{box.name:<{name}}  {box.detail:<{detail}}"
        + (f"  <- {', '.join(needs[box.name])}" if box.name in needs else "")
        for box in drawn.boxes
    ]
    return "\n".join(row.rstrip() for row in rows)


def as_tree(drawn: Drawing) -> dict[str, Any]:
    """The drawing as JSON values: each box with the names of what it needs."""
    needs = _needs(drawn)
    return {
        "schema": SCHEMA,
        "nodes": [
            {"name": box.name, "detail": box.detail, "needs": needs.get(box.name, [])} for box in drawn.boxes
        ],
    }


def _needs(drawn: Drawing) -> dict[str, list[str]]:
    needs: dict[str, list[str]] = {}
    for start, end in drawn.arrows:
        needs.setdefault(end, []).append(start)
    return needs
