"""What a picture file says of itself: format, pixels, whether it is whole. Nothing is decoded.

The header is read by Pillow; that the file is not cut is seen from its end marker
(contract R77), because a decoder shows a cut picture as a whole one with a grey part.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final

from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Facts", "NotAPicture", "extension", "inspect", "inspect_bytes", "without_warnings"]

_TAIL: Final = 64 * 1024
_CHUNK: Final = 1 << 18
# Filters of warnings belong to the process, and headers are read in several threads.
_FILTERS: Final = Lock()
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
_CUT: Final = "is cut: its end is missing"
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_EXTENSIONS: Final[Mapping[str, str]] = {"image/jpeg": "jpg", "image/tiff": "tif"}


class NotAPicture(ValueError):
    """The bytes are not a whole picture; `str()` says why.

    `is_cut`: the beginning is one, the rest is missing; `is_pointer`: git LFS has it elsewhere.
    """

    def __init__(self, message: str, *, is_cut: bool = False, is_pointer: bool = False) -> None:
        super().__init__(message)
        self.is_cut, self.is_pointer = is_cut, is_pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Media type in lower case (R45), and width and height in pixels as the header has them."""

    media_type: str
    width: int
    height: int


@contextmanager
def without_warnings() -> Iterator[None]:
    """While a header is read: one thread at a time, and what Pillow warns of is told to nobody."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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
        raise NotAPicture("is empty", is_cut=True)
    file.seek(0)
    try:
        # A lying header is judged by the caller's pixel limit, not by a warning.
        with without_warnings(), Image.open(file, formats=_FORMATS) as image:
            media_type = _MEDIA_TYPES[image.format or ""]
            width, height = image.size
    except Image.DecompressionBombError:
        raise NotAPicture("has more pixels than any model takes") from None
    except (UnidentifiedImageError, KeyError):
        if start.startswith(_POINTER):
            raise NotAPicture("is a pointer of git LFS, not the picture itself", is_pointer=True) from None
        raise NotAPicture(f"is not an image (starts with {_beginning(start)})") from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        if start.startswith(b"RIFF") and start[8:12] == b"WEBP" and not _webp_is_whole(file):
            raise NotAPicture(_CUT, is_cut=True) from None
        if "runcated" in str(error):
            raise NotAPicture(_CUT, is_cut=True) from None
        raise NotAPicture(f"cannot be read as an image ({error})") from None
    _expect_end(file, media_type)
    return Facts(media_type=media_type, width=width, height=height)


def _beginning(start: bytes) -> str:
    """The first characters of what is text, the first bytes of what is not."""
    text = start.strip()[:12].decode("ascii", "replace")
    return f'"{text}"' if text and text.isascii() and text.isprintable() else f"bytes {start[:8].hex(' ')}"


def _expect_end(file: BinaryIO, media_type: str) -> None:
    is_whole = _ENDS.get(media_type)
    if is_whole is not None and not is_whole(file):
        raise NotAPicture(_CUT, is_cut=True)


def _jpeg_is_whole(file: BinaryIO) -> bool:
    """Whether an end marker follows the picture data: a thumbnail in the head has one of its own."""
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        if head[1] == 0xFF:  # a fill byte
            file.seek(-3, io.SEEK_CUR)
            continue
        file.seek(int.from_bytes(head[2:]) - 2, io.SEEK_CUR)
        if head[1] == 0xDA:
            return _follows(file, b"\xff\xd9")
    return False


def _follows(file: BinaryIO, marker: bytes) -> bool:
    end = b""
    while chunk := file.read(_CHUNK):
        if marker in end + chunk:
            return True
        end = chunk[1 - len(marker) :]
    return False


def _png_is_whole(file: BinaryIO) -> bool:
    # Some writers pad after the marker, so it is looked for near the end, not at it.
    return b"IEND\xaeB`\x82" in _tail(file)


def _gif_is_whole(file: BinaryIO) -> bool:
    return _tail(file).rstrip(b"\0").endswith(b";")


def _webp_is_whole(file: BinaryIO) -> bool:
    return _has_length(file, at=4, beside=8)


def _bmp_is_whole(file: BinaryIO) -> bool:
    return _has_length(file, at=2, beside=0)


def _has_length(file: BinaryIO, *, at: int, beside: int) -> bool:
    """Whether the file has the length that its header says, four bytes from the small end."""
    file.seek(at)
    said = int.from_bytes(file.read(4), "little") + beside
    return file.seek(0, io.SEEK_END) >= said


def _tail(file: BinaryIO) -> bytes:
    file.seek(max(0, file.seek(0, io.SEEK_END) - _TAIL))
    return file.read(_TAIL)


# TIFF has no end: its directory may stand anywhere.
_ENDS: Final[Mapping[str, Callable[[BinaryIO], bool]]] = {
    "image/jpeg": _jpeg_is_whole,
    "image/png": _png_is_whole,
    "image/gif": _gif_is_whole,
    "image/webp": _webp_is_whole,
    "image/bmp": _bmp_is_whole,
}
