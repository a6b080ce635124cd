"""Every picture of a lock under its name, with no key and no network; of any revision."""

import shutil
import subprocess

import pytest

from seedream_pipe.api.materialize import materialize
from seedream_pipe.api.variant import Variant
from seedream_pipe.errors import UsageError
from seedream_pipe.settings import Settings
from tests.api.board import simple_board, singles

ARK = Settings(provider="ark")


def git(folder, *words):
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def place(board, *targets, **more):
    return materialize(str(board.file), targets, settings=ARK, variant=Variant(), **more)


def bought(tmp_path, emulator, count=2):
    board = simple_board(tmp_path, emulator, singles(count))
    board.run()
    return board


def test_a_clone_with_the_store_has_every_picture_again(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    before = {name: data for name, (data, _) in board.outputs().items()}
    shutil.rmtree(board.folder / "out")
    found = place(board)
    assert {name: data for name, (data, _) in board.outputs().items()} == before
    assert len(found.placed) == 2
    assert board.billed == 2


def test_what_is_in_place_is_not_touched(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    before = board.outputs()
    assert place(board).in_place == 2
    assert board.outputs() == before


def test_only_the_targets_are_placed(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    shutil.rmtree(board.folder / "out")
    assert len(place(board, "shots@s01").placed) == 1


def test_a_missing_blob_is_named_with_its_price(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    blob = next((board.folder / ".seedream" / "blobs").glob("*/*"))
    blob.unlink()
    shutil.rmtree(board.folder / "out")
    found = place(board)
    [lacking] = found.lacking
    assert lacking.digest == blob.name
    assert str(lacking.price) == "$0.04"
    assert len(found.placed) == 1


def test_without_the_store_everything_is_named(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    shutil.rmtree(board.folder / ".seedream")
    shutil.rmtree(board.folder / "out")
    found = place(board)
    assert len(found.lacking) == 2
    assert all(each.price.amount for each in found.lacking)
    assert not (board.folder / ".seedream").exists()


def test_an_edited_output_is_left_alone(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    path = next((board.folder / "out").rglob("*.jpg"))
    path.write_bytes(b"mine")
    found = place(board)
    assert [kept.path for kept in found.kept] == ["shots/s00.jpg"]
    assert path.read_bytes() == b"mine"
    assert len(place(board, force=True).placed) == 1


def test_a_run_afterwards_takes_the_files_for_its_own(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    shutil.rmtree(board.folder / "out")
    place(board)
    record = board.run()
    assert (record.exit_code, record.placed, record.kept) == (0, (), {})


def test_a_revision_brings_back_what_was_then(tmp_path, emulator):
    board = bought(tmp_path, emulator, 1)
    (board.folder / ".gitignore").write_text("out/\n.seedream/\n", "utf-8")
    git(board.folder, "init", "-q")
    git(board.folder, "add", ".")
    git(board.folder, "commit", "-qm", "one")
    then = {name: data for name, (data, _) in board.outputs().items()}
    board.file.write_text(board.file.read_text("utf-8").replace("frame", "picture"), "utf-8")
    board.run()
    now = {name: data for name, (data, _) in board.outputs().items()}
    assert now != then
    place(board, revision="HEAD")
    assert {name: data for name, (data, _) in board.outputs().items()} == then
    board.run()
    assert {name: data for name, (data, _) in board.outputs().items()} == now
    assert board.billed == 2


@pytest.mark.parametrize("now", ["steps: [", ""])
def test_a_revision_is_had_whatever_became_of_the_file(tmp_path, emulator, now):
    board = bought(tmp_path, emulator)
    git(board.folder, "init", "-q")
    git(board.folder, "add", board.file.name, board.file.with_suffix(".lock").name)
    git(board.folder, "commit", "-q", "-m", "one")
    before = {name: data for name, (data, _) in board.outputs().items()}
    shutil.rmtree(board.folder / "out")
    if now:
        board.file.write_text(now, "utf-8")
    else:
        board.file.unlink()

    found = place(board, revision="HEAD")
    assert len(found.placed) == 2
    assert {name: data for name, (data, _) in board.outputs().items()} == before


def test_an_unknown_revision_is_said(tmp_path, emulator):
    board = bought(tmp_path, emulator, 1)
    git(board.folder, "init", "-q")
    with pytest.raises(UsageError, match="no revision"):
        place(board, revision="nowhere")


def test_a_lock_that_holds_nothing_is_said(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    with pytest.raises(UsageError, match="holds no pictures"):
        place(board)


def test_what_the_output_folder_still_has_is_not_priced_as_missing(tmp_path, emulator):
    board = bought(tmp_path, emulator)
    shutil.rmtree(board.folder / ".seedream")
    before = board.outputs()
    found = place(board)
    assert (found.lacking, found.outside) == ((), ("shots@s00", "shots@s01"))
    assert (board.outputs(), (board.folder / ".seedream").exists()) == (before, False)

    edited = board.folder / "out" / "shots" / "shots" / "s01.jpg"
    edited.write_bytes(edited.read_bytes() + b"edited")
    found = place(board)
    assert ([each.address for each in found.lacking], found.outside) == (["shots@s01"], ("shots@s00",))
