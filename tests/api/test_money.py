"""What may be spent, asked and counted, judged by the emulator's account."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from seedream_pipe import errors
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.run.outcomes import Held
from seedream_pipe.store.folder import Store
from tests.api.board import on, simple_board, singles

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def board(tmp_path, emulator):
    return simple_board(tmp_path / "board", emulator, singles(4), jobs=1)


def with_budget(board, text):
    board.edit("defaults:", f"budget: {text}\ndefaults:")


@pytest.mark.parametrize(
    ("caps", "whose"),
    [
        ({"max_cost": "0.08"}, "the --max-cost of $0.08"),
        ({"max_pictures": 2}, "the --max-pictures of 2 pictures"),
        ({"max_total_cost": "0.08"}, "the --max-total-cost of $0.08"),
        ({"max_total_pictures": 2}, "the --max-total-pictures of 2 pictures"),
    ],
)
def test_each_cap_of_the_user_pauses_and_is_named_before_and_after(board, caps, whose):
    forecast = board.plan(**caps)
    assert (forecast.limit, forecast.reach) == (whose, 2)
    record = board.run(**caps)
    assert (record.exit_code, board.billed) == (5, 2)
    assert f"that is {whose}" in record.stopped
    flag = whose.removeprefix("the ").partition(" of ")[0]
    assert record.again[0] == flag
    assert record.remedy in {f"raise {flag} to {record.again[1]}", ""}
    more = flag.removeprefix("--").replace("-", "_")
    assert board.run(**{more: type(caps[more])(record.again[1])}).exit_code == 0
    assert board.billed == 4


@pytest.mark.parametrize(
    ("budget", "whose"),
    [
        ("{run: 0.08}", "the pipeline's own budget of $0.08"),
        ("{pictures: 2}", "the pipeline's own budget (pictures) of 2 pictures"),
        ("{total: 0.08}", "the pipeline's own budget (total) of $0.08"),
        ("{total_pictures: 2}", "the pipeline's own budget (total_pictures) of 2 pictures"),
    ],
)
def test_each_cap_of_the_pipeline_pauses_and_is_named_with_its_place(board, budget, whose):
    with_budget(board, budget)
    forecast = board.plan(max_cost="9", max_pictures=99, max_total_cost="9", max_total_pictures=99)
    assert forecast.limit.startswith(f"{whose}, ")
    assert forecast.limit.endswith("board.yaml:9")
    record = board.run(max_cost="9")
    assert (record.exit_code, board.billed) == (5, 2)
    assert forecast.limit in record.stopped


def test_a_pipeline_never_raises_a_cap(board):
    with_budget(board, "{run: 9, total: 9, pictures: 9, total_pictures: 9}")
    record = board.run(max_cost="0.04")
    assert (record.exit_code, board.billed) == (5, 1)


def test_the_cap_of_the_store_counts_earlier_runs_and_says_so_before(board):
    board.run("shots@s00")
    forecast = board.plan(max_total_pictures=3)
    assert (forecast.pictures, forecast.reach) == (3, 2)
    assert board.run(max_total_pictures=3).exit_code == 5
    assert board.billed == 3


def test_a_hold_counts_in_full_towards_every_cap(board, emulator):
    emulator.script(Fault(match="number 0", cut="before"))
    record = board.run(max_cost="0.08")
    assert (record.exit_code, board.billed) == (4, 2)
    assert "$0.04 for calls that are under way or held" in record.stopped
    assert board.run(max_total_pictures=2).exit_code == 4
    assert board.billed == 2


CELLS = [
    # max_cost, yes, answer of the person (None: nobody is there), billed
    (None, False, None, 0),
    (None, True, None, 4),
    (None, False, True, 4),
    (None, False, False, 0),
    ("0.16", False, None, 4),
    ("0.16", False, False, 4),
    ("0.15", False, None, 0),
    ("0.15", False, True, 3),
    ("0.15", False, False, 0),
    ("0.15", True, None, 3),
    ("0", True, None, 0),
    ("0", False, None, 0),
]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("budget", [None, "{run: 9}"], ids=["", "budget"])
def test_who_answers_for_the_price(board, cell, budget):
    """The budget of the file answers in no cell."""
    max_cost, yes, answer, billed = cell
    if budget is not None:
        with_budget(board, budget)
    manner = {} if max_cost is None else {"max_cost": max_cost}
    if answer is not None:
        manner["confirm"] = lambda _forecast: answer
    try:
        code = board.run(yes=yes, **manner).exit_code
    except errors.OverBudget as error:
        code = error.exit_code
    assert board.billed == billed
    assert code == (0 if billed == 4 else 5)


def test_a_price_that_nobody_knows_is_refused_until_it_is_given(board, emulator):
    board.edit("model: seedream-4.5", "model: ep-20260101000000-abcde")
    board.edit("size: 2K", "size: 2048x2048")
    ark = on(emulator, "ark")
    with pytest.raises(errors.OverBudget, match="is not known") as caught:
        board.run(**ark)
    assert "--price 0.04CNY" in caught.value.hint
    assert emulator.ledger.requests == ()
    assert str(board.run(**ark, price="0.05").price) == "0.20 CNY"


def test_what_is_sent_again_may_be_paid_twice_and_is_said_and_counted(board, emulator):
    emulator.script(Fault(match="number 0", cut="before", times=1))
    forecast = board.plan(retry_uncertain=1)
    assert [str(each) for each in forecast.asked] == ["$0.32"]
    record = board.run(retry_uncertain=1)
    assert (record.exit_code, board.billed) == (0, 5)
    assert len(record.resent) == 1
    assert "may have been charged, up to $0.04, and was sent again" in record.resent[0]
    with Ledger.open(Store.open(board.folder / ".seedream", create=False)) as ledger:
        assert ledger.spent()["USD"].price == Decimal("0.20")


def test_a_call_is_sent_again_as_often_as_was_said_and_not_more(board, emulator):
    emulator.script(Fault(match="number 0", cut="before", times=0))
    record = board.run("shots@s00", retry_uncertain=2)
    assert isinstance(record.outcomes["shots@s00"], Held)
    assert (record.exit_code, board.requests) == (4, 3)
    assert board.run("shots@s00", retry_uncertain=2).exit_code == 4
    assert board.requests == 3


def test_a_hold_of_an_earlier_run_is_sent_again_too(board, emulator):
    emulator.script(Fault(match="number 0", cut="before", times=1))
    assert board.run("shots@s00").exit_code == 4
    record = board.run("shots@s00", retry_uncertain=1)
    assert (record.exit_code, board.billed) == (0, 2)


def test_a_run_that_stops_for_holds_sends_nothing(board, emulator):
    emulator.script(Fault(match="number 0", cut="before", times=1))
    board.run("shots@s00")
    with pytest.raises(errors.SeedreamError, match="1 call") as caught:
        board.run(held="stop")
    assert (caught.value.exit_code, board.requests) == (4, 1)
    assert board.run(held="wait").counts()["made"] == 3


RUNNER = """
import sys
import seedream_pipe
from tests.api.board import KEYS
record = seedream_pipe.run(
    sys.argv[1], sys.argv[3], provider="302ai", base_url=sys.argv[2], yes=True, max_total_pictures=5,
    environment=KEYS, store=sys.argv[4],
)
print(record.exit_code)
"""


def test_eight_processes_at_the_cap_buy_no_more_than_it_allows(tmp_path, emulator):
    """Forty pictures are wanted, five are allowed."""
    board = simple_board(tmp_path / "board", emulator, singles(40))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runners = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", RUNNER, str(board.file), board.settings["base_url"]),
                *(f"shots@s{number}*", str(board.folder / ".seedream")),
            ],
            env=environment,
            **pipes,
        )
        for number in (0, 1, 2, 3, 0, 1, 2, 3)
    ]
    ends = [runner.communicate(timeout=120) for runner in runners]
    assert board.billed == 5, ends
    assert {out.strip() for out, _ in ends} <= {"5"}
