"""The emulator as a process of the project's own environment; in this one nothing of ours is installed."""

import base64
import json
import os
import struct
import subprocess
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

TOOL: Final = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "seedream-pipe"
KEY: Final = "a-key"


class Served:
    """An emulator somewhere else, and what it has to tell."""

    def __init__(self, url: str) -> None:
        self.url = url

    def script(self, *faults: dict[str, Any]) -> None:
        """What goes wrong with the calls to come."""
        self._control("script", list(faults))

    def reset(self) -> None:
        """Forget everything that was asked for, billed and scripted."""
        self._control("reset", {})

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The generations that were asked for."""
        return self._ledger("requests")

    @property
    def billed(self) -> int:
        """How many pictures were paid for."""
        return len(self._ledger("billed"))

    @property
    def statuses(self) -> list[int]:
        """What was answered, call by call."""
        return [request["status"] for request in self.requests]

    def _ledger(self, part: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/_emulator/ledger") as answer:
            return json.load(answer)[part]

    def _control(self, door: str, tree: object) -> None:
        data = json.dumps(tree).encode()
        urllib.request.urlopen(f"{self.url}/_emulator/{door}", data=data).close()


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    process = subprocess.Popen(
        [TOOL, "emulator", "--keys", KEY],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield Served(process.stdout.readline().strip())
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def emulator(served: Served) -> Served:
    served.reset()
    return served


@pytest.fixture
def downloaded() -> Callable[[str], bytes]:
    def download(url: str) -> bytes:
        with urllib.request.urlopen(url) as answer:
            return answer.read()

    return download


@pytest.fixture
def reference() -> str:
    """A picture as the API takes it, large enough to be taken apart (R39)."""
    return "data:image/png;base64," + base64.b64encode(_png(512)).decode()


def _png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    lines = zlib.compress((b"\0" + bytes(side)) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
