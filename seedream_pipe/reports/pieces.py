"""Text in pieces with a tone each: what a report means by a colour, without knowing a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Line", "Piece", "Tone", "plain"]

Tone: TypeAlias = Literal["", "strong", "dim", "old", "new", "good", "work", "bad", "uncoloured"]
"""What a piece means; `uncoloured` says what colours say, and is shown where there are none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text in one tone."""

    text: str
    tone: Tone = ""


Line: TypeAlias = tuple[Piece, ...]


def plain(lines: Iterable[Line]) -> str:
    """The text alone."""
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)
