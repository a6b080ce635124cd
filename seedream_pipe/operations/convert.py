"""convert: each picture in another file format, upright and in sRGB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from seedream_pipe.digest import Json
from seedream_pipe.makers import Picture, Rendered, WrongParameter
from seedream_pipe.operations.colours import WHITE, Colour, colour
from seedream_pipe.operations.parameters import Reader, choice, given, missing, whole

__all__ = ["VERSION", "Convert", "ConvertParams"]

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertParams:
    """The format, how much of it is kept, and what shows through where JPEG has no transparency."""

    format: Literal["jpeg", "png", "webp"]
    quality: int = 90
    background: Colour = WHITE


_READERS: Final[Mapping[str, Reader]] = {
    "format": choice("jpeg", "png", "webp"),
    "quality": whole(1, 100, "percent"),
    "background": colour,
}


class Convert:
    """The operation. Each picture gives one."""

    name: Final = "convert"
    version: Final = VERSION

    def decode(self, with_: Mapping[str, Json]) -> ConvertParams:
        """See `makers.Operation`."""
        found = given(with_, _READERS)
        if "format" not in found:
            raise missing(("format",), hint="jpeg, png or webp")
        params = ConvertParams(**found)
        if params.format == "png" and "quality" in found:
            raise WrongParameter(("quality",), "`quality` means nothing for PNG", hint="it loses nothing")
        if params.format != "jpeg" and "background" in found:
            raise WrongParameter(
                ("background",), "`background` is for JPEG", hint=f"{params.format} keeps transparency"
            )
        if params.background.alpha != 255:
            raise WrongParameter(
                ("background",), "`background` must be opaque", hint="JPEG has no transparency"
            )
        return params

    def ceiling(self, _params: ConvertParams, inputs: int) -> int:
        """See `makers.Operation`."""
        return inputs

    def apply(self, params: ConvertParams, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """See `makers.Operation`."""
        return tuple(_made(params, picture) for picture in pictures)


def _made(params: ConvertParams, picture: Picture) -> Rendered:
    from seedream_pipe.operations import pixels

    source = pixels.Source.of(picture)
    image = source.pixels()
    if params.format == "jpeg" and image.mode == "RGBA":
        image = pixels.lay(pixels.canvas(image.size, params.background, source.shown), image, (0, 0))
    return pixels.encoded(image, params.format, source.kept(), quality=params.quality)
