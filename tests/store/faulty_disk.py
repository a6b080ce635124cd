"""Disks that misbehave, through the seam that the store writes by."""

import errno
import os
import shutil
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


class Hasty(Posix):
    """A disk that syncs nothing: enough where processes die and the machine does not, and much faster."""

    def sync(self, file: int) -> None:
        pass

    def sync_folder(self, path: Path) -> None:
        pass


class Watched(Posix):
    """The real disk, with a hook that is called before and after each operation."""

    def __init__(self, hook: Callable[[str, str], None]) -> None:
        self.hook = hook


class WatchedHasty(Watched, Hasty):
    """A hasty disk with such a hook."""


def _watched(name: str) -> Callable[..., Any]:
    def operation(self: Watched, *args: Any) -> Any:
        self.hook("before", name)
        result = getattr(super(Watched, self), name)(*args)
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
    """A hasty disk at whose `number`-th moment, before or after an operation, the process dies."""
    seen = 0

    def hook(_when: str, _name: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os._exit(9)

    return WatchedHasty(hook)


class PowerLoss(BaseException):
    """The machine stops here."""


class Forgetful(Posix):
    """A disk that loses what was not synced when the power goes at its `number`-th operation.

    Bytes of a file that was not synced are lost, and so are names in a folder that was
    not synced since. `forget` then makes the folder what it is after the restart.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._seen = 0
        self._files: dict[int, Path] = {}
        self._unsynced: set[Path] = set()
        self._names: list[tuple[Path, Callable[[], None]]] = []

    def create(self, path: Path) -> int:
        self._count()
        self._names.append((path.parent, lambda: path.unlink(missing_ok=True)))
        return self._opened(super().create(path), path)

    def open(self, path: Path) -> int:
        self._count()
        return self._opened(super().open(path), path)

    def write(self, file: int, data: memoryview) -> int:
        self._count()
        return super().write(file, data)

    def sync(self, file: int) -> None:
        self._count()
        self._unsynced.discard(self._files[file])

    def rename(self, source: Path, target: Path) -> None:
        self._count()
        before = target.read_bytes() if target.is_file() else None
        super().rename(source, target)
        if source in self._unsynced:
            self._unsynced.remove(source)
            self._unsynced.add(target)

        def undo() -> None:
            if target.exists():
                target.rename(source)
            if before is not None:
                target.write_bytes(before)

        self._names.append((target.parent, undo))

    def make_folder(self, path: Path) -> None:
        self._count()
        super().make_folder(path)
        self._names.append((path.parent, lambda: shutil.rmtree(path, ignore_errors=True)))

    def sync_folder(self, path: Path) -> None:
        self._count()
        self._names = [(folder, undo) for folder, undo in self._names if folder != path]

    def forget(self) -> None:
        """Lose what was not synced: bytes first, then names, the latest first."""
        for path in self._unsynced:
            if path.exists():
                path.write_bytes(b"")
        for _, undo in reversed(self._names):
            undo()

    def _opened(self, file: int, path: Path) -> int:
        self._files[file] = path
        self._unsynced.add(path)
        return file

    def _count(self) -> None:
        self._seen += 1
        if self._seen >= self._number:
            raise PowerLoss


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
