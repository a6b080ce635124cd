"""Answers that come later, to a ticket: 302.AI's asynchronous form (R126).

To ask is free and can be done again, so whatever goes wrong with it is tried again until
patience ends; only a ticket that is no longer known loses a call. What comes is recorded as
if it had come directly: the status and the JSON that are wrapped in it.
"""

from __future__ import annotations

import asyncio
import codecs
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any, Final, TypeAlias
from urllib.parse import quote

from seedream_pipe.confidential import scrubbed
from seedream_pipe.makers import Lost, Pending, Reply, Span, Tape
from seedream_pipe.providers.seedream import stream
from seedream_pipe.providers.seedream.arrival import arriving
from seedream_pipe.providers.seedream.network import Broken, Incoming, Network

__all__ = ["LONGEST_TICKET", "Promises", "ticket_in"]

LONGEST_TICKET: Final = 64 * 1024
"""Bytes of an answer that may hold a ticket; a longer one is the answer itself."""

_IN_MEMORY: Final = 1 << 20
_CHUNK: Final = 64 * 1024
_FIRST_PAUSE: Final = 0.5
_GROWTH: Final = 1.3
_LONGEST_PAUSE: Final = 10.0
_DENIALS: Final = 4
"""How often in a row a ticket must be unknown: one that was just given may not be known everywhere yet."""
_LONGEST_ESCAPE: Final = len("\\u0000")
_PASSING: Final = frozenset({408, 425, 429})
_OF_THE_BODY: Final = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _NotYet:
    """No answer this time. `final`: to ask again now is no use; `denied`: the ticket is not known."""

    cause: str
    final: bool = False
    denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The answer: its status, what kind of text it is, and the text, or where in the spool it stands."""

    status: int
    content_type: str
    data: str | Span


_Told: TypeAlias = _Made | _NotYet


def ticket_in(body: bytes) -> str:
    """Find the ticket in what answered a call; empty when it answered at once (R126)."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    ticket = tree.get("task_id") if isinstance(tree, dict) else None
    text = str(ticket) if isinstance(ticket, str) or type(ticket) is int else ""
    return text if len(text) <= 500 and text.isascii() and text.isprintable() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Asks for answers at `url` and a ticket, with these headers. `limit` bounds an answer, in bytes."""

    network: Network
    url: str
    headers: Sequence[tuple[str, str]]
    key: str
    limit: int
    public: Callable[[Sequence[tuple[str, str]]], tuple[tuple[str, str], ...]]
    sleep: Callable[[float], Awaitable[object]]

    async def wait(self, ticket: str, patience: float, tape: Tape) -> Reply | Lost | Pending:
        """Ask again and again until the answer is there and recorded, or patience ends."""
        until = time.monotonic() + patience
        denials = 0
        for pause in _pauses():
            told = await self._asked(ticket, max(1.0, until - time.monotonic()), tape)
            if isinstance(told, Reply):
                return told
            denials = denials + 1 if told.denied else 0
            if denials == _DENIALS:
                denial = f"the service took the call and does not know it any more ({told.cause})"
                return Lost(cause=scrubbed(denial))
            left = until - time.monotonic()
            if told.final or left <= 0:
                return Pending(cause=scrubbed(told.cause))
            await self.sleep(min(pause, left))
        raise AssertionError("pauses never end")

    async def _asked(self, ticket: str, seconds: float, tape: Tape) -> Reply | _NotYet:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            try:
                async with (
                    asyncio.timeout(seconds),
                    self.network.ask(self.url + quote(ticket, safe=""), self.headers) as incoming,
                ):
                    told = await self._told(incoming, spool)
                    headers = self.public(incoming.headers)
            except Broken as fault:
                return _NotYet(cause=str(fault))
            except TimeoutError:
                return _NotYet(cause="it does not say in time whether it is made")
            except OSError as fault:
                return _NotYet(cause=f"its answer cannot be kept ({fault.strerror})")
            if isinstance(told, _NotYet):
                return told
            # Beyond the deadline: what is there is written down to its end.
            return await _recorded(told, headers, spool, tape)

    async def _told(self, incoming: Incoming, spool: IO[bytes]) -> _Told:
        """Take in what a ticket is told; the picture in it goes to the spool and not to memory."""
        text = stream.Text()
        offset = 0
        async with aclosing(arriving(incoming, key=self.key, limit=self.limit)) as pieces:
            async for piece in pieces:
                text.feed(piece, offset)
                offset += len(piece)
                spool.write(piece)
        try:
            tree = text.tree()
        except stream.NotReadable as fault:
            tree, why = None, str(fault)
        else:
            why = "it says nothing of the ticket"
        if isinstance(tree, dict) and "status_code" in tree and incoming.status == HTTPStatus.OK:
            return _unwrapped(tree)
        return _by_status(incoming.status, why)


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)


def _unwrapped(tree: dict[str, Any]) -> _Told:
    status, data = tree.get("status_code"), tree.get("data")
    # Half a surrogate pair, which JSON can say, could not be written down.
    said = str(tree.get("err") or "")[:200].encode("utf-8", "replace").decode()
    if isinstance(data, (dict, list)) and data:
        data = json.dumps(data)
    if isinstance(data, (str, Span)) and data:
        kind = tree.get("content_type")
        return _Made(
            # What is no error is an answer: the call was taken, so no status says that it was turned away.
            status=status if type(status) is int and 400 <= status <= 999 else 200,
            content_type=kind if isinstance(kind, str) else "",
            data=data,
        )
    if type(status) is not int or status < 400:
        return _NotYet(cause=said or "result pending")
    return _NotYet(cause=f"{status} {said}".strip(), denied=True)


def _by_status(status: int, why: str) -> _NotYet:
    """What an answer means that is not of the form."""
    if status == HTTPStatus.OK:
        return _NotYet(cause=why)
    cause = f"asked for the answer, it says {status}"
    if status in {404, 410}:
        return _NotYet(cause=cause, denied=True)
    return _NotYet(cause=cause, final=300 <= status < 500 and status not in _PASSING)


async def _recorded(
    made: _Made, headers: Sequence[tuple[str, str]], spool: IO[bytes], tape: Tape
) -> Reply | _NotYet:
    """Write the answer down as if it had come by itself."""
    own = [pair for pair in headers if pair[0].lower() not in _OF_THE_BODY]
    try:
        # Once through it before a word is written: what is on the tape stays there.
        for _ in _texts(made, spool):
            await asyncio.sleep(0)
    except ValueError as fault:
        return _NotYet(cause=f"its answer cannot be read ({fault})")
    await tape.head(made.status, (("content-type", made.content_type), *own))
    for text in _texts(made, spool):
        await tape.write(text)
    return await tape.reply()


def _texts(made: _Made, spool: IO[bytes]) -> Iterator[bytes]:
    if isinstance(made.data, Span):
        return unescaped(_of_spool(spool, made.data))
    return iter((made.data.encode("utf-8", "surrogatepass"),))


def _of_spool(spool: IO[bytes], span: Span) -> Iterator[bytes]:
    spool.seek(span.offset)
    left = span.length
    while left and (piece := spool.read(min(left, _CHUNK))):
        left -= len(piece)
        yield piece


def unescaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Undo what JSON did to a text, in constant memory.

    Raises:
        ValueError: it is no text of JSON.

    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = ""
    for piece in pieces:
        text = rest + decoder.decode(piece)
        end = _safe_end(text)
        if len(text) - end > _IN_MEMORY:
            raise ValueError("it is all escapes")
        rest = text[end:]
        yield _of_json(text[:end])
    yield _of_json(rest + decoder.decode(b"", final=True))


def _safe_end(text: str) -> int:
    """Find where to cut: behind a character that no escape can reach."""
    slash = text.rfind("\\")
    end = len(text)
    while end > 0 and slash >= 0 and end - 1 - slash < _LONGEST_ESCAPE:
        end = slash
        slash = text.rfind("\\", 0, end)
    return end


def _of_json(text: str) -> bytes:
    made: str = json.loads(f'"{text}"', strict=False)
    return made.encode("utf-8", "surrogatepass")
