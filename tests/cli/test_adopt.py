"""`adopt`: what is bound, what it is taken for afterwards, and what is left as it is."""

import json


def _plan(cli):
    return json.loads(cli("plan", "board.yaml", "--json").out)["tasks"]


def test_what_is_held_as_approved_is_adopted_by_its_own_address_only(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    cli("approve", "board.yaml", "shots@sc01_010")
    edit("board.yaml", "a girl in a yellow coat", "an old sailor with a pipe and a blue coat")
    assert cli("run", "board.yaml", "--yes").code == 0
    edit("shots.csv", "on its rock", "on its rocks")

    hint = cli("plan", "board.yaml").err
    assert '1 task would be bought anew for a few characters of the prompt: "rock" → "rocks"' in hint
    assert "adopt board.yaml shots@sc02_010 --reason" in hint

    said = cli("adopt", "board.yaml", "shots", "--reason", "a typo")
    assert "adopted  shots@sc02_010" in said.err
    assert "left     shots@sc01_010  it is approved and stays as it is; name it by its own" in said.err
    assert "1 task adopted" in said.err
    assert _plan(cli)["shots@sc01_010"]["approved"]

    assert "1 task adopted" in cli("adopt", "board.yaml", "shots@sc01_010", "--reason", "as good").err
    assert not _plan(cli)["shots@sc01_010"].get("approved")
