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
