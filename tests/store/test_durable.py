import errno
import os
import stat
from pathlib import Path

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.store.durable import Disk
from tests.store.faulty_disk import OPERATIONS, Short, failing, temporaries

DATA = b"bought " * 1000


def _write(disk: Disk, path: Path) -> bool:
    try:
        disk.write(path, DATA)
    except StoreError:
        return False
    return True


def test_what_was_written_is_there_under_its_name_and_nothing_else(tmp_path: Path):
    Disk().write(tmp_path / "a" / "b" / "file", DATA)

    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == [
        "a",
        "a/b",
        "a/b/file",
    ]
    assert (tmp_path / "a" / "b" / "file").read_bytes() == DATA


def test_files_are_600_and_folders_700_whatever_the_umask(tmp_path: Path):
    before = os.umask(0)
    try:
        Disk().write(tmp_path / "a" / "b" / "file", DATA)
    finally:
        os.umask(before)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {"a": 0o700, "b": 0o700, "file": 0o600}


def test_a_short_write_is_written_on(tmp_path: Path):
    Disk(Short()).write(tmp_path / "file", DATA)

    assert (tmp_path / "file").read_bytes() == DATA


@pytest.mark.parametrize("operation", ["sync", "sync_folder"])
def test_after_one_failed_sync_it_is_written_anew_under_a_new_name(tmp_path: Path, operation: str):
    names = iter(["first", "second"])
    created: list[str] = []
    files = failing(1, error=errno.EIO, only=(operation,))
    real = files.create
    files.create = lambda path: created.append(path.name) or real(path)
    disk = Disk(files, token=lambda: next(names))

    disk.write(tmp_path / "file", DATA)

    assert created == [".tmp-first", ".tmp-second"]
    assert (tmp_path / "file").read_bytes() == DATA
    assert disk.healthy
    assert not temporaries(tmp_path)


@pytest.mark.parametrize("operation", ["sync", "sync_folder"])
def test_two_failed_syncs_stop(tmp_path: Path, operation: str):
    disk = Disk(failing(1, error=errno.EIO, only=(operation,), times=2))

    with pytest.raises(StoreError):
        disk.write(tmp_path / "file", DATA)

    assert not disk.healthy


@pytest.mark.parametrize("number", range(1, 12))
def test_a_write_that_fails_anywhere_leaves_the_old_file_or_the_new_one(tmp_path: Path, number: int):
    (tmp_path / "file").write_bytes(b"old")
    disk = Disk(failing(number, times=1000))
    written = _write(disk, tmp_path / "file")

    assert disk.healthy == written
    assert (tmp_path / "file").read_bytes() in {b"old", DATA}


@pytest.mark.parametrize("number", range(1, 8))
def test_one_failed_operation_leaves_nothing_under_construction(tmp_path: Path, number: int):
    disk = Disk(failing(number, only=tuple(name for name in OPERATIONS if name != "remove")))
    _write(disk, tmp_path / "file")

    assert not temporaries(tmp_path)


@pytest.mark.parametrize(
    ("error", "cause", "remedy"),
    [
        (errno.ENOSPC, "full", "free some space"),
        (errno.EDQUOT, "full", "free some space"),
        (errno.EROFS, "cannot be written", "--store"),
        (errno.EACCES, "cannot be written", "--store"),
        (errno.EIO, "Input/output error", "disk is well"),
    ],
)
def test_an_error_of_the_system_says_cause_and_remedy(tmp_path: Path, error: int, cause: str, remedy: str):
    with pytest.raises(StoreError) as caught:
        Disk(failing(1, error=error)).write(tmp_path / "file", DATA)

    assert cause in caught.value.message
    assert remedy in caught.value.hint


@pytest.mark.parametrize("operation", ["make_folder", "sync_folder"])
def test_a_folder_that_cannot_be_made_is_a_failure_of_the_store(tmp_path: Path, operation: str):
    disk = Disk(failing(1, only=(operation,)))
    with pytest.raises(StoreError, match="the disk is full"):
        disk.folder(tmp_path / "runs")
    assert not disk.healthy
    disk.folder(tmp_path / "runs")
    assert (tmp_path / "runs").is_dir()


def test_a_disk_for_reading_writes_nothing(tmp_path: Path):
    with pytest.raises(StoreError):
        Disk(writable=False).write(tmp_path / "a" / "file", DATA)

    assert not list(tmp_path.iterdir())


def test_a_draft_gets_its_name_when_it_is_whole(tmp_path: Path):
    draft = Disk().draft(tmp_path)
    draft.append(b"one ")
    draft.append(b"two")
    before = [path.name for path in tmp_path.iterdir() if not path.name.startswith(".tmp-")]

    draft.finish(tmp_path / "body")

    assert before == []
    assert (tmp_path / "body").read_bytes() == b"one two"
    assert draft.length == 7


@pytest.mark.parametrize("operation", ["sync", "sync_folder"])
def test_a_draft_whose_sync_failed_is_copied_under_a_new_name(tmp_path: Path, operation: str):
    disk = Disk(failing(1, error=errno.EIO, only=(operation,)))
    draft = disk.draft(tmp_path)
    draft.append(DATA)

    draft.finish(tmp_path / "body")

    assert (tmp_path / "body").read_bytes() == DATA
    assert not temporaries(tmp_path)


def test_a_draft_that_does_not_read_back_after_a_failed_sync_is_not_believed(tmp_path: Path):
    disk = Disk(failing(1, error=errno.EIO, only=("sync",)))
    draft = disk.draft(tmp_path)
    draft.append(DATA)
    draft.path.write_bytes(bytes(len(DATA)))  # what a kernel may show once it has dropped the pages

    with pytest.raises(StoreError):
        draft.finish(tmp_path / "body")

    assert not (tmp_path / "body").exists()


def test_a_picture_that_cannot_be_placed_stays_where_it_is(tmp_path: Path):
    (tmp_path / "incoming").write_bytes(DATA)

    with pytest.raises(StoreError):
        Disk(failing(1, only=("rename",))).place(tmp_path / "incoming", tmp_path / "kept", "")

    assert (tmp_path / "incoming").read_bytes() == DATA
