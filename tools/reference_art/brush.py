"""A canvas to paint on: smooth shapes with cel shading, glows, washes, reflections.

Coordinates are pixels of the finished picture, from its upper left corner. Everything is drawn
twice as large and made smaller at the end, so that edges are smooth. Nothing is random: where
chance is wanted, the caller brings a seeded `random.Random`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Points = Sequence[Point]
FINE: Final = 2
_STEPS: Final = 14


def rgb(colour: str) -> tuple[int, int, int]:
    """#rrggbb as numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: str, other: str, part: float) -> str:
    """A colour between two: `part` 0 is the one, 1 the other."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def curve(points: Points, *, closed: bool = True) -> list[Point]:
    """A smooth line through the points (Catmull-Rom). A point given twice is a corner."""
    count = len(points)
    if count < 3:
        return list(points)
    found: list[Point] = []
    for index in range(count if closed else count - 1):
        four = [
            points[(index + k) % count] if closed else points[min(max(index + k, 0), count - 1)]
            for k in (-1, 0, 1, 2)
        ]
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = four
        if (bx, by) == (cx, cy):
            continue
        for step in range(_STEPS):
            t = step / _STEPS
            found.append((_between(ax, bx, cx, dx, t), _between(ay, by, cy, dy, t)))
    return found if closed else [*found, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def path(text: str) -> list[Point]:
    """Points written as in SVG: ``"10,20 30,40"``."""
    return [(float(x), float(y)) for x, y in (point.split(",") for point in text.split())]


def oval(x: float, y: float, rx: float, ry: float, *, turn: float = 0.0) -> list[Point]:
    """An ellipse around a point, turned by so many degrees."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    angles = [math.tau * n / 64 for n in range(64)]
    flat = [(rx * math.cos(a), ry * math.sin(a)) for a in angles]
    return [(x + u * cos - v * sin, y + u * sin + v * cos) for u, v in flat]


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """A rectangle's corners."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


@dataclass(frozen=True, slots=True)
class Lens:
    """One-point perspective: where a point in space falls on the canvas. Y grows downwards."""

    x: float
    y: float
    focus: float

    def at(self, x: float, y: float, z: float) -> Point:
        return self.x + self.focus * x / z, self.y + self.focus * y / z

    def path(self, *points: tuple[float, float, float]) -> list[Point]:
        return [self.at(*point) for point in points]


@dataclass(frozen=True, slots=True)
class Stencil:
    """The place of a shape on the fine canvas, to paint inside of it later."""

    image: Image.Image
    left: int
    top: int


class Canvas:
    """A picture in the making."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * FINE, height * FINE), rgb(ground))

    def gradient(self, top: str, bottom: str, *, start: float = 0, end: float | None = None) -> None:
        """Fill from one height to another with a change of colour."""
        first, last = round(start * FINE), round((self.height if end is None else end) * FINE)
        ramp = Image.linear_gradient("L").resize((self.image.width, last - first), Image.Resampling.BICUBIC)
        size = ramp.size
        blend = Image.composite(Image.new("RGB", size, rgb(bottom)), Image.new("RGB", size, rgb(top)), ramp)
        self.image.paste(blend, (0, first))

    def shape(
        self,
        points: Points,
        fill: str,
        *,
        smooth: bool = False,
        shade: str | None = None,
        light: Point = (-8, -8),
        edge: str | None = None,
        line: float = 3,
        alpha: float = 1.0,
        soft: float = 0,
        inside: Stencil | None = None,
    ) -> Stencil:
        """Paint a closed shape; `shade` is its shadow's colour, on the side away from the light."""
        outline = curve(points) if smooth else list(points)
        stencil = self._stencil(outline, margin=4 + soft * 3)
        mask = stencil.image
        if soft:
            mask = mask.filter(ImageFilter.GaussianBlur(soft * FINE))
        if inside is not None:
            mask = _cut(mask, stencil, inside)
        self._lay(fill, mask, stencil, alpha)
        if shade is not None:
            moved = _moved(mask, light)
            self._lay(shade, ImageChops.subtract(mask, moved), stencil, alpha)
        if edge is not None:
            self.stroke([*outline, outline[0]], edge, line)
        return Stencil(mask, stencil.left, stencil.top)

    def stroke(
        self,
        points: Points,
        colour: str,
        width: float,
        *,
        smooth: bool = False,
        alpha: float = 1.0,
        inside: Stencil | None = None,
    ) -> None:
        """Draw a line with round ends."""
        path = curve(points, closed=False) if smooth else list(points)
        left, top, right, bottom = self._bounds(path, width + 4)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top))
        pen = ImageDraw.Draw(mask)
        fine = [(x * FINE - left, y * FINE - top) for x, y in path]
        pen.line(fine, fill=255, width=max(1, round(width * FINE)), joint="curve")
        radius = width * FINE / 2
        for x, y in (fine[0], fine[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        place = Stencil(mask, left, top)
        if inside is not None:
            mask = _cut(mask, place, inside)
        self._lay(colour, mask, place, alpha)

    def taper(self, points: Points, colour: str, width: float, *, inside: Stencil | None = None) -> None:
        """Draw a brush line: thin, thick, thin."""
        path = curve(points, closed=False)
        sides: list[list[Point]] = [[], []]
        for index, (x, y) in enumerate(path):
            ax, ay = path[max(0, index - 1)]
            bx, by = path[min(len(path) - 1, index + 1)]
            long = math.hypot(bx - ax, by - ay) or 1
            half = width / 2 * math.sin(math.pi * (0.04 + 0.92 * index / max(1, len(path) - 1)))
            nx, ny = -(by - ay) / long * half, (bx - ax) / long * half
            sides[0].append((x + nx, y + ny))
            sides[1].append((x - nx, y - ny))
        self.shape([*sides[0], *reversed(sides[1])], colour, inside=inside)

    def glow(
        self, x: float, y: float, radius: float, colour: str, *, strength: float = 0.6, flat: float = 1
    ) -> None:
        """Add light around a point; `flat` below 1 makes the pool of light lie down."""
        wide, high = round(radius * 2 * FINE), max(2, round(radius * 2 * FINE * flat))
        left, top = round(x * FINE - wide / 2), round(y * FINE - high / 2)
        fall = ImageChops.invert(Image.radial_gradient("L")).resize((wide, high), Image.Resampling.BICUBIC)
        fall = fall.point(
            [round(255 * strength * max(0, (v / 255 - 0.29) / 0.71) ** 1.9) for v in range(256)]
        )
        light = Image.composite(Image.new("RGB", fall.size, rgb(colour)), Image.new("RGB", fall.size), fall)
        crop = (
            max(0, left),
            max(0, top),
            min(self.image.width, left + wide),
            min(self.image.height, top + high),
        )
        if crop[2] <= crop[0] or crop[3] <= crop[1]:
            return
        part = light.crop((crop[0] - left, crop[1] - top, crop[2] - left, crop[3] - top))
        self.image.paste(ImageChops.screen(self.image.crop(crop), part), crop[:2])

    def haze(self, colour: str, *, start: float, end: float, strength: float = 0.5) -> None:
        """Lay a mist over the picture: nothing at `start`, full at `end`."""
        first, last = sorted((round(start * FINE), round(end * FINE)))
        ramp = Image.linear_gradient("L")
        ramp = ramp if end > start else ramp.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        ramp = ramp.resize((self.image.width, last - first), Image.Resampling.BICUBIC)
        self._lay(colour, ramp, Stencil(ramp, 0, first), strength)

    def mirror(
        self, line: float, *, strength: float, blur: float, stretch: float = 1.0, dim: str = "#10131f"
    ) -> None:
        """Reflect what is above a height in what is below it, as a wet ground or water does."""
        height = self.image.height - round(line * FINE)
        source = min(round(line * FINE), max(1, round(height / stretch)))
        above = self.image.crop((0, round(line * FINE) - source, self.image.width, round(line * FINE)))
        turned = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((self.image.width, height))
        small = turned.resize((self.image.width, max(1, round(height / (1 + blur)))))
        turned = small.resize(turned.size).filter(ImageFilter.GaussianBlur(blur / 2 + 1))
        below = self.image.crop((0, round(line * FINE), self.image.width, self.image.height))
        lit = Image.blend(below, turned, strength)
        fade = Image.linear_gradient("L").resize(lit.size).point([round(v * 0.55) for v in range(256)])
        lit.paste(Image.new("RGB", lit.size, rgb(dim)), (0, 0), fade)
        self.image.paste(lit, (0, round(line * FINE)))

    def copy_in(self, picture: Image.Image, x: float, y: float) -> None:
        """Lay a drawn picture with transparency on the canvas, its middle at a point."""
        self.image.paste(
            picture, (round(x * FINE - picture.width / 2), round(y * FINE - picture.height / 2)), picture
        )

    def finished(self) -> Image.Image:
        """The picture at its real size."""
        return self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)

    def _bounds(self, points: Points, margin: float) -> tuple[int, int, int, int]:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return (
            max(0, math.floor((min(xs) - margin) * FINE)),
            max(0, math.floor((min(ys) - margin) * FINE)),
            min(self.image.width, math.ceil((max(xs) + margin) * FINE)),
            min(self.image.height, math.ceil((max(ys) + margin) * FINE)),
        )

    def _stencil(self, points: Points, *, margin: float) -> Stencil:
        left, top, right, bottom = self._bounds(points, margin)
        mask = Image.new("L", (max(1, right - left), max(1, bottom - top)))
        ImageDraw.Draw(mask).polygon([(x * FINE - left, y * FINE - top) for x, y in points], fill=255)
        return Stencil(mask, left, top)

    def _lay(self, colour: str, mask: Image.Image, place: Stencil, alpha: float) -> None:
        if alpha < 1:
            mask = mask.point([round(v * alpha) for v in range(256)])
        self.image.paste(
            rgb(colour), (place.left, place.top, place.left + mask.width, place.top + mask.height), mask
        )


def _cut(mask: Image.Image, place: Stencil, inside: Stencil) -> Image.Image:
    bounds = Image.new("L", mask.size)
    bounds.paste(inside.image, (inside.left - place.left, inside.top - place.top))
    return ImageChops.multiply(mask, bounds)


def _moved(mask: Image.Image, by: Point) -> Image.Image:
    moved = Image.new("L", mask.size)
    moved.paste(mask, (round(by[0] * FINE), round(by[1] * FINE)))
    return moved
