"""concat: pictures side by side, or one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from seedream_pipe.digest import Json
from seedream_pipe.makers import Picture, Rendered
from seedream_pipe.operations.colours import WHITE, Colour, colour
from seedream_pipe.operations.geometry import Rect, Size, scaled
from seedream_pipe.operations.parameters import Reader, choice, given, whole

__all__ = ["VERSION", "Concat", "ConcatParams", "laid_out"]

VERSION: Final = 1
_MOST_GAP: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatParams:
    """How they stand. `scale` says which picture gives the height of a row, or the width of a column."""

    direction: Literal["horizontal", "vertical"] = "horizontal"
    gap: int = 0
    align: Literal["start", "center", "end"] = "center"
    scale: Literal["smallest", "largest", "first", "none"] = "smallest"
    background: Colour = WHITE


_READERS: Final[Mapping[str, Reader]] = {
    "direction": choice("horizontal", "vertical"),
    "gap": whole(0, _MOST_GAP),
    "align": choice("start", "center", "end"),
    "scale": choice("smallest", "largest", "first", "none"),
    "background": colour,
}


class Concat:
    """The operation. All pictures give one."""

    name: Final = "concat"
    version: Final = VERSION

    def decode(self, with_: Mapping[str, Json]) -> ConcatParams:
        """See `makers.Operation`."""
        return ConcatParams(**given(with_, _READERS))

    def ceiling(self, _params: ConcatParams, inputs: int) -> int:
        """See `makers.Operation`."""
        return min(1, inputs)

    def apply(self, params: ConcatParams, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """See `makers.Operation`."""
        return (_made(params, pictures),) if pictures else ()


def laid_out(params: ConcatParams, sizes: Sequence[Size]) -> tuple[Size, tuple[Rect, ...]]:
    """The size of the whole, and where each picture stands in it."""
    # Everything is thought of as a row; a column is one with its sides exchanged.
    lying = params.direction == "horizontal"
    flat = [size if lying else (size[1], size[0]) for size in sizes]
    heights = [height for _, height in flat]
    common = {"smallest": min(heights), "largest": max(heights), "first": heights[0]}.get(params.scale)
    if common is not None:
        flat = [(scaled(size, Fraction(common, size[1]))[0], common) for size in flat]
    whole_height = max(height for _, height in flat)
    rects: list[Rect] = []
    left = 0
    for width, height in flat:
        spare = whole_height - height
        top = {"start": 0, "center": spare // 2, "end": spare}[params.align]
        rect = (left, top, left + width, top + height)
        rects.append(rect if lying else (rect[1], rect[0], rect[3], rect[2]))
        left += width + params.gap
    size = (left - params.gap, whole_height)
    return (size if lying else (size[1], size[0])), tuple(rects)


def _made(params: ConcatParams, pictures: Sequence[Picture]) -> Rendered:
    from PIL import Image

    from seedream_pipe.operations import pixels

    sources = [pixels.Source.of(picture) for picture in pictures]
    formats = [source.format for source in sources]
    size, rects = laid_out(params, [source.size for source in sources])
    canvas = pixels.canvas(size, params.background, "the whole")
    while sources:
        source = sources.pop()
        left, top, right, bottom = rects[len(sources)]
        image = source.pixels(at_least=(right - left, bottom - top))
        if image.size != (right - left, bottom - top):
            image = image.resize((right - left, bottom - top), Image.Resampling.LANCZOS)
        pixels.lay(canvas, image, (left, top))
    return pixels.encoded(canvas, pixels.shared_format(formats, canvas))
