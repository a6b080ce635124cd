"""grid: a contact sheet of all pictures, with labels, on as many pages as it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from seedream_pipe.digest import Json
from seedream_pipe.errors import OperationError
from seedream_pipe.makers import Picture, Rendered, WrongParameter
from seedream_pipe.operations.arrangement import Cell, GridParams, pages
from seedream_pipe.operations.colours import colour
from seedream_pipe.operations.parameters import Path, Reader, given, inside, text, texts, truth, whole

__all__ = ["VERSION", "Grid", "GridParams"]

VERSION: Final = 1


def _labels(at: Path, value: Json) -> bool | tuple[str, ...]:
    return truth(at, value) if isinstance(value, bool) else texts(at, value)


def _cell(at: Path, value: Json) -> Cell:
    return Cell(**inside(at, value, {"width": whole(16, 4096), "height": whole(16, 4096)}))


_READERS: Final[Mapping[str, Reader]] = {
    "columns": whole(1, 100, "columns"),
    "rows": whole(1, 100, "rows"),
    "page": whole(1, 1000, "pictures"),
    "cell": _cell,
    "gap": whole(0, 1000),
    "margin": whole(0, 2000),
    "background": colour,
    "labels": _labels,
    "title": text,
}


class Grid:
    """The operation. All pictures give one, or several when they do not fit a page."""

    name: Final = "grid"
    version: Final = VERSION

    def decode(self, with_: Mapping[str, Json]) -> GridParams:
        """See `makers.Operation`."""
        params = GridParams(**given(with_, _READERS))
        room = (params.columns or 1) * (params.rows or 1)
        if "page" in with_ and room > params.page:
            raise WrongParameter(
                ("page",),
                f"`page: {params.page}` is fewer pictures than its columns and rows hold",
                hint=f"leave it out, or give at least {room}",
            )
        return params

    def ceiling(self, params: GridParams, inputs: int) -> int:
        """See `makers.Operation`."""
        return len(pages(params, inputs))

    def apply(self, params: GridParams, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """See `makers.Operation`."""
        from seedream_pipe.operations import sheet

        labels = params.labels
        if isinstance(labels, tuple) and len(labels) != len(pictures):
            raise OperationError(
                f"`labels` has {len(labels)} texts, and there are {len(pictures)} pictures",
                hint='give one for each, "" for none',
            )
        if isinstance(labels, bool):
            labels = tuple(picture.label if labels else "" for picture in pictures)
        return sheet.drawn(params, pictures, labels)
