"""The known words of a prompt, found in it in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from seedream_pipe.providers.preview import vocabulary as words

__all__ = ["LEXICON", "Token", "first", "is_chinese", "tokenize"]


@dataclass(frozen=True, slots=True)
class Token:
    """A known word at its place, with its meanings as (table, value)."""

    start: int
    end: int
    word: str
    plural: bool
    meanings: tuple[tuple[str, str], ...]

    def means(self, table: str) -> str | None:
        """The value of this word in a table, or None."""
        return next((value for name, value in self.meanings if name == table), None)


def plurals(word: str) -> Iterator[str]:
    if word.endswith("man"):
        yield word[:-3] + "men"
    elif word.endswith(("s", "x", "ch", "sh")):
        yield word + "es"
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        yield word[:-1] + "ies"
    else:
        yield word + "s"


def build_lexicon() -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
    """Every known word → its meanings as (table, value, is a plural)."""
    found: dict[str, dict[tuple[str, str], bool]] = {}

    def add(table: str, value: str, text: str, *, nouns: bool = False) -> None:
        for word in text.lower().split("|"):
            found.setdefault(word, {}).setdefault((table, value), False)
            if nouns and word.isascii():
                for plural in plurals(word):
                    found.setdefault(plural, {}).setdefault((table, value), True)

    tables: tuple[tuple[str, Mapping[str, str], bool], ...] = (
        ("shots", words.SHOTS, False),
        ("angles", words.ANGLES, False),
        ("times", words.TIMES, False),
        ("weathers", words.WEATHERS, False),
        ("places", words.PLACES, True),
        ("people", words.PEOPLE, True),
        ("groups", words.GROUPS, False),
        ("animals", words.ANIMALS, True),
        ("objects", words.OBJECTS, True),
        ("garments", words.GARMENTS, False),
        ("hairs", words.HAIRS, False),
        ("actions", words.ACTIONS, False),
        ("moods", words.MOODS, False),
        ("styles", words.STYLES, False),
        ("features", words.FEATURES, False),
    )
    for table, entries, nouns in tables:
        for value, text in entries.items():
            add(table, value, text, nouns=nouns)
    for name, (text, _) in words.COLOURS.items():
        add("colours", name, text)
    for table, text in (
        ("beard", words.BEARDS),
        ("glasses", words.GLASSES),
        ("behind", words.BEHIND),
        ("profile", words.PROFILE),
        ("sheet", words.SHEETS),
        ("product", words.PRODUCTS),
        ("poster", words.POSTERS),
        ("nothing", words.NOT_WORDS),
    ):
        add(table, "yes", text)
    return MappingProxyType(
        {
            word: tuple((table, value, plural) for (table, value), plural in meanings.items())
            for word, meanings in found.items()
        }
    )


LEXICON: Final = build_lexicon()


LONGEST_HAN: Final = max(len(word) for word in LEXICON if not word.isascii())


LONGEST_ASCII: Final = max(len(word) for word in LEXICON if word.isascii())


WORD_CHAR: Final = re.compile(r"[A-Za-z0-9]")


FIGURE_TABLES: Final = ("people", "groups", "animals")


def tokenize(text: str) -> Iterator[Token]:
    """The known words of a text in order; the longest wins, none overlap."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    at = 0
    while at < len(low):
        starts_word = bool(WORD_CHAR.match(low[at]))
        if starts_word and at and WORD_CHAR.match(low[at - 1]):
            at += 1
            continue
        end = longest(low, at, LONGEST_ASCII if starts_word else LONGEST_HAN)
        if end is None:
            at += 1
            continue
        entries = LEXICON[low[at:end]]
        yield Token(
            start=at,
            end=end,
            word=low[at:end],
            plural=any(plural for table, _, plural in entries if table in FIGURE_TABLES),
            meanings=tuple((table, value) for table, value, _ in entries),
        )
        at = end


def longest(low: str, at: int, limit: int) -> int | None:
    for end in range(min(len(low), at + limit), at, -1):
        if low[at:end] not in LEXICON:
            continue
        cut = end < len(low) and WORD_CHAR.match(low[end]) and WORD_CHAR.match(low[end - 1])
        if not cut:
            return end
    return None


def first(tokens: Iterable[Token], table: str, *, prefer: tuple[str, ...]) -> str | None:
    """The meaning that stands first, but a preferred one wherever it stands."""
    values = [v for t in tokens if (v := t.means(table))]
    return next((p for p in prefer if p in values), values[0] if values else None)


def is_chinese(text: str) -> bool:
    """True when the prompt is for the most part Chinese: labels follow its language."""
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    latin = len(re.findall(r"[A-Za-z]+", text))
    return han > latin
