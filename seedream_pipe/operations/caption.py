"""caption: a text beside each picture, or over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from seedream_pipe.digest import Json
from seedream_pipe.makers import Picture, Rendered
from seedream_pipe.operations.colours import WHITE, Colour, colour, ink
from seedream_pipe.operations.geometry import Length, length
from seedream_pipe.operations.parameters import Reader, choice, given, missing, text, whole

__all__ = ["VERSION", "Caption", "CaptionParams"]

VERSION: Final = 1

Position: TypeAlias = Literal["below", "above", "bottom", "top", "middle"]
"""Below and above make the picture taller; bottom, top and middle are over it."""

_READABLE: Final = Length(amount=40_000, unit="%/10000")
_SHADE: Final = Colour(red=0, green=0, blue=0, alpha=160)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionParams:
    """The text and how it stands. `size` is of the letters, in pixels or of the shorter side."""

    text: str
    position: Position = "below"
    size: Length = _READABLE
    align: Literal["left", "center", "right"] = "center"
    lines: int = 4
    colour: Colour | None = None
    background: Colour | None = None


_READERS: Final[Mapping[str, Reader]] = {
    "text": text,
    "position": choice("below", "above", "bottom", "top", "middle"),
    "size": length(least=1, most_percent=50),
    "align": choice("left", "center", "right"),
    "lines": whole(1, 40, "lines"),
    "colour": colour,
    "background": colour,
}


class Caption:
    """The operation. Each picture gives one."""

    name: Final = "caption"
    version: Final = VERSION

    def decode(self, with_: Mapping[str, Json]) -> CaptionParams:
        """See `makers.Operation`."""
        found = given(with_, _READERS)
        if "text" not in found:
            raise missing(("text",), hint="it is what is lettered")
        return CaptionParams(**found)

    def ceiling(self, _params: CaptionParams, inputs: int) -> int:
        """See `makers.Operation`."""
        return inputs

    def apply(self, params: CaptionParams, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """See `makers.Operation`."""
        from seedream_pipe.operations import plate

        asked = plate.Lettered(
            text=params.text,
            position=params.position,
            size=params.size,
            align=params.align,
            lines=params.lines,
            colour=_letter_colour(params),
            band=_band_colour(params),
        )
        return tuple(plate.drawn(asked, picture) for picture in pictures)


def _band_colour(params: CaptionParams) -> Colour:
    """What the text stands on: as given, else white beside a picture and a shade over it."""
    beside = params.position in {"below", "above"}
    return params.background or (WHITE if beside else _SHADE)


def _letter_colour(params: CaptionParams) -> Colour:
    """As given, else what reads well on the band."""
    if params.colour is not None:
        return params.colour
    band = _band_colour(params)
    if band.alpha < 64 and params.position in {"bottom", "top", "middle"}:
        return WHITE
    return ink(band)
