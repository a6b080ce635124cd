"""Whole processes, timed from outside by the operating system's own account."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Figures", "measure", "paired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Medians of some runs: seconds of the wall and of the processor, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall * 1000:8.0f} ms wall {self.cpu * 1000:8.0f} ms cpu {self.peak:7.0f} MiB"


def measure(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, runs: int = 5
) -> Figures:
    """The medians of a command after one run that is not counted; with no runs, that one run."""
    first = _once(command, cwd, env)
    return _median([_once(command, cwd, env) for _ in range(runs)] or [first])


def paired(
    first: Sequence[str],
    second: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    runs: int = 7,
) -> tuple[Figures, Figures, float]:
    """Two commands in turn, and the median of the ratio of their processor time, pair by pair."""
    pairs = [(_once(first, cwd, env), _once(second, cwd, env)) for _ in range(runs + 1)][1:]
    ratio = statistics.median(a.cpu / b.cpu for a, b in pairs)
    return _median([a for a, _ in pairs]), _median([b for _, b in pairs]), ratio


_LAUNCHER: Final = """\
import os, sys, time
began = time.perf_counter()
quiet = [(os.POSIX_SPAWN_DUP2, os.open(os.devnull, os.O_WRONLY), 1)]
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - began
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""A process's peak counts what its parent had when it was started, so a small one starts it."""


def _once(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None) -> Figures:
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        cwd=cwd,
        env=dict(env or os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu, peak, code = launched.stdout.split()
    if int(code):
        sys.exit(f"{' '.join(command)} ended with {code}:\n{launched.stderr}")
    return Figures(wall=float(wall), cpu=float(cpu), peak=int(peak) / 1024)


def _median(found: Sequence[Figures]) -> Figures:
    return Figures(
        wall=statistics.median(one.wall for one in found),
        cpu=statistics.median(one.cpu for one in found),
        peak=max(one.peak for one in found),
    )
