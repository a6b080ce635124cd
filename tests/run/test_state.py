import json
import os
from pathlib import Path

import pytest

from seedream_pipe.run import state as states
from seedream_pipe.run.state import CHANGED, TICK, State, signature, signatures, unchanged

LATER = 10**18


@pytest.fixture
def board(tmp_path):
    (tmp_path / "board.yaml").write_text("version: 1")
    (tmp_path / "a.jpg").write_bytes(b"a")
    return tmp_path


def remembered(folder, *, after=LATER, **changes):
    """The state of a run that ended long after the files were written."""
    inputs = [str(folder / "board.yaml"), str(folder / "refs")]
    outputs = str(folder / "a.jpg")
    newest = max(os.stat(path).st_ctime_ns for path in [inputs[0], outputs])
    facts = {
        "fingerprint": "f",
        "written_ns": newest + after,
        "inputs": {path: signature(path) for path in inputs},
        "outputs": {outputs: signature(outputs)},
        "placed": {"a.jpg": "ab" * 32},
        "tasks": 1,
        "folder": "out",
        "whole": True,
    }
    return State(**(facts | changes))


def test_nothing_moved(board):
    assert unchanged(remembered(board), "f")


def edit(folder):
    (folder / "board.yaml").write_text("version: 2")


def touch(folder):
    os.utime(folder / "board.yaml")


def remove_input(folder):
    (folder / "board.yaml").unlink()


def appear(folder):
    (folder / "refs").mkdir()


def replace(folder):
    """Same size and time, another file."""
    facts = (folder / "a.jpg").stat()
    (folder / "new").write_bytes(b"b")
    os.utime(folder / "new", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    (folder / "new").replace(folder / "a.jpg")


def remove_output(folder):
    (folder / "a.jpg").unlink()


@pytest.mark.parametrize("move", [edit, touch, remove_input, appear, replace, remove_output])
def test_whatever_moved_is_seen(board, move):
    state = remembered(board)
    move(board)
    assert not unchanged(state, "f")


def test_a_file_as_young_as_the_state_is_looked_at_again(board):
    assert not unchanged(remembered(board, after=TICK), "f")
    assert unchanged(remembered(board, after=TICK + 1), "f")


def test_other_settings_and_a_part_of_a_run_prove_nothing(board):
    assert not unchanged(remembered(board), "g")
    assert not unchanged(remembered(board, whole=False), "f")


def test_a_state_reads_back_as_it_was_written(board, tmp_path):
    state = remembered(board)
    path = tmp_path / "state.json"
    path.write_bytes(states.render(state))
    assert states.read(path) == state


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version":99}', "[" * 100_000, '{"version":1,"inputs":[]}']
)
def test_a_damaged_state_is_none(tmp_path, text):
    path = tmp_path / "state.json"
    path.write_text(text)
    assert states.read(path) is None


def test_a_state_whose_entry_is_damaged_is_none(board, tmp_path):
    tree = json.loads(states.render(remembered(board)))
    tree["inputs"] = {"x": 5}
    path = tmp_path / "state.json"
    path.write_text(json.dumps(tree))
    assert states.read(path) is None


def test_an_input_that_changed_after_it_began_to_be_read_is_nobodys(board):
    path = str(board / "board.yaml")
    changed = os.stat(path).st_ctime_ns
    assert signatures([path], since=changed + TICK + 1) == {path: signature(path)}
    assert signatures([path], since=changed) == {path: CHANGED}
    assert not unchanged(remembered(board, inputs={path: CHANGED}), "f")


def test_what_is_not_there_is_remembered_as_that(tmp_path):
    assert signatures([str(tmp_path / "none")], since=0) == {str(tmp_path / "none"): None}


def test_each_pipeline_and_realm_has_a_state_of_its_own(tmp_path):
    long = "夜" * 80
    paths = [Path(f"/p/{head}/{long}.yaml") for head in "ab"]
    found = {states.path_of(tmp_path, path, realm) for path in paths for realm in ("preview", "seedream")}
    assert len(found) == 4
    assert max(len(path.name) for path in found) < 200


def test_the_fingerprint_is_of_one_pipeline_one_maker_and_one_folder():
    def mark(**changes):
        facts = {"pipeline": Path("/p/a.yaml"), "maker": "seedream", "version": 1, "out": ""}
        return states.fingerprint(**(facts | changes))

    others = [{"pipeline": Path("/p/b.yaml")}, {"maker": "preview"}, {"version": 2}, {"out": "/o"}]
    assert len({mark(), *(mark(**other) for other in others)}) == 5
