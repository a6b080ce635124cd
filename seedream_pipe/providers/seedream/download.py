"""Pictures brought to disk: from a link, or out of the recorded body. Free, and without the key.

Rule 1: nothing of the paid call's secrets is known here (R74).
Rule 2: what is written is what came, byte for byte (R73, R79), and it stays only when it
is a whole picture of the size that the service named (R77).
"""

from __future__ import annotations

import asyncio
import binascii
import ipaddress
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, assert_never
from urllib.parse import urljoin, urlsplit

from seedream_pipe.makers import Fetched, Link, LinkDead, NotFetched, Part, Reply, Span
from seedream_pipe.pictures import NotAPicture, inspect
from seedream_pipe.providers.seedream import recorded
from seedream_pipe.providers.seedream.answer import is_loopback, is_public, usable_link
from seedream_pipe.providers.seedream.network import Broken, Incoming, Network

__all__ = ["PICTURE_LIMIT", "Download", "copy_span", "fetch_reference"]

PICTURE_LIMIT: Final = 64 * 1024 * 1024
"""Most bytes of a picture that was bought (R78)."""

REFERENCE_LIMIT: Final = 30 * 1024 * 1024
"""Most bytes of a reference (contract 4)."""

_HERE: Final = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))

_REFERENCE_SECONDS: Final = 20.0
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
_SECONDS: Final = 120.0
_REDIRECTS: Final = 3
_HEADERS: Final = (("Accept", "*/*"), ("Accept-Encoding", "identity"), ("User-Agent", "seedream-pipe"))
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_WHITE: Final = b" \t\r\n"
_ESCAPE: Final = re.compile(rb"\\(?:u00([0-9a-fA-F]{2})|(.))")


class _Failed(Exception):
    """This try brought nothing. `dead` means that no other will."""

    def __init__(self, cause: str, *, dead: bool = False, final: bool = False) -> None:
        super().__init__(cause)
        self.dead = dead
        self.final = final or dead


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a link leads: the URL as it is, and the address that was checked."""

    url: str
    address: str


class Download:
    """Brings pictures to disk. `local` says that the API is on this machine, so links may be too.

    They may lead to its usual addresses and to that of the `api`'s host, not to what else listens
    on its loopback network. A picture may have `limit` bytes and take `seconds` a try.
    """

    def __init__(
        self,
        network: Network,
        *,
        local: bool,
        api: str = "",
        limit: int = PICTURE_LIMIT,
        seconds: float = _SECONDS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._network = network
        self._local = local
        self._here = _here(api) if local else ()
        self._limit = limit
        self._seconds = seconds
        self._sleep = sleep

    async def fetch(self, part: Part, reply: Reply, target: Path) -> Fetched | NotFetched | LinkDead:
        """Write one picture to a new file; on failure there is no file."""
        try:
            match part.source:
                case Span() as span:
                    await asyncio.to_thread(_from_body, span, reply, target, self._limit)
                case Link(url=url):
                    await self._follow(url, target, part.size)
                case _:
                    assert_never(part.source)
        except _Failed as failure:
            return LinkDead(cause=str(failure)) if failure.dead else NotFetched(cause=str(failure))
        return Fetched()

    async def _follow(self, url: str, target: Path, size: str) -> None:
        for number in range(len(_PAUSES) + 1):
            try:
                await self._attempt(url, target, size, number)
            except _Failed as failure:
                if failure.final or number == len(_PAUSES):
                    raise
            else:
                return
            await self._sleep(_PAUSES[number])

    async def _attempt(self, url: str, target: Path, size: str, number: int) -> None:
        """Try once; whatever goes wrong leaves no file."""
        whole = False
        file = _new_file(target)
        try:
            with file:
                async with asyncio.timeout(self._seconds):
                    await self._get(url, file, number)
            await asyncio.to_thread(_expect_picture, target, size)
            whole = True
        except Broken as fault:
            raise _Failed(str(fault)) from None
        except TimeoutError:
            raise _Failed(f"not whole within {self._seconds:.0f} s") from None
        except OSError as fault:
            raise _Failed(f"the picture cannot be written ({fault.strerror})", final=True) from None
        finally:
            if not whole:
                _remove(target)

    async def _get(self, url: str, file: BinaryIO, number: int) -> None:
        for _ in range(_REDIRECTS + 1):
            place = await self._place(url, number)
            async with self._network.get(place.url, _HEADERS, address=place.address) as incoming:
                if incoming.status not in {301, 302, 303, 307, 308}:
                    await _write(incoming, file, self._limit)
                    return
                url = _joined(url, incoming.header("location"))
        raise _Failed(f"more than {_REDIRECTS} redirects")

    async def _place(self, url: str, number: int) -> _Place:
        """Check where a link leads, after its name was looked up, on every hop (reliability g)."""
        if not usable_link(url, local=self._local):
            raise _Failed("the link leads to a place that is not allowed", final=True)
        parts = urlsplit(url)
        if self._network.has_proxy(url):
            return _Place(url=url, address="")
        found = await self._network.addresses(parts.hostname or "", parts.port or 443)
        allowed = [address for address in found if self._is_allowed(address)]
        if not allowed:
            raise _Failed(f"{parts.hostname} has no public address", final=True)
        return _Place(url=url, address=allowed[number % len(allowed)])

    def _is_allowed(self, address: str) -> bool:
        found = ipaddress.ip_address(address.partition("%")[0])
        return is_public(found) or found in self._here


def _here(api: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...]:
    try:
        return (*_HERE, ipaddress.ip_address(urlsplit(api).hostname or ""))
    except ValueError:
        return _HERE


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location) if location else ""
    except ValueError:
        return ""


async def fetch_reference(
    url: str, target: Path, *, api: str, environment: Mapping[str, str] = os.environ
) -> Fetched | NotFetched | LinkDead:
    """Bring a picture that a pipeline names by URL to a new file, under the same rules.

    `api` is the base URL in use: only when that is this machine may the picture be here too.
    """
    network = Network(environment)
    local = is_loopback(urlsplit(api).hostname or "")
    download = Download(network, local=local, api=api, limit=REFERENCE_LIMIT, seconds=_REFERENCE_SECONDS)
    nowhere = Reply(status=0, headers=(), body=target)
    try:
        return await download.fetch(Part(index=0, source=Link(url=url)), nowhere, target)
    finally:
        await network.close()


async def _write(incoming: Incoming, file: BinaryIO, limit: int) -> None:
    status = incoming.status
    if status in {403, 410}:
        raise _Failed(f"the server answers {status}: the link has expired or was refused", dead=True)
    if status != 200:
        final = 400 <= status < 500 and status not in {404, 408, 425, 429}
        raise _Failed(f"the server answers {status}", final=final)
    if incoming.header("content-encoding") not in {"", "identity"}:
        raise _Failed("the server packs what must come untouched")
    told = incoming.header("content-length")
    taken = 0
    async for chunk in incoming.chunks:
        taken += len(chunk)
        if taken > limit:
            raise _Failed(f"the picture is larger than {limit / 2**20:.0f} MB", final=True)
        file.write(chunk)
    if told.isdecimal() and int(told) != taken:
        raise _Failed(f"{taken} bytes came of {told}")


def _expect_picture(target: Path, size: str) -> None:
    try:
        with target.open("rb") as file:
            facts = inspect(file)
    except NotAPicture as fault:
        raise _Failed(f"what came {fault}") from None
    found = f"{facts.width}x{facts.height}"
    if size and size != found:
        raise _Failed(f"the picture is {found}, not {size} as the service says")


def _from_body(span: Span, reply: Reply, target: Path, limit: int) -> None:
    """Bring a picture out of the answer. What is none there never will be: then it is lost.

    A whole picture of another size than the service named is kept: no other will come.
    """
    whole = False
    file = _new_file(target)
    try:
        with file:
            copy_span(span, reply.pieces, file, limit=limit)
        _expect_picture(target, "")
        whole = True
    except ValueError as fault:
        raise _Failed(f"the picture in the answer cannot be used: {fault}", dead=True) from None
    except _Failed as fault:
        raise _Failed(f"the picture in the answer cannot be used: {fault}", dead=True) from None
    except OSError as fault:
        raise _Failed(f"the recorded answer cannot be read ({fault})") from None
    finally:
        if not whole:
            _remove(target)


def _new_file(target: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as fault:
        raise _Failed(f"{target.name} cannot be made ({fault.strerror})", final=True) from None


def _remove(target: Path) -> None:
    with suppress(OSError):
        target.unlink()


def copy_span(span: Span, files: Sequence[Path], target: BinaryIO, *, limit: int = PICTURE_LIMIT) -> None:
    """Copy what a span of these files points at, decoded, in constant memory.

    Raises:
        ValueError: it is not base64, larger than `limit` bytes, or the files are shorter than it says.

    """
    pieces = recorded.slice_of(files, span.offset, span.length)
    match span.encoding:
        case "raw":
            decoded = pieces
        case "base64":
            decoded = _decoded(pieces)
        case _:
            assert_never(span.encoding)
    taken = 0
    for piece in decoded:
        taken += len(piece)
        if taken > limit:
            raise ValueError(f"it is larger than {limit / 2**20:.0f} MB")
        target.write(piece)


def _decoded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in _without_escapes(pieces):
        text = rest + piece
        if text.translate(None, _ALPHABET):
            text = text.translate(None, _WHITE)
            if text.translate(None, _ALPHABET):
                raise ValueError("it is not base64")
        even = len(text) - len(text) % 4
        rest = text[even:]
        yield binascii.a2b_base64(text[:even])
    if rest:
        # Some writers leave the padding out.
        yield binascii.a2b_base64(rest + b"=" * (-len(rest) % 4))


def _without_escapes(pieces: Iterator[bytes]) -> Iterator[bytes]:
    r"""Undo what a JSON writer may do to base64: ``\/``, ``\n``, ``\u002b``; and a ``data:`` head."""
    rest = b""
    first = True
    for piece in pieces:
        text = rest + piece
        rest = b""
        if first and text.startswith(b"data:"):
            text = text.partition(b",")[2]
        first = False
        slash = text.rfind(b"\\", -6)
        if slash >= 0:
            text, rest = text[:slash], text[slash:]
        yield _ESCAPE.sub(_unescaped, text) if b"\\" in text else text
    if rest:
        yield _ESCAPE.sub(_unescaped, rest)


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes((int(match[1], 16),))
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"/": b"/"}.get(match[2], match[0])
