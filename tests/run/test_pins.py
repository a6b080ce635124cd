import pytest

from seedream_pipe.run.pins import Pins
from seedream_pipe.store.folder import Store
from tests.run.tasks import digest, jpeg

URL = "https://example.org/夜/a.jpg?x=1"


@pytest.fixture
def store(tmp_path):
    return Store.open(tmp_path / ".seedream")


def test_a_url_is_known_by_what_it_showed(store):
    found = store.blobs.put(jpeg())
    Pins(store).put(URL, found)
    assert Pins(store).get(URL) == found
    assert Pins(store).get(URL + "2") is None


def test_a_pin_without_its_picture_has_to_be_fetched_again(store):
    found = store.blobs.put(jpeg())
    Pins(store).put(URL, found)
    store.blobs.path(found).unlink()
    assert Pins(store).get(URL) is None


@pytest.mark.parametrize("text", ["", "[]", '{"digest":"../../x"}', '{"digest":3}'])
def test_a_damaged_pin_is_none(store, text):
    Pins(store).put(URL, digest("x"))
    (pin,) = (store.folder / "pins").iterdir()
    pin.chmod(0o600)
    pin.write_text(text)
    assert Pins(store).get(URL) is None


def test_a_reader_writes_nothing(tmp_path):
    store = Store.open(tmp_path / ".seedream", create=False)
    assert Pins(store).get(URL) is None
    assert not (tmp_path / ".seedream").exists()
