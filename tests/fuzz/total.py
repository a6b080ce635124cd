"""The property: any input ends in problems or in a plan, each problem can be shown, and none takes long."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from seedream_pipe import settings as user_settings
from seedream_pipe.api.findings import findings
from seedream_pipe.api.planning import planned
from seedream_pipe.api.project import load
from seedream_pipe.errors import SeedreamError
from seedream_pipe.problems import Place, Problem, shown, split_lines
from seedream_pipe.reports import github, problems, sarif

__all__ = ["fuzz", "is_total", "patience"]

SECONDS: Final = 10.0  # of processor time, for one file; the usual one takes a hundredth of one
MOST_TASKS: Final = 100_000
MINUTES: Final = float(os.environ.get("FUZZ_MINUTES", "0"))
SHORT: Final = 40
LONG: Final = 400


class TooSlow(BaseException):
    """An example took more of the processor than any should."""


@contextmanager
def patience(seconds: float = SECONDS) -> Iterator[None]:
    """Interrupt what computes for too long. Processor time, so that a busy machine is no failure."""

    def give_up(*_: object) -> None:
        raise TooSlow(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def is_total(file: Path, *, profiles: Sequence[str] = (), overrides: Sequence[str] = ()) -> None:
    """Validate a file and, if it is right and nothing is laid over it, plan it."""
    with patience():
        found = findings(str(file), max_bytes=1 << 20, profiles=profiles, overrides=overrides)
        assert found.tasks <= MOST_TASKS
        assert found.is_valid or found.tasks == 0
        can_be_told(found.problems)
        if found.is_valid and not profiles and not overrides:
            plans(file)


def plans(file: Path) -> None:
    """A file that was found right is planned, or refused in words (a price that nobody knows)."""
    with suppress(SeedreamError):
        assert planned(load(file), (), settings=user_settings.read({}, {})).forecast is not None


def can_be_told(found: tuple[Problem, ...]) -> None:
    """Every problem says something, stands inside its file, and goes through every report."""
    problems.render(found)
    sarif.render(found)
    assert len(github.render(found).splitlines()) == len(found)
    for problem in found:
        assert problem.message
        lines = _lines(problem.place.file)
        assert _inside(problem.place, lines), problem
        assert shown(problem, lines)


def _lines(file: str) -> list[str]:
    try:
        return split_lines(Path(file).read_text("utf-8-sig"))
    except (OSError, ValueError):
        return []


def _inside(place: Place, lines: list[str]) -> bool:
    """A place is inside of its file, or just behind its end."""
    if not lines or not place.line:
        return place.line >= 0
    if place.line > len(lines):
        return place.line == len(lines) + 1
    return 1 <= place.column <= len(lines[place.line - 1]) + 1


def fuzz(strategy: st.SearchStrategy[Any], check: Callable[[Any], None]) -> None:
    """Check examples of a strategy: a few dozen, or for `FUZZ_MINUTES` with one seed after the other."""
    long = MINUTES > 0
    how = settings(
        max_examples=LONG if long else SHORT,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    until = time.monotonic() + MINUTES * 60
    first = int.from_bytes(os.urandom(4)) if long else 0
    for seed in count(first):

        @hypothesis.seed(seed)
        @how
        @given(strategy)
        def example(value: Any) -> None:
            check(value)

        example()
        if time.monotonic() >= until:
            return
