"""What a person decides or has decided: picks to be made, and pictures that are to stay."""

from dataclasses import replace

import pytest

from seedream_pipe.picks.model import Approved
from seedream_pipe.plan.key import key
from seedream_pipe.run.decisions import Blocked, Make, Reuse
from seedream_pipe.run.forecast import forecast, stale_of
from seedream_pipe.run.gates import gates, with_standing
from seedream_pipe.run.outcomes import Failed, Made, Refused, Reused, Waiting, standing, to_pick
from seedream_pipe.run.outputs import wanted
from seedream_pipe.run.reasons import BackFromOut, MoreTakes, NeverMade, RecipeChanged
from seedream_pipe.run.record import exit_code
from seedream_pipe.run.schedule import Schedule
from tests.run.tasks import digest, picture_of, plan, take, task
from tests.run.test_forecast import Memory, prices
from tests.run.test_schedule import begun

GATE = task("sheet", takes=3, pick=None)
SHOTS = (task("a", picture_of("sheet")), task("b", picture_of("a")), task("free"))
BOARD = plan(GATE, *SHOTS)
NEEDS = Waiting(why="pick", message="needs a pick of sheet", because="sheet")


def of(board, past):
    return forecast(board, board.tasks, past, prices, provider="302ai")


def three():
    return tuple(take(GATE, f"s{number}", number=number) for number in (1, 2, 3))


def test_what_needs_a_gate_waits_and_everything_else_goes_on():
    schedule = Schedule(BOARD, BOARD.tasks)
    assert begun(schedule) == ["sheet", "free"]

    ended = schedule.end("sheet", Made(takes=three(), price=price_of(3), seconds=1, made=3))

    assert ended == [("a", NEEDS), ("b", NEEDS)]
    assert begun(schedule) == []


def price_of(pictures):
    return prices(GATE.recipe.generation, 1, 0).times(pictures)


def test_a_gate_of_which_a_take_was_refused_can_be_picked_from():
    refused = standing(Refused(code="X", message="no"), three()[:2], None)
    schedule = Schedule(BOARD, BOARD.tasks)
    begun(schedule)

    assert dict(schedule.end("sheet", refused))["a"] == NEEDS
    assert gates(BOARD, {"sheet": refused}) == {"sheet": 2}


def test_a_gate_without_any_take_keeps_what_needs_it_from_going_on():
    schedule = Schedule(BOARD, BOARD.tasks)
    begun(schedule)

    assert "failed" in dict(schedule.end("sheet", Failed(code="X", message="no")))["a"].message


def test_before_its_takes_are_made_a_gate_buys_them_and_nothing_behind_it():
    found = of(BOARD, Memory())

    assert [type(task.decision) for task in found.tasks.values()] == [Make, Blocked, Blocked, Make]
    assert (found.pictures, str(found.worst)) == (4, "$0.16")
    assert found.behind.gates == ("sheet",)
    assert (found.behind.tasks, found.behind.pictures) == (2, 2)
    assert (str(found.behind.least), str(found.behind.worst)) == ("$0.08", "$0.08")


def test_what_was_made_before_may_cost_nothing_behind_a_gate():
    past = Memory()
    past.bought(SHOTS[0], "old", inputs=(digest("other"),))
    found = of(BOARD, past)

    assert (str(found.behind.least), str(found.behind.worst)) == ("$0.04", "$0.08")


def test_with_all_takes_there_a_gate_waits_for_a_person():
    past = Memory()
    past.bought(GATE, "s", takes=3)
    found = of(BOARD, past).tasks

    assert found["sheet"].decision == Blocked(outcome=to_pick(3))
    assert len(found["sheet"].takes) == 3
    assert (found["b"].decision.outcome, found["b"].decision.because) == (NEEDS, "sheet")


def test_a_picked_take_lets_everything_go_on():
    past = Memory()
    past.bought(GATE, "s", takes=3)
    found = of(plan(replace(GATE, pick=2), *SHOTS), past)

    assert isinstance(found.tasks["a"].decision, Make)
    assert found.behind.gates == ()


def test_what_only_comes_after_a_gate_and_is_there_is_up_to_date():
    after, new = task("after", needs=["sheet"]), task("new", needs=["sheet"])
    past = Memory()
    past.bought(GATE, "s", takes=3)
    past.bought(after, "x")
    board = plan(GATE, after, new)
    found = of(board, past)

    assert found.tasks["after"].decision == Reuse()
    assert found.tasks["new"].decision.because == "sheet"
    assert with_standing(board, found).needs() == {"sheet": [], "after": [], "new": ["sheet"]}


def test_nothing_has_the_plain_name_while_nobody_has_picked():
    names = (("sheet.jpg",), ("sheet.take-1.jpg",), ("sheet.take-2.jpg",))
    open_gate = replace(GATE, outputs=names)

    assert [name for name, _ in wanted(open_gate, three())] == ["sheet.take-1.jpg", "sheet.take-2.jpg"]
    assert dict(wanted(replace(open_gate, pick=2), three()))["sheet.jpg"] == digest("s2")


@pytest.mark.parametrize(
    ("outcomes", "open_gates", "code"),
    [
        ([Reused(takes=())], False, 0),
        ([Reused(takes=())], True, 4),
        ([NEEDS], False, 4),
        ([NEEDS, Waiting(why="budget", message="")], False, 4),
    ],
)
def test_a_pick_to_be_made_is_a_matter_for_a_person(outcomes, open_gates, code):
    assert exit_code(outcomes, left=open_gates) == code


OLD, NEW = task("a", prompt="old"), task("a", prompt="new")
HELD = Approved(key=key(OLD.recipe, (), 1), pictures=(digest("one"),))


def approved(owner, held=HELD):
    return replace(owner, approved=held)


def bought_old():
    past = Memory()
    past.bought(OLD, "one")
    return past


def test_an_approved_task_that_did_not_change_is_up_to_date():
    assert of(plan(approved(OLD)), bought_old()).tasks["a"].decision == Reuse()


def test_an_approved_task_whose_recipe_changed_keeps_its_picture_and_says_so():
    found = of(plan(approved(NEW), task("b", picture_of("a"))), bought_old())

    decision = found.tasks["a"].decision
    assert decision.approved
    assert isinstance(decision.stale, RecipeChanged)
    assert [each.pictures for each in found.tasks["a"].takes] == [(digest("one"),)]
    assert (found.pictures, str(found.worst)) == (1, "$0.04")


def test_an_equal_request_is_not_shared_with_one_that_is_held():
    found = of(plan(approved(NEW), task("same", prompt="new")), bought_old())

    assert (found.tasks["same"].decision.shared, found.pictures) == ("", 1)


def test_an_approved_task_stands_whatever_it_needs():
    board = plan(task("up"), approved(task("a", picture_of("up"))))
    found = of(board, bought_old())

    assert found.tasks["a"].decision.approved
    assert with_standing(board, found).needs() == {"up": [], "a": []}


def test_more_takes_of_an_approved_task_are_made():
    board = plan(approved(replace(OLD, takes=2)))

    assert of(board, bought_old()).tasks["a"].decision.reason == MoreTakes(count=1)


def test_who_has_only_the_bytes_of_an_approved_picture_has_the_picture():
    past = Memory(blobs={digest("one"): "image/png"})
    (found,) = of(plan(approved(NEW)), past).tasks["a"].takes

    assert (found.pictures, found.media_types) == ((digest("one"),), ("image/png",))


def test_an_approved_picture_that_the_output_folder_has_comes_back_for_nothing():
    board = plan(task("up"), approved(task("a", picture_of("up"))), task("b", picture_of("a")))
    found = of(board, Memory(outside={HELD.key: HELD.pictures}))

    decision = found.tasks["a"].decision
    assert (decision.approved, decision.reason, decision.pictures) == (True, BackFromOut(), 0)
    assert (found.tasks["b"].decision.reason, stale_of(found)) == (NeverMade(), ("a",))
    assert with_standing(board, found).needs()["a"] == []


def test_other_pictures_of_the_output_folder_are_not_taken_for_approved_ones():
    found = of(plan(approved(NEW)), Memory(outside={HELD.key: (digest("another"),)}))

    assert found.tasks["a"].decision.outcome.code == "E-APPROVED"


def test_an_approved_picture_that_is_not_there_is_named_and_not_bought():
    found = of(plan(approved(NEW)), Memory())

    outcome = found.tasks["a"].decision.outcome
    assert (outcome.code, found.pictures) == ("E-APPROVED", 0)
    assert digest("one")[:12] in outcome.message
