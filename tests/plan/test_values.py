"""Fields of a step as values: texts of a table, types of templates, limits of models."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.plan.values import options


def _told(**fields):
    return [(c.field, c.code, c.message) for c in options(fields)[1]]


def test_without_fields_everything_has_its_default():
    made, complaints = options({})
    assert not complaints
    assert (made.model, made.size, made.watermark, made.takes, made.pick) == (
        "seedream-4.5",
        "2048x2048",
        False,
        1,
        1,
    )
    assert (made.group, made.seed, made.salt, made.optimize_prompt, made.output_format) == (None,) * 5


@pytest.mark.parametrize("value", [3, "3", " 3 ", "+3", 3.0])
def test_a_number_may_come_as_the_text_of_a_cell(value):
    assert options({"takes": value})[0].takes == 3


@pytest.mark.parametrize("value", ["", "  ", None])
def test_an_empty_cell_means_not_given(value):
    fields = dict.fromkeys(
        ("takes", "group", "seed", "salt", "size", "model", "watermark", "pick", "output_format"), value
    )
    assert options(fields) == options({})


@pytest.mark.parametrize("value", ["three", "--3", "3.5", 3.5, True, [3], {"a": 3}, "9" * 5000, "³", "1e3"])
def test_what_is_no_number_is_told(value):
    (complaint,) = options({"takes": value})[1]
    assert complaint.code == "E-VALUE"
    assert complaint.message.startswith("takes is ")
    assert len(complaint.message) < 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("takes", 0), ("takes", 100), ("group", 0), ("group", 16), ("seed", -2), ("seed", 2**31)],
)
def test_a_number_out_of_range_is_told(field, value):
    assert [told[:2] for told in _told(**{field: value})] == [(field, "E-VALUE")]


@pytest.mark.parametrize(
    ("value", "watermark"), [(True, True), ("true", True), (" false ", False), ("", False)]
)
def test_true_and_false_may_come_as_text(value, watermark):
    assert options({"watermark": value})[0].watermark is watermark


@pytest.mark.parametrize("value", ["yes", "True", 1, 0, []])
def test_what_is_neither_true_nor_false_is_told(value):
    assert [told[:2] for told in _told(watermark=value)] == [("watermark", "E-VALUE")]


@pytest.mark.parametrize(
    ("pick", "takes", "message"),
    [
        (2, 1, "pick is 2, but there is one take"),
        ("4", "3", "pick is 4, but there are 3 takes"),
        (["first"], 3, "pick is a list; a whole number from 1 to 99 is expected"),
    ],
)
def test_a_pick_that_is_not_there_is_told(pick, takes, message):
    assert _told(pick=pick, takes=takes) == [("pick", "E-VALUE", message)]


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("2k", "2K"),
        (" 4K ", "4K"),
        ("2560X1440", "2560x1440"),
        ({"tier": "2K", "aspect": "16:9"}, "2848x1600"),
        ({"tier": "4k", "aspect": " 9:16"}, "3040x5504"),
    ],
)
def test_a_size_is_resolved(value, size):
    assert options({"size": value}) == options({"size": size})
    assert options({"size": value})[0].size == size


@pytest.mark.parametrize(
    "value",
    [2, 2.0, True, [], ["2K"], {}, {"tier": "2K"}, {"tier": [], "aspect": {}}, "16:9", "8K", "1x1", "x"],
)
def test_a_size_of_any_other_form_is_told(value):
    assert [told[:2] for told in _told(size=value)] == [("size", "E-SIZE")]


def test_of_an_unknown_model_only_that_is_told():
    told = _told(model="seedream-4.6", size="8K", group=3, output_format="png", optimize_prompt="fast")
    assert told == [("model", "E-MODEL", 'unknown model "seedream-4.6"')]


@pytest.mark.parametrize("model", ["ep-20260101-abcde", "doubao-seedream-9-9-280101"])
def test_a_raw_id_passes_with_explicit_numbers(model):
    made, complaints = options(
        {"model": model, "size": "1024x1024", "group": 3, "output_format": "png", "optimize_prompt": "fast"}
    )
    assert not complaints
    assert (made.model, made.size, made.profile) == (model, "1024x1024", None)


def test_the_sizes_of_a_raw_id_are_not_known():
    assert [told[:2] for told in _told(model="ep-20260101-abcde", size="2K")] == [("size", "E-SIZE")]


@pytest.mark.parametrize(
    ("field", "value"), [("group", 2), ("optimize_prompt", "dream"), ("output_format", "webp")]
)
def test_what_a_model_would_ignore_is_told(field, value):
    """R22: the service bills a field that it does not know, and says nothing."""
    assert [told[:2] for told in _told(model="seedream-5.0-pro", **{field: value})] == [
        (field, "E-MODEL-OPTION")
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
FIELDS = (
    "model",
    "size",
    "watermark",
    "seed",
    "salt",
    "group",
    "takes",
    "pick",
    "optimize_prompt",
    "output_format",
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_value_ends_in_options_or_complaints(fields):
    made, complaints = options(fields)
    assert complaints or made.size
    assert 1 <= made.pick <= made.takes <= 99
