"""What caused a difference: told from the values of the decision, chained back to where it began."""

from dataclasses import replace

from seedream_pipe.digest import Key
from seedream_pipe.picks.model import Approved
from seedream_pipe.run.decisions import Make
from seedream_pipe.run.lock import Locked
from seedream_pipe.run.outcomes import TakePictures
from seedream_pipe.run.reason_text import cause_text, reason_text, reason_tree
from seedream_pipe.run.reasons import (
    Adopted,
    HeldApproved,
    InputChanged,
    PickChanged,
    RecipeChanged,
    Remade,
    Replaced,
    ToMake,
)
from seedream_pipe.store.results import Adoption, Hit
from tests.run.tasks import chain, digest, picture_of, plan, task
from tests.run.test_forecast import Memory, changed, looked, result_of


def reason_of(board, past, address):
    decision = looked(board, past).tasks[address].decision
    assert isinstance(decision, Make)
    return decision.reason


def cause_of(board, past, address):
    (change,) = reason_of(board, past, address).changes
    return change.cause


def chosen(takes=2, pick=1):
    """A task of several takes, all bought, and one that shows it, made of the first take."""
    sheet = replace(task("sheet"), takes=takes, pick=pick, is_choice=True)
    board, past = plan(sheet, task("shot", picture_of("sheet"))), Memory()
    for take in range(1, takes + 1):
        result = result_of(sheet, f"take {take}", take=take)
        past.results[result.key] = Hit(result=result)
    past.bought(board.tasks["shot"], "frame", inputs=(digest("take 1"),))
    return board, past


def test_another_take_that_is_picked_is_the_cause():
    board, past = chosen(pick=2)

    found = reason_of(board, past, "shot")

    assert found.changes[0].cause == PickChanged(task="sheet", old="1", new="2")
    assert cause_text(found.changes[0].cause) == "sheet's pick changed from 1 to 2"
    assert reason_text(found) == "reference changed: sheet (pick 1 → 2)"
    tree = reason_tree(found)["changes"][0]
    assert tree["because"] == {
        "cause": "pick-changed",
        "message": "sheet's pick changed from 1 to 2",
        "task": "sheet",
        "old": "1",
        "new": "2",
    }


def test_a_pick_of_a_take_that_is_still_to_be_made_is_a_cause_as_well():
    board, past = chosen(takes=1)
    sheet = replace(board.tasks["sheet"], takes=2, pick=2)
    past.lock["sheet"] = Locked(address="sheet", takes=(), pick=1)

    found = reason_of(plan(sheet, board.tasks["shot"]), past, "shot")

    assert found.tasks == ("sheet",)
    assert found.causes[0] == PickChanged(task="sheet", old="1", new="2")


def test_an_approval_is_the_cause():
    board, past = chosen(pick=2)
    approved = Approved(key=Key("k"), pictures=(digest("old"),))
    past.blobs[digest("old")] = "image/jpeg"
    sheet = replace(board.tasks["sheet"], approved=approved)

    assert cause_of(plan(sheet, board.tasks["shot"]), past, "shot") == HeldApproved(task="sheet")


def test_an_adoption_is_the_cause():
    board, past = chain("a", "b"), Memory()
    told = Adoption(of=Key("k"), by="Anna", at="2026-11-22T00:00:00Z", reason="a typo")
    made = result_of(board.tasks["a"], "one")
    past.results[made.key] = Hit(result=replace(made, adopted=told))
    past.bought(board.tasks["b"], "two", inputs=(digest("before"),))

    found = cause_of(board, past, "b")

    assert found == Adopted(task="a", by="Anna", at=told.at, words="a typo")
    assert cause_text(found) == "Anna adopted the pictures of a: a typo"


def test_a_task_that_was_made_anew_since_says_what_differed():
    board, past = chain("a", "b"), Memory()
    before = board.tasks["a"]
    past.bought(before, "old one")
    past.bought(board.tasks["b"], "two", inputs=(digest("old one"),))
    now = changed(before, prompt="another")
    made = result_of(now, "new one")
    past.results[made.key] = Hit(result=made)

    found = cause_of(plan(now, board.tasks["b"]), past, "b")

    assert isinstance(found, Remade)
    assert [(change.field, change.new) for change in found.changes] == [("prompt", "another")]
    assert cause_text(found) == "a was made anew: prompt changed"


def test_a_reference_that_leads_to_another_task():
    first, second, past = task("mei"), task("duke"), Memory()
    past.bought(first, "one")
    past.bought(second, "two")
    shot = task("shot", picture_of("duke"))
    past.bought(shot, "frame", inputs=(digest("one"),))

    found = cause_of(plan(first, second, shot), past, "shot")

    assert found == Replaced(old="mei", new="duke")


def test_a_chain_is_told_back_to_where_it_began():
    board, past = chain("a", "b", "c", "d"), Memory()
    for name, before in zip("abcd", ["", "a", "b", "c"], strict=True):
        past.bought(board.tasks[name], name, inputs=(digest(before),) if before else ())
    edited = {**board.tasks, "a": changed(board.tasks["a"], prompt="another")}

    found = looked(plan(*edited.values()), past)

    (root,) = found.tasks["d"].decision.reason.causes
    assert isinstance(root, ToMake)
    assert (root.task, type(root.reason)) == ("a", RecipeChanged)
    assert found.tasks["d"].decision.reason.tasks == ("c",)
    assert cause_text(root) == "a is to make: prompt changed"


def test_what_changed_itself_and_needs_others_is_a_beginning_too():
    board, past = chain("a", "b", "c"), Memory()
    for name, before in zip("abc", ["", "a", "b"], strict=True):
        past.bought(board.tasks[name], name, inputs=(digest(before),) if before else ())
    edited = [changed(board.tasks["a"], prompt="x"), changed(board.tasks["b"], prompt="y"), board.tasks["c"]]

    found = reason_of(plan(*edited), past, "c")

    assert isinstance(found, InputChanged)
    assert [cause.task for cause in found.causes] == ["a", "b"]


def test_thousands_in_a_chain_tell_a_few():
    names = [f"t{number}" for number in range(300)]
    board, past = chain(*names), Memory()
    for at, name in enumerate(names):
        past.bought(board.tasks[name], name, inputs=(digest(names[at - 1]),) if at else ())
    edited = [changed(each, prompt="x") for each in board.tasks.values()]

    assert len(reason_of(plan(*edited), past, names[-1]).causes) == 6


def test_two_pictures_of_one_take_are_no_pick():
    series = replace(task("turn"), most=3, is_series=True)
    shot = task("shot", picture_of("turn", 2))
    past = Memory()
    past.bought(series, "a", "b", "c")
    past.bought(shot, "frame", inputs=(digest("b"),))

    assert cause_of(plan(series, shot), past, "shot") is None
    takes = (TakePictures(take=1, key=Key("k"), pictures=()),)
    assert Locked(address="turn", takes=takes).pick == 1
