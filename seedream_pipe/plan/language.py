"""What of a text's language a prompt needs: whether it is Chinese, how long it is, what it quotes.

Rule: what `language` answers stands in bought prompts ("图1" or "image 1"), so a change here
makes pictures stale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["HAN", "Language", "Length", "attached", "language", "length", "without_quotes"]

Language: TypeAlias = Literal["zh", "en"]

HAN: Final = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Han characters, as the inside of a regular expression's class."""
_KANA: Final = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
# Thai, Lao, Burmese and Khmer; Hangul has spaces, but its particles follow a name without one.
_OTHERS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\uac00-\ud7af"

_CHINESE: Final = re.compile(f"[{HAN}{_KANA}]")
_ATTACHED: Final = re.compile(f"[{HAN}{_KANA}{_OTHERS}]")
_WORD: Final = re.compile(rf"[^\W{HAN}{_KANA}{_OTHERS}_]+(?:['’_-][^\W{HAN}{_KANA}{_OTHERS}_]+)*")
_QUOTED: Final = re.compile('"[^"]{1,400}"|“[^“”]{1,400}”|「[^「」]{1,400}」|『[^『』]{1,400}』')


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text is: Chinese characters (kana too), and words of scripts with spaces."""

    characters: int
    words: int


def length(text: str) -> Length:
    """The length of a text in the units of R27."""
    return Length(sum(1 for _ in _CHINESE.finditer(text)), sum(1 for _ in _WORD.finditer(text)))


def language(text: str) -> Language:
    """Chinese when it has at least as many Chinese characters as words of other scripts.

    What stands in double quotes does not count, as long as something else is there: a
    Chinese line of dialogue makes no English prompt Chinese.
    """
    found = length(without_quotes(text))
    if not found.characters and not found.words:
        found = length(text)
    return "zh" if found.characters and found.characters >= found.words else "en"


def attached(char: str) -> bool:
    """Whether it belongs to a script that is written without spaces between words."""
    return _ATTACHED.match(char) is not None


def without_quotes(text: str, *, blank: str = " ") -> str:
    """The text with what stands in double quotes blanked, every other character in its place."""
    return _QUOTED.sub(lambda match: blank * len(match[0]), text)
