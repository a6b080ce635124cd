"""Reading what stands under `with:`: one reader a parameter, and the first wrong one said plainly.

Values come rendered, and what comes from a table is a text: a number written as a text is
that number. Defaults stand in the records alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from seedream_pipe.digest import Json
from seedream_pipe.makers import WrongParameter
from seedream_pipe.problems import did_you_mean, escaped

__all__ = ["MOST_SIDE", "Path", "Reader", "choice", "given", "inside", "text", "texts", "truth", "whole"]

Path: TypeAlias = tuple[str | int, ...]
"""Names and positions from `with:` to a value."""

Reader: TypeAlias = Callable[[Path, Json], Any]
"""Makes a value what its record holds, or raises `WrongParameter`."""

MOST_SIDE: Final = 16_384
"""Pixels of the longest side that an operation makes: what every format of ours can hold."""

_WHOLE: Final = re.compile(r"-?[0-9]{1,12}")
_MOST_TEXT: Final = 2000


def given(with_: Mapping[str, Json], readers: Mapping[str, Reader], at: Path = ()) -> dict[str, Any]:
    """The parameters that are given, each by its reader; keywords for a record.

    Raises:
        WrongParameter: one is unknown, or its reader says so.

    """
    for name in with_:
        if name not in readers:
            raise WrongParameter(
                (*at, name), f"there is no `{shown_path((*at, name))}`", hint=did_you_mean(str(name), readers)
            )
    return {name: readers[name]((*at, name), value) for name, value in with_.items()}


def inside(at: Path, value: Json, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The same for a map within the parameters."""
    if not isinstance(value, Mapping):
        names = ", ".join(readers)
        raise wrong(at, "a map", value, hint=f"it may hold {names}")
    return given(value, readers, at)


def whole(least: int, most: int, unit: str = "pixels") -> Reader:
    """A reader of whole numbers within bounds."""

    def read(at: Path, value: Json) -> int:
        number = int(value) if isinstance(value, str) and _WHOLE.fullmatch(value.strip()) else value
        if isinstance(number, bool) or not isinstance(number, int):
            raise wrong(at, "a whole number", value, hint=f"{least} to {most} {unit}")
        if not least <= number <= most:
            raise wrong(at, f"from {least} to {most}", value, hint=f"it counts {unit}")
        return number

    return read


def choice(*options: str) -> Reader:
    """A reader of one word out of some."""

    def read(at: Path, value: Json) -> str:
        if isinstance(value, str) and value in options:
            return value
        raise wrong(at, f"one of {', '.join(options)}", value, hint=did_you_mean(str(value), options))

    return read


def truth(at: Path, value: Json) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise wrong(at, "true or false", value, hint="without quotes")


def text(at: Path, value: Json) -> str:
    """Read a text that says something; numbers are texts here."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise wrong(at, "a text", value, hint="put quotes around it")
    if not value.strip():
        raise wrong(at, "a text", value, hint="leave it out for none")
    if len(value) > _MOST_TEXT:
        raise WrongParameter(
            at,
            f"`{shown_path(at)}` has {len(value)} characters",
            hint=f"at most {_MOST_TEXT} can be lettered",
        )
    return value


def texts(at: Path, value: Json) -> tuple[str, ...]:
    """Read a list of texts; an empty one, or nothing, is an empty text."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise wrong(at, "a list of texts", value, hint='for example ["wide", "close"]')
    return tuple(
        "" if item is None or item == "" else text((*at, index), item) for index, item in enumerate(value)
    )


def wrong(at: Path, expected: str, value: Json, *, hint: str = "") -> WrongParameter:
    """What to raise: a value is not what is expected."""
    return WrongParameter(at, f"`{shown_path(at)}` must be {expected}, not {_shown(value)}", hint=hint)


def missing(at: Path, *, hint: str) -> WrongParameter:
    """What to raise: a parameter is not there."""
    return WrongParameter(at, f"`{shown_path(at)}` is missing", hint=hint)


def shown_path(at: Path) -> str:
    """A path as people write it: ``box.width``, ``labels[2]``."""
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at)
    return escaped(parts.removeprefix("."))


def _shown(value: Json) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{escaped(value, limit=60)}"'
    if isinstance(value, int | float):
        return escaped(repr(value), limit=60)
    return "a map" if isinstance(value, Mapping) else "a list"
