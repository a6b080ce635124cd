"""The marks that a merge leaves in a file where two branches disagree, and what stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from seedream_pipe.problems import split_lines

__all__ = ["Conflict", "conflicts"]

_START: Final = re.compile(r"<{7}(?: (.*))?$")
_BASE: Final = re.compile(r"\|{7}(?: .*)?$")
_MIDDLE: Final = re.compile(r"={7}$")
_END: Final = re.compile(r">{7}(?: (.*))?$")


class Conflict(NamedTuple):
    """Where the marks begin, both sides' lines without blank ones, and what git calls the sides."""

    line: int
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    our_name: str
    their_name: str


def conflicts(text: str) -> Iterator[Conflict]:
    """The conflicts of a text whose marks are whole, and one for each mark that stands alone."""
    if not any(mark in text for mark in ("<<<<<<<", "=======", ">>>>>>>")):
        return
    start, name = 0, ""
    sides: tuple[list[str], list[str], list[str]] = ([], [], [])
    side = sides[0]
    for number, line in enumerate(split_lines(text), 1):
        if begun := _START.match(line):
            start, name, sides = number, begun[1] or "", ([], [], [])
            side = sides[0]
        elif start and _BASE.match(line):
            side = sides[1]
        elif start and _MIDDLE.match(line):
            side = sides[2]
        elif ended := _END.match(line):
            yield Conflict(start or number, tuple(sides[0]), tuple(sides[2]), name, ended[1] or "")
            start = 0
        elif _MIDDLE.match(line):
            yield Conflict(number, (), (), "", "")
        elif start and line.strip():
            side.append(line)
    if start:
        yield Conflict(start, tuple(sides[0]), (), name, "")
