import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.digest import BlobDigest, Key
from seedream_pipe.errors import UsageError
from seedream_pipe.run.lock import Locked, parse, read, render
from seedream_pipe.run.outcomes import TakePictures
from tests.run.tasks import take, task

hexes = st.binary(min_size=32, max_size=32).map(bytes.hex)
takes = st.builds(
    TakePictures,
    take=st.integers(1, 9),
    key=hexes.map(Key),
    pictures=st.lists(st.none() | hexes.map(BlobDigest), max_size=3).map(tuple),
)
lines = st.builds(
    Locked,
    address=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    takes=st.lists(takes, min_size=1, max_size=3).map(tuple),
    pick=st.integers(1, 9),
)
SHOT = Locked(address="shots@a", takes=(take(task("shots@a"), "one"),))
SHEET = Locked(address="sheet", takes=(take(task("sheet"), "two", None),), pick=1)


@given(st.lists(lines, max_size=5))
def test_a_lock_reads_back_as_it_was_written(found):
    locked = {each.address: each for each in found}
    assert parse(render(locked), name="x.lock") == locked


def test_lines_are_sorted_so_that_a_diff_shows_what_changed():
    there = render({"shots@a": SHOT, "sheet": SHEET})
    assert there == render({"sheet": SHEET, "shots@a": SHOT})
    head, *rest = there.splitlines()
    assert head == '{"lock":1}'
    assert ["sheet" in rest[0], "shots@a" in rest[1]] == [True, True]


def test_the_marks_of_a_merge_are_named_by_line():
    text = render({"sheet": SHEET}) + "<<<<<<< HEAD\n" + "=======\n"
    with pytest.raises(UsageError) as caught:
        parse(text, name="board.lock")
    assert str(caught.value) == "board.lock:3: not a line of a lock"
    assert "merge" in caught.value.hint


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "[]",
        '"x"',
        "{}",
        '{"task":"a"}',
        '{"task":"a","takes":[{"key":"../x","pictures":[]}]}',
        "[" * 9000,
    ],
)
def test_a_line_that_is_none_is_refused(line):
    with pytest.raises(UsageError):
        parse(line, name="x.lock")


def test_a_newer_lock_is_refused_and_says_why():
    with pytest.raises(UsageError, match="newer version"):
        parse('{"lock":2}\n', name="x.lock")


def test_no_lock_is_an_empty_one(tmp_path):
    assert read(tmp_path / "none.lock") == {}


def test_a_lock_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.lock").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"x\.lock cannot be read"):
        read(tmp_path / "x.lock")
