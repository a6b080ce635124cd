"""Animals of picture books: upright, with arms, in what the prompt lets them wear and hold."""

from __future__ import annotations

import math

from seedream_pipe.providers.preview.animals import draw_animal_head
from seedream_pipe.providers.preview.brush import Brush, Point
from seedream_pipe.providers.preview.colour import Colour, mix, scale
from seedream_pipe.providers.preview.looks import Look
from seedream_pipe.providers.preview.poses import Pose
from seedream_pipe.providers.preview.things import draw_held

__all__ = ["cap", "draw_plush", "plush_head"]

HEAD: Point = (0.0, -0.67)
PALE: Colour = (252, 246, 236)


def plush_head(kind: str) -> Point:
    """Where the head's middle is, in the figure's own units."""
    return HEAD if kind != "rabbit" else (0.0, -0.56)


def draw_plush(
    brush: Brush,
    kind: str,
    look: Look,
    pose: Pose,
    *,
    back: bool = False,
    mood: str | None = None,
    holds: str | None = None,
    colour: Colour | None = None,
) -> None:
    """Draw an animal one unit high on its hind legs; `look` gives coat, scarf, hat and bag."""
    b = brush if kind != "rabbit" else brush.at(0, 0, scale=0.86)
    side = pose.turn > 0.85 and not back
    seated = pose.seat or pose.legs[0][0] > 60
    lean = math.radians(min(12.0, pose.lean) * 0.6)
    body = b.at(0, 0.06 if seated else 0.0, turn=lean)
    tail(body, kind, look.coat, back=back, side=side)
    if look.bag is not None and not back:
        backpack(body, look.bag, side=side)
    feet(b, look.coat, pose, seated=seated, kind=kind)
    arm(body, look.coat, pose, 1, side=side, back=back)
    trunk(body, kind, look.coat, back=back, side=side)
    if look.bag is not None:
        if back:
            backpack(body, look.bag, side=False)
        else:
            straps(body, look.bag)
    nod = math.radians(pose.head * 0.6)
    head = body.at(*HEAD, scale=0.5, turn=nod)
    draw_animal_head(head, kind, look.coat, turn=1.0 if side else pose.turn * 0.6, back=back, mood=mood)
    if look.hat:
        cap(head, look.hat_colour)
    if look.scarf is not None:
        scarf(body, look.scarf, side=side)
    hand = arm(body, look.coat, pose, 0, side=side, back=back)
    if holds is not None:
        held = body.at(*hand, scale=1.35)
        if back:
            return
        if holds == "broom":
            broom(body, hand)
            return
        draw_held(held, holds, colour, near=0.2)
        body.oval(hand[0], hand[1], 0.062, 0.058, mix(look.coat, PALE, 0.25))


def tail(b: Brush, kind: str, coat: Colour, *, back: bool, side: bool) -> None:
    tone = scale(coat, 0.86)
    if kind in ("rabbit", "bear", "panda", "pig"):
        if back or side:
            b.oval(0.0 if back else -0.2, -0.14, 0.08, 0.08, mix(coat, (255, 255, 255), 0.5))
        return
    if kind == "frog":
        return
    thick = {"fox": 0.15, "wolf": 0.12, "dog": 0.07, "mouse": 0.03}.get(kind, 0.06)
    b.line([(-0.1, -0.1), (-0.34, -0.1), (-0.42, -0.3), (-0.34, -0.46)], thick, tone)


def feet(b: Brush, coat: Colour, pose: Pose, *, seated: bool, kind: str) -> None:
    for near, x in ((1, 0.1), (0, -0.1)):
        thigh, shin = pose.legs[near]
        tone = scale(coat, 0.82 if near else 0.94)
        if seated:
            b.limb((x, -0.06), (x + 0.17, -0.03), 0.08, 0.07, tone)
            b.oval(x + 0.2, -0.07, 0.06, 0.085, mix(tone, PALE, 0.25))
            continue
        swing = max(-40.0, min(48.0, (thigh + shin) * 0.5))
        foot = (x + math.sin(math.radians(swing)) * 0.2, -0.02 - abs(math.sin(math.radians(swing))) * 0.05)
        b.limb((x, -0.14), foot, 0.085, 0.06, tone)
        b.oval(foot[0] + 0.04, foot[1] - 0.012, 0.105 if kind == "rabbit" else 0.085, 0.044, tone)


def trunk(b: Brush, kind: str, coat: Colour, *, back: bool, side: bool) -> None:
    wide = 0.19 if side else 0.23
    b.blob(
        [
            (-wide * 0.62, -0.5), (-wide * 0.98, -0.3), (-wide, -0.12), (-wide * 0.5, -0.03),
            (wide * 0.5, -0.03), (wide, -0.12), (wide * 0.98, -0.3), (wide * 0.62, -0.5),
        ],
        coat if kind != "panda" else (44, 40, 44),
    )  # fmt: skip
    if not back:
        b.oval(0.05 if side else 0.0, -0.22, wide * 0.62, 0.17, mix(coat, PALE, 0.6))


def arm(b: Brush, coat: Colour, pose: Pose, near: int, *, side: bool, back: bool) -> Point:
    tone = scale(coat, 0.84 if near else 0.96)
    x = (-0.02 if side else -0.16) if near == 0 else (0.02 if side else 0.16)
    upper, lower = pose.arms[near]
    if near == 0 and not side and upper < 0:
        x = -0.17
    flip = -1.0 if near == 0 and not side and 0 < upper < 60 and lower < 60 else 1.0
    mid = (x + flip * math.sin(math.radians(upper)) * 0.14, -0.41 + math.cos(math.radians(upper)) * 0.14)
    end = (
        mid[0] + flip * math.sin(math.radians(lower)) * 0.15,
        mid[1] + math.cos(math.radians(lower)) * 0.15,
    )
    b.limb((x, -0.41), mid, 0.066, 0.058, tone)
    b.limb(mid, end, 0.058, 0.05, tone)
    if not back:
        b.oval(end[0], end[1], 0.056, 0.054, mix(tone, PALE, 0.2))
    return end


def backpack(b: Brush, colour: Colour, *, side: bool) -> None:
    x = -0.24 if side else 0.0
    wide = 0.14 if side else 0.27
    b.panel(x - wide, -0.5, wide * 2, 0.4, 0.08, colour)
    b.panel(x - wide * 0.8, -0.27, wide * 1.6, 0.14, 0.03, scale(colour, 0.8))
    b.box(x - wide * 0.9, -0.4, wide * 1.8, 0.03, scale(colour, 0.7))


def straps(b: Brush, colour: Colour) -> None:
    for side in (-1, 1):
        b.line([(side * 0.11, -0.48), (side * 0.14, -0.34), (side * 0.18, -0.22)], 0.04, scale(colour, 0.85))


def cap(head: Brush, colour: Colour) -> None:
    """A knitted cap between the ears."""
    head.blob([(-0.36, -0.34), (-0.3, -0.62), (0.0, -0.78), (0.3, -0.62), (0.36, -0.34), (0, -0.42)], colour)
    head.line([(-0.37, -0.34), (0, -0.43), (0.37, -0.34)], 0.13, mix(colour, (255, 250, 240), 0.75))
    head.oval(0.0, -0.8, 0.1, 0.1, mix(colour, (255, 250, 240), 0.75))


def scarf(b: Brush, colour: Colour, *, side: bool) -> None:
    b.blob(
        [
            (-0.19, -0.47),
            (-0.15, -0.53),
            (0, -0.51),
            (0.16, -0.53),
            (0.2, -0.47),
            (0.1, -0.42),
            (-0.1, -0.42),
        ],
        colour,
    )
    x = -0.08 if side else 0.09
    b.blob([(x - 0.05, -0.46), (x + 0.05, -0.46), (x + 0.08, -0.24), (x - 0.03, -0.23)], scale(colour, 0.86))
    for k in range(3):
        b.oval(x + 0.012 * k, -0.4 + 0.06 * k, 0.011, 0.011, (250, 232, 170))


def broom(b: Brush, hand: Point) -> None:
    top, low = (hand[0] - 0.12, hand[1] - 0.42), (hand[0] + 0.2, -0.08)
    b.wire(top, low, 0.03, (150, 106, 66))
    b.poly(
        [
            (low[0] - 0.05, low[1] - 0.04),
            (low[0] + 0.05, low[1] - 0.06),
            (low[0] + 0.2, 0.02),
            (low[0] - 0.03, 0.04),
        ],
        (206, 168, 96),
    )
