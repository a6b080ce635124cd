"""Pieces of a report in the terminal's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.cli.terminal import is_coloured, out, paint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seedream_pipe.reports.pieces import Line, Tone

__all__ = ["print_lines"]

_STYLES: Final[Mapping[Tone, Mapping[str, Any]]] = {
    "": {},
    "strong": {"bold": True},
    "dim": {"dim": True},
    "uncoloured": {},
    "old": {"fg": "red"},
    "new": {"fg": "green"},
    "good": {"fg": "green"},
    "work": {"fg": "yellow"},
    "bad": {"fg": "red"},
}


def print_lines(lines: Iterable[Line]) -> None:
    """Lines on standard output; those that say what colours say, where there are none."""
    if is_coloured():
        lines = (line for line in lines if not any(piece.tone == "uncoloured" for piece in line))
    out(
        "\n".join(
            "".join(paint(piece.text, **_STYLES[piece.tone]) if piece.tone else piece.text for piece in line)
            for line in lines
        )
    )
