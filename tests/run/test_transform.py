"""One task of an operation: made once, found again, failed alone."""

import asyncio

import pytest

from seedream_pipe.catalog import OPERATIONS
from seedream_pipe.errors import OperationError
from seedream_pipe.makers import MakerId, Rendered
from seedream_pipe.plan.model import FromTask, TransformRecipe
from seedream_pipe.run.outcomes import Failed, Made, Reused
from seedream_pipe.run.resolve import Resolved
from seedream_pipe.run.transform import Transformer
from seedream_pipe.store.folder import Store
from tests.run.tasks import jpeg, task

OWNER = task("thumb")


def recipe(width=8, **changes):
    params = OPERATIONS["resize"].decode({"width": width})
    maker = MakerId(name="resize", version=1, realm="local")
    return TransformRecipe(maker=maker, options={"width": width}, params=params, **changes)


class Dies:
    name, version = "resize", 1

    def decode(self, _with):
        raise AssertionError("nobody asks")

    def ceiling(self, _params, inputs):
        return inputs

    def apply(self, _params, _pictures):
        raise AssertionError("nothing was to be made")


class Refuses(Dies):
    def apply(self, _params, _pictures):
        raise OperationError("it does not suit", hint="another one")


@pytest.fixture
def store(tmp_path):
    return Store.open(tmp_path / ".seedream")


@pytest.fixture
def still(store):
    """A picture of another task, in the store."""
    digest = store.blobs.put(jpeg(size=(64, 32)))
    source = FromTask(task="still", index=0, label="still")
    return Resolved(digests=(digest,), labels=("still",), sources=(source,))


def perform(store, resolved, made=None, operations=OPERATIONS):
    async def go():
        worker = Transformer(operations=operations, store=store, slots=asyncio.Semaphore(2))
        return await worker.perform(OWNER, made or recipe(), resolved)

    return asyncio.run(go())


def test_its_pictures_are_in_the_store_with_what_they_are(store, still):
    outcome = perform(store, still)
    assert isinstance(outcome, Made)
    ((taken,), made, price) = outcome.takes, outcome.made, outcome.price
    stored = store.results.get(taken.key).result
    assert (made, price.currency, taken.media_types) == (1, "", ("image/jpeg",))
    assert (stored.provider, stored.model, stored.inputs) == ("local", "resize", still.digests)
    assert (stored.pictures[0].width, stored.pictures[0].height) == (8, 4)


def test_a_hit_asks_no_operation(store, still):
    perform(store, still)
    assert isinstance(perform(store, still, operations={"resize": Dies()}), Reused)


def test_another_parameter_is_another_picture(store, still):
    perform(store, still)
    assert isinstance(perform(store, still, recipe(4)), Made)


def test_labels_count_only_where_they_are_lettered(store, still):
    other = Resolved(digests=still.digests, labels=("hero",), sources=still.sources)
    perform(store, still)
    assert isinstance(perform(store, other), Reused)
    perform(store, still, recipe(labelled=True))
    assert isinstance(perform(store, other, recipe(labelled=True)), Made)


def test_what_does_not_suit_fails_with_its_remedy(store, still):
    outcome = perform(store, still, operations={"resize": Refuses()})
    assert outcome == Failed(code="E-OPERATION", message="thumb: it does not suit", hint="another one")


def test_equal_tasks_at_once_are_made_once(store, still):
    calls = []

    class Counts(Dies):
        def apply(self, _params, pictures):
            calls.append(len(pictures))
            return (Rendered(data=jpeg(), media_type="image/jpeg", width=48, height=32),)

    async def go():
        worker = Transformer(operations={"resize": Counts()}, store=store, slots=asyncio.Semaphore(4))
        return await asyncio.gather(*(worker.perform(OWNER, recipe(), still) for _ in range(5)))

    outcomes = asyncio.run(go())
    assert calls == [1]
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Made", *["Reused"] * 4]


def test_a_picture_that_the_store_lost_fails_the_task(store, still):
    store.blobs.path(still.digests[0]).unlink()
    outcome = perform(store, still)
    assert isinstance(outcome, Failed)
    assert "still" in outcome.message
