"""Signals at even instants of a run: once they drain, twice they stop, SIGKILL ends (reliability (a))."""

import signal
import time
from collections.abc import Iterator
from typing import Final

from tests.torture.boards import FOUR, SMALL
from tests.torture.points import Point, Scale, Sweep
from tests.torture.scene import Running, Scene, Stage

_OPTIONS: Final = (("latency", 0.08), ("event_latency", 0.03), ("download_latency", 0.02))
"""Seconds: a run is mostly waiting for the service, as in life."""

_CODES: Final = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
_LONGEST_STOP: Final = 2.0
"""Seconds that a second Ctrl-C may take: one on an idle machine, more where tests share it."""


def _length(stage: Stage) -> float:
    """How long an undisturbed run takes here and now."""
    with stage.scene(SMALL, **dict(_OPTIONS)) as scene:
        return scene.run().seconds


def _instants(stage: Stage, count: int) -> list[float]:
    length = _length(stage)
    return [length * (number + 0.5) / count for number in range(count)]


def _kills(scale: Scale, stage: Stage) -> Iterator[Point]:
    instants = _instants(stage, 200)
    for number, at in enumerate(scale.of(instants, 2)):
        yield Point(
            says=f"SIGKILL after {at * 1000:.0f} ms",
            board=(SMALL, FOUR)[number % 2].name,
            with_=(signal.SIGKILL, at),
        )


def _signal(scene: Scene, point: Point) -> None:
    number, at = point.with_
    running = _begun(scene)
    time.sleep(at)
    running.signal(number)
    running.end()


KILLS: Final = Sweep(name="SIGKILL at an instant", points=_kills, play=_signal, options=_OPTIONS)


def _drains(scale: Scale, stage: Stage) -> Iterator[Point]:
    instants = _instants(stage, 50)
    for number in _CODES:
        for at in scale.of(instants, 1):
            name = signal.Signals(number).name
            yield Point(says=f"{name} after {at * 1000:.0f} ms", with_=(number, at))


def _drain(scene: Scene, point: Point) -> None:
    number, _ = point.with_
    _signal(scene, point)
    ended = scene.runs[-1].end()
    scene.demand(ended.code in {_CODES[number], -number, 0}, f"exit {ended.code} after signal {number}")
    said = scene.run("held", "board.yaml", "--json")
    scene.demand(
        '"held": []' in said.out, f"a call is uncertain though the run could drain: {said.out[:300]}"
    )


DRAINS: Final = Sweep(name="one signal drains", points=_drains, play=_drain, options=_OPTIONS)


def _doubles(scale: Scale, stage: Stage) -> Iterator[Point]:
    for at in scale.of(_instants(stage, 50), 1):
        for apart in (0.12, 0.25) if scale is Scale.LONG else (0.15,):
            yield Point(says=f"SIGINT twice after {at * 1000:.0f} ms", board=FOUR.name, with_=(at, apart))


def _double(scene: Scene, point: Point) -> None:
    at, apart = point.with_
    scene.emulator.script({"times": 0, "delay": 0.6})
    running = _begun(scene)
    time.sleep(at)
    running.signal(signal.SIGINT)
    time.sleep(apart)
    running.signal(signal.SIGINT)
    asked = time.monotonic()
    running.end()
    took = time.monotonic() - asked
    scene.demand(took < _LONGEST_STOP, f"the second Ctrl-C took {took:.1f} s")


DOUBLES: Final = Sweep(name="Ctrl-C twice", points=_doubles, play=_double, options=_OPTIONS)


def _sleeps(scale: Scale, stage: Stage) -> Iterator[Point]:
    for at in scale.of(_instants(stage, 20), 1):
        yield Point(says=f"asleep after {at * 1000:.0f} ms", with_=(at,))


def _sleep(scene: Scene, point: Point) -> None:
    """The process stands still while ten minutes pass at the service."""
    running = _begun(scene)
    time.sleep(point.with_[0])
    running.signal(signal.SIGSTOP)
    time.sleep(0.2)
    scene.emulator.advance(600)
    running.signal(signal.SIGCONT)
    ended = running.end()
    scene.demand(ended.code in {0, 4}, f"exit {ended.code} after a sleep")


SLEEPS: Final = Sweep(name="stopped and continued", points=_sleeps, play=_sleep, options=_OPTIONS)


def _begun(scene: Scene) -> Running:
    """A run at its first line."""
    running = scene.start(held=True)
    scene.go_on(running)
    return running
