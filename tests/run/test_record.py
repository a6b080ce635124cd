import json
from decimal import Decimal

import pytest

from seedream_pipe.run.events import (
    CallPaid,
    CallPaused,
    CallSent,
    OutputKept,
    OutputPlaced,
    RunBegan,
    RunEnded,
    TaskBegan,
    TaskEnded,
)
from seedream_pipe.run.outcomes import Failed, Held, Money, Refused, Skipped, Waiting
from seedream_pipe.run.record import exit_code, fold
from tests.run.tasks import made, reused, task

A, B = task("a"), task("b")
CENTS = Money(amount=Decimal("0.04"), currency="USD")
FAILED = Failed(code="X", message="no", request_id="021", hint="try")
REFUSED = Refused(code="Y", message="no", request_id="022")
HELD = Held(call="c1", worst=CENTS, message="lost", task="a")
BUDGET = Waiting(why="budget", message="cap")
FETCH = Waiting(why="fetch", message="503")


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], 0),
        ([made(A, "one"), reused(B, "two")], 0),
        ([made(A, "one"), FAILED], 1),
        ([REFUSED], 1),
        ([Skipped(because="a", message="")], 1),
        ([made(A, "one", None, notes=("picture 1: refused",))], 1),
        ([reused(A, "one", None, notes=("picture 1 is missing",))], 1),
        ([Waiting(why="stopped", message="")], 1),
        ([BUDGET, FAILED], 5),
        ([FETCH, BUDGET, FAILED], 4),
        ([HELD, BUDGET, FAILED], 4),
        ([Waiting(why="held", message="")], 4),
    ],
)
def test_what_may_be_owed_comes_first_then_the_budget_then_what_failed(outcomes, code):
    assert exit_code(outcomes) == code


def test_a_file_that_was_kept_is_no_success():
    assert exit_code([made(A, "one")], kept=True) == 1


def folded(*events, **about):
    facts = {
        "run_id": "r1",
        "file": "b.yaml",
        "folder": "out/b",
        "began_at": "1",
        "ended_at": "2",
        "seconds": 1.23456,
    }
    return fold(events, **(facts | about))


def test_a_record_is_the_fold_of_the_events():
    record = folded(
        RunBegan(pipeline="b", provider="302ai", total=2, worst=CENTS),
        TaskBegan(address="a"),
        CallSent(address="a", worst=CENTS, call="c1"),
        CallPaused(address="a", why="rate", seconds=1),
        CallPaid(address="a", price=CENTS, pictures=1),
        OutputPlaced(address="a", path="a.jpg"),
        TaskEnded(address="a", outcome=made(A, "one")),
        OutputKept(address="b", path="b.jpg", why="edited"),
        TaskEnded(address="b", outcome=reused(B, "two")),
        RunEnded(stopped="a signal"),
    )
    assert record.outcomes == {"a": made(A, "one"), "b": reused(B, "two")}
    assert (record.pipeline, record.provider, record.price) == ("b", "302ai", CENTS)
    assert (record.placed, record.kept, record.stopped) == (("a.jpg",), {"b.jpg": "edited"}, "a signal")
    assert record.counts() == {"made": 1, "reused": 1}
    assert (record.made, record.seconds) == (1, 1.235)


def test_the_price_counts_what_a_task_that_failed_had_bought():
    record = folded(
        CallPaid(address="a", price=CENTS, pictures=1),
        CallPaid(address="a", price=CENTS, pictures=1),
        TaskEnded(address="a", outcome=REFUSED),
    )
    assert str(record.price) == "$0.08"


def test_the_record_of_every_outcome_is_json():
    outcomes = [
        made(A, "one", None),
        reused(A, "one"),
        FAILED,
        REFUSED,
        HELD,
        BUDGET,
        Skipped(because="a", message=""),
    ]
    events = [TaskEnded(address=str(n), outcome=each) for n, each in enumerate(outcomes)]
    tree = json.loads(json.dumps(folded(*events, holds=(HELD,)).tree()))
    words = [each["outcome"] for each in tree["tasks"].values()]
    assert words == ["made", "reused", "failed", "refused", "held", "waiting", "skipped"]
    assert tree["holds"][0]["price"] == "0.04"
    assert tree["exit_code"] == 4
