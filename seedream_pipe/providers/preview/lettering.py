"""Text on a frame, lettered at full size: signs, bubbles, titles, labels, the slate."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from seedream_pipe.providers.preview.colour import Colour, mix

__all__ = [
    "Reference",
    "fitted",
    "font",
    "letter_bubble",
    "letter_caption",
    "letter_sign",
    "letter_title",
    "wrap",
]

PAPER: Colour = (244, 238, 224)
INK: Colour = (30, 27, 32)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference picture as the artist gets it: its bytes, and what people call it."""

    data: bytes
    label: str = ""


@lru_cache(maxsize=1)
def font_bytes() -> bytes:
    folder = resources.files("seedream_pipe.providers.preview") / "fonts"
    return (folder / "wqy-microhei-gb2312.woff2").read_bytes()


@lru_cache(maxsize=24)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The shipped font at a size in pixels."""
    return ImageFont.truetype(io.BytesIO(font_bytes()), max(6, size), layout_engine=ImageFont.Layout.BASIC)


def clean(text: str) -> str:
    """Text on one line, without what no font can draw."""
    return "".join(c if c.isprintable() else " " for c in text)


def wrap(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines no wider than `width`: broken at spaces, or anywhere in Chinese."""
    lines: list[str] = []
    line = ""
    for piece in pieces(clean(text)):
        if line and face.getlength(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    if line.strip():
        lines.append(line.rstrip())
    return lines or [""]


CLOSING = "，。、！？；：…”’」』）》"
"""Marks that never begin a line."""


def pieces(text: str) -> list[str]:
    out: list[str] = []
    for char in text:
        if out and char in CLOSING:
            out[-1] += char
            continue
        latin = char.isascii() and char != " "
        if (
            out and latin and out[-1] and out[-1][-1].isascii() and out[-1][-1] != " " and len(out[-1]) < 24
        ) or (out and char == " "):
            out[-1] += char
        else:
            out.append(char)
    return out


def fitted(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """As much of a text as fits on one line, with an ellipsis when it is cut."""
    text = clean(text)
    if face.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if face.getlength(text[:middle].rstrip() + "…") <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if low else ""


def balanced(lines: list[str], face: ImageFont.FreeTypeFont) -> list[str]:
    """The same lines with their breaks moved so that none is left with a word of its own."""
    if len(lines) < 2:
        return lines
    gap = "" if ord(lines[0][-1]) > 0x2E7F else " "
    text = gap.join(lines)
    width = max(face.getlength(line) for line in lines)
    while width > face.size:
        narrower = wrap(text, face, width * 0.94)
        if len(narrower) > len(lines):
            break
        lines, width = narrower, width * 0.94
    return lines


def block(
    text: str, width: float, height: float, *, largest: int, smallest: int = 9
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest letters in which a text fits a box."""
    size = largest
    while size > smallest:
        face = font(size)
        lines = wrap(text, face, width)
        fits = len(lines) * size * 1.28 <= height and max(face.getlength(x) for x in lines) <= width
        if fits:
            return face, balanced(lines, face)
        size = max(smallest, int(size * 0.82))
    face = font(smallest)
    room = max(1, int(height / (smallest * 1.28)))
    lines = [fitted(x, face, width) for x in wrap(text, face, width)[:room]]
    return face, lines


def quantised(size: float) -> int:
    """A size from a coarse ladder, so that fonts are opened few times."""
    value = max(9, int(size))
    step = 1 if value < 24 else 2 if value < 48 else 4 if value < 96 else 8
    return value // step * step


def centred(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    lines: Sequence[str],
    face: ImageFont.FreeTypeFont,
    fill: Colour,
    stroke: int = 0,
    edge: Colour = INK,
) -> None:
    """Lines of text around a middle."""
    pitch = face.size * 1.28
    top = y - pitch * len(lines) / 2
    for k, line in enumerate(lines):
        draw.text(
            (x, top + pitch * (k + 0.5)),
            line,
            font=face,
            fill=fill,
            anchor="mm",
            stroke_width=stroke,
            stroke_fill=edge if stroke else None,
        )


def letter_sign(
    image: Image.Image, text: str, box: tuple[float, float, float, float], colour: Colour, *, lit: bool
) -> None:
    """A sign board in a box (x, y, w, h); upright when it is taller than wide. Lit signs glow."""
    x, y, w, h = box
    unit = min(w, h)
    if lit:
        halo(image, box, colour)
    draw = ImageDraw.Draw(image, "RGBA")
    radius = max(2, int(unit * 0.12))
    draw.rounded_rectangle(
        (x + unit * 0.05, y + unit * 0.07, x + w + unit * 0.05, y + h + unit * 0.07),
        radius,
        fill=(10, 8, 14, 90),
    )
    ground = (26, 22, 34) if lit else mix(colour, INK, 0.18)
    draw.rounded_rectangle((x, y, x + w, y + h), radius, fill=ground)
    edge = mix(colour, (255, 255, 255), 0.25) if lit else mix(colour, PAPER, 0.75)
    draw.rounded_rectangle(
        (x + unit * 0.06, y + unit * 0.06, x + w - unit * 0.06, y + h - unit * 0.06),
        radius,
        outline=edge,
        width=max(1, int(unit * 0.03)),
    )
    ink = mix(colour, (255, 255, 255), 0.62) if lit else PAPER
    if h > w * 1.4:
        column(draw, text, (x, y, w, h), ink)
        return
    face, lines = block(text, w * 0.84, h * 0.76, largest=quantised(h * 0.56))
    centred(draw, x + w / 2, y + h / 2, lines, face, ink, max(0, int(face.size * 0.02)), ink)


def column(draw: ImageDraw.ImageDraw, text: str, box: tuple[float, float, float, float], ink: Colour) -> None:
    x, y, w, h = box
    letters = [c for c in clean(text) if c != " "][:12] or [" "]
    size = quantised(min(w * 0.62, h * 0.9 / len(letters) / 1.14))
    face = font(size)
    pitch = h * 0.9 / len(letters)
    for k, char in enumerate(letters):
        draw.text(
            (x + w / 2, y + h * 0.05 + pitch * (k + 0.5)),
            char,
            font=face,
            fill=ink,
            anchor="mm",
            stroke_width=max(0, int(size * 0.025)),
            stroke_fill=ink,
        )


def halo(image: Image.Image, box: tuple[float, float, float, float], colour: Colour) -> None:
    x, y, w, h = box
    grow = min(w, h) * 0.9
    area = (
        max(0, int(x - grow)),
        max(0, int(y - grow)),
        min(image.width, int(x + w + grow)),
        min(image.height, int(y + h + grow)),
    )
    if area[2] - area[0] < 8 or area[3] - area[1] < 8:
        return
    small = ((area[2] - area[0]) // 8 + 1, (area[3] - area[1]) // 8 + 1)
    mask = Image.new("L", small)
    ImageDraw.Draw(mask).rectangle(
        ((x - area[0]) / 8, (y - area[1]) / 8, (x + w - area[0]) / 8, (y + h - area[1]) / 8), fill=190
    )
    mask = mask.filter(ImageFilter.GaussianBlur(max(1.0, grow / 8 / 2.4))).resize(
        (area[2] - area[0], area[3] - area[1]), Image.Resampling.BILINEAR
    )
    image.paste(colour, area, mask)


def letter_bubble(
    image: Image.Image, text: str, box: tuple[float, float, float, float], tail: tuple[float, float]
) -> None:
    """A speech bubble in a box (x, y, w, h) whose tail points at a mouth."""
    x, y, w, h = box
    draw = ImageDraw.Draw(image, "RGBA")
    face, lines = block(text, w * 0.84, h * 0.78, largest=quantised(h * 0.36))
    need = len(lines) * face.size * 1.28 + face.size * 0.9
    wide = max(face.getlength(t) for t in lines) + face.size * 1.6
    cx, cy = x + w / 2, y + h / 2
    w, h = min(w, wide), min(h, need)
    x, y = cx - w / 2, cy - h / 2
    line = max(2, int(face.size * 0.07))
    base = min(max(tail[0], x + w * 0.25), x + w * 0.75)
    low = y + h - line if tail[1] > cy else y + line
    spread = min(w * 0.09, face.size * 0.6)
    reach = (base + (tail[0] - base) * 0.72, low + (tail[1] - low) * 0.72)
    points = [(base - spread, low), reach, (base + spread, low)]
    radius = int(min(h / 2, face.size * 1.1))
    draw.rounded_rectangle((x - line, y - line, x + w + line, y + h + line), radius + line, fill=INK)
    draw.line([points[0], points[1], points[2]], fill=INK, width=line * 2 + 1, joint="curve")
    draw.rounded_rectangle((x, y, x + w, y + h), radius, fill=(252, 249, 240))
    draw.polygon(points, fill=(252, 249, 240))
    centred(draw, cx, cy, lines, face, INK)


def letter_title(
    image: Image.Image, text: str, box: tuple[float, float, float, float], colour: Colour
) -> None:
    """A title in large letters with a shadow, as on a poster."""
    x, y, w, h = box
    draw = ImageDraw.Draw(image, "RGBA")
    face, lines = block(text, w, h, largest=quantised(min(h * 0.78, w * 0.2)), smallest=12)
    stroke = max(1, int(face.size * 0.035))
    deep = max(2, int(face.size * 0.05))
    centred(draw, x + w / 2 + deep, y + h / 2 + deep, lines, face, INK, stroke + deep // 2, INK)
    centred(
        draw,
        x + w / 2,
        y + h / 2,
        lines,
        face,
        mix(colour, (255, 250, 236), 0.82),
        stroke,
        mix(colour, INK, 0.55),
    )


def letter_caption(image: Image.Image, text: str, box: tuple[float, float, float, float]) -> None:
    """A caption card, as in a picture book."""
    x, y, w, h = box
    draw = ImageDraw.Draw(image, "RGBA")
    face, lines = block(text, w * 0.92, h * 0.8, largest=quantised(h * 0.42))
    wide = min(w, max(face.getlength(t) for t in lines) + face.size * 1.8)
    tall = min(h, len(lines) * face.size * 1.28 + face.size * 0.7)
    cx, cy = x + w / 2, y + h - tall / 2
    draw.rounded_rectangle(
        (cx - wide / 2, cy - tall / 2, cx + wide / 2, cy + tall / 2),
        max(2, int(face.size * 0.3)),
        fill=(*PAPER, 236),
    )
    centred(draw, cx, cy, lines, face, INK)
