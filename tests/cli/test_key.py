"""The key goes into one header to one host. A service that says it back gets it nowhere."""

import base64
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest

from seedream_pipe.emulator import Emulator, Fault
from tests.cli.conftest import ROOT

KEY = "sk-Q7vX/tR9mLp2+Zk8WbYc4Hd"
ESCAPED = "".join(f"\\u{ord(char):04x}" for char in KEY)
BASE64 = base64.b64encode(KEY.encode()).decode()


def _cores() -> Iterator[bytes]:
    """Base64 of the key in its three alignments, without the characters that depend on its neighbours."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + KEY.encode()).rstrip(b"=")
        yield whole[(before * 8 + 5) // 6 : (before + len(KEY)) * 8 // 6]


FORMS = (KEY.encode(), quote(KEY, safe="").encode(), quote(KEY).encode(), *_cores(), KEY[-8:].encode())

SAID = (
    f"raw {KEY}, Bearer {KEY}, base64 {BASE64}, {base64.b64encode(b'Bearer ' + KEY.encode()).decode()},"
    f" {base64.b64encode(b'x:' + KEY.encode()).decode()}, in a link ?key={quote(KEY, safe='')},"
    f" in a path {quote(KEY)},"
    f" ends in ****{KEY[-8:]}"
)
LINE = SAID.encode()
HEADERS = {
    "X-Request-Id": KEY,
    "X-Echo": SAID,
    "Set-Cookie": f"key={KEY}",
    "WWW-Authenticate": f'Bearer realm="{KEY}"',
}


def _error(status: int, **more: str) -> Fault:
    told = {"code": f"Code {KEY}", "message": SAID, "type": KEY, "param": KEY, "request_id": KEY, **more}
    body = json.dumps({"error": told, "request_id": KEY, KEY: KEY}).encode()
    return Fault(status=status, body=body, headers=HEADERS, times=0)


def _event(tree: Mapping[str, object]) -> str:
    return f"event: {KEY}\ndata: {json.dumps(tree)}\n\n"


_TOLD = {"error": {"code": KEY, "message": SAID}}

ECHOES: Mapping[str, Fault] = {
    **{f"{status}": _error(status) for status in (400, 401, 404, 418, 500, 503, 524)},
    "429": _error(429, code="QuotaExceeded"),
    "a refusal": _error(400, code="OutputImageSensitiveContentDetected"),
    "HTML": Fault(status=502, content_type="text/html", body=b"<h1>" + LINE, headers=HEADERS, times=0),
    "escaped": Fault(
        status=401, body=b'{"error": {"code": "%b", "message": "%b"}}' % ((ESCAPED.encode(),) * 2), times=0
    ),
    "a name of the model": Fault(
        body=b'{"model": "%b", "id": "%b", "data": [{"url": "<<url 0>>", "size": "%b"}], "echo": "%b",'
        b' "usage": {"generated_images": 1}}' % (KEY.encode(), KEY.encode(), KEY.encode(), LINE),
        headers=HEADERS,
        times=0,
    ),
    "no picture": Fault(
        body=b'{"data": [], "error": {"code": "%b", "message": "%b"}}' % ((LINE,) * 2), times=0
    ),
    "links": Fault(body=b'{"data": [{"url": "<<url 0>>&key=%b"}]}' % KEY.encode(), times=0),
    "no JSON": Fault(body=b"{" + LINE, times=0),
    "a cut in the key": Fault(body=LINE, cut="body", at=float(20 + len(KEY) // 2), times=0),
    "a stream": Fault(
        content_type="text/event-stream",
        body=(
            f": {SAID}\n\n"
            + _event({"type": "image_generation.partial_failed", "image_index": 0, "model": KEY, **_TOLD})
            + _event({"type": KEY, "message": SAID})
            + _event({"type": "error", **_TOLD})
        ).encode(),
        times=0,
    ),
    "packed": Fault(status=500, body=b'{"error": {"message": "' + LINE + b'"}}', gzip=True, times=0),
    "split": Fault(status=400, body=b'{"error": {"message": "' + LINE + b'"}}', split=5, times=0),
    "downloads": Fault(on="download", status=403, body=LINE, headers=HEADERS, times=0),
    "redirected downloads": Fault(
        on="download", status=302, headers={"Location": f"/x?key={quote(KEY)}&{KEY}"}, body=LINE, times=0
    ),
}

MODES: Sequence[tuple[str, ...]] = ((), ("--debug",), ("--json",), ("--json", "--debug"))


@pytest.fixture
def service() -> Iterator[Emulator]:
    with Emulator(keys=(KEY,)) as running:
        yield running


@pytest.fixture
def environment(board: Path, service: Emulator) -> dict[str, str]:
    for name in ("tmp", "home"):
        (board.parent / name).mkdir()
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "default",
        "TMPDIR": str(board.parent / "tmp"),
        "HOME": str(board.parent / "home"),
        "SEEDREAM_PROVIDER": "byteplus",
        "SEEDREAM_BASE_URL": service.base_url("byteplus"),
        "BYTEPLUS_API_KEY": KEY,
    }


@pytest.fixture
def looked(board: Path, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The board, with the settings also for commands in this process."""
    for name in ("SEEDREAM_PROVIDER", "SEEDREAM_BASE_URL"):
        monkeypatch.setenv(name, environment[name])
    return board


def begin(board: Path, environment: Mapping[str, str], *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "seedream_pipe", *words],
        cwd=board,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )


def said(board: Path, environment: Mapping[str, str], *words: str) -> bytes:
    out, err = begin(board, environment, *words).communicate(timeout=60)
    return out + err


def found_in(data: bytes) -> list[str]:
    return [form.decode() for form in FORMS if form in data]


def leaks(folder: Path) -> dict[str, list[str]]:
    """Every file below a folder that has the key in it, by name or content, and in which forms."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files
    found = {str(path): found_in(os.fsencode(path) + data) for path, data in files.items()}
    return {name: forms for name, forms in found.items() if forms}


@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_that_is_said_back_is_nowhere(looked, service, environment, echo, cli):
    board = looked
    service.script(ECHOES[echo])
    mode = MODES[list(ECHOES).index(echo) % len(MODES)]
    spoken = said(board, environment, "run", "board.yaml", "sheet", "--yes", *mode)
    assert spoken
    for again in (("status", "board.yaml"), ("held", "board.yaml", "--json"), ("why", "board.yaml", "sheet")):
        told = cli(*again)
        spoken += (told.out + told.err).encode()
    assert found_in(spoken) == [], spoken.decode(errors="replace")
    assert leaks(board.parent) == {}


def test_a_run_that_goes_well_leaves_the_key_nowhere(board, service, environment):
    spoken = said(board, environment, "run", "board.yaml", "--yes", "--debug", "--json")
    assert b'"exit_code": 0' in spoken
    assert len(service.ledger.billed) == 4
    assert found_in(spoken) == []
    assert leaks(board.parent) == {}


def test_what_others_see_of_the_process_has_no_key(board, service, environment):
    """Its arguments, its children and what these are given."""
    service.script(Fault(delay=20, times=0))
    process = begin(board, environment, "run", "board.yaml", "--yes")
    while not service.ledger.requests:
        assert process.poll() is None
        time.sleep(0.02)
    seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(each.read_text().rpartition(")")[2].split()[1])
            if parent == process.pid:
                seen += (each.parent / "cmdline").read_bytes() + (each.parent / "environ").read_bytes()
        except OSError:
            continue
    process.send_signal(signal.SIGABRT)
    out, err = process.communicate(timeout=30)
    assert found_in(seen) == []
    assert found_in(out + err) == []
    assert leaks(board.parent) == {}


def test_a_store_is_its_owners_whatever_the_umask(board, environment):
    before = os.umask(0)
    try:
        said(board, environment, "run", "board.yaml", "--yes")
    finally:
        os.umask(before)
    store = board / ".seedream"
    open_to_others = [
        str(path) for path in (store, *store.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []


def test_a_store_where_everybody_may_write_is_warned_of(board, environment):
    board.chmod(0o777)
    assert b"warning[W-STORE-OPEN]" in said(board, environment, "run", "board.yaml", "--yes")


TYPED = "sk-typed-in-the-wrong-place"


@pytest.mark.parametrize(
    "url", [f"https://{TYPED}@127.0.0.1:1/v3", f"https://me:{TYPED}@host/v3", f"https://host/v3?key={TYPED}"]
)
def test_a_key_in_a_url_is_refused_and_not_shown(board, environment, url):
    """Also one that no variable holds."""
    spoken = said(board, environment, "run", "board.yaml", "--yes", "--base-url", url)
    assert b"error[E-USAGE]" in spoken
    assert TYPED.encode() not in spoken


class Canary:
    """A server at another address, which remembers every byte that comes."""

    def __init__(self) -> None:
        self.heard = b""
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            with connection:
                connection.settimeout(2)
                self.heard += connection.recv(65536)
                connection.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


@pytest.mark.parametrize(
    "redirect", [*(("generation", status) for status in (301, 302, 303, 307, 308)), ("download", 307)]
)
def test_no_redirect_carries_the_key_to_another_host(board, service, environment, canary, redirect):
    on, status = redirect
    service.script(
        Fault(on=on, status=status, headers={"Location": canary.url + "/elsewhere"}, body=b"", times=0)
    )
    spoken = said(board, environment, "run", "board.yaml", "sheet", "--yes")
    assert b"authorization" not in canary.heard.lower()
    assert found_in(canary.heard + spoken) == []
    assert on == "download" or canary.calls == 0
    assert not any(download.header("authorization") for download in service.ledger.downloads)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_no_proxy_gets_the_key(board, service, environment, canary, name):
    """Plain http to this machine goes straight; https would be tunnelled, and a proxy sees no header."""
    password = "a-password-of-a-proxy"
    proxy = {name: canary.url.replace("://", f"://me:{password}@")}
    said(board, {**environment, **proxy}, "run", "board.yaml", "sheet", "--yes")
    assert canary.calls == 0
    assert len(service.ledger.billed) == 1
    away = {"SEEDREAM_BASE_URL": "https://api.example.invalid/v3", "SEEDREAM_PROVIDER": "byteplus"}
    process = begin(board, {**environment, **proxy, **away}, "run", "board.yaml", "sheet", "--yes", "--debug")
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert found_in(canary.heard + out + err) == []
    assert password.encode() not in out + err
    assert leaks(board.parent) == {}
