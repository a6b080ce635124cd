"""Tasks planned for pictures of a group that came with fewer: not needed, and nothing is wrong."""

from dataclasses import replace

import pytest

from seedream_pipe.plan.model import FromTask, PictureOf
from seedream_pipe.run.outcomes import NotNeeded, Skipped
from seedream_pipe.run.record import exit_code, outcome_tree
from seedream_pipe.run.resolve import Resolved, Unresolved, not_needed, resolve
from seedream_pipe.run.schedule import Schedule
from tests.run.tasks import digest, made, picture_of, plan, task

GROUP = task("turn", group=3)


def each(index, **changes):
    own = task(f"each@{index}", picture_of("turn", index))
    return replace(own, picture_of=PictureOf(task="turn", index=index), **changes)


def all_of(*addresses):
    return [FromTask(task=a, index=None, label=a, optional=True) for a in addresses]


def none_of(address="turn"):
    return NotNeeded(because=address, message=f"{address} has no picture [2]: it came with 2")


def run_to(schedule, *ends):
    """Let tasks end as told, in the order in which they become ready; gives those that ended by it."""
    outcomes, ended = dict(ends), []
    while (address := schedule.next()) is not None:
        ended += schedule.end(address, outcomes[address])
    return dict(ended)


class TestWhetherItIsNeeded:
    @pytest.mark.parametrize(
        ("pictures", "needed"),
        [(("a", "b", "c"), True), (("a", "b"), False), (("a", "b", None), False), ((), False)],
    )
    def test_it_is_when_its_picture_came(self, pictures, needed):
        came = tuple(None if name is None else digest(name) for name in pictures)
        assert (not_needed(each(2), lambda _: came) is None) is needed

    def test_a_hole_is_told_from_a_short_group(self):
        hole = not_needed(each(1), lambda _: (digest("a"), None))
        assert hole is not None
        assert hole.message == "turn has no picture [1]: it was refused or failed"

    def test_a_task_of_no_picture_always_is(self):
        assert not_needed(GROUP, lambda _: ()) is None


class TestSchedule:
    def test_who_takes_all_goes_on_without_it(self):
        board = plan(GROUP, each(1), each(2), task("sheet", *all_of("each@1", "each@2")))
        schedule = Schedule(board, ["sheet"])
        ends = {"turn": made(GROUP, "a", "b"), "each@1": made(each(1), "x"), "each@2": none_of()}
        run_to(schedule, *ends.items(), ("sheet", made(board.tasks["sheet"], "s")))
        assert schedule.done
        assert "sheet" in schedule.outcomes

    def test_who_wants_its_picture_is_skipped_with_all_that_follows(self):
        board = plan(GROUP, each(2), task("poster", picture_of("each@2")), task("ad", picture_of("poster")))
        schedule = Schedule(board, list(board.tasks))
        ended = run_to(schedule, ("turn", made(GROUP, "a", "b")), ("each@2", none_of()))
        assert {a: type(outcome) for a, outcome in ended.items()} == {"poster": Skipped, "ad": Skipped}
        assert schedule.done

    def test_who_only_waits_its_turn_goes_on(self):
        board = plan(GROUP, each(2), task("later", needs=["each@2"]))
        schedule = Schedule(board, list(board.tasks))
        run_to(
            schedule,
            ("turn", made(GROUP, "a")),
            ("each@2", none_of()),
            ("later", made(board.tasks["later"], "l")),
        )
        assert schedule.done
        assert not isinstance(schedule.outcomes["later"], Skipped)

    def test_what_stands_for_a_picture_of_it_is_not_needed_either(self):
        third = replace(task("third@2"), picture_of=PictureOf(task="each@2", index=0))
        board = plan(GROUP, each(2), third)
        schedule = Schedule(board, list(board.tasks))
        ended = run_to(schedule, ("turn", made(GROUP, "a")), ("each@2", none_of()))
        assert ended == {"third@2": none_of()}


class TestInputs:
    def test_optional_ones_that_are_not_there_are_passed_over(self):
        owner = task("sheet", *all_of("each@1", "each@2"))
        found = resolve(owner, lambda _: (digest("x"),), lambda _: None, is_there=lambda a: a == "each@1")
        assert isinstance(found, Resolved)
        assert found.digests == (digest("x"),)

    def test_none_at_all_is_no_task(self):
        owner = task("sheet", *all_of("each@1", "each@2"))
        found = resolve(owner, lambda _: (), lambda _: None, is_there=lambda _: False)
        assert isinstance(found, Unresolved)


def test_it_is_no_failure():
    assert exit_code([none_of()]) == 0
    assert outcome_tree(none_of())["outcome"] == "needless"
