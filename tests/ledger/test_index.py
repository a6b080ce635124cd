import os
import shutil
import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.ledger.model import OpenCall, Refusal
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT, KEY, OTHER, ROOT, intent
from tests.store.faulty_disk import tree

pytestmark = pytest.mark.anyio


async def fill(ledger: Ledger) -> None:
    await (await ledger.begin(INTENT, Cap())).settle("done", price=INTENT.worst, pictures=1)
    await (await ledger.begin(intent(key=OTHER), Cap())).settle("refused", code="Sensitive", request_id="7")
    held = await ledger.begin(INTENT, Cap())
    await held.sending()
    await held.hold("lost")


def answers(store: Store) -> tuple[object, tuple[OpenCall, ...], Refusal | None]:
    with Ledger.open(store) as ledger:
        return ledger.spent(), ledger.recover(), ledger.refusal(OTHER)


@pytest.mark.parametrize(
    "damage", [None, b"", b"not a database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 9000]
)
async def test_an_index_that_is_gone_or_damaged_is_made_again_from_the_files(
    store: Store, damage: bytes | None
):
    with Ledger.open(store) as ledger:
        await fill(ledger)
    before = answers(store)
    index = store.folder / "index.db"
    index.unlink()
    if damage is not None:
        index.write_bytes(damage)

    assert answers(store) == before
    assert len(before[1]) == 1
    assert stat.S_IMODE(index.stat().st_mode) == 0o600


async def test_a_damaged_index_is_kept_in_trash(store: Store):
    with Ledger.open(store) as ledger:
        await fill(ledger)
    (store.folder / "index.db").write_bytes(b"damage" * 1000)

    answers(store)

    assert [path.read_bytes() for path in (store.folder / "trash").iterdir()] == [b"damage" * 1000]


async def test_calls_that_an_old_index_lacks_are_taken_in(store: Store):
    with Ledger.open(store):
        pass
    old = (store.folder / "index.db").read_bytes()
    with Ledger.open(store) as ledger:
        await fill(ledger)
    before = answers(store)
    (store.folder / "index.db").write_bytes(old)

    assert answers(store) == before


async def test_calls_whose_files_are_gone_are_forgotten(store: Store):
    with Ledger.open(store) as ledger:
        await fill(ledger)
    shutil.rmtree(store.folder / "calls")

    with Ledger.open(store) as ledger:
        assert ledger.spent()["USD"].price == Decimal(0)
        assert ledger.open_calls() == ()


async def test_what_the_index_has_as_open_and_the_files_as_ended_has_ended(store: Store):
    with Ledger.open(store) as ledger:
        call = await ledger.begin(INTENT, Cap())
        call._closed = lambda *_: None  # the process dies between the outcome and the index
        await call.settle("done", price=INTENT.worst, pictures=1)
        assert ledger.spent()["USD"].reserved == INTENT.worst

        assert ledger.open_calls_of(KEY) == ()
        assert ledger.spent()["USD"].price == INTENT.worst


async def test_a_reservation_without_a_call_goes_with_its_process(store: Store):
    with Ledger.open(store) as ledger:
        call = await ledger.begin(INTENT, Cap())
        shutil.rmtree(store.folder / "calls" / call.id)
        with Ledger.open(store) as other:
            other.recover()
            assert other.spent()["USD"].reserved == INTENT.worst

    with Ledger.open(store) as later:
        later.recover()
        assert later.spent()["USD"].reserved == Decimal(0)


async def test_a_process_goes_on_with_the_index_that_another_made(store: Store):
    with Ledger.open(store) as first:
        await fill(first)
        (store.folder / "index.db").unlink()
        with Ledger.open(store) as second:
            await fill(second)
            await fill(first)

            assert first.spent() == second.spent()
            assert first.spent()["USD"].price == 3 * INTENT.worst


async def test_a_store_that_is_moved_away_fails_until_it_is_back(store: Store, tmp_path: Path):
    with Ledger.open(store) as ledger:
        await fill(ledger)
        store.folder.rename(tmp_path / "away")
        for _ in range(2):
            with pytest.raises(StoreError):
                ledger.open_calls()
        shutil.rmtree(store.folder, ignore_errors=True)
        (tmp_path / "away").rename(store.folder)
        (held,) = ledger.open_calls()
        assert held.state == "held"


@pytest.mark.parametrize("running", [False, True])
async def test_who_only_reads_hears_the_same_and_leaves_no_trace(store: Store, running: bool):  # noqa: FBT001
    with Ledger.open(store) as writer:
        await fill(writer)
        if not running:
            writer.close()
        before = tree(store.folder)
        assert ("index.db-wal" in before) == running

        with Ledger.open(Store.open(store.folder, create=False)) as reader:
            assert reader.spent()["USD"].price == INTENT.worst
            assert [found.alive for found in reader.open_calls()] == [running]
            assert reader.refusal(OTHER) is not None

        after = tree(store.folder)
        # The memory that connections share: one in this process has the writer's, another cannot write.
        for both in (before, after):
            both.pop("index.db-shm", None)
        assert after == before


KILLED = """
import asyncio, os, pathlib, signal, sys
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT

ledger = Ledger.open(Store.open(pathlib.Path(sys.argv[1])))
asyncio.run(ledger.begin(INTENT, Cap()))
with ledger.index.transaction() as database:
    database.execute("INSERT INTO sends (scope, at, pictures) VALUES ('only here', 0, 1)")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_who_only_reads_takes_the_index_that_a_killed_run_left_open(store: Store):
    subprocess.run([sys.executable, "-c", KILLED, os.fspath(store.folder)], cwd=ROOT, check=False, timeout=60)
    before = tree(store.folder)
    assert "index.db-wal" in before

    with Ledger.open(Store.open(store.folder, create=False)) as reader:
        assert reader.index.rows("SELECT scope FROM sends") == [("only here",)]  # in no call's files
        assert [found.state for found in reader.open_calls()] == ["intended"]

    assert tree(store.folder) == before


async def test_who_only_reads_an_old_index_takes_the_files_for_true(store: Store):
    with Ledger.open(store):
        pass
    old = (store.folder / "index.db").read_bytes()
    with Ledger.open(store) as ledger:
        await fill(ledger)
    (store.folder / "index.db").write_bytes(old)

    with Ledger.open(Store.open(store.folder, create=False)) as reader:
        assert reader.spent()["USD"].price == INTENT.worst
        assert len(reader.open_calls()) == 1


async def test_a_store_may_stand_in_a_folder_of_any_name(tmp_path: Path):
    folder = tmp_path / "50% off? #1 猫"
    with Ledger.open(Store.open(folder)) as ledger:
        await fill(ledger)

    with Ledger.open(Store.open(folder, create=False)) as reader:
        assert reader.spent()["USD"].price == INTENT.worst
    assert os.listdir(tmp_path) == [folder.name]
