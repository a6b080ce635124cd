"""The one way to write: a file is whole and on the disk under its name, or it is not there.

Rule 1: temporary file in the same folder, write loop, fsync, rename, fsync of the folder.
Rule 2: after a failed fsync the file is thrown away and written anew under a new name; the
second fsync of one file lies (the kernel has marked the lost pages clean). Two failures stop.
Rule 3: any failed write takes the disk's health, and what is not healthy spends no money.
Rule 4: never a hard link; files are 600 and folders 700 whatever the umask.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

from seedream_pipe.errors import StoreError

__all__ = ["POSIX", "TEMPORARY", "Disk", "Draft", "FileSystem", "Posix", "store_error"]

TEMPORARY: Final = ".tmp-"
"""How the name of a file under construction starts. Readers pass over it."""

_FULL: Final[int | None] = getattr(fcntl, "F_FULLFSYNC", None)
_CHUNK: Final = 1 << 20
_REMEMBERED: Final = 2048
"""Folders that are known to be there: all that fan out, and not one for every call of a long run."""
_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class FileSystem(Protocol):
    """The operations that change a disk. A seam: a test fails, cuts or ends the n-th of them.

    Every method raises `OSError` like the function of `os` behind it.
    """

    def create(self, path: Path) -> int:
        """Open a file that must not exist, mode 600, for reading and writing."""

    def open(self, path: Path) -> int:
        """Open an existing file, never through a symbolic link, and give it mode 600."""

    def write(self, file: int, data: memoryview) -> int:
        """Write some of the data and say how much."""

    def sync(self, file: int) -> None:
        """Bring the file's content to the disk."""

    def close(self, file: int) -> None:
        """Close a file."""

    def rename(self, source: Path, target: Path) -> None:
        """Give a file or folder its name, over a file that had it."""

    def remove(self, path: Path) -> None:
        """Remove a file."""

    def make_folder(self, path: Path) -> None:
        """Make a folder, mode 700, in one that exists."""

    def sync_folder(self, path: Path) -> None:
        """Bring the folder's names to the disk."""


class Posix:
    """The real disk."""

    def create(self, path: Path) -> int:
        """Open a file that must not exist, mode 600."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def open(self, path: Path) -> int:
        """Open an existing file and give it mode 600."""
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        os.fchmod(file, 0o600)
        return file

    def write(self, file: int, data: memoryview) -> int:
        """Write some of the data."""
        return os.write(file, data)

    def sync(self, file: int) -> None:
        """Bring the file's content to the disk."""
        if _FULL is None:
            os.fsync(file)
        else:  # on macOS fsync stops at the drive's cache
            fcntl.fcntl(file, _FULL)

    def close(self, file: int) -> None:
        """Close a file."""
        os.close(file)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file or folder its name."""
        os.rename(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        os.unlink(path)

    def make_folder(self, path: Path) -> None:
        """Make a folder, mode 700."""
        os.mkdir(path, 0o700)

    def sync_folder(self, path: Path) -> None:
        """Bring the folder's names to the disk."""
        file = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)


POSIX: Final = Posix()


def store_error(error: OSError, path: Path) -> StoreError:
    """What an error of the system means for the store, with its remedy."""
    if error.errno in _FULL_DISK:
        return StoreError(
            f"the disk is full: {path} cannot be written",
            hint="free some space and run again; what was recorded is kept",
        )
    if error.errno in _READ_ONLY:
        return StoreError(
            f"{path} cannot be written ({error.strerror})",
            hint="give yourself write access to it; another one with --store has nothing of what was bought",
        )
    return StoreError(
        f"{path}: {error.strerror or error}",
        hint="see whether the disk is well, then run again; what was recorded is kept",
    )


class Disk:
    """Writes durably, and remembers when it could not.

    One instance per store and process; may be used from several threads at once.
    `token` makes the unique part of temporary names.
    """

    def __init__(
        self,
        files: FileSystem = POSIX,
        *,
        writable: bool = True,
        token: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self.files = files
        self.writable = writable
        self.healthy = True
        self._token = token
        self._folders: set[Path] = set()

    def write(self, path: Path, data: bytes) -> None:
        """Put bytes under a name, over whatever had it; both or neither after a crash.

        Raises:
            StoreError: it did not get to the disk; `healthy` is False from now on.

        """
        with self.watch(path):
            self.folder(path.parent)
            failure = self._try_write(path, data)
            if failure is not None:
                failure = self._try_write(path, data)
            if failure is not None:
                raise failure

    def draft(self, folder: Path) -> Draft:
        """Start a file that grows, in a folder, without a name yet."""
        path = self.temporary(folder)
        with self.watch(path):
            self.folder(folder)
            return Draft(self, path, self.files.create(path))

    def place(self, temporary: Path, target: Path, sha256: str) -> None:
        """Give a whole file its name; `sha256` is its content's, in hex.

        Both are on one file system. Raises `StoreError` as `write` does.
        """
        with self.watch(target):
            self.folder(target.parent)
            self.place_open(self.files.open(temporary), temporary, target, sha256)

    def place_open(self, file: int, temporary: Path, target: Path, sha256: str) -> None:
        """As `place`, for a file that is still open, into a folder that is there; closes the file.

        What could not be placed is left where it is: it may be the only copy of a bought picture.
        """
        for last in (False, True):
            failure = self._try_place(file, temporary, target)
            if failure is None:
                return
            if last:
                raise failure
            copy = self.temporary(target.parent)
            file = self._copy(temporary if temporary.exists() else target, copy, sha256)
            with suppress(OSError):
                self.files.remove(temporary)
            temporary = copy

    def move(self, source: Path, target: Path) -> None:
        """Rename durably, within one file system."""
        with self.watch(target):
            self.folder(target.parent)
            self.files.rename(source, target)
            self.files.sync_folder(target.parent)
            if source.parent != target.parent:
                self.files.sync_folder(source.parent)

    def folder(self, path: Path) -> None:
        """Make a folder and what is missing above it, durably. `StoreError` when it cannot be."""
        if path in self._folders:
            return
        if not path.is_dir():
            self.folder(path.parent)
            with self.watch(path):
                with suppress(FileExistsError):
                    self.files.make_folder(path)
                # Also when another process was faster: it may not have come to the sync yet.
                self.files.sync_folder(path.parent)
        if len(self._folders) >= _REMEMBERED:
            self._folders.clear()
        self._folders.add(path)

    def temporary(self, folder: Path) -> Path:
        """A name in a folder for a file under construction; nothing is there yet."""
        return folder / f"{TEMPORARY}{self._token()}"

    @contextmanager
    def watch(self, path: Path) -> Iterator[None]:
        """Turn an `OSError` of what stands below into a `StoreError`, and lose health over it."""
        if not self.writable:
            raise StoreError(f"{path} is in a store that was opened for reading only")
        try:
            yield
        except OSError as error:
            self.healthy = False
            raise store_error(error, path) from error

    def write_all(self, file: int, data: bytes) -> None:
        """Write until all is written: a short write is no error."""
        rest = memoryview(data)
        while rest:
            rest = rest[self.files.write(file, rest) :]

    def _try_write(self, path: Path, data: bytes) -> OSError | None:
        temporary = self.temporary(path.parent)
        try:
            file = self._filled(temporary, [data])
            failure = self._try_place(file, temporary, path)
        except OSError:
            self._forget(temporary)
            raise
        if failure is not None:
            self._forget(temporary)
        return failure

    def _try_place(self, file: int, temporary: Path, target: Path) -> OSError | None:
        """Sync, close and name; the error when a sync failed, raised when anything else did."""
        try:
            self.files.sync(file)
        except OSError as error:
            self.files.close(file)
            return error
        self.files.close(file)
        self.files.rename(temporary, target)
        try:
            self.files.sync_folder(target.parent)
        except OSError as error:
            return error
        return None

    def _filled(self, path: Path, chunks: Iterable[bytes]) -> int:
        file = self.files.create(path)
        try:
            for chunk in chunks:
                self.write_all(file, chunk)
        except OSError:
            with suppress(OSError):
                self.files.close(file)
            raise
        return file

    def _copy(self, source: Path, target: Path, sha256: str) -> int:
        state = hashlib.sha256()

        def chunks() -> Iterator[bytes]:
            with source.open("rb") as data:
                while chunk := data.read(_CHUNK):
                    state.update(chunk)
                    yield chunk
            if state.hexdigest() != sha256:
                raise OSError(errno.EIO, "what was written does not read back")

        return self._filled(target, chunks())

    def _forget(self, path: Path) -> None:
        with suppress(OSError):
            self.files.remove(path)


class Draft:
    """A file that grows until it gets its name. Made by `Disk.draft`; one thread at a time."""

    def __init__(self, disk: Disk, path: Path, file: int) -> None:
        self.path = path
        self.length = 0
        self._disk = disk
        self._file: int | None = file
        self._state = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what has been appended so far, in hex."""
        return self._state.hexdigest()

    def append(self, data: bytes) -> None:
        """Write to its end. `StoreError` when that fails."""
        if self._file is None:
            raise ValueError("the draft is finished")
        with self._disk.watch(self.path):
            self._disk.write_all(self._file, data)
        self._state.update(data)
        self.length += len(data)

    def finish(self, target: Path) -> None:
        """Make it durable under its name, in the same file system."""
        if self._file is None:
            raise ValueError("the draft is finished")
        with self._disk.watch(target):
            self._disk.folder(target.parent)
            file, self._file = self._file, None
            self._disk.place_open(file, self.path, target, self.sha256)

    def discard(self) -> None:
        """Remove it: what it holds is safe elsewhere. It stays where it is when it has got its name."""
        self.close()
        with suppress(OSError):
            self._disk.files.remove(self.path)

    def close(self) -> None:
        """Let go of the file and leave it where it is. May be called twice."""
        if self._file is not None:
            file, self._file = self._file, None
            with suppress(OSError):
                self._disk.files.close(file)
