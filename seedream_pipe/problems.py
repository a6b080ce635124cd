"""A finding in a user's file: where, what, and what to do about it.

Findings are values: they are collected and shown all at once. A `Place` is
small (a plan of thousands of tasks holds many); the text around it is read
again only when a finding is shown (`frame`).
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Place", "Problem", "did_you_mean", "escaped", "frame", "merged"]

Severity = Literal["error", "warning"]

_SHOWN_WIDTH: Final = 200
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file of the project: 1-based line and column, in characters.

    `file` is the path as the user would type it (relative to where they stand, or
    as given). Line 0 means the file as a whole. `length` is how many characters
    the finding covers on its first line; 0 when only the start is known.
    """

    file: str
    line: int = 0
    column: int = 0
    length: int = 0

    def __str__(self) -> str:
        if not self.line:
            return escaped(self.file)
        return f"{escaped(self.file)}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding: a stable code, the place, one sentence, and a remedy.

    `also` names further places that belong to it (the first of two equal keys).
    `count` says how many rows or tasks have the same finding at the same place.
    """

    code: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity = "error"
    also: tuple[Place, ...] = ()
    count: int = 1

    @property
    def is_error(self) -> bool:
        """Whether it keeps the pipeline from running."""
        return self.severity == "error"


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """Sorted by place; the same finding of many rows told once, with its count."""
    first: dict[tuple[Place, str, str], Problem] = {}
    for problem in problems:
        same = (problem.place, problem.code, problem.message)
        known = first.get(same)
        first[same] = problem if known is None else replace(known, count=known.count + problem.count)
    return sorted(first.values(), key=lambda problem: (problem.place, problem.code))


def did_you_mean(word: str, known: Iterable[str], *, lead: str = "did you mean") -> str:
    """A hint with the nearest known word, or the known words when few, or nothing."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f'{lead} "{near[0]}"?'
    if 0 < len(words) <= 12:  # noqa: PLR2004 - more than a line of them helps nobody
        return "known: " + ", ".join(words)
    return ""


def escaped(text: str, *, limit: int = _SHOWN_WIDTH) -> str:
    """Text from outside as it may be shown: control and bidi characters escaped, cut."""
    shown = "".join(
        char if unicodedata.category(char) not in _HIDDEN else _escape(char) for char in text[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\n":
        return "\\n"
    if char == "\t":
        return "\\t"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def frame(place: Place, lines: Sequence[str], *, width: int = 100) -> str:
    """The line of the place with a caret under it, cut to `width` columns around it.

    Wide characters (Chinese) take two columns, so that the caret stands right.
    """
    if not 0 < place.line <= len(lines):
        return ""
    line = lines[place.line - 1].replace("\t", " ")
    start = min(max(place.column - 1, 0), len(line))
    margin = f"{place.line:>5} | "
    left = max(0, start - (width - len(margin)) // 2) if _columns(line) > width - len(margin) else 0
    shown = _cut(line[left:], width - len(margin))
    before = _columns(escaped(line[left:start], limit=len(line) + 1))
    marked = escaped(line[start : start + max(place.length, 1)], limit=len(line) + 1)
    carets = max(1, min(_columns(marked), _columns(shown) - before))
    return f"{margin}{shown}\n{' ' * (len(margin) - 2)}| {' ' * before}{'^' * carets}"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _cut(text: str, columns: int) -> str:
    shown: list[str] = []
    used = 0
    for char in escaped(text, limit=len(text) + 1):
        used += _columns(char)
        if used > columns:
            break
        shown.append(char)
    return "".join(shown)
