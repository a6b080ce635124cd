"""Which edits are small, and which tasks have the same one."""

import pytest

from seedream_pipe.reports.edits import fragments, small_edits, targets_of
from seedream_pipe.run.decisions import Forecast, Make, Reuse, TaskForecast
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.reasons import Change, InputChanged, RecipeChanged

PRICE = Money(amount=4, currency="USD")


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("a warm ligth", "a warm light", (("ligth", "light"),)),
        ("same", "same", ()),
        ("end.", "end", ((".", ""),)),
        ("", "new", (("", "new"),)),
        ("a cat and a dog", "a cut and a dig", (("cat", "cut"), ("dog", "dig"))),
        ("夜市的灯笼", "夜市的红灯笼", (("", "红"),)),
        ("雨夜里，她跑了", "雨夜里，他跑了", (("她", "他"),)),
        ("aa", "aaa", (("aa", "aaa"),)),
        ("x" * 700, "y" * 700, ()),
    ],
)
def test_the_words_that_changed(old, new, changed):
    assert fragments(old, new) == changed


def forecast(**changed):
    tasks = {
        address: TaskForecast(
            address=address, decision=Make(reason=reason, worst=PRICE, least=PRICE, pictures=1)
        )
        for address, reason in changed.items()
    }
    return Forecast(pipeline="x", provider="302ai", tasks=tasks)


def prompt(old, new, *more):
    return RecipeChanged(changes=(Change(field="prompt", old=old, new=new), *more))


def test_tasks_with_the_same_small_edit_are_one_group():
    chained = InputChanged(tasks=("a",), changes=(Change(field="prompt", old="c ligth", new="c light"),))
    found = forecast(
        a=prompt("a ligth", "a light"),
        b=prompt("b ligth", "b light"),
        c=chained,
        d=prompt("d", "something that is quite different"),
        e=prompt("e ligth", "e light", Change(field="size", old="2K", new="4K")),
        f=InputChanged(tasks=("a",)),
    )
    (edit,) = small_edits(found)

    assert (edit.tasks, edit.fragments, str(edit.worst)) == (("a", "b", "c"), (("ligth", "light"),), "$12.00")


def test_what_costs_nothing_is_not_worth_a_word():
    task = TaskForecast(
        address="a",
        decision=Make(reason=prompt("a", "b"), worst=Money(), least=Money(), pictures=1),
    )

    assert small_edits(Forecast(pipeline="x", provider="preview", tasks={"a": task})) == []


def test_a_step_is_named_where_all_that_it_makes_has_the_edit():
    same = prompt("a ligth", "a light")
    found = forecast(**{"s@a": same, "s@b": same, "t@a": same, "t@b": prompt("x", "another text")})
    found.tasks["s@c"] = TaskForecast(address="s@c", decision=Reuse())

    edit = small_edits(found)[0]
    assert targets_of(edit, found, found.tasks) == ("s", "t@a")
    assert targets_of(edit, found, [*found.tasks, "s@of_no_plan"]) == ("s@a", "s@b", "t@a")


def test_a_step_is_not_named_where_one_of_it_is_held_as_approved():
    found = forecast(**{"s@a": prompt("a ligth", "a light")})
    found.tasks["s@b"] = TaskForecast(address="s@b", decision=Reuse(approved=True))

    assert targets_of(small_edits(found)[0], found, found.tasks) == ("s@a",)


def test_a_task_whose_references_become_others_is_of_no_small_edit():
    edit = Change(field="prompt", old="b ligth", new="b light")
    found = forecast(
        a=prompt("a", "something that is quite different"),
        b=InputChanged(tasks=("a",), changes=(edit,)),
        c=prompt("c ligth", "c light"),
        d=InputChanged(tasks=("b",), changes=(edit,)),
    )

    assert [each.tasks for each in small_edits(found)] == [("c",)]
