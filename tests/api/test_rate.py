"""Processes of a store share what is in flight; the service's own account says how many came at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seedream_pipe.emulator import Emulator
from tests.api.board import simple_board, singles

ROOT = Path(__file__).resolve().parents[2]
RUNNER = """
import sys
import seedream_pipe
from tests.api.board import KEYS
record = seedream_pipe.run(
    sys.argv[1], sys.argv[3], provider="302ai", base_url=sys.argv[2], yes=True, jobs=int(sys.argv[5]),
    environment=KEYS, store=sys.argv[4],
)
print(record.exit_code)
"""


@pytest.fixture
def emulator():
    with Emulator(max_in_flight=4, latency=0.3) as emulator:
        yield emulator


def run_together(board, jobs):
    """Three runs of ten pictures each, at once."""
    command = [sys.executable, "-c", RUNNER, str(board.file), board.settings["base_url"]]
    runners = [
        subprocess.Popen(
            [*command, f"shots@s{number}*", str(board.folder / ".seedream"), str(jobs)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    return [runner.communicate(timeout=120) for runner in runners]


def test_jobs_are_those_of_all_processes(tmp_path, emulator):
    """Three times four would be twelve at once, and the service takes four."""
    board = simple_board(tmp_path / "board", emulator, singles(30))

    ends = run_together(board, 4)

    assert [out.strip() for out, _ in ends] == ["0"] * 3, ends
    assert (board.billed, board.requests) == (30, 30)


def test_a_limit_that_nobody_knew_is_learned_once_for_all(tmp_path, emulator):
    board = simple_board(tmp_path / "board", emulator, singles(30))

    ends = run_together(board, 8)

    assert [out.strip() for out, _ in ends] == ["0"] * 3, ends
    assert board.billed == 30
    assert board.requests - board.billed <= 8
