"""A disk that fails at any moment of a purchase: nothing is sent after it, nothing is paid for twice."""

import errno
from contextlib import suppress

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.run.outcomes import Held, Made, Reused
from tests.run.tasks import task
from tests.store.faulty_disk import Hasty, Watched, failing

SHOT = task("shot", prompt="a night market")


def operations(market):
    """How many times a whole purchase asks the disk for something."""
    seen = []
    market.files = Watched(lambda when, name: seen.append(name) if when == "before" else None)
    market.buy(task("counted"))
    return len(seen)


def stored(market):
    return len(list((market.folder / ".seedream" / "blobs").glob("*/*")))


@pytest.mark.parametrize(("times", "error"), [(10**9, errno.ENOSPC), (1, errno.EIO)], ids=["full", "once"])
def test_a_disk_that_fails_at_any_moment(market, times, error):
    count = operations(market)
    assert count > 30
    for number in range(1, count + 1):
        shot = task("shot", prompt=f"{times} {number}")
        requests, billed, pictures = market.requests, market.billed, stored(market)
        market.files = failing(number, times=times, error=error)
        with suppress(StoreError):
            market.buy(shot)
        market.files = Hasty()
        after = market.buy(shot)
        # Held although nothing left: the note that it is being sent came to the disk, and its folder did not.
        assert isinstance(after, (Made, Reused, Held)), number
        assert market.billed - billed <= market.requests - requests <= 1, number
        assert isinstance(after, Held) or stored(market) == pictures + 1, number


def test_after_a_write_that_failed_nothing_is_sent(market):
    market.buy(task("first"))
    requests = market.requests
    market.files = failing(1, times=10**9, only=("create",))
    with pytest.raises(StoreError):
        market.buy(*(task(f"t{n}") for n in range(5)))
    assert market.requests == requests
