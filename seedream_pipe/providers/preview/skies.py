"""Places off the ground: above the clouds, in space, and nowhere in particular."""

from __future__ import annotations

import math
import re

from seedream_pipe.providers.preview.colour import hexed, mix, scale
from seedream_pipe.providers.preview.scenery import ground, hills, leafy, sky, tufts
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.terrain import snowy, wet

__all__ = ["above_clouds", "moon", "somewhere", "space"]


def above_clouds(stage: Stage) -> None:
    """A sea of clouds from above."""
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
    """Stars, nebulae, a planet, and bare ground in front."""
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


EARTH = re.compile(r"地球|\bearth\b", re.IGNORECASE)
RISING = re.compile(r"地平线|升起|巨大|earthrise|rises|rising|huge", re.IGNORECASE)


def moon(stage: Stage) -> None:
    """The moon as a place: pale ground, craters, the Earth in a black sky."""
    text = stage.scene.excerpt
    stage.gradient((0, 0, stage.w, stage.h), (hexed("#0b0f2e"), hexed("#1c2054"), hexed("#3c3576")))
    raw = stage.raw()
    for _ in range(int(150 * max(1.0, stage.w / stage.u / 1.6))):
        r = stage.u * stage.dice.span(0.0007, 0.0028)
        raw.oval(
            stage.dice.span(0, stage.w), stage.dice.span(0, stage.horizon * 1.15), r, r,
            stage.dice.pick(((240, 242, 255), (255, 236, 190))), stage.dice.span(0.4, 1),
        )  # fmt: skip
    rising = EARTH.search(text) is not None and RISING.search(text) is not None
    r = stage.u * (0.26 if rising else 0.1)
    earth(stage, stage.w * 0.77, stage.horizon - r * 0.35 if rising else stage.h * 0.2, r)
    if "流星" in text or "shooting star" in text.lower():
        x, y = stage.w * 0.3, stage.h * 0.16
        raw.line([(x - stage.u * 0.32, y - stage.u * 0.12), (x, y)], stage.u * 0.012, (255, 244, 200), 0.9)
        stage.shine(x, y, stage.u * 0.1, (255, 236, 170), 0.9)
    regolith(stage)
    moon_home(stage, text)


def earth(stage: Stage, x: float, y: float, r: float) -> None:
    raw = stage.raw()
    raw.oval(x, y, r, r, hexed("#3c84cc"))
    for dx, dy, wide, tall in ((-0.35, -0.3, 0.4, 0.3), (0.3, 0.1, 0.36, 0.42), (-0.3, 0.5, 0.28, 0.2)):
        raw.oval(x + dx * r, y + dy * r, wide * r, tall * r, hexed("#6aa862"), turn=0.4)
    for dy, wide in ((-0.55, 0.5), (-0.05, 0.7), (0.4, 0.5)):
        raw.oval(x + 0.1 * r, y + dy * r, wide * r, 0.06 * r, (244, 248, 252), 0.75, turn=-0.1)
    raw.oval(x - r * 0.36, y - r * 0.36, r * 0.4, r * 0.34, (255, 255, 255), 0.14)
    stage.shine(x, y, r * 2.3, (90, 150, 230), 0.55)


def regolith(stage: Stage) -> None:
    """Pale ground in three waves, with craters that grow towards the camera."""
    tones = (hexed("#8a86b4"), hexed("#a8a3c8"), hexed("#c2bdd8"))
    for layer, tone in enumerate(tones):
        base = stage.horizon + stage.u * 0.13 * layer
        wave = [
            (stage.w * k / 40, base + stage.u * 0.03 * math.sin(k * 0.23 * (1 + 0.3 * layer) + layer * 2))
            for k in range(41)
        ]
        stage.brush(0.0).poly([*wave, (stage.w, stage.h + 9), (0, stage.h + 9)], tone)
        for _ in range(5 + 2 * layer):
            s = stage.u * stage.dice.span(0.015, 0.04) * (1 + layer)
            x, y = stage.dice.span(0, stage.w), base + stage.u * stage.dice.span(0.05, 0.2)
            stage.brush(0).oval(x, y, s, s * 0.3, scale(tone, 0.78))
            stage.brush(0).oval(x, y + s * 0.08, s * 0.9, s * 0.23, scale(tone, 0.9))


def moon_home(stage: Stage, text: str) -> None:
    """What fairy tales put on the moon: grass, a cassia tree, a house with a round door."""
    low = text.lower()
    if any(word in low for word in ("草", "meadow", "grass", "flower", "花")):
        tufts(stage, hexed("#9fb8a8"), 120, top=stage.horizon + stage.u * 0.1, flowers=((250, 226, 150),))
    if any(word in low for word in ("树", "tree")):
        x, y, s = stage.w * 0.82, stage.horizon + stage.u * 0.24, stage.u * 0.72
        leafy(stage, stage.brush(0.0), x, y, s, hexed("#d9b24c"))
    if any(word in low for word in ("小屋", "house", "cottage", "hut")):
        x, y, s = stage.w * 0.34, stage.horizon + stage.u * 0.2, stage.u * 0.34
        brush, raw = stage.brush(0.0), stage.raw()
        brush.blob(
            [(x - s * 0.6, y), (x - s * 0.56, y - s * 0.5), (x, y - s * 0.86), (x + s * 0.56, y - s * 0.5),
             (x + s * 0.6, y)], hexed("#e6dccb"),
        )  # fmt: skip
        brush.poly(
            [(x - s * 0.74, y - s * 0.42), (x, y - s * 1.05), (x + s * 0.74, y - s * 0.42)], hexed("#7a5a8c")
        )
        brush.oval(x - s * 0.12, y - s * 0.2, s * 0.2, s * 0.21, hexed("#8a5a3c"))
        brush.oval(x - s * 0.02, y - s * 0.2, s * 0.02, s * 0.02, hexed("#f0d080"))
        raw.oval(x + s * 0.28, y - s * 0.3, s * 0.12, s * 0.12, (255, 214, 120))
        stage.shine(x + s * 0.28, y - s * 0.3, s * 0.7, (255, 190, 90), 0.8)


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
