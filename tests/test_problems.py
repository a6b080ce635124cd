import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.problems import (
    Place,
    Problem,
    did_you_mean,
    escaped,
    frame,
    merged,
    shown,
    split_lines,
)


def columns(text):
    """Columns of a terminal, worked out another way than the module does."""
    total = 0
    for char in text:
        if unicodedata.category(char) in {"Mn", "Me"} or "\u1160" <= char <= "\u11ff":
            continue
        total += 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
    return total


def under_the_caret(line, column, length=1, width=60):
    """What stands above the carets of a frame."""
    text, carets = frame(Place("f", 1, column, length), [line], width=width).split("\n")
    begin, end = carets.index("^"), len(carets)
    found, at = "", 0
    for char in text:
        if begin <= at < end and (found or columns(char)):
            found += char
        at += columns(char)
    return found


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("size: 3K", "3K"),
        ("提示: 夜市的 3K 灯", "3K"),
        ("提示: 夜市的灯", "夜市"),
        ("😀😀: 3K", "3K"),
        ("cafe\u0301 n\u0303: 3K", "3K"),
        ("ｆｕｌｌ: 3K", "3K"),
        ("\t\tsize: 3K", "3K"),
        ("ᄒ\u1161\u11ab: 3K", "3K"),
        ("x" * 500 + " 3K " + "y" * 500, "3K"),
        ("夜" * 500 + "3K" + "市" * 500, "3K"),
        ("3K" + "市" * 500, "3K"),
        ("\u0301" * 300 + "3K", "3K"),
    ],
)
@pytest.mark.parametrize("width", [24, 40, 100])
def test_the_carets_stand_right_under_the_word(line, word, width):
    assert under_the_caret(line, line.index(word) + 1, len(word), width) == word


@pytest.mark.parametrize(
    ("char", "as_shown"), [("\x1b", r"\x1b"), ("\u202e", r"\u202e"), ("\u200b", r"\u200b"), ("\0", r"\x00")]
)
def test_what_is_hidden_is_shown_escaped_and_marked_as_a_whole(char, as_shown):
    assert under_the_caret(f"a {char} b", 3) == as_shown
    assert under_the_caret(f"{char} 3K", 3, 2) == "3K"


def test_a_frame_has_the_line_and_its_number():
    assert frame(Place("f", 2, 7, 2), ["a: 1", "size: 3K"]) == "    2 | size: 3K\n      |       ^^"


def test_a_place_behind_the_end_of_its_line_has_a_caret_there():
    assert frame(Place("f", 1, 6), ["name:"]).endswith("|      ^")


@pytest.mark.parametrize("place", [Place("f"), Place("f", 3, 1), Place("f", 99, 1)])
def test_a_place_that_is_in_no_line_has_no_frame(place):
    assert frame(place, ["a", "b"]) == ""


@given(
    st.text(st.characters(exclude_characters="\r\n")),
    st.integers(1, 300),
    st.integers(0, 50),
    st.integers(0, 130),
)
def test_a_frame_is_two_lines_that_can_be_printed_within_the_width(line, column, length, width):
    text, carets = frame(Place("f", 1, column, length), [line], width=width).split("\n")
    assert columns(text) <= max(width, 20) + 6
    assert columns(carets) <= max(width, 20) + 6
    assert carets.strip(" |").strip("^") == ""
    assert "^" in carets
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Zl", "Zp"} for char in text)


def test_a_frame_of_a_line_of_a_mebibyte_takes_no_time():
    line = "x" * (1 << 20)
    for column in range(1, 1 << 20, 1 << 12):
        assert "^" in frame(Place("f", 1, column), [line])


def test_control_and_bidi_characters_are_escaped():
    assert escaped("a\x1b[31m\u202eb\n\t\U000e0041") == r"a\x1b[31m\u202eb\n\t\U000e0041"


def test_other_text_is_left_alone():
    assert escaped("夜市 😀 café \\ {{ x }}") == "夜市 😀 café \\ {{ x }}"


@given(st.text(), st.integers(1, 40))
def test_escaped_text_is_short_and_harmless(text, limit):
    result = escaped(text, limit=limit)
    assert len(result) <= limit
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in result)
    assert escaped(result, limit=limit) == result


def test_an_escape_is_not_cut_in_the_middle():
    assert escaped("abc\x1bd", limit=6) == "abc…"


def problem(**changed):
    return Problem(
        **{"code": "E-SIZE", "place": Place("f.yaml", 2, 7, 2), "message": "3K is no size", **changed}
    )


def test_a_problem_is_told_with_its_frame_and_its_hint():
    assert shown(problem(hint='did you mean "2K"?'), ["a: 1", "size: 3K"]) == (
        "error[E-SIZE] f.yaml:2:7: 3K is no size\n"
        "    2 | size: 3K\n"
        "      |       ^^\n"
        '  hint: did you mean "2K"?'
    )


def test_a_warning_says_so():
    assert shown(problem(severity="warning", code="W-NAME"), []).startswith("warning[W-NAME] f.yaml:2:7: ")


def test_a_problem_without_its_lines_or_of_a_whole_file_has_no_frame():
    assert shown(problem(), []) == "error[E-SIZE] f.yaml:2:7: 3K is no size"
    assert shown(problem(place=Place("f.yaml")), ["a"]) == "error[E-SIZE] f.yaml: 3K is no size"


def test_the_first_of_two_equal_keys_is_named():
    twice = problem(code="E-DUPLICATE-KEY", also=(Place("f.yaml", 1, 1),))
    assert "  first given at f.yaml:1:1" in shown(twice, []).split("\n")
    assert "  see also f.yaml:1:1" in shown(problem(also=(Place("f.yaml", 1, 1),)), []).split("\n")


@pytest.mark.parametrize(("count", "line"), [(2, "  and in 1 more row"), (24, "  and in 23 more rows")])
def test_the_same_of_many_rows_is_counted(count, line):
    assert line in shown(problem(count=count), []).split("\n")


@given(st.text(), st.text(), st.text())
def test_nothing_that_is_shown_moves_the_cursor(file, message, hint):
    text = shown(problem(place=Place(file, 1, 1), message=message, hint=hint), [message + hint])
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Zl", "Zp"} for char in text.replace("\n", ""))


def test_merged_problems_stand_in_the_order_of_the_file_each_once():
    later, other = problem(place=Place("f.yaml", 10, 1)), problem(message="another")
    assert merged([later, problem(), other, problem(count=2)]) == [problem(count=3), other, later]


def test_the_places_of_one_finding_are_kept_apart():
    assert len(merged([problem(), problem(place=Place("g.yaml", 2, 7, 2))])) == 2


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("prompt_", ["prompt", "references"], 'did you mean "prompt"?'),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [], ""),
        ("zzz", [f"step{i}" for i in range(13)], ""),
        ("step1234_", [f"step{i}" for i in range(5000)], 'did you mean "step1234"?'),
    ],
)
def test_the_nearest_word_is_suggested(word, known, hint):
    assert did_you_mean(word, known) == hint


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f", ["a\x0bb\x0cc\x1cd\x85e\u2028f"]),
    ],
)
def test_lines_end_where_an_editor_ends_them(text, lines):
    assert split_lines(text) == lines


def test_a_place_is_written_as_editors_open_it():
    assert str(Place("a b.yaml", 3, 4)) == "a b.yaml:3:4"
    assert str(Place("a\x1b.yaml")) == r"a\x1b.yaml"
