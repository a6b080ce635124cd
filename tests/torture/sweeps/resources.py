"""Too little of everything: memory, open files, a reader, a disk (reliability (a), (b))."""

import functools
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.torture.boards import INLINE, SMALL
from tests.torture.points import Point, Scale, Sweep
from tests.torture.scene import Scene, Stage

_MIB: Final = 1 << 20


_SIZES: Final = (*range(40, 70, 2), *range(70, 100), 112, 128, 160, 192, 256, 384, 512)
"""MB of addresses. A run that has 70 to 100 can begin, and is short of them wherever it comes to; below
not even its modules can be loaded, and above it has enough.
"""


def _memory(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for number, size in enumerate(scale.of(_SIZES, 1)):
        board = (SMALL, INLINE)[number % 2].name
        yield Point(says=f"{size} MB of addresses", board=board, with_=(f"ulimit -v {size * 1024}",))


def _files(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for number, files in enumerate(scale.of(range(8, 66, 2), 1)):
        board = (SMALL, INLINE)[number % 2].name
        yield Point(says=f"{files} open files", board=board, with_=(f"ulimit -n {files}",))


def _limited(scene: Scene, point: Point) -> None:
    ended = scene.cold(shell=f'{point.with_[0]}; exec "$@"').end()
    # Where not even the interpreter can begin, it says so in its own way.
    began = "seedream" in ended.err or ended.code in {0, 1, 4, 7}
    scene.demand(began or not scene.requests, f"exit {ended.code} after {scene.requests} requests")
    # An interpreter that aborts while it makes a thread is killed by want of memory like by the system.
    if not began or ended.code == -signal.SIGABRT:
        scene.runs.remove(scene.runs[-1])


MEMORY: Final = Sweep(name="little memory", points=_memory, play=_limited)
FILES: Final = Sweep(name="few open files", points=_files, play=_limited)

_READERS: Final = (
    'exec "$@" >&-',
    'exec "$@" 2>&-',
    'exec "$@" >&- 2>&-',
    'exec "$@" <&-',
    'exec "$@" > /dev/full',
    'exec "$@" 2> /dev/full',
    'exec "$@" --json > /dev/full',
    '"$@" | head -1',
    '"$@" --json | head -1',
    '"$@" --json | head -c 10',
    '"$@" 2>&1 | true',
    '"$@" --json 2>&1 | head -c 1',
)


def _readers(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for shell in scale.of(_READERS, 1):
        yield Point(says=shell, with_=(shell,))


def _unheard(scene: Scene, point: Point) -> None:
    ended = scene.cold(shell=f"set -o pipefail; {point.with_[0]}").end()
    scene.demand(ended.code in {0, 1, 141}, f"exit {ended.code}")
    scene.demand(scene.requests == scene.board.calls, f"{scene.requests} calls: a reader stopped the work")


READERS: Final = Sweep(name="nobody reads", points=_readers, play=_unheard)

_ROOM: Final = 64
"""MiB that have to be free before a call is sent."""


def needs_mounts() -> str:
    """Why no file system can be mounted here, if so."""
    return "" if _can_mount() else "no file system can be mounted here (try: unshare -rm make torture)"


@functools.cache
def _can_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(
            ["mount", "-t", "tmpfs", "none", folder], capture_output=True, check=False
        ).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


def _full(scale: Scale, _stage: Stage) -> Iterator[Point]:
    for number, size in enumerate(scale.of([1, 2, 8, 32, 63, *range(65, 92, 1)], 1)):
        board = (SMALL, INLINE)[number % 2].name
        yield Point(says=f"a disk of {size} MiB", board=board, with_=(size,))


def _fill(scene: Scene, point: Point) -> None:
    size = point.with_[0]
    scene.exits.enter_context(_mounted(scene.store, f"size={size}m"))
    ended = scene.run()
    scene.demand(ended.code in {0, 4, 7}, f"a full disk gives exit {ended.code}")
    scene.demand(size > _ROOM or not scene.requests, "something was sent without room for it")
    _mount(scene.store, "remount,size=512m")


FULL: Final = Sweep(
    name="a full disk", points=_full, play=_fill, needs=needs_mounts, options=(("picture_bytes", 5 * _MIB),)
)


def _read_only(_scale: Scale, _stage: Stage) -> Iterator[Point]:
    for says, targets in (("empty", None), ("whole", ()), ("half", ("one",))):
        yield Point(says=f"a read-only store that is {says}", with_=(targets,))


def _forbid(scene: Scene, point: Point) -> None:
    targets = point.with_[0]
    scene.exits.enter_context(_mounted(scene.store, "size=256m"))
    if targets is not None:
        scene.run(*scene.run_flags(*targets))
    before = scene.requests
    _mount(scene.store, "remount,ro")
    ended = scene.run()
    scene.demand(scene.requests == before, "something was sent that cannot be recorded")
    scene.demand(ended.code == (0 if targets == () else 7), f"exit {ended.code}: {ended.err[-300:]}")
    _mount(scene.store, "remount,rw")


READ_ONLY: Final = Sweep(name="a read-only store", points=_read_only, play=_forbid, needs=needs_mounts)


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    _mount(folder, options)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
