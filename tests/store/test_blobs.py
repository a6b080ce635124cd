import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.digest import BlobDigest, blob_digest
from seedream_pipe.errors import StoreError
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.durable import Disk
from seedream_pipe.store.folder import Store
from tests.store.faulty_disk import failing

ROOT = Path(__file__).resolve().parents[2]
DATA = b"\xff\xd8 a picture \xff\xd9" * 100


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / ".seedream")


@given(data=st.binary(max_size=5000))
def test_what_is_put_is_read(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    store = Store.open(tmp_path_factory.getbasetemp() / "shared" / ".seedream")

    digest = store.blobs.put(data)

    assert store.blobs.read(digest) == data
    assert digest == blob_digest(data)
    assert store.blobs.has(digest, length=len(data))


def test_equal_bytes_are_kept_once_and_not_written_again(store: Store):
    digest = store.blobs.put(DATA)
    before = store.blobs.path(digest).stat()

    assert store.blobs.put(DATA) == digest

    after = store.blobs.path(digest).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert after.st_nlink == 1


def test_a_blob_that_never_came_is_missing(store: Store):
    digest = blob_digest(DATA)

    assert store.blobs.read(digest) == Gone(digest=digest, reason="missing")
    assert store.blobs.whole(digest) == Gone(digest=digest, reason="missing")
    assert not store.blobs.has(digest)


@pytest.mark.parametrize("damage", [DATA[:-1], b"", DATA + b"x", b"X" + DATA[1:]])
@pytest.mark.parametrize("read", ["read", "whole"])
def test_damage_is_a_value_and_is_moved_to_trash(store: Store, damage: bytes, read: str):
    digest = store.blobs.put(DATA)
    store.blobs.path(digest).write_bytes(damage)

    found = getattr(store.blobs, read)(digest)

    assert found == Gone(digest=digest, reason="damaged")
    assert [path.read_bytes() for path in (store.folder / "trash").iterdir()] == [damage]
    assert not store.blobs.has(digest)


def test_a_damaged_blob_is_healed_by_a_put(store: Store):
    digest = store.blobs.put(DATA)
    store.blobs.path(digest).write_bytes(b"damage")

    store.blobs.put(DATA)

    assert store.blobs.read(digest) == DATA


def test_a_store_for_reading_reports_damage_and_moves_nothing(store: Store):
    digest = store.blobs.put(DATA)
    store.blobs.path(digest).write_bytes(b"damage")

    found = Store.open(store.folder, create=False).blobs.read(digest)

    assert found == Gone(digest=digest, reason="damaged")
    assert store.blobs.path(digest).read_bytes() == b"damage"


def test_what_another_process_healed_meanwhile_is_not_thrown_away(store: Store):
    digest = store.blobs.put(DATA)
    damaged = store.blobs.path(digest)
    damaged.write_bytes(b"damage")
    seen = damaged.stat()
    damaged.rename(damaged.with_name("elsewhere"))
    Store.open(store.folder).blobs.put(DATA)

    store.blobs._damaged(digest, seen)

    assert store.blobs.read(digest) == DATA


def test_a_link_in_the_store_is_not_followed(store: Store, tmp_path: Path):
    (tmp_path / "foreign").write_bytes(DATA)
    path = store.blobs.path(blob_digest(DATA))
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "foreign")

    assert isinstance(store.blobs.read(blob_digest(DATA)), Gone)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_no_digest_is_not_looked_for(store: Store, name: str):
    with pytest.raises(ValueError, match="not a digest"):
        store.blobs.read(BlobDigest(name))


def test_a_picture_is_taken_in_from_where_it_was_fetched_to(store: Store):
    before = os.umask(0)
    try:
        incoming = store.blobs.temporary()
        incoming.write_bytes(DATA)
        digest = store.blobs.adopt(incoming)
    finally:
        os.umask(before)

    assert store.blobs.read(digest) == DATA
    assert stat.S_IMODE(store.blobs.path(digest).stat().st_mode) == 0o600
    assert not incoming.exists()


def test_a_picture_that_is_there_already_is_taken_in_once(store: Store):
    digest = store.blobs.put(DATA)
    incoming = store.blobs.temporary()
    incoming.write_bytes(DATA)

    assert store.blobs.adopt(incoming) == digest
    assert not incoming.exists()


def test_an_unfetched_picture_cannot_be_taken_in(store: Store):
    with pytest.raises(StoreError):
        store.blobs.adopt(store.blobs.temporary())


@pytest.mark.parametrize("number", range(1, 8))
def test_a_failed_put_names_nothing_that_is_not_whole(tmp_path: Path, number: int):
    Store.open(tmp_path / ".seedream")
    store = Store.open(tmp_path / ".seedream", files=failing(number, times=1000))

    with pytest.raises(StoreError):
        store.blobs.put(DATA)

    assert not store.healthy
    assert Store.open(tmp_path / ".seedream", create=False).blobs.read(blob_digest(DATA)) in (
        DATA,
        Gone(digest=blob_digest(DATA), reason="missing"),
    )


def test_digests_lists_what_is_there_and_passes_over_what_is_not_named(store: Store):
    digests = sorted(store.blobs.put(bytes([number])) for number in range(20))
    (store.blobs.path(digests[0]).parent / ".tmp-1").write_bytes(b"on its way")

    assert list(store.blobs.digests()) == digests


WRITER = """
import hashlib, sys
from pathlib import Path
from seedream_pipe.store.folder import Store
store = Store.open(Path(sys.argv[1]))
for turn in range(4):
    for number in range(50):
        data = bytes([number]) * 20_000
        found = store.blobs.read(store.blobs.put(data))
        assert found == data, number
"""


def test_eight_writers_of_equal_bytes_never_read_a_torn_one(tmp_path: Path):
    folder = tmp_path / ".seedream"
    command = [sys.executable, "-c", WRITER, str(folder)]
    writers = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(8)]

    errors = [writer.communicate()[1].decode() for writer in writers]

    assert errors == [""] * 8
    assert len(list(Store.open(folder).blobs.digests())) == 50
    assert not (folder / "trash").exists()


def test_a_disk_is_shared_by_what_a_store_writes(store: Store):
    assert isinstance(store.disk, Disk)
    store.disk.healthy = False

    assert not store.healthy
    with pytest.raises(StoreError, match="nothing more is sent"):
        store.expect_healthy()
