"""`run` from a person's side: what is asked, said, sent and left behind."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from seedream_pipe.emulator import Emulator


def test_preview_frames_are_placed_and_told_a_line_each(board, cli) -> None:
    said = cli("run", "board.yaml", "--provider", "preview")

    assert said.code == 0
    assert said.out == ""
    lines = said.err.splitlines()
    assert sorted(line.split()[1] for line in lines if line.startswith("made")) == [
        "sheet",
        "shots@sc01_010",
        "shots@sc01_020",
        "shots@sc02_010",
    ]
    assert lines[-2:] == [
        "outputs: out/preview/board",
        "next: edit board.yaml or its tables, then: seedream-pipe plan board.yaml --provider preview",
    ]
    assert (board / "out/preview/board/frames/sc01/010.jpg").exists()


def test_what_to_type_next_keeps_what_was_chosen(board, cli, monkeypatch) -> None:
    monkeypatch.chdir(board.parent)

    said = cli(
        *("-C", "project", "run", "board.yaml", "shots@sc02_*"),
        *("--provider", "preview", "--store", "my store", "--out", "frames"),
    )

    assert said.err.splitlines()[-1] == (
        "next: edit board.yaml or its tables, then: seedream-pipe -C project plan board.yaml"
        " 'shots@sc02_*' --provider preview --store 'my store' --out frames"
    )


def test_outputs_are_named_when_there_are_some(board, cli, paid) -> None:
    paid.script({"answer": "error/400-output-image-sensitive", "times": 0})

    said = cli("run", "board.yaml", "sheet", "--yes")

    assert "outputs:" not in said.err


def test_default_provider_is_the_preview_and_says_so(board, cli) -> None:
    said = cli("run", "board.yaml", "sheet")

    assert said.err.startswith("provider: preview (drawn locally, free)")


@pytest.mark.parametrize(
    "words", [("--provider", "openai"), ("--provider", "ark", "--fallback", "openai", "--yes")]
)
@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_provider_that_there_is_not_is_a_matter_of_the_command_line(board, cli, command, words) -> None:
    said = cli(command, "board.yaml", *(word for word in words if command == "run" or word != "--yes"))
    assert said.code == 2
    assert 'there is no provider "openai"' in said.err
    assert "known: 302ai, ark, byteplus, preview" in said.err


def test_second_run_says_that_all_is_up_to_date(board, cli) -> None:
    time.sleep(0.03)  # a file as young as the look at it is looked at again, and these are
    cli("run", "board.yaml")

    said = cli("run", "board.yaml")

    assert (said.code, said.out) == (0, "")
    assert said.err == "up to date: 4 tasks, nothing was sent\noutputs: out/preview/board\n"


def test_changed_row_remakes_what_it_touches_and_leaves_the_rest(board, cli, edit) -> None:
    cli("run", "board.yaml")
    frames = board / "out/preview/board/frames"
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in frames.rglob("*.jpg")}

    edit("shots.csv", "in the rain", "in the snow")
    said = cli("run", "board.yaml")

    made = [line.split()[1] for line in said.err.splitlines() if line.startswith("made")]
    assert sorted(made) == ["shots@sc01_010", "shots@sc01_020"]
    same = {path for path, old in before.items() if (path.read_bytes(), path.stat().st_mtime_ns) == old}
    assert same == {frames / "sc02/010.jpg"}


def test_one_billed_picture_for_each_stored_one(board, cli, paid) -> None:
    said = cli("run", "board.yaml", "--yes")

    assert said.code == 0
    assert len(paid.ledger.billed) == 4
    assert "4 made in " in said.err
    assert cli("run", "board.yaml").code == 0
    assert len(paid.ledger.requests) == 4


def test_missing_key_is_told_before_anything_else(board, cli, paid, monkeypatch, golden) -> None:
    monkeypatch.delenv("BYTEPLUS_API_KEY")

    said = cli("run", "board.yaml", "--yes")

    assert said.code == 1
    assert paid.ledger.requests == ()
    golden("run-without-key", said.err)


def test_missing_key_is_no_matter_when_nothing_has_to_be_bought(board, cli, paid, monkeypatch) -> None:
    cli("run", "board.yaml", "--yes")
    monkeypatch.delenv("BYTEPLUS_API_KEY")
    (board / "out").rename(board / "elsewhere")

    assert cli("run", "board.yaml").code == 0


def test_unconfirmed_price_spends_nothing(board, cli, paid, golden) -> None:
    said = cli("run", "board.yaml")

    assert said.code == 5
    assert paid.ledger.requests == ()
    golden("run-unconfirmed", said.err)


def test_cap_that_covers_the_price_confirms_it(board, cli, paid) -> None:
    assert cli("run", "board.yaml", "--max-cost", "1").code == 0


def test_cap_that_does_not_cover_the_price_spends_nothing(board, cli, paid) -> None:
    said = cli("run", "board.yaml", "--max-cost", "0.05")

    assert said.code == 5
    assert paid.ledger.requests == ()


def test_cap_is_kept_when_the_price_was_confirmed(board, cli, paid) -> None:
    said = cli("run", "board.yaml", "--max-cost", "0.07", "--yes")

    assert said.code == 5
    assert len(paid.ledger.billed) == 2
    assert "next: seedream-pipe run board.yaml --max-cost" in said.err


def test_wrong_file_gets_all_its_problems_and_nothing_is_sent(board, cli, paid, edit, golden) -> None:
    edit("board.yaml", "seedream-4.0", "seedream-4.9")
    edit("board.yaml", "refs/mina.png", "refs/nina.png")
    edit("board.yaml", "    tags:", "    tgas:")

    said = cli("run", "board.yaml", "--yes")

    assert said.code == 3
    assert paid.ledger.requests == ()
    golden("run-wrong-file", said.err)


def test_wrong_file_is_an_object_where_json_is_asked_for(board, cli, edit) -> None:
    edit("board.yaml", "seedream-4.0", "seedream-4.9")

    said = cli("run", "board.yaml", "--json")

    error = json.loads(said.out)["error"]
    assert (said.code, error["exit_code"]) == (3, 3)
    assert [problem["line"] for problem in error["problems"]] == [6]


def test_dry_run_is_the_plan(board, cli, paid) -> None:
    said = cli("run", "board.yaml", "-n")

    assert (said.code, paid.ledger.requests) == (0, ())
    assert said.out == cli("plan", "board.yaml").out
    assert not (board / ".seedream").exists()


def test_frozen_says_that_there_is_work(board, cli, paid, golden) -> None:
    said = cli("run", "board.yaml", "--frozen")

    assert (said.code, paid.ledger.requests) == (6, ())
    golden("run-frozen", said.err)


def test_frozen_is_content_when_there_is_none(board, cli) -> None:
    cli("run", "board.yaml")

    assert cli("run", "board.yaml", "--frozen").code == 0


def test_refusal_is_told_with_its_code_and_what_it_cost(board, cli, paid, golden) -> None:
    paid.script({"answer": "error/400-output-image-sensitive", "match": "lighthouse"})

    said = cli("run", "board.yaml", "shots@sc02_010", "--yes")

    assert said.code == 1
    golden("run-refused", said.err)


def test_lost_answer_is_held_and_said_to_be_perhaps_charged(board, cli, paid, golden) -> None:
    paid.script({"cut": "before", "match": "lighthouse"})

    said = cli("run", "board.yaml", "shots@sc02_010", "--yes")

    assert said.code == 4
    golden("run-held", said.err)


def test_interrupt_once_keeps_what_was_paid_for(
    board: Path, emulator: Emulator, spawn: Callable, paid: Emulator
) -> None:
    paid.script({"delay": 0.6, "times": 0})
    process = spawn("run", "board.yaml", "--yes")
    for _ in range(200):
        if paid.ledger.requests:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "SIGINT: 1 call in flight, up to $0.03; waiting up to " in err
    assert "Ctrl-C again stops now, and what was sent is held" in err
    assert len(paid.ledger.billed) == 1
    assert "made     sheet" in err


def test_file_that_is_not_there(tmp_path, monkeypatch, cli) -> None:
    monkeypatch.chdir(tmp_path)

    said = cli("run", "nothing.yaml")

    assert said.code == 2
    assert "there is no pipeline file" in said.err
    assert "seedream-pipe init" in said.err


@pytest.mark.parametrize("target", ["shot", "shots@sc03_*"])
def test_target_that_means_nothing(board, cli, target) -> None:
    said = cli("run", "board.yaml", target)

    assert said.code == 2
    assert "no task matches" in said.err
