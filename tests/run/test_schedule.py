import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.run.outcomes import Failed, Held, Money, Refused, Skipped, Waiting
from seedream_pipe.run.schedule import Schedule
from tests.run.tasks import chain, made, picture_of, plan, reused, task

FAILED = Failed(code="E-TEST", message="no")
STOPPED = Waiting(why="stopped", message="stopped")


def begun(schedule):
    found = []
    while (address := schedule.next()) is not None:
        found.append(address)
    return found


def test_what_needs_nothing_goes_first_in_the_order_of_the_plan():
    board = plan(task("a"), task("b", picture_of("a")), task("c"))
    assert begun(Schedule(board, board.tasks)) == ["a", "c"]


def test_a_task_goes_when_the_last_thing_it_needs_has_pictures():
    board = plan(task("a"), task("b"), task("c", picture_of("a"), needs=["b"]))
    schedule = Schedule(board, board.tasks)
    begun(schedule)
    schedule.end("a", made(board.tasks["a"], "one"))
    assert begun(schedule) == []
    schedule.end("b", reused(board.tasks["b"], "two"))
    assert begun(schedule) == ["c"]


def test_a_task_that_takes_two_pictures_of_another_waits_for_it_once():
    board = plan(task("a"), task("b", picture_of("a", 0), picture_of("a", 1)))
    schedule = Schedule(board, board.tasks)
    begun(schedule)
    schedule.end("a", made(board.tasks["a"], "one", "two"))
    assert begun(schedule) == ["b"]


def test_targets_bring_what_they_need_and_nothing_else():
    board = plan(task("a"), task("b", picture_of("a")), task("c", picture_of("b")), task("d"))
    schedule = Schedule(board, ["b"])
    assert schedule.total == 2
    assert begun(schedule) == ["a"]


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (FAILED, Skipped(because="a", message="needs a, which failed")),
        (Refused(code="X", message="no"), Skipped(because="a", message="needs a, which was refused")),
        (
            Held(call="1", worst=Money(), message="lost"),
            Waiting(why="held", message="needs a, which is held"),
        ),
        (
            Waiting(why="budget", message="the cap"),
            Waiting(why="budget", message="needs a, which waits: the cap"),
        ),
    ],
)
def test_what_needs_a_task_without_pictures_ends_with_it(outcome, after):
    board = chain("a", "b")
    schedule = Schedule(board, board.tasks)
    begun(schedule)
    assert schedule.end("a", outcome) == [("b", after)]
    assert schedule.done


def test_far_down_a_chain_the_first_cause_is_named_and_nothing_else():
    board = chain("a", "b", "c", "d")
    schedule = Schedule(board, board.tasks)
    begun(schedule)
    ended = dict(schedule.end("a", Held(call="1", worst=Money(), message="lost")))
    assert {outcome.message for outcome in ended.values()} == {"needs a, which is held"}


def test_a_whole_chain_names_its_first_cause():
    board = chain("a", "b", "c", "d")
    schedule = Schedule(board, board.tasks)
    begun(schedule)
    ended = dict(schedule.end("a", FAILED))
    assert {outcome.because for outcome in ended.values()} == {"a"}
    assert list(ended) == ["b", "c", "d"]


def test_stopping_ends_what_has_not_begun_and_leaves_what_has():
    board = plan(task("a"), task("b"), task("c", picture_of("b")), task("d", picture_of("a")))
    schedule = Schedule(board, board.tasks)
    assert schedule.next() == "a"
    assert {address for address, _ in schedule.stop(STOPPED)} == {"b", "c"}
    assert not schedule.done
    schedule.end("a", made(board.tasks["a"], "one"))
    assert [address for address, _ in schedule.stop(STOPPED)] == ["d"]
    assert schedule.done


@st.composite
def boards(draw):
    count = draw(st.integers(1, 12))
    tasks = []
    for number in range(count):
        needs = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        tasks.append(task(f"t{number}", *(picture_of(f"t{need}") for need in sorted(needs))))
    return plan(*tasks)


@given(boards(), st.data())
def test_every_task_ends_exactly_once_and_never_before_what_it_needs(board, data):
    schedule = Schedule(board, board.tasks)
    needs = board.needs()
    ended = []
    running = begun(schedule)
    while running:
        address = running.pop(data.draw(st.integers(0, len(running) - 1)))
        assert all(need in ended for need in needs[address])
        outcome = data.draw(st.sampled_from([made(board.tasks[address], "x"), FAILED, STOPPED]))
        ended += [address, *(user for user, _ in schedule.end(address, outcome))]
        running += begun(schedule)
    assert schedule.done
    assert sorted(ended) == sorted(board.tasks)
