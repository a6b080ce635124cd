"""Killed while an answer is streamed, or made for a ticket: what came is kept, nothing bought twice."""

import signal
import time

import pytest

from seedream_pipe import outcomes
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.run.pace import Pace
from seedream_pipe.store.folder import Store
from tests.api.board import simple_board, singles
from tests.api.test_killed import begin, end, in_folder, kill, spent, stored, until

GROUP = """\
version: 1
name: shots
defaults: {model: seedream-4.5, size: 2K, watermark: false}
steps:
  series:
    group: 4
    prompt: "Generate a set of 4 pictures of a cat"
"""
LATER = "async_calls=true"


@pytest.fixture
def group(tmp_path, emulator):
    return simple_board(tmp_path, emulator, GROUP)


def open_calls(board):
    with Ledger.open(Store.open(board.folder / ".seedream")) as ledger:
        return ledger.open_calls()


@pytest.mark.parametrize("form", ["url", "b64_json"])
@pytest.mark.parametrize("number", [1, 3])
def test_killed_in_the_middle_of_a_stream_what_came_is_kept_and_the_rest_is_held(group, form, number):
    group.emulator.script(Fault(event_delay=0.6))
    process = begin(group, f"response_format={form}")
    until(lambda: in_folder(group, f"event-{number - 1:04}"), process)
    kill(process)
    kept = len(in_folder(group, "event-*"))

    for _ in range(2):
        record = group.run()
        assert record.exit_code == 4

    assert len(stored(group)) == kept
    assert kept >= number
    assert group.requests == 1
    assert group.billed <= 4
    (call,) = open_calls(group)
    assert call.state == "held"
    assert spent(group).reserved > 0


def test_killed_behind_the_last_word_of_a_stream_it_is_whole(group):
    group.emulator.script(Fault(on="download", times=0, delay=30.0))
    process = begin(group)
    until(lambda: group.emulator.ledger.downloads, process)
    kill(process)
    group.emulator._behaviour.script.clear()
    record = group.run()
    assert (record.exit_code, len(stored(group)), group.requests, group.billed) == (0, 4, 1, 4)
    assert open_calls(group) == ()


@pytest.mark.parametrize("fault", [{"cut": "event", "at": 2.0}, {"cut": "event", "at": 2.0, "end": "close"}])
def test_a_stream_that_breaks_off_keeps_what_came_and_holds_the_rest(group, fault):
    group.emulator.script(Fault(**fault))
    for _ in range(2):
        record = group.run()
        assert record.exit_code == 4
    assert (len(stored(group)), group.requests) == (2, 1)
    assert [call.state for call in open_calls(group)] == ["held"]


def test_killed_while_its_answer_is_made_a_call_is_asked_for_and_not_bought_again(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(4), jobs=4)
    emulator.script(Fault(times=0, delay=1.5))
    process = begin(board, LATER)
    until(lambda: len(in_folder(board, "ticket.json")) == 4, process)
    kill(process)
    assert {call.state for call in open_calls(board)} == {"taken"}
    assert board.plan().pictures == 0

    record = board.run()

    assert (record.exit_code, len(stored(board))) == (0, 4)
    assert board.requests == board.billed == 4
    assert open_calls(board) == ()


def test_what_was_taken_and_is_forgotten_is_held(tmp_path, emulator):
    """R126: the service keeps an answer for a day."""
    board = simple_board(tmp_path, emulator, singles(1))
    emulator.script(Fault(delay=30.0))
    process = begin(board, LATER)
    until(lambda: in_folder(board, "ticket.json"), process)
    kill(process)
    emulator._behaviour._tasks._tasks.clear()

    for _ in range(2):
        record = board.run()
        assert record.exit_code == 4
        assert [type(each) for each in record.outcomes.values()] == [outcomes.Held]
    assert board.requests == 1
    (call,) = open_calls(board)
    assert "does not know it any more" in call.cause


def test_a_whole_run_of_answers_that_come_later(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, GROUP, async_calls=True)
    emulator.script(Fault(times=0, delay=0.2))
    record = board.run()
    assert (record.exit_code, len(stored(board)), board.billed, board.requests) == (0, 4, 4, 1)
    assert board.run().counts() == {"reused": 1}


def test_a_signal_while_an_answer_is_made_leaves_it_to_be_asked_for(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    emulator.script(Fault(delay=1.5))
    process = begin(board, LATER)
    until(lambda: in_folder(board, "ticket.json"), process)
    process.send_signal(signal.SIGINT)
    code, record, err = end(process)
    assert code == 130, err
    assert record["counts"] == {"made": 1}
    assert board.billed == board.requests == 1


def test_what_is_not_made_in_time_waits_and_the_next_run_asks_for_it(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1), async_calls=True)
    emulator.script(Fault(on="poll", times=0, answer="302/async-pending"))
    record = board.run(pace=Pace(patience=0.3))
    (outcome,) = record.outcomes.values()
    assert isinstance(outcome, outcomes.Waiting)
    assert (record.exit_code, outcome.why) == (4, "fetch")
    assert spent(board).reserved > 0
    emulator._behaviour.script.clear()

    record = board.run()

    assert (record.exit_code, len(stored(board)), board.requests, board.billed) == (0, 1, 1, 1)


def test_a_second_signal_in_the_middle_of_a_stream_names_what_may_be_owed(group):
    group.emulator.script(Fault(event_delay=30.0))
    process = begin(group)
    until(lambda: in_folder(group, "event-0000"), process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    code, record, err = end(process)
    assert (code, record["counts"]) == (130, {"held": 1}), err
    assert group.run().exit_code == 4
    assert (len(stored(group)), group.requests) == (1, 1)
