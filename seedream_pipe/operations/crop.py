"""crop: a part of each picture, by a box or by a shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from seedream_pipe.digest import Json
from seedream_pipe.errors import OperationError
from seedream_pipe.makers import Picture, Rendered, WrongParameter
from seedream_pipe.operations.geometry import (
    Anchor,
    Aspect,
    Length,
    Rect,
    Size,
    anchor,
    anchored,
    aspect,
    inscribed,
    length,
    rounded,
)
from seedream_pipe.operations.parameters import Path, Reader, given, inside, missing

__all__ = ["VERSION", "Box", "Crop", "CropParams", "part"]

VERSION: Final = 1

_EDGE: Final = Length(amount=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in a picture: its left upper corner and its size."""

    x: Length = _EDGE
    y: Length = _EDGE
    width: Length
    height: Length


@dataclass(frozen=True, slots=True, kw_only=True)
class CropParams:
    """What to keep: a box, or the largest part of a shape, at an anchor."""

    box: Box | None = None
    aspect: Aspect | None = None
    anchor: Anchor = "center"


def _box(at: Path, value: Json) -> Box:
    found = inside(at, value, _BOX)
    for name in ("width", "height"):
        if name not in found:
            raise missing((*at, name), hint="pixels, or a part such as 50%")
    return Box(**found)


_BOX: Final[Mapping[str, Reader]] = {
    "x": length(least=0, most_percent=100),
    "y": length(least=0, most_percent=100),
    "width": length(least=1, most_percent=100),
    "height": length(least=1, most_percent=100),
}
_READERS: Final[Mapping[str, Reader]] = {"box": _box, "aspect": aspect, "anchor": anchor}


class Crop:
    """The operation. Each picture gives one."""

    name: Final = "crop"
    version: Final = VERSION

    def decode(self, with_: Mapping[str, Json]) -> CropParams:
        """See `makers.Operation`."""
        params = CropParams(**given(with_, _READERS))
        if (params.box is None) == (params.aspect is None):
            raise WrongParameter(
                ("box",) if params.box else (),
                "either `box` or `aspect` says what to keep, and one of them must",
                hint="for example aspect: 16:9",
            )
        if params.box is not None and "anchor" in with_:
            raise WrongParameter(
                ("anchor",), "`anchor` goes with `aspect`", hint="a box says by x and y where it stands"
            )
        return params

    def ceiling(self, _params: CropParams, inputs: int) -> int:
        """See `makers.Operation`."""
        return inputs

    def apply(self, params: CropParams, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """See `makers.Operation`."""
        return tuple(_cropped(params, picture) for picture in pictures)


def part(params: CropParams, size: Size, shown: str = "the picture") -> Rect:
    """Which part of a picture of that size is kept.

    Raises:
        OperationError: the box does not lie in it.

    """
    if params.aspect is not None:
        inner = inscribed(size, params.aspect.ratio)
        left, top = anchored(inner, size, params.anchor)
        return left, top, left + inner[0], top + inner[1]
    if params.box is None:
        return (0, 0, *size)
    left, right = _span(params.box.x, params.box.width, size[0])
    top, bottom = _span(params.box.y, params.box.height, size[1])
    if right > size[0] or bottom > size[1] or left >= right or top >= bottom:
        raise OperationError(
            f"the box {left},{top} to {right},{bottom} does not lie in {shown}: {size[0]}x{size[1]} pixels",
            hint="give it in percent, or crop by aspect",
        )
    return left, top, right, bottom


def _span(start: Length, long: Length, side: int) -> tuple[int, int]:
    # Both ends are rounded, and not start and length, so that neighbouring boxes meet.
    return rounded(start.of(side)), rounded(start.of(side) + long.of(side))


def _cropped(params: CropParams, picture: Picture) -> Rendered:
    from seedream_pipe.operations import pixels

    source = pixels.Source.of(picture)
    kept = part(params, source.size, source.shown)
    image = source.pixels().crop(kept)
    return pixels.encoded(image, pixels.shared_format([source.format], image), source.kept())
