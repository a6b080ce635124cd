"""One reference, as text, and what it names.

    refs/mei.jpg          a path: it has a `/` or a `.`
    refs/*.jpg            a glob: a path with `*`, `?` or `[`
    https://…             a URL (http too)
    data:image/png;…      a data URI
    prev                  the task before this one
    market                a set: all of its pictures
    sheet                 a step that is one task: its first picture
    sheet@mei             a task: its first picture
    sheet@mei[2]          one picture of its group, counting from 0
    sheet[*]              every picture of every task of the step

Names win over paths: ``sheet@v1.5`` is a task; a file of that name is ``./sheet@v1.5``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from seedream_pipe.problems import escaped

__all__ = ["DataUri", "Glob", "Name", "Path", "Prev", "Reference", "Url", "key_problem", "parse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A file, relative to the pipeline's folder, with forward slashes."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Glob:
    """A pattern of paths, as in `Path`; its matches are sorted by name."""

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """A picture behind http or https."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataUri:
    """A picture written out as base64 (R45)."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A set or a step by name; with `key` one of the step's tasks.

    `index` counts pictures from 0; ``*`` means all, None the first (of a set: all).
    """

    name: str
    key: str | None = None
    index: int | Literal["*"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prev:
    """The task before this one in the same step."""


Reference: TypeAlias = Path | Glob | Url | DataUri | Name | Prev

_NAME: Final = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_-]*)(?:@(?P<key>[^\s@/\\\[\]]+))?(?:\[(?P<index>\*|[0-9]{1,4})\])?"
)
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_LONGEST_KEY: Final = 150
_GLOB_CHARACTERS: Final = frozenset("*?[")
_UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def parse(text: str) -> Reference:
    """What a reference names, once its templates are rendered.

    Raises:
        ValueError: it is no reference; the message is a whole sentence.

    """
    text = text.strip()
    if not text:
        raise ValueError("the reference is empty")
    if text[:5].lower() == "data:":
        return DataUri(uri=text)
    if any(unicodedata.category(char) in _UNSEEN for char in text):
        raise _wrong(text, "has a line break or another control character")
    if scheme := _SCHEME.match(text):
        return _url(text, scheme[1])
    match = _NAME.fullmatch(text)
    if match and (match["key"] is None or key_problem(match["key"]) is None):
        return _name(text, match)
    if "\\" in text:
        raise _wrong(text, 'has a backslash; folders are separated by "/"')
    if "/" in text or "." in text:
        return Glob(pattern=text) if _GLOB_CHARACTERS & set(text) else Path(path=text)
    raise _wrong(text, _what_is_wrong_with_name(text))


def key_problem(key: str) -> str | None:
    """Why a text cannot be a task's key, as a whole sentence, or None.

    A key is written in references and becomes a file's name: letters and digits of any
    script, `_`, `-` and `.`.
    """
    if not key:
        return "the key is empty"
    foreign = next((char for char in key if not _fits_key(char)), None)
    if foreign is not None:
        return f'key "{escaped(key)}" has "{escaped(foreign)}"; it may have letters, digits, "_", "-" and "."'
    if len(key.encode()) > _LONGEST_KEY:
        return f'key "{escaped(key, limit=40)}" is longer than {_LONGEST_KEY} bytes'
    return None


def _fits_key(char: str) -> bool:
    return char in "_-." or unicodedata.category(char)[0] in "LMN"


def _wrong(text: str, finding: str) -> ValueError:
    return ValueError(f'"{escaped(text, limit=80)}" {finding}')


def _url(text: str, scheme: str) -> Url:
    if scheme.lower() not in {"http", "https"}:
        raise _wrong(text, "is a URL of another kind than http and https")
    if any(char.isspace() for char in text) or not text[len(scheme) + 3 :]:
        raise _wrong(text, "is not a URL")
    return Url(url=text)


def _name(text: str, match: re.Match[str]) -> Name | Prev:
    name, key, index = match["name"], match["key"], match["index"]
    if name == "prev":
        if key is not None or index is not None:
            raise _wrong(text, 'gives "prev" a key or an index; it stands alone')
        return Prev()
    if index is None or index == "*":
        return Name(name=name, key=key, index="*" if index else None)
    return Name(name=name, key=key, index=int(index))


def _what_is_wrong_with_name(text: str) -> str:
    head, bracket, index = text.partition("[")
    if bracket and not (index.endswith("]") and (index[:-1] == "*" or index[:-1].isdecimal())):
        return "has an index that is neither [*] nor a number from [0] on"
    key = head.partition("@")[2]
    if not key and "@" in head:
        return 'has nothing after "@"; a key is expected'
    if key:
        return 'has a key with other characters than letters, digits, "_", "-" and "."'
    return 'is neither a name nor a path; a path has a "/" or a "."'
