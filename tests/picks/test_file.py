"""Reading a picks file: short forms, and what is wrong with it."""

import json

import jsonschema
import pytest

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.picks.file import load, parse, path_of
from seedream_pipe.picks.model import Decided, take_text
from seedream_pipe.spec.schema import schema

HEX = "ab" * 32


def problems(text):
    with pytest.raises(InvalidPipeline) as caught:
        parse(text, file="board.picks.yaml")
    return [f"{one.place} {one.code} {one.message}" for one in caught.value.problems]


def test_it_stands_beside_its_pipeline(tmp_path):
    assert path_of(tmp_path / "night-market.yaml") == tmp_path / "night-market.picks.yaml"
    assert path_of(tmp_path / "night.v2.yml") == tmp_path / "night.v2.picks.yaml"


def test_no_file_is_no_decision(tmp_path):
    assert load(tmp_path / "none.picks.yaml", shown="x").tasks == {}


@pytest.mark.parametrize("text", ["", "# only words\n", "---\n"])
def test_an_empty_file_is_no_decision(text):
    assert parse(text, file="x").tasks == {}


def test_short_forms_are_read():
    found = parse(
        'a: 2\nb: "3.1"\nc@x: {takes: 5}\n小: 1\n'.replace("小: 1\n", "小@菊: 1\n".replace("小", "d")),
        file="x",
    ).tasks

    assert found == {
        "a": Decided(pick=2),
        "b": Decided(pick=3, image=1),
        "c@x": Decided(takes=5),
        "d@菊": Decided(pick=1),
    }


def test_a_decision_knows_its_line():
    assert str(parse("a: 2\n\nb: 3\n", file="x").tasks["b"].at) == "x:3:1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 0", 'board.picks.yaml:1:4 E-VALUE "a" is 0; at least 1 is expected'),
        ("a: two", 'board.picks.yaml:1:4 E-VALUE "a" is "two"; a take\'s number'),
        (
            "a: 2.1",
            'board.picks.yaml:1:4 E-TYPE "a" is the number 2.1; a take\'s number, "TAKE.IMAGE" in quotes',
        ),
        ("a: {}", 'board.picks.yaml:1:1 E-VALUE "a" is empty'),
        ("a: {pik: 2}", 'board.picks.yaml:1:5 E-KEY unknown key "pik"'),
        ("a: {takes: 100}", "at most 99 is expected"),
        ("a: {approved: {key: 1, pictures: []}}", "E-"),
        ("a b: 1", "is no name"),
        ("a: 1\na: 2", "board.picks.yaml:2:1 E-DUPLICATE-KEY"),
        ("- a", "the file is a list; a map is expected"),
        ("a: [", "board.picks.yaml:1:4 E-YAML"),
        ("<<<<<<< HEAD\na: 1\n", "board.picks.yaml:1:1 E-MERGE"),
        ("a: 1\n=======\n", "board.picks.yaml:2:1 E-MERGE a mark of a merge stands here"),
        ("a: 1\n>>>>>>> x\n", "board.picks.yaml:2:1 E-MERGE a mark of a merge stands here"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, told):
    assert any(told in one for one in problems(text)), problems(text)


def test_a_conflict_with_its_base_shows_both_sides_only():
    text = "<<<<<<< ours\na: 1\n||||||| base\na: 9\n=======\na: 2\n>>>>>>> theirs\n"

    assert problems(text) == [
        "board.picks.yaml:1:1 E-MERGE two branches disagree here: a: 1 (ours) and a: 2 (theirs)"
    ]


def test_the_schema_is_one_and_holds_what_is_written():
    tree = schema("picks")
    jsonschema.Draft202012Validator.check_schema(tree)

    jsonschema.validate(
        json.loads(
            f'{{"a@b": {{"pick": "2.1", "approved": {{"key": "{HEX}", "pictures": ["{HEX}", null]}}}}}}'
        ),
        tree,
    )


def test_a_pick_is_written_as_people_say_it():
    assert (take_text(2, None), take_text(2, 0)) == ("2", "2.0")


def test_picks_that_are_no_text_can_be_taken_back_from_git(tmp_path):
    path = tmp_path / "board.picks.yaml"
    path.write_bytes(b"sheet@mei: 2\n\xff")
    with pytest.raises(InvalidPipeline) as caught:
        load(path, shown="board.picks.yaml")
    (problem,) = caught.value.problems
    assert (problem.place.line, "git checkout -- board.picks.yaml" in problem.hint) == (2, True)
