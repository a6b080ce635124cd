"""Every benchmark, in one run: `make bench`, or `python -m bench NAME…` for some of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from bench.account import account
from bench.boards import board, bought, large_file, text_board
from bench.emulated import CLEAN, Emulated, buying
from bench.measure import Figures, measure, paired
from bench.memory import memory
from bench.recovery import recovery
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Callable

_ROOT: Final = Path(__file__).parent.parent
_SCRIPTS: Final = Path(sysconfig.get_path("scripts"))
_TOOL: Final = str(_SCRIPTS / "seedream-pipe")
_PICTURES: Final = 1_000
_IN_FLIGHT: Final = 64


def start_up(folder: Path) -> None:
    """`--version` and `--help` against an interpreter that does nothing."""
    for option in ("--version", "--help"):
        ours, bare, ratio = paired(
            [_TOOL, option], [sys.executable, "-c", "pass"], cwd=folder, env=CLEAN, runs=15
        )
        row(f"{option}", ours, f"{ratio:.2f} x python -c pass ({bare.cpu * 1000:.1f} ms)")


def up_to_date(folder: Path) -> None:
    """A run with nothing to do, against ninja on as many files."""
    ninja = shutil.which("ninja", path=f"{_SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}")
    for tasks in (1_000, 10_000):
        project = folder / f"board-{tasks}"
        file = board(project, tasks)
        bought(file, Store.open(project / ".seedream"))
        command = [_TOOL, "run", file.name, "--provider", "preview"]
        row(
            f"run {tasks:,}, all in the store, nothing placed",
            measure(command, cwd=project, env=CLEAN, runs=0),
        )
        ours = measure(command, cwd=project, env=CLEAN)
        if ninja is None:
            row(f"run {tasks:,} up to date", ours, "no ninja here to compare with")
            continue
        ninja_project(project / "ninja", tasks)
        ours, theirs, ratio = paired(command, [ninja, "-C", "ninja"], cwd=project, env=CLEAN)
        row(
            f"run {tasks:,} up to date",
            ours,
            f"{ratio:.2f} x ninja ({theirs.cpu * 1000:.0f} ms, {theirs.peak:.0f} MiB)",
        )


def ninja_project(folder: Path, tasks: int) -> None:
    """As many files for ninja, made once."""
    folder.mkdir()
    (folder / "source").write_text("x")
    lines = ["rule copy", "  command = cp $in $out"]
    lines += [f"build out/{i // 100}/{i}: copy source" for i in range(tasks)]
    (folder / "build.ninja").write_text("\n".join(lines) + "\n")
    ninja = shutil.which("ninja", path=f"{_SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}") or "ninja"
    subprocess.run([ninja, "-C", str(folder), "--quiet"], check=True, stdout=subprocess.DEVNULL)


def planning(folder: Path) -> None:
    """A cold plan of 10,000 tasks from a CSV, of ten times as many, and the check of a 3 MB file."""
    for tasks in (10_000, 100_000):
        file = board(folder / f"cold-{tasks}", tasks)
        command = [_TOOL, "plan", file.name]
        row(f"plan {tasks:,} from a CSV, cold", measure(command, cwd=file.parent, env=CLEAN, runs=1))
    large = large_file(folder / "large", 3.0)
    row(
        f"validate {large.stat().st_size / 1e6:.1f} MB",
        measure([_TOOL, "validate", large.name, "--max-size", "16"], cwd=large.parent, env=CLEAN, runs=3),
    )


def pictures(folder: Path) -> None:
    """1,000 pictures of 1 MB at 200 ms each, 64 in flight, beside a plain httpx loop; url and base64."""
    for response_format in ("url", "b64_json"):
        project = folder / f"calls-{response_format}"
        file = text_board(project, _PICTURES)
        with Emulated(project) as base_url:
            plain = [
                sys.executable,
                "-m",
                "bench.calls",
                base_url,
                str(_PICTURES),
                str(_IN_FLIGHT),
                response_format,
            ]
            theirs = measure(plain, cwd=_ROOT, env=CLEAN, runs=0)
            environment = buying(base_url, RESPONSE_FORMAT=response_format, IMAGES_PER_MINUTE="100000")
            command = [_TOOL, "run", file.name, "--yes", "-j", str(_IN_FLIGHT)]
            ours = measure(command, cwd=project, env=environment, runs=0)
        row(
            f"{_PICTURES} pictures, {response_format}",
            ours,
            f"{_PICTURES / ours.wall:.0f}/s: {theirs.wall / ours.wall:.2f} x as fast as "
            f"a plain loop ({_PICTURES / theirs.wall:.0f}/s, {theirs.peak:.0f} MiB)",
        )


def row(name: str, figures: Figures, more: str = "") -> None:
    """Print one line of the table."""
    print(f"{name:<42}{figures}  {more}", flush=True)


BENCHMARKS: Final[dict[str, Callable[[Path], None]]] = {
    "start-up": start_up,
    "up-to-date": up_to_date,
    "planning": planning,
    "pictures": pictures,
    "account": account,
    "recovery": recovery,
    "memory": memory,
}


def main() -> None:
    """Run the benchmarks that were named, or all of them."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    for name in wanted:
        with TemporaryDirectory(prefix="bench-") as folder:
            BENCHMARKS[name](Path(folder))


if __name__ == "__main__":
    main()
