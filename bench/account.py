"""What the account of a paid call costs, beside a bare loop that writes as many bytes.

One call is what `run.pay` does of it, the network left out: claim, intent, sent, head, answer,
picture, result, outcome. Fsyncs are counted at the store's own seam, `FileSystem`; what SQLite
syncs at its checkpoints is beside it (`strace -f -c -e fsync,fdatasync` shows both).
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from seedream_pipe.digest import Key, blob_digest
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.ledger.claims import claim
from seedream_pipe.ledger.model import Intent
from seedream_pipe.store.durable import Posix
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Result, Stored

__all__ = ["Cost", "account", "cost"]

_PICTURE: Final = 100_000
"""Bytes of a picture: small, because its writing is not what the account adds."""
_ANSWER: Final = b'{"model":"doubao-seedream-4-5-251128","data":[{"url":"https://%s"}]}' % (b"a" * 800)
_HEADERS: Final = tuple((f"x-header-{number}", "a" * 40) for number in range(8))
_RECIPE: Final = {"prompt": "a quiet street at dusk " * 10, "model": "seedream-4.5", "size": "2560x1440"}
_CAP: Final = Cap(run=Decimal(1_000_000), total=Decimal(1_000_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one call on average: milliseconds, fsyncs of files and of folders, files and their bytes.

    `bare` is the milliseconds of writing such files and syncing each once.
    """

    wall: float
    cpu: float
    files: float
    folders: float
    bytes: float
    bare: float


class _Counting(Posix):
    """The real disk, and what it was asked for."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._mutex = threading.Lock()

    def create(self, path: Path) -> int:
        self._add("created", 1)
        return super().create(path)

    def write(self, file: int, data: memoryview) -> int:
        self._add("bytes", len(data))
        return super().write(file, data)

    def sync(self, file: int) -> None:
        self._add("files", 1)
        super().sync(file)

    def sync_folder(self, path: Path) -> None:
        self._add("folders", 1)
        super().sync_folder(path)

    def _add(self, name: str, much: int) -> None:
        with self._mutex:
            self.counts[name] += much


def cost(folder: Path, calls: int, in_flight: int) -> Cost:
    """Make so many calls on a store of its own, then as many files with a bare loop."""
    files = _Counting()
    folder.mkdir()
    store = Store.open(folder / ".seedream", files=files)
    with Ledger.open(store) as ledger:
        asyncio.run(_all(store, ledger, in_flight, in_flight))  # folders, threads and the index are there
        files.counts.clear()
        began, cpu = time.perf_counter(), time.process_time()
        asyncio.run(_all(store, ledger, calls, in_flight))
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    made = files.counts
    per_call = made["created"] // calls
    bare = _bare(folder / "bare", calls, per_call, made["bytes"] // made["created"], in_flight)
    return Cost(
        wall=wall / calls * 1000,
        cpu=cpu / calls * 1000,
        files=made["files"] / calls,
        folders=made["folders"] / calls,
        bytes=made["bytes"] / calls,
        bare=bare / calls * 1000,
    )


async def _all(store: Store, ledger: Ledger, calls: int, in_flight: int) -> None:
    slots = asyncio.Semaphore(in_flight)

    async def one() -> None:
        async with slots:
            await _bought(store, ledger)

    await asyncio.gather(*(one() for _ in range(calls)))


async def _bought(store: Store, ledger: Ledger) -> None:
    """One call as `run.pay` and `run.settle` make it."""
    data = os.urandom(_PICTURE)
    key = Key(os.urandom(32).hex())
    intent = Intent(
        key=key,
        task="shots@sc0001_001",
        provider="302ai",
        model="seedream-4.5",
        shown={"body": _RECIPE},
        pictures=1,
        worst=Decimal("0.04"),
        currency="USD",
        client_id="20261122140311000000000000000000",
        recipe=_RECIPE,
    )
    async with claim(store, key):
        call = await ledger.begin(intent, _CAP)
        await call.sending()
        await call.head(200, _HEADERS)
        await call.write(_ANSWER)
        await call.reply()
        await asyncio.to_thread(store.blobs.put, data)
        await asyncio.to_thread(store.results.put, _result(key, call.id, data))
        await call.settle("done", price=Decimal("0.04"), pictures=1)


def _result(key: Key, call: str, data: bytes) -> Result:
    digest = blob_digest(data)
    return Result(
        key=key,
        recipe=_RECIPE,
        inputs=(),
        take=1,
        pictures=(Stored(digest=digest, media_type="image/jpeg", width=2560, height=1440, bytes=len(data)),),
        provider="302ai",
        model="doubao-seedream-4-5-251128",
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        call=call,
        price="0.04",
        currency="USD",
        billed=1,
    )


def _bare(folder: Path, calls: int, per_call: int, length: int, in_flight: int) -> float:
    """Seconds for as many files of as many bytes, each written and synced once."""
    folder.mkdir()
    data = os.urandom(length)

    def one(number: int) -> None:
        for part in range(per_call):
            file = os.open(folder / f"{number}-{part}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(file, data)
            os.fsync(file)
            os.close(file)

    with ThreadPoolExecutor(in_flight) as threads:
        list(threads.map(one, range(in_flight), timeout=60))
        for path in folder.iterdir():
            path.unlink()
        began = time.perf_counter()
        list(threads.map(one, range(calls)))
        return time.perf_counter() - began


def account(folder: Path, calls: int = 300) -> None:
    """Print what a call costs alone and among others."""
    for in_flight in (1, 8, 64):
        found = cost(folder / str(in_flight), calls, in_flight)
        print(
            f"account, {in_flight} in flight: {found.wall:.2f} ms a call ({found.cpu:.2f} ms cpu),"
            f" {found.files:.1f} fsyncs of files and {found.folders:.1f} of folders,"
            f" {found.bytes / 1000:.0f} kB;"
            f" {found.wall / found.bare:.2f} x a bare loop ({found.bare:.2f} ms)",
            flush=True,
        )
