"""What PyYAML's parsers complain about, in the words of somebody who writes a pipeline.

libyaml and the pure Python parser word the same fault differently and place it a little
differently; both are in the table. A message nobody foresaw is passed on as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import yaml

from seedream_pipe.problems import escaped

__all__ = ["BAD_ESCAPE", "Fault", "explained"]

BAD_ESCAPE: Final = "found invalid Unicode character escape code"

_QUOTE_IT: Final = "put the whole text in quotes"
_ESCAPE: Final = re.compile(r"\\[xuU]?[0-9a-fA-F]*")
_INDENTATION: Final = "check the indentation of this line and of the one before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A syntax error: an offset into the text that lies inside it, a sentence and a remedy.

    `also` is the offset of what the fault belongs to, such as an open bracket.
    """

    start: int
    message: str
    hint: str = ""
    length: int = 1
    also: int | None = None


# Part of the complaint, the sentence, the remedy.
_SENTENCES: Final = (
    (
        "sequence entries are not allowed",
        'a list entry ("-") cannot stand here',
        "put it on a line of its own under its key, or write [a, b]",
    ),
    ("block mapping keys are not allowed", "a key cannot stand here", _INDENTATION),
    ("mapping keys are not allowed", "a key cannot stand here", _INDENTATION),
    (
        "block collection",
        'this line is neither an entry ("-") of the list above nor part of one',
        _INDENTATION,
    ),
    ("node content", "a key or a value is missing here", ""),
    ("<document start>", "this cannot stand after the end of the map or list above", _INDENTATION),
    ("incompatible YAML", "this is a YAML version that nobody has", 'remove the "%YAML" line'),
    ("directive", 'a line that starts with "%" is a directive, and none is used here', _QUOTE_IT),
    ("%YAML", "the version of YAML cannot be read", 'remove the "%YAML" line'),
    ("tag", "tags are not allowed: values are plain", 'text that starts with "!" must stand in quotes'),
    ("'!'", "tags are not allowed: values are plain", 'text that starts with "!" must stand in quotes'),
    ("block mapping", "this does not fit into the map around it", _INDENTATION),
)


def explained(error: yaml.YAMLError, text: str) -> Fault:
    """The fault behind an error of a YAML parser for this text."""
    start, context_start = _offsets(error, text)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    context = str(getattr(error, "context", None) or "")
    tab = _tab_in_indentation(text, start)
    if tab is not None:
        return Fault(
            start=tab,
            message="a tab stands in the indentation, where YAML allows spaces only",
            hint="replace every tab by two spaces",
        )
    for fault in (
        _of_quotes(problem, context, text, start, context_start),
        _of_names(problem, context, text, context_start),
        _of_brackets(problem, context, text, start, context_start),
        _of_start(problem, text, start),
        _of_colon(problem, text, start),
        _of_escape(problem, text, start),
        _of_rest(problem, text, start),
    ):
        if fault is not None:
            return fault
    for part, message, hint in _SENTENCES:
        if part in problem or part in context:
            return Fault(start=start, message=message, hint=hint)
    return Fault(start=start, message=f"this is not YAML: {escaped(problem)}")


def _offsets(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    """Offsets of the fault and of what it belongs to, both inside the text."""
    last = max(len(text.rstrip()) - 1, 0)
    context_mark = getattr(error, "context_mark", None)
    mark = getattr(error, "problem_mark", None) or context_mark
    start = mark.index if mark is not None else int(getattr(error, "position", 0))
    context_start = context_mark.index if context_mark is not None else start
    return min(start, last), min(context_start, last)


def _tab_in_indentation(text: str, start: int) -> int | None:
    rest = _line_before(text, start) + text[start : start + 1]
    indentation = rest[: len(rest) - len(rest.lstrip(" \t"))]
    found = indentation.find("\t")
    return start - len(rest) + 1 + found if found >= 0 else None


def _of_quotes(problem: str, context: str, text: str, start: int, context_start: int) -> Fault | None:
    if "quoted scalar" not in context:
        return None
    if "end of stream" in problem or "document" in problem:
        return Fault(start=context_start, message="this quote is never closed")
    if "unknown escape" in problem:
        start = start if text[start] == "\\" else start - 1
        return Fault(
            start=start,
            length=2,
            message=f'"{escaped(text[start : start + 2])}" is no escape that YAML knows',
            hint=r'in double quotes a backslash is written "\\"; in single quotes it is itself',
        )
    return None


def _of_names(problem: str, context: str, text: str, context_start: int) -> Fault | None:
    if "scanning an anchor" in context or "scanning an alias" in context:
        return Fault(
            start=context_start,
            message=f'a name of letters and digits must follow "{escaped(text[context_start])}"',
            hint=f'text that starts with "{escaped(text[context_start])}" must stand in quotes',
        )
    if "expected ':'" in problem:
        return Fault(
            start=context_start,
            message='a ":" is missing after this key',
            hint="a text of several lines must stand in quotes or after a |",
        )
    if "scanning a block scalar" in context:
        return Fault(
            start=context_start,
            message='nothing but "-", "+" or a digit may follow "|" or ">" on its line',
            hint='the text starts on the next line; text that starts with "|" or ">" must stand in quotes',
        )
    return None


def _of_brackets(problem: str, context: str, text: str, start: int, context_start: int) -> Fault | None:
    if "flow" not in context or "," not in problem or "node content" in problem:
        return None
    opening = text[context_start]
    closing = "]" if "sequence" in context else "}"
    if start >= len(text.rstrip()) - 1 and text[start] != closing:
        return Fault(start=context_start, message=f'this "{opening}" is never closed')
    return Fault(
        start=start,
        also=context_start,
        message=f'a "," or a "{closing}" is missing before this',
        hint='a template must stand in quotes: "{{ … }}"'
        if text.startswith("{{", max(context_start - 1, 0)) or text.startswith("{{", context_start)
        else "",
    )


def _of_start(problem: str, text: str, start: int) -> Fault | None:
    if "cannot start any token" not in problem:
        return None
    char = text[start]
    if char in "|>":
        return Fault(start=start, message=f'a block of text ("{char}") cannot stand between brackets')
    return Fault(start=start, message=f'a value cannot start with "{escaped(char)}"', hint=_QUOTE_IT)


def _of_colon(problem: str, text: str, start: int) -> Fault | None:
    if "mapping values are not allowed" not in problem:
        return None
    if ": " in _line_before(text, start):
        return Fault(
            start=start,
            message='a second ":" stands on this line, where no key can be',
            hint='text with ": " in it must stand in quotes',
        )
    return Fault(
        start=start,
        message='this line is read as part of the value above it, so no ":" can stand here',
        hint='check the indentation, and that the line above has a ":" followed by a space',
    )


def _of_escape(problem: str, text: str, start: int) -> Fault | None:
    if BAD_ESCAPE not in problem and "ecimal number" not in problem:
        return None
    escape = _ESCAPE.match(text, max(text.rfind("\\", 0, start + 1), 0))
    return Fault(
        start=escape.start() if escape else start,
        length=len(escape[0]) if escape else 1,
        message="this escape is no character",
        hint=r'write the character itself; a backslash is written "\\"',
    )


def _line_before(text: str, start: int) -> str:
    """What stands on the line before an offset."""
    return text[max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1 : start]


def _of_rest(problem: str, text: str, start: int) -> Fault | None:
    """Text behind a value that has ended, on the same line."""
    if "expected key" not in problem and "<block end>" not in problem and "<document start>" not in problem:
        return None
    before = _line_before(text, start).rstrip()
    if not before.endswith(('"', "'", "}", "]")):
        return None
    if "{{" in before:
        hint = 'a value with a template must stand in quotes as a whole: "{{ … }} …"'
    else:
        hint = _QUOTE_IT
    return Fault(start=start, message=f"this stands behind the closing {before[-1]} of a value", hint=hint)
