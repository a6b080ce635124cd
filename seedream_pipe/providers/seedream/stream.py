"""A recorded body as JSON trees, in bounded memory: one document, or one per event.

While a stream comes, `EventEnds` says where in it each event ends; what the events say is
read from what was recorded, all of it at once, so that the two never have to agree.

A picture inside an answer may be tens of megabytes of base64. It is never loaded: the
string is left out of the text that is parsed, and a `Span` says where it stands in the
file. What is parsed is small; a body whose remainder is not small is refused.

The mark of a string that was left out is the bare word NaN, which no JSON has outside of
a string, so no answer can forge one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from seedream_pipe.makers import Span
from seedream_pipe.providers.seedream import recorded

__all__ = [
    "DONE",
    "EventEnd",
    "EventEnds",
    "NotReadable",
    "Text",
    "Tree",
    "document",
    "events",
    "is_event_stream",
    "looks_like_events",
]

Tree: TypeAlias = Any
"""What JSON said, with a `Span` for each string that was left in the file."""

DONE: Final = "[DONE]"
"""Given by `events` for the line that ends a complete stream (R90)."""

_CHUNK: Final = 64 * 1024
_LONG: Final = 16 * 1024
_SMALL: Final = 512 * 1024
_NESTING: Final = 100
_LONGEST_WORD: Final = 4096
_DIGITS: Final = 18
_BOM: Final = b"\xef\xbb\xbf"
_B64_MEMBER: Final = re.compile(rb'"b64_json"[ \t\r\n]*:[ \t\r\n]*$')
_EVENT_LINE: Final = re.compile(rb"(?:data|event|id|retry)?:|(?:data|event|id|retry)\r?\n")
_MEANT_ONCE: Final = frozenset({"data", "error", "url", "b64_json", "type", "image_index"})


class NotReadable(ValueError):
    """The body is not JSON, or not such as a person may be asked to trust; `str()` says why."""


def is_event_stream(*pieces: Path, named: str = "") -> bool:
    """Whether the body looks like events, whatever its content type says (R7, R89).

    When it looks like neither events nor JSON, its type counts, which is `named`.
    """
    start = b""
    for chunk in recorded.chunks(pieces, size=4096):
        start += chunk
        if len(start) >= 4096:
            break
    is_json = start.removeprefix(_BOM).lstrip()[:1] in {b"{", b"["}
    return looks_like_events(start) or (named.startswith("text/event-stream") and not is_json)


def looks_like_events(start: bytes) -> bool:
    """Whether a body that begins with this is a stream of events."""
    return _EVENT_LINE.match(start.removeprefix(_BOM).lstrip(b"\r\n")) is not None


def document(*pieces: Path) -> Tree:
    """Parse the body as one JSON text.

    Raises:
        NotReadable: it is none.

    """
    text = Text()
    for offset, chunk in _chunks(pieces):
        text.feed(chunk, offset)
    return text.tree()


def events(*pieces: Path) -> Iterator[Tree]:
    """Give the data of each event in turn: a tree, `DONE`, or a `NotReadable` that was met.

    Tolerant as R89 asks: any line ends, comments, no ``event:`` lines, data over several
    lines, a bare JSON line among events (R106), a last event without its blank line.
    """
    lines = _Lines()
    for offset, chunk in _chunks(pieces):
        yield from lines.feed(chunk, offset)
    yield from lines.end()


def _chunks(pieces: tuple[Path, ...]) -> Iterator[tuple[int, bytes]]:
    offset = len(_BOM) if b"".join(_first(pieces, len(_BOM))) == _BOM else 0
    for chunk in recorded.chunks(pieces, start=offset, size=_CHUNK):
        yield offset, chunk
        offset += len(chunk)


def _first(pieces: tuple[Path, ...], length: int) -> Iterator[bytes]:
    for chunk in recorded.chunks(pieces, size=length):
        yield chunk[:length]
        length -= len(chunk)
        if length <= 0:
            return


def _line_end(piece: bytes, position: int) -> tuple[int, int] | None:
    """Find where a line ends and the next begins; a CR LF that is cut in two ends it at the CR."""
    feed = piece.find(b"\n", position)
    carriage = piece.find(b"\r", position, len(piece) if feed < 0 else feed)
    if carriage >= 0:
        return carriage, carriage + (2 if feed == carriage + 1 else 1)
    return None if feed < 0 else (feed, feed + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEnd:
    """An event ends at `at` of the piece that was fed.

    `completed` says that it was the one which tells what was billed (R91), `last` that
    nothing follows (R90).
    """

    at: int
    completed: bool = False
    last: bool = False


class EventEnds:
    """Finds where the events of a stream end, in pieces of any size; of a line it holds the start only.

    An event ends with its blank line, a bare JSON line with itself (R106), and ``[DONE]`` at once:
    what follows it is not waited for.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._has_data = False
        self._completed = False
        self._after_return = False

    def feed(self, piece: bytes) -> Iterator[EventEnd]:
        """Take in what came; give the ends that are in it."""
        position = 1 if self._after_return and piece.startswith(b"\n") else 0
        self._after_return = piece.endswith(b"\r")
        while position < len(piece):
            end = _line_end(piece, position)
            stop, following = (len(piece), len(piece)) if end is None else end
            room = _LONGEST_WORD - len(self._line)
            self._line += piece[position : min(stop, position + max(0, room))]
            if end is None:
                return
            position = following
            line, self._line = bytes(self._line).removeprefix(_BOM), bytearray()
            found = self._ended(line, position)
            if found is not None:
                yield found

    def _ended(self, line: bytes, position: int) -> EventEnd | None:
        """Say whether an event ends with this line."""
        bare = line.startswith(b"{")
        if line.startswith(b"data:"):
            word = line.removeprefix(b"data:").strip()
            self._has_data = True
            self._completed = self._completed or _is_completed(word)
            if word == DONE.encode():
                return EventEnd(at=position, last=True)
        if not bare and (line or not self._has_data):
            return None
        end = EventEnd(at=position, completed=self._completed or (bare and _is_completed(line)))
        self._has_data = self._completed = False
        return end


def _is_completed(word: bytes) -> bool:
    if len(word) >= _LONGEST_WORD - len(b"data: ") or b".completed" not in word:
        return False
    try:
        tree = json.loads(word)
    except (ValueError, RecursionError):
        return False
    return isinstance(tree, dict) and str(tree.get("type")).endswith(".completed")


class Text:
    """A JSON text taken in by pieces, without its long strings and its pictures."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._spans: list[Span] = []
        self._depth = 0
        self._fault = ""
        self._forged = False
        self._string: int | None = None
        self._length = 0
        self._kept_before = 0
        self._picture = False
        self._escaped = False

    def feed(self, piece: bytes, offset: int) -> None:
        """Take in the piece that stands at `offset` of the file."""
        position = 0
        while position < len(piece) and not self._fault:
            if self._string is None:
                position = self._outside(piece, position, offset)
            else:
                position = self._inside(piece, position)
        if len(self._kept) > _SMALL:
            self._fault = "it is larger than any answer, pictures aside"

    def join(self) -> None:
        """Take in the line break between two lines of one event's data."""
        if self._string is not None:
            self._fault = "a line ends inside a text"
        self._kept += b"\n"

    @property
    def empty(self) -> bool:
        """Whether nothing was taken in yet."""
        return not self._kept and not self._fault

    def tree(self) -> Tree:
        """Parse what was taken in."""
        if self._kept.strip() == DONE.encode():
            return DONE
        if self._fault or self._forged:
            raise NotReadable(self._fault or "it holds a number that is none")
        spans = iter(self._spans)
        try:
            return json.loads(
                self._kept.decode(),
                parse_constant=lambda _: next(spans),
                parse_int=_number,
                object_pairs_hook=_object,
            )
        except NotReadable:
            raise
        except (ValueError, RecursionError) as error:
            raise NotReadable(f"it is not JSON ({error})") from None

    def _outside(self, piece: bytes, position: int, offset: int) -> int:
        quote = piece.find(b'"', position)
        end = len(piece) if quote < 0 else quote
        between = piece[position:end]
        self._forged = self._forged or b"N" in between or b"I" in between
        opened = between.count(b"[") + between.count(b"{")
        if self._depth + opened > _NESTING:
            self._fault = "it is nested too deep"
        self._depth += opened - between.count(b"]") - between.count(b"}")
        self._kept += between
        if quote >= 0:
            self._picture = _B64_MEMBER.search(self._kept[-64:]) is not None
            self._string = offset + quote + 1
            self._length = 0
            self._kept_before = len(self._kept)
            self._kept += b'"'
        return end + 1

    def _inside(self, piece: bytes, position: int) -> int:
        if self._escaped:
            self._escaped = False
            self._take(piece[position : position + 1])
            return position + 1
        quote = piece.find(b'"', position)
        slash = piece.find(b"\\", position, len(piece) if quote < 0 else quote)
        if slash >= 0:
            self._escaped = True
            self._take(piece[position : slash + 1])
            return slash + 1
        self._take(piece[position : len(piece) if quote < 0 else quote])
        if quote < 0:
            return len(piece)
        self._close()
        return quote + 1

    def _take(self, text: bytes) -> None:
        self._length += len(text)
        if not self._picture and self._length <= _LONG:
            self._kept += text

    def _close(self) -> None:
        if self._string is not None and (self._picture or self._length > _LONG):
            del self._kept[self._kept_before :]
            self._kept += b"NaN"
            self._spans.append(Span(offset=self._string, length=self._length, encoding="base64"))
        else:
            self._kept += b'"'
        self._string = None


class _Lines:
    """Events taken in by pieces of any size; a line is never held as a whole."""

    def __init__(self) -> None:
        self._text = Text()
        self._start = b""
        self._kind = ""
        self._after_return = False

    def feed(self, piece: bytes, offset: int) -> Iterator[Tree]:
        position = 1 if self._after_return and piece.startswith(b"\n") else 0
        self._after_return = piece.endswith(b"\r")
        while position < len(piece):
            end = _line_end(piece, position)
            stop = len(piece) if end is None else end[0]
            yield from self._take(piece[position:stop], offset + position)
            if end is None:
                return
            yield from self._end_line()
            position = end[1]

    def end(self) -> Iterator[Tree]:
        """Give what the last lines said, though no blank line followed."""
        if self._start or self._kind:
            yield from self._end_line()
        yield from self._dispatch()

    def _take(self, piece: bytes, offset: int) -> Iterator[Tree]:
        if not self._kind:
            before = len(self._start)
            self._start += piece[: 6 - before]
            self._kind, used = self._classify()
            if not self._kind:
                return
            if self._kind == "bare":
                yield from self._dispatch()
            elif self._kind == "data" and not self._text.empty:
                self._text.join()
            skip = max(0, used - before)
            piece, offset = piece[skip:], offset + skip
        if self._kind != "other":
            self._text.feed(piece, offset)

    def _classify(self) -> tuple[str, int]:
        """Say what the line is and how much of it is the field's name; nothing while unsure."""
        start = self._start
        if start.startswith(b"data:") and len(start) > len(b"data:"):
            return "data", 6 if start.startswith(b"data: ") else 5
        if start.startswith(b"{"):
            return "bare", 0
        return ("", 0) if b"data:".startswith(start) else ("other", 0)

    def _end_line(self) -> Iterator[Tree]:
        kind, blank = self._kind, not self._kind and not self._start
        self._kind, self._start = "", b""
        if blank or kind == "bare":
            yield from self._dispatch()

    def _dispatch(self) -> Iterator[Tree]:
        if self._text.empty:
            return
        text, self._text = self._text, Text()
        try:
            yield text.tree()
        except NotReadable as fault:
            yield fault


def _number(digits: str) -> int | None:
    """Read a number that may be one; longer ones mean nothing here and cost time."""
    return int(digits) if len(digits) <= _DIGITS else None


def _object(members: list[tuple[str, Tree]]) -> dict[str, Tree]:
    tree = dict(members)
    if len(tree) < len(members):
        names = [name for name, _ in members]
        twice = next((name for name in names if name in _MEANT_ONCE and names.count(name) > 1), None)
        if twice is not None:
            raise NotReadable(f'it says "{twice}" twice')
    return tree
