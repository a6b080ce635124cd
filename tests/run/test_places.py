"""Whether pictures can be placed is known before they are paid for."""

import os
from pathlib import Path

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.run.places import expect_writable

NAMES = ("a.jpg", "sc01/a.jpg", "sc01/b.jpg")


def refused(top: Path, folder: Path) -> str:
    with pytest.raises(StoreError) as caught:
        expect_writable(top, folder, NAMES)
    assert "nothing was sent" in caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("made", ["", "out", "out/board", "out/board/sc01"])
def test_nothing_is_left_where_pictures_can_be_placed(tmp_path, made):
    (tmp_path / made).mkdir(parents=True, exist_ok=True)
    before = sorted(tmp_path.rglob("*"))
    expect_writable(tmp_path, tmp_path / "out" / "board", NAMES)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_top_that_has_to_be_made_is_no_trouble(tmp_path):
    expect_writable(tmp_path / "a" / "b", tmp_path / "a" / "b" / "board", NAMES)
    assert os.listdir(tmp_path) == []


def test_the_top_may_be_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "top").symlink_to(tmp_path / "elsewhere")
    expect_writable(tmp_path / "top", tmp_path / "top" / "board", NAMES)


@pytest.mark.parametrize("at", ["out", "out/board", "out/board/sc01"])
def test_a_file_in_the_place_of_a_folder_is_told(tmp_path, at):
    (tmp_path / at).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / at).write_bytes(b"")
    assert "is in the way" in refused(tmp_path, tmp_path / "out" / "board")


@pytest.mark.parametrize("at", ["out", "out/board", "out/board/sc01"])
def test_a_link_below_the_top_is_told(tmp_path, at):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "top" / at).parent.mkdir(parents=True)
    (tmp_path / "top" / at).symlink_to(tmp_path / "elsewhere")
    assert "a link" in refused(tmp_path / "top", tmp_path / "top" / "out" / "board")


def test_a_file_in_the_place_of_the_top_is_told(tmp_path):
    (tmp_path / "top").write_bytes(b"")
    assert "is in the way" in refused(tmp_path / "top" / "below", tmp_path / "top" / "below" / "board")


@pytest.mark.skipif(os.geteuid() == 0, reason="this user may write everything")
def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    (tmp_path / "out").mkdir(mode=0o500)
    assert "permission denied" in refused(tmp_path, tmp_path / "out" / "board")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_a_file_system_that_takes_no_files_is_told():
    assert "cannot be placed" in refused(Path("/proc/self"), Path("/proc/self/board"))
