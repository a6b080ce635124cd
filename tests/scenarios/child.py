"""One command line in a process of its own, which says how much memory it took. Nobody sleeps long in it.

python -m tests.scenarios.child FILE ARGUMENT…
"""

import asyncio
import re
import sys
from pathlib import Path

from seedream_pipe.cli.group import run
from seedream_pipe.run.pace import Pace


async def sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.02))


def peak() -> int:
    """Bytes that were resident at most, of this program alone (getrusage counts its parent's too)."""
    (found,) = re.findall(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    return int(found) * 1024


if __name__ == "__main__":
    code = run(sys.argv[2:], pace=Pace(sleep=sleep))
    Path(sys.argv[1]).write_text(str(peak()))
    sys.exit(code)
