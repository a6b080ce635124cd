from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import OperationError
from seedream_pipe.operations.pad import Pad, padded
from tests.operations.made import RED, apply, one, picture, plain, quarters

SIDES = st.integers(1, 5000)


@given(SIDES, SIDES, st.integers(1, 40), st.integers(1, 40))
def test_a_shape_is_the_smallest_around_the_picture(width: int, height: int, a: int, b: int):
    across, down = padded(Pad().decode({"aspect": f"{a}:{b}"}), (width, height))

    assert across >= width
    assert down >= height
    assert across == width or down == height
    assert abs(across - Fraction(down * a, b)) <= max(1, Fraction(a, b))


@given(SIDES, SIDES, SIDES, SIDES)
def test_a_size_is_met_exactly_or_refused(width: int, height: int, across: int, down: int):
    params = Pad().decode({"width": across, "height": down})

    if width > across or height > down:
        with pytest.raises(OperationError, match="more than"):
            padded(params, (width, height))
    else:
        assert padded(params, (width, height)) == (across, down)


def test_one_side_alone_leaves_the_other():
    assert padded(Pad().decode({"width": 90}), (64, 32)) == (90, 32)


@pytest.mark.parametrize(
    ("anchor", "at"),
    [
        ("center", (10, 5)),
        ("top-left", (0, 0)),
        ("top", (10, 0)),
        ("right", (20, 5)),
        ("bottom-right", (20, 10)),
        ("bottom", (10, 10)),
    ],
)
def test_picture_stands_where_its_anchor_is_and_is_untouched(anchor: str, at: tuple[int, int]):
    with_ = {"width": 30, "height": 20, "anchor": anchor, "background": "navy"}
    image = one("pad", with_, picture(plain(10, 10)))
    left, top = at

    assert image.crop((left, top, left + 10, top + 10)).getcolors() == [(100, RED)]
    assert sorted(image.getcolors()) == [(100, RED), (500, (0, 0, 128))]


def test_room_may_be_transparent_and_then_a_jpeg_becomes_png():
    image = one("pad", {"aspect": "2:1", "background": "transparent"}, picture(plain(16, 16), "JPEG"))

    assert image.format == "PNG"
    assert image.getpixel((0, 8))[3] == 0
    assert image.getpixel((16, 8))[3] == 255


def test_room_is_around_the_picture_and_not_behind_it():
    hole = plain(16, 16)
    hole.putalpha(0)

    image = one("pad", {"aspect": "2:1", "background": "white"}, picture(hole))

    assert image.getpixel((16, 8))[3] == 0
    assert image.getpixel((0, 8)) == (255, 255, 255, 255)


def test_what_would_be_too_large_is_refused():
    with pytest.raises(OperationError, match="would have 16384x16384"):
        apply("pad", {"width": 16384, "height": 16384}, picture(quarters()))
