"""Problems, and errors, as JSON; and what the formats for machines have in common."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seedream_pipe.errors import SeedreamError
    from seedream_pipe.problems import Place, Problem

__all__ = ["as_tree", "error_tree", "relative", "render", "told"]

_LONGEST: Final = 1000


def render(problems: Iterable[Problem]) -> str:
    """A JSON list with a map for each problem."""
    return json.dumps([as_tree(problem) for problem in problems], ensure_ascii=False, indent=1)


def as_tree(problem: Problem) -> dict[str, Any]:
    """A problem with its code, place, message and hint; line 0 means the file as a whole."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        **_place(problem.place),
        "message": problem.message,
        "hint": problem.hint,
        "count": problem.count,
        "also": [_place(place) for place in problem.also],
    }


def error_tree(error: SeedreamError) -> dict[str, Any]:
    """An error that stopped a command, with its exit code and the problems that it carries."""
    tree: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, InvalidPipeline):
        tree["problems"] = [as_tree(problem) for problem in error.problems]
    return {"error": tree}


def told(problem: Problem) -> str:
    """Message, number of further rows and hint in one line, as annotations and scanners show it."""
    more = problem.count - 1
    rows = f" (and in {more} more row{'' if more == 1 else 's'})" if more else ""
    hint = f" — {problem.hint}" if problem.hint else ""
    return escaped(f"{problem.message}{rows}{hint}", limit=_LONGEST)


def relative(problems: Iterable[Problem], folder: str) -> list[Problem]:
    """The problems with their files as seen from a folder, which is how pull requests know them.

    Args:
        problems: as they were found.
        folder: the working folder, absolute. A file outside of it keeps its absolute path.

    """
    return [
        replace(
            problem,
            place=_seen_from(problem.place, folder),
            also=tuple(_seen_from(place, folder) for place in problem.also),
        )
        for problem in problems
    ]


def _seen_from(place: Place, folder: str) -> Place:
    full = os.path.normpath(os.path.join(folder, place.file))
    below = os.path.join(folder, "")
    return replace(place, file=full.removeprefix(below).replace(os.sep, "/"))


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}
