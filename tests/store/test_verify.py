from dataclasses import replace
from pathlib import Path

import pytest

from seedream_pipe.digest import Key, blob_digest
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Result, Stored
from seedream_pipe.store.verify import Damage, check

DATA = [b"one", b"two", b"three"]


def result(number: int) -> Result:
    data = DATA[number]
    picture = Stored(digest=blob_digest(data), media_type="image/png", width=1, height=1, bytes=len(data))
    return Result(
        key=Key(f"{number:064x}"),
        recipe=None,
        inputs=(),
        take=1,
        pictures=(picture,),
        provider="ark",
        model="m",
        created_at="2026-11-22T00:00:00.000Z",
        price="0.25",
        currency="CNY",
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / ".seedream")
    for number, data in enumerate(DATA):
        store.blobs.put(data)
        store.results.put(result(number))
    return store


def test_a_store_that_is_well_has_no_damage(store: Store):
    assert list(check(store)) == []


def test_damage_is_told_with_what_it_had_cost(store: Store):
    store.blobs.path(blob_digest(b"two")).write_bytes(b"TWO")
    store.results.path(result(2).key).write_bytes(b"{}")

    assert list(check(store)) == [
        Damage(kind="blob", name=blob_digest(b"two"), reason="damaged"),
        Damage(kind="result", name=result(1).key, reason="blob lost", price="0.25", currency="CNY"),
        Damage(kind="result", name=result(2).key, reason="damaged record"),
    ]


def test_a_walk_over_a_store_for_reading_moves_nothing(store: Store):
    path = store.blobs.path(blob_digest(b"two"))
    path.write_bytes(b"TWO")

    found = list(check(Store.open(store.folder, create=False)))

    assert found == [Damage(kind="blob", name=blob_digest(b"two"), reason="damaged")]
    assert path.read_bytes() == b"TWO"
    assert replace(found[0], reason="") == Damage(kind="blob", name=blob_digest(b"two"), reason="")
