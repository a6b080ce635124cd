"""Colours: mixing, lighting, and taking a palette from reference pictures."""

from __future__ import annotations

import colorsys
import io
from collections.abc import Sequence
from typing import Final, TypeAlias

from PIL import Image, UnidentifiedImageError

from seedream_pipe.providers.preview.vocabulary import COLOURS

__all__ = ["Colour", "hexed", "mix", "named", "palette_of", "scale", "skin_in", "vivid"]

Colour: TypeAlias = tuple[int, int, int]
MAX_REFERENCE_PIXELS: Final = 64_000_000


def hexed(text: str) -> Colour:
    """A colour from `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def clip(value: float) -> int:
    return 0 if value < 0 else 255 if value > 255 else int(value)


def mix(first: Colour, second: Colour, part: float) -> Colour:
    """`first` with `part` (0 to 1) of `second`."""
    return (
        clip(first[0] + (second[0] - first[0]) * part),
        clip(first[1] + (second[1] - first[1]) * part),
        clip(first[2] + (second[2] - first[2]) * part),
    )


def scale(colour: Colour, by: float | tuple[float, float, float]) -> Colour:
    """A colour times a factor or one factor a channel."""
    red, green, blue = (by, by, by) if isinstance(by, float) else by
    return clip(colour[0] * red), clip(colour[1] * green), clip(colour[2] * blue)


def vivid(colour: Colour, saturation: float = 1.0, value: float = 1.0) -> Colour:
    """A colour with its saturation and value multiplied."""
    h, s, v = colorsys.rgb_to_hsv(*(c / 255 for c in colour))
    r, g, b = colorsys.hsv_to_rgb(h, min(1.0, s * saturation), min(1.0, v * value))
    return clip(r * 255), clip(g * 255), clip(b * 255)


def luma(colour: Colour) -> float:
    """Perceived brightness, 0 to 1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def named(name: str) -> Colour:
    """The artist's shade of a colour named in `vocabulary.COLOURS`."""
    return hexed(COLOURS[name][1])


def saturation(colour: Colour) -> float:
    return colorsys.rgb_to_hsv(*(c / 255 for c in colour))[1]


def opened(data: bytes, side: int) -> Image.Image | None:
    """A reference as a small RGB picture, or None when it cannot be read."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_REFERENCE_PIXELS:
                return None
            image.draft("RGB", (side, side))
            image.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
            if image.mode in ("RGBA", "LA", "PA", "P"):
                layer = image.convert("RGBA")
                ground = Image.new("RGB", layer.size, (236, 232, 222))
                ground.paste(layer, (0, 0), layer)
                return ground
            return image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def skin_in(picture: Image.Image) -> Colour | None:
    """The skin of the person in a portrait: the middle one of the skin-like colours, if enough are."""
    half = picture.crop((0, 0, picture.width, max(1, int(picture.height * 0.75)))).convert("RGB")
    raw = half.resize((40, 40), Image.Resampling.BOX).crop((8, 0, 32, 40)).tobytes()
    found = []
    for red, green, blue in zip(raw[::3], raw[1::3], raw[2::3], strict=True):
        hue, fullness, bright = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
        if 0.02 < hue < 0.11 and 0.2 < fullness < 0.62 and bright > 0.28:
            found.append((red, green, blue))
    if len(found) < 14:
        return None
    return sorted(found, key=luma)[len(found) // 2]


def palette_of(pictures: Sequence[Image.Image], count: int = 6) -> tuple[Colour, ...]:
    """The colours that stand out in pictures, most telling first; empty without pictures."""
    weighed: dict[Colour, float] = {}
    for picture in pictures:
        small = picture.resize((48, 48), Image.Resampling.BOX)
        table = small.quantize(colors=8, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        raw = table.getpalette() or []
        for number, index in table.getcolors() or ():
            if not isinstance(index, int) or index * 3 + 2 >= len(raw):
                continue
            colour = (raw[index * 3], raw[index * 3 + 1], raw[index * 3 + 2])
            weight = number / 2304 * (0.25 + saturation(colour))
            weighed[colour] = weighed.get(colour, 0.0) + weight
    ranked = sorted(weighed, key=lambda c: (-weighed[c], c))
    return tuple(ranked[:count])
