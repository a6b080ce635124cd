"""The names that a task's pictures are placed under, below the output folder.

The picture that stands for the task has the plain name; the pictures of a group carry
their index (``name-00``), and where there are several takes each has a name of its
own beside it (``name.take-2``). A template that uses `index` or `take` names them itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from seedream_pipe.problems import Problem
from seedream_pipe.spec.names import fold, output_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.problems import Place

__all__ = ["Render", "Shape", "clashes", "names", "split_extension"]

_EXTENSIONS: Final[Mapping[str, str]] = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp"}
_FOREIGN: Final = frozenset({"gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg", "pdf"})

Names = tuple[tuple[str, ...], ...]


def split_extension(name: str) -> tuple[str, str]:
    """A name as stem and picture extension with its dot; anything else behind a dot is the name's own."""
    stem, dot, last = name.rpartition(".")
    known = last.lower() in _EXTENSIONS or last.lower() in _FOREIGN
    return (stem, dot + last) if known and stem and not stem.endswith("/") else (name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of a task its names depend on.

    `series` is the most pictures of a series, None for a single picture; `formats` what its
    files may be; `maker` who makes them, for messages; `is_choice` says that each take has a name
    of its own, also a single one that nobody has picked.
    """

    maker: str
    series: int | None = None
    takes: int = 1
    pick: int | None = 1
    is_choice: bool = False
    formats: tuple[str, ...] = ("jpeg",)


class Render(Protocol):
    """The author's `output:`, for one picture of one task."""

    def __call__(self, *, take: int, index: int) -> str | None:
        """The author's name for a picture; None when its template fails."""


def names(render: Render, used: frozenset[str], shape: Shape) -> tuple[Names, str, str]:
    """The names of a task's pictures, and what is wrong with them and how to mend it.

    The first row is for what stands for the task; then, with several takes, one row a take.
    `used` has ``index`` or ``take`` when the author's name tells pictures apart by them.
    """
    given = _Given(render, used, shape)
    if shape.takes == 1 and not shape.is_choice:
        made: Names = (given.row(1, ""),)
    elif "take" in used:
        made = ((), *(given.row(take, "") for take in range(1, shape.takes + 1)))
    else:
        own = (given.row(take, f".take-{take}") for take in range(1, shape.takes + 1))
        made = (given.row(shape.pick or 1, ""), *own)
    for name in dict.fromkeys(name for row in made for name in row):
        complaint, hint = _complaint(name, shape)
        if complaint:
            return (), complaint, hint
    return made, "", ""


class _Given:
    """The author's names, each rendered once."""

    def __init__(self, render: Render, used: frozenset[str], shape: Shape) -> None:
        self._render, self._used, self._shape = render, used, shape
        self._known: dict[tuple[int, int], str | None] = {}

    def row(self, take: int, suffix: str) -> tuple[str, ...]:
        names = (self._one(take, index, suffix) for index in range(self._shape.series or 1))
        return tuple(name for name in names if name is not None)

    def _one(self, take: int, index: int, suffix: str) -> str | None:
        differs = (take if "take" in self._used else 1, index if "index" in self._used else 0)
        if differs not in self._known:
            self._known[differs] = self._render(take=differs[0], index=differs[1])
        name = self._known[differs]
        if name is None:
            return None
        stem, extension = split_extension(name)
        number = f"-{index:02d}" if self._shape.series is not None and "index" not in self._used else ""
        return f"{stem}{number}{suffix}{extension}"


def _complaint(name: str, shape: Shape) -> tuple[str, str]:
    problem = output_problem(name)
    if problem:
        return problem, ""
    extension = split_extension(name)[1][1:].lower()
    if not extension or _EXTENSIONS.get(extension) in shape.formats:
        return "", ""
    made = " or ".join(name.upper() for name in shape.formats)
    right = " or ".join("." + ("jpg" if name == "jpeg" else name) for name in shape.formats)
    return (
        f'output "{name}": {shape.maker} makes {made} files here',
        f"name it {right}, or leave the extension out",
    )


def clashes(tasks: Mapping[Address, Task]) -> list[Problem]:
    """Tasks that would write one file, also where the file system folds case or accents."""
    owner: dict[str, Task] = {}
    problems: list[Problem] = []
    for task in tasks.values():
        own: set[str] = set()
        for name in (name for row in task.outputs for name in row):
            stem = fold(split_extension(name)[0])
            first = owner.setdefault(stem, task)
            if first is not task or stem in own:
                problems.append(_clash(first, task, name))
                break
            own.add(stem)
    problems += _folders(tasks, owner)
    return problems


def _clash(first: Task, task: Task, name: str) -> Problem:
    if first is task:
        whose, hint = f'two pictures of "{task.address}"', "use `index` and `take` in `output:`"
    else:
        whose, hint = f'"{first.address}" and "{task.address}"', "put the row's key into `output:`"
    at = task.places.get("output", task.at)
    return Problem(
        code="E-OUTPUT",
        place=at,
        message=f'{whose} would be one file: "{name}"',
        hint=hint,
        also=_rows(task, first),
        same=f"{at} {first.step} {hint}",
    )


def _folders(tasks: Mapping[Address, Task], owner: Mapping[str, Task]) -> Iterator[Problem]:
    """Tasks whose folder would have to be another's picture (``a.jpg`` and ``a.jpg/b.jpg``)."""
    told: set[str] = set()
    for task in tasks.values():
        for name in (name for row in task.outputs for name in row):
            folder = name.rpartition("/")[0]
            while folder and folder not in told:
                told.add(folder)
                stem, extension = split_extension(folder)
                first = owner.get(fold(stem)) if extension else None
                if first is not None:
                    yield Problem(
                        code="E-OUTPUT",
                        place=task.places.get("output", task.at),
                        message=f'"{folder}" would be a picture of "{first.address}" and a folder of'
                        f' "{task.address}"',
                        also=_rows(task, first),
                    )
                folder = folder.rpartition("/")[0]


def _rows(*tasks: Task) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(task.row for task in tasks if task.row is not None))
