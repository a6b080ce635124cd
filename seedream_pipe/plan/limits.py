"""What one rendering may cost, and the meter that counts it.

Everything is counted before it is made: a template that would need a gigabyte is
refused by arithmetic, not by the machine's memory. Three budgets: turns of loops,
work (characters and items made) and seconds.

A container that a template makes is weighed from the weights of what it holds. So a
list that holds itself thirty times over, whose text would fill the memory, is found
when it is made. What came from the user's files is a plain tree already bounded by the
loader and weighs one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from seedream_pipe.plan.template_error import TemplateError

__all__ = ["MAX_TEXT", "Meter", "over"]

MAX_TEXT: Final = 65_536
"""Characters of a template, of a rendered text, and of any text on the way."""
MAX_RANGE: Final = 10_000
"""Loop turns of one rendering, and items of a `range`."""
MAX_SECONDS: Final = 1.0
MAX_INT: Final = 10**30
_MAX_WORK: Final = 4_000_000
_ITEM_WORK: Final = 8  # an item of a list takes as much memory as this many characters
_MAX_WEIGHT: Final = 1_000_000
_MAX_DEPTH: Final = 64
_MAX_CALLS: Final = 32
_MAX_FILES: Final = 16


def over(message: str, *, hint: str = "") -> TemplateError:
    """The error for a template that wants too much."""
    return TemplateError("E-TEMPLATE-LIMIT", message, hint=hint)


class Meter:
    """Counts one rendering at a time; `start` begins the next. Belongs to one thread."""

    __slots__ = ("_calls", "_clock", "_deadline", "_files", "_turns", "_weights", "_work", "kept")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.start()

    def start(self) -> None:
        """Forget the last rendering."""
        self._turns = self._work = self._calls = 0
        self._files: list[str] = []
        self._weights: dict[int, tuple[int, int, object]] = {}
        self._deadline = self._clock() + MAX_SECONDS
        self.kept: Any = None

    def tick(self) -> None:
        """One operation: the time is looked at."""
        if self._clock() > self._deadline:
            raise over(f"the template takes longer than {MAX_SECONDS:g} s")

    def spend(self, characters: int, items: int = 0) -> None:
        """Ask for room before making this many characters and items."""
        self._work += characters + _ITEM_WORK * items
        if self._work > _MAX_WORK:
            raise over("the template makes too much text or too many items on the way")
        self.tick()

    def text(self, characters: int) -> None:
        """Ask for room before a text of this length is made."""
        if characters > MAX_TEXT:
            raise over(f"the template makes a text of more than {MAX_TEXT:,} characters")
        self.spend(characters)

    def items(self, count: int) -> None:
        """Ask for room before a list of this length is made."""
        self.spend(0, count)

    def turns(self, sequence: Iterable[Any]) -> Iterator[Any]:
        """The items of a loop, one turn each."""
        for item in sequence:
            self._turns += 1
            if self._turns > MAX_RANGE:
                raise over(f"the template's loops take more than {MAX_RANGE:,} turns")
            self.tick()
            yield item

    def call(self) -> None:
        """A macro is entered."""
        self._calls += 1
        if self._calls > _MAX_CALLS:
            raise over(f"macros call each other more than {_MAX_CALLS} deep")
        self.tick()

    def back(self) -> None:
        """A macro is left."""
        self._calls -= 1

    def enter(self, file: str) -> str:
        """A template file begins."""
        if file in self._files:
            raise TemplateError(
                "E-TEMPLATE-CYCLE", "templates include each other: " + " → ".join([*self._files, file])
            )
        if len(self._files) >= _MAX_FILES:
            raise over(f"templates include each other more than {_MAX_FILES} deep")
        self._files.append(file)
        return ""

    def leave(self, _file: str) -> str:
        """The template file ends."""
        self._files.pop()
        return ""

    def made(self, value: Any) -> Any:
        """A value that a template made, counted; a generator becomes the list of its items."""
        match value:
            case str():
                self.text(len(value))
            case bool() | None:
                pass
            case int():
                if abs(value) > MAX_INT:
                    raise over("the template makes a number of more than 30 digits")
            case float():
                if not math.isfinite(value):
                    raise over("the template makes a number that is not finite")
            case complex():
                raise over("the template makes a number that is not real")
            case list() | tuple() | Mapping():
                self._weigh(value)
            case Iterator():
                items = list(islice(value, _MAX_WORK // _ITEM_WORK))
                self._weigh(items)
                return items
            case _:
                pass
        return value

    def _weigh(self, value: list[Any] | tuple[Any, ...] | Mapping[Any, Any]) -> None:
        if id(value) in self._weights:
            return
        self.items(len(value))
        weight = depth = 1
        for item in value.values() if isinstance(value, Mapping) else value:
            known = self._weights.get(id(item))
            weight += known[0] if known else 1
            depth = max(depth, known[1] + 1 if known else 1)
        if weight > _MAX_WEIGHT:
            raise over(f"the template makes a value of more than {_MAX_WEIGHT:,} items")
        if depth > _MAX_DEPTH:
            raise over(f"the template makes lists nested more than {_MAX_DEPTH} deep")
        # The value is held, so that its id stays its own while this rendering lasts.
        self._weights[id(value)] = (weight, depth, value)
