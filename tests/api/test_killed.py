"""A run that is killed in the middle pays for nothing twice and loses nothing that was paid for."""

import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from seedream_pipe import outcomes
from seedream_pipe.emulator import Emulator
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.store.folder import Store
from tests.api.board import simple_board, singles

ROOT = Path(__file__).resolve().parents[2]
SLOW = 30.0
"""Seconds: an answer that no test waits for."""


@pytest.fixture
def board(tmp_path, emulator):
    return simple_board(tmp_path, emulator, singles(4), jobs=4)


def begin(board, *settings):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.api.process", str(board.file), board.settings["base_url"], *settings],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, json.loads(out) if out else None, err


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)


def until(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def in_folder(board, name):
    return list((board.folder / ".seedream" / "calls").glob(f"*/{name}"))


def stored(board):
    return list((board.folder / ".seedream" / "blobs").glob("*/*"))


def spent(board):
    with Ledger.open(Store.open(board.folder / ".seedream")) as ledger:
        return ledger.spent()["USD"]


def test_killed_when_the_first_intent_is_on_disk_only_what_was_sent_is_held(board):
    process = begin(board)
    until(lambda: in_folder(board, "intent.json"), process)
    kill(process)
    sent = len(in_folder(board, "sent.json"))
    record = board.run()
    held = [each for each in record.outcomes.values() if isinstance(each, outcomes.Held)]
    assert len(held) <= sent
    assert board.billed <= 4


def test_killed_while_the_service_works_what_was_sent_is_held_and_not_sent_again(board):
    board.emulator.script(Fault(delay=SLOW, match="number 1"), Fault(delay=SLOW, match="number 2"))
    process = begin(board)
    until(lambda: board.requests == 4 and len(in_folder(board, "outcome.json")) == 2, process)
    kill(process)
    for _ in range(2):
        record = board.run()
        assert record.exit_code == 4
        assert record.counts() == {"reused": 2, "held": 2}
    assert board.requests == 4
    assert (spent(board).price, spent(board).reserved) == (Decimal("0.08"), Decimal("0.08"))


def test_killed_after_the_answer_it_is_completed_for_nothing(board):
    board.emulator.script(Fault(on="download", times=4, delay=SLOW))
    process = begin(board)
    until(lambda: len(in_folder(board, "answer.json")) == 4 and board.emulator.ledger.downloads, process)
    kill(process)
    assert stored(board) == []
    forecast = board.plan()
    assert forecast.pictures == 0
    board.emulator._behaviour.script.clear()
    record = board.run()
    assert (record.exit_code, record.made, record.price.amount) == (0, 4, 0)
    assert board.requests == board.billed == len(stored(board)) == 4


def test_killed_between_pictures_the_rest_is_bought_and_nothing_twice(board):
    board.emulator.script(Fault(times=0, delay=0.2))
    process = begin(board)
    until(lambda: len(stored(board)) >= 1, process)
    kill(process)
    record = board.run()
    assert record.exit_code in {0, 4}
    held = record.counts()["held"]
    assert board.requests == 4
    assert board.billed <= len(stored(board)) + held
    assert len(stored(board)) + held == 4


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15])
def test_killed_at_any_instant_no_picture_is_paid_for_twice_or_lost(board, moment):
    board.emulator.script(Fault(times=0, delay=0.03))
    process = begin(board)
    until(lambda: in_folder(board, "intent.json"), process)
    time.sleep(moment)
    kill(process)
    record = board.run()
    by_prompt = [each.prompt for each in board.emulator.ledger.billed]
    assert len(by_prompt) == len(set(by_prompt))
    assert board.billed <= len(stored(board)) + record.counts()["held"]
    assert record.counts()["held"] == 0 or record.exit_code == 4
    assert set(record.counts()) <= {"made", "reused", "held"}


def test_a_signal_drains_what_is_in_flight_and_leaves_nothing_uncertain(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(10))
    emulator.script(Fault(times=0, delay=0.3))
    process = begin(board)
    until(lambda: board.requests == 4, process)
    process.send_signal(signal.SIGINT)
    code, record, err = end(process)
    assert code == 130, err
    assert record["counts"] == {"made": 4, "waiting": 6}
    assert board.billed == board.requests == len(stored(board)) == 4
    assert spent(board).reserved == 0
    assert board.run().counts() == {"reused": 4, "made": 6}


def test_a_second_signal_stops_at_once_and_names_what_may_be_owed(board):
    board.emulator.script(Fault(times=0, delay=SLOW))
    process = begin(board)
    until(lambda: board.requests == 4, process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    code, record, err = end(process)
    assert time.monotonic() - asked < 2
    assert code == 130, err
    assert record["counts"] == {"held": 4}
    assert {task["price"] for task in record["tasks"].values()} == {"0.04"}
    assert board.run().counts() == {"held": 4}
    assert board.requests == 4


def test_two_processes_on_one_cold_store_buy_each_picture_once(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(8))
    emulator.script(Fault(times=0, delay=0.05))
    processes = [begin(board) for _ in range(3)]
    ended = [end(process) for process in processes]
    assert [code for code, _, _ in ended] == [0, 0, 0], [err for _, _, err in ended]
    assert board.billed == board.requests == len(stored(board)) == 8
    assert sum(record["pictures"] for _, record, _ in ended) == 8


def test_who_waits_for_a_process_that_is_killed_holds_what_it_had_sent(board):
    board.emulator.script(Fault(times=0, delay=SLOW))
    first = begin(board)
    until(lambda: board.requests == 4, first)
    second = begin(board)
    until(lambda: os.path.isdir(board.folder / ".seedream" / "locks"), second)
    time.sleep(0.5)
    kill(first)
    code, record, err = end(second)
    assert (code, record["counts"]) == (4, {"held": 4}), err
    assert board.requests == 4


def test_no_process_leaves_a_child_or_a_socket_behind(tmp_path):
    with Emulator() as emulator:
        board = simple_board(tmp_path, emulator, singles(1))
        process = begin(board)
        code, _, err = end(process)
    assert (code, err) == (0, "")


def test_two_pipelines_that_share_pictures_buy_each_once(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(6))
    other = board.folder / "other.yaml"
    other.write_text(singles(8, name="other"), "utf-8")
    emulator.script(Fault(times=0, delay=0.05))
    first = begin(board)
    board.name = "other.yaml"
    second = begin(board)
    ended = [end(process) for process in (first, second)]
    assert [code for code, _, _ in ended] == [0, 0], [err for _, _, err in ended]
    assert board.billed == board.requests == len(stored(board)) == 8


def test_two_processes_that_start_at_once_complete_an_answer_once(tmp_path, emulator):
    """Downloads are slow, so both find the answers open; who comes second waits and takes them."""
    board = simple_board(tmp_path, emulator, singles(3))
    emulator.script(Fault(on="download", times=3, delay=SLOW))
    process = begin(board)
    until(lambda: len(in_folder(board, "answer.json")) == 3, process)
    kill(process)
    emulator._behaviour.script.clear()
    emulator.script(Fault(on="download", times=0, delay=0.3))
    ended = [end(each) for each in [begin(board) for _ in range(3)]]
    assert [code for code, _, _ in ended] == [0, 0, 0], [err for _, _, err in ended]
    assert sum(record["recovered"] for _, record, _ in ended) <= 3
    assert (board.requests, board.billed, len(stored(board))) == (3, 3, 3)
    assert (spent(board).price, spent(board).reserved) == (Decimal("0.12"), 0)
