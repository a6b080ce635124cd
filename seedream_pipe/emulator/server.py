"""The emulator on a real port: HTTP/1.1 over asyncio, with the faults of the wire.

The server reads requests, asks the behaviour what to do and does it. It decides
nothing itself. What is behind a lost connection goes on: pictures that were being
made are made and billed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, TextIO, TypeAlias, assert_never

from seedream_pipe.emulator.behaviour import Behaviour, Received
from seedream_pipe.emulator.control import CONTROL, controlled
from seedream_pipe.emulator.faults import Fault, fault_from_json
from seedream_pipe.emulator.ledger import Billed, Ledger, as_tree
from seedream_pipe.emulator.options import Options
from seedream_pipe.emulator.replies import Bill, End, Hang, Kill, Ready, Reply, Reset, Send, Step, Wait

__all__ = ["Emulator", "serve"]

Provider: TypeAlias = Literal["302ai", "ark", "byteplus"]

_BASES: Final[Mapping[Provider, str]] = {"302ai": "/doubao", "ark": "/api/v3", "byteplus": "/api/v3"}
_LONGEST_HEAD: Final = 1 << 18
_LARGEST_BODY: Final = 1 << 30
_PATIENCE: Final = 30.0


class _Gone(Exception):
    """The connection is over, by our will or the other side's."""


class _Server:
    """Connections around one behaviour. Everything runs on one event loop."""

    def __init__(
        self,
        behaviour: Behaviour,
        lock: threading.RLock,
        ledger_file: Path | None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._behaviour = behaviour
        self._tls = tls
        self._lock = lock
        self._ledger_file = ledger_file
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.url = ""

    async def open(self, host: str, port: int) -> None:
        """Listen; `url` is known afterwards."""
        self._server = await asyncio.start_server(
            self._connected, host, port, limit=_LONGEST_HEAD, backlog=1024, ssl=self._tls
        )
        address = self._server.sockets[0].getsockname()
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.url = f"{'https' if self._tls else 'http'}://{shown}:{address[1]}"

    async def close(self) -> None:
        """Stop listening and end what is open."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        if self._tls is None:  # its transport never says that an empty buffer is empty
            writer.transport.set_write_buffer_limits(high=0)
        try:
            with contextlib.suppress(_Gone, ConnectionError, asyncio.IncompleteReadError, TimeoutError):
                while await self._exchange(reader, writer):
                    pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        received = await _read(reader, writer, self.url)
        if received is None:
            return False
        with self._lock:
            if received.target.startswith(CONTROL):
                reply = controlled(self._behaviour, received, time.time())
            else:
                reply = self._behaviour.reply(received, time.time())
        await self._carry_out(reply, reader, writer)
        return reply.keep_open

    async def _carry_out(
        self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        steps = iter(reply.steps)
        try:
            for step in steps:
                await self._do(step, reader, writer)
        finally:
            if reply.generation:
                with self._lock:
                    self._behaviour.books.leave()
            behind = [step for step in steps if isinstance(step, Wait | Bill | Ready)]
            self._go_on([*behind, *reply.afterwards])

    def _go_on(self, steps: list[Wait | Bill | Ready]) -> None:
        """Let what nobody waits for any more happen all the same."""
        if not steps:
            return
        task = asyncio.get_running_loop().create_task(self._afterwards(steps))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _afterwards(self, steps: list[Wait | Bill | Ready]) -> None:
        for step in steps:
            await self._make(step)

    async def _do(self, step: Step, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match step:
            case Send(data):
                writer.write(data)
                await writer.drain()
            case Wait() | Bill() | Ready():
                await self._make(step)
            case Reset():
                _reset(writer)
                raise _Gone
            case End():
                raise _Gone
            case Hang():
                while await reader.read(65_536):
                    pass
                raise _Gone
            case Kill(process, number):
                _kill(process, number)
            case _:
                assert_never(step)

    async def _make(self, step: Wait | Bill | Ready) -> None:
        match step:
            case Wait(seconds):
                if seconds > 0:
                    await asyncio.sleep(seconds)
            case Bill(picture):
                with self._lock:
                    self._behaviour.bill(picture)
                if self._ledger_file is not None:
                    _append(self._ledger_file, picture)
            case Ready(task_id):
                with self._lock:
                    self._behaviour.ready(task_id)
            case _:
                assert_never(step)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _kill(process: int, number: int) -> None:
    """Signal a process that may be gone, with all of the group that it leads."""
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(process, number)
        except ProcessLookupError:
            os.kill(process, number)


def _append(path: Path, picture: Billed) -> None:
    """One line, on the disk before anybody hears of the picture."""
    line = json.dumps(as_tree(picture), ensure_ascii=False, separators=(",", ":")) + "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str) -> Received | None:
    """The next request of a connection, or None when there is none."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    pairs = [line.partition(":") for line in lines]
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    by_name = dict(headers)
    if by_name.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _body(reader, by_name)
    if body is None:
        return None
    host = by_name.get("host")
    return Received(
        method=words[0],
        target=words[1],
        headers=headers,
        body=body,
        origin=f"{url.partition(':')[0]}://{host}" if host else url,
    )


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes | None:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _LARGEST_BODY:
        return None
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes | None:
    pieces: list[bytes] = []
    while True:
        line = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        try:
            size = int(line, 16)
        except ValueError:
            return None
        if size == 0:
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass
            return b"".join(pieces)
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)


class Emulator:
    """An emulator in this process, on a port of its own, for as long as the `with` lasts.

        with Emulator(latency=0.2) as emulator:
            client = httpx.Client(base_url=emulator.base_url("ark"))

    Keyword arguments are those of `Options`. With `tls`, the context of a server, it speaks https.
    """

    def __init__(
        self,
        *faults: Fault | Mapping[str, Any],
        host: str = "127.0.0.1",
        port: int = 0,
        ledger_file: Path | None = None,
        chance: random.Random | None = None,
        tls: ssl.SSLContext | None = None,
        **options: Any,
    ) -> None:
        self._behaviour = Behaviour(Options(**options), chance=chance or random.SystemRandom())
        self._lock = threading.RLock()
        self._server = _Server(self._behaviour, self._lock, ledger_file, tls)
        self._address = (host, port)
        self._thread = threading.Thread(target=self._run, name="seedream-emulator", daemon=True)
        self._opened = threading.Event()
        self._failure: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.script(*faults)

    def __enter__(self) -> Self:
        self._thread.start()
        self._opened.wait(_PATIENCE)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_PATIENCE)

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return self._server.url

    def base_url(self, provider: Provider) -> str:
        """What a client of this provider puts before `/images/generations`."""
        return self.url + _BASES[provider]

    @property
    def ledger(self) -> Ledger:
        """What was received and billed so far."""
        with self._lock:
            return self._behaviour.books.ledger()

    def script(self, *faults: Fault | Mapping[str, Any]) -> None:
        """Add faults; mappings have the members of `Fault`."""
        made = [each if isinstance(each, Fault) else fault_from_json(dict(each)) for each in faults]
        with self._lock:
            self._behaviour.script.add(made)

    def calm(self) -> None:
        """Forget the faults that have not been played."""
        with self._lock:
            self._behaviour.script.clear()

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock, so that links die and minutes pass."""
        with self._lock:
            self._behaviour.ahead += seconds

    def reset(self) -> None:
        """Forget ledger, links, tasks, faults and the clock's lead."""
        with self._lock:
            self._behaviour.reset()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            await self._server.open(*self._address)
        except OSError as error:
            self._failure = error
            return
        finally:
            self._opened.set()
        await self._stop.wait()
        await self._server.close()


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    options: Options | None = None,
    faults: Iterable[Fault] = (),
    ledger_file: Path | None = None,
    out: TextIO | None = None,
    stopped: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM. Prints the URL as one line once it listens.

    `stopped` is called when the last connection is closed. Raises `OSError` when the
    port cannot be had.
    """
    behaviour = Behaviour(options or Options(keep_bodies=False), chance=random.SystemRandom())
    behaviour.script.add(faults)
    server = _Server(behaviour, threading.RLock(), ledger_file)
    asyncio.run(_until_signalled(server, host, port, out or sys.stdout))
    if stopped is not None:
        stopped()


async def _until_signalled(server: _Server, host: str, port: int, out: TextIO) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await server.open(host, port)
    print(server.url, file=out, flush=True)
    await stop.wait()
    await server.close()
