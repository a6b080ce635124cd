import asyncio
from dataclasses import dataclass, field

import pytest

from seedream_pipe.api.worker import Worker
from seedream_pipe.digest import blob_digest
from seedream_pipe.makers import Fetched, LinkDead, NotFetched
from seedream_pipe.plan.model import FromUrl
from seedream_pipe.run.decisions import Blocked, Forecast, Reuse, TaskForecast
from seedream_pipe.run.events import OutputPlaced
from seedream_pipe.run.outcomes import Failed, Held, Money, Reused
from seedream_pipe.run.outputs import Outputs
from seedream_pipe.run.pins import Pins
from seedream_pipe.run.resolve import Resolved
from seedream_pipe.run.transform import Transformer
from seedream_pipe.store.folder import Store
from tests.run.tasks import jpeg, take, task

URL = "https://example.org/hero.jpg"
NOTHING = Resolved(digests=(), labels=(), sources=())


@dataclass
class Web:
    """What a URL shows: bytes, or why it does not come."""

    shows: bytes | NotFetched | LinkDead = field(default_factory=jpeg)
    asked: list = field(default_factory=list)

    async def __call__(self, url, target):
        self.asked.append(url)
        await asyncio.sleep(0)
        if not isinstance(self.shows, bytes):
            return self.shows
        target.write_bytes(self.shows)
        return Fetched()


def nobody():
    raise AssertionError("nothing is to be made")


@pytest.fixture
def store(tmp_path):
    return Store.open(tmp_path / ".seedream")


@pytest.fixture
def told():
    return []


@pytest.fixture
def worker_of(tmp_path, store, told):
    def make(web=None, **decisions):
        tasks = {name: TaskForecast(address=name, decision=each) for name, each in decisions.items()}
        return Worker(
            make_performer=nobody,
            transformer=Transformer(operations={}, store=store, slots=asyncio.Semaphore(1)),
            fetch_url=web or Web(),
            outputs=Outputs(top=tmp_path, folder=tmp_path / "out", store=store),
            pins=Pins(store),
            store=store,
            emit=told.append,
            expected=Forecast(pipeline="b", provider="302ai", tasks=tasks),
        )

    return make


def with_url(address):
    return task(address, FromUrl(url=URL, label="hero"))


def test_a_url_is_fetched_once_however_many_ask_for_it(worker_of, store):
    web = Web()
    worker = worker_of(web)

    async def all_at_once():
        return await asyncio.gather(*(worker.fetch_inputs(with_url(name)) for name in "abcd"))

    assert asyncio.run(all_at_once()) == [""] * 4
    assert web.asked == [URL]
    assert Pins(store).get(URL) == blob_digest(web.shows)


@pytest.mark.parametrize(
    ("shows", "text"),
    [
        (NotFetched(cause="503"), f"the reference {URL} could not be fetched: 503"),
        (LinkDead(cause="404"), f"the reference {URL} could not be fetched: 404"),
        (b"<html>", f"the reference {URL} is not an image"),
        (b"", f"the reference {URL} is empty"),
    ],
)
def test_a_url_that_shows_no_picture_says_why_and_leaves_nothing(worker_of, store, shows, text):
    trouble = asyncio.run(worker_of(Web(shows)).fetch_inputs(with_url("a")))
    assert trouble.startswith(text)
    assert Pins(store).get(URL) is None
    assert list(store.blobs.unfinished()) == []


def test_what_is_in_the_store_is_placed_and_nothing_is_asked_for(worker_of, store, tmp_path, told):
    worker = worker_of(a=Reuse())
    from_store = pictures_in(store, "a", jpeg())
    worker.expected.tasks["a"] = TaskForecast(address="a", decision=Reuse(), takes=from_store)
    outcome = asyncio.run(worker.perform(task("a"), NOTHING))
    assert outcome == Reused(takes=from_store)
    assert told == [OutputPlaced(address="a", path="a.jpg")]
    assert (tmp_path / "out" / "a.jpg").read_bytes() == jpeg()


def pictures_in(store, address, data):
    found = take(task(address), "x")
    return (
        type(found)(take=1, key=found.key, pictures=(store.blobs.put(data),), media_types=("image/jpeg",)),
    )


class Helpless:
    """A performer that cannot bring anything back."""

    async def heal(self, _task, _resolved, _digests):
        return False


def test_a_picture_that_the_store_lost_fails_its_task(worker_of, store):
    worker = worker_of(a=Reuse())
    worker._performer = Helpless()
    takes = pictures_in(store, "a", jpeg())
    store.blobs.path(takes[0].pictures[0]).unlink()
    worker.expected.tasks["a"] = TaskForecast(address="a", decision=Reuse(), takes=takes)
    outcome = asyncio.run(worker.perform(task("a"), NOTHING))
    assert isinstance(outcome, Failed)
    assert outcome.code == "E-LOST"


def test_what_the_forecast_blocked_is_not_tried(worker_of):
    held = Held(call="c1", worst=Money(), message="lost")
    assert asyncio.run(worker_of(a=Blocked(outcome=held)).perform(task("a"), NOTHING)) == held
