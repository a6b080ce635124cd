"""Pieces of scenery that places are built from: sky, hills, trees, houses, walls, lamps."""

from __future__ import annotations

import itertools
import math

from seedream_pipe.providers.preview.brush import Brush, Point
from seedream_pipe.providers.preview.colour import Colour, hexed, mix, scale
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.things import draw_thing

__all__ = [
    "Wall",
    "clouds",
    "conifer",
    "ground",
    "hills",
    "house",
    "lantern_string",
    "leafy",
    "ridge",
    "sky",
    "skyline",
    "street_lamp",
    "tufts",
    "water",
]

WARM: Colour = (255, 206, 128)


def sky(stage: Stage, *, down_to: float | None = None) -> None:
    """Sky with sun or moon, stars and clouds."""
    light = stage.light
    line = stage.horizon if down_to is None else down_to
    line = max(line, stage.h * 0.05)
    stage.gradient((0, 0, stage.w, line), light.sky)
    raw = stage.raw()
    if light.stars:
        for _ in range(int(70 + 60 * stage.w / stage.h)):
            x, y = stage.dice.span(0, stage.w), stage.dice.unit() ** 1.4 * line
            r = stage.u * stage.dice.span(0.0006, 0.0018)
            raw.oval(x, y, r, r, (235, 240, 255), stage.dice.span(0.35, 0.95))
    x, y = light.sun_at[0] * stage.w, light.sun_at[1] * line
    if any(t.role == "title" for t in stage.scene.lettering):
        y = max(y, 0.62 * line)
    if light.moon:
        full = "full moon" in stage.scene.excerpt.lower() or "满月" in stage.scene.excerpt
        r = stage.u * (0.085 if full else 0.05)
        raw.oval(x, y, r, r, (240, 240, 226))
        raw.oval(x - r * 0.3, y - r * 0.1, r * 0.2, r * 0.17, (216, 218, 210), 0.8)
        raw.oval(x + r * 0.25, y + r * 0.35, r * 0.26, r * 0.2, (220, 222, 214), 0.8)
        stage.shine(x, y, r * 6, (120, 140, 190), 0.8)
    elif light.sun is not None:
        r = stage.u * 0.05
        raw.oval(x, y, r, r, light.sun)
        stage.shine(x, y, r * 8, light.sun, 0.62)
    clouds(stage, line)


def clouds(stage: Stage, line: float, count: int = 5) -> None:
    """Flat-bottomed clouds, lit from the sun's side."""
    light = stage.light
    body = mix(light.sky[1], (255, 255, 255), 0.1 if light.night else 0.5)
    lit = mix(body, light.sun or light.rim, 0.22 if light.night else 0.55)
    raw = stage.raw()
    wide = max(count, int(count * stage.w / stage.h / 1.8))
    for k in range(wide):
        x = (k + stage.dice.unit()) / wide * stage.w
        y = line * stage.dice.span(0.08, 0.62)
        s = stage.u * stage.dice.span(0.03, 0.085) * (0.5 + y / max(1.0, line))
        for j in range(6):
            dx = (j - 2.5) * s * 0.72
            r = s * (0.95 - abs(j - 2.4) * 0.2) * stage.dice.span(0.75, 1.1)
            raw.oval(x + dx, y, r * 1.3, r * 0.5, body, 0.35)
            raw.oval(x + dx, y - r * 0.16, r * 1.05, r * 0.36, lit, 0.3)


def hills(stage: Stage, base: float, height: float, colour: Colour, depth: float, waves: float = 2.0) -> None:
    """A rolling line of hills in front of the sky; `base` in pixels."""
    a, b, c = (stage.dice.span(0, 6.3) for _ in range(3))
    points: list[Point] = []
    count = 64
    for k in range(count + 1):
        t = k / count * waves * max(1.0, stage.w / stage.h) / 1.6
        y = math.sin(t * 3.1 + a) * 0.5 + math.sin(t * 6.7 + b) * 0.3 + math.sin(t * 13 + c) * 0.12
        points.append((stage.w * k / count, base - height * (0.55 + 0.45 * y)))
    stage.brush(depth).poly([*points, (stage.w, stage.h), (0, stage.h)], colour)


def ridge(stage: Stage, base: float, height: float, colour: Colour, depth: float, *, snow: bool) -> None:
    """A jagged line of peaks with a lit and a shaded side."""
    brush = stage.brush(depth)
    count = max(3, int(3 * stage.w / stage.u) + 1)
    step = stage.w / count
    for k in range(-1, count + 1):
        x = (k + stage.dice.span(0.2, 0.8)) * step
        top = base - height * stage.dice.span(0.55, 1.0)
        half = step * stage.dice.span(0.75, 1.1)
        kink = stage.dice.span(-0.12, 0.12)
        left, right = (x - half, base + 4), (x + half, base + 4)
        mid = (x + half * kink, base + 4)
        brush.poly(
            [
                (x, top),
                (x - half * 0.45, top + (base - top) * 0.5),
                left,
                right,
                (x + half * 0.5, top + (base - top) * 0.42),
            ],
            colour,
        )
        brush.poly(
            [
                (x, top),
                (x + half * 0.5, top + (base - top) * 0.42),
                right,
                mid,
                (x + half * 0.1, top + (base - top) * 0.4),
            ],
            scale(colour, 0.8),
        )
        if snow:
            deep = (base - top) * 0.34
            brush.poly(
                [
                    (x, top),
                    (x + half * 0.3, top + deep * 0.8),
                    (x + half * 0.16, top + deep * 0.66),
                    (x + half * 0.04, top + deep),
                    (x - half * 0.1, top + deep * 0.7),
                    (x - half * 0.3, top + deep * 0.98),
                ],
                (240, 244, 250),
            )
            brush.poly(
                [
                    (x, top),
                    (x + half * 0.3, top + deep * 0.8),
                    (x + half * 0.16, top + deep * 0.66),
                    (x + half * 0.04, top + deep),
                ],
                (196, 208, 226),
            )


def ground(stage: Stage, near: Colour, far: Colour | None = None) -> None:
    """The ground from the horizon to the camera, and a little contact haze."""
    tone_far, tone_near = stage.light.tone(0.55), stage.light.tone(0.0)
    far = far or mix(near, (255, 255, 255), 0.08)
    y = stage.horizon
    stage.gradient((0, y, stage.w, stage.h), (tone_far(far), tone_near(near), tone_near(scale(near, 0.78))))


def water(stage: Stage, top: float, bottom: float, colour: Colour) -> None:
    """Water that mirrors what stands behind it, with glints towards the camera."""
    light = stage.light
    deep = scale(mix(colour, light.sky[1], 0.45), light.ambient)
    stage.gradient((0, top, stage.w, bottom), (mix(deep, light.sky[2], 0.5), deep, scale(deep, 0.72)))
    if bottom >= stage.h - 2:
        stage.reflect(top, 0.55)
    raw = stage.raw()
    glint = mix(light.sun or light.rim, light.sky[2], 0.4)
    for _k in range(70):
        t = stage.dice.unit() ** 1.6
        y = top + (bottom - top) * t
        x = stage.dice.span(0, stage.w)
        near_sun = 1 - min(1.0, abs(x / stage.w - light.sun_at[0]) * 2.2)
        half = stage.u * (0.006 + 0.05 * t) * stage.dice.span(0.5, 1.4)
        raw.limb(
            (x - half, y),
            (x + half, y),
            stage.u * 0.001 * (1 + 2 * t),
            stage.u * 0.0004,
            glint,
            0.16 + 0.42 * near_sun,
        )


def tufts(stage: Stage, colour: Colour, count: int, *, top: float, flowers: tuple[Colour, ...] = ()) -> None:
    """Grass that grows towards the camera, with flowers in it."""
    for k in range(count):
        t = ((k + stage.dice.unit()) / count) ** 1.5
        y = top + (stage.h * 1.02 - top) * t
        x = stage.dice.span(-0.02, 1.02) * stage.w
        s = stage.u * (0.008 + 0.05 * t)
        brush = stage.brush(0.5 * (1 - t))
        for lean in (-0.5, -0.1, 0.35):
            brush.poly(
                [
                    (x + lean * s * 0.4 - s * 0.07, y),
                    (x + lean * s * 0.4 + s * 0.07, y),
                    (x + lean * s * 1.3, y - s * stage.dice.span(0.7, 1.2)),
                ],
                scale(colour, 0.8 + 0.3 * stage.dice.unit()),
            )
        if flowers and stage.dice.maybe(0.4):
            brush.oval(x + 0.35 * s, y - s, s * 0.17, s * 0.15, flowers[k % len(flowers)])
            brush.oval(x + 0.35 * s, y - s, s * 0.06, s * 0.05, (250, 220, 120))


def conifer(brush: Brush, x: float, y: float, s: float, colour: Colour, *, snow: bool = False) -> None:
    """A pine standing on (x, y), `s` high."""
    brush.box(x - s * 0.02, y - s * 0.16, s * 0.04, s * 0.17, (82, 62, 50))
    for k in range(4):
        low, wide = y - s * (0.1 + 0.2 * k), s * (0.24 - 0.05 * k)
        top = low - s * 0.36
        brush.poly(
            [
                (x, top),
                (x + wide, low),
                (x + wide * 0.3, low - s * 0.03),
                (x - wide * 0.3, low - s * 0.03),
                (x - wide, low),
            ],
            scale(colour, 0.85 + 0.08 * k),
        )
        brush.poly([(x, top), (x + wide, low), (x + wide * 0.25, low - s * 0.05)], scale(colour, 0.66))
        if snow:
            brush.poly(
                [
                    (x, top),
                    (x + wide * 0.5, top + s * 0.19),
                    (x, top + s * 0.13),
                    (x - wide * 0.55, top + s * 0.2),
                ],
                (240, 244, 248),
            )


def leafy(stage: Stage, brush: Brush, x: float, y: float, s: float, colour: Colour) -> None:
    """A broad-leaved tree standing on (x, y), `s` high."""
    bark = (92, 68, 54)
    brush.limb((x, y), (x + s * 0.02, y - s * 0.5), s * 0.045, s * 0.024, bark)
    brush.limb((x, y - s * 0.4), (x - s * 0.16, y - s * 0.62), s * 0.02, s * 0.01, bark)
    brush.limb((x, y - s * 0.42), (x + s * 0.17, y - s * 0.66), s * 0.02, s * 0.01, bark)
    if "winter" in stage.scene.features or stage.scene.weather == "snow":
        for k in range(7):
            a = -2.6 + k * 0.35
            brush.limb(
                (x, y - s * 0.45),
                (x + math.cos(a) * s * 0.34, y - s * 0.5 + math.sin(a) * s * 0.42),
                s * 0.014,
                s * 0.004,
                bark,
            )
        return
    spots = (
        (-0.2, -0.6, 0.2),
        (0.2, -0.62, 0.2),
        (0.0, -0.8, 0.23),
        (-0.12, -0.72, 0.2),
        (0.14, -0.76, 0.2),
        (0.0, -0.58, 0.2),
    )
    for dx, dy, r in spots:
        brush.oval(x + dx * s, y + dy * s, r * s, r * s * 0.86, scale(colour, 0.74))
    for dx, dy, r in spots:
        sway = stage.dice.span(-0.02, 0.02)
        brush.oval(x + (dx + sway) * s - s * 0.03, y + (dy - 0.035) * s, r * s * 0.8, r * s * 0.66, colour)
    light = mix(colour, (255, 240, 190), 0.3)
    for dx, dy, r in spots[:4]:
        brush.oval(x + dx * s - s * 0.06, y + dy * s - s * 0.075, r * s * 0.4, r * s * 0.3, light, 0.65)


def leaf_colour(stage: Stage, number: int) -> Colour:
    """What trees wear in this scene's season."""
    features = stage.scene.features
    if "blossom" in features:
        return hexed(("#efb3c0", "#f3c6cf", "#e79bb0")[number % 3])
    if "autumn" in features:
        return hexed(("#d0762c", "#c2502a", "#dba63a")[number % 3])
    if "spring" in features:
        return hexed(("#93b85c", "#a9c76c", "#7fa955")[number % 3])
    return hexed(("#55804a", "#6a924f", "#476f4c")[number % 3])


def skyline(stage: Stage, base: float, height: float, depth: float, colour: Colour) -> None:
    """Towers against the sky, with windows that are lit after dark."""
    brush, raw = stage.brush(depth), stage.raw()
    x = -stage.u * 0.05
    while x < stage.w:
        wide = stage.u * stage.dice.span(0.05, 0.12)
        tall = height * stage.dice.span(0.35, 1.0)
        tone = scale(colour, stage.dice.span(0.85, 1.12))
        brush.box(x, base - tall, wide, tall + 2, tone)
        brush.box(x + wide * 0.72, base - tall, wide * 0.28, tall + 2, scale(tone, 0.85))
        if stage.dice.maybe(0.3):
            brush.box(x + wide * 0.3, base - tall - height * 0.06, wide * 0.25, height * 0.07, tone)
            brush.wire(
                (x + wide * 0.42, base - tall - height * 0.16),
                (x + wide * 0.42, base - tall),
                stage.u * 0.002,
                tone,
            )
        cols, rows = max(2, int(wide / (stage.u * 0.016))), max(2, int(tall / (stage.u * 0.024)))
        cw, ch = wide / cols, tall / rows
        for i in range(cols):
            for j in range(min(rows, 26)):
                if stage.light.lamps and stage.dice.maybe(0.36):
                    lit = (255, 214, 140) if stage.dice.maybe(0.75) else (170, 214, 240)
                    raw.box(
                        x + (i + 0.25) * cw,
                        base - tall + (j + 0.3) * ch,
                        cw * 0.5,
                        ch * 0.42,
                        mix(lit, stage.light.haze, depth * 0.6),
                        0.9,
                    )
                elif not stage.light.lamps:
                    brush.box(
                        x + (i + 0.25) * cw,
                        base - tall + (j + 0.3) * ch,
                        cw * 0.5,
                        ch * 0.42,
                        mix(tone, (150, 190, 214), 0.35),
                        0.5,
                    )
        x += wide * stage.dice.span(0.92, 1.2)


def house(stage: Stage, brush: Brush, x: float, y: float, s: float, wall: Colour, roof: Colour) -> None:
    """A cottage standing on (x, y), `s` wide."""
    tall = s * 0.55
    brush.box(x - s * 0.5, y - tall, s, tall, wall)
    brush.box(x + s * 0.22, y - tall, s * 0.28, tall, scale(wall, 0.86))
    brush.poly(
        [
            (x - s * 0.6, y - tall + s * 0.03),
            (x - s * 0.38, y - tall - s * 0.36),
            (x + s * 0.38, y - tall - s * 0.36),
            (x + s * 0.6, y - tall + s * 0.03),
        ],
        roof,
    )
    brush.poly(
        [
            (x - s * 0.6, y - tall + s * 0.03),
            (x + s * 0.6, y - tall + s * 0.03),
            (x + s * 0.58, y - tall - s * 0.01),
            (x - s * 0.58, y - tall - s * 0.01),
        ],
        scale(roof, 0.66),
    )
    for k in range(5):
        brush.wire(
            (x - s * 0.3 + k * s * 0.15, y - tall - s * 0.34),
            (x - s * 0.46 + k * s * 0.23, y - tall),
            s * 0.008,
            scale(roof, 0.8),
            0.7,
        )
    brush.box(x - s * 0.08, y - s * 0.32, s * 0.17, s * 0.32, scale(wall, 0.5))
    lit = WARM if stage.light.lamps else mix(wall, (120, 160, 184), 0.65)
    for wx in (-0.34, 0.2):
        target = stage.raw() if stage.light.lamps else brush
        target.box(x + wx * s, y - s * 0.4, s * 0.15, s * 0.17, lit)
        brush.wire(
            (x + (wx + 0.075) * s, y - s * 0.4),
            (x + (wx + 0.075) * s, y - s * 0.23),
            s * 0.012,
            scale(wall, 0.55),
        )
        if stage.light.lamps:
            stage.shine(x + (wx + 0.07) * s, y - s * 0.32, s * 0.28, (200, 130, 60), 0.55)


class Wall:
    """A wall that runs from the camera to the vanishing point, painted in shares of itself.

    `quad(t0, t1, v0, v1)` gives the corners of a piece: t along the wall (0 near, 1 at the
    vanishing point), v from its top (0) to the ground (1).
    """

    def __init__(self, *, x: float, top: float, bottom: float, vanish: Point) -> None:
        self.x, self.top, self.bottom, self.vanish = x, top, bottom, vanish

    def point(self, t: float, v: float) -> Point:
        """Where a place on the wall is in the picture."""
        vx, vy = self.vanish
        near = self.top + (self.bottom - self.top) * v
        return self.x + (vx - self.x) * t, near + (vy - near) * t

    def quad(self, t0: float, t1: float, v0: float, v1: float) -> list[Point]:
        """The corners of a piece of the wall."""
        return [self.point(t0, v0), self.point(t1, v0), self.point(t1, v1), self.point(t0, v1)]


def depths(count: int, first: float = 0.0, pace: float = 0.42) -> list[float]:
    """Even steps into the distance, as shares of the way to the vanishing point."""
    return [1 - 1 / (1 + first + k * pace) for k in range(count + 1)]


def lantern_string(
    stage: Stage, start: Point, end: Point, count: int, size: float, colours: tuple[Colour, ...]
) -> None:
    """Paper lanterns on a slack line."""
    sag = abs(end[0] - start[0]) * 0.07 + size * 0.4
    points = []
    for k in range(count + 1):
        t = k / count
        points.append(
            (
                start[0] + (end[0] - start[0]) * t,
                start[1] + (end[1] - start[1]) * t + math.sin(math.pi * t) * sag,
            )
        )
    for a, b in itertools.pairwise(points):
        stage.brush(0.1).wire(a, b, size * 0.05, (50, 40, 40))
    painter = stage.raw() if stage.light.lamps else stage.brush(0.05)
    for k, (x, y) in enumerate(points[1:-1] if count > 2 else points):
        colour = colours[k % len(colours)]
        draw_thing(painter.at(x, y + size * 1.05, scale=size), "lantern", colour)
        if stage.light.lamps:
            stage.shine(x, y + size * 0.5, size * 2.6, mix(colour, (255, 150, 70), 0.5), 0.62)


def street_lamp(stage: Stage, x: float, y: float, s: float) -> None:
    """A lamp post standing on (x, y), `s` high."""
    brush = stage.brush(0.1)
    brush.limb((x, y), (x, y - s * 0.92), s * 0.017, s * 0.012, (52, 54, 60))
    brush.line(
        [(x, y - s * 0.9), (x + s * 0.04, y - s * 1.0), (x + s * 0.16, y - s)], s * 0.026, (52, 54, 60)
    )
    (stage.raw() if stage.light.lamps else brush).oval(
        x + s * 0.17, y - s * 0.985, s * 0.05, s * 0.022, (255, 228, 170)
    )
    if stage.light.lamps:
        stage.shine(x + s * 0.17, y - s * 0.96, s * 0.5, (255, 196, 120), 0.75)
