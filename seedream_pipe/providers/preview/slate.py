"""The slate under a frame, the references beside it, and the letters in it; at full size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from seedream_pipe.providers.preview.colour import Colour
from seedream_pipe.providers.preview.lettering import fitted, font, quantised

__all__ = ["Slate", "draw_slate", "draw_thumbnails", "free_corner", "slate_height"]

GROUND: Colour = (24, 23, 28)
TEXT: Colour = (226, 220, 206)
AMBER: Colour = (240, 176, 66)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """What the slate says."""

    excerpt: str
    note: str
    size: str
    mark: str


def slate_height(width: int, height: int) -> int:
    """Pixels of the band at the bottom."""
    return max(1, min(int(min(width, height) * 0.047), height // 5, 160))


def draw_slate(image: Image.Image, slate: Slate, band: int) -> None:
    """Draw the band: mark, excerpt of the prompt, note and size."""
    w, h = image.size
    draw = ImageDraw.Draw(image, "RGBA")
    draw.rectangle((0, h - band, w, h), fill=GROUND)
    if band < 12:
        return
    draw.rectangle((0, h - band, w, h - band + max(1, band // 26)), fill=AMBER)
    face = font(quantised(band * 0.44))
    pad, y = band * 0.4, h - band * 0.48
    at = pad * 0.6
    wide = face.getlength(slate.mark)
    if wide + pad * 2.2 < w:
        draw.rounded_rectangle(
            (at, h - band * 0.82, at + wide + pad, h - band * 0.16), band * 0.14, fill=AMBER
        )
        draw.text(
            (at + pad / 2 + wide / 2, y),
            slate.mark,
            font=face,
            fill=GROUND,
            anchor="mm",
            stroke_width=1 if band > 40 else 0,
            stroke_fill=GROUND,
        )
        at += wide + pad * 1.7
    right = w - pad * 0.6
    for text, tone in ((slate.size, (150, 146, 138)), (slate.note, AMBER)):
        length = face.getlength(text)
        if text and right - length > at + band * 3:
            draw.text((right, y), text, font=face, fill=tone, anchor="rm")
            right -= length + pad
    line = fitted(slate.excerpt, face, right - at)
    if line:
        draw.text((at, y), line, font=face, fill=TEXT, anchor="lm")


def draw_thumbnails(
    image: Image.Image,
    pictures: Sequence[Image.Image | None],
    labels: Sequence[str],
    band: int,
) -> None:
    """References as labelled cards along the bottom, in rows when there are many."""
    w, h = image.size
    count = len(labels)
    if count == 0 or min(w, h) < 90:
        return
    tall, gap, columns, rows = card_layout((w, h), count)
    face = font(quantised(tall * 0.155))
    draw = ImageDraw.Draw(image, "RGBA")
    for k, label in enumerate(labels):
        row, col = divmod(k, columns)
        x = gap + col * (tall * 1.12 + gap)
        y = h - band - gap - (rows - row) * (tall * 1.24 + gap) + gap
        card(image, draw, pictures[k], label, (x, y, tall * 1.12, tall * 1.24), face)


def card_layout(size: tuple[int, int], count: int) -> tuple[float, float, int, int]:
    """How the cards lie: their picture's height, the gap between them, columns and rows."""
    w, h = size
    tall = min(w, h) * (0.108 if count <= 6 else 0.09)
    while True:
        gap = tall * 0.12
        columns = max(1, min(count, int((w - gap) // (tall * 1.12 + gap))))
        rows = -(-count // columns)
        if rows * (tall * 1.26 + gap) <= h * 0.4 or tall <= 12:
            return tall, gap, columns, rows
        tall *= 0.85


def free_corner(size: tuple[int, int], count: int) -> tuple[float, float, float, float]:
    """The box (x, y, w, h) at the bottom that the cards leave free, above the slate."""
    w, h = size
    side = min(w, h)
    if count == 0 or side < 90:
        return (w * 0.06, h - side * 0.13, w * 0.88, side * 0.1)
    tall, gap, columns, rows = card_layout((w, h), count)
    right = gap + columns * (tall * 1.12 + gap) + w * 0.02
    if rows == 1 and w - right > side * 0.36:
        return (right, h - side * 0.13, w * 0.97 - right, side * 0.1)
    return (w * 0.06, h - rows * (tall * 1.24 + gap) - side * 0.13, w * 0.88, side * 0.1)


def card(
    image: Image.Image,
    draw: ImageDraw.ImageDraw,
    picture: Image.Image | None,
    label: str,
    box: tuple[float, float, float, float],
    face: object,
) -> None:
    x, y, w, h = box
    edge = max(1.0, w * 0.035)
    draw.rectangle((x + edge, y + edge, x + w + edge, y + h + edge), fill=(10, 8, 12, 110))
    draw.rectangle((x, y, x + w, y + h), fill=(247, 243, 233))
    inner = (int(w - edge * 2), int(h * 0.82 - edge))
    if inner[0] > 2 and inner[1] > 2:
        if picture is None:
            draw.rectangle(
                (x + edge, y + edge, x + edge + inner[0], y + edge + inner[1]), fill=(196, 190, 178)
            )
        else:
            image.paste(covering(picture, inner), (int(x + edge), int(y + edge)))
    small = font(getattr(face, "size", 10))
    line = fitted(label, small, w - edge * 2)
    draw.text((x + w / 2, y + h * 0.905), line, font=small, fill=(44, 40, 44), anchor="mm")


def covering(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture cut and scaled so that it covers a size."""
    ratio = max(size[0] / picture.width, size[1] / picture.height)
    w, h = size[0] / ratio, size[1] / ratio
    x, y = (picture.width - w) / 2, (picture.height - h) / 2
    return picture.resize(
        size,
        Image.Resampling.BICUBIC,
        box=(max(0.0, x), max(0.0, y), min(float(picture.width), x + w), min(float(picture.height), y + h)),
    )
