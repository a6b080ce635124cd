import asyncio
import subprocess
import sys
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from seedream_pipe.ledger.book import Ledger
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Hit
from seedream_pipe.store.verify import check
from tests.ledger.lives import KEY, PICTURE, PRICE, charged, live
from tests.store.faulty_disk import Forgetful, PowerLoss

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One folder for each moment around a file operation at which a process was killed there."""
    root = tmp_path_factory.mktemp("deaths")
    command = [sys.executable, "-m", "tests.ledger.lives", str(root)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    folders = sorted(root.iterdir())[: int(done.stdout)]
    assert len(folders) > 100
    return folders


def test_after_a_kill_at_any_moment_nothing_is_named_that_is_not_there(deaths: list[Path]):
    for folder in deaths:
        store = Store.open(folder / ".seedream", create=False)

        assert list(check(store)) == [], folder
        with Ledger.open(store) as ledger:
            assert ledger.unreadable() == (), folder


def test_after_a_kill_at_any_moment_a_plain_start_goes_on_and_never_pays_twice(deaths: list[Path]):
    ends = {expect_a_second_life(folder) for folder in deaths}

    assert ends == {"made", "held", "broken off", "completed", "reused"}


def test_after_a_power_loss_at_any_operation_a_plain_start_goes_on_and_never_pays_twice(tmp_path: Path):
    ends = set()
    for number in count(1):
        folder = tmp_path / f"{number:04}"
        folder.mkdir()
        files = Forgetful(number)
        try:
            asyncio.run(live(folder, files))
        except PowerLoss:
            files.forget()
        else:
            break
        # The index gives no promise of its own.
        for path in (folder / ".seedream").glob("index.db*"):
            path.unlink()
        assert list(check(Store.open(folder / ".seedream", create=False))) == [], folder
        ends.add(expect_a_second_life(folder))

    assert number > 70
    assert ends == {"made", "held", "broken off", "completed", "reused"}


def expect_a_second_life(folder: Path) -> str:
    """Start again where a process died, and see that nothing is lost and nothing paid twice."""
    before = charged(folder)

    end = asyncio.run(live(folder))

    store = Store.open(folder / ".seedream", create=False)
    lookup = store.results.get(KEY, verify=True)
    with Ledger.open(store) as ledger:
        spent = ledger.spent()["USD"]
        left = ledger.open_calls()
    assert charged(folder) == (1 if end == "made" else before), folder
    assert charged(folder) <= 1, folder
    if end in {"held", "broken off"}:
        assert (spent.price, spent.reserved, len(left)) == (Decimal(0), PRICE, 1), folder
    else:
        assert isinstance(lookup, Hit), folder
        assert store.blobs.read(lookup.result.stored[0].digest) == PICTURE
        assert (spent.price, spent.reserved, left) == (PRICE, Decimal(0), ()), folder
    return end
