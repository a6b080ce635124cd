"""Where every key and value of a tree stands in its text.

The tree is plain dicts and lists, so positions live beside it: for each container,
by its identity, the offset of its run in one packed array. An entry of a map has four
numbers there (start and end of key and value), an entry of a list two. They are
offsets into the text; lines and columns are worked out when somebody asks.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final

from seedream_pipe.problems import Place, split_lines

__all__ = ["Positions", "Span"]

Span = tuple[int, int]
"""Start and end as offsets into the text; equal when only the start is known."""

_SMALL_MAP: Final = 12
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_KEY, _VALUE = 0, 2


class Positions:
    """Positions of one document. Filled by the composer, read by everybody else."""

    __slots__ = ("_ends", "_lines", "_orders", "_runs", "_starts", "_wheres", "file", "kept", "root", "text")

    def __init__(self, text: str, *, file: str) -> None:
        self.text = text
        self.file = file
        self.root: Span = (0, 0)
        self.kept: list[Any] = []
        """Containers that are not in the tree but whose identity is in use."""
        self._runs: array[int] = array("I")
        self._wheres: dict[int, int] = {}
        self._orders: dict[int, dict[str, int]] = {}
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._lines: tuple[str, ...] = ()

    def add(self, container: dict[str, Any] | list[Any], run: Sequence[int]) -> None:
        """Note the positions of a container's entries, in its order."""
        self._wheres[id(container)] = len(self._runs)
        self._runs.extend(run)

    def run(self, container: dict[str, Any]) -> list[int]:
        """The numbers of a map's entries, four for each."""
        start = self._wheres[id(container)]
        return self._runs[start : start + 4 * len(container)].tolist()

    def value(self, container: dict[str, Any] | list[Any], entry: str | int) -> Span:
        """Where the value of an entry stands; the entry exists."""
        if isinstance(container, list):
            assert isinstance(entry, int)  # noqa: S101 - what the caller looked up
            return self._span(self._wheres[id(container)] + 2 * entry)
        return self._of_entry(container, entry, _VALUE)

    def key(self, container: dict[str, Any] | list[Any], entry: str | int) -> Span:
        """Where the key of an entry stands; an entry of a list has its value only."""
        if isinstance(container, list):
            return self.value(container, entry)
        return self._of_entry(container, entry, _KEY)

    def place(self, span: Span) -> Place:
        """The span as a place: its length is what it covers of its first line."""
        start, end = span
        line, column = self.line_column(start)
        length = min(end, self._ends[line - 1]) - start
        return Place(self.file, line, column, max(length, 0))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset into the text."""
        if not self._starts:
            self._find_lines()
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text, without their ends."""
        if not self._lines:
            self._lines = tuple(split_lines(self.text))
        return self._lines

    def _find_lines(self) -> None:
        starts, ends = [0], list[int]()
        for match in _LINE_BREAK.finditer(self.text):
            ends.append(match.start())
            starts.append(match.end())
        if len(starts) > 1 and starts[-1] == len(self.text):
            starts.pop()  # as `split_lines`: a line end ends the last line, it starts none
        else:
            ends.append(len(self.text))
        self._starts, self._ends = starts, ends

    def _of_entry(self, container: dict[str, Any], entry: str | int, part: int) -> Span:
        return self._span(self._wheres[id(container)] + 4 * self._index(container, entry) + part)

    def _index(self, container: dict[str, Any], entry: str | int) -> int:
        if len(container) <= _SMALL_MAP:
            return next(index for index, key in enumerate(container) if key == entry)
        order = self._orders.get(id(container))
        if order is None:
            order = self._orders[id(container)] = {key: index for index, key in enumerate(container)}
        return order[str(entry)]

    def _span(self, offset: int) -> Span:
        return self._runs[offset], self._runs[offset + 1]
