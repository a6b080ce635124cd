from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import OperationError
from seedream_pipe.operations.resize import Resize, resized
from tests.operations.made import (
    GREEN,
    RED,
    apply,
    corners,
    looks_upright,
    near,
    one,
    picture,
    plain,
    quarters,
)

SIDES = st.integers(1, 5000)


@pytest.mark.parametrize(
    ("with_", "size"),
    [
        ({"width": 400}, (400, 200)),
        ({"height": 100}, (200, 100)),
        ({"longest": 100}, (100, 50)),
        ({"shortest": 100}, (200, 100)),
        ({"width": 300, "height": 300}, (300, 150)),
        ({"width": 300, "height": 300, "fit": "cover"}, (300, 300)),
        ({"width": 300, "height": 300, "fit": "exact"}, (300, 300)),
        ({"width": 2000}, (800, 400)),
        ({"width": 2000, "enlarge": True}, (2000, 1000)),
        ({"width": 900, "height": 900, "fit": "cover"}, (400, 400)),
        ({"width": 900, "height": 900, "fit": "cover", "enlarge": True}, (900, 900)),
        ({"width": 900, "height": 900, "fit": "exact", "enlarge": True}, (900, 900)),
        ({"longest": 800}, (800, 400)),
        ({"longest": 1}, (1, 1)),
    ],
)
def test_size_of_a_picture_of_800x400(with_: dict[str, Any], size: tuple[int, int]):
    assert resized(Resize().decode(with_), (800, 400))[0] == size


@given(SIDES, SIDES, SIDES, SIDES)
def test_contain_is_within_and_keeps_the_shape(width: int, height: int, across: int, down: int):
    made, seen = resized(Resize().decode({"width": across, "height": down}), (width, height))

    assert made[0] <= min(across, width)
    assert made[1] <= min(down, height)
    assert seen == (0, 0, width, height)
    by = min(Fraction(across, width), Fraction(down, height), Fraction(1))
    assert abs(made[0] - max(1, width * by)) <= Fraction(1, 2)
    assert abs(made[1] - max(1, height * by)) <= Fraction(1, 2)


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([{}, {"enlarge": True}]))
def test_cover_has_the_shape_that_was_asked_for(
    width: int, height: int, across: int, down: int, how: dict[str, bool]
):
    enlarge = "enlarge" in how
    params = Resize().decode({"width": across, "height": down, "fit": "cover", **how})
    made, (left, top, right, bottom) = resized(params, (width, height))

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert right - left == width or bottom - top == height
    assert enlarge or (made[0] <= width and made[1] <= height)
    assert made == (across, down) or made == (right - left, bottom - top)


@given(SIDES, SIDES, SIDES, st.sampled_from(["width", "height", "longest", "shortest"]))
def test_one_side_is_met_exactly_or_the_picture_stays(width: int, height: int, wanted: int, which: str):
    made, _ = resized(Resize().decode({which: wanted}), (width, height))
    index = {
        "width": 0,
        "height": 1,
        "longest": 0 if width >= height else 1,
        "shortest": 0 if width <= height else 1,
    }
    side = index[which]

    assert made[side] == min(wanted, (width, height)[side])


def test_exact_does_not_enlarge_unasked():
    with pytest.raises(OperationError, match="mei has 64x32 pixels, less than 100x10") as caught:
        apply("resize", {"width": 100, "height": 10, "fit": "exact"}, picture(quarters(), label="mei"))

    assert "enlarge" in caught.value.hint


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", ["lanczos", "bicubic", "bilinear", "box", "nearest"])
def test_all_filters_keep_what_is_where(form: str, name: str):
    image = one("resize", {"longest": 100, "filter": name}, picture(quarters(1000, 500), form, quality=95))

    assert image.size == (100, 50)
    assert looks_upright(image)


def test_cover_cuts_both_sides_alike():
    wide = plain(300, 100, RED)
    wide.paste(GREEN, (100, 0, 200, 100))

    image = one("resize", {"width": 50, "height": 50, "fit": "cover"}, picture(wide))

    assert all(near(corner, GREEN) for corner in corners(image))


@pytest.mark.parametrize("turn", [5, 6, 7, 8])
def test_a_turned_jpeg_is_read_small_and_comes_out_upright(turn: int):
    """It is decoded at an eighth: sizes must be exchanged at the right place."""
    upright = quarters(1600, 800)
    back = {5: 5, 6: 2, 7: 6, 8: 4}[turn]  # Image.Transpose that undoes it
    stored = upright.transpose(back)
    exif = stored.getexif()
    exif[0x0112] = turn

    image = one("resize", {"longest": 120}, picture(stored, "JPEG", exif=exif, quality=95))

    assert image.size == (120, 60)
    assert looks_upright(image)


def test_edges_of_transparency_do_not_darken():
    """Black under nothing must not show when pixels are mixed."""
    image = plain(64, 64, RED)
    image.putalpha(255)
    image.paste((0, 0, 0, 0), (0, 0, 31, 64))

    small = one("resize", {"longest": 8}, picture(image))

    assert all(near(small.getpixel((x, 4)), RED, 3) for x in range(4, 8))
    assert near(small.getpixel((3, 4)), RED, 3) or small.getpixel((3, 4))[3] == 0


def test_a_picture_larger_than_can_be_held_is_refused():
    with pytest.raises(OperationError, match="would have 16384x8192 pixels"):
        apply("resize", {"width": 16384, "enlarge": True}, picture(quarters(64, 32)))
