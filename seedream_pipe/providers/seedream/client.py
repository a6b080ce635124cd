"""The provider: asks once, writes what happens to the tape, never asks again.

Rule 1: nothing here decides what an answer means (`answer`) or resends (`run.pay`).
Rule 2: a call is `NotSent` only while the tape has not been told that it is being sent;
from then on whatever breaks is `Lost`.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from seedream_pipe.confidential import SHORTEST, Mask, scrubbed
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
from seedream_pipe.providers.seedream.download import Download
from seedream_pipe.providers.seedream.network import (
    CONNECT_SECONDS,
    UPLOAD_SECONDS,
    Broken,
    Incoming,
    Network,
)
from seedream_pipe.providers.seedream.wire import ResponseFormat
from seedream_pipe.settings import Secret, safe_url
from seedream_pipe.version import MAKER_VERSIONS

_Said = TypeVar("_Said", bound=Verdict | Hole | Fetched | NotFetched | LinkDead)

__all__ = ["Seedream", "missing_key", "new_client_id"]

ANSWER_LIMIT: Final = 256 * 1024 * 1024
"""Most bytes of an answer's body (R78)."""

_BODY_CHUNK: Final = 256 * 1024
_KEY_IN_PICTURES: Final = 20
_TEXTS: Final = ("code", "message", "request_id", "model", "remedy", "cause")
"""Members of what a service said that are its own words."""
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
    most seconds that an answer may take; None leaves each model what it needs.
    """

    def __init__(
        self,
        profile: ProviderProfile,
        *,
        key: Secret | None,
        base_url: str | None = None,
        response_format: ResponseFormat = "url",
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
        self._network = network or Network(environment)
        self._download = Download(self._network, local=self._local, sleep=sleep)
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
            generation, references, provider=self._profile, response_format=self._response_format
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
                    self._network.post(self._url, self._headers(request), body) as incoming,
                ):
                    return await self._recorded(incoming, tape, call)
        except Broken as fault:
            cause = str(fault)
        except TimeoutError:
            cause = f"no whole answer within {request.patience:.0f} s"
        return await tape.reply() if call.enough else call.broken(cause)

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
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "seedream-pipe"),
            ("X-Client-Request-Id", request.client_id),
        ]

    async def _recorded(self, incoming: Incoming, tape: Tape, call: _Call) -> Sent:
        """Write the answer down as it comes."""
        await tape.head(incoming.status, _public(incoming.headers))
        events = incoming.header("content-type").startswith("text/event-stream")
        call.enough = incoming.status != HTTPStatus.OK or events
        await _copy(incoming, tape, self._revealed())
        return await tape.reply()


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

    async def body(self, deadline: asyncio.Timeout) -> AsyncGenerator[bytes, None]:
        """Give the body once it is written down that it goes out. The answer's time starts after it."""
        await self.tape.sending()
        self.sending = True
        data = self.request.body
        for start in range(0, len(data), _BODY_CHUNK):
            yield data[start : start + _BODY_CHUNK]
        deadline.reschedule(asyncio.get_running_loop().time() + self.request.patience)

    def broken(self, cause: str) -> NotSent | Lost:
        """Say what a broken call is."""
        if not self.sending:
            return NotSent(cause=scrubbed(cause))
        after = time.monotonic() - self.began
        return Lost(cause=f"{scrubbed(cause)} (after {after:.1f} s, client id {self.request.client_id})")


async def _copy(incoming: Incoming, tape: Tape, key: str) -> None:
    """Bring the body to the tape, unpacked should it be packed in spite of our wish (R11)."""
    unpack = _unpacker(incoming.header("content-encoding").strip().lower())
    # A short key may stand in a picture's base64 by chance; in an error it may not.
    least = _KEY_IN_PICTURES if incoming.status == HTTPStatus.OK else SHORTEST
    mask = Mask(key) if len(key) >= least else None
    taken = 0
    async for chunk in incoming.chunks:
        for piece in unpack(chunk):
            taken += len(piece)
            if taken > ANSWER_LIMIT:
                raise Broken(f"the answer is larger than {ANSWER_LIMIT // 2**20} MB")
            await tape.write(mask.over(piece) if mask else piece)
    if mask and mask.rest():
        await tape.write(mask.rest())


def _public(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """An answer's headers, as they may be written down."""
    return tuple(
        (scrubbed(name), scrubbed(value)) for name, value in headers if name.lower() not in _SECRET_HEADERS
    )


def _unpacker(encoding: str) -> Callable[[bytes], Iterable[bytes]]:
    """Give what unpacks a body piece by piece; nothing of it is ever larger than a chunk."""
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return lambda chunk: (chunk,)
    state = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def unpack(chunk: bytes) -> Iterator[bytes]:
        try:
            while chunk:
                yield state.decompress(chunk, _BODY_CHUNK)
                chunk = state.unconsumed_tail
        except zlib.error as error:
            raise Broken(f"the answer cannot be unpacked ({error})") from None

    return unpack


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
