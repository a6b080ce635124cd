"""Disks that misbehave, through the seam that the store writes by."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from seedream_pipe.store.durable import Posix

OPERATIONS: Final = (
    "create",
    "open",
    "write",
    "sync",
    "close",
    "rename",
    "remove",
    "make_folder",
    "sync_folder",
)


class Watched(Posix):
    """The real disk, with a hook that is called before and after each operation."""

    def __init__(self, hook: Callable[[str, str], None]) -> None:
        self.hook = hook


def _watched(name: str) -> Callable[..., Any]:
    real = getattr(Posix, name)

    def operation(self: Watched, *args: Any) -> Any:
        self.hook("before", name)
        result = real(self, *args)
        self.hook("after", name)
        return result

    return operation


for _name in OPERATIONS:
    setattr(Watched, _name, _watched(_name))


def failing(number: int, *, error: int = errno.ENOSPC, only: tuple[str, ...] = OPERATIONS, times: int = 1):
    """A disk whose `number`-th operation of these fails, and the ones after it, `times` in all."""
    seen = 0

    def hook(when: str, name: str) -> None:
        nonlocal seen
        if when == "before" and name in only:
            seen += 1
            if number <= seen < number + times:
                raise OSError(error, os.strerror(error))

    return Watched(hook)


def killing(number: int):
    """A disk at whose `number`-th moment, before or after an operation, the process dies."""
    seen = 0

    def hook(_when: str, _name: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os._exit(9)

    return Watched(hook)


class Short(Posix):
    """A disk that writes at most seven bytes at a time."""

    def write(self, file: int, data: memoryview) -> int:
        return super().write(file, data[:7])


def tree(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything below a folder: mode, time and content of each name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (facts.st_mode, facts.st_mtime_ns, data)
    return found


def temporaries(folder: Path) -> list[Path]:
    """Files under construction that were left behind."""
    return [path for path in folder.rglob(".tmp-*") if "trash" not in path.parts]
