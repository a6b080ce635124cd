"""Tables: inline, .csv, .tsv, .json, .jsonl and .yaml, as rows with their places.

A cell of a CSV or TSV file is text; a line of empty cells, as Excel leaves them below a table, is
no row. The columns of a CSV file are separated by what its first line has: a comma, else a
semicolon (as Excel writes it in much of Europe), else a tab. A map is a table whose rows have
their key as `id`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import posixpath
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.plan.model import FilesError, Row, TableRows
from seedream_pipe.problems import Place, Problem
from seedream_pipe.snapshot.typed import typed
from seedream_pipe.spec import document
from seedream_pipe.spec.model import InlineTable, TableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from seedream_pipe.snapshot.root import Root
    from seedream_pipe.spec.model import Table

__all__ = ["TABLE_LIMIT", "read_table"]

TABLE_LIMIT: Final = 64 << 20
_SAVE: Final = 'save it as UTF-8 (in Excel: "CSV UTF-8")'
_QUOTES: Final = 'a quote inside a quoted cell is written twice: "say ""no"""'
_BREAK: Final = re.compile(r"[\s,]*")


def read_table(table: Table, root: Root, seen: dict[str, None]) -> TableRows:
    """The rows of a table, in its order.

    Raises:
        InvalidPipeline: every problem of the table, with file, row and column.

    """
    if isinstance(table, InlineTable):
        return _from_tree(table.name, table.rows, list(table.places), table.at)
    path = beside(table.folder, table.path)
    shown = root.shown(path)
    try:
        data = root.read(path, limit=TABLE_LIMIT)
        seen[root.watched(path)] = None
        text = data.decode("utf-8-sig")
    except FilesError as error:
        raise _invalid(error.code, table.at, str(error), error.hint) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        raise _invalid("E-ENCODING", Place(shown, line, 1), message, _SAVE) from None
    reader = _READERS.get(table.path.rpartition(".")[2].lower())
    if reader is None:
        raise _invalid("E-TABLE", table.at, f'"{shown}" is not a table', f"known: {', '.join(_READERS)}")
    rows = reader(table, shown, text)
    if table.row_schema is None:
        return rows
    path = beside(table.row_schema_folder, table.row_schema) if isinstance(table.row_schema, str) else ""
    return typed(table, rows, root, seen, path=path)


def beside(folder: str, path: str) -> str:
    """A path as the pipeline's folder sees it, when it was written in a file of another folder."""
    return posixpath.normpath(f"{folder}/{path}") if folder and not path.startswith("/") else path


def _invalid(code: str, at: Place, message: str, hint: str = "") -> InvalidPipeline:
    return InvalidPipeline([Problem(code=code, place=at, message=message, hint=hint)])


def _from_tree(name: str, tree: Any, places: Sequence[Place], at: Place) -> TableRows:
    if isinstance(tree, dict):
        problems = [
            Problem(code="E-TABLE", place=place, message=complaint)
            for (key, row), place in zip(tree.items(), places, strict=True)
            if (complaint := _row_complaint(key, row))
        ]
        if problems:
            raise InvalidPipeline(problems)
        rows = tuple(
            Row(value={**row, "id": key}, at=place)
            for (key, row), place in zip(tree.items(), places, strict=True)
        )
        return TableRows(name=name, rows=rows, keyed=True)
    if not isinstance(tree, list):
        raise _invalid("E-TABLE", at, "a table is a list of rows, or a map from id to row")
    return TableRows(
        name=name, rows=tuple(Row(value=row, at=place) for row, place in zip(tree, places, strict=True))
    )


def _row_complaint(key: str, row: Any) -> str:
    if not isinstance(row, dict):
        return f'row "{key}" is not a map of columns'
    if str(row.get("id", key)) != key:
        return f'row "{key}" has another "id" in it; the id of a row in a map is its key'
    return ""


def _separated(delimiter: str) -> Callable[[TableFile, str, str], TableRows]:
    def read(table: TableFile, shown: str, text: str) -> TableRows:
        return _from_lines(table, shown, text, delimiter)

    return read


def _from_lines(table: TableFile, shown: str, text: str, delimiter: str) -> TableRows:
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise _invalid("E-TABLE", Place(shown, line, 1), "holds a NUL character")
    delimiter = delimiter or _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    header: list[str] = []
    start = 1
    try:
        for cells in reader:
            at = Place(shown, start, 1)
            start = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                problems += _header_problems(header, at)
            elif len(cells) != len(header):
                problems.append(_ragged(at, len(cells), len(header), delimiter))
            else:
                rows.append(Row(value=dict(zip(header, cells, strict=True)), at=at))
    except csv.Error as error:
        problems.append(
            Problem(code="E-TABLE", place=Place(shown, start, 1), message=_not_csv(error), hint=_QUOTES)
        )
    if not header and not problems:
        problems.append(
            Problem(
                code="E-TABLE",
                place=Place(shown),
                message="is empty",
                hint="its first line names the columns",
            )
        )
    if problems:
        raise InvalidPipeline(problems)
    return TableRows(name=table.name, rows=tuple(rows))


def _not_csv(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote that begins a cell of this row is never closed"
    return f"cannot be read: {error}"


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").partition("\n")[0]
    return next((mark for mark in ",;\t" if mark in header), ",")


def _header_problems(header: list[str], at: Place) -> list[Problem]:
    return [
        Problem(
            code="E-TABLE",
            place=at,
            message=f"column {number + 1} {'has no name' if not name else f'is named {name!r} twice'}",
        )
        for number, name in enumerate(header)
        if not name or name in header[:number]
    ]


def _ragged(at: Place, cells: int, columns: int, delimiter: str) -> Problem:
    example = f'"a{delimiter} b"' if delimiter != "\t" else "a tab too"
    return Problem(
        code="E-TABLE",
        place=at,
        message=f"the row has {cells} cells; the table has {columns} columns",
        same=f"{at.file} {cells}",
        hint=f"put a cell that holds the separator in quotes: {example}" if cells > columns else "",
    )


def _from_yaml(table: TableFile, shown: str, text: str) -> TableRows:
    tree = document.parse(text, file=shown, max_bytes=TABLE_LIMIT, root="any")
    places: list[Place] = []
    if isinstance(tree.root, dict):
        places = [tree.place((key,), key=True) for key in tree.root]
    elif isinstance(tree.root, list):
        places = [tree.place((index,)) for index in range(len(tree.root))]
    return _from_tree(table.name, tree.root, places, Place(shown, 1, 1))


def _from_json(table: TableFile, shown: str, text: str) -> TableRows:
    """A JSON list or map. Its rows are decoded one by one, which tells where each stands."""
    text = _with_line_feeds(text)
    start = _skip(text, 0)
    opening = text[start : start + 1]
    if opening not in {"[", "{"}:
        raise _invalid("E-TABLE", Place(shown, 1, 1), "a table is a list of rows, or a map from id to row")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _invalid("E-TABLE", Place(shown, error.lineno, error.colno), _not_json(error.msg)) from None
    except (ValueError, RecursionError) as error:
        raise _invalid("E-TABLE", Place(shown, 1, 1), _not_json(error)) from None
    keys, values, places = _walk_json(text, start, shown)
    tree = dict(zip(keys, values, strict=True)) if opening == "{" else values
    return _from_tree(table.name, tree, places, Place(shown, 1, 1))


def _walk_json(text: str, start: int, shown: str) -> tuple[list[str], list[Any], list[Place]]:
    """Keys, values and places of the rows of a text that is JSON."""
    lines = _LineCounter(text, shown)
    keys: dict[str, Place] = {}
    values: list[Any] = []
    places: list[Place] = []
    problems: list[Problem] = []
    position = _skip(text, start + 1)
    while text[position] not in "]}":
        place = lines.place(position)
        if text[start] == "{":
            name, position = _PLAIN.raw_decode(text, position)
            position = _skip(text, text.index(":", position) + 1)
            if name in keys:
                message = f'row "{name}" is given twice'
                also = (keys[name],)
                problems.append(Problem(code="E-DUPLICATE-KEY", place=place, message=message, also=also))
            keys.setdefault(name, place)
        value, end = _PLAIN.raw_decode(text, position)
        complaint = _complaint(text[position:end])
        if complaint:
            problems.append(Problem(code="E-TABLE", place=place, message=complaint))
        values.append(value)
        places.append(place)
        position = _skip(text, end)
    if problems:
        raise InvalidPipeline(problems)
    return list(keys), values, places


def _from_json_lines(table: TableFile, shown: str, text: str) -> TableRows:
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, line in _numbered(_with_line_feeds(text)):
        place = Place(shown, number, 1)
        try:
            rows.append(Row(value=json.loads(line), at=place))
            complaint = _complaint(line)
        except json.JSONDecodeError as error:
            place = Place(shown, number, error.colno)
            complaint = _not_json(error.msg)
        except (ValueError, RecursionError) as error:
            complaint = _not_json(error)
        if complaint:
            problems.append(Problem(code="E-TABLE", place=place, message=complaint))
    if problems:
        raise InvalidPipeline(problems)
    return TableRows(name=table.name, rows=tuple(rows))


def _with_line_feeds(text: str) -> str:
    """JSON counts lines by LF; places count CR too, and no string of JSON has either in it."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _not_json(finding: object) -> str:
    return f"is not JSON: {finding}"


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    # Not splitlines: U+2028 may stand in a JSON text and ends no line of the file.
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


class _Flaw(Exception):
    """JSON that can be read and not meant: `str()` says what."""


def _complaint(text: str) -> str:
    """What is wrong with a JSON value that can be read, or nothing."""
    try:
        value = _STRICT.decode(text)
        if _HALF_CHARACTER.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except _Flaw as flaw:
        return str(flaw)
    except UnicodeEncodeError:
        return "has half of a character (a lone surrogate), which cannot be sent"
    return ""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise _Flaw(f'"{twice}" is given twice')
    return result


def _no_constant(name: str) -> float:
    raise _Flaw(f"{name} is not a number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _Flaw(f"{text} is too large a number")
    return number


_PLAIN: Final = json.JSONDecoder()
_STRICT: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
_HALF_CHARACTER: Final = re.compile(r"\\u[dD][89a-fA-F]")


def _skip(text: str, position: int) -> int:
    match = _BREAK.match(text, position)
    return match.end() if match else position


class _LineCounter:
    """Line and column of rising positions, in one pass over the text."""

    def __init__(self, text: str, shown: str) -> None:
        self._text, self._shown = text, shown
        self._line, self._start, self._at = 1, 0, 0

    def place(self, position: int) -> Place:
        breaks = self._text.count("\n", self._at, position)
        if breaks:
            self._line += breaks
            self._start = self._text.rindex("\n", 0, position) + 1
        self._at = position
        return Place(self._shown, self._line, position - self._start + 1)


_READERS: Final[dict[str, Callable[[TableFile, str, str], TableRows]]] = {
    "csv": _separated(""),
    "tsv": _separated("\t"),
    "json": _from_json,
    "jsonl": _from_json_lines,
    "yaml": _from_yaml,
    "yml": _from_yaml,
}
