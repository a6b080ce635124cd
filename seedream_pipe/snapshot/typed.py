"""Rows held to a JSON Schema: what a column is, said once, checked before a cent is spent.

Rule 1: a schema can come from a stranger. It reads no other file, and a pattern in it is one
that cannot run for hours.
Rule 2: a cell of a CSV or TSV file is text. Where the schema calls the column a number or
a truth it is read as one, and an empty cell is no value; everything else stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.plan.model import FilesError, Row, TableRows
from seedream_pipe.problems import Place, Problem, did_you_mean, escaped

if TYPE_CHECKING:
    from seedream_pipe.snapshot.root import Root
    from seedream_pipe.spec.model import TableFile

__all__ = ["typed"]

_SCHEMA_LIMIT: Final = 1 << 20
_MOST_PROBLEMS: Final = 50
_MOST_DEPTH: Final = 32
_LONGEST_PATTERN: Final = 200
_MOST_LOOPS: Final = 2
_LONGEST_MATCHED: Final = 1000
_SHOWN: Final = 60
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})([eE][+-]?[0-9]{1,2})?")
_TRUTHS: Final = MappingProxyType({"true": True, "false": False})
# A loop, and a group that ends in one: together they can take time without end.
_LOOP: Final = re.compile(r"(?<!\\)(?:[*+]|\{[0-9]*,[0-9]*\})")
_LOOPED_GROUP: Final = re.compile(r"(?<!\\)\)(?:[*+]|\{[0-9]+(?:,[0-9]*)?\})")
_BACK: Final = re.compile(r"\\[1-9]|\(\?P=|\(\?\(")


def typed(table: TableFile, rows: TableRows, root: Root, seen: dict[str, None], *, path: str) -> TableRows:
    """The rows as their schema has them.

    Args:
        table: says which schema.
        rows: as they were read.
        root: where a schema in a file lies.
        seen: takes the schema's file, for the up-to-date check.
        path: the schema's file relative to the pipeline's folder; not used when it is written out.

    Raises:
        InvalidPipeline: the schema is none, or rows that it does not accept, each with its place.

    """
    at = table.row_schema_at or table.at
    schema = _loaded(table.row_schema, root, seen, path, at)
    _expect_harmless(schema, at)
    is_text = table.path.lower().endswith((".csv", ".tsv"))
    made = tuple(_read(row, schema) for row in rows.rows) if is_text else rows.rows
    problems = list(_problems(made, schema, at))
    if problems:
        raise InvalidPipeline(problems)
    return replace(rows, rows=made)


def _loaded(
    given: Mapping[str, Any] | str | None, root: Root, seen: dict[str, None], path: str, at: Place
) -> Mapping[str, Any]:
    if not isinstance(given, str):
        return given or {}
    try:
        data = root.read(path, limit=_SCHEMA_LIMIT)
    except FilesError as error:
        raise _invalid(error.code, at, str(error), error.hint) from None
    seen[root.watched(path)] = None
    try:
        tree = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _invalid("E-TABLE", Place(root.shown(path)), f"is not JSON: {error}") from None
    if not isinstance(tree, dict):
        raise _invalid("E-TABLE", Place(root.shown(path)), "a JSON Schema for a row is a map")
    return tree


def _invalid(code: str, at: Place, message: str, hint: str = "") -> InvalidPipeline:
    return InvalidPipeline([Problem(code=code, place=at, message=message, hint=hint)])


def _expect_harmless(schema: Mapping[str, Any], at: Place) -> None:
    import jsonschema

    for complaint in _dangers(schema, 0):
        raise _invalid("E-TABLE", at, f"the schema of the rows {complaint}")
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        where = ".".join(map(str, error.absolute_path))
        message = f"the rows' schema is no JSON Schema: {escaped(error.message)}"
        raise _invalid("E-TABLE", at, message, f"at {where}" if where else "") from None


def _dangers(tree: Any, depth: int) -> Iterator[str]:
    if depth > _MOST_DEPTH:
        yield "is nested too deeply"
    elif isinstance(tree, list):
        for item in tree:
            yield from _dangers(item, depth + 1)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if key in {"$ref", "$dynamicRef", "$recursiveRef", "$schema", "$id", "$vocabulary"}:
                if key != "$schema":
                    yield f'has "{key}"; a schema of rows stands alone'
            elif key == "pattern" and isinstance(value, str):
                yield from _of_pattern(value)
            elif key == "patternProperties" and isinstance(value, dict):
                for pattern in value:
                    yield from _of_pattern(pattern)
            yield from _dangers(value, depth + 1)


def _of_pattern(pattern: str) -> Iterator[str]:
    shown = escaped(pattern, limit=_SHOWN)
    if (
        len(pattern) > _LONGEST_PATTERN
        or len(_LOOP.findall(pattern)) > _MOST_LOOPS
        or _LOOPED_GROUP.search(pattern)
        or _BACK.search(pattern)
    ):
        yield f'has the pattern "{shown}", which could take very long; write a simpler one'
        return
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        yield f'has the pattern "{shown}", which is none: {error}'


def _read(row: Row, schema: Mapping[str, Any]) -> Row:
    """The row with the cells that the schema calls numbers or truths read as such."""
    columns = schema.get("properties")
    if not isinstance(row.value, dict) or not isinstance(columns, dict):
        return row
    value = dict(row.value)
    for name, rule in columns.items():
        kinds = _kinds(rule)
        cell = value.get(name)
        if not isinstance(cell, str) or not kinds or "string" in kinds:
            continue
        if not cell.strip():
            del value[name]
        else:
            value[name] = _cell(cell.strip(), kinds, cell)
    return replace(row, value=value)


def _kinds(rule: Any) -> frozenset[str]:
    kinds = rule.get("type") if isinstance(rule, dict) else None
    listed = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    return frozenset(kind for kind in listed if isinstance(kind, str))


def _cell(text: str, kinds: frozenset[str], otherwise: str) -> Any:
    if kinds & {"integer", "number"} and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in kinds and text.lower() in _TRUTHS:
        return _TRUTHS[text.lower()]
    return otherwise


def _problems(rows: tuple[Row, ...], schema: Mapping[str, Any], at: Place) -> Iterator[Problem]:
    validate = _validator(schema)
    told = 0
    for row in rows:
        # The library has a fault for each missing column; one sentence names them all.
        for problem in dict.fromkeys(_problem(error, row, at) for error in validate(row.value)):
            yield problem
            told += 1
            if told == _MOST_PROBLEMS:
                return


def _validator(schema: Mapping[str, Any]) -> Callable[[Any], Iterator[Any]]:
    import jsonschema

    # Whole numbers are ints here, as everywhere in a pipeline; true is not 1.
    base = jsonschema.Draft202012Validator
    types = base.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    extend: Callable[..., Any] = jsonschema.validators.extend
    checked = extend(base, validators={"pattern": _pattern}, type_checker=types)(schema)

    def faults(value: Any) -> Iterator[Any]:
        found: Iterator[Any] = checked.iter_errors(value)
        return found

    return faults


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[Any]:
    import jsonschema

    if not isinstance(value, str):
        return
    if len(value) > _LONGEST_MATCHED:
        yield jsonschema.ValidationError(f"has more than {_LONGEST_MATCHED} characters")
    elif not re.search(pattern, value):
        yield jsonschema.ValidationError(f"does not match {pattern}")


def _problem(error: Any, row: Row, at: Place) -> Problem:
    """One finding, in the words of tables: the row's place, the column, the value."""
    path = ".".join(map(str, error.absolute_path))
    column = f'column "{escaped(path, limit=_SHOWN)}"' if path else "the row"
    hint = ""
    match error.validator:
        case "required":
            lacking = [name for name in error.validator_value if name not in error.instance]
            named = ", ".join(f'"{escaped(str(name), limit=_SHOWN)}"' for name in lacking)
            message = f"{column} has no {named}"
        case "additionalProperties":
            known = error.schema.get("properties", {})
            unknown = next((key for key in error.instance if key not in known), "")
            message = f'{column} has "{escaped(str(unknown), limit=_SHOWN)}", which its schema does not know'
            hint = did_you_mean(str(unknown), known)
        case "type":
            kinds = " or ".join(sorted(_kinds(error.schema)))
            message = f"{column} is {_shown(error.instance)}; {kinds} is expected"
        case "enum":
            choices = [str(word) for word in error.validator_value]
            message = f"{column} is {_shown(error.instance)}, none of its values"
            hint = did_you_mean(str(error.instance), choices)
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            bound = f"{error.validator} {error.validator_value}"
            message = f"{column} is {_shown(error.instance)}; its schema says {bound}"
        case _:
            message = f"{column}: {_shown(error.instance)} does not meet {escaped(str(error.validator))}"
            if error.validator == "pattern":
                message = f"{column}: {_shown(error.instance)} {escaped(error.message)}"
    return Problem(code="E-ROW", place=row.at, message=message, hint=hint, also=(at,))


def _shown(value: Any) -> str:
    match value:
        case str():
            return f'"{escaped(value, limit=_SHOWN)}"'
        case dict():
            return "a map"
        case list():
            return "a list"
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case _:
            return escaped(str(value), limit=_SHOWN)
