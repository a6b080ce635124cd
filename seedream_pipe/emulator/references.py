"""Reference pictures: what a string in `image` may be and hold (contract section 4).

A data URI is decoded whole. A link to the emulator's own store is looked up
there. Any other http or https URL is taken as it stands, for nothing is fetched;
only a host below `.invalid` cannot be reached (RFC 2606).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

from seedream_pipe.emulator.failures import ArkFailure, Declined, ark
from seedream_pipe.emulator.models import Profile

__all__ = ["MAX_BYTES", "Measure", "Reference", "referenced"]

MAX_BYTES: Final[dict[Profile, int]] = {"today": 31_457_280, "early": 10_485_760}
_FORMATS: Final = frozenset({"jpeg", "png", "webp", "bmp", "tiff", "gif"})
_TODAY_ONLY: Final = frozenset({"heic", "heif"})
_MOST_PIXELS: Final = 36_000_000
_LEAST_SIDE: Final = 15
_ASPECT: Final = (1 / 16, 16.0)
_DATA_URI: Final = re.compile(r"data:image/([a-z0-9.+-]+);base64,")
_HTTP: Final = re.compile(r"https?://[^/\s\[\]]+(/\S*)?", re.ASCII)
_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a picture is: pixels, format and whether it has an alpha channel. Sides 0: not known."""

    width: int
    height: int
    format: str
    alpha: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference of a request. `sha256` and `size` are those of the bytes of a data URI."""

    kind: str
    measure: Measure | None
    sha256: str = ""
    size: int = 0


Own = Callable[[str], Measure | ArkFailure | None]
"""What a link of our own leads to, why it leads nowhere, or None for a link of somebody else."""


def referenced(text: str, *, profile: Profile, own: Own) -> Reference:
    """The reference that a string of `image` stands for. Raises `Declined` (R45, R52)."""
    start = _DATA_URI.match(text)
    if start is None:
        return _linked(text, own)
    word = "jpeg" if start[1] == "jpg" else start[1]
    if word not in _FORMATS and not (profile == "today" and word in _TODAY_ONLY):
        raise Declined(_unsupported())
    try:
        data = base64.b64decode(text[start.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise Declined(ark("400-image-invalid-url")) from None
    if not data:
        raise Declined(ark("400-image-invalid-url"))
    if len(data) > MAX_BYTES[profile]:
        raise Declined(_coded("InvalidParameter.OversizedImage", "the image is too large"))
    digest = hashlib.sha256(data).hexdigest()
    measure = _measured(_Payload(data, digest), word)
    if isinstance(measure, ArkFailure):
        raise Declined(measure)
    return Reference(kind="data", measure=measure, sha256=digest, size=len(data))


def _linked(text: str, own: Own) -> Reference:
    if not _HTTP.fullmatch(text):
        raise Declined(ark("400-image-invalid-url"))
    found = own(text)
    if isinstance(found, ArkFailure):
        raise Declined(found)
    if (urlsplit(text).hostname or "").endswith(".invalid"):
        raise Declined(
            ark("400-image-download-timeout").only(f"Error while downloading: {text} has no address.")
        )
    return Reference(kind="link", measure=found)


class _Payload:
    """Bytes that are equal when their digests are, so that measuring them can be remembered."""

    def __init__(self, data: bytes, digest: str) -> None:
        self.data = data
        self.digest = digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Payload) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=32)
def _measured(payload: _Payload, word: str) -> Measure | ArkFailure:
    data = payload.data
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        if word not in _TODAY_ONLY:
            return _unsupported()
        return Measure(width=0, height=0, format="heif", alpha=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _opened(data, word)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return _too_many_pixels()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return _unsupported()


def _opened(data: bytes, word: str) -> Measure | ArkFailure:
    with Image.open(io.BytesIO(data)) as picture:
        found = "jpeg" if picture.format == "MPO" else (picture.format or "").lower()
        if found != word:
            return _unsupported()
        fault = _out_of_bounds(*picture.size)
        if fault:
            return fault
        picture.load()
        return Measure(
            width=picture.width,
            height=picture.height,
            format=found,
            alpha="A" in picture.getbands() or "transparency" in picture.info,
        )


def _out_of_bounds(width: int, height: int) -> ArkFailure | None:
    for side, length in (("height", height), ("width", width)):
        if length < _LEAST_SIDE:
            return _said(
                f"expected the {side} to be at least {_LEAST_SIDE}px, "
                f"but received a {width}x{height}px image instead"
            )
    if not _ASPECT[0] <= width / height <= _ASPECT[1]:
        return ark("400-image-aspect-ratio", aspect=f"{width / height:.2f}")
    return _too_many_pixels() if width * height > _MOST_PIXELS else None


def _too_many_pixels() -> ArkFailure:
    return _said(f"expected the image to have at most {_MOST_PIXELS} pixels")


def _unsupported() -> ArkFailure:
    return _coded("InvalidParameter.UnsupportedImageFormat", "the image format is not supported")


def _said(text: str) -> ArkFailure:
    return ark("400-image-invalid-url").reworded("invalid url specified", text)


def _coded(code: str, text: str) -> ArkFailure:
    return _said(text).coded(code)
