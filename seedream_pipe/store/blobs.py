"""Bytes under their SHA-256: written once, verified whenever they are read.

Damage is a value (`Gone`), never an exception: what was damaged is moved to ``trash/``
so that a whole copy can take its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from seedream_pipe.digest import BlobDigest, blob_digest, file_digest, is_digest
from seedream_pipe.errors import StoreError
from seedream_pipe.store.durable import Disk

__all__ = ["Blobs", "Gone"]

_READ: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A blob that cannot be had: not there, or its bytes were not what its name says."""

    digest: BlobDigest
    reason: Literal["missing", "damaged"]


class Blobs:
    """The bytes of a store. Blocking; any number of threads and processes at once."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._blobs = folder / "blobs"
        self._tmp = folder / "tmp"
        self._trash = folder / "trash"
        self._disk = disk

    def path(self, digest: BlobDigest) -> Path:
        """Where a blob stands or would stand. Nothing is looked at."""
        if not is_digest(digest):
            raise ValueError(f"not a digest: {digest!r}")
        return self._blobs / digest[:2] / digest

    def has(self, digest: BlobDigest, *, length: int | None = None) -> bool:
        """Whether it is there, with that many bytes if said. Cheap; the content is not read."""
        try:
            size = os.stat(self.path(digest), follow_symlinks=False).st_size
        except OSError:
            return False
        return length is None or size == length

    def put(self, data: bytes) -> BlobDigest:
        """Keep bytes. Equal bytes are kept once; a damaged copy is replaced.

        Raises:
            StoreError: they did not get to the disk.

        """
        digest = blob_digest(data)
        if not self._kept(digest):
            self._disk.write(self.path(digest), data)
        return digest

    def temporary(self) -> Path:
        """A new name below the store for a picture on its way in; give it to `adopt` when whole."""
        with self._disk.watch(self._tmp):
            self._disk.folder(self._tmp)
        return self._disk.temporary(self._tmp)

    def adopt(self, temporary: Path) -> BlobDigest:
        """Take in a whole file that stands under a name from `temporary`. It is gone from there.

        Raises:
            StoreError: it is not there, or did not get to the disk.

        """
        with self._disk.watch(temporary), temporary.open("rb") as file:
            digest = file_digest(file)
        if self._kept(digest):
            with suppress(OSError):
                self._disk.files.remove(temporary)
        else:
            self._disk.place(temporary, self.path(digest), digest)
        return digest

    def discard(self, temporary: Path) -> None:
        """Remove what did not come whole. What cannot be removed is swept a day later: no error."""
        with suppress(OSError):
            self._disk.files.remove(temporary)

    def read(self, digest: BlobDigest) -> bytes | Gone:
        """The bytes, verified."""
        try:
            with _open(self.path(digest)) as file:
                data = file.read()
                if blob_digest(data) == digest:
                    return data
                return self._damaged(digest, os.fstat(file.fileno()))
        except FileNotFoundError:
            return Gone(digest=digest, reason="missing")
        except OSError:
            return Gone(digest=digest, reason="damaged")

    def whole(self, digest: BlobDigest) -> Path | Gone:
        """Where the bytes stand, verified just now, in constant memory. Copy; never link or change."""
        path = self.path(digest)
        try:
            with _open(path) as file:
                if file_digest(file) == digest:
                    return path
                return self._damaged(digest, os.fstat(file.fileno()))
        except FileNotFoundError:
            return Gone(digest=digest, reason="missing")
        except OSError:
            return Gone(digest=digest, reason="damaged")

    def digests(self) -> Iterator[BlobDigest]:
        """All that have a name in the store, sorted; not verified."""
        for folder in _names(self._blobs):
            for name in _names(self._blobs / folder):
                if is_digest(name) and name[:2] == folder:
                    yield BlobDigest(name)

    def unfinished(self) -> Iterator[Path]:
        """Files on their way in, of this process, of others, and of dead ones."""
        for name in _names(self._tmp):
            yield self._tmp / name

    def _kept(self, digest: BlobDigest) -> bool:
        if isinstance(self.whole(digest), Gone):
            return False
        # Another process may have named it a moment ago and not have come to the sync yet.
        folder = self.path(digest).parent
        with self._disk.watch(folder):
            self._disk.files.sync_folder(folder)
        return True

    def _damaged(self, digest: BlobDigest, seen: os.stat_result) -> Gone:
        """Move what was read out of the way, so that a whole copy can take its place."""
        if self._disk.writable:
            path = self.path(digest)
            aside = self._trash / f"{digest}{self._disk.temporary(self._trash).name}"
            with suppress(StoreError):
                self._disk.move(path, aside)
                # Healed by another process between our read and our rename: give it back.
                if os.stat(aside).st_ino != seen.st_ino:
                    self._disk.move(aside, path)
        return Gone(digest=digest, reason="damaged")


def _open(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, _READ), "rb")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
