"""`held`: calls that may have been charged, and a person's word on them."""

import json

import pytest

from seedream_pipe.api.holds import end, holds
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.settings import Settings
from seedream_pipe.store.folder import Store

TASK = "shots@sc02_010"
GROUP = "{model: seedream-4.5, size: 2K, group: 4, prompt: Generate a set of 4 pictures}"


@pytest.fixture
def lost(board, cli, paid):
    """A board with a call that was cut off."""
    paid.script({"cut": "before", "match": "lighthouse"})
    assert cli("run", "board.yaml", TASK, "--yes").code == 4
    return board


def spent(board):
    with Ledger.open(Store.open(board / ".seedream", create=False)) as ledger:
        return sum(each.price + each.reserved for each in ledger.spent().values())


def test_a_hold_is_listed_with_what_to_look_it_up_by(lost, cli):
    hold = json.loads(cli("held", "board.yaml", "--json").out)["held"][0]
    assert (hold["task"], hold["worst"], hold["currency"]) == (TASK, "0.03", "USD")
    said = cli("held", "board.yaml")
    assert said.code == 0
    for part in (TASK, "up to 1 picture, $0.03", hold["call"], hold["client_id"], "the connection broke"):
        assert part in said.out
    assert f"seedream-pipe held drop board.yaml {TASK}" in said.out
    assert f"seedream-pipe held retry board.yaml {TASK}" in said.out


def test_a_dropped_hold_costs_nothing_and_is_sent_again(lost, cli, paid):
    before = spent(lost)
    assert cli("held", "drop", "board.yaml", TASK, "--yes").code == 0
    assert str(before - spent(lost)) == "0.03"
    assert cli("held", "board.yaml").err == "nothing is held\n"
    assert cli("run", "board.yaml", TASK, "--yes").code == 0


def test_a_retried_hold_counts_in_full_and_is_sent_again(lost, cli, paid):
    before = spent(lost)
    call = json.loads(cli("held", "board.yaml", "--json").out)["held"][0]["call"]
    assert cli("held", "retry", "board.yaml", call, "--yes").code == 0
    assert spent(lost) == before
    assert cli("run", "board.yaml", TASK, "--yes").code == 0
    assert str(spent(lost) - before) == "0.03"


def test_all_holds_are_ended_at_once(lost, cli):
    assert cli("held", "drop", "board.yaml", "--all", "--yes").code == 0
    assert json.loads(cli("held", "board.yaml", "--json").out)["held"] == []


@pytest.mark.parametrize("word", ["drop", "retry"])
@pytest.mark.parametrize("names", [TASK, "--all"])
def test_without_a_terminal_nothing_ends_that_nobody_confirmed(lost, cli, word, names):
    said = cli("held", word, "board.yaml", names)
    assert said.code == 5
    assert "nobody confirmed it; nothing was changed" in said.err
    assert f"seedream-pipe held {word} board.yaml {names} --yes" in said.err
    assert len(json.loads(cli("held", "board.yaml", "--json").out)["held"]) == 1


def test_the_later_of_two_words_changes_nothing_and_says_so(lost, cli, monkeypatch):
    late = holds("board.yaml", Settings())
    before = spent(lost)
    assert cli("held", "drop", "board.yaml", TASK, "--yes").code == 0
    monkeypatch.setattr("seedream_pipe.cli.held.holds", lambda *_: late)
    said = cli("held", "retry", "board.yaml", TASK, "--yes")
    assert said.code == 2
    assert f"call {late[0].call} is decided already" in said.err
    assert "a person said that it was not charged" in said.err
    assert str(before - spent(lost)) == "0.03"


def test_the_later_word_leaves_what_came_in_its_place(board, cli, paid, edit):
    edit("board.yaml", "  sheet:", f"  turn: {GROUP}\n  sheet:")
    paid.script({"match": "a set of 4", "cut": "event", "at": 2, "end": "close"})
    cli("run", "board.yaml", "turn", "--yes")
    late = holds("board.yaml", Settings())
    assert cli("held", "drop", "board.yaml", "turn", "--yes").code == 0
    results = sorted((board / ".seedream" / "results").rglob("*.json"))
    assert results
    assert end("board.yaml", Settings(), late, "retry").keys() == {hold.call for hold in late}
    assert sorted((board / ".seedream" / "results").rglob("*.json")) == results


@pytest.mark.parametrize("names", [["shots@sc02_01"], [], [TASK, "--all"]])
def test_a_name_that_is_not_held_ends_nothing(lost, cli, names):
    assert cli("held", "drop", "board.yaml", *names).code == 2
    assert len(json.loads(cli("held", "board.yaml", "--json").out)["held"]) == 1


def test_nothing_is_held_where_nothing_was_bought(board, cli):
    assert cli("held", "board.yaml").err == "nothing is held\n"
    assert not (board / ".seedream").exists()


def test_a_call_whose_record_is_damaged_is_named_by_its_id(lost, cli):
    call = json.loads(cli("held", "board.yaml", "--json").out)["held"][0]["call"]
    (lost / ".seedream" / "calls" / call / "intent.json").write_bytes(b"")
    (lost / ".seedream" / "index.db").unlink()
    said = cli("held", "board.yaml").out
    assert "a call whose task is not known: sent at " in said
    assert "may have been charged: nobody knows how much" in said
    assert f"seedream-pipe held drop board.yaml {call}" in said
    assert cli("held", "drop", "board.yaml", call, "--yes").code == 0
    assert cli("held", "board.yaml").err == "nothing is held\n"


@pytest.mark.parametrize("target", ["shots", "shots@sc02_*", "tag:sc02", "+shots@sc02_010", "sheet+"])
def test_holds_are_named_by_targets(lost, cli, target):
    assert cli("held", "drop", "board.yaml", target, "--yes").code == 0
    assert cli("held", "board.yaml").err == "nothing is held\n"


@pytest.mark.parametrize("target", ["sheet", "shots@sc01_*", "tag:sc01", "tag:none"])
def test_a_target_that_nothing_is_held_for(lost, cli, target):
    said = cli("held", "drop", "board.yaml", target, "--yes")
    assert (said.code, f'nothing is held for "{target}"' in said.err) == (2, True)


def test_a_hold_ends_by_its_task_while_the_pipeline_has_problems(lost, cli, edit):
    edit("board.yaml", "size: 1280x720", "size: 7")
    assert cli("held", "drop", "board.yaml", TASK, "--yes").code == 0
