"""What a recorded answer means. Reads the recorded body and nothing else.

The order is that of R86: whatever the status, look at ``error``, then at ``data``.
Whatever cannot be understood is `Unknown`: perhaps billed. `usage` is advisory (R68): it
never takes away a picture that is there.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final, assert_never
from urllib.parse import urlsplit

from seedream_pipe.makers import (
    Answer,
    Hole,
    Link,
    Part,
    Permanent,
    Refused,
    Reply,
    Span,
    Transient,
    Unknown,
    Verdict,
)
from seedream_pipe.providers.seedream import recorded, stream
from seedream_pipe.providers.seedream.codes import (
    Meaning,
    meaning_of_code,
    meaning_of_gateway_code,
    meaning_of_status,
)
from seedream_pipe.providers.seedream.stream import NotReadable, Tree

__all__ = ["is_loopback", "is_public", "meaning", "retry_after", "usable_link"]

_REQUEST_ID: Final = re.compile(r"request id:\s*([0-9A-Za-z]+)", re.IGNORECASE)
_SIZE: Final = re.compile(r"([0-9]{1,6})[xX×]([0-9]{1,6})")
# What stands for an address of version 4 in its last 32 bits (RFC 6052, and RFC 4291's older form).
_TRANSLATED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
_HIGHEST_INDEX: Final = 255
_HIGHEST_OF_EVENT: Final = 31
"""An event that names a higher picture names none: no call makes so many (R30, R39)."""
_LONGEST_LINK: Final = 8192
_LONGEST_MESSAGE: Final = 2000
_SECONDS: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?")
_NO_PICTURE: Final = "NoPicture"
_NOT_TOLD: Final = "NotTold"
_UNUSABLE: Final = "UnusableElement"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """An ``error`` object of either form: Ark's (R107) or 302's own (R118)."""

    code: str
    message: str
    gateway_code: int | None = None


@dataclass(slots=True, kw_only=True)
class _Found:
    """What an answer's elements or events add up to."""

    local: bool
    pieces: tuple[Path, ...] = ()
    model: str = ""
    parts: dict[int, Part] = field(default_factory=dict)
    holes: dict[int, Hole] = field(default_factory=dict)
    fault: _Fault | None = None
    billed: int | None = None
    complete: bool = True
    unreadable: str = ""


def meaning(reply: Reply, *, local: bool = False) -> Verdict:
    """Say what the answer means; never raises for what the service wrote.

    `local` says that the API is on this machine, so that its links may be as well.
    """
    found = _found(reply, local=local)
    if found.parts:
        return Answer(
            model=found.model,
            request_id=_request_id(found, reply),
            parts=tuple(found.parts[index] for index in sorted(found.parts)),
            holes=tuple(found.holes[index] for index in sorted(found.holes)),
            billed=found.billed,
            complete=found.complete,
        )
    # An event that cannot be read may have been a picture: then no other one proves that none was made.
    if found.fault is not None and not (found.unreadable and reply.status == HTTPStatus.OK):
        return _verdict(found.fault, found, reply)
    if reply.status == HTTPStatus.OK:
        return _without_picture(found, reply)
    return _of_status(found, reply)


def _found(reply: Reply, *, local: bool) -> _Found:
    found = _Found(local=local, pieces=reply.pieces)
    if stream.is_event_stream(*reply.pieces, named=reply.header("content-type")):
        _take_events(found, stream.events(*reply.pieces))
        return found
    try:
        _take_document(found, stream.document(*reply.pieces))
    except NotReadable as fault:
        found.unreadable = str(fault)
    return found


def _take_document(found: _Found, tree: Tree) -> None:
    if not isinstance(tree, dict):
        found.unreadable = "it is no JSON object"
        return
    found.model = _text(tree.get("model"))
    found.fault = _fault(tree)
    found.billed = _billed(tree.get("usage"))
    data = tree.get("data")
    if data is None:
        return
    if not isinstance(data, list) or len(data) > _HIGHEST_INDEX:
        found.unreadable = '"data" is no list of pictures'
        return
    for index, element in enumerate(data):
        _put(found, index, element)


def _take_events(found: _Found, trees: Iterable[Tree]) -> None:
    found.complete = False
    for tree in trees:
        if isinstance(tree, NotReadable):
            found.unreadable = found.unreadable or str(tree)
        elif tree == stream.DONE:
            found.complete = True
            # Nothing behind it is part of the answer (R90).
            break
        elif isinstance(tree, dict):
            _take_event(found, tree)
    if found.unreadable and found.billed != len(found.parts):
        # It may have been a picture; R101 then says that the rest is not known.
        found.complete = False
    if found.fault is not None and found.billed is None:
        # The service broke off (R100), and a mere end behind it does not say what was made.
        found.complete = False
    for index in range(max((*found.parts, *found.holes), default=0)):
        if index not in found.parts and index not in found.holes:
            # R92 counts every picture that was attempted.
            message = "the stream went on without a word about it"
            found.holes[index] = Hole(index=index, code=_NOT_TOLD, message=message, refused=False)


def _take_event(found: _Found, tree: dict[str, Tree]) -> None:
    found.model = found.model or _text(tree.get("model"))
    kind = _text(tree.get("type"))
    if kind.endswith((".partial_succeeded", ".partial_failed")):
        _take_picture(found, tree)
    elif kind.endswith(".completed"):
        found.complete = True
        found.billed = _billed(tree.get("usage"))
    elif not kind or kind == "error":
        found.fault = found.fault or _fault(tree)


def _take_picture(found: _Found, tree: dict[str, Tree]) -> None:
    """Take what an event says of a picture: once, and none for another that has the same number."""
    following = max((*found.parts, *found.holes), default=-1) + 1
    index = tree.get("image_index")
    if type(index) is not int or not 0 <= index <= _HIGHEST_OF_EVENT:
        index = following
    source = _source(tree, local=found.local)
    if source is not None and any(_is_same(source, part, found.pieces) for part in found.parts.values()):
        return
    if source is None and index in found.holes:
        return
    if source is not None:
        found.holes.pop(index, None)
    if index in found.parts:
        index = following
    if index <= _HIGHEST_INDEX:
        _put(found, index, tree)


def _is_same(source: Link | Span, part: Part, pieces: tuple[Path, ...]) -> bool:
    other = part.source
    if isinstance(source, Link) or isinstance(other, Link):
        return source == other
    return source.length == other.length and _digest(source, pieces) == _digest(other, pieces)


def _digest(span: Span, pieces: tuple[Path, ...]) -> bytes:
    state = hashlib.sha256()
    for chunk in recorded.slice_of(pieces, span.offset, span.length):
        state.update(chunk)
    return state.digest()


def _put(found: _Found, index: int, element: Tree) -> None:
    """Make a part or a hole of an element of ``data``, or of a partial event (R66, R82)."""
    source = _source(element, local=found.local)
    if source is not None:
        found.parts[index] = Part(index=index, source=source, size=_size(element.get("size")))
        return
    fault = _fault(element) if isinstance(element, dict) else None
    if fault is None:
        message = "the element holds neither a picture nor an error that can be used"
        if isinstance(element, dict) and isinstance(element.get("url"), str | Span):
            message = "the answer's link leads to a place that is not allowed, and was not followed"
        found.holes[index] = Hole(index=index, code=_UNUSABLE, message=message, refused=False)
        return
    refused = _meaning(fault, HTTPStatus.OK).kind == "refused"
    found.holes[index] = Hole(index=index, code=fault.code, message=fault.message, refused=refused)


def _source(element: Tree, *, local: bool) -> Link | Span | None:
    if not isinstance(element, dict):
        return None
    picture = element.get("b64_json")
    if isinstance(picture, Span) and picture.length:
        return picture
    url = element.get("url")
    return Link(url=url) if isinstance(url, str) and usable_link(url, local=local) else None


def usable_link(url: str, *, local: bool) -> bool:
    """Whether a link may be followed at all: https to a public host, without tricks.

    When the API is `local`, http and https to this machine are usable too.
    """
    if len(url) > _LONGEST_LINK or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        port_is_possible = parts.port != 0
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or "\\" in url or not port_is_possible:
        return False
    here = is_loopback(parts.hostname)
    if parts.scheme == "http":
        return local and here
    return parts.scheme == "https" and (local or not here) and not _is_unreachable(parts.hostname)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_unreachable(host: str) -> bool:
    """Whether the host is an address of a private network, or of no network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (is_public(address) or address.is_loopback)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether one host of the public network has this address, also when an older one is inside it."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if any(address in network for network in _TRANSLATED):
            inside = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inside is not None:
            return is_public(inside)
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _without_picture(found: _Found, reply: Reply) -> Verdict:
    """Judge a 200 without any picture: refused, not billed by its own count, or not known."""
    request_id = _request_id(found, reply)
    holes = [found.holes[index] for index in sorted(found.holes)]
    if holes and all(hole.refused for hole in holes) and not found.unreadable:
        return Refused(
            code=holes[0].code, message=holes[0].message, request_id=request_id, complete=found.complete
        )
    free = found.billed == 0 and not found.unreadable and all(hole.code != _UNUSABLE for hole in holes)
    if free and holes:
        hole = next(hole for hole in holes if not hole.refused)
        # R117: an internal fault may be asked about once more.
        return Transient(code=hole.code, message=hole.message, request_id=request_id, tries=2)
    if free:
        message = "the service made no picture, charged none and gave no reason; its filter does so"
        return Refused(code=_NO_PICTURE, message=message, request_id=request_id)
    unusable = next((hole.message for hole in holes if hole.code == _UNUSABLE), "")
    message = found.unreadable or unusable or "the answer holds no picture that can be used"
    return Unknown(code=_NO_PICTURE, message=message, request_id=request_id)


def _of_status(found: _Found, reply: Reply) -> Verdict:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "a status that nobody knows"
    message = f"{reply.status} {phrase}"
    if 300 <= reply.status < 400:
        message += f", to {reply.header('location')[:200] or 'nowhere'}"
    fault = _Fault(code=f"HTTP{reply.status}", message=message)
    return _as_verdict(meaning_of_status(reply.status), fault, _request_id(found, reply), reply)


def _verdict(fault: _Fault, found: _Found, reply: Reply) -> Verdict:
    return _as_verdict(_meaning(fault, reply.status), fault, _request_id(found, reply), reply)


def _meaning(fault: _Fault, status: int) -> Meaning:
    if fault.gateway_code is not None:
        return meaning_of_gateway_code(fault.gateway_code, fault.message, status)
    return meaning_of_code(fault.code, status)


def _as_verdict(meaning: Meaning, fault: _Fault, request_id: str, reply: Reply) -> Verdict:
    match meaning.kind:
        case "refused":
            return Refused(code=fault.code, message=fault.message, request_id=request_id)
        case "transient":
            return Transient(
                code=fault.code,
                message=fault.message,
                request_id=request_id,
                retry_after=retry_after(reply),
                limit=meaning.limit,
                tries=meaning.tries,
            )
        case "permanent":
            return Permanent(
                code=fault.code,
                message=fault.message,
                request_id=request_id,
                account=meaning.account,
                model=meaning.model,
                remedy=meaning.remedy,
            )
        case "unknown":
            return Unknown(code=fault.code, message=fault.message, request_id=request_id)
        case _:
            assert_never(meaning.kind)


def _fault(tree: dict[str, Tree]) -> _Fault | None:
    """Read an ``error`` of either form; null means absent. A text is an error without a code."""
    error = tree.get("error")
    if error is None and "err_code" in tree:
        error = tree
    if isinstance(error, str) and error:
        return _Fault(code="Error", message=_text(error)[:_LONGEST_MESSAGE])
    if not isinstance(error, dict) or not error:
        return None
    message = _text(error.get("message"))[:_LONGEST_MESSAGE]
    gateway_code = _integer(error.get("err_code"))
    if gateway_code is not None:
        return _Fault(code=str(gateway_code), message=message, gateway_code=gateway_code)
    return _Fault(code=_text(error.get("code"))[:200] or "Error", message=message)


def _integer(value: Tree) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return value if type(value) is int else None


def _text(value: Tree) -> str:
    """Give a text, or an empty one. Half a surrogate pair, which JSON can say, could not be written down."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _size(value: Tree) -> str:
    match = _SIZE.fullmatch(_text(value))
    return f"{int(match[1])}x{int(match[2])}" if match else ""


def _billed(usage: Tree) -> int | None:
    count = usage.get("generated_images") if isinstance(usage, Mapping) else None
    return count if type(count) is int and 0 <= count <= _HIGHEST_INDEX else None


def _request_id(found: _Found, reply: Reply) -> str:
    """Take the id of the call as R109 has it: from a message, else from the head."""
    for message in _messages(found):
        match = _REQUEST_ID.search(message)
        if match:
            return match[1]
    return reply.header("x-request-id")


def _messages(found: _Found) -> Iterator[str]:
    if found.fault is not None:
        yield found.fault.message
    holes: Sequence[Hole] = tuple(found.holes.values())
    yield from (hole.message for hole in holes)


def retry_after(reply: Reply) -> float | None:
    """Seconds that the service asks to wait (R111), None when it says nothing that can be used.

    A date is read against the answer's own ``Date``, so a clock that is wrong does not matter.
    """
    text = reply.header("retry-after").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    seconds = _seconds_until(text, reply.header("date"))
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _seconds_until(then: str, now: str) -> float:
    try:
        return (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return math.nan
