"""Signals, limits of the system, and streams that are gone: what was sent is paid for and is not lost."""

import asyncio
import fcntl
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from seedream_pipe.api.run_options import RunOptions
from seedream_pipe.cli.draining import Draining
from tests.cli.conftest import ROOT, paid_variables

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
SLOW = 20.0
"""Seconds: an answer that no test waits for."""


def until(condition: Callable[[], object], process: "subprocess.Popen[str]", *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def holds(board: Path) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "seedream_pipe", "held", "board.yaml", "--json"],
        cwd=board,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)["held"]


@pytest.mark.parametrize("number", CODES)
def test_a_signal_waits_for_what_is_in_flight_and_tells_its_code(board, paid, spawn, number):
    paid.script({"delay": 0.5, "times": 0})
    process = spawn("run", "board.yaml", "--yes")
    until(lambda: paid.ledger.requests, process)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert process.returncode == CODES[number]
    assert f"{number.name}: 1 call in flight, up to $0.03; waiting up to " in err
    assert "made     sheet" in err
    assert len(paid.ledger.billed) == len(paid.ledger.requests) == 1
    assert holds(board) == []


@pytest.mark.parametrize("number", CODES)
def test_a_second_signal_stops_within_a_second_and_names_what_may_be_owed(board, paid, spawn, number):
    paid.script({"delay": SLOW, "times": 0})
    process = spawn("run", "board.yaml", "--yes")
    until(lambda: paid.ledger.requests, process)
    process.send_signal(number)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert time.monotonic() - began < 1.5
    assert process.returncode == CODES[number]
    assert "error[E-UNCERTAIN] sheet" in err
    assert "seedream-pipe held drop board.yaml sheet" in err
    assert [hold["task"] for hold in holds(board)] == ["sheet"]


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("moment", [0.0, 0.05, 0.12, 0.25, 0.4, 0.6])
def test_a_signal_at_any_moment_shows_no_traceback(board, paid, spawn, number, moment):
    paid.script({"delay": 0.05, "times": 0})
    process = spawn("run", "board.yaml", "--yes")
    time.sleep(moment)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    # The interpreter itself ends by the signal until our first line runs, and says so in its way.
    began = "test server" in err or "seedream_pipe/__main__.py" in err
    if began or not err:
        assert process.returncode in {CODES[number], 0, -number}
        assert "Traceback" not in err
    assert len(paid.ledger.billed) == len(paid.ledger.requests)
    assert holds(board) == []


def test_nohup_is_respected(board, paid, spawn):
    process = spawn(
        "run", "board.yaml", "--yes", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    paid.script({"delay": 0.2, "times": 0})
    until(lambda: paid.ledger.requests, process)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(paid.ledger.billed) == 4


def test_a_stopped_process_goes_on(board, paid, spawn):
    paid.script({"delay": 0.3, "times": 0})
    process = spawn("run", "board.yaml", "--yes")
    until(lambda: paid.ledger.requests, process)
    process.send_signal(signal.SIGSTOP)
    time.sleep(1)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(paid.ledger.billed) == len(paid.ledger.requests) == 4


OWNS_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(1, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "seedream_pipe", *sys.argv[1:]])
"""


def test_a_terminal_that_is_closed_drains_what_was_sent(board, paid):
    """Its SIGHUP comes, and every write to it fails from then on."""
    paid.script({"delay": 1.0, "times": 0})
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", OWNS_ITS_TERMINAL, "run", "board.yaml", "--yes"],
        cwd=board,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    fcntl.fcntl(leader, fcntl.F_SETFL, os.O_NONBLOCK)

    def sent() -> bool:
        with suppress(BlockingIOError):
            os.read(leader, 65536)
        return bool(paid.ledger.requests)

    until(sent, process)
    os.close(leader)
    assert process.wait(timeout=30) == 129
    assert len(paid.ledger.billed) == len(paid.ledger.requests) == 1
    assert holds(board) == []
    assert (board / "out/board/sheet.jpg").exists()


STREAMS = [
    "2>&-",
    ">&-",
    ">&- 2>&-",
    "2>/dev/full",
    ">/dev/full",
    "2>&1 | head -1",
    "--json | head -1",
    "</dev/null",
]


@pytest.mark.parametrize("redirection", STREAMS)
def test_no_stream_is_worth_a_paid_call(board, paid, redirection):
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m seedream_pipe run board.yaml --yes {redirection}"],
        cwd=board,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr + done.stdout
    assert len(paid.ledger.billed) == len(paid.ledger.requests) == 4
    assert holds(board) == []
    assert len(list((board / "out/board").rglob("*.jpg"))) == 4


@pytest.mark.parametrize("files", [16, 24, 32, 40, 64])
def test_few_open_files_are_enough_or_are_said_before_anything_is_sent(board, paid, spawn, files):
    process = spawn(
        "run",
        "board.yaml",
        "--yes",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
    )
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    if process.returncode == 0:
        assert len(paid.ledger.billed) == 4
    else:
        assert "[E-FILES]" in err or "[E-SYSTEM]" in err
        assert paid.ledger.requests == ()


@pytest.mark.parametrize("megabytes", [80, 140, 300])
def test_little_memory_shows_no_traceback_and_pays_for_nothing_twice(board, paid, spawn, megabytes):
    most = megabytes << 20
    process = spawn(
        "run",
        "board.yaml",
        "--yes",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
    )
    _, err = process.communicate(timeout=60)
    if "seedream" in err:
        assert "Traceback" not in err
    prompts = [picture.prompt for picture in paid.ledger.billed]
    assert len(prompts) == len(set(prompts))
    spawn("run", "board.yaml", "--yes").communicate(timeout=60)
    assert len(paid.ledger.billed) + len(holds(board)) >= len({*prompts})
    prompts = [picture.prompt for picture in paid.ledger.billed]
    assert len(prompts) == len(set(prompts))


def test_what_a_key_is_held_in_leaves_no_core(board, paid, spawn):
    """Asked of the process itself: it cannot be attached to, and its limit for cores is nothing."""
    paid.script({"delay": SLOW, "times": 0})
    process = spawn("run", "board.yaml", "--yes")
    until(lambda: paid.ledger.requests, process)
    limits = Path(f"/proc/{process.pid}/limits").read_text("ascii")
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    process.send_signal(signal.SIGABRT)
    process.communicate(timeout=30)
    assert core.split()[4] == "0"
    assert not list(board.rglob("core*"))
    assert paid_variables(paid)["BYTEPLUS_API_KEY"]


def test_one_blow_that_comes_twice_does_not_abandon_what_is_paid_for(board, paid, spawn):
    """As `timeout -s INT` does it: once to the process, once to its group."""
    paid.script({"delay": 1, "times": 0})
    process = spawn("run", "board.yaml", "sheet", "--yes")
    until(lambda: paid.ledger.requests, process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "made     sheet" in err
    assert holds(board) == []


@pytest.mark.skipif(not hasattr(termios, "TIOCSCTTY"), reason="no controlling terminal to give")
def test_two_signals_of_a_closed_terminal_still_name_what_may_be_owed(board, paid, spawn):
    paid.script({"delay": SLOW, "times": 0})
    process = spawn("run", "board.yaml", "--yes", stderr=subprocess.DEVNULL)
    until(lambda: paid.ledger.requests, process)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 129
    assert [hold["task"] for hold in holds(board)] == ["sheet"]


def test_a_signal_while_the_loop_closes_is_only_told():
    before = {number: signal.getsignal(number) for number in CODES}
    draining = Draining(RunOptions(), lambda _: None, lambda: None)

    async def run():
        draining.listen()

    try:
        with asyncio.Runner() as runner:
            runner.run(run())
            draining.rest(runner.get_loop())
            assert signal.set_wakeup_fd(-1) == -1
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGHUP)
        assert draining.code == 143
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
