from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import OperationError
from seedream_pipe.operations.crop import Crop, part
from seedream_pipe.operations.geometry import ANCHORS
from tests.operations.made import BLUE, GREEN, RED, YELLOW, apply, near, one, opened, picture, plain, quarters

SIDES = st.integers(1, 5000)


@given(SIDES, SIDES, st.integers(1, 40), st.integers(1, 40), st.sampled_from(ANCHORS))
def test_a_shape_is_as_large_as_the_picture_lets_it_be(width: int, height: int, a: int, b: int, anchor: str):
    left, top, right, bottom = part(Crop().decode({"aspect": f"{a}:{b}", "anchor": anchor}), (width, height))

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert right - left == width or bottom - top == height
    across, down = right - left, bottom - top
    assert abs(across - Fraction(down * a, b)) <= max(1, Fraction(a, b))


@given(SIDES.filter(lambda side: side >= 4), SIDES.filter(lambda side: side >= 4), st.integers(1, 4))
def test_parts_of_percent_meet_and_cover(width: int, height: int, count: int):
    share = {1: "100%", 2: "50%", 4: "25%", 3: "33.3333%"}[count]
    percent = Fraction(share.rstrip("%"))
    starts = [f"{float(percent * index)}%" for index in range(count)]
    spans = [
        part(Crop().decode({"box": {"x": start, "width": share, "height": "100%"}}), (width, height))
        for start in starts
    ]

    assert spans[0][0] == 0
    assert spans[-1][2] == width
    assert all(one[2] == other[0] for one, other in pairwise(spans))
    assert {span[3] for span in spans} == {height}


@pytest.mark.parametrize(
    ("anchor", "left", "top"),
    [("center", 25, 0), ("left", 0, 0), ("right", 50, 0), ("top", 25, 0), ("bottom-right", 50, 0)],
)
def test_anchor_says_which_part_of_a_wide_picture(anchor: str, left: int, top: int):
    assert part(Crop().decode({"aspect": "1:1", "anchor": anchor}), (100, 50))[:2] == (left, top)


@pytest.mark.parametrize(("anchor", "top"), [("center", 25), ("top", 0), ("bottom-left", 50), ("left", 25)])
def test_anchor_says_which_part_of_a_high_picture(anchor: str, top: int):
    assert part(Crop().decode({"aspect": "1:1", "anchor": anchor}), (50, 100))[1] == top


@pytest.mark.parametrize(
    ("box", "colour"),
    [
        ({"width": 32, "height": 16}, RED),
        ({"x": 32, "width": 32, "height": 16}, GREEN),
        ({"y": "50%", "width": "50%", "height": "50%"}, BLUE),
        ({"x": "50%", "y": 16, "width": "50%", "height": "16px"}, YELLOW),
    ],
)
def test_box_holds_the_pixels_it_says(box: dict[str, object], colour: tuple[int, int, int]):
    image = one("crop", {"box": box}, picture(quarters(64, 32)))

    assert image.size == (32, 16)
    assert image.getcolors() == [(32 * 16, colour)]


def test_each_picture_gives_one_in_order():
    made = apply("crop", {"aspect": "1:1"}, picture(plain(30, 20, RED)), picture(plain(10, 40, BLUE)))

    assert [(one_made.width, opened(one_made).getpixel((0, 0))) for one_made in made] == [
        (20, RED),
        (10, BLUE),
    ]
    assert Crop().ceiling(Crop().decode({"aspect": "1:1"}), 2) == 2


def test_box_beyond_the_picture_is_an_error_that_names_it():
    with pytest.raises(OperationError, match=r"the box 40,0 to 80,10 does not lie in mei: 64x32") as caught:
        apply("crop", {"box": {"x": 40, "width": 40, "height": 10}}, picture(quarters(), label="mei"))

    assert "percent" in caught.value.hint


def test_box_is_of_the_upright_picture():
    sideways = quarters(64, 32).rotate(90, expand=True)
    exif = sideways.getexif()
    exif[0x0112] = 6

    image = one(
        "crop", {"box": {"width": "50%", "height": "50%"}}, picture(sideways, "JPEG", exif=exif, quality=95)
    )

    assert image.size == (32, 16)
    assert near(image.getpixel((10, 8)), RED)
