"""Problems as SARIF 2.1.0, which code scanners and editors read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.problems import Place, Problem

__all__ = ["render"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def render(problems: Sequence[Problem], *, version: str) -> str:
    """One run of the tool with a result for each problem."""
    rules = sorted({problem.code for problem in problems})
    tree = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "seedream-pipe",
                        "semanticVersion": version,
                        "rules": [{"id": code} for code in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem) for problem in problems],
            }
        ],
    }
    return json.dumps(tree, ensure_ascii=False, indent=1)


def _result(problem: Problem) -> dict[str, Any]:
    hint = f" {problem.hint}" if problem.hint else ""
    return {
        "ruleId": problem.code,
        "level": problem.severity,
        "message": {"text": problem.message + hint},
        "locations": [_location(problem.place)],
        "relatedLocations": [_location(place) for place in problem.also],
    }


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
        if place.length:
            physical["region"]["endColumn"] = place.column + place.length
    return {"physicalLocation": physical}
