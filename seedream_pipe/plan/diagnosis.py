"""What went wrong in a template, in the author's words, and where it stands in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import FrameType, TracebackType
from typing import Any, Final

import jinja2
from jinja2.environment import Template
from jinja2.runtime import StrictUndefined
from jinja2.utils import missing

from seedream_pipe.plan.limits import over
from seedream_pipe.plan.model import FilesError
from seedream_pipe.plan.template_error import TemplateError
from seedream_pipe.plan.text_value import kind, wrong
from seedream_pipe.plan.vocabulary import methods_of
from seedream_pipe.problems import did_you_mean, escaped

__all__ = ["CAUGHT", "NoFile", "Unknown", "innermost", "position", "too_deep", "unclosed", "worded"]

_MARKED: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CALL: Final = re.compile(r"[\w.<>]+\(\) (?=takes|missing|got|expected)")
_MARK: Final = re.compile(r"\{[{%]")
_OPENING: Final = re.compile(r"\{[{%#]")
_RAW: Final = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}", re.DOTALL)
_CLOSINGS: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}


class UnknownName(jinja2.UndefinedError):
    """A name that stands for nothing; `owner` is what it was looked up in, `missing` for the names."""

    def __init__(self, message: str, *, owner: Any, name: Any) -> None:
        super().__init__(message)
        self.owner = owner
        self.name = name


class Unknown(StrictUndefined):
    """An unknown name, which knows where it was looked up."""

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None
    ) -> None:
        told: Any = exc or partial(UnknownName, owner=obj, name=name)
        super().__init__(hint, obj, name, told)


class NoFile(jinja2.TemplateNotFound):
    """A file that is not there; only this one does ``ignore missing`` ignore."""

    def __init__(self, path: str, cause: FilesError) -> None:
        super().__init__(path)
        self.cause = cause


CAUGHT: Final = (
    TemplateError,
    FilesError,
    jinja2.TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What rendering may raise: our findings, Jinja2's, and what Python says of values that do not fit."""


def too_deep() -> TemplateError:
    """The error for nesting that neither we nor Python follow."""
    return over("the template is nested too deeply")


def worded(error: BaseException, values: Mapping[str, Any]) -> TemplateError:
    """The error of a rendering with these values, not yet placed."""
    match error:
        case TemplateError():
            return error
        case UnknownName():
            return _unknown(error, values)
        case NoFile():
            return TemplateError("E-MISSING", str(error.cause), hint=error.cause.hint)
        case FilesError():
            return TemplateError(error.code, str(error), hint=error.hint)
        case RecursionError() | MemoryError():
            return too_deep()
        case ZeroDivisionError():
            return wrong("division by zero")
        case jinja2.UndefinedError() if "if-expression" in str(error):
            return TemplateError(
                "E-TEMPLATE-VALUE", 'the condition is false and there is no "else"', hint='add: else ""'
            )
        case jinja2.UndefinedError():
            return TemplateError("E-TEMPLATE-NAME", escaped(str(error)))
        case TypeError() if _CALL.match(str(error)):
            return wrong("the arguments do not fit: " + escaped(_CALL.sub("", str(error))))
        case _:
            return wrong(escaped(str(error)))


def _unknown(error: UnknownName, values: Mapping[str, Any]) -> TemplateError:
    name, owner = error.name, error.owner
    shown = escaped(str(name))
    if owner is missing:
        if name is None:
            return TemplateError(
                "E-TEMPLATE-VALUE", escaped(str(error)), hint='| default("") gives a value instead'
            )
        return TemplateError(
            "E-TEMPLATE-NAME", f'unknown name "{shown}"', hint=did_you_mean(str(name), values)
        )
    if isinstance(owner, Mapping):
        holder = next((f'"{held}"' for held, value in values.items() if value is owner), "this map")
        known_names = [key for key in owner if isinstance(key, str)]
        return TemplateError(
            "E-TEMPLATE-NAME", f'{holder} has no "{shown}"', hint=did_you_mean(str(name), known_names)
        )
    hint = did_you_mean(str(name), methods_of(owner)) if isinstance(name, str) else ""
    return TemplateError("E-TEMPLATE-NAME", f'{kind(owner)} has no "{shown}"', hint=hint)


def unclosed(text: str) -> TemplateError | None:
    """The error for the first mark that is opened and not closed before the next; None without one."""
    at = 0
    while (found := _OPENING.search(text, at)) is not None:
        raw = _RAW.match(text, found.start())
        closing = _CLOSINGS[found[0]]
        end = raw.end() if raw else text.find(closing, found.end())
        following = None if raw or found[0] == "{#" else _MARK.search(text, found.end())
        if end < 0 or (following and following.start() < end):
            if following and not text[found.end() : following.start()].strip():
                return None  # one mark right inside another is another mistake
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            message = f'a "{found[0]}" is not closed: "{closing}" is missing'
            return TemplateError("E-TEMPLATE-SYNTAX", message, line=line, column=column)
        at = end if raw else end + 2
    return None


def innermost(traceback: TracebackType | None) -> tuple[int, str | None]:
    """Line and file of the deepest piece of template in a traceback."""
    line, path = 0, None
    while traceback is not None:
        template = _template_of(traceback.tb_frame)
        if template is not None:
            line, path = template.get_corresponding_lineno(traceback.tb_lineno), template.name
        traceback = traceback.tb_next
    return line, path


def _template_of(frame: FrameType) -> Template | None:
    found = frame.f_globals.get("__jinja_template__")
    return found if isinstance(found, Template) else None


def position(text: str, line: int, word: str) -> tuple[int, int]:
    """Line and column of a word inside the marks from this line on; else of the line's only mark."""
    lines = text.split("\n")
    start = sum(len(each) + 1 for each in lines[: line - 1])
    if word:
        sought = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        for marked in _MARKED.finditer(text):
            found = (
                sought.search(text, max(marked.start(), start), marked.end())
                if marked.end() > start
                else None
            )
            if found is not None:
                before = text[: found.start()]
                return before.count("\n") + 1, found.start() - before.rfind("\n")
    marks = _MARK.findall(lines[line - 1]) if line <= len(lines) else []
    return line, lines[line - 1].index(marks[0]) + 1 if len(marks) == 1 else 0
