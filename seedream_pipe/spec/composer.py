"""The events of a YAML text become a tree of plain values with positions.

PyYAML's own composer recurses in C (deep nesting ends the process), expands merge keys
without a bound and keeps the last of equal keys; its stream of events has none of that
and every position. So the tree is built here, from the events, in one loop.

Rule 1: nothing is allotted for an alias or a merge before it is paid from the budget.
Rule 2: aliases share one object; nobody changes a tree.
Rule 3: whatever can be said of a text is said at once; what makes the rest meaningless
(a syntax error, a second document, a budget) ends it.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from seedream_pipe import merge
from seedream_pipe.problems import Place, Problem, did_you_mean, escaped
from seedream_pipe.spec import syntax
from seedream_pipe.spec.positions import Positions, Span
from seedream_pipe.spec.scalars import PlainScalars

__all__ = ["MAX_DEPTH", "Composer", "PurePythonParser", "default_parser"]

MAX_DEPTH: Final = 64
_FREE_COPIES: Final = 200_000
_COPIES_PER_NODE: Final = 4
_ENOUGH_PROBLEMS: Final = 100
_DISAGREE: Final = "two branches disagree here, and their merge is not finished"
_MERGED: Final = (
    "keep the lines that are right, and delete the others and the marks <<<<<<<, =======, >>>>>>>"
)

_MERGE: Final[Any] = object()
_OPEN: Final[Any] = object()
_ODD_KEYS: Final = frozenset({"<<", ""})
# Anchor, tag and what may stand between them and the value that they belong to.
_PROPERTIES: Final = re.compile(r"(?:[&!][^\s\[\]{},]*(?:[ \t\r\n]|#[^\r\n]*)*)*")
_TAG: Final = re.compile(r"![^\s\[\]{},]*")
_BLANK: Final = re.compile(r"(?:\s|#[^\r\n]*)*")


class PurePythonParser(yaml.SafeLoader):
    """The parser where PyYAML was built without libyaml; as strict with escapes as that one.

    It gives the same tree or refuses: between brackets it takes no "?" inside of plain text.
    """

    def get_event(self) -> Any:
        """The next event, or None after the last."""
        try:
            event: Any = super().get_event()  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError) as error:
            raise self._bad_escape() from error
        if type(event) is ScalarEvent and any("\ud800" <= char <= "\udfff" for char in event.value):
            raise self._bad_escape()
        return event

    def _bad_escape(self) -> yaml.scanner.ScannerError:
        return yaml.scanner.ScannerError(problem=syntax.BAD_ESCAPE, problem_mark=self.get_mark())


default_parser: Final[Any] = getattr(yaml, "CSafeLoader", PurePythonParser)
"""libyaml's parser where there is one."""


class _Stopped(Exception):
    """The rest of the text has no meaning."""


class Composer:
    """One text on its way to a tree. After `compose`, `problems` says what is wrong with it."""

    def __init__(self, text: str, *, file: str, parser: Any = default_parser) -> None:
        self.positions = Positions(text, file=file)
        self.problems: list[Problem] = []
        self._text = text
        self._parser_type = parser
        self._roots: list[Any] = []
        self._anchors: dict[str, Any] = {}
        self._nodes = 0
        self._copies = 0
        self._documents = 0

    def compose(self) -> list[Any]:
        """The root in a list, or nothing when there is no document.

        With problems, what is returned may lack parts or have strange keys in it.
        """
        try:
            with _collector_off():
                self._loop(self._parser_type(self._text).get_event)
        except _Stopped:
            pass
        except yaml.YAMLError as error:
            self._syntax_error(error)
        return self._roots

    def _loop(self, next_event: Any) -> None:  # noqa: C901, PLR0912, PLR0915 - a call an event costs a third
        plain, names = PlainScalars(), dict[str, str]()
        stack: list[tuple[Any, ...]] = []
        container: Any = self._roots
        run: list[int] = []
        key: Any = None
        is_map = wants_key = False
        while (event := next_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                value: Any = event.value
                start, end = event.start_mark.index, event.end_mark.index
                self._nodes += 1
                if event.anchor is not None or event.tag is not None:
                    start = self._past_properties(event)
                run += (start, end)
                if wants_key:
                    key = names.setdefault(value, value)
                    wants_key = False
                    if key in container or key in _ODD_KEYS:
                        key = self._odd_key(event, container, run)
                    if event.anchor is not None:
                        self._anchors[event.anchor] = (value, 1, (start, end))
                    continue
                if not event.style:
                    value = plain[value]
                if event.anchor is not None:
                    self._anchors[event.anchor] = (value, 1, (start, end))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                start = self._opened(event, len(stack))
                if wants_key:
                    self._key_is_container(start)
                stack.append((container, run, key, is_map, wants_key, start, event.anchor, self._nodes))
                self._nodes += 1
                run = []
                is_map = wants_key = kind is MappingStartEvent
                container = {} if is_map else []
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = container
                if is_map and _MERGE in value:
                    value, run = self._merged(value, run)
                self.positions.add(value, run)
                container, run, key, is_map, wants_key, start, anchor, before = stack.pop()
                # A block ends where the next thing begins; only brackets have an end of their own.
                end = event.end_mark.index
                end = end if end > event.start_mark.index else start
                run += (start, end)
                if anchor is not None:
                    self._anchors[anchor] = (value, self._nodes - before, None)
                if wants_key:
                    self.positions.kept.append(value)
                    key, wants_key = object(), False
                    continue
            elif kind is AliasEvent:
                value, span = self._alias(event)
                run += span
                if wants_key:
                    span = (event.start_mark.index, event.end_mark.index)
                    self._report(span, "a key must be written out, it cannot be an alias")
                    key, wants_key = object(), False
                    continue
            else:
                self._around(event)
                continue
            if is_map:
                container[key] = value
                wants_key = True
            else:
                container.append(value)
                if container is self._roots:
                    self.positions.root = (run[0], run[1])

    def _around(self, event: Any) -> None:
        """Start and end of stream and document."""
        kind = type(event)
        if kind is DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                self._second_document(event.start_mark.index)
        elif kind is DocumentEndEvent and event.explicit:
            after = _BLANK.match(self._text, event.end_mark.index)
            if after is not None and after.end() < len(self._text):
                self._second_document(after.end())

    def _second_document(self, start: int) -> NoReturn:
        self._stop(
            (start, start),
            "a second document starts here; a file holds one",
            hint='remove the "---" or "...", or make it a file of its own',
        )

    def _opened(self, event: Any, depth: int) -> int:
        start: int = event.start_mark.index
        if depth >= MAX_DEPTH:
            self._stop((start, start), f"nested more than {MAX_DEPTH} deep")
        if event.anchor is not None:
            self._anchors[event.anchor] = _OPEN
        if event.anchor is not None or event.tag is not None:
            return self._past_properties(event)
        return start

    def _past_properties(self, event: Any) -> int:
        """Where the value itself starts, behind its anchor; a tag is a problem."""
        start: int = event.start_mark.index
        if event.tag is not None:
            tag = _TAG.search(self._text, start)
            span = tag.span() if tag else (start, start)
            self._report(
                span,
                f'the tag "{escaped(self._text[span[0] : span[1]])}" is not allowed: values are plain',
                hint="remove it; text that looks like something else goes in quotes",
            )
        skipped = _PROPERTIES.match(self._text, start)
        return start if skipped is None else min(skipped.end(), event.end_mark.index)

    def _odd_key(self, event: Any, container: dict[Any, Any], run: list[int]) -> Any:
        """A key that is given again, missing, or the merge key."""
        key = event.value
        span = (run[-2], run[-1])
        if not event.style:
            if not key:
                self._report(span, 'a key is missing before ":"')
                return object()
            if key == "<<":
                key = _MERGE
        if key not in container:
            return key
        first = 4 * list(container).index(key)
        self._report(
            span,
            f'the key "{escaped(event.value)}" is given twice',
            code="E-DUPLICATE-KEY",
            hint="merge several maps with a list: <<: [*one, *two]"
            if key is _MERGE
            else "remove or rename one of the two",
            also=(self.positions.place((run[first], run[first + 1])),),
        )
        return object()

    def _key_is_container(self, start: int) -> None:
        template = self._text.startswith("{{", start - 1)
        self._report(
            (start - 1, start + 1) if template else (start, start + 1),
            "a template must stand in quotes" if template else "a key must be text, not a map or a list",
            hint='write "{{ … }}" with the quotes; without them YAML reads a map' if template else "",
        )

    def _alias(self, event: Any) -> tuple[Any, Span]:
        span = (event.start_mark.index, event.end_mark.index)
        known = self._anchors.get(event.anchor)
        name = escaped(event.anchor)
        if known is None:
            self._report(
                span,
                f'no anchor "&{name}" stands before this alias',
                hint=did_you_mean(event.anchor, self._anchors)
                or 'text that starts with "*" must stand in quotes',
            )
            return None, span
        if known is _OPEN:
            self._report(span, f'the alias "*{name}" stands inside what it names, so it would never end')
            return None, span
        value, size, home = known
        self._nodes += size
        self._copies += size
        if self._copies > _FREE_COPIES + _COPIES_PER_NODE * (self._nodes - self._copies):
            self._stop(span, f"aliases repeat more than the file may hold ({self._copies} values)")
        # Text is judged where it is written; a container has positions of its own inside.
        return value, home or span

    def _merged(self, container: dict[Any, Any], run: list[int]) -> tuple[dict[Any, Any], list[int]]:
        """The map with what ``<<`` brings: before its own keys, which win; of a list the first wins."""
        at = 4 * list(container).index(_MERGE)
        given = container[_MERGE]
        self.positions.kept.append(given)
        sources = given if isinstance(given, list) else [given]
        if not all(isinstance(source, dict) for source in sources):
            self._report((run[at + 2], run[at + 3]), '"<<" takes a map or a list of maps')
            sources = []
        values: dict[Any, Any] = {}
        runs: dict[Any, list[int]] = {}
        for source in reversed(sources):
            numbers = self.positions.run(source)
            values.update(source)
            runs.update((key, numbers[4 * i : 4 * i + 4]) for i, key in enumerate(source))
        for i, (key, value) in enumerate(container.items()):
            if key is not _MERGE:
                values[key] = value
                runs[key] = run[4 * i : 4 * i + 4]
        return values, [number for key in values for number in runs[key]]

    def _syntax_error(self, error: yaml.YAMLError) -> None:
        marks = [Place(self.positions.file, found.line, 1, 7) for found in merge.conflicts(self._text)]
        if marks:
            self.problems.extend(
                Problem(code="E-MERGE", place=place, message=_DISAGREE, hint=_MERGED) for place in marks
            )
            return
        fault = syntax.explained(error, self._text)
        line = self.positions.line_column(fault.start)[0]
        if any(problem.place.line == line for problem in self.problems):
            return  # what is said of this line already is why the parser stumbled
        also = () if fault.also is None else (self.positions.place((fault.also, fault.also + 1)),)
        self._add("E-YAML", (fault.start, fault.start + fault.length), fault.message, fault.hint, also)

    def _report(
        self, span: Span, message: str, *, code: str = "E-YAML", hint: str = "", also: tuple[Place, ...] = ()
    ) -> None:
        self._add(code, span, message, hint, also)
        if len(self.problems) >= _ENOUGH_PROBLEMS:
            raise _Stopped

    def _stop(self, span: Span, message: str, *, hint: str = "") -> NoReturn:
        self._add("E-YAML", span, message, hint, ())
        raise _Stopped

    def _add(self, code: str, span: Span, message: str, hint: str, also: tuple[Place, ...]) -> None:
        place = self.positions.place(span)
        self.problems.append(Problem(code=code, place=place, message=message, hint=hint, also=also))


@contextmanager
def _collector_off() -> Iterator[None]:
    """Without the cyclic collector: it would walk the growing tree again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
