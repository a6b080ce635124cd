"""Weather between the camera and the scene, and the season's small things in the air."""

from __future__ import annotations

import math

from seedream_pipe.providers.preview.colour import Colour, hexed, mix
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.vocabulary import INTERIORS

__all__ = ["before_figures", "behind_figures"]


def behind_figures(stage: Stage) -> None:
    """What hangs between the place and the people."""
    match stage.scene.weather:
        case "fog":
            stage.veil(0, stage.horizon, stage.light.haze, (0.1, 0.4))
            stage.veil(stage.horizon, stage.h, stage.light.haze, (0.4, 0.05))
        case "storm":
            lightning(stage)
            rain(stage, 130, 0.012, 0.24)
        case "rain":
            stage.veil(0, stage.horizon, stage.light.haze, (0.0, 0.24))
            stage.veil(stage.horizon, stage.h, stage.light.haze, (0.24, 0.0))
            rain(stage, 150, 0.011, 0.2)
        case "snow":
            stage.veil(0, stage.horizon, stage.light.haze, (0.0, 0.3))
            snow(stage, 130, 0.0016, 0.004, 0.6)
        case _:
            pass
    if "fireworks" in stage.scene.features:
        fireworks(stage)
    if "rainbow" in stage.scene.features:
        rainbow(stage)


def before_figures(stage: Stage) -> None:
    """What falls in front of the people."""
    if stage.scene.place in INTERIORS:
        return
    match stage.scene.weather:
        case "fog":
            fog_banks(stage)
        case "storm":
            rain(stage, 150, 0.02, 0.34, slant=0.42)
        case "rain":
            rain(stage, 120, 0.02, 0.32)
        case "snow":
            snow(stage, 70, 0.003, 0.009, 0.85)
        case "wind":
            gusts(stage)
        case _:
            pass
    features = stage.scene.features
    if "blossom" in features:
        flakes(stage, (hexed("#f4c3cf"), hexed("#f9dbe2")), 46)
    elif "autumn" in features or stage.scene.weather == "wind":
        flakes(stage, (hexed("#d07a2e"), hexed("#c0532b"), hexed("#dca93e")), 34)


def rain(stage: Stage, count: int, length: float, alpha: float, slant: float = 0.2) -> None:
    raw = stage.raw()
    tone = mix(stage.light.haze, (255, 255, 255), 0.6)
    for k in range(int(count * max(1.0, stage.w / stage.u / 1.6))):
        x, y = stage.dice.span(-0.1, 1.1) * stage.w, stage.dice.span(-0.1, 1.0) * stage.h
        long = stage.u * length * stage.dice.span(1.5, 4.5)
        raw.wire(
            (x, y),
            (x - long * slant, y + long),
            max(0.8, stage.u * 0.0013 * (1 + (k % 3) * 0.5)),
            tone,
            alpha * stage.dice.span(0.5, 1.2),
        )
    if stage.scene.place in ("", None) or length > 0.015:
        for _ in range(40):
            x, y = stage.dice.span(0, 1) * stage.w, stage.dice.span(0.8, 1.0) * stage.h
            r = stage.u * stage.dice.span(0.004, 0.012)
            raw.line([(x - r, y), (x, y - r * 0.4), (x + r, y)], stage.u * 0.0016, tone, 0.4)


def snow(stage: Stage, count: int, small: float, large: float, alpha: float) -> None:
    raw = stage.raw()
    for _ in range(int(count * max(1.0, stage.w / stage.u / 1.6))):
        x, y = stage.dice.unit() * stage.w, stage.dice.unit() * stage.h
        r = stage.u * stage.dice.span(small, large)
        raw.oval(x, y, r, r * 0.95, (248, 250, 255), alpha * stage.dice.span(0.5, 1.0))


def fog_banks(stage: Stage) -> None:
    for k in range(3):
        y = stage.h * (0.55 + 0.15 * k)
        stage.veil(y, y + stage.h * 0.1, stage.light.haze, (0.0, 0.26))
        stage.veil(y + stage.h * 0.1, y + stage.h * 0.2, stage.light.haze, (0.26, 0.0))


def lightning(stage: Stage) -> None:
    x, y = stage.w * stage.dice.span(0.2, 0.8), 0.0
    raw = stage.raw()
    stage.shine(x, stage.horizon * 0.3, stage.u * 0.5, (120, 130, 190), 0.8)
    while y < stage.horizon * 0.9:
        nx, ny = x + stage.u * stage.dice.span(-0.06, 0.06), y + stage.u * stage.dice.span(0.04, 0.09)
        raw.wire((x, y), (nx, ny), stage.u * 0.006, (238, 240, 255))
        if stage.dice.maybe(0.3):
            raw.wire(
                (nx, ny),
                (nx + stage.u * stage.dice.span(-0.1, 0.1), ny + stage.u * 0.08),
                stage.u * 0.003,
                (220, 226, 255),
                0.8,
            )
        x, y = nx, ny


def gusts(stage: Stage) -> None:
    raw = stage.raw()
    for _ in range(9):
        x, y, s = (
            stage.dice.unit() * stage.w,
            stage.dice.span(0.1, 0.8) * stage.h,
            stage.u * stage.dice.span(0.1, 0.22),
        )
        raw.line(
            [
                (x, y),
                (x + s * 0.5, y - s * 0.06),
                (x + s, y + s * 0.02),
                (x + s * 1.2, y - s * 0.08),
                (x + s * 1.1, y - s * 0.13),
            ],
            stage.u * 0.004,
            (255, 255, 255),
            0.5,
        )


def flakes(stage: Stage, colours: tuple[Colour, ...], count: int) -> None:
    brush = stage.brush(0.0)
    for k in range(count):
        x, y = stage.dice.unit() * stage.w, stage.dice.unit() * stage.h
        r = stage.u * stage.dice.span(0.004, 0.011)
        brush.oval(x, y, r, r * 0.5, colours[k % len(colours)], 0.9, turn=stage.dice.span(0, 3.1))


def fireworks(stage: Stage) -> None:
    raw = stage.raw()
    for k in range(4):
        x, y = stage.w * stage.dice.span(0.1, 0.9), stage.horizon * stage.dice.span(0.15, 0.6)
        s, c = (
            stage.u * stage.dice.span(0.08, 0.17),
            (hexed("#ffcf6a"), hexed("#ff7a9a"), hexed("#7ad2ff"), hexed("#b6ff9a"))[k],
        )
        for j in range(20):
            a = j * math.pi / 10
            raw.wire(
                (x + math.cos(a) * s * 0.3, y + math.sin(a) * s * 0.3),
                (x + math.cos(a) * s, y + math.sin(a) * s + s * 0.1),
                stage.u * 0.003,
                c,
                0.85,
            )
            raw.oval(
                x + math.cos(a) * s,
                y + math.sin(a) * s + s * 0.1,
                stage.u * 0.004,
                stage.u * 0.004,
                (255, 250, 230),
            )
        stage.shine(x, y, s * 1.6, c, 0.6)


def rainbow(stage: Stage) -> None:
    raw = stage.raw()
    x, y = stage.w * 0.36, stage.horizon * 1.1
    for k, c in enumerate(("#d94b4b", "#e6913e", "#ecd65a", "#69b36a", "#4d86c6", "#7a62b0")):
        r = stage.u * (0.52 - 0.014 * k)
        arc = [(x + r * math.cos(math.pi * j / 30), y - r * math.sin(math.pi * j / 30)) for j in range(31)]
        raw.line(arc, stage.u * 0.016, hexed(c), 0.3)
