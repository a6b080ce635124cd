"""What is remembered, and what of it may be written down (R156)."""

from seedream_pipe.emulator import Emulator
from seedream_pipe.emulator.ledger import as_tree, fingerprint, shortened


def test_a_request_is_kept_whole_in_process(emulator, ask, data_uri):
    reference = data_uri(600, 600)
    ask(emulator, image=[reference], size="2K")
    seen = emulator.ledger.requests[0]
    assert seen.body["image"] == [reference]
    assert (seen.key, seen.provider, seen.number) == ("test-key", "cn", 1)
    assert seen.header("authorization") == "Bearer test-key"


def test_bodies_need_not_be_kept(ask, data_uri):
    with Emulator(keep_bodies=False) as emulator:
        ask(emulator, image=[data_uri(600, 600)], size="2K")
        assert len(emulator.ledger.requests[0].body["image"][0]) < 200


def test_pictures_are_billed_with_request_key_model_and_index(emulator, ask):
    ask(emulator, prompt="共2张", sequential_image_generation="auto")
    ask(emulator, "byteplus", model="seedream-4-5-251128", prompt="a dog")
    assert [
        (each.request, each.index, each.key, each.provider, each.prompt) for each in emulator.ledger.billed
    ] == [
        (1, 0, "test-key", "cn", "共2张"),
        (1, 1, "test-key", "cn", "共2张"),
        (2, 0, "test-key", "bp", "a dog"),
    ]


def test_a_ledger_does_not_change_once_read(emulator, ask):
    before = emulator.ledger
    ask(emulator)
    assert (len(before.requests), len(emulator.ledger.requests)) == (0, 1)


def test_a_tree_has_fingerprints_for_keys(emulator, ask):
    ask(emulator)
    tree = as_tree(emulator.ledger)
    assert tree["billed"][0]["key"] == fingerprint("test-key")
    assert "test-key" not in str(tree)


def test_short_values_stay():
    body = {"image": ["https://example.org/a.png", "data:image/png;base64,AAAA"], "n": 1}
    assert shortened(body) == body
