"""What a picture file says of itself: format, pixels, whether it is whole. Nothing is decoded.

The header is read by Pillow; that the file is not cut is seen from its end marker
(contract R77), because a decoder shows a cut picture as a whole one with a grey part.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Facts", "NotAPicture", "extension", "inspect", "inspect_bytes"]

_TAIL: Final = 64 * 1024
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "DIB": "image/bmp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    "HEIF": "image/heif",
    "AVIF": "image/avif",
}
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
_END_MARKERS: Final[Mapping[str, bytes]] = {
    "image/jpeg": b"\xff\xd9",
    "image/png": b"IEND\xaeB`\x82",
    "image/gif": b";",
}
_EXTENSIONS: Final[Mapping[str, str]] = {"image/jpeg": "jpg", "image/tiff": "tif"}


class NotAPicture(ValueError):  # noqa: N818 - what it says is what it is
    """The bytes are not a whole picture; `str()` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Media type in lower case (R45), and width and height in pixels as the header has them."""

    media_type: str
    width: int
    height: int


def extension(media_type: str) -> str:
    """The usual file name extension of a media type, without the dot."""
    return _EXTENSIONS.get(media_type, media_type.partition("/")[2] or "bin")


def inspect_bytes(data: bytes) -> Facts:
    """Facts of a picture in memory. See `inspect`."""
    return inspect(io.BytesIO(data))


def inspect(file: BinaryIO) -> Facts:
    """Facts of a picture from its header and its end; constant memory.

    Raises:
        NotAPicture: not a picture of a known format, or its end is missing.

    """
    start = file.read(64)
    if not start:
        raise NotAPicture("is empty")
    file.seek(0)
    try:
        with warnings.catch_warnings():
            # A lying header is judged by the caller's pixel limit, not by a warning.
            warnings.simplefilter("ignore")
            with Image.open(file, formats=_FORMATS) as image:
                media_type = _MEDIA_TYPES[image.format or ""]
                width, height = image.size
    except Image.DecompressionBombError:
        raise NotAPicture("has more pixels than any model takes") from None
    except (UnidentifiedImageError, KeyError):
        raise NotAPicture(f"is not an image (starts with {start[:12]!r})") from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        raise NotAPicture(f"cannot be read as an image ({error})") from None
    _expect_end(file, media_type)
    return Facts(media_type=media_type, width=width, height=height)


def _expect_end(file: BinaryIO, media_type: str) -> None:
    marker = _END_MARKERS.get(media_type)
    if marker is None:
        return
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - _TAIL))
    # Some writers pad after the marker, so it is looked for near the end, not at it.
    if marker not in file.read(_TAIL):
        raise NotAPicture("is cut: its end is missing")
