"""Pictures for tests, and what became of them."""

import hashlib
import io
from typing import Any, Final

from PIL import Image

from seedream_pipe.digest import blob_digest
from seedream_pipe.makers import Picture, Rendered
from seedream_pipe.operations.caption import Caption
from seedream_pipe.operations.concat import Concat
from seedream_pipe.operations.convert import Convert
from seedream_pipe.operations.crop import Crop
from seedream_pipe.operations.grid import Grid
from seedream_pipe.operations.pad import Pad
from seedream_pipe.operations.resize import Resize

OPERATIONS: Final[dict[str, Any]] = {
    made.name: made for made in (Caption(), Concat(), Convert(), Crop(), Grid(), Pad(), Resize())
}

SMALLEST: Final[dict[str, dict[str, Any]]] = {
    "caption": {"text": "雨夜 Rain"},
    "concat": {},
    "convert": {"format": "png"},
    "crop": {"aspect": "1:1"},
    "grid": {},
    "pad": {"aspect": "1:1"},
    "resize": {"longest": 20},
}
"""The fewest parameters with which each operation does something."""

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 40), (30, 40, 210), (230, 210, 40)


def quarters(width: int = 64, height: int = 32, mode: str = "RGB") -> Image.Image:
    """A picture of red and green above blue and yellow: each corner tells which way is up."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(YELLOW, (width // 2, height // 2, width, height))
    return image.convert(mode)


def plain(width: int, height: int, colour: Any = RED) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def picture(image: Image.Image, form: str = "PNG", *, label: str = "", **how: Any) -> Picture:
    target = io.BytesIO()
    image.save(target, form, **how)
    return packed(target.getvalue(), image.size, f"image/{form.lower()}", label)


def packed(data: bytes, size: tuple[int, int], media_type: str = "image/png", label: str = "") -> Picture:
    width, height = size
    return Picture(
        digest=blob_digest(data), data=data, media_type=media_type, width=width, height=height, label=label
    )


def apply(name: str, with_: dict[str, Any], *pictures: Picture) -> tuple[Rendered, ...]:
    operation = OPERATIONS[name]
    return tuple(operation.apply(operation.decode(with_), pictures))


def one(name: str, with_: dict[str, Any], *pictures: Picture) -> Image.Image:
    """The only picture made, opened."""
    (made,) = apply(name, with_, *pictures)
    return opened(made)


def opened(made: Rendered) -> Image.Image:
    image = Image.open(io.BytesIO(made.data))
    image.load()
    assert image.size == (made.width, made.height)
    assert made.media_type == f"image/{(image.format or '').lower()}"
    return image


def again(made: Rendered, label: str = "") -> Picture:
    """What was made, as what the next step is given."""
    return packed(made.data, (made.width, made.height), made.media_type, label)


def near(found: Any, wanted: tuple[int, ...], by: int = 12) -> bool:
    """Whether a pixel has a colour, as near as a JPEG has it."""
    return all(abs(a - b) <= by for a, b in zip(found[:3], wanted[:3], strict=True))


def corners(image: Image.Image) -> tuple[tuple[int, ...], ...]:
    """Left top, right top, left bottom, right bottom; well inside."""
    image = image.convert("RGB")
    x, y = image.width // 8, image.height // 8
    right, bottom = image.width - 1 - x, image.height - 1 - y
    points = ((x, y), (right, y), (x, bottom), (right, bottom))
    return tuple(image.getpixel(point) for point in points)  # type: ignore[misc]


def looks_upright(image: Image.Image, by: int = 12) -> bool:
    return all(near(a, b, by) for a, b in zip(corners(image), (RED, GREEN, BLUE, YELLOW), strict=True))


def digests(made: tuple[Rendered, ...]) -> list[str]:
    return [hashlib.sha256(one_made.data).hexdigest() for one_made in made]
