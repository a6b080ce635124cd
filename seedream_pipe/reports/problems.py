"""A problem as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seedream_pipe.problems import Place, Problem

__all__ = ["as_tree"]


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


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}
