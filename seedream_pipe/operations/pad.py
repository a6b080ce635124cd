"""pad: room around each picture, to a size or a shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from seedream_pipe.digest import Json
from seedream_pipe.errors import OperationError
from seedream_pipe.makers import Picture, Rendered, WrongParameter
from seedream_pipe.operations.colours import BLACK, Colour, colour
from seedream_pipe.operations.geometry import Anchor, Aspect, Size, anchor, anchored, aspect, rounded
from seedream_pipe.operations.parameters import MOST_SIDE, Reader, given, whole

__all__ = ["VERSION", "Pad", "PadParams", "padded"]

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PadParams:
    """How large to make it: to `width` and `height`, one of them, or to a shape."""

    width: int | None = None
    height: int | None = None
    aspect: Aspect | None = None
    background: Colour = BLACK
    anchor: Anchor = "center"


_READERS: Final[Mapping[str, Reader]] = {
    "width": whole(1, MOST_SIDE),
    "height": whole(1, MOST_SIDE),
    "aspect": aspect,
    "background": colour,
    "anchor": anchor,
}


class Pad:
    """The operation. Each picture gives one."""

    name: Final = "pad"
    version: Final = VERSION

    def decode(self, with_: Mapping[str, Json]) -> PadParams:
        """See `makers.Operation`."""
        params = PadParams(**given(with_, _READERS))
        sized = params.width is not None or params.height is not None
        if sized == (params.aspect is not None):
            raise WrongParameter(
                ("aspect",) if sized else (),
                "either `width` and `height` or `aspect` says how large it gets, and one of them must",
                hint="for example aspect: 16:9",
            )
        return params

    def ceiling(self, _params: PadParams, inputs: int) -> int:
        """See `makers.Operation`."""
        return inputs

    def apply(self, params: PadParams, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """See `makers.Operation`."""
        return tuple(_made(params, picture) for picture in pictures)


def padded(params: PadParams, size: Size, shown: str = "the picture") -> Size:
    """The size with the room around it.

    Raises:
        OperationError: the picture is larger than that.

    """
    width, height = size
    if params.aspect is not None:
        ratio = params.aspect.ratio
        if width < height * ratio:
            return max(width, rounded(height * ratio)), height
        return width, max(height, rounded(width / ratio))
    outer = (params.width or width, params.height or height)
    if outer[0] < width or outer[1] < height:
        raise OperationError(
            f"{shown} has {width}x{height} pixels, more than {outer[0]}x{outer[1]}",
            hint="make it smaller first, with a `resize` step",
        )
    return outer


def _made(params: PadParams, picture: Picture) -> Rendered:
    from seedream_pipe.operations import pixels

    source = pixels.Source.of(picture)
    outer = padded(params, source.size, source.shown)
    canvas = pixels.canvas(outer, params.background, source.shown)
    at = anchored(source.size, outer, params.anchor)
    image = source.pixels()
    # The picture's own transparent places stay so: the room is around it, not behind it.
    if image.mode == "RGBA" and canvas.mode == "RGB":
        canvas.putalpha(255)
    canvas.paste(image, at)
    return pixels.encoded(canvas, pixels.shared_format([source.format], canvas), source.kept())
