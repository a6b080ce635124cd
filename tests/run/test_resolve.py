import pytest

from seedream_pipe.plan.model import FromUrl, Known
from seedream_pipe.run.resolve import Resolved, Unresolved, picked, resolve
from tests.run.tasks import digest, picture_of, take, task

FILE = Known(digest=digest("file"), path="/p/a.jpg", label="hero")
URL = FromUrl(url="https://example.org/a.jpg", label="a.jpg")
PICTURES = {"one": ("p0",), "series": ("s0", None, "s2")}


def pictures(address):
    return tuple(None if name is None else digest(name) for name in PICTURES[address])


def resolved(*inputs, pinned=digest):
    return resolve(task("t", *inputs), pictures, pinned)


def test_inputs_become_digests_in_their_order():
    found = resolved(picture_of("one"), FILE, URL)
    assert isinstance(found, Resolved)
    assert found.digests == (digest("p0"), digest("file"), digest(URL.url))
    assert found.labels == ("one", "hero", "a.jpg")


@pytest.mark.parametrize(("index", "names"), [(0, ["s0"]), (2, ["s2"]), (-1, ["s2"]), (None, ["s0", "s2"])])
def test_pictures_of_a_series_are_chosen_by_index(index, names):
    found = resolved(picture_of("series", index))
    assert isinstance(found, Resolved)
    assert list(found.digests) == [digest(name) for name in names]
    assert len(found.labels) == len(found.sources) == len(names)


@pytest.mark.parametrize(("index", "text"), [(1, "series has no picture [1]"), (7, "no picture [7]")])
def test_a_hole_is_no_picture(index, text):
    found = resolved(picture_of("series", index))
    assert isinstance(found, Unresolved)
    assert text in found.message


def test_a_url_that_was_never_fetched_says_so():
    found = resolved(URL, pinned=lambda _: None)
    assert found == Unresolved(message="https://example.org/a.jpg has not been fetched")


def test_the_picked_take_stands_for_a_task():
    owner = task("t", takes=2, pick=2)
    takes = [take(owner, "first"), take(owner, "second", number=2)]
    assert picked(owner, takes) == (digest("second"),)
    assert picked(owner, takes[:1]) == ()
