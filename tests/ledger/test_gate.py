import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.gate import CLIMB, WINDOW, Booking, Gate
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

    async def still(self, seconds: float) -> None:
        assert seconds > 0
        await asyncio.sleep(0.01)


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


async def test_a_wait_for_the_rate_is_told_once_with_its_seconds(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 5)
    told: list[float] = []
    await through.acquire(5, waits=told.append)
    await through.acquire(1, waits=told.append)

    assert told == [pytest.approx(WINDOW)]


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
    await through.refused(Booking(number=0, pictures=1, at=clock.now), seconds=20, crowded=False)

    for _ in range(5):
        await through.acquire(1)
    assert clock.now == pytest.approx(1020)

    await through.acquire(1)
    assert clock.now == pytest.approx(1020 + WINDOW)


@pytest.mark.parametrize(("told", "waited"), [(300, 300), (301, 2), (1e9, 2), (float("inf"), 2)])
async def test_a_word_of_more_than_five_minutes_holds_no_later_run_up(
    ledger: Ledger, told: float, waited: float
):
    clock = Clock()
    through = gate(ledger, clock, 10)
    await through.refused(Booking(number=0, pictures=1, at=clock.now), seconds=told, crowded=False)

    await gate(ledger, clock, 10).acquire(1)

    assert clock.now == pytest.approx(1000 + waited)


async def test_a_clock_that_begins_anew_does_not_close_the_gate(ledger: Ledger):
    before, after = Clock(9e9), Clock(10)
    await gate(ledger, before, 1).acquire(1)
    await gate(ledger, before, 1).refused(Booking(number=0, pictures=1), seconds=100, crowded=False)

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


async def test_as_many_pictures_go_as_went_before_the_service_said_stop(ledger: Ledger):
    """The account has 50 a minute, and nobody knew."""
    clock = Clock()
    through = gate(ledger, clock, 500)
    flown = [await through.acquire(1) for _ in range(58)]

    for booking in flown[50:]:
        await through.refused(booking, seconds=None, crowded=False)
    clock.now += WINDOW
    again = [await through.acquire(1) for _ in range(50)]

    assert again[-1].at == pytest.approx(1000 + WINDOW)
    await through.acquire(1)
    assert clock.now > 1000 + WINDOW + 1


async def test_of_many_that_were_refused_at_once_the_first_halves(ledger: Ledger):
    clock = Clock()
    through = gate(ledger, clock, 500)
    flown = [await through.acquire(1) for _ in range(8)]
    clock.now += 1

    for booking in flown:
        await through.refused(booking, seconds=0, crowded=False)
        clock.now += 1

    for _ in range(250):
        await through.acquire(1)
    assert clock.now < 1020


def crowded(ledger: Ledger, clock: Clock, most: int, scope: str = "302ai/seedream-4.5") -> Gate:
    return Gate(ledger, scope=scope, limit=500, account="302ai", most=most, clock=clock, sleep=clock.still)


async def waits(through: Gate) -> bool:
    """Whether a call has to wait for another to land."""
    try:
        async with asyncio.timeout(0.2):
            booking = await through.acquire(1)
    except TimeoutError:
        return True
    await through.landed(booking)
    await through.give_back(booking, came=0)
    return False


async def test_calls_at_once_are_counted_for_all_models_of_an_account(ledger: Ledger):
    clock = Clock()
    first = crowded(ledger, clock, 2)
    second = crowded(ledger, clock, 2, scope="302ai/seedream-4.0")
    flown = await first.acquire(1)
    await second.acquire(1)

    assert await waits(second)
    await first.landed(flown)
    assert not await waits(second)


async def test_calls_of_a_dead_process_are_not_in_flight(store: Store, ledger: Ledger):
    clock = Clock()
    with Ledger.open(store) as dying:
        await crowded(dying, clock, 1).acquire(1)
        assert await waits(crowded(ledger, clock, 1))

    assert not await waits(crowded(ledger, clock, 1))


async def test_as_many_calls_fly_as_flew_when_the_service_said_that_it_is_full(ledger: Ledger):
    """The service takes four at once, and nobody knew."""
    clock = Clock()
    through = crowded(ledger, clock, 8)
    flown = [await through.acquire(1) for _ in range(8)]

    for booking in flown[4:]:
        await through.landed(booking)
        await through.refused(booking, seconds=None, crowded=True)

    assert await waits(through)
    await through.landed(flown[0])
    assert not await waits(through)
    again = await through.acquire(1)
    assert await waits(through)
    await through.landed(again)


async def test_one_more_flies_after_a_while_without_a_refusal(ledger: Ledger):
    clock = Clock()
    through = crowded(ledger, clock, 8)
    flown = [await through.acquire(1) for _ in range(2)]
    await through.refused(flown[1], seconds=None, crowded=True)
    await through.refused(flown[0], seconds=None, crowded=True)
    for _ in range(2):  # each refusal halves at most
        await through.acquire(1)
    assert await waits(through)

    clock.now += 6 * CLIMB

    for _ in range(6):
        await through.acquire(1)
    assert await waits(through)


async def test_who_is_cancelled_while_asking_books_nothing(ledger: Ledger):
    clock = Clock()
    through = crowded(ledger, clock, 1)
    asking = asyncio.create_task(through.acquire(1))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(0.2)

    assert not await waits(through)


async def test_an_index_that_is_lost_forgets_nothing_of_this_process(store: Store, ledger: Ledger):
    clock = Clock()
    through = crowded(ledger, clock, 3)
    window = gate(ledger, clock, 2, scope="302ai/seedream-5.0-pro")
    await window.acquire(2)
    for _ in range(2):
        await through.acquire(1)

    for path in store.folder.glob("index.db*"):
        path.unlink()

    await through.acquire(1)
    assert await waits(through)
    await window.acquire(1)
    assert clock.now == pytest.approx(1000 + WINDOW)


FLYER = """
import asyncio, sys
from pathlib import Path
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.gate import Gate
from seedream_pipe.store.folder import Store

aloft = Path(sys.argv[2])

async def fly(gate, number):
    refused = 0
    while True:
        booking = await gate.acquire(1)
        mark = aloft / f"{sys.argv[3]}-{number}"
        full = len(list(aloft.iterdir())) >= 4
        if not full:
            mark.touch()
            await asyncio.sleep(0.2)
            mark.unlink()
        await gate.landed(booking)
        if not full:
            return refused
        refused += 1
        await gate.refused(booking, seconds=None, crowded=True)

async def go(ledger):
    gate = Gate(ledger, scope="x", limit=5000, account="x", most=int(sys.argv[4]))
    return sum(await asyncio.gather(*(fly(gate, number) for number in range(10))))

with Ledger.open(Store.open(Path(sys.argv[1]))) as ledger:
    print(asyncio.run(go(ledger)))
"""


@pytest.mark.parametrize(("most", "bound"), [(4, 0), (8, 12)])
def test_processes_share_what_may_fly_and_what_they_learn(
    store: Store, tmp_path: Path, most: int, bound: int
):
    """A service that takes four at once: with a limit of four nothing is refused, without it few are."""
    aloft = tmp_path / "aloft"
    aloft.mkdir()
    command = [sys.executable, "-c", FLYER, str(store.folder), str(aloft)]
    flyers = [
        subprocess.Popen([*command, str(number), str(most)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]

    assert sum(int(flyer.communicate()[0]) for flyer in flyers) <= bound


async def test_calls_may_land_while_others_take_off(ledger: Ledger):
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        through = Gate(ledger, scope="302ai/seedream-4.5", limit=None, most=400)
        flying = [await through.acquire(1) for _ in range(300)]

        async def pass_through() -> None:
            await through.landed(await through.acquire(1))

        await asyncio.gather(*map(through.landed, flying), *(pass_through() for _ in range(60)))
    finally:
        sys.setswitchinterval(usual)
    assert ledger.index.rows("SELECT COUNT(*) FROM flights") == [(0,)]
