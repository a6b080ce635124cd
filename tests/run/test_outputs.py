import fcntl
import os
from pathlib import Path

import pytest

from seedream_pipe.digest import blob_digest
from seedream_pipe.errors import StoreError
from seedream_pipe.run.outputs import Kept, Outputs, Placed, wanted
from seedream_pipe.run.state import TICK
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.folder import Store
from tests.run.tasks import digest, jpeg, take, task

ONE, TWO = jpeg("orange"), jpeg("teal")


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / ".seedream")
    store.blobs.put(ONE)
    store.blobs.put(TWO)
    return store


@pytest.fixture
def outputs(tmp_path, store):
    return opened(tmp_path, store)


def opened(tmp_path, store, **options):
    return Outputs(top=tmp_path, folder=tmp_path / "out" / "board", store=store, **options)


def file_of(outputs, name="a.jpg") -> Path:
    return outputs.folder / name


def next_run(outputs, **options):
    """The outputs of a later run, which remembers what this one placed."""
    state = outputs.state(fingerprint="", inputs={}, tasks=1, folder="", whole=True)
    return Outputs(top=outputs.top, folder=outputs.folder, store=outputs.store, last=state, **options)


def test_a_picture_comes_under_its_name_with_its_folders(outputs):
    placed = outputs.place("sc01/a.jpg", blob_digest(ONE))
    assert placed == Placed(path="sc01/a.jpg", digest=blob_digest(ONE), written=True)
    assert file_of(outputs, "sc01/a.jpg").read_bytes() == ONE


def test_nothing_but_the_picture_is_left_in_the_folder(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    assert os.listdir(outputs.folder) == ["a.jpg"]


def test_a_file_that_is_right_keeps_bytes_and_time(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    os.utime(file_of(outputs), ns=(1, 1))
    again = next_run(outputs)
    assert again.place("a.jpg", blob_digest(ONE)).written is False
    assert file_of(outputs).stat().st_mtime_ns == 1


def test_a_file_that_is_right_though_no_run_remembers_it_is_taken_over(outputs):
    outputs.folder.mkdir(parents=True)
    file_of(outputs).write_bytes(ONE)
    assert outputs.place("a.jpg", blob_digest(ONE)).written is False


def test_a_picture_that_changed_replaces_the_one_that_a_run_placed(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    assert next_run(outputs).place("a.jpg", blob_digest(TWO)).written
    assert file_of(outputs).read_bytes() == TWO


def test_a_file_that_a_person_edited_is_kept(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    again = next_run(outputs)
    file_of(outputs).write_bytes(b"retouched")
    placed = again.place("a.jpg", blob_digest(TWO))
    assert isinstance(placed, Kept)
    assert "changed since the last run" in placed.why
    assert file_of(outputs).read_bytes() == b"retouched"


def test_an_edited_file_is_kept_for_as_many_runs_as_there_are(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    again = next_run(outputs)
    file_of(outputs).write_bytes(b"retouched")
    again.place("a.jpg", blob_digest(TWO))
    assert isinstance(next_run(again).place("a.jpg", blob_digest(TWO)), Kept)


def test_a_kept_file_is_told_until_it_is_overwritten(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    state = outputs.state(fingerprint="", inputs={}, tasks=1, folder="", whole=True)
    file_of(outputs).write_bytes(b"edited")
    for _ in range(3):
        again = opened(outputs.top, outputs.store, last=state)
        assert isinstance(again.place("a.jpg", blob_digest(ONE)), Kept)
        state = again.state(fingerprint="", inputs={}, tasks=1, folder="", whole=False)


def test_in_a_copied_project_what_the_store_has_gives_way(outputs, tmp_path, store):
    outputs.place("a.jpg", blob_digest(ONE))
    copied = opened(tmp_path, store)
    assert copied.would("a.jpg", blob_digest(TWO)) == "put back"
    assert copied.place("a.jpg", blob_digest(TWO)).written is True
    assert file_of(outputs).read_bytes() == TWO


def test_what_a_run_did_not_place_is_kept_though_the_store_has_it(outputs):
    outputs.place("b.jpg", blob_digest(ONE))
    file_of(outputs).write_bytes(ONE)
    again = next_run(outputs)
    assert isinstance(again.place("a.jpg", blob_digest(TWO)), Kept)


def test_somebody_elses_file_is_kept(outputs):
    outputs.folder.mkdir(parents=True)
    file_of(outputs).write_bytes(b"mine")
    placed = outputs.place("a.jpg", blob_digest(ONE))
    assert isinstance(placed, Kept)
    assert "no run put there" in placed.why


def test_force_overwrites(outputs, tmp_path, store):
    outputs.folder.mkdir(parents=True)
    file_of(outputs).write_bytes(b"mine")
    assert opened(tmp_path, store, force=True).place("a.jpg", blob_digest(ONE)).written
    assert file_of(outputs).read_bytes() == ONE


def test_an_output_that_was_removed_comes_back(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    again = next_run(outputs)
    file_of(outputs).unlink()
    assert again.place("a.jpg", blob_digest(ONE)).written


def test_an_output_is_never_a_link_to_the_store(outputs, store):
    outputs.place("a.jpg", blob_digest(ONE))
    assert file_of(outputs).stat().st_nlink == 1
    file_of(outputs).write_bytes(b"edited in place")
    assert store.blobs.read(blob_digest(ONE)) == ONE


def test_where_blocks_cannot_be_shared_the_bytes_are_copied(outputs, monkeypatch):
    asked = []

    def refuse(*args):
        asked.append(args)
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "ioctl", refuse)
    outputs.place("a.jpg", blob_digest(ONE))
    assert asked
    assert file_of(outputs).read_bytes() == ONE


@pytest.mark.parametrize("at", ["out", "out/board", "out/board/sc01"])
def test_a_link_on_the_way_is_not_followed(outputs, tmp_path, at):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / at
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    with pytest.raises(StoreError, match="leads through a link"):
        outputs.place("sc01/a.jpg", blob_digest(ONE))
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_the_place_of_a_picture_is_somebody_elses(outputs, tmp_path):
    outputs.folder.mkdir(parents=True)
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    file_of(outputs).symlink_to(secret)
    assert isinstance(outputs.place("a.jpg", blob_digest(ONE)), Kept)
    forced = Outputs(top=tmp_path, folder=outputs.folder, store=outputs.store, force=True)
    assert forced.place("a.jpg", blob_digest(ONE)).written
    assert secret.read_bytes() == b"secret"
    assert not file_of(outputs).is_symlink()


def test_a_folder_or_a_pipe_in_the_place_of_a_picture_is_kept(outputs):
    outputs.folder.mkdir(parents=True)
    file_of(outputs).mkdir()
    os.mkfifo(file_of(outputs, "b.jpg"))
    assert isinstance(outputs.place("a.jpg", blob_digest(ONE)), Kept)
    assert isinstance(outputs.place("b.jpg", blob_digest(ONE)), Kept)


def test_a_file_in_the_place_of_a_folder_says_so(outputs):
    outputs.folder.mkdir(parents=True)
    file_of(outputs, "sc01").write_bytes(b"")
    with pytest.raises(StoreError, match="a file that is no folder"):
        outputs.place("sc01/a.jpg", blob_digest(ONE))


def test_a_picture_that_the_store_has_lost_is_said(outputs, store):
    store.blobs.path(blob_digest(ONE)).unlink()
    assert outputs.place("a.jpg", blob_digest(ONE)) == Gone(digest=blob_digest(ONE), reason="missing")
    assert not file_of(outputs).exists()


def test_a_damaged_picture_is_never_handed_out(outputs, store):
    path = store.blobs.path(blob_digest(ONE))
    path.chmod(0o600)
    path.write_bytes(ONE[:-1] + b"x")
    assert outputs.place("a.jpg", blob_digest(ONE)) == Gone(digest=blob_digest(ONE), reason="damaged")


def test_a_file_that_was_touched_is_read_again_and_left(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    again = next_run(outputs)
    os.utime(file_of(outputs), ns=(5, 5))
    assert not again.is_placed("a.jpg", blob_digest(ONE))
    assert again.place("a.jpg", blob_digest(ONE)).written is False
    assert file_of(outputs).stat().st_mtime_ns == 5


def test_another_picture_than_was_placed_is_not_placed(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    assert not next_run(outputs).is_placed("a.jpg", blob_digest(TWO))


def test_an_output_as_young_as_the_memory_of_it_is_read_again(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    again = next_run(outputs)
    changed = file_of(outputs).stat().st_ctime_ns
    assert again.last.written_ns - TICK > changed
    assert again.is_placed("a.jpg", blob_digest(ONE))


def test_a_run_of_a_part_remembers_what_others_placed(outputs):
    outputs.place("a.jpg", blob_digest(ONE))
    part = next_run(outputs)
    part.place("b.jpg", blob_digest(TWO))
    state = part.state(fingerprint="", inputs={}, tasks=2, folder="", whole=False)
    assert set(state.placed) == {"a.jpg", "b.jpg"}


def test_names_get_the_extension_that_the_picture_has():
    owner = task("t", outputs=(("t",),))
    assert list(wanted(owner, [take(owner, "x")])) == [("t.jpg", digest("x"))]


def test_a_hole_gets_no_file():
    owner = task("t", group=3, outputs=(("t-0.jpg", "t-1.jpg", "t-2.jpg"),))
    assert [name for name, _ in wanted(owner, [take(owner, "x", None, "z")])] == ["t-0.jpg", "t-2.jpg"]


def test_fewer_pictures_than_names_are_no_error():
    owner = task("t", group=3, outputs=(("t-0.jpg", "t-1.jpg", "t-2.jpg"),))
    assert [name for name, _ in wanted(owner, [take(owner, "x")])] == ["t-0.jpg"]
