"""What a plain scalar of YAML means: the author's text, unless it is plainly something else.

YAML 1.2 core, made narrower so that nothing is read as what its author did not write:

- ``null``, ``~`` and nothing at all are None; ``true`` and ``false``, exactly so, are booleans.
- A number is one only when writing it gives the same text again: ``7``, ``-3``, ``0.5``.
- Everything else is text: ``16:9``, ``no``, ``0010``, ``1.10``, ``1e3``, ``+5``, ``.5``, ``0x1F``,
  ``2026-11-22``, ``.inf``.

So a value keeps its spelling where it is used as text, in an id or in a prompt. Quoted and
block scalars never come here: they are text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

__all__ = ["PlainScalars", "Scalar", "plain_scalar"]

Scalar: TypeAlias = bool | int | float | str | None

_WORDS: Final[Mapping[str, Scalar]] = MappingProxyType(
    {"": None, "~": None, "null": None, "true": True, "false": False}
)
_FIRST_OF_NUMBER: Final = frozenset("-0123456789")
# 18 digits fit every reader's integers; longer ones are ids, and an id is text.
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
_FRACTION: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")


def plain_scalar(text: str) -> Scalar:
    """The value of a plain (unquoted) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST_OF_NUMBER:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        number = float(text)
        return number if repr(number) == text else text
    return text


class PlainScalars(dict[str, Scalar]):
    """Plain scalars by their text, each worked out once; equal texts share one object."""

    def __missing__(self, text: str) -> Scalar:
        value = self[text] = plain_scalar(text)
        return value
