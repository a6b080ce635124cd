"""`adopt`: what is bound, what it is taken for afterwards, and what is left as it is."""

import json
import re
from pathlib import Path


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


def test_adopted_pictures_have_the_price_that_was_paid_for_them(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    for old, new in (("on its rock", "on its rocks"), ("on its rocks", "on the rocks")):
        edit("shots.csv", old, new)
        assert cli("adopt", "board.yaml", "shots@sc02_010", "--reason", "as good").code == 0

    assert re.search(r"\$0\.03, [\d.]+ s, .* adopted by", cli("takes", "board.yaml", "shots@sc02_010").out)
    why = cli("why", "board.yaml", "shots@sc02_010")
    assert ("$0.03" in why.out, "$0.00" in why.out) == (True, False)
    (digest,) = json.loads(cli("why", "board.yaml", "shots@sc02_010", "--json").out)["holds"][0]["pictures"]
    Path(f".seedream/blobs/{digest[:2]}/{digest}").unlink()
    Path("out/board/frames/sc02/010.jpg").unlink()
    lacking = json.loads(cli("materialize", "board.yaml", "--json").out)["lacking"]
    assert [(each["task"], each["price"]) for each in lacking] == [("shots@sc02_010", "0.03")]


def test_an_adoption_that_the_lock_does_not_say_is_told_and_can_be_let_go(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    lock = Path("board.lock").read_bytes()
    edit("shots.csv", "on its rock", "on its rocks")
    cli("adopt", "board.yaml", "shots@sc02_010", "--reason", "as good")
    assert "does not name" not in cli("plan", "board.yaml").err
    adopted = Path("board.lock").read_bytes()

    Path("board.lock").write_bytes(lock)
    assert cli("run", "board.yaml", "--frozen").code == 6
    said = cli("plan", "board.yaml").err
    assert "the lock does not name the pictures of 1 adopted task, shots@sc02_010 first" in said
    assert "adopt board.yaml shots@sc02_010 --release" in said
    Path("board.lock").write_bytes(adopted)

    assert "would be let go" in cli("adopt", "board.yaml", "shots", "--release", "--plan").err
    assert Path("board.lock").read_bytes() == adopted
    said = cli("adopt", "board.yaml", "shots", "--release")
    assert (said.code, "1 adoption let go" in said.err) == (0, True)
    assert (Path("board.lock").read_bytes(), _plan(cli)["shots@sc02_010"]["decision"]) == (lock, "make")
    assert cli("run", "board.yaml", "--max-cost", "0").code == 5
    assert len(paid.ledger.billed) == 4
    assert cli("run", "board.yaml", "--yes").code == 0
    assert len(paid.ledger.billed) == 5


def test_letting_go_of_an_adoption_goes_back_to_the_one_before(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    edit("shots.csv", "on its rock", "on its rocks")
    cli("adopt", "board.yaml", "shots@sc02_010", "--reason", "as good")
    once = Path("board.lock").read_bytes()
    edit("shots.csv", "on its rocks", "on the rocks")
    cli("adopt", "board.yaml", "shots@sc02_010", "--reason", "as good too")

    assert cli("adopt", "board.yaml", "shots@sc02_010", "--release").code == 0
    assert Path("board.lock").read_bytes() == once
    edit("shots.csv", "on the rocks", "on its rocks")
    assert cli("run", "board.yaml", "--frozen").code == 0


def test_a_log_tells_adopted_takes_and_no_reason_of_a_run_for_them(board, cli, paid, edit) -> None:
    edit("board.yaml", "    prompt: Character", "    takes: 2\n    prompt: Character")
    cli("run", "board.yaml", "sheet", "--yes")
    edit("board.yaml", "a yellow coat", "a yelow coat")
    cli("adopt", "board.yaml", "sheet", "--reason", "as good")
    assert cli("reroll", "board.yaml", "sheet", "--yes").code == 0

    takes = json.loads(cli("log", "board.yaml", "sheet", "--json").out)["made"]
    told = [(bool(each["adopted"]), len(each["changes"]), bool(each["reason"])) for each in takes]
    assert told[:2] == [(False, 0, True)] * 2
    assert [each for each in told if each[0]] == [(True, 1, False)] * 2
