"""Several processes on one store: each picture bought once, no cap passed, nobody stuck (reliability (d))."""

import fcntl
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from tests.torture.boards import EIGHT, FORTY, FOUR, SMALL
from tests.torture.judge import Told
from tests.torture.points import Point, Scale, Sweep
from tests.torture.scene import Scene, Stage

_PRICE: Final = Decimal("0.2")
"""What a picture of the boards costs at the provider, in CNY."""

_OPTIONS: Final = (("latency", 0.03), ("download_latency", 0.005))


def _crowds(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for count in scale.of((2, 4, 8), 1):
        for turn in scale.of(range(20), 1):
            board = (SMALL, EIGHT)[turn % 2].name
            shared = ("", "other.yaml")[turn % 4 // 2]
            says = f"{count} processes{' and two pipelines' if shared else ''}, turn {turn}"
            yield Point(says=says, board=board, with_=(count, shared))


def _crowd(scene: Scene, point: Point) -> None:
    count, other = point.with_
    files = ["board.yaml"]
    if other:
        text = (scene.project / "board.yaml").read_text("utf-8")
        (scene.project / other).write_text(text.replace("name: ", "name: other-", 1), "utf-8")
        files.append(other)
    flags = scene.run_flags()
    started = [
        scene.start(flags[0], files[number % len(files)], *flags[2:], hurt=False) for number in range(count)
    ]
    codes = [running.end().code for running in started]
    scene.demand(codes == [0] * count, f"exits {codes}")
    scene.demand(scene.requests == scene.board.calls, f"{scene.requests} calls for {scene.board.calls} keys")


CROWDS: Final = Sweep(name="processes at once", points=_crowds, play=_crowd, options=_OPTIONS)


def _mobs(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for count in scale.of((2, 4, 8), 1):
        for turn in scale.of(range(34), 1):
            board = (SMALL, EIGHT)[turn % 2].name
            yield Point(says=f"{count} processes, turn {turn}", board=board, with_=(count, turn))


def _mob(scene: Scene, point: Point) -> None:
    """A random process is killed every fifth of a second; a new one comes in its place."""
    count, turn = point.with_
    chance = random.Random(turn)
    started = [scene.start() for _ in range(count)]
    for _ in range(6):
        time.sleep(0.2 * chance.uniform(0.5, 1.5))
        going = [running for running in started if not running.is_over]
        if not going:
            break
        chance.choice(going).signal(signal.SIGKILL)
        started.append(scene.start())
    for running in started:
        running.end()


MOBS: Final = Sweep(name="processes at once, some killed", points=_mobs, play=_mob, options=_OPTIONS)


def _budgets(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for turn in scale.of(range(50), 1):
        flag = ("--max-total-cost", "--max-total-pictures")[turn % 2]
        yield Point(says=f"{flag} for 5 of 40, turn {turn}", board=FORTY.name, with_=(flag,))


def _afford(scene: Scene, point: Point) -> Told:
    flag = point.with_[0]
    cap = (flag, str(_PRICE * 5) if flag == "--max-total-cost" else "5")
    started = [scene.start(*scene.run_flags(*cap), hurt=False) for _ in range(8)]
    codes = {running.end().code for running in started}
    billed = len(scene.ledger.billed)
    scene.demand(billed == 5, f"{billed} pictures were billed under a cap of 5")
    scene.demand(codes == {5}, f"exits {codes}")
    scene.run(*scene.run_flags(*cap))
    scene.demand(len(scene.ledger.billed) == billed, "a run more passed the cap")
    before = scene.requests
    ended = scene.run(*scene.run_flags(*cap, "--json"))
    scene.demand(scene.requests == before, "the last run sent something")
    held = json.loads(scene.run("held", "board.yaml", "--json").out)["held"]
    return Told(holds=tuple(held), code=ended.code)


BUDGETS: Final = Sweep(name="a cap for eight processes", points=_budgets, play=_afford, options=_OPTIONS)

_PLANTED: Final = (
    b"",
    b"1\n",
    b'{"host": "elsewhere", "pid": 1, "boot": "0", "start": 0}\n',
    b"\x00" * 4096,
    str(os.getpid()).encode(),
)
"""What a lock file may say of its owner: nothing that decides."""


def _planted(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for number, _ in enumerate(_PLANTED):
        for old in (False, True):
            if scale is Scale.LONG or (number == 2 and old):
                says = f"lock files that say {_PLANTED[number][:20]!r}{', a year old' if old else ''}"
                yield Point(says=says, board=FOUR.name, with_=(number, old))
    yield Point(says="a lock that is held", board=FOUR.name, with_=(None, False))


def _plant(scene: Scene, point: Point) -> None:
    number, old = point.with_
    scene.run()
    locks = sorted(path for path in (scene.store / "locks").rglob("*.lock"))
    _lose_results(scene)
    if number is None:
        _hold(scene, locks)
        return
    for path in locks:
        path.write_bytes(_PLANTED[number])
        if old:
            os.utime(path, (0, time.time() - 365 * 86_400))
    ended = scene.run()
    scene.demand(ended.seconds < 5, f"planted lock files kept a run waiting {ended.seconds:.1f} s")


def _hold(scene: Scene, locks: list[Path]) -> None:
    """A lock that somebody living has is waited for, and not stolen."""
    keys = [path for path in locks if path.parent.name != "locks"]
    with keys[0].open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        running = scene.start(hurt=False)
        is_over = scene.until(lambda: running.is_over, patience=1.0)
        scene.demand(not is_over, "a lock that was held did not hold")
    running.end()


def _lose_results(scene: Scene) -> None:
    """What the runs after it have to look for again, under the locks of their keys."""
    for path in (scene.store / "results").rglob("*.json"):
        path.unlink()
    for path in (scene.store / "state").rglob("*.json"):
        path.unlink()


PLANTED: Final = Sweep(name="planted lock files", points=_planted, play=_plant)
