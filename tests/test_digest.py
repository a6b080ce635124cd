import hashlib
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.digest import blob_digest, canonical, file_digest, is_digest, tagged

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=10,
)


def test_the_canonical_form_is_what_it_always_was():
    value = {"size": "2048x2048", "b": [1, 0.5, None, True], "a": '夜\n"', "é": {}}
    assert canonical(value) == '{"a":"夜\\n\\"","b":[1,0.5,null,true],"size":"2048x2048","é":{}}'.encode()


def test_a_digest_with_its_tag_is_what_it_always_was():
    expected = "e1c79e3566478840407123c5fd6f67ddcf155fd83d0291ff8fe1f157d6c1f719"
    assert (
        tagged("task/1", {"prompt": "x"}) == expected == hashlib.sha256(b'task/1{"prompt":"x"}').hexdigest()
    )


@given(VALUES)
def test_the_canonical_form_is_json_of_the_same_value(value):
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES))
def test_the_order_of_a_map_makes_no_difference(value):
    turned = dict(reversed(value.items()))
    assert canonical(turned) == canonical(value)


@given(VALUES, VALUES)
def test_different_values_have_different_forms(one, other):
    if json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True):
        assert canonical(one) != canonical(other)


def test_tuples_are_lists():
    assert canonical({"a": (1, "b")}) == canonical({"a": [1, "b"]})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [math.nan], "\ud800", {"\udfff": 1}])
def test_what_json_cannot_say_is_a_value_error(value):
    with pytest.raises(ValueError):  # noqa: PT011 - each library words it its own way
        canonical(value)


def test_kinds_and_versions_never_meet():
    record = {"a": 1}
    assert len({tagged(tag, record) for tag in ("task/1", "task/2", "result/1", "task/11")}) == 4


@pytest.mark.parametrize("number", [1, 1.5, -1])
def test_a_bare_number_has_no_tagged_digest(number):
    with pytest.raises(ValueError, match="no record"):
        tagged("task/1", number)


@given(st.binary(max_size=200))
def test_a_blob_has_one_digest_in_memory_and_in_a_file(data):
    assert file_digest(io.BytesIO(data)) == blob_digest(data) == hashlib.sha256(data).hexdigest()


def test_a_file_is_read_from_where_it_stands():
    file = io.BytesIO(b"head" + b"x" * (3 << 20))
    file.seek(4)
    assert file_digest(file) == blob_digest(b"x" * (3 << 20))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 64, True),
        ("0123456789abcdef" * 4, True),
        ("A" * 64, False),
        ("a" * 63, False),
        ("a" * 65, False),
        ("a" * 64 + "\n", False),
        ("../" + "a" * 61, False),
        ("g" * 64, False),
        ("１" * 64, False),
        ("", False),
    ],
)
def test_only_64_lower_case_hex_digits_are_a_digest(text, expected):
    assert is_digest(text) is expected
