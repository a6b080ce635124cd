"""An answer that comes event by event: kept as it comes, read no further than its end."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from seedream_pipe.emulator import Emulator, Fault
from seedream_pipe.makers import Answer, Generation, Lost, Permanent, Reply, Span, Unknown
from seedream_pipe.providers.seedream import client
from tests.providers.conformance import Paper
from tests.providers.seedream.sockets import answering, http, served
from tests.providers.seedream.test_client import provider

GROUP = Generation(model="seedream-4.5", prompt="Generate 3 images of a cat", size="2048x2048", group=3)
SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
LINK = "http://127.0.0.1/a.jpeg"


def call(base_url, tmp_path, *, generation=GROUP, patience=20.0, **named):
    asked = provider(base_url, **named)
    request = replace(asked.request(generation, []), patience=patience)
    tape = Paper(tmp_path / "body")

    async def run():
        try:
            return await asked.send(request, tape)
        finally:
            await asked.close()

    began = time.monotonic()
    outcome = asyncio.run(run())
    tape.seconds = time.monotonic() - began
    return outcome, tape


def read(base_url, reply):
    assert isinstance(reply, Reply), reply
    return provider(base_url).read(reply)


def event(index, **members):
    tree = {"type": "image_generation.partial_succeeded", "image_index": index, "url": f"{LINK}?{index}"}
    return f"data: {json.dumps({**tree, **members})}\n\n".encode()


COMPLETED = b'data: {"type":"image_generation.completed","usage":{"generated_images":2}}\n\n'
DONE = b"data: [DONE]\n\n"


def test_a_group_is_asked_for_as_a_stream_and_a_picture_is_not(tmp_path):
    with Emulator() as emulator:
        call(emulator.base_url("ark"), tmp_path)
        (tmp_path / "body").unlink()
        call(emulator.base_url("ark"), tmp_path, generation=replace(GROUP, group=None))
        group, single = emulator.ledger.requests
    assert (group.body["stream"], single.body["stream"]) == (True, False)
    assert (group.header("accept"), single.header("accept")) == (
        "text/event-stream, application/json",
        "application/json",
    )


@pytest.mark.parametrize("form", ["url", "b64_json"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("split", [None, 7])
def test_each_event_is_kept_when_it_comes(tmp_path, form, line_end, split):
    with Emulator(Fault(line_end=line_end, split=split if form == "url" else 4096)) as emulator:
        outcome, tape = call(emulator.base_url("ark"), tmp_path, response_format=form)
        verdict = read(emulator.base_url("ark"), outcome)
    assert [event.count(b"image_index") for event in tape.events] == [1, 1, 1, 0, 0]
    assert [part.index for part in verdict.parts] == [0, 1, 2]
    assert verdict.complete
    assert verdict.billed == 3


class Clocked(Paper):
    """Says how many events were kept when a picture had been made."""

    def __init__(self, body, emulator):
        super().__init__(body)
        self._emulator = emulator
        self.billed = []

    async def event(self):
        await super().event()
        self.billed.append(len(self._emulator.ledger.billed))


def test_an_event_is_kept_before_the_next_picture_is_made(tmp_path):
    with Emulator(event_latency=0.15) as emulator:
        asked = provider(emulator.base_url("ark"))
        tape = Clocked(tmp_path / "body", emulator)
        asyncio.run(asked.send(asked.request(GROUP, []), tape))
    assert tape.billed[:3] == [1, 2, 3]


@pytest.mark.parametrize("end", ["reset", "close", "hang"])
@pytest.mark.parametrize("number", [1, 2])
def test_what_came_before_a_stream_broke_is_kept(tmp_path, end, number):
    """R101."""
    with Emulator(Fault(cut="event", at=float(number), end=end)) as emulator:
        outcome, tape = call(emulator.base_url("ark"), tmp_path, patience=0.4)
        verdict = read(emulator.base_url("ark"), outcome)
    assert len(tape.events) == len(verdict.parts) == number
    assert not verdict.complete


@pytest.mark.parametrize("end", ["reset", "close", "hang"])
def test_a_stream_that_broke_before_its_first_event_is_lost(tmp_path, end):
    with Emulator(Fault(cut="event", at=0.0, end=end)) as emulator:
        outcome, tape = call(emulator.base_url("ark"), tmp_path, patience=0.4)
        outcome = outcome if isinstance(outcome, Lost) else read(emulator.base_url("ark"), outcome)
    assert isinstance(outcome, Lost | Unknown)
    assert tape.events == []


def never_closing(raw):
    def answer(connection):
        connection.sendall(raw)
        with suppress(OSError):
            connection.recv(1)

    return answer


@pytest.mark.parametrize("done", [DONE, b"data:[DONE]\n", b"data: [DONE]\r\n\r\n"])
def test_after_its_last_word_a_stream_is_not_waited_for(tmp_path, done):
    with served(never_closing(SSE + event(0) + event(1) + COMPLETED + done)) as (url, _):
        outcome, tape = call(url, tmp_path)
        verdict = read(url, outcome)
    assert tape.seconds < 2
    assert (len(verdict.parts), verdict.complete) == (2, True)


def test_after_the_account_of_what_was_billed_a_stream_is_waited_for_a_moment(tmp_path, monkeypatch):
    """R96: the last word may be missing."""
    monkeypatch.setattr(client, "_AFTER_COMPLETED", 0.3)
    with served(never_closing(SSE + event(0) + event(1) + COMPLETED)) as (url, _):
        outcome, tape = call(url, tmp_path)
        verdict = read(url, outcome)
    assert 0.2 < tape.seconds < 2
    assert (len(verdict.parts), verdict.complete) == (2, True)


def test_a_stream_that_goes_on_may_take_longer_than_was_planned(tmp_path):
    """R132: what counts is the time between events."""
    with Emulator(event_latency=0.3) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path, patience=0.5)
        verdict = read(emulator.base_url("ark"), outcome)
    assert (len(verdict.parts), verdict.complete) == (3, True)


def test_a_stream_without_end_is_left_when_it_has_had_twice_the_time(tmp_path):
    def answer(connection):
        connection.sendall(SSE)
        with suppress(OSError):
            for index in range(1000):
                connection.sendall(event(index % 10))
                time.sleep(0.02)

    with served(answer) as (url, _):
        outcome, tape = call(url, tmp_path, patience=0.4)
        verdict = read(url, outcome)
    assert 0.7 < tape.seconds < 2
    assert not verdict.complete


def test_events_without_number_do_not_make_files_without_number(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "_MOST_EVENTS", 5)
    raw = SSE + b'data: {"type":"x.noise"}\n\n' * 5000 + event(0) + event(1) + COMPLETED + DONE
    with served(answering(raw)) as (url, _):
        outcome, tape = call(url, tmp_path)
        verdict = read(url, outcome)
    assert len(tape.events) == 5
    assert (len(verdict.parts), verdict.complete) == (2, True)


def test_json_in_place_of_a_stream_is_an_answer(tmp_path):
    """R99."""
    with Emulator(Fault(as_stream=False)) as emulator:
        outcome, tape = call(emulator.base_url("ark"), tmp_path)
        verdict = read(emulator.base_url("ark"), outcome)
    assert (len(verdict.parts), verdict.complete, tape.events) == (3, True, [])


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream"])
def test_json_of_a_strange_type_in_place_of_a_stream_is_an_answer(tmp_path, kind):
    body = json.dumps({"data": [{"url": LINK}]}, indent=1).encode()
    with served(answering(http(body, headers=[f"Content-Type: {kind}"]))) as (url, _):
        outcome, _ = call(url, tmp_path)
        assert len(read(url, outcome).parts) == 1


@pytest.mark.parametrize("kind", ["text/event-stream; charset=utf-8", "text/plain", "application/json"])
def test_a_stream_that_nobody_asked_for_is_read(tmp_path, kind):
    body = event(0) + COMPLETED + DONE
    with served(answering(http(body, headers=[f"Content-Type: {kind}"]))) as (url, _):
        outcome, tape = call(url, tmp_path, generation=replace(GROUP, group=None))
        verdict = read(url, outcome)
    assert (len(verdict.parts), len(tape.events)) == (1, 3)


@pytest.mark.parametrize("status", [400, 401, 429])
def test_a_fault_before_the_stream_is_plain(tmp_path, status):
    """R99."""
    names = {400: "error/400-size-malformed", 401: "error/401-authentication", 429: "error/429-set-limit"}
    with Emulator(Fault(answer=names[status])) as emulator:
        outcome, tape = call(emulator.base_url("ark"), tmp_path)
        verdict = read(emulator.base_url("ark"), outcome)
    assert isinstance(verdict, Permanent)
    assert tape.events == []


def test_a_fault_in_midstream_ends_it_and_takes_nothing_away(tmp_path):
    """R100."""
    fault = b'event: error\ndata: {"error":{"code":"InternalServiceError","message":"m"}}\n\n'
    with served(answering(SSE + event(0) + fault)) as (url, _):
        outcome, tape = call(url, tmp_path)
        verdict = read(url, outcome)
    assert isinstance(verdict, Answer)
    assert (len(verdict.parts), verdict.complete, len(tape.events)) == (1, False, 2)


def test_a_picture_in_an_event_is_found_in_what_was_recorded(tmp_path):
    with Emulator() as emulator:
        outcome, tape = call(emulator.base_url("ark"), tmp_path, response_format="b64_json")
        verdict = read(emulator.base_url("ark"), outcome)
    for part in verdict.parts:
        assert isinstance(part.source, Span)
        text = (tmp_path / "body").read_bytes()[part.source.offset :][: part.source.length]
        assert text in tape.events[part.index]
