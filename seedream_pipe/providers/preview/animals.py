"""Animals: heads in head units (about one high, looking to +x), bodies on the ground at the origin."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from seedream_pipe.providers.preview.brush import Brush
from seedream_pipe.providers.preview.colour import Colour, mix, scale
from seedream_pipe.providers.preview.things import draw_thing

__all__ = ["ANIMAL_HEIGHT", "draw_animal", "draw_animal_head"]

INK: Colour = (30, 24, 28)
ANIMAL_HEIGHT: Final = MappingProxyType({
    "cat": 0.3, "dog": 0.42, "rabbit": 0.3, "fox": 0.4, "wolf": 0.52, "bear": 0.85, "panda": 0.7, "deer": 0.9,
    "horse": 1.15, "cow": 0.95, "sheep": 0.6, "pig": 0.5, "mouse": 0.2, "elephant": 1.6, "tiger": 0.68,
    "lion": 0.74, "monkey": 0.5, "frog": 0.2, "turtle": 0.24, "duck": 0.32, "hen": 0.32, "owl": 0.32,
    "bird": 0.2, "fish": 0.26, "dragon": 1.5, "butterfly": 0.12,
})  # fmt: skip
POINTED: Final = frozenset({"cat", "fox", "wolf", "tiger", "dragon"})
ROUND: Final = frozenset({"bear", "panda", "mouse", "lion", "monkey", "elephant", "frog", "turtle"})
HOOF: Colour = (48, 40, 40)
HOOFED: Final = frozenset({"horse", "cow", "deer", "sheep", "pig"})
BIRDS: Final = frozenset({"duck", "hen", "owl", "bird"})


def draw_animal_head(
    brush: Brush, kind: str, coat: Colour, *, turn: float, back: bool = False, mood: str | None = None
) -> None:
    """Draw an animal's head; with `turn` over 0.85 from the side."""
    if turn > 0.85 and not back and kind in SNOUTS:
        head_in_profile(brush, kind, coat, mood=mood)
        return
    dark, pale = scale(coat, 0.72), mix(coat, (252, 244, 232), 0.72)
    ears(brush, kind, coat, dark)
    if kind == "lion":
        for k in range(12):
            brush.oval(0.5 * COS[k], 0.5 * SIN[k], 0.2, 0.2, (150, 88, 44))
    wide = 0.5 if kind in ("cat", "panda", "bear", "tiger", "lion", "owl", "frog", "pig") else 0.44
    brush.blob(
        [
            (-wide, -0.05),
            (-wide * 0.82, -0.38),
            (0, -0.5),
            (wide * 0.82, -0.38),
            (wide, -0.05),
            (wide * 0.78, 0.3),
            (0, 0.46),
            (-wide * 0.78, 0.3),
        ],
        coat,
    )
    if back:
        return
    s = 0.16 * turn
    if kind == "panda":
        for side in (-1, 1):
            brush.oval(side * 0.2 + s, -0.02, 0.13, 0.16, (44, 40, 44), turn=side * 0.4)
    if kind == "tiger":
        for x in (-0.16, 0.0, 0.16):
            brush.line([(x + s, -0.47), (x * 0.8 + s, -0.36), (x * 0.6 + s, -0.26)], 0.05, (52, 34, 26))
    if kind in BIRDS:
        beak(brush, kind, s)
    elif kind == "elephant":
        brush.line([(0.1 + s, 0.1), (0.2 + s, 0.5), (0.16 + s, 0.9), (0.3 + s, 1.1)], 0.26, scale(coat, 0.9))
    elif kind != "fish":
        muzzle(brush, kind, s, pale, dark)
    eyes(brush, kind, s, pale, mood=mood)


SNOUTS = MappingProxyType({
    "cat": 0.1, "dog": 0.24, "rabbit": 0.08, "fox": 0.34, "wolf": 0.32, "bear": 0.18, "panda": 0.12,
    "mouse": 0.24, "tiger": 0.14, "lion": 0.16, "monkey": 0.1, "pig": 0.14, "deer": 0.34, "horse": 0.5,
    "cow": 0.32, "sheep": 0.24,
})  # fmt: skip
"""How far the muzzle stands out in profile, in heads."""


def head_in_profile(brush: Brush, kind: str, coat: Colour, *, mood: str | None) -> None:
    """A head from the side, looking to +x: one ear behind the other, one eye, the muzzle in front."""
    if kind in ("horse", "deer"):
        long_head(brush, kind, coat)
        return
    out = SNOUTS[kind]
    dark, pale = scale(coat, 0.78), mix(coat, (252, 244, 232), 0.72)
    if kind == "lion":
        brush.oval(-0.14, 0.02, 0.56, 0.6, (150, 88, 44))
    far, near = brush.at(0.06, 0.02, scale=0.92), brush.at(-0.12, 0.0)
    one_ear(far, kind, scale(coat, 0.84), dark)
    wide = 0.46
    brush.blob(
        [(-wide, 0.02), (-wide * 0.8, -0.36), (-0.02, -0.5), (0.3, -0.34), (0.4, -0.06), (0.36, 0.24),
         (0.0, 0.42), (-wide * 0.8, 0.3)], coat,
    )  # fmt: skip
    tip = 0.4 + out
    brush.blob(
        [(0.2, -0.06), (tip - 0.08, 0.04), (tip, 0.14), (tip - 0.04, 0.28), (0.24, 0.36), (0.08, 0.2)],
        dark if kind in ("horse", "deer") else coat if kind == "pig" else pale,
    )
    one_ear(near, kind, coat, dark)
    nose = (214, 120, 120) if kind in ("cat", "rabbit", "mouse", "pig") else INK
    brush.oval(tip - 0.03, 0.1, 0.065, 0.055, nose)
    low = 0.27 if mood != "surprised" else 0.3
    brush.line([(tip - 0.06, 0.2), (tip - 0.16, low), (0.2, low - 0.03)], 0.028, INK)
    if kind == "panda":
        brush.oval(0.14, -0.04, 0.13, 0.16, (44, 40, 44))
    brush.oval(0.15, -0.06, 0.066, 0.085, (250, 248, 240) if kind == "panda" else INK)
    brush.oval(0.15, -0.06, 0.052, 0.07, INK)
    brush.oval(0.17, -0.09, 0.02, 0.024, (255, 255, 255))
    if mood == "angry":
        brush.wire((0.04, -0.2), (0.26, -0.12), 0.04, INK)
    if kind in ("cat", "tiger", "mouse", "rabbit"):
        for k in (0.0, 0.07):
            brush.wire((tip - 0.16, 0.18 + k), (tip - 0.42, 0.13 + k * 2), 0.012, mix(INK, pale, 0.3), 0.7)


def long_head(brush: Brush, kind: str, coat: Colour) -> None:
    """The long head of a horse or a deer, from the side."""
    dark, out = scale(coat, 0.66), 1.0 if kind == "horse" else 0.8
    if kind == "deer":
        for back in (-0.34, -0.1):
            horn = (120, 90, 62)
            brush.line([(0.0, -0.36), (back, -0.86), (back + 0.1, -1.3)], 0.07, horn)
            brush.line([(back, -0.84), (back + 0.3, -1.06), (back + 0.32, -1.2)], 0.05, horn)
        brush.oval(-0.3, -0.34, 0.26, 0.1, dark, turn=0.5)
    else:
        brush.poly([(-0.2, -0.3), (-0.16, -0.74), (0.04, -0.36)], dark)
    brush.blob(
        [(-0.36, 0.04), (-0.28, -0.3), (0.02, -0.42), (0.34 * out, -0.24), (0.86 * out, 0.3),
         (0.94 * out, 0.5), (0.78 * out, 0.6), (0.36, 0.4), (0.06, 0.42), (-0.26, 0.3)], coat,
    )  # fmt: skip
    brush.oval(0.8 * out, 0.45, 0.15, 0.13, dark, turn=0.6)
    brush.oval(0.88 * out, 0.42, 0.03, 0.04, INK)
    brush.line([(0.84 * out, 0.56), (0.66 * out, 0.5), (0.54 * out, 0.44)], 0.025, INK)
    brush.oval(0.14, -0.12, 0.07, 0.075, INK)
    brush.oval(0.16, -0.15, 0.022, 0.024, (255, 255, 255))
    if kind == "horse":
        brush.poly([(-0.08, -0.34), (0.0, -0.78), (0.14, -0.36)], coat)
        brush.blob([(-0.3, -0.2), (-0.1, -0.5), (0.2, -0.42), (0.24, -0.2), (0.06, -0.28)], scale(coat, 0.5))


def one_ear(brush: Brush, kind: str, coat: Colour, dark: Colour) -> None:
    pink = mix(coat, (226, 140, 130), 0.6)
    if kind in POINTED:
        brush.poly([(-0.24, -0.3), (-0.1, -0.78), (0.16, -0.36)], coat)
        brush.poly([(-0.12, -0.36), (-0.06, -0.64), (0.08, -0.38)], dark if kind == "wolf" else pink)
    elif kind == "rabbit":
        brush.oval(-0.08, -0.78, 0.12, 0.42, coat, turn=-0.24)
        brush.oval(-0.06, -0.76, 0.06, 0.32, pink, turn=-0.24)
    elif kind == "dog":
        brush.blob([(-0.2, -0.36), (0.04, -0.34), (0.02, 0.12), (-0.12, 0.2), (-0.22, -0.02)], dark)
    elif kind in ROUND:
        r = {"mouse": 0.27, "monkey": 0.16}.get(kind, 0.17)
        tone = (44, 40, 44) if kind == "panda" else coat
        brush.oval(-0.1, -0.36, r, r, tone)
        brush.oval(-0.09, -0.35, r * 0.58, r * 0.58, pink if kind != "panda" else tone)
    elif kind == "horse":
        brush.poly([(-0.16, -0.34), (-0.06, -0.74), (0.1, -0.36)], coat)
    else:
        brush.oval(-0.2, -0.3, 0.18, 0.09, dark, turn=-0.5)


def eyes(brush: Brush, kind: str, s: float, pale: Colour, *, mood: str | None) -> None:
    if mood in ("happy", "calm") and kind != "owl":
        bend = -0.06 if mood == "happy" else 0.05
        for side in (-1, 1):
            x = side * 0.2 + s
            brush.line([(x - 0.09, -0.02), (x, -0.02 + bend), (x + 0.09, -0.02)], 0.04, INK)
            if mood == "happy":
                brush.oval(side * 0.3 + s, 0.12, 0.08, 0.05, (232, 120, 110), 0.45)
        return
    wide = 1.3 if mood == "surprised" else 1.0
    if wide > 1:
        for side in (-1, 1):
            brush.oval(side * 0.2 + s, -0.04, 0.115, 0.125, (252, 250, 244))
        brush.oval(s * 1.3, 0.32, 0.05, 0.06, (120, 50, 50))
    if mood in ("angry", "sad"):
        lift = 0.09 if mood == "angry" else -0.07
        for side in (-1, 1):
            brush.wire((side * 0.32 + s, -0.2 - lift / 2), (side * 0.1 + s, -0.2 + lift), 0.045, INK)
    for side in (-1, 1):
        x = side * 0.2 + s
        if kind == "owl":
            brush.oval(x, -0.04, 0.19, 0.19, pale)
        brush.oval(x, -0.03, 0.072, 0.085, (250, 248, 240) if kind == "panda" else INK)
        if brush.scale > 260 and kind in IRISES:
            brush.oval(x, -0.03, 0.068, 0.08, IRISES[kind])
            brush.oval(x, -0.03, 0.03 if kind == "cat" else 0.045, 0.068, INK)
        else:
            brush.oval(x, -0.03, 0.056, 0.07, INK)
        brush.oval(x - 0.022, -0.06, 0.022, 0.024, (255, 255, 255))
        if kind in ("rabbit", "pig", "mouse", "cat", "bear"):
            brush.oval(side * 0.3 + s, 0.13, 0.07, 0.04, (232, 120, 110), 0.35)


IRISES = MappingProxyType({
    "cat": (232, 164, 44), "tiger": (226, 170, 60), "fox": (214, 140, 50), "wolf": (206, 176, 96),
    "owl": (240, 180, 50), "lion": (206, 150, 60),
})  # fmt: skip
COS = (1.0, 0.87, 0.5, 0.0, -0.5, -0.87, -1.0, -0.87, -0.5, 0.0, 0.5, 0.87)
SIN = (0.0, 0.5, 0.87, 1.0, 0.87, 0.5, 0.0, -0.5, -0.87, -1.0, -0.87, -0.5)


def ears(brush: Brush, kind: str, coat: Colour, dark: Colour) -> None:
    pink = mix(coat, (226, 140, 130), 0.6)
    for side in (-1, 1):
        if kind in POINTED:
            brush.poly([(side * 0.46, -0.16), (side * 0.42, -0.72), (side * 0.08, -0.42)], coat)
            brush.poly(
                [(side * 0.4, -0.26), (side * 0.38, -0.6), (side * 0.18, -0.42)],
                dark if kind == "wolf" else pink,
            )
        elif kind == "rabbit":
            brush.oval(side * 0.2, -0.78, 0.12, 0.42, coat, turn=side * 0.16)
            brush.oval(side * 0.2, -0.76, 0.06, 0.33, pink, turn=side * 0.16)
        elif kind in ROUND:
            r = {"mouse": 0.27, "elephant": 0.4, "frog": 0.16, "turtle": 0.0}.get(kind, 0.18)
            tone = (44, 40, 44) if kind == "panda" else coat
            if r:
                brush.oval(side * 0.4, -0.38 if kind != "elephant" else -0.05, r, r, tone)
                brush.oval(
                    side * 0.4,
                    -0.37 if kind != "elephant" else -0.05,
                    r * 0.58,
                    r * 0.58,
                    pink if kind != "panda" else tone,
                )
        elif kind == "dog":
            brush.blob(
                [
                    (side * 0.3, -0.44),
                    (side * 0.56, -0.36),
                    (side * 0.58, 0.1),
                    (side * 0.44, 0.14),
                    (side * 0.36, -0.2),
                ],
                dark,
            )
        elif kind in HOOFED:
            brush.oval(side * 0.5, -0.3, 0.18, 0.08, dark, turn=side * 0.4)
            if kind == "deer":
                brush.line(
                    [(side * 0.16, -0.44), (side * 0.34, -0.85), (side * 0.3, -1.15)], 0.06, (110, 80, 56)
                )
                brush.line(
                    [(side * 0.3, -0.75), (side * 0.52, -0.95), (side * 0.52, -1.08)], 0.045, (110, 80, 56)
                )
            elif kind == "cow":
                brush.line(
                    [(side * 0.3, -0.42), (side * 0.5, -0.56), (side * 0.48, -0.74)], 0.09, (226, 214, 190)
                )
            elif kind == "horse":
                brush.poly([(side * 0.3, -0.3), (side * 0.26, -0.68), (side * 0.1, -0.44)], coat)


def muzzle(brush: Brush, kind: str, s: float, pale: Colour, dark: Colour) -> None:
    x = s * 1.3
    if kind in ("horse", "cow", "deer", "pig"):
        brush.oval(x, 0.3, 0.3, 0.22, mix(pale, (236, 170, 160), 0.4) if kind in ("pig", "cow") else dark)
        for side in (-1, 1):
            brush.oval(x + side * 0.1, 0.27, 0.035, 0.05, INK)
        return
    brush.oval(x, 0.2, 0.27, 0.19, pale)
    if kind == "fox":
        for side in (-1, 1):
            brush.blob([(x, 0.3), (side * 0.44 + s * 0.4, 0.06), (side * 0.3 + s * 0.6, 0.3)], pale)
    brush.blob(
        [(x - 0.08, 0.08), (x + 0.08, 0.08), (x, 0.17)],
        (214, 120, 120) if kind in ("cat", "rabbit", "mouse") else INK,
    )
    brush.wire((x, 0.16), (x, 0.24), 0.022, INK)
    for side in (-1, 1):
        brush.line([(x, 0.24), (x + side * 0.06, 0.285), (x + side * 0.13, 0.255)], 0.026, INK)
        if kind in ("cat", "tiger", "mouse", "rabbit"):
            for k in (0.0, 0.07):
                brush.wire(
                    (x + side * 0.16, 0.19 + k),
                    (x + side * 0.5, 0.15 + k * 1.8),
                    0.012,
                    mix(INK, pale, 0.3),
                    0.7,
                )


def beak(brush: Brush, kind: str, s: float) -> None:
    gold = (236, 158, 56)
    if kind == "owl":
        brush.poly([(s - 0.07, 0.05), (s + 0.07, 0.05), (s, 0.22)], gold)
        return
    if kind == "hen":
        brush.blob([(-0.16, -0.42), (-0.1, -0.66), (0.02, -0.52), (0.1, -0.68), (0.18, -0.42)], (206, 60, 50))
    brush.poly([(0.3 + s, -0.02), (0.72 + s, 0.1), (0.3 + s, 0.2)], gold)
    brush.poly([(0.3 + s, 0.1), (0.72 + s, 0.1), (0.3 + s, 0.2)], scale(gold, 0.8))


def draw_animal(
    brush: Brush,
    kind: str,
    coat: Colour,
    *,
    action: str | None,
    back: bool = False,
    profile: bool = False,
    mouth: str | None = None,
    mood: str | None = None,
) -> None:
    """Draw an animal one unit high, standing on the origin, looking to +x."""
    if kind == "fish":
        fish(brush, coat)
    elif kind == "butterfly":
        butterfly(brush, coat)
    elif kind in BIRDS:
        bird(brush, kind, coat, flying=action == "fly" or (kind == "bird" and action in ("jump", "run")))
    elif kind in ("frog", "turtle"):
        low_one(brush, kind, coat)
    elif action == "lie" and kind in SNOUTS:
        curled(brush, kind, coat)
    elif kind in ("cat", "dog", "rabbit", "bear", "panda", "monkey", "mouse", "fox") and action in (
        None,
        "sit",
        "look",
        "look_up",
        "wave",
        "stand",
        "hold",
        "eat",
        "read",
        "talk",
    ):
        sitting(brush, kind, coat, back=back, turn=1.0 if profile else 0.5, mouth=mouth, mood=mood)
    else:
        quadruped(brush, kind, coat, action=action, back=back, mouth=mouth)


def curled(b: Brush, kind: str, coat: Colour) -> None:
    """An animal asleep on its folded legs."""
    dark, pale = scale(coat, 0.78), mix(coat, (252, 244, 232), 0.7)
    b.blob([(-0.6, -0.02), (-0.62, -0.26), (-0.3, -0.46), (0.16, -0.42), (0.44, -0.2), (0.46, -0.02)], coat)
    b.oval(-0.34, -0.16, 0.22, 0.15, dark)
    b.limb((0.16, -0.06), (0.6, -0.04), 0.07, 0.06, coat)
    b.oval(0.62, -0.045, 0.08, 0.05, pale)
    b.line([(-0.56, -0.08), (-0.74, -0.02), (-0.4, 0.0), (0.06, -0.02)], 0.1, dark)
    draw_animal_head(b.at(0.4, -0.28, scale=0.46, turn=0.12), kind, coat, turn=0.5, mood="calm")


def sitting(
    b: Brush, kind: str, coat: Colour, *, back: bool, turn: float, mouth: str | None, mood: str | None
) -> None:
    dark, pale = scale(coat, 0.76), mix(coat, (252, 244, 232), 0.7)
    limb = (44, 40, 44) if kind == "panda" else coat
    if kind in ("cat", "fox", "dog", "monkey", "mouse"):
        tail = [(-0.18, -0.08), (-0.42, -0.1), (-0.5, -0.32), (-0.4, -0.5)]
        b.line(tail, 0.2 if kind == "fox" else 0.09, dark)
        if kind == "fox":
            b.oval(-0.41, -0.48, 0.07, 0.09, (248, 242, 230))
    b.blob(
        [(-0.26, -0.02), (-0.3, -0.24), (-0.18, -0.5), (0, -0.58), (0.16, -0.48), (0.22, -0.2), (0.2, -0.02)],
        coat,
    )
    b.oval(-0.2, -0.1, 0.14, 0.12, dark if kind != "panda" else limb)
    if not back:
        b.oval(0.07, -0.28, 0.11, 0.2, pale)
    for x in (0.02, 0.15):
        b.limb((x, -0.34), (x + 0.01, -0.05), 0.05, 0.045, limb)
        b.oval(x + 0.03, -0.025, 0.065, 0.035, limb)
    ear_room = 0.78 if kind == "rabbit" else 0.88
    head = b.at(0.03, -0.7, scale=0.44 * ear_room + 0.06)
    draw_animal_head(head, kind, coat, turn=turn, back=back, mood=mood)
    if mouth is not None and not back:
        draw_thing(head.at(0.1 if turn < 0.8 else 0.42, 0.78, scale=0.5), mouth)


def quadruped(
    b: Brush, kind: str, coat: Colour, *, action: str | None, back: bool, mouth: str | None
) -> None:
    """An animal on four legs, from the side: standing, walking, running or leaping."""
    if action == "jump":
        b = b.at(0, -0.22, turn=-0.26)
    dark = scale(coat, 0.74)
    tall = kind in ("horse", "deer", "elephant", "cow")
    fast = action in ("run", "jump", "chase", "fly")
    stride = 0.3 if fast else 0.09 if action == "walk" else 0.02
    drop = 0.12 if fast else 0.0
    hip_y, long = (-0.56, 0.36) if tall else (-0.46, 0.42)
    girth = {"elephant": 0.27, "cow": 0.22, "sheep": 0.25, "pig": 0.25, "bear": 0.25, "horse": 0.2}.get(
        kind, 0.17
    )
    thick = {"elephant": 0.075, "bear": 0.07, "lion": 0.055, "tiger": 0.055}.get(kind, 0.04)
    for x, step in ((-long * 0.86, stride), (long * 0.72, -stride)):
        b.limb((x, hip_y + 0.1), (x + step * 0.8, -0.02 - drop), thick * 1.2, thick * 0.8, scale(coat, 0.6))
    low = 0.06 if kind == "deer" else 0.3 if tall else -0.3 if action == "walk" else -0.12
    tail_end = (-long - (0.08 if kind == "deer" else 0.16 if tall else 0.26), hip_y + low)
    b.line(
        [(-long * 0.9, hip_y - 0.06), (-long - 0.14, hip_y - 0.06), tail_end],
        0.16 if kind in ("wolf", "dragon") else 0.11 if kind == "horse" else 0.06,
        scale(coat, 0.5) if kind == "horse" else dark,
    )
    b.blob(
        [
            (-long, hip_y),
            (-long * 0.8, hip_y - girth * 0.86),
            (0, hip_y - girth * 0.8),
            (long * 0.8, hip_y - girth),
            (long, hip_y - 0.02),
            (long * 0.7, hip_y + girth * 0.7),
            (0, hip_y + girth * 0.74),
            (-long * 0.75, hip_y + girth * 0.62),
        ],
        coat,
    )
    markings(b, kind, coat, hip_y, long, girth)
    for x, step in ((-long * 0.74, -stride), (long * 0.86, stride)):
        foot = (x + step, -0.03 - drop * (0.4 if step > 0 else 1.0))
        b.limb((x, hip_y + 0.08), foot, thick * 1.3, thick * 0.85, coat)
        b.oval(foot[0] + 0.02, foot[1] + 0.01, thick * 1.2, 0.028, HOOF if kind in HOOFED else dark)
    neck_x, neck_y = (long + 0.12, -0.82) if tall and kind != "elephant" else (long + 0.1, hip_y - 0.2)
    b.limb((long * 0.72, hip_y - 0.05), (neck_x - 0.04, neck_y + 0.04), girth * 0.78, 0.1, coat)
    if kind == "horse":
        b.limb((long * 0.7, hip_y - 0.06), (neck_x - 0.06, neck_y + 0.02), 0.19, 0.11, coat)
        b.line(
            [(long * 0.5, hip_y - 0.2), (neck_x - 0.2, neck_y + 0.1), (neck_x - 0.1, neck_y - 0.14)],
            0.12,
            scale(coat, 0.5),
        )
    if kind == "dragon":
        for side, tone in ((-1, 0.7), (1, 0.9)):
            b.blob(
                [
                    (0, hip_y - 0.1),
                    (-0.16 + side * 0.2, hip_y - 0.62),
                    (0.4 + side * 0.24, hip_y - 0.5),
                    (0.3, hip_y - 0.2),
                ],
                scale(coat, tone),
            )
    sideways = 0.95 if kind in ("horse", "deer") or fast else 0.7
    droop = 0.35 if kind == "horse" else 0.0
    head = b.at(neck_x, neck_y, scale=0.3 if tall else 0.36, turn=droop)
    draw_animal_head(head, kind, coat, turn=sideways, back=back)
    if mouth is not None and not back:
        draw_thing(head.at(0.44 if sideways > 0.85 else 0.16, 0.74, scale=0.52), mouth)


def markings(b: Brush, kind: str, coat: Colour, hip_y: float, long: float, girth: float) -> None:
    if kind == "sheep":
        for k in range(9):
            b.oval(
                -long + k * long / 4,
                hip_y - girth * 0.62 + 0.03 * (k % 2),
                0.12,
                0.12,
                mix(coat, (255, 255, 255), 0.3),
            )
    if kind == "cow":
        b.oval(-0.14, hip_y - 0.06, 0.13, 0.1, (60, 50, 50))
        b.oval(0.2, hip_y + 0.02, 0.09, 0.08, (60, 50, 50))
    if kind == "tiger":
        for k in range(6):
            x = -long * 0.8 + k * long * 0.28
            b.line(
                [(x, hip_y - girth * 0.8), (x + 0.03, hip_y - 0.04), (x + 0.01, hip_y + 0.06)],
                0.03,
                (52, 34, 26),
            )


def bird(b: Brush, kind: str, coat: Colour, *, flying: bool) -> None:
    dark, pale = scale(coat, 0.7), mix(coat, (252, 246, 236), 0.7)
    if flying:
        b.blob([(-0.1, -0.5), (-0.5, -0.98), (-0.2, -0.9), (0.16, -0.6)], dark)
    b.blob([(-0.3, -0.4), (-0.62, -0.36), (-0.6, -0.5), (-0.3, -0.58)], dark)
    b.blob([(-0.36, -0.4), (-0.16, -0.66), (0.16, -0.66), (0.32, -0.42), (0.16, -0.14), (-0.16, -0.14)], coat)
    b.oval(0.12, -0.32, 0.15, 0.16, pale)
    if flying:
        b.blob([(-0.02, -0.52), (-0.34, -1.1), (0.08, -0.98), (0.24, -0.56)], scale(coat, 0.88))
    else:
        b.blob([(-0.34, -0.46), (0.0, -0.56), (0.06, -0.36), (-0.12, -0.22), (-0.4, -0.28)], dark)
        for x in (-0.02, 0.12):
            b.wire((x, -0.15), (x + 0.02, 0.0), 0.025, (226, 150, 60))
            b.wire((x - 0.02, 0.0), (x + 0.1, 0.0), 0.025, (226, 150, 60))
    draw_animal_head(b.at(0.18, -0.76, scale=0.42), kind, coat, turn=0.6)


def fish(b: Brush, coat: Colour) -> None:
    dark, pale = scale(coat, 0.74), mix(coat, (255, 250, 240), 0.6)
    b.blob([(-0.5, -0.5), (-0.86, -0.82), (-0.76, -0.5), (-0.86, -0.2)], dark)
    b.blob([(-0.1, -0.76), (0.1, -0.98), (0.3, -0.72)], dark)
    b.blob([(-0.56, -0.5), (-0.2, -0.78), (0.3, -0.76), (0.62, -0.5), (0.3, -0.26), (-0.2, -0.24)], coat)
    b.blob([(-0.4, -0.4), (0.0, -0.38), (0.5, -0.42), (0.3, -0.27), (-0.2, -0.25)], pale)
    b.oval(0.4, -0.55, 0.07, 0.07, (250, 248, 240))
    b.oval(0.41, -0.55, 0.04, 0.045, INK)
    b.line([(0.2, -0.68), (0.15, -0.5), (0.22, -0.34)], 0.025, dark)


def butterfly(b: Brush, coat: Colour) -> None:
    for side in (-1, 1):
        b.oval(side * 0.3, -0.66, 0.3, 0.26, coat, turn=side * 0.5)
        b.oval(side * 0.24, -0.3, 0.22, 0.18, scale(coat, 0.85), turn=-side * 0.4)
        b.oval(side * 0.34, -0.68, 0.12, 0.1, mix(coat, (255, 245, 220), 0.6))
    b.limb((0, -0.8), (0, -0.2), 0.05, 0.03, INK)


def low_one(b: Brush, kind: str, coat: Colour) -> None:
    dark = scale(coat, 0.75)
    for x in (-0.4, 0.34):
        b.oval(x, -0.08, 0.18, 0.09, dark)
    if kind == "turtle":
        b.blob(
            [(-0.56, -0.14), (-0.4, -0.56), (0, -0.72), (0.4, -0.56), (0.56, -0.14)],
            mix(dark, (120, 90, 50), 0.4),
        )
        for x, y in ((-0.24, -0.34), (0.06, -0.5), (0.3, -0.3), (0.0, -0.26)):
            b.oval(x, y, 0.12, 0.1, mix(coat, (160, 130, 70), 0.4))
        draw_animal_head(b.at(0.68, -0.4, scale=0.4), kind, coat, turn=0.5)
        return
    b.blob([(-0.5, -0.06), (-0.46, -0.34), (-0.1, -0.54), (0.34, -0.5), (0.44, -0.1)], coat)
    b.oval(0.16, -0.2, 0.22, 0.15, mix(coat, (250, 244, 210), 0.6))
    draw_animal_head(b.at(0.2, -0.62, scale=0.62), kind, coat, turn=0.3)
