"""What only the finished tasks show of a call: how many pictures it sends and asks for, and which exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from seedream_pipe import profiles
from seedream_pipe.plan.model import FromTask
from seedream_pipe.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from seedream_pipe.plan.inputs import Indexed
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.problems import Place

__all__ = ["count_problems", "index_problems"]

_MOST_REFERENCES: Final = 14
_MOST_PICTURES: Final = 15
"""References, and references with the pictures of a group, of a model that has no profile (R30)."""


def count_problems(tasks: Mapping[Address, Task]) -> Iterator[Problem]:
    """Too many references for the model, or for one call with its pictures (R30)."""
    for task in tasks.values():
        count = sum(_pictures(tasks, given) if isinstance(given, FromTask) else 1 for given in task.inputs)
        made = task.recipe.generation
        profile = profiles.model(made.model)
        most = profile.references.count if profile else _MOST_REFERENCES
        together = profile.pictures_per_call if profile else _MOST_PICTURES
        if count > most:
            yield _problem(task, f"{count} references; {made.model} takes at most {most}")
        elif made.group is not None and count + made.group > together:
            yield _problem(
                task,
                f"{count} references and a group of {made.group}: together at most {together} (R30)",
                hint=f"a group of {together - count} fits",
            )


def index_problems(
    tasks: Mapping[Address, Task], indexed: Iterable[Indexed], *, broken: Collection[Address]
) -> Iterator[Problem]:
    """References to a picture that its task can never have; nothing is said of `broken` ones."""
    for reference in indexed:
        given = reference.given
        source = tasks.get(given.task)
        if source is None or given.index is None or given.task in broken:
            continue
        pictures = source.recipe.generation.group or 1
        if given.index >= pictures:
            made = "one picture" if pictures == 1 else f"at most {pictures} pictures, [0] to [{pictures - 1}]"
            message = f'there is no picture [{given.index}]: "{given.task}" makes {made}'
            also = _also(reference.row)
            yield Problem(code="E-REF", place=reference.at, message=message, also=also)


def _pictures(tasks: Mapping[Address, Task], given: FromTask) -> int:
    source = tasks.get(given.task) if given.index is None else None
    return source.recipe.generation.group or 1 if source else 1


def _problem(task: Task, message: str, *, hint: str = "") -> Problem:
    place = task.places.get("references", task.at)
    return Problem(code="E-REFERENCES", place=place, message=message, hint=hint, also=_also(task.row))


def _also(row: Place | None) -> tuple[Place, ...]:
    return (row,) if row else ()
