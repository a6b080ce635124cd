"""Lines fit their width, nothing of a text is lost unseen, and Chinese is broken by its rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import lettering

FACE = lettering.face(20)
TEXTS = st.text(st.sampled_from("ab, .\n雨夜，。（）“”市a-é "), max_size=80)


@given(TEXTS, st.integers(30, 400), st.integers(1, 6))
def test_lines_fit_and_are_not_too_many(text: str, width: int, most: int):
    lines = lettering.wrapped(text, FACE, width, most=most)

    assert 1 <= len(lines) <= most
    assert all(FACE.getlength(line) <= width for line in lines)


@given(TEXTS, st.integers(200, 400))
def test_what_is_not_cut_is_all_there(text: str, width: int):
    lines = lettering.wrapped(text, FACE, width, most=200)

    if not any(line.endswith("…") for line in lines):
        assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(["雨", "夜，", "（市）", "“场。”"]), max_size=40))
def test_marks_do_not_begin_or_end_a_line_where_they_may_not(parts: list[str]):
    lines = lettering.wrapped("".join(parts), FACE, 160, most=200)

    assert not any(line and line[0] in "，。”）" for line in lines)
    assert not any(line and line[-1] in "“（" for line in lines)


def test_a_line_is_broken_before_an_opening_mark_and_after_a_closing_one():
    assert lettering.wrapped("雨夜市场雨夜市场，雨夜", FACE, 160, most=9) == ["雨夜市场雨夜市", "场，雨夜"]
    assert lettering.wrapped("雨夜市场雨夜市（雨夜）", FACE, 160, most=9) == ["雨夜市场雨夜市", "（雨夜）"]


def test_words_are_not_broken():
    assert lettering.wrapped("the old cat waits", FACE, 90, most=9) == ["the old", "cat waits"]


def test_line_breaks_are_kept():
    assert lettering.wrapped("a\r\n\nb", FACE, 200, most=9) == ["a", "", "b"]


def test_what_is_cut_ends_in_an_ellipsis():
    (line,) = lettering.wrapped("雨夜市场" * 9, FACE, 160, most=1)

    assert line == "雨夜市场雨夜市…"
    assert lettering.cut("雨夜", FACE, 160) == "雨夜"
    assert lettering.cut("雨夜", FACE, 5) == ""


def test_what_cannot_be_seen_is_a_space():
    assert lettering.wrapped("a\u202eb\tc", FACE, 200, most=1) == ["a b c"]


@pytest.mark.parametrize(("align", "first"), [("left", True), ("right", False)])
def test_a_layer_has_letters_on_nothing(align: lettering.Align, first: bool):  # noqa: FBT001
    image = lettering.layer(["雨"], FACE, (9, 8, 7, 255), width=200, align=align)
    half = image.crop((0, 0, 100, image.height) if first else (100, 0, 200, image.height))

    assert image.size == (200, lettering.pitch(FACE))
    assert image.getchannel("A").getbbox() is not None
    assert half.getchannel("A").histogram()[255] == image.getchannel("A").histogram()[255] > 0
    assert image.convert("RGB").getcolors() == [(200 * lettering.pitch(FACE), (9, 8, 7))]


def test_the_font_has_both_languages():
    boxes = {char: FACE.getmask(char).getbbox() for char in "A雨é。あЖ"}
    missing = bytes(FACE.getmask("\U0001f600"))

    assert all(boxes.values())
    assert [char for char in boxes if bytes(FACE.getmask(char)) == missing] == []
