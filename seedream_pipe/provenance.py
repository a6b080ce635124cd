"""What a picture file says of how it was made: written into a copy, read and taken out again.

Rule 1: pixels are never touched, and nothing is encoded anew: a chunk is put into a PNG
(``iTXt``, PNG specification 11.3.3.4) or a segment into a JPEG (``APP1`` with an XMP packet,
XMP specification part 3). Other formats carry nothing.
Rule 2: with it taken out, the file is byte for byte what it was, so its digest names the blob.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from seedream_pipe.digest import BlobDigest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Carried", "Note", "bare_digest", "carried", "write", "write_bare"]

_SCHEMA: Final = "made/1"
_CHUNK: Final = 1 << 20
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEYWORD: Final = b"seedream-pipe\0\0\0\0\0"
"""Keyword, not compressed, no language, no translated keyword."""
_JPEG: Final = b"\xff\xd8"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_NAMESPACE: Final = "urn:seedream-pipe:1#"
_OURS: Final = re.compile(rb'xmlns:made="urn:seedream-pipe:1#" made:note="([^"]*)"')
_ENTITIES: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))
_MOST_NOTE: Final = 48 * 1024
_MOST_PROMPT: Final = 6000
_MOST_HEADS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """How a picture was made. `image` counts from 0; `blob` is the digest of the picture without the note.

    `made_at` is ISO 8601 in UTC, `price` a decimal text in `currency` for the whole call.
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
    made_at: str
    call: str = ""
    request_id: str = ""
    price: str = "0"
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A note in a file, and the bytes of the file that it takes up."""

    note: Note
    start: int
    length: int


def write(source: BinaryIO, target: BinaryIO, note: Note) -> bool:
    """Copy a picture with the note in it; False, and nothing written, where its format carries none.

    A prompt that is too long for a segment is cut.
    """
    place = _place_for(source)
    if place is None:
        return False
    at, is_png = place
    piece = _png_chunk(note) if is_png else _jpeg_segment(note)
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
    for at, length, kind, data in pieces:
        text = _png_text(kind, data) if start == _PNG else _jpeg_text(kind, data)
        note = _read(text) if text is not None else None
        if note is not None:
            return Carried(note=note, start=at, length=length)
    return None


def bare_digest(file: BinaryIO) -> BlobDigest:
    """SHA-256 of a file's bytes without the note in it."""
    state = hashlib.sha256()
    for chunk in _bare(file):
        state.update(chunk)
    return BlobDigest(state.hexdigest())


def write_bare(source: BinaryIO, target: BinaryIO) -> None:
    """Copy a picture without the note in it."""
    target.writelines(_bare(source))


def _bare(file: BinaryIO) -> Iterator[bytes]:
    found = carried(file)
    file.seek(0)
    yield from _chunks(file, found.start if found is not None else None)
    if found is not None:
        file.seek(found.start + found.length)
        yield from _chunks(file, None)


def _place_for(file: BinaryIO) -> tuple[int, bool] | None:
    """Where a note goes: after a PNG's header chunk, after a JPEG's leading application segments."""
    file.seek(0)
    start = file.read(len(_PNG))
    if start == _PNG:
        first = next(_png_chunks(file), None)
        return (first[0] + first[1], True) if first is not None and first[2] == b"IHDR" else None
    if start[:2] != _JPEG:
        return None
    at = len(_JPEG)
    for start_at, length, kind, _ in _jpeg_segments(file):
        if not 0xE0 <= kind[0] <= 0xEF:
            break
        at = start_at + length
    return at, False


def _png_chunks(file: BinaryIO) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Chunks before the pixels: where each begins, its length and type, and its data if it may be ours."""
    at = len(_PNG)
    for _ in range(_MOST_HEADS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or head[4:] in {b"IDAT", b"IEND"}:
            return
        size = int.from_bytes(head[:4])
        data = file.read(size) if head[4:] == b"iTXt" and size <= _MOST_NOTE else b""
        yield at, size + 12, head[4:], data
        at += size + 12


def _jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, int, bytes, bytes]]:
    """As `_png_chunks`, for the segments before the scan."""
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
        data = file.read(size - 2) if head[1] == 0xE1 and size > len(_XMP) else b""
        yield at, size + 2, head[1:2], data
        at += size + 2


def _png_text(kind: bytes, data: bytes) -> str | None:
    if kind != b"iTXt" or not data.startswith(_PNG_KEYWORD):
        return None
    return data[len(_PNG_KEYWORD) :].decode("utf-8", "replace")


def _jpeg_text(kind: bytes, data: bytes) -> str | None:
    found = _OURS.search(data) if kind == b"\xe1" and data.startswith(_XMP) else None
    if found is None:
        return None
    text = found[1].decode("utf-8", "replace")
    for char, entity in reversed(_ENTITIES):
        text = text.replace(entity, char)
    return text


def _escaped(text: str) -> str:
    """A text as the value of an XML attribute; JSON has no line breaks."""
    for char, entity in _ENTITIES:
        text = text.replace(char, entity)
    return text


def _png_chunk(note: Note) -> bytes:
    data = b"iTXt" + _PNG_KEYWORD + _text(note).encode()
    return (len(data) - 4).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)


def _jpeg_segment(note: Note) -> bytes:
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        f' xmlns:made="{_NAMESPACE}" made:note="{_escaped(_text(note))}"/></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="r"?>'
    )
    data = _XMP + packet.encode()
    return b"\xff\xe1" + (len(data) + 2).to_bytes(2) + data


def _text(note: Note) -> str:
    """The note as JSON that fits: the prompt is the only part that can be long."""
    if len(note.prompt) > _MOST_PROMPT:
        note = replace(note, prompt=note.prompt[: _MOST_PROMPT - 1] + "…")
    return json.dumps({"schema": _SCHEMA, **asdict(note)}, ensure_ascii=False, separators=(",", ":"))


def _read(text: str) -> Note | None:
    try:
        tree: Any = json.loads(text)
        if not isinstance(tree, dict) or tree.pop("schema", None) != _SCHEMA:
            return None
        known = {field.name for field in fields(Note)}
        return Note(**{name: value for name, value in tree.items() if name in known})
    except (ValueError, TypeError, RecursionError):
        return None


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
