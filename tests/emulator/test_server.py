"""HTTP/1.1 as clients speak it, and the emulator as a process of its own (R149, R156)."""

import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from seedream_pipe.emulator import Emulator

BODY = {"model": "doubao-seedream-4-5-251128", "prompt": "a cat"}
KEY = {"Authorization": "Bearer test-key"}
PROGRAM = """
import pathlib, sys
from seedream_pipe.emulator import Options, serve
serve(options=Options(latency=float(sys.argv[2])), ledger_file=pathlib.Path(sys.argv[1]))
"""


def test_it_listens_on_loopback_and_stops():
    with Emulator() as emulator:
        address = urlsplit(emulator.url)
        assert (address.hostname, emulator.base_url("302ai")) == ("127.0.0.1", emulator.url + "/doubao")
        assert emulator.base_url("ark") == emulator.base_url("byteplus") == emulator.url + "/api/v3"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=1)


def test_a_port_that_is_taken_is_an_error():
    with Emulator() as first, pytest.raises(OSError), Emulator(port=urlsplit(first.url).port):  # noqa: PT011
        pass


def call_in_vain(base_url):
    with pytest.raises(httpx.HTTPError):
        httpx.post(base_url + "/images/generations", json=BODY, headers=KEY, trust_env=False)


def test_it_stops_while_calls_hang():
    with Emulator({"delay": 60}) as emulator:
        caller = threading.Thread(target=call_in_vain, args=(emulator.base_url("ark"),))
        caller.start()
        while not emulator.ledger.requests:
            time.sleep(0.01)
    caller.join(5)
    assert not caller.is_alive()


def test_a_connection_carries_many_requests(emulator):
    address = urlsplit(emulator.url)
    data = json.dumps(BODY).encode()
    request = (
        b"POST /api/v3/images/generations HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer test-key\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(data), data)
    )
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request * 2 + b"GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        got = b""
        while piece := connection.recv(65_536):
            got += piece
    assert got.count(b"HTTP/1.1 200 OK") == 2
    assert got.endswith(b"content-length: 0\r\nconnection: close\r\n\r\n")


def test_a_body_in_chunks(emulator, client):
    data = json.dumps(BODY).encode()
    answer = client.post(
        emulator.base_url("ark") + "/images/generations",
        content=(data[start : start + 9] for start in range(0, len(data), 9)),
        headers=KEY,
    )
    assert answer.status_code == 200


def test_a_body_of_many_megabytes(emulator, client):
    body = {**BODY, "image": ["data:image/png;base64," + "A" * 20_000_000]}
    answer = client.post(emulator.base_url("ark") + "/images/generations", json=body, headers=KEY)
    assert answer.json()["error"]["code"] == "InvalidParameter.UnsupportedImageFormat"


def test_links_lead_to_the_host_the_client_used(emulator, client):
    url = emulator.base_url("ark").replace("127.0.0.1", "localhost") + "/images/generations"
    link = client.post(url, json=BODY, headers=KEY).json()["data"][0]["url"]
    assert link.startswith("http://localhost:")
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    "nonsense",
    [b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b""],
)
def test_nonsense_ends_the_connection_and_nothing_else(emulator, client, nonsense):
    address = urlsplit(emulator.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(nonsense)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert client.get(emulator.url + "/").status_code == 404


def test_calls_in_flight_are_counted_and_limited(ask):
    with Emulator(latency=0.3, max_in_flight=2) as emulator:
        statuses = []
        callers = [
            threading.Thread(target=lambda: statuses.append(ask(emulator).status_code)) for _ in range(4)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert sorted(statuses) == [200, 200, 429, 429]
        assert ask(emulator).status_code == 200


def test_chance_can_be_handed_in(ask):
    urls = []
    for _ in range(2):
        with Emulator(chance=random.Random(5)) as emulator:
            urls.append(urlsplit(ask(emulator).json()["data"][0]["url"]).path[-45:])
    assert urls[0] == urls[1]


@pytest.fixture
def process(tmp_path):
    """A function that starts an emulator process and gives it and its URL."""
    started = []

    def start(latency: float = 0.0) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-c", PROGRAM, str(tmp_path / "ledger.jsonl"), str(latency)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=os.getcwd())
        started.append(child)
        assert child.stdout is not None
        return child, child.stdout.readline().strip()

    yield start
    for child in started:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_says_its_url_and_ends_at_a_signal(process, client, number):
    child, url = process()
    assert client.get(url + "/").status_code == 404
    child.send_signal(number)
    assert child.wait(10) == 0


def test_the_ledger_file_survives_a_kill(process, client, tmp_path):
    child, url = process()
    answer = client.post(url + "/api/v3/images/generations", json=BODY, headers=KEY)
    child.kill()
    child.wait()
    lines = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert [(line["request"], line["index"], line["model"]) for line in lines] == [
        (1, 0, "doubao-seedream-4-5-251128")
    ]
    assert lines[0]["request_id"] == answer.headers["x-request-id"]
    assert "test-key" not in (tmp_path / "ledger.jsonl").read_text()


def test_a_process_is_scripted_and_asked_over_its_control_doors(process, client):
    _, url = process()
    assert client.post(url + "/_emulator/script", json=[{"answer": "error/500-internal"}]).json() == {
        "added": 1
    }
    generations = url + "/api/v3/images/generations"
    statuses = [client.post(generations, json=BODY, headers=KEY).status_code for _ in range(2)]
    assert statuses == [500, 200]
    ledger = client.get(url + "/_emulator/ledger").json()
    assert [request["status"] for request in ledger["requests"]] == [500, 200]
    assert [picture["request"] for picture in ledger["billed"]] == [2]


def test_it_speaks_https_when_it_is_given_a_certificate():
    tls = Path(__file__).parents[1] / "providers/seedream/tls"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
    with (
        Emulator(tls=context) as emulator,
        httpx.Client(verify=ssl.create_default_context(cafile=tls / "cert.pem"), trust_env=False) as client,
    ):
        answer = client.post(
            emulator.base_url("ark") + "/images/generations",
            json={"model": "doubao-seedream-4-5-251128", "prompt": "a cat"},
            headers={"Authorization": "Bearer k"},
        )
        url = answer.json()["data"][0]["url"]
        assert url.startswith(emulator.url)
        assert emulator.url.startswith("https://127.0.0.1:")
        assert client.get(url).status_code == 200


def test_a_calmed_emulator_plays_no_more_faults(emulator, ask):
    emulator.script({"times": 0, "answer": "error/500-internal"})
    emulator.calm()
    assert ask(emulator).status_code == 200
