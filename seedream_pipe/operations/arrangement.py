"""Where everything stands on the pages of a grid. Pure: sizes in, rectangles out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

from seedream_pipe.operations.colours import WHITE, Colour
from seedream_pipe.operations.geometry import Rect, Size

__all__ = ["Cell", "GridParams", "Page", "cell_size", "columns_of", "letter_size", "pages", "placed"]

_PAPER: Final = Fraction(297, 210)
"""A4 and its like, lying: what a page without a given number of columns comes near to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The room for one picture, in pixels. What is not given follows the shape of the pictures."""

    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridParams:
    """What the sheet looks like. `labels` are texts, or the names of the pictures, or none."""

    columns: int | None = None
    rows: int | None = None
    page: int = 30
    cell: Cell = Cell()
    gap: int | None = None
    margin: int | None = None
    background: Colour = WHITE
    labels: bool | tuple[str, ...] = True
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which pictures stand on a page: from `first`, `count` of them."""

    first: int
    count: int


def pages(params: GridParams, inputs: int) -> tuple[Page, ...]:
    """The pictures of each page: as even as can be, in full rows where columns are given."""
    if inputs < 1:
        return ()
    most = _most(params)
    each = -(-inputs // -(-inputs // most))
    if params.columns and params.rows:
        each = most
    elif params.columns:
        each = -(-each // params.columns) * params.columns
    return tuple(
        Page(first=first, count=min(each, inputs - first)) for first in range(0, inputs, max(1, each))
    )


def _most(params: GridParams) -> int:
    """How many pictures a page has room for."""
    if params.columns and params.rows:
        return params.columns * params.rows
    line = params.columns or params.rows or 1
    return max(1, params.page // line) * line


def cell_size(cell: Cell, sizes: Sequence[Size]) -> Size:
    """The room for one picture: the shape of the middle one, 640 pixels on its longer side."""
    if cell.width and cell.height:
        return cell.width, cell.height
    shapes = sorted(Fraction(*size) for size in sizes)
    shape = min(max(shapes[len(shapes) // 2], Fraction(1, 3)), Fraction(3))
    if cell.width:
        return cell.width, max(1, int(cell.width / shape))
    if cell.height:
        return max(1, int(cell.height * shape)), cell.height
    return (640, int(640 / shape)) if shape >= 1 else (int(640 * shape), 640)


def letter_size(cell: Size) -> int:
    """Of the labels, in pixels: a fifteenth of the cell, readable when a sheet is printed on A4."""
    return max(11, isqrt(cell[0] * cell[1]) // 15)


def columns_of(params: GridParams, count: int, cell: Size) -> int:
    """How many columns a page of so many pictures has: given, or nearest to a sheet of paper."""
    if params.columns:
        return params.columns
    if params.rows:
        return -(-count // params.rows)
    return min(range(1, count + 1), key=lambda columns: _unlike_paper(columns, count, cell))


def _unlike_paper(columns: int, count: int, cell: Size) -> tuple[Fraction, int]:
    rows = -(-count // columns)
    shape = Fraction(columns * cell[0], rows * cell[1])
    empty = columns * rows - count
    unlike = max(shape / _PAPER, _PAPER / shape) * (1 + Fraction(empty, 2 * count))
    return unlike, columns


def placed(columns: int, cell: Size, *, below: int, gap: int, margin: int, top: int, index: int) -> Rect:
    """Where the cell of a picture stands; `below` is the height of its label, `top` of the header."""
    row, column = divmod(index, columns)
    left = margin + column * (cell[0] + gap)
    upper = margin + top + row * (cell[1] + below + gap)
    return left, upper, left + cell[0], upper + cell[1]
