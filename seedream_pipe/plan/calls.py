"""What only the finished tasks show of a call: how many pictures it sends and asks for, and which exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from seedream_pipe import profiles
from seedream_pipe.plan.key import keyed
from seedream_pipe.plan.model import FromTask, FromUrl, Known, Recipe
from seedream_pipe.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.inputs import Indexed
    from seedream_pipe.plan.model import Address, Input, Task
    from seedream_pipe.problems import Place
    from seedream_pipe.profiles import ModelProfile, ProviderProfile

__all__ = ["count_problems", "index_problems", "reference_advice", "same_requests"]

_MOST_REFERENCES: Final = 14
_MOST_PICTURES: Final = 15
"""References, and references with the pictures of a group, of a model that has no profile (R30)."""
_LAYER_FORMATS: Final = frozenset({"image/png", "image/jpeg"})
_LAYER_SIDE: Final = 512


def count_problems(tasks: Mapping[Address, Task]) -> Iterator[Problem]:
    """Too many references for the model, or for one call with its pictures (R30); or too few (R39, R40)."""
    for task in tasks.values():
        if not isinstance(task.recipe, Recipe):
            continue
        count = _references(tasks, task)
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
        elif made.layer_decomposition and count != 1:
            yield _problem(task, f"layer_decomposition takes apart one picture; here are {count} (R39)")
        elif made.layer_decomposition:
            yield from _layers(task)
        elif made.background == "transparent" and count != 1:
            yield _problem(
                task, f"a transparent background needs one picture, with alpha; here are {count} (R40)"
            )


def _layers(task: Task) -> Iterator[Problem]:
    (given,) = task.inputs
    if isinstance(given, Known) and given.media_type not in _LAYER_FORMATS:
        yield _problem(task, f'"{given.label}" is {given.media_type}; layers are made of PNG and JPEG (R39)')
    elif isinstance(given, Known) and min(given.width, given.height) < _LAYER_SIDE:
        size = f"{given.width}x{given.height}"
        yield _problem(task, f'"{given.label}" is {size}; for layers each side has at least 512 px (R39)')


def _references(tasks: Mapping[Address, Task], task: Task) -> int:
    return sum(_pictures(tasks, given) if isinstance(given, FromTask) else 1 for given in task.inputs)


def reference_advice(
    tasks: Mapping[Address, Task],
    provider: ProviderProfile | None,
    advise: Callable[[str, Task, str, str], None],
) -> None:
    """References that the model takes and the service, or some provider, has refused.

    `advise` is told the code, the task, a sentence and a hint.
    """
    limit = provider.references_to_warn if provider else None
    for task in tasks.values():
        if not isinstance(task.recipe, Recipe) or not task.inputs:
            continue
        if provider is not None and limit is not None and (count := _references(tasks, task)) > limit:
            message = f"{count} references; {provider.title} has refused more than {limit}"
            advise("W-REFERENCE-COUNT", task, message, "name fewer, or choose another provider")
        profile = profiles.model(task.recipe.generation.model)
        for given in task.inputs if profile else ():
            if profile is not None and isinstance(given, Known):
                _advise_picture(task, given, profile, advise)


def _advise_picture(
    task: Task, given: Known, profile: ModelProfile, advise: Callable[[str, Task, str, str], None]
) -> None:
    limits = profile.references
    if given.size > limits.bytes_to_warn:
        message = f'"{given.label}" has {given.size / 1e6:.1f} MB; more than 10 MB has been refused'
        advise("W-REFERENCE-BYTES", task, message, "save it smaller: nothing is gained by so many bytes")
    low, high = limits.aspect_to_warn
    if given.height and not low <= given.width / given.height <= high:
        message = f'"{given.label}" is {given.width}x{given.height}; beyond 1:3 and 3:1 some were refused'
        advise("W-REFERENCE-ASPECT", task, message, "crop it, for example with a step that has `use: crop`")


def same_requests(tasks: Mapping[Address, Task]) -> Iterator[tuple[Task, Task]]:
    """Tasks that ask for the same picture as an earlier one, which is bought once."""
    first: dict[str, Task] = {}
    for task in tasks.values():
        if not isinstance(task.recipe, Recipe):
            continue
        mark = repr((keyed(task.recipe, (), 1), [_mark(given) for given in task.inputs]))
        known = first.setdefault(mark, task)
        if known is not task:
            yield known, task


def _mark(given: Input) -> BlobDigest | tuple[object, ...]:
    match given:
        case Known():
            return given.digest
        case FromUrl():
            return ("url", given.url)
        case FromTask():
            return ("task", given.task, given.index)


def index_problems(
    tasks: Mapping[Address, Task], indexed: Iterable[Indexed], *, broken: Collection[Address]
) -> Iterator[Problem]:
    """References to a picture that its task can never have; nothing is said of `broken` ones."""
    for reference in indexed:
        given = reference.given
        source = tasks.get(given.task)
        if source is None or given.index is None or given.task in broken:
            continue
        pictures = source.most
        if given.index >= pictures:
            made = "one picture" if pictures == 1 else f"at most {pictures} pictures, [0] to [{pictures - 1}]"
            message = f'there is no picture [{given.index}]: "{given.task}" makes {made}'
            also = _also(reference.row)
            yield Problem(code="E-REF", place=reference.at, message=message, also=also)


def _pictures(tasks: Mapping[Address, Task], given: FromTask) -> int:
    source = tasks.get(given.task) if given.index is None else None
    return source.most if source else 1


def _problem(task: Task, message: str, *, hint: str = "") -> Problem:
    place = task.places.get("references", task.at)
    return Problem(code="E-REFERENCES", place=place, message=message, hint=hint, also=_also(task.row))


def _also(row: Place | None) -> tuple[Place, ...]:
    return (row,) if row else ()
