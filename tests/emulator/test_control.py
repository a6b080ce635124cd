"""The control doors and what they show (R156)."""

import pytest

BODY = {"model": "doubao-seedream-4-5-251128", "prompt": "a cat"}


def test_the_ledger_shows_requests_pictures_and_downloads_without_keys(emulator, ask, client):
    url = ask(emulator, prompt="一只猫 \u202e", made_up=1, headers={"X-Client-Request-Id": "mine"}).json()[
        "data"
    ][0]["url"]
    client.get(url)
    answer = client.get(emulator.url + "/_emulator/ledger")
    request = answer.json()["requests"][0]
    assert (request["body"]["prompt"], request["ignored"]) == ("一只猫 \u202e", ["made_up"])
    assert request["client_request_id"] == "mine"
    assert answer.json()["billed"][0]["key"] == request["key"]
    assert [(each["request"], each["status"]) for each in answer.json()["downloads"]] == [(1, 200)]
    assert "test-key" not in answer.text


def test_the_clock_moves_links_to_their_end(emulator, ask, client):
    url = ask(emulator).json()["data"][0]["url"]
    client.post(emulator.url + "/_emulator/clock", json={"advance": 86_401})
    assert client.get(url).status_code == 403


def test_reset_forgets(emulator, ask, client):
    url = ask(emulator).json()["data"][0]["url"]
    emulator.script({"answer": "error/500-internal"})
    client.post(emulator.url + "/_emulator/reset")
    assert emulator.ledger.requests == emulator.ledger.billed == ()
    assert client.get(url).status_code == 404
    assert ask(emulator).status_code == 200
    assert emulator.ledger.requests[0].number == 1


@pytest.mark.parametrize(
    ("door", "content", "text"),
    [
        ("script", b"{", "not JSON"),
        ("script", b'[{"cut":"there"}]', "cut is one of"),
        ("clock", b'{"advance":"soon"}', "the clock takes"),
        ("clock", b"[]", "the clock takes"),
    ],
)
def test_a_wrong_order_says_why(emulator, client, door, content, text):
    answer = client.post(f"{emulator.url}/_emulator/{door}", content=content)
    assert answer.status_code == 400
    assert text in answer.json()["error"]
