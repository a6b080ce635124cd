"""The text of a picks file, edited line by line: what is not decided anew stays byte for byte.

Rule 1: one decision a line, sorted by address, and an empty line between two, because git
merges changes of neighbouring lines only when a line that nobody changed stands between them.
Rule 2: a task that could be decided and is not stands there as a comment (``# sheet@mei: 1``),
and deciding it changes that line alone. Lines that two branches insert at one place would conflict.
Rule 3: a file that a person laid out gets no such comments: nothing but the decided line changes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from seedream_pipe.picks.model import new_name, take_text
from seedream_pipe.spec import document as documents

if TYPE_CHECKING:
    from seedream_pipe.picks.model import Address, Decided
    from seedream_pipe.spec.positions import Span

__all__ = ["begun", "edited", "is_begun", "line", "renamed"]

_PLACEHOLDER: Final = re.compile(
    r"^#[ \t]*([A-Za-z_][\w-]*(?:@[^\s:]+)?):[ \t]*(?:[0-9]+|\"[0-9]+\.[0-9]+\"|\{[^\r\n]*\})[ \t]*$",
    re.MULTILINE,
)
_REST_OF_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n){0,2}")
_EMPTY_ABOVE: Final = re.compile(r"(?<=\n)(?:\r\n|\n)\Z")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_INDENTED: Final = re.compile(r"(?:\r\n|\r|\n)((?:[ \t][^\r\n]*)?)(?=[\r\n]|\Z)")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL"})
_MARK: Final = "\ufeff"
_HEAD: Final = "# What people decided of the tasks of "


class _Entry(NamedTuple):
    """A line of the text that is about a task: where it begins and ends, its line end aside."""

    address: Address
    start: int
    end: int
    decided: bool


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def begun(pipeline: str) -> str:
    """The text of a picks file without decisions yet."""
    return (
        f"{_HEAD}{pipeline}: which take stands for each, one line a task.\n"
        "# `seedream-pipe pick` and its like write here, and so may you; empty lines let branches merge.\n"
    )


def is_begun(text: str) -> bool:
    """Whether a file was begun by this program: one that a person laid out gets no comments from it."""
    return _HEAD in text


def line(address: Address, decided: Decided) -> str:
    """The line that says what was decided of a task, without a line end."""
    return f"{_name(address)}: {_flow(decided)}"


def edited(
    text: str,
    decisions: Mapping[Address, Decided | None],
    *,
    placeholders: Collection[Address] = (),
) -> str:
    """The text with these tasks decided so, and with a comment for each task that could be.

    Args:
        text: of a picks file that can be read, with whatever else stands in it.
        decisions: what is decided anew; None takes a decision away.
        placeholders: the tasks that could be decided.

    """
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    end = "\r\n" if "\r\n" in text else "\n"
    entries = _entries(text)
    known = {entry.address: entry for entry in entries}
    edits: list[_Edit] = []
    added: dict[Address, str] = {}
    for address, decided in decisions.items():
        given = None if decided is None or decided.is_empty else line(address, decided)
        if given is None and address in placeholders:
            given = _placeholder(address)
        entry = known.get(address)
        if entry is None:
            added |= {address: given} if given is not None else {}
        elif given is None:
            edits.append(_removed(text, entry) if entry.decided else _Edit(entry.start, entry.start, ""))
        elif entry.decided or (decided is not None and not decided.is_empty):
            edits.append(_Edit(entry.start, entry.end, given))
    for address in placeholders:
        if address not in known and address not in decisions:
            added[address] = _placeholder(address)
    return mark + _applied(text, [*edits, *_insertions(text, entries, added, end)])


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with the lines of renamed steps under their new names, where these sort; comments go along.

    A line whose task has one under the new name already stays.

    Args:
        text: of a picks file that can be read.
        names: the new name of each step that was renamed, by its old one.

    """
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    end = "\r\n" if "\r\n" in text else "\n"
    entries = _entries(text)
    known = {entry.address for entry in entries if entry.decided}
    moved = {
        entry: new
        for entry in entries
        if (new := new_name(entry.address, names)) != entry.address and new not in known
    }
    if not moved:
        return mark + text
    added: dict[Address, str] = {}
    for entry, new in moved.items():
        whole = text[entry.start : _end_of_line(text, entry.end)]
        added[new] = whole.replace(entry.address, new, 1)
    for entry in sorted(moved, key=lambda entry: -entry.start):
        edit = _removed(text, entry)
        text = text[: edit.start] + text[edit.end :]
    stay = [entry for entry in _entries(text) if entry.address not in added]
    return mark + _applied(text, _insertions(text, stay, added, end))


def _applied(text: str, edits: Iterable[_Edit]) -> str:
    """The text with edits that do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join([*parts, text[at:]])


def _entries(text: str) -> list[_Entry]:
    """Every line about a task, in the order of the text."""
    document = documents.parse(text, file="", root="maybe")
    found: list[_Entry] = []
    root = document.root if isinstance(document.root, dict) else {}
    for address in root:
        start = document.positions.key(root, address)[0]
        end = _ending(text, start, document.positions.value(root, address))
        found.append(_Entry(address=address, start=start, end=end, decided=True))
    decided = {entry.address for entry in found}
    found += (
        _Entry(address=match[1], start=match.start(), end=match.end(), decided=False)
        for match in _PLACEHOLDER.finditer(text)
        if match[1] not in decided
    )
    return sorted(found, key=lambda entry: entry.start)


def _ending(text: str, start: int, value: Span) -> int:
    """Where a decision that begins at `start` ends: a map over several lines, at its last line."""
    if not _LINE_END.search(text, start, value[0]):
        return max(value)
    end, at = value[0], _end_of_line(text, start)
    while below := _INDENTED.match(text, at):
        at = below.end()
        end = at if below[1].strip() else end
    return end


def _end_of_line(text: str, start: int) -> int:
    found = _LINE_END.search(text, start)
    return found.start() if found else len(text)


def _removed(text: str, entry: _Entry) -> _Edit:
    """A line taken away, whole, with the empty line below it, or above it when it is the last."""
    match = _REST_OF_LINE.match(text, entry.end)
    end = match.end() if match else entry.end
    start = entry.start
    if end == len(text):
        above = _EMPTY_ABOVE.search(text, 0, start)
        start = above.start() if above else start
    return _Edit(start, end, "")


def _insertions(text: str, entries: list[_Entry], added: Mapping[Address, str], end: str) -> list[_Edit]:
    """Each new line before the first that sorts after it, or at the end."""
    at_end: list[str] = []
    places: dict[int, list[str]] = {}
    # The last address in order up to each line: the first line that sorts after is found in it.
    last = list(accumulate((entry.address for entry in entries), max))
    for address in sorted(added):
        after = bisect_right(last, address)
        if after == len(entries):
            at_end.append(added[address])
        else:
            places.setdefault(_above(text, entries[after].start), []).append(added[address])
    edits = [
        _Edit(at, at, "".join(f"{one}{end}{end}" for one in lines)) for at, lines in places.items() if lines
    ]
    if at_end:
        lead = "" if not text or text.endswith(("\n", "\r")) else end
        gap = end if text.strip() and not text.endswith((end * 2,)) else ""
        edits.append(_Edit(len(text), len(text), lead + gap + f"{end}{end}".join(at_end) + end))
    return edits


def _above(text: str, start: int) -> int:
    """Where a line begins with the comments right above it; those at the head of the file are its own."""
    at = start
    while at > 0:
        begin = text.rfind("\n", 0, at - 1) + 1
        above = text[begin:at].strip()
        if not above.startswith("#") or _PLACEHOLDER.match(text, begin):
            return at
        at = begin
    return start


def _placeholder(address: Address) -> str:
    return f"# {_name(address)}: 1"


def _name(address: Address) -> str:
    return f'"{address}"' if address in _NOT_TEXT else address


def _flow(decided: Decided) -> str:
    parts = []
    if decided.pick is not None:
        text = take_text(decided.pick, decided.image)
        parts.append(f"pick: {text}" if decided.image is None else f'pick: "{text}"')
    if decided.takes is not None:
        parts.append(f"takes: {decided.takes}")
    if decided.approved is not None:
        pictures = ", ".join(
            "null" if digest is None else f'"{digest}"' for digest in decided.approved.pictures
        )
        parts.append(f'approved: {{key: "{decided.approved.key}", pictures: [{pictures}]}}')
    return "{" + ", ".join(parts) + "}"
