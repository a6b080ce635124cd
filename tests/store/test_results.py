import resource
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.digest import BlobDigest, Key, blob_digest
from seedream_pipe.errors import StoreError
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Gap, Hit, Miss, Result, Stored, counted
from tests.store.faulty_disk import failing

DATA = b"a picture"
KEY = Key("ab" * 32)
HOLE = Gap(index=1, code="OutputImageSensitiveContentDetected", message="审核未通过", refused=True)


def stored(data: bytes = DATA) -> Stored:
    return Stored(digest=blob_digest(data), media_type="image/jpeg", width=4, height=3, bytes=len(data))


RESULT = Result(
    key=KEY,
    recipe={"prompt": "夜市，猫", "size": "2K", "nested": [1, 2.5, None, True]},
    inputs=(BlobDigest("cd" * 32),),
    take=2,
    pictures=(stored(), HOLE),
    provider="302ai",
    model="doubao-seedream-4-5-251128",
    created_at="2026-11-22T14:03:11.000Z",
    request_id="021763",
    call="20261122T140311.000Z-00000000",
    price="0.04",
    currency="USD",
    billed=1,
    seconds=9.75,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / ".seedream")
    store.blobs.put(DATA)
    return store


def test_a_result_comes_back_as_it_was_put(store: Store):
    store.results.put(RESULT)

    assert store.results.get(KEY) == Hit(result=RESULT)
    assert list(store.results) == [KEY]


def test_a_group_with_a_hole_is_not_complete():
    assert not RESULT.complete
    assert (RESULT.stored, RESULT.gaps) == ((stored(),), (HOLE,))
    assert replace(RESULT, pictures=(stored(),)).complete


def test_a_key_that_was_never_made_is_a_miss(store: Store):
    assert store.results.get(KEY) == Miss(reason="never made")


def test_a_lost_blob_is_a_miss_that_says_what_it_had_cost(store: Store):
    store.results.put(RESULT)
    store.blobs.path(blob_digest(DATA)).unlink()

    assert store.results.get(KEY) == Miss(reason="blob lost", result=RESULT)


def test_a_cut_blob_is_lost_without_reading_it(store: Store):
    store.results.put(RESULT)
    store.blobs.path(blob_digest(DATA)).write_bytes(DATA[:-1])

    assert store.results.get(KEY) == Miss(reason="blob lost", result=RESULT)


def test_a_blob_with_a_flipped_bit_is_found_by_verifying(store: Store):
    store.results.put(RESULT)
    store.blobs.path(blob_digest(DATA)).write_bytes(b"A picture")

    assert store.results.get(KEY) == Hit(result=RESULT)
    assert store.results.get(KEY, verify=True) == Miss(reason="blob lost", result=RESULT)


@given(place=st.integers(min_value=0, max_value=899), bit=st.integers(min_value=0, max_value=7))
def test_a_flipped_bit_in_a_record_is_never_believed(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
):
    store = Store.open(tmp_path_factory.getbasetemp() / "flips" / ".seedream")
    store.blobs.put(DATA)
    store.results.put(RESULT)
    path = store.results.path(KEY)
    data = bytearray(path.read_bytes())
    data[place % (len(data) - 1)] ^= 1 << bit
    path.write_bytes(data)

    assert store.results.get(KEY) == Miss(reason="damaged record")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema":"result/1"}', "[" * 100_000])
def test_a_record_that_is_none_is_a_miss_and_is_kept_in_trash(store: Store, text: str):
    store.results.put(RESULT)
    store.results.path(KEY).write_text(text)

    assert store.results.get(KEY) == Miss(reason="damaged record")
    assert [path.read_text() for path in (store.folder / "trash").iterdir()] == [text]


def test_a_record_under_another_key_is_damaged(store: Store):
    store.results.put(RESULT)
    other = Key("ac" * 32)
    store.results.path(other).parent.mkdir()
    store.results.path(KEY).rename(store.results.path(other))

    assert store.results.get(other) == Miss(reason="damaged record")


def test_a_result_cannot_name_what_is_not_in_the_store(store: Store):
    with pytest.raises(StoreError, match="not in the store"):
        store.results.put(replace(RESULT, pictures=(stored(b"never put"),)))

    assert store.results.get(KEY) == Miss(reason="never made")


def test_a_newer_result_of_a_key_keeps_the_older_one_in_trash(store: Store):
    store.results.put(RESULT)
    older = store.results.path(KEY).read_bytes()
    newer = replace(RESULT, created_at="2026-11-23T00:00:00.000Z")

    store.results.put(newer)

    assert store.results.get(KEY) == Hit(result=newer)
    assert [path.read_bytes() for path in (store.folder / "trash").iterdir()] == [older]


def test_the_same_result_put_twice_is_one(store: Store):
    store.results.put(RESULT)
    store.results.put(RESULT)

    assert not (store.folder / "trash").exists()


@pytest.mark.parametrize("number", range(1, 8))
def test_a_failed_put_leaves_the_older_record(store: Store, number: int):
    store.results.put(RESULT)
    failed = Store.open(store.folder, files=failing(number, times=1000))
    newer = replace(RESULT, created_at="2026-11-23T00:00:00.000Z")

    with pytest.raises(StoreError):
        failed.results.put(newer)

    assert Store.open(store.folder, create=False).results.get(KEY) == Hit(result=RESULT)


def test_a_record_without_an_origin_is_written_as_before(store: Store):
    store.results.put(RESULT)
    assert b"origin" not in store.results.path(KEY).read_bytes()


def test_what_a_test_server_made_counts_only_there(store: Store):
    result = replace(RESULT, origin="127.0.0.1:8080")
    store.results.put(result)
    found = store.results.get(KEY)
    assert found == Hit(result=result)
    assert counted(found, "127.0.0.1:9090") == found
    assert counted(found, "") == Miss(reason="test server", result=result)


def test_too_many_open_files_are_no_damage(tmp_path):
    """A result that cannot be looked at now is not missing: it would be bought again."""
    store = Store.open(tmp_path / "store")
    store.blobs.adopt(_picture(store))
    store.results.put(RESULT)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(StoreError, match="open files"):
            store.results.get(KEY)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert isinstance(store.results.get(KEY), Hit)


def _picture(store: Store) -> Path:
    path = store.blobs.temporary()
    path.write_bytes(DATA)
    return path
