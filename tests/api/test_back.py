"""A store that is gone: what the lock names and the output folder has is taken back."""

import shutil

import pytest

from seedream_pipe.errors import Frozen
from seedream_pipe.run.outcomes import Made, Reused
from seedream_pipe.run.reasons import BackFromOut
from seedream_pipe.store.folder import Store


def lose_store(board):
    shutil.rmtree(board.folder / ".seedream")


def test_a_lost_store_is_taken_back_from_the_outputs(board):
    board.run()
    before, billed, lock = board.outputs(), board.billed, board.lock
    lose_store(board)
    found = board.plan()
    assert {type(task.decision.reason) for task in found.tasks.values()} == {BackFromOut}
    assert (found.pictures, found.worst.amount) == (0, 0)
    with pytest.raises(Frozen, match="the store lacks the pictures of 10 tasks"):
        board.run(frozen=True)
    record = board.run(yes=False)
    assert record.exit_code == 0
    assert {type(outcome) for outcome in record.outcomes.values()} == {Reused}
    assert (board.outputs(), board.billed, board.lock) == (before, billed, lock)
    assert len(list(Store.open(board.folder / ".seedream", create=False).results)) == 11


def test_a_file_with_other_bytes_is_not_taken_for_what_was_bought(board):
    board.run()
    billed = board.billed
    lose_store(board)
    edited = board.folder / "out" / "market" / "frames" / "sc02" / "030.jpg"
    edited.write_bytes(edited.read_bytes() + b"edited")
    record = board.run()
    assert [a for a, outcome in record.outcomes.items() if isinstance(outcome, Made)] == ["shots@sc02_030"]
    assert board.billed == billed + 1


def test_a_lost_blob_comes_back_with_what_it_cost(board):
    board.run("sheet@mei")
    store = Store.open(board.folder / ".seedream")
    (key,) = list(store.results)
    result = store.results.get(key).result
    store.blobs.path(result.stored[0].digest).unlink()
    assert isinstance(board.run("sheet@mei").outcomes["sheet@mei"], Reused)
    assert store.results.get(key).result == result
    assert board.billed == 1
