"""``@name`` in a prompt becomes the place of that picture among the references (R134).

    Mei is @mei.            →  Mei is image 1.          Chinese:  让@mei走  →  让图1走
    @mei waits.             →  Image 1 waits.           at the start of a sentence
    the lane of @market     →  the lane of images 2, 3 and 4            图2、图3和图4
    write to @@mei          →  write to @mei

- A name is letters and digits of any script, ``_`` and ``-``. The longest one counts, so
  ``@mei-li`` is never ``mei``. Chinese text goes on without a space: there the longest *known*
  name counts, when what follows it is of a script written without spaces.
- An ``@`` after a letter or digit of a script with spaces is left alone: an e-mail address.
  So is one that no name follows. The full-width ``＠`` means the same as ``@``.
- A reference's `name:` goes before the ids that it also has: the key of its task, its step, its
  set. A name that all pictures of one entry of `references:` have means all of them; one
  that two entries have means neither.
- Who writes "image 2" or "图2" speaks of the second reference without a name; that is
  looked at too, outside of quotes.

The language is that of the whole prompt (`language.language`), mentions aside.
Rule: what `bind` gives is paid for and in the key. A change of its wording is a change of
the key's format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from seedream_pipe.plan.language import HAN, Language, attached, language, without_quotes
from seedream_pipe.problems import did_you_mean, escaped
from seedream_pipe.spec import refs

__all__ = ["Bound", "Called", "Finding", "bind", "ids"]

_AT: Final = frozenset("@＠")
_SENTENCE_ENDS: Final = frozenset(".!?")
_SHOWN: Final = 40
_LOOK_BACK: Final = 200

_ENGLISH: Final = re.compile(
    r"(?<![\w@])(?P<noun>image|picture|photo|figure|reference)(?P<many>s?)[ \n]?#?(?P<numbers>\d{1,3}"
    r"(?:(?:, ?(?:and )?| ?(?:and|or|to|&|-|–) ?)#?\d{1,3}(?![\w%]|[:.,]\d))*)(?![\w%]|[:.]\d)",
    re.IGNORECASE,
)
_CHINESE: Final = re.compile(
    r"(?<![地插构截草蓝版贴配组成果稿])(?:[图圖図][片像]?|画像|이미지) ?(?P<number>\d{1,3})"
    r"(?![A-Za-z\d%×]|[:.]\d| ?[张幅个款种组枚套页帧])"
)
_NUMERAL: Final = re.compile(
    rf"(?<![意企试力妄])[图圖](?P<number>[一二三四五六七八九十])(?=[^{HAN}]|[的中和与里是为、]|$)"
)
_MAY_BE_LITERAL: Final = re.compile(r"\d|[图圖]")
_NUMERALS: Final = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What one reference can be called.

    `name` is its `name:`, empty when it has none; `ids` are what else it answers to (see
    `ids`). `entry` numbers the entry of `references:` that it came of: all pictures of a set
    come of one.
    """

    entry: int
    name: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with a mention: `line` and `column` in the prompt, from 1; 0 for the whole of it.

    `entry` is the entry of a reference that is never mentioned.
    """

    code: str
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    line: int = 0
    column: int = 0
    length: int = 0
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A prompt as it is sent.

    `used` are the names that it mentions; `mentioned` the references, from 1, by name or
    by number. A mention that is wrong stays in the text as it was.
    """

    text: str
    used: frozenset[str] = frozenset()
    mentioned: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()


def ids(reference: str) -> tuple[str, ...]:
    """What a reference, as written in `references:`, answers to without a `name:`.

    ``sheet@mei`` is ``mei`` and ``sheet``, ``market`` is ``market``, ``prev`` is ``prev``; files and
    URLs have no id. The address of a task that ``sheet[*]`` or ``prev`` stands for is
    one more reference to ask for.
    """
    try:
        match refs.parse(reference):
            case refs.Prev():
                return ("prev",)
            case refs.Name(name=name, key=key):
                return (key, name) if key else (name,)
            case _:
                return ()
    except ValueError:
        return ()


def bind(
    text: str,
    called: Sequence[Called],
    *,
    absent: Collection[str] = (),
    told: Collection[str] = (),
    pictures: int | None = None,
) -> Bound:
    """A prompt with its mentions bound to the references, and what is wrong with them.

    Args:
        text: the rendered prompt.
        called: what each reference can be called, in the order in which they are sent.
        absent: names of entries that give this task no picture (`prev` of the first row).
        told: names of entries that are wrong, which is told already; of numbers nothing is said then.
        pictures: how many pictures a group makes; "image 3" may then speak of one of them.

    """
    names = _Names(called, absent, told)
    pieces = list(_pieces(text, names))
    spoken = language(_outside(text, pieces)) if pieces else "en"
    bound = _Binding(text, names, spoken)
    changed = bound.text_of(pieces)
    literals = list(_literals(text))
    bound.mentioned.update(number for number, _ in literals if 0 < number <= len(called))
    if not told:
        bound.findings += _out_of_range(text, literals, max(len(called), pictures or 0), len(called))
    bound.findings += _unmentioned(called, bound.mentioned)
    return Bound(
        text=changed,
        used=frozenset(bound.used),
        mentioned=frozenset(bound.mentioned),
        findings=tuple(bound.findings),
    )


class _Names:
    """Which references a name stands for."""

    def __init__(self, called: Sequence[Called], absent: Collection[str], told: Collection[str]) -> None:
        self._called = called
        self._given: dict[str, list[int]] = {}
        self._ids: dict[str, list[int]] = {}
        for number, each in enumerate(called, 1):
            if each.name:
                self._given.setdefault(_normal(each.name), []).append(number)
            for other in dict.fromkeys(map(_normal, each.ids)):
                self._ids.setdefault(other, []).append(number)
        self.told = {_normal(name) for name in told if name}
        self.absent = {_normal(name) for name in absent if name} | self.told
        self.known: Mapping[str, list[int]] = {**self._ids, **self._given}
        self.longest = max(map(len, [*self.known, *self.absent]), default=0)

    def __contains__(self, name: str) -> bool:
        return name in self.known or name in self.absent

    def entries(self, name: str) -> list[list[int]]:
        """The references of that name, those of each entry together."""
        numbers = self.known.get(name, [])
        return [list(group) for _, group in groupby(numbers, lambda number: self._called[number - 1].entry)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A stretch of the prompt that is not plain text; `name` None for an escaped ``@``."""

    start: int
    end: int
    name: str | None
    glued: bool = False


@dataclass(slots=True)
class _Binding:
    text: str
    names: _Names
    language: Language
    used: set[str] = field(default_factory=set)
    mentioned: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    _told: set[tuple[str, bool]] = field(default_factory=set)

    def text_of(self, pieces: Sequence[_Piece]) -> str:
        parts: list[str] = []
        done = 0
        for piece in pieces:
            parts += self.text[done : piece.start], self._replaced(piece)
            done = piece.end
        return "".join([*parts, self.text[done:]])

    def _replaced(self, piece: _Piece) -> str:
        written = self.text[piece.start : piece.end]
        if piece.name is None:
            return written[0]
        entries = [] if piece.glued else self.names.entries(piece.name)
        if len(entries) != 1:
            self._tell(piece, written, entries)
            return written
        self.used.add(piece.name)
        self.mentioned.update(entries[0])
        return _phrase(entries[0], self.language, capital=_starts_sentence(self.text, piece.start))

    def _tell(self, piece: _Piece, written: str, entries: list[list[int]]) -> None:
        """Once for each name: the second mention says nothing new."""
        name = piece.name or ""
        if (name, piece.glued) in self._told:
            return
        self._told.add((name, piece.glued))
        if name in self.names.told:
            return
        self.findings.append(self._finding(piece, name, written, entries))

    def _finding(self, piece: _Piece, name: str, written: str, entries: list[list[int]]) -> Finding:
        shown = escaped(name, limit=_SHOWN)
        if piece.glued:
            message = f'"@{shown}" is left as it is, because a letter or digit stands before it'
            return _placed(
                "W-MENTION-GLUED", self.text, piece, message, hint="put a space before it, or write @@"
            )
        if entries:
            meanings = " or ".join(_phrase(each, "en", capital=False) for each in entries)
            hint = "give each its own `name:`"
            return _placed(
                "E-MENTION-AMBIGUOUS", self.text, piece, f'"@{shown}" may mean {meanings}', hint=hint
            )
        if name in self.names.absent:
            message = f'"@{shown}" has no picture in this task'
            return _placed("E-MENTION", self.text, piece, message, hint="mention it only where it has one")
        message = f'no reference of this task is called "{shown}"'
        near = did_you_mean(name[: max(self.names.longest, 1) + 2], [*self.names.known, *self.names.absent])
        plain = f'a plain "{written[0]}" is written twice'
        return _placed("E-MENTION", self.text, piece, message, hint=f"{near} ({plain})" if near else plain)


def _pieces(text: str, names: _Names) -> Iterator[_Piece]:
    """Escapes, mentions and what looks like a mention inside a word, from left to right."""
    at = done = 0
    while (at := _next_at(text, at)) >= 0:
        if text[at + 1 : at + 2] in _AT:
            yield _Piece(start=at, end=at + 2, name=None)
            at = done = at + 2
            continue
        end = _name_end(text, at + 1)
        glued = 0 < at != done and _in_word(text[at - 1])
        if end == at + 1:
            at = end
            continue
        cut, name = _longest_known(text[at + 1 : end], names)
        at, start = at + 1 + cut, at
        if not glued:
            yield _Piece(start=start, end=at, name=name)
            done = at
        elif name in names.known and at == end and not _is_host(text, end):
            yield _Piece(start=start, end=end, name=name, glued=True)


def _next_at(text: str, start: int) -> int:
    found = [at for each in _AT if (at := text.find(each, start)) >= 0]
    return min(found, default=-1)


def _name_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and (text[end].isalnum() or text[end] in "_-" or _is_mark(text[end])):
        end += 1
    return end


def _is_host(text: str, end: int) -> bool:
    """Whether a dot and a letter follow, as in an e-mail address."""
    return text[end : end + 1] == "." and text[end + 1 : end + 2].isalnum()


def _is_mark(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char)[0] == "M"


def _in_word(char: str) -> bool:
    return (char.isalnum() or char == "_") and not attached(char)


def _longest_known(word: str, names: _Names) -> tuple[int, str]:
    """How much of the word is the name, and the name: the longest known one, else all of it."""
    trimmed = len(word.rstrip("-_")) or len(word)
    # A decomposed letter is up to four characters long.
    for cut in range(min(len(word), 4 * names.longest), 0, -1):
        ends = cut >= trimmed or attached(word[cut]) or word.startswith("--", cut)
        if ends and (name := _normal(word[:cut])) in names:
            return cut, name
    cut = 1 if not attached(word[0]) else trimmed
    while cut < trimmed and not attached(word[cut]):
        cut += 1
    return cut, _normal(word[:cut])


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _outside(text: str, pieces: Sequence[_Piece]) -> str:
    parts: list[str] = []
    done = 0
    for piece in pieces:
        parts.append(text[done : piece.start])
        done = piece.end
    return " ".join([*parts, text[done:]])


def _phrase(numbers: Sequence[int], spoken: Language, *, capital: bool) -> str:
    *others, last = map(str, numbers)
    if spoken == "zh":
        first = "、".join(f"图{number}" for number in others)
        return f"{first}和图{last}" if first else f"图{last}"
    noun = "Image" if capital else "image"
    return f"{noun}s {', '.join(others)} and {last}" if others else f"{noun} {last}"


def _starts_sentence(text: str, at: int) -> bool:
    """Whether a sentence starts here: at the start, after ``. ! ?`` and a space, after an empty line."""
    before = text[max(0, at - _LOOK_BACK) : at]
    stripped = before.rstrip()
    gap = before[len(stripped) :]
    if not stripped or gap.count("\n") > 1:
        return True
    return bool(gap) and stripped[-1] in _SENTENCE_ENDS


def _literals(text: str) -> Iterator[tuple[int, tuple[int, int] | None]]:
    """The numbers of pictures that the prompt writes out, with where, unless it may mean another thing."""
    plain = without_quotes(text)
    if not _MAY_BE_LITERAL.search(plain):
        return
    for found in _ENGLISH.finditer(plain):
        sure = found["noun"].lower() == "image"
        for position, number in enumerate(_counted(found["numbers"])):
            yield number, found.span() if sure and (found["many"] or not position) else None
    for found in _CHINESE.finditer(plain):
        yield int(found["number"]), found.span()
    for found in _NUMERAL.finditer(plain):
        yield _NUMERALS.index(found["number"]) + 1, None


def _counted(numbers: str) -> Iterator[int]:
    """``1, 2 and 4`` as numbers; ``1 to 4`` is all of them."""
    before = None
    for between, digits in re.findall(r"(\D*)(\d+)", numbers):
        number = int(digits)
        if before is not None and before < number and between.strip(" #") in {"to", "-", "–"}:
            yield from range(before + 1, number)
        yield number
        before = number


def _out_of_range(
    text: str, literals: Sequence[tuple[int, tuple[int, int] | None]], most: int, count: int
) -> Iterator[Finding]:
    told: set[int] = set()
    for number, span in literals:
        if span is None or 0 < number <= most or number in told:
            continue
        told.add(number)
        have = "no references" if not count else f"{count} reference{'' if count == 1 else 's'}"
        yield _placed(
            "W-IMAGE-NUMBER",
            text,
            _Piece(start=span[0], end=span[1], name=None),
            f'the prompt speaks of "{escaped(text[slice(*span)], limit=_SHOWN)}", but the task has {have}',
            hint="mention a reference by name: @name",
        )


def _unmentioned(called: Sequence[Called], mentioned: Collection[int]) -> Iterator[Finding]:
    """Named references that the prompt never speaks of; each name once."""
    numbers: dict[str, list[int]] = {}
    for number, each in enumerate(called, 1):
        if each.name:
            numbers.setdefault(each.name, []).append(number)
    for name, found in numbers.items():
        if any(number in mentioned for number in found):
            continue
        shown = escaped(name, limit=_SHOWN)
        # A key that has a dot is such a name too, when it is given as one.
        writable = _name_end(name, 0) == len(name)
        hint = f"say what it is for: @{shown}" if writable else 'a name has letters, digits, "_" and "-" only'
        message = f'the prompt never mentions the reference "{shown}"'
        if not writable:
            message += f', and "@{shown}" cannot be written'
        entry = called[found[0] - 1].entry
        yield Finding(code="W-UNMENTIONED", message=message, hint=hint, severity="warning", entry=entry)


def _placed(code: str, text: str, piece: _Piece, message: str, *, hint: str) -> Finding:
    before = text[: piece.start].replace("\r\n", "\n").replace("\r", "\n")
    return Finding(
        code=code,
        message=message,
        hint=hint,
        severity="warning" if code.startswith("W-") else "error",
        line=before.count("\n") + 1,
        column=len(before) - before.rfind("\n"),
        length=piece.end - piece.start,
    )
