import asyncio
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.gate import WINDOW, Gate
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import ROOT

pytestmark = pytest.mark.anyio


class Clock:
    """Time that goes on only when somebody sleeps."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        await asyncio.sleep(0)


def gate(ledger: Ledger, clock: Clock, limit: int | None, scope: str = "302ai/seedream-4.5") -> Gate:
    return Gate(ledger, scope=scope, limit=limit, clock=clock, sleep=clock.sleep)


@given(
    limit=st.integers(1, 20),
    sends=st.lists(st.tuples(st.integers(1, 15), st.floats(0, 40), st.integers(0, 15)), max_size=12),
)
def test_never_more_than_the_limit_in_any_minute(
    tmp_path_factory: pytest.TempPathFactory, limit: int, sends: list[tuple[int, float, int]]
):
    store = Store.open(tmp_path_factory.mktemp("gate") / "store")
    clock = Clock()
    passed: list[tuple[float, int]] = []

    async def send() -> None:
        with Ledger.open(store) as ledger:
            through = gate(ledger, clock, limit)
            for pictures, pause, came in sends:
                clock.now += pause
                booking = await through.acquire(pictures)
                made = min(came, booking.pictures)
                passed.append((clock.now, made))
                await through.give_back(booking, came=made)

    asyncio.run(send())

    for start, _ in passed:
        assert sum(made for at, made in passed if start <= at < start + 60) <= limit


async def test_the_whole_limit_goes_at_once_and_the_next_waits_a_minute(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 500)
    for _ in range(100):
        await through.acquire(5)
    assert clock.now == 1000

    await through.acquire(1)

    assert clock.now == pytest.approx(1000 + WINDOW)


async def test_what_did_not_come_is_given_back(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 15)
    booking = await through.acquire(15)
    await through.give_back(booking, came=4)

    await through.acquire(11)

    assert clock.now == 1000


async def test_a_group_larger_than_the_limit_weighs_the_limit(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 10)

    assert (await through.acquire(15)).pictures == 10
    assert clock.now == 1000


async def test_without_a_limit_nobody_waits(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, None)
    for _ in range(50):
        booking = await through.acquire(15)
    await through.give_back(booking, came=0)

    assert clock.now == 1000


async def test_two_gates_of_a_scope_share_and_others_do_not(store: Store, ledger: Ledger):
    clock = Clock()
    with Ledger.open(store) as other:
        await gate(ledger, clock, 2).acquire(1)
        await gate(other, clock, 2).acquire(1)
        await gate(other, clock, 2, scope="ark/seedream-4.5").acquire(2)
        assert clock.now == 1000

        await gate(ledger, clock, 2).acquire(1)
        assert clock.now == pytest.approx(1000 + WINDOW)


async def test_after_a_429_nothing_goes_for_a_while_and_then_half(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 10)
    await through.slow_down(20)

    for _ in range(5):
        await through.acquire(1)
    assert clock.now == pytest.approx(1020)

    await through.acquire(1)
    assert clock.now == pytest.approx(1020 + WINDOW)


async def test_a_brake_is_at_most_five_minutes(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 10)
    await through.slow_down(1e9)

    await through.acquire(1)

    assert clock.now == pytest.approx(1300)


async def test_a_clock_that_begins_anew_does_not_close_the_gate(ledger: Ledger):
    before, after = Clock(9e9), Clock(10)
    await gate(ledger, before, 1).acquire(1)
    await gate(ledger, before, 1).slow_down(100)

    await gate(ledger, after, 1).acquire(1)

    assert after.now <= 10 + WINDOW + 0.001


async def test_who_came_first_goes_first(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 10)
    await through.acquire(10)
    order: list[int] = []

    async def wait(pictures: int) -> None:
        await through.acquire(pictures)
        order.append(pictures)

    async with asyncio.TaskGroup() as tasks:
        for pictures in (9, 1, 2, 3):
            tasks.create_task(wait(pictures))

    assert order == [9, 1, 2, 3]


def test_a_gate_that_lets_nothing_through_is_a_mistake(ledger: Ledger):
    with pytest.raises(ValueError, match="at least one"):
        Gate(ledger, scope="x", limit=0)


PASSER = """
import asyncio, sys
from pathlib import Path
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.gate import Gate
from seedream_pipe.store.folder import Store

class Full(Exception): pass

async def sleep(seconds): raise Full

async def go(ledger):
    gate = Gate(ledger, scope="x", limit=20, sleep=sleep)
    passed = 0
    try:
        while True:
            await gate.acquire(1)
            passed += 1
    except Full:
        return passed

with Ledger.open(Store.open(Path(sys.argv[1]))) as ledger:
    print(asyncio.run(go(ledger)))
"""


def test_processes_share_one_window(store: Store):
    command = [sys.executable, "-c", PASSER, str(store.folder)]
    passers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert sum(int(passer.communicate()[0]) for passer in passers) == 20
