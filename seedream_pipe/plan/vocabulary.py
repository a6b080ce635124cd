"""The filters, tests, functions and methods that templates may use: an allow-list.

Deterministic and bounded: no clock, no chance, no environment, nothing that pads without
bound or reads a format string. What Jinja2 has and a picture's text does not need
(HTML, URLs, pretty printing) is left out. Two differences to Jinja2, because a wrong
prompt is paid for: `int` and `float` refuse what is no number unless a default is
given, and `tojson` escapes nothing for HTML.

A filter of our own takes the meter first. Those that boards need stand in `board_filters`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import jinja2.filters
import jinja2.tests
from jinja2.runtime import Undefined
from jinja2.utils import Namespace

from seedream_pipe.plan.board_filters import BOARD_FILTERS
from seedream_pipe.plan.limits import MAX_RANGE, MAX_TEXT, Meter, over
from seedream_pipe.plan.template_error import TemplateError
from seedream_pipe.plan.text_value import kind, known, number, plain, sequence, text_of, whole, wrong

__all__ = [
    "BORROWED",
    "BORROWED_TESTS",
    "FILTERS",
    "FUNCTIONS",
    "METHODS",
    "METHOD_CHECKS",
    "TESTS",
    "methods_of",
    "sequence",
]

_WORD: Final = re.compile(r"\w+")
_MAX_INDENT: Final = 80
_MAX_DIGITS: Final = 15
_REQUIRED: Final = object()


def _changed(change: Callable[[str], str]) -> Callable[[Meter, Any], str]:
    def changed(meter: Meter, value: Any) -> str:
        text = text_of(value)
        meter.text(len(text))
        return change(text)

    return changed


def _abs(_meter: Meter, value: Any) -> Any:
    return abs(_number(value))


def _number(value: Any) -> Any:
    if not number(known(value)):
        raise wrong(f"{kind(value)} is not a number", hint="| int makes a number of a text")
    return value


def _batch(meter: Meter, value: Any, linecount: int, fill_with: Any = None) -> list[list[Any]]:
    size = whole(linecount, 1, MAX_RANGE, "the size of a batch")
    items = list(sequence(value))
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    if batches and fill_with is not None:
        batches[-1] += [fill_with] * (size - len(batches[-1]))
    return [meter.made(batch) for batch in batches]


def _slice(meter: Meter, value: Any, slices: int, fill_with: Any = None) -> list[list[Any]]:
    count = whole(slices, 1, MAX_RANGE, "the number of slices")
    items = list(sequence(value))
    each, longer = divmod(len(items), count)
    found = []
    for index in range(count):
        start = index * each + min(index, longer)
        part = items[start : start + each + (index < longer)]
        if fill_with is not None and longer and index >= longer:
            part.append(fill_with)
        found.append(meter.made(part))
    return found


def _default(_meter: Meter, value: Any, default_value: Any = "", boolean: Any = False) -> Any:  # noqa: FBT002 - Jinja2's signature
    return default_value if isinstance(value, Undefined) or (boolean and not value) else value


def _dictsort(
    meter: Meter,
    value: Any,
    case_sensitive: Any = False,  # noqa: FBT002 - Jinja2's signature
    by: str = "key",
    reverse: Any = False,  # noqa: FBT002 - as above
) -> list[tuple[Any, Any]]:
    if by not in {"key", "value"}:
        raise wrong('a map is sorted by "key" or by "value"')

    def order(pair: tuple[Any, Any]) -> Any:
        part = pair[by == "value"]
        return part.lower() if isinstance(part, str) and not case_sensitive else part

    return sorted(_items(meter, value), key=order, reverse=bool(reverse))


def _items(meter: Meter, value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(known(value), Mapping):
        raise wrong(f"{kind(value)} has no entries")
    return [meter.made(pair) for pair in value.items()]


def _float(_meter: Meter, value: Any, default: Any = _REQUIRED) -> Any:
    try:
        found = float(known(value))
    except (TypeError, ValueError, OverflowError):
        return _fallback(value, default)
    return found if math.isfinite(found) else _fallback(value, default)


def _int(_meter: Meter, value: Any, default: Any = _REQUIRED, base: int = 10) -> Any:
    try:
        return int(value, whole(base, 2, 36, "the base")) if isinstance(known(value), str) else int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return _fallback(value, default)


def _fallback(value: Any, default: Any) -> Any:
    if default is _REQUIRED:
        raise wrong(f"{kind(value)} is not a number here", hint="| int(0) gives 0 instead")
    return default


class _Group(NamedTuple):
    grouper: Any
    list: list[Any]


def _groupby(
    meter: Meter,
    value: Any,
    attribute: Any,
    default: Any = _REQUIRED,
    case_sensitive: Any = False,  # noqa: FBT002 - Jinja2's signature
) -> list[_Group]:
    def group(item: Any) -> Any:
        return _entry(item, attribute) if default is _REQUIRED else _entry_or(item, attribute, default)

    def order(item: Any) -> Any:
        found = group(item)
        return found.lower() if isinstance(found, str) and not case_sensitive else found

    groups = (list(members) for _, members in groupby(sorted(sequence(value), key=order), order))
    return [meter.made(_Group(group(members[0]), meter.made(members))) for members in groups]


def _indent(meter: Meter, value: Any, width: Any = 4, first: Any = False, blank: Any = False) -> str:  # noqa: FBT002 - Jinja2's signature
    margin = width if isinstance(width, str) else " " * whole(width, 0, _MAX_INDENT, "the indent")
    lines = text_of(value).split("\n")
    meter.text(sum(map(len, lines)) + len(lines) * (len(margin) + 1))
    rest = (margin + line if line or blank else line for line in lines[1:])
    return "\n".join([margin + lines[0] if first else lines[0], *rest])


def _join(meter: Meter, value: Any, d: Any = "", attribute: Any = None) -> str:
    items: Iterable[Any] = sequence(value)
    if attribute is not None:
        items = (_entry(item, attribute) for item in items)
    parts = [text_of(item) for item in items]
    between = text_of(d)
    meter.text(sum(map(len, parts)) + len(between) * max(len(parts) - 1, 0))
    return between.join(parts)


def _entry(item: Any, path: Any) -> Any:
    for name in str(path).split("."):
        if not isinstance(item, Mapping) or name not in item:
            raise wrong(f'an item has no "{name}"')
        item = item[name]
    return item


def _entry_or(item: Any, path: Any, default: Any) -> Any:
    try:
        return _entry(item, path)
    except TemplateError:
        return default


def _length(_meter: Meter, value: Any) -> int:
    return len(sequence(value))


def _list(meter: Meter, value: Any) -> list[Any]:
    meter.items(len(sequence(value)))
    return list(value)


def _replace(meter: Meter, value: Any, old: Any, new: Any, count: Any = None) -> str:
    text, before, after = text_of(value), text_of(old), text_of(new)
    times = text.count(before)
    if isinstance(count, int) and count >= 0:
        times = min(times, count)
    meter.text(max(len(text), len(text) + times * (len(after) - len(before))))
    return text.replace(before, after, -1 if count is None else whole(count, -1, MAX_TEXT, "the count"))


def _reverse(meter: Meter, value: Any) -> Any:
    if isinstance(value, str):
        meter.text(len(value))
        return value[::-1]
    return _list(meter, value)[::-1]


def _round(_meter: Meter, value: Any, precision: Any = 0, method: str = "common") -> float:
    digits = whole(precision, 0, _MAX_DIGITS, "the precision")
    if method not in {"common", "ceil", "floor"}:
        raise wrong('a number is rounded by "common", "ceil" or "floor"')
    if method == "common":
        return float(round(_number(value), digits))
    exact = _number(value) * 10**digits
    return float((math.ceil if method == "ceil" else math.floor)(exact) / 10**digits)


def _string(_meter: Meter, value: Any) -> str:
    return text_of(value)


def _sum(_meter: Meter, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    total = _number(start)
    for item in sequence(value):
        total += _number(item if attribute is None else _entry(item, attribute))
    return total


def _tojson(_meter: Meter, value: Any, indent: Any = None) -> str:
    spaces = None if indent is None else whole(indent, 0, 8, "the indent")
    return json.dumps(plain(value), ensure_ascii=False, indent=spaces)


def _trim(meter: Meter, value: Any, chars: str | None = None) -> str:
    text = text_of(value)
    meter.text(len(text))
    return text.strip(chars)


def _truncate(  # noqa: PLR0917 - Jinja2's signature
    meter: Meter,
    value: Any,
    length: Any = 255,
    killwords: Any = False,  # noqa: FBT002 - Jinja2's signature
    end: str = "...",
    leeway: Any = 5,
) -> str:
    text, tail = text_of(value), text_of(end)
    most = whole(length, len(tail), MAX_TEXT, "the length")
    meter.text(len(text) + len(tail))
    if len(text) <= most + whole(leeway, 0, MAX_TEXT, "the leeway"):
        return text
    head = text[: most - len(tail)]
    return (head if killwords else head.rsplit(" ", 1)[0]) + tail


def _wordcount(meter: Meter, value: Any) -> int:
    text = text_of(value)
    meter.text(len(text))
    return len(_WORD.findall(text))


FILTERS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        **BOARD_FILTERS,
        "abs": _abs,
        "batch": _batch,
        "capitalize": _changed(str.capitalize),
        "count": _length,
        "d": _default,
        "default": _default,
        "dictsort": _dictsort,
        "float": _float,
        "groupby": _groupby,
        "indent": _indent,
        "int": _int,
        "items": _items,
        "join": _join,
        "length": _length,
        "list": _list,
        "lower": _changed(str.lower),
        "replace": _replace,
        "reverse": _reverse,
        "round": _round,
        "slice": _slice,
        "string": _string,
        "sum": _sum,
        "title": _changed(str.title),
        "tojson": _tojson,
        "trim": _trim,
        "truncate": _truncate,
        "upper": _changed(str.upper),
        "wordcount": _wordcount,
    }
)

BORROWED: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = MappingProxyType(
    {
        "first": ("environment", jinja2.filters.do_first),
        "last": ("environment", jinja2.filters.do_last),
        "map": ("context", jinja2.filters.sync_do_map),
        "max": ("environment", jinja2.filters.do_max),
        "min": ("environment", jinja2.filters.do_min),
        "reject": ("context", jinja2.filters.sync_do_reject),
        "rejectattr": ("context", jinja2.filters.sync_do_rejectattr),
        "select": ("context", jinja2.filters.sync_do_select),
        "selectattr": ("context", jinja2.filters.sync_do_selectattr),
        "sort": ("environment", jinja2.filters.do_sort),
        "unique": ("environment", jinja2.filters.do_unique),
    }
)
"""Jinja2's own, with what each is handed first; their values are checked to be sequences."""


def _remainder(value: Any, divisor: Any) -> Any:
    return _number(value) % _number(divisor)


TESTS: Final[Mapping[str, Callable[..., bool]]] = MappingProxyType(
    {
        "divisibleby": lambda value, divisor: _remainder(value, divisor) == 0,
        "even": lambda value: _remainder(value, 2) == 0,
        "odd": lambda value: _remainder(value, 2) == 1,
        "iterable": lambda value: isinstance(value, str | list | tuple | range | Mapping),
        "mapping": lambda value: isinstance(value, Mapping),
        "sequence": lambda value: isinstance(value, str | list | tuple | range),
    }
)

BORROWED_TESTS: Final = (
    *("boolean", "defined", "undefined", "false", "true", "float", "integer", "number"),
    *("lower", "upper", "none", "string", "in", "==", "eq", "equalto", "!=", "ne"),
    *(">", "gt", "greaterthan", ">=", "ge", "<", "lt", "lessthan", "<=", "le"),
)
"""Jinja2's own, by name."""


def _range(*bounds: Any) -> range:
    for bound in bounds:
        if not isinstance(known(bound), int):
            raise wrong(f"range counts in whole numbers, not with {kind(bound)}")
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise over(f"a range has at most {MAX_RANGE:,} numbers")
    return numbers


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"range": _range, "dict": dict, "namespace": Namespace}
)

METHODS: Final[Mapping[type, frozenset[str]]] = MappingProxyType(
    {
        str: frozenset(
            [
                "capitalize",
                "casefold",
                "count",
                "endswith",
                "find",
                "index",
                "isalnum",
                "isalpha",
                "isdecimal",
                "isdigit",
                "islower",
                "isnumeric",
                "isspace",
                "isupper",
                "join",
                "lower",
                "lstrip",
                "partition",
                "removeprefix",
                "removesuffix",
                "replace",
                "rfind",
                "rindex",
                "rpartition",
                "rsplit",
                "rstrip",
                "split",
                "splitlines",
                "startswith",
                "strip",
                "swapcase",
                "title",
                "upper",
            ]
        ),
        list: frozenset({"count", "index"}),
        tuple: frozenset({"count", "index"}),
        dict: frozenset({"get", "items", "keys", "values"}),
    }
)


METHOD_CHECKS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"join": lambda meter, text, items: _join(meter, items, text), "replace": _replace}
)
"""Methods of a text that can make a longer one, by the filter that asks for room first."""


def methods_of(value: Any) -> frozenset[str]:
    """The methods that a value has in templates."""
    return next((names for held, names in METHODS.items() if isinstance(value, held)), frozenset())
