"""What a picture file says of how it was made: written into a copy, read and taken out again.

Rule 1: pixels are never touched, and nothing is encoded anew: a chunk is put into a PNG
(``iTXt``, PNG specification 11.3.3.4) or a segment into a JPEG (``APP1`` with an XMP packet,
XMP specification part 3; a comment where the picture has a packet of its own, because it may
have one only). Other formats carry nothing, and neither does a picture with content
credentials: a byte more would break their signature (contract R79).
Rule 2: with it taken out, the file is byte for byte what it was, so its digest names the blob.
What somebody else wrote into is not taken out: the file was edited.
Rule 3: no known secret is written (`confidential`): a picture is passed on with its note.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from seedream_pipe.confidential import scrubbed
from seedream_pipe.digest import BlobDigest, file_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Carried", "Note", "bare_digest", "carried", "digests", "write", "write_bare"]

_SCHEMA: Final = "made/1"
_CHUNK: Final = 1 << 20
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEYWORD: Final = b"seedream-pipe\0\0\0\0\0"
"""Keyword, not compressed, no language, no translated keyword."""
_JPEG: Final = b"\xff\xd8"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_NAMESPACE: Final = "urn:seedream-pipe:1#"
_PACKET: Final = (
    (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        f' xmlns:made="{_NAMESPACE}" made:note="'
    ),
    '"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>',
)
"""What stands before the note in a packet, and after it."""
_OURS: Final = re.compile(rb"made:note=\"([^\"]*)\"|made:note='([^']*)'|<made:note>([^<]*)<")
"""The note in a packet, also in one that another program wrote anew."""
_COMMENT: Final = b"seedream-pipe\0"
_APP1: Final = 0xE1
_APP11: Final = 0xEB
"""Where a JPEG has its content credentials."""
_COM: Final = 0xFE
_CREDENTIALS: Final = b"caBX"
"""Where a PNG has its content credentials."""
_ENTITIES: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))
_MOST_SEGMENT: Final = 65_533
_MOST_NOTE: Final = 48 * 1024
_MOST_PROMPT: Final = 6000
_MOST_HEADS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """How a picture was made. `image` counts from 0; `blob` is the digest of the picture without the note.

    `made_at` is ISO 8601 in UTC, `price` a decimal text in `currency` for the whole call,
    which nobody paid where there is a `test_server`, its host and port. What was made on this
    machine has no time: the same picture has the same note.
    """

    pipeline: str
    task: str
    take: int
    image: int
    key: str
    blob: str
    provider: str
    model: str
    prompt: str
    made_at: str = ""
    call: str = ""
    request_id: str = ""
    price: str = "0"
    currency: str = ""
    test_server: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A note in a file, and the bytes of the file that it takes up.

    `is_intact` says that those are as they were written, with nobody else's words among them.
    """

    note: Note
    start: int
    length: int
    is_intact: bool


def write(source: BinaryIO, target: BinaryIO, note: Note) -> bool:
    """Copy a picture with the note in it; False, and nothing written, where it can carry none.

    A prompt that is too long for a segment is cut.
    """
    if carried(source) is not None:  # a second one would hide which of them is to be taken out
        return False
    place = _place_for(source, note)
    if place is None:
        return False
    at, piece = place
    source.seek(0)
    _copy(source, target, at)
    target.write(piece)
    _copy(source, target, None)
    return True


def carried(file: BinaryIO) -> Carried | None:
    """The note in a file; None when there is none, or none that can be read."""
    file.seek(0)
    start = file.read(len(_PNG))
    pieces = _png_chunks(file) if start == _PNG else _jpeg_segments(file) if start[:2] == _JPEG else ()
    for piece in pieces:
        text, is_intact = _png_text(piece) if start == _PNG else _jpeg_text(piece)
        note = _read(text) if text is not None else None
        if note is not None:
            return Carried(note=note, start=piece.at, length=piece.length, is_intact=is_intact)
    return None


def bare_digest(file: BinaryIO) -> BlobDigest:
    """SHA-256 of a file's bytes without the note in it."""
    state = hashlib.sha256()
    for chunk in _bare(file):
        state.update(chunk)
    return BlobDigest(state.hexdigest())


def digests(file: BinaryIO) -> frozenset[BlobDigest]:
    """The pictures that a file can be: its bytes without the note, and all of them as they are.

    The second because a picture may have come with a note already.
    """
    found = {bare_digest(file)}
    if carried(file) is not None:
        file.seek(0)
        found.add(file_digest(file))
    return frozenset(found)


def write_bare(source: BinaryIO, target: BinaryIO) -> None:
    """Copy a picture without the note in it."""
    target.writelines(_bare(source))


def _bare(file: BinaryIO) -> Iterator[bytes]:
    found = carried(file)
    found = found if found is not None and found.is_intact else None
    file.seek(0)
    yield from _chunks(file, found.start if found is not None else None)
    if found is not None:
        file.seek(found.start + found.length)
        yield from _chunks(file, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A chunk of a PNG or a segment of a JPEG: where it begins, all that it takes up, what it is.

    `data` is read where it may be a note.
    """

    at: int
    length: int
    kind: bytes
    data: bytes


def _place_for(file: BinaryIO, note: Note) -> tuple[int, bytes] | None:
    """Where a note goes in a picture, and what is put there; None where none can be."""
    file.seek(0)
    start = file.read(len(_PNG))
    if start == _PNG:
        return _place_in_png(file, note)
    return _place_in_jpeg(file, note) if start[:2] == _JPEG else None


def _place_in_png(file: BinaryIO, note: Note) -> tuple[int, bytes] | None:
    """After the header chunk."""
    pieces = list(_png_chunks(file))
    chunk = _png_chunk(note)
    signed = any(piece.kind == _CREDENTIALS for piece in pieces)
    if not pieces or pieces[0].kind != b"IHDR" or signed or len(chunk) - 12 > _MOST_NOTE:
        return None
    return pieces[0].at + pieces[0].length, chunk


def _place_in_jpeg(file: BinaryIO, note: Note) -> tuple[int, bytes] | None:
    """After the leading application segments."""
    pieces = list(_jpeg_segments(file))
    if any(piece.kind[0] == _APP11 for piece in pieces):
        return None
    has_packet = any(piece.kind[0] == _APP1 and piece.data.startswith(_XMP) for piece in pieces)
    data = _COMMENT + _text(note).encode("utf-8", "replace") if has_packet else _packet(note)
    if len(data) > _MOST_SEGMENT:
        return None
    at = len(_JPEG)
    for piece in pieces:
        if not 0xE0 <= piece.kind[0] <= 0xEF:
            break
        at = piece.at + piece.length
    kind = _COM if has_packet else _APP1
    return at, bytes((0xFF, kind)) + (len(data) + 2).to_bytes(2) + data


def _png_chunks(file: BinaryIO) -> Iterator[_Piece]:
    """The chunks before the pixels."""
    at = len(_PNG)
    for _ in range(_MOST_HEADS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or head[4:] in {b"IDAT", b"IEND"}:
            return
        size = int.from_bytes(head[:4])
        data = file.read(size) if head[4:] == b"iTXt" and size <= _MOST_NOTE else b""
        yield _Piece(at=at, length=size + 12, kind=head[4:], data=data)
        at += size + 12


def _jpeg_segments(file: BinaryIO) -> Iterator[_Piece]:
    """The segments before the scan."""
    at = len(_JPEG)
    for _ in range(_MOST_HEADS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in {0xDA, 0xD9}:
            return
        if head[1] == 0xFF:  # a fill byte
            at += 1
            continue
        size = int.from_bytes(head[2:])
        data = file.read(max(size - 2, 0)) if head[1] in {_APP1, _COM} else b""
        yield _Piece(at=at, length=size + 2, kind=head[1:2], data=data)
        at += size + 2


def _png_text(piece: _Piece) -> tuple[str | None, bool]:
    """The text in a chunk that may be a note, and whether the chunk is as it was written."""
    if piece.kind != b"iTXt" or not piece.data.startswith(_PNG_KEYWORD):
        return None, False
    return piece.data[len(_PNG_KEYWORD) :].decode("utf-8", "replace"), True


def _jpeg_text(piece: _Piece) -> tuple[str | None, bool]:
    """As `_png_text`, of a segment."""
    if piece.kind[0] == _COM and piece.data.startswith(_COMMENT):
        return piece.data[len(_COMMENT) :].decode("utf-8", "replace"), True
    if piece.kind[0] != _APP1 or not piece.data.startswith(_XMP) or _NAMESPACE.encode() not in piece.data:
        return None, False
    found = _OURS.search(piece.data)
    if found is None:
        return None, False
    value = next(each for each in found.groups() if each is not None).decode("utf-8", "replace")
    is_intact = piece.data == _wrapped(value)
    for char, entity in reversed((*_ENTITIES, ("'", "&#39;"))):
        value = value.replace(entity, char)
    return value, is_intact


def _escaped(text: str) -> str:
    """A text as the value of an XML attribute; JSON has no line breaks."""
    for char, entity in _ENTITIES:
        text = text.replace(char, entity)
    return text


def _png_chunk(note: Note) -> bytes:
    data = b"iTXt" + _PNG_KEYWORD + _text(note).encode("utf-8", "replace")
    return (len(data) - 4).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)


def _packet(note: Note) -> bytes:
    return _wrapped(_escaped(_text(note)))


def _wrapped(value: str) -> bytes:
    before, after = _PACKET
    return _XMP + (before + value + after).encode("utf-8", "replace")


def _text(note: Note) -> str:
    """The note as JSON that fits: the prompt is the only part that can be long."""
    if len(note.prompt) > _MOST_PROMPT:
        note = replace(note, prompt=note.prompt[: _MOST_PROMPT - 1] + "…")
    return scrubbed(
        json.dumps({"schema": _SCHEMA, **asdict(note)}, ensure_ascii=False, separators=(",", ":"))
    )


def _read(text: str) -> Note | None:
    try:
        tree: Any = json.loads(text)
        if not isinstance(tree, dict) or tree.pop("schema", None) != _SCHEMA:
            return None
        known = {field.name: int if field.name in {"take", "image"} else str for field in fields(Note)}
        note = Note(**{name: value for name, value in tree.items() if name in known})
    except (ValueError, TypeError, RecursionError):
        return None
    return note if all(isinstance(getattr(note, name), type_) for name, type_ in known.items()) else None


def _copy(source: BinaryIO, target: BinaryIO, length: int | None) -> None:
    target.writelines(_chunks(source, length))


def _chunks(file: BinaryIO, length: int | None) -> Iterator[bytes]:
    """So many bytes from where the file stands; all that are left when None."""
    while length is None or length > 0:
        chunk = file.read(_CHUNK if length is None else min(_CHUNK, length))
        if not chunk:
            return
        if length is not None:
            length -= len(chunk)
        yield chunk
