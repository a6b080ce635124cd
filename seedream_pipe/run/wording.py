"""Two texts compared word by word, Chinese character by character. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["blocks", "opcodes", "tokens", "word_changes"]

# A run of letters is a word, but for scripts that put no space between theirs.
_TOKENS: Final = re.compile(r"\s+|[^\W⺀-鿿가-힯＀-￯]+|.", re.DOTALL)
_MOST_TOKENS: Final = 4000


def tokens(text: str) -> list[str]:
    """The words of a text, and what stands between them; of a very long one the first few thousand."""
    return _TOKENS.findall(text)[:_MOST_TOKENS]


def opcodes(before: list[str], now: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """How one list of words becomes the other, as of `difflib`."""
    return SequenceMatcher(None, before, now, autojunk=False).get_opcodes()


def blocks(old: str, new: str) -> list[tuple[bool, list[str], list[str]]]:
    """Runs that are equal and runs that are not; a lone space between two changes belongs to them."""
    before, after = tokens(old), tokens(new)
    found: list[tuple[bool, list[str], list[str]]] = []
    for kind, a, b, c, d in opcodes(before, after):
        gone, come = before[a:b], after[c:d]
        equal = kind == "equal" and not (found and d < len(after) and not "".join(gone).strip())
        if found and not equal and not found[-1][0]:
            found[-1][1].extend(gone)
            found[-1][2].extend(come)
        else:
            found.append((equal, gone, come))
    return found


def word_changes(old: str, new: str) -> list[tuple[str, str]]:
    """The words that differ, old and new, in their order; empty where nothing stood or stands."""
    return [("".join(gone), "".join(come)) for equal, gone, come in blocks(old, new) if not equal]
