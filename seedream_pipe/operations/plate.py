"""A plate: a picture with a text on a band, beside it or over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from seedream_pipe import lettering
from seedream_pipe.errors import OperationError
from seedream_pipe.makers import Picture, Rendered
from seedream_pipe.operations import pixels
from seedream_pipe.operations.colours import Colour
from seedream_pipe.operations.geometry import Length, rounded
from seedream_pipe.operations.parameters import MOST_SIDE

__all__ = ["Lettered", "drawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettered:
    """What the letters say and how they look; `size` is measured by the picture's shorter side."""

    text: str
    position: Literal["below", "above", "bottom", "top", "middle"]
    size: Length
    align: lettering.Align
    lines: int
    colour: Colour
    band: Colour

    @property
    def beside(self) -> bool:
        """Whether the band stands beside the picture, which gets taller, and not over it."""
        return self.position in {"below", "above"}


def drawn(asked: Lettered, picture: Picture) -> Rendered:
    """A picture with its caption.

    Raises:
        OperationError: not even one line has room.

    """
    source = pixels.Source.of(picture)
    text = _text(asked, source, room=MOST_SIDE if asked.beside else source.size[1])
    image = source.pixels()
    if asked.beside:
        image = _taller(asked, image, text, source.shown)
    else:
        spare = image.height - text.height
        top = {"top": 0, "middle": spare // 2}.get(asked.position, spare)
        pixels.lay(image, text, (0, top))
    return pixels.encoded(image, pixels.shared_format([source.format], image), source.kept())


def _text(asked: Lettered, source: pixels.Source, *, room: int) -> Image.Image:
    """The text on its band, as wide as the picture and at most `room` high."""
    letters = lettering.face(rounded(asked.size.of(min(source.size))))
    unit = round(letters.size)
    step = lettering.pitch(letters)
    edge = unit // 2
    width = source.size[0] - 2 * unit
    most = min(asked.lines, (room - 2 * edge) // step)
    lines = lettering.wrapped(asked.text, letters, width, most=most) if most > 0 and width >= unit else []
    if not any(lines):
        raise OperationError(
            f"{source.shown} has no room for a line of its caption in letters of {unit} pixels",
            hint="make `size` smaller",
        )
    layer = lettering.layer(lines, letters, asked.colour.rgba, width=width, align=asked.align)
    band = Image.new("RGBA", (source.size[0], layer.height + 2 * edge), asked.band.rgba)
    if asked.band.alpha == 0:
        band.paste((*asked.colour.rgb, 0), (0, 0, *band.size))
    band.alpha_composite(layer, (unit, edge))
    return band


def _taller(asked: Lettered, image: Image.Image, text: Image.Image, shown: str) -> Image.Image:
    size = (image.width, image.height + text.height)
    pixels.expect_size(size, shown)
    opaque = image.mode == "RGB" and asked.band.alpha == 255
    whole = Image.new("RGB" if opaque else "RGBA", size)
    below = asked.position == "below"
    whole.paste(image, (0, 0 if below else text.height))
    whole.paste(text, (0, image.height if below else 0))
    return whole
