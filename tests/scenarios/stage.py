"""Plays a scenario: the emulator, a project folder, and the command line three times."""

import asyncio
import base64
import contextlib
import io
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seedream_pipe.cli.group import run as command_line
from seedream_pipe.emulator import Emulator
from seedream_pipe.emulator.ledger import Billed, Ledger
from seedream_pipe.run.pace import Pace
from tests.placed import bare
from tests.scenarios.boards import TASKS, text
from tests.scenarios.doors import Stranger, door, free_port
from tests.scenarios.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
TLS = ROOT / "tests/providers/seedream/tls"
KEY = "sk/Q7+wJ2=mB9xV4tR8nZ1kL6pD3hF5gS0cY"
VARIABLES = ("AI302_API_KEY", "ARK_API_KEY", "BYTEPLUS_API_KEY")
LONG_NAME = "a" * 64
"""Longer than a part of a host's name may be: looked up nowhere, and found nowhere."""


_MEANINGS = {
    "key": KEY,
    "quoted key": quote(KEY, safe=""),
    "packed key": base64.b64encode(KEY.encode()).decode(),
    "long": "x" * 200_000,
    "digits": "9" * 10_000,
    "deep lists": "[" * 200_000,
    "members": ",".join(f'"m{number}":{number}' for number in range(30_000)),
    "headers": "x-one: 1\r\n" * 5_000,
    "continues": "HTTP/1.1 100 Continue\r\n\r\n" * 100,
    "comments": ": still here\n" * 20_000,
}
"""What is too long for a file, or known here only: a scenario says it in braces."""


class Time:
    """Time that passes when somebody sleeps, for the run and the service alike."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.emulator: Emulator | None = None

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.002)  # a moment of real time too: what is under way has to go on
        self.now += seconds
        if self.emulator is not None:
            self.emulator.advance(seconds)

    def clock(self) -> float:
        return self.now


@dataclass(kw_only=True)
class Seen:
    """What one run came to. Numbers of the ledger are of the whole time up to its end."""

    exit: int
    text: str
    record: dict[str, Any]
    holds: list[dict[str, Any]]
    ledger: Ledger
    requests: int
    polls: int
    seconds: float
    waited: float
    peak: int = 0
    """Bytes of memory at most, of a process of its own."""
    touched: list[bytes] = field(default_factory=list)


@dataclass(kw_only=True)
class Stage:
    """A project and the service that it is bought from."""

    scenario: Scenario
    folder: Path
    time: Time
    stranger: Stranger
    port: int
    service: contextlib.ExitStack
    emulator: Emulator | None = None
    mended: bool = False

    def open_service(self, *, certificate: str, trusted: bool = True) -> None:
        """Let the emulator answer at the stage's port, with the scenario's faults still to come."""
        tls = None
        os.environ.pop("SSL_CERT_FILE", None)
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(TLS / f"{certificate}.pem", TLS / "key.pem")
        if certificate and trusted:
            os.environ["SSL_CERT_FILE"] = str(TLS / f"{certificate}.pem")
        options = self.scenario.emulator
        emulator = self.service.enter_context(Emulator(port=self.port, tls=tls, keys=(KEY,), **options))
        emulator.script(*(_with_places(fault, self, emulator) for fault in self.scenario.faults))
        self.emulator = self.time.emulator = emulator

    def mend(self) -> None:
        """From here on everything is as it should be, and it is later."""
        if not self.mended and not self.scenario.stands:
            self.service.close()
            self.open_service(certificate="cert" if self._is_https else "")
        self.mended = True
        if self.emulator is not None:
            self.emulator.calm()
            self.emulator.advance(self.scenario.later)

    @property
    def _is_https(self) -> bool:
        return bool(self.scenario.tls) or self.scenario.door in {"cut handshake", "no tls"}

    @property
    def file(self) -> Path:
        return self.folder / "board.yaml"

    @property
    def store(self) -> Path:
        return self.folder / ".seedream"

    def ledger(self) -> Ledger:
        if self.emulator is None:
            return Ledger(requests=(), billed=(), downloads=(), polls=(), peak_in_flight=0)
        return self.emulator.ledger

    def missing(self, ledger: Ledger) -> dict[str, int]:
        """How many billed pictures of each task are not delivered, by the service's own account."""
        there = self.delivered(ledger)
        missing: dict[str, int] = {}
        for picture in ledger.billed:
            if picture not in there:
                task = TASKS[picture.prompt]
                missing[task] = missing.get(task, 0) + 1
        return missing

    def delivered(self, ledger: Ledger) -> list[Billed]:
        """Billed pictures whose own bytes are in the store."""
        stored = [path.read_bytes() for path in self.blobs()]
        return [each for each in ledger.billed if any(each.token.encode() in data for data in stored)]

    def strange(self, ledger: Ledger) -> list[Path]:
        """Outputs that are not, byte for byte but for their note, a picture of the store that was billed."""
        stored = [path.read_bytes() for path in self.blobs()]
        bought = [data for data in stored if any(each.token.encode() in data for each in ledger.billed)]
        return [path for path in self.outputs() if bare(path.read_bytes()) not in bought]

    def blobs(self) -> list[Path]:
        return [path for path in sorted((self.store / "blobs").glob("*/*")) if path.is_file()]

    def outputs(self) -> list[Path]:
        return [path for path in sorted((self.folder / "out").rglob("*")) if path.is_file()]

    def answers(self) -> list[Path]:
        """Raw answers that are on disk, whole or not."""
        return sorted((self.store / "calls").glob("*/answer.body*"))

    def run(self, *, first: bool) -> Seen:
        """Run the command line once."""
        before = self.ledger()
        self.stranger.heard.clear()
        began, waited = time.monotonic(), self.time.now
        records = self._records()
        play = self._in_a_process if self.scenario.process else self._here
        code, said, peak = play(self._arguments(first=first))
        self._settle()
        _, held, _ = self._here(["held", str(self.file), "--json"])
        new = [path for path in self._records() if path not in records]
        ledger = self.ledger()
        return Seen(
            exit=code,
            text=said + self._here(["held", str(self.file)])[1],
            record=json.loads(new[-1].read_bytes()) if new else {},
            holds=json.loads(held[held.index("{") :])["held"] if "{" in held else [],
            ledger=ledger,
            requests=len(ledger.requests) - len(before.requests),
            polls=len(ledger.polls) - len(before.polls),
            seconds=time.monotonic() - began,
            waited=self.time.now - waited,
            peak=peak,
            touched=list(self.stranger.heard),
        )

    def say(self, word: str) -> None:
        """Let a person say what became of all the calls that are held."""
        self._here(["held", word, str(self.file), "--all", "--yes"])

    def _arguments(self, *, first: bool) -> list[str]:
        scheme, host = "https" if self._is_https else "http", "127.0.0.1"
        if self.scenario.door == "nowhere" and first:
            scheme, host = "https", f"{LONG_NAME}.invalid"
        path = "/doubao" if self.scenario.provider == "302ai" else "/api/v3"
        url = f"{scheme}://{host}:{self.port}{path}"
        return ["run", str(self.file), "--yes", "--provider", self.scenario.provider, "--base-url", url]

    def _here(self, arguments: list[str]) -> tuple[int, str, int]:
        pace = Pace(sleep=self.time.sleep, clock=self.time.clock, patience=self.scenario.patience)
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = command_line(arguments, pace=pace)
        return code, said.getvalue(), 0

    def _in_a_process(self, arguments: list[str]) -> tuple[int, str, int]:
        facts = self.folder.parent / "peak"
        done = subprocess.run(
            [sys.executable, "-m", "tests.scenarios.child", str(facts), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=self.scenario.seconds * 2,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr, int(facts.read_text())

    def _records(self) -> list[Path]:
        return sorted((self.store / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)

    def _settle(self) -> None:
        """Wait until nothing is billed any more of what the client did not wait for."""
        count = -1
        while count != len(self.ledger().billed):
            count = len(self.ledger().billed)
            time.sleep(0.02)


@contextlib.contextmanager
def staged(scenario: Scenario, folder: Path) -> Iterator[Stage]:
    """A scenario's stage, before the first run. The service is there, or what stands in its place."""
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "board.yaml").write_text(
        text(scenario.board, model=scenario.model, size=scenario.size), "utf-8"
    )
    with Stranger() as stranger, contextlib.ExitStack() as service:
        stage = Stage(
            scenario=scenario,
            folder=folder,
            time=Time(),
            stranger=stranger,
            port=free_port(),
            service=service,
        )
        if scenario.door:
            service.enter_context(door(scenario.door, stage.port))
        else:
            stage.open_service(certificate=scenario.tls, trusted=scenario.trusted)
        yield stage


def _with_places(fault: Mapping[str, Any], stage: Stage, emulator: Emulator) -> dict[str, Any]:
    """A fault with the meaning of what its file says in braces."""
    told = json.dumps(fault, ensure_ascii=False)
    addresses = {"stranger": stage.stranger.url, "emulator": emulator.url}
    for name, meaning in {**_MEANINGS, **addresses}.items():
        told = told.replace("{" + name + "}", json.dumps(meaning)[1:-1])
    found: dict[str, Any] = json.loads(told)
    return found
