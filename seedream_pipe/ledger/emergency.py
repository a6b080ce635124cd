"""Where an answer goes that the store cannot take: it is paid for, so it is kept elsewhere (reliability 8.9).

    <place>/<call id>/answer.body     what followed the events that are in the store, or everything
                      answer.json     what the store would have got; from here on it is whole

A place is in the user's folder of state or in the system's for temporary files, on another
file system than the store where there is one. The next start of a run takes what it finds
there into its call. Nobody else's files are ever believed: a place is the user's own, or none.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from seedream_pipe.digest import Json

__all__ = ["Refuge", "Rescued", "places", "rescued"]

_CHUNK: Final = 1 << 20
_BODY: Final = "answer.body"
_FACTS: Final = "answer.json"


def places(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders that an answer may be brought to; none has to be there."""
    state = environment.get("XDG_STATE_HOME") or os.path.join(
        environment.get("HOME") or os.path.expanduser("~"), ".local", "state"
    )
    return (
        Path(state) / "seedream-pipe" / "emergency",
        Path(tempfile.gettempdir()) / f"seedream-pipe-emergency-{os.getuid()}",
    )


class Refuge:
    """An answer on its way to safety. One thread at a time; every method raises `OSError`."""

    def __init__(self, folder: Path, body: BinaryIO) -> None:
        self.folder = folder
        self._body = body
        self._state = hashlib.sha256()
        self._length = 0

    @classmethod
    def open(cls, call: str, store: Path, candidates: Sequence[Path]) -> Self:
        """Make room for the answer of a call in the first place that will have it."""
        failure = OSError("no place")
        for place in sorted(candidates, key=lambda place: _device(place) == _device(store)):
            try:
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not _is_own(place):
                    continue
                folder = place / call
                folder.mkdir(mode=0o700)
                file = os.open(folder / _BODY, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            except OSError as error:
                failure = error
                continue
            return cls(folder, os.fdopen(file, "wb"))
        raise failure

    def take(self, path: Path, length: int) -> None:
        """Append the first bytes of a file."""
        with path.open("rb") as file:
            while length:
                chunk = file.read(min(length, _CHUNK))
                if not chunk:
                    raise OSError(f"{path} is shorter than it was")
                self.append(chunk)
                length -= len(chunk)

    def append(self, data: bytes) -> None:
        """Append bytes of the body."""
        self._body.write(data)
        self._state.update(data)
        self._length += len(data)

    def finish(self, facts: Mapping[str, Json]) -> None:
        """Make it durable; with `facts` it is whole."""
        self._sync(self._body)
        told = {**facts, "bytes": self._length, "sha256": self._state.hexdigest()}
        with (self.folder / _FACTS).open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(json.dumps(told).encode())
            self._sync(file)
        for folder in (self.folder, self.folder.parent):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def close(self) -> None:
        """Let go of it; what is there stays. May be called twice."""
        with suppress(OSError):
            self._body.close()

    def _sync(self, file: BinaryIO) -> None:
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued:
    """A whole answer that an earlier process brought to safety."""

    call: str
    folder: Path
    facts: Mapping[str, Any]

    @property
    def body(self) -> Path:
        """The file with its bytes, of which `facts` have the length and the digest."""
        return self.folder / _BODY

    def remove(self) -> None:
        """Take it away, once its call has it. What cannot be removed stays."""
        shutil.rmtree(self.folder, ignore_errors=True)


def rescued(candidates: Sequence[Path]) -> Iterator[Rescued]:
    """Every whole answer in places that are the user's own."""
    for place in candidates:
        try:
            names = sorted(os.listdir(place)) if _is_own(place) else []
        except OSError:
            continue
        for name in names:
            folder = place / name
            try:
                facts = json.loads((folder / _FACTS).read_bytes())
                is_whole = (folder / _BODY).stat().st_size == facts["bytes"]
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                continue
            if is_whole:
                yield Rescued(call=name, folder=folder, facts=facts)


def _is_own(place: Path) -> bool:
    facts = os.lstat(place)
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o077


def _device(path: Path) -> int:
    """The file system that a path is on, or will be."""
    while True:
        try:
            return path.stat().st_dev
        except OSError:
            if path == path.parent:
                return 0
            path = path.parent
