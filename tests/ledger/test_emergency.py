"""An answer that the store cannot take is kept elsewhere, and comes back at the next start."""

import errno
import json
import os
from pathlib import Path

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.ledger.emergency import Refuge, places, rescued
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT
from tests.store.faulty_disk import Hasty, Watched, WatchedHasty, failing

pytestmark = pytest.mark.anyio
BODY = bytes(range(256)) * 4000  # several times what a call keeps in memory
EVENTS = [b"data: one\n\n", b"data: two\n\n" * 30_000, b"data: three\n\n"]


def at(tmp_path: Path) -> tuple[Path, ...]:
    return (tmp_path / "state" / "emergency", tmp_path / "tmp")


async def receive(tmp_path: Path, files: Watched, *, streamed: bool = False) -> tuple[str, str]:
    """One call on a disk: its id, and what went wrong."""
    store = Store.open(tmp_path / ".seedream", files=files)
    with Ledger.open(store, places=at(tmp_path), least_free=0) as ledger:
        call = await ledger.begin(INTENT, Cap())
        files.hook = files.later
        try:
            await call.sending()
        except StoreError:
            return "", "not sent"
        try:
            await call.head(200, [("content-type", "application/json")])
            if streamed:
                for event in EVENTS:
                    await call.write(event)
                    await call.event()
            else:
                for start in range(0, len(BODY), 100_000):
                    await call.write(BODY[start : start + 100_000])
            await call.reply()
        except StoreError as error:
            return call.id, f"{error.message} {error.hint}"
        return call.id, ""


def disk(number: int, *, times: int, error: int, only: tuple[str, ...] | None = None) -> Watched:
    """A disk that begins to fail with its `number`-th operation after the call has begun."""
    bad = failing(number, times=times, error=error, **({} if only is None else {"only": only}))
    watched = WatchedHasty(lambda _when, _name: None)
    watched.later = bad.hook
    return watched


def answer(tmp_path: Path) -> bytes:
    """What the next start has of the one call's answer."""
    store = Store.open(tmp_path / ".seedream", files=Hasty())
    with Ledger.open(store, places=at(tmp_path)) as ledger:
        (left,) = ledger.recover()
        if left.state != "answered" or left.partial:
            raise AssertionError(left.state)
        return b"".join(path.read_bytes() for path in left.reply.pieces)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("times", "error"), [(10**9, errno.ENOSPC), (1, errno.EIO), (2, errno.EIO)], ids=["full", "once", "twice"]
)
async def test_a_disk_that_fails_while_an_answer_comes_loses_nothing_of_it(tmp_path, streamed, times, error):
    wanted = b"".join(EVENTS) if streamed else BODY
    fled = 0
    for number in range(1, 56):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = disk(number, times=times, error=error)
        _, trouble = await receive(folder, files, streamed=streamed)
        if trouble == "not sent":
            continue
        assert answer(folder) == wanted, number
        fled += "is kept in" in trouble
        assert [found.call for found in rescued(at(folder))] == [], number
        if not trouble and times > 2:
            break
    assert fled


async def test_it_says_where_the_answer_is_and_what_to_do(tmp_path):
    call, trouble = await receive(tmp_path, disk(13, times=10**9, error=errno.ENOSPC))

    (found,) = rescued(at(tmp_path))
    assert "the disk is full" in trouble
    assert f"an answer that is paid for is kept in {found.folder}" in trouble
    assert "the next run takes it from there, for nothing" in trouble
    assert (found.call, found.facts["store"]) == (call, str(tmp_path / ".seedream"))
    assert found.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in found.folder.iterdir()} == {0o600}


async def test_while_the_store_is_full_it_stays_where_it_is(tmp_path):
    await receive(tmp_path, disk(13, times=10**9, error=errno.ENOSPC))
    store = Store.open(tmp_path / ".seedream", files=Hasty())
    with Ledger.open(store, places=at(tmp_path)) as ledger:
        store.disk.files = failing(1, times=10**9, error=errno.ENOSPC)
        with pytest.raises(StoreError, match="full"):
            ledger.recover()

    assert len(list(rescued(at(tmp_path)))) == 1
    assert answer(tmp_path) == BODY


async def test_what_lies_there_for_another_store_is_left_alone(tmp_path):
    await receive(tmp_path, disk(13, times=10**9, error=errno.ENOSPC))

    with Ledger.open(Store.open(tmp_path / "other"), places=at(tmp_path)) as ledger:
        assert ledger.recover() == ()
    assert len(list(rescued(at(tmp_path)))) == 1


@pytest.mark.parametrize("damage", ["body", "facts", "half"])
async def test_what_was_damaged_there_is_not_believed(tmp_path, damage):
    await receive(tmp_path, disk(13, times=10**9, error=errno.ENOSPC))
    (found,) = rescued(at(tmp_path))
    if damage == "body":
        found.body.write_bytes(BODY[:-1] + b"x")
    elif damage == "half":
        found.body.write_bytes(BODY[:1000])
    else:
        (found.folder / "answer.json").write_text("[]")

    with Ledger.open(Store.open(tmp_path / ".seedream"), places=at(tmp_path)) as ledger:
        (left,) = ledger.recover()
        assert left.state == "sent"
    assert found.folder.exists()


async def test_a_place_that_others_may_write_to_is_no_place(tmp_path):
    first, second = at(tmp_path)
    first.mkdir(parents=True, mode=0o777)
    first.chmod(0o777)
    refuge = Refuge.open("c1", tmp_path, (first, second))
    refuge.append(b"{}")
    refuge.finish({})
    refuge.close()

    assert refuge.folder.parent == second
    (first / "c2").mkdir()
    (first / "c2" / "answer.body").write_bytes(b"{}")
    (first / "c2" / "answer.json").write_text(json.dumps({"bytes": 2}))
    assert [found.call for found in rescued((first, second))] == ["c1"]


def test_nor_is_a_link(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    os.symlink(elsewhere, tmp_path / "link")

    with pytest.raises(OSError, match="no place"):
        Refuge.open("c1", tmp_path, (tmp_path / "link",))


def test_the_places_are_the_users_own():
    state, temporary = places({"HOME": "/home/mei"})
    assert state == Path("/home/mei/.local/state/seedream-pipe/emergency")
    assert temporary.name == f"seedream-pipe-emergency-{os.getuid()}"
    assert places({"XDG_STATE_HOME": "/s"})[0] == Path("/s/seedream-pipe/emergency")
