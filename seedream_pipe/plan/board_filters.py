r"""The filters that boards need beside Jinja2's: names, cells of a table, sentences, sizes.

Each line shows an expression and what it gives.

`slug` makes a file name or a key: lower case, letters and digits of any script, ``-`` between.

    "Sc 01: The Night Market!" | slug              →  "sc-01-the-night-market"
    "第一场 夜市" | slug("_")                      →  "第一场_夜市"

`pad` fills up from the left, with zeros or what is given, to at most 64 characters.

    7 | pad(3)                                     →  "007"
    "7" | pad(3, "_")                              →  "__7"

`lines` are the lines of a text that are not empty; `parts` what stands between commas, semicolons
and line breaks (Chinese ones too) or between what is given; a list stays one.

    "wide\n\n  close \n" | lines                →  ["wide", "close"]
    "mei, duke; 小美、阿杰," | parts               →  ["mei", "duke", "小美", "阿杰"]
    "day / night" | parts("/")                     →  ["day", "night"]

`sentences` are a text's sentences; `sentence` makes one of a cell: a capital first, a stop last.
Of an empty text it makes nothing.

    "Mei runs. Duke waits!" | sentences            →  ["Mei runs.", "Duke waits!"]
    "小美跑了。猫在等！" | sentences               →  ["小美跑了。", "猫在等！"]
    "low angle, tracking" | sentence               →  "Low angle, tracking."
    "小美跑过夜市" | sentence                      →  "小美跑过夜市。"
    "" | sentence                                  →  ""

`cjk_join` joins a list, or the lines of a text: with a space, but without one beside
Chinese or Japanese. `listing` says a list in words; empty items do not count.

    ["red", "raincoat"] | cjk_join                 →  "red raincoat"
    "红色的\n雨衣" | cjk_join                     →  "红色的雨衣"
    ["a girl", "a cat", "a lamp"] | listing        →  "a girl, a cat and a lamp"
    ["女孩", "猫", "灯"] | listing                 →  "女孩、猫和灯"
    ["rain", "", "snow"] | listing("or")           →  "rain or snow"

`clip` keeps at most so many characters, whole words, and adds nothing.

    "a red raincoat, wet" | clip(15)               →  "a red raincoat"
    "红色的雨衣" | clip(3)                         →  "红色的"

`quote` puts a text in double quotes, as text to be drawn wants them (R136), in the shape of
its language; quotes inside become single ones; of an empty text it makes nothing.

    "When it rings, he is home." | quote           →  "\"When it rings, he is home.\""
    "铃响了，他就到家了。" | quote                 →  "“铃响了，他就到家了。”"
    "" | quote                                     →  ""

`ratio` is the aspect of a size: the usual name when it is within 2 % of one, else reduced.

    "2560x1440" | ratio                            →  "16:9"
    [1080, 1920] | ratio                           →  "9:16"
    "700x500" | ratio                              →  "7:5"

Room is asked of the meter before anything is made, and nothing here takes more than one look
at each character.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from seedream_pipe.plan.language import attached, language
from seedream_pipe.plan.limits import MAX_TEXT, Meter
from seedream_pipe.plan.text_value import kind, known, sequence, text_of, whole, wrong

__all__ = ["BOARD_FILTERS"]

_MOST_PADDING: Final = 64
_BETWEEN: Final = re.compile(r"[,;，；、\r\n]")
_STOPS: Final = re.compile(r"[.!?…。！？]+[\"'”’」』）)\]]*")
_WIDE_STOPS: Final = frozenset("。！？")
_ALL_STOPS: Final = ".!?…。！？"
_CLOSING: Final = "\"'”’」』）)]"
_DANGLING: Final = " \t\r\n,;:-，；：、"
_ABBREVIATED: Final = frozenset({"dr", "mr", "mrs", "ms", "no", "st", "vs"})
_LAST_WORD: Final = re.compile(r"(?:^|[^A-Za-z])([A-Za-z]{1,3})$")
_SIDES: Final = re.compile(r"\s*(\d{1,6}(?:\.\d{1,4})?)\s*[xX×:/]\s*(\d{1,6}(?:\.\d{1,4})?)\s*")
_CJK: Final = re.compile(
    "[\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff9f“”‘’…]"
)
_HAN_PLANES: Final = range(0x20000, 0x323B0)
_NEAR: Final = 0.02
_SHAPES: Final = tuple(
    Fraction(*sides) for sides in [(1, 1), (5, 4), (4, 3), (3, 2), (16, 10), (16, 9), (2, 1), (21, 9)]
)
_SHAPE_NAMES: Final = ("1:1", "5:4", "4:3", "3:2", "16:10", "16:9", "2:1", "21:9")


def _text(meter: Meter, value: Any) -> str:
    text = text_of(value)
    meter.text(len(text))
    return text


def _texts(meter: Meter, value: Any) -> list[str]:
    if isinstance(value, str):
        raise wrong("a text is no list", hint="| parts makes one of a text with commas")
    texts = [text_of(item) for item in sequence(value)]
    meter.spend(sum(map(len, texts)), len(texts))
    return texts


def _slug(meter: Meter, value: Any, between: Any = "-") -> str:
    if between not in {"-", "_", ""}:
        raise wrong('the words of a slug are joined by "-", "_" or nothing')
    text = unicodedata.normalize("NFKC", _text(meter, value)).lower().replace("'", "").replace("’", "")
    kept = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in text)
    made = str(between).join(kept.split())
    if not made:
        raise wrong("there is no letter or digit to make a slug of")
    return made


def _pad(meter: Meter, value: Any, width: Any, fill: Any = "0") -> str:
    if not isinstance(fill, str) or len(fill) != 1:
        raise wrong("a text is padded with one character")
    return _text(meter, value).rjust(whole(width, 1, _MOST_PADDING, "the width"), fill)


def _lines(meter: Meter, value: Any) -> list[str]:
    text = _text(meter, value).replace("\r", "\n")
    return [line for each in text.split("\n") if (line := each.strip())]


def _parts(meter: Meter, value: Any, between: Any = None) -> list[str]:
    if isinstance(known(value), str):
        text = _text(meter, value)
        if between is not None and not (isinstance(between, str) and between):
            raise wrong("what stands between parts is a text")
        found = _BETWEEN.split(text) if between is None else text.split(between)
    else:
        found = _texts(meter, value)
    return [part for each in found if (part := each.strip())]


def _sentences(meter: Meter, value: Any) -> list[str]:
    text = _text(meter, value)
    found: list[str] = []
    start = 0
    for stop in _STOPS.finditer(text):
        if _ends_sentence(text, stop):
            found.append(text[start : stop.end()].strip())
            start = stop.end()
    return [sentence for sentence in [*found, text[start:].strip()] if sentence]


def _ends_sentence(text: str, stop: re.Match[str]) -> bool:
    if _WIDE_STOPS & set(stop[0]):
        return True
    if not (text[stop.end() : stop.end() + 1] or " ").isspace():
        return False
    word = _LAST_WORD.search(text[max(0, stop.start() - 4) : stop.start()])
    return stop[0] != "." or word is None or word[1].lower() not in _ABBREVIATED


def _sentence(meter: Meter, value: Any) -> str:
    text = _text(meter, value).strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:] if len(text[0].upper()) == 1 else text
    if text.rstrip(_CLOSING)[-1:] in {*_ALL_STOPS}:
        return text
    return text.rstrip(_DANGLING) + ("。" if language(text) == "zh" else ".")


def _cjk_join(meter: Meter, value: Any) -> str:
    items = _lines(meter, value) if isinstance(known(value), str) else _texts(meter, value)
    parts: list[str] = []
    for item in filter(None, (each.strip() for each in items)):
        if parts and not _is_cjk(parts[-1][-1]) and not _is_cjk(item[0]):
            parts.append(" ")
        parts.append(item)
    meter.text(sum(map(len, parts)))
    return "".join(parts)


def _is_cjk(char: str) -> bool:
    return _CJK.match(char) is not None or ord(char) in _HAN_PLANES


def _listing(meter: Meter, value: Any, word: Any = None) -> str:
    items = [text for each in _texts(meter, value) if (text := each.strip())]
    if word is not None and not isinstance(word, str):
        raise wrong(f"{kind(word)} is no word")
    if not items:
        return ""
    meter.text(sum(map(len, items)) + 2 * len(items) + len(word or "and") + 2)
    *others, last = items
    if language(" ".join(items)) == "zh":
        return f"{'、'.join(others)}{word or '和'}{last}" if others else last
    return f"{', '.join(others)} {word or 'and'} {last}" if others else last


def _clip(meter: Meter, value: Any, most: Any) -> str:
    text = _text(meter, value).strip()
    end = whole(most, 1, MAX_TEXT, "the most characters")
    if len(text) <= end:
        return text
    cut = end
    while cut and _inside_word(text, cut):
        cut -= 1
    return text[: cut or end].rstrip(_DANGLING) or text[:end]


def _inside_word(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    return not (before.isspace() or after.isspace() or _is_break(before) or _is_break(after))


def _is_break(char: str) -> bool:
    return attached(char) or _is_cjk(char)


def _quote(meter: Meter, value: Any) -> str:
    text = _text(meter, value).strip()
    if len(text) > 1 and text[0] + text[-1] in {'""', "“”"} and not set(text[1:-1]) & set('"“”'):
        text = text[1:-1].strip()
    if not text:
        return ""
    if language(text) != "zh":
        return f'"{text.translate(_STRAIGHT)}"'
    pieces = text.translate(_SINGLE).split('"')
    inner = "".join(piece + "‘’"[number % 2] for number, piece in enumerate(pieces[:-1])) + pieces[-1]
    return f"“{inner}”"


_STRAIGHT: Final = str.maketrans('"“”', "'''")
_SINGLE: Final = str.maketrans("“”", "‘’")


def _ratio(_meter: Meter, value: Any) -> str:
    width, height = _sides(known(value))
    if width <= 0 or height <= 0:
        raise wrong("a side must be longer than nothing")
    shape = width / height
    for usual, name in zip(_SHAPES, _SHAPE_NAMES, strict=True):
        if abs(shape / usual - 1) <= _NEAR:
            return name
        if abs(shape * usual - 1) <= _NEAR:
            return ":".join(reversed(name.split(":")))
    return f"{shape.numerator}:{shape.denominator}"


def _sides(value: Any) -> tuple[Fraction, Fraction]:
    if isinstance(value, str) and len(value) <= _MOST_PADDING and (match := _SIDES.fullmatch(value)):
        return Fraction(match[1]), Fraction(match[2])
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_side, value)):
        return Fraction(str(value[0])), Fraction(str(value[1]))
    raise wrong(
        f"{kind(value)} is not a size here", hint='a size is "2560x1440", "16:9" or a list of two numbers'
    )


def _is_side(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


BOARD_FILTERS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "cjk_join": _cjk_join,
        "clip": _clip,
        "lines": _lines,
        "listing": _listing,
        "pad": _pad,
        "parts": _parts,
        "quote": _quote,
        "ratio": _ratio,
        "sentence": _sentence,
        "sentences": _sentences,
        "slug": _slug,
    }
)
"""Each takes the meter first."""
