from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.digest import BlobDigest, Key
from seedream_pipe.errors import UsageError
from seedream_pipe.run.lock import Locked, parse, read, render
from seedream_pipe.run.outcomes import TakePictures
from seedream_pipe.store.results import Adoption
from tests.picks.git import merged
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
    pick=st.none() | st.integers(1, 9),
    image=st.none() | st.integers(0, 9),
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
    head, *rest = there.split("\n\n")
    assert head == '{"lock":2}'
    assert ["sheet" in rest[0], "shots@a" in rest[1]] == [True, True]


def test_the_marks_of_a_merge_are_named_by_line():
    text = render({"sheet": SHEET}) + "<<<<<<< HEAD\n" + "=======\n"
    with pytest.raises(UsageError) as caught:
        parse(text, name="board.lock")
    assert str(caught.value).startswith("board.lock:4: two branches hold other pictures")
    assert "merge" in caught.value.hint


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "[]",
        '"x"',
        "{}",
        '{"task":"a","takes":[{}]}',
        '{"task":"a","takes":[{"key":"../x","pictures":[]}]}',
        "[" * 9000,
    ],
)
def test_a_line_that_is_none_is_refused(line):
    with pytest.raises(UsageError):
        parse(line, name="x.lock")


def test_a_newer_lock_is_refused_and_says_why():
    with pytest.raises(UsageError, match="newer version"):
        parse('{"lock":3}\n', name="x.lock")


def test_no_lock_is_an_empty_one(tmp_path):
    assert read(tmp_path / "none.lock") == {}


def test_a_lock_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.lock").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"x\.lock cannot be read"):
        read(tmp_path / "x.lock")


def test_every_task_has_a_line_made_or_not_and_an_empty_one_between_two():
    text = render({"sheet": SHEET}, ["shots@b", "sheet", "a"])

    assert text.split("\n")[0::2][:2] == ['{"lock":2}', '{"task":"a"}']
    assert text.endswith('\n\n{"task":"shots@b"}\n')
    assert set(text.split("\n")[1:-1:2]) == {""}
    assert list(parse(text, name="x.lock")) == ["sheet"]


def test_the_old_form_is_read():
    text = render({"sheet": SHEET, "shots@a": SHOT}).replace("\n\n", "\n").replace('{"lock":2}', '{"lock":1}')

    found = parse(text, name="x.lock")
    assert [found[each.address].takes[0].key for each in (SHEET, SHOT)] == [
        each.takes[0].key for each in (SHEET, SHOT)
    ]


def test_who_adopted_a_picture_is_read_back():
    adopted = Adoption(of=Key("cd" * 32), by="Anna", at="2026-01-01T00:00:00Z", reason="a typo")
    line = replace(SHOT, takes=(replace(SHOT.takes[0], adopted=adopted),))
    (found,) = parse(render({"shots@a": line}), name="x.lock").values()

    assert found.takes[0].adopted == adopted


def scenes(made):
    """A lock of two scenes of four shots, in which these are made, as from this round."""
    tasks = [f"shots@sc{scene}_{shot}" for scene in (1, 2) for shot in (10, 20, 30, 40)]
    lines = {a: Locked(address=a, takes=(take(task(a, prompt=f"{made[a]}"), a + made[a]),)) for a in made}
    return render(lines, tasks)


def of_scene(number, word):
    return {f"shots@sc{number}_{shot}": word for shot in (10, 20, 30, 40)}


def test_branches_that_built_different_scenes_merge(tmp_path):
    ours, theirs = of_scene(1, "one"), of_scene(2, "two")
    code, text = merged(tmp_path, "board.lock", scenes({}), scenes(ours), scenes(theirs))

    assert (code, text) == (0, scenes(ours | theirs))


def test_branches_that_built_different_scenes_anew_merge(tmp_path):
    base = of_scene(1, "old") | of_scene(2, "old")
    ours, theirs = base | of_scene(1, "one"), base | of_scene(2, "two")
    code, text = merged(tmp_path, "board.lock", scenes(base), scenes(ours), scenes(theirs))

    assert (code, text) == (0, scenes(of_scene(1, "one") | of_scene(2, "two")))


def test_one_shot_built_on_both_branches_is_a_conflict_of_that_line(tmp_path):
    both = "shots@sc1_20"
    code, text = merged(tmp_path, "board.lock", scenes({}), scenes({both: "one"}), scenes({both: "two"}))

    assert code == 1
    with pytest.raises(UsageError) as caught:
        parse(text, name="board.lock")
    assert str(caught.value) == f"board.lock:5: two branches hold other pictures of {both}"
    assert "keep one of the lines" in caught.value.hint


def test_a_lock_that_is_no_text_names_its_place_and_a_remedy(tmp_path):
    path = tmp_path / "board.lock"
    path.write_bytes(b'{"lock":2}\n\n\xff\xfe')
    with pytest.raises(UsageError, match="line 3 has the byte 0xff, which is not UTF-8") as caught:
        read(path)
    assert "git checkout -- board.lock" in caught.value.hint
