"""HTTP as the money rules want it. The only module that knows httpx.

Rule 1: a call that is paid for has a connection of its own, so that a connection which
the server had closed already can never make its outcome doubtful (reliability 3.2).
Rule 2: downloads never share anything with the paid calls but the TLS settings. Their
connections are kept in lanes of eight, because a pool that is larger gets slower with
every connection (encode/httpcore#1035).
Rule 3: transports are used bare: no redirects, no cookies, no authorization, no log.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from seedream_pipe.confidential import scrub_log

__all__ = ["Broken", "Incoming", "Network", "Unsent", "proxy_for"]

CONNECT_SECONDS: Final = 30.0
UPLOAD_SECONDS: Final = 600.0
"""R50: an upload that is slower is refused by the service."""

_LOGGED: Final = ("connection", "http11", "http2", "proxy", "socks")
_IDLE_SECONDS: Final = 30.0
_LANE: Final = 8
_LANES_PER_HOST: Final = 16

Headers = Sequence[tuple[str, str]]

# Its debug log has the heads of answers, with cookies and whatever a server says back.
logging.getLogger("httpcore").setLevel(logging.WARNING)
for _name in ("httpx", "httpcore", *(f"httpcore.{part}" for part in _LOGGED), "asyncio"):
    # A logger's filter does not hold for those below it.
    logging.getLogger(_name).addFilter(scrub_log)


class Broken(Exception):
    """The exchange did not come to its end; `str()` says how, without anything secret."""


class Unsent(Broken):
    """The exchange ended before anything of the body had left the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An answer's head, and its body as it arrives. `chunks` raises `Broken`."""

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: AsyncIterator[bytes]

    def header(self, name: str) -> str:
        """The first value of a header, by lower-case name, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Network:
    """Connections of one provider. `tls` replaces the system's certificates, for tests."""

    def __init__(self, environment: Mapping[str, str], *, tls: ssl.SSLContext | None = None) -> None:
        self._environment = environment
        self._tls = tls
        self._no_tls: ssl.SSLContext | None = None
        self._lanes: dict[tuple[str, str], list[_Lane]] = {}

    @asynccontextmanager
    async def post(self, url: str, headers: Headers, body: AsyncIterator[bytes]) -> AsyncIterator[Incoming]:
        """Send one paid call over a new connection. `body` is asked for when that stands.

        Time is the caller's matter but for connecting and for a write that hangs.

        Raises:
            Unsent: the connection had ended before the first byte of the body left.
            Broken: the head of an answer did not come.

        """
        transport = self._transport(url, connections=1, keep=0)
        line = _Line()
        try:
            async with aclosing(_unless_dead(body, line)) as content:
                request = httpx.Request(
                    "POST",
                    url,
                    headers=list(headers),
                    content=content,
                    extensions={"timeout": _timeouts(read=None), "trace": line.heard},
                )
                async with _exchange(transport, request) as incoming:
                    yield incoming
        finally:
            await transport.aclose()

    @asynccontextmanager
    async def ask(self, url: str, headers: Headers) -> AsyncIterator[Incoming]:
        """Ask for what a call was promised, with the key and so over a connection of its own.

        Raises:
            Broken: the head of an answer did not come.

        """
        transport = self._transport(url, connections=1, keep=0)
        try:
            request = httpx.Request(
                "GET", url, headers=list(headers), extensions={"timeout": _timeouts(read=_IDLE_SECONDS)}
            )
            async with _exchange(transport, request) as incoming:
                yield incoming
        finally:
            await transport.aclose()

    @asynccontextmanager
    async def get(self, url: str, headers: Headers, *, address: str = "") -> AsyncIterator[Incoming]:
        """Ask for a file, byte for byte under this URL (R73). Connects to `address` when given.

        Raises:
            Broken: the head of an answer did not come.

        """
        parts = urlsplit(url)
        lane = self._lane(url)
        target = url[url.index(parts.netloc) + len(parts.netloc) :].partition("#")[0]
        extensions: dict[str, object] = {"timeout": _timeouts(read=_IDLE_SECONDS), "target": target.encode()}
        where = url
        if address and address != parts.hostname:
            shown = f"[{address}]" if ":" in address else address
            where = f"{parts.scheme}://{shown}:{parts.port or (443 if parts.scheme == 'https' else 80)}/"
            extensions["sni_hostname"] = parts.hostname or ""
        request = httpx.Request(
            "GET", where, headers=[("Host", parts.netloc), *headers], extensions=extensions
        )
        lane.busy += 1
        try:
            async with lane.free, _exchange(lane.transport, request) as incoming:
                yield incoming
        finally:
            lane.busy -= 1

    async def addresses(self, host: str, port: int) -> list[str]:
        """Look a host's name up; an address is its own.

        Raises:
            Broken: it has no address.

        """
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=6)
        except (OSError, UnicodeError) as error:
            raise Broken(f"{host} cannot be found ({_said(error)})") from None
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def has_proxy(self, url: str) -> bool:
        """Whether a proxy stands between us and the host; it then looks the name up."""
        return proxy_for(url, self._environment) is not None

    async def close(self) -> None:
        """Close every connection that is kept."""
        lanes = [lane for lanes in self._lanes.values() for lane in lanes]
        self._lanes.clear()
        for lane in lanes:
            await lane.transport.aclose()

    def _lane(self, url: str) -> _Lane:
        """Choose connections of this host alone: what one host proved is not another's."""
        parts = urlsplit(url)
        lanes = self._lanes.setdefault((parts.scheme, parts.netloc), [])
        least = min(lanes, key=lambda lane: lane.busy, default=None)
        if least is None or (least.busy >= _LANE and len(lanes) < _LANES_PER_HOST):
            least = _Lane(self._transport(url, connections=_LANE, keep=_LANE))
            lanes.append(least)
        return least

    def _transport(self, url: str, *, connections: int, keep: int) -> httpx.AsyncHTTPTransport:
        try:
            return httpx.AsyncHTTPTransport(
                verify=self._context(url),
                limits=httpx.Limits(max_connections=connections, max_keepalive_connections=keep),
                proxy=proxy_for(url, self._environment),
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            raise Broken("the proxy that the environment names cannot be used") from None

    def _context(self, url: str) -> ssl.SSLContext:
        """Give the one TLS context; reading the certificates takes tens of milliseconds."""
        if urlsplit(url).scheme == "https":
            if self._tls is None:
                self._tls = httpx.create_ssl_context()
            return self._tls
        if self._no_tls is None:
            # Trusts nobody: a plain connection has no use for it, and cannot become another.
            self._no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return self._no_tls


class _Line:
    """The one connection of a paid call, looked at from below."""

    def __init__(self) -> None:
        self._socket: Any = None

    async def heard(self, event: str, facts: Mapping[str, Any]) -> None:
        """Take the socket when it is connected; called by the library below."""
        if event == "connection.connect_tcp.complete":
            self._socket = facts["return_value"].get_extra_info("socket")

    def is_dead(self) -> bool:
        """Whether the other side has ended the connection already, and said nothing."""
        if self._socket is None:
            return False
        try:
            # The socket belongs to the loop, which has not been told to read yet.
            with socket.socket(fileno=os.dup(self._socket.fileno())) as twin:
                return twin.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True


async def _unless_dead(body: AsyncIterator[bytes], line: _Line) -> AsyncGenerator[bytes, None]:
    """Give the body, unless there is nobody any more to hear its first byte."""
    begun = False
    async for chunk in body:
        if not begun and line.is_dead():
            raise Unsent("the connection was closed before anything was sent")
        begun = True
        yield chunk


class _Lane:
    """A few connections to one host."""

    def __init__(self, transport: httpx.AsyncHTTPTransport) -> None:
        self.transport = transport
        self.free = asyncio.Semaphore(_LANE)
        self.busy = 0


def proxy_for(url: str, environment: Mapping[str, str]) -> str | None:
    """Find the proxy that the environment names for a URL. Plain http never goes through one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return None
    for name in _variable(environment, "NO_PROXY").replace(" ", "").lower().split(","):
        if name == "*" or (name and (host == name.lstrip(".") or host.endswith("." + name.lstrip(".")))):
            return None
    found = _variable(environment, "HTTPS_PROXY") or _variable(environment, "ALL_PROXY")
    if not found:
        return None
    return found if "://" in found else f"http://{found}"


def _variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name.lower()) or environment.get(name) or ""


def _timeouts(*, read: float | None) -> dict[str, float | None]:
    return {"connect": CONNECT_SECONDS, "read": read, "write": UPLOAD_SECONDS, "pool": None}


@asynccontextmanager
async def _exchange(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> AsyncIterator[Incoming]:
    try:
        response = await transport.handle_async_request(request)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        # Without the cause: it carries the request, and that the key.
        raise Broken(_said(error, request.headers["Host"])) from None
    try:
        async with aclosing(_chunks(response)) as chunks:
            yield Incoming(
                status=response.status_code,
                headers=tuple(
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
                ),
                chunks=chunks,
            )
    finally:
        await response.stream.aclose()  # type: ignore[union-attr]  # an asynchronous one here


async def _chunks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async for chunk in response.stream:  # type: ignore[union-attr]  # as above
            yield chunk
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        raise Broken(_said(error)) from None


def _said(error: Exception, host: str = "") -> str:
    """Say in a few words what happened, for a person; of a connection that was not made, where to."""
    where = f" to {host}" if host else ""
    words: Mapping[type[Exception], str] = {
        httpx.ConnectTimeout: f"no connection{where} within {CONNECT_SECONDS:.0f} s",
        httpx.ConnectError: f"no connection{where}",
        httpx.ProxyError: f"the proxy refused a connection{where}",
        httpx.ReadTimeout: "nothing came for too long",
        httpx.WriteTimeout: "nothing could be sent for too long",
        httpx.ReadError: "the connection broke",
        httpx.WriteError: "the connection broke while sending",
        httpx.RemoteProtocolError: "the answer is not whole",
    }
    kind = words.get(type(error), type(error).__name__)
    text = str(error)
    return f"{kind}: {text}" if text else kind
