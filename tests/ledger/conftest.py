from collections.abc import Iterator
from pathlib import Path

import pytest

from seedream_pipe.ledger.book import Ledger
from seedream_pipe.store.folder import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / ".seedream")


@pytest.fixture
def ledger(store: Store) -> Iterator[Ledger]:
    with Ledger.open(store) as ledger:
        yield ledger
