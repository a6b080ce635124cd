"""What stops a run before its worst price is said: whose cap it is, and where."""

import pytest

from tests.api.board import simple_board, singles


@pytest.fixture
def capped(tmp_path, emulator):
    text = singles(3).replace("defaults:", "budget: {run: 0.05}\ndefaults:")
    return simple_board(tmp_path / "capped", emulator, text, jobs=1)


def test_the_pipelines_own_budget_is_said_with_its_place(capped):
    limit = capped.plan().limit
    assert limit.startswith("the pipeline's own budget of $0.05, ")
    assert limit.endswith("board.yaml:8")
    record = capped.run()
    assert (record.exit_code, record.made) == (5, 1)
    assert limit in record.stopped


def test_a_lower_cap_of_the_user_is_the_one_that_is_said(capped):
    assert capped.plan(max_cost="0.04").limit == "the --max-cost of $0.04"


def test_a_cap_that_covers_the_price_is_not_spoken_of(capped):
    capped.edit("0.05", "5.00")
    assert capped.plan(max_cost="9").limit == ""
