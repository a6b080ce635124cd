"""The provider: asks once, writes what happens to the tape, never asks again.

Rule 1: nothing here decides what an answer means (`answer`) or resends (`run.pay`).
Rule 2: a call is `NotSent` only while no byte of its body has left: until the tape has been
told that it is being sent, or when the connection had ended by then. From then on whatever
breaks is `Lost`.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from seedream_pipe.confidential import scrubbed
from seedream_pipe.errors import ProviderError, UsageError
from seedream_pipe.makers import (
    Answer,
    Fetched,
    Generation,
    Hole,
    LinkDead,
    Lost,
    MakerId,
    NotFetched,
    NotSent,
    Part,
    Pending,
    Permanent,
    Picture,
    Reply,
    Request,
    Sent,
    Tape,
    Verdict,
)
from seedream_pipe.profiles import ProviderProfile
from seedream_pipe.providers.seedream import answer, wire
from seedream_pipe.providers.seedream.arrival import arriving
from seedream_pipe.providers.seedream.download import Download
from seedream_pipe.providers.seedream.network import (
    CONNECT_SECONDS,
    UPLOAD_SECONDS,
    Broken,
    Incoming,
    Network,
    Unsent,
)
from seedream_pipe.providers.seedream.promises import LONGEST_TICKET, Promises, ticket_in
from seedream_pipe.providers.seedream.stream import EventEnd, EventEnds, looks_like_events
from seedream_pipe.providers.seedream.wire import ResponseFormat, Streaming
from seedream_pipe.settings import Secret, safe_url
from seedream_pipe.version import MAKER_VERSIONS

_Said = TypeVar("_Said", bound=Verdict | Hole | Fetched | NotFetched | LinkDead)

__all__ = ["Seedream", "missing_key", "new_client_id"]

ANSWER_LIMIT: Final = 256 * 1024 * 1024
"""Most bytes of an answer's body (R78)."""

_LARGE_GROUP: Final = 10
_MORE_FOR_EACH: Final = 24 * 1024 * 1024
"""Beyond so many pictures the limit grows by the base64 of a large one each."""

_MOST_EVENTS: Final = 256
"""Events that get a file of their own; what a stream without end says beyond is not worth it."""

_BETWEEN_EVENTS: Final = 180.0
"""R132: how long the next event of a stream may take, though the whole takes longer than planned."""

_AFTER_COMPLETED: Final = 5.0
"""How long the end of a stream is waited for that has said all (R91, R96)."""

_BODY_CHUNK: Final = 256 * 1024
_TEXTS: Final = ("code", "message", "request_id", "model", "remedy", "cause")
"""Members of what a service said that are its own words."""
_PLAIN: Final = (("Accept-Encoding", "identity"), ("User-Agent", "seedream-pipe"))
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "set-cookie", "cookie"})


def missing_key(profile: ProviderProfile) -> ProviderError:
    """Say which variable to set and where to get a key."""
    return ProviderError(
        f"{profile.title} needs an API key in {profile.key_variable}",
        hint=f"get one at {profile.key_page}, then: export {profile.key_variable}=…",
    )


def new_client_id() -> str:
    """Make a name for a call in the form of the official SDKs (R10): local time, then chance."""
    return time.strftime("%Y%m%d%H%M%S") + secrets.token_hex(10).upper()


class Seedream:
    """302.AI, Volcengine Ark or BytePlus ModelArk, as its profile says.

    `key` may be None for whatever is free: building requests, reading, fetching. `patience` is the
    most seconds that an answer may take; None leaves each model what it needs. `async_calls`
    asks for answers later, where the provider has such a form (R126).
    """

    def __init__(
        self,
        profile: ProviderProfile,
        *,
        key: Secret | None,
        base_url: str | None = None,
        response_format: ResponseFormat = "url",
        streaming: Streaming = "groups",
        async_calls: bool = False,
        environment: Mapping[str, str] = os.environ,
        network: Network | None = None,
        client_id: Callable[[], str] = new_client_id,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float | None = None,
    ) -> None:
        self._profile = profile
        self._key = _sendable(key, profile)
        self._url = safe_url(base_url or profile.base_url or "", "the base URL") + (profile.path or "")
        self._local = answer.is_loopback(urlsplit(self._url).hostname or "")
        self._response_format: ResponseFormat = response_format
        self._asks_later = async_calls and profile.async_query is not None
        # An answer that comes later comes whole.
        self._streaming: Streaming = "never" if self._asks_later else streaming
        self._network = network or Network(environment)
        self._download = Download(self._network, local=self._local, api=self._url, sleep=sleep)
        self._sleep = sleep
        self._patience = patience
        self._client_id = client_id

    @property
    def name(self) -> str:
        """The provider's name, for example ``302ai``."""
        return self._profile.name

    @property
    def id(self) -> MakerId:
        """The same for all three: the same models run behind them."""
        return MakerId(name="seedream", version=MAKER_VERSIONS["seedream"], realm="seedream")

    @property
    def paid(self) -> bool:
        """Every call can cost money."""
        return self._profile.paid

    def request(
        self,
        generation: Generation,
        references: Sequence[Picture],
        *,
        take: int = 1,  # noqa: ARG002 - a take is a second call of the same body
    ) -> Request:
        """Build the call. See `makers.Provider.request`."""
        request = wire.build(
            generation,
            references,
            provider=self._profile,
            response_format=self._response_format,
            streaming=self._streaming,
        )
        return request if self._patience is None else replace(request, patience=self._patience)

    async def send(self, request: Request, tape: Tape) -> Sent:
        """Make the call, once.

        Raises:
            ProviderError: there is no key; nothing was touched then.

        """
        if self._key is None:
            raise missing_key(self._profile)
        request = request if request.client_id else replace(request, client_id=self._client_id())
        call = _Call(request=request, tape=tape, began=time.monotonic())
        try:
            async with asyncio.timeout(CONNECT_SECONDS + UPLOAD_SECONDS) as deadline:
                async with (
                    aclosing(call.body(deadline)) as body,
                    self._network.post(self._target(), self._headers(request), body) as incoming,
                ):
                    await self._recorded(incoming, call)
                    cause = ""
        except Unsent as fault:
            return NotSent(cause=scrubbed(str(fault)))
        except Broken as fault:
            cause = str(fault)
        except TimeoutError:
            cause = f"no whole answer within {request.patience:.0f} s"
        if call.ticket:
            left = request.patience - (time.monotonic() - call.began)
            return await self._promises().wait(call.ticket, left, tape)
        return call.broken(cause) if cause and not call.enough else await tape.reply()

    async def poll(self, ticket: str, patience: float, tape: Tape) -> Reply | Lost | Pending:
        """Ask for the answer of a call that was taken. See `makers.Provider.poll`."""
        if self._profile.async_result is None:
            return Pending(cause=f"{self._profile.title} gives no tickets")
        if self._key is None:
            return Pending(cause=missing_key(self._profile).message)
        return await self._promises().wait(ticket, patience, tape)

    def read(self, reply: Reply) -> Verdict:
        """Say what a recorded answer means."""
        found = _without_secrets(answer.meaning(reply, local=self._local))
        if reply.status == HTTPStatus.NOT_FOUND and isinstance(found, Permanent) and found.code == "HTTP404":
            return replace(found, message=f"{found.message} at {self._url}")
        return found

    async def fetch(self, part: Part, reply: Reply, target: Path) -> Fetched | NotFetched | LinkDead:
        """Write one picture's bytes to a new file, without the key."""
        return _without_secrets(await self._download.fetch(part, reply, target))

    async def close(self) -> None:
        """Let go of connections. May be called twice."""
        await self._network.close()

    def _revealed(self) -> str:
        return self._key.reveal() if self._key else ""

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        return [
            ("Host", urlsplit(self._url).netloc),
            ("Authorization", f"Bearer {self._revealed()}"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(request.body))),
            ("Accept", "text/event-stream, application/json" if request.streamed else "application/json"),
            *_PLAIN,
            ("X-Client-Request-Id", request.client_id),
        ]

    def _target(self) -> str:
        return f"{self._url}?{self._profile.async_query}" if self._asks_later else self._url

    def _promises(self) -> Promises:
        """Who asks for answers later: on the host that has the key already, and nowhere else."""
        parts = urlsplit(self._url)
        return Promises(
            network=self._network,
            url=f"{parts.scheme}://{parts.netloc}{self._profile.async_result}",
            headers=(
                ("Host", parts.netloc),
                ("Authorization", f"Bearer {self._revealed()}"),
                ("Accept", "application/json"),
                *_PLAIN,
            ),
            key=self._revealed(),
            limit=2 * ANSWER_LIMIT,
            public=_public,
            sleep=self._sleep,
        )

    async def _recorded(self, incoming: Incoming, call: _Call) -> None:
        """Write the answer down as it comes, or the ticket for it."""
        limit = ANSWER_LIMIT + _MORE_FOR_EACH * max(0, call.request.ceiling - _LARGE_GROUP)
        kind = incoming.header("content-type").lower()
        async with aclosing(arriving(incoming, key=self._revealed(), limit=limit)) as pieces:
            start = b""
            if self._asks_later and incoming.status == HTTPStatus.OK:
                start = await _start(pieces)
                ticket = ticket_in(start)
                if ticket:
                    call.ticket = ticket
                    await call.tape.ticket(ticket)
                    return
            await call.tape.head(incoming.status, _public(incoming.headers))
            call.enough = incoming.status != HTTPStatus.OK
            asked_for = call.request.streamed and not kind.startswith("application/json")
            streamed = asked_for or kind.startswith("text/event-stream")
            await call.record(_after(start, pieces), streamed=streamed or None)


@dataclass(slots=True, kw_only=True)
class _Call:
    """How far one call has come.

    `enough` says that what came can be read though the rest is missing: the head of an
    error tells what it costs, and each event of a stream stands by itself (R101).
    """

    request: Request
    tape: Tape
    began: float
    sending: bool = False
    enough: bool = False
    ticket: str = ""
    events: int = 0
    _deadline: asyncio.Timeout | None = None
    _latest: float = 0.0

    async def body(self, deadline: asyncio.Timeout) -> AsyncGenerator[bytes, None]:
        """Give the body once it is written down that it goes out. The answer's time starts after it."""
        await self.tape.sending()
        self.sending = True
        data = self.request.body
        for start in range(0, len(data), _BODY_CHUNK):
            yield data[start : start + _BODY_CHUNK]
        deadline.reschedule(_now() + self.request.patience)
        self._deadline, self._latest = deadline, _now() + 2 * self.request.patience

    async def record(self, pieces: AsyncGenerator[bytes, None], *, streamed: bool | None) -> None:
        """Write the body down as it comes, each event of a stream at its end; no further than its last.

        `streamed` is None where only the body's look can say what it is (R7, R99).
        """
        ends: EventEnds | None = None
        async for piece in pieces:
            if streamed is None:
                streamed = looks_like_events(piece)
            if not streamed:
                await self.tape.write(piece)
                continue
            ends = ends or EventEnds()
            start = 0
            for end in ends.feed(piece):
                await self.tape.write(piece[start : end.at])
                start = end.at
                await self._event(end)
                if end.last:
                    return
            if start < len(piece):
                await self.tape.write(piece[start:])

    async def _event(self, end: EventEnd) -> None:
        if self.events < _MOST_EVENTS:
            await self.tape.event()
        self.events += 1
        self.enough = True
        after = _AFTER_COMPLETED if end.completed else _BETWEEN_EVENTS
        until = min(_now() + after, self._latest)
        if self._deadline is not None and (end.completed or until > (self._deadline.when() or 0)):
            self._deadline.reschedule(until)

    def broken(self, cause: str) -> NotSent | Lost:
        """Say what a broken call is."""
        if not self.sending:
            return NotSent(cause=scrubbed(cause))
        after = time.monotonic() - self.began
        return Lost(cause=f"{scrubbed(cause)} (after {after:.1f} s, client id {self.request.client_id})")


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _start(pieces: AsyncGenerator[bytes, None]) -> bytes:
    """Take what may be a ticket: all of a short body, the beginning of a long one."""
    start = b""
    async for piece in pieces:
        start += piece
        if len(start) > LONGEST_TICKET:
            break
    return start


async def _after(start: bytes, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    if start:
        yield start
    async for piece in pieces:
        yield piece


def _public(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """An answer's headers, as they may be written down."""
    return tuple(
        (scrubbed(name), scrubbed(value)) for name, value in headers if name.lower() not in _SECRET_HEADERS
    )


def _without_secrets(said: _Said) -> _Said:
    """What a service said, without the key that it may have said back."""
    clean: dict[str, Any] = {
        name: scrubbed(value)
        for name in _TEXTS
        if isinstance(value := getattr(said, name, None), str) and scrubbed(value) != value
    }
    if isinstance(said, Answer):
        clean["holes"] = tuple(_without_secrets(hole) for hole in said.holes)
    return replace(said, **clean) if clean else said


def _sendable(key: Secret | None, profile: ProviderProfile) -> Secret | None:
    """Take a key that can stand in a header; its shape is nobody's business (R4)."""
    text = key.reveal() if key else ""
    if text.isascii() and text.isprintable():
        return key
    raise UsageError(
        f"the key in {profile.key_variable} holds a character that no header may have",
        hint="copy it again from the provider's page",
    )
