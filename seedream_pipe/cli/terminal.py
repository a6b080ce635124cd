"""The terminal: lines on standard error, colours where they are wanted, widths that count Chinese."""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import Any

import click

__all__ = ["columns", "cut", "is_interactive", "padded", "plural", "say", "style"]


def style(text: str, **how: Any) -> str:
    """Text in a style, where standard error is a terminal that wants it."""
    return click.style(text, **how) if _coloured() else text


def say(text: str = "") -> None:
    """A line on standard error: for people, never data."""
    click.echo(text, err=True)


def is_interactive() -> bool:
    """Whether a person can be asked: both ends are a terminal."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def plural(count: int, word: str) -> str:
    """A number with its word."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def padded(text: str, width: int) -> str:
    """The text cut or filled to so many columns."""
    shown = cut(text, width)
    return shown + " " * (width - columns(shown))


def columns(text: str) -> int:
    """How wide a text stands on a terminal: Chinese takes two columns."""
    return sum(_wide(char) for char in text)


def cut(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis when it is wider."""
    if columns(text) <= width:
        return text
    shown, used = [], 1
    for char in text:
        used += _wide(char)
        if used > width:
            break
        shown.append(char)
    return "".join(shown) + "…"


def _coloured() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and _is_terminal(sys.stderr)


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def _wide(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
