"""Deaths, losses of power and failures around every operation on files (reliability (a), (b))."""

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.torture.boards import FOUR, INLINE, ONE, SMALL, Board
from tests.torture.points import Point, Scale, Sweep
from tests.torture.scene import Running, Scene, Stage
from tests.torture.shim import CHANGES, KINDS, Arm, Done, NoShim, build

_WORKS: Final = 0.05
"""Seconds that a request may be on its way to the service when a write fails."""

_GRAVE: Final = "owrmt"
_FAILING: Final = f"{_GRAVE}su"
"""Operations that may fail; a close that fails has closed."""


def needs_shim() -> str:
    """Why there is no shim here, if so."""
    try:
        build()
    except NoShim as error:
        return str(error)
    return ""


def operations(stage: Stage, board: Board, kinds: str = CHANGES) -> list[Done]:
    """What one undisturbed run does to the files, in order."""
    with stage.scene(board) as scene:
        running = scene.start(arm=Arm(mode="count", kinds=kinds))
        running.end()
        found = [each for each in scene.log(running) if each.number]
    if not found:
        raise RuntimeError(f"the shim saw nothing: {running.end()}")
    return found


def _named(done: Done) -> str:
    """An operation as a point's name says it: ``sync 17 calls/…/sent.json``."""
    place = done.path.partition("/project/")[2]
    return f"{KINDS[done.kind]} {done.number} {place}"


def _kills(scale: Scale, stage: Stage) -> Iterator[Point]:
    for board, sample in ((SMALL, 4), (INLINE, 3)):
        points = [
            Point(says=f"{mode} {_named(done)}", board=board.name, with_=(mode, done.number))
            for done in operations(stage, board)
            for mode in ("before", "after")
        ]
        yield from scale.of(points, sample)


def _kill(scene: Scene, point: Point) -> None:
    mode, number = point.with_
    scene.run(arm=Arm(mode=mode, first=number), hurt=True)


KILLS: Final = Sweep(name="killed at a file operation", points=_kills, play=_kill, needs=needs_shim)


def _outages(scale: Scale, stage: Stage) -> Iterator[Point]:
    for board, sample, long in ((SMALL, 1, 120), (INLINE, 1, 60)):
        for gone in ("bytes", "names", "both"):
            points = [
                Point(says=f"{gone} before {_named(done)}", board=board.name, with_=(gone, done.number))
                for done in operations(stage, board)
            ]
            yield from scale.of(points, sample, long)


def _outage(scene: Scene, point: Point) -> None:
    gone, number = point.with_
    running = scene.start(arm=Arm(mode="power", first=number))
    running.end()
    forget(scene.project, scene.log(running), scene.undo, data=gone != "names", names=gone != "bytes")


@dataclass(slots=True)
class _Unsynced:
    """What the disk has not been told yet: bytes by inode, names by folder."""

    data: dict[int, int] = field(default_factory=dict)
    names: list[tuple[Path, Callable[[], None]]] = field(default_factory=list)


def forget(top: Path, log: Iterable[Done], undo: Path, *, data: bool, names: bool) -> None:
    """Make a folder what it is after the power went: bytes and names that were not synced are gone."""
    unsynced = _Unsynced()
    for done in log:
        _follow(unsynced, done, undo)
    if data:
        places = {path.lstat().st_ino: path for path in top.rglob("*") if path.is_file()}
        for inode, copy in unsynced.data.items():
            if inode in places:
                places[inode].write_bytes((undo / str(copy)).read_bytes() if copy else b"")
    if names:
        for _, back in reversed(unsynced.names):
            back()


def _follow(unsynced: _Unsynced, done: Done, undo: Path) -> None:
    path = Path(done.path)
    match done.kind:
        case "D":
            unsynced.data.setdefault(done.inode, done.copy)
        case "S":
            unsynced.data.pop(done.inode, None)
        case "F":
            unsynced.names = [(folder, back) for folder, back in unsynced.names if folder != path]
        case "o":
            unsynced.names.append((path.parent, lambda: path.unlink(missing_ok=True)))
        case "m":
            unsynced.names.append((path.parent, lambda: shutil.rmtree(path, ignore_errors=True)))
        case "u":
            unsynced.names.append((path.parent, lambda: _restore(undo, done.copy, path)))
        case "r":
            target = Path(done.other)
            unsynced.names.append((target.parent, lambda: _rename_back(undo, done.copy, path, target)))


def _restore(undo: Path, copy: int, path: Path) -> None:
    if copy and path.parent.is_dir():
        shutil.copyfile(undo / str(copy), path)


def _rename_back(undo: Path, copy: int, source: Path, target: Path) -> None:
    if target.exists() and source.parent.is_dir():
        os.rename(target, source)
    _restore(undo, copy, target)


OUTAGES: Final = Sweep(name="power lost", points=_outages, play=_outage, needs=needs_shim)


def _failures(scale: Scale, stage: Stage) -> Iterator[Point]:
    errors = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
    for board, sample, long in ((SMALL, 2, 150), (INLINE, 1, 50)):
        found = operations(stage, board, _FAILING)
        for times in (1, 0):
            points = [
                Point(
                    says=f"{errors[number % 4]} {'for ever' if not times else 'once'} at {_named(done)}",
                    board=board.name,
                    with_=(errors[number % 4], times, done.number, _FAILING, done.path),
                )
                for number, done in enumerate(found)
            ]
            yield from scale.of(points, sample, long)


def _fail(scene: Scene, point: Point) -> None:
    error, times, number, kinds, _ = point.with_
    arm = Arm(mode="fail", first=number, times=times, error=getattr(errno, error), kinds=kinds)
    running = scene.start(arm=arm, hurt=False)
    ended = running.end()
    scene.demand(ended.code in {0, 1, 4, 7}, f"a failing disk gives exit {ended.code}")
    if not times:
        failed = [done.path for done in scene.log(running) if done.number >= number]
        # What SQLite tidies up at the end is in its log already, and the whole index can be made anew.
        is_tidying = all("index.db" in path for path in failed)
        scene.demand(ended.code != 0 or is_tidying, "exit 0 though the disk failed for ever")
    _expect_silence(scene, running, arm)


def _expect_silence(scene: Scene, running: Running, arm: Arm) -> None:
    """Nothing is sent after the store could not be written. A sync may be made good once, by a new file."""
    grave = _FAILING if not arm.times else _GRAVE
    end = arm.first + arm.times if arm.times else 1 << 60
    failed = [
        done
        for done in scene.log(running)
        if arm.first <= done.number < end and done.kind in grave and "/.seedream/" in done.path
    ]
    if failed:
        late = [each for each in scene.ledger.requests if each.at > failed[0].at + _WORKS]
        scene.demand(not late, f"{len(late)} requests were sent after {_named(failed[0])} had failed")


FAILURES: Final = Sweep(name="a disk operation fails", points=_failures, play=_fail, needs=needs_shim)


def _syncs(scale: Scale, stage: Stage) -> Iterator[Point]:
    for board, times, sample, long in ((ONE, 1, 1, 0), (ONE, 2, 1, 0), (SMALL, 1, 1, 60), (SMALL, 2, 1, 60)):
        points = [
            Point(
                says=f"{'twice' if times == 2 else 'once'} at {_named(done)}",
                board=board.name,
                with_=("EIO", times, done.number, "s", done.path),
            )
            for done in operations(stage, board, "s")
        ]
        yield from scale.of(points, sample, long)


SYNCS: Final = Sweep(name="a sync fails", points=_syncs, play=_fail, needs=needs_shim)


def _odd(scale: Scale, stage: Stage) -> Iterator[Point]:
    boards = scale.of((SMALL, INLINE), 1)
    for board in boards:
        yield Point(says="every write is short", board=board.name, with_=("short", "w", "EIO", 0, 1))
        yield Point(says="no locks", board=board.name, with_=("fail", "l", "ENOLCK", 0, 1))
        renames = len(operations(stage, board, "r"))
        for number in scale.of(range(1, renames + 1), 1):
            yield Point(
                says=f"rename {number} is stale", board=board.name, with_=("fail", "r", "ESTALE", 1, number)
            )
        reads = len(operations(stage, board, "g"))
        for number in scale.of(range(1, reads + 1), 1, 60):
            yield Point(says=f"read {number} fails", board=board.name, with_=("fail", "g", "EIO", 1, number))


def _be_odd(scene: Scene, point: Point) -> None:
    mode, kinds, error, times, first = point.with_
    arm = Arm(mode=mode, first=first, times=times, error=getattr(errno, error), kinds=kinds)
    ended = scene.run(arm=arm)
    if mode == "short":
        scene.demand(ended.code == 0, f"short writes give exit {ended.code}")
    scene.demand(ended.code in {0, 1, 3, 4, 7}, f"exit {ended.code}")
    if error == "ENOLCK":
        scene.demand(not scene.requests, "something was sent where nothing can be locked")


ODD: Final = Sweep(name="short writes, stale names, no locks", points=_odd, play=_be_odd, needs=needs_shim)


def _seconds(scale: Scale, stage: Stage) -> Iterator[Point]:
    """A second disturbance, in the run that recovers from the first."""
    found = operations(stage, FOUR)
    firsts = scale.of([done for done in found if done.kind in "sr"], 2, 20)
    for done in firsts:
        for second in scale.of(range(5, 200, 5), 1, 10):
            says = f"before {_named(done)}, then before {second}"
            yield Point(says=says, board=FOUR.name, with_=(done.number, second))


def _twice(scene: Scene, point: Point) -> None:
    for number in point.with_:
        scene.run(arm=Arm(mode="before", first=number), hurt=True)


TWICE: Final = Sweep(name="killed while recovering", points=_seconds, play=_twice, needs=needs_shim)
