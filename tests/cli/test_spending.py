"""What is said of caps, of who takes over and of what may be paid twice, before and after."""

import pytest

from seedream_pipe.emulator import Emulator


@pytest.fixture
def second():
    with Emulator(keys=("test-key",)) as running:
        yield running


@pytest.fixture
def fallback(paid, second, monkeypatch) -> str:
    """Ark takes over from BytePlus, and charges in another currency."""
    monkeypatch.setenv("ARK_API_KEY", "test-key")
    return f"ark={second.base_url('ark')}"


def test_a_plan_says_which_cap_stops_it_and_where(board, cli, paid, golden) -> None:
    golden("plan-capped", cli("plan", "board.yaml", "--max-cost", "0.07").out)


def test_a_plan_says_what_the_pipelines_own_cap_stops(board, cli, paid, edit, golden) -> None:
    edit("board.yaml", "defaults:", "budget: {pictures: 3}\ndefaults:")

    golden("plan-capped-by-pipeline", cli("plan", "board.yaml", "--max-cost", "1").out)


def test_a_pause_says_whose_cap_it_is_what_is_gone_and_what_to_type(board, cli, paid, golden) -> None:
    said = cli("run", "board.yaml", "--max-cost", "0.07", "--yes", "-j", "1")

    assert said.code == 5
    golden("run-paused", said.err)


def test_a_pause_by_the_pipeline_says_where_to_raise_it(board, cli, paid, edit, golden) -> None:
    edit("board.yaml", "defaults:", "budget: {pictures: 3}\ndefaults:")

    said = cli("run", "board.yaml", "--yes", "-j", "1")

    assert said.code == 5
    golden("run-paused-by-pipeline", said.err)


def test_both_prices_are_said_before_a_provider_may_take_over(board, cli, fallback, golden) -> None:
    said = cli("run", "board.yaml", "--fallback", fallback)

    assert said.code == 5
    golden("run-unconfirmed-fallback", cli("plan", "board.yaml", "--fallback", fallback).out + said.err)


def test_a_cap_that_says_nothing_of_a_currency_is_refused(board, cli, fallback, paid, golden) -> None:
    said = cli("run", "board.yaml", "--fallback", fallback, "--max-cost", "5", "--yes")

    assert (said.code, paid.ledger.requests) == (5, ())
    golden("run-cap-of-one-currency", said.err)


def test_a_plan_says_that_a_cap_in_another_currency_lets_nothing_through(board, cli, paid) -> None:
    said = cli("plan", "board.yaml", "--max-cost", "5CNY")

    assert "the --max-cost of 5CNY, which says nothing of USD, stops it after 0 of 4 pictures" in said.out


@pytest.mark.usefixtures("board")
def test_who_took_over_is_told_once_and_at_the_end(cli, fallback, paid, second, golden) -> None:
    paid.script({"answer": "error/403-account-overdue", "times": 0})

    said = cli("run", "board.yaml", "--fallback", fallback, "--yes", "-j", "1")

    assert (said.code, len(second.ledger.billed)) == (0, 4)
    golden("run-failover", said.err)


def test_what_was_sent_again_is_told(board, cli, paid, golden) -> None:
    paid.script({"cut": "before", "match": "lighthouse"})

    said = cli("run", "board.yaml", "shots@sc02_010", "--yes", "--retry-uncertain", "1")

    assert said.code == 0
    golden("run-resent", said.err)


def test_nothing_is_sent_while_calls_are_held_where_that_is_wanted(board, cli, paid, golden) -> None:
    paid.script({"cut": "before", "match": "lighthouse"})
    cli("run", "board.yaml", "shots@sc02_010", "--yes")

    said = cli("run", "board.yaml", "--yes", "--held", "stop")

    assert (said.code, len(paid.ledger.requests)) == (4, 2)  # the sheet, and what was lost
    golden("run-held-stop", said.err)
