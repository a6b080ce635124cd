import errno
import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seedream_pipe.digest import Key, blob_digest
from seedream_pipe.errors import StoreError, StoreTooNew
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Miss
from tests.store.faulty_disk import failing, tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project" / ".seedream"


def test_a_new_store_says_its_version(folder: Path):
    Store.open(folder)

    assert (folder / "format").read_text() == "seedream-pipe store 2\n"


def test_a_store_ignores_itself_in_git(folder: Path):
    folder.parent.mkdir()
    subprocess.run(["git", "init", "-q", str(folder.parent)], check=True)
    Store.open(folder).blobs.put(b"a picture")

    command = ["git", "-C", str(folder.parent), "status", "--porcelain", "-uall"]
    shown = subprocess.run(command, check=True, capture_output=True)
    assert shown.stdout == b""


def test_a_store_is_opened_again_and_nothing_is_changed(folder: Path):
    digest = Store.open(folder).blobs.put(b"a picture")
    before = tree(folder)

    again = Store.open(folder)

    assert tree(folder) == before
    assert again.blobs.read(digest) == b"a picture"


@pytest.mark.parametrize("create", [True, False])
def test_a_newer_store_is_refused_untouched(folder: Path, create: bool):  # noqa: FBT001
    Store.open(folder)
    (folder / "format").write_text("seedream-pipe store 3\n")
    before = tree(folder)

    with pytest.raises(StoreTooNew, match="form 3"):
        Store.open(folder, create=create)

    assert tree(folder) == before


@pytest.mark.parametrize("text", ["", "1", "seedream-pipe store", "seedream-pipe store one", "\x00\xff"])
def test_a_format_that_says_nothing_is_refused(folder: Path, text: str):
    Store.open(folder)
    (folder / "format").write_bytes(text.encode("latin-1"))

    with pytest.raises(StoreError, match="does not say the version"):
        Store.open(folder)


@pytest.mark.parametrize("text", [None, "", "1", "seedream-pipe store", "seedream-pipe sto", "\x00\xff"])
def test_a_store_that_has_lost_its_mark_gets_it_back(folder: Path, text: str | None):
    digest = Store.open(folder).blobs.put(b"a picture")
    (folder / "format").unlink()
    if text is not None:
        (folder / "format").write_bytes(text.encode("latin-1"))

    assert Store.open(folder, create=False).blobs.read(digest) == b"a picture"
    assert Store.open(folder).blobs.read(digest) == b"a picture"
    assert (folder / "format").read_text() == "seedream-pipe store 2\n"


def test_a_folder_with_other_things_beside_is_no_store_that_lost_its_mark(folder: Path):
    Store.open(folder).blobs.put(b"a picture")
    (folder / "format").unlink()
    (folder / "thesis.doc").write_text("five years")

    with pytest.raises(StoreError, match="is not a store"):
        Store.open(folder)


def test_a_folder_with_other_things_is_not_made_a_store(folder: Path):
    folder.mkdir(parents=True)
    (folder / "thesis.doc").write_text("five years")

    with pytest.raises(StoreError, match=r"thesis\.doc"):
        Store.open(folder)

    assert [path.name for path in folder.iterdir()] == ["thesis.doc"]


@pytest.mark.parametrize("left", [[], [".tmp-1"], [".tmp-1", ".gitignore"]])
def test_what_a_killed_process_left_of_a_new_store_is_finished(folder: Path, left: list[str]):
    folder.mkdir(parents=True)
    for name in left:
        (folder / name).write_text("*\n")

    Store.open(folder)

    assert (folder / "format").is_file()


def test_who_opens_a_store_while_others_make_it_finds_it(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            opened = list(pool.map(Store.open, [tmp_path / str(number) / ".seedream"] * 8))
            assert all(store.writable for store in opened)


def test_a_version_that_leads_nowhere_is_no_version(folder: Path):
    folder.mkdir(parents=True)
    (folder / "format").symlink_to("elsewhere")
    with pytest.raises(StoreError, match="does not say the version"):
        Store.open(folder)


def test_a_store_that_is_missing_is_empty_for_who_only_reads(folder: Path):
    store = Store.open(folder, create=False)

    assert store.results.get(Key("ab" * 32)) == Miss(reason="never made")
    assert store.blobs.read(blob_digest(b"x")) == Gone(digest=blob_digest(b"x"), reason="missing")
    assert list(store.blobs.digests()) == list(store.results) == []
    assert not folder.parent.exists()


def test_reading_writes_nothing(folder: Path):
    digest = Store.open(folder).blobs.put(b"a picture")
    before = tree(folder)

    store = Store.open(folder, create=False)
    store.blobs.read(digest)
    store.results.get(Key("ab" * 32))
    with pytest.raises(StoreError, match="for reading only"):
        store.blobs.put(b"another")
    with pytest.raises(StoreError, match="for reading only"):
        store.expect_healthy()

    assert tree(folder) == before


@pytest.mark.parametrize("number", range(1, 10))
def test_a_store_that_cannot_be_made_says_so(folder: Path, number: int):
    with pytest.raises(StoreError, match="cannot be written"):
        Store.open(folder, files=failing(number, error=errno.EROFS, times=1000))


def test_nobody_else_may_look_into_a_store(folder: Path):
    before = os.umask(0)
    try:
        Store.open(folder).blobs.put(b"a picture")
    finally:
        os.umask(before)

    found = [folder, *folder.rglob("*")]
    assert [path for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_full_disk_is_seen_before_anything_is_sent(folder: Path):
    store = Store.open(folder)

    store.expect_room(1)
    with pytest.raises(StoreError, match="MiB left"):
        store.expect_room(1 << 60)


def test_pictures_that_never_arrived_are_swept_after_a_day(folder: Path):
    store = Store.open(folder)
    old, young = store.blobs.temporary(), store.blobs.temporary()
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    day = 24 * 3600
    os.utime(old, (1_000_000, 1_000_000))
    os.utime(young, (1_000_000 + day, 1_000_000 + day))

    removed = store.sweep(now=lambda: 1_000_000 + day + 1)

    assert removed == 1
    assert list(store.blobs.unfinished()) == [young]


@pytest.mark.parametrize("where", ["", "state", "runs"])
def test_so_is_what_was_under_construction_elsewhere(folder: Path, where: str):
    store = Store.open(folder)
    left = folder / where / ".tmp-1"
    left.parent.mkdir(exist_ok=True)
    left.write_text("{")
    now = left.stat().st_mtime

    assert store.sweep(now=lambda: now + 3600) == 0
    assert store.sweep(now=lambda: now + 90_000) == 1
    assert not left.exists()


def test_an_older_store_is_read_as_it_is(folder: Path):
    Store.open(folder)
    (folder / "format").write_text("seedream-pipe store 1\n")
    Store.open(folder, create=False)
    assert (folder / "format").read_text() == "seedream-pipe store 1\n"


def test_an_older_store_that_is_written_to_says_so(folder: Path):
    Store.open(folder)
    (folder / "format").write_text("seedream-pipe store 1\n")
    Store.open(folder)
    assert (folder / "format").read_text() == "seedream-pipe store 2\n"
