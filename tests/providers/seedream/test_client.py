"""One paid call: what goes out, what is written down when, and what a broken one is."""

import asyncio
import gzip
import json
import logging
import socket
import ssl
import struct
import threading
from contextlib import contextmanager, suppress

import pytest

from seedream_pipe import profiles
from seedream_pipe.emulator import Emulator, Fault
from seedream_pipe.emulator.failures import FAILURES
from seedream_pipe.emulator.faults import SCENES
from seedream_pipe.errors import ProviderError, StoreError, UsageError
from seedream_pipe.makers import (
    Answer,
    Generation,
    Lost,
    NotSent,
    Permanent,
    Refused,
    Reply,
    Transient,
    Unknown,
)
from seedream_pipe.providers.seedream import client
from seedream_pipe.providers.seedream.client import Seedream, missing_key, new_client_id
from seedream_pipe.settings import Secret
from tests.providers.conformance import Paper, reference
from tests.providers.seedream.sockets import TLS, answering, http, served, server_tls

KEY = "0f1e2d3c-secret-4b5a-6978-8796a5b4c3d2"
GENERATION = Generation(model="seedream-4.5", prompt="a cat", size="2048x2048")


def provider(base_url, *, key=KEY, environment=None, **named):
    return Seedream(
        profiles.provider("ark"),
        key=Secret(key) if key else None,
        base_url=base_url,
        environment=environment or {},
        **named,
    )


def call(base_url, tmp_path, *, patience=20.0, pictures=(), tape=None, **named):
    asked = provider(base_url, **named)
    request = asked.request(GENERATION, pictures)
    request = type(request)(body=request.body, shown=request.shown, ceiling=1, patience=patience)
    tape = tape or Paper(tmp_path / "body")

    async def run():
        try:
            return await asked.send(request, tape)
        finally:
            await asked.close()

    return asyncio.run(run()), tape


def test_the_head_of_a_call_is_as_the_rules_want_it(tmp_path):
    with Emulator(keys=(KEY,)) as emulator:
        call(emulator.base_url("ark"), tmp_path, client_id=lambda: "20260101000000ABC")
        (heard,) = emulator.ledger.requests
    names = {name: value for name, value in heard.headers if name != "host"}
    assert names.pop("content-length").isdecimal()
    assert names == {
        "authorization": f"Bearer {KEY}",
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "seedream-pipe",
        "x-client-request-id": "20260101000000ABC",
    }


def test_the_service_gets_exactly_the_body_of_the_request(tmp_path):
    pictures = [reference(size=(1200, 900))] * 3
    with served(answering(http(b"{}"))) as (url, heard):
        call(url, tmp_path, pictures=pictures)
    assert heard[0].partition(b"\r\n\r\n")[2] == provider(url).request(GENERATION, pictures).body


def test_the_call_carries_the_name_that_was_recorded(tmp_path):
    """R10."""
    with Emulator() as emulator:
        asked = provider(emulator.base_url("ark"))
        request = asked.request(GENERATION, [])
        named = type(request)(
            body=request.body, shown=None, ceiling=1, patience=9.0, client_id="20260101000000DEF"
        )
        asyncio.run(asked.send(named, Paper(tmp_path / "body")))
        assert emulator.ledger.requests[0].client_request_id == "20260101000000DEF"


def test_a_client_id_has_the_form_of_the_sdks():
    assert len(new_client_id()) == 34
    assert new_client_id() != new_client_id()


def test_without_a_key_it_says_which_variable_and_where_to_get_one(tmp_path):
    tape = Paper(tmp_path / "body")
    with pytest.raises(ProviderError) as caught:
        call("https://ark.example.org/api/v3", tmp_path, key=None, tape=tape)
    assert "ARK_API_KEY" in caught.value.message
    assert "https://console.volcengine.com" in caught.value.hint
    assert tape.calls == []
    assert missing_key(profiles.provider("302ai")).message.endswith("AI302_API_KEY")


@pytest.mark.parametrize(
    "url",
    [
        "http://ark.example.org/api/v3",
        "http://10.0.0.1/",
        "ftp://ark.example.org/",
        "ark.example.org",
        "https://user:word@ark.example.org/",
        "https://ark.example.org/?a=b",
        "https://ark.example.org/#a",
        "https://ark.example.org:99999/",
        "https://ark.example.org/a b",
        "https://ark.example.org\\@else.example.org/",
        "http://localhost.example.org/",
        "https://[::1",
    ],
)
def test_a_base_url_that_is_not_safe_for_the_key_is_refused(url):
    with pytest.raises(UsageError):
        provider(url)


def test_a_path_that_the_service_does_not_know_is_named(tmp_path):
    paper = tmp_path / "body"
    paper.write_bytes(b"")
    reply = Reply(status=404, headers=(("content-type", "text/html"),), body=paper)

    found = provider("https://ark.example.org/api").read(reply)

    assert found.message == "404 Not Found at https://ark.example.org/api/images/generations"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x/", "http://[::1]:9", "http://localhost:9", "https://a.b/c"]
)
def test_https_and_this_machine_are_safe(url):
    assert provider(url).name == "ark"


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_cannot_connect_was_not_sent(tmp_path, host):
    outcome, tape = call(f"http://{host}:{closed_port()}/api/v3", tmp_path)
    assert isinstance(outcome, NotSent), outcome
    assert tape.calls == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_where_no_connection_is_to_be_had_is_named(tmp_path, host):
    port = closed_port()
    outcome, _ = call(f"http://{host}:{port}/api/v3", tmp_path)
    assert outcome.cause.startswith(f"no connection to {host}:{port}: ")


def test_a_server_that_speaks_no_tls_was_sent_nothing(tmp_path):
    """The key has not left either: the handshake comes first."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = []

        def serve():
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/api/v3"
        network = client.Network({}, tls=ssl.create_default_context())
        outcome, tape = call(url, tmp_path, network=network)
        thread.join(5)
    assert isinstance(outcome, NotSent)
    assert tape.calls == []
    assert KEY.encode() not in heard[0]


def test_a_certificate_that_nobody_vouches_for_ends_it_before_the_key_leaves(tmp_path):
    with served(answering(http(b"{}")), tls=server_tls()) as (url, heard):
        outcome, tape = call(url, tmp_path)
    assert isinstance(outcome, NotSent)
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.cause
    assert tape.calls == []
    assert heard == []


def test_a_trusted_server_is_spoken_to_over_tls(tmp_path):
    network = client.Network({}, tls=ssl.create_default_context(cafile=TLS / "cert.pem"))
    with served(answering(http(b"{}")), tls=server_tls()) as (url, heard):
        outcome, _ = call(url, tmp_path, network=network)
    assert isinstance(outcome, Reply)
    assert f"Bearer {KEY}".encode() in heard[0]


class Refusing(Paper):
    async def sending(self) -> None:
        raise StoreError("the disk is full")


def test_when_it_cannot_be_written_down_nothing_of_the_body_is_sent(tmp_path):
    with Emulator() as emulator:
        with pytest.raises(StoreError):
            call(emulator.base_url("ark"), tmp_path, tape=Refusing(tmp_path / "refused"))
        call(emulator.base_url("ark"), tmp_path)
        assert len(emulator.ledger.requests) == 1
        assert len(emulator.ledger.billed) == 1


@pytest.mark.parametrize("spot", ["before", "head", "body"])
@pytest.mark.parametrize("end", ["reset", "close"])
def test_a_call_that_breaks_after_it_was_sent_is_lost(tmp_path, spot, end):
    with Emulator(Fault(cut=spot, end=end)) as emulator:
        outcome, tape = call(emulator.base_url("ark"), tmp_path)
        assert len(emulator.ledger.requests) == 1
        assert len(emulator.ledger.billed) == 1
    assert isinstance(outcome, Lost)
    assert "client id" in outcome.cause
    assert tape.calls[0] == "sending"


@pytest.mark.parametrize("fault", [Fault(cut="before", end="hang"), Fault(cut="body", end="hang")])
def test_an_answer_that_does_not_come_is_lost_when_patience_ends(tmp_path, fault):
    with Emulator(fault) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path, patience=0.3)
    assert isinstance(outcome, Lost)
    assert "0 s" in outcome.cause


def test_a_trickle_does_not_outlast_patience(tmp_path):
    with Emulator(Fault(trickle=(1, 0.05))) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path, patience=0.5)
    assert isinstance(outcome, Lost)


@pytest.mark.parametrize(
    "fault",
    [Fault(length_off=50), Fault(chunks="cut"), Fault(chunks="bad")],
)
def test_a_body_that_is_not_as_long_as_told_is_lost(tmp_path, fault):
    with Emulator(fault) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path, patience=2.0)
    assert isinstance(outcome, Lost)


@pytest.mark.parametrize("raw", [b'HTTP/1.1 200 OK\r\n\r\n{"model":', b"garbage\r\n\r\n", b"\x16\x03\x01"])
def test_garbage_is_lost_or_unknown(tmp_path, raw):
    with served(answering(raw)) as (url, _):
        outcome, _ = call(url, tmp_path)
    if isinstance(outcome, Reply):
        outcome = provider(url).read(outcome)
    assert isinstance(outcome, Lost | Unknown)


def test_an_error_is_judged_though_its_body_breaks_off(tmp_path):
    """Reliability 3.3: the status alone is certain."""
    raw = b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 500\r\n\r\n{"error":'
    with served(answering(raw)) as (url, _):
        outcome, _ = call(url, tmp_path)
        assert isinstance(outcome, Reply)
        assert isinstance(provider(url).read(outcome), Permanent)


@pytest.mark.parametrize("name", sorted(FAILURES.keys() | SCENES.keys()))
def test_whatever_the_service_is_known_to_say_has_a_meaning(tmp_path, name):
    """Both readings of the contract agree on what is paid for."""
    with Emulator(Fault(answer=name)) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path)
        verdict = outcome if isinstance(outcome, Lost) else provider(emulator.base_url("ark")).read(outcome)
        billed = len(emulator.ledger.billed)
    match verdict:
        case Answer():
            assert len(verdict.parts) == billed or not verdict.complete
        case Refused() | Permanent() | Transient():
            assert billed == 0
        case Unknown() | Lost():
            pass


def test_an_error_is_judged_though_its_body_never_ends(tmp_path):
    with Emulator(Fault(answer="error/401-authentication", cut="body", end="hang")) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path, patience=0.3)
        verdict = provider(emulator.base_url("ark")).read(outcome)
    assert isinstance(verdict, Permanent)


def test_a_stream_that_never_closes_keeps_its_pictures(tmp_path):
    with Emulator(Fault(answer="stream/group-3-ok", cut="event", at=1.0, end="hang")) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path, patience=0.3)
        verdict = provider(emulator.base_url("ark")).read(outcome)
    assert isinstance(verdict, Answer)
    assert not verdict.complete


def test_a_stream_that_breaks_off_keeps_its_pictures(tmp_path):
    with Emulator(Fault(answer="stream/truncated-mid-event")) as emulator:
        outcome, _ = call(emulator.base_url("ark"), tmp_path)
        assert isinstance(outcome, Reply)
        verdict = provider(emulator.base_url("ark")).read(outcome)
    assert isinstance(verdict, Answer)
    assert len(verdict.parts) == 1
    assert not verdict.complete


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(tmp_path, status):
    with Emulator() as stranger:
        answer = http(
            b"", f"{status} Elsewhere", [f"Location: {stranger.base_url('ark')}/images/generations"]
        )
        with served(answering(answer)) as (url, _):
            outcome, _ = call(url, tmp_path)
            verdict = provider(url).read(outcome)
        assert stranger.ledger.requests == ()
    assert isinstance(verdict, Permanent)
    assert stranger.url in verdict.message


def test_a_packed_answer_is_written_down_unpacked(tmp_path):
    body = json.dumps({"data": [{"url": "http://127.0.0.1/x"}]}).encode()
    answer = http(gzip.compress(body), headers=["Content-Encoding: gzip"])
    with served(answering(answer)) as (url, _):
        outcome, _ = call(url, tmp_path)
    assert isinstance(outcome, Reply)
    assert outcome.body.read_bytes() == body


def test_a_packed_bomb_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "ANSWER_LIMIT", 4 * 1024 * 1024)
    answer = http(gzip.compress(bytes(64 * 1024 * 1024)), headers=["Content-Encoding: gzip"])
    with served(answering(answer)) as (url, _):
        outcome, _ = call(url, tmp_path)
    assert isinstance(outcome, Lost)
    assert "larger than 4 MB" in outcome.cause
    assert (tmp_path / "body").stat().st_size <= 5 * 1024 * 1024


def test_a_key_that_is_said_back_is_written_down_nowhere(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"error": {"code": "AuthenticationError", "message": f"bad key {KEY}"}}).encode()

    def answer(connection):
        raw = http(body, "401 Unauthorized", [f"X-Echo: {KEY}", f"Set-Cookie: k={KEY}", "X-Request-Id: 02ab"])
        at = raw.index(KEY.encode(), raw.index(b"\r\n\r\n")) + 9
        connection.sendall(raw[:at])
        threading.Event().wait(0.05)
        connection.sendall(raw[at:])

    with served(answer) as (url, _):
        outcome, _ = call(url, tmp_path)
        verdict = provider(url).read(outcome)
    assert KEY not in repr((outcome, verdict, caplog.text)) + outcome.body.read_text()
    assert len(outcome.body.read_bytes()) == len(body)
    assert outcome.header("x-request-id") == "02ab"


def test_no_trace_of_the_key_is_in_what_is_shown_or_raised(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    asked = provider(f"http://127.0.0.1:{closed_port()}/api/v3")
    outcome, _ = call(f"http://127.0.0.1:{closed_port()}/api/v3", tmp_path)
    assert KEY not in repr((asked, vars(asked), outcome, asked.request(GENERATION, []))) + caplog.text


def test_a_proxy_is_asked_for_a_tunnel_and_sees_no_key(tmp_path):
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        environment = {"HTTPS_PROXY": f"http://127.0.0.1:{listener.getsockname()[1]}"}
        outcome, tape = call("https://ark.example.org/api/v3", tmp_path, environment=environment)
        thread.join(5)
    assert heard[0].startswith(b"CONNECT ark.example.org:443 ")
    assert KEY.encode() not in heard[0]
    assert isinstance(outcome, NotSent)
    assert outcome.cause.startswith("the proxy refused a connection to ark.example.org: ")
    assert tape.calls == []


@pytest.mark.parametrize("proxy", ["socks9://127.0.0.1:1", "http://[::", "http://:x"])
def test_a_proxy_that_is_none_is_told_before_anything_is_sent(tmp_path, proxy):
    environment = {"HTTPS_PROXY": proxy}
    outcome, tape = call("https://ark.example.org/api/v3", tmp_path, environment=environment)
    assert isinstance(outcome, NotSent)
    assert tape.calls == []


@pytest.mark.parametrize("key", ["a\nb", "ключ", "a\x00"])
def test_a_key_that_no_header_can_carry_is_told_without_showing_it(key):
    with pytest.raises(UsageError) as caught:
        provider("https://ark.example.org/", key=key)
    assert "ARK_API_KEY" in caught.value.message
    assert key not in str(caught.value)


def test_two_calls_never_share_a_connection(tmp_path):
    """Reliability 3.2: a kept connection that has died makes an outcome doubtful."""
    with served(answering(http(b"{}")), requests=2) as (url, heard):
        asked = provider(url)

        async def run():
            for name in ("one", "two"):
                await asked.send(asked.request(GENERATION, []), Paper(tmp_path / name))

        asyncio.run(run())
    assert len(heard) == 2


@contextmanager
def ending(how):
    """A server that ends each connection as soon as it stands."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    if how == "reset":
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v3"


class Slow(Paper):
    """A disk that takes as long to write as a network to say that it is over."""

    async def sending(self) -> None:
        await super().sending()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_connection_that_ends_before_the_body_was_sent_nothing(tmp_path, how):
    """Reliability 3.3: certain, so it may be tried again."""
    with ending(how) as url:
        outcome, _ = call(url, tmp_path, tape=Slow(tmp_path / "body"))
    assert isinstance(outcome, NotSent), outcome


def test_an_answer_that_comes_before_the_body_is_no_end(tmp_path):
    with served(answering(http(b"{}", "401 Unauthorized"))) as (url, _):
        outcome, _ = call(url, tmp_path, tape=Slow(tmp_path / "body"))
    assert isinstance(outcome, Reply)
    assert outcome.status == 401
