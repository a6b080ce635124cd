"""Output files that were deleted or edited are told before a run."""

from pathlib import Path

import pytest

FRAME = "out/preview/board/frames/sc02/010.jpg"


@pytest.fixture
def drawn(board, cli) -> Path:
    cli("run", "board.yaml")
    return board / FRAME


@pytest.mark.parametrize("command", ["plan", "status"])
def test_a_deleted_file_is_to_be_put_back(cli, drawn, command) -> None:
    drawn.unlink()
    assert "1 file to put back: frames/sc02/010.jpg" in cli(command, "board.yaml").out


@pytest.mark.parametrize("command", ["plan", "status"])
def test_an_edited_file_is_said_to_be_kept(cli, drawn, command) -> None:
    drawn.write_bytes(b"mine")
    assert "1 file of yours is kept: frames/sc02/010.jpg" in cli(command, "board.yaml").out


def test_frozen_puts_files_back(cli, drawn) -> None:
    data = drawn.read_bytes()
    drawn.unlink()
    assert cli("run", "board.yaml", "--frozen").code == 0
    assert drawn.read_bytes() == data


def test_nothing_is_said_of_files_in_their_place(cli, drawn) -> None:
    assert "file" not in cli("plan", "board.yaml").out


@pytest.mark.parametrize("in_the_way", ["a file", "a link"])
def test_a_place_that_cannot_be_had_is_told_before_anything_is_paid(
    board, cli, paid, tmp_path, in_the_way
) -> None:
    if in_the_way == "a file":
        (board / "out").write_text("mine", "utf-8")
    else:
        (board / "out").symlink_to(tmp_path)
    said = cli("run", "board.yaml", "--yes")
    assert (said.code, len(paid.ledger.requests)) == (7, 0)
    assert "nothing was sent" in said.err


def test_another_place_may_be_chosen_when_one_cannot_be_had(board, cli, tmp_path) -> None:
    (board / "out").write_text("mine", "utf-8")
    assert cli("run", "board.yaml", "--out", str(tmp_path / "other")).code == 0
