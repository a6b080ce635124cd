"""A sweep is a list of points and what is done at each; how they are played, judged and counted is here."""

import enum
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from tests.torture.boards import BOARDS, SMALL
from tests.torture.judge import Told, Verdict, judge, recovered, together
from tests.torture.scene import Scene, Stage, clear

_T = TypeVar("_T")


class Scale(enum.Enum):
    """How much: a sample for every `make test`, or everything."""

    SAMPLE = "sample"
    LONG = "long"

    def of(self, items: Iterable[_T], sample: int, long: int = 0) -> list[_T]:
        """So many of these, evenly over all of them; 0: all."""
        found = list(items)
        count = sample if self is Scale.SAMPLE else long
        if not count or count >= len(found):
            return found
        return [found[int((number + 0.5) * len(found) / count)] for number in range(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that goes wrong in one place. `says` is its name, `with_` what the sweep needs to know."""

    says: str
    board: str = SMALL.name
    with_: tuple[Any, ...] = ()


Play: TypeAlias = Callable[[Scene, Point], Told | None]
"""Do to a scene what the point says. What the tool then tells, when the sweep has asked it itself."""


def nothing() -> str:
    """What is missing for a sweep that can be played everywhere."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Points of one kind. `needs` says what is missing here, when it cannot be played."""

    name: str
    points: Callable[[Scale, Stage], Iterable[Point]]
    play: Play
    needs: Callable[[], str] = nothing
    options: tuple[tuple[str, Any], ...] = ()
    """The service's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A point and what became of it; `folder` is kept when something is not as it has to be."""

    point: Point
    verdict: Verdict
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A sweep after it: a row of the table."""

    sweep: str
    played: tuple[Played, ...]
    seconds: float
    skipped: str = ""

    @property
    def verdict(self) -> Verdict:
        """All points together."""
        return together(each.verdict for each in self.played)

    @property
    def bad(self) -> tuple[Played, ...]:
        """The points at which a promise was not kept."""
        return tuple(sorted((each for each in self.played if not each.verdict.is_good), key=_harmless))


def _harmless(played: Played) -> tuple[int, ...]:
    """Sorts what is worst to the front."""
    found = played.verdict
    return (-found.extra, -found.lost, -found.leaked, -found.hang, -found.traceback)


def play(sweep: Sweep, point: Point, stage: Stage) -> Played:
    """One point, from the empty folder to the verdict."""
    with stage.scene(BOARDS[point.board], **dict(sweep.options)) as scene:
        try:
            told = sweep.play(scene, point)
            verdict = judge(scene, recovered(scene) if told is None else told)
        except Exception as error:  # noqa: BLE001 - one point that cannot be judged does not end the sweep
            verdict = Verdict(other=1, why=(f"not judged: {error!r}",))
    if verdict.is_good:
        clear(scene.folder)
        return Played(point=point, verdict=verdict)
    return Played(point=point, verdict=verdict, folder=scene.folder)


def swept(sweep: Sweep, scale: Scale, stage: Stage) -> Sum:
    """A sweep in this process, point after point."""
    began = time.monotonic()
    reason = sweep.needs()
    points = [] if reason else _chosen(sweep, scale, stage)
    played = tuple(play(sweep, point, stage) for point in points)
    return Sum(sweep=sweep.name, played=played, seconds=time.monotonic() - began, skipped=reason)


_stage: Stage | None = None


def _begin(top: Path) -> None:
    global _stage  # noqa: PLW0603 - a worker of the pool has one, for all its points
    _stage = Stage(top=top)


def _play_one(sweep: Sweep, point: Point) -> Played:
    if _stage is None:
        raise RuntimeError("the pool was not begun")
    return play(sweep, point, _stage)


def sweep_all(
    sweeps: Sequence[Sweep], scale: Scale, top: Path, *, jobs: int, tell: Callable[[str, int, int], None]
) -> Iterator[Sum]:
    """Sweep after sweep, its points on several processes."""
    context = get_context("spawn")
    with (
        Stage(top=top) as stage,
        ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(top,)) as pool,
    ):
        for sweep in sweeps:
            began = time.monotonic()
            reason = sweep.needs()
            points = [] if reason else _chosen(sweep, scale, stage)
            waiting = [pool.submit(_play_one, sweep, point) for point in points]
            played = []
            for done in as_completed(waiting):
                played.append(done.result())
                tell(sweep.name, len(played), len(points))
            yield Sum(
                sweep=sweep.name, played=tuple(played), seconds=time.monotonic() - began, skipped=reason
            )


MOST: Final = int(os.environ.get("TORTURE_POINTS", "0"))
"""At most so many points of each sweep, for a quick look; 0: all."""


def _chosen(sweep: Sweep, scale: Scale, stage: Stage) -> list[Point]:
    points = list(sweep.points(scale, stage))
    return (
        points
        if not MOST or len(points) <= MOST
        else list(itertools.islice(points, 0, None, -(-len(points) // MOST)))
    )


_COLUMNS: Final = (
    "sweep",
    "points",
    "uncertain",
    "extra paid",
    "lost",
    "leaked",
    "traceback",
    "hang",
    "other",
    "s",
)


def table(sums: Iterable[Sum]) -> str:
    """The sweeps as text, a row each and one for all."""
    found = list(sums)
    rows = [_row(each.sweep, len(each.played), each.verdict, each.seconds, each.skipped) for each in found]
    whole = together(each.verdict for each in found)
    rows.append(
        _row("all", sum(len(each.played) for each in found), whole, sum(each.seconds for each in found))
    )
    widths = [max(len(row[column]) for row in [_COLUMNS, *rows]) for column in range(len(_COLUMNS))]
    lines = [_line(_COLUMNS, widths), _line(["-" * width for width in widths], widths)]
    lines += [_line(row, widths) for row in rows[:-1]]
    lines += [lines[1], _line(rows[-1], widths)]
    lines += [f"{each.sweep} was skipped: {each.skipped}" for each in found if each.skipped]
    return "\n".join(lines)


def _row(name: str, points: int, verdict: Verdict, seconds: float, skipped: str = "") -> tuple[str, ...]:
    counts = (
        verdict.uncertain,
        verdict.extra,
        verdict.lost,
        verdict.leaked,
        verdict.traceback,
        verdict.hang,
        verdict.other,
    )
    shown = ("-",) * len(counts) if skipped else tuple(map(str, counts))
    return (name, "skipped" if skipped else str(points), *shown, f"{seconds:.0f}")


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.ljust(width) if not number else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *rest]).rstrip()
