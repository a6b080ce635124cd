"""Pictures that are no shots of a place: sheets, product stills, bird's-eye plans, pinned references."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from PIL import Image

from seedream_pipe.providers.preview.animals import draw_animal_head
from seedream_pipe.providers.preview.brush import Brush, Point
from seedream_pipe.providers.preview.cast import (
    Actor,
    held_colour,
    is_dressed,
    paint_actor,
    stature,
)
from seedream_pipe.providers.preview.colour import Colour, hexed, mix, scale
from seedream_pipe.providers.preview.dice import Dice
from seedream_pipe.providers.preview.faces import draw_behind_head, draw_head
from seedream_pipe.providers.preview.figures import Stance
from seedream_pipe.providers.preview.looks import Look, look_of
from seedream_pipe.providers.preview.plush import cap
from seedream_pipe.providers.preview.poses import POSES, pose_of
from seedream_pipe.providers.preview.reading import Figure
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.things import draw_thing

__all__ = [
    "paint_close",
    "paint_foreground",
    "paint_from_above",
    "paint_hands",
    "paint_pinned",
    "paint_product",
    "paint_sheet",
]


def paint_sheet(stage: Stage, looks: Sequence[Look]) -> None:
    """A character from the front, the side and the back on plain ground, with heads and swatches."""
    paper = mix(hexed("#ece6d8"), stage.accent(0), 0.06)
    stage.gradient((0, 0, stage.w, stage.h), (mix(paper, (255, 255, 255), 0.3), paper, scale(paper, 0.94)))
    figure = (
        stage.scene.figures[0]
        if stage.scene.figures
        else Figure(kind="person", name=stage.scene.excerpt[:40])
    )
    look = looks[0] if looks else look_of(figure)
    beast = figure.kind if is_dressed(figure) else None
    plush = figure.upright
    raw = stage.raw()
    wide = stage.w > stage.h * 1.2
    span = stage.w * (0.68 if wide else 0.94)
    size = min(stage.h * (0.8 if wide else 0.6), span / 3 * 2.1)
    if plush:
        size = min(size * 0.92, span / 3 * (1.6 if figure.kind == "rabbit" else 1.4))
    elif figure.animal and beast is None:
        size = min(size * 0.8, span / 3 * 0.95)
    feet = stage.h * 0.9 if wide else stage.h * 0.62 + size * 0.1
    for k in range(5):
        y = feet - size * k / 4
        raw.box(stage.w * 0.03, y, span * 1.0, max(1.0, stage.u * 0.0018), scale(paper, 0.82), 0.8)
    stand = replace(POSES["stand"], turn=0.06)
    for k, (turn, back) in enumerate(((0.06, False), (0.95, False), (0.06, True))):
        pose = replace(stand, turn=turn, arms=pose_of("stand", holds=figure.holds).arms)
        stance = Stance(pose=pose, back=back, beast=beast, plush=plush, holds=figure.holds)
        x = stage.w * 0.03 + span * (k + 0.5) / 3
        paint_actor(
            stage,
            Actor(
                figure=replace(figure, action=None if turn < 0.5 or plush else "walk"),
                look=look,
                stance=stance,
                x=x,
                y=feet,
                size=size,
            ),
        )
    sheet_heads(stage, figure, look, wide=wide, animal=figure.animal)


def sheet_heads(stage: Stage, figure: Figure, look: Look, *, wide: bool, animal: bool) -> None:
    moods = (None, "happy", "sad", "surprised")
    head = min(stage.h * 0.165, stage.w * 0.11) if wide else min(stage.h * 0.14, stage.w * 0.16)
    for k, mood in enumerate(moods):
        if wide:
            x, y = stage.w * (0.77 + 0.14 * (k % 2)), stage.h * (0.2 + 0.27 * (k // 2))
        else:
            x, y = stage.w * (0.14 + 0.24 * k), stage.h * 0.8
        face = Brush.over(stage.image).at(x, y, scale=head)
        if animal:
            draw_animal_head(face.at(0, 0, scale=0.9), figure.kind, look.coat, turn=0.2 * k, mood=mood)
            if look.hat:
                cap(face.at(0, 0, scale=0.9), look.hat_colour)
            continue
        draw_behind_head(face, look, turn=0.15 + 0.1 * k, hood=False)
        draw_head(face, look, turn=0.15 + 0.1 * k, back=False, mood=mood, hood=False)
    tones = (
        (look.coat, scale(look.coat, 0.7), mix(look.coat, (255, 250, 240), 0.6))
        if animal
        else (look.skin, look.hair_colour, look.top_colour, look.bottom, look.shoes)
    )
    for k, tone in enumerate(tones):
        r = stage.u * 0.022
        x = stage.w * 0.75 + k * r * 2.5 if wide else stage.w * 0.14 + k * r * 2.6
        stage.raw().oval(x, stage.h * (0.8 if wide else 0.93), r, r, tone)


def paint_product(stage: Stage, *, placed: bool) -> None:
    """A thing on a table or a seamless ground, with its shadow, its mirror image and company."""
    scene = stage.scene
    kind = scene.subject or next(iter(scene.props), "box")
    colour = held_colour(scene) or stage.things.get(kind)
    titled = any(t.role == "title" for t in scene.lettering)
    y = stage.h * (0.84 if titled else 0.8)
    unit = min(float(stage.h), stage.w * 1.1) * (0.84 if titled and stage.w > stage.h * 0.8 else 1.0)
    size = unit * (0.92 if scene.shot in ("close", "extreme_close", "insert") else 0.62)
    if kind in ("shoe", "car_object", "bicycle", "laptop"):
        size = min(size * 0.8, stage.w * 0.34)
    if kind in ("can", "watch", "cup", "jar", "ring", "key", "box", "camera"):
        size *= 0.86
    if placed:
        top = stage.light.tone(0.0)(table_top(stage))
        edge = y - size * 0.1
        stage.gradient((0, edge, stage.w, stage.h), (mix(top, stage.light.rim, 0.25), top, scale(top, 0.62)))
        stage.raw().box(0, edge, stage.w, max(2.0, stage.u * 0.004), mix(top, stage.light.rim, 0.6), 0.7)
    else:
        plinth(stage, y, size)
    company(stage, kind, y, size)
    shadow(stage, stage.w * 0.5, y, size)
    mirrored(stage, kind, colour, stage.w * 0.5, y, size)
    thing = (
        stage.brush(0.0)
        if not stage.light.lamps
        else Brush.over(stage.image, tone=lambda c: mix(scale(c, 0.9), stage.light.rim, 0.05))
    )
    fine_thing(stage, thing.tone, (stage.w * 0.5, y), size, kind, colour)
    leaves(stage, stage.w * 0.5, y, size)
    stage.shine(stage.w * 0.5, y - size * 0.6, size * 0.9, scale(stage.light.rim, 0.3), 0.5)


def table_top(stage: Stage) -> Colour:
    """What a thing stands on: glaze, marble or stone when they are named, else wood."""
    text = stage.scene.excerpt.lower()
    for names, colour in TABLES:
        if any(name in text for name in names):
            return hexed(colour)
    return mix(hexed("#9a7452"), stage.accent(0), 0.12)


TABLES = (
    (("celadon", "glaze", "青瓷", "釉"), "#a3c4ae"),
    (("marble", "大理石"), "#e2ddd6"),
    (("slate", "stone slab", "石板", "石台"), "#8d8a86"),
)


def leaves(stage: Stage, x: float, y: float, size: float) -> None:
    """Sprigs and drops around a thing, when the prompt has leaves or dew."""
    text = stage.scene.excerpt.lower()
    brush = stage.brush(0.0)
    if any(word in text for word in ("leaf", "leaves", "茶叶", "叶片", "鲜叶")):
        for k, (dx, dy, turn) in enumerate(
            ((-0.5, 0.03, -0.3), (-0.62, -0.01, 0.5), (0.46, 0.05, 0.3), (0.6, 0.0, -0.5), (0.38, 0.09, 0.1))
        ):
            leaf = brush.at(x + dx * size, y + dy * size, scale=size * 0.15, turn=turn)
            tone = hexed("#5f8f3f") if k % 2 else hexed("#7cab52")
            leaf.blob([(-1.0, 0.0), (-0.3, -0.34), (0.5, -0.26), (1.0, 0.0), (0.5, 0.2), (-0.3, 0.24)], tone)
            leaf.line([(-0.95, 0.0), (0.0, -0.05), (0.95, 0.0)], 0.06, mix(tone, (240, 248, 214), 0.5))
    if any(word in text for word in ("dew", "drops", "露")):
        for k in range(9):
            dx, dy = ((k * 37) % 19 - 9) / 15, ((k * 23) % 7) / 60
            brush.oval(x + dx * size, y + dy * size, size * 0.016, size * 0.011, (236, 246, 244), 0.85)
        for k in range(10):
            dx, dy = ((k * 29) % 11 - 5) / 34, -0.08 - ((k * 17) % 13) / 26
            brush.oval(x + dx * size, y + dy * size, size * 0.011, size * 0.015, (250, 254, 252), 0.75)


def paint_foreground(stage: Stage, kind: str, side: str) -> None:
    """A thing that stands large before the camera, at one side, on the edge of a table."""
    x = stage.w * {"left": 0.25, "right": 0.75}.get(side, 0.5)
    size = min(stage.h * 0.72, stage.w * 0.62)
    y = stage.h * 0.95
    top = stage.light.tone(0.0)(table_top(stage))
    stage.gradient((0, stage.h * 0.9, stage.w, stage.h), (mix(top, stage.light.rim, 0.3), scale(top, 0.7)))
    shadow(stage, x, y, size * 0.8)
    fine_thing(stage, stage.light.tone(0.0), (x, y), size, kind, stage.things.get(kind))
    leaves(stage, x, y, size)


def paint_close(stage: Stage, kind: str, *, hanging: bool) -> None:
    """A thing alone, large and near, hanging or standing."""
    unit = min(float(stage.h), stage.w * 1.1)
    x, size = stage.w * 0.42, unit * 0.66
    y = stage.h * (0.8 if hanging else 0.88)
    brush = Brush.over(stage.image, tone=stage.light.on_figures(0.0))
    if hanging:
        top = y - size * 0.96
        brush.line([(x - size * 0.03, -5), (x, top * 0.5), (x, top)], unit * 0.014, (112, 40, 34))
        brush.oval(x, top, unit * 0.014, unit * 0.014, (90, 70, 50))
    else:
        board = stage.light.tone(0.0)(table_top(stage))
        stage.gradient(
            (0, y - size * 0.08, stage.w, stage.h), (mix(board, stage.light.rim, 0.25), scale(board, 0.6))
        )
        shadow(stage, x, y, size)
    fine_thing(stage, brush.tone, (x, y), size, kind, held_colour(stage.scene) or stage.things.get(kind))
    stage.shine(x, y - size * 0.5, size * 0.8, scale(stage.light.rim, 0.3), 0.5)


def fine_thing(
    stage: Stage, tone: Callable[[Colour], Colour], at: Point, size: float, kind: str, colour: Colour | None
) -> None:
    """Draw a thing twice as large and bring it down, for smooth edges."""
    x, y = at
    area = (
        max(0, int(x - size * 0.9)), max(0, int(y - size * 1.15)),
        min(stage.w, int(x + size * 0.9) + 1), min(stage.h, int(y + size * 0.12) + 1),
    )  # fmt: skip
    if area[2] - area[0] < 3 or area[3] - area[1] < 3:
        return
    piece = stage.image.crop(area)
    fine = piece.resize((piece.width * 2, piece.height * 2), Image.Resampling.NEAREST)
    brush = Brush.over(fine, tone=tone).at((x - area[0]) * 2, (y - area[1]) * 2, scale=size * 2)
    draw_thing(brush, kind, colour)
    stage.image.paste(fine.reduce(2), area[:2])


def plinth(stage: Stage, y: float, size: float) -> None:
    tone = mix(hexed("#d8d0c4"), stage.accent(0), 0.3)
    brush = stage.brush(0.0)
    x, back = stage.w * 0.5, mix(hexed("#e2dace"), stage.accent(1), 0.42)
    brush.oval(x - size * 0.12, y - size * 0.62, size * 0.78, size * 0.78, back)
    brush.oval(x - size * 0.12, y - size * 0.62, size * 0.66, size * 0.66, mix(back, (255, 250, 240), 0.18))
    arch = mix(hexed("#d8cfc2"), stage.accent(2), 0.5)
    brush.panel(x + size * 0.62, y - size * 0.78, size * 0.4, size * 1.5, size * 0.2, arch)
    brush.panel(x + size * 0.7, y - size * 0.68, size * 0.24, size * 1.4, size * 0.12, scale(arch, 0.82))
    ball = mix(hexed("#d8cfc2"), stage.accent(3), 0.6)
    brush.oval(x - size * 0.98, y + size * 0.08, size * 0.2, size * 0.2, scale(ball, 0.85))
    brush.oval(x - size * 1.0, y + size * 0.06, size * 0.17, size * 0.17, ball)
    brush.oval(
        x - size * 1.05, y + size * 0.0, size * 0.06, size * 0.05, mix(ball, (255, 255, 255), 0.5), 0.7
    )
    brush.oval(stage.w * 0.5, stage.h * 1.02, size * 0.86, size * 0.2, scale(tone, 0.7))
    brush.box(
        stage.w * 0.5 - size * 0.86, y + size * 0.02, size * 1.72, stage.h * 1.02 - y, scale(tone, 0.82)
    )
    brush.oval(stage.w * 0.5, y + size * 0.02, size * 0.86, size * 0.17, tone)
    brush.oval(stage.w * 0.5, y + size * 0.015, size * 0.82, size * 0.155, mix(tone, (255, 255, 255), 0.22))


def shadow(stage: Stage, x: float, y: float, size: float) -> None:
    side = -1 if stage.light.sun_at[0] > 0.5 else 1
    for k in range(5):
        r = size * (0.46 - 0.06 * k)
        stage.raw().oval(x + side * r * 0.5, y - size * 0.005, r * 1.25, r * 0.16, stage.light.shade, 0.13)


def mirrored(stage: Stage, kind: str, colour: Colour | None, x: float, y: float, size: float) -> None:
    tall = int(min(stage.h - y, size * 0.22))
    wide = int(size * 1.3)
    if tall < 4 or wide < 4:
        return
    area = (max(0, int(x - wide / 2)), int(y), min(stage.w, int(x + wide / 2)), min(stage.h, int(y) + tall))
    piece = stage.image.crop(area).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    draw_thing(
        Brush.over(piece, tone=stage.light.tone(0.0)).at(x - area[0], piece.height, scale=size), kind, colour
    )
    piece = piece.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    fade = (
        Image.linear_gradient("L")
        .transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        .point([int(i * 0.28) for i in range(256)])
    )
    stage.image.paste(piece, area[:2], fade.resize(piece.size))


def company(stage: Stage, kind: str, y: float, size: float) -> None:
    """Smaller things that the prompt names, and leaves or fruit beside the product."""
    others = [p for p in stage.scene.props if p != kind][:4]
    for k, other in enumerate(others):
        x = stage.w * 0.5 + (-1 if k % 2 else 1) * size * (0.66 + 0.3 * (k // 2))
        draw_thing(stage.brush(0.12).at(x, y - size * 0.03, scale=size * 0.5), other)


def paint_hands(stage: Stage, look: Look, kind: str) -> None:
    """An insert: hands that hold a thing up to the camera."""
    colour = held_colour(stage.scene) or stage.things.get(kind)
    unit = min(float(stage.h), stage.w * 1.1)
    x, y, size = stage.w * 0.5, stage.h * 0.72, unit * 0.62
    if kind in ("shoe", "car_object", "bicycle", "laptop", "umbrella"):
        size *= 0.7
    brush = Brush.over(stage.image, tone=stage.light.on_figures(0.0))
    skin, cloth = look.skin, look.top_colour
    for side in (-1, 1):
        wrist = (x + side * unit * 0.36, stage.h * 0.92)
        palm = (x + side * unit * 0.2, y + unit * 0.03)
        brush.limb((x + side * unit * 0.62, stage.h * 1.18), wrist, unit * 0.13, unit * 0.1, cloth)
        brush.limb(wrist, palm, unit * 0.07, unit * 0.085, skin)
        brush.wire(
            (wrist[0] - unit * 0.09, wrist[1] - unit * 0.03),
            (wrist[0] + unit * 0.09, wrist[1] + unit * 0.03),
            unit * 0.05,
            scale(cloth, 0.8),
        )
    fine_thing(stage, brush.tone, (x, y + unit * 0.06), size, kind, colour)
    for side in (-1, 1):
        for k in range(4):
            base = (x + side * unit * 0.21, y - unit * (0.03 - 0.045 * k))
            tip = (x + side * unit * (0.075 + 0.008 * k), y - unit * (0.05 - 0.05 * k))
            brush.limb(base, tip, unit * 0.03, unit * 0.022, scale(skin, 1.0 - 0.03 * k))
            brush.oval(
                tip[0], tip[1] - unit * 0.004, unit * 0.012, unit * 0.014, mix(skin, (255, 235, 225), 0.5)
            )
            brush.line(
                [base, ((base[0] + tip[0]) / 2, (base[1] + tip[1]) / 2 + unit * 0.024), tip],
                unit * 0.004,
                scale(skin, 0.7),
                0.6,
            )
        brush.limb(
            (x + side * unit * 0.22, y + unit * 0.05),
            (x + side * unit * 0.11, y - unit * 0.1),
            unit * 0.036,
            unit * 0.026,
            skin,
        )


GROUNDS = {
    "street": "#77767a",
    "alley": "#6d696a",
    "market": "#7a716a",
    "city": "#77767a",
    "station": "#8f8b86",
    "forest": "#5f7348",
    "field": "#8fa05c",
    "garden": "#7f9a55",
    "mountain": "#83886c",
    "beach": "#dfc99c",
    "sea": "#3f7f96",
    "river": "#5d8796",
    "desert": "#d3a765",
    "space": "#8d8a92",
    "temple": "#a39a8a",
}


def paint_from_above(stage: Stage, looks: Sequence[Look]) -> None:
    """A plan: the ground seen from straight above, with figures and their long shadows."""
    place = stage.scene.place or ""
    base = hexed(GROUNDS.get(place, "#8d7458"))
    if stage.scene.weather == "snow":
        base = mix(base, hexed("#e8edf2"), 0.75)
    tone = stage.light.tone(0.05)
    ground = tone(mix(base, stage.accent(0), 0.08))
    stage.gradient((0, 0, stage.w, stage.h), (scale(ground, 1.06), ground, scale(ground, 0.9)))
    brush = stage.brush(0.05)
    organic = place in ("forest", "field", "garden", "mountain", "beach", "sea", "river", "desert", "space")
    plan_texture(stage, brush, base, organic=organic)
    if place in ("street", "city"):
        for k in range(9):
            brush.box(
                stage.w * 0.5 - stage.u * 0.42 + k * stage.u * 0.1,
                stage.h * 0.3,
                stage.u * 0.055,
                stage.h * 0.46,
                hexed("#e4e0d4"),
                0.85,
            )
    if organic and place in ("forest", "garden", "field"):
        canopy(stage)
    elif place in ("market", "street", "alley", "city", "station"):
        awnings(stage)
    figures = list(zip(stage.scene.figures, looks, strict=True)) or []
    man = min(stage.h, stage.w) * {"extreme_wide": 0.07, "wide": 0.12, "close": 0.34, "medium": 0.24}.get(
        stage.scene.shot or "", 0.22
    )
    for number, (figure, look) in enumerate(figures):
        a = 2.4 * number
        r = 0.0 if len(figures) == 1 else man * (0.75 + 0.3 * (number // 4))
        x, y = stage.w * 0.5 + math.cos(a) * r * 1.4, stage.h * 0.52 + math.sin(a) * r
        from_above(stage, figure, look, x, y, man * max(0.5, stature(figure, look)))
    if stage.scene.crowd:
        dice = Dice("plan", stage.scene.excerpt)
        for k in range(26):
            extra = Figure(kind=("woman", "man", "girl")[k % 3], number=k)
            from_above(
                stage,
                extra,
                look_of(extra),
                dice.span(0.03, 0.97) * stage.w,
                dice.span(0.04, 0.94) * stage.h,
                man * 0.7,
            )


def plan_texture(stage: Stage, brush: Brush, base: Colour, *, organic: bool) -> None:
    if organic:
        for _ in range(160):
            s = stage.u * stage.dice.span(0.01, 0.06)
            brush.oval(
                stage.dice.unit() * stage.w,
                stage.dice.unit() * stage.h,
                s,
                s * 0.7,
                scale(base, stage.dice.span(0.86, 1.14)),
                0.35,
            )
        return
    side = stage.u * 0.11
    for row in range(int(stage.h / side) + 2):
        for col in range(int(stage.w / side) + 2):
            x = col * side - (side / 2 if row % 2 else 0)
            brush.box(
                x + side * 0.02,
                row * side + side * 0.02,
                side * 0.96,
                side * 0.96,
                scale(base, stage.dice.span(0.93, 1.07)),
                0.7,
            )


def canopy(stage: Stage) -> None:
    for k in range(26):
        a = k * 0.9
        x, y = stage.w * (0.5 + 0.52 * math.cos(a)), stage.h * (0.5 + 0.56 * math.sin(a))
        r = stage.u * stage.dice.span(0.07, 0.13)
        stage.raw().oval(x + r * 0.5, y + r * 0.5, r, r, stage.light.shade, 0.3)
        for j in range(6):
            stage.brush(0.0).oval(
                x + math.cos(j) * r * 0.4,
                y + math.sin(j) * r * 0.4,
                r * 0.62,
                r * 0.6,
                scale(hexed("#5d8a4c"), 0.8 + 0.09 * j),
            )


def awnings(stage: Stage) -> None:
    s = stage.u * 0.26
    for side in (0, 1):
        x = -s * 0.3 if side == 0 else stage.w - s * 0.7
        for k in range(int(stage.h / s) + 1):
            y = k * s * 1.05
            stage.raw().box(x + s * 0.08, y + s * 0.08, s, s * 0.92, stage.light.shade, 0.35)
            for j in range(6):
                stage.brush(0.0).box(
                    x, y + j * s * 0.15, s, s * 0.15, stage.accent(k) if j % 2 else hexed("#ece2cc")
                )
            if stage.light.lamps:
                stage.shine(x + (s if side == 0 else 0), y + s * 0.4, s * 1.1, (230, 150, 70), 0.6)


def from_above(stage: Stage, figure: Figure, look: Look, x: float, y: float, s: float) -> None:
    raw, brush = stage.raw(), stage.brush(0.0)
    dx = -1 if stage.light.sun_at[0] > 0.5 else 1
    for k in range(6):
        t = k / 5
        raw.oval(
            x + dx * s * 0.95 * t,
            y + s * 0.62 * t,
            s * (0.3 - 0.07 * t),
            s * (0.22 - 0.05 * t),
            stage.light.shade,
            0.2,
        )
    if figure.animal:
        brush.oval(x, y, s * 0.34, s * 0.2, look.coat)
        brush.oval(x + s * 0.36, y, s * 0.16, s * 0.15, scale(look.coat, 1.1))
        brush.line(
            [(x - s * 0.3, y), (x - s * 0.55, y - s * 0.08), (x - s * 0.7, y + s * 0.04)],
            s * 0.08,
            scale(look.coat, 0.8),
        )
        return
    for side, step in ((-1, 0.16), (1, -0.1)):
        brush.limb(
            (x + side * s * 0.1, y), (x + side * s * 0.1, y + s * step * 1.6), s * 0.08, s * 0.07, look.shoes
        )
        brush.limb(
            (x + side * s * 0.3, y),
            (x + side * s * 0.33, y - s * step * 1.8),
            s * 0.085,
            s * 0.07,
            scale(look.top_colour, 0.85),
        )
    brush.oval(x, y, s * 0.36, s * 0.19, look.top_colour)
    brush.oval(x, y - s * 0.02, s * 0.3, s * 0.13, mix(look.top_colour, (255, 250, 235), 0.15))
    if figure.holds == "umbrella":
        from_above_umbrella(brush, x, y, s)
        return
    hair = look.skin if look.hair == "bald" else look.hair_colour
    brush.oval(x, y - s * 0.03, s * 0.17, s * 0.18, hair)
    brush.oval(x - s * 0.05, y - s * 0.08, s * 0.06, s * 0.05, mix(hair, (255, 240, 220), 0.4), 0.6)


def from_above_umbrella(brush: Brush, x: float, y: float, s: float) -> None:
    red = hexed("#b5402f")
    ring = [
        (x + math.cos(k * math.pi / 4) * s * 0.62, y + math.sin(k * math.pi / 4) * s * 0.62) for k in range(8)
    ]
    for k in range(8):
        brush.poly([(x, y), ring[k], ring[(k + 1) % 8]], scale(red, 0.82 + 0.05 * (k % 4)))


def paint_pinned(stage: Stage, pictures: Sequence[Image.Image]) -> None:
    """References pinned to a board: for prompts that say nothing but what to do with them."""
    board = mix(hexed("#b79a74"), stage.accent(0), 0.15)
    stage.gradient((0, 0, stage.w, stage.h), (scale(board, 1.05), board, scale(board, 0.82)))
    shown = pictures[:4]
    cell = stage.w / len(shown)
    for k, picture in enumerate(shown):
        room_w, room_h = cell * 0.74, stage.h * 0.68
        ratio = min(room_w / picture.width, room_h / picture.height)
        w, h = max(2, int(picture.width * ratio)), max(2, int(picture.height * ratio))
        x, y = cell * (k + 0.5) - w / 2, stage.h * (0.44 + 0.03 * (k % 2)) - h / 2
        edge = stage.u * 0.02
        stage.raw().box(x - edge * 0.4, y - edge * 0.2, w + edge * 2, h + edge * 2.2, (30, 20, 20), 0.35)
        stage.raw().box(x - edge, y - edge, w + edge * 2, h + edge * 2, (248, 244, 234))
        stage.image.paste(picture.resize((w, h), Image.Resampling.BICUBIC), (int(x), int(y)))
        stage.raw().oval(x + w / 2, y - edge * 0.6, stage.u * 0.016, stage.u * 0.016, stage.accent(k))
        stage.raw().oval(
            x + w / 2 - stage.u * 0.004,
            y - edge * 0.8,
            stage.u * 0.005,
            stage.u * 0.005,
            (255, 255, 255),
            0.7,
        )
