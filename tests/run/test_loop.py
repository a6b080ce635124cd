import asyncio
import errno
from collections import Counter
from decimal import Decimal

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.plan.model import FromUrl
from seedream_pipe.run.events import TaskBegan, TaskEnded
from seedream_pipe.run.loop import Loop, Stop
from seedream_pipe.run.outcomes import Failed, Held, Money, Skipped, Waiting
from seedream_pipe.run.schedule import Schedule
from tests.run.tasks import chain, digest, made, picture_of, plan, take, task

NO = Failed(code="E-TEST", message="no")


class Hands:
    """A worker that does what a test says for an address: an outcome, an exception, or to wait."""

    def __init__(self, **answers):
        self.answers = answers
        self.begun = []
        self.inputs = {}
        self.at_once = 0
        self.most_at_once = 0
        self.trouble = {}

    async def fetch_inputs(self, task):
        return self.trouble.get(task.address, "")

    async def perform(self, task, resolved):
        self.begun.append(task.address)
        self.inputs[task.address] = resolved.digests
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self.answers.get(task.address, made(task, task.address))
            if isinstance(answer, asyncio.Event):
                await answer.wait()
                answer = made(task, task.address)
            else:
                await asyncio.sleep(0)
            if isinstance(answer, BaseException):
                raise answer
            return answer
        finally:
            self.at_once -= 1


class Looked:
    """A loop over a board, with what it told."""

    def __init__(self, board, worker, *, jobs=4, **options):
        self.events = []
        self.schedule = Schedule(board, board.tasks)
        self.stop = Stop()
        self.loop = Loop(
            plan=board,
            schedule=self.schedule,
            worker=worker,
            pinned=lambda _: None,
            jobs=jobs,
            emit=self.events.append,
            stop=self.stop,
            **options,
        )

    @property
    def outcomes(self):
        return self.schedule.outcomes

    def run(self):
        asyncio.run(asyncio.wait_for(self.loop.run(), 20))
        return self.outcomes

    def run_beside(self, other):
        async def both():
            running = asyncio.create_task(self.loop.run())
            await other()
            await asyncio.wait_for(running, 20)

        asyncio.run(both())
        return self.outcomes


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a condition of the test, not of the loop
            await asyncio.sleep(0)


def test_never_more_in_flight_than_jobs():
    worker = Hands()
    Looked(plan(*(task(f"t{n}") for n in range(20))), worker, jobs=3).run()
    assert worker.most_at_once == 3
    assert len(worker.begun) == 20


def test_a_chain_hands_each_picture_on():
    worker = Hands()
    Looked(chain("a", "b", "c"), worker).run()
    assert worker.begun == ["a", "b", "c"]
    assert worker.inputs["c"] == (digest("b"),)


def test_a_failure_skips_what_needs_it_and_keeps_the_rest_going():
    board = plan(task("a"), task("b", picture_of("a")), task("c", picture_of("b")), task("d"))
    outcomes = Looked(board, Hands(a=NO)).run()
    assert outcomes["c"] == Skipped(because="a", message="needs a, which failed")
    assert Counter(type(each).__name__ for each in outcomes.values()) == {
        "Failed": 1,
        "Skipped": 2,
        "Made": 1,
    }


def test_fail_fast_starts_nothing_after_the_first_failure():
    worker = Hands(a=NO)
    looked = Looked(plan(*(task(name) for name in "abcd")), worker, jobs=1, fail_fast=True)
    outcomes = looked.run()
    assert worker.begun == ["a"]
    assert isinstance(outcomes["d"], Waiting)
    assert "a did not come" in looked.stop.why


def test_every_task_is_told_once_with_its_beginning_before_its_end():
    looked = Looked(chain("a", "b", "c"), Hands(b=NO))
    looked.run()
    began = [event.address for event in looked.events if isinstance(event, TaskBegan)]
    ended = [event.address for event in looked.events if isinstance(event, TaskEnded)]
    assert (began, ended) == (["a", "b"], ["a", "b", "c"])


def test_draining_keeps_what_is_in_flight_and_starts_nothing_new():
    gate = asyncio.Event()
    worker = Hands(a=gate)
    looked = Looked(plan(task("a"), task("b"), task("c", picture_of("a"))), worker, jobs=1)

    async def ask():
        await until(lambda: worker.begun)
        looked.stop.drain("SIGINT")
        await asyncio.sleep(0.01)
        assert "a" not in looked.outcomes
        gate.set()

    outcomes = looked.run_beside(ask)
    assert outcomes["a"].made == 1
    assert outcomes["b"] == outcomes["c"] == Waiting(why="stopped", message="SIGINT")


def test_a_run_that_was_stopped_before_it_began_does_nothing():
    worker = Hands()
    looked = Looked(chain("a", "b"), worker)
    looked.stop.drain("SIGTERM")
    assert {type(each) for each in looked.run().values()} == {Waiting}
    assert worker.begun == []


def test_abandoning_cuts_off_what_is_in_flight_at_once():
    worker = Hands(a=asyncio.Event(), b=asyncio.Event())
    held = Held(call="1", worst=Money(), message="sent")
    looked = Looked(plan(task("a"), task("b"), task("c", picture_of("a"))), worker, left=lambda _: held)

    async def ask():
        await until(lambda: len(worker.begun) == 2)
        looked.stop.drain("once")
        await asyncio.sleep(0.01)
        looked.stop.abandon("twice")

    outcomes = looked.run_beside(ask)
    assert outcomes["a"] == outcomes["b"] == held
    assert outcomes["c"] == Waiting(why="held", message="needs a, which is held")


def test_a_crash_drains_the_others_and_is_raised():
    gate = asyncio.Event()
    worker = Hands(a=RuntimeError("a bug"), b=gate)
    looked = Looked(plan(task("a"), task("b"), task("c")), worker, jobs=2)

    async def ask():
        await until(lambda: "a" in looked.outcomes)
        gate.set()

    with pytest.raises(RuntimeError, match="a bug"):
        looked.run_beside(ask)
    assert looked.outcomes["a"] == Failed(code="E-BUG", message="a bug")
    assert looked.outcomes["b"].made == 1
    assert isinstance(looked.outcomes["c"], Waiting)


def test_an_error_of_the_store_keeps_its_code():
    looked = Looked(plan(task("a")), Hands(a=StoreError("full")))
    with pytest.raises(StoreError):
        looked.run()
    assert looked.outcomes["a"] == Failed(code="E-STORE", message="full")


@pytest.mark.parametrize(
    "left",
    [
        Held(call="1", worst=Money(amount=Decimal("0.04"), currency="USD"), message="sent"),
        Waiting(why="fetch", message="paid for, not yet downloaded"),
    ],
)
def test_a_task_that_crashed_after_it_was_sent_is_what_the_ledger_says(left):
    looked = Looked(plan(task("a")), Hands(a=StoreError("the disk is full")), left=lambda _: left)
    with pytest.raises(StoreError):
        looked.run()
    assert looked.outcomes["a"] == left


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "E-MEMORY"),
        (RuntimeError("can't start new thread"), "E-MEMORY"),
        (SystemError("error return without exception set"), "E-MEMORY"),
        (SystemError("compile returned NULL without setting an exception"), "E-MEMORY"),
        (OSError(errno.EMFILE, "Too many open files"), "E-FILES"),
        (OSError(errno.EIO, "Input/output error"), "E-SYSTEM"),
        (KeyError("x"), "E-BUG"),
    ],
)
def test_a_crash_is_the_machines_fault_where_that_can_be_known(error, code):
    looked = Looked(plan(task("a")), Hands(a=error))
    with pytest.raises(type(error)):
        looked.run()
    assert looked.outcomes["a"].code == code


def test_a_crash_is_told_when_the_ledger_cannot_be_asked():
    def left(_address):
        raise StoreError("no index")

    looked = Looked(plan(task("a")), Hands(a=StoreError("the disk is full")), left=left)
    with pytest.raises(StoreError, match="the disk is full"):
        looked.run()
    assert isinstance(looked.outcomes["a"], Failed)


def test_a_run_that_is_cancelled_leaves_no_task_behind():
    worker = Hands(a=asyncio.Event())
    looked = Looked(plan(task("a")), worker)

    async def cancelled():
        running = asyncio.create_task(looked.loop.run())
        await until(lambda: worker.begun)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(cancelled()) == set()
    assert worker.at_once == 0


def test_what_cannot_be_brought_from_outside_fails_the_task():
    worker = Hands()
    worker.trouble["a"] = "the reference is gone"
    assert Looked(plan(task("a")), worker).run()["a"] == Failed(
        code="E-REFERENCE", message="the reference is gone"
    )


def test_a_picture_that_did_not_come_fails_what_refers_to_it():
    board = plan(task("a", group=2), task("b", picture_of("a", 1)))
    outcomes = Looked(board, Hands(a=made(board.tasks["a"], "one", None))).run()
    assert outcomes["b"].code == "E-REFERENCE"
    assert "a has no picture [1]" in outcomes["b"].message


def test_a_url_that_nobody_pinned_fails_the_task():
    url = FromUrl(url="https://example.org/a.jpg", label="a")
    assert Looked(plan(task("a", url)), Hands()).run()["a"].code == "E-REFERENCE"


def test_a_thousand_tasks_in_a_row_are_no_depth():
    worker = Hands()
    Looked(chain(*(f"t{n:04}" for n in range(1000))), worker).run()
    assert len(worker.begun) == 1000


def test_the_picked_take_is_what_others_get():
    board = plan(task("a", takes=2, pick=2), task("b", picture_of("a")))
    owner = board.tasks["a"]
    both = made(owner, "first")
    both = type(both)(takes=(*both.takes, take(owner, "second", number=2)), price=Money(), seconds=1, made=2)
    worker = Hands(a=both)
    Looked(board, worker).run()
    assert worker.inputs["b"] == (digest("second"),)
