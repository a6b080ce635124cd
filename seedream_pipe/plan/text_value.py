"""How a value looks as text, and as a plain tree.

A picture is paid for even when its prompt says "None", so what has no text of its own
is refused: nothing (null), lists, maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jinja2.runtime import Undefined

from seedream_pipe.plan.limits import MAX_TEXT, over
from seedream_pipe.plan.template_error import TemplateError

__all__ = ["kind", "known", "number", "plain", "sequence", "text_of", "whole", "wrong"]

_MAX_DEPTH: Final = 64


def wrong(message: str, *, hint: str = "") -> TemplateError:
    """The error for a value that does not fit where it is used."""
    return TemplateError("E-TEMPLATE-VALUE", message, hint=hint)


def known(value: Any) -> Any:
    """The value, unless its name is unknown: then that error."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - the only way to ask for its error
    return value


def number(value: Any) -> bool:
    """Whether it counts as a number; true and false do, as in Python."""
    return isinstance(value, int | float)


def whole(value: Any, least: int, most: int, what: str) -> int:
    """The value, if it is a whole number within these bounds; `what` says what it counts."""
    if not isinstance(value, int) or not least <= value <= most:
        raise wrong(f"{what} must be a whole number from {least} to {most:,}")
    return value


def sequence(value: Any) -> Any:
    """The value, if it can be walked through."""
    if not isinstance(known(value), str | list | tuple | range | Mapping):
        raise wrong(f"{kind(value)} has no items")
    return value


def kind(value: Any) -> str:
    """What it is, in the author's words."""
    match value:
        case None:
            return "nothing (null)"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple() | range():
            return "a list"
        case Mapping():
            return "a map"
        case _:
            return "a part of the template language"


def text_of(value: Any) -> str:
    """The value as it stands in a text: true and false as YAML writes them, numbers as Python does."""
    match known(value):
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case None:
            raise wrong(
                "nothing (null) has no text", hint='say what to write instead: {{ … | default("", true) }}'
            )
        case list() | tuple() | range():
            raise wrong("a list has no text of its own", hint='join its items: {{ … | join(", ") }}')
        case Mapping():
            raise wrong("a map has no text of its own", hint="name one of its entries, or use | tojson")
        case _:
            raise wrong(f"{kind(value)} has no text", hint="a method or macro is called with ()")


def plain(value: Any) -> Any:
    """A copy in lists, maps and scalars, as YAML would give it; at most 64 Ki characters and items."""
    room = MAX_TEXT

    def copy(part: Any, depth: int) -> Any:
        nonlocal room
        room -= len(part) + 1 if isinstance(part, str) else 1
        if room < 0 or depth > _MAX_DEPTH:
            raise over(f"the template gives more than {MAX_TEXT:,} characters and items")
        match known(part):
            case None | bool() | int() | float():
                return part
            case str():
                return str(part)
            case list() | tuple() | range():
                return [copy(item, depth + 1) for item in part]
            case Mapping():
                return {copy(key, depth + 1): copy(item, depth + 1) for key, item in part.items()}
            case _:
                raise wrong(f"{kind(part)} is not a value", hint="a method or macro is called with ()")

    return copy(value, 0)
