"""Two plans held against each other: by what keys are made of, and by nothing else."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.plan.model import FromUrl, Known
from seedream_pipe.run.compare import compare
from seedream_pipe.run.difference import difference
from seedream_pipe.run.outcomes import Money
from tests.run.tasks import chain, digest, picture_of, plan, task
from tests.run.test_forecast import Memory, changed, looked

FILE = Known(digest=digest("one"), path="/p/a.jpg", label="a.jpg")


def fields(before, after):
    return {a: [c.field for c in found] for a, found in compare(before, after).changed.items()}


def test_a_plan_is_the_same_as_itself():
    board = plan(task("a", FILE), task("b", picture_of("a"), takes=3, pick=None))

    found = compare(board, board)

    assert found.is_same
    assert found.was == {"a": "a", "b": "b"}


def test_what_no_key_has_is_no_difference():
    before = task("a", FILE)
    after = replace(
        task("a", replace(FILE, path="/other/b.jpg", label="b.jpg", name="hero")),
        outputs=(("other.jpg",),),
        meta={"x": 1},
        tags=("t",),
    )

    assert compare(plan(before), plan(after)).is_same


def test_each_field_of_a_recipe_is_a_difference():
    before = task("a")

    assert fields(plan(before), plan(changed(before, prompt="x", size="4K", seed=7))) == {
        "a": ["prompt", "seed", "size"]
    }
    assert fields(plan(before), plan(replace(before, takes=2))) == {"a": ["takes"]}
    assert fields(plan(before), plan(replace(before, pick=None))) == {"a": ["pick"]}


def test_references_are_compared_by_content_and_order():
    other, url = replace(FILE, digest=digest("two"), label="b.jpg"), FromUrl(url="https://x/y", label="y")
    before = plan(task("a", FILE, other))

    (change,) = compare(before, plan(task("a", FILE, url))).changed["a"]

    assert (change.field, change.label, change.new) == ("references", "y", "https://x/y")
    assert fields(before, plan(task("a", other, FILE))) == {"a": ["references", "references"]}


def test_a_task_below_a_change_is_told_apart():
    before = chain("a", "b", "c")
    after = plan(changed(before.tasks["a"], prompt="x"), before.tasks["b"], before.tasks["c"])

    found = compare(before, after)

    assert (list(found.changed), found.below) == (["a"], ("b", "c"))


def test_a_renamed_step_is_the_same():
    before = plan(task("sheet@mei"), task("shot", picture_of("sheet@mei")))
    sheet = replace(task("portrait@mei", prompt="sheet@mei"), was=("sheet@mei",))
    after = plan(sheet, task("shot", picture_of("portrait@mei")))

    found = compare(before, after)

    assert found.is_same
    assert found.was == {"portrait@mei": "sheet@mei", "shot": "shot"}


def test_another_take_of_what_it_needs_is_a_difference():
    before = plan(task("a", takes=2), task("b", picture_of("a")))
    after = plan(task("a", takes=2, pick=2), task("b", picture_of("a")))

    assert fields(before, after) == {"a": ["pick"], "b": ["references"]}
    assert compare(before, after).below == ()


def test_tasks_come_and_go():
    found = compare(plan(task("a"), task("b")), plan(task("b"), task("c"), task("d", picture_of("c"))))

    assert (found.new, found.gone, found.is_same) == (("c", "d"), ("a",), False)


def test_a_new_task_that_takes_over_a_name_is_no_rename():
    after = plan(task("a"), replace(task("b"), was=("a",)))

    found = compare(plan(task("a")), after)

    assert (found.was, found.new) == ({"a": "a"}, ("b",))


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
def test_every_task_is_matched_new_or_gone(before, after):
    found = compare(plan(*map(task, before)), plan(*map(task, after)))

    assert {*found.was, *found.new} == set(after)
    assert {*found.was.values(), *found.gone} == set(before)
    assert not {*found.new} & {*found.gone}


def between(before, after, past):
    return difference(before, looked(before, past), after, looked(after, past))


def test_what_it_costs_more_is_counted_once():
    before, past = plan(task("a"), task("never made")), Memory()
    past.bought(before.tasks["a"], "one")
    after = plan(changed(before.tasks["a"], prompt="x"), changed(before.tasks["never made"], prompt="y"))

    found = between(before, after, past)

    assert (found.pictures, found.either, list(found.effect.tasks)) == (1, 1, ["a"])
    assert found.effect.worst == Money(amount=Decimal("0.04"), currency="USD")
    assert (found.saved_pictures, found.spared) == (0, ())


def test_what_is_not_to_be_paid_any_more():
    before, past = plan(task("a"), task("b"), task("c", takes=3)), Memory()
    past.bought(task("b", prompt="as it was"), "one")
    after = plan(task("b", prompt="as it was"), task("c"))

    found = between(before, after, past)

    assert found.spared == ("a", "b")
    assert found.saved_pictures == 1 + 1 + 2
    assert found.saved == Money(amount=Decimal("0.16"), currency="USD")
    assert found.pictures == 0
