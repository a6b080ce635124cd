"""What models and providers are, against the numbers of the contract."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seedream_pipe import profiles
from seedream_pipe.errors import ProviderError, UsageError

ROOT = Path(__file__).parents[2]
LIMITS = json.loads((ROOT / "tests/wire/samples/model-limits.json").read_text())
PROVIDER_NAMES = {"ark-cn": "ark", "byteplus": "byteplus", "302.ai": "302ai"}
MODELS = [profile.name for profile in profiles.models()]


def profile(name):
    found = profiles.model(name)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", ["model", "provider"])
def test_each_profile_file_has_the_shape_of_its_schema(kind):
    schema = json.loads((ROOT / f"schemas/profile-{kind}.schema.json").read_text())
    files = sorted((ROOT / "seedream_pipe/profiles").glob(f"*.{kind}.json"))
    assert len(files) == 4
    for file in files:
        jsonschema.Draft202012Validator(schema).validate(json.loads(file.read_text()))
        assert file.name == f"{json.loads(file.read_text())['name']}.{kind}.json"


def test_the_models_are_those_of_the_contract():
    assert sorted(LIMITS["models"]) == MODELS


@pytest.mark.parametrize("name", MODELS)
def test_limits_are_those_of_the_contract(name):
    limits = LIMITS["models"][name]
    model = profile(name)
    assert {ours: list(model.ids[ours]) for ours in PROVIDER_NAMES.values()} == {
        PROVIDER_NAMES[theirs]: ids for theirs, ids in limits["ids"].items()
    }
    assert [tier.name for tier in model.tiers] == limits["tiers"]
    assert list(model.pixels) == limits["pixels"]
    assert model.references.count == limits["max_refs"]
    assert (model.group, model.stream) == (limits["group"], limits["stream"])
    assert model.rejects == frozenset(limits.get("rejects_fields", []))
    assert list(model.output_formats) == limits["output_format"]
    assert list(model.optimize_modes) == limits["optimize_modes"]


@pytest.mark.parametrize("name", MODELS)
def test_every_recommended_and_older_size_is_legal(name):
    model = profile(name)
    sizes = [size for tier in model.tiers for size in tier.sizes.values()]
    for size in (*sizes, *model.older_sizes, model.default_size):
        assert profiles.resolve_size(model, size) == size


@pytest.mark.parametrize("size", ["2560x1440", "3024x1296", "4694x3520", "5404x3040", "6198x2656"])
def test_sizes_that_the_302_page_prints_are_legal_on_4_5(size):
    """R61: misprinted and superseded, and still within the range."""
    assert profiles.resolve_size("seedream-4.5", size) == size


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("seedream-4.5", "seedream-4.5"),
        ("doubao-seedream-4-5-251128", "seedream-4.5"),
        ("seedream-4-5-251128", "seedream-4.5"),
        ("seedream-5.0", "seedream-5.0-lite"),
        ("seedream-5-0-lite-260128", "seedream-5.0-lite"),
        ("dola-seedream-5-0-pro-260628", "seedream-5.0-pro"),
        ("ep-20260101-abcde", "ep-20260101-abcde"),
        ("doubao-seedream-6-0-270101", "doubao-seedream-6-0-270101"),
    ],
)
def test_any_id_leads_to_the_neutral_name(name, wanted):
    assert profiles.neutral(name) == wanted


@pytest.mark.parametrize("name", ["ep-20260101-abcde", "doubao-seedream-6-0-270101"])
def test_an_id_without_a_profile_passes_as_it_is(name):
    assert profiles.model(name) is None
    assert profiles.is_raw_id(name)
    assert profiles.wire_id("ark", name) == name


@pytest.mark.parametrize(
    ("provider", "model", "wanted"),
    [
        ("302ai", "seedream-4.5", "doubao-seedream-4-5-251128"),
        ("byteplus", "seedream-4.5", "seedream-4-5-251128"),
        ("byteplus", "doubao-seedream-4-5-251128", "seedream-4-5-251128"),
        ("byteplus", "seedream-5.0-pro", "dola-seedream-5-0-pro-260628"),
        ("ark", "doubao-seedream-5-0-lite-260128", "doubao-seedream-5-0-lite-260128"),
        ("preview", "seedream-4.0", "seedream-4.0"),
    ],
)
def test_the_id_on_the_wire_is_the_providers(provider, model, wanted):
    assert profiles.wire_id(provider, model) == wanted


def test_a_name_without_its_version_part_is_unknown():
    """R16: the service answers 404 to it."""
    with pytest.raises(ProviderError, match="no model"):
        profiles.wire_id("ark", "doubao-seedream-4-5")


def test_an_unknown_provider_is_named_with_the_known_ones():
    with pytest.raises(UsageError) as caught:
        profiles.provider("openai")
    assert "302ai, ark, byteplus, preview" in caught.value.hint


@pytest.mark.parametrize(
    ("model", "value", "wanted"),
    [
        ("seedream-4.5", "2k", "2K"),
        ("seedream-5.0-pro", "1.5k", "1.5K"),
        ("seedream-4.5", "2560x1440", "2560x1440"),
        ("seedream-4.5", "2560X1440", "2560x1440"),
        ("seedream-4.5", "2560 × 1440", "2560x1440"),
        ("seedream-4.5", "3750x1250", "3750x1250"),
        ("seedream-4.5", "16384x1024", "16384x1024"),
        ("seedream-4.5", {"tier": "2K", "aspect": "16:9"}, "2848x1600"),
        ("seedream-4.5", {"tier": "4k", "aspect": "9:16"}, "3040x5504"),
        ("seedream-4.0", {"tier": "1K", "aspect": "16:9"}, "1280x720"),
        ("seedream-5.0-pro", {"tier": "2K", "aspect": "16:9"}, "2816x1584"),
        ("ep-20260101-abcde", "1500x1000", "1500x1000"),
    ],
)
def test_a_legal_size_becomes_what_is_sent(model, value, wanted):
    assert profiles.resolve_size(model, value) == wanted


@pytest.mark.parametrize(
    ("model", "value", "message", "hint"),
    [
        ("seedream-4.5", "1500x1500", "2,250,000 pixels, fewer than the 3,686,400", "1920x1920"),
        ("seedream-4.5", "1024x1024", "1,048,576", "1920x1920"),
        ("seedream-4.5", "1280x720", "921,600", "2560x1440"),
        ("seedream-4.5", "1920x1080", "2,073,600", "2560x1440"),
        ("seedream-4.5", "1080x1920", "2,073,600", "1440x2560"),
        ("seedream-4.5", "1000x800", "800,000", "2160x1728"),
        ("seedream-4.5", "1921x1081", "2,076,601", "2560x1440"),
        ("seedream-4.5", "2560x1080", "2,764,800", "3072x1296"),
        ("seedream-4.5", "7680x4320", "33,177,600", "5404x3040"),
        ("seedream-5.0-pro", "3840x2160", "8,294,400", "2816x1584"),
        ("seedream-4.5", "8000x8000", "more than the 16,777,216", "4096x4096"),
        ("seedream-4.5", "20000x800", "25:1", "6240x2656"),
        ("seedream-4.5", "1K", "no tier 1K, only 2K, 4K", "2K"),
        ("seedream-5.0-pro", "4K", "only 1K, 1.5K, 2K", "2K"),
        ("seedream-4.5", "16:9", "an aspect, not a size", "aspect: 16:9"),
        ("seedream-4.5", "adaptive", "not a size", "2K, 4K"),
        ("seedream-4.5", "0x2048", "no pixels", "2K"),
        ("seedream-4.5", {"tier": "2K", "aspect": "5:4"}, "no 2K size of aspect 5:4", "2288x1824"),
        ("seedream-4.5", {"tier": "2K", "aspect": "0:1"}, "not an aspect", "16:9"),
        ("seedream-4.5", {"tier": "2K"}, "not an aspect", "16:9"),
        ("ep-20260101-abcde", "2K", "not known", "2048x2048"),
    ],
)
def test_an_illegal_size_is_told_with_numbers_and_the_nearest_legal_one(model, value, message, hint):
    with pytest.raises(profiles.SizeError) as caught:
        profiles.resolve_size(model, value)
    assert message in caught.value.message
    assert hint in caught.value.hint


@given(st.sampled_from(MODELS), st.integers(1, 20000), st.integers(1, 20000))
def test_an_explicit_size_is_legal_exactly_when_r57_says_so(name, width, height):
    model = profile(name)
    size = f"{width}x{height}"
    if model.pixels[0] <= width * height <= model.pixels[1] and 1 / 16 <= width / height <= 16:
        assert profiles.resolve_size(model, size) == size
        return
    with pytest.raises(profiles.SizeError) as caught:
        profiles.resolve_size(model, size)
    assert profiles.resolve_size(model, caught.value.hint.removeprefix("nearest: "))


@given(st.text())
def test_a_text_that_is_no_size_is_told_so(text):
    assume(not any(char.isdigit() for char in text))
    with pytest.raises(profiles.SizeError) as caught:
        profiles.resolve_size("seedream-4.0", text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("provider", "model", "call", "wanted"),
    [
        ("302ai", "seedream-4.5", ("2K", 1, 0), "0.04 USD"),
        ("ark", "seedream-4.5", ("4K", 1, 14), "0.25 CNY"),
        ("byteplus", "seedream-4.5", ("2K", 4, 1), "0.16 USD"),
        ("ark", "seedream-4.0", ("2K", 0, 1), "0.00 CNY"),
        ("ark", "seedream-5.0-pro", ("1536x1536", 1, 1), "0.30 CNY"),
        ("ark", "seedream-5.0-pro", ("2048x2048", 1, 0), "0.60 CNY"),
        ("ark", "seedream-5.0-pro", ("1.5K", 1, 3), "0.34 CNY"),
        ("byteplus", "seedream-5.0-pro", ("2K", 1, 2), "0.093 USD"),
        ("preview", "seedream-4.5", ("2K", 9, 0), "0 USD"),
        ("preview", "ep-1-abcdef", ("2048x2048", 1, 0), "0 USD"),
    ],
)
def test_the_price_is_that_of_the_contract(provider, model, call, wanted):
    size, pictures, references = call
    found = profiles.price(provider, model, size=size, pictures=pictures, references=references)
    assert str(found) == wanted


@pytest.mark.parametrize(("provider", "model"), [("302ai", "seedream-4.0"), ("ark", "ep-20260101-abcde")])
def test_a_price_that_nobody_states_is_none(provider, model):
    assert profiles.price(provider, model, size="2048x2048", pictures=1, references=0) is None


def test_prices_are_exact_decimals():
    found = profiles.price("302ai", "seedream-4.5", size="2K", pictures=3, references=0)
    assert found is not None
    assert found.amount == Decimal("0.12")


@pytest.mark.parametrize(
    ("model", "group", "seconds"),
    [
        ("seedream-4.5", None, 180),
        ("seedream-5.0-lite", None, 240),
        ("seedream-5.0-pro", None, 420),
        ("seedream-4.5", 2, 180),
        ("seedream-4.5", 8, 480),
        ("seedream-4.5", 15, 900),
    ],
)
def test_patience_is_longer_than_the_server_takes(model, group, seconds):
    """R132."""
    assert profile(model).patience.seconds(group) == seconds


@pytest.mark.parametrize(
    ("ratio", "wanted"), [(1.0, "2048x2048"), (1.78, "2848x1600"), (0.55, "1600x2848"), (9.0, "3136x1344")]
)
def test_a_shape_is_the_nearest_recommended_one(ratio, wanted):
    assert profiles.shape("seedream-4.5", "2K", ratio) == wanted
