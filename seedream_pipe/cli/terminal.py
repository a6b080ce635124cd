"""The terminal: data on standard output, everything else on standard error, colours where they are wanted.

Rule 1: what is said to people is never worth losing work for, so a standard error that cannot be
written to falls silent. Data that cannot be written is an error.
Rule 2: whatever is printed passes here, and leaves without secrets.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
import unicodedata
from typing import Any, Final

import click

from seedream_pipe.confidential import scrubbed
from seedream_pipe.errors import SeedreamError

__all__ = [
    "columns",
    "cut",
    "harmless",
    "is_coloured",
    "is_interactive",
    "is_terminal",
    "out",
    "padded",
    "paint",
    "plural",
    "say",
    "squeezed",
    "style",
    "width",
    "wrapped",
]

_USUAL_HEIGHT: Final = 24
_TURNS: Final = re.compile("[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NARROWEST: Final = 20


def style(text: str, **how: Any) -> str:
    """Text in a style, where standard error is a terminal that wants it."""
    return click.style(text, **how) if _coloured(sys.stderr) else text


def is_coloured() -> bool:
    """Whether standard output is a terminal that wants colours."""
    return _coloured(sys.stdout)


def paint(text: str, **how: Any) -> str:
    """Text in a style, where standard output is a terminal that wants it."""
    return click.style(text, **how) if _coloured(sys.stdout) else text


def say(text: str = "") -> None:
    """A line on standard error: for people, never data."""
    try:
        _echo(harmless(text), err=True)
    except (OSError, ValueError):
        _silence(2)


def out(text: str) -> None:
    """Data on standard output, with a line end.

    Raises:
        BrokenPipeError: whoever read it has gone.
        SeedreamError: it cannot be written, the disk behind it being full for example.

    """
    try:
        _echo(harmless(text), err=False)
    except BrokenPipeError:
        _silence(1)
        raise
    except OSError as error:
        _silence(1)
        raise SeedreamError(f"standard output cannot be written: {error.strerror}") from None


def _echo(text: str, *, err: bool) -> None:
    try:
        click.echo(text, err=err)
    except UnicodeEncodeError as error:
        # A terminal that knows fewer letters: what it does not know is shown by its number.
        click.echo(text.encode(error.encoding, "backslashreplace").decode(error.encoding), err=err)


def width(*, err: bool = False) -> int | None:
    """Columns of the terminal behind a stream; None where there is none and nothing has to be cut."""
    if not is_terminal(sys.stderr if err else sys.stdout):
        return None
    try:
        found = os.get_terminal_size(2 if err else 1).columns
    except OSError:
        found = 0
    return found or shutil.get_terminal_size((80, _USUAL_HEIGHT)).columns


def is_interactive() -> bool:
    """Whether a person can be asked: both ends are a terminal."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def is_terminal(stream: Any) -> bool:
    """Whether a stream is a terminal; one that was closed is none."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError, OSError):
        return False


def plural(count: int, word: str) -> str:
    """A number with its word."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def padded(text: str, width: int) -> str:
    """The text cut or filled to so many columns."""
    shown = cut(text, width)
    return shown + " " * (width - columns(shown))


def columns(text: str) -> int:
    """How wide a text stands on a terminal: Chinese takes two columns."""
    return len(text) if text.isascii() else sum(_wide(char) for char in text)


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


def squeezed(text: str, width: int) -> str:
    """The text, or its beginning and its end with an ellipsis between them when it is wider."""
    if columns(text) <= width:
        return text
    half = width // 2
    return cut(text, width - half)[:-1] + cut(text[::-1], half + 1)[::-1]


def wrapped(text: str, room: int | None) -> list[str]:
    """The text in lines for so many columns; the last column stays free. As it is where there is no limit."""
    return [text] if room is None else textwrap.wrap(text, max(room - 1, _NARROWEST))


def harmless(text: str) -> str:
    """The text without secrets, and with what would turn it around or steer the terminal escaped.

    JSON stays what it was.
    """
    return _TURNS.sub(lambda found: f"\\u{ord(found[0]):04x}", scrubbed(text))


def _coloured(stream: Any) -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and is_terminal(stream)


def _silence(number: int) -> None:
    """Point a stream to nowhere, so that leaving does not fail on what it still holds."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    except OSError:
        return


def _wide(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
