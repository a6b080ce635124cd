"""The `size` field (R53 to R60, R152, R153)."""

import json
from pathlib import Path

import pytest

from seedream_pipe.emulator.failures import Declined
from seedream_pipe.emulator.models import MODELS, recommended, serving
from seedream_pipe.emulator.sizes import chosen, shape

LIMITS = json.loads((Path(__file__).parent.parent / "wire" / "samples" / "model-limits.json").read_text())
BY_NAME = {model.name: model for model in MODELS}
ASPECTS = ("1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9")


def refusal(size: str, model: str, profile: str = "today") -> str:
    with pytest.raises(Declined) as caught:
        chosen(size, BY_NAME[model], BY_NAME[model].ids["cn"][0], profile)
    return caught.value.failure.text


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("3750x1250", (3750, 1250)),
        ("2560x1440", (2560, 1440)),
        ("16384x1024", (16384, 1024)),
        ("2k", "2K"),
        ("4K", "4K"),
    ],
)
def test_legal_on_45(size, expected):
    assert chosen(size, BY_NAME["4.5"], "doubao-seedream-4-5-251128", "today") == expected


@pytest.mark.parametrize(
    ("size", "text"),
    [
        ("1500x1500", "image size must be at least 3686400 pixels."),
        ("1x1", "image size must be at least 3686400 pixels."),
        ("4704x4704", "image size must be at most 16777216 pixels."),
        ("1K", "the specified size is not supported for model doubao-seedream-4-5."),
        ("adaptive", "the specified size is not supported for model doubao-seedream-4-5."),
        ("1:1", "size must be one of 'WIDTHxHEIGHT', '2k', or '4k'."),
        ("2048×2048", "size must be one of"),
        ("2K 16:9", "size must be one of"),
        (
            "16800x900",
            "the aspect ratio to be between 0.06 and 16.00, but received image with aspect ratio: 18.67",
        ),
    ],
)
def test_illegal_on_45(size, text):
    assert text in refusal(size, "4.5")


def test_a_lite_refusal_lists_its_three_tiers():
    assert "'2k', '3k', or '4k'." in refusal("1:1", "lite")


def test_early_lite_has_no_4k_and_fewer_pixels():
    assert "not supported" in refusal("4K", "lite", "early")
    assert "at most 10404496" in refusal("4096x4096", "lite", "early")


@pytest.mark.parametrize(
    ("name", "entry"),
    [(each.removeprefix("seedream-").removeprefix("5.0-"), each) for each in LIMITS["models"]],
)
def test_models_are_those_of_the_limits_file(name, entry):
    limits = LIMITS["models"][entry]
    model = BY_NAME[name]
    assert {"ark-cn": model.ids["cn"], "byteplus": model.ids["bp"], "302.ai": model.ids["302"]} == {
        flavour: tuple(ids) for flavour, ids in limits["ids"].items()
    }
    assert list(model.tiers["today"]) == limits["tiers"]
    assert [model.least_pixels, model.most_pixels["today"]] == limits["pixels"]
    assert (model.references["today"], model.groups, model.streams) == (
        limits["max_refs"],
        limits["group"],
        limits["stream"],
    )


@pytest.mark.parametrize("tier", LIMITS["recommended_sizes"])
def test_recommended_sizes_are_those_of_the_limits_file(tier):
    for names, table in LIMITS["recommended_sizes"][tier].items():
        for name in names.split(" ")[0].split(","):
            sizes = recommended(
                BY_NAME[name.removeprefix("5.0-")], tier, "early" if "early" in names else "today"
            )
            found = dict(zip(ASPECTS, (f"{width}x{height}" for width, height in sizes), strict=True))
            first = {aspect: size if isinstance(size, str) else size[0] for aspect, size in table.items()}
            assert found | first == found


@pytest.mark.parametrize(
    ("reference", "prompt", "expected"),
    [
        (None, "a cat", (2048, 2048)),
        (None, "a cat, 16:9", (2848, 1600)),
        (None, "竖版 9：16", (1600, 2848)),
        ((600, 800), "a cat, 16:9", (1728, 2304)),
        ((10, 160), "", (1600, 2848)),
        (None, "at 10:30:15", (2048, 2048)),
    ],
)
def test_a_tier_takes_the_shape_of_the_reference_then_of_the_prompt(reference, prompt, expected):
    model = BY_NAME["4.5"]
    assert shape("2K", model=model, profile="today", reference=reference, prompt=prompt) == expected


def test_ids_do_not_work_crosswise():
    assert serving("seedream-4-5-251128", "cn") is None
    assert serving("doubao-seedream-4-5-251128", "bp") is None
