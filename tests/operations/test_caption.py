from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import OperationError
from tests.operations.made import RED, apply, near, one, picture, plain

WIDE = plain(400, 200)


def inked(image: Any, box: tuple[int, int, int, int], *, dark: bool = True) -> int:
    counts = image.convert("L").crop(box).histogram()
    return sum(counts[:60] if dark else counts[220:])


def test_below_adds_a_white_band_with_dark_letters():
    image = one("caption", {"text": "雨夜 Rain", "size": "10%"}, picture(WIDE))

    assert image.width == 400
    assert image.height > 200
    assert image.crop((0, 0, 400, 200)).getcolors() == [(80_000, RED)]
    assert image.getpixel((1, image.height - 2)) == (255, 255, 255)
    assert inked(image, (0, 200, 400, image.height)) > 20


def test_above_adds_it_on_top():
    image = one("caption", {"text": "雨夜 Rain", "position": "above", "size": "10%"}, picture(WIDE))
    band = image.height - 200

    assert image.crop((0, band, 400, image.height)).getcolors() == [(80_000, RED)]
    assert inked(image, (0, 0, 400, band)) > 20


@pytest.mark.parametrize(("position", "inside"), [("bottom", 195), ("top", 4), ("middle", 100)])
def test_over_shades_a_band_and_leaves_the_size(position: str, inside: int):
    image = one("caption", {"text": "雨夜 Rain", "position": position, "size": "10%"}, picture(WIDE))
    shaded = image.getpixel((2, inside))

    assert image.size == (400, 200)
    assert near(shaded, tuple(part * 95 // 255 for part in RED), 3)
    assert inked(image, (0, 0, 400, 200), dark=False) > 20
    assert {image.getpixel((2, y)) for y in (4, 100, 195)} == {RED, shaded}


def test_colours_as_given():
    with_ = {"text": "雨" * 8, "size": "20%", "colour": "#00ff00", "background": "navy"}
    image = one("caption", with_, picture(WIDE))
    band = image.crop((0, 200, 400, image.height))

    assert band.getpixel((0, 0)) == (0, 0, 128)
    assert {colour: count for count, colour in band.getcolors(10_000)}[0, 255, 0] > 100


@pytest.mark.parametrize(("align", "quarter"), [("left", 0), ("right", 3)])
def test_align_says_where_a_short_line_stands(align: str, quarter: int):
    image = one("caption", {"text": "雨夜", "align": align, "size": "10%"}, picture(WIDE))
    ink = [inked(image, (100 * part, 200, 100 * part + 100, image.height)) for part in range(4)]

    assert ink[quarter] == sum(ink) > 20


def test_center_is_even():
    image = one("caption", {"text": "口口口口", "size": "10%"}, picture(WIDE))
    left, right = inked(image, (0, 200, 200, image.height)), inked(image, (200, 200, 400, image.height))

    assert abs(left - right) < left / 5


@given(st.integers(1, 6), st.integers(1, 6))
def test_lines_are_as_many_as_asked_and_needed(broken: int, most: int):
    image = one(
        "caption", {"text": "\n".join(["雨"] * broken), "lines": most, "size": 24}, picture(plain(200, 200))
    )

    assert image.height == 200 + 32 * min(broken, most) + 24


def test_letters_follow_the_shorter_side():
    heights = [
        one("caption", {"text": "雨"}, picture(plain(*size))).height for size in ((800, 400), (1600, 800))
    ]

    assert heights[0] - 400 == pytest.approx((heights[1] - 800) / 2, abs=2)


def test_no_room_for_a_line_is_an_error():
    for size, with_ in (((60, 20), {"size": 40, "position": "top"}), ((20, 200), {"size": 30})):
        with pytest.raises(OperationError, match="mei has no room for a line") as caught:
            apply("caption", {"text": "雨夜", **with_}, picture(plain(*size), label="mei"))
        assert "smaller" in caught.value.hint


def test_transparent_band_beside_a_picture():
    image = one("caption", {"text": "雨夜", "background": "transparent"}, picture(WIDE, "JPEG", quality=95))

    assert image.format == "PNG"
    assert image.getpixel((0, 210))[3] == 0
    assert image.getpixel((0, 10))[3] == 255


def test_transparent_places_of_the_picture_stay_under_a_band():
    hole = plain(200, 200)
    hole.putalpha(0)

    image = one("caption", {"text": "雨夜", "position": "bottom"}, picture(hole))

    assert image.getpixel((2, 198)) == (0, 0, 0, 160)
    assert image.getpixel((2, 2))[3] == 0
