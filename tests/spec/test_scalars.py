import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.spec.document import parse
from seedream_pipe.spec.scalars import plain_scalar

AS_WRITTEN = """
16:9 1:1 12:30:45 190:20:30 no No NO on off yes y n True TRUE False FALSE Null NULL
0010 017 0o17 0x1F 0b101 08 1_000 +5 -0 1.10 5.00 1.0e3 1e3 1E5 1e400 .5 5. -.5 0.10 1.50 00.5
.inf -.inf .nan NaN inf 2026-11-22 2026-11-22T10:00:00Z 2026-11 4K 2560x1440 1.2.3 v1.0 = - --- -- -a
999999999999999999999999 1234567890123456789 0.1234567890123456789 ~/refs nulls truex
""".split()

VALUES = [
    ("", None),
    ("~", None),
    ("null", None),
    ("true", True),
    ("false", False),
    ("0", 0),
    ("7", 7),
    ("-3", -3),
    ("2026", 2026),
    ("999999999999999999", 999999999999999999),
    ("0.5", 0.5),
    ("-2.25", -2.25),
    ("1.0", 1.0),
    ("3.14", 3.14),
]


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_what_is_no_plain_number_stays_as_the_author_wrote_it(text):
    assert plain_scalar(text) == text
    assert type(plain_scalar(text)) is str


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_null_booleans_and_plain_numbers_are_values(text, value):
    assert plain_scalar(text) == value
    assert type(plain_scalar(text)) is type(value)


@pytest.mark.parametrize("text", [text for text in AS_WRITTEN if text not in {"-", "---", "--"}])
def test_the_parser_hands_scalars_over_as_they_are_written(text):
    document = parse(f"block: {text}\nflow: {{a: {text}, b: [{text}]}}\n", file="f")
    assert document.root == {"block": text, "flow": {"a": text, "b": [text]}}


@pytest.mark.parametrize("text", ["1", "true", "null", "~", "", "0.5", "16:9"])
def test_quoted_scalars_are_text(text):
    document = parse(f"a: '{text}'\nb: \"{text}\"\n", file="f")
    assert document.root == {"a": text, "b": text}


@given(st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_one_only_when_it_is_written_so_again(number):
    value = plain_scalar(str(number))
    assert str(value) == str(number)
    assert isinstance(value, str) or value == number


@given(st.text())
def test_nothing_written_is_changed(text):
    value = plain_scalar(text)
    if isinstance(value, float):
        assert math.isfinite(value)
    if value is not None and not isinstance(value, bool):
        assert str(value) == text
