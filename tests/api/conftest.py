import pytest

from seedream_pipe.emulator import Emulator
from tests.api.board import paid_board


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def board(tmp_path, emulator):
    """The storyboard on 302.AI, before anything was made."""
    return paid_board(tmp_path / "board", emulator)
