"""Ground underfoot: paving, grass, snow and wet; what places under the sky share."""

from __future__ import annotations

from seedream_pipe.providers.preview.colour import Colour, hexed, mix, scale
from seedream_pipe.providers.preview.scenery import ground
from seedream_pipe.providers.preview.stage import Stage

__all__ = ["grass", "paved", "snowy", "wet"]


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
