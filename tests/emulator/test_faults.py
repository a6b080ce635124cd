"""Everything that can be made to go wrong, on the wire (R155)."""

import io
import json
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from seedream_pipe.emulator import Emulator, Fault, WrongScript
from seedream_pipe.emulator.failures import FAILURES
from seedream_pipe.emulator.faults import SCENES, fault_from_json

BODY = b'{"model":"doubao-seedream-4-5-251128","prompt":"a cat"}'
REQUEST = (
    b"POST /api/v3/images/generations HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer test-key\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


def raw(emulator: Emulator, request: bytes = REQUEST, patience: float = 5.0) -> tuple[bytes, str]:
    """What arrives, and how the connection ends: closed, reset or silent."""
    address = urlsplit(emulator.url)
    got = b""
    with socket.create_connection((address.hostname, address.port), timeout=patience) as connection:
        connection.sendall(request)
        try:
            while piece := connection.recv(65_536):
                got += piece
        except ConnectionResetError:
            return got, "reset"
        except TimeoutError:
            return got, "silent"
    return got, "closed"


def settled(emulator: Emulator, billed: int) -> bool:
    """Whether so many pictures are billed soon, and no more."""
    for _ in range(100):
        if len(emulator.ledger.billed) >= billed:
            break
        time.sleep(0.01)
    return len(emulator.ledger.billed) == billed


@pytest.mark.parametrize("name", sorted(name for name in FAILURES if name.startswith("error/")))
def test_every_ark_failure_can_be_scripted_and_is_free(emulator, ask, name):
    emulator.script({"answer": name + ".json"})
    answer = ask(emulator)
    assert answer.status_code == int(name[6:9])
    assert answer.headers["x-request-id"] in answer.json()["error"]["message"]
    assert "{" not in answer.json()["error"]["message"]
    assert emulator.ledger.billed == ()
    assert ask(emulator).status_code == 200


@pytest.mark.parametrize("name", sorted(name for name in FAILURES if name.startswith("302/")))
def test_every_failure_of_302_can_be_scripted(emulator, ask, name):
    emulator.script({"answer": name})
    assert ask(emulator, "302ai").status_code == FAILURES[name].status


def test_the_edge_gives_up_while_the_picture_is_billed(emulator, ask):
    emulator.script({"answer": "302/error-524-gateway-timeout", "bill": True})
    answer = ask(emulator, "302ai")
    assert (answer.status_code, answer.headers["content-type"]) == (524, "text/html; charset=UTF-8")
    assert [picture.request for picture in emulator.ledger.billed] == [1]


def test_a_fault_hits_its_number_only(emulator, ask):
    emulator.script({"number": 2, "answer": "error/500-internal"})
    assert [ask(emulator).status_code for _ in range(3)] == [200, 500, 200]


def test_a_fault_hits_its_prompt_as_often_as_it_says(emulator, ask):
    emulator.script({"match": "dog", "times": 2, "answer": "error/429-server-overloaded"})
    prompts = ["cat", "a dog", "dogs", "dog"]
    assert [ask(emulator, prompt=prompt).status_code for prompt in prompts] == [200, 429, 429, 200]


def test_a_fault_for_ever(emulator, ask):
    emulator.script(Fault(times=0, answer="error/429-model-rpm", headers={"Retry-After": "3"}))
    assert [ask(emulator).headers["retry-after"] for _ in range(3)] == ["3"] * 3


def test_a_literal_answer(emulator, ask):
    emulator.script(
        {"status": 302, "body": "moved", "content_type": "text/plain", "headers": {"Location": "/x"}}
    )
    answer = ask(emulator)
    assert (answer.status_code, answer.text, answer.headers["location"]) == (302, "moved", "/x")
    assert emulator.ledger.billed == ()


def test_bytes_that_are_no_text(emulator, ask):
    emulator.script({"status": 200, "body_base64": "//5hAA=="}, Fault(body=b"\xff\xfe"))
    assert ask(emulator).content == b"\xff\xfea\0"
    assert ask(emulator).content == b"\xff\xfe"


def test_delay_before_the_first_byte(emulator, ask):
    emulator.script({"delay": 0.3})
    start = time.monotonic()
    ask(emulator)
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize(("bill", "billed"), [(None, 1), (False, 0)])
@pytest.mark.parametrize("cut", ["before", "head", "body"])
def test_a_reset_bills_what_was_made(emulator, cut, bill, billed):
    emulator.script({"cut": cut, "bill": bill})
    got, end = raw(emulator)
    assert end == "reset"
    head, _, body = got.partition(b"\r\n\r\n")
    assert (bool(head), bool(body)) == {
        "before": (False, False),
        "head": (True, False),
        "body": (True, True),
    }[cut]
    assert settled(emulator, billed)


def test_a_cut_that_closes_in_the_ordinary_way(emulator):
    emulator.script({"cut": "body", "at": 10, "end": "close"})
    got, end = raw(emulator)
    assert (len(got.partition(b"\r\n\r\n")[2]), end) == (10, "closed")


def test_hang_until_the_client_gives_up(emulator):
    emulator.script({"cut": "before", "end": "hang"})
    assert raw(emulator, patience=0.3) == (b"", "silent")
    assert settled(emulator, 1)


def test_a_stream_cut_in_an_event_goes_on_being_made(emulator, client):
    emulator.script({"cut": "event", "at": 1, "count": 4, "event_delay": 0.02})
    body = {"model": "doubao-seedream-4-5-251128", "prompt": "a cat", "stream": True}
    url = emulator.base_url("ark") + "/images/generations"
    pieces: list[str] = []
    headers = {"Authorization": "Bearer test-key"}
    with client.stream("POST", url, json=body, headers=headers) as answer, pytest.raises(httpx.ReadError):
        pieces.extend(answer.iter_text())
    text = "".join(pieces)
    assert text.count('"image_index":0') == 1
    assert not text.endswith("\n\n")
    assert settled(emulator, 4)


def test_a_client_that_goes_away_is_billed_all_the_same(emulator, ask, client):
    emulator.script({"delay": 0.2})
    with pytest.raises(httpx.ReadTimeout):
        client.post(
            emulator.base_url("ark") + "/images/generations",
            content=BODY,
            headers={"Authorization": "Bearer test-key"},
            timeout=0.05,
        )
    assert emulator.ledger.billed == ()
    assert settled(emulator, 1)


@pytest.mark.parametrize("off", [5, -5])
def test_a_wrong_content_length(emulator, off):
    emulator.script({"length_off": off, "end": "close"})
    got, _ = raw(emulator, REQUEST.replace(b"Host: h", b"Host: h\r\nConnection: close"))
    head, _, body = got.partition(b"\r\n\r\n")
    assert f"content-length: {len(body) + off}".encode() in head


def test_no_length_at_all(emulator):
    emulator.script({"no_length": True})
    got, end = raw(emulator)
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"content-length" not in head
    assert (body[-1:], end) == (b"}", "closed")


@pytest.mark.parametrize("kind", ["cut", "bad"])
def test_spoiled_chunks(emulator, ask, kind):
    emulator.script({"chunks": kind})
    with pytest.raises(httpx.RemoteProtocolError):
        ask(emulator)
    assert settled(emulator, 1)


def test_a_slow_trickle(emulator):
    emulator.script({"trickle": [200, 0.02]})
    start = time.monotonic()
    got, _ = raw(emulator, REQUEST.replace(b"Host: h", b"Host: h\r\nConnection: close"))
    assert time.monotonic() - start >= 0.02 * (len(got) // 200)


def test_a_stream_split_at_every_few_bytes(emulator, ask):
    emulator.script({"split": 7, "as_stream": True})
    assert ask(emulator).text.endswith("data: [DONE]\n\n")


def test_gzip_can_be_forced_on_and_off(emulator, ask):
    emulator.script({"gzip": True}, {"gzip": False})
    assert ask(emulator, headers={"Accept-Encoding": "identity"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in ask(emulator).headers


def test_a_base64_answer_where_a_link_was_asked_for(emulator, ask):
    emulator.script({"as_base64": True})
    assert "b64_json" in ask(emulator).json()["data"][0]


CHILD = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), {"Authorization": "Bearer test-key"})
sys.stdin.readline()
with urllib.request.urlopen(request) as answer:
    while answer.read1():
        pass
"""


@pytest.mark.parametrize(
    ("moment", "billed_before"),
    [("read", 0), ("making", 2), ("made", 2), ("head", 0), ("event", 2), ("body", 3), ("sent", 3)],
)
def test_the_client_is_killed_at_a_moment_and_its_pictures_are_made_all_the_same(
    emulator, moment, billed_before
):
    body = (
        '{"model":"doubao-seedream-4-5-251128","prompt":"3 pictures of a cat","stream":true,"size":"2K",'
        '"sequential_image_generation":"auto","sequential_image_generation_options":{"max_images":3}}'
    )
    command = [sys.executable, "-c", CHILD, f"{emulator.base_url('ark')}/images/generations", body]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as child:
        fault = {"kill": child.pid, "kill_at": moment, "at": 1.0 if moment != "body" else 0.99}
        emulator.script({**fault, "delay": 0.2, "event_delay": 0.2})
        child.stdin.close()
        assert child.wait(10) == -signal.SIGKILL
    assert len(emulator.ledger.billed) == billed_before  # what dies while it is being made is made
    assert settled(emulator, 3)


def test_a_death_may_come_by_another_signal(emulator):
    command = [sys.executable, "-c", CHILD, f"{emulator.base_url('ark')}/images/generations", BODY.decode()]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        emulator.script({"kill": child.pid, "kill_with": int(signal.SIGTERM)})
        child.stdin.close()
        assert child.wait(10) == -signal.SIGTERM


def test_nobody_outside_can_have_a_process_killed(emulator, client):
    answer = client.post(f"{emulator.url}/_emulator/script", json=[{"kill": 12345}])
    assert answer.status_code == 400
    with pytest.raises(WrongScript):
        emulator.script({"kill": 1})


@pytest.fixture
def url(emulator, ask):
    return ask(emulator).json()["data"][0]["url"]


def whole(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return picture.size == (2048, 2048) and data.endswith(b"\xff\xd9")
    except OSError:
        return False


@pytest.mark.parametrize("damage", ["half", "no_trailer", "other_size", "html", "empty"])
def test_a_damaged_download_looks_whole_to_http(emulator, client, url, damage):
    emulator.script({"on": "download", "damage": damage})
    bad, good = client.get(url), client.get(url)
    assert (bad.status_code, int(bad.headers["content-length"])) == (200, len(bad.content))
    assert not whole(bad.content)
    assert whole(good.content)


def test_a_flipped_byte(emulator, client, url):
    emulator.script({"on": "download", "damage": "flip"})
    bad, good = client.get(url).content, client.get(url).content
    assert sum(one != other for one, other in zip(bad, good, strict=True)) == 1


def test_a_download_can_fail_by_number_and_by_path(emulator, client, url):
    emulator.script(
        {"on": "download", "number": 2, "status": 503, "body": "busy"},
        {"on": "download", "number": 3, "match": "_0.jpeg", "status": 403},
    )
    assert [client.get(url).status_code for _ in range(4)] == [200, 503, 403, 200]


def test_a_download_cut_in_the_middle(emulator, client, url):
    emulator.script({"on": "download", "cut": "body", "at": 0.5})
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        client.get(url)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("name", sorted(SCENES))
def test_every_scene_can_be_named(name):
    assert fault_from_json({"answer": name}).answer == name


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"answer": "error/418-teapot"}, "no sample is called"),
        ({"anser": "error/500-internal"}, "no member 'anser'"),
        ({"cut": "middle"}, "cut is one of before, head, body, event"),
        ({"on": "upload"}, "on is one of"),
        ({"body_base64": "%"}, "not base64"),
        (7, "a JSON object"),
    ],
)
def test_a_script_that_cannot_be_played_says_why(fault, text):
    with pytest.raises(WrongScript, match=text):
        fault_from_json(fault)


def test_another_character_set(emulator, ask):
    emulator.script({"recode": "utf-16"})
    answer = ask(emulator)
    assert answer.content.startswith(b"\xff\xfe")
    assert json.loads(answer.content.decode("utf-16"))["usage"]["generated_images"] == 1


def test_a_character_set_that_nobody_knows():
    with pytest.raises(WrongScript, match="utf-17"):
        fault_from_json({"recode": "utf-17"})


@pytest.mark.parametrize("blanks", [1, 1 << 20, 5_000_000])
def test_blanks_behind_an_answer_are_still_json(emulator, ask, blanks):
    emulator.script({"blanks": blanks}, {})
    answer, plain = ask(emulator), ask(emulator)
    assert answer.json()["usage"] == plain.json()["usage"]
    assert len(answer.content) - len(answer.content.rstrip()) == blanks


@pytest.mark.parametrize("blanks", [1, 5_000_000])
def test_packed_blanks_are_a_bomb(emulator, ask, blanks):
    emulator.script({"blanks": blanks, "gzip": True})
    answer = ask(emulator)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 10_000
    assert len(answer.content) - len(answer.content.rstrip()) == blanks


@pytest.mark.parametrize("named", ["../x", 12345, ""])
def test_a_task_has_the_id_that_the_script_says(emulator, ask, client, named):
    emulator.script({"task_id": named})
    assert ask(emulator, "302ai", query="?async=true").json() == {"task_id": named}
    told = client.get(
        f"{emulator.url}/async_result",
        params={"task_id": named},
        headers={"Authorization": "Bearer test-key"},
    )
    assert told.json()["err"] != "task not found"


def test_a_download_of_another_picture_of_the_same_size(emulator, ask, client):
    emulator.script({"on": "download", "damage": "other"})
    url = ask(emulator).json()["data"][0]["url"]
    other, right = client.get(url).content, client.get(url).content
    token = emulator.ledger.billed[0].token.encode()
    assert token not in other
    assert token in right
    assert Image.open(io.BytesIO(other)).size == (2048, 2048)


def test_a_head_of_the_scripts_own(emulator, ask):
    emulator.script(
        {"head": "HTTP/1.1 203 Odd\r\ncontent-length: 2\r\nx-odd: 1\r\n\r\n", "body": "{}", "gzip": False},
        {"head": "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n<<head>>"},
    )
    odd, hinted = ask(emulator), ask(emulator)
    assert (odd.status_code, odd.text, odd.headers["x-odd"]) == (203, "{}", "1")
    assert hinted.json()["usage"]["generated_images"] == 1
