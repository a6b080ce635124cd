"""Kernel locks: one process at a time for a key, and who of the others is alive.

A lock is `flock` on a file: the kernel gives it back when its holder dies, however that
happens, so there is no owner to guess, no clock and no process id. A lock file is never
removed while others may wait for it, or two would hold locks of one name.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from seedream_pipe.digest import Key, is_digest
from seedream_pipe.errors import StoreError
from seedream_pipe.store.durable import store_error
from seedream_pipe.store.folder import Store

__all__ = ["Alive", "Claimed", "claim", "locked"]

_BUSY: Final = frozenset({errno.EAGAIN, errno.EACCES})
_SHORTEST: Final = 0.01
_LONGEST: Final = 0.25


class Claimed(Exception):
    """Somebody else has the key."""


@asynccontextmanager
async def claim(
    store: Store,
    key: Key,
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    waiting: Callable[[], None] | None = None,
    wait: bool = True,
) -> AsyncIterator[None]:
    """Hold a key alone, over all processes of the store and all tasks of this one.

    `waiting` is called once, when somebody else has it and we begin to wait.

    Raises:
        Claimed: somebody else has it, and we are not to `wait`.
        StoreError: the store cannot be written, or its file system has no locks.

    """
    if not is_digest(key):
        raise ValueError(f"not a key: {key!r}")
    path = store.folder / "locks" / key[:2] / f"{key}.lock"
    file = await _opened(store, path)
    try:
        pause = _SHORTEST
        while not _take(file, path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if not wait:
                raise Claimed(key)
            if waiting is not None:
                waiting()
                waiting = None
            # Asked again and again, not waited for in a thread: many waiters would use up the threads.
            await sleep(pause)
            pause = min(pause * 2, _LONGEST)
        yield
    finally:
        os.close(file)


@contextmanager
def locked(store: Store, name: str, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock of the store's own while a short thing is done. Blocks."""
    path = store.folder / "locks" / f"{name}.lock"
    file = _made(store, path)
    try:
        _take(file, path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


async def _opened(store: Store, path: Path) -> int:
    """A lock's file, made by another thread: its folder is synced, which may take its time."""
    opening = asyncio.ensure_future(asyncio.to_thread(_made, store, path))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close)
        raise


def _made(store: Store, path: Path) -> int:
    with store.disk.watch(path):
        store.disk.folder(path.parent)
        return _open(path)


def _close(opened: asyncio.Future[int]) -> None:
    if not opened.cancelled() and opened.exception() is None:
        os.close(opened.result())


class Alive:
    """Which sessions have a living process. A session is alive as long as its lock is held.

    Session ids are never used twice, so a session without a file is dead. Whoever asks
    takes a shared lock for a moment: askers do not take one another for the living.
    """

    def __init__(self, store: Store, session: str) -> None:
        self._store = store
        self._folder = store.folder / "locks" / "sessions"
        self._session = session
        self._file: int | None = None
        if store.writable:
            with locked(store, "sessions"), store.disk.watch(self._folder):
                store.disk.folder(self._folder)
                path = self._path(session)
                self._file = _open(path)
                _take(self._file, path, fcntl.LOCK_EX)

    def __contains__(self, session: str) -> bool:
        return session == self._session or _is_held(self._path(session))

    def bury(self) -> None:
        """Remove the files of dead sessions. What cannot be removed stays."""
        with locked(self._store, "sessions"):
            for name in os.listdir(self._folder):
                path = self._folder / name
                if path != self._path(self._session) and not _is_held(path):
                    with suppress(OSError):
                        path.unlink()

    def close(self) -> None:
        """Be dead. May be called twice."""
        if self._file is not None:
            with suppress(OSError):
                self._path(self._session).unlink()
            os.close(self._file)
            self._file = None

    def _path(self, session: str) -> Path:
        return self._folder / f"{session}.lock"


def _is_held(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError as error:
        # Who cannot be asked is not dead: what the dead left open is ended by others.
        raise store_error(error, path) from error
    try:
        return not _take(file, path, fcntl.LOCK_SH | fcntl.LOCK_NB)
    finally:
        os.close(file)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _take(file: int, path: Path, how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise StoreError(
            f"{path} cannot be locked ({error.strerror})",
            hint="put the store on a file system that has locks: a local disk",
        ) from error
    return True
