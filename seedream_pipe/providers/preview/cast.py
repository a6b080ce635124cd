"""Who stands where: figures placed, lit and painted onto the stage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from seedream_pipe.providers.preview.animals import ANIMAL_HEIGHT, draw_animal
from seedream_pipe.providers.preview.brush import Brush
from seedream_pipe.providers.preview.colour import Colour, named, skin_in
from seedream_pipe.providers.preview.dice import Dice
from seedream_pipe.providers.preview.figures import Stance, draw_person, head_centre
from seedream_pipe.providers.preview.looks import Look, look_of
from seedream_pipe.providers.preview.plush import draw_plush, plush_head
from seedream_pipe.providers.preview.poses import pose_of
from seedream_pipe.providers.preview.reading import ACCESSORIES, Figure, Scene
from seedream_pipe.providers.preview.stage import Stage

__all__ = [
    "FRAMINGS",
    "Actor",
    "Framing",
    "framing_of",
    "paint_actor",
    "paint_cast",
    "paint_crowd",
    "place_cast",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """A shot size in numbers, all in frame heights.

    `man` is a grown man's height, `feet` where he stands, `blur` the background's. With
    `heads` the frame cuts the figures, and they are placed by their heads.
    """

    man: float
    feet: float
    horizon: float
    blur: float
    heads: bool = False


FRAMINGS: Final = MappingProxyType({
    "extreme_wide": Framing(man=0.21, feet=0.86, horizon=0.6, blur=0.0),
    "wide": Framing(man=0.45, feet=0.9, horizon=0.55, blur=0.0),
    "": Framing(man=0.72, feet=0.955, horizon=0.52, blur=0.0012),
    "full": Framing(man=0.82, feet=0.965, horizon=0.5, blur=0.0018),
    "medium": Framing(man=1.5, feet=1.6, horizon=0.47, blur=0.005, heads=True),
    "close": Framing(man=3.6, feet=3.66, horizon=0.45, blur=0.013, heads=True),
    "extreme_close": Framing(man=7.6, feet=7.7, horizon=0.44, blur=0.02, heads=True),
    "over_shoulder": Framing(man=1.62, feet=1.74, horizon=0.46, blur=0.007, heads=True),
    "insert": Framing(man=3.3, feet=3.3, horizon=0.4, blur=0.016, heads=True),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A figure at its mark: pixels of the canvas, feet at (x, y), `size` its own height."""

    figure: Figure
    look: Look
    stance: Stance
    x: float
    y: float
    size: float
    flip: bool = False
    depth: float = 0.0
    dim: float = 0.0

    @property
    def head_size(self) -> float:
        """The head's height, in pixels."""
        if self.stance.plush or (self.figure.animal and self.stance.beast is None):
            return self.size * 0.45
        return self.size * self.look.head

    @property
    def head(self) -> tuple[float, float]:
        """Where the head's middle is, in pixels."""
        if self.stance.plush:
            dx, dy = plush_head(self.figure.kind)
            return self.x + dx * self.size, self.y + dy * self.size
        if self.figure.animal and self.stance.beast is None:
            return self.x, self.y - self.size * 0.75
        dx, dy = head_centre(self.look, self.stance.pose)
        return self.x + (-dx if self.flip else dx) * self.size, self.y + dy * self.size


SMALL: Final = re.compile(
    r"\b(?:small|tiny|little) (?:at|in|against|under|on)\b|小小的?[站坐]|渺小", re.IGNORECASE
)


def framing_of(scene: Scene) -> Framing:
    """The framing of a scene's shot, with its angle."""
    if scene.kind == "poster" and scene.shot is None:
        small = SMALL.search(scene.excerpt) is not None
        return Framing(man=0.3 if small else 0.5, feet=0.84, horizon=0.54, blur=0.001)
    shot = scene.shot or ("wide" if len(scene.figures) > 4 else "")
    framing = FRAMINGS[shot]
    if scene.angle == "low" and not framing.heads:
        return replace(framing, man=framing.man * 1.16, feet=framing.feet + 0.03, horizon=0.84)
    if scene.angle == "low":
        return replace(framing, horizon=0.86)
    if scene.angle == "raised" and not framing.heads:
        return replace(framing, man=framing.man * 0.86, horizon=0.17)
    if scene.angle in ("high", "raised") and framing.heads:
        return replace(framing, horizon=0.12)
    return framing


def stance_of(figure: Figure, look: Look, scene: Scene, framing: Framing) -> Stance:
    holds = figure.holds
    pose = pose_of(figure.action, holds=holds)
    if framing.heads:
        pose = replace(pose, seat=False, lying=False, lift=0.0, legs=((-3, -3), (5, 3)), lean=pose.lean * 0.4)
        if figure.action in ("sit", "eat", "crouch", "run", "lie", "dance", "jump", "fly") and holds is None:
            pose = replace(pose, arms=((-8, 10), (10, 14)))
    if scene.profile:
        pose = replace(pose, turn=0.92)
    mood = figure.mood or ("talk" if figure.action == "talk" else "calm" if figure.action == "lie" else None)
    wet = scene.weather in ("rain", "storm", "snow")
    return Stance(
        pose=pose,
        back=scene.behind,
        mood=mood,
        holds=holds,
        hood=look.top == "raincoat" and wet and not look.hat,
        beast=figure.kind if is_dressed(figure) else None,
        plush=figure.upright,
    )


def is_dressed(figure: Figure) -> bool:
    """True for an animal in people's clothes: it has a person's body."""
    return figure.animal and any(g.kind not in ACCESSORIES for g in figure.garments)


def stature(figure: Figure, look: Look) -> float:
    """Height in grown men."""
    if figure.animal:
        if figure.upright:
            return 0.5 if figure.kind in ("rabbit", "mouse", "cat", "frog") else 0.66
        return 0.62 if figure.garments else ANIMAL_HEIGHT.get(figure.kind, 0.4)
    return look.height


def place_cast(stage: Stage, framing: Framing, looks: Sequence[Look], *, shift: float = 0.0) -> list[Actor]:
    """Give every figure its mark, the leads first; far ones come first in the list."""
    figures = stage.scene.figures
    everyone = list(zip(figures, looks, strict=True))
    flock = [pair for pair in everyone if len(everyone) > 1 and is_aloft(pair[0])]
    shown = [pair for pair in everyone if pair not in flock]
    if flock and not framing.heads:
        paint_flock(stage, framing, flock)
    if framing.heads:
        shown = shown[: 2 if framing.man > 2 else 4]
    if not shown:
        return []
    tallest = max(stature(f, k) for f, k in shown)
    alone = all(f.animal for f, _ in shown)
    unit = min(float(stage.h), stage.w * (0.95 if framing.heads else 1.5))
    man = framing.man * unit * (0.86 / tallest if alone and tallest < 0.86 else 1.0)
    if framing.heads:
        man *= min(1.0, 1.02 / tallest) if tallest > 1 else 1.0
    elif man * tallest > 0.86 * stage.h:
        man = 0.86 * stage.h / tallest
    beasts = [stature(f, k) for f, k in shown if f.animal and not f.garments and not f.upright]
    spacing = man * max(0.3 if framing.man > 2 else 0.42, max(beasts, default=0.0) * 0.7)
    room = stage.w * (0.86 if not framing.heads else 0.74)
    if len(shown) > 1 and spacing * (len(shown) - 1) > room:
        part = max(0.4, room / (spacing * (len(shown) - 1)))
        man, spacing = man * part, spacing * part
    actors = [
        mark(
            stage, framing, figure, look, number, len(shown), man=man, unit=unit, spacing=spacing, shift=shift
        )
        for number, (figure, look) in enumerate(shown)
    ]
    actions = {a.figure.action for a in actors}
    if len(actors) > 1 and len(actions) == 1 and actions <= {"run", "walk", "jump"}:
        actors = [replace(a, flip=False) for a in actors]
    if "hug" in actions:
        actors = drawn_close(actors)
    if not framing.heads and RIDING.search(stage.scene.excerpt):
        actors = mounted(actors)
    return sorted(actors, key=lambda a: (a.y + (a.size if a.figure.action == "ride" else 0), -a.depth))


def drawn_close(actors: Sequence[Actor]) -> list[Actor]:
    """Those who hug stand arm in arm; animals stay where they are."""
    people = [a for a in actors if not a.figure.animal or a.stance.plush]
    middle = sum(a.x for a in people) / max(1, len(people))
    return [
        replace(a, x=middle + (a.x - middle) * 0.5) if a in people and len(people) == 2 else a for a in actors
    ]


RIDING: Final = re.compile(r"\b(rid(e|es|ing)|rode|on horseback)\b|骑", re.IGNORECASE)
MOUNTS: Final = frozenset("horse cow elephant deer dragon tiger lion sheep wolf bear".split())


def mounted(actors: Sequence[Actor]) -> list[Actor]:
    """The first person put on the first animal's back."""
    mount = next((a for a in actors if a.figure.kind in MOUNTS), None)
    rider = next((a for a in actors if not a.figure.animal), None)
    if mount is None or rider is None:
        return list(actors)
    size = max(rider.size, mount.size * 0.8) * 0.82
    pose = replace(
        rider.stance.pose,
        legs=((46, -16), (40, -22)),
        arms=((34, 62), (38, 60)),
        seat=False,
        turn=0.7,
        lean=2,
    )
    up = replace(
        rider, x=mount.x - mount.size * 0.02, y=mount.y - mount.size * 0.34, size=size, flip=mount.flip,
        stance=replace(rider.stance, pose=pose), figure=replace(rider.figure, action="ride"),
    )  # fmt: skip
    return [up if a is rider else a for a in actors]


def is_aloft(figure: Figure) -> bool:
    return figure.kind in ("bird", "butterfly") and figure.action == "fly"


def paint_flock(stage: Stage, framing: Framing, flock: Sequence[tuple[Figure, Look]]) -> None:
    """Birds in the air over the others."""
    for number, (figure, look) in enumerate(flock):
        size = stage.u * max(0.05, framing.man * 0.16) * (1.0 - 0.12 * (number % 3))
        x = stage.w * (0.3 + 0.17 * number if number % 2 else 0.74 - 0.13 * number)
        y = stage.h * (0.3 + 0.07 * ((number * 2) % 5))
        stance = Stance(pose=pose_of("stand"))
        paint_actor(
            stage,
            Actor(
                figure=figure, look=look, stance=stance, x=x, y=y, size=size, flip=number % 2 == 0, depth=0.2
            ),
        )


def mark(
    stage: Stage,
    framing: Framing,
    figure: Figure,
    look: Look,
    number: int,
    count: int,
    *,
    man: float,
    unit: float,
    spacing: float,
    shift: float,
) -> Actor:
    scene = stage.scene
    size = man * stature(figure, look)
    x = column(number, count, framing) + shift * (0.05 if count == 1 else 0.02)
    spread = min(0.5, spacing * 1.1 * max(1, count - 1) / stage.w / 2) if count > 1 else 0.0
    if count > 1:
        x = 0.5 + (x - 0.5) * min(1.0, max(0.25, spread * 2 / 0.72))
    if count == 1 and stage.scene.foreground is not None:
        x = {"left": 0.68, "right": 0.32}.get(stage.scene.foreground[1], x)
    flip = x > 0.5
    stance = stance_of(figure, look, scene, framing)
    if stance.holds is not None and stance.holds in stage.things:
        stance = replace(stance, holds_colour=stage.things[stance.holds])
    if framing.heads:
        spoken = any(t.role == "speech" for t in scene.lettering)
        head_y = (0.47 if framing.man > 2 else 0.3 + 0.1 * spoken) * stage.h
        if framing.man > 5:
            head_y = 0.5 * stage.h
        if framing.man < 2 and any(t.role == "title" for t in scene.lettering):
            head_y += 0.12 * stage.h
        _, dy = head_centre(look, stance.pose)
        y = head_y - dy * size
        if stance.plush:
            size = (
                unit
                * (2.6 if framing.man > 5 else 1.5 if framing.man > 2 else 1.0)
                * (1.0 if count == 1 else 0.8)
                * (0.8 if figure.kind == "mouse" else 1.0)
            )
            y = stage.h * (0.52 if framing.man > 2 else 0.5) + size * 0.6
        elif figure.animal and stance.beast is None:
            alone = count == 1
            size = (
                unit
                * (3.3 if framing.man > 5 else 1.25 if framing.man > 2 else 0.9)
                * (1.0 if alone else 0.6)
            )
            y = stage.h * (0.5 if framing.man > 2 else 0.46) + size * (0.69 if framing.man > 5 else 0.74)
        drop = 0.0 if count == 1 else (0.02 if number % 2 else 0.0) * stage.h
        short = (
            (1.0 - min(1.0, stature(figure, look))) * 0.25 * stage.h if count > 1 and framing.man < 2 else 0.0
        )
        y += drop + short
    else:
        back_row = number % 2 if count > 2 else 0
        y = framing.feet * stage.h - back_row * 0.045 * stage.h
        size *= 1.0 - 0.07 * back_row
        if figure.action == "fly" and figure.animal:
            size, y = size * 0.72, stage.h * 0.5 + size * 0.2
    depth = 0.3 if framing.man < 0.3 else 0.08 if framing.man < 0.5 else 0.0
    return Actor(
        figure=figure, look=look, stance=stance, x=x * stage.w, y=y, size=size, flip=flip, depth=depth
    )


def column(number: int, count: int, framing: Framing) -> float:
    """Where across the frame a figure stands: thirds for one, spread for several."""
    if count == 1:
        return 0.52 if framing.man > 2 else 0.56
    order = sorted(range(count), key=lambda k: abs(k - (count - 1) / 2))
    slot = order[number] if count > 2 else number
    return 0.14 + 0.72 * (slot / (count - 1))


def paint_cast(stage: Stage, actors: Sequence[Actor]) -> None:
    """Paint the actors, the far ones first."""
    for actor in actors:
        paint_actor(stage, actor)


FINE: Final = 2
"""Figures are drawn this many times larger and brought down, for smooth edges."""


def paint_actor(stage: Stage, actor: Actor) -> None:
    """Paint one figure: its shadow on the ground, its body, then light and shade on it."""
    size = actor.size
    umbrella = actor.stance.holds in ("umbrella", "balloon", "kite")
    wide = 0.95 if actor.figure.animal or actor.stance.pose.lying else 0.62
    up = 1.75 if umbrella else 1.3
    area = (
        max(0, int(actor.x - size * wide)), max(0, int(actor.y - size * up)),
        min(stage.w, int(actor.x + size * wide) + 1), min(stage.h, int(actor.y + size * 0.08) + 1),
    )  # fmt: skip
    if area[2] - area[0] < 3 or area[3] - area[1] < 3:
        return
    if actor.y < stage.h * 1.1 and actor.figure.action != "ride" and not is_aloft(actor.figure):
        ground_shadow(stage, actor)
    colour = stage.image.crop(area)
    fine = colour.resize((colour.width * FINE, colour.height * FINE), Image.Resampling.NEAREST)
    mask = Image.new("L", fine.size)
    brush = Brush(
        on=ImageDraw.Draw(fine, "RGBA"), mask=ImageDraw.Draw(mask),
        origin=((actor.x - area[0]) * FINE, (actor.y - area[1]) * FINE),
        scale=size * FINE, flip=actor.flip, tone=stage.light.on_figures(actor.depth),
    )  # fmt: skip
    stance = actor.stance
    if stance.plush:
        draw_plush(
            brush, actor.figure.kind, actor.look, stance.pose,
            back=stance.back, mood=stance.mood, holds=stance.holds, colour=stance.holds_colour,
        )  # fmt: skip
    elif actor.figure.animal and stance.beast is None:
        draw_animal(
            brush, actor.figure.kind, actor.look.coat, action=actor.figure.action, back=stance.back,
            profile=stance.pose.turn > 0.9, mouth=actor.figure.in_mouth, mood=stance.mood,
        )  # fmt: skip
    else:
        draw_person(brush, actor.look, actor.stance)
    colour, mask = fine.reduce(FINE), mask.reduce(FINE)
    del fine, brush
    lit(stage, colour, mask, size)
    if actor.dim:
        colour.paste(
            stage.light.shade, (0, 0, *colour.size), mask.point([int(i * actor.dim) for i in range(256)])
        )
    stage.image.paste(colour, area[:2], mask)


def lit(stage: Stage, colour: Image.Image, mask: Image.Image, size: float) -> None:
    """Shade the side away from the light and draw a rim on the side towards it."""
    light = stage.light
    side = 1 if light.sun_at[0] > 0.5 else -1
    deep = max(2, int(min(size, stage.h * 2.2) * 0.03))
    thin = max(1, int(min(size, stage.h * 2.0) * 0.0065))
    away = ImageChops.subtract(mask, moved(mask, side * deep, -deep // 3))
    step = 4 if deep > 8 else 1
    soft = away.reduce(step) if step > 1 else away
    soft = soft.filter(ImageFilter.GaussianBlur(max(1.0, deep * 0.8 / step)))
    shade = soft.resize(mask.size, Image.Resampling.BILINEAR) if step > 1 else soft
    colour.paste(light.shade, (0, 0, *colour.size), ImageChops.multiply(shade, mask).point(HALF))
    rim = ImageChops.subtract(mask, moved(mask, -side * thin, max(1, thin // 2)))
    colour.paste(light.rim, (0, 0, *colour.size), rim.point(STRONG if light.lamps else FAINT))


HALF: Final = [int(i * 0.5) for i in range(256)]
STRONG: Final = [int(i * 0.62) for i in range(256)]
FAINT: Final = [int(i * 0.5) for i in range(256)]


def moved(mask: Image.Image, dx: int, dy: int) -> Image.Image:
    out = Image.new("L", mask.size)
    out.paste(mask, (dx, dy))
    return out


def ground_shadow(stage: Stage, actor: Actor) -> None:
    lift = 0.3 if actor.stance.pose.lift or actor.figure.action == "fly" else 1.0
    side = -1 if stage.light.sun_at[0] > 0.5 else 1
    wide = actor.size * (0.36 if actor.figure.animal or actor.stance.pose.lying else 0.17)
    brush = stage.raw()
    long = 1.0 if stage.light.sun is None else 1.7
    for k in range(4):
        r = wide * (1.0 - 0.18 * k)
        brush.oval(
            actor.x + side * r * (long - 1) * 0.8,
            actor.y + actor.size * 0.004,
            r * long,
            r * 0.2,
            stage.light.shade,
            0.17 * lift,
        )


def paint_crowd(stage: Stage, framing: Framing, count: int) -> None:
    """Passers-by in the background, smaller and hazier the further away."""
    dice = Dice("crowd", stage.scene.excerpt)
    feet = min(framing.feet, 0.9) * stage.h
    marks = sorted(
        (dice.span(0.08, 0.72) if not framing.heads else dice.span(0.2, 0.9), dice.span(0.02, 0.98))
        for _ in range(count)
    )
    kinds = ("woman", "man", "woman", "man", "girl", "old_man", "boy")
    sheltered = stage.scene.weather in ("rain", "storm", "snow")
    for number, (near, across) in enumerate(marks):
        in_the_way = framing.man > 0.3 and near > 0.4 and 0.3 < across < 0.62
        aside = across * 0.3 if across < 0.46 else 1 - (1 - across) * 0.3
        x = aside if in_the_way else across
        figure = Figure(
            kind=kinds[number % len(kinds)],
            number=number,
            action=dice.pick(("walk", "stand", "walk", "talk")),
            holds="umbrella" if sheltered and dice.maybe(0.6) else None,
        )
        look = look_of(figure)
        y = stage.horizon + (feet - stage.horizon) * near
        size = min(framing.man * stage.u, stage.h * 0.6) * look.height * max(0.12, near) * 0.92
        pose = pose_of(figure.action, holds=figure.holds)
        cloth = stage.accent(number) if figure.holds else None
        stance = Stance(pose=pose, back=dice.maybe(0.4), mood=None, holds=figure.holds, holds_colour=cloth)
        paint_actor(
            stage,
            Actor(
                figure=figure,
                look=look,
                stance=stance,
                x=x * stage.w,
                y=y,
                size=size,
                flip=dice.maybe(0.5),
                depth=0.5 * (1 - near) + 0.12,
            ),
        )


def looks_for(
    scene: Scene,
    references: Sequence[bytes],
    palettes: Mapping[int, Sequence[Colour]],
    pictures: Sequence[Image.Image | None],
) -> list[Look]:
    """The look of each figure; one without a name takes it from the reference that shows it."""
    looks = []
    for figure in scene.figures:
        number = (figure.reference or 0) - 1
        if 0 <= number < len(references) and not figure.name:
            picture = pictures[number]
            looks.append(
                look_of(
                    figure,
                    reference=references[number],
                    palette=palettes.get(number, ()),
                    skin=skin_in(picture) if picture is not None and not figure.animal else None,
                )
            )
        else:
            looks.append(look_of(figure))
    return looks


def held_colour(scene: Scene) -> Colour | None:
    """The colour of the thing the scene is about, when the prompt gives one."""
    return named(scene.subject_colour) if scene.subject_colour else None
