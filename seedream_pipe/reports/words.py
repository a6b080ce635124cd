"""Two texts compared word by word, Chinese character by character; what is equal is cut short."""

from __future__ import annotations

from typing import Final

from seedream_pipe.problems import escaped
from seedream_pipe.reports.pieces import Line, Piece, Tone
from seedream_pipe.run.wording import blocks, word_changes

__all__ = ["compared", "told"]

_AROUND: Final = 10
_WORTH_CUTTING: Final = 12
_LONGEST: Final = 6000
_MOST: Final = 8
_LONGEST_WORDS: Final = 120


def compared(old: str, new: str) -> tuple[Line, Line]:
    """The old and the new text with the changed words in the tones `old` and `new`.

    Long stretches that are equal are left out with an ellipsis, the same on both sides.
    """
    left: list[Piece] = []
    right: list[Piece] = []
    found = blocks(old, new)
    for index, (equal, gone, come) in enumerate(found):
        if equal:
            text = _short(gone, first=index == 0, last=index == len(found) - 1)
            left.append(_piece(text))
            right.append(_piece(text))
            continue
        if gone:
            left.append(_piece("".join(gone), "old"))
        if come:
            right.append(_piece("".join(come), "new"))
    return tuple(left), tuple(right)


def told(old: str, new: str) -> str:
    """The words that differ, for who sees no colours: ``"Key" → "Fine", + "at dawn"``."""
    found = [(gone.strip(), come.strip()) for gone, come in word_changes(old, new)]
    words = [_told(gone, come) for gone, come in found if gone or come]
    more = f" and {len(words) - _MOST:,} more" if len(words) > _MOST else ""
    return ", ".join(words[:_MOST]) + more


def _told(gone: str, come: str) -> str:
    old, new = (f'"{escaped(text, limit=_LONGEST_WORDS)}"' for text in (gone, come))
    return f"{old} → {new}" if gone and come else f"+ {new}" if come else f"- {old}"


def _short(tokens: list[str], *, first: bool, last: bool) -> str:
    head = [] if first else tokens[:_AROUND]
    tail = [] if last else tokens[-_AROUND:]
    if len(tokens) - len(head) - len(tail) < _WORTH_CUTTING:
        return "".join(tokens)
    return f"{''.join(head)}{' ' if head else ''}…{' ' if tail else ''}{''.join(tail).lstrip()}"


def _piece(text: str, tone: Tone = "") -> Piece:
    return Piece(escaped(text, limit=_LONGEST), tone)
