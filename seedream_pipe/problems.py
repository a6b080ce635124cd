"""A finding in a user's file: where, what, and what to do about it.

Findings are values: they are collected and shown all at once. A `Place` is
small (a plan of thousands of tasks holds many); the text around it is read
again only when a finding is shown (`frame`).
"""

from __future__ import annotations

import difflib
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Place", "Problem", "did_you_mean", "escaped", "frame", "merged", "shown", "split_lines"]

Severity = Literal["error", "warning"]

_SHOWN_WIDTH: Final = 200
_FEW_WORDS: Final = 12
_MOST_EXAMPLES: Final = 3
_MANY_WORDS: Final = 1000
_NEIGHBOURS: Final = 20
_MESSAGE_WIDTH: Final = 600
_LEAST_ROOM: Final = 12
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_OVER_OTHERS: Final = frozenset({"Mn", "Me"})
_WIDE: Final = frozenset("WF")
# Vowels and finals of Korean syllables: they are drawn into the consonant before them.
_JOINED_JAMO: Final = frozenset(map(chr, range(0x1160, 0x1200)))


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
    `count` says how many rows or tasks have the same finding at the same place. Findings with
    one `same` are one although each message has a value of its row in it: the first is the example.
    """

    code: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity = "error"
    also: tuple[Place, ...] = ()
    count: int = 1
    same: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it keeps the pipeline from running."""
        return self.severity == "error"


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """Sorted by place; the same finding of many rows told once, with its count.

    Of those that differ from row to row (a file that is not there) three are told.
    """
    first: dict[tuple[Place | None, str, str], Problem] = {}
    for problem in problems:
        same = (None if problem.same else problem.place, problem.code, problem.same or problem.message)
        known = first.get(same)
        first[same] = problem if known is None else replace(known, count=known.count + problem.count)
    return sorted(_few(first.values()), key=lambda problem: (problem.place, problem.code))


def _few(problems: Iterable[Problem]) -> Iterable[Problem]:
    """At most three of a code at a place, each about other rows; the third counts the rest with it."""
    kept: dict[tuple[Place, str], list[Problem]] = {}
    for problem in problems:
        told = kept.setdefault((problem.place, problem.code), [])
        if len(told) < _MOST_EXAMPLES or not problem.also:
            told.append(problem)
        else:
            last = told[_MOST_EXAMPLES - 1]
            told[_MOST_EXAMPLES - 1] = replace(last, count=last.count + problem.count)
    return [problem for told in kept.values() for problem in told]


def did_you_mean(word: str, known: Iterable[str], *, lead: str = "did you mean") -> str:
    """A hint with the nearest known word, or the known words when few, or nothing."""
    words = sorted(known)
    few = len(words) <= _FEW_WORDS
    if len(words) > _MANY_WORDS:
        # Thousands of rows may each miss one of thousands of names: those that begin alike are compared.
        at = bisect_left(words, word)
        words = words[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f'{lead} "{near[0]}"?'
    if words and few:
        return "known: " + ", ".join(words)
    return ""


def escaped(text: str, *, limit: int = _SHOWN_WIDTH) -> str:
    """Text from outside as it may be shown: control and bidi characters escaped, cut at `limit`."""
    parts: list[str] = []
    used = 0
    for char in text[: limit + 1]:
        part = _escape(char) if unicodedata.category(char) in _HIDDEN else char
        used += len(part)
        parts.append(part)
    if used <= limit:
        return "".join(parts)
    while used > limit - 1 and parts:
        used -= len(parts.pop())
    return "".join(parts) + "…"


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\n":
        return "\\n"
    if char == "\t":
        return "\\t"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def split_lines(text: str) -> list[str]:
    """The lines of a text as places count them: ended by LF, CR or both, and by nothing else."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def shown(problem: Problem, lines: Sequence[str], *, width: int = 100) -> str:
    """A problem as plain text: what and where, the line with a caret, the remedy.

    Args:
        problem: the finding.
        lines: the lines of the file that it is in; none when they cannot be had.
        width: columns that the line of the file is cut to.

    """
    message = escaped(problem.message, limit=_MESSAGE_WIDTH)
    parts = [f"{problem.severity}[{problem.code}] {problem.place}: {message}"]
    parts.extend(_indented(frame(problem.place, lines, width=width)))
    if problem.count > 1:
        more = problem.count - 1
        parts.append(f"  and in {more} more row{'' if more == 1 else 's'}")
    label = "first given at" if problem.code == "E-DUPLICATE-KEY" else "see also"
    parts.extend(f"  {label} {place}" for place in problem.also)
    if problem.hint:
        parts.append(f"  hint: {escaped(problem.hint, limit=_MESSAGE_WIDTH)}")
    return "\n".join(parts)


def _indented(block: str) -> list[str]:
    return block.split("\n") if block else []


def frame(place: Place, lines: Sequence[str], *, width: int = 100) -> str:
    """The line of the place with a caret under it, cut to `width` columns around it.

    The caret stands right under wide, combining and escaped characters; a cut side of
    the line ends in an ellipsis. Empty when the place is not in the lines.
    """
    if not 0 < place.line <= len(lines):
        return ""
    line = lines[place.line - 1]
    margin = f"{place.line:>5} | "
    room = max(width - len(margin), _LEAST_ROOM)
    start = min(max(place.column - 1, 0), len(line))
    end = min(start + max(place.length, 1), start + room, len(line))
    left, before = _window_start(line, start, room)
    text = "…" if left else ""
    caret_at = before + len(text)
    carets = max(1, sum(_columns(_cell(char)) for char in line[start:end]))
    for index in range(left, len(line)):
        cell = _cell(line[index])
        if _columns(text) + _columns(cell) > room - (index + 1 < len(line)):
            text += "…"
            break
        text += cell
    carets = max(1, min(carets, room - caret_at))
    return f"{margin}{text}\n{' ' * (len(margin) - 2)}| {' ' * caret_at}{'^' * carets}"


def _window_start(line: str, start: int, room: int) -> tuple[int, int]:
    """The first character to show, and the columns from there to the place."""
    whole = 0
    for char in line[: room + 1]:
        whole += _columns(_cell(char))
    if whole <= room and len(line) <= room:
        return 0, sum(_columns(_cell(char)) for char in line[:start])
    left, before = start, 0
    while left > 0 and start - left < 2 * room:
        columns = _columns(_cell(line[left - 1]))
        if before + columns > room // 2:
            break
        left -= 1
        before += columns
    return left, before


def _cell(char: str) -> str:
    """A character as it stands in a frame: one that moves the cursor or hides is escaped."""
    if char == "\t":
        return " "
    return _escape(char) if unicodedata.category(char) in _HIDDEN else char


def _columns(text: str) -> int:
    return sum(_char_columns(char) for char in text)


def _char_columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in _OVER_OTHERS or char in _JOINED_JAMO:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1
