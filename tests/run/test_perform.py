"""What a performer does before anything is sent; what it buys is in `test_pay`."""

import asyncio
from pathlib import Path

import pytest

from seedream_pipe.digest import blob_digest
from seedream_pipe.errors import ProviderError
from seedream_pipe.ledger.claims import claim
from seedream_pipe.makers import Answer, Fetched, Lost, Part, Reply, Request, Span, Unknown
from seedream_pipe.plan.key import key
from seedream_pipe.plan.model import Known
from seedream_pipe.run.outcomes import Failed, Made, Money, Reused
from seedream_pipe.run.perform import Performer
from seedream_pipe.run.resolve import Resolved
from seedream_pipe.store.folder import Store
from tests.run.tasks import digest, jpeg, picture_of, task


class Easel:
    """A provider that draws and costs nothing; a test may make it fail."""

    name = "easel"
    paid = False

    def __init__(self, *, refuses=None, sends=None, means=None):
        self.refuses, self.sends, self.means = refuses, sends, means
        self.asked = []

    def request(self, generation, references, *, take=1):
        if self.refuses is not None:
            raise self.refuses
        self.asked.append((generation.prompt, [picture.digest for picture in references], take))
        return Request(body=b"", shown={}, ceiling=1, patience=1)

    async def send(self, _request, tape):
        if self.sends is not None:
            return self.sends
        await tape.head(200, ())
        await tape.write(jpeg())
        return await tape.reply()

    def read(self, _reply):
        part = Part(index=0, source=Span(offset=0, length=1, encoding="raw"))
        answer = Answer(model="easel", request_id="", parts=(part,), holes=(), billed=None)
        return self.means or answer

    async def fetch(self, _part, reply, target):
        target.write_bytes(reply.body.read_bytes())
        return Fetched()


@pytest.fixture
def store(tmp_path):
    return Store.open(tmp_path / ".seedream")


def performed(store, provider, order, *inputs):
    """What becomes of a task whose inputs are pairs of a source and its digest."""
    resolved = Resolved(
        digests=tuple(found for _, found in inputs),
        labels=tuple(source.label for source, _ in inputs),
        sources=tuple(source for source, _ in inputs),
    )

    async def perform():
        performer = Performer(
            provider=provider,
            store=store,
            shop=None,
            price=lambda *_: Money(),
            slots=asyncio.Semaphore(2),
            tell=lambda _: None,
        )
        return await performer.perform(order, resolved)

    return asyncio.run(perform())


def file_at(path: Path, data: bytes) -> Known:
    path.write_bytes(data)
    return Known(digest=blob_digest(data), path=str(path), label="hero")


def test_what_is_drawn_is_stored_and_then_reused(store):
    easel = Easel()
    first = performed(store, easel, task("a", takes=2))
    assert isinstance(first, Made)
    assert (first.made, str(first.price)) == (2, "free")
    assert isinstance(performed(store, easel, task("a", takes=2)), Reused)
    assert sorted(take for _, _, take in easel.asked) == [1, 2]


def test_no_scratch_is_left(store):
    performed(store, Easel(), task("a"))
    performed(store, Easel(sends=Lost(cause="no paint")), task("b"))
    assert list(store.blobs.unfinished()) == []
    assert list((store.folder / "tmp").iterdir()) == []


def test_references_go_along_in_their_order(store, tmp_path):
    hero = file_at(tmp_path / "hero.jpg", jpeg("red"))
    sheet = store.blobs.put(jpeg("teal"))
    easel = Easel()
    performed(store, easel, task("a"), (picture_of("sheet"), sheet), (hero, hero.digest))
    assert easel.asked[0][1] == [sheet, hero.digest]


def test_a_data_uri_is_its_own_file(store):
    data = jpeg("navy")
    given = Known(digest=blob_digest(data), path="", label="data URI", data=data)
    assert isinstance(performed(store, Easel(), task("a"), (given, given.digest)), Made)


def test_a_reference_that_changed_since_it_was_planned_is_not_sent(store, tmp_path):
    hero = file_at(tmp_path / "hero.jpg", jpeg("red"))
    (tmp_path / "hero.jpg").write_bytes(jpeg("blue"))
    outcome = performed(store, easel := Easel(), task("a"), (hero, hero.digest))
    assert isinstance(outcome, Failed)
    assert "hero changed while the run was under way" in outcome.message
    assert easel.asked == []


def test_a_reference_that_is_gone_fails_its_task_alone(store, tmp_path):
    hero = file_at(tmp_path / "hero.jpg", jpeg("red"))
    (tmp_path / "hero.jpg").unlink()
    outcome = performed(store, Easel(), task("a"), (hero, hero.digest))
    assert isinstance(outcome, Failed)
    assert outcome.message == "hero cannot be read any more: no such file or directory"


def test_a_picture_that_the_store_lost_is_said(store):
    outcome = performed(store, Easel(), task("a"), (picture_of("sheet"), digest("lost")))
    assert isinstance(outcome, Failed)
    assert "the picture of sheet is missing in the store" in outcome.message


def test_a_provider_that_does_not_serve_a_model_fails_the_task(store):
    refusal = ProviderError("easel does not serve seedream-4.5", hint="choose another")
    outcome = performed(store, Easel(refuses=refusal), task("a"))
    assert outcome == Failed(code="E-PROVIDER", message=str(refusal), hint="choose another")


@pytest.mark.parametrize(
    ("easel", "code"),
    [
        (Easel(sends=Lost(cause="no paint")), "NotDrawn"),
        (Easel(means=Unknown(code="E-DRAW", message="what?", request_id="")), "E-DRAW"),
        (Easel(sends=Reply(status=200, headers=(), body=Path("/dev/null"))), "NotDrawn"),
    ],
)
def test_what_cannot_be_drawn_fails(store, easel, code):
    outcome = performed(store, easel, task("a"))
    assert isinstance(outcome, Failed)
    assert outcome.code == code


def test_what_a_test_server_made_is_bought_where_pictures_cost_money(market):
    market.origin = "127.0.0.1:8080"
    assert isinstance(market.buy(task("a")), Made)
    market.origin = ""
    assert isinstance(market.buy(task("a")), Made)
    assert market.billed == 2


def test_a_bought_picture_is_taken_by_a_test_server(market):
    market.buy(task("a"))
    market.origin = "127.0.0.1:8080"
    assert isinstance(market.buy(task("a")), Reused)


def test_a_wait_for_another_process_is_told_at_once_and_again(market):
    wanted = key(task("a").recipe, (), 1)

    async def other() -> None:
        store = market.store
        performer = market._performer(store, None)
        performer.shop = None
        performer.sleep = market._no_time
        async with claim(store, wanted):
            waiting = asyncio.create_task(
                performer.perform(task("a"), Resolved(digests=(), labels=(), sources=()))
            )
            for _ in range(1000):
                await asyncio.sleep(0.01)
                if len(market.paused()) >= 2:
                    break
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await performer.provider.close()

    asyncio.run(asyncio.wait_for(other(), 20))
    assert len(market.paused()) >= 2
    assert all(event.elsewhere for event in market.paused())
