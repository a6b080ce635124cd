"""A normal start ends what dead runs left open: for nothing, and whatever has become of their tasks."""

import asyncio
import json
from decimal import Decimal

import pytest

from seedream_pipe import Settings, errors, outcomes
from seedream_pipe.api.holds import end, holds
from seedream_pipe.digest import blob_digest
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.call_files import encode
from seedream_pipe.run.pace import Pace
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Hit
from tests.api.board import Board, simple_board, singles

GROUP = """\
version: 1
name: shots
defaults: {model: seedream-4.5, size: 2K, watermark: false}
steps:
  series:
    group: 4
    prompt: "Generate a set of 4 pictures of a cat"
"""


async def no_time(_seconds):
    await asyncio.sleep(0)


class Quick(Board):
    """A board whose runs do not wait between tries."""

    def run(self, *targets, **changes):
        return super().run(*targets, pace=Pace(sleep=no_time), **changes)


def quick(board):
    return Quick(folder=board.folder, settings=board.settings, emulator=board.emulator)


@pytest.fixture
def board(tmp_path, emulator):
    return quick(simple_board(tmp_path, emulator, singles(3)))


def calm(board):
    board.emulator._behaviour.script.clear()


def ledger_of(board):
    return Ledger.open(Store.open(board.folder / ".seedream", create=False))


def open_calls(board):
    with ledger_of(board) as ledger:
        return ledger.open_calls()


def spent(board):
    with ledger_of(board) as ledger:
        return ledger.spent()["USD"]


def results(board):
    store = Store.open(board.folder / ".seedream", create=False)
    return [found.result for key in store.results if isinstance(found := store.results.get(key), Hit)]


def leave_answered(board):
    """A run whose answers came and whose pictures could not be fetched; nobody works on them any more."""
    board.emulator.script(Fault(on="download", status=503, times=0))
    record = board.run()
    assert record.exit_code == 4
    assert {call.state for call in open_calls(board)} == {"answered"}
    return record


def other_tasks(board):
    """The prompts are edited, so no task wants what was bought."""
    board.edit('prompt: "frame number', 'prompt: "quite another frame number')


def test_what_was_paid_for_is_fetched_though_no_task_wants_it_any_more(board):
    leave_answered(board)
    other_tasks(board)
    calm(board)
    record = board.run()
    assert (record.exit_code, record.recovered, record.made) == (0, 3, 6)
    assert str(record.price) == "$0.12"
    assert open_calls(board) == ()
    assert (spent(board).price, spent(board).reserved) == (Decimal("0.24"), 0)
    assert {each.recipe["prompt"] for each in results(board)} >= {f"frame number {n}" for n in range(3)}
    assert board.billed == board.requests == 6


def test_it_is_fetched_before_anybody_is_asked_for_money(board):
    leave_answered(board)
    other_tasks(board)
    calm(board)
    with pytest.raises(errors.OverBudget):
        board.run(yes=False)
    assert (len(results(board)), open_calls(board)) == (3, ())


def test_it_is_fetched_by_a_run_with_another_provider(board):
    leave_answered(board)
    calm(board)
    record = board.run(provider="ark", base_url=board.emulator.base_url("ark"))
    assert (record.exit_code, record.recovered, board.requests) == (0, 3, 3)
    assert {each.provider for each in results(board)} == {"302ai"}


def test_what_cannot_be_fetched_yet_is_said_once_and_kept(board):
    leave_answered(board)
    other_tasks(board)
    for requests in (6, 6):
        record = board.run("shots@s00")
        assert record.exit_code == 4
        waiting = {each.task: each for each in record.unfetched}
        assert {"shots@s01", "shots@s02"} <= waiting.keys()
        assert "503" in waiting["shots@s01"].message
        assert "$0.04" in waiting["shots@s01"].message
        assert len(json.loads(json.dumps(record.tree()))["unfetched"]) == len(waiting)
        assert board.requests <= requests


def test_a_task_that_waits_for_its_picture_is_told_of_once(board):
    leave_answered(board)
    record = board.run()
    assert record.exit_code == 4
    assert record.counts() == {"waiting": 3}
    assert record.unfetched == ()
    # Once at the start of the run, and not again for its task.
    assert len(board.emulator.ledger.downloads) == 2 * 3 * 5


def test_a_link_that_died_meanwhile_is_a_hold_that_every_run_names(board):
    leave_answered(board)
    other_tasks(board)
    calm(board)
    board.emulator.script(Fault(on="download", status=403, times=0, match=""))
    record = board.run("shots@s00")
    assert record.exit_code == 4
    assert any("paid for and lost" in hold.message for hold in record.holds)
    assert any("$0.04" in hold.message for hold in record.holds)


def test_a_call_that_died_between_its_result_and_its_outcome_is_settled(board):
    board.run()
    for path in (board.folder / ".seedream" / "calls").glob("*/outcome.json"):
        path.unlink()
    (board.folder / ".seedream" / "index.db").unlink()
    assert spent(board).reserved == Decimal("0.12")
    other_tasks(board)
    record = board.run("shots@s00")
    assert record.exit_code == 0
    assert (spent(board).price, spent(board).reserved) == (Decimal("0.16"), 0)
    assert open_calls(board) == ()


def test_so_is_one_whose_answer_was_damaged_after_its_result(board):
    board.run()
    for name in ("outcome.json", "answer.json", "answer.body"):
        for path in (board.folder / ".seedream" / "calls").glob(f"*/{name}"):
            path.unlink()
    (board.folder / ".seedream" / "index.db").unlink()
    (board.folder / ".seedream" / "state").rename(board.folder / "gone")
    record = board.run()
    assert (record.exit_code, board.requests) == (0, 3)
    assert spent(board).reserved == 0


def test_a_plan_does_not_take_such_a_call_for_a_hold(board):
    board.run()
    for name in ("outcome.json", "answer.json", "answer.body"):
        for path in (board.folder / ".seedream" / "calls").glob(f"*/{name}"):
            path.unlink()
    (board.folder / ".seedream" / "index.db").unlink()
    assert board.plan().counts() == {"reuse": 3}
    assert board.plan().holds == ()


def test_a_picture_in_an_answer_with_a_flipped_bit_is_not_believed(board):
    board.emulator.script(Fault(on="download", status=503, times=0))
    board.run("shots@s00")
    calm(board)
    (body,) = (board.folder / ".seedream" / "calls").glob("*/answer.body")
    data = bytearray(body.read_bytes())
    data[data.index(b"/", data.index(b"url")) + 30] ^= 1
    body.write_bytes(data)
    record = board.run("shots@s00")
    (outcome,) = record.outcomes.values()
    assert isinstance(outcome, outcomes.Held)
    assert "its recorded answer is damaged" in outcome.message
    assert (record.exit_code, board.requests) == (4, 1)


def test_an_old_answer_that_the_account_is_empty_stops_no_run_today(board):
    """It was recorded and never looked at; the balance may be another by now."""
    board.emulator.script(Fault(on="download", status=503, times=0))
    board.run("shots@s00")
    calm(board)
    (call,) = (board.folder / ".seedream" / "calls").iterdir()
    answer = json.loads((call / "answer.json").read_bytes())
    body = json.dumps({"error": {"code": "AccountOverdueError", "message": "no balance"}}).encode()
    (call / "answer.body").write_bytes(body)
    del answer["sum"]
    told = {"status": 403, "bytes": len(body), "sha256": blob_digest(body)}
    (call / "answer.json").write_bytes(encode({**answer, **told}, "answer"))
    record = board.run("shots@s00")
    assert (record.exit_code, record.counts()) == (0, {"made": 1})


class TestIncomplete:
    @pytest.fixture
    def board(self, tmp_path, emulator):
        board = quick(simple_board(tmp_path, emulator, GROUP))
        emulator.script(Fault(as_stream=True, count=4, cut="event", at=2.0))
        return board

    def test_what_came_is_placed_and_every_run_names_the_rest(self, board):
        for _ in range(2):
            record = board.run()
            assert (record.exit_code, board.requests) == (4, 1)
            (outcome,) = record.outcomes.values()
            assert isinstance(outcome, outcomes.Held)
            assert "ended after 2 of up to 4 pictures" in outcome.message
            assert str(outcome.worst) == "$0.16"
            assert len(board.outputs()) == 2

    def test_a_plan_shows_the_hold_although_pictures_are_there(self, board):
        board.run()
        (task,) = board.plan().tasks.values()
        assert isinstance(task.decision.outcome, outcomes.Held)
        assert len(task.takes) == 1

    def test_dropped_the_pictures_that_came_stand_and_cost_what_they_cost(self, board):
        board.run()
        self.say(board, "drop")
        assert (spent(board).price, spent(board).reserved) == (Decimal("0.08"), 0)
        record = board.run()
        (outcome,) = record.outcomes.values()
        assert isinstance(outcome, outcomes.Reused)
        assert (record.exit_code, board.requests, len(board.outputs())) == (1, 1, 2)

    def test_sent_again_the_group_is_bought_anew_and_counts_in_full(self, board):
        board.run()
        self.say(board, "retry")
        record = board.run()
        assert (record.exit_code, record.made, board.requests) == (0, 4, 2)
        assert (spent(board).price, spent(board).reserved) == (Decimal("0.32"), 0)
        assert len(board.outputs()) == 4
        store = Store.open(board.folder / ".seedream", create=False)
        # What came the first time is in the store still, and its record in the trash.
        assert len(list(store.blobs.digests())) == 6
        assert len(list((store.folder / "trash").iterdir())) == 1

    def say(self, board, word):
        settings = Settings(**board.settings)
        found = holds(str(board.file), settings)
        assert [(each.kept, str(each.sure)) for each in found] == [(2, "$0.08")]
        end(str(board.file), settings, found, word)
        assert holds(str(board.file), settings) == ()
