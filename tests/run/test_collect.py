import asyncio
import errno
from pathlib import Path

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.makers import Answer, Fetched, Hole, Link, LinkDead, NotFetched, Part, Reply
from seedream_pipe.run.collect import Collected, Missing, collect
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Gap
from tests.run.tasks import jpeg
from tests.store.faulty_disk import failing

REPLY = Reply(status=200, headers=(), body=Path("/nowhere"))


class Shelf:
    """A provider whose pictures are what a test says, by index."""

    def __init__(self, **pictures):
        self.pictures = {int(name[1:]): what for name, what in pictures.items()}
        self.fetched = []

    async def fetch(self, part, _reply, target):
        await asyncio.sleep(0)
        self.fetched.append(part.index)
        what = self.pictures[part.index]
        if isinstance(what, BaseException):
            raise what
        if not isinstance(what, bytes):
            return what
        target.write_bytes(what)
        return Fetched()


@pytest.fixture
def store(tmp_path):
    return Store.open(tmp_path / ".seedream")


def collected(store, shelf, *, holes=(), complete=True):
    parts = tuple(Part(index=index, source=Link(url="https://example.org")) for index in shelf.pictures)
    answer = Answer(model="m", request_id="", parts=parts, holes=holes, billed=None, complete=complete)
    return asyncio.run(collect(shelf, store, answer, REPLY))


def test_pictures_and_holes_stand_in_the_order_of_the_answer(store):
    hole = Hole(index=1, code="X", message="no", refused=True)
    found = collected(store, Shelf(p2=jpeg("teal"), p0=jpeg("red", (30, 20))), holes=(hole,))
    first, gap, last = found.entries
    assert (first.width, first.height, first.media_type) == (30, 20, "image/jpeg")
    assert gap == Gap(index=1, code="X", message="no", refused=True)
    assert store.blobs.read(last.digest) == jpeg("teal")


def test_one_that_cannot_come_now_leaves_the_whole_answer_for_later(store):
    found = collected(store, Shelf(p0=jpeg(), p1=NotFetched(cause="503"), p2=LinkDead(cause="403")))
    assert found == Missing(dead=False, cause="503")
    assert len(list((store.folder / "blobs").glob("*/*"))) == 1


def test_a_dead_link_among_others_is_a_hole_and_alone_a_loss(store):
    found = collected(store, Shelf(p0=jpeg(), p1=LinkDead(cause="403")))
    assert isinstance(found, Collected)
    assert found.entries[1] == Gap(index=1, code="LinkDead", message="paid for and lost: 403", refused=False)
    assert collected(store, Shelf(p0=LinkDead(cause="403"))) == Missing(dead=True, cause="403")


def test_what_came_is_looked_at_before_it_is_stored(store):
    found = collected(store, Shelf(p0=b"<html>"))
    assert isinstance(found, Missing)
    assert "is not an image" in found.cause


def test_a_crash_beside_others_lets_them_come_and_leaves_no_temporary_file(store):
    shelf = Shelf(p0=StoreError("full"), p1=jpeg(), p2=jpeg("teal"))
    with pytest.raises(StoreError):
        collected(store, shelf)
    assert sorted(shelf.fetched) == [0, 1, 2]
    assert list(store.blobs.unfinished()) == []


def test_what_cannot_be_removed_is_no_crash(tmp_path):
    stubborn = failing(1, error=errno.EIO, only=("remove",), times=1000)
    store = Store.open(tmp_path / ".seedream", files=stubborn)
    assert isinstance(collected(store, Shelf(p0=b"<html>")), Missing)
    assert len(list(store.blobs.unfinished())) == 1


def test_what_cannot_be_read_back_is_an_error_of_the_store(store):
    class Vanishing(Shelf):
        async def fetch(self, part, reply, target):
            fetched = await super().fetch(part, reply, target)
            target.unlink()
            return fetched

    with pytest.raises(StoreError):
        collected(store, Vanishing(p0=jpeg()))
    assert not store.healthy


def of_a_call(store, shelf):
    (store.folder / "calls" / "c1").mkdir(parents=True, exist_ok=True)
    parts = tuple(Part(index=index, source=Link(url="https://example.org")) for index in shelf.pictures)
    answer = Answer(model="m", request_id="", parts=parts, holes=(), billed=None)
    return asyncio.run(collect(shelf, store, answer, REPLY, call="c1"))


def test_what_came_is_not_asked_for_again_though_its_link_has_died(store):
    assert of_a_call(store, Shelf(p0=jpeg(), p1=NotFetched(cause="503"))) == Missing(dead=False, cause="503")
    later = Shelf(p0=LinkDead(cause="403"), p1=LinkDead(cause="403"))
    found = of_a_call(store, later)
    assert later.fetched == [1]
    assert store.blobs.read(found.entries[0].digest) == jpeg()
    assert found.entries[1] == Gap(index=1, code="LinkDead", message="paid for and lost: 403", refused=False)


def test_what_came_and_was_damaged_since_is_asked_for_again(store):
    of_a_call(store, Shelf(p0=jpeg(), p1=NotFetched(cause="503")))
    (blob,) = (store.folder / "blobs").glob("*/*")
    blob.chmod(0o600)
    blob.write_bytes(jpeg()[:-9])
    again = Shelf(p0=jpeg(), p1=jpeg("teal"))
    assert isinstance(of_a_call(store, again), Collected)
    assert sorted(again.fetched) == [0, 1]


def test_a_note_of_what_came_that_cannot_be_read_is_no_harm(store):
    of_a_call(store, Shelf(p0=jpeg(), p1=NotFetched(cause="503")))
    (store.folder / "calls/c1/picture-0000.json").write_bytes(b"{}")
    again = Shelf(p0=jpeg(), p1=jpeg("teal"))
    assert isinstance(of_a_call(store, again), Collected)
    assert sorted(again.fetched) == [0, 1]
