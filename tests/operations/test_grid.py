from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import OperationError
from seedream_pipe.operations.arrangement import Cell, cell_size, columns_of, pages, placed
from seedream_pipe.operations.grid import Grid
from tests.operations.made import BLUE, GREEN, RED, apply, near, one, opened, picture, plain

COUNTS = st.integers(1, 400)
MAYBE = st.none() | st.integers(1, 12)


def decoded(**with_: Any):
    return Grid().decode({name: value for name, value in with_.items() if value is not None})


@given(COUNTS, MAYBE, MAYBE, st.none() | st.integers(1, 60))
def test_every_picture_stands_on_one_page(
    count: int, columns: int | None, rows: int | None, page: int | None
):
    if page and (columns or 1) * (rows or 1) > page:
        page = None
    params = decoded(columns=columns, rows=rows, page=page)

    found = pages(params, count)

    assert [
        index for one_page in found for index in range(one_page.first, one_page.first + one_page.count)
    ] == list(range(count))
    assert all(one_page.count > 0 for one_page in found)
    assert Grid().ceiling(params, count) == len(found)
    most = columns * rows if columns and rows else params.page
    assert max(one_page.count for one_page in found) <= most
    if rows and not columns:
        assert all(
            -(-one_page.count // columns_of(params, one_page.count, (16, 9))) <= rows for one_page in found
        )


@pytest.mark.parametrize(
    ("with_", "count", "counts"),
    [
        ({}, 30, [30]),
        ({}, 31, [16, 15]),
        ({"page": 12}, 26, [9, 9, 8]),
        ({"columns": 3, "rows": 2}, 14, [6, 6, 2]),
        ({"columns": 4}, 29, [16, 13]),
        ({"page": 1}, 3, [1, 1, 1]),
    ],
)
def test_pages_are_filled_evenly(with_: dict[str, Any], count: int, counts: list[int]):
    assert [page.count for page in pages(Grid().decode(with_), count)] == counts


def test_no_pictures_need_no_page():
    assert Grid().ceiling(decoded(), 0) == 0


@given(COUNTS.filter(lambda count: count <= 60), st.integers(50, 900), st.integers(50, 900))
def test_columns_come_near_to_paper(count: int, width: int, height: int):
    columns = columns_of(decoded(), count, (width, height))

    assert 1 <= columns <= count
    rows = -(-count // columns)
    assert columns * rows - count < columns


def test_columns_of_twelve():
    assert columns_of(decoded(), 12, (640, 440)) == 3
    assert columns_of(decoded(), 12, (360, 720)) == 6


@given(st.integers(1, 9), st.integers(0, 30), st.integers(0, 40), st.integers(0, 60))
def test_cells_do_not_touch(columns: int, gap: int, below: int, margin: int):
    rects = [
        placed(columns, (50, 30), below=below, gap=gap, margin=margin, top=17, index=index)
        for index in range(20)
    ]

    for index, (left, top, right, bottom) in enumerate(rects):
        assert left >= margin
        assert top >= margin + 17
        assert (right - left, bottom - top) == (50, 30)
        for other in rects[index + 1 :]:
            assert other[0] >= right + gap or other[2] + gap <= left or other[1] >= bottom + gap + below


def test_cell_follows_the_middle_shape():
    assert cell_size(Cell(), [(1600, 900), (1920, 1080), (100, 900)]) == (640, 360)
    assert cell_size(Cell(), [(900, 1600)]) == (360, 640)
    assert cell_size(Cell(width=320), [(1600, 900)]) == (320, 180)
    assert cell_size(Cell(height=320), [(900, 1600)]) == (180, 320)
    assert cell_size(Cell(width=7, height=9), [(1, 1)]) == (7, 9)
    assert cell_size(Cell(), [(16000, 16)]) == (640, 213)


SHEET = {"columns": 2, "cell": {"width": 100, "height": 50}, "gap": 10, "margin": 20, "labels": False}


def test_pixels_stand_where_they_should():
    image = one("grid", SHEET, *(picture(plain(200, 100, colour)) for colour in (RED, GREEN, BLUE)))

    assert image.size == (20 + 100 + 10 + 100 + 20, 20 + 50 + 10 + 50 + 20)
    assert image.getpixel((70, 45)) == RED
    assert image.getpixel((180, 45)) == GREEN
    assert image.getpixel((70, 105)) == BLUE
    assert image.getpixel((180, 105)) == (255, 255, 255)
    assert image.getpixel((125, 45)) == (255, 255, 255)
    assert image.crop((20, 20, 120, 70)).getcolors() == [(5000, RED)]


def test_a_picture_of_another_shape_is_whole_and_in_the_middle():
    image = one("grid", SHEET, picture(plain(100, 200)), picture(plain(20, 10)))

    assert image.crop((57, 20, 82, 70)).getcolors() == [(25 * 50, RED)]
    assert not near(image.getpixel((55, 45)), RED)
    assert image.crop((170, 40, 190, 50)).getcolors() == [(200, RED)], "a small one is not enlarged"
    assert not near(image.getpixel((168, 45)), RED)


def inked(image: Any, box: tuple[int, int, int, int]) -> int:
    """Dark pixels within a box."""
    return sum(image.convert("L").crop(box).histogram()[:128])


def test_labels_stand_below_their_pictures():
    how = {"cell": {"width": 200, "height": 100}, "columns": 2, "gap": 10, "margin": 20}
    image = one("grid", {**how, "labels": ["雨夜", ""]}, *[picture(plain(200, 100, (255, 255, 255)))] * 2)

    assert inked(image, (20, 120, 220, image.height)) > 40
    assert inked(image, (230, 120, image.width, image.height)) == 0
    assert inked(image, (0, 0, image.width, 120)) == 0


def test_labels_are_the_names_of_the_pictures():
    named, nameless = picture(plain(200, 100), label="mei"), picture(plain(200, 100))

    with_names = one("grid", {}, named)
    given_names = one("grid", {"labels": ["mei"]}, nameless)

    assert with_names.tobytes() == given_names.tobytes()
    assert one("grid", {}, nameless).height < with_names.height
    assert one("grid", {"labels": False}, named).size == one("grid", {}, nameless).size


def test_a_long_label_takes_two_lines_and_no_more():
    heights = [
        one(
            "grid", {"labels": [label], "cell": {"width": 200, "height": 100}}, picture(plain(200, 100))
        ).height
        for label in ("一", "港口清晨渔船归来海鸥飞过" * 2, "港口清晨" * 60, "word " * 200)
    ]

    assert heights[0] < heights[1] == heights[2] == heights[3]


def test_labels_and_pictures_must_be_as_many():
    with pytest.raises(OperationError, match="`labels` has 1 texts, and there are 2 pictures"):
        apply("grid", {"labels": ["a"]}, picture(plain(9, 9)), picture(plain(9, 9)))


def test_title_and_number_of_the_page():
    blank = picture(plain(200, 100, (255, 255, 255)))
    how = {
        "cell": {"width": 200, "height": 100},
        "columns": 2,
        "rows": 1,
        "labels": False,
        "gap": 0,
        "margin": 10,
    }
    first, second = (opened(made) for made in apply("grid", {**how, "title": "夜市 Market"}, *[blank] * 3))

    assert first.size == second.size
    top = first.height - 110
    assert inked(first, (0, 0, 200, top)) == inked(second, (0, 0, 200, top)) > 60
    assert first.crop((200, 0, 410, top)).tobytes() != second.crop((200, 0, 410, top)).tobytes()
    assert one("grid", how, blank).height < first.height, "one page without a title has no header"


def test_letters_are_light_on_a_dark_page():
    image = one("grid", {"background": "#101014", "labels": ["夜市"]}, picture(plain(300, 200, (16, 16, 20))))

    assert image.convert("L").getextrema()[1] > 200


def test_golden_sizes():
    frames = [picture(plain(1600, 900), "JPEG", label=f"sc01_{index:03}") for index in range(7)]

    assert [(made.width, made.height) for made in apply("grid", {"title": "Board"}, *frames)] == [
        (2112, 1528)
    ]
    assert [
        (made.width, made.height) for made in apply("grid", {"page": 4, "cell": {"width": 320}}, *frames)
    ] == [
        (720, 527),
        (720, 527),
    ]


def test_a_page_that_cannot_be_held_is_refused():
    how = {"cell": {"width": 4096, "height": 4096}, "columns": 5}

    with pytest.raises(OperationError, match="a page would have"):
        apply("grid", how, *[picture(plain(9, 9))] * 5)


def test_a_transparent_page():
    image = one(
        "grid", {**SHEET, "background": "transparent"}, picture(plain(200, 100)), picture(plain(50, 50))
    )

    assert image.getpixel((2, 2))[3] == 0
    assert image.getpixel((70, 45)) == (*RED, 255)
    assert Fraction(image.width, 1) == 250
