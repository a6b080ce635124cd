"""A YAML file as plain values, and where each of them stands.

The only reader of YAML: pipelines and tables go through it. What a text may hold is
narrow on purpose (one document, no tags, bounded size, depth and aliases), because a
pipeline can come from a stranger; what a plain scalar means is said in `scalars`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, Protocol

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.problems import Place, Problem, escaped
from seedream_pipe.spec.composer import Composer
from seedream_pipe.spec.model import Tree
from seedream_pipe.spec.positions import Positions, Span

__all__ = ["DEFAULT_MAX_BYTES", "LARGEST_MAX_BYTES", "Document", "Placed", "has", "load", "parse"]

DEFAULT_MAX_BYTES: Final = 1 << 20
LARGEST_MAX_BYTES: Final = 16 << 20

_MEBIBYTE: Final = 1 << 20
_FEW_PROBLEMS: Final = 10
_ALLOWED_ASCII: Final = b"\t\n\r" + bytes(range(0x20, 0x7F))
# What YAML calls unprintable, and the three line ends that YAML 1.1 has and no editor counts.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FOREIGN_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# One line "%YAML 1.x" is harmless; any other directive is for tags, which are refused.
_BLANK_LINES: Final = r"(?:[ \t]*+(?:#[^\r\n]*+)?+[\r\n])*+"
_DIRECTIVE: Final = re.compile(
    rf"{_BLANK_LINES}(?:%YAML[ \t]+1\.[0-9][^\r\n]*+[\r\n])?+{_BLANK_LINES}(%(?!YAML[ \t]+1\.[0-9])\S*+)"
)

RootKind = Literal["map", "any", "maybe"]

_SILENCED: Final = re.compile(
    r"^(?P<before>[^\n]*?)#[ \t]*seedream:[ \t]*ignore[ \t]+"
    r"(?P<codes>W-[A-Z0-9-]+(?:[ \t,]+W-[A-Z0-9-]+)*)",
    re.MULTILINE,
)
_CODE: Final = re.compile(r"W-[A-Z0-9-]+")


class Placed(Protocol):
    """A tree of plain values that knows where each of them stands: one file, or several together."""

    @property
    def file(self) -> str:
        """The path of the pipeline file as it is shown to the user."""

    @property
    def root(self) -> Tree:
        """The tree."""

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the tree is made of, as shown, the pipeline's own first."""

    @property
    def profiles(self) -> tuple[str, ...]:
        """The names of the overlays that the files offer."""

    @property
    def chosen(self) -> tuple[str, ...]:
        """The overlays that are applied, in their order."""

    @property
    def missing(self) -> frozenset[str]:
        """The sections that a file which could not be read may have had a part in."""

    @property
    def silenced(self) -> Mapping[tuple[str, int], frozenset[str]]:
        """The codes that comments silence at a line of a file."""

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Where the value at a path stands, or its key."""

    def text_place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Line of a text's first line of content, from 1, and how many columns stand before it."""

    def folder_of(self, path: Sequence[str | int]) -> str:
        """The folder of the file that a value stands in, relative to the pipeline's; empty for its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's tree of plain values, which nobody changes: aliases share objects."""

    file: str
    """The path as it is shown to the user."""
    root: Tree
    positions: Positions
    folder: str = ""
    """The file's folder, with ``/``, relative to that of the pipeline file which includes it."""

    @property
    def files(self) -> tuple[str, ...]:
        """See `Placed`."""
        return (self.file,)

    @property
    def profiles(self) -> tuple[str, ...]:
        """See `Placed`."""
        offered = self.root.get("profiles") if isinstance(self.root, dict) else None
        return tuple(offered) if isinstance(offered, dict) else ()

    @property
    def chosen(self) -> tuple[str, ...]:
        """See `Placed`."""
        return ()

    @property
    def missing(self) -> frozenset[str]:
        """See `Placed`."""
        return frozenset()

    @property
    def silenced(self) -> dict[tuple[str, int], frozenset[str]]:
        """The codes of ``# seedream: ignore W-…`` comments, each at the line that it is meant for.

        A comment behind something is meant for its own line, one that stands alone for the next.
        """
        found: dict[tuple[str, int], frozenset[str]] = {}
        for match in _SILENCED.finditer(self.positions.text) if "seedream:" in self.positions.text else ():
            line = self.positions.line_column(match.start())[0] + (not match["before"].strip())
            codes = frozenset(_CODE.findall(match["codes"]))
            found[self.file, line] = found.get((self.file, line), frozenset()) | codes
        return found

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text, without their ends."""
        return self.positions.lines

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Where the value at a path stands, or its key.

        Of a path that does not exist, where its nearest existing ancestor's value stands.
        """
        return self.positions.place(self._find(path, key=key)[1])

    def text_place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Line of a text's first line of content, from 1, and how many columns stand before it.

        For a block scalar that is the line after its ``|`` or ``>`` and the indentation
        of the block; for other values where they start, behind the quote if there is one.
        """
        return self.text_place_of(*self._find(path, key=False))

    def folder_of(self, path: Sequence[str | int]) -> str:  # noqa: ARG002 - see Placed
        """See `Placed`."""
        return self.folder

    def text_place_of(self, value: Tree, span: Span) -> tuple[int, int]:
        """As `text_place`, of a value that stands at a span of the text."""
        line, column = self.positions.line_column(span[0])
        first = self.positions.text[span[0] : span[0] + 1]
        if first in {"|", ">"} and isinstance(value, str):
            return line + 1, self._indentation(line, value)
        return line, column if first in {'"', "'"} else column - 1

    def _find(self, path: Sequence[str | int], *, key: bool) -> tuple[Tree, Span]:
        value: Any = self.root
        holder: Any = None
        last: str | int = ""
        for entry in path:
            if not has(value, entry):
                key = False
                break
            holder, last, value = value, entry, value[entry]
        if holder is None:
            return value, self.positions.root
        return value, (self.positions.key if key else self.positions.value)(holder, last)

    def _indentation(self, header: int, value: str) -> int:
        content = next((line for line in value.split("\n") if line.strip(" ")), "")
        lines = self.lines
        number = header
        while number < len(lines) and not lines[number].strip(" "):
            number += 1
        if number == len(lines):
            return 0
        return max(_leading_spaces(lines[number]) - _leading_spaces(content), 0)


def parse(
    source: str | bytes, *, file: str, max_bytes: int = DEFAULT_MAX_BYTES, root: RootKind = "map"
) -> Document:
    """The document that a text holds.

    Args:
        source: the text, or the bytes of a file in UTF-8, with or without a byte order mark.
        file: the name of the file as it is shown to the user.
        max_bytes: how large it may be; never more than `LARGEST_MAX_BYTES`.
        root: "map" for a pipeline, "any" for a table, "maybe" for what may be empty, which is None.

    Raises:
        InvalidPipeline: with every problem of the text that can be told at once.

    """
    size, limit = len(source), min(max_bytes, LARGEST_MAX_BYTES)
    if size > limit:
        _refuse_size(size, file=file, limit=limit)
    text = _decoded(source, file=file) if isinstance(source, bytes) else source.removeprefix("\ufeff")
    _expect_characters(text, file=file)
    _expect_no_directives(text, file=file)
    composer = Composer(text, file=file)
    roots = composer.compose()
    if not composer.problems:
        composer.problems.extend(_of_root(roots, composer.positions, root))
    if composer.problems:
        raise InvalidPipeline(composer.problems)
    return Document(file=file, root=roots[0] if roots else None, positions=composer.positions)


def load(path: Path, *, shown: str, max_bytes: int = DEFAULT_MAX_BYTES, root: RootKind = "map") -> Document:
    """The document in a file. Never waits (for a pipe) and never reads more than it may.

    Args:
        path: the file.
        shown: its name as it is shown to the user.
        max_bytes: how large it may be, looked up before anything is read.
        root: as for `parse`.

    Raises:
        InvalidPipeline: the file cannot be read (`E-FILE`), or as `parse`.

    """
    return parse(_read(path, shown=shown, max_bytes=max_bytes), file=shown, max_bytes=max_bytes, root=root)


def _read(path: Path, *, shown: str, max_bytes: int) -> bytes:
    limit = min(max_bytes, LARGEST_MAX_BYTES)
    handle = _opened(path, shown)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            _refuse(shown, "E-FILE", f"is {what}")
        if status.st_size > limit:
            _refuse_size(status.st_size, file=shown, limit=limit)
        return _all_bytes(handle, limit + 1)
    except OSError as error:
        _refuse(shown, "E-FILE", f"cannot be read: {error.strerror or error}")
    finally:
        os.close(handle)


def _opened(path: Path, shown: str) -> int:
    try:
        # Without O_NONBLOCK the opening of a named pipe waits for its writer.
        return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        _refuse(shown, "E-FILE", "does not exist")
    except OSError as error:
        _refuse(shown, "E-FILE", f"cannot be opened: {error.strerror or error}")
    except ValueError:
        _refuse(shown, "E-FILE", "does not exist: no file can have this name")


def _all_bytes(handle: int, limit: int) -> bytes:
    """Everything, up to a limit: some files (of /proc) say that they have no bytes."""
    parts: list[bytes] = []
    left = limit
    while left > 0 and (part := os.read(handle, left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _refuse_size(size: int, *, file: str, limit: int) -> NoReturn:
    _refuse(
        file,
        "E-FILE",
        f"has {size / _MEBIBYTE:.1f} MiB, more than the {limit / _MEBIBYTE:g} that a YAML file may have",
        hint="keep large tables in a .csv or .jsonl file",
    )


def _refuse(file: str, code: str, message: str, *, hint: str = "", place: Place | None = None) -> NoReturn:
    problem = Problem(code=code, place=place or Place(file), message=message, hint=hint)
    raise InvalidPipeline([problem]) from None


def _decoded(data: bytes, *, file: str) -> str:
    foreign = next((name for mark, name in _FOREIGN_MARKS if data.startswith(mark)), None)
    if foreign is None and b"\0" in data[:2] and len(data) > 1:
        foreign = "UTF-16"
    if foreign is not None:
        place = Place(file, 1, 1)
        _refuse(file, "E-ENCODING", f"this is {foreign}, not UTF-8", hint="save it as UTF-8", place=place)
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode().removeprefix("\ufeff")
        at = Positions(before + "?", file=file).place((len(before), len(before) + 1))
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        _refuse(file, "E-ENCODING", message, hint="save the file as UTF-8", place=at)


def _expect_characters(text: str, *, file: str) -> None:
    if text.isascii() and not text.encode().translate(None, _ALLOWED_ASCII):
        return
    found = list(islice(_FORBIDDEN.finditer(text), _FEW_PROBLEMS))
    if found:
        positions = Positions(text, file=file)
        raise InvalidPipeline(
            [
                Problem(
                    code="E-ENCODING",
                    place=positions.place(match.span()),
                    message=f"the control character {escaped(match[0])} cannot stand in a YAML file",
                    hint="remove it, or write it as an escape inside double quotes",
                )
                for match in found
            ]
        )


def _expect_no_directives(text: str, *, file: str) -> None:
    found = _DIRECTIVE.match(text)
    if found is not None:
        place = Positions(text, file=file).place(found.span(1))
        message = f'the directive "{escaped(found[1])}" is not allowed'
        _refuse(file, "E-YAML", message, hint='remove the lines before "---"', place=place)


def _of_root(roots: list[Tree], positions: Positions, kind: RootKind) -> Iterator[Problem]:
    if not roots and kind == "maybe":
        return
    if not roots or (kind == "map" and roots[0] is None):
        yield Problem(code="E-YAML", place=Place(positions.file, 1, 1), message="the file is empty")
    elif kind == "map" and not isinstance(roots[0], dict):
        found = "a list" if isinstance(roots[0], list) else "a single value"
        yield Problem(
            code="E-YAML",
            place=positions.place(positions.root),
            message=f'the file must be a map ("key: value" lines), not {found}',
        )


def has(value: Tree, entry: str | int) -> bool:
    """Whether a value is a container that has an entry of that key or index."""
    if isinstance(value, dict):
        return entry in value
    return isinstance(value, list) and isinstance(entry, int) and 0 <= entry < len(value)


def _leading_spaces(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
