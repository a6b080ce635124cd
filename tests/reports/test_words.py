"""Two prompts side by side: what changed is marked, what did not is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.reports.pieces import plain
from seedream_pipe.reports.why import sides
from seedream_pipe.reports.words import compared


def _marked(line) -> str:
    return "".join(f"[{piece.text}]" if piece.tone else piece.text for piece in line)


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("a red coat", "a blue coat", "a [red] coat", "a [blue] coat"),
        ("a coat", "a red coat", "a coat", "a [red ]coat"),
        ("小女孩穿红雨衣", "小女孩穿黄雨衣", "小女孩穿[红]雨衣", "小女孩穿[黄]雨衣"),
        ("one two three", "uno due three", "[one two] three", "[uno due] three"),
        ("same", "same", "same", "same"),
        ("", "new", "", "[new]"),
        ("a\nb", "a\nc", "a\\n[b]", "a\\n[c]"),
        ("a \x1b[31mb", "a c", "a [\\x1b[31mb]", "a [c]"),
    ],
)
def test_changed_words_are_marked(old, new, left, right) -> None:
    before, after = compared(old, new)

    assert (_marked(before), _marked(after)) == (left, right)


def test_long_stretches_that_are_equal_are_cut_the_same_on_both_sides() -> None:
    many = " ".join(f"word{n}" for n in range(60))

    before, after = compared(f"{many} red {many}", f"{many} blue {many}")

    assert _marked(before) == "… word55 word56 word57 word58 word59 [red] word0 word1 word2 word3 word4 …"
    assert _marked(after) == _marked(before).replace("red", "blue")


@given(
    st.lists(st.sampled_from(["a", "b", " ", "雨", "."]), max_size=8).map("".join),
    st.text("ab 雨", max_size=8),
)
def test_short_texts_are_told_whole(old, new) -> None:
    before, after = compared(old, new)

    assert "".join(piece.text for piece in before) == old
    assert "".join(piece.text for piece in after) == new


def test_values_that_are_equal_where_they_would_be_cut_are_cut_elsewhere():
    same = "over and over " * 40
    old, new = sides("arguments", f"{same}red", f"{same}blue")
    assert (plain([old])[-3:], plain([new])[-4:]) == ("red", "blue")
    assert len(plain([old])) < 200


def test_a_task_as_an_input_is_not_called_a_digest():
    old, new = sides("references", "character@mei (take 2)", "character@mei")
    assert (plain([old]), plain([new])) == ("character@mei (take 2)", "character@mei")
