import asyncio
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from seedream_pipe.digest import Key
from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.claims import Alive, Claimed, claim
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import KEY, OTHER, ROOT
from tests.store.faulty_disk import Watched

pytestmark = pytest.mark.anyio

HOLDER = """
import asyncio, sys
from pathlib import Path
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.claims import claim
from seedream_pipe.store.folder import Store

async def hold(store):
    async with claim(store, "ab" * 32):
        print(Ledger.open(store).session, flush=True)
        await asyncio.sleep(60)

asyncio.run(hold(Store.open(Path(sys.argv[1]))))
"""


async def test_a_key_is_held_by_one_at_a_time(store: Store):
    inside = 0

    async def work() -> None:
        nonlocal inside
        async with claim(store, KEY):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.001)
            inside -= 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(work())


async def test_different_keys_do_not_wait(store: Store):
    async with claim(store, KEY), claim(store, OTHER, waiting=lambda: pytest.fail("waits")):
        pass


async def test_who_has_to_wait_says_so_once(store: Store):
    told: list[str] = []
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 6:
            released.set()
        await asyncio.sleep(0)

    released, has_it = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with claim(store, KEY):
            has_it.set()
            await released.wait()

    holder = asyncio.create_task(hold())
    await has_it.wait()
    async with claim(store, KEY, sleep=sleep, waiting=lambda: told.append("waits")):
        pass
    await holder

    assert told == ["waits"]
    assert slept[:6] == [0.01, 0.02, 0.04, 0.08, 0.16, 0.25]


async def test_a_claim_is_given_back_when_its_task_is_cancelled(store: Store):
    async def hold() -> None:
        async with claim(store, KEY):
            await asyncio.sleep(60)

    holder = asyncio.create_task(hold())
    await asyncio.sleep(0)
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)

    async with claim(store, KEY, waiting=lambda: pytest.fail("waits")):
        pass


async def test_a_killed_process_leaves_nothing_behind(store: Store):
    command = [sys.executable, "-c", HOLDER, str(store.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:  # noqa: ASYNC220
        assert holder.stdout is not None
        session = holder.stdout.readline().strip()
        alive = Alive(store, "mine")
        assert session in alive
        waiting = asyncio.Event()

        async def take() -> float:
            async with claim(store, KEY, waiting=waiting.set):
                return time.monotonic()

        taker = asyncio.create_task(take())
        await waiting.wait()
        holder.send_signal(signal.SIGKILL)
        killed = time.monotonic()

        assert await taker - killed < 5
        assert session not in alive
        alive.close()


def test_a_lock_file_stays_and_is_empty(store: Store):
    async def hold() -> None:
        async with claim(store, KEY):
            pass

    asyncio.run(hold())

    assert (store.folder / "locks" / KEY[:2] / f"{KEY}.lock").read_bytes() == b""


async def test_what_is_no_key_cannot_be_held(store: Store):
    with pytest.raises(ValueError, match="not a key"):
        async with claim(store, Key("../x")):
            pass


async def test_a_store_for_reading_has_no_claims(store: Store):
    with pytest.raises(StoreError, match="for reading only"):
        async with claim(Store.open(store.folder, create=False), KEY):
            pass


def test_a_session_is_dead_when_its_ledger_is_closed(store: Store):
    with Ledger.open(store) as asker:
        other = Ledger.open(store)
        assert other.session in asker._alive
        other.close()
        other.close()
        assert other.session not in asker._alive
        assert "20200101T000000.000Z-never" not in asker._alive


def test_a_planted_lock_of_the_dead_holds_nobody_up(store: Store):
    path: Path = store.folder / "locks" / KEY[:2] / f"{KEY}.lock"
    path.parent.mkdir(parents=True)
    path.write_text("pid 1, host elsewhere")

    async def hold() -> None:
        async with claim(store, KEY, waiting=lambda: pytest.fail("waits")):
            pass

    asyncio.run(hold())


async def test_who_is_not_to_wait_is_told_that_somebody_has_it(store: Store):
    async with claim(store, KEY):
        with pytest.raises(Claimed):
            async with claim(store, KEY, wait=False):
                pass
    async with claim(store, KEY, wait=False):
        pass


async def test_a_slow_disk_keeps_nobody_else_from_going_on(tmp_path: Path):
    """The folder of a lock is made and synced in another thread."""
    here = threading.get_ident()
    by: list[int] = []
    disk = Watched(lambda _when, _name: by.append(threading.get_ident()))
    store = Store.open(tmp_path / ".seedream", files=disk)
    by.clear()

    async with claim(store, KEY):
        pass

    assert by
    assert here not in by


def test_who_cannot_be_asked_is_not_dead(store: Store):
    """Else calls of the living would be taken for those that the dead left open."""
    other = Alive(store, "other")
    mine = Alive(store, "mine")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(StoreError, match="open files"):
            _ = "other" in mine
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert "other" in mine
    other.close()
    mine.close()
