"""The run's event loop: its threads are there before all else, and it never waits for what is lost."""

import _thread
import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from seedream_pipe.cli.boundary import LAST_WORDS
from seedream_pipe.cli.loop import Loop
from tests.cli.conftest import ROOT

SECONDS = 10.0
"""What would be waited for without end ends the test instead."""


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=Loop) as running:
        yield running


def by_itself(program: str) -> "subprocess.CompletedProcess[bytes]":
    """A program that has such a loop, in a process of its own."""
    head = "import asyncio, sys, threading, time\nfrom seedream_pipe.cli.loop import Loop\n"
    return subprocess.run(
        [sys.executable, "-c", head + program], cwd=ROOT, capture_output=True, check=False, timeout=30
    )


def threads_left(most: int) -> int:
    """How many threads there are, once no more are than that, or after a while."""
    until = time.monotonic() + SECONDS
    while _thread._count() > most and time.monotonic() < until:
        time.sleep(0.01)
    return _thread._count()


def test_all_threads_are_there_before_anything_is_asked_of_them() -> None:
    before = _thread._count()
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.get_loop()
        begun = _thread._count()
        assert begun > before

        async def many() -> None:
            await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.001) for _ in range(200)))
            assert _thread._count() == begun

        runner.run(many())
    assert threads_left(before) == before


def test_a_thread_that_cannot_begin_is_want_of_memory(monkeypatch) -> None:
    def full(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", full)
    with pytest.raises(MemoryError):
        Loop()


def test_the_threads_that_began_end_where_one_cannot(monkeypatch) -> None:
    before, start = _thread._count(), _thread.start_new_thread
    left = iter([True, True])

    def nearly_full(*arguments: object) -> int:
        if next(left, False):
            return start(*arguments)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", nearly_full)
    with pytest.raises(MemoryError):
        Loop()
    assert threads_left(before) == before


def test_what_a_thread_gives_comes_through(runner) -> None:
    assert runner.run(asyncio.to_thread(divmod, 7, 2)) == (3, 1)


@pytest.mark.parametrize("error", [ValueError("no"), MemoryError(), SystemExit(3)])
def test_what_a_thread_raises_comes_through(runner, error) -> None:
    def fail() -> None:
        raise error

    async def caught() -> BaseException | None:
        future = asyncio.get_running_loop().run_in_executor(None, fail)
        await asyncio.wait([future], timeout=SECONDS)
        return future.exception()

    assert runner.run(caught()) is error


def test_a_thread_that_failed_takes_the_next_call(runner) -> None:
    async def failed_often() -> list[object]:
        calls = (asyncio.to_thread(int, word) for word in ["x"] * 100 + ["7"] * 100)
        return await asyncio.gather(*calls, return_exceptions=True)

    ended = runner.run(failed_often())
    assert [type(each) for each in ended] == [ValueError] * 100 + [int] * 100


def test_a_call_sees_what_its_task_has_set(runner) -> None:
    whose: ContextVar[str] = ContextVar("whose")

    async def asked() -> str:
        whose.set("mine")
        return await asyncio.to_thread(whose.get)

    assert runner.run(asked()) == "mine"


def test_an_executor_of_ones_own_is_used(runner) -> None:
    async def name() -> str:
        with ThreadPoolExecutor(thread_name_prefix="own") as own:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(own, lambda: threading.current_thread().name)

    assert runner.run(name()).startswith("own")


def test_what_nobody_waits_for_any_more_is_let_go(runner) -> None:
    told: list[object] = []
    go_on = threading.Event()

    async def given_up() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context))
        future = loop.run_in_executor(None, go_on.wait, SECONDS)
        future.cancel()
        go_on.set()
        await loop.shutdown_default_executor()
        await asyncio.sleep(0)

    runner.run(given_up())
    assert told == []


def test_want_of_memory_in_a_callback_ends_the_loop(runner) -> None:
    def full() -> None:
        raise MemoryError

    async def waiting() -> None:
        asyncio.get_running_loop().call_soon(full)
        await asyncio.sleep(SECONDS)

    with pytest.raises(MemoryError):
        runner.run(waiting())


def test_another_error_in_a_callback_is_told_and_ends_nothing(runner) -> None:
    told: list[object] = []

    def fail() -> None:
        raise ValueError("no")

    async def going_on() -> str:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        loop.call_soon(fail)
        await asyncio.sleep(0.01)
        return "on"

    assert runner.run(going_on()) == "on"
    assert [type(each) for each in told] == [ValueError]


@pytest.mark.parametrize("call", ["lambda: 1", "lambda: 1 / 0"])
def test_an_end_that_cannot_be_told_ends_the_program(call) -> None:
    ended = by_itself(
        "class Full(Loop):\n"
        "    def call_soon_threadsafe(self, *_, **__):\n"
        "        raise MemoryError\n"
        f"asyncio.Runner(loop_factory=Full).run(asyncio.to_thread({call}))\n"
    )
    assert (ended.returncode, ended.stderr) == (1, LAST_WORDS)


def test_the_end_of_the_loop_waits_for_a_thread_at_work() -> None:
    done: list[str] = []

    def work() -> None:
        time.sleep(0.2)
        done.append("work")

    async def begun() -> None:
        asyncio.get_running_loop().run_in_executor(None, work)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(begun())
        assert done == []
    assert done == ["work"]


def test_a_thread_that_outlives_its_loop_ends_in_silence() -> None:
    ended = by_itself(
        "loop = Loop()\n"
        "loop.run_in_executor(None, time.sleep, 0.2)\n"
        "loop.close()\n"
        "time.sleep(0.5)\n"
        "print('out')\n"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"out\n", b"")
