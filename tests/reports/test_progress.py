"""The fold of a run's events so far, with a clock that is moved by hand."""

from decimal import Decimal

import pytest

from seedream_pipe.reports.progress import Progress, clock
from seedream_pipe.run.events import (
    CallPaid,
    CallPaused,
    OutputKept,
    OutputPlaced,
    RunBegan,
    TaskBegan,
    TaskEnded,
)
from seedream_pipe.run.outcomes import Failed, Made, Money, Reused, Waiting

DOLLAR = Money(amount=Decimal("0.04"), currency="USD")
MADE = Made(takes=(), price=DOLLAR, seconds=1.0, made=1)


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def progress(now) -> Progress:
    made = Progress(lambda: now[0])
    made.take(RunBegan(pipeline="p", provider="302ai", total=10, worst=DOLLAR))
    return made


def test_made_task_is_told_with_its_place_and_price(progress) -> None:
    progress.take(OutputPlaced(address="a", path="a.jpg"))
    progress.take(OutputPlaced(address="a", path="a-2.jpg"))

    told = progress.take(TaskEnded(address="a", outcome=MADE, seconds=1.5))

    assert told is not None
    assert (told.word, told.subject, told.lines) == ("made", "a", ("a.jpg and 1 more  (1.5 s, $0.04)",))


def test_task_that_was_there_is_counted_and_not_told(progress) -> None:
    assert progress.take(TaskEnded(address="a", outcome=Reused(takes=()))) is None
    assert progress.facts() == ["1 reused"]


def test_money_rate_and_time_left_are_told(progress, now) -> None:
    now[0] = 30.0
    for address in "abc":
        progress.take(CallPaid(address=address, price=DOLLAR, pictures=1))
        progress.take(TaskEnded(address=address, outcome=MADE))

    assert progress.facts() == ["3 made", "$0.12", "1:10 left", "6 pictures/min"]


def test_what_keeps_the_whole_board_waiting_is_told_once(progress) -> None:
    told = [
        progress.take(TaskEnded(address=address, outcome=Waiting(why="budget", message="the cap")))
        for address in "abc"
    ]

    assert [line is not None for line in told] == [True, False, False]


def test_pictures_that_were_paid_for_are_told_each(progress) -> None:
    told = [
        progress.take(TaskEnded(address=address, outcome=Waiting(why="fetch", message="not yet")))
        for address in "ab"
    ]

    assert None not in told


@pytest.mark.parametrize(("seconds", "is_told"), [(0.5, False), (20.0, True)])
def test_long_pauses_are_told(progress, seconds, is_told) -> None:
    told = progress.take(CallPaused(address="a", why="the rate", seconds=seconds))

    assert (told is not None) is is_told
    assert progress.pause == "a waits: the rate"


def test_failure_has_its_request_id_once(progress) -> None:
    outcome = Failed(code="E", message="no. Request id: 42", request_id="42", hint="try less")

    told = progress.take(TaskEnded(address="a", outcome=outcome))

    assert told is not None
    assert told.message is not None
    assert told.message.what == "E: no. Request id: 42"
    assert "hint: try less" in told.message.lines


def test_what_is_under_way_is_known(progress) -> None:
    progress.take(TaskBegan(address="a"))
    progress.take(TaskBegan(address="b"))
    progress.take(TaskEnded(address="a", outcome=MADE))

    assert list(progress.under_way) == ["b"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (61, "1:01 min"), (600, "10:00 min")]
)
def test_times_are_told_as_people_do(seconds, text) -> None:
    assert clock(seconds) == text


def test_a_picture_whose_place_is_taken_is_not_said_to_be_in_place(progress) -> None:
    progress.take(OutputKept(address="a", path="a.jpg", why="it was changed"))
    told = progress.take(TaskEnded(address="a", outcome=MADE, seconds=1.5))
    assert told is not None
    assert told.lines == ("(kept: your own file is there; --force overwrites it)  (1.5 s, $0.04)",)


def test_a_wait_for_another_run_is_said_at_once_and_every_half_minute(progress, now) -> None:
    told = []
    for seconds in (0.0, 0.1, 30.0, 30.1, 60.0):
        now[0] = seconds
        told.append(progress.take(CallPaused(address="a", why="another run makes it", elsewhere=True)))
    assert [each is not None for each in told] == [True, False, True, False, True]
    assert told[0].lines == ("another run makes it",)
