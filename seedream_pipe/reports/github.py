"""Problems as GitHub's workflow commands: they show beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedream_pipe.reports.problems import told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seedream_pipe.problems import Problem

__all__ = ["render"]


def render(problems: Iterable[Problem]) -> str:
    """A line a problem: ``::error file=…,title=…,line=…,col=…::message``."""
    return "\n".join(_line(problem) for problem in problems)


def _line(problem: Problem) -> str:
    place = problem.place
    facts = {"file": place.file, "title": problem.code}
    if place.line:
        facts |= {"line": str(place.line), "col": str(place.column)}
        if place.length:
            facts["endColumn"] = str(place.column + place.length)
    properties = ",".join(f"{name}={_property(value)}" for name, value in facts.items())
    return f"::{problem.severity} {properties}::{_data(told(problem))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
