"""Pictures come whole, untouched, without the key, or not at all."""

import asyncio
import base64
import io
import os
import ssl
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import profiles
from seedream_pipe.emulator import Emulator, Fault
from seedream_pipe.makers import Answer, Fetched, Generation, Link, LinkDead, NotFetched, Part, Reply, Span
from seedream_pipe.providers.seedream import recorded
from seedream_pipe.providers.seedream.client import Seedream
from seedream_pipe.providers.seedream.download import Download, copy_span, fetch_reference
from seedream_pipe.providers.seedream.network import Network, proxy_for
from seedream_pipe.settings import Secret
from tests.providers.conformance import Paper, reference
from tests.providers.seedream.sockets import TLS, answering, http, served, server_tls

KEY = "0f1e2d3c-secret-4b5a-6978-8796a5b4c3d2"
GENERATION = Generation(model="seedream-4.5", prompt="a cat", size="2048x2048")


async def no_pause(_):
    """Let time pass for free."""


def bought(emulator, folder, **named):
    """One answer of the emulator, not fetched yet."""
    asked = Seedream(
        profiles.provider("ark"),
        key=Secret(KEY),
        base_url=emulator.base_url("ark"),
        environment={},
        **named,
    )
    reply = asyncio.run(asked.send(asked.request(GENERATION, []), Paper(folder / "body")))
    assert isinstance(reply, Reply)
    verdict = asked.read(reply)
    assert isinstance(verdict, Answer)
    return verdict.parts[0], reply


def fetch(part, reply, target, *, local=True, network=None, **limits):
    async def run():
        opened = network or Network({})
        try:
            return await Download(opened, local=local, sleep=no_pause, **limits).fetch(part, reply, target)
        finally:
            await opened.close()

    return asyncio.run(run())


def test_a_download_knows_no_key_and_leaves_the_link_as_it_is(tmp_path):
    """R73, R74."""
    with Emulator() as emulator:
        part, reply = bought(emulator, tmp_path)
        assert fetch(part, reply, tmp_path / "picture") == Fetched()
        (heard,) = emulator.ledger.downloads
    assert isinstance(part.source, Link)
    assert part.source.url == emulator.url + heard.target
    assert {name for name, _ in heard.headers} == {"host", "accept", "accept-encoding", "user-agent"}
    assert heard.header("accept-encoding") == "identity"


def test_a_picture_is_for_its_owner_only(tmp_path):
    with Emulator() as emulator:
        fetch(*bought(emulator, tmp_path), tmp_path / "picture")
    assert (tmp_path / "picture").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 404},
        {"status": 429},
        {"status": 500},
        {"status": 503},
        {"cut": "before"},
        {"cut": "head"},
        {"cut": "body"},
        {"cut": "body", "end": "close"},
        {"length_off": 9},
        {"length_off": -9},
        {"no_length": True, "cut": "body", "end": "close"},
        {"damage": "half"},
        {"damage": "no_trailer"},
        {"damage": "other_size"},
        {"damage": "html"},
        {"damage": "empty"},
    ],
)
def test_a_download_that_fails_is_tried_again_for_nothing(tmp_path, fault):
    """R77."""
    with Emulator(Fault(on="download", times=2, **fault)) as emulator:
        part, reply = bought(emulator, tmp_path)
        assert fetch(part, reply, tmp_path / "picture") == Fetched()
        assert len(emulator.ledger.downloads) == 3
        assert len(emulator.ledger.billed) == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"damage": "html"}, {"cut": "body"}])
def test_a_download_that_keeps_failing_leaves_nothing_behind(tmp_path, fault):
    with Emulator(Fault(on="download", times=0, **fault)) as emulator:
        part, reply = bought(emulator, tmp_path)
        assert isinstance(fetch(part, reply, tmp_path / "picture"), NotFetched)
        assert len(emulator.ledger.downloads) == 5
    assert sorted(os.listdir(tmp_path)) == ["body"]


def test_a_link_that_has_expired_is_dead_at_once(tmp_path):
    """R71."""
    with Emulator() as emulator:
        part, reply = bought(emulator, tmp_path)
        emulator.advance(86_500)
        assert isinstance(fetch(part, reply, tmp_path / "picture"), LinkDead)
        assert len(emulator.ledger.downloads) == 1
    assert not (tmp_path / "picture").exists()


def redirecting(emulator, location, status=302):
    emulator.script(Fault(on="download", status=status, body=b"", headers={"Location": location}))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_the_same_machine_is_followed(tmp_path, status):
    with Emulator() as emulator:
        part, reply = bought(emulator, tmp_path)
        redirecting(emulator, part.source.url, status)
        assert fetch(part, reply, tmp_path / "picture") == Fetched()


def test_redirects_without_end_are_given_up(tmp_path):
    with Emulator() as emulator:
        part, reply = bought(emulator, tmp_path)
        for _ in range(40):
            redirecting(emulator, part.source.url)
        assert isinstance(fetch(part, reply, tmp_path / "picture"), NotFetched)


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://10.0.0.1/x", "https://169.254.169.254/x", "ftp://127.0.0.1/", "", "//[::"],
)
def test_a_redirect_elsewhere_is_refused(tmp_path, location):
    with Emulator() as emulator:
        part, reply = bought(emulator, tmp_path)
        for _ in range(9):
            redirecting(emulator, location)
        assert isinstance(fetch(part, reply, tmp_path / "picture"), NotFetched)
        assert {one.status for one in emulator.ledger.downloads} == {302}


class Naming(Network):
    """A resolver that says what it is told."""

    def __init__(self, *addresses, tls=None):
        super().__init__({}, tls=tls)
        self._found = list(addresses)
        self.asked = []

    async def addresses(self, host, port):
        self.asked.append((host, port))
        return self._found


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.0.0.3",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "fc00::1",
        "224.0.0.1",
        "ff02::1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_followed(tmp_path, address):
    """Checked after the look-up, so a name cannot be bent between check and use."""
    network = Naming(address)
    part = Part(index=0, source=Link(url="https://store.example.org/x"))
    outcome = fetch(part, None, tmp_path / "picture", local=False, network=network)
    assert isinstance(outcome, NotFetched)
    assert "no public address" in outcome.cause
    assert network.asked == [("store.example.org", 443)]


@pytest.mark.parametrize(
    ("api", "address", "is_tried"),
    [
        ("http://127.0.0.1:1/api/v3", "127.0.0.1", True),
        ("http://127.0.0.1:1/api/v3", "::1", True),
        ("http://localhost:1/api/v3", "127.0.0.1", True),
        ("http://127.0.0.5:1/api/v3", "127.0.0.5", True),
        ("http://127.0.0.1:1/api/v3", "127.0.0.3", False),
        ("http://localhost:1/api/v3", "127.0.0.3", False),
    ],
)
def test_what_else_listens_on_this_machine_is_left_alone(tmp_path, api, address, is_tried):
    """An API on this machine is no reason to knock at every address of the loopback network."""
    part = Part(index=0, source=Link(url=f"http://{address if ':' not in address else '[::1]'}:1/x"))
    outcome = fetch(part, None, tmp_path / "picture", network=Naming(address), api=api)
    assert isinstance(outcome, NotFetched)
    assert ("no public address" not in outcome.cause) is is_tried


def test_the_connection_goes_to_the_address_that_was_checked(tmp_path):
    with Emulator() as emulator:
        part, reply = bought(emulator, tmp_path)
        url = part.source.url.replace("127.0.0.1", "bent.localhost")
        outcome = fetch(
            Part(index=0, source=Link(url=url)), reply, tmp_path / "picture", network=Naming("127.0.0.1")
        )
        (heard,) = emulator.ledger.downloads
    assert heard.header("host").startswith("bent.localhost:")
    assert outcome == Fetched() or isinstance(outcome, LinkDead)


@pytest.mark.parametrize(
    ("name", "wanted"), [("store.example.org", Fetched), ("other.example.org", NotFetched)]
)
def test_a_certificate_is_for_the_name_though_the_address_was_chosen(tmp_path, name, wanted):
    data = reference().data
    network = Naming("127.0.0.1", tls=ssl.create_default_context(cafile=TLS / "cert.pem"))
    with served(answering(http(data)), tls=server_tls(), requests=1 if wanted is Fetched else 5) as (
        url,
        heard,
    ):
        port = url.split(":")[2].split("/")[0]
        part = Part(index=0, source=Link(url=f"https://{name}:{port}/a%2Fb?c=%7e'(d)&e"))
        outcome = fetch(part, None, tmp_path / "picture", network=network)
    assert isinstance(outcome, wanted)
    assert all(one.startswith(b"GET /a%2Fb?c=%7e'(d)&e HTTP/1.1\r\n") for one in heard)
    assert len(heard) == (wanted is Fetched)


def test_what_a_server_refuses_is_told_with_its_status(tmp_path):
    with Emulator(Fault(on="download", times=9, status=401)) as emulator:
        part, reply = bought(emulator, tmp_path)
        outcome = fetch(part, reply, tmp_path / "picture")
    assert outcome == NotFetched(cause="the server answers 401")


def test_more_than_a_picture_may_have_is_stopped(tmp_path):
    with Emulator(picture_bytes=100_000) as emulator:
        part, reply = bought(emulator, tmp_path)
        outcome = fetch(part, reply, tmp_path / "picture", limit=1000)
    assert isinstance(outcome, NotFetched)
    assert "larger" in outcome.cause


def test_a_reference_is_fetched_by_the_same_rules(tmp_path):
    with Emulator() as emulator:
        part, _ = bought(emulator, tmp_path)
        url, target = part.source.url, tmp_path / "reference"
        for api, wanted in ((emulator.base_url("ark"), Fetched), ("https://ark.example.org/", NotFetched)):
            outcome = asyncio.run(fetch_reference(url, target, api=api, environment={}))
            assert isinstance(outcome, wanted)
            assert target.exists() == (wanted is Fetched)
            target.unlink(missing_ok=True)


def span_of(body, text, encoding="base64"):
    return Span(offset=body.index(text), length=len(text), encoding=encoding)


def copied(body, span, files=1):
    """What a span points at, of a body that stands in so many files."""
    target = io.BytesIO()
    cut = len(body) // files + 1
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(number) for number in range(files)]
        for number, path in enumerate(paths):
            path.write_bytes(body[number * cut : (number + 1) * cut])
        copy_span(span, paths, target)
    return target.getvalue()


@given(st.binary(max_size=4000), st.integers(0, 50), st.integers(1, 97), st.integers(1, 5))
def test_base64_comes_out_as_it_went_in(data, offset, chunk, files):
    text = base64.b64encode(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorded, "CHUNK", chunk)
        body = b"-" * offset + text + b'"}'
        assert copied(body, Span(offset=offset, length=len(text), encoding="base64"), files) == data


@given(st.binary(max_size=2000), st.integers(1, 97), st.sampled_from([b"\\/", b"\\u002f", b"\\u002F"]))
def test_escapes_that_a_json_writer_may_use_are_undone(data, chunk, slash):
    text = base64.b64encode(data).replace(b"/", slash).replace(b"+", b"\\u002b")
    text = b"\\n".join(text[at : at + 76] for at in range(0, len(text), 76)) if b"\\" not in text else text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorded, "CHUNK", max(chunk, 6))
        assert copied(text, Span(offset=0, length=len(text), encoding="base64")) == data


@pytest.mark.parametrize(
    "text", [b"data:image/jpeg;base64,QUJD", b"QUJD", b"QU JD", b"Q\\nUJD", b"QUJD\\r\\n"]
)
def test_base64_in_other_dresses(text):
    assert copied(text, Span(offset=0, length=len(text), encoding="base64")) == b"ABC"


def test_padding_may_be_missing():
    assert copied(b"QUI", Span(offset=0, length=3, encoding="base64")) == b"AB"


@pytest.mark.parametrize("text", [b"<html>", b"QU*D", b"\xff\xff\xff\xff", b"Q"])
def test_what_is_no_base64_is_told(text):
    with pytest.raises(ValueError, match=r"base64|number of data|padding"):
        copied(text, Span(offset=0, length=len(text), encoding="base64"))


def test_a_body_that_was_cut_is_told():
    with pytest.raises(ValueError, match="shorter"):
        copied(b"QUJD", Span(offset=0, length=400, encoding="base64"))


def test_a_picture_in_the_answer_that_is_none_leaves_nothing_behind(tmp_path):
    (tmp_path / "body").write_bytes(b"QUJD")
    reply = Reply(status=200, headers=(), body=tmp_path / "body")
    part = Part(index=0, source=Span(offset=0, length=4, encoding="base64"))
    assert isinstance(fetch(part, reply, tmp_path / "picture"), LinkDead)
    assert not (tmp_path / "picture").exists()


def in_the_answer(tmp_path, data, size=""):
    (tmp_path / "body").write_bytes(data)
    reply = Reply(status=200, headers=(), body=tmp_path / "body")
    return Part(index=0, source=Span(offset=0, length=len(data), encoding="raw"), size=size), reply


def test_a_whole_picture_in_the_answer_is_kept_though_its_size_is_another(tmp_path):
    """R59: no other will come, and it is paid for. A link is asked again instead."""
    part, reply = in_the_answer(tmp_path, reference(size=(96, 64)).data, size="64x64")
    assert fetch(part, reply, tmp_path / "picture") == Fetched()


def test_a_picture_in_the_answer_may_be_as_large_as_any_other(tmp_path):
    part, reply = in_the_answer(tmp_path, reference().data + bytes(2000))
    outcome = fetch(part, reply, tmp_path / "picture", limit=2000)
    assert isinstance(outcome, LinkDead)
    assert "larger than" in outcome.cause
    assert not (tmp_path / "picture").exists()


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("https://a.example.org/", {}, None),
        ("https://a.example.org/", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://a.example.org/", {"https_proxy": "p:1"}, "http://p:1"),
        ("https://a.example.org/", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("http://127.0.0.1/", {"HTTP_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"}, None),
        ("https://a.example.org/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "b.org, example.org"}, None),
        ("https://a.example.org/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example.org"}, None),
        ("https://a.example.org/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ("https://a.example.org/", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "ample.org,"}, "http://p:1"),
    ],
)
def test_a_proxy_is_for_https_and_as_the_environment_says(url, environment, proxy):
    assert (proxy_for(url, environment) or None) == proxy
