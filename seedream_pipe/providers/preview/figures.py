"""People, from the ground up: legs, clothes, arms, head and what they hold.

Drawn with the feet at the origin and the figure one unit high; the brush sets the size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from seedream_pipe.providers.preview.animals import draw_animal_head
from seedream_pipe.providers.preview.brush import Brush, Point
from seedream_pipe.providers.preview.colour import Colour, mix, scale
from seedream_pipe.providers.preview.faces import draw_behind_head, draw_head
from seedream_pipe.providers.preview.looks import Look
from seedream_pipe.providers.preview.poses import Pose, reach
from seedream_pipe.providers.preview.things import draw_held

__all__ = ["Stance", "draw_person", "head_centre"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """How a figure stands in this frame, as against how it looks in all frames."""

    pose: Pose
    back: bool = False
    mood: str | None = None
    holds: str | None = None
    holds_colour: Colour | None = None
    hood: bool = False
    beast: str | None = None
    plush: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """Where the joints are, near side first."""

    hip: Point
    neck: Point
    shoulders: tuple[Point, Point]
    knees: tuple[Point, Point]
    feet: tuple[Point, Point]
    elbows: tuple[Point, Point]
    hands: tuple[Point, Point]
    head: Point
    shoulder: float
    waist: float


def skeleton_of(look: Look, pose: Pose) -> Skeleton:
    leg = 0.455 if look.young else 0.485
    neck_y = 1.0 - look.head * (1.06 if look.young else 1.12)
    torso = neck_y - leg - 0.015
    half = (0.098 if look.female or look.young else 0.122) * look.girth
    narrow = 1.0 - (0.34 if pose.turn < 0.85 else 0.46) * pose.turn
    thighs = [reach((0.0, 0.0), a, leg * 0.5) for a, _ in pose.legs]
    ends = [reach(t, b, leg * 0.47) for t, (_, b) in zip(thighs, pose.legs, strict=True)]
    floor = max(e[1] for e in ends) + 0.02
    hip = (0.0, -floor - pose.lift)
    lean = math.radians(pose.lean)
    neck = (hip[0] + math.sin(lean) * torso, hip[1] - math.cos(lean) * torso)
    spread = (-0.045 * narrow, 0.045 * narrow)
    hips = [(hip[0] + s, hip[1]) for s in spread]
    knees = [(h[0] + t[0], h[1] + t[1]) for h, t in zip(hips, thighs, strict=True)]
    feet = [(h[0] + e[0], h[1] + e[1]) for h, e in zip(hips, ends, strict=True)]
    sy = neck[1] + 0.062
    shoulders = ((neck[0] - half * narrow * 0.84, sy), (neck[0] + half * narrow * 0.84, sy))
    arm = 0.185 if look.young else 0.2
    elbows = [reach(s, a, arm * 0.98) for s, (a, _) in zip(shoulders, pose.arms, strict=True)]
    hands = [reach(e, b, arm * 0.92) for e, (_, b) in zip(elbows, pose.arms, strict=True)]
    nod = math.radians(pose.head * 0.5 + pose.lean * 0.6)
    up = look.head * 0.56
    head = (neck[0] + math.sin(nod) * up + 0.012 * pose.turn, neck[1] - math.cos(nod) * up)
    return Skeleton(
        hip=hip, neck=neck, shoulders=shoulders, knees=(knees[0], knees[1]),
        feet=(feet[0], feet[1]), elbows=(elbows[0], elbows[1]), hands=(hands[0], hands[1]),
        head=head, shoulder=half * narrow, waist=half * narrow * (0.74 if look.female else 0.84),
    )  # fmt: skip


def head_centre(look: Look, pose: Pose) -> Point:
    """Where the head's centre is, in the figure's own units (feet at the origin, up negative)."""
    return skeleton_of(look, pose).head


def draw_person(brush: Brush, look: Look, stance: Stance) -> None:
    """Draw a figure."""
    pose = stance.pose
    if pose.lying:
        upright = Pose(legs=pose.legs, arms=pose.arms, turn=0.3)
        brush.panel(-0.66, -0.1, 1.3, 0.12, 0.04, (206, 196, 182))
        brush.panel(-0.66, -0.22, 0.34, 0.16, 0.07, (240, 234, 224))
        draw_upright(brush.at(0.5, -0.15, turn=-math.pi / 2), look, stance, upright)
        quilt = mix(look.top_colour, (226, 212, 196), 0.45)
        brush.blob(
            [
                (-0.24, -0.02),
                (-0.26, -0.22),
                (-0.1, -0.28),
                (0.2, -0.27),
                (0.48, -0.24),
                (0.64, -0.14),
                (0.66, 0.0),
                (0.2, 0.02),
            ],
            quilt,
        )
        for k in range(4):
            brush.line(
                [(-0.12 + 0.19 * k, -0.26), (-0.08 + 0.19 * k, -0.14), (-0.1 + 0.19 * k, 0.0)],
                0.01,
                scale(quilt, 0.8),
                0.7,
            )
        return
    if pose.seat:
        draw_seat(brush, look, pose)
    draw_upright(brush, look, stance, pose)


def draw_upright(brush: Brush, look: Look, stance: Stance, pose: Pose) -> None:
    bones = skeleton_of(look, pose)
    turn = 0.0 if stance.back else pose.turn
    draw_arm(brush, look, bones, 1, shade=0.8)
    draw_leg(brush, look, bones, pose, 1, shade=0.78)
    draw_leg(brush, look, bones, pose, 0, shade=1.0)
    tilt = math.radians(pose.head + pose.lean * 0.5)
    head = brush.at(*bones.head, scale=look.head * 1.02, turn=tilt)
    if stance.beast is None:
        draw_behind_head(head, look, turn=turn, hood=stance.hood)
    draw_neck(brush, look, bones)
    draw_clothes(brush, look, bones, pose, back=stance.back)
    gaze = max(-1.0, min(1.0, pose.head / 20))
    if stance.beast is not None:
        draw_animal_head(head.at(0, 0, scale=1.18), stance.beast, look.coat, turn=turn, back=stance.back)
    else:
        draw_head(head, look, turn=turn, back=stance.back, mood=stance.mood, hood=stance.hood, gaze=gaze)
    if look.scarf is not None:
        draw_scarf(brush, look.scarf, bones)
    flat = stance.holds in ("book", "letter", "bowl", "box", "toy", "laptop", "cake")
    if flat:
        draw_arm(brush, look, bones, 0, shade=1.0)
    if stance.holds is not None:
        draw_held(brush.at(*bones.hands[0]), stance.holds, stance.holds_colour, near=look.head)
    if not flat:
        draw_arm(brush, look, bones, 0, shade=1.0)


def draw_arm(brush: Brush, look: Look, bones: Skeleton, side: int, *, shade: float) -> None:
    cloth = scale(look.top_colour, shade)
    skin = scale(look.skin, 0.92 if shade < 1 else 1.0)
    shoulder, elbow, hand = bones.shoulders[side], bones.elbows[side], bones.hands[side]
    thick = (0.034 if look.female or look.young else 0.04) * look.girth
    if look.top in ("coat", "raincoat", "suit", "jacket", "sweater"):
        thick *= 1.15
    bare = (look.top == "shirt" and look.pattern % 2 == 0) or (look.top == "dress" and look.pattern % 3 == 0)
    wrist = (elbow[0] + (hand[0] - elbow[0]) * 0.86, elbow[1] + (hand[1] - elbow[1]) * 0.86)
    palm = thick * 0.74
    brush.oval(hand[0], hand[1], palm, palm * 1.15, skin)
    if brush.scale > 420:
        draw_fingers(brush, elbow, hand, palm, skin)
    brush.limb(shoulder, elbow, thick * 1.02, thick * 0.92, cloth)
    if bare:
        brush.limb(elbow, wrist, thick * 0.7, thick * 0.58, skin)
        brush.limb(
            shoulder,
            (shoulder[0] + (elbow[0] - shoulder[0]) * 0.8, shoulder[1] + (elbow[1] - shoulder[1]) * 0.8),
            thick * 1.2,
            thick * 1.1,
            cloth,
        )
        return
    brush.limb(elbow, wrist, thick * 0.96, thick * (1.05 if look.top == "raincoat" else 0.85), cloth)
    if brush.scale > 160 and shade == 1.0:
        brush.wire(
            (wrist[0] - 0.001, wrist[1]),
            (wrist[0] + (hand[0] - elbow[0]) * 0.03, wrist[1] + (hand[1] - elbow[1]) * 0.03),
            thick * 1.7,
            scale(cloth, 0.82),
        )
        edge = [shoulder, (elbow[0] - thick * 0.2, elbow[1]), wrist]
        brush.line([(x + thick * 0.75, y) for x, y in edge], 0.006, scale(cloth, 0.7), 0.6)


def draw_fingers(brush: Brush, elbow: Point, hand: Point, palm: float, skin: Colour) -> None:
    angle = math.atan2(hand[1] - elbow[1], hand[0] - elbow[0])
    for k in range(4):
        a = angle + (k - 1.5) * 0.32
        tip = (hand[0] + math.cos(a) * palm * 1.7, hand[1] + math.sin(a) * palm * 1.7)
        brush.limb(hand, tip, palm * 0.34, palm * 0.24, mix(skin, (150, 70, 50), 0.04 * k))
    a = angle - 1.15
    brush.limb(
        hand,
        (hand[0] + math.cos(a) * palm * 1.35, hand[1] + math.sin(a) * palm * 1.35),
        palm * 0.36,
        palm * 0.26,
        skin,
    )


def draw_leg(brush: Brush, look: Look, bones: Skeleton, pose: Pose, side: int, *, shade: float) -> None:
    knee, foot = bones.knees[side], bones.feet[side]
    spread = bones.waist * 0.5 * (-1 if side == 0 else 1)
    hip = (bones.hip[0] + spread, bones.hip[1])
    thick = 0.047 * look.girth * (1.1 if look.young else 1.0)
    bare = look.skirt or look.shorts
    skin = scale(look.skin, 0.9 if shade < 1 else 1.0)
    lower = skin if bare else scale(look.bottom, shade)
    upper = skin if look.skirt else scale(look.bottom, shade)
    slim = 0.72 if bare else 0.92
    brush.limb(hip, knee, thick * (0.95 if look.skirt else 1.12), thick * slim, upper)
    brush.limb(knee, foot, thick * slim, thick * (0.52 if bare else 0.72), lower)
    if not bare and brush.scale > 160:
        brush.line([hip, knee, foot], 0.006, scale(lower, 0.75), 0.5)
    shin = math.radians(pose.legs[side][1])
    shoe = scale(look.shoes, shade)
    ahead = 0.055 + 0.03 * pose.turn
    sole = brush.at(*foot, turn=-shin * 0.75 if pose.legs[side][1] < -30 else 0.0)
    if look.boots:
        up = reach(foot, 180 + pose.legs[side][1], 0.13)
        brush.limb(up, foot, thick * 0.92, thick * 0.78, shoe)
        shoe = scale(shoe, 0.9)
    sole.blob(
        [(-0.035, -0.03), (0.02, -0.034), (ahead, -0.008), (ahead + 0.008, 0.016), (-0.038, 0.018)], shoe
    )
    sole.box(-0.036, 0.011, ahead + 0.042, 0.009, mix(shoe, (20, 18, 20), 0.55))


def draw_neck(brush: Brush, look: Look, bones: Skeleton) -> None:
    nx, ny = bones.neck
    wide = look.head * (0.19 if look.female or look.young else 0.24)
    brush.limb(
        (nx, ny + 0.03),
        (bones.head[0] - 0.004, bones.head[1] + look.head * 0.2),
        wide * 1.08,
        wide,
        scale(look.skin, 0.86),
    )
    brush.oval(nx, ny + 0.016, wide * 1.25, 0.022, scale(look.skin, 0.9))


def lerp(a: Point, b: Point, part: float) -> Point:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


def torso_shape(bones: Skeleton, *, waist: float, hem: float, below: float) -> list[Point]:
    """Shoulders to hips; `waist` and `hem` are half widths, `below` reaches under the hip."""
    neck, hip = bones.neck, bones.hip
    middle = lerp(neck, hip, 0.62)
    s = bones.shoulder
    return [
        (neck[0] - s * 0.32, neck[1] + 0.012), (neck[0] - s * 0.86, neck[1] + 0.028),
        (neck[0] - s * 1.08, neck[1] + 0.075), (lerp(neck, hip, 0.4)[0] - s * 0.93, lerp(neck, hip, 0.4)[1]),
        (middle[0] - waist, middle[1]), (hip[0] - hem, hip[1] + below),
        (hip[0] + hem, hip[1] + below), (middle[0] + waist, middle[1]),
        (lerp(neck, hip, 0.4)[0] + s * 0.93, lerp(neck, hip, 0.4)[1]), (neck[0] + s * 1.08, neck[1] + 0.075),
        (neck[0] + s * 0.86, neck[1] + 0.028), (neck[0] + s * 0.32, neck[1] + 0.012),
    ]  # fmt: skip


def skirt_shape(bones: Skeleton, pose: Pose, *, length: float, flare: float) -> list[Point]:
    """From the waist down over both thighs, swinging with the legs."""
    back = min(pose.legs[0][0], pose.legs[1][0])
    front = max(pose.legs[0][0], pose.legs[1][0])
    hip = bones.hip
    w = bones.waist
    up = lerp(hip, bones.neck, 0.36)
    left = reach((hip[0] - w, hip[1]), min(back * 0.8, 0) - flare, length)
    right = reach((hip[0] + w, hip[1]), max(front * 0.85, 0) + flare, length)
    low = ((left[0] + right[0]) / 2, max(left[1], right[1]) + 0.012)
    return [
        (up[0] - w * 0.92, up[1]), (hip[0] - w * 1.18, hip[1]), left,
        lerp(left, low, 0.5), low, lerp(low, right, 0.5), right,
        (hip[0] + w * 1.18, hip[1]), (up[0] + w * 0.92, up[1]),
    ]  # fmt: skip


def draw_clothes(brush: Brush, look: Look, bones: Skeleton, pose: Pose, *, back: bool) -> None:
    c = look.top_colour
    dark, light = scale(c, 0.76), mix(c, (255, 250, 235), 0.22)
    w = bones.waist
    fine = brush.scale > 150
    match look.top:
        case "dress":
            draw_dress(brush, look, bones, pose, back=back)
        case "coat" | "raincoat":
            brush.blob(skirt_shape(bones, pose, length=0.19 if look.young else 0.23, flare=9), c)
            brush.blob(torso_shape(bones, waist=w * 1.08, hem=w * 1.12, below=0.0), c)
            folds(brush, bones, pose, dark, length=0.16)
            if not back:
                front_opening(brush, look, bones, dark, light)
        case "suit" | "jacket":
            brush.blob(torso_shape(bones, waist=w * 1.0, hem=w * 1.08, below=0.05), c)
            if not back:
                lapels(brush, look, bones, dark)
        case _:
            if look.skirt:
                brush.blob(skirt_shape(bones, pose, length=0.19, flare=10), look.bottom)
                folds(brush, bones, pose, scale(look.bottom, 0.75), length=0.15)
            brush.blob(torso_shape(bones, waist=w * 1.02, hem=w * 1.05, below=0.015), c)
            if look.top == "sweater":
                brush.limb(
                    (bones.hip[0] - w, bones.hip[1] + 0.005),
                    (bones.hip[0] + w, bones.hip[1] + 0.005),
                    0.014,
                    0.014,
                    dark,
                )
                if look.pattern % 2:
                    stripes(brush, bones, light)
            if fine:
                collar(brush, bones, light if look.top == "shirt" else dark)
            if look.top == "shirt" and fine and not back:
                buttons(brush, bones, dark)


def draw_dress(brush: Brush, look: Look, bones: Skeleton, pose: Pose, *, back: bool) -> None:
    c, w = look.top_colour, bones.waist
    dark, light = scale(c, 0.76), mix(c, (255, 250, 235), 0.22)
    fine = brush.scale > 150
    brush.blob(skirt_shape(bones, pose, length=0.25, flare=13), c)
    brush.blob(torso_shape(bones, waist=w * 0.9, hem=w * 0.98, below=-0.02), c)
    belt = lerp(bones.hip, bones.neck, 0.33)
    brush.limb((belt[0] - w * 0.84, belt[1]), (belt[0] + w * 0.84, belt[1]), 0.012, 0.012, dark)
    folds(brush, bones, pose, dark, length=0.22)
    if fine and not back:
        collar(brush, bones, light)
    if look.pattern == 1 and fine:
        dots(brush, bones, light)


def folds(brush: Brush, bones: Skeleton, pose: Pose, colour: Colour, *, length: float) -> None:
    if brush.scale < 110:
        return
    middle = (pose.legs[0][0] + pose.legs[1][0]) * 0.4
    for k in (-0.6, 0.0, 0.62):
        x = bones.hip[0] + bones.waist * k
        end = reach((x, bones.hip[1]), middle + k * 12, length)
        brush.line([(x, bones.hip[1] - 0.02), lerp((x, bones.hip[1]), end, 0.5), end], 0.009, colour, 0.55)


def collar(brush: Brush, bones: Skeleton, colour: Colour) -> None:
    nx, ny = bones.neck
    s = bones.shoulder
    for side in (-1, 1):
        brush.blob(
            [
                (nx, ny + 0.045),
                (nx + side * s * 0.36, ny + 0.006),
                (nx + side * s * 0.52, ny + 0.035),
                (nx + side * s * 0.26, ny + 0.062),
            ],
            colour,
        )


def buttons(brush: Brush, bones: Skeleton, colour: Colour) -> None:
    top = (bones.neck[0] + bones.shoulder * 0.05, bones.neck[1] + 0.05)
    brush.line([top, lerp(top, bones.hip, 0.5), bones.hip], 0.005, colour, 0.7)
    for k in range(4):
        x, y = lerp(top, bones.hip, 0.15 + 0.22 * k)
        brush.oval(x + 0.008, y, 0.0055, 0.0055, colour)


def stripes(brush: Brush, bones: Skeleton, colour: Colour) -> None:
    for k in (0.34, 0.46, 0.58):
        x, y = lerp(bones.neck, bones.hip, k)
        half = bones.shoulder * 0.84
        brush.limb((x - half, y), (x + half, y), 0.0105, 0.0105, colour)


def dots(brush: Brush, bones: Skeleton, colour: Colour) -> None:
    for row in range(4):
        for col in range(-1, 2):
            x, y = lerp(bones.neck, bones.hip, 0.4 + 0.24 * row)
            brush.oval(x + (col + 0.5 * (row % 2)) * bones.waist * 0.62, y, 0.007, 0.007, colour)


def front_opening(brush: Brush, look: Look, bones: Skeleton, dark: Colour, light: Colour) -> None:
    if brush.scale < 110:
        return
    nx, ny = bones.neck
    s = bones.shoulder
    hem = (bones.hip[0] + 0.012, bones.hip[1] + 0.15)
    brush.line([(nx + 0.01, ny + 0.05), lerp((nx + 0.01, ny + 0.05), hem, 0.5), hem], 0.007, dark, 0.9)
    for k in range(4):
        x, y = lerp((nx + 0.01, ny + 0.06), hem, 0.12 + 0.22 * k)
        brush.oval(x + 0.016, y, 0.0075, 0.0075, light if look.top == "raincoat" else dark)
    for side in (-1, 1):
        if look.top == "coat":
            brush.poly(
                [
                    (nx, ny + 0.085),
                    (nx + side * s * 0.42, ny + 0.0),
                    (nx + side * s * 0.68, ny + 0.05),
                    (nx + side * s * 0.3, ny + 0.11),
                ],
                dark,
            )
        brush.wire(
            (bones.hip[0] + side * bones.waist * 0.5, bones.hip[1] - 0.01),
            (bones.hip[0] + side * bones.waist * 0.98, bones.hip[1] + 0.012),
            0.009,
            dark,
            0.9,
        )
    if look.top == "coat" and look.pattern % 2:
        belt = lerp(bones.hip, bones.neck, 0.22)
        brush.limb((belt[0] - bones.waist, belt[1]), (belt[0] + bones.waist, belt[1]), 0.012, 0.012, dark)


def lapels(brush: Brush, look: Look, bones: Skeleton, dark: Colour) -> None:
    nx, ny = bones.neck
    s = bones.shoulder
    deep = ny + (bones.hip[1] - ny) * 0.55
    mid = nx + (bones.hip[0] - nx) * 0.5
    brush.poly([(nx - s * 0.34, ny + 0.008), (nx + s * 0.34, ny + 0.008), (mid + 0.004, deep)], look.under)
    if look.top == "suit" and not look.female:
        brush.poly(
            [
                (nx - 0.01, ny + 0.03),
                (nx + 0.01, ny + 0.03),
                (mid + 0.016, deep - 0.04),
                (mid, deep),
                (mid - 0.014, deep - 0.04),
            ],
            mix(look.top_colour, (150, 44, 44), 0.6),
        )
    for side in (-1, 1):
        brush.poly(
            [
                (nx + side * s * 0.34, ny + 0.004),
                (nx + side * s * 0.58, ny + 0.07),
                (mid, deep + 0.012),
                (nx + side * s * 0.2, ny + 0.06),
            ],
            dark,
        )
    brush.line([(mid, deep), (bones.hip[0], bones.hip[1] + 0.05)], 0.006, dark, 0.9)


def draw_scarf(brush: Brush, colour: Colour, bones: Skeleton) -> None:
    nx, ny = bones.neck
    s = bones.shoulder
    brush.blob(
        [
            (nx - s * 0.62, ny + 0.035),
            (nx - s * 0.5, ny - 0.02),
            (nx, ny - 0.03),
            (nx + s * 0.55, ny - 0.02),
            (nx + s * 0.62, ny + 0.035),
            (nx, ny + 0.06),
        ],
        colour,
    )
    brush.blob(
        [
            (nx + s * 0.08, ny + 0.02),
            (nx + s * 0.42, ny + 0.02),
            (nx + s * 0.5, ny + 0.17),
            (nx + s * 0.16, ny + 0.18),
        ],
        scale(colour, 0.85),
    )
    brush.line(
        [(nx - s * 0.5, ny + 0.015), (nx, ny + 0.03), (nx + s * 0.5, ny + 0.012)],
        0.007,
        scale(colour, 0.7),
        0.8,
    )


def draw_seat(brush: Brush, look: Look, pose: Pose) -> None:
    hip = skeleton_of(look, pose).hip
    wood = (112, 82, 58)
    top = hip[1] + 0.045
    brush.limb((-0.13, top + 0.02), (0.13, top + 0.02), 0.02, 0.02, wood)
    for x in (-0.115, 0.105):
        brush.wire((x, top + 0.03), (x * 1.06, 0.015), 0.022, scale(wood, 0.75))
    brush.wire((-0.11, top + 0.5 * -top), (0.1, top + 0.5 * -top), 0.012, scale(wood, 0.65))
