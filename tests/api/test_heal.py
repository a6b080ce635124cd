"""What was bought and is lost from the store comes back for nothing as long as it can (P7)."""

import json
import shutil
from decimal import Decimal

import pytest

from seedream_pipe import errors
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.run.decisions import Blocked
from seedream_pipe.run.outcomes import Waiting
from seedream_pipe.store.folder import Store
from tests.api.board import simple_board, singles
from tests.api.test_recovery import GROUP, quick, results, spent


@pytest.fixture
def board(tmp_path, emulator):
    board = quick(simple_board(tmp_path, emulator, singles(2)))
    assert board.run().exit_code == 0
    shutil.rmtree(board.folder / "out")
    return board


def store_of(board):
    return Store.open(board.folder / ".seedream")


def blob(board, number=0):
    return store_of(board).blobs.path(results(board)[number].stored[0].digest)


def record_of(board):
    return next((board.folder / ".seedream" / "results").glob("*/*.json"))


DAMAGE = {
    "a picture is gone": lambda board: blob(board).unlink(),
    "a picture is cut": lambda board: blob(board).write_bytes(b"half"),
    "a record is gone": lambda board: record_of(board).unlink(),
    "a record is damaged": lambda board: record_of(board).write_bytes(b"{}"),
    "all records are gone": lambda board: shutil.rmtree(board.folder / ".seedream" / "results"),
    "all pictures are gone": lambda board: shutil.rmtree(board.folder / ".seedream" / "blobs"),
    "all that, and the index": lambda board: (
        shutil.rmtree(board.folder / ".seedream" / "blobs"),
        shutil.rmtree(board.folder / ".seedream" / "results"),
        (board.folder / ".seedream" / "index.db").unlink(),
    ),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_it_is_fetched_again_from_the_answer_that_brought_it(board, damage):
    before = {each.key: each.stored for each in results(board)}
    damage(board)
    record = board.run(yes=False)
    assert (record.exit_code, str(record.price)) == (0, "$0.00") if record.price.currency else (0, "")
    assert {each.key: each.stored for each in results(board)} == before
    assert (board.requests, spent(board).price) == (2, Decimal("0.08"))
    assert len(board.outputs()) == 2


def test_a_picture_with_a_flipped_bit_is_found_when_it_is_placed_and_fetched_again(board):
    path = blob(board)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    record = board.run(yes=False)
    assert (record.exit_code, board.requests) == (0, 2)
    assert len(board.outputs()) == 2
    assert [found for found in store_of(board).blobs.digests() if found == path.name]


def test_of_a_series_one_lost_picture_is_fetched_again(tmp_path, emulator):
    board = quick(simple_board(tmp_path, emulator, GROUP))
    board.run()
    shutil.rmtree(board.folder / "out")
    (result,) = results(board)
    store_of(board).blobs.path(result.stored[2].digest).unlink()
    record = board.run(yes=False)
    assert (record.exit_code, board.requests) == (0, 1)
    assert results(board)[0].stored == result.stored


def test_what_cannot_be_had_any_more_is_planned_with_what_it_had_cost(board):
    board.emulator.script(Fault(on="download", status=403, times=0))
    record_of(board).unlink()
    told = "its record is gone from the store (bought for $0.04); making it again costs up to $0.04"
    waits = [
        task.decision.outcome for task in board.plan().tasks.values() if isinstance(task.decision, Blocked)
    ]
    assert waits == [Waiting(why="lost", message=told)]
    assert not board.plan().pictures


def test_what_is_bought_again_is_said_with_what_it_had_cost(board):
    for body in (board.folder / ".seedream" / "calls").glob("*/answer.body"):
        body.unlink()
    record_of(board).unlink()
    assert (board.run().exit_code, board.requests) == (4, 2)
    with pytest.raises(errors.OverBudget):
        board.run(yes=False, retry_lost=True)
    record = board.run(retry_lost=True)
    assert (record.exit_code, board.requests) == (0, 3)
    (lost,) = record.lost
    assert "its record is gone from the store (bought for $0.04)" in lost
    assert record.tree()["lost"] == [lost]


def test_who_starts_while_another_store_call_is_open_is_not_told_that_all_is_well(board):
    """The check that nothing has moved sees a call that somebody else began in the store."""
    board.run()
    other = board.folder / "other.yaml"
    other.write_text(singles(1, name="other").replace("frame number", "another frame"), "utf-8")
    board.emulator.script(Fault(cut="before"))
    board.name = "other.yaml"
    assert board.run().exit_code == 4
    board.name = "board.yaml"
    record = board.run()
    assert (record.exit_code, len(record.holds)) == (4, 1)
    assert json.loads(json.dumps(record.tree()))["holds"][0]["task"] == "shots@s00"
