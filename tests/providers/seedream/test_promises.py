"""302.AI's asynchronous form (R126): a ticket at once, the answer later, asked for as often as it takes."""

import asyncio
import json
import time
import tracemalloc
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import profiles
from seedream_pipe.emulator import Emulator, Fault
from seedream_pipe.makers import Answer, Generation, Lost, Pending, Permanent, Refused, Reply, Unknown
from seedream_pipe.providers.seedream.client import Seedream
from seedream_pipe.providers.seedream.promises import ticket_in, unescaped
from seedream_pipe.settings import Secret
from tests.providers.conformance import Paper
from tests.providers.seedream.sockets import answering, http, served

KEY = "0f1e2d3c-secret-4b5a-6978-8796a5b4c3d2"
SINGLE = Generation(model="seedream-4.5", prompt="a cat", size="2048x2048")
GROUP = replace(SINGLE, prompt="Generate 3 images of a cat", group=3)


async def briefly(seconds):
    await asyncio.sleep(seconds / 20)


def provider(base_url, *, name="302ai", key=KEY, async_calls=True, sleep=briefly, **named):
    return Seedream(
        profiles.provider(name),
        key=Secret(key) if key else None,
        base_url=base_url,
        environment={},
        async_calls=async_calls,
        sleep=sleep,
        **named,
    )


def call(base_url, tmp_path, *, generation=SINGLE, patience=20.0, **named):
    asked = provider(base_url, **named)
    tape = Paper(tmp_path / f"body{time.monotonic_ns()}")
    request = replace(asked.request(generation, []), patience=patience)
    return asyncio.run(asked.send(request, tape)), tape


def poll(base_url, ticket, tmp_path, *, patience=20.0, **named):
    tape = Paper(tmp_path / f"body{time.monotonic_ns()}")
    return asyncio.run(provider(base_url, **named).poll(ticket, patience, tape)), tape


def read(outcome):
    assert isinstance(outcome, Reply), outcome
    return provider("http://127.0.0.1:1/doubao").read(outcome)


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.mark.parametrize("form", ["url", "b64_json"])
@pytest.mark.parametrize("generation", [SINGLE, GROUP])
def test_a_call_is_taken_and_its_answer_comes_to_the_ticket(emulator, tmp_path, generation, form):
    emulator.script(Fault(delay=0.2))
    outcome, tape = call(emulator.base_url("302ai"), tmp_path, generation=generation, response_format=form)
    verdict = read(outcome)
    assert isinstance(verdict, Answer)
    assert len(verdict.parts) == len(emulator.ledger.billed) == (3 if generation.group else 1)
    assert tape.calls == ["sending", "ticket", "head", "write", "reply"]
    assert {asked.task_id for asked in emulator.ledger.polls} == set(tape.tickets)
    (request,) = emulator.ledger.requests
    assert request.target == "/doubao/images/generations?async=true"
    assert not request.body["stream"]


def test_the_key_goes_to_the_host_that_has_it(emulator, tmp_path):
    call(emulator.base_url("302ai"), tmp_path)
    (asked,) = {dict(poll.headers)["authorization"] for poll in emulator.ledger.polls}
    assert asked == f"Bearer {KEY}"


def test_an_answer_that_comes_at_once_is_the_answer(tmp_path):
    with Emulator(ignore_async=True) as emulator:
        outcome, tape = call(emulator.base_url("302ai"), tmp_path)
        assert len(read(outcome).parts) == len(emulator.ledger.billed) == 1
        assert emulator.ledger.polls == ()
    assert tape.tickets == []


@pytest.mark.parametrize("name", ["ark", "byteplus"])
def test_a_provider_without_the_form_is_asked_as_ever(emulator, tmp_path, name):
    outcome, tape = call(emulator.base_url(name), tmp_path, name=name, generation=GROUP)
    assert len(read(outcome).parts) == 3
    assert "?" not in emulator.ledger.requests[0].target
    assert tape.events
    assert isinstance(poll(emulator.base_url(name), "x", tmp_path, name=name)[0], Pending)


def test_an_error_at_once_is_an_error(emulator, tmp_path):
    emulator.script(Fault(answer="error/400-size-malformed"))
    assert isinstance(read(call(emulator.base_url("302ai"), tmp_path)[0]), Permanent)


def test_an_error_later_is_the_error_that_it_would_have_been(emulator, tmp_path):
    emulator.script(Fault(answer="302/async-failed"))
    verdict = read(call(emulator.base_url("302ai"), tmp_path)[0])
    assert isinstance(verdict, Refused)
    assert verdict.code == "OutputImageSensitiveContentDetected"


@pytest.mark.parametrize("cut", ["before", "head", "body"])
def test_a_call_whose_ticket_does_not_arrive_is_lost(emulator, tmp_path, cut):
    emulator.script(Fault(cut=cut))
    outcome, tape = call(emulator.base_url("302ai"), tmp_path)
    assert isinstance(outcome, Lost)
    assert tape.tickets == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(on="poll", times=3, cut="before"),
        Fault(on="poll", times=3, cut="body"),
        Fault(on="poll", times=3, status=500, body=b"oops"),
        Fault(on="poll", times=3, status=502, body=b"<html>"),
        Fault(on="poll", times=3, status=429, body=b"{}"),
        Fault(on="poll", times=3, status=200, body=b"<html>"),
        Fault(on="poll", times=3, status=200, body=b"[]"),
        Fault(on="poll", times=3, status=200, body=b'{"status_code":200,"data":""}'),
        Fault(on="poll", times=3, status=200, body=b'{"status_code":404,"data":"","err":"task not found"}'),
        Fault(on="poll", times=3, status=404, body=b""),
        Fault(on="poll", times=3, answer="302/async-pending"),
        Fault(on="poll", times=3, status=200, body=b'{"data":"\\ud83d\\ude00\\'),
    ],
)
def test_whatever_goes_wrong_with_asking_is_tried_again_for_nothing(emulator, tmp_path, fault):
    emulator.script(fault)
    outcome, _ = call(emulator.base_url("302ai"), tmp_path)
    assert len(read(outcome).parts) == len(emulator.ledger.billed) == len(emulator.ledger.requests) == 1
    assert len(emulator.ledger.polls) >= 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault(on="poll", times=0, answer="302/async-pending"),
        Fault(on="poll", times=0, status=500, body=b""),
        Fault(on="poll", times=0, cut="before", end="hang"),
    ],
)
def test_what_is_not_made_in_time_is_pending_and_can_be_asked_for_again(emulator, tmp_path, fault):
    emulator.script(fault)
    began = time.monotonic()
    outcome, tape = call(emulator.base_url("302ai"), tmp_path, patience=0.3)
    assert isinstance(outcome, Pending), outcome
    assert time.monotonic() - began < 5
    emulator._behaviour.script.clear()

    later, again = poll(emulator.base_url("302ai"), tape.tickets[0], tmp_path)

    assert len(read(later).parts) == len(emulator.ledger.requests) == 1
    assert again.calls == ["head", "write", "reply"]


@pytest.mark.parametrize("status", [400, 401, 403, 302])
def test_an_answer_that_asking_again_will_not_change_ends_the_asking(emulator, tmp_path, status):
    emulator.script(
        Fault(on="poll", times=0, status=status, body=b"{}", headers={"Location": "http://127.0.0.2/"})
    )
    outcome, _ = call(emulator.base_url("302ai"), tmp_path)
    assert isinstance(outcome, Pending)
    assert len(emulator.ledger.polls) == 1


def test_a_ticket_that_is_not_known_any_more_is_lost(emulator, tmp_path):
    outcome, _ = poll(emulator.base_url("302ai"), "no-such-task", tmp_path)
    assert isinstance(outcome, Lost)
    assert "404" in outcome.cause
    assert 1 < len(emulator.ledger.polls) < 10


def test_without_a_key_nothing_is_asked_and_nothing_lost(emulator, tmp_path):
    outcome, _ = poll(emulator.base_url("302ai"), "x", tmp_path, key=None)
    assert isinstance(outcome, Pending)
    assert "AI302_API_KEY" in outcome.cause


def test_a_ticket_is_only_ever_the_end_of_the_address(emulator, tmp_path):
    poll(emulator.base_url("302ai"), "../x?a=b&c#d e", tmp_path)
    assert {asked.task_id for asked in emulator.ledger.polls} == {"../x?a=b&c#d e"}


@pytest.mark.parametrize(
    ("body", "ticket"),
    [
        (b'{"task_id":"a-1"}', "a-1"),
        (b'{"task_id":17}', "17"),
        (b'{"task_id":"a\\n"}', ""),
        (b'{"task_id":""}', ""),
        (b'{"task_id":null}', ""),
        (b'{"task_id":["a"]}', ""),
        (b'{"data":[]}', ""),
        (b'["task_id"]', ""),
        (b"<html>", ""),
        (b"", ""),
    ],
)
def test_a_ticket_is_known_by_its_name(body, ticket):
    assert ticket_in(body) == ticket


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"status_code": 200, "data": '{"data":[]}'}, (200, b'{"data":[]}')),
        ({"status_code": 200, "data": {"data": []}}, (200, b'{"data": []}')),
        ({"data": '{"a":"雪 \\" \\\\ /"}', "err": ""}, (200, '{"a":"雪 \\" \\\\ /"}'.encode())),
        ({"status_code": 524, "data": "<html>"}, (524, b"<html>")),
        ({"status_code": 400, "data": "x" * 40_000}, (400, b"x" * 40_000)),
    ],
)
def test_what_is_wrapped_is_recorded_as_if_it_had_come_by_itself(tmp_path, told, wanted):
    body = json.dumps({"status_code": 200, "content_type": "application/json", **told}).encode()
    with served(answering(http(body))) as (url, _):
        outcome, _ = poll(url, "x", tmp_path)
    assert isinstance(outcome, Reply)
    assert (outcome.status, outcome.body.read_bytes()) == wanted


def test_a_picture_that_is_wrapped_is_not_held_in_memory(tmp_path):
    picture = "QUJD" * (4 << 20)
    body = json.dumps({"status_code": 200, "data": json.dumps({"data": [{"b64_json": picture}]})}).encode()
    with served(answering(http(body))) as (url, _):
        asked, tape = provider(url), Paper(tmp_path / "body")
        tracemalloc.start()
        outcome = asyncio.run(asked.poll("x", 60.0, tape))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert read(outcome).parts[0].source.length == len(picture)
    assert peak < 8 << 20


@given(st.text(max_size=300), st.lists(st.integers(0, 400), max_size=8), st.booleans())
def test_a_text_of_json_comes_out_however_it_is_cut(text, cuts, ascii_only):
    raw = json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode("utf-8", "surrogatepass")
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    pieces = [raw[start:stop] for start, stop in pairwise(edges)]
    assert b"".join(unescaped(pieces)) == text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("status", [100, 204, 301, 307, 399])
def test_a_call_that_was_taken_was_not_turned_away(emulator, tmp_path, status):
    """R126: only from 400 on does a status say that the call failed; a redirect behind a ticket is none."""
    told = {"content_type": "application/json", "data": '{"data":[]}', "err": "", "status_code": status}
    emulator.script(Fault(on="poll", times=0, status=200, body=json.dumps(told).encode()))
    outcome, _ = call(emulator.base_url("302ai"), tmp_path)
    assert isinstance(read(outcome), Unknown)


def test_half_a_character_in_what_it_says_can_be_written_down(emulator, tmp_path):
    body = rb'{"content_type":"","data":"","err":"out \ud800 to lunch","status_code":0}'
    emulator.script(Fault(on="poll", times=0, status=200, body=body))
    outcome, _ = call(emulator.base_url("302ai"), tmp_path, patience=0.3)
    assert isinstance(outcome, Pending)
    assert outcome.cause.encode() == b"out ? to lunch"
