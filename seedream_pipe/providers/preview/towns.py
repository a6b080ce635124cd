"""Places that people built: streets, markets, roofs, villages, temples, stations."""

from __future__ import annotations

import itertools
import math
import re

from seedream_pipe.providers.preview.brush import Brush
from seedream_pipe.providers.preview.colour import hexed, mix, scale
from seedream_pipe.providers.preview.scenery import (
    Wall,
    depths,
    ground,
    hills,
    house,
    lantern_string,
    leaf_colour,
    leafy,
    ridge,
    sky,
    skyline,
    street_lamp,
    tufts,
    water,
)
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.terrain import grass, paved, wet

__all__ = ["alley", "bridge", "city", "market", "rooftop", "station", "street", "temple", "village"]

LANTERNS = (hexed("#d8432c"), hexed("#e0782f"), hexed("#d8432c"))
NEONS = (hexed("#ff4f8b"), hexed("#38d6e8"), hexed("#ffb347"), hexed("#a86bff"))


def facade(stage: Stage, wall: Wall, stops: list[float], *, shops: bool, old: bool, lit: float) -> None:
    """One side of a street: houses with windows, doors, awnings and signs, near ones last."""
    colours = [hexed(c) for c in ("#a9826a", "#8d7a70", "#b59a78", "#7a7f86", "#9a6f5f", "#c0ab8c")]
    raw = stage.raw()
    pieces = list(itertools.pairwise(stops))
    for number, (t0, t1) in reversed(list(enumerate(pieces))):
        brush = stage.brush(t0 * 0.85)
        colour = mix(stage.dice.pick(colours), stage.accent(number), 0.18)
        v = stage.dice.span(0.0, 0.3)
        if wall.x > stage.w / 2:
            colour = scale(colour, 0.86)
        brush.poly(wall.quad(t0, t1, v, 1.0), colour)
        brush.poly(wall.quad(t0, t1, v, v + 0.035), scale(colour, 0.7))
        if old:
            brush.poly(
                [
                    wall.point(t0, v - 0.05),
                    wall.point(t1, v - 0.05),
                    wall.point(t1, v + 0.06),
                    wall.point(t0, v + 0.08),
                ],
                hexed("#4d4a50"),
            )
        for row in range(3):
            for col in range(3):
                a = t0 + (t1 - t0) * (0.14 + 0.29 * col)
                b = a + (t1 - t0) * 0.17
                top = v + (0.68 - v) * (0.14 + 0.3 * row)
                quad = wall.quad(a, b, top, top + (0.68 - v) * 0.19)
                if stage.light.lamps and stage.dice.maybe(lit):
                    raw.poly(
                        quad,
                        mix(
                            stage.dice.pick(((255, 205, 126), (255, 182, 96), (250, 226, 170))),
                            stage.light.haze,
                            t0 * 0.4,
                        ),
                    )
                else:
                    brush.poly(quad, mix(scale(colour, 0.45), stage.light.sky[1], 0.3))
                brush.poly(
                    wall.quad(a - 0.004, b + 0.004, top + (0.68 - v) * 0.19, top + (0.68 - v) * 0.22),
                    scale(colour, 1.15),
                )
        if shops and (not old or number % 2 == 1):
            shopfront(stage, wall, t0, t1, number)
        else:
            brush.poly(
                wall.quad(t0 + (t1 - t0) * 0.4, t0 + (t1 - t0) * 0.62, 0.72, 1.0),
                scale(stage.accent(number + 1), 0.55),
            )


def shopfront(stage: Stage, wall: Wall, t0: float, t1: float, number: int) -> None:
    brush, raw = stage.brush(t0 * 0.8), stage.raw()
    accent = stage.accent(number)
    a, b = t0 + (t1 - t0) * 0.06, t0 + (t1 - t0) * 0.94
    lit = (
        mix((228, 160, 88), accent, 0.25)
        if stage.light.lamps
        else mix((70, 74, 80), stage.light.sky[1], 0.25)
    )
    (raw if stage.light.lamps else brush).poly(wall.quad(a, b, 0.76, 0.97), lit)
    for k in range(5):
        t = a + (b - a) * (0.1 + 0.2 * k)
        brush.poly(
            wall.quad(t, t + (b - a) * 0.17, 0.91 - 0.02 * (k % 2), 0.97),
            scale(stage.accent(number + k), 0.6),
        )
        brush.poly(wall.quad(t - (b - a) * 0.012, t + (b - a) * 0.012, 0.76, 0.97), scale(accent, 0.4))
    inward = 1 if wall.x < stage.w / 2 else -1
    reach = stage.u * 0.12 * (1 - t0) * inward
    tops, lows = (wall.point(a, 0.7), wall.point(b, 0.7)), (wall.point(a, 0.77), wall.point(b, 0.77))
    for k in range(6):
        u0, u1 = k / 6, (k + 1) / 6
        top0 = (tops[0][0] + (tops[1][0] - tops[0][0]) * u0, tops[0][1] + (tops[1][1] - tops[0][1]) * u0)
        top1 = (tops[0][0] + (tops[1][0] - tops[0][0]) * u1, tops[0][1] + (tops[1][1] - tops[0][1]) * u1)
        low0 = (
            lows[0][0] + (lows[1][0] - lows[0][0]) * u0 + reach,
            lows[0][1] + (lows[1][1] - lows[0][1]) * u0,
        )
        low1 = (
            lows[0][0] + (lows[1][0] - lows[0][0]) * u1 + reach,
            lows[0][1] + (lows[1][1] - lows[0][1]) * u1,
        )
        brush.poly([top0, top1, low1, low0], accent if k % 2 else (236, 226, 206))
    if stage.light.lamps:
        x, y = wall.point((a + b) / 2, 0.86)
        stage.shine(x, y, stage.u * 0.22 * (1 - t0), (230, 150, 70), 0.7)
        if stage.dice.maybe(0.8):
            sign(stage, wall, t0, number)


def sign(stage: Stage, wall: Wall, t0: float, number: int) -> None:
    """A vertical neon board that stands out from the wall."""
    neon = NEONS[number % 4] if "neon" in stage.scene.features else stage.accent(number + 2)
    x, y = wall.point(t0 + 0.02, 0.38)
    s = stage.u * 0.2 * (1 - t0)
    side = 1 if wall.x < stage.w / 2 else -1
    left = x if side > 0 else x - s * 0.3
    stage.brush(0.1).panel(left, y, s * 0.3, s * 1.1, s * 0.04, (32, 28, 40))
    raw = stage.raw()
    bright = mix(neon, (255, 255, 255), 0.25)
    for k in range(4):
        raw.panel(left + s * 0.07, y + s * (0.08 + 0.26 * k), s * 0.16, s * 0.05, s * 0.02, bright)
        raw.panel(left + s * 0.13, y + s * (0.08 + 0.26 * k), s * 0.04, s * 0.18, s * 0.02, bright)
    stage.shine(left + s * 0.15, y + s * 0.5, s * 1.3, neon, 0.6)


def corridor(
    stage: Stage, *, gap: float, tall: float, shops: bool, old: bool = False, lit: float = 0.55
) -> None:
    """Two rows of houses that meet at the vanishing point; `lit` is the part of lit windows."""
    vanish = (stage.w * stage.dice.span(0.44, 0.56), stage.horizon)
    top = stage.horizon - tall * stage.u
    bottom = stage.horizon + (stage.h - stage.horizon) * 1.5
    for side in (-1, 1):
        x = vanish[0] + side * gap * stage.u
        edge = vanish[0] if side < 0 else stage.w - vanish[0]
        near = max(1.0, (edge + stage.w * 0.02) / (gap * stage.u))
        stops = [1 - near * (1 - t) for t in depths(7, 0.0, 0.5)]
        stops[-1] = 0.95
        facade(stage, Wall(x=x, top=top, bottom=bottom, vanish=vanish), stops, shops=shops, old=old, lit=lit)


def street(stage: Stage) -> None:
    """A street of houses with shops and lamps."""
    sky(stage)
    skyline(stage, stage.horizon + 2, stage.u * 0.34, 0.8, hexed("#7d8794"))
    paved(stage, hexed("#7b7a7c"))
    corridor(stage, gap=1.05, tall=0.95, shops=True)
    if wet(stage):
        stage.reflect(stage.horizon + (stage.h - stage.horizon) * 0.32, 0.38)
    for x, s in ((0.2, 0.52), (0.83, 0.44)):
        street_lamp(stage, stage.w * x, stage.horizon + (stage.h - stage.horizon) * 0.42, stage.u * s)


def alley(stage: Stage) -> None:
    """Two close walls, a lamp, washing overhead, crates; steps when they are named."""
    sky(stage)
    paved(stage, hexed("#6f6c6e"), lines=8)
    glow = stage.light.lamps
    if glow:
        stage.shine(stage.w / 2, stage.horizon, stage.u * 0.34, (255, 150, 60), 0.8)
    corridor(stage, gap=0.44, tall=1.5, shops=False, lit=0.16)
    if STEPS.search(stage.scene.excerpt):
        steps(stage)
    for k in range(3):
        y = stage.horizon - stage.u * (0.2 + 0.12 * k)
        washing(stage, y, stage.u * (0.15 + 0.11 * k), stage.u * (0.035 + 0.022 * k), k)
    x, y = stage.w / 2 + stage.u * 0.42, stage.horizon - stage.u * 0.2
    brush = stage.brush(0.1)
    brush.wire((x + stage.u * 0.12, y), (x, y), stage.u * 0.012, (46, 42, 46))
    brush.poly(
        [(x - stage.u * 0.05, y + stage.u * 0.05), (x, y), (x + stage.u * 0.05, y + stage.u * 0.05)],
        (52, 48, 52),
    )
    if glow:
        stage.raw().oval(x, y + stage.u * 0.055, stage.u * 0.022, stage.u * 0.02, (255, 236, 180))
        stage.shine(x, y + stage.u * 0.06, stage.u * 0.4, (255, 176, 84), 0.9)
        stage.raw().poly(
            [(x, y + stage.u * 0.05), (x - stage.u * 0.34, stage.h), (x + stage.u * 0.2, stage.h)],
            (255, 200, 120), 0.08,
        )  # fmt: skip
    for k, (dx, s) in enumerate(((-0.52, 0.15), (-0.44, 0.11), (-0.53, 0.1))):
        cx = stage.w / 2 + stage.u * dx
        top = stage.horizon + stage.u * (0.3 if k < 2 else 0.15)
        crate(stage, cx, top, stage.u * s)
    if wet(stage):
        stage.reflect(stage.horizon + (stage.h - stage.horizon) * 0.25, 0.42)


STEPS = re.compile(r"\b(?:steps|stairs|staircase|stairway)\b|台阶|石阶|楼梯", re.IGNORECASE)


def washing(stage: Stage, y: float, half: float, s: float, number: int) -> None:
    """A washing line across the alley."""
    x, brush = stage.w / 2, stage.brush(0.5 - 0.18 * number)
    brush.line([(x - half * 1.5, y), (x, y + s * 0.5), (x + half * 1.5, y)], max(1.0, s * 0.05), (60, 56, 60))
    for k in range(5):
        cx = x + half * (k - 2) * 0.5
        cloth = mix(stage.accent(k + number), (236, 228, 214), 0.45 if k % 2 else 0.1)
        long = s * (1.5 + 0.5 * (k % 3))
        brush.poly(
            [(cx - s * 0.5, y + s * 0.4), (cx + s * 0.5, y + s * 0.4), (cx + s * 0.42, y + long),
             (cx - s * 0.46, y + long * 0.96)], cloth,
        )  # fmt: skip


def crate(stage: Stage, x: float, y: float, s: float) -> None:
    brush = stage.brush(0.05)
    brush.box(x - s, y - s * 1.2, s * 2, s * 1.2, hexed("#8a6244"))
    for k in range(3):
        brush.box(x - s * 0.94, y - s * (1.12 - 0.38 * k), s * 1.88, s * 0.28, hexed("#a87a54"))
    for side in (-0.86, 0.66):
        brush.box(x + side * s, y - s * 1.2, s * 0.2, s * 1.2, hexed("#6f4e36"))


def steps(stage: Stage) -> None:
    """Stone steps that climb away from the camera."""
    brush = stage.brush(0.12)
    for k in range(9):
        t = k / 8
        half = stage.u * (0.4 - 0.2 * t)
        y = stage.horizon + stage.u * (0.26 - 0.36 * t)
        tall = stage.u * (0.055 - 0.02 * t)
        brush.box(stage.w / 2 - half, y, half * 2, tall, scale(hexed("#857f80"), 0.72 + 0.03 * k))
        brush.box(stage.w / 2 - half, y, half * 2, tall * 0.34, hexed("#b0a8a4"))


def market(stage: Stage) -> None:
    """A market lane: stalls left and right, strings of lanterns."""
    sky(stage)
    skyline(stage, stage.horizon + 2, stage.u * 0.26, 0.75, hexed("#6d7684"))
    paved(stage, hexed("#77706c"))
    corridor(stage, gap=1.55, tall=0.84, shops=True, old=True)
    for row, (depth, size) in enumerate(((0.5, 0.2), (0.24, 0.33))):
        y = stage.horizon + (stage.h - stage.horizon) * (0.14 if row == 0 else 0.36)
        for side in (-1, 1):
            for k in range(2 + int(stage.w / stage.h)):
                x = stage.w / 2 + side * (stage.u * (0.36 + 0.2 * row) + k * size * stage.u * 1.16)
                if -0.2 * stage.w < x < 1.2 * stage.w:
                    stall(stage, x, y, stage.u * size, depth, k + row + (side > 0))
    for k in range(3):
        y = stage.horizon - stage.u * (0.16 + 0.12 * k)
        half = stage.w * (0.3 + 0.14 * k)
        lantern_string(
            stage,
            (stage.w / 2 - half, y),
            (stage.w / 2 + half, y - stage.u * 0.03),
            5 + k,
            stage.u * (0.026 + 0.016 * k),
            LANTERNS,
        )
    if wet(stage):
        stage.reflect(stage.horizon + (stage.h - stage.horizon) * 0.4, 0.4)


def stall(stage: Stage, x: float, y: float, s: float, depth: float, number: int) -> None:
    """A market stall with a striped awning and its goods."""
    brush = Brush.over(stage.image, tone=stage.light.on_figures(depth))
    cloth = stage.accent(number)
    for px in (-0.46, 0.46):
        brush.wire((x + px * s, y), (x + px * s, y - s * 1.02), s * 0.03, (74, 56, 46))
    (stage.raw() if stage.light.lamps else brush).box(
        x - s * 0.44, y - s * 0.78, s * 0.88, s * 0.36, (214, 150, 84) if stage.light.lamps else (92, 84, 78)
    )
    brush.box(x - s * 0.5, y - s * 0.42, s, s * 0.42, scale(mix(cloth, (120, 86, 60), 0.5), 0.75))
    brush.box(x - s * 0.52, y - s * 0.45, s * 1.04, s * 0.06, (142, 106, 76))
    for k in range(9):
        gx = x - s * 0.42 + k * s * 0.105
        brush.oval(gx, y - s * 0.48, s * 0.055, s * (0.05 + 0.02 * (k % 3)), stage.accent(number + k))
    for k in range(8):
        a, b = x - s * 0.56 + k * s * 0.14, x - s * 0.56 + (k + 1) * s * 0.14
        c, d = x - s * 0.46 + k * s * 0.115, x - s * 0.46 + (k + 1) * s * 0.115
        tone = cloth if k % 2 else (240, 230, 210)
        brush.poly([(c, y - s * 1.08), (d, y - s * 1.08), (b, y - s * 0.82), (a, y - s * 0.82)], tone)
        brush.oval((a + b) / 2, y - s * 0.82, s * 0.07, s * 0.04, scale(tone, 0.9))
    if stage.light.lamps:
        stage.raw().oval(x, y - s * 0.74, s * 0.04, s * 0.05, (255, 240, 200))
        stage.shine(x, y - s * 0.68, s * 0.9, (240, 160, 76), 0.6)


def city(stage: Stage) -> None:
    """Rows of towers behind a wide pavement."""
    sky(stage)
    skyline(stage, stage.horizon + 2, stage.u * 0.4, 0.85, hexed("#8792a0"))
    skyline(stage, stage.horizon + stage.u * 0.04, stage.u * 0.5, 0.55, hexed("#64707e"))
    stage.veil(stage.horizon - stage.u * 0.3, stage.horizon + stage.u * 0.04, stage.light.haze, (0.0, 0.55))
    skyline(stage, stage.horizon + stage.u * 0.12, stage.u * 0.34, 0.25, hexed("#4c5560"))
    stage.horizon += stage.u * 0.1
    paved(stage, hexed("#6c6e74"))


def rooftop(stage: Stage) -> None:
    """A flat roof over the city, with a water tank and an aerial."""
    sky(stage)
    skyline(stage, stage.horizon + stage.u * 0.02, stage.u * 0.36, 0.8, hexed("#8592a0"))
    skyline(stage, stage.horizon + stage.u * 0.12, stage.u * 0.3, 0.5, hexed("#626d7a"))
    edge = stage.horizon + stage.u * 0.1
    stage.horizon = edge
    paved(stage, hexed("#8b8580"))
    brush = stage.brush(0.12)
    brush.box(0, edge - stage.u * 0.05, stage.w, stage.u * 0.09, hexed("#9a928a"))
    brush.box(0, edge - stage.u * 0.062, stage.w, stage.u * 0.02, hexed("#b3aaa0"))
    tx, ty, s = stage.w * 0.16, edge + stage.u * 0.03, stage.u * 0.26
    for k in (-0.3, 0.3):
        brush.wire((tx + k * s, ty), (tx + k * s * 0.7, ty - s * 0.5), s * 0.04, (70, 66, 66))
    brush.panel(tx - s * 0.38, ty - s * 1.05, s * 0.76, s * 0.6, s * 0.08, hexed("#7d6a5c"))
    brush.poly(
        [(tx - s * 0.42, ty - s * 1.0), (tx, ty - s * 1.3), (tx + s * 0.42, ty - s * 1.0)], hexed("#5d5350")
    )
    ax = stage.w * 0.86
    brush.wire((ax, edge), (ax, edge - stage.u * 0.34), stage.u * 0.006, (60, 60, 66))
    for k in range(4):
        half = stage.u * (0.06 - 0.011 * k)
        brush.wire(
            (ax - half, edge - stage.u * (0.2 + 0.04 * k)),
            (ax + half, edge - stage.u * (0.2 + 0.04 * k)),
            stage.u * 0.004,
            (60, 60, 66),
        )
    lantern_string(
        stage,
        (stage.w * 0.2, edge - stage.u * 0.3),
        (stage.w * 0.86, edge - stage.u * 0.32),
        9,
        stage.u * 0.018,
        ((246, 214, 140),),
    )


def village(stage: Stage) -> None:
    """Cottages among trees below hills."""
    sky(stage)
    hills(stage, stage.horizon + stage.u * 0.01, stage.u * 0.26, hexed("#7f9a88"), 0.92)
    ground(stage, mix(grass(stage), hexed("#a8977a"), 0.45))
    for k in range(int(5 * max(1.0, stage.w / stage.u / 1.6))):
        x = stage.w * (0.02 + k * 0.19)
        house(
            stage,
            stage.brush(0.55),
            x,
            stage.horizon + stage.u * 0.05,
            stage.u * 0.2,
            hexed("#d6c9b2"),
            hexed("#5c5a62"),
        )
    for x, s in ((0.08, 0.46), (0.93, 0.52)):
        house(
            stage,
            stage.brush(0.18),
            stage.w * x,
            stage.horizon + stage.u * 0.2,
            stage.u * s,
            hexed("#d9ccb4"),
            mix(hexed("#6a4c44"), stage.accent(0), 0.2),
        )
    leafy(
        stage,
        stage.brush(0.3),
        stage.w * 0.3,
        stage.horizon + stage.u * 0.13,
        stage.u * 0.42,
        leaf_colour(stage, 1),
    )
    if wet(stage):
        stage.reflect(stage.horizon + stage.u * 0.14, 0.3)
    tufts(stage, grass(stage), 60, top=stage.horizon + stage.u * 0.2)


def temple(stage: Stage) -> None:
    """A tall temple with curved roofs at the end of a paved court."""
    sky(stage)
    ridge(stage, stage.horizon, stage.u * 0.3, hexed("#8398a0"), 0.85, snow=False)
    stage.veil(stage.horizon - stage.u * 0.2, stage.horizon, stage.light.haze, (0, 0.55))
    x = stage.w * 0.5
    brush = stage.brush(0.35)
    y = stage.horizon + stage.u * 0.05
    s = stage.u * 0.62
    brush.box(x - s * 0.78, y - s * 0.07, s * 1.56, s * 0.1, hexed("#b9b0a0"))
    for tier in range(3):
        wide, low = s * (0.62 - 0.15 * tier), y - s * (0.07 + 0.27 * tier)
        brush.box(
            x - wide * 0.78,
            low - s * 0.19,
            wide * 1.56,
            s * 0.19,
            mix(hexed("#a8392f"), stage.accent(0), 0.12),
        )
        for k in range(5):
            px = x - wide * 0.74 + k * wide * 0.37
            brush.box(px - s * 0.012, low - s * 0.19, s * 0.024, s * 0.19, hexed("#7d2a26"))
        if stage.light.lamps:
            stage.raw().box(x - wide * 0.3, low - s * 0.14, wide * 0.6, s * 0.11, (255, 190, 100), 0.85)
            stage.shine(x, low - s * 0.08, s * 0.34, (230, 130, 60), 0.5)
        else:
            brush.box(x - wide * 0.3, low - s * 0.15, wide * 0.6, s * 0.15, hexed("#5a2a26"))
        eave = low - s * 0.17
        brush.blob(
            [
                (x - wide * 1.24, eave - s * 0.035),
                (x - wide * 0.9, eave),
                (x, eave + s * 0.01),
                (x + wide * 0.9, eave),
                (x + wide * 1.24, eave - s * 0.035),
                (x + wide * 0.7, eave - s * 0.06),
                (x + wide * 0.5, eave - s * 0.11),
                (x - wide * 0.5, eave - s * 0.11),
                (x - wide * 0.7, eave - s * 0.06),
            ],
            hexed("#3f4a50"),
        )
    brush.poly(
        [(x - s * 0.02, y - s * 0.92), (x, y - s * 1.06), (x + s * 0.02, y - s * 0.92)], hexed("#c9a04a")
    )
    paved(stage, hexed("#a39a8a"))
    steps = stage.brush(0.25)
    for k in range(5):
        wide, yy = s * (0.3 + 0.06 * k), stage.horizon + stage.u * 0.03 * k
        steps.box(x - wide, yy, wide * 2, stage.u * 0.028, scale(hexed("#b9b0a0"), 1.0 - 0.04 * k))
    for side in (-1, 1):
        leafy(
            stage,
            stage.brush(0.2),
            x + side * min(stage.w * 0.42, s * 1.2),
            stage.horizon + stage.u * 0.14,
            stage.u * 0.5,
            leaf_colour(stage, side + 1),
        )


def bridge(stage: Stage) -> None:
    """An arched bridge over a river, houses behind it."""
    river_like = stage.horizon
    sky(stage)
    hills(stage, river_like, stage.u * 0.16, leaf_colour(stage, 2), 0.8, 3)
    for k in range(4):
        house(
            stage,
            stage.brush(0.62),
            stage.w * (0.08 + 0.28 * k),
            river_like + 2,
            stage.u * 0.17,
            hexed("#ded6c6"),
            hexed("#4f5158"),
        )
    span = stage.brush(0.32)
    x, y, s = stage.w / 2, river_like + stage.u * 0.1, stage.w * 0.34
    arch = [(x - s + 2 * s * k / 24, y - math.sin(math.pi * k / 24) * stage.u * 0.17) for k in range(25)]
    hole = [
        (x + s * 0.5 - s * k / 18, y + stage.u * 0.02 - math.sin(math.pi * k / 18) * stage.u * 0.125)
        for k in range(19)
    ]
    span.poly([*arch, (x + s, y + stage.u * 0.03), *hole, (x - s, y + stage.u * 0.03)], hexed("#a29a8c"))
    span.line([(px, py - stage.u * 0.03) for px, py in arch], stage.u * 0.014, hexed("#8a8276"))
    for px, py in arch[::2]:
        span.box(
            px - stage.u * 0.005, py - stage.u * 0.036, stage.u * 0.01, stage.u * 0.036, hexed("#8a8276")
        )
    water(stage, y, stage.h, hexed("#5f8a86"))
    walk = stage.h * 0.87
    stage.brush(0).poly(
        [(0, walk), (stage.w, walk), (stage.w, stage.h + 9), (0, stage.h + 9)], hexed("#8f877a")
    )
    for k in range(14):
        stage.brush(0).box(k * stage.w / 13, walk, stage.u * 0.004, stage.h, hexed("#6d665c"))


def station(stage: Stage) -> None:
    """A platform with its roof, a train, and the yellow line."""
    sky(stage)
    skyline(stage, stage.horizon + 2, stage.u * 0.2, 0.8, hexed("#7f8a96"))
    paved(stage, hexed("#8f8b86"), lines=9)
    vx, vy = stage.w * 0.36, stage.horizon
    roof = stage.brush(0.3)
    roof.poly(
        [
            (stage.w * 0.4, -5),
            (stage.w + 9, -5),
            (stage.w + 9, stage.horizon * 0.34),
            (vx + stage.u * 0.1, vy - stage.u * 0.12),
        ],
        hexed("#5a5f66"),
    )
    for t in depths(4, 0.12, 0.5):
        x, top = (
            stage.w + (vx - stage.w) * t * 0.98,
            stage.horizon * 0.3 + (vy - stage.u * 0.1 - stage.horizon * 0.3) * t,
        )
        foot = stage.h * 1.15 + (vy - stage.h * 1.15) * t
        roof.wire((x, top), (x, foot), stage.u * 0.03 * (1 - t), hexed("#4d5258"))
        if stage.light.lamps:
            stage.shine(
                x - stage.u * 0.05 * (1 - t),
                top + stage.u * 0.02,
                stage.u * 0.32 * (1 - t),
                (255, 220, 160),
                0.7,
            )
    side = Wall(x=-stage.w * 0.06, top=stage.h * 0.02, bottom=stage.h * 1.12, vanish=(vx, vy))
    for number, (a, b) in reversed(
        list(enumerate(zip(depths(4, 0.0, 0.7), depths(4, 0.0, 0.7)[1:], strict=False)))
    ):
        train = stage.brush(a * 0.6)
        body = mix(hexed("#3f6f62"), stage.accent(0), 0.3)
        train.poly(side.quad(a, b, 0.1, 0.94), body)
        train.poly(side.quad(a, b, 0.62, 0.68), hexed("#e6d6ae"))
        for k in range(3):
            t = a + (b - a) * (0.1 + 0.3 * k)
            (stage.raw() if stage.light.lamps else train).poly(
                side.quad(t, t + (b - a) * 0.2, 0.24, 0.52),
                (255, 220, 150) if stage.light.lamps else hexed("#9fb9c4"),
            )
        del number
    edge = stage.brush(0.05)
    edge.poly([(vx, vy), (stage.w * 0.2, stage.h + 9), (stage.w * 0.24, stage.h + 9)], hexed("#e6c258"))
    if wet(stage):
        stage.reflect(stage.horizon + stage.u * 0.1, 0.32)
