"""Any file becomes upright sRGB pixels, and what cannot be read is told."""

import io
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedream_pipe.errors import OperationError
from seedream_pipe.operations import pixels
from tests.operations.made import (
    OPERATIONS,
    SMALLEST,
    again,
    apply,
    looks_upright,
    near,
    one,
    packed,
    picture,
    plain,
    quarters,
)

AS_PNG = {"format": "png"}


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "PA", "LA", "L", "1", "I", "I;16", "F", "CMYK", "LAB"])
def test_every_mode_is_read_as_it_looks(mode: str):
    grey = Image.linear_gradient("L").resize((32, 32))
    image = _in_mode(grey, mode)
    form = "TIFF" if mode in {"F", "CMYK", "LAB", "PA", "I"} else "PNG"
    if mode == "PA":
        image = image.convert("RGBA")

    found = one("convert", AS_PNG, picture(image, form))

    assert found.mode in {"RGB", "RGBA"}
    for y in (1, 8, 16, 24, 30):
        wanted = grey.getpixel((16, y))
        assert isinstance(wanted, int)
        if mode == "1":
            wanted = 255 if wanted > 127 else 0
        assert near(found.getpixel((16, y)), (wanted, wanted, wanted), 4), (mode, y)


def _in_mode(grey: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        wide = Image.new("I;16", grey.size)
        for x in range(grey.width):
            for y in range(grey.height):
                wide.putpixel((x, y), int(grey.getpixel((x, y))) * 257)
        return wide
    if mode == "I":
        return grey.convert("I").point(lambda value: value * 257 + 0)
    if mode == "1":
        return grey.point(lambda value: 255 if value > 127 else 0).convert("1")
    if mode == "LAB":
        from PIL import ImageCms

        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(grey.convert("RGB"), srgb, lab, outputMode="LAB")
    if mode == "CMYK":
        # Grey by its black alone.
        none = Image.new("L", grey.size, 0)
        return Image.merge("CMYK", (none, none, none, grey.point(lambda value: 255 - value)))
    return grey.convert(mode)


def test_float_pixels_from_nought_to_one():
    image = Image.new("F", (8, 8), 0.5)
    image.putpixel((0, 0), 1.0)

    assert near(one("convert", AS_PNG, picture(image, "TIFF")).getpixel((4, 4)), (127, 127, 127), 2)


def test_sixteen_bits_of_colour():
    """Pillow writes none, so the file is made by hand."""
    row = b"\0" + struct.pack(">HHH", 65535, 32768, 300) * 4
    head = struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(row * 4)), (b"IEND", b""))
    )

    assert near(one("convert", AS_PNG, packed(data, (4, 4))).getpixel((1, 1)), (255, 128, 1), 1)


def test_a_palette_with_a_hole():
    image = quarters().quantize(8)
    hole = image.getpixel((2, 2))

    found = one("convert", AS_PNG, picture(image, transparency=hole))

    assert found.getpixel((2, 2))[3] == 0
    assert found.getpixel((60, 2))[3] == 255


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_turn_is_undone(form: str, turn: int):
    upright = quarters(64, 32)
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]
    stored = upright if undo is None else upright.transpose({2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn])
    exif = Image.Exif()
    exif[0x0112] = turn
    given_picture = picture(stored, form, exif=exif)

    source = pixels.Source.of(given_picture)

    assert source.size == (64, 32)
    assert source.pixels().size == (64, 32)
    assert looks_upright(one("convert", AS_PNG, given_picture), 40)


def test_exif_behind_the_pixels_of_a_png():
    upright = quarters(64, 32)
    plain_file = picture(upright.transpose(Image.Transpose.ROTATE_90)).data
    exif = Image.Exif()
    exif[0x0112] = 6
    body = exif.tobytes()[6:]
    chunk = struct.pack(">I", len(body)) + b"eXIf" + body + struct.pack(">I", zlib.crc32(b"eXIf" + body))
    data = plain_file[:-12] + chunk + plain_file[-12:]

    assert pixels.Source.of(packed(data, (32, 64))).size == (64, 32)
    assert looks_upright(one("convert", AS_PNG, packed(data, (32, 64))))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_cut_file_is_told_with_its_name(name: str, form: str):
    whole = picture(Image.effect_noise((96, 96), 90).convert("RGB"), form, label="mei.jpg")
    cut = packed(whole.data[: len(whole.data) // 2], (96, 96), label="mei.jpg")

    with pytest.raises(OperationError, match=r"mei\.jpg cannot be read"):
        apply(name, SMALLEST[name], cut)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"])
def test_what_is_no_picture_is_told(data: bytes):
    with pytest.raises(OperationError, match=r"picture \w+ cannot be read"):
        apply("convert", AS_PNG, packed(data, (9, 9)))


@given(st.binary(min_size=1, max_size=4), st.integers(0, 2000))
def test_a_damaged_file_is_a_picture_or_an_error(junk: bytes, at: int):
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = picture(quarters(16, 16), "JPEG", exif=exif, comment=b"c").data
    at %= len(whole)

    with suppress(OperationError):
        assert apply("convert", AS_PNG, packed(whole[:at] + junk + whole[at + len(junk) :], (16, 16)))


def test_a_picture_that_claims_too_much_is_not_decoded():
    with pytest.raises(OperationError, match="would have 20000x20000 pixels"):
        apply("convert", AS_PNG, packed(picture(quarters()).data, (20_000, 20_000)))


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"convert"}))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_format_stays(name: str, form: str):
    (made,) = apply(name, SMALLEST[name], picture(quarters(), form, label="mei"))

    assert made.media_type == f"image/{form.lower()}"


@pytest.mark.parametrize("form", ["BMP", "TIFF", "GIF"])
def test_other_formats_become_png(form: str):
    assert one("resize", {"longest": 20}, picture(quarters(), form)).format == "PNG"


def test_a_mixture_becomes_png():
    assert one("concat", {}, picture(quarters(), "JPEG"), picture(quarters(), "WEBP")).format == "PNG"


def test_operations_chain_with_next_to_no_loss():
    image = Image.effect_noise((64, 64), 20).convert("RGB").resize((256, 256))
    step = picture(image, "JPEG", quality=95)
    for _ in range(4):
        step = again(apply("pad", {"aspect": "1:1"}, step)[0])

    final = Image.open(io.BytesIO(step.data))
    assert all(
        near(final.getpixel((x, x)), image.getpixel((x, x)), 8)  # type: ignore[arg-type]
        for x in range(0, 256, 15)
    )


@given(st.integers(1, 300), st.integers(1, 300))
def test_what_is_read_small_is_large_enough(width: int, height: int):
    source = pixels.Source.of(picture(plain(1200, 900), "JPEG"))

    small = source.pixels(at_least=(width, height))

    assert small.width >= width
    assert small.height >= height
    assert abs(Fraction(small.width, small.height) - Fraction(4, 3)) < Fraction(1, 20)


def test_inputs_are_not_changed():
    given_picture = picture(quarters(), "PNG")
    before = bytes(given_picture.data)
    for name in OPERATIONS:
        apply(name, SMALLEST[name], given_picture)

    assert given_picture.data == before


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
def test_a_sheet_of_huge_pictures_needs_little_memory():
    """Twelve of 4096x4096 are 600 MB when all are decoded; drawn small, one at a time, they are not."""
    program = """
import io, resource
from PIL import Image
from tests.operations.made import apply, picture
huge = picture(Image.new("RGB", (64, 64), "red").resize((4096, 4096)), "JPEG")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
apply("grid", {"cell": {"width": 320}}, *[huge] * 12)
import os
print(int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE") // 2**20)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert int(done.stdout.split()[1]) < 60
