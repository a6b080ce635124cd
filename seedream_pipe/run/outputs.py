"""Putting pictures under the names asked for: only what differs, and nothing that is somebody's own.

Rule 1: a file whose bytes are right is not touched, so its modification time stays.
Rule 2: a file that this tool did not put there, or that was changed since, is left alone
unless forced.
Rule 3: never a hard link to the store: an editor that saves in place would damage it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from seedream_pipe.digest import BlobDigest, file_digest
from seedream_pipe.errors import StoreError
from seedream_pipe.pictures import extension
from seedream_pipe.plan.outputs import split_extension
from seedream_pipe.run.state import TICK, State, signature
from seedream_pipe.store.blobs import Gone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from seedream_pipe.plan.model import Task
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.store.folder import Store

__all__ = ["Kept", "Outputs", "Placed", "wanted"]

_REFLINK: Final = 0x40049409
"""`FICLONE` of Linux: the copy shares its blocks until one of them is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A file has the picture's bytes; `written` is False when it had them already."""

    path: str
    digest: BlobDigest
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file was left alone; `why` says whose it is."""

    path: str
    why: str


def wanted(task: Task, takes: Sequence[TakePictures]) -> Iterator[tuple[str, BlobDigest]]:
    """The names below the output folder that a task's pictures are asked for under."""
    by_take = {take.take: take for take in takes}
    rows = [(task.pick, row) if not number else (number, row) for number, row in enumerate(task.outputs)]
    for number, names in rows:
        pictures = by_take.get(number)
        if pictures is None:
            continue
        for name, digest, media_type in zip(names, pictures.pictures, pictures.media_types, strict=False):
            if digest is not None:
                stem, given = split_extension(name)
                yield (name if given else f"{stem}.{extension(media_type)}"), digest


@dataclass(slots=True, kw_only=True)
class Outputs:
    """The output folder of one pipeline. `last` says what earlier runs placed, and where."""

    folder: Path
    store: Store
    last: State | None = None
    force: bool = False
    _placed: dict[str, BlobDigest] = field(default_factory=dict)

    def place(self, name: str, digest: BlobDigest) -> Placed | Kept:
        """Put a picture under a name below the folder. Blocking.

        Raises:
            StoreError: the picture is gone, or the folder cannot be written.

        """
        target = self.folder / name
        known = self.last.placed.get(name) if self.last else None
        try:
            present = digest if known == digest and self._is_untouched(target) else _digest_of(target)
            if present == digest:
                self._placed[name] = digest
                return Placed(path=name, digest=digest, written=False)
            if present is not None and not self.force and known != present:
                return Kept(path=name, why=_whose(known is not None))
            self._write(target, digest)
        except OSError as error:
            raise StoreError(
                f'output "{target}" cannot be written: {os.strerror(error.errno or errno.EIO).lower()}',
                hint="the pictures are safe in the store; mend the folder and run again, for nothing",
            ) from error
        self._placed[name] = digest
        return Placed(path=name, digest=digest, written=True)

    def state(self, *, fingerprint: str, seen: Sequence[str], tasks: int, folder: str, whole: bool) -> State:
        """What the next run may take as known, once every output has settled for a tick of the clock."""
        time.sleep(TICK / 1e9)
        placed = {**(self.last.placed if self.last and not whole else {}), **self._placed}
        outputs = (os.fspath(self.folder / name) for name in placed)
        return State(
            fingerprint=fingerprint,
            inputs={path: signature(path) for path in seen},
            outputs={path: signature(path) for path in outputs},
            placed=placed,
            tasks=tasks,
            folder=folder,
            whole=whole,
            written_ns=time.time_ns(),
        )

    def _is_untouched(self, target: Path) -> bool:
        if self.last is None:
            return False
        now = signature(os.fspath(target))
        then = self.last.outputs.get(os.fspath(target))
        return now is not None and now == then and now[3] < self.last.written_ns - TICK

    def _write(self, target: Path, digest: BlobDigest) -> None:
        source = self.store.blobs.whole(digest)
        if isinstance(source, Gone):
            raise StoreError(f"picture {digest[:12]} is {source.reason} in the store", hint="run again")
        _expect_inside(self.folder, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _expect_inside(self.folder, target)
        temporary = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
        try:
            _copy(source, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def _digest_of(path: Path) -> BlobDigest | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return BlobDigest("")
        raise
    with os.fdopen(handle, "rb") as file:
        return file_digest(file)


def _whose(known: bool) -> str:  # noqa: FBT001 - one private caller
    if known:
        return "it was changed since the last run; --force overwrites it"
    return "a file of that name is there that no run put there; --force overwrites it"


def _expect_inside(folder: Path, target: Path) -> None:
    """A folder on the way that is a link out would put pictures where nobody asked for them."""
    top = folder.resolve()
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    if folder.exists() and not parent.resolve().is_relative_to(top) and parent != folder.parent:
        raise StoreError(f'output "{target}" leads outside the output folder through a link')


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("xb") as write:
        try:
            fcntl.ioctl(write.fileno(), _REFLINK, read.fileno())
        except OSError:
            shutil.copyfileobj(read, write, 1 << 20)
        write.flush()
        os.fsync(write.fileno())
