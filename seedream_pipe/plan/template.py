"""Templates: text of the pipeline with ``{{ }}`` and ``{% %}``, made concrete for one row at a time.

A text that is exactly one ``{{ expression }}``, white space around it aside, gives the
expression's value with its type; any other text gives text. Text without a mark never
reaches Jinja2, which is not even imported then. Each distinct text is compiled once.

The language is Jinja2's with these rules, all because a wrong prompt is paid for:

- an unknown name is an error; so is printing nothing (null), a list or a map;
- true and false are printed as YAML writes them;
- an entry of a map goes before a method of the same name (``shot.count`` is the column);
- the last newline of a text stays: a caller that does not want it strips it;
- lines that hold only a ``{% %}`` leave nothing behind (trim_blocks, lstrip_blocks);
- files are named from the pipeline's folder; ``./x`` and ``../x`` from the including file's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.plan.limits import MAX_TEXT, over
from seedream_pipe.plan.template_error import TemplateError
from seedream_pipe.problems import Place

if TYPE_CHECKING:
    from seedream_pipe.plan.model import Files
    from seedream_pipe.plan.sandbox import Compiled, Sandbox
    from seedream_pipe.spec.model import Field, Tree

__all__ = ["Rendering", "TemplateError", "Templates", "place"]

_MARKS: Final = ("{{", "{%", "{#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A value whose templates are compiled, to be rendered for many rows.

    `constant`: no template inside; the value is the same for all rows.
    `names`: the names that it looks up among the values, included files' among them.
    `open_ended`: a file is chosen by a value, so that any name may be used.
    """

    constant: bool
    names: frozenset[str]
    open_ended: bool = False
    _value: Tree = field(repr=False)

    def render(self, values: Mapping[str, object]) -> Tree:
        """The value with these names. Raises TemplateError."""
        return self._value if self.constant else _filled(self._value, values)


class Templates:
    """The templates of one plan. Belongs to one thread."""

    def __init__(
        self,
        files: Files,
        *,
        clock: Callable[[], float] = time.monotonic,
        used: Callable[[str], None] | None = None,
    ) -> None:
        self._files = files
        self._clock = clock
        self._used = used
        self._made: Sandbox | None = None

    def field(self, value: Tree) -> Rendering:
        """A value of the pipeline: a text, or lists and maps of texts. Keys of maps are plain text.

        Raises TemplateError for the first text that is no template.
        """
        if isinstance(value, str):
            return _rendering(self._text(value))
        return _rendering(self._compiled(value))

    def file(self, path: str) -> Rendering:
        """A file of the project, always as text, its last newline included.

        Raises FilesError when the file itself cannot be had, TemplateError for what is
        wrong inside it or in a file that it includes.
        """
        text = self._files.text(path)
        if len(text) > MAX_TEXT:
            error = over(f"a template has at most {MAX_TEXT:,} characters")
            error.file = self._files.shown(path)
            raise error
        return _rendering(self._sandbox().file(path) if _marked(text) else text)

    def _compiled(self, value: Tree) -> Tree:
        match value:
            case str():
                return self._text(value)
            case list():
                return [self._compiled(item) for item in value]
            case dict():
                return {key: self._compiled(item) for key, item in value.items()}
            case _:
                return value

    def _text(self, text: str) -> str | Compiled:
        return self._sandbox().inline(text) if _marked(text) else text

    def _sandbox(self) -> Sandbox:
        if self._made is None:
            from seedream_pipe.plan.sandbox import Sandbox

            self._made = Sandbox(self._files, clock=self._clock, used=self._used)
        return self._made


def place(error: TemplateError, field: Field) -> Place:
    """Where in a file the error stands: in an included file, in a block scalar, else at the value."""
    if error.file is not None:
        return Place(error.file, error.line, max(error.column, 1))
    if not isinstance(field.value, str) or not error.line:
        return field.at
    if error.line > 1 and field.first_line <= field.at.line:
        return field.at  # the line breaks of a quoted text are not those of the file
    if not error.column and field.first_line <= field.at.line:
        return field.at
    return Place(field.at.file, field.first_line + error.line - 1, field.indent + max(error.column, 1))


def _marked(text: str) -> bool:
    return any(mark in text for mark in _MARKS)


def _rendering(value: Tree) -> Rendering:
    found = list(_templates(value))
    return Rendering(
        constant=not found,
        names=frozenset().union(*(each.names for each in found)),
        open_ended=any(each.open_ended for each in found),
        _value=value,
    )


def _templates(value: Tree) -> Any:
    match value:
        case list():
            for item in value:
                yield from _templates(item)
        case dict():
            for item in value.values():
                yield from _templates(item)
        case None | bool() | int() | float() | str():
            pass
        case _:
            yield value


def _filled(value: Tree, values: Mapping[str, object]) -> Tree:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [_filled(item, values) for item in value]
        case dict():
            return {key: _filled(item, values) for key, item in value.items()}
        case _:
            return value.render(values)
