"""From an answer to the bytes of HTTP/1.1, with everything that can go wrong there.

Pure: a cut is a shorter list of steps that ends in `Reset`, `End` or `Hang`. What
was still to be made and billed behind the cut goes on afterwards, as generation
does when a connection is lost (contract section 18, question 9).
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from seedream_pipe.emulator.faults import Fault
from seedream_pipe.emulator.replies import (
    Answer,
    Bill,
    End,
    Hang,
    Kill,
    Part,
    Ready,
    Reply,
    Reset,
    Send,
    Step,
    Wait,
)

__all__ = ["framed"]

_LARGE: Final = 262_144
_BLANKS: Final = b" " * (1 << 20)
_GZIP_HEAD: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK: Final = b"\x03\0"
_ENDS: Final[dict[str, Step]] = {"reset": Reset(), "close": End(), "hang": Hang()}


def framed(
    answer: Answer,
    fault: Fault,
    *,
    method: str,
    accepts_gzip: bool,
    keep_open: bool,
    now: float,
    generation: bool,
) -> Reply:
    """The steps that put this answer on the wire. `now` is its Date."""
    answer = _swollen(_compressed(_recoded(answer, fault), fault, accepts_gzip=accepts_gzip), fault)
    chunked = answer.events or fault.chunks is not None
    closes = not keep_open or fault.no_length or fault.chunks is not None
    head = _head(answer, fault, chunked=chunked, closes=closes, now=now)
    parts = (
        answer.parts
        if method != "HEAD"
        else tuple(part for part in answer.parts if not isinstance(part, bytes))
    )
    steps = list(
        _sequence(head, parts, fault, chunked=chunked and not fault.no_length, at_once=answer.events)
    )
    steps, behind = _cut(steps, len(head), fault)
    steps = _killing(steps, len(head), fault)
    if fault.cut or fault.length_off > 0:
        closes = True
    if closes and not isinstance(steps[-1] if steps else None, Reset | End | Hang):
        steps.append(End())
    return Reply(
        steps=tuple(_paced(steps, fault)),
        afterwards=(*behind, *answer.afterwards),
        keep_open=not closes,
        generation=generation,
    )


def _compressed(answer: Answer, fault: Fault, *, accepts_gzip: bool) -> Answer:
    wanted = fault.gzip if fault.gzip is not None else accepts_gzip and len(answer.body) < _LARGE
    if not wanted or answer.events or not answer.body:
        return answer
    data = gzip.compress(answer.body, compresslevel=1, mtime=0)
    if fault.blanks:
        data = _bomb(answer.body, fault.blanks)
    waits = tuple(part for part in answer.parts if not isinstance(part, bytes))
    return replace(answer, parts=(*waits, data), headers=(*answer.headers, ("content-encoding", "gzip")))


def _recoded(answer: Answer, fault: Fault) -> Answer:
    """The same text in another character set, whatever the head says of it."""
    if fault.recode is None:
        return answer
    parts = tuple(
        part.decode("utf-8", "replace").encode(fault.recode, "replace") if isinstance(part, bytes) else part
        for part in answer.parts
    )
    return replace(answer, parts=parts)


def _swollen(answer: Answer, fault: Fault) -> Answer:
    """With blanks behind it. They are one piece of memory, again and again."""
    packed = any(name == "content-encoding" for name, _ in answer.headers)
    if not fault.blanks or packed or answer.events:
        return answer
    whole, rest = divmod(fault.blanks, len(_BLANKS))
    return replace(answer, parts=(*answer.parts, *[_BLANKS] * whole, _BLANKS[:rest]))


def _bomb(body: bytes, blanks: int) -> bytes:
    """A body and so many blanks, packed: one packed block of blanks, again and again."""
    whole, rest = divmod(blanks, len(_BLANKS))
    head, last = body + _BLANKS[:rest], zlib.crc32(body + _BLANKS[:rest])
    for _ in range(whole):
        last = zlib.crc32(_BLANKS, last)
    size = (len(head) + whole * len(_BLANKS)) & 0xFFFF_FFFF
    pieces = (
        _GZIP_HEAD,
        _packed(head),
        _packed(_BLANKS) * whole,
        _LAST_BLOCK,
        struct.pack("<II", last, size),
    )
    return b"".join(pieces)


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def _head(answer: Answer, fault: Fault, *, chunked: bool, closes: bool, now: float) -> bytes:
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = "Unknown"
    headers = [*answer.headers, ("date", formatdate(now, usegmt=True))]
    if chunked and not fault.no_length:
        headers.append(("transfer-encoding", "chunked"))
    elif not fault.no_length:
        headers.append(("content-length", str(_length(answer) + fault.length_off)))
    if closes:
        headers.append(("connection", "close"))
    taken = {name.lower() for name in fault.headers}
    headers = [pair for pair in headers if pair[0] not in taken] + list(fault.headers.items())
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    text = "\r\n".join([*lines, "", ""])
    if fault.head is not None:
        text = fault.head.replace("<<head>>", text)
    return text.encode("latin-1", "replace")


def _length(answer: Answer) -> int:
    return sum(len(part) for part in answer.parts if isinstance(part, bytes))


def _sequence(
    head: bytes, parts: Iterable[Part], fault: Fault, *, chunked: bool, at_once: bool
) -> Iterator[Step]:
    """The head when it is due, the parts, the end of the chunks."""
    told = False
    if at_once:
        told = True
        yield Send(head)
    for part in parts:
        if not isinstance(part, bytes):
            yield part
            continue
        if not told:
            told = True
            yield Send(head)
        for piece in _pieces(part, fault.split):
            yield Send(_chunk(piece) if chunked else piece)
    if not told:
        yield Send(head)
    if chunked:
        yield from _last_chunk(fault)


def _pieces(data: bytes, size: int | None) -> Iterator[bytes]:
    step = size or max(1, len(data))
    for start in range(0, len(data), step):
        yield data[start : start + step]


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _last_chunk(fault: Fault) -> Iterator[Step]:
    match fault.chunks:
        case None:
            yield Send(b"0\r\n\r\n")
        case "cut":
            yield Send(b"40\r\ncut")
        case "bad":
            yield Send(b"not a size\r\n")


def _cut(steps: list[Step], head: int, fault: Fault) -> tuple[list[Step], list[Wait | Bill | Ready]]:
    """The steps before the cut and its end, and what is still made behind it."""
    if fault.cut is None:
        return steps, []
    sends = _sends(steps)
    if fault.cut == "event":
        index = sends[min(1 + int(fault.at), len(sends) - 1)]
        room = len(_data(steps[index])) * 2 // 3
    else:
        index, room = _position(steps, sends, _spot(steps, head, fault))
    kept = [*steps[:index], Send(_data(steps[index])[:room])] if room else steps[:index]
    behind = [step for step in steps[index:] if isinstance(step, Wait | Bill | Ready)]
    return [*kept, _ENDS[fault.end]], behind


def _killing(steps: list[Step], head: int, fault: Fault) -> list[Step]:
    """The steps with the client's death among them; at the end when its moment does not come."""
    if fault.kill is None:
        return steps
    death: list[Step] = [Wait(fault.kill_after)] if fault.kill_after else []
    death.append(Kill(fault.kill, fault.kill_with))
    if fault.kill_at == "body":
        index, room = _position(steps, _sends(steps), _spot(steps, head, fault))
        data = _data(steps[index])
        around = [Send(data[:room]), *death, Send(data[room:])]
        return [*steps[:index], *around, *steps[index + 1 :]]
    index = _moment(steps, fault)
    return [*steps[:index], *death, *steps[index:]]


def _moment(steps: list[Step], fault: Fault) -> int:
    """Before which step the moment of a death is."""
    sends, bills = _sends(steps), [index for index, step in enumerate(steps) if isinstance(step, Bill)]
    number = int(fault.at)
    match fault.kill_at:
        case "read":
            return 0
        case "making":
            found = bills[number : number + 1]
        case "made":
            found = [index + 1 for index in bills[number : number + 1]]
        case "head":
            found = [index + 1 for index in sends[:1]]
        case "event":
            found = [index + 1 for index in sends[1 + number : 2 + number]]
        case _:
            found = []
    return found[0] if found else 1 + max(sends, default=-1)


def _sends(steps: list[Step]) -> list[int]:
    return [index for index, step in enumerate(steps) if isinstance(step, Send)]


def _spot(steps: list[Step], head: int, fault: Fault) -> int:
    """How many bytes go out."""
    if fault.cut == "before":
        return 0
    if fault.cut == "head":
        return head // 2
    body = sum(len(_data(step)) for step in steps if isinstance(step, Send)) - head
    return head + (int(fault.at * body) if fault.at < 1 else min(int(fault.at), body))


def _position(steps: list[Step], sends: list[int], spot: int) -> tuple[int, int]:
    for index in sends:
        length = len(_data(steps[index]))
        if spot < length:
            return index, spot
        spot -= length
    return sends[-1], len(_data(steps[sends[-1]]))


def _data(step: Step) -> bytes:
    return step.data if isinstance(step, Send) else b""


def _paced(steps: Iterable[Step], fault: Fault) -> Iterator[Step]:
    """A slow trickle, where one is asked for."""
    if fault.trickle is None:
        yield from steps
        return
    size, seconds = fault.trickle
    for step in steps:
        if not isinstance(step, Send):
            yield step
            continue
        for piece in _pieces(step.data, size):
            yield Send(piece)
            yield Wait(seconds)
