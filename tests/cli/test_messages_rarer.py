"""What is said of rarer accidents: disks, damage, other runs, series that break off; each a golden file."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from seedream_pipe.cli import group
from seedream_pipe.emulator import Emulator
from seedream_pipe.run.pace import Pace
from tests.cli.test_streams import on_a_terminal

SHOT = "shots@sc02_010"
GROUP = "{model: seedream-4.5, size: 2K, group: 4, prompt: Generate a set of 4 pictures}"


@pytest.fixture
def said(board, capfd, golden) -> Callable[..., int]:
    """Run commands with waits that take no time, and compare all that they say with a golden file."""

    def run(
        name: str, *commands: tuple[str, ...], patience: float | None = None, hide: str = "^$"
    ) -> list[int]:
        ahead = [0.0]

        async def sleep(seconds: float) -> None:
            ahead[0] += seconds
            await asyncio.sleep(0.005)

        pace = Pace(sleep=sleep, clock=lambda: time.monotonic() + ahead[0], patience=patience)
        codes, told = [], []
        for typed in commands:
            capfd.readouterr()
            codes.append(group.run(list(typed), pace=pace))
            out, err = capfd.readouterr()
            told.append(f"$ {' '.join(typed)}\n{out}{err}")
        golden(name, re.sub(hide, "…", "\n".join(told).replace(str(board), "BOARD")))
        return codes

    return run


def test_a_disk_that_fills_up_says_what_was_made_before(said, paid, monkeypatch) -> None:
    real = os.statvfs

    def statvfs(path):
        found = real(path)
        free = 10 if paid.ledger.billed else 2**30
        return os.statvfs_result((*found[:4], free, *found[5:]))

    monkeypatch.setattr(os, "statvfs", statvfs)
    typed = ("run", "board.yaml", SHOT, "--yes", "-j", "1")
    # The first line is cut where the folder's name is long.
    assert said("message-disk-full", typed, hide=f"(?<={SHOT}: )the disk of .*") == [7]
    assert len(paid.ledger.billed) == 1


def test_a_damaged_picture_is_told_with_its_price_and_not_bought_again(said, board, paid, cli) -> None:
    cli("run", "board.yaml", "sheet", "--yes")
    paid.advance(200_000)
    for path in (board / ".seedream" / "blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    (board / "out" / "board" / "sheet.jpg").unlink()
    commands = (
        ("plan", "board.yaml", "sheet"),
        ("run", "board.yaml", "sheet", "--yes"),
        ("status", "board.yaml"),
    )
    assert said("message-damaged", *commands) == [0, 4, 0]
    assert len(paid.ledger.billed) == 1


def test_a_call_whose_record_is_damaged_is_held_by_its_id(said, board, paid, cli) -> None:
    paid.script({"cut": "before"})
    cli("run", "board.yaml", "sheet", "--yes")
    for path in (board / ".seedream" / "calls").glob("*/intent.json"):
        path.chmod(0o600)
        path.write_text("garbage", "ascii")
    (board / ".seedream" / "index.db").unlink()
    call = next((board / ".seedream" / "calls").iterdir()).name
    commands = (
        ("held", "board.yaml"),
        ("cost", "board.yaml"),
        ("status", "board.yaml"),
        ("run", "board.yaml", "sheet", "--yes"),
        ("held", "retry", "board.yaml", call, "--yes"),
        ("run", "board.yaml", "sheet", "--yes"),
    )
    assert said("message-damaged-call", *commands) == [0, 0, 0, 4, 0, 0]


def test_a_balance_that_ends_midway_keeps_what_was_made(said, paid) -> None:
    paid.script({"number": 2, "answer": "error/403-account-overdue", "times": 0})
    paid.script({"answer": "error/403-account-overdue", "match": "rain", "times": 0})
    assert said("message-balance-gone", ("run", "board.yaml", "--yes", "-j", "1")) == [1]
    assert len(paid.ledger.billed) == 1


def test_a_wait_for_the_rate_is_said(said, paid) -> None:
    typed = ("run", "board.yaml", "--yes", "-j", "1", "--images-per-minute", "2")
    assert said("message-waits-rate", typed) == [0]


def test_another_run_at_the_same_pictures_is_waited_for(said, board, paid, spawn) -> None:
    paid.script({"delay": 2, "times": 0})
    first = spawn("run", "board.yaml", "sheet", "--yes", stderr=subprocess.DEVNULL)
    while not paid.ledger.requests:
        assert first.poll() is None
        time.sleep(0.02)
    # Either of them may be the first to place the picture.
    either = r"(?s)(up to date|reused).*(?=outputs:)"
    assert said("message-another-run", ("run", "board.yaml", "sheet", "--yes"), hide=either) == [0]
    first.communicate()
    assert len(paid.ledger.billed) == 1


def test_when_nobody_can_take_over_all_are_named(said, paid, monkeypatch) -> None:
    paid.script({"answer": "error/403-account-overdue", "times": 0})
    with Emulator({"answer": "error/401-authentication", "times": 0}, keys=("test-key",)) as second:
        monkeypatch.setenv("ARK_API_KEY", "test-key")
        typed = ("run", "board.yaml", "sheet", "--yes", "--fallback", f"ark={second.base_url('ark')}")
        assert said("message-all-out", typed) == [1]


def test_a_call_that_is_answered_later_costs_nothing_to_ask_for(said, paid, edit, monkeypatch) -> None:
    edit("board.yaml", "model: seedream-4.0", "model: seedream-4.5")
    edit("board.yaml", "size: 1280x720", "size: 2K")
    monkeypatch.setenv("SEEDREAM_PROVIDER", "302ai")
    monkeypatch.setenv("SEEDREAM_BASE_URL", paid.base_url("302ai"))
    monkeypatch.setenv("AI302_API_KEY", "test-key")
    paid.script({"on": "poll", "answer": "302/async-pending", "times": 0})
    run = ("run", "board.yaml", "sheet", "--yes", "--async-calls")
    commands = (run, ("plan", "board.yaml"), ("cost", "board.yaml"))
    assert said("message-async-pending", *commands, patience=3) == [4, 0, 0]


def test_a_series_that_breaks_off_keeps_what_came_and_says_so(said, paid, edit) -> None:
    edit("board.yaml", "steps:\n", f"steps:\n  turn: {GROUP}\n")
    paid.script({"match": "a set of 4", "cut": "event", "at": 2, "end": "close"})
    commands = (
        ("run", "board.yaml", "turn", "--yes"),
        ("held", "board.yaml"),
        ("held", "drop", "board.yaml", "turn", "--yes"),
        ("run", "board.yaml", "turn", "--yes"),
    )
    assert said("message-cut-stream", *commands) == [4, 0, 0, 1]


def test_calls_at_two_providers_are_held_and_listed_whole(said, paid, cli, edit, monkeypatch) -> None:
    edit("shots.csv", "Mina stops and looks up", "米娜停下脚步抬头望")
    paid.script({"cut": "before", "match": "lighthouse"})
    cli("run", "board.yaml", SHOT, "--yes")
    with Emulator({"cut": "before", "match": "pier"}, keys=("test-key",)) as second:
        monkeypatch.setenv("SEEDREAM_PROVIDER", "ark")
        monkeypatch.setenv("SEEDREAM_BASE_URL", second.base_url("ark"))
        monkeypatch.setenv("ARK_API_KEY", "test-key")
        cli("run", "board.yaml", "shots@sc01_010", "--yes")
        assert said("message-held-wide", ("held", "board.yaml"), ("status", "board.yaml")) == [0, 0]


def test_without_colours_a_narrow_list_of_holds_is_plain_text(board, paid, cli, spawn, golden) -> None:
    paid.script({"cut": "before"})
    cli("run", "board.yaml", "sheet", "--yes")
    seen = on_a_terminal(spawn, "held", "board.yaml", env={"NO_COLOR": "1"}, columns=60)
    assert "\x1b" not in seen
    # Ids are of many lengths, and lines break where they end.
    golden(
        "message-no-color",
        re.sub(r"(?s)look it up.*?(?=\n  if it was)", "look it up …", seen.replace("\r\n", "\n")),
    )


def test_a_second_ctrl_c_says_what_is_held(board, paid, spawn, golden) -> None:
    paid.script({"delay": 20, "times": 0})
    process = spawn("run", "board.yaml", "sheet", "--yes")
    while not paid.ledger.requests:
        assert process.poll() is None
        time.sleep(0.02)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    golden("message-interrupted", err)
