"""Letters: the shipped font, lines that fit a width, and text as a layer to lay over a picture.

The font has Latin, Greek, Cyrillic, Japanese kana and the Chinese of GB2312. Text is laid out
by Pillow's own simple engine and never by the system's, so letters are the same everywhere.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Final, Literal, TypeAlias

from PIL import Image, ImageDraw, ImageFont

__all__ = ["Align", "Face", "cut", "face", "layer", "pitch", "wrapped"]

Face: TypeAlias = ImageFont.FreeTypeFont
Align: TypeAlias = Literal["left", "center", "right"]

_SMALLEST: Final = 6
_FILE: Final = ("providers", "preview", "fonts", "wqy-microhei-gb2312.woff2")
_NEVER_FIRST: Final = frozenset("，。、；：？！”’）》〉】』」〕…—·,.;:?!)]}%‰℃°々ー")
_NEVER_LAST: Final = frozenset("“‘（《〈【『「〔([{$￥¥#")
_LONGEST_WORD: Final = 24


@lru_cache(maxsize=1)
def _font_bytes() -> bytes:
    return resources.files("seedream_pipe").joinpath(*_FILE).read_bytes()


@lru_cache(maxsize=24)
def face(size: int) -> Face:
    """The shipped font at a size in pixels, at least 6."""
    source = io.BytesIO(_font_bytes())
    return ImageFont.truetype(source, max(_SMALLEST, size), layout_engine=ImageFont.Layout.BASIC)


def pitch(letters: Face) -> int:
    """Pixels from one line of text to the next."""
    return round(letters.size) * 4 // 3


def wrapped(text: str, letters: Face, width: int, *, most: int) -> list[str]:
    """Lines of at most `width` pixels, at most `most` of them; what is cut ends in an ellipsis.

    Broken at spaces, and in Chinese between any two characters but where its rules forbid it.
    Line breaks of the text are kept.
    """
    lines = [
        line for part in _clean(text).split("\n") for line in _broken(part, letters, width, room=most + 1)
    ]
    if len(lines) <= most:
        return [cut(line, letters, width) for line in lines]
    kept = [cut(line, letters, width) for line in lines[: most - 1]]
    return [*kept, _ended(lines[most - 1], letters, width)]


def cut(text: str, letters: Face, width: int) -> str:
    """As much of one line as fits, with an ellipsis when not all of it does."""
    return text if letters.getlength(text) <= width else _ended(text, letters, width)


def layer(
    lines: Sequence[str],
    letters: Face,
    colour: tuple[int, int, int, int],
    *,
    width: int,
    align: Align = "left",
) -> Image.Image:
    """Lines of text on nothing: `width` pixels wide, a pitch high for each line, RGBA."""
    step = pitch(letters)
    # Nothing has the letters' own colour, so that no dark edge shows where they are blended.
    image = Image.new("RGBA", (width, max(1, step * len(lines))), (*colour[:3], 0))
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        spare = width - letters.getlength(line)
        left = 0 if align == "left" else int(spare) if align == "right" else int(spare / 2)
        draw.text((left, step * index + step // 2), line, font=letters, fill=colour, anchor="lm")
    return image


def _clean(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(char if char.isprintable() or char == "\n" else " " for char in composed).strip("\n ")


def _broken(text: str, letters: Face, width: int, *, room: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and letters.getlength(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
            if len(lines) == room:
                return lines
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """What must not be broken: words of alphabets, and Chinese with the marks that cling to it."""
    pieces: list[str] = []
    for char in text:
        if pieces and _clings(pieces[-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _clings(piece: str, char: str) -> bool:
    if len(piece) >= _LONGEST_WORD:
        return False
    last = piece[-1]
    if char == " " or char in _NEVER_FIRST or last in _NEVER_LAST:
        return char == " " or last != " "
    return not (_stands_alone(last) or _stands_alone(char))


def _stands_alone(char: str) -> bool:
    return char == " " or unicodedata.east_asian_width(char) in {"W", "F"}


def _ended(text: str, letters: Face, width: int) -> str:
    """The longest start of a text that fits with an ellipsis; nothing when not even that fits."""
    low, high = -1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if letters.getlength(text[:middle].rstrip() + "…") <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if low >= 0 else ""
