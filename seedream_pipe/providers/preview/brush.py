"""A brush: shapes in their own units, drawn in the light and the distance they stand in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from PIL import Image, ImageDraw

from seedream_pipe.providers.preview.colour import Colour

__all__ = ["Brush", "Point", "curve"]

Point: TypeAlias = tuple[float, float]


def plain(colour: Colour) -> Colour:
    return colour


def curve(points: Sequence[Point], *, closed: bool = True, steps: int = 6) -> list[Point]:
    """A smooth line (Catmull-Rom) through points."""
    count = len(points)
    if count < 3:
        return list(points)
    out: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b = points[max(0, i - 1)], points[i]
            c, d = points[i + 1], points[min(count - 1, i + 2)]
        for step in range(steps):
            t = step / steps
            out.append((bend(a[0], b[0], c[0], d[0], t), bend(a[1], b[1], c[1], d[1], t)))
    if not closed:
        out.append(points[-1])
    return out


def bend(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brush:
    """Draws on a picture, and on a mask of what it touched when there is one.

    A point (x, y) lands at `origin` + `scale` times the point turned by `turn` radians;
    `flip` mirrors x. `tone` is the light: every colour goes through it.
    """

    on: ImageDraw.ImageDraw
    mask: ImageDraw.ImageDraw | None = None
    origin: Point = (0.0, 0.0)
    scale: float = 1.0
    turn: float = 0.0
    flip: bool = False
    tone: Callable[[Colour], Colour] = field(default=plain)

    @staticmethod
    def over(image: Image.Image, *, tone: Callable[[Colour], Colour] = plain) -> Brush:
        """A brush in pixels over a whole picture."""
        return Brush(on=ImageDraw.Draw(image, "RGBA"), tone=tone)

    def at(self, x: float, y: float, *, scale: float = 1.0, turn: float = 0.0) -> Brush:
        """The same brush with its origin moved, then scaled and turned."""
        return replace(
            self,
            origin=self.place((x, y)),
            scale=self.scale * scale,
            turn=self.turn + (-turn if self.flip else turn),
        )

    def toned(self, tone: Callable[[Colour], Colour]) -> Brush:
        """The same brush in another light."""
        return replace(self, tone=tone)

    def place(self, point: Point) -> Point:
        """Where a point lands, in pixels."""
        x, y = point
        if self.flip:
            x = -x
        if self.turn:
            cos, sin = math.cos(self.turn), math.sin(self.turn)
            x, y = x * cos - y * sin, x * sin + y * cos
        return self.origin[0] + x * self.scale, self.origin[1] + y * self.scale

    def poly(self, points: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
        """A filled polygon."""
        placed = [self.place(p) for p in points]
        if len(placed) < 3:
            return
        self.on.polygon(placed, fill=(*self.tone(colour), int(alpha * 255)))
        if self.mask is not None and alpha > 0.5:
            self.mask.polygon(placed, fill=255)

    def blob(self, points: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
        """A filled shape with a smooth edge through the points."""
        self.poly(curve(points), colour, alpha)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: Colour,
        alpha: float = 1.0,
        turn: float = 0.0,
    ) -> None:
        """A filled ellipse, turned by radians."""
        size = max(rx, ry) * self.scale
        steps = 12 if size < 6 else 24 if size < 40 else 56
        cos, sin = math.cos(turn), math.sin(turn)
        points = []
        for i in range(steps):
            a = 2 * math.pi * i / steps
            ex, ey = rx * math.cos(a), ry * math.sin(a)
            points.append((x + ex * cos - ey * sin, y + ex * sin + ey * cos))
        self.poly(points, colour, alpha)

    def box(self, x: float, y: float, w: float, h: float, colour: Colour, alpha: float = 1.0) -> None:
        """A filled rectangle from its left upper corner."""
        self.poly([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour, alpha)

    def panel(
        self, x: float, y: float, w: float, h: float, r: float, colour: Colour, alpha: float = 1.0
    ) -> None:
        """A filled rectangle with round corners."""
        r = min(r, abs(w) / 2, abs(h) / 2)
        points = []
        for cx, cy, start in (
            (x + w - r, y + r, -90),
            (x + w - r, y + h - r, 0),
            (x + r, y + h - r, 90),
            (x + r, y + r, 180),
        ):
            for step in range(7):
                a = math.radians(start + step * 15)
                points.append((cx + r * math.cos(a), cy + r * math.sin(a)))
        self.poly(points, colour, alpha)

    def limb(
        self, start: Point, end: Point, r1: float, r2: float, colour: Colour, alpha: float = 1.0
    ) -> None:
        """A round-ended stroke that goes from one thickness to another."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        angle = math.atan2(dy, dx)
        points = []
        for centre, r, turn in ((start, r1, math.pi / 2), (end, r2, -math.pi / 2)):
            for step in range(9):
                a = angle + turn + math.pi * step / 8
                points.append((centre[0] + r * math.cos(a), centre[1] + r * math.sin(a)))
        self.poly(points, colour, alpha)

    def line(self, points: Sequence[Point], width: float, colour: Colour, alpha: float = 1.0) -> None:
        """A smooth line that thins out at both ends."""
        path = curve(points, closed=False, steps=5) if len(points) > 2 else list(points)
        if len(path) < 2:
            return
        left: list[Point] = []
        right: list[Point] = []
        last = len(path) - 1
        for i, (x, y) in enumerate(path):
            before, after = path[max(0, i - 1)], path[min(last, i + 1)]
            dx, dy = after[0] - before[0], after[1] - before[1]
            length = math.hypot(dx, dy) or 1.0
            half = width / 2 * (0.35 + 0.65 * math.sin(math.pi * (0.12 + 0.76 * i / last)))
            left.append((x - dy / length * half, y + dx / length * half))
            right.append((x + dy / length * half, y - dx / length * half))
        self.poly(left + right[::-1], colour, alpha)

    def wire(self, start: Point, end: Point, width: float, colour: Colour, alpha: float = 1.0) -> None:
        """A straight line of even width."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        length = math.hypot(dx, dy) or 1.0
        nx, ny = -dy / length * width / 2, dx / length * width / 2
        self.poly(
            [
                (start[0] + nx, start[1] + ny),
                (end[0] + nx, end[1] + ny),
                (end[0] - nx, end[1] - ny),
                (start[0] - nx, start[1] - ny),
            ],
            colour,
            alpha,
        )
