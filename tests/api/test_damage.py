"""Every file of a store, damaged every way: no crash, nothing bought twice, each message in words."""

import shutil
from pathlib import Path

import pytest

from seedream_pipe import errors
from seedream_pipe.api.holds import holds
from seedream_pipe.emulator import Emulator
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.run.events import CallPaid
from seedream_pipe.settings import Settings
from tests.api.board import simple_board, singles
from tests.api.test_recovery import calm, quick

PROMPTS = 4


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for position in (len(data) // 3, len(data) // 2) if data else ():
        data[position] ^= 2
    path.write_bytes(data)


def other_json(path: Path) -> None:
    path.write_bytes(b'{"schema": "another/9", "at": [], "bytes": -1, "sum": null}')


def gone(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    """What cannot be read, also by the superuser."""
    path.unlink()
    path.mkdir()


WAYS = (emptied, halved, flipped, other_json, gone, a_folder)

FILES = {
    "blobs": "blobs/*/*",
    "results": "results/*/*.json",
    "intents": "calls/*/intent.json",
    "sent": "calls/*/sent.json",
    "heads": "calls/*/head.json",
    "answers": "calls/*/answer.json",
    "bodies": "calls/*/answer.body",
    "holds": "calls/*/hold.json",
    "outcomes": "calls/*/outcome.json",
    "the index": "index.db",
    "the log of the index": "index.db-wal",
    "states": "state/*.json",
    "runs": "runs/*.json",
    "the salt": "salt",
    "key locks": "locks/*/*.lock",
    "the mark": "format",
    "the ignore file": ".gitignore",
}


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """A store with what a life leaves in it: two bought, one held, one paid for and not fetched."""
    with Emulator() as emulator:
        folder = tmp_path_factory.mktemp("used")
        board = quick(simple_board(folder, emulator, singles(PROMPTS)))
        board.run("shots@s00", "shots@s01")
        emulator.script(Fault(cut="before"))
        board.run("shots@s02")
        emulator.script(Fault(on="download", status=503, times=0))
        board.run("shots@s03")
        calm(board)
        yield board


@pytest.fixture
def board(used, tmp_path):
    """A copy of it at the same service."""
    folder = tmp_path / "copy"
    shutil.copytree(used.folder, folder, symlinks=True)
    board = quick(used)
    board.folder = folder
    return board


def look(board):
    """What only reads; a store whose mark is damaged is refused in words."""
    try:
        board.plan()
        return holds(str(board.file), Settings(**board.settings))
    except errors.StoreError as error:
        return error.message


def run(board, **manner):
    """A run in words: its exit code, the record when there is one, what it said when it could not go on."""
    try:
        record = board.run(**manner)
    except errors.SeedreamError as error:
        return error.exit_code, None, f"{error.message} {error.hint}"
    return record.exit_code, record, ""


def prompts(board):
    return [each.prompt for each in board.emulator.ledger.billed]


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
@pytest.mark.parametrize("name", [*FILES, "blobs and outputs", "results and outputs"])
def test_a_damaged_store_buys_nothing_twice(board, name, way):
    before, requests = len(prompts(board)), board.requests
    name, _, outputs = name.partition(" and ")
    if outputs:
        shutil.rmtree(board.folder / "out")
    paths = sorted((board.folder / ".seedream").glob(FILES[name]))
    for path in paths:
        way(path)
    look(board)
    code, record, said = run(board)
    again, record_again, _ = run(board)

    assert (board.requests - requests, len(prompts(board)) - before) == (0, 0), said
    assert code in {0, 1, 4, 7}
    if record is not None and record_again is not None:
        # The one that was held may be owed whatever became of its files, and is said in every run.
        assert 4 in {code, again} or not paths
        told = {hold.task for hold in record_again.holds} | {
            address for address, outcome in record_again.outcomes.items() if type(outcome).__name__ == "Held"
        }
        assert "shots@s02" in told or _is_listed(board)
    assert "Traceback" not in said
    assert said.strip() or record is not None


def _is_listed(board):
    return [hold for hold in holds(str(board.file), Settings(**board.settings)) if "damaged" in hold.cause]


@pytest.mark.parametrize("damage", [None, b"", b"damage" * 1000])
def test_a_run_whose_index_is_lost_on_the_way_stops_or_goes_on_and_pays_once(tmp_path, emulator, damage):
    board = quick(simple_board(tmp_path, emulator, singles(6), jobs=1))
    index = board.folder / ".seedream" / "index.db"
    lost = []

    def lose(event):
        if isinstance(event, CallPaid) and len(lost) < 2:
            lost.append(index.unlink())
            if damage is not None:
                index.write_bytes(damage)

    codes = [run(board, listener=lose)[0] for _ in range(3)]

    assert codes[-1] == 0
    assert set(codes) <= {0, 7}
    assert sorted(prompts(board)) == sorted(f"frame number {n}" for n in range(6))


def test_a_store_without_its_mark_gets_it_back(board):
    mark = board.folder / ".seedream" / "format"
    before = mark.read_bytes()
    mark.unlink()
    assert run(board)[0] == 4
    assert mark.read_bytes() == before
