"""Two texts compared word by word, Chinese character by character; what is equal is cut short."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

from seedream_pipe.problems import escaped
from seedream_pipe.reports.pieces import Line, Piece, Tone

__all__ = ["compared"]

# A run of letters is a word, but for scripts that put no space between theirs.
_TOKENS: Final = re.compile(r"\s+|[^\W⺀-鿿가-힯＀-￯]+|.", re.DOTALL)
_MOST_TOKENS: Final = 4000
_AROUND: Final = 10
_WORTH_CUTTING: Final = 12
_LONGEST: Final = 6000


def compared(old: str, new: str) -> tuple[Line, Line]:
    """The old and the new text with the changed words in the tones `old` and `new`.

    Long stretches that are equal are left out with an ellipsis, the same on both sides.
    """
    before, after = _TOKENS.findall(old)[:_MOST_TOKENS], _TOKENS.findall(new)[:_MOST_TOKENS]
    left: list[Piece] = []
    right: list[Piece] = []
    blocks = _blocks(before, after)
    for index, (equal, gone, come) in enumerate(blocks):
        if equal:
            text = _short(gone, first=index == 0, last=index == len(blocks) - 1)
            left.append(_piece(text))
            right.append(_piece(text))
            continue
        if gone:
            left.append(_piece("".join(gone), "old"))
        if come:
            right.append(_piece("".join(come), "new"))
    return tuple(left), tuple(right)


def _blocks(before: list[str], after: list[str]) -> list[tuple[bool, list[str], list[str]]]:
    """Runs that are equal and runs that are not; a lone space between two changes belongs to them."""
    blocks: list[tuple[bool, list[str], list[str]]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = before[a:b], after[c:d]
        equal = kind == "equal" and not (blocks and d < len(after) and not "".join(gone).strip())
        if blocks and not equal and not blocks[-1][0]:
            blocks[-1][1].extend(gone)
            blocks[-1][2].extend(come)
        else:
            blocks.append((equal, gone, come))
    return blocks


def _short(tokens: list[str], *, first: bool, last: bool) -> str:
    head = [] if first else tokens[:_AROUND]
    tail = [] if last else tokens[-_AROUND:]
    if len(tokens) - len(head) - len(tail) < _WORTH_CUTTING:
        return "".join(tokens)
    return f"{''.join(head)}{' ' if head else ''}…{' ' if tail else ''}{''.join(tail).lstrip()}"


def _piece(text: str, tone: Tone = "") -> Piece:
    return Piece(escaped(text, limit=_LONGEST), tone)
