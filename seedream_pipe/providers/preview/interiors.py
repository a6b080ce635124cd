"""Places with walls, seen into like a stage set: back wall, floor, side walls, furniture."""

from __future__ import annotations

import math
from dataclasses import dataclass

from seedream_pipe.providers.preview.brush import Brush
from seedream_pipe.providers.preview.colour import Colour, hexed, mix, scale
from seedream_pipe.providers.preview.scenery import Wall, hills, lantern_string, skyline
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.things import draw_thing

__all__ = ["INTERIORS"]

WOOD = hexed("#8a6446")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The back wall of a room, in pixels; `floor` is where it meets the floor."""

    left: float
    right: float
    top: float
    floor: float

    def x(self, part: float) -> float:
        return self.left + (self.right - self.left) * part


def shell(stage: Stage, wall: Colour, floor: Colour, *, boards: bool = True, depth: float = 0.62) -> Box:
    """Walls, ceiling and floor in one-point perspective."""
    vx, vy = stage.w / 2, stage.horizon
    half_w, half_h = stage.w / 2 * depth, stage.u * 0.5 * depth
    box = Box(left=vx - half_w, right=vx + half_w, top=vy - half_h * 1.05, floor=vy + half_h * 0.62)
    tone = stage.light.tone(0.1)
    stage.image.paste(tone(scale(wall, 1.02)), (0, 0, stage.w, stage.h))
    brush = stage.brush(0.15)
    brush.poly(
        [
            (box.left, box.top),
            (box.left, box.floor),
            (vx - half_w * 9, vy + half_h * 0.62 * 9),
            (vx - half_w * 9, vy - half_h * 1.05 * 9),
        ],
        scale(wall, 0.78),
    )
    brush.poly(
        [
            (box.right, box.top),
            (box.right, box.floor),
            (vx + half_w * 9, vy + half_h * 0.62 * 9),
            (vx + half_w * 9, vy - half_h * 1.05 * 9),
        ],
        scale(wall, 0.88),
    )
    brush.poly(
        [
            (box.left, box.top),
            (box.right, box.top),
            (vx + half_w * 9, vy - half_h * 1.05 * 9),
            (vx - half_w * 9, vy - half_h * 1.05 * 9),
        ],
        scale(wall, 0.66),
    )
    brush.poly(
        [
            (box.left, box.floor),
            (box.right, box.floor),
            (vx + half_w * 9, vy + half_h * 0.62 * 9),
            (vx - half_w * 9, vy + half_h * 0.62 * 9),
        ],
        floor,
    )
    if boards:
        for k in range(-16, 17):
            a = vx + k * half_w / 7
            b = vx + k * half_w / 7 * 9
            brush.poly(
                [
                    (a, box.floor),
                    (b - 2, vy + half_h * 0.62 * 9),
                    (b + stage.u * 0.02, vy + half_h * 0.62 * 9),
                ],
                scale(floor, 0.78),
                0.6,
            )
    brush.box(box.left, box.floor - stage.u * 0.018, box.right - box.left, stage.u * 0.02, scale(wall, 0.6))
    stage.veil(box.floor, stage.h, (0, 0, 0), (0.0, 0.22))
    return box


def window(
    stage: Stage, x: float, y: float, w: float, h: float, *, panes: int = 2, city: bool = True
) -> None:
    """A window with the weather in it, and the light that falls through."""
    stage.brush(0.1).panel(x - w * 0.06, y - h * 0.05, w * 1.12, h * 1.1, w * 0.02, hexed("#e2d8c6"))
    stage.gradient((x, y, x + w, y + h), stage.light.sky)
    inner = stage.image.crop((int(x), int(y), int(x + w) + 1, int(y + h) + 1))
    if inner.width > 8 and inner.height > 8:
        view = Stage(
            image=inner,
            scene=stage.scene,
            light=stage.light,
            dice=stage.dice,
            accents=stage.accents,
            horizon=h * 0.75,
        )
        if city:
            skyline(view, h * 0.98, h * 0.5, 0.6, hexed("#5f6a78"))
        else:
            hills(view, h * 0.9, h * 0.3, hexed("#7d9a80"), 0.5)
        if stage.light.moon:
            view.raw().oval(w * 0.7, h * 0.25, h * 0.06, h * 0.06, (240, 240, 226))
        stage.image.paste(inner, (int(x), int(y)))
    brush = stage.brush(0.1)
    for k in range(1, panes):
        brush.box(x + w * k / panes - w * 0.012, y, w * 0.024, h, hexed("#d6cab4"))
    brush.box(x, y + h * 0.46, w, h * 0.025, hexed("#d6cab4"))
    brush.box(x - w * 0.09, y + h * 1.03, w * 1.18, h * 0.06, hexed("#cdbfa6"))
    if not stage.light.lamps:
        stage.shine(x + w / 2, y + h / 2, max(w, h) * 1.1, scale(stage.light.sky[2], 0.55), 0.6)
        stage.raw().poly(
            [(x, y + h * 1.1), (x + w, y + h * 1.1), (x + w * 0.4, stage.h), (x - w * 1.5, stage.h)],
            (255, 244, 214),
            0.1,
        )


def curtains(stage: Stage, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    brush = stage.brush(0.08)
    for side in (0, 1):
        sx = x - w * 0.22 if side == 0 else x + w * 0.94
        brush.box(sx, y - h * 0.1, w * 0.28, h * 1.4, colour)
        for k in range(4):
            brush.box(sx + w * 0.07 * k + w * 0.03, y - h * 0.1, w * 0.022, h * 1.4, scale(colour, 0.8))
    brush.wire((x - w * 0.32, y - h * 0.11), (x + w * 1.32, y - h * 0.11), h * 0.03, hexed("#6b5240"))


def picture(stage: Stage, x: float, y: float, s: float, number: int) -> None:
    brush = stage.brush(0.1)
    brush.panel(x, y, s, s * 0.74, s * 0.03, hexed("#6b5240"))
    brush.box(x + s * 0.06, y + s * 0.06, s * 0.88, s * 0.62, mix(stage.accent(number), (240, 232, 214), 0.6))
    brush.poly(
        [
            (x + s * 0.06, y + s * 0.68),
            (x + s * 0.36, y + s * 0.34),
            (x + s * 0.6, y + s * 0.56),
            (x + s * 0.76, y + s * 0.42),
            (x + s * 0.94, y + s * 0.68),
        ],
        stage.accent(number + 1),
    )


def lamp(stage: Stage, x: float, y: float, s: float) -> None:
    """A hanging lamp; `y` is its lower edge."""
    brush = stage.brush(0.05)
    brush.wire((x, -5), (x, y - s * 0.5), s * 0.03, hexed("#3c3432"))
    brush.poly(
        [(x - s * 0.5, y), (x + s * 0.5, y), (x + s * 0.2, y - s * 0.5), (x - s * 0.2, y - s * 0.5)],
        mix(stage.accent(1), hexed("#7d5a3c"), 0.5),
    )
    stage.raw().oval(x, y, s * 0.2, s * 0.1, (255, 236, 190))
    if stage.light.lamps:
        stage.shine(x, y + s * 0.2, s * 3.4, (226, 158, 84), 0.62)


def shelf(
    stage: Stage, brush: Brush, x: float, y: float, w: float, h: float, rows: int, *, books: bool
) -> None:
    """Shelves with books or goods; (x, y) is the left upper corner."""
    brush.box(x, y, w, h, scale(WOOD, 0.6))
    for row in range(rows):
        top = y + h * row / rows + h * 0.02
        tall = h / rows - h * 0.035
        brush.box(x + w * 0.02, top, w * 0.96, tall, scale(WOOD, 0.38))
        at = x + w * 0.03
        while at < x + w * 0.94:
            wide = w * stage.dice.span(0.03, 0.065)
            size = tall * stage.dice.span(0.6, 0.94)
            tone = mix(stage.accent(int(stage.dice.unit() * 6)), hexed("#b79a78"), stage.dice.span(0.1, 0.6))
            if books:
                brush.box(at, top + tall - size, min(wide, x + w * 0.97 - at) * 0.92, size, tone)
                brush.box(
                    at,
                    top + tall - size * 0.8,
                    min(wide, x + w * 0.97 - at) * 0.92,
                    size * 0.06,
                    mix(tone, (255, 240, 210), 0.5),
                )
            else:
                brush.panel(
                    at,
                    top + tall - size * 0.8,
                    min(wide * 1.3, x + w * 0.97 - at),
                    size * 0.8,
                    wide * 0.3,
                    tone,
                )
                wide *= 1.5
            at += wide
        brush.box(x, top + tall, w, h * 0.016, scale(WOOD, 0.82))


def table(brush: Brush, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """A table standing on (x, y) in its middle."""
    for k in (-0.42, 0.42):
        brush.poly(
            [
                (x + k * w - w * 0.02, y - h),
                (x + k * w + w * 0.02, y - h),
                (x + k * w + w * 0.014, y),
                (x + k * w - w * 0.014, y),
            ],
            scale(colour, 0.62),
        )
    brush.poly(
        [
            (x - w * 0.44, y - h * 1.12),
            (x + w * 0.44, y - h * 1.12),
            (x + w * 0.52, y - h * 0.96),
            (x - w * 0.52, y - h * 0.96),
        ],
        colour,
    )
    brush.box(x - w * 0.52, y - h * 0.96, w * 1.04, h * 0.09, scale(colour, 0.75))


def rug(stage: Stage, colour: Colour) -> None:
    y = stage.horizon + (stage.h - stage.horizon) * 0.78
    stage.brush(0.03).oval(stage.w / 2, y, stage.u * 0.58, stage.u * 0.13, colour)
    stage.brush(0.03).oval(stage.w / 2, y, stage.u * 0.5, stage.u * 0.105, mix(colour, (240, 226, 200), 0.3))
    stage.brush(0.03).oval(stage.w / 2, y, stage.u * 0.44, stage.u * 0.09, colour)


def room(stage: Stage) -> None:
    wall = mix(hexed("#c9b79a"), stage.accent(0), 0.2)
    box = shell(stage, wall, hexed("#8d6748"))
    u = stage.u
    wx, wy = box.x(0.58), box.top + u * 0.06
    window(stage, wx, wy, u * 0.3, u * 0.26, city="cabin" not in stage.scene.excerpt.lower())
    curtains(stage, wx, wy, u * 0.3, u * 0.26, mix(stage.accent(1), (220, 200, 170), 0.3))
    picture(stage, box.x(0.12), box.top + u * 0.1, u * 0.13, 2)
    brush = stage.brush(0.08)
    sx, sy, s = box.x(0.26), box.floor + u * 0.07, u * 0.5
    sofa = mix(stage.accent(2), hexed("#7a6a5c"), 0.35)
    brush.panel(sx - s * 0.5, sy - s * 0.42, s, s * 0.3, s * 0.07, scale(sofa, 0.85))
    brush.panel(sx - s * 0.46, sy - s * 0.22, s * 0.46, s * 0.15, s * 0.05, sofa)
    brush.panel(sx + s * 0.0, sy - s * 0.22, s * 0.46, s * 0.15, s * 0.05, sofa)
    for k in (-0.56, 0.44):
        brush.panel(sx + k * s, sy - s * 0.3, s * 0.13, s * 0.27, s * 0.05, scale(sofa, 0.92))
    brush.panel(sx - s * 0.5, sy - s * 0.1, s * 1.0, s * 0.08, s * 0.02, scale(sofa, 0.66))
    if "fire" in stage.scene.features:
        fireplace(stage, box.x(0.9), box.floor + u * 0.02, u * 0.34)
    else:
        draw_thing(brush.at(box.x(0.95), box.floor + u * 0.04, scale=u * 0.34), "lamp", (232, 178, 96))
        if stage.light.lamps:
            stage.shine(box.x(0.95), box.floor - u * 0.22, u * 0.4, (240, 170, 90), 0.85)
    rug(stage, mix(stage.accent(0), hexed("#7a4a3c"), 0.3))


def fireplace(stage: Stage, x: float, y: float, s: float) -> None:
    brush, raw = stage.brush(0.05), stage.raw()
    brush.box(x - s * 0.55, y - s * 0.95, s * 1.1, s * 0.98, hexed("#9a7a66"))
    brush.box(x - s * 0.62, y - s * 1.02, s * 1.24, s * 0.1, hexed("#6b4f3e"))
    raw.panel(x - s * 0.36, y - s * 0.66, s * 0.72, s * 0.68, s * 0.16, (34, 22, 22))
    for dx, h, c in (
        (-0.14, 0.3, "#e0582a"),
        (0.12, 0.34, "#e0582a"),
        (0.0, 0.46, "#f08a34"),
        (-0.05, 0.28, "#fbd06a"),
        (0.07, 0.22, "#fbd06a"),
    ):
        raw.blob(
            [
                (x + dx * s - s * 0.09, y),
                (x + dx * s - s * 0.05, y - s * h * 0.5),
                (x + dx * s, y - s * h),
                (x + dx * s + s * 0.06, y - s * h * 0.5),
                (x + dx * s + s * 0.09, y),
            ],
            hexed(c),
        )
    stage.shine(x, y - s * 0.25, s * 1.7, (255, 130, 50), 0.9)


def kitchen(stage: Stage) -> None:
    box = shell(stage, mix(hexed("#d6cdb8"), stage.accent(1), 0.15), hexed("#a08a70"))
    u = stage.u
    brush = stage.brush(0.08)
    window(stage, box.x(0.36), box.top + u * 0.09, u * 0.26, u * 0.17, city=False)
    cab = mix(stage.accent(0), hexed("#8a9a8c"), 0.45)
    y = box.floor + u * 0.03
    brush.box(box.left, y - u * 0.22, box.right - box.left, u * 0.22, cab)
    for k in range(6):
        cx = box.x(k / 6 + 0.01)
        brush.panel(cx, y - u * 0.19, (box.right - box.left) / 6 * 0.86, u * 0.17, u * 0.008, scale(cab, 0.9))
        brush.oval(
            cx + (box.right - box.left) / 6 * 0.74, y - u * 0.11, u * 0.007, u * 0.007, hexed("#d9c28a")
        )
    brush.box(box.left - u * 0.01, y - u * 0.245, box.right - box.left + u * 0.02, u * 0.03, hexed("#e6dcc8"))
    for part, kind in ((0.08, "teapot"), (0.2, "bowl"), (0.74, "jar"), (0.84, "bottle"), (0.92, "basket")):
        draw_thing(brush.at(box.x(part), y - u * 0.243, scale=u * 0.1), kind)
    for part in (0.06, 0.78):
        brush.panel(box.x(part), box.top + u * 0.04, u * 0.22, u * 0.16, u * 0.01, scale(cab, 0.95))
        brush.wire(
            (box.x(part) + u * 0.11, box.top + u * 0.05),
            (box.x(part) + u * 0.11, box.top + u * 0.19),
            u * 0.004,
            scale(cab, 0.7),
        )
    for part in (0.3, 0.7):
        lamp(stage, box.x(part), box.top - u * 0.02, u * 0.1)
    table(stage.brush(0.03), stage.w * 0.5, box.floor + u * 0.26, u * 0.8, u * 0.18, hexed("#9a7350"))


def bedroom(stage: Stage) -> None:
    box = shell(stage, mix(hexed("#b9aeb4"), stage.accent(0), 0.25), hexed("#8a6a50"))
    u = stage.u
    window(stage, box.x(0.1), box.top + u * 0.06, u * 0.26, u * 0.26)
    curtains(
        stage, box.x(0.1), box.top + u * 0.06, u * 0.26, u * 0.26, mix(stage.accent(1), (230, 220, 210), 0.4)
    )
    picture(stage, box.x(0.5), box.top + u * 0.07, u * 0.12, 1)
    brush = stage.brush(0.06)
    x, y, s = box.x(0.78), box.floor + u * 0.1, u * 0.56
    brush.panel(x - s * 0.44, y - s * 0.62, s * 0.88, s * 0.4, s * 0.06, scale(WOOD, 0.85))
    for k in (-0.36, 0.02):
        brush.panel(x + k * s, y - s * 0.42, s * 0.34, s * 0.16, s * 0.07, hexed("#efe9df"))
    quilt = mix(stage.accent(2), (220, 206, 190), 0.15)
    brush.poly(
        [
            (x - s * 0.42, y - s * 0.3),
            (x + s * 0.42, y - s * 0.3),
            (x + s * 0.52, y + s * 0.1),
            (x - s * 0.52, y + s * 0.1),
        ],
        quilt,
    )
    brush.poly(
        [
            (x - s * 0.42, y - s * 0.3),
            (x + s * 0.42, y - s * 0.3),
            (x + s * 0.44, y - s * 0.22),
            (x - s * 0.44, y - s * 0.22),
        ],
        hexed("#f0e9dc"),
    )
    for k in range(1, 6):
        brush.wire(
            (x - s * 0.44 + k * s * 0.147, y - s * 0.2),
            (x - s * 0.52 + k * s * 0.173, y + s * 0.1),
            s * 0.008,
            scale(quilt, 0.82),
        )
    draw_thing(brush.at(box.x(0.5), box.floor - u * 0.0, scale=u * 0.18), "lamp", (240, 190, 110))
    if stage.light.lamps:
        stage.shine(box.x(0.5), box.floor - u * 0.12, u * 0.42, (240, 170, 90), 0.8)
    rug(stage, mix(stage.accent(3), (200, 180, 160), 0.3))


def office(stage: Stage) -> None:
    box = shell(stage, hexed("#b7bcbd"), hexed("#7f8286"), boards=False)
    u = stage.u
    for k in range(3):
        window(
            stage,
            box.x(0.04 + 0.32 * k),
            box.top + u * 0.05,
            (box.right - box.left) * 0.28,
            u * 0.27,
            panes=2,
        )
    brush = stage.brush(0.06)
    for part in (0.22, 0.76):
        x, y = box.x(part), box.floor + u * 0.1
        table(brush, x, y, u * 0.44, u * 0.16, hexed("#a58a6c"))
        draw_thing(brush.at(x - u * 0.06, y - u * 0.178, scale=u * 0.13), "laptop")
        draw_thing(brush.at(x + u * 0.12, y - u * 0.178, scale=u * 0.05), "cup")
        draw_thing(brush.at(x + u * 0.17, y - u * 0.178, scale=u * 0.13), "lamp", stage.accent(0))
    for part in (0.25, 0.75):
        raw = stage.raw() if stage.light.lamps else brush
        raw.poly(
            [
                (box.x(part) - u * 0.12, box.top - u * 0.05),
                (box.x(part) + u * 0.12, box.top - u * 0.05),
                (box.x(part) + u * 0.15, box.top - u * 0.075),
                (box.x(part) - u * 0.15, box.top - u * 0.075),
            ],
            (246, 246, 232),
        )
    plant(stage, box.x(0.5), box.floor + u * 0.06, u * 0.24)


def plant(stage: Stage, x: float, y: float, s: float) -> None:
    brush = stage.brush(0.04)
    for k in range(7):
        a = -math.pi * (0.15 + 0.117 * k)
        tip = (x + math.cos(a) * s * 0.42, y - s * 0.34 + math.sin(a) * s * 0.66)
        brush.blob(
            [
                (x - s * 0.03, y - s * 0.3),
                ((x + tip[0]) / 2 - s * 0.05, (y - s * 0.3 + tip[1]) / 2 - s * 0.06),
                tip,
                ((x + tip[0]) / 2 + s * 0.06, (y - s * 0.3 + tip[1]) / 2 + s * 0.02),
            ],
            scale(hexed("#5d8a58"), 0.8 + 0.05 * k),
        )
    brush.poly(
        [(x - s * 0.17, y - s * 0.32), (x + s * 0.17, y - s * 0.32), (x + s * 0.12, y), (x - s * 0.12, y)],
        hexed("#b5744e"),
    )


def library(stage: Stage) -> None:
    box = shell(stage, hexed("#a58d6e"), hexed("#7a573c"))
    u = stage.u
    brush = stage.brush(0.14)
    wide = box.right - box.left
    for k in range(3):
        if k == 1:
            window(stage, box.x(0.4), box.top + u * 0.05, wide * 0.2, u * 0.3, city=False)
        else:
            shelf(
                stage,
                brush,
                box.x(0.02 if k == 0 else 0.66),
                box.top + u * 0.02,
                wide * 0.32,
                box.floor - box.top - u * 0.02,
                5,
                books=True,
            )
    vanish = (stage.w / 2, stage.horizon)
    for x in (stage.w * -0.02, stage.w * 1.02):
        wall = Wall(x=x, top=-stage.h * 0.05, bottom=stage.h * 1.0, vanish=vanish)
        for row in range(5):
            for k in range(12):
                t = 0.02 + k * 0.03
                tone = mix(stage.accent(k * 7 + row * 3), hexed("#a58a6a"), 0.35)
                stage.brush(0.02).poly(
                    wall.quad(
                        t, t + 0.026, 0.06 + 0.19 * row + 0.03 * ((k * 5 + row) % 3), 0.22 + 0.19 * row
                    ),
                    scale(tone, 0.7),
                )
            stage.brush(0.02).poly(
                wall.quad(0.0, 0.4, 0.22 + 0.19 * row, 0.235 + 0.19 * row), scale(WOOD, 0.6)
            )
    for part in (0.3, 0.7):
        lamp(stage, box.x(part), box.top + u * 0.02, u * 0.09)
    table(stage.brush(0.03), stage.w * 0.5, box.floor + u * 0.2, u * 0.66, u * 0.14, hexed("#8a5f3e"))
    draw_thing(
        stage.brush(0.02).at(stage.w * 0.5 - u * 0.2, box.floor + u * 0.046, scale=u * 0.1),
        "book",
        stage.accent(1),
    )
    draw_thing(
        stage.brush(0.02).at(stage.w * 0.5 + u * 0.22, box.floor + u * 0.046, scale=u * 0.15),
        "lamp",
        hexed("#5f8a6a"),
    )


def school(stage: Stage) -> None:
    box = shell(stage, hexed("#cfc8ae"), hexed("#9a7a58"))
    u = stage.u
    brush = stage.brush(0.1)
    wide = box.right - box.left
    brush.panel(box.x(0.14), box.top + u * 0.06, wide * 0.5, u * 0.22, u * 0.01, WOOD)
    brush.box(box.x(0.155), box.top + u * 0.075, wide * 0.47, u * 0.19, hexed("#3d5a4c"))
    for k in range(5):
        brush.line(
            [
                (box.x(0.2), box.top + u * (0.1 + 0.03 * k)),
                (box.x(0.3 + 0.05 * (k % 3)), box.top + u * (0.103 + 0.03 * k)),
                (box.x(0.4 + 0.05 * (k % 2)), box.top + u * (0.1 + 0.03 * k)),
            ],
            u * 0.004,
            (226, 230, 220),
            0.7,
        )
    window(stage, box.x(0.74), box.top + u * 0.05, wide * 0.22, u * 0.26, city=False)
    for row, (y, s) in enumerate(((0.08, 0.2), (0.24, 0.3))):
        for k in range(-2, 3):
            if row == 1 and k == 0:
                continue
            x = stage.w / 2 + k * s * u * 1.25
            table(stage.brush(0.1 - 0.04 * row), x, box.floor + u * y, s * u, s * u * 0.5, hexed("#b58a5a"))


def hospital(stage: Stage) -> None:
    box = shell(stage, hexed("#cfdad6"), hexed("#a9b8b4"), boards=False, depth=0.34)
    u = stage.u
    window(stage, box.x(0.34), box.top + u * 0.04, (box.right - box.left) * 0.32, u * 0.14)
    vanish = (stage.w / 2, stage.horizon)
    for x in (stage.w * -0.1, stage.w * 1.1):
        wall = Wall(
            x=x, top=stage.horizon - stage.h * 0.8, bottom=stage.horizon + stage.h * 0.72, vanish=vanish
        )
        for a in (0.14, 0.42, 0.56):
            stage.brush(0.08).poly(wall.quad(a, a + 0.09, 0.4, 1.0), hexed("#8fa8a4"))
            stage.brush(0.08).poly(wall.quad(a + 0.025, a + 0.065, 0.48, 0.62), hexed("#dbe8e6"))
        stage.brush(0.05).poly(wall.quad(0.0, 0.66, 0.72, 0.74), hexed("#7d9a94"))
    for t in (0.1, 0.34, 0.52):
        y = -stage.h * 0.1 + (stage.horizon + stage.h * 0.1) * t
        half = stage.u * 0.24 * (1 - t)
        stage.raw().poly(
            [
                (stage.w / 2 - half, y),
                (stage.w / 2 + half, y),
                (stage.w / 2 + half * 0.86, y + u * 0.05 * (1 - t)),
                (stage.w / 2 - half * 0.86, y + u * 0.05 * (1 - t)),
            ],
            (240, 248, 244),
        )
        stage.shine(stage.w / 2, y, half * 1.6, (190, 210, 205), 0.4)


def cafe(stage: Stage) -> None:
    box = shell(stage, mix(hexed("#8c6f58"), stage.accent(0), 0.22), hexed("#6d4f3a"))
    u = stage.u
    wide = box.right - box.left
    window(stage, box.x(0.06), box.top + u * 0.08, wide * 0.36, u * 0.24, panes=3)
    shelf(stage, stage.brush(0.1), box.x(0.54), box.top + u * 0.05, wide * 0.4, u * 0.2, 2, books=False)
    brush = stage.brush(0.08)
    y = box.floor + u * 0.06
    brush.box(box.x(0.5), y - u * 0.2, wide * 0.56, u * 0.2, scale(WOOD, 0.7))
    brush.box(box.x(0.49), y - u * 0.225, wide * 0.58, u * 0.03, hexed("#c9a27a"))
    for k, kind in ((0.58, "teapot"), (0.68, "cup"), (0.74, "cup"), (0.86, "cake"), (0.96, "jar")):
        draw_thing(brush.at(box.x(k), y - u * 0.222, scale=u * 0.085), kind)
    table(stage.brush(0.04), box.x(0.16), y + u * 0.08, u * 0.3, u * 0.17, hexed("#9a6f4c"))
    draw_thing(stage.brush(0.04).at(box.x(0.16), y - u * 0.11, scale=u * 0.06), "cup")
    for k in (0.2, 0.5, 0.8):
        lamp(stage, box.x(k), box.top + u * 0.05, u * 0.08)
    plant(stage, box.x(0.46), y + u * 0.02, u * 0.22)


def shop(stage: Stage) -> None:
    box = shell(stage, hexed("#c2b597"), hexed("#8a7258"))
    u = stage.u
    wide = box.right - box.left
    for k in (0.0, 0.68):
        shelf(
            stage,
            stage.brush(0.12),
            box.x(k),
            box.top + u * 0.02,
            wide * 0.32,
            box.floor - box.top - u * 0.02,
            4,
            books=False,
        )
    stage.brush(0.1).panel(
        box.x(0.38),
        box.top + u * 0.1,
        wide * 0.24,
        box.floor - box.top - u * 0.1,
        u * 0.01,
        scale(WOOD, 0.75),
    )
    window(stage, box.x(0.41), box.top + u * 0.13, wide * 0.18, u * 0.2)
    table(stage.brush(0.04), stage.w * 0.5, box.floor + u * 0.18, u * 0.7, u * 0.17, scale(WOOD, 1.1))
    for k, kind in ((-0.24, "jar"), (-0.1, "box"), (0.12, "basket"), (0.26, "bottle")):
        draw_thing(stage.brush(0.03).at(stage.w * 0.5 + k * u, box.floor - u * 0.005, scale=u * 0.12), kind)
    for k in (0.2, 0.8):
        lamp(stage, box.x(k), box.top + u * 0.02, u * 0.1)


def theatre(stage: Stage) -> None:
    stage.gradient((0, 0, stage.w, stage.h), (hexed("#1a1420"), hexed("#2c1c2a"), hexed("#3a2430")))
    u = stage.u
    raw = stage.raw()
    floor = stage.horizon + u * 0.1
    stage.gradient((0, floor, stage.w, stage.h), (hexed("#5a3c30"), hexed("#8a5d44"), hexed("#6b4634")))
    drape = mix(hexed("#8c2430"), stage.accent(0), 0.2)
    for k in range(int(stage.w / (u * 0.08)) + 1):
        x = k * u * 0.08
        middle = abs(x / stage.w - 0.5)
        if middle > 0.26:
            raw.box(x, 0, u * 0.085, floor + u * 0.06, scale(drape, 0.6 + 0.35 * (k % 2)))
        else:
            raw.box(x, 0, u * 0.085, floor, scale(drape, 0.26 + 0.06 * (k % 2)))
    for k in range(int(stage.w / (u * 0.16)) + 1):
        raw.oval(k * u * 0.16, 0, u * 0.1, u * 0.13, scale(drape, 0.9 if k % 2 else 0.75))
    for x in (0.3, 0.7):
        raw.poly(
            [
                (stage.w * x, -9),
                (stage.w * x + u * 0.03, -9),
                (stage.w * 0.5 + u * 0.3, stage.h * 0.9),
                (stage.w * 0.5 - u * 0.3, stage.h * 0.9),
            ],
            (255, 240, 200),
            0.13,
        )
    raw.oval(stage.w * 0.5, stage.h * 0.88, u * 0.44, u * 0.09, (255, 236, 190), 0.35)
    stage.shine(stage.w * 0.5, stage.h * 0.5, u * 0.7, (200, 160, 110), 0.5)


def carriage(stage: Stage) -> None:
    box = shell(
        stage, mix(hexed("#c0b49c"), stage.accent(1), 0.14), hexed("#6d6258"), boards=False, depth=0.7
    )
    u = stage.u
    wide = box.right - box.left
    for k in range(2):
        window(stage, box.x(0.05 + 0.5 * k), box.top + u * 0.08, wide * 0.4, u * 0.28, panes=1, city=k == 1)
    brush = stage.brush(0.06)
    seat = mix(stage.accent(0), hexed("#3f6a5c"), 0.5)
    for k in range(-1, 4):
        x = box.x(0.02 + 0.33 * k)
        brush.panel(x, box.floor - u * 0.17, wide * 0.27, u * 0.24, u * 0.03, seat)
        brush.panel(x + wide * 0.02, box.floor - u * 0.2, wide * 0.23, u * 0.06, u * 0.02, (236, 230, 214))
        brush.panel(x - wide * 0.01, box.floor + u * 0.05, wide * 0.29, u * 0.07, u * 0.02, scale(seat, 0.78))
    brush.box(box.left - stage.w, box.top - u * 0.0, wide + stage.w * 2, u * 0.025, hexed("#7d7468"))
    for k in range(6):
        x = box.x(0.1 + 0.16 * k)
        brush.wire((x, box.top + u * 0.02), (x, box.top + u * 0.085), u * 0.005, (90, 84, 78))
        brush.panel(x - u * 0.016, box.top + u * 0.08, u * 0.032, u * 0.032, u * 0.012, (214, 206, 190))
    for part in (0.25, 0.75):
        stage.raw().box(box.x(part) - u * 0.14, box.top - u * 0.06, u * 0.28, u * 0.014, (255, 246, 220))
        stage.shine(box.x(part), box.top - u * 0.04, u * 0.3, (210, 190, 150), 0.4)


def car(stage: Stage) -> None:
    stage.horizon *= 0.9
    stage.gradient((0, 0, stage.w, stage.h), (*stage.light.sky, stage.light.tone(0.3)((96, 96, 100))))
    skyline(stage, stage.horizon + stage.u * 0.06, stage.u * 0.34, 0.5, hexed("#6a7480"))
    u = stage.u
    brush = stage.brush(0.0)
    ink = hexed("#2c2a30")
    brush.poly(
        [
            (-9, -9),
            (stage.w * 0.1, -9),
            (stage.w * 0.2, stage.horizon + u * 0.1),
            (-9, stage.horizon + u * 0.16),
        ],
        ink,
    )
    brush.poly(
        [
            (stage.w + 9, -9),
            (stage.w * 0.9, -9),
            (stage.w * 0.8, stage.horizon + u * 0.1),
            (stage.w + 9, stage.horizon + u * 0.16),
        ],
        ink,
    )
    brush.box(-9, -9, stage.w + 18, stage.h * 0.08, scale(ink, 1.2))
    brush.panel(stage.w * 0.5 - u * 0.14, stage.h * 0.05, u * 0.28, u * 0.08, u * 0.03, scale(ink, 0.7))
    brush.panel(
        stage.w * 0.5 - u * 0.125,
        stage.h * 0.05 + u * 0.012,
        u * 0.25,
        u * 0.054,
        u * 0.02,
        mix(stage.light.sky[1], (70, 80, 90), 0.4),
    )
    brush.poly(
        [
            (-9, stage.horizon + u * 0.1),
            (stage.w + 9, stage.horizon + u * 0.1),
            (stage.w + 9, stage.h + 9),
            (-9, stage.h + 9),
        ],
        hexed("#3a3638"),
    )
    for k in (0.2, 0.62):
        brush.panel(
            stage.w * k,
            stage.horizon - u * 0.06,
            u * 0.36,
            stage.h,
            u * 0.06,
            mix(hexed("#5d463a"), stage.accent(0), 0.2),
        )
        brush.panel(
            stage.w * k + u * 0.09, stage.horizon - u * 0.17, u * 0.18, u * 0.13, u * 0.04, hexed("#4d3a32")
        )


def studio(stage: Stage) -> None:
    """A seamless backdrop with soft light."""
    base = mix(hexed("#d9d4ca"), stage.accent(0), 0.16)
    low = stage.scene.excerpt.lower()
    if "white" in low or "白" in low:
        base = hexed("#eeece8")
    elif "black" in low or "黑色背景" in low:
        base = hexed("#34323a")
    y = stage.horizon + stage.u * 0.14
    stage.gradient((0, 0, stage.w, y), (scale(base, 0.8), scale(base, 0.96), base))
    stage.gradient((0, y, stage.w, stage.h), (base, scale(base, 0.94), scale(base, 0.8)))
    stage.shine(stage.w * 0.5, stage.horizon * 0.8, stage.u * 0.7, scale(base, 0.22), 0.8)


def lanterned(stage: Stage) -> None:
    """Lanterns over a room whose prompt asks for them."""
    if "lanterns" in stage.scene.features:
        lantern_string(
            stage, (0, stage.h * 0.06), (stage.w, stage.h * 0.05), 6, stage.u * 0.06, (hexed("#d8432c"),)
        )


INTERIORS = {
    "room": room, "kitchen": kitchen, "bedroom": bedroom, "office": office, "library": library,
    "school": school, "hospital": hospital, "cafe": cafe, "shop": shop, "stage": theatre,
    "train": carriage, "car": car, "studio": studio,
}  # fmt: skip
