"""Pictures that the store has lost and the output folder still has, taken back for nothing (P7).

Rule 1: only bytes that are exactly those that the lock names for that key, without their note.
Rule 2: what the store knows of them stays; where it knows nothing the price stands as nothing.
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Final

from seedream_pipe import pictures
from seedream_pipe.digest import file_digest
from seedream_pipe.plan.key import keyed
from seedream_pipe.plan.model import TransformRecipe
from seedream_pipe.plan.outputs import split_extension
from seedream_pipe.provenance import digests, write_bare
from seedream_pipe.run.settle import now
from seedream_pipe.store.results import Gap, Hit, Miss, Result, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.store.folder import Store
    from seedream_pipe.store.results import Entry

__all__ = ["Back"]

_EXTENSIONS: Final = ("jpg", "png", "webp")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """Looks for lost pictures below the output folder. Blocking."""

    folder: Path
    lock: Mapping[Address, Locked]
    store: Store

    def found(self, task: Task, take: int, wanted: Key) -> tuple[BlobDigest | None, ...] | None:
        """The pictures of a key when every one of them is there as a file; None is a hole."""
        # What an operation makes is made again for nothing, with its record.
        files = None if isinstance(task.recipe, TransformRecipe) else self._files(task, take, wanted)
        return None if files is None else tuple(digest for digest, _ in files)

    def taken(
        self, task: Task, take: int, lost: Miss, wanted: Key, inputs: Sequence[BlobDigest] | None
    ) -> Result | None:
        """The result of a key, with its pictures in the store again; None when it cannot be had.

        Without `inputs`, the key is of another recipe than the task's, which nobody knows here.
        """
        files = None if lost.reason == "test server" else self._files(task, take, wanted)
        if files is None or isinstance(task.recipe, TransformRecipe):
            return None
        entries: list[Entry] = []
        for index, (digest, path) in enumerate(files):
            if path is None:
                entries.append(Gap(index=index, code="Unknown", message="it did not come", refused=False))
                continue
            stored = self._adopted(path, digest)
            if stored is None:
                return None
            entries.append(stored)
        if lost.result is not None and [e.digest for e in lost.result.stored] == _digests(entries):
            return lost.result
        result = Result(
            key=wanted,
            recipe=None if inputs is None else keyed(task.recipe, tuple(inputs), take),
            inputs=tuple(inputs or ()),
            take=take,
            pictures=tuple(entries),
            provider="output folder",
            model="taken back, its price is not known",
            created_at=now(),
        )
        self.store.results.put(result)
        return result

    def shows(self, task: Task, take: TakePictures) -> bool:
        """Whether the output folder has every picture of a take, whatever the store has."""
        return self._among(task, take.take, take.pictures) is not None

    def held(self, task: Task, take: TakePictures) -> TakePictures | None:
        """Pictures that a person holds the task at, in the store again; None when they cannot be had."""
        lost = self.store.results.get(take.key)
        if isinstance(lost, Miss) and self.taken(task, take.take, lost, take.key, None) is None:
            return None
        kinds = {entry.digest: entry.media_type for entry in self._stored(take.key)}
        if any(digest is not None and digest not in kinds for digest in take.pictures):
            return None
        types = ("" if digest is None else kinds[digest] for digest in take.pictures)
        return replace(take, media_types=tuple(types))

    def _stored(self, wanted: Key) -> tuple[Stored, ...]:
        found = self.store.results.get(wanted)
        return found.result.stored if isinstance(found, Hit) else ()

    def _files(
        self, task: Task, take: int, wanted: Key
    ) -> list[tuple[BlobDigest | None, Path | None]] | None:
        locked = self.lock.get(task.address)
        held = next((each for each in locked.takes if each.key == wanted), None) if locked else None
        return None if held is None else self._among(task, take, held.pictures)

    def _among(
        self, task: Task, take: int, wanted: Sequence[BlobDigest | None]
    ) -> list[tuple[BlobDigest | None, Path | None]] | None:
        if not any(wanted):
            return None
        files: list[tuple[BlobDigest | None, Path | None]] = []
        for index, digest in enumerate(wanted):
            paths = (path for path in self._paths(task, take, index) if digest in _digests_of(path))
            path = None if digest is None else next(paths, None)
            if digest is not None and path is None:
                return None
            files.append((digest, path))
        return files

    def _paths(self, task: Task, take: int, index: int) -> Iterator[Path]:
        """Where a picture of a take may have been placed."""
        for number, names in enumerate(task.outputs):
            if index < len(names) and (number or task.pick or 0) == take:
                _, given = split_extension(names[index])
                for ending in [""] if given else [f".{each}" for each in _EXTENSIONS]:
                    yield self.folder / f"{names[index]}{ending}"

    def _adopted(self, path: Path, digest: BlobDigest | None) -> Stored | None:
        """A picture in the store again; None when the file is not the picture any more."""
        target = self.store.blobs.temporary()
        try:
            with path.open("rb") as placed, target.open("xb") as copy:
                _write(placed, copy, digest)
            with target.open("rb") as file:
                facts = pictures.inspect(file)
                file.seek(0)
                if file_digest(file) != digest:
                    return None
            size = target.stat().st_size
            digest = self.store.blobs.adopt(target)
        except (OSError, pictures.NotAPicture):
            return None
        finally:
            self.store.blobs.discard(target)
        return Stored(
            digest=digest,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            bytes=size,
        )


def _digests(entries: Sequence[Entry]) -> list[BlobDigest]:
    return [entry.digest for entry in entries if isinstance(entry, Stored)]


def _digests_of(path: Path) -> frozenset[BlobDigest]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return frozenset()
    with os.fdopen(handle, "rb") as file:
        return digests(file) if stat.S_ISREG(os.fstat(handle).st_mode) else frozenset()


def _write(placed: BinaryIO, target: BinaryIO, digest: BlobDigest | None) -> None:
    """Without the note, unless the picture came with it."""
    is_whole = file_digest(placed) == digest
    placed.seek(0)
    if is_whole:
        shutil.copyfileobj(placed, target, _CHUNK)
    else:
        write_bare(placed, target)
