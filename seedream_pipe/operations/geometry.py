"""Lengths, shapes and places, in whole pixels and exact fractions: no rounding differs between machines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias, get_args

from seedream_pipe.digest import Json
from seedream_pipe.operations.parameters import MOST_SIDE, Path, Reader, choice, wrong

__all__ = [
    "ANCHORS",
    "Anchor",
    "Aspect",
    "Length",
    "Rect",
    "Size",
    "anchored",
    "aspect",
    "inscribed",
    "length",
    "rounded",
    "scaled",
]

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

Rect: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are just outside."""

Anchor: TypeAlias = Literal[
    "center", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right"
]
"""What stays where it is when the shape around it changes."""

ANCHORS: Final[tuple[Anchor, ...]] = get_args(Anchor)

anchor: Final = choice(*ANCHORS)

_ASPECT: Final = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,4})?)\s*[:/]\s*([0-9]{1,5}(?:\.[0-9]{1,4})?)")
_PERCENT: Final = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,4})?)\s*%")
_PIXELS: Final = re.compile(r"[0-9]{1,5}(?=(\s*px)?$)")
_SLIMMEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """A shape, width to height, in lowest terms: 1920:1080 is 16:9."""

    width: int
    height: int

    @property
    def ratio(self) -> Fraction:
        """Width divided by height."""
        return Fraction(self.width, self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A length in pixels, or in ten-thousandths of a percent of a side of the picture."""

    amount: int
    unit: Literal["px", "%/10000"] = "px"

    def of(self, side: int) -> Fraction:
        """In pixels of a picture with that side."""
        if self.unit == "px":
            return Fraction(self.amount)
        return Fraction(self.amount * side, 1_000_000)


def aspect(at: Path, value: Json) -> Aspect:
    """Read a shape such as 16:9 or 2.39:1."""
    found = _ASPECT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise wrong(at, "a shape", value, hint="written width:height, such as 16:9 or 2.39:1")
    width, height = Fraction(found[1]), Fraction(found[2])
    if not width or not height or not Fraction(1, _SLIMMEST) <= width / height <= _SLIMMEST:
        raise wrong(at, f"a shape from 1:{_SLIMMEST} to {_SLIMMEST}:1", value, hint="such as 16:9")
    ratio = width / height
    return Aspect(width=ratio.numerator, height=ratio.denominator)


def length(*, least: int, most_percent: int) -> Reader:
    """A reader of pixels, or of a part such as ``25%``; whole pixels only."""

    def read(at: Path, value: Json) -> Length:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        found = value.strip() if isinstance(value, str) else ""
        if pixels := _PIXELS.match(found):
            made = Length(amount=int(pixels[0]))
            good = least <= made.amount <= MOST_SIDE
        elif percent := _PERCENT.fullmatch(found):
            made = Length(amount=int(Fraction(percent[1]) * 10_000), unit="%/10000")
            good = least <= made.amount <= most_percent * 10_000
        else:
            raise wrong(at, "pixels or a part", value, hint="such as 640 or 25%")
        if not good:
            bounds = f"{least} to {MOST_SIDE} pixels or {'more than 0' if least else '0'} to {most_percent}%"
            raise wrong(at, "within its bounds", value, hint=bounds)
        return made

    return read


def rounded(number: Fraction) -> int:
    """The nearest whole number; halves go up."""
    return (number + Fraction(1, 2)).__floor__()


def scaled(size: Size, by: Fraction) -> Size:
    """A size times a number, at least a pixel each way."""
    return max(1, rounded(size[0] * by)), max(1, rounded(size[1] * by))


def inscribed(size: Size, shape: Fraction) -> Size:
    """The largest size of a shape within another."""
    width, height = size
    if width > height * shape:
        return max(1, rounded(height * shape)), height
    return width, max(1, rounded(width / shape))


def anchored(inner: Size, outer: Size, where: Anchor) -> tuple[int, int]:
    """Where the left upper corner of a rectangle stands in another; what is odd goes right and down."""
    across = 0 if "left" in where else 2 if "right" in where else 1
    down = 0 if "top" in where else 2 if "bottom" in where else 1
    return (outer[0] - inner[0]) * across // 2, (outer[1] - inner[1]) * down // 2
