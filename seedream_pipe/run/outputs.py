"""Putting pictures under the names asked for: only what differs, and nothing that is somebody's own.

Rule 1: a file whose bytes are right is not touched, so its modification time stays.
Rule 2: a file that this tool did not put there, or that was changed since, is left alone
unless forced.
Rule 3: never a hard link to the store: an editor that saves in place would damage it.
Rule 4: below the top nothing is opened through a link, so no picture leaves the folder.
Rule 5: a picture may carry a note of how it was made; without the note it is what the store has,
and that is what files are compared by. A file that is there is never written for its note alone.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import stat
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from seedream_pipe import provenance
from seedream_pipe.errors import StoreError
from seedream_pipe.pictures import extension
from seedream_pipe.plan.model import TransformRecipe
from seedream_pipe.plan.outputs import split_extension
from seedream_pipe.run.state import TICK, Signature, State, signature
from seedream_pipe.store.blobs import Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Task
    from seedream_pipe.provenance import Note
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.store.folder import Store

__all__ = ["Kept", "Outputs", "Placed", "wanted"]

_REFLINK: Final = 0x40049409
"""`FICLONE` of Linux: the copy shares its blocks until one of them is written."""

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_A_FILE: Final[frozenset[BlobDigest]] = frozenset()
"""What is there is a link, a folder or a device: nobody's picture."""


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
    for number, names in enumerate(task.outputs):
        take = number or task.pick
        pictures = None if take is None else by_take.get(take)
        if pictures is None:
            continue
        for name, digest, media_type in zip(names, pictures.pictures, pictures.media_types, strict=False):
            if digest is not None:
                stem, given = split_extension(name)
                is_right = given and not _contradicts(task, given, media_type)
                yield (name if is_right else f"{stem}.{extension(media_type)}"), digest


def _contradicts(task: Task, given: str, media_type: str) -> bool:
    """Whether a name says another format than the file has, where only the file could tell."""
    told = given[1:].lower().replace("jpeg", "jpg")
    uncertain = isinstance(task.recipe, TransformRecipe) or task.recipe.generation.layer_decomposition
    return uncertain and bool(media_type) and told != extension(media_type)


@dataclass(slots=True, kw_only=True)
class Outputs:
    """The output folder of one pipeline, below `top`, which is the user's own choice.

    `last` says what earlier runs placed, and where. Safe to use from several threads for
    different names.
    """

    top: Path
    folder: Path
    store: Store
    last: State | None = None
    force: bool = False
    _placed: dict[str, BlobDigest] = field(default_factory=dict)

    def is_placed(self, name: str, digest: BlobDigest) -> bool:
        """Whether a file is as an earlier run left it, with these bytes. Looks at it once."""
        if self.last is None or self.last.placed.get(name) != digest:
            return False
        path = os.fspath(self.folder / name)
        now, then = signature(path), self.last.outputs.get(path)
        if now is None or now != then or now[3] >= self.last.written_ns - TICK:
            return False
        self._placed[name] = digest
        return True

    def would(self, name: str, digest: BlobDigest) -> Literal["in place", "put back", "kept"]:
        """What `place` would do. Writes nothing."""
        if self.is_placed(name, digest):
            return "in place"
        target = self.folder / name
        try:
            folder = os.open(target.parent, _FOLDER)
        except OSError:
            return "put back"
        try:
            present = _digests_of(target.name, folder)
        except OSError:
            return "kept"
        finally:
            os.close(folder)
        if present is None:
            return "put back"
        if digest in present:
            return "in place"
        return "put back" if self.force or self._is_ours(name, present) else "kept"

    def _is_ours(self, name: str, present: frozenset[BlobDigest]) -> bool:
        """Whether a file is as it was placed; in a copied project, without a state, as something stored."""
        if self.last is None:
            return any(self.store.blobs.has(digest) for digest in present)
        return self.last.placed.get(name) in present

    def place(
        self, name: str, digest: BlobDigest, *, note: Callable[[], Note | None] | None = None
    ) -> Placed | Kept | Gone:
        """Put a picture under a name below the folder; `Gone` when the store has lost it. Blocking.

        `note` gives what a file that is written is to carry; a file that is there stays as it is.

        Raises:
            StoreError: the folder cannot be written, or a link leads out of it.

        """
        if self.is_placed(name, digest):
            return Placed(path=name, digest=digest, written=False)
        target = self.folder / name
        parents = target.relative_to(self.top).parent.parts
        try:
            with self._opened(parents) as folder:
                placed = self._place(name, target.name, digest, folder, note)
        except OSError as error:
            raise _not_written(target, error) from error
        if isinstance(placed, Placed):
            self._placed[name] = digest
        return placed

    def state(
        self,
        *,
        fingerprint: str,
        inputs: Mapping[str, Signature | None],
        tasks: int,
        folder: str,
        whole: bool,
    ) -> State:
        """What the next run may take as known, once every output has settled for a tick of the clock."""
        time.sleep(TICK / 1e9)
        seen = {os.fspath(self.folder / name) for name in self._placed}
        # A file that was kept is not as it was placed: it stays known by what was placed there.
        last = self.last if self.last and not whole else None
        return State(
            fingerprint=fingerprint,
            inputs=inputs,
            outputs={**(last.outputs if last else {}), **{path: signature(path) for path in seen}},
            placed={**(last.placed if last else {}), **self._placed},
            tasks=tasks,
            folder=folder,
            whole=whole,
            written_ns=time.time_ns(),
        )

    def _place(
        self,
        name: str,
        file: str,
        digest: BlobDigest,
        folder: int,
        note: Callable[[], Note | None] | None,
    ) -> Placed | Kept | Gone:
        present = _digests_of(file, folder)
        if present is not None and digest in present:
            return Placed(path=name, digest=digest, written=False)
        if present is not None and not self.force and not self._is_ours(name, present):
            known = self.last is not None and name in self.last.placed
            return Kept(path=name, why=_whose(known=known))
        source = self.store.blobs.whole(digest)
        if isinstance(source, Gone):
            return source
        _write(source, file, folder, note() if note is not None else None)
        return Placed(path=name, digest=digest, written=True)

    @contextmanager
    def _opened(self, parents: Sequence[str]) -> Iterator[int]:
        """The folder of an output, made when it is not there; every part below the top is no link."""
        self.top.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parents:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=handle)
                below = os.open(part, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle
        finally:
            os.close(handle)


def _digests_of(file: str, folder: int) -> frozenset[BlobDigest] | None:
    """The pictures that a file can be; None when there is nothing."""
    try:
        handle = os.open(file, _FILE, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            return _NOT_A_FILE
        raise
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return _NOT_A_FILE
        with os.fdopen(handle, "rb", closefd=False) as opened:
            return provenance.digests(opened)
    finally:
        os.close(handle)


def _write(source: Path, file: str, folder: int, note: Note | None) -> None:
    temporary = f".{secrets.token_hex(8)}.part"
    try:
        handle = os.open(temporary, _NEW, 0o666, dir_fd=folder)
        with source.open("rb") as read, os.fdopen(handle, "wb") as write:
            if note is None or not provenance.write(read, write, note):
                _share(read, write)
            write.flush()
            os.fsync(write.fileno())
        os.replace(temporary, file, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _share(read: BinaryIO, write: BinaryIO) -> None:
    try:
        fcntl.ioctl(write.fileno(), _REFLINK, read.fileno())
    except OSError:
        read.seek(0)
        shutil.copyfileobj(read, write, 1 << 20)


def _whose(*, known: bool) -> str:
    if known:
        return "it was changed since the last run; --force overwrites it"
    return "a file of that name is there that no run put there; --force overwrites it"


def _not_written(target: Path, error: OSError) -> StoreError:
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return StoreError(
            f'output "{target}" leads through a link or a file that is no folder',
            hint="put a folder there, or choose another place with --out; the pictures are safe in the store",
        )
    return StoreError(
        f'output "{target}" cannot be written: {os.strerror(error.errno or errno.EIO).lower()}',
        hint="the pictures are safe in the store; mend the folder and run again, for nothing",
    )
