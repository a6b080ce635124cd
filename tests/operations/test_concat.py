from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.operations.concat import Concat, laid_out
from tests.operations.made import BLUE, GREEN, RED, apply, near, one, picture, plain

SIZES = st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1, max_size=6)
SCALES = st.sampled_from(["smallest", "largest", "first", "none"])
ALIGNS = st.sampled_from(["start", "center", "end"])


@given(SIZES, st.integers(0, 50), SCALES, ALIGNS)
def test_a_row_is_a_column_with_its_sides_exchanged(sizes: Any, gap: int, scale: str, align: str):
    how = {"gap": gap, "scale": scale, "align": align}
    row, rects = laid_out(Concat().decode(how), sizes)
    column, turned = laid_out(
        Concat().decode({**how, "direction": "vertical"}), [(height, width) for width, height in sizes]
    )

    assert column == (row[1], row[0])
    assert [(top, left, bottom, right) for left, top, right, bottom in turned] == list(rects)


@given(SIZES, st.integers(0, 50), SCALES, ALIGNS)
def test_pictures_follow_each_other_with_a_gap_and_fill_the_whole(
    sizes: Any, gap: int, scale: str, align: str
):
    (width, height), rects = laid_out(Concat().decode({"gap": gap, "scale": scale, "align": align}), sizes)

    assert rects[0][0] == 0
    assert rects[-1][2] == width
    assert all(after[0] - before[2] == gap for before, after in pairwise(rects))
    assert all(0 <= top < bottom <= height for _, top, _, bottom in rects)
    assert max(bottom - top for _, top, _, bottom in rects) == height


@given(SIZES)
def test_nothing_is_enlarged_unless_asked(sizes: Any):
    _, rects = laid_out(Concat().decode({}), sizes)

    assert all(
        right - left <= max(1, size[0]) and bottom - top <= size[1]
        for (left, top, right, bottom), size in zip(rects, sizes, strict=True)
    )


def test_golden_sizes():
    sizes = [(100, 50), (100, 100), (30, 60)]

    assert laid_out(Concat().decode({"gap": 10}), sizes)[0] == (100 + 10 + 50 + 10 + 25, 50)
    assert laid_out(Concat().decode({"scale": "none"}), sizes)[0] == (230, 100)
    assert laid_out(Concat().decode({"scale": "largest"}), sizes)[0] == (200 + 100 + 50, 100)
    assert laid_out(Concat().decode({"direction": "vertical", "scale": "first"}), sizes)[0] == (100, 350)


@pytest.mark.parametrize(("align", "top"), [("start", 0), ("center", 5), ("end", 10)])
def test_pixels_stand_where_they_should(align: str, top: int):
    with_ = {"gap": 4, "scale": "none", "align": align, "background": "white"}
    image = one("concat", with_, picture(plain(20, 20, RED)), picture(plain(10, 10, BLUE)))

    assert image.size == (34, 20)
    assert image.getpixel((10, 10)) == RED
    assert image.getpixel((22, 10)) == (255, 255, 255)
    assert image.crop((24, top, 34, top + 10)).getcolors() == [(100, BLUE)]


def test_order_is_kept():
    image = one("concat", {}, *(picture(plain(8, 8, colour), "JPEG") for colour in (RED, GREEN, BLUE)))

    assert image.format == "JPEG"
    assert [near(image.getpixel((x, 4)), colour) for x, colour in ((4, RED), (12, GREEN), (20, BLUE))] == [
        True
    ] * 3


def test_transparent_gap_and_pictures():
    hole = plain(8, 8)
    hole.putalpha(0)

    image = one("concat", {"gap": 2, "background": "transparent"}, picture(hole), picture(plain(8, 8)))

    assert [image.getpixel((x, 4))[3] for x in (4, 9, 12)] == [0, 0, 255]


def test_no_pictures_make_none():
    assert apply("concat", {}) == ()
    assert Concat().ceiling(Concat().decode({}), 0) == 0
    assert Concat().ceiling(Concat().decode({}), 5) == 1
