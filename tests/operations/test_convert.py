import io

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from tests.operations.made import (
    RED,
    apply,
    looks_upright,
    near,
    one,
    opened,
    packed,
    picture,
    plain,
    quarters,
)


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("given", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"])
def test_every_format_becomes_every_format(given: str, form: str):
    image = one("convert", {"format": form}, picture(quarters(), given))

    assert (image.format or "").lower() == form
    assert looks_upright(image, 40)


def test_background_shows_through_where_jpeg_has_no_transparency():
    image = plain(16, 16)
    image.putalpha(128)

    assert near(one("convert", {"format": "jpeg"}, picture(image)).getpixel((8, 8)), (237, 142, 142), 4)
    assert near(
        one("convert", {"format": "jpeg", "background": "black"}, picture(image)).getpixel((8, 8)),
        (110, 15, 15),
        4,
    )


@pytest.mark.parametrize("form", ["png", "webp"])
def test_transparency_stays_where_the_format_has_it(form: str):
    image = plain(16, 16)
    image.putalpha(128)

    assert one("convert", {"format": form}, picture(image)).getpixel((8, 8))[3] == 128


def test_quality_makes_files_smaller():
    noise = Image.effect_noise((128, 128), 80).convert("RGB")
    sizes = [
        len(apply("convert", {"format": "jpeg", "quality": quality}, picture(noise))[0].data)
        for quality in (20, 60, 100)
    ]

    assert sizes == sorted(sizes)
    assert sizes[0] * 2 < sizes[2]


def test_colours_of_another_profile_are_turned_into_srgb():
    """The picture's own red and green exchanged: a viewer that honours the profile sees green."""
    # Of the profiles that a library makes, XYZ's differ enough from sRGB to be seen.
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = bytearray(wide.tobytes())
    red, green = data.find(b"rXYZ"), data.find(b"gXYZ")
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    name = data.find("sRGB".encode("utf-16-be"))
    data[name : name + 8] = "odd!".encode("utf-16-be")

    image = one("convert", {"format": "png"}, picture(plain(8, 8, (255, 0, 0)), icc_profile=bytes(data)))

    assert near(image.getpixel((4, 4)), (0, 255, 0), 3)
    assert "icc_profile" not in image.info


def test_srgb_pixels_are_not_touched_and_need_no_profile():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    image = one("convert", {"format": "png"}, picture(quarters(), icc_profile=srgb))

    assert image.getpixel((2, 2)) == RED
    assert "icc_profile" not in image.info


def test_a_broken_profile_is_as_none():
    assert (
        one("convert", {"format": "png"}, picture(plain(8, 8), icc_profile=b"junk")).getpixel((1, 1)) == RED
    )


def noted(form: str):
    """A picture that says who made it, how, and that it lies on its side."""
    sideways = quarters(64, 32).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112], exif[0x8298], exif[0x010E] = 6, "Mei Studio", "AI generated"
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("prompt", "雨夜 market")
    how = {"pnginfo": chunks} if form == "PNG" else {"comment": b"made by hand"} if form == "JPEG" else {}
    return picture(sideways, form, exif=exif, dpi=(300, 300), **how)


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("given", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_notes_stay_and_only_the_turn_is_gone(given: str, form: str):
    image = one("convert", {"format": form}, noted(given))

    assert image.size == (64, 32)
    assert looks_upright(image, 40)
    exif = image.getexif()
    assert exif.get(0x0112, 1) == 1
    assert exif[0x8298] == "Mei Studio"
    assert exif[0x010E] == "AI generated"
    if given != "WEBP" and form != "webp":
        assert round(image.info["dpi"][0]) == 300


def test_texts_of_a_png_go_along():
    assert one("convert", {"format": "png"}, noted("PNG")).info["prompt"] == "雨夜 market"
    assert one("convert", {"format": "jpeg"}, noted("PNG")).info["comment"].decode() == "prompt: 雨夜 market"
    assert one("convert", {"format": "png"}, noted("JPEG")).info["Comment"] == "made by hand"
    assert one("convert", {"format": "jpeg"}, noted("JPEG")).info["comment"] == b"made by hand"


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_xmp_stays_and_says_upright(form: str):
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6" credit="Mei"/></x:xmpmeta>'

    image = one("convert", {"format": form}, picture(quarters(), "WEBP", xmp=packet))

    assert b'tiff:Orientation="1" credit="Mei"' in image.info["xmp"]


def test_the_first_frame_of_an_animation():
    frames = [quarters(), plain(64, 32, (0, 0, 0))]
    for form in ("GIF", "WEBP", "PNG"):
        target = io.BytesIO()
        frames[0].save(target, form, save_all=True, append_images=frames[1:], duration=100)
        made = apply("convert", {"format": "png"}, packed(target.getvalue(), (64, 32)))

        assert len(made) == 1
        assert getattr(opened(made[0]), "n_frames", 1) == 1
        assert looks_upright(opened(made[0]), 40)
