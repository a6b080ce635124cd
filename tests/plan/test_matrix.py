"""Combinations, as GitHub Actions makes them."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.plan.matrix import MatrixError, combinations

FORMATS = [{"id": "tv", "aspect": "16:9"}, {"id": "phone", "aspect": "9:16"}]
AXES = {"format": FORMATS, "market": ["en", "zh"]}


def keys(axes, include=(), exclude=()):
    return [one.key for one in combinations(axes, include, exclude)[0]]


def values(axes, include=(), exclude=()):
    return [dict(one.values) for one in combinations(axes, include, exclude)[0]]


def test_every_value_meets_every_other_the_last_axis_fastest():
    assert keys(AXES) == ["tv-en", "tv-zh", "phone-en", "phone-zh"]


@pytest.mark.parametrize(
    "entry",
    [
        {"format.id": "phone", "market": "zh"},
        {"format": "phone", "market": "zh"},
        {"format": {"id": "phone"}, "market": "zh"},
        {"format": {"id": "phone", "aspect": "9:16"}, "market": "zh"},
        {"format.aspect": "9:16", "market": "zh"},
    ],
    ids=str,
)
def test_exclude_takes_out_what_agrees_in_all_that_it_names(entry):
    assert keys(AXES, exclude=[entry]) == ["tv-en", "tv-zh", "phone-en"]


def test_exclude_that_names_one_axis_takes_out_all_of_it():
    assert keys(AXES, exclude=[{"market": "en"}]) == ["tv-zh", "phone-zh"]


def test_exclude_that_takes_out_nothing_is_told():
    assert combinations(AXES, exclude=[{"market": "fr"}, {"market": "en"}])[1] == [0]


def test_a_value_of_a_table_is_the_number_that_it_reads_as():
    assert keys({"n": [1, 2]}, exclude=[{"n": "2"}]) == ["1"]


def test_true_is_not_one():
    assert keys({"n": [1, 2]}, exclude=[{"n": True}]) == ["1", "2"]


def test_the_example_of_the_documentation_of_github():
    fruits = {"fruit": ["apple", "pear"], "animal": ["cat", "dog"]}
    include = [
        {"color": "green"},
        {"color": "pink", "animal": "cat"},
        {"fruit": "apple", "shape": "circle"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]
    assert values(fruits, include) == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_what_is_added_is_not_in_the_key():
    assert keys(AXES, include=[{"market": "zh", "font": "Kai"}]) == keys(AXES)


def test_include_comes_after_exclude():
    found = keys(AXES, include=[{"format": "phone", "market": "zh"}], exclude=[{"format": "phone"}])
    assert found == ["tv-en", "tv-zh", "phone-zh"]


def test_a_combination_of_its_own_has_the_whole_value_of_an_id():
    (alone,) = values(AXES, include=[{"format": "phone", "market": "fr"}])[4:]
    assert alone == {"format": FORMATS[1], "market": "fr"}


def test_a_matrix_may_be_made_of_include_alone():
    assert keys({}, include=[{"market": "en"}, {"market": "zh", "size": "2K"}]) == ["en", "zh-2K"]


def test_a_key_has_no_character_that_a_key_cannot_have():
    assert keys({"aspect": ["16:9", "a b/c", "竖屏"]}) == ["16-9", "a-b-c", "竖屏"]


@pytest.mark.parametrize(
    ("axes", "include", "exclude", "part", "which"),
    [
        ({"a": [{"x": 1}]}, [], [], "axes", "a"),
        ({"a": [[1]]}, [], [], "axes", "a"),
        ({"a": [None]}, [], [], "axes", "a"),
        ({"a": [":"]}, [], [], "axes", "a"),
        ({"a": [1]}, [], [{"b": 1}], "exclude", 0),
        ({"a": [1]}, [], [{}], "exclude", 0),
        ({"a": [{"id": "x"}]}, [{"a.id": "y"}], [], "include", 0),
        ({"a": [1]}, [{"a": {"x": 1}}], [], "include", 0),
        ({str(n): list(range(10)) for n in range(5)}, [], [], "axes", "0"),
    ],
)
def test_what_makes_no_sense_is_told_where_it_stands(axes, include, exclude, part, which):
    with pytest.raises(MatrixError) as found:
        combinations(axes, include, exclude)
    assert (found.value.part, found.value.which) == (part, which)


_AXES = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.integers(0, 3), unique=True, min_size=1, max_size=3), min_size=1
)
_ENTRIES = st.lists(
    st.dictionaries(st.sampled_from("abcx"), st.integers(0, 4), min_size=1, max_size=3), max_size=3
)


@given(_AXES, _ENTRIES, _ENTRIES)
def test_a_matrix_has_its_product_less_what_is_taken_out_and_more_what_stands_alone(axes, include, exclude):
    exclude = [kept for entry in exclude if (kept := {n: v for n, v in entry.items() if n in axes})]
    found, _ = combinations(axes, include, exclude)
    whole = [dict(zip(axes, each, strict=True)) for each in product(*axes.values())]
    left = [one for one in whole if not any(entry.items() <= one.items() for entry in exclude)]
    own = found[: len(left)]
    assert [{name: one.values[name] for name in axes} for one in own] == left
    assert len(found) - len(left) <= len(include)
    assert len({one.key for one in own}) == len(own)
