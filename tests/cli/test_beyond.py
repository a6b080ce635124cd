"""Pictures of a group that came beyond what was asked for: paid for, so not passed over in silence."""

import json

import pytest

GROUP = "{model: seedream-4.5, size: 2K, group: 4, prompt: Generate a set of 4 pictures}"
SAID = "2 pictures came beyond the 4 asked for, kept in the store under no name: "


@pytest.fixture
def six(board, paid, edit):
    """A board whose group comes with six pictures where four were asked for."""
    edit("board.yaml", "steps:\n", f"steps:\n  turn: {GROUP}\n")
    paid.script({"match": "a set of 4", "count": 6})
    return board


def test_they_are_told_and_are_no_failure(six, cli):
    said = cli("run", "board.yaml", "turn", "--yes")
    assert said.code == 0
    assert SAID in said.err
    assert "the service counts 6 (request " in said.err


def test_the_record_has_them(six, cli):
    turn = json.loads(cli("run", "board.yaml", "turn", "--yes", "--json").out)["tasks"]["turn"]
    assert (turn["notes"], turn["made"]) == ([], 6)
    (beyond,) = turn["beyond"]
    assert beyond.startswith(SAID)
    assert turn["pictures"][0]["digests"][5][:12] in beyond


def test_they_are_told_again_where_files_are_put_back(six, cli):
    cli("run", "board.yaml", "turn", "--yes")
    (six / "out" / "board" / "turn-00.jpg").unlink()
    said = cli("run", "board.yaml", "turn", "--yes")
    assert (said.code, SAID in said.err) == (0, True)


def test_a_group_that_came_as_asked_says_nothing_of_it(six, cli, paid):
    paid.calm()
    paid.script({"match": "a set of 4", "count": 4})
    assert "beyond" not in cli("run", "board.yaml", "turn", "--yes").err
