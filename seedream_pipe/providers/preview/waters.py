"""Places by the water: rivers, harbours, beaches, and the boats on them."""

from __future__ import annotations

import math
import re

from seedream_pipe.providers.preview.colour import Colour, hexed, named, scale
from seedream_pipe.providers.preview.scenery import hills, leaf_colour, leafy, ridge, sky, tufts, water
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.terrain import grass

__all__ = ["beach", "river", "sea"]


def river(stage: Stage) -> None:
    """A river below hills, reeds on the near bank."""
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


BOATS = re.compile(
    r"\b(?:(several|many|two|three|four|five|six|seven)\s+)?(?:(red|blue|green|white|yellow)\s+)?"
    r"(fishing\s+)?(?:boats?|ships?|trawlers?)\b|渔船|船队|小船",
    re.IGNORECASE,
)
ABOARD = re.compile(
    r"\bat the bow\b|\bon (?:a|the|his|her) (?:\w+ )?(?:boat|ship|deck)\b|船头|甲板|船上", re.IGNORECASE
)


def sea(stage: Stage) -> None:
    """Open water from a pier, or from aboard a boat."""
    sky(stage)
    hills(stage, stage.horizon + 1, stage.u * 0.05, hexed("#7f93a0"), 0.9, 1)
    water(stage, stage.horizon, stage.h, hexed("#3f7f96"))
    text = stage.scene.excerpt
    low = text.lower()
    if "lighthouse" in low or "灯塔" in low:
        lighthouse(stage)
    boats = list(BOATS.finditer(text))
    fishing = any(m[3] for m in boats) or "渔船" in text
    many = any(m.group().lower().endswith("s") for m in boats) or "船队" in text
    if ABOARD.search(text) and stage.scene.figures:
        colour = next((m[2] for m in boats if m[2]), None)
        aboard(stage, named(colour.lower()) if colour else hexed("#b5473a"))
        return
    if fishing or many:
        for k, (x, near) in enumerate(((0.2, 1.0), (0.46, 0.5), (0.62, 0.34), (0.33, 0.26), (0.74, 0.62))):
            if many or k == 0:
                fishing_boat(stage, x, near, k)
    else:
        sailboat(stage)
    pier(stage)


def fishing_boat(stage: Stage, across: float, near: float, number: int) -> None:
    """A fishing boat on the water; `near` is 0 at the horizon and 1 close by."""
    x, y = stage.w * across, stage.horizon + stage.u * (0.01 + 0.1 * near)
    s = stage.u * (0.08 + 0.16 * near)
    boat = stage.brush(0.75 - 0.5 * near)
    hull = (hexed("#a8402f"), hexed("#2f5f7a"), hexed("#3f6f58"), hexed("#c98a3c"))[number % 4]
    boat.blob(
        [(x - s * 0.6, y - s * 0.16), (x + s * 0.7, y - s * 0.26), (x + s * 0.46, y + s * 0.06),
         (x - s * 0.5, y + s * 0.06)], hull,
    )  # fmt: skip
    boat.wire((x - s * 0.56, y - s * 0.1), (x + s * 0.62, y - s * 0.18), s * 0.03, (236, 230, 214))
    boat.box(x - s * 0.42, y - s * 0.5, s * 0.34, s * 0.36, (232, 224, 206))
    boat.box(x - s * 0.46, y - s * 0.54, s * 0.42, s * 0.06, scale(hull, 0.7))
    boat.wire((x + s * 0.1, y - s * 0.16), (x + s * 0.1, y - s * 0.95), s * 0.03, (90, 74, 60))
    boat.wire((x + s * 0.1, y - s * 0.9), (x + s * 0.62, y - s * 0.26), s * 0.012, (90, 74, 60))
    if stage.light.lamps or stage.scene.weather == "fog" or stage.scene.time == "dawn":
        stage.raw().oval(x - s * 0.25, y - s * 0.34, s * 0.07, s * 0.07, (255, 230, 150))
        stage.shine(x - s * 0.25, y - s * 0.34, s * 0.6, (255, 190, 90), 0.9)
        stage.shine(x + s * 0.1, y - s * 0.95, s * 0.3, (255, 120, 90), 0.8)
        stage.raw().wire(
            (x - s * 0.25, y + s * 0.1), (x - s * 0.25, y + s * 0.5), s * 0.06, (255, 210, 130), 0.3
        )


def aboard(stage: Stage, hull: Colour) -> None:
    """A boat's side under the figures, cabin behind them, bow to the right."""
    brush, w, h = stage.brush(0.0), stage.w, stage.h
    brush.box(w * 0.06, h * 0.5, w * 0.2, h * 0.4, hexed("#e8e0cc"))
    brush.box(w * 0.04, h * 0.47, w * 0.24, h * 0.05, scale(hull, 0.75))
    for k in range(2):
        brush.box(w * (0.085 + 0.085 * k), h * 0.56, w * 0.06, h * 0.1, hexed("#4f6a78"))
    brush.wire((w * 0.34, h * 0.9), (w * 0.34, h * 0.06), stage.u * 0.014, hexed("#7a5f48"))
    brush.wire((w * 0.34, h * 0.1), (w * 0.9, h * 0.8), stage.u * 0.004, hexed("#7a5f48"))
    brush.blob(
        [(-w * 0.05, h * 0.88), (w * 0.4, h * 0.885), (w * 0.78, h * 0.86), (w * 0.97, h * 0.79),
         (w * 0.9, h * 0.93), (w * 0.8, h * 1.08), (-w * 0.05, h * 1.08)], hull,
    )  # fmt: skip
    brush.line(
        [(-w * 0.02, h * 0.9), (w * 0.4, h * 0.905), (w * 0.76, h * 0.88), (w * 0.94, h * 0.82)],
        stage.u * 0.024, hexed("#f0e8d4"),
    )  # fmt: skip


def pier(stage: Stage) -> None:
    brush = stage.brush(0.0)
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
    """Sand, surf and a palm."""
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
