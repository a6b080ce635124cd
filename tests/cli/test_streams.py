"""Streams: data on the one, people on the other, and neither worth losing work for."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from seedream_pipe.cli.terminal import columns as width_of
from seedream_pipe.cli.terminal import squeezed, wrapped

TERMINAL = {"TERM": "xterm-256color"}
OWNS_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "seedream_pipe", *sys.argv[1:]])
"""


def on_a_terminal(spawn, *arguments: str, env: dict[str, str] | None = None, columns: int = 80) -> str:
    """What a command writes to a terminal of so many columns, on both streams."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = spawn(
        *arguments,
        env={**TERMINAL, **(env or {})},
        stdout=follower,
        stderr=follower,
        stdin=subprocess.DEVNULL,
    )
    os.close(follower)
    parts = []
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    process.wait(timeout=30)
    os.close(leader)
    return b"".join(parts).decode()


def test_colours_stand_on_a_terminal(board, spawn) -> None:
    assert "\x1b[33mmake" in on_a_terminal(spawn, "plan", "board.yaml")


def test_no_colours_where_they_are_not_wanted(board, spawn) -> None:
    assert "\x1b" not in on_a_terminal(spawn, "plan", "board.yaml", env={"NO_COLOR": "1"})


def test_no_colours_in_a_pipe(board, cli) -> None:
    said = cli("plan", "board.yaml")

    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize("columns", [50, 80])
def test_lines_of_a_plan_fit_the_terminal(board, spawn, edit, columns) -> None:
    edit("shots.csv", "sc01,010", "a-scene-with-a-name-that-is-long,and-an-id-that-is-not-short")

    said = on_a_terminal(spawn, "plan", "board.yaml", env={"NO_COLOR": "1"}, columns=columns)

    table = [line for line in said.splitlines() if line.startswith("make")]
    assert len(table) == 4
    assert max(map(len, table)) < columns


def test_live_line_is_gone_at_the_end_and_the_lines_stay(board, spawn) -> None:
    said = on_a_terminal(spawn, "run", "board.yaml")

    assert "4 made in" in said
    assert said.count("sheet.jpg") == 1
    assert "outputs: out/preview/board" in said.splitlines()[-2]


def test_live_lines_are_narrower_than_the_terminal(board, spawn) -> None:
    said = on_a_terminal(spawn, "run", "board.yaml", env={"NO_COLOR": "1"}, columns=50)

    drawn = [line for line in said.replace("\r", "\n").splitlines() if "━" in line or "─" in line]
    assert drawn
    assert max(len(line) for line in drawn) < 80  # with the codes that move the cursor


@pytest.mark.parametrize("columns", [30, 45, 60, 80])
def test_a_line_of_what_was_made_keeps_its_price(board, spawn, paid, edit, columns) -> None:
    edit("shots.csv", "sc01,010", "a-scene-with-a-name-that-is-long,and-an-id-that-is-not-short")
    edit("shots.csv", "sc02,010", "第二场夜市外景雨中重逢全景镜头,第十号镜头灯塔与礁石")

    seen = on_a_terminal(spawn, "run", "board.yaml", "--yes", env={"NO_COLOR": "1"}, columns=columns)

    made = re.findall(r"made  .*", seen.replace("\r", "\n"))
    assert len(made) == 4
    assert all(re.search(r"  \(\d+\.\d s, \$0\.03\)$", line.rstrip()) for line in made)
    assert max(map(width_of, made)) < columns


@pytest.mark.parametrize(
    ("text", "width", "wanted"),
    [
        ("shots@sc02_010", 14, "shots@sc02_010"),
        ("shots@sc02_010", 9, "shot…_010"),
        ("shots@sc02_010", 8, "sho…_010"),
        ("镜头@第二场第十号", 9, "镜头…十号"),
        ("shots", 1, "…"),
    ],
)
def test_what_is_squeezed_keeps_its_beginning_and_its_end(text, width, wanted) -> None:
    assert squeezed(text, width) == wanted


def test_what_concerns_the_whole_run_is_wrapped_and_not_cut() -> None:
    text = "stopping: what is under way is paid for and is kept; once more to stop now"

    assert wrapped(text, 41) == [
        "stopping: what is under way is paid for",
        "and is kept; once more to stop now",
    ]
    assert wrapped(text, None) == [text]


def test_reader_that_leaves_early_is_no_fault(board, spawn) -> None:
    (board / "shots.csv").write_text(
        "scene,id,action\n" + "".join(f"s,{n},a picture\n" for n in range(5000)), "utf-8"
    )
    command = f"{sys.executable} -m seedream_pipe plan board.yaml --json | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=board, capture_output=True, text=True, env=_environment(), check=False
    )

    assert done.stdout.splitlines()[0] == "{"
    assert done.stdout.splitlines()[-1] in {"0", "141"}
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


@pytest.mark.parametrize(
    ("redirection", "codes"),
    [("2>&-", {0}), (">&-", {0}), (">&- 2>&-", {0}), ("2>/dev/full", {0}), ("</dev/null", {0})],
)
def test_run_is_not_lost_on_a_stream(board, redirection, codes) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m seedream_pipe run board.yaml sheet {redirection}"],
        cwd=board,
        capture_output=True,
        text=True,
        env=_environment(),
        check=False,
    )

    assert done.returncode in codes, done.stderr
    assert "Traceback" not in done.stderr
    assert (board / "out/preview/board/sheet.jpg").exists()


def test_plan_that_nobody_can_read_says_so(board) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m seedream_pipe plan board.yaml >/dev/full"],
        cwd=board,
        capture_output=True,
        text=True,
        env=_environment(),
        check=False,
    )

    assert done.returncode == 1
    assert "standard output cannot be written: No space left on device" in done.stderr


def test_nobody_is_asked_without_a_terminal(board, paid, spawn) -> None:
    process = spawn("run", "board.yaml", stdin=subprocess.PIPE)
    _, err = process.communicate("y\n", timeout=30)

    assert process.returncode == 5
    assert "?" not in err
    assert paid.ledger.requests == ()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("y\n", (0, 4, "next: ")),
        ("n\n", (5, 0, "nothing was spent")),
        ("\n", (5, 0, "nothing was spent")),
        ("\x03", (130, 0, "nothing was bought")),
        ("\x04", (130, 0, "nothing was bought")),
    ],
)
def test_person_is_asked_for_the_price(board, paid, typed, expected) -> None:
    """A terminal of its own for the process, so that Ctrl-C there is a signal to it."""
    code, billed, last = expected
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", OWNS_ITS_TERMINAL, "run", "board.yaml"],
        cwd=board,
        env={**_environment(), **TERMINAL},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(leader, 65536)
    # A signal that comes between a prompt and the reading of its answer is seen at the next one.
    time.sleep(0.2)
    os.write(leader, typed.encode())
    try:
        while part := os.read(leader, 65536):
            said += part
    except OSError:
        pass
    os.close(leader)

    assert "spend up to $0.12?" in said.decode()
    assert process.wait(timeout=30) == code
    assert len(paid.ledger.billed) == billed
    assert said.decode().splitlines()[-1].startswith(last)
    assert "nobody confirmed" not in said.decode()
