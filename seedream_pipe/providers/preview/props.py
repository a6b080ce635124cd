"""Things that stand or fly in a shot beside the figures, at the size they have there."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from seedream_pipe.providers.preview.brush import Brush
from seedream_pipe.providers.preview.cast import Framing
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.things import draw_thing

__all__ = ["paint_props"]

TALL: Final = MappingProxyType({
    "teapot": 0.2, "suitcase": 0.36, "bicycle": 0.62, "car_object": 0.62, "chair": 0.52, "box": 0.3,
    "basket": 0.28, "guitar": 0.6, "ball": 0.16, "broom": 0.8,
})  # fmt: skip
"""Heights in grown men of what may stand on the ground; other things are held or left out."""
VESSEL: Final = re.compile(r"飞船|飞起|巨大|\b(?:ship|spaceship|rocket|giant|huge|enormous)\b", re.IGNORECASE)
ALOFT: Final = re.compile(r"飞起|飞向|飞上|起飞|\b(?:takes off|lifts off|flies|rises)\b", re.IGNORECASE)


def paint_props(stage: Stage, framing: Framing) -> None:
    """Put up to two things of the prompt on the ground; a thing that is a ship is as large as one."""
    scene = stage.scene
    held = {figure.holds for figure in scene.figures}
    shown = [kind for kind in scene.props if kind in TALL and kind not in held][:2]
    text = scene.excerpt
    for number, kind in enumerate(shown):
        vessel = kind in ("teapot", "box", "ball", "basket") and VESSEL.search(text) is not None
        size = min(TALL[kind] * framing.man * stage.u, stage.h * 0.5)
        x, y = stage.w * (0.8 if number == 0 else 0.18), stage.h * (framing.feet - 0.035)
        if vessel:
            size = stage.h * max(0.24, framing.man * 0.5)
            x, y = stage.w * 0.74, stage.h * (framing.feet - 0.02)
            if ALOFT.search(text):
                x, y = stage.w * 0.5, stage.h * 0.42
                stage.shine(x, y, size * 0.9, (255, 200, 110), 0.8)
                trail(stage, x, y, size)
        brush = Brush.over(stage.image, tone=stage.light.on_figures(0.1))
        stage.raw().oval(x, y, size * 0.5, size * 0.05, stage.light.shade, 0.0 if y < stage.horizon else 0.3)
        draw_thing(brush.at(x, y, scale=size), kind, stage.things.get(kind))
        if vessel:
            stage.raw().oval(x - size * 0.05, y - size * 0.38, size * 0.1, size * 0.1, (255, 222, 140))
            stage.bloom()


def trail(stage: Stage, x: float, y: float, size: float) -> None:
    raw = stage.raw()
    for k in range(12):
        t = k / 11
        raw.oval(
            x - size * (0.5 + 1.1 * t), y + size * (0.1 + 0.5 * t * t), size * 0.09 * (1 - t * 0.7),
            size * 0.07 * (1 - t * 0.7), (255, 216, 130), 0.8 * (1 - t),
        )  # fmt: skip
