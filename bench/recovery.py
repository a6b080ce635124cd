"""What a store costs that has been in use for long: many results, many calls, some left open.

To make it takes minutes on a disk and one in memory: TMPDIR=/dev/shm python -m bench recovery

The files are those that this version writes: one call of each kind is made for real, without
fsyncs, and copied under other names. A quarter of the open calls is intended, sent, answered
(the links live at the emulator) and held; their processes are dead. All of it stands in the
page cache, so what is measured is the tool and not the disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sysconfig
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.boards import text_board
from bench.emulated import Emulated, buying
from bench.measure import measure
from seedream_pipe import catalog, settings
from seedream_pipe.api.origin import local_server
from seedream_pipe.api.project import load
from seedream_pipe.catalog import MAKERS
from seedream_pipe.digest import Key, blob_digest
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.ledger.call_files import encode
from seedream_pipe.ledger.model import Intent
from seedream_pipe.plan.key import key, keyed
from seedream_pipe.store.durable import Posix
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Result, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedream_pipe.ledger.calls import Call
    from seedream_pipe.makers import Request
    from seedream_pipe.plan.model import Task

__all__ = ["recovery"]

_TOOL: Final = str(Path(sysconfig.get_path("scripts")) / "seedream-pipe")
_KINDS: Final = ("intended", "sent", "answered", "held")
_PRICE: Final = Decimal("0.04")
_PICTURE: Final = b"\xff\xd8\xff" + bytes(997)


class _Unsynced(Posix):
    """A disk that nobody pulls the plug of."""

    def sync(self, file: int) -> None:
        pass

    def sync_folder(self, path: Path) -> None:
        pass


class _Used:
    """A store of so many results and open calls for a board of twice as many tasks as are open."""

    def __init__(self, file: Path, base_url: str, results: int, left_open: int) -> None:
        self._store = Store.open(file.parent / ".seedream", files=_Unsynced())
        self._settings = settings.read({"provider": "302ai", "base_url": base_url}, {})
        self._origin = local_server(self._settings)
        self._provider = catalog.provider("302ai", self._settings, settings.Secret("bench"))
        self._tasks = tuple(load(file).expand(MAKERS["seedream"]).tasks.values())
        self._results, self._open = results, left_open

    async def fill(self) -> None:
        with Ledger.open(self._store, token=_tokens().__next__) as ledger:
            done = await self._done(ledger, self._tasks[-1])
            for number, task in enumerate(self._tasks[: self._open]):
                await self._leave(ledger, task, _KINDS[number % len(_KINDS)])
        await self._provider.close()
        bought = [_key_of(task) for task in self._tasks[self._open : -1]]
        others = [Key(f"{number:064x}") for number in range(self._results)]
        self._copy(done, (*bought, *others)[: self._results - 1])

    async def _done(self, ledger: Ledger, task: Task) -> Result:
        """A call from its beginning to its end, with its result."""
        call = await self._begin(ledger, task)
        await self._provider.send(self._request(task), call)
        self._store.blobs.put(_PICTURE)
        picture = Stored(
            digest=blob_digest(_PICTURE),
            media_type="image/jpeg",
            width=2560,
            height=1440,
            bytes=len(_PICTURE),
        )
        result = Result(
            key=_key_of(task),
            recipe=keyed(task.recipe, (), 1),  # type: ignore[union-attr]  # all are generations
            inputs=(),
            take=1,
            pictures=(picture,),
            provider="302ai",
            model="doubao-seedream-4-5-251128",
            created_at="2026-01-01T00:00:00+00:00",
            call=call.id,
            price=str(_PRICE),
            currency="USD",
            billed=1,
            origin=self._origin,
        )
        self._store.results.put(result)
        await call.settle("done", price=_PRICE, pictures=1)
        return result

    async def _leave(self, ledger: Ledger, task: Task, kind: str) -> None:
        call = await self._begin(ledger, task)
        match kind:
            case "sent":
                await call.sending()
            case "answered":
                await self._provider.send(self._request(task), call)
            case "held":
                await call.sending()
                await call.hold("the connection was reset (after 12.4 s)")

    async def _begin(self, ledger: Ledger, task: Task) -> Call:
        intent = Intent(
            key=_key_of(task),
            task=task.address,
            provider="302ai",
            model="seedream-4.5",
            shown=self._request(task).shown,
            pictures=1,
            worst=_PRICE,
            currency="USD",
            client_id="20261122140311000000000000000000",
            recipe=keyed(task.recipe, (), 1),  # type: ignore[union-attr]  # as above
            origin=self._origin,
        )
        return await ledger.begin(intent, Cap())

    def _request(self, task: Task) -> Request:
        return self._provider.request(task.recipe.generation, ())  # type: ignore[union-attr]  # as above

    def _copy(self, done: Result, keys: tuple[Key, ...]) -> None:
        """The same call again and again: another id, another key, another result."""
        calls = self._store.folder / "calls"
        files = {path.name: path.read_text("utf-8") for path in (calls / done.call).iterdir()}
        day, _, rest = done.call.partition("T")
        for number, each in enumerate(keys):
            call = f"{int(day) - 1 - number // 50_000}T{rest[:-8]}{number:08x}"
            (calls / call).mkdir()
            for name, text in files.items():
                copied = text.replace(done.call, call).replace(done.key, each)
                (calls / call / name).write_bytes(_summed(copied, name))
            self._store.results.put(replace(done, key=each, call=call))


def _summed(text: str, name: str) -> bytes:
    """A file of a call with its digest of itself made anew."""
    if not name.endswith(".json"):
        return text.encode()
    tree = {member: value for member, value in json.loads(text).items() if member != "sum"}
    return encode(tree, name.removesuffix(".json"))


def _tokens() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"{number:08x}"


def _key_of(task: Task) -> Key:
    return key(task.recipe, (), 1)  # type: ignore[arg-type]  # all are generations


def recovery(folder: Path, results: int = 100_000, left_open: int = 1_000) -> None:
    """Print what starting costs on such a store, and on one that only has the board's own results."""
    for name, many in (("small", left_open), ("large", results)):
        file = text_board(folder / name, 2 * left_open)
        with Emulated(folder, latency=0.0, picture_bytes=0) as base_url:
            asyncio.run(_Used(file, base_url, many, left_open if name == "large" else 0).fill())
            _measured(f"{many:,} results", file.parent, file.name, base_url)


def _measured(name: str, project: Path, file: str, base_url: str) -> None:
    store = project / ".seedream"
    print(f"{name}: {sum(1 for _ in (store / 'calls').iterdir()):,} calls")
    plain = min(_plain(store / "calls") for _ in range(2))
    for index in store.glob("index.db*"):
        index.unlink()
    cold = _opening(store)
    print(
        f"  index made anew       {cold:8.2f} s, {cold / plain:.2f} x a loop that reads them ({plain:.2f} s)"
    )
    print(f"  index there           {min(_opening(store) for _ in range(3)) * 1000:8.0f} ms")
    env = buying(base_url)
    for command in ("plan", "status", "held"):
        print(f"  {command:<20}{measure([_TOOL, command, file], cwd=project, env=env, runs=2)}")
    with Ledger.open(Store.open(store)) as ledger:
        began = time.perf_counter()
        left = ledger.recover()
        took = time.perf_counter() - began
    print(f"  recover               {took * 1000:8.0f} ms, {len(left):,} calls are left open", flush=True)
    if left:
        began = time.perf_counter()
        code = _run(project, file, base_url)
        print(f"  run                   {time.perf_counter() - began:8.1f} s, ends with {code}", flush=True)


def _run(project: Path, file: str, base_url: str) -> int:
    """Buy what was never sent, fetch what was answered, wait for the rest."""
    return subprocess.run(
        [_TOOL, "run", file, "--yes", "-j", "16"],
        cwd=project,
        env=buying(base_url, IMAGES_PER_MINUTE="100000"),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode


def _opening(store: Path) -> float:
    began = time.perf_counter()
    Ledger.open(Store.open(store)).close()
    return time.perf_counter() - began


def _plain(calls: Path) -> float:
    """Seconds to read and parse what the index is made of."""
    began = time.perf_counter()
    for name in sorted(os.listdir(calls)):
        for part in ("intent.json", "outcome.json"):
            try:
                with open(calls / name / part, "rb") as file:
                    json.loads(file.read())
            except FileNotFoundError:
                pass
    return time.perf_counter() - began
