"""resize: each picture in another size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from seedream_pipe.digest import Json
from seedream_pipe.errors import OperationError
from seedream_pipe.makers import Picture, Rendered, WrongParameter
from seedream_pipe.operations.geometry import Rect, Size, anchored, inscribed, scaled
from seedream_pipe.operations.parameters import MOST_SIDE, Reader, choice, given, truth, whole

__all__ = ["VERSION", "Resize", "ResizeParams", "resized"]

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizeParams:
    """The size to have, in pixels: `width` and `height`, one of them, or a side by its length."""

    width: int | None = None
    height: int | None = None
    longest: int | None = None
    shortest: int | None = None
    fit: Literal["contain", "cover", "exact"] = "contain"
    filter: Literal["lanczos", "bicubic", "bilinear", "box", "nearest"] = "lanczos"
    enlarge: bool = False


_side: Final = whole(1, MOST_SIDE)
_READERS: Final[Mapping[str, Reader]] = {
    "width": _side,
    "height": _side,
    "longest": _side,
    "shortest": _side,
    "fit": choice("contain", "cover", "exact"),
    "filter": choice("lanczos", "bicubic", "bilinear", "box", "nearest"),
    "enlarge": truth,
}


class Resize:
    """The operation. Each picture gives one."""

    name: Final = "resize"
    version: Final = VERSION

    def decode(self, with_: Mapping[str, Json]) -> ResizeParams:
        """See `makers.Operation`."""
        params = ResizeParams(**given(with_, _READERS))
        ways = [
            name
            for name, there in (
                ("width", params.width or params.height),
                ("longest", params.longest),
                ("shortest", params.shortest),
            )
            if there
        ]
        if len(ways) != 1:
            raise WrongParameter(
                (ways[1],) if ways else (),
                "one of `width` and `height`, `longest` or `shortest` says the size, and only one",
                hint="for example longest: 1024",
            )
        if params.fit != "contain" and not (params.width and params.height):
            raise WrongParameter(
                ("fit",), f"`fit: {params.fit}` needs `width` and `height`", hint="give both, or no fit"
            )
        return params

    def ceiling(self, _params: ResizeParams, inputs: int) -> int:
        """See `makers.Operation`."""
        return inputs

    def apply(self, params: ResizeParams, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """See `makers.Operation`."""
        return tuple(_made(params, picture) for picture in pictures)


def resized(params: ResizeParams, size: Size, shown: str = "the picture") -> tuple[Size, Rect]:
    """The size that a picture gets, and which part of it is seen in it.

    Raises:
        OperationError: it would have to be stretched beyond its own size, unasked.

    """
    whole_picture = (0, 0, *size)
    if params.fit == "exact" and params.width and params.height:
        if not params.enlarge and (params.width > size[0] or params.height > size[1]):
            raise OperationError(
                f"{shown} has {size[0]}x{size[1]} pixels, less than {params.width}x{params.height}",
                hint="with `enlarge: true` it is enlarged",
            )
        return (params.width, params.height), whole_picture
    if params.fit == "cover" and params.width and params.height:
        inner = inscribed(size, Fraction(params.width, params.height))
        left, top = anchored(inner, size, "center")
        seen = (left, top, left + inner[0], top + inner[1])
        # Both sides: the inscribed part of a tiny picture is rounded up.
        if params.enlarge or (inner[0] >= params.width and inner[1] >= params.height):
            return (params.width, params.height), seen
        return inner, seen
    by = _scale(params, size)
    return (size if by >= 1 and not params.enlarge else scaled(size, by)), whole_picture


def _scale(params: ResizeParams, size: Size) -> Fraction:
    width, height = size
    scales = [
        Fraction(wanted, side)
        for wanted, side in (
            (params.width, width),
            (params.height, height),
            (params.longest, max(size)),
            (params.shortest, min(size)),
        )
        if wanted
    ]
    return min(scales)


def _made(params: ResizeParams, picture: Picture) -> Rendered:
    from PIL import Image

    from seedream_pipe.operations import pixels

    source = pixels.Source.of(picture)
    size, seen = resized(params, source.size, source.shown)
    pixels.expect_size(size, source.shown)
    # Of a part, as much more is needed as the part is smaller than the picture.
    least = scaled(
        size, max(Fraction(source.size[0], seen[2] - seen[0]), Fraction(source.size[1], seen[3] - seen[1]))
    )
    image = source.pixels(at_least=least)
    if image.size != size or seen != (0, 0, *image.size):
        across, down = image.width / source.size[0], image.height / source.size[1]
        box = (seen[0] * across, seen[1] * down, seen[2] * across, seen[3] * down)
        image = image.resize(size, Image.Resampling[params.filter.upper()], box=box)
    return pixels.encoded(image, pixels.shared_format([source.format], image), source.kept())
