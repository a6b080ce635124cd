"""The names that a task's pictures are placed under, below the output folder.

The picture that stands for the task has the plain name; the pictures of a group carry
their index (``name-00``), and where there are several takes each has a name of its
own beside it (``name.take-2``). A template that uses `index` or `take` names them itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.problems import Problem
from seedream_pipe.spec.names import fold, output_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.plan.values import Options

__all__ = ["clashes", "names", "split_extension"]

_EXTENSIONS: Final[Mapping[str, str]] = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png"}
_FOREIGN: Final = frozenset({"webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg", "pdf"})

Names = tuple[tuple[str, ...], ...]


def split_extension(name: str) -> tuple[str, str]:
    """A name as stem and picture extension with its dot; anything else behind a dot is the name's own."""
    stem, dot, last = name.rpartition(".")
    known = last.lower() in _EXTENSIONS or last.lower() in _FOREIGN
    return (stem, dot + last) if known and stem and not stem.endswith("/") else (name, "")


def names(
    render: Callable[[Mapping[str, Any]], str | None], used: frozenset[str], options: Options
) -> tuple[Names, str, str]:
    """The names of a task's pictures, and what is wrong with them and how to mend it.

    The first row is for what stands for the task; then, with several takes, one row a take.
    """
    pictures = options.group or 1
    made: list[tuple[str, ...]] = []
    takes = range(1, options.takes + 1)
    rows = [options.pick, *takes] if options.takes > 1 and "take" not in used else list(takes)
    for number, take in enumerate(rows):
        suffix = f".take-{take}" if number and "take" not in used else ""
        row = [_one(render, used, options, take, index, suffix) for index in range(pictures)]
        for name in row:
            complaint, hint = ("", "") if name is None else _complaint(name, options)
            if complaint:
                return (), complaint, hint
        made.append(tuple(name for name in row if name is not None))
    if options.takes > 1 and "take" in used:
        made.insert(0, ())
    return tuple(made), "", ""


def _one(
    render: Callable[[Mapping[str, Any]], str | None],
    used: frozenset[str],
    options: Options,
    take: int,
    index: int,
    suffix: str,
) -> str | None:
    name = render({"take": take, "index": index})
    if name is None:
        return None
    stem, extension = split_extension(name)
    number = f"-{index:02d}" if options.group is not None and "index" not in used else ""
    return f"{stem}{number}{suffix}{extension}"


def _complaint(name: str, options: Options) -> tuple[str, str]:
    problem = output_problem(name)
    if problem:
        return problem, ""
    made = options.output_format or "jpeg"
    extension = split_extension(name)[1][1:].lower()
    if extension and _EXTENSIONS.get(extension) != made:
        right = "jpg" if made == "jpeg" else made
        return (
            f'output "{name}": {options.profile.name} makes {made.upper()} files here',
            f"name it .{right}, or leave the extension out",
        )
    return "", ""


def clashes(tasks: Mapping[Address, Task]) -> list[Problem]:
    """Tasks that would write one file, also where the file system folds case or accents."""
    owner: dict[str, Task] = {}
    problems: list[Problem] = []
    for task in tasks.values():
        for name in (name for row in task.outputs for name in row):
            folded = fold(split_extension(name)[0])
            first = owner.setdefault(folded, task)
            if (
                first is not task
                or sum(folded == fold(split_extension(n)[0]) for row in task.outputs for n in row) > 1
            ):
                other = (
                    f'"{first.address}" and "{task.address}"'
                    if first is not task
                    else f'two pictures of "{task.address}"'
                )
                problems.append(
                    Problem(
                        code="E-OUTPUT",
                        place=task.places.get("output", task.at),
                        message=f'{other} would be one file: "{name}"',
                        hint="put the row's key into `output:`"
                        if first is not task
                        else "use `index` and `take` in `output:`",
                        also=tuple(row for row in (task.row, first.row) if row is not None),
                    )
                )
                break
    return problems
