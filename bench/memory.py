"""Peak memory of runs that buy few and many large pictures: flat, or something piles up.

Takes 10 GB of disk for a thousand pictures of 5 MB: one copy in the store, one where it was asked for.
"""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path
from typing import Final

from bench.boards import text_board
from bench.emulated import Emulated, buying
from bench.measure import Figures, measure

__all__ = ["memory"]

_TOOL: Final = str(Path(sysconfig.get_path("scripts")) / "seedream-pipe")
_PICTURE: Final = 5_000_000


def memory(folder: Path, counts: tuple[int, ...] = (100, 1_000), in_flight: int = 16) -> None:
    """Print the peaks, and what each picture more has added to them."""
    for response_format in ("url", "b64_json"):
        peaks = [
            _bought(folder / f"{response_format}-{each}", each, in_flight, response_format) for each in counts
        ]
        for count, figures in zip(counts, peaks, strict=True):
            print(f"memory, {count:>5,} pictures of 5 MB, {response_format:<9}{figures}", flush=True)
        more = (peaks[-1].peak - peaks[0].peak) * 1024 / (counts[-1] - counts[0])
        print(f"memory, a picture more, {response_format:<9} {more:.1f} KiB", flush=True)


def _bought(project: Path, count: int, in_flight: int, response_format: str) -> Figures:
    file = text_board(project, count)
    with Emulated(project, latency=0.2, picture_bytes=_PICTURE) as base_url:
        environment = buying(base_url, RESPONSE_FORMAT=response_format, IMAGES_PER_MINUTE="100000")
        command = [_TOOL, "run", file.name, "--yes", "-j", str(in_flight)]
        figures = measure(command, cwd=project, env=environment, runs=0)
    shutil.rmtree(project)
    return figures
