"""The text of a picks file: what is not decided stays as it is, and branches merge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.digest import BlobDigest, Key
from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.picks.file import parse
from seedream_pipe.picks.lines import begun, edited, line, renamed
from seedream_pipe.picks.model import Approved, Decided, under_new_names
from tests.picks.git import merged

HEX = "ab" * 32
TASKS = [f"sheet@{name}" for name in ("duke", "mei", "rin", "zoe")]
EMPTY = edited(begun("board.yaml"), {}, placeholders=TASKS)

addresses = st.from_regex(r"[a-z]{1,4}(@[a-z0-9小菊_.-]{1,6})?", fullmatch=True)
takes = st.integers(1, 99)
approvals = st.builds(
    Approved,
    key=st.binary(min_size=32, max_size=32).map(lambda data: Key(data.hex())),
    pictures=st.lists(
        st.none() | st.binary(min_size=32, max_size=32).map(lambda data: BlobDigest(data.hex())),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
decisions = st.builds(
    Decided,
    pick=takes,
    image=st.none() | st.integers(0, 16),
    takes=st.none() | takes,
    approved=st.none() | approvals,
)


def picked(number: int) -> Decided:
    return Decided(pick=number)


def test_a_new_file_has_a_comment_for_each_task_that_could_be_decided():
    assert EMPTY.splitlines()[2:] == [
        "",
        *"# sheet@duke: 1\n\n# sheet@mei: 1\n\n# sheet@rin: 1\n\n# sheet@zoe: 1".split("\n"),
    ]
    assert parse(EMPTY, file="x").tasks == {}


def test_a_decision_takes_the_place_of_its_comment():
    text = edited(EMPTY, {"sheet@mei": picked(3)}, placeholders=TASKS)

    assert text == EMPTY.replace("# sheet@mei: 1", "sheet@mei: {pick: 3}")


def test_a_decision_that_is_taken_away_is_a_comment_again():
    text = edited(EMPTY, {"sheet@mei": picked(3)}, placeholders=TASKS)

    assert edited(text, {"sheet@mei": None}, placeholders=TASKS) == EMPTY


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (Decided(pick=2), "a@b: {pick: 2}"),
        (Decided(pick=2, image=1), 'a@b: {pick: "2.1"}'),
        (Decided(pick=2, image=10), 'a@b: {pick: "2.10"}'),
        (Decided(pick=1, takes=6), "a@b: {pick: 1, takes: 6}"),
        (Decided(takes=6), "a@b: {takes: 6}"),
        (
            Decided(pick=2, approved=Approved(key=Key(HEX), pictures=(BlobDigest(HEX), None))),
            f'a@b: {{pick: 2, approved: {{key: "{HEX}", pictures: ["{HEX}", null]}}}}',
        ),
    ],
)
def test_a_decision_is_one_line(decided, said):
    assert line("a@b", decided) == said
    assert parse(said, file="x").tasks == {"a@b": decided}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_people_wrote_stays_byte_for_byte(end):
    text = end.join(
        [
            "\ufeff# ours, the best of all",
            "",
            "# Anna: the wet coat",
            "sheet@duke:   {pick: 2}   # not 1",
            "",
            "sheet@mei:",
            "  # the second",
            "  pick: 2",
            "# about rin",
            "'sheet@rin': 4",
            "",
        ]
    )
    changed = edited(text, {"sheet@mei": picked(3), "sheet@duke": picked(1), "sheet@a": picked(9)})

    assert changed == end.join(
        [
            "\ufeff# ours, the best of all",
            "",
            "sheet@a: {pick: 9}",
            "",
            "# Anna: the wet coat",
            "sheet@duke: {pick: 1}   # not 1",
            "",
            "sheet@mei: {pick: 3}",
            "# about rin",
            "'sheet@rin': 4",
            "",
        ]
    )


def test_a_comment_that_is_none_of_ours_is_no_task():
    text = "# note: ask Anna\n# sheet: 1\nsheet: {pick: 2}\n"

    assert (
        edited(text, {"note": picked(1)})
        == "# note: ask Anna\n# sheet: 1\nnote: {pick: 1}\n\nsheet: {pick: 2}\n"
    )


def test_a_line_without_an_end_gets_one():
    assert edited("a: 1", {"b": picked(2)}) == "a: 1\n\nb: {pick: 2}\n"


def test_a_word_that_yaml_reads_as_none_is_quoted():
    assert parse(edited("", {"null": picked(2)}), file="x").tasks == {"null": picked(2)}


@given(
    st.dictionaries(addresses, decisions, min_size=1, max_size=8), st.lists(addresses, max_size=6), st.data()
)
def test_edits_say_what_was_decided_and_keep_the_order(wanted, placeholders, data):
    order = data.draw(st.permutations(list(wanted)))
    text = begun("board.yaml")
    for address in order:
        text = edited(text, {address: wanted[address]}, placeholders=placeholders)

    assert parse(text, file="x").tasks == wanted
    assert text == edited(begun("board.yaml"), wanted, placeholders=placeholders)
    lines = [found.lstrip("# ").strip('"') for found in text.splitlines()[2:] if found]
    names = [found.split(":")[0].strip('"') for found in lines]
    assert names == sorted(names)
    assert set(names) == {*wanted, *placeholders}
    assert all(not odd for odd in text.splitlines()[2::2])


@given(st.dictionaries(addresses, decisions, min_size=1, max_size=6), st.data())
def test_a_decision_and_back_is_nothing(wanted, data):
    text = edited(begun("board.yaml"), wanted)
    address = data.draw(addresses)
    if address in wanted:
        other = edited(text, {address: picked(7)})
        assert edited(other, {address: wanted[address]}) == text
    else:
        assert edited(edited(text, {address: picked(7)}), {address: None}) == text


def test_branches_that_picked_different_tasks_merge(tmp_path):
    """Neighbours too: between two lines stands one that nobody changed."""
    code, text = merged(
        tmp_path,
        "board.picks.yaml",
        EMPTY,
        edited(EMPTY, {"sheet@duke": picked(2), "sheet@rin": picked(4)}),
        edited(EMPTY, {"sheet@mei": picked(3)}),
    )

    assert code == 0
    assert {a: d.pick for a, d in parse(text, file="x").tasks.items()} == {
        "sheet@duke": 2,
        "sheet@mei": 3,
        "sheet@rin": 4,
    }


def test_branches_that_changed_their_minds_on_different_tasks_merge(tmp_path):
    base = edited(EMPTY, {address: picked(1) for address in TASKS})
    code, text = merged(
        tmp_path,
        "board.picks.yaml",
        base,
        edited(base, {"sheet@duke": picked(2), "sheet@rin": None}, placeholders=TASKS),
        edited(base, {"sheet@mei": picked(3), "sheet@zoe": picked(4)}),
    )

    assert code == 0
    assert {a: d.pick for a, d in parse(text, file="x").tasks.items()} == {
        "sheet@duke": 2,
        "sheet@mei": 3,
        "sheet@zoe": 4,
    }


def test_one_task_picked_twice_is_a_conflict_of_that_line(tmp_path):
    code, text = merged(
        tmp_path,
        "board.picks.yaml",
        EMPTY,
        edited(EMPTY, {"sheet@mei": picked(2), "sheet@duke": picked(1)}),
        edited(EMPTY, {"sheet@mei": picked(3), "sheet@zoe": picked(4)}),
    )

    assert code == 1
    marks = text[text.index("<<<<<<<") : text.index(">>>>>>>")].splitlines()
    assert marks == ["<<<<<<< HEAD", "sheet@mei: {pick: 3}", "=======", "sheet@mei: {pick: 2}"]
    with pytest.raises(InvalidPipeline) as caught:
        parse(text, file="board.picks.yaml")
    (problem,) = caught.value.problems
    assert str(problem.place) == "board.picks.yaml:6:1"
    assert problem.message == (
        "two branches disagree here: sheet@mei: {pick: 3} (HEAD) and sheet@mei: {pick: 2} (anna)"
    )
    assert "delete" in problem.hint


def test_the_same_pick_on_both_branches_is_no_conflict(tmp_path):
    same = edited(EMPTY, {"sheet@mei": picked(2)})

    assert merged(tmp_path, "board.picks.yaml", EMPTY, same, same) == (0, same)


def test_lines_of_a_renamed_step_move_where_they_sort_with_their_comments():
    text = (
        "# head\n\nposter: {pick: 1}\n\n# sheet@duke: 1\n\nsheet@mei: {pick: 3}  # Anna likes it\n\nzoo: 2\n"
    )

    assert renamed(text, {"sheet": "cast"}) == (
        "# head\n\n# cast@duke: 1\n\ncast@mei: {pick: 3}  # Anna likes it\n\nposter: {pick: 1}\n\nzoo: 2\n"
    )
    assert renamed(text, {"sheets": "cast"}) == text


def test_a_line_under_the_new_name_goes_before_one_under_the_old():
    text = "cast@mei: {pick: 2}\n\nsheet@mei: {pick: 3}\n"
    names = {"sheet": "cast"}

    assert renamed(text, names) == text
    assert under_new_names(parse(text, file="x").tasks, names) == {"cast@mei": picked(2)}


@given(st.dictionaries(addresses, decisions, max_size=5), st.sampled_from(["a", "zz", "new"]))
def test_renamed_lines_say_what_they_said(known, new):
    text = edited(begun("board.yaml"), known, placeholders=["b@1"])
    names = {"b": new, "c": "other"}

    moved = renamed(text, names)

    assert under_new_names(parse(moved, file="x").tasks, names) == under_new_names(known, names)
