"""A problem, and an error, as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedream_pipe.errors import InvalidPipeline

if TYPE_CHECKING:
    from seedream_pipe.errors import SeedreamError
    from seedream_pipe.problems import Place, Problem

__all__ = ["as_tree", "error_tree"]


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


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}
