"""The shim: built once with the C compiler that is there, and armed for one process.

Where there is no compiler, or no LD_PRELOAD, `build` says why, and what needs it is skipped.
"""

import errno
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("shim.c")
CHANGES: Final = "owsrumct"
"""Every kind of operation that changes a disk."""

KINDS: Final = {
    "o": "create",
    "w": "write",
    "s": "sync",
    "r": "rename",
    "u": "unlink",
    "m": "mkdir",
    "c": "close",
    "t": "truncate",
    "l": "lock",
    "g": "read",
}

_LETTERS: Final = {"count": "c", "before": "b", "after": "a", "fail": "f", "short": "s", "power": "p"}


class NoShim(Exception):
    """It cannot be built or loaded here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What goes wrong with the files below a folder.

    `mode`: "count", "before" and "after" kill at the `first` operation of `kinds`, "fail" gives it
    `error`, `times` in a row (0: from there on for ever), "short" lets at most seven bytes through
    a write, "power" kills before it and keeps what a loss of power needs to know.
    """

    mode: str
    first: int = 1
    times: int = 1
    error: int = errno.EIO
    kinds: str = CHANGES

    def line(self, folder: Path, log: Path | None = None, undo: Path | None = None) -> str:
        """As the shim reads it."""
        numbers = f"{self.first} {self.times} {self.error}"
        return f"{_LETTERS[self.mode]} {numbers} {self.kinds} {folder}|{log or '.'}|{undo or '.'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A line of the shim's log: one operation. `at` is seconds since the epoch."""

    number: int
    at: float
    kind: str
    inode: int
    path: str
    other: str
    copy: int


def read_log(path: Path) -> list[Done]:
    """What the shim told, in order; nothing when it told nothing."""
    if not path.exists():
        return []
    lines = (line.split("\t") for line in path.read_text("utf-8", "surrogateescape").splitlines())
    return [
        Done(
            number=int(number),
            at=float(at),
            kind=kind,
            inode=int(inode),
            path=name,
            other=other,
            copy=int(copy),
        )
        for number, at, kind, inode, name, other, copy in lines
    ]


@functools.cache
def build() -> Path:
    """The library, built when it is older than its source.

    Raises:
        NoShim: it cannot be had here.

    """
    if not sys.platform.startswith("linux"):
        raise NoShim("LD_PRELOAD as the shim uses it is of Linux")
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoShim("there is no C compiler")
    folder = Path(tempfile.gettempdir()) / f"torture-shim-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    library = folder / f"{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"
    if not library.exists():
        unnamed = folder / f".{os.getpid()}.so"
        command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(unnamed), str(SOURCE), "-ldl", "-lpthread"]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode:
            raise NoShim(f"{compiler} cannot build it: {built.stderr.strip()[-300:]}")
        unnamed.replace(library)
    return library
