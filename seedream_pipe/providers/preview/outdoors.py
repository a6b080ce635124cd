"""Places under the sky, painted from the horizon to the camera."""

from __future__ import annotations

import itertools
import math

from seedream_pipe.providers.preview.colour import Colour, hexed, mix, scale
from seedream_pipe.providers.preview.scenery import (
    Wall,
    conifer,
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

__all__ = ["OUTDOORS"]

LANTERNS = (hexed("#d8432c"), hexed("#e0782f"), hexed("#d8432c"))
NEONS = (hexed("#ff4f8b"), hexed("#38d6e8"), hexed("#ffb347"), hexed("#a86bff"))


def wet(stage: Stage) -> bool:
    """True when the ground mirrors what stands on it."""
    return stage.scene.weather in ("rain", "storm") or "puddle" in stage.scene.features


def snowy(stage: Stage) -> bool:
    """True when the ground is white."""
    return stage.scene.weather == "snow" or "winter" in stage.scene.features


def grass(stage: Stage) -> Colour:
    """The ground's green, by season."""
    if snowy(stage):
        return hexed("#dfe6ec")
    if "autumn" in stage.scene.features:
        return hexed("#a8894c")
    return hexed("#7f9a55")


def paved(stage: Stage, colour: Colour, *, lines: int = 12) -> None:
    """Paving that runs to the vanishing point."""
    if snowy(stage):
        colour = mix(colour, hexed("#e6ebf0"), 0.7)
    ground(stage, colour, mix(colour, stage.light.haze, 0.25))
    vx, y = stage.w / 2, stage.horizon
    brush = stage.brush(0.1)
    dark = scale(colour, 0.82)
    for k in range(-lines, lines + 1):
        x = vx + k * stage.w / lines * 1.3
        brush.poly(
            [(vx + k * 1.5, y), (x - stage.u * 0.003, stage.h), (x + stage.u * 0.003, stage.h)], dark, 0.6
        )
    for k in range(1, 14):
        t = (k / 13) ** 2.2
        row = y + (stage.h - y) * t
        brush.box(0, row, stage.w, max(1.0, stage.u * 0.004 * t), dark, 0.5)
    if wet(stage):
        stage.reflect(y, 0.5)
    elif not snowy(stage):
        stage.veil(y, y + (stage.h - y) * 0.5, stage.light.haze, (0.35, 0.0))


def facade(stage: Stage, wall: Wall, stops: list[float], *, shops: bool, old: bool) -> None:
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
                if stage.light.lamps and stage.dice.maybe(0.55):
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


def corridor(stage: Stage, *, gap: float, tall: float, shops: bool, old: bool = False) -> None:
    """Two rows of houses that meet at the vanishing point."""
    vanish = (stage.w * stage.dice.span(0.44, 0.56), stage.horizon)
    top = stage.horizon - tall * stage.u
    bottom = stage.horizon + (stage.h - stage.horizon) * 1.5
    for side in (-1, 1):
        x = vanish[0] + side * gap * stage.u
        edge = vanish[0] if side < 0 else stage.w - vanish[0]
        near = max(1.0, (edge + stage.w * 0.02) / (gap * stage.u))
        stops = [1 - near * (1 - t) for t in depths(7, 0.0, 0.5)]
        stops[-1] = 0.95
        facade(stage, Wall(x=x, top=top, bottom=bottom, vanish=vanish), stops, shops=shops, old=old)


def street(stage: Stage) -> None:
    sky(stage)
    skyline(stage, stage.horizon + 2, stage.u * 0.34, 0.8, hexed("#7d8794"))
    paved(stage, hexed("#7b7a7c"))
    corridor(stage, gap=1.05, tall=0.95, shops=True)
    if wet(stage):
        stage.reflect(stage.horizon + (stage.h - stage.horizon) * 0.32, 0.38)
    for x, s in ((0.2, 0.52), (0.83, 0.44)):
        street_lamp(stage, stage.w * x, stage.horizon + (stage.h - stage.horizon) * 0.42, stage.u * s)


def alley(stage: Stage) -> None:
    sky(stage)
    paved(stage, hexed("#6f6c6e"), lines=8)
    corridor(stage, gap=0.62, tall=1.7, shops=True, old=True)
    if "lanterns" in stage.scene.features or stage.light.lamps:
        for k in range(3):
            y = stage.horizon - stage.u * (0.22 + 0.1 * k)
            half = stage.u * (0.24 + 0.12 * k)
            lantern_string(
                stage,
                (stage.w / 2 - half, y),
                (stage.w / 2 + half, y - stage.u * 0.02),
                4,
                stage.u * (0.03 + 0.017 * k),
                LANTERNS,
            )
    if wet(stage):
        stage.reflect(stage.horizon + (stage.h - stage.horizon) * 0.25, 0.42)


def market(stage: Stage) -> None:
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
    brush = stage.brush(depth)
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
    sky(stage)
    skyline(stage, stage.horizon + 2, stage.u * 0.4, 0.85, hexed("#8792a0"))
    skyline(stage, stage.horizon + stage.u * 0.04, stage.u * 0.5, 0.55, hexed("#64707e"))
    stage.veil(stage.horizon - stage.u * 0.3, stage.horizon + stage.u * 0.04, stage.light.haze, (0.0, 0.55))
    skyline(stage, stage.horizon + stage.u * 0.12, stage.u * 0.34, 0.25, hexed("#4c5560"))
    stage.horizon += stage.u * 0.1
    paved(stage, hexed("#6c6e74"))


def rooftop(stage: Stage) -> None:
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


def forest(stage: Stage) -> None:
    sky(stage)
    green = leaf_colour(stage, 2)
    hills(stage, stage.horizon + stage.u * 0.03, stage.u * 0.3, green, 0.95, 3)
    ground(stage, mix(grass(stage), hexed("#5a5a3c"), 0.35))
    bamboo = "bamboo" in stage.scene.excerpt.lower() or "竹" in stage.scene.excerpt
    for layer, depth in enumerate((0.82, 0.6, 0.36, 0.12)):
        base = stage.horizon + (stage.h - stage.horizon) * (0.02, 0.09, 0.2, 0.42)[layer]
        size = stage.u * (0.42, 0.62, 0.95, 1.5)[layer]
        count = int((13, 9, 6, 4)[layer] * max(1.0, stage.w / stage.u / 1.5))
        for k in range(count):
            x = (k + stage.dice.span(0.1, 0.9)) / count * stage.w
            if layer >= 2 and abs(x / stage.w - 0.5) < 0.2:
                x += stage.w * 0.26 * (1 if x > stage.w / 2 else -1)
            trunk(stage, x, base, size * stage.dice.span(0.8, 1.1), depth, green, bamboo=bamboo)
        if layer < 3:
            stage.veil(base - size * 0.5, base + stage.u * 0.02, stage.light.haze, (0.0, 0.34))
    if stage.light.sun is not None:
        raw = stage.raw()
        for k in range(5):
            x = stage.w * (0.4 + 0.14 * k)
            raw.poly(
                [
                    (x, -5),
                    (x + stage.u * 0.07, -5),
                    (x - stage.u * 0.32, stage.h),
                    (x - stage.u * 0.52, stage.h),
                ],
                stage.light.sun,
                0.055,
            )
    tufts(
        stage,
        grass(stage),
        90,
        top=stage.horizon + stage.u * 0.04,
        flowers=(stage.accent(1), (244, 240, 226)) if not snowy(stage) else (),
    )


def trunk(stage: Stage, x: float, y: float, s: float, depth: float, green: Colour, *, bamboo: bool) -> None:
    brush = stage.brush(depth)
    if bamboo:
        for k in range(8):
            low = y - s * 0.16 * k
            brush.limb(
                (x, low),
                (x + s * 0.004 * k, low - s * 0.15),
                s * 0.022,
                s * 0.02,
                mix(hexed("#6f9a4e"), green, 0.3),
            )
            brush.wire((x - s * 0.026, low), (x + s * 0.026, low), s * 0.01, hexed("#4d6e38"))
        for k in range(9):
            a = -0.6 + 0.34 * k
            fx, fy = x + s * 0.03, y - s * (0.7 + 0.07 * k)
            brush.oval(
                fx + math.cos(a) * s * 0.13, fy, s * 0.12, s * 0.02, hexed("#7fae56"), 0.9, turn=a * 0.4
            )
        return
    if stage.dice.maybe(0.5):
        conifer(brush, x, y, s, mix(hexed("#3f6148"), green, 0.25), snow=snowy(stage))
    else:
        leafy(stage, brush, x, y, s * 0.9, green)


def field(stage: Stage) -> None:
    sky(stage)
    hills(stage, stage.horizon + stage.u * 0.02, stage.u * 0.16, hexed("#7d9a86"), 0.95)
    hills(stage, stage.horizon + stage.u * 0.05, stage.u * 0.1, grass(stage), 0.66)
    ground(stage, grass(stage))
    brush = stage.brush(0.3)
    gold = any(w in stage.scene.excerpt.lower() for w in ("wheat", "麦", "稻", "rice"))
    tone = hexed("#cfa64e") if gold and not snowy(stage) else grass(stage)
    for k in range(-9, 10):
        x = stage.w / 2 + k * stage.w * 0.16
        brush.poly(
            [
                (stage.w / 2 + k * stage.u * 0.02, stage.horizon + stage.u * 0.04),
                (x - stage.w * 0.02, stage.h),
                (x + stage.w * 0.02, stage.h),
            ],
            scale(tone, 0.92),
            0.5,
        )
    leafy(
        stage,
        stage.brush(0.45),
        stage.w * 0.8,
        stage.horizon + stage.u * 0.06,
        stage.u * 0.4,
        leaf_colour(stage, 1),
    )
    leafy(
        stage,
        stage.brush(0.6),
        stage.w * 0.12,
        stage.horizon + stage.u * 0.03,
        stage.u * 0.2,
        leaf_colour(stage, 0),
    )
    bloom = () if snowy(stage) else (stage.accent(0), stage.accent(2), (246, 240, 224))
    tufts(stage, tone, 190, top=stage.horizon + stage.u * 0.05, flowers=bloom)


def garden(stage: Stage) -> None:
    sky(stage)
    hills(stage, stage.horizon, stage.u * 0.14, leaf_colour(stage, 2), 0.85, 4)
    ground(stage, grass(stage))
    wall = stage.brush(0.5)
    top = stage.horizon - stage.u * 0.12
    wall.box(0, top, stage.w, stage.u * 0.17, hexed("#d9d2c3"))
    wall.box(0, top - stage.u * 0.025, stage.w, stage.u * 0.035, hexed("#5a5a5e"))
    cx = stage.w * 0.62
    wall.oval(cx, stage.horizon - stage.u * 0.02, stage.u * 0.15, stage.u * 0.15, hexed("#5f5d5e"))
    wall.oval(
        cx,
        stage.horizon - stage.u * 0.02,
        stage.u * 0.135,
        stage.u * 0.135,
        mix(leaf_colour(stage, 1), stage.light.haze, 0.5),
    )
    leafy(
        stage,
        stage.brush(0.7),
        cx + stage.u * 0.03,
        stage.horizon + stage.u * 0.06,
        stage.u * 0.16,
        leaf_colour(stage, 0),
    )
    wall.box(
        cx - stage.u * 0.16, stage.horizon + stage.u * 0.05, stage.u * 0.32, stage.u * 0.09, grass(stage)
    )
    path = stage.brush(0.2)
    path.blob(
        [
            (cx - stage.u * 0.05, stage.horizon + stage.u * 0.05),
            (cx + stage.u * 0.06, stage.horizon + stage.u * 0.05),
            (stage.w * 0.58, stage.h * 0.82),
            (stage.w * 0.72, stage.h * 1.05),
            (stage.w * 0.26, stage.h * 1.05),
            (stage.w * 0.42, stage.h * 0.8),
        ],
        hexed("#c9bca4"),
    )
    for k, (x, s, d) in enumerate(((0.14, 0.62, 0.25), (0.9, 0.7, 0.2), (0.36, 0.34, 0.5))):
        leafy(
            stage,
            stage.brush(d),
            stage.w * x,
            stage.horizon + stage.u * (0.14 - d * 0.16),
            stage.u * s,
            leaf_colour(stage, k),
        )
    tufts(
        stage,
        grass(stage),
        110,
        top=stage.horizon + stage.u * 0.07,
        flowers=() if snowy(stage) else (stage.accent(0), (246, 236, 226), stage.accent(3)),
    )


def village(stage: Stage) -> None:
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


def mountain(stage: Stage) -> None:
    sky(stage)
    ridge(stage, stage.horizon + stage.u * 0.02, stage.u * 0.46, hexed("#8b97a8"), 0.8, snow=True)
    stage.veil(stage.horizon - stage.u * 0.22, stage.horizon, stage.light.haze, (0.0, 0.6))
    ridge(stage, stage.horizon + stage.u * 0.08, stage.u * 0.3, hexed("#66788a"), 0.5, snow=snowy(stage))
    stage.veil(stage.horizon - stage.u * 0.08, stage.horizon + stage.u * 0.08, stage.light.haze, (0.0, 0.5))
    ground(stage, mix(grass(stage), hexed("#8a8676"), 0.4))
    hills(stage, stage.horizon + stage.u * 0.14, stage.u * 0.1, mix(grass(stage), hexed("#6d7a64"), 0.5), 0.3)
    for _k in range(int(9 * stage.w / stage.u)):
        x = stage.dice.span(0, stage.w)
        if abs(x / stage.w - 0.5) > 0.14:
            conifer(
                stage.brush(0.28),
                x,
                stage.horizon + stage.u * stage.dice.span(0.08, 0.2),
                stage.u * stage.dice.span(0.1, 0.24),
                hexed("#44604f"),
                snow=snowy(stage),
            )
    tufts(stage, grass(stage), 70, top=stage.horizon + stage.u * 0.18)


def river(stage: Stage) -> None:
    sky(stage)
    ridge(stage, stage.horizon, stage.u * 0.26, hexed("#7f93a0"), 0.85, snow=False)
    hills(stage, stage.horizon + 2, stage.u * 0.09, leaf_colour(stage, 2), 0.6, 4)
    for k in range(int(8 * stage.w / stage.u)):
        leafy(
            stage,
            stage.brush(0.58),
            stage.dice.span(0, stage.w),
            stage.horizon + 1,
            stage.u * stage.dice.span(0.1, 0.2),
            leaf_colour(stage, k),
        )
    water(stage, stage.horizon, stage.h, hexed("#5d8796"))
    if any(word in stage.scene.excerpt.lower() for word in ("boat", "船", "舟")):
        sailboat(stage)
    bank = stage.h * 0.84
    shore = [
        (0, bank - stage.u * 0.03),
        (stage.w * 0.3, bank),
        (stage.w * 0.62, bank + stage.u * 0.045),
        (stage.w, bank + stage.u * 0.01),
        (stage.w, stage.h + 9),
        (0, stage.h + 9),
    ]
    stage.brush(0.05).poly(shore, grass(stage))
    tufts(stage, grass(stage), 46, top=bank + stage.u * 0.02)
    reeds = stage.brush(0.0)
    for k in range(16):
        x = stage.w * (0.02 + 0.012 * k) if k < 9 else stage.w * (0.85 + 0.012 * k - 0.06)
        top = stage.h - stage.u * stage.dice.span(0.2, 0.4)
        reeds.line(
            [(x, stage.h), (x + stage.u * 0.01, (stage.h + top) / 2), (x + stage.u * 0.03, top)],
            stage.u * 0.007,
            hexed("#5f7440"),
        )


def sea(stage: Stage) -> None:
    sky(stage)
    hills(stage, stage.horizon + 1, stage.u * 0.05, hexed("#7f93a0"), 0.9, 1)
    water(stage, stage.horizon, stage.h, hexed("#3f7f96"))
    brush = stage.brush(0.0)
    low = stage.scene.excerpt.lower()
    sailboat(stage)
    if "lighthouse" in low or "灯塔" in low:
        lighthouse(stage)
    deck = stage.h * 0.86
    brush.poly(
        [(0, deck), (stage.w, deck - stage.u * 0.02), (stage.w, stage.h + 9), (0, stage.h + 9)],
        hexed("#8c6a4c"),
    )
    for k in range(7):
        yy = deck + (stage.h - deck) * (k / 7) ** 1.3
        brush.wire((0, yy), (stage.w, yy - stage.u * 0.016), stage.u * 0.003, hexed("#5e4634"))
    for k in range(int(4 * stage.w / stage.u)):
        px = (k + 0.4) * stage.u * 0.3
        brush.limb(
            (px, deck + stage.u * 0.01),
            (px, deck - stage.u * 0.1),
            stage.u * 0.012,
            stage.u * 0.012,
            hexed("#6b4f3a"),
        )
    brush.line(
        [(0, deck - stage.u * 0.08), (stage.w / 2, deck - stage.u * 0.07), (stage.w, deck - stage.u * 0.1)],
        stage.u * 0.008,
        hexed("#c9b48c"),
    )


def sailboat(stage: Stage) -> None:
    x, y, s = stage.w * 0.24, stage.horizon + stage.u * 0.05, stage.u * 0.2
    boat = stage.brush(0.4)
    boat.blob(
        [
            (x - s * 0.5, y - s * 0.1),
            (x + s * 0.56, y - s * 0.12),
            (x + s * 0.36, y + s * 0.06),
            (x - s * 0.34, y + s * 0.06),
        ],
        hexed("#7d4a38"),
    )
    boat.wire((x, y - s * 0.1), (x, y - s), s * 0.03, (90, 70, 56))
    boat.poly(
        [(x + s * 0.03, y - s * 0.98), (x + s * 0.5, y - s * 0.2), (x + s * 0.03, y - s * 0.18)],
        (240, 234, 220),
    )
    boat.poly(
        [(x - s * 0.03, y - s * 0.85), (x - s * 0.34, y - s * 0.2), (x - s * 0.03, y - s * 0.18)],
        (222, 212, 196),
    )


def lighthouse(stage: Stage) -> None:
    x, y, s = stage.w * 0.84, stage.horizon + stage.u * 0.03, stage.u * 0.46
    brush = stage.brush(0.35)
    brush.blob(
        [
            (x - s * 0.4, y + s * 0.05),
            (x - s * 0.2, y - s * 0.1),
            (x + s * 0.2, y - s * 0.12),
            (x + s * 0.4, y + s * 0.05),
        ],
        hexed("#6b6660"),
    )
    for k in range(5):
        a, b = 0.1 - 0.009 * k, 0.1 - 0.009 * (k + 1)
        y0, y1 = y - s * (0.1 + 0.15 * k), y - s * (0.25 + 0.15 * k)
        brush.poly(
            [(x - s * a, y0), (x + s * a, y0), (x + s * b, y1), (x - s * b, y1)],
            hexed("#c8483c") if k % 2 else hexed("#ece6da"),
        )
    brush.panel(x - s * 0.045, y - s * 0.95, s * 0.09, s * 0.1, s * 0.02, hexed("#f6e2a4"))
    brush.poly(
        [(x - s * 0.07, y - s * 0.95), (x, y - s * 1.04), (x + s * 0.07, y - s * 0.95)], hexed("#7d3a32")
    )
    if stage.light.lamps:
        stage.raw().poly([(x, y - s * 0.9), (0, y - s * 1.25), (0, y - s * 0.7)], (255, 240, 190), 0.22)
        stage.shine(x, y - s * 0.9, s * 0.5, (255, 226, 150))


def beach(stage: Stage) -> None:
    sky(stage)
    line = stage.horizon
    shore = line + (stage.h - line) * 0.42
    water(stage, line, shore + stage.u * 0.06, hexed("#4795a3"))
    brush = stage.brush(0.12)
    sand = hexed("#e2cda2")
    edge = [
        (stage.w * k / 24, shore + math.sin(k * 0.8) * stage.u * 0.012 + k / 24 * stage.u * 0.05)
        for k in range(25)
    ]
    brush.poly([*edge, (stage.w, stage.h + 9), (0, stage.h + 9)], scale(sand, 0.86))
    brush.line([(x, y - stage.u * 0.006) for x, y in edge], stage.u * 0.016, (250, 250, 246), 0.9)
    brush.line([(x, y - stage.u * 0.045) for x, y in edge], stage.u * 0.01, (250, 250, 246), 0.6)
    stage.brush(0.0).poly(
        [(x, y + stage.u * 0.07 + stage.u * 0.02 * math.sin(x * 9 / stage.w)) for x, y in edge]
        + [(stage.w, stage.h + 9), (0, stage.h + 9)],
        sand,
    )
    for _ in range(60):
        x, y = stage.dice.span(0, stage.w), stage.dice.span(shore + stage.u * 0.12, stage.h)
        stage.brush(0).oval(x, y, stage.u * 0.006, stage.u * 0.002, scale(sand, 0.84))
    palm = stage.brush(0.1)
    x, y, s = stage.w * 0.9, shore + stage.u * 0.12, stage.u * 0.6
    palm.line([(x, y), (x - s * 0.04, y - s * 0.5), (x - s * 0.16, y - s)], s * 0.05, hexed("#8a6a4a"))
    for k in range(7):
        a = math.pi * (0.95 + 0.2 * k)
        tip = (x - s * 0.16 + math.cos(a) * s * 0.42, y - s + math.sin(a) * s * 0.2 + s * 0.1)
        palm.blob(
            [
                (x - s * 0.16, y - s),
                ((x - s * 0.16 + tip[0]) / 2, (y - s + tip[1]) / 2 - s * 0.12),
                tip,
                ((x - s * 0.16 + tip[0]) / 2, (y - s + tip[1]) / 2 - s * 0.02),
            ],
            hexed("#5c8a4a"),
        )


def desert(stage: Stage) -> None:
    sky(stage)
    for depth, base, tall, tone in (
        (0.8, 0.01, 0.1, "#d8b98a"),
        (0.5, 0.06, 0.13, "#d9b079"),
        (0.25, 0.16, 0.16, "#d7a668"),
    ):
        hills(stage, stage.horizon + stage.u * base, stage.u * tall, hexed(tone), depth, 1.1)
        hills(
            stage,
            stage.horizon + stage.u * (base + 0.05),
            stage.u * tall * 0.8,
            scale(hexed(tone), 0.86),
            depth,
            1.3,
        )
    hills(stage, stage.horizon + stage.u * 0.34, stage.u * 0.18, hexed("#d3a05f"), 0.05, 0.8)
    brush = stage.brush(0.0)
    for k in range(16):
        y = stage.horizon + stage.u * (0.3 + 0.03 * k)
        brush.line(
            [
                (0, y),
                (stage.w * 0.3, y - stage.u * 0.02),
                (stage.w * 0.66, y + stage.u * 0.015),
                (stage.w, y - stage.u * 0.01),
            ],
            stage.u * 0.004,
            hexed("#b98748"),
            0.35,
        )
    x, y, s = stage.w * 0.86, stage.horizon + stage.u * 0.22, stage.u * 0.3
    cactus = stage.brush(0.15)
    cactus.limb((x, y), (x, y - s), s * 0.07, s * 0.06, hexed("#5d7d55"))
    for side, low in ((-1, 0.4), (1, 0.55)):
        cactus.limb(
            (x, y - s * low), (x + side * s * 0.2, y - s * low), s * 0.045, s * 0.045, hexed("#5d7d55")
        )
        cactus.limb(
            (x + side * s * 0.2, y - s * low),
            (x + side * s * 0.2, y - s * (low + 0.25)),
            s * 0.045,
            s * 0.04,
            hexed("#5d7d55"),
        )


def temple(stage: Stage) -> None:
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


def above_clouds(stage: Stage) -> None:
    stage.gradient(
        (0, 0, stage.w, stage.h), (*stage.light.sky, mix(stage.light.sky[2], (255, 255, 255), 0.4))
    )
    line = stage.horizon
    sky(stage, down_to=stage.h * 0.8)
    body = mix(stage.light.sky[2], (255, 255, 255), 0.0 if stage.light.night else 0.55)
    for layer in range(5):
        y = line + stage.u * (0.02 + 0.1 * layer)
        tone = mix(stage.light.haze, body, 0.2 + 0.19 * layer)
        for k in range(14):
            x = (k + stage.dice.unit()) / 13 * stage.w
            r = stage.u * stage.dice.span(0.06, 0.12) * (0.6 + 0.25 * layer)
            stage.raw().oval(x, y, r * 1.5, r * 0.8, tone)
            stage.raw().oval(
                x - r * 0.2,
                y - r * 0.2,
                r * 1.1,
                r * 0.5,
                mix(tone, (255, 255, 255), 0.0 if stage.light.night else 0.35),
                0.7,
            )
        stage.gradient((0, y + stage.u * 0.03, stage.w, stage.h), (tone, tone))


def space(stage: Stage) -> None:
    stage.gradient((0, 0, stage.w, stage.h), (hexed("#070a1c"), hexed("#131538"), hexed("#2b1f4a")))
    raw = stage.raw()
    for k in range(14):
        x, y = stage.w * (0.1 + 0.06 * k), stage.h * (0.75 - 0.045 * k)
        stage.shine(
            x,
            y,
            stage.u * stage.dice.span(0.16, 0.34),
            stage.dice.pick(((70, 50, 130), (40, 70, 130), (120, 50, 100))),
            0.4,
        )
    for _ in range(260):
        r = stage.u * stage.dice.span(0.0005, 0.0024)
        raw.oval(
            stage.dice.span(0, stage.w),
            stage.dice.span(0, stage.h),
            r,
            r,
            (236, 240, 255),
            stage.dice.span(0.4, 1),
        )
    x, y, r = stage.w * 0.76, stage.h * 0.32, stage.u * 0.23
    planet = mix(hexed("#3f7fa8"), stage.accent(0), 0.25)
    raw.oval(x, y, r, r, planet)
    for k in range(5):
        raw.oval(
            x - r * 0.05,
            y - r * 0.6 + k * r * 0.3,
            r * (0.55 + 0.14 * math.sin(k * 1.3 + 1)),
            r * 0.05,
            mix(planet, (240, 230, 210), 0.4),
            0.5,
            turn=0.2,
        )
    raw.oval(x + r * 0.24, y + r * 0.2, r * 0.84, r * 0.84, (8, 10, 26), 0.45)
    stage.shine(x - r * 0.3, y - r * 0.3, r * 2.1, mix(planet, (120, 190, 255), 0.5), 0.45)
    surface = [
        (
            stage.w * k / 40,
            stage.horizon + stage.u * (0.14 + 0.02 * math.sin(k * 0.7) + 0.012 * math.sin(k * 1.9)),
        )
        for k in range(41)
    ]
    stage.brush(0).poly([*surface, (stage.w, stage.h + 9), (0, stage.h + 9)], hexed("#8d8a92"))
    for _ in range(16):
        t = stage.dice.unit()
        cx, cy = stage.dice.span(0, stage.w), stage.horizon + stage.u * (0.2 + 0.4 * t)
        s = stage.u * (0.012 + 0.06 * t)
        stage.brush(0).oval(cx, cy, s, s * 0.3, hexed("#6b6872"))
        stage.brush(0).oval(cx, cy + s * 0.07, s * 0.9, s * 0.24, hexed("#7b7882"))


def somewhere(stage: Stage) -> None:
    """Ground and air, when the prompt names no place."""
    top, low = stage.light.sky[1], stage.light.sky[2]
    accent = stage.accent(0)
    stage.gradient((0, 0, stage.w, stage.horizon + 2), (mix(top, accent, 0.14), mix(low, accent, 0.08)))
    if stage.light.stars or stage.light.moon or stage.light.sun is not None:
        sky(stage)
        stage.veil(0, stage.horizon, mix(top, accent, 0.3), (0.1, 0.35))
    hills(stage, stage.horizon + stage.u * 0.02, stage.u * 0.12, mix(hexed("#8c968e"), accent, 0.2), 0.9)
    ground(stage, mix(hexed("#a79f8d"), accent, 0.12) if not snowy(stage) else hexed("#e2e8ee"))
    if wet(stage):
        stage.reflect(stage.horizon, 0.4)


OUTDOORS = {
    "street": street, "alley": alley, "market": market, "city": city, "rooftop": rooftop,
    "forest": forest, "field": field, "garden": garden, "village": village, "mountain": mountain,
    "river": river, "sea": sea, "beach": beach, "desert": desert, "temple": temple, "bridge": bridge,
    "station": station, "sky": above_clouds, "space": space, "": somewhere,
}  # fmt: skip
