"""A recorded answer as one run of bytes, whatever files it stands in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

__all__ = ["CHUNK", "chunks", "slice_of"]

CHUNK: Final = 64 * 1024


def chunks(pieces: Iterable[Path], *, start: int = 0, size: int | None = None) -> Iterator[bytes]:
    """Give what stands in the files from `start` on, at most `size` bytes at a time, by default `CHUNK`."""
    for path in pieces:
        with path.open("rb") as file:
            length = os.fstat(file.fileno()).st_size if start else 0
            if start and start >= length:
                start -= length
                continue
            file.seek(start)
            start = 0
            while chunk := file.read(size or CHUNK):
                yield chunk


def slice_of(pieces: Iterable[Path], start: int, length: int) -> Iterator[bytes]:
    """Give `length` bytes from `start` on.

    Raises:
        ValueError: there are fewer.

    """
    left = length
    for chunk in chunks(pieces, start=start):
        if left <= len(chunk):
            yield chunk[:left]
            return
        left -= len(chunk)
        yield chunk
    if left:
        raise ValueError("it is shorter than it was")
