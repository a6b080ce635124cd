"""A sheet: the pages of a grid, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from PIL import Image

from seedream_pipe import lettering
from seedream_pipe.lettering import Face
from seedream_pipe.makers import Picture, Rendered
from seedream_pipe.operations import pixels
from seedream_pipe.operations.arrangement import (
    GridParams,
    Page,
    cell_size,
    columns_of,
    letter_size,
    pages,
    placed,
)
from seedream_pipe.operations.colours import Colour, ink, mixed
from seedream_pipe.operations.geometry import Size, anchored, inscribed

__all__ = ["drawn"]

_LABEL_LINES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What all pages share, in pixels. `below` is the room of a label, `header` that of the title."""

    columns: int
    rows: int
    cell: Size
    gap: int
    margin: int
    below: int
    header: int
    small: Face
    large: Face
    background: Colour

    @property
    def size(self) -> Size:
        """Of a page."""
        across = self.columns * (self.cell[0] + self.gap) - self.gap
        down = self.rows * (self.cell[1] + self.below + self.gap) - self.gap
        return across + 2 * self.margin, self.header + down + 2 * self.margin

    @property
    def inner(self) -> int:
        """Width between the margins."""
        return self.size[0] - 2 * self.margin


def drawn(params: GridParams, pictures: Sequence[Picture], labels: Sequence[str]) -> tuple[Rendered, ...]:
    """All pages. Of the pictures one at a time is decoded, and no larger than its cell asks."""
    numbered = pages(params, len(pictures))
    sources = [pixels.Source.of(picture) for picture in pictures]
    layout = _layout(params, [source.size for source in sources], labels, numbered)
    formats = [source.format for source in sources]
    del sources
    made = []
    for number, page in enumerate(numbered, 1):
        ending = page.first + page.count
        image = _page(layout, pictures[page.first : ending], labels[page.first : ending])
        _header(image, layout, params.title or "", f"{number} / {len(numbered)}" if len(numbered) > 1 else "")
        made.append(pixels.encoded(image, pixels.shared_format(formats, image)))
    return tuple(made)


def _layout(
    params: GridParams, sizes: Sequence[Size], labels: Sequence[str], numbered: Sequence[Page]
) -> Layout:
    cell = cell_size(params.cell, sizes)
    unit = letter_size(cell)
    small, large = lettering.face(unit), lettering.face(unit * 7 // 4)
    lines = max((len(_label(label, small, cell[0])) for label in labels), default=0)
    below = lines * lettering.pitch(small) + unit // 4 if lines else 0
    gap = unit if params.gap is None else params.gap
    margin = unit * 2 if params.margin is None else params.margin
    most = max(page.count for page in numbered)
    columns = columns_of(params, most, (cell[0] + gap, cell[1] + below + gap))
    rows = params.rows if params.rows and len(numbered) > 1 else -(-most // columns)
    header = 0
    if params.title or len(numbered) > 1:
        header = lettering.pitch(large if params.title else small) + unit
    layout = Layout(
        columns=columns,
        rows=rows,
        cell=cell,
        gap=gap,
        margin=margin,
        below=below,
        header=header,
        small=small,
        large=large,
        background=params.background,
    )
    pixels.expect_size(layout.size, "a page")
    return layout


def _label(label: str, small: Face, width: int) -> list[str]:
    return lettering.wrapped(label, small, width, most=_LABEL_LINES) if label.strip() else []


def _page(layout: Layout, pictures: Sequence[Picture], labels: Sequence[str]) -> Image.Image:
    page = pixels.canvas(layout.size, layout.background, "a page")
    letters = ink(layout.background)
    for index, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        left, top, right, bottom = placed(
            layout.columns,
            layout.cell,
            below=layout.below,
            gap=layout.gap,
            margin=layout.margin,
            top=layout.header,
            index=index,
        )
        page.paste(mixed(layout.background, letters, 6).rgba[: len(page.mode)], (left, top, right, bottom))
        small = _small(picture, layout.cell)
        across, down = anchored(small.size, layout.cell, "center")
        pixels.lay(page, small, (left + across, top + down))
        lines = _label(label, layout.small, layout.cell[0])
        if lines:
            text = lettering.layer(lines, layout.small, letters.rgba, width=layout.cell[0])
            pixels.lay(page, text, (left, bottom + round(layout.small.size) // 4))
    return page


def _small(picture: Picture, cell: Size) -> Image.Image:
    """A picture within its cell, whole and in its own shape; a small one is not enlarged."""
    source = pixels.Source.of(picture)
    size = inscribed(cell, Fraction(*source.size))
    if size[0] >= source.size[0]:
        return source.pixels()
    return source.pixels(at_least=size).resize(size, Image.Resampling.LANCZOS)


def _header(page: Image.Image, layout: Layout, title: str, number: str) -> None:
    if not layout.header:
        return
    letters = ink(layout.background)
    room = layout.inner
    if number:
        pale = mixed(letters, layout.background, 35)
        text = lettering.layer([number], layout.small, (*pale.rgb, 255), width=room, align="right")
        base = lettering.pitch(layout.large) - text.height if title else 0
        pixels.lay(page, text, (layout.margin, layout.margin + base - (text.height // 8 if title else 0)))
        room -= int(layout.small.getlength(number)) + round(layout.large.size)
    if title and room > 0:
        line = lettering.wrapped(title.replace("\n", " "), layout.large, room, most=1)
        text = lettering.layer(line, layout.large, letters.rgba, width=room)
        pixels.lay(page, text, (layout.margin, layout.margin))
