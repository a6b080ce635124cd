"""Deaths at the moments of the protocol: the service kills the client that it serves (reliability (a))."""

from collections.abc import Iterator
from typing import Final

from seedream_pipe.emulator import Fault
from tests.torture.boards import INLINE, LATER, SMALL
from tests.torture.points import Point, Scale, Sweep
from tests.torture.scene import Scene, Stage

_FIRST, _SECOND, _SET = "dawn", "hour later", "set of 3"
"""What is said in the prompts of the small board: the first picture, the one after it, the series."""

_MOMENTS: Final[tuple[tuple[str, str, str, float], ...]] = (
    ("generation", _FIRST, "read", 0),
    ("generation", _FIRST, "making", 0),
    ("generation", _FIRST, "made", 0),
    ("generation", _FIRST, "head", 0),
    ("generation", _FIRST, "body", 0.5),
    ("generation", _FIRST, "sent", 0),
    ("generation", _SECOND, "read", 0),
    ("generation", _SECOND, "made", 0),
    ("generation", _SECOND, "sent", 0),
    ("generation", _SET, "read", 0),
    ("generation", _SET, "made", 0),
    ("generation", _SET, "event", 0),
    ("generation", _SET, "made", 1),
    ("generation", _SET, "event", 1),
    ("generation", _SET, "body", 0.9),
    ("generation", _SET, "event", 2),
    ("generation", _SET, "event", 3),
    ("generation", _SET, "sent", 0),
    ("download", "", "read", 0),
    ("download", "", "head", 0),
    ("download", "", "body", 0.5),
    ("download", "", "sent", 0),
)
_AFTER: Final = (0.0, 0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.02, 0.03, 0.05)
"""Seconds after the moment: what was sent has to be read, recorded, put into the store."""


_ASKED: Final[tuple[tuple[str, str, float], ...]] = (
    ("generation", "read", 0),
    ("generation", "head", 0),
    ("generation", "body", 0.5),
    ("generation", "sent", 0),
    ("poll", "read", 0),
    ("poll", "head", 0),
    ("poll", "body", 0.5),
    ("poll", "sent", 0),
)
"""The moments where a call is taken at once (R126): each of the first three of its kind."""


def _points(scale: Scale, _stage: Stage) -> Iterator[Point]:
    points = []
    for number, (on, match, moment, at) in enumerate(_MOMENTS):
        for turn, after in enumerate(_AFTER):
            board = INLINE if on == "generation" and (number + turn) % 3 == 0 else SMALL
            nth = turn % 5 + 1 if on == "download" else None
            says = f"{on} {match or nth} {moment} {at:g}, {after * 1000:g} ms later"
            points.append(Point(says=says, board=board.name, with_=(on, match, moment, at, after, nth)))
    yield from scale.of(points, 7)
    points = []
    for on, moment, at in _ASKED:
        for turn, after in enumerate(_AFTER):
            says = f"{on} {turn % 3 + 1} {moment} {at:g}, {after * 1000:g} ms later"
            points.append(Point(says=says, board=LATER.name, with_=(on, "", moment, at, after, turn % 3 + 1)))
    yield from scale.of(points, 2)


def _play(scene: Scene, point: Point) -> None:
    on, match, moment, at, after, number = point.with_
    running = scene.start(held=True)
    scene.emulator.script(
        Fault(
            on=on,
            match=match or None,
            number=number,
            at=at,
            kill=running.pid,
            kill_at=moment,
            kill_after=after,
            event_delay=0.005,
        )
    )
    scene.go_on(running)
    running.end()


MOMENTS: Final = Sweep(name="killed at a protocol moment", points=_points, play=_play)
