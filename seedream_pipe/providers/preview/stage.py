"""The stage a frame is painted on: canvas, light, chance and accents; and soft whole-picture tools."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from seedream_pipe.providers.preview.brush import Brush
from seedream_pipe.providers.preview.colour import Colour, mix
from seedream_pipe.providers.preview.dice import Dice
from seedream_pipe.providers.preview.light import Light
from seedream_pipe.providers.preview.reading import Scene

__all__ = ["Glow", "Stage"]


@dataclass(frozen=True, slots=True)
class Glow:
    """A light that blooms, in pixels of the canvas."""

    x: float
    y: float
    r: float
    colour: Colour
    strength: float = 1.0


@dataclass(slots=True, kw_only=True)
class Stage:
    """One frame while it is painted; never shared, gone when the frame is done."""

    image: Image.Image
    scene: Scene
    light: Light
    dice: Dice
    accents: tuple[Colour, ...]
    horizon: float
    things: Mapping[str, Colour] = field(default_factory=dict)
    glows: list[Glow] = field(default_factory=list)

    @property
    def w(self) -> int:
        """Width of the canvas in pixels."""
        return self.image.width

    @property
    def h(self) -> int:
        """Height of the canvas in pixels."""
        return self.image.height

    @property
    def u(self) -> float:
        """The unit of scenery: canvas height, but no more than suits a narrow frame."""
        return min(float(self.h), self.w * 1.7)

    def brush(self, depth: float = 0.0) -> Brush:
        """A brush in pixels for things `depth` away (0 near, 1 at the horizon)."""
        return Brush.over(self.image, tone=self.light.tone(depth))

    def raw(self) -> Brush:
        """A brush for colours that are light themselves."""
        return Brush.over(self.image)

    def accent(self, number: int) -> Colour:
        """One of the frame's accent colours."""
        return self.accents[number % len(self.accents)]

    def shine(self, x: float, y: float, r: float, colour: Colour, strength: float = 1.0) -> None:
        """Remember a light; `bloom` paints them all."""
        if len(self.glows) < 160:
            self.glows.append(Glow(x, y, r, colour, strength))

    def gradient(self, box: tuple[float, float, float, float], stops: Sequence[Colour]) -> None:
        """Fill a rectangle (x0, y0, x1, y1) with colours from its top to its bottom."""
        x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
        x1, y1 = min(self.w, int(box[2] + 1)), min(self.h, int(box[3] + 1))
        if x1 > x0 and y1 > y0:
            self.image.paste(ramp(stops).resize((x1 - x0, y1 - y0), Image.Resampling.BICUBIC), (x0, y0))

    def veil(self, top: float, bottom: float, colour: Colour, alpha: tuple[float, float]) -> None:
        """Lay a haze over the rows from `top` to `bottom`, its alpha going from one to the other."""
        y0, y1 = max(0, int(top)), min(self.h, int(bottom))
        if y1 <= y0:
            return
        strip = Image.new("L", (1, 16))
        strip.putdata([int(255 * (alpha[0] + (alpha[1] - alpha[0]) * k / 15)) for k in range(16)])
        mask = strip.resize((self.w, y1 - y0), Image.Resampling.BILINEAR)
        self.image.paste(colour, (0, y0, self.w, y1), mask)

    def bloom(self) -> None:
        """Paint the glows: screened over the picture, from a small blurred plate."""
        if not self.glows:
            return
        step = 8
        size = (self.w // step + 1, self.h // step + 1)
        plate = Image.new("RGB", size)
        for glow in self.glows:
            r = max(2.0, glow.r / step)
            box = [
                int(v) for v in (glow.x / step - r, glow.y / step - r, glow.x / step + r, glow.y / step + r)
            ]
            spot = disc().resize((box[2] - box[0] + 1, box[3] - box[1] + 1))
            tinted = Image.merge(
                "RGB",
                [spot.point([int(i * c / 255 * glow.strength) for i in range(256)]) for c in glow.colour],
            )
            placed = Image.new("RGB", size)
            placed.paste(tinted, (box[0], box[1]))
            plate = ImageChops.screen(plate, placed)
        wide = plate.resize((self.w, self.h), Image.Resampling.BILINEAR)
        self.image.paste(ImageChops.screen(self.image, wide))
        self.glows.clear()

    def soften(self, radius: float) -> None:
        """Blur the whole picture as a lens does what is out of focus; `radius` in pixels."""
        if radius < 0.6:
            return
        step = 4 if radius > 5 else 2
        small = self.image.reduce(step).filter(ImageFilter.GaussianBlur(radius / step))
        self.image.paste(small.resize(self.image.size, Image.Resampling.BICUBIC))

    def reflect(self, line: float, strength: float) -> None:
        """Mirror what stands above a line into the wet ground or water below it."""
        y = int(line)
        depth = min(self.h - y, y)
        if depth < 8:
            return
        above = self.image.crop((0, y - depth, self.w, y))
        small = above.reduce((4, 4)) if min(above.size) >= 8 else above
        small = small.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(ImageFilter.BoxBlur((1, 3)))
        mirrored = small.resize((self.w, depth), Image.Resampling.BICUBIC)
        strip = Image.new("L", (1, 16))
        strip.putdata([int(255 * strength * (1 - k / 15) ** 0.7) for k in range(16)])
        mask = ImageChops.multiply(strip.resize((self.w, depth)), ripples(self.w, depth))
        self.image.paste(mirrored, (0, y), mask)

    def vignette(self, colour: Colour, strength: float) -> None:
        """Darken towards the corners."""
        table = [int(255 * strength * max(0.0, (i - 96) / 159) ** 1.6) for i in range(256)]
        mask = Image.radial_gradient("L").point(table).resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste(colour, (0, 0, self.w, self.h), mask)

    def grain(self, amount: float) -> None:
        """Film grain over paper tooth, the same on every run."""
        tile = grain_tile(int(amount * 10))
        sheet = Image.new("L", self.image.size)
        side = tile.width
        for x in range(0, self.w, side):
            for y in range(0, self.h, side):
                sheet.paste(tile, (x, y))
        plate = Image.merge("RGB", (sheet, sheet, sheet))
        self.image.paste(ImageChops.add(self.image, plate, 1, -128))


def ramp(stops: Sequence[Colour]) -> Image.Image:
    """A column of colours going through the stops."""
    steps = 64
    column = Image.new("RGB", (1, steps))
    colours = []
    for k in range(steps):
        at = k / (steps - 1) * (len(stops) - 1)
        i = min(len(stops) - 2, int(at)) if len(stops) > 1 else 0
        colours.append(mix(stops[i], stops[min(i + 1, len(stops) - 1)], at - i))
    column.putdata(colours)
    return column


@lru_cache(maxsize=1)
def disc() -> Image.Image:
    """A soft round spot, bright in the middle."""
    table = [int(255 * max(0.0, 1 - i / 181) ** 2.2) for i in range(256)]
    return Image.radial_gradient("L").point(table).resize((64, 64), Image.Resampling.BOX)


@lru_cache(maxsize=4)
def grain_tile(tenths: int) -> Image.Image:
    side = 256
    noise = Image.frombytes("L", (side, side), hashlib.shake_256(b"grain").digest(side * side))
    fine = noise.filter(ImageFilter.BoxBlur(0.6))
    tooth = Image.frombytes("L", (32, 32), hashlib.shake_256(b"tooth").digest(1024))
    wide = Image.new("L", (96, 96))
    for x in range(3):
        for y in range(3):
            wide.paste(tooth, (x * 32, y * 32))
    broad = wide.resize((768, 768), Image.Resampling.BICUBIC).crop((256, 256, 512, 512))
    both = Image.blend(fine, broad, 0.4)
    return both.point([int(128 + (i - 128) * tenths / 10 / 32) for i in range(256)])


@lru_cache(maxsize=1)
def ripple_tile() -> Image.Image:
    return Image.frombytes("L", (8, 64), hashlib.shake_256(b"ripples").digest(512))


def ripples(width: int, height: int) -> Image.Image:
    tile = ripple_tile().point([150 + i * 105 // 255 for i in range(256)])
    return tile.resize((width, height), Image.Resampling.BICUBIC)


def plate(size: tuple[int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty mask and what draws on it."""
    mask = Image.new("L", size)
    return mask, ImageDraw.Draw(mask)
