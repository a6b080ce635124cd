"""Heads: hair, face and expression, from a dot in the distance to a face that fills the frame.

Drawn in head units: the head is about one high, its centre at the origin, looking to +x.
"""

from __future__ import annotations

import itertools
from types import MappingProxyType
from typing import Final

from seedream_pipe.providers.preview.brush import Brush, Point
from seedream_pipe.providers.preview.colour import Colour, mix, scale
from seedream_pipe.providers.preview.looks import Look

__all__ = ["draw_behind_head", "draw_head"]

INK: Colour = (34, 28, 34)


def draw_head(
    brush: Brush, look: Look, *, turn: float, back: bool, mood: str | None, hood: bool, gaze: float = 0.0
) -> None:
    """Draw a head. `turn` 0 looks at us, 1 is profile; `gaze` moves the eyes, -1 up to 1 down."""
    if look.kind == "robot":
        draw_robot_head(brush, look, turn=turn, back=back)
        return
    if look.kind == "astronaut":
        draw_helmet(brush, turn=turn, back=back)
        return
    if back:
        hair_from_behind(brush, look, hood=hood)
    else:
        draw_face(brush, look, turn=turn, mood=mood, gaze=gaze)
        hair_in_front(brush, look, turn=turn)
    if hood:
        hood_front(brush, look, back=back)
    elif look.hat:
        draw_hat(brush, look)


def draw_behind_head(brush: Brush, look: Look, *, turn: float, hood: bool) -> None:
    """Draw what falls behind neck and shoulders; before the body is drawn."""
    if look.kind in ("robot", "astronaut"):
        return
    if hood:
        hood_back(brush, look)
    else:
        hair_behind(brush, look, turn=turn)


def face_shape(look: Look, turn: float) -> list[Point]:
    jaw = 0.05 if look.female or look.young else 0.0
    soft = 0.03 if look.young else 0.0
    left = [(-0.37, -0.12), (-0.365 + jaw * 0.3, 0.1), (-0.29 + jaw + -soft, 0.32), (-0.13 - soft, 0.45)]
    right = [(-x, y) for x, y in reversed(left)]
    points = [*left, (0.0, 0.485), *right, (0.29, -0.42), (0.0, -0.52), (-0.29, -0.42)]
    return [(x + turn * (0.07 if y > 0.2 else 0.02), y) for x, y in points]


def draw_face(brush: Brush, look: Look, *, turn: float, mood: str | None, gaze: float) -> None:
    skin = look.skin
    dark = mix(skin, (120, 50, 40), 0.32)
    ear = -0.37 + 0.24 * turn
    fine = brush.scale > 34
    brush.blob(face_shape(look, turn), skin)
    if turn > 0.6:
        brush.blob([(0.36, 0.0), (0.405, 0.12), (0.46, 0.21), (0.4, 0.255), (0.34, 0.26), (0.3, 0.1)], skin)
    brush.oval(ear, 0.08, 0.065, 0.105, mix(skin, dark, 0.25))
    if turn < 0.3:
        brush.oval(0.37, 0.08, 0.055, 0.1, mix(skin, dark, 0.25))
    if fine:
        brush.oval(ear - 0.01, 0.085, 0.03, 0.06, dark, 0.35)
        brush.blob(
            [(-0.36, -0.35), (0, -0.22), (0.36, -0.35), (0.36, -0.1), (0, -0.06), (-0.36, -0.1)], dark, 0.16
        )
    shift = 0.17 * turn
    for side in (1,) if turn > 0.85 else (-1, 1):
        narrow = 1.0 - 0.42 * turn if side > 0 else 1.0
        x = side * (0.175 - 0.03 * turn) + shift
        if turn > 0.85:
            x, narrow = 0.235, 0.72
        brush.oval(
            x * (1.12 if turn < 0.55 else 0.92),
            0.225,
            0.085 * narrow,
            0.055,
            (226, 96, 84),
            0.26 if look.young else 0.16,
        )
        draw_eye(brush, look, x, side=side, narrow=narrow, mood=mood, gaze=gaze, fine=fine)
    draw_nose(brush, dark, shift, turn, fine=fine)
    draw_mouth(brush, look, 0.15 * turn if turn < 0.85 else 0.27, mood=mood, fine=fine)
    if look.beard:
        draw_beard(brush, look, turn)
    if look.old and fine:
        for side in (-1, 1):
            brush.line(
                [(side * 0.11 + shift, 0.24), (side * 0.17 + shift, 0.31), (side * 0.16 + shift, 0.37)],
                0.012,
                dark,
                0.6,
            )
        brush.line([(-0.16 + shift, -0.19), (shift, -0.21), (0.16 + shift, -0.19)], 0.01, dark, 0.5)
    if look.glasses:
        draw_glasses(brush, shift, turn)


def draw_eye(
    brush: Brush, look: Look, x: float, *, side: int, narrow: float, mood: str | None, gaze: float, fine: bool
) -> None:
    y = 0.085 if look.young else 0.055
    wide = (0.088 if look.young else 0.078) * narrow
    high = {"surprised": 0.085, "angry": 0.045, "happy": 0.052}.get(mood or "", 0.062)
    high *= 1.25 if look.young else 1.0
    if mood == "calm":
        brush.line([(x - wide, y), (x, y + 0.03), (x + wide, y)], 0.026, INK)
    elif not fine:
        brush.oval(x, y, wide * 0.62, high * 0.95, INK)
    else:
        lid = [
            (x - wide, y + 0.012),
            (x - wide * 0.45, y - high * 0.86),
            (x + wide * 0.45, y - high * 0.86),
            (x + wide, y),
        ]
        brush.blob(
            [*lid, (x + wide * 0.4, y + high * 0.72), (x - wide * 0.45, y + high * 0.72)], (246, 242, 236)
        )
        iris = x + 0.018 * narrow
        iy = y - 0.004 + gaze * 0.02
        brush.oval(iris, iy, 0.052 * narrow, min(0.058, high * 0.92), look.eyes)
        brush.oval(iris, iy + 0.012, 0.036 * narrow, 0.03, mix(look.eyes, (210, 170, 120), 0.35), 0.7)
        brush.oval(iris, iy, 0.027 * narrow, 0.03, (16, 12, 16))
        brush.oval(iris - 0.017, iy - 0.021, 0.014, 0.015, (255, 255, 255))
        brush.line(lid, 0.03 if look.female else 0.024, INK)
        if look.female:
            brush.line([(x + side * wide * 0.8, y - 0.02), (x + side * wide * 1.22, y - 0.055)], 0.018, INK)
    draw_brow(brush, look, x, y - high - 0.062, side=side, narrow=narrow, mood=mood)


def draw_brow(
    brush: Brush, look: Look, x: float, y: float, *, side: int, narrow: float, mood: str | None
) -> None:
    inner, outer, arch = 0.0, 0.012, -0.022
    match mood:
        case "sad":
            inner, outer = -0.035, 0.035
        case "angry":
            inner, outer, arch = 0.045, -0.02, 0.0
        case "surprised":
            inner, outer, arch = -0.04, -0.03, -0.05
        case _:
            pass
    colour = mix(look.hair_colour, INK, 0.35)
    near, far = x - side * 0.085 * narrow, x + side * 0.1 * narrow
    brush.line([(near, y + inner), (x, y + arch), (far, y + outer)], 0.022 if look.female else 0.034, colour)


def draw_nose(brush: Brush, dark: Colour, shift: float, turn: float, *, fine: bool) -> None:
    if turn > 0.6:
        if fine:
            brush.line([(0.37, 0.265), (0.4, 0.255), (0.435, 0.235)], 0.014, dark, 0.8)
        return
    tip = shift * 1.25 + 0.015
    if fine:
        brush.blob(
            [
                (tip - 0.035, 0.0),
                (tip + 0.03, 0.19),
                (tip + 0.015, 0.225),
                (tip - 0.06, 0.222),
                (tip - 0.05, 0.16),
            ],
            dark,
            0.22,
        )
    brush.line([(tip - 0.045, 0.205), (tip, 0.228), (tip + 0.045, 0.2)], 0.016, dark, 0.85)


def draw_mouth(brush: Brush, look: Look, shift: float, *, mood: str | None, fine: bool) -> None:
    lip = mix(look.skin, (178, 52, 58), 0.62 if look.female else 0.38)
    line = mix(lip, INK, 0.45)
    y = 0.33
    match mood:
        case "happy":
            brush.blob(
                [
                    (shift - 0.12, y - 0.015),
                    (shift, y + 0.012),
                    (shift + 0.12, y - 0.015),
                    (shift + 0.06, y + 0.06),
                    (shift - 0.06, y + 0.06),
                ],
                mix(line, (90, 20, 24), 0.4),
            )
            brush.blob(
                [(shift - 0.1, y - 0.006), (shift, y + 0.014), (shift + 0.1, y - 0.006), (shift, y + 0.026)],
                (250, 246, 240),
            )
        case "sad":
            brush.line([(shift - 0.09, y + 0.03), (shift, y), (shift + 0.09, y + 0.03)], 0.022, line)
        case "angry":
            brush.line([(shift - 0.09, y + 0.02), (shift, y + 0.0), (shift + 0.09, y + 0.016)], 0.028, line)
        case "surprised" | "talk":
            brush.oval(shift, y + 0.015, 0.05, 0.06, mix(line, (60, 10, 16), 0.5))
            brush.oval(shift, y + 0.05, 0.03, 0.018, lip)
        case _:
            if fine:
                brush.blob(
                    [
                        (shift - 0.09, y),
                        (shift - 0.03, y - 0.026),
                        (shift, y - 0.016),
                        (shift + 0.03, y - 0.026),
                        (shift + 0.09, y - 0.002),
                        (shift, y + 0.05),
                    ],
                    lip,
                    0.75,
                )
            brush.line(
                [(shift - 0.095, y - 0.004), (shift, y + 0.012), (shift + 0.095, y - 0.008)], 0.018, line
            )


def draw_beard(brush: Brush, look: Look, turn: float) -> None:
    s = 0.08 * turn
    shape = [
        (-0.36 + s, 0.08),
        (-0.3 + s, 0.24),
        (-0.14 + s, 0.26),
        (s + 0.04, 0.245),
        (0.17 + s, 0.26),
        (0.31 + s, 0.24),
        (0.37 + s * 0.3, 0.08),
        (0.33 + s, 0.42),
        (0.13 + s, 0.64),
        (s, 0.68),
        (-0.13 + s, 0.64),
        (-0.33 + s, 0.42),
    ]
    brush.blob(shape, look.hair_colour)
    brush.line(
        [(-0.08 + s * 1.5, 0.335), (s * 1.5, 0.345), (0.08 + s * 1.5, 0.335)],
        0.022,
        mix(look.skin, (120, 30, 36), 0.6),
    )
    for k in range(5):
        x = -0.2 + k * 0.1 + s
        brush.line(
            [(x, 0.42), (x * 0.9, 0.52), (x * 0.75 + s * 0.2, 0.6)], 0.012, scale(look.hair_colour, 0.8), 0.5
        )


def draw_glasses(brush: Brush, shift: float, turn: float) -> None:
    ink = (40, 34, 38)
    for side in (-1, 1):
        x = side * (0.175 - 0.03 * turn) + shift
        rx = 0.125 * (1 - 0.35 * turn if side > 0 else 1)
        brush.oval(x, 0.07, rx, 0.115, (215, 232, 240), 0.22)
        steps = [
            (x + rx * c, 0.07 + 0.115 * s)
            for c, s in (
                (1, 0),
                (0.7, 0.7),
                (0, 1),
                (-0.7, 0.7),
                (-1, 0),
                (-0.7, -0.7),
                (0, -1),
                (0.7, -0.7),
                (1, 0),
            )
        ]
        for a, b in itertools.pairwise(steps):
            brush.wire(a, b, 0.02, ink)
    brush.wire((shift - 0.05, 0.055), (shift + 0.06, 0.055), 0.02, ink)
    brush.wire((-0.3 + shift, 0.05), (-0.37 + 0.2 * turn, 0.04), 0.018, ink)


# --- hair ----------------------------------------------------------------------------------


FALLS: Final = MappingProxyType(
    {
        "long": (
            "-0.46,-0.25 -0.27,-0.585 0,-0.69 0.27,-0.585",
            "0.46,-0.2 0.47,0.35 0.42,0.95 0.1,1.12 -0.2,1.15 -0.52,1.0",
            "-0.54,0.4",
        ),
        "bob": (
            "-0.46,-0.25 -0.27,-0.585 0,-0.69 0.27,-0.585",
            "0.46,-0.2 0.49,0.3 0.36,0.52",
            "0,0.5 -0.38,0.54 -0.53,0.3",
        ),
        "ponytail": ("-0.3,-0.42 -0.52,-0.38 -0.74,-0.05 -0.72,0.5 -0.6,0.92 -0.5,0.5 -0.4,0", "", ""),
        "": ("-0.42,0.12 -0.44,-0.3 -0.2,-0.58 0.15,-0.6 0.4,-0.35 0.36,-0.1 0,0", "", ""),
    }
)
"""Outlines of hair behind a head; the middle part of each moves when the head turns."""


def fall(style: str, sway: float) -> list[Point]:
    points: list[Point] = []
    for part, moves in zip(FALLS.get(style, FALLS[""]), (0.0, sway, 0.0), strict=True):
        for pair in part.split():
            x, y = pair.split(",")
            points.append((float(x) + moves, float(y)))
    return points


def hair_behind(brush: Brush, look: Look, *, turn: float) -> None:
    h = scale(look.hair_colour, 0.82)
    sway = -0.1 * turn
    match look.hair:
        case "twin":
            for side in (-1, 1):
                x = side * 0.44 + sway
                wide, low = x + side * 0.24, x - side * 0.02
                tail = [(x, -0.12), (x + side * 0.2, 0.05), (wide, 0.5), (x + side * 0.1, 0.92), (low, 0.5)]
                brush.blob(tail, h)
                brush.oval(x + side * 0.06, 0.0, 0.06, 0.06, (200, 80, 74))
        case "bun":
            brush.oval(-0.2 * turn - 0.05, -0.68, 0.22, 0.2, h)
            brush.oval(-0.2 * turn - 0.08, -0.72, 0.12, 0.09, look.hair_colour, 0.8)
        case "curly":
            for x, y, r in CURLS:
                brush.oval(x, y, r, r, h)
        case style:
            brush.blob(fall(style, sway), h)
            if style == "ponytail":
                brush.oval(-0.43, -0.3, 0.07, 0.07, (190, 70, 66))


CURLS: Final = (
    (-0.4, -0.15, 0.2), (-0.36, 0.15, 0.19), (0.4, -0.15, 0.2), (0.34, 0.12, 0.17),
    (-0.24, -0.48, 0.24), (0.05, -0.56, 0.26), (0.3, -0.42, 0.22), (-0.46, 0.0, 0.18),
)  # fmt: skip


def fringe_shape(look: Look, turn: float) -> list[Point]:
    crown = [
        (-0.43, 0.06),
        (-0.455, -0.26),
        (-0.3, -0.55),
        (0.0, -0.685),
        (0.29, -0.565),
        (0.44, -0.28),
        (0.41, -0.02),
    ]
    s = 0.1 * turn
    lines: tuple[list[Point], ...] = (
        [
            (0.35, -0.16),
            (0.24 + s, -0.2),
            (0.1 + s, -0.17),
            (-0.05 + s, -0.2),
            (-0.2 + s, -0.16),
            (-0.31, -0.12),
            (-0.345, 0.04),
        ],
        [(0.36, -0.2), (0.16 + s, -0.4), (-0.02 + s, -0.3), (-0.2 + s, -0.18), (-0.33, -0.04)],
        [(0.36, -0.12), (0.2 + s, -0.32), (0.02 + s, -0.42), (-0.16 + s, -0.32), (-0.34, -0.08)],
        [(0.36, -0.1), (0.3 + s, -0.22), (0.12 + s, -0.3), (-0.1 + s, -0.37), (-0.3, -0.3), (-0.35, -0.04)],
    )
    return crown + lines[look.fringe]


def hair_in_front(brush: Brush, look: Look, *, turn: float) -> None:
    h = look.hair_colour
    light = mix(h, (255, 235, 210), 0.28)
    if look.hair == "bald":
        if look.kind != "baby":
            for side in (-1, 1):
                if side < 0 or turn < 0.5:
                    brush.blob(
                        [(side * 0.4, -0.12), (side * 0.44, 0.05), (side * 0.4, 0.2), (side * 0.34, 0.05)], h
                    )
        brush.oval(-0.08, -0.36, 0.14, 0.06, (255, 250, 240), 0.3, turn=-0.2)
        return
    brush.blob(fringe_shape(look, turn), h)
    if look.hair == "curly":
        for x, y, r in (
            (-0.3, -0.38, 0.16),
            (-0.1, -0.46, 0.17),
            (0.14, -0.45, 0.16),
            (0.32, -0.32, 0.13),
            (-0.4, -0.2, 0.12),
        ):
            brush.oval(x, y, r, r, h)
            brush.oval(x - 0.03, y - 0.05, r * 0.5, r * 0.4, light, 0.25)
    if look.hair in ("long", "bob"):
        for side in (-1, 1):
            low = 0.62 if look.hair == "long" else 0.4
            x = side * 0.4 + (0.0 if side < 0 else 0.02)
            brush.blob(
                [
                    (x - side * 0.02, -0.25),
                    (x + side * 0.07, 0.05),
                    (x + side * 0.08, low * 0.7),
                    (x - side * 0.02, low),
                    (x - side * 0.045, 0.15),
                ],
                h,
            )
    if brush.scale > 24:
        brush.line([(-0.3, -0.3), (-0.16, -0.47), (0.06, -0.53)], 0.05, light, 0.5)
        brush.line([(-0.36, -0.12), (-0.3, -0.26), (-0.2, -0.37)], 0.02, light, 0.4)
        for k in range(4):
            x = -0.16 + 0.12 * k
            brush.line([(x * 0.6, -0.62), (x + 0.01, -0.54), (x * 1.2, -0.43)], 0.012, scale(h, 0.7), 0.6)


def hair_from_behind(brush: Brush, look: Look, *, hood: bool) -> None:
    if hood:
        return
    h = look.hair_colour
    if look.hair == "bald":
        brush.oval(0, -0.02, 0.4, 0.5, look.skin)
        brush.blob([(-0.4, -0.05), (0.4, -0.05), (0.36, 0.28), (0, 0.36), (-0.36, 0.28)], h)
        return
    low = {"long": 1.1, "bob": 0.5}.get(look.hair, 0.4)
    brush.blob(
        [
            (-0.45, 0.0),
            (-0.41, -0.36),
            (-0.24, -0.58),
            (0, -0.65),
            (0.24, -0.58),
            (0.41, -0.36),
            (0.45, 0.0),
            (0.43, low * 0.55),
            (0.3, low * 0.9),
            (0, low),
            (-0.3, low * 0.9),
            (-0.43, low * 0.55),
        ],
        h,
    )
    light = mix(h, (255, 235, 210), 0.25)
    for k in range(5):
        x = -0.28 + 0.14 * k
        brush.line(
            [(x * 0.4, -0.55), (x, -0.1), (x * 1.1, low * 0.8)],
            0.018,
            light if k == 1 else scale(h, 0.72),
            0.5,
        )
    if look.hair == "ponytail":
        brush.blob(
            [(-0.1, -0.2), (0.1, -0.2), (0.16, 0.4), (0.06, 1.0), (-0.08, 0.95), (-0.16, 0.4)], scale(h, 0.85)
        )
        brush.oval(0, -0.16, 0.1, 0.06, (190, 70, 66))
    if look.hair == "bun":
        brush.oval(0, -0.4, 0.24, 0.22, scale(h, 0.88))


# --- things on a head ----------------------------------------------------------------------


def hood_back(brush: Brush, look: Look) -> None:
    c = scale(look.top_colour, 0.72)
    brush.blob(
        [
            (-0.56, 0.55),
            (-0.58, -0.1),
            (-0.42, -0.58),
            (0.02, -0.76),
            (0.42, -0.56),
            (0.54, -0.1),
            (0.5, 0.55),
            (0, 0.7),
        ],
        c,
    )


def hood_front(brush: Brush, look: Look, *, back: bool) -> None:
    c = look.top_colour
    if back:
        brush.blob(
            [
                (-0.56, 0.6),
                (-0.58, -0.1),
                (-0.42, -0.58),
                (0.0, -0.78),
                (0.42, -0.58),
                (0.58, -0.1),
                (0.56, 0.6),
                (0, 0.75),
            ],
            c,
        )
        brush.line([(0.0, -0.76), (0.04, -0.2), (0.0, 0.6)], 0.016, scale(c, 0.75))
        return
    rim = [
        (-0.6, 0.62),
        (-0.62, -0.1),
        (-0.45, -0.6),
        (0.0, -0.8),
        (0.45, -0.6),
        (0.6, -0.1),
        (0.56, 0.62),
        (0.36, 0.6),
        (0.43, 0.1),
        (0.38, -0.28),
        (0.0, -0.46),
        (-0.36, -0.28),
        (-0.42, 0.1),
        (-0.36, 0.6),
    ]
    brush.blob(rim, c)
    brush.line(
        [(-0.42, 0.4), (-0.42, 0.0), (-0.3, -0.36), (0, -0.47), (0.31, -0.36), (0.43, 0.0), (0.42, 0.4)],
        0.03,
        scale(c, 0.74),
    )
    brush.line([(-0.5, -0.1), (-0.38, -0.48), (-0.05, -0.67)], 0.035, mix(c, (255, 255, 255), 0.45), 0.6)


def draw_hat(brush: Brush, look: Look) -> None:
    c = look.hat_colour
    brush.blob(
        [
            (-0.43, -0.24),
            (-0.42, -0.5),
            (-0.25, -0.78),
            (0.05, -0.84),
            (0.3, -0.74),
            (0.43, -0.46),
            (0.44, -0.24),
            (0, -0.2),
        ],
        c,
    )
    brush.panel(-0.46, -0.36, 0.92, 0.14, 0.06, scale(c, 0.72))
    if look.pattern % 2:
        brush.blob(
            [(-0.66, -0.22), (-0.3, -0.31), (0.3, -0.31), (0.68, -0.22), (0.35, -0.15), (-0.3, -0.15)],
            scale(c, 0.86),
        )
    brush.line([(-0.3, -0.5), (-0.2, -0.68), (0.0, -0.76)], 0.04, mix(c, (255, 255, 255), 0.4), 0.5)


def draw_robot_head(brush: Brush, look: Look, *, turn: float, back: bool) -> None:
    c = mix(look.top_colour, (205, 210, 216), 0.55)
    brush.wire((0, -0.5), (0, -0.74), 0.04, scale(c, 0.6))
    brush.oval(0, -0.77, 0.065, 0.065, (240, 120, 80))
    brush.panel(-0.42, -0.5, 0.84, 0.92, 0.22, c)
    for side in (-1, 1):
        brush.panel(side * 0.46 - 0.06, -0.12, 0.12, 0.3, 0.05, scale(c, 0.7))
    if back:
        return
    s = 0.1 * turn
    brush.panel(-0.33 + s, -0.26, 0.66, 0.42, 0.16, (30, 36, 46))
    for side in (-1, 1):
        brush.oval(side * 0.15 + s, -0.05, 0.085, 0.1, (120, 226, 236))
        brush.oval(side * 0.15 + s - 0.025, -0.085, 0.025, 0.028, (255, 255, 255))
    for k in range(4):
        brush.box(-0.13 + k * 0.07 + s, 0.25, 0.035, 0.08, scale(c, 0.6))


def draw_helmet(brush: Brush, *, turn: float, back: bool) -> None:
    white = (228, 230, 232)
    brush.oval(0, -0.02, 0.6, 0.64, white)
    brush.oval(-0.06, -0.08, 0.5, 0.52, (244, 245, 246))
    if back:
        return
    s = 0.1 * turn
    brush.oval(s, 0.0, 0.44, 0.42, (64, 52, 38))
    brush.oval(s, -0.02, 0.42, 0.4, (216, 158, 70))
    brush.oval(s + 0.04, 0.08, 0.36, 0.28, (120, 78, 46), 0.7)
    brush.oval(s - 0.16, -0.18, 0.12, 0.07, (255, 246, 222), 0.85, turn=-0.5)
