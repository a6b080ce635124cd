"""Places that grew: woods, fields, gardens, mountains and deserts."""

from __future__ import annotations

import math

from seedream_pipe.providers.preview.colour import Colour, hexed, mix, scale
from seedream_pipe.providers.preview.scenery import (
    conifer,
    ground,
    hills,
    leaf_colour,
    leafy,
    ridge,
    sky,
    tufts,
)
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.terrain import grass, snowy

__all__ = ["desert", "field", "forest", "garden", "mountain"]


def forest(stage: Stage) -> None:
    """Trees in four rows, or bamboo, with light between them."""
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
    """Open land: grass or grain, hills, a tree or two."""
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
    """A garden wall with a round gate, a path, trees and flowers."""
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


def mountain(stage: Stage) -> None:
    """Snowy ridges over meadows and firs."""
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


def desert(stage: Stage) -> None:
    """Dunes, and rocks at the horizon."""
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
