"""The store: a folder ``.seedream`` with a version, what was bought, and the account of it.

    format                     the store's version; a newer one is refused untouched
    .gitignore                 the store ignores itself
    blobs/ab/abcdef…           bytes under their SHA-256
    results/ab/abcdef….json    key → ordered blobs
    calls/<id>/…               the ledger's
    index.db                   the ledger's, can be rebuilt
    locks/ab/<key>.lock        kernel locks; the files stay
    tmp/                       pictures on their way in
    trash/                     what damage moved aside

What has no name yet starts with a dot, and readers pass over it.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from seedream_pipe.errors import StoreError, StoreTooNew
from seedream_pipe.store.blobs import Blobs
from seedream_pipe.store.durable import POSIX, TEMPORARY, Disk, FileSystem, store_error
from seedream_pipe.store.results import Results

__all__ = ["FORMAT", "Store"]

FORMAT: Final = 2
"""The form of the store. The first had no digests in the files of its calls; it is read as it is."""
"""The version of the store's form that this code writes, and the newest that it reads."""

_MARK: Final = "seedream-pipe store "
_OWN: Final = frozenset(
    {"blobs", "calls", "index.db", "locks", "pins", "results", "runs", "salt", "state", "tmp", "trash"}
)
"""What stands in a store of this form beside the file that says so."""
_FOR_WORK: Final = frozenset({"locks", "runs", "state", "tmp", "trash"})

_UNMARKED: Final = 0
"""The form of a store that has lost its mark: it gets the one of today."""

_STALE: Final = 24 * 3600.0


class Store:
    """An open store. Blocking; may be used from several threads, and by several processes."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self.disk = disk
        self.blobs = Blobs(folder, disk)
        self.results = Results(folder, disk, self.blobs)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        create: bool = True,
        files: FileSystem = POSIX,
        token: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> Store:
        """Open the store in this folder (the ``.seedream`` itself), or make it.

        With ``create=False`` nothing is ever written, and a missing store is an empty one.

        Raises:
            StoreTooNew: written by a newer version; left untouched.
            StoreError: not a store, or it cannot be read or made.

        """
        folder = Path(os.path.abspath(folder))
        disk = Disk(files, writable=create, token=token)
        version = _version(folder)
        if version is None and create:
            _make(folder, disk)
        elif version is not None and version > FORMAT:
            raise StoreTooNew(
                f"{folder} has the form {version}; this version of seedream-pipe reads up to {FORMAT}",
                hint="update seedream-pipe; the store was left untouched",
            )
        elif version is not None and version < FORMAT and create:
            # Before anything is written that an older version would not understand.
            with disk.watch(folder):
                disk.write(folder / "format", f"{_MARK}{FORMAT}\n".encode())
        return cls(folder, disk)

    @property
    def writable(self) -> bool:
        """Whether it was opened for writing."""
        return self.disk.writable

    @property
    def healthy(self) -> bool:
        """Whether every durable write of this process has worked. When not, nothing may be sent."""
        return self.disk.healthy

    def expect_healthy(self) -> None:
        """Raise `StoreError` when a write has failed before or cannot work at all."""
        if not self.disk.writable:
            raise StoreError(f"{self.folder} was opened for reading only")
        if not self.disk.healthy:
            raise StoreError(
                f"{self.folder} could not be written before; nothing more is sent",
                hint="mend what was reported first, then run again",
            )

    def room(self) -> int:
        """Free bytes on the store's disk. Raises `StoreError` when that cannot be told."""
        try:
            facts = os.statvfs(self.folder)
        except OSError as error:
            raise store_error(error, self.folder) from error
        return facts.f_bavail * facts.f_frsize

    def expect_room(self, least: int) -> None:
        """Raise `StoreError` when the disk has fewer free bytes than `least`."""
        free = self.room()
        if free < least:
            raise StoreError(
                f"the disk of {self.folder} has {free >> 20} MiB left; nothing more is sent",
                hint=f"free at least {least >> 20} MiB and run again",
            )

    def sweep(self, *, now: Callable[[], float] = time.time) -> int:
        """Remove what a killed process left on its way in, a day old. Says how many files."""
        removed = 0
        small = (self.folder, self.folder / "state", self.folder / "runs")
        for path in (
            *self.blobs.unfinished(),
            *(each for top in small for each in top.glob(f"{TEMPORARY}*")),
        ):
            with suppress(OSError):
                if now() - path.stat().st_mtime > _STALE:
                    path.unlink()
                    removed += 1
        return removed


def _version(folder: Path, *, again: bool = False) -> int | None:
    """The form of the store in a folder; None when there is none yet."""
    try:
        text = (folder / "format").read_text("utf-8")
    except FileNotFoundError:
        if not again and not _is_made_meanwhile(folder):
            return None
        if not again:
            return _version(folder, again=True)
        text = ""  # a link that leads nowhere, or a store that has lost the file
    except OSError as error:
        raise StoreError(f"{folder} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        text = ""
    number = text.removeprefix(_MARK).strip()
    if not text.startswith(_MARK) or not number.isascii() or not number.isdigit():
        if _is_ours(folder):
            return _UNMARKED
        raise StoreError(
            f"{folder / 'format'} does not say the version of a store",
            hint=f"if this is a store, the file's one line is {_MARK + str(FORMAT)!r}",
        )
    return int(number)


def _is_made_meanwhile(folder: Path) -> bool:
    """Whether another process has made the store since we looked. Raises when something else is there."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"{folder} cannot be read ({error.strerror})") from error
    if "format" in names or _is_ours(folder):
        return True
    # A process killed while it made the store leaves no more than this.
    foreign = sorted(name for name in names if name != ".gitignore" and not name.startswith(TEMPORARY))
    if foreign:
        raise StoreError(
            f"{folder} is not a store: it has no file 'format' but has {foreign[0]!r}",
            hint="name another folder with --store, or move what is there away",
        )
    return False


def _is_ours(folder: Path) -> bool:
    """Whether a folder is a store that has lost its mark: it has what stands in one, and nothing else.

    A newer form would have other names, or other records, which are not believed.
    """
    try:
        names = {name for name in os.listdir(folder) if not name.startswith((".", "format", "index.db-"))}
    except OSError:
        return False
    return bool(names - _FOR_WORK) and names <= _OWN


def _make(folder: Path, disk: Disk) -> None:
    with disk.watch(folder):
        disk.folder(folder)
    disk.write(folder / "format", f"{_MARK}{FORMAT}\n".encode())
    disk.write(folder / ".gitignore", b"# Bought pictures do not belong in git.\n*\n")
