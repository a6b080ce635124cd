"""Pictures of exactly the size they claim, made in a few milliseconds (R151).

A picture is a plain field in its own hue with a band on top that names the
request and the picture. Only the band and one line of the field are drawn and
encoded; the field is that line again and again. In JPEG a restart marker after
each line of blocks makes every line independent of the others, so lines of a
small picture may be put together into a large one; in PNG the filter "up" turns
a line that equals the one above into zeros, whose compressed form is kept.
"""

from __future__ import annotations

import colorsys
import io
import random
import re
import struct
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal, TypeAlias

from PIL import Image, ImageDraw, ImageFont

__all__ = ["Drawing", "Format", "draw"]

Format: TypeAlias = Literal["jpeg", "png"]

_BLOCK: Final = 16
_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_MARKERS: Final = tuple(b"\xff" + bytes([0xD0 + index]) for index in range(8))
_COMMENT: Final = b"\xff\xfe"
_LONGEST_COMMENT: Final = 65_533
_ADLER: Final = 65_521
_MARK: Final = "AI generated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a picture shows.

    `token` makes its bytes its own and chooses the hue. `weight` is the file size
    to reach by padding where the format allows it, in bytes; 0 leaves it as it is.
    """

    width: int
    height: int
    format: Format
    token: bytes
    label: str
    watermark: bool = False
    alpha: bool = False
    weight: int = 0


def draw(drawing: Drawing) -> bytes:
    """The file's bytes; equal drawings give equal bytes."""
    match drawing.format:
        case "jpeg":
            return _jpeg(drawing)
        case "png":
            return _png(drawing)


def _jpeg(drawing: Drawing) -> bytes:
    band, lines = _bands(drawing)
    strip = io.BytesIO()
    _strip(drawing, band).save(strip, "JPEG", quality=80, subsampling=2, restart_marker_rows=1)
    head, scan = _split(strip.getvalue(), drawing.height)
    rows = _RESTART.split(scan)
    above, field, below = rows[: band // _BLOCK], rows[band // _BLOCK], rows[band // _BLOCK + 1 :]
    body = [*above, *[field] * (lines - len(above) - len(below)), *below]
    pieces = [head, _told(drawing)]
    for index, row in enumerate(body):
        pieces += (row, _MARKERS[index % 8])
    pieces[-1] = b"\xff\xd9"
    pieces[2:2] = [_scan_head(strip.getvalue())]
    pieces[2:2] = _comments(drawing.weight - sum(map(len, pieces)))
    return b"".join(pieces)


def _bands(drawing: Drawing) -> tuple[int, int]:
    """The height of a band in pixels and the number of lines of blocks."""
    lines = -(-drawing.height // _BLOCK)
    return max(1, min(4, lines // 4)) * _BLOCK, lines


def _strip(drawing: Drawing, band: int) -> Image.Image:
    """Band, one line of the field, and a band below for a watermark: all that has to be encoded."""
    hue = drawing.token[0] / 256
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.5, 0.75))
    height = band + _BLOCK + (band if drawing.watermark else 0)
    strip = Image.new("RGB", (drawing.width, height), (red, green, blue))
    text = _text(drawing.label, band, drawing.width)
    strip.paste((20, 20, 20), (band // 4, (band - text.height) // 2), text)
    if drawing.watermark:
        mark = _text(_MARK, band // 2, drawing.width // 3)
        strip.paste(
            (255, 255, 255), (drawing.width - mark.width - band // 4, band + _BLOCK + band // 4), mark
        )
    return strip


@lru_cache(maxsize=512)
def _text(text: str, height: int, width: int) -> Image.Image:
    font = _font()
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("1", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(mask).text((-left, -top), text, font=font, fill=1)
    scale = max(1, min(height * 3 // 4 // mask.height, (width - height) // mask.width))
    return mask.resize((mask.width * scale, mask.height * scale))


@cache
def _font() -> ImageFont.ImageFont:
    return ImageFont.load_default_imagefont()


def _scan_start(jpeg: bytes) -> int:
    return jpeg.index(b"\xff\xda")


def _split(jpeg: bytes, height: int) -> tuple[bytes, bytes]:
    """Everything before the scan with the height put right, and the scan's entropy-coded lines."""
    start = _scan_start(jpeg)
    frame = jpeg.index(b"\xff\xc0")
    head = jpeg[: frame + 5] + struct.pack(">H", height) + jpeg[frame + 7 : start]
    return head, jpeg[start + len(_scan_head(jpeg)) : -2]


def _scan_head(jpeg: bytes) -> bytes:
    start = _scan_start(jpeg)
    (length,) = struct.unpack_from(">H", jpeg, start + 2)
    return jpeg[start : start + 2 + length]


def _told(drawing: Drawing) -> bytes:
    note = f"{drawing.label} {drawing.token.hex()}".encode()
    return _COMMENT + struct.pack(">H", len(note) + 2) + note


def _comments(missing: int) -> list[bytes]:
    """Comment segments of so many bytes together."""
    segments = []
    while missing > 4:
        size = min(missing - 4, _LONGEST_COMMENT)
        segments += [_COMMENT, struct.pack(">H", size + 2), _padding()[:size]]
        missing -= size + 4
    return segments


@cache
def _padding() -> bytes:
    """Bytes that no compression makes smaller, the same in every picture."""
    return random.Random(0).randbytes(_LONGEST_COMMENT)  # noqa: S311


def _png(drawing: Drawing) -> bytes:
    band, _ = _bands(drawing)
    strip = _strip(drawing, band)
    if drawing.alpha:
        strip.putalpha(200)
    channels = len(strip.getbands())
    stride = channels * drawing.width
    pixels = strip.tobytes()
    above = _plain(pixels, stride, 0, band + 1)
    below = _plain(pixels, stride, band + _BLOCK, strip.height)
    repeats = drawing.height - (band + 1) - (strip.height - band - _BLOCK)
    data = b"".join(
        (
            b"\x78\x01",
            _deflated(above, last=False),
            _repeats(stride, repeats),
            _deflated(below, last=True),
            struct.pack(">I", zlib.adler32(below, _adler_of_repeats(zlib.adler32(above), stride, repeats))),
        )
    )
    colour = 6 if drawing.alpha else 2
    header = struct.pack(">IIBBBBB", drawing.width, drawing.height, 8, colour, 0, 0, 0)
    note = f"Comment\0{drawing.label} {drawing.token.hex()}".encode("latin-1", "replace")
    pieces = [b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header), _chunk(b"tEXt", note)]
    pieces += [_chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    missing = drawing.weight - sum(map(len, pieces)) - 12
    if missing > 0:
        filler = _padding() * (missing // _LONGEST_COMMENT + 1)
        pieces.insert(-1, _chunk(b"fiLl", filler[:missing]))
    return b"".join(pieces)


def _plain(pixels: bytes, stride: int, first: int, end: int) -> bytes:
    """Lines with the filter "none" before each."""
    return b"".join(b"\0" + pixels[line * stride : (line + 1) * stride] for line in range(first, end))


def _deflated(lines: bytes, *, last: bool) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(lines) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


@lru_cache(maxsize=64)
def _repeats(stride: int, count: int) -> bytes:
    """So many lines, each equal to the one above, compressed."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    line = b"\x02" + bytes(stride)
    pieces = [packer.compress(line) for _ in range(count)]
    return b"".join(pieces) + packer.flush(zlib.Z_FULL_FLUSH)


def _adler_of_repeats(checksum: int, stride: int, count: int) -> int:
    low, high = checksum & 0xFFFF, checksum >> 16
    for _ in range(count):
        low = (low + 2) % _ADLER
        high = (high + (stride + 1) * low) % _ADLER
    return high << 16 | low


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join(
        (struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
    )
