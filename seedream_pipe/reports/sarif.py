"""Problems as SARIF 2.1.0, which code scanners and editors read."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from seedream_pipe.reports.problems import told
from seedream_pipe.reports.rules import RULES
from seedream_pipe.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seedream_pipe.problems import Place, Problem

__all__ = ["render"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE: Final = "%SRCROOT%"


def render(problems: Iterable[Problem]) -> str:
    """One run of the tool with a result for each problem and the rules that they break."""
    found = list(problems)
    codes = sorted({problem.code for problem in found})
    driver = {
        "name": "seedream-pipe",
        "semanticVersion": VERSION,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code)) for problem in found],
    }
    tree = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(tree, ensure_ascii=False, indent=1)


def _rule(code: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code}
    if code in RULES:
        title, text = RULES[code].title, RULES[code].help
        rule |= {
            "shortDescription": {"text": title},
            "fullDescription": {"text": f"{title}. {text}"},
            "help": {"text": text},
        }
    level = "warning" if code.startswith("W-") else "error"
    return {**rule, "defaultConfiguration": {"level": level}}


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": told(problem)},
        "locations": [_location(problem.place)],
    }
    also = [
        {"id": number, "message": {"text": "see also"}, **_location(place)}
        for number, place in enumerate(dict.fromkeys(problem.also), 1)
    ]
    return {**result, "relatedLocations": also} if also else result


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.file)}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": max(place.column, 1)}
        if place.length:
            physical["region"]["endColumn"] = max(place.column, 1) + place.length
    return {"physicalLocation": physical}


def _artifact(file: str) -> dict[str, str]:
    path = PurePosixPath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(file, errors="surrogateescape"), "uriBaseId": _BASE}
