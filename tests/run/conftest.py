import pytest

from seedream_pipe.emulator import Emulator
from tests.run.market import Market


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def market(tmp_path, emulator):
    return Market(tmp_path, emulator)
