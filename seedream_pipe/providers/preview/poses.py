"""How a body holds itself: angles of its joints for each action."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["Pose", "pose_of"]

Limb: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Joint angles in degrees from hanging straight down, forwards positive.

    The near limb stands first. `turn` says how far the figure looks to its front side:
    0 at us, 1 in profile. `seat` asks for something to sit on; `lying` lays it down.
    """

    legs: tuple[Limb, Limb]
    arms: tuple[Limb, Limb]
    lean: float = 0.0
    head: float = 0.0
    turn: float = 0.35
    lift: float = 0.0
    seat: bool = False
    lying: bool = False


POSES: Final[dict[str, Pose]] = {
    "stand": Pose(legs=((-3, -3), (5, 3)), arms=((-10, 4), (12, 16)), turn=0.3),
    "walk": Pose(legs=((24, 12), (-20, -34)), arms=((-26, -8), (26, 44)), lean=4, turn=0.75),
    "run": Pose(legs=((58, -8), (-26, -86)), arms=((-52, 38), (42, 112)), lean=15, turn=0.9),
    "sit": Pose(legs=((84, 4), (78, -4)), arms=((18, 62), (22, 58)), lean=3, turn=0.55, seat=True),
    "crouch": Pose(legs=((98, -38), (64, -62)), arms=((30, 50), (42, 66)), lean=20, turn=0.6, head=6),
    "jump": Pose(legs=((40, -50), (-18, -70)), arms=((146, 160), (-140, -160)), turn=0.4, lift=0.16),
    "sweep": Pose(legs=((14, 6), (-12, -14)), arms=((38, 66), (44, 80)), lean=9, turn=0.7, head=8),
    "raise": Pose(legs=((-4, -4), (6, 4)), arms=((-158, -172), (158, 172)), turn=0.25, head=-12),
    "dance": Pose(legs=((-4, -4), (52, -60)), arms=((128, 158), (-96, -62)), lean=-6, turn=0.3, head=-8),
    "wave": Pose(legs=((-3, -3), (5, 3)), arms=((-10, 4), (132, 168)), turn=0.25),
    "cheek": Pose(legs=((-3, -3), (5, 3)), arms=((-34, -166), (10, 14)), turn=0.2, head=-6),
    "point": Pose(legs=((-4, -4), (8, 3)), arms=((82, 88), (-8, 10)), turn=0.7),
    "hug": Pose(legs=((-3, -3), (5, 3)), arms=((52, 92), (48, 84)), lean=5, turn=0.8, head=8),
    "fight": Pose(legs=((38, 2), (-34, -30)), arms=((78, 86), (-70, 20)), lean=9, turn=0.75),
    "hold": Pose(legs=((-3, -3), (5, 3)), arms=((22, 92), (8, 12)), turn=0.35),
    "read": Pose(legs=((-3, -3), (5, 3)), arms=((26, 96), (34, 92)), turn=0.45, head=14),
    "eat": Pose(legs=((84, 4), (78, -4)), arms=((24, 118), (30, 74)), lean=5, turn=0.6, seat=True),
    "look_up": Pose(legs=((-3, -3), (5, 3)), arms=((-8, 4), (10, 14)), turn=0.65, head=-20, lean=-3),
    "look_down": Pose(legs=((-3, -3), (4, 2)), arms=((4, 14), (8, 14)), turn=0.4, head=20, lean=3),
    "look": Pose(legs=((-3, -3), (5, 3)), arms=((-8, 4), (12, 16)), turn=0.7),
    "talk": Pose(legs=((-3, -3), (5, 3)), arms=((24, 78), (6, 10)), turn=0.6),
    "fly": Pose(legs=((-30, -44), (-14, -36)), arms=((96, 110), (-78, -96)), lean=12, turn=0.5, lift=0.3),
    "lie": Pose(legs=((6, -6), (-2, -4)), arms=((14, 26), (10, 18)), turn=0.4, lying=True),
    "umbrella": Pose(legs=((-3, -3), (5, 3)), arms=((28, 142), (6, 12)), turn=0.4),
}  # fmt: skip


def pose_of(action: str | None, *, holds: str | None = None) -> Pose:
    """The pose of an action; the near arm makes room for what is held."""
    pose = POSES.get(action or "stand", POSES["stand"])
    if holds is None or action in ("sweep", "raise", "cheek"):
        return pose
    carried = {
        "umbrella": (28.0, 142.0),
        "balloon": (34.0, 150.0),
        "kite": (60.0, 140.0),
        "lantern": (46.0, 92.0),
        "sword": (40.0, 70.0),
        "camera": (36.0, 128.0),
        "phone": (26.0, 124.0),
        "bag": (4.0, 10.0),
        "suitcase": (4.0, 8.0),
        "basket": (12.0, 60.0),
    }
    arm = carried.get(holds, (24.0, 94.0))
    return Pose(
        legs=pose.legs,
        arms=(arm, pose.arms[1]),
        lean=pose.lean,
        head=pose.head,
        turn=pose.turn,
        lift=pose.lift,
        seat=pose.seat,
        lying=pose.lying,
    )


def reach(start: tuple[float, float], degrees: float, length: float) -> tuple[float, float]:
    """Where a bone ends."""
    a = math.radians(degrees)
    return start[0] + math.sin(a) * length, start[1] + math.cos(a) * length
