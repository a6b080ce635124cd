"""The sweeps, from the command line: plays them, prints the table, says what is not as it has to be.

python -m tests.torture [--scale sample|long] [--jobs N] [WORDS OF A SWEEP'S NAME…]

TORTURE and TORTURE_JOBS say the same from the environment; TORTURE_POINTS takes at most so many points of
each sweep, TORTURE_DIR is where the projects are. Exit 1 when a promise was not kept.
"""

import argparse
import os
import sys
import time
from contextlib import suppress

from tests.torture.catalog import SWEEPS
from tests.torture.points import Scale, Sum, sweep_all, table
from tests.torture.scene import quick_folder

_SHOWN = 12
"""How many bad points of a sweep are told in full."""


def main() -> int:
    """Play the sweeps that were asked for; the exit code."""
    options = _options()
    wanted = [
        each for each in SWEEPS if not options.sweeps or any(word in each.name for word in options.sweeps)
    ]
    if not wanted:
        print(f"no sweep is called so; there are: {', '.join(each.name for each in SWEEPS)}", file=sys.stderr)
        return 2
    top, began = quick_folder(), time.monotonic()
    sums: list[Sum] = []
    for each in sweep_all(wanted, Scale(options.scale), top, jobs=options.jobs, tell=_tell):
        sums.append(each)
        _tell_bad(each)
    print()
    print(table(sums))
    print(f"{time.monotonic() - began:.0f} s on {options.jobs} processes")
    if any(each.bad for each in sums):
        print(f"what went wrong is kept below {top}")
        return 1
    with suppress(OSError):
        top.rmdir()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument(
        "--scale", choices=[each.value for each in Scale], default=os.environ.get("TORTURE", "long")
    )
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("TORTURE_JOBS", os.cpu_count() or 2)))
    parser.add_argument("sweeps", nargs="*", help="words that stand in the names of the sweeps to play")
    return parser.parse_args()


def _tell(sweep: str, done: int, points: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{sweep}: {done} of {points}\033[K", end="", file=sys.stderr, flush=True)
    elif done == points:
        print(f"{sweep}: {points} points", file=sys.stderr, flush=True)


def _tell_bad(found: Sum) -> None:
    for each in found.bad[:_SHOWN]:
        print(f"\n{found.sweep}, {each.point.board}: {each.point.says}\n  {each.folder}")
        for line in each.verdict.why:
            print(f"  - {line}")
    if len(found.bad) > _SHOWN:
        print(f"\n{found.sweep}: {len(found.bad) - _SHOWN} bad points more")


if __name__ == "__main__":
    sys.exit(main())
