"""Pictures in and out: any file becomes upright sRGB pixels, and pixels become a file.

Rule 1: what is read is RGB or RGBA, 8 bits, upright, in sRGB, the first frame of a film; no
profile is written, because sRGB is what a file without one is read as (and a profile that
Pillow makes has the time in it).
Rule 2: a result has the format of what it is made of: JPEG of JPEG, WebP of WebP, PNG of all
else, of a mixture, and where transparency needs it.
Rule 3: one picture is in memory at a time beside the one that is made.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real
from typing import Any, Final, Literal, TypeAlias

from PIL import Image, ImageCms, PngImagePlugin

from seedream_pipe.errors import OperationError
from seedream_pipe.makers import Picture, Rendered
from seedream_pipe.operations.colours import Colour
from seedream_pipe.operations.geometry import Size, scaled
from seedream_pipe.operations.parameters import MOST_SIDE
from seedream_pipe.pictures import without_warnings

__all__ = [
    "KEPT_QUALITY",
    "Format",
    "Kept",
    "Source",
    "canvas",
    "encoded",
    "expect_size",
    "lay",
    "shared_format",
]

Format: TypeAlias = Literal["jpeg", "png", "webp"]

KEPT_QUALITY: Final = 95
"""Of a JPEG or WebP that is made of one: next to no loss, so that operations can be chained."""

MOST_PIXELS: Final = 80_000_000
"""In one picture, read or made: 320 MB of RGBA, and below what Pillow warns of."""

_ORIENTATION: Final = 0x0112
_TURNED: Final = frozenset({5, 6, 7, 8})
_UPRIGHT: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_READ: Final = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
_FORMATS: Final[Mapping[str, Format]] = {"JPEG": "jpeg", "MPO": "jpeg", "WEBP": "webp"}
_BROKEN: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    OverflowError,
    KeyError,
    TypeError,
    IndexError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for files that lie."""

_XMP_TURN: Final = (
    re.compile(rb'(tiff:Orientation=["\'])[0-9]'),
    re.compile(rb"(<tiff:Orientation>)[0-9]"),
)
_XMP_CHUNK: Final = "XML:com.adobe.xmp"
_SEGMENT: Final = 65_000
"""Bytes that a JPEG has room for in one note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a file says beside its pixels, and what is made of it goes on saying.

    `texts` are the named texts of a PNG, or a JPEG's comment.
    """

    exif: bytes = b""
    xmp: bytes = b""
    dpi: tuple[float, float] | None = None
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A picture that is open and not decoded yet.

    `size` is that of the upright picture, `turn` how the file says that it is turned (EXIF).
    """

    file: Image.Image
    size: Size
    turn: int
    format: Format
    shown: str

    @staticmethod
    def of(picture: Picture) -> Source:
        """Open a picture.

        Raises:
            OperationError: it is too large, or not a picture.

        """
        shown = picture.label or f"picture {picture.digest[:12]}"
        expect_size((picture.width, picture.height), shown)
        try:
            with without_warnings():
                file = Image.open(io.BytesIO(picture.data), formats=_READ)
                turn = _orientation(file, picture.data)
        except _BROKEN as error:
            raise _unreadable(shown, error) from error
        size = (file.height, file.width) if turn in _TURNED else file.size
        expect_size(size, shown)
        form = _FORMATS.get(file.format or "", "png")
        return Source(file=file, size=size, turn=turn, format=form, shown=shown)

    def pixels(self, *, at_least: Size | None = None) -> Image.Image:
        """The picture, upright, in RGB or RGBA. Call it once.

        Args:
            at_least: when not even twice that size is needed, a JPEG may come smaller than it
                is, in the same shape: it is decoded in a fraction of the time and memory.

        Raises:
            OperationError: it is cut or broken.

        """
        try:
            if at_least is not None and self.format == "jpeg":
                self.file.draft(None, _doubled(at_least, turned=self.turn in _TURNED))
            self.file.load()
            profile = self.file.info.get("icc_profile")
            turn = _UPRIGHT.get(self.turn)
            image = self.file if turn is None else self.file.transpose(turn)
            return _in_srgb(image, profile if isinstance(profile, bytes) else b"")
        except _BROKEN as error:
            raise _unreadable(self.shown, error) from error

    def kept(self) -> Kept:
        """What the file says beside its pixels. Call it after `pixels` and before `encoded`."""
        info = self.file.info
        exif, xmp, dpi = info.get("exif"), info.get("xmp"), info.get("dpi")
        return Kept(
            exif=_upright_exif(exif) if isinstance(exif, bytes) else _tiff_notes(self.file),
            xmp=_upright_xmp(xmp) if isinstance(xmp, bytes) else b"",
            dpi=_dpi(dpi),
            texts=_texts(info),
        )


def expect_size(size: Size, shown: str) -> None:
    """Let only sizes through that can be held and written.

    Raises:
        OperationError: it has too many pixels, or a side too long.

    """
    width, height = size
    if width < 1 or height < 1 or max(size) > MOST_SIDE or width * height > MOST_PIXELS:
        raise OperationError(
            f"{shown} would have {width}x{height} pixels",
            hint=f"at most {MOST_PIXELS // 1_000_000} million, and {MOST_SIDE} a side, can be handled",
        )


def canvas(size: Size, background: Colour, shown: str, *, opaque: bool = False) -> Image.Image:
    """A new picture of one colour: RGB when it is opaque, or is to be, else RGBA."""
    expect_size(size, shown)
    if opaque or background.alpha == 255:
        return Image.new("RGB", size, background.rgb)
    return Image.new("RGBA", size, background.rgba)


def lay(over: Image.Image, layer: Image.Image, at: tuple[int, int]) -> Image.Image:
    """Lay a picture over another, through its transparency. Changes `over`, or gives its RGBA form."""
    if layer.mode != "RGBA":
        over.paste(layer, at)
    elif over.mode == "RGBA":
        over.alpha_composite(layer, at)
    else:
        over.paste(layer, at, layer)
    return over


def shared_format(sources: Sequence[Format], image: Image.Image) -> Format:
    """The format of what is made of several pictures."""
    first = sources[0]
    if any(other != first for other in sources) or (first == "jpeg" and image.mode == "RGBA"):
        return "png"
    return first


def encoded(
    image: Image.Image, form: Format, kept: Kept | None = None, *, quality: int = KEPT_QUALITY
) -> Rendered:
    """A file of pixels. A JPEG must be RGB; its colours are kept at full resolution."""
    notes = kept or Kept()
    # Pillow would write what it finds here too: the old profile, for one.
    image.info = {}
    target = io.BytesIO()
    if form == "jpeg":
        image.save(target, "JPEG", quality=quality, subsampling=0, **_jpeg_notes(notes))
    elif form == "webp":
        image.save(target, "WEBP", quality=quality, method=4, exif=notes.exif, xmp=notes.xmp)
    else:
        image.save(target, "PNG", **_png_notes(notes))
    return Rendered(
        data=target.getvalue(), media_type=f"image/{form}", width=image.width, height=image.height
    )


def _orientation(file: Image.Image, data: bytes) -> int:
    if file.format == "TIFF":
        return 1  # Pillow turns these by itself
    if file.format == "PNG":
        # EXIF may stand behind the pixels. Only then are they decoded already here: a PNG's own
        # `getexif` always does so.
        if "exif" not in file.info and b"eXIf" in data:
            file.load()
        found = Image.Image.getexif(file).get(_ORIENTATION, 1)
    else:
        found = file.getexif().get(_ORIENTATION, 1)
    return found if isinstance(found, int) else 1


def _unreadable(shown: str, error: Exception) -> OperationError:
    return OperationError(f"{shown} cannot be read: {error}", hint="open it in a viewer: is it whole?")


def _doubled(size: Size, *, turned: bool) -> Size:
    width, height = scaled(size, Fraction(2))
    return (height, width) if turned else (width, height)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    opaque, alpha = _parted(image)
    colours = _through(opaque, profile) if profile else None
    made = colours or (opaque if opaque.mode == "RGB" else opaque.convert("RGB"))
    if alpha is not None:
        made.putalpha(alpha)
    return made


def _parted(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colours of 8 bits in a mode that a profile may be of, and the transparency when there is some."""
    mode = image.mode
    if mode in {"I", "F"} or mode.startswith("I;16"):
        return _eight_bits(image), None
    if mode in {"LA", "La"}:
        image = image.convert("LA")
        return image.getchannel("L"), image.getchannel("A")
    if mode in {"RGBA", "RGBa", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        return image.convert("RGB"), image.getchannel("A")
    if mode in {"L", "RGB", "CMYK"}:
        return image, None
    return image.convert("L" if mode == "1" else "RGB"), None


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits or more, by its top 8; Pillow's own conversion cuts off at 255."""
    if image.mode == "F":
        most = image.getextrema()[1]
        unit = 255 if isinstance(most, int | float) and most <= 1 else 1
        return image.point(lambda value: value * unit + 0).convert("L")
    wide = image if image.mode == "I" else image.convert("I")
    return wide.point(lambda value: value * (1 / 256) + 0).convert("L")


def _through(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The colours in sRGB; nothing when they are already, or the profile is none for them."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in (given.profile.profile_description or "") and image.mode == "RGB":
            return None
        return ImageCms.profileToProfile(
            image,
            given,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _upright_exif(exif: bytes) -> bytes:
    """EXIF with the orientation set to upright where it stands, so that no other byte of it moves."""
    start = 6 if exif.startswith(b"Exif\0\0") else 0
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[start : start + 4])
    if order is None:
        return b""
    exif, start = b"Exif\0\0" + exif[start:], 6
    made = bytearray(exif)
    try:
        (first,) = struct.unpack_from(f"{order}I", exif, start + 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start + first)
        for entry in range(start + first + 2, start + first + 2 + 12 * count, 12):
            if struct.unpack_from(f"{order}H", exif, entry)[0] == _ORIENTATION:
                struct.pack_into(f"{order}HIHH", made, entry + 2, 3, 1, 1, 0)
    except struct.error:
        return b""
    return bytes(made)


def _tiff_notes(file: Image.Image) -> bytes:
    """Of a TIFF, whose tags are its EXIF: what is written for people."""
    if file.format != "TIFF":
        return b""
    notes = Image.Exif()
    notes.update(
        {
            tag: value
            for tag, value in file.getexif().items()
            if tag in _FOR_PEOPLE and isinstance(value, str) and value
        }
    )
    return notes.tobytes() if len(notes) else b""


_FOR_PEOPLE: Final = frozenset({0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298})
"""Description, make, model, software, time, artist, copyright."""


def _upright_xmp(xmp: bytes) -> bytes:
    for pattern in _XMP_TURN:
        xmp = pattern.sub(rb"\g<1>1", xmp)
    return xmp


def _dpi(value: object) -> tuple[float, float] | None:
    match value:
        case (Real() as one, Real() as other):
            across, down = float(one), float(other)
            return (across, down) if 0 < across < MOST_SIDE and 0 < down < MOST_SIDE else None
        case _:
            return None


def _texts(info: Mapping[Any, Any]) -> tuple[tuple[str, str], ...]:
    comment = info.get("comment")
    if isinstance(comment, bytes) and comment:
        return (("Comment", comment.decode("utf-8", "replace")),)
    known = {"Raw profile type exif", _XMP_CHUNK, "icc_profile", "interlace", "comment"}
    return tuple(
        (name, str(value))
        for name, value in info.items()
        if isinstance(name, str) and isinstance(value, str) and name not in known
    )


def _jpeg_notes(kept: Kept) -> dict[str, Any]:
    notes: dict[str, Any] = {}
    if kept.dpi:
        notes["dpi"] = kept.dpi
    if 0 < len(kept.exif) < _SEGMENT:
        notes["exif"] = kept.exif
    if 0 < len(kept.xmp) < _SEGMENT:
        notes["xmp"] = kept.xmp
    if kept.texts:
        named = [value if name == "Comment" else f"{name}: {value}" for name, value in kept.texts]
        notes["comment"] = "\n".join(named).encode()[:_SEGMENT]
    return notes


def _png_notes(kept: Kept) -> dict[str, Any]:
    chunks = PngImagePlugin.PngInfo()
    for name, value in kept.texts:
        chunks.add_itxt(name[:79], value)
    if kept.xmp:
        chunks.add_itxt(_XMP_CHUNK, kept.xmp.decode("utf-8", "replace"))
    notes: dict[str, Any] = {"pnginfo": chunks}
    if kept.exif:
        notes["exif"] = kept.exif
    if kept.dpi:
        notes["dpi"] = kept.dpi
    return notes
