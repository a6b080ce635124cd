"""What is refused, what is ignored and what is taken of a request's body (R8, R22 to R40, R115)."""

import pytest

from seedream_pipe.emulator import Emulator

PRO = "doubao-seedream-5-0-pro-260628"
LITE = "doubao-seedream-5-0-260128"
PRO_SIZE = {"model": PRO, "size": "2K"}
AUTO = {"sequential_image_generation": "auto"}


def error(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "fields",
    [
        {"watermark": "false"},
        {"stream": 1},
        {"size": 2048},
        {"size": "16:9"},
        {"prompt": 7},
        {"image": 7},
        {"image": []},
        {"image": ["ok.png", 7]},
        {"response_format": "base64"},
        {"sequential_image_generation": "on"},
        {**AUTO, "sequential_image_generation_options": {"max_images": "4"}},
        {**AUTO, "sequential_image_generation_options": {"max_images": 16}},
        {**AUTO, "sequential_image_generation_options": {"max_images": 0}},
        {**AUTO, "sequential_image_generation_options": 4},
        {"optimize_prompt_options": {"mode": "quick"}},
        {"seed": -2},
        {"seed": True},
        {"guidance_scale": 11},
        {"model": LITE, "output_format": "webp"},
        {"model": LITE, "tools": [{"type": "calculator"}]},
        {"model": LITE, "tools": {"type": "web_search"}},
        {**PRO_SIZE, "sequential_image_generation": "disabled"},
        {**PRO_SIZE, "stream": False},
        {**PRO_SIZE, "background": "transparent"},
        {**PRO_SIZE, "layer_decomposition": True},
        {**PRO_SIZE, "size": "3K"},
    ],
    ids=str,
)
def test_refused_with_invalid_parameter_and_free(emulator, ask, fields):
    assert error(ask(emulator, **fields)) == (400, "InvalidParameter")
    assert emulator.ledger.billed == ()


@pytest.mark.parametrize("prompt", ["", "  ", None, ...])
def test_an_empty_prompt_is_a_missing_one(emulator, ask, prompt):
    assert error(ask(emulator, prompt=prompt)) == (400, "MissingParameter")


@pytest.mark.parametrize(
    ("fields", "ignored"),
    [
        ({"n": 4, "quality": "high"}, ["n", "quality"]),
        ({"max_images": 4}, ["max_images"]),
        ({"output_format": "webp"}, ["output_format"]),
        ({"tools": [{"type": "web_search"}]}, ["tools"]),
        ({"background": "transparent"}, ["background"]),
        ({"optimize_prompt_options": {"mode": "fast", "speed": 1}}, ["optimize_prompt_options.speed"]),
        ({"seed": 5, "guidance_scale": 2.5}, []),
    ],
)
def test_what_the_model_does_not_know_is_ignored_billed_and_noted(emulator, ask, fields, ignored):
    assert ask(emulator, **fields).status_code == 200
    assert sorted(emulator.ledger.requests[0].ignored) == sorted(ignored)
    assert len(emulator.ledger.billed) == 1


def test_strict_refuses_what_would_be_ignored(ask):
    with Emulator(strict=True) as emulator:
        assert error(ask(emulator, n=4)) == (400, "InvalidParameter.UnsupportedParameter")
        assert ask(emulator, seed=4).status_code == 200


def test_nulls_are_absences_one_level_down_too(emulator, ask):
    answer = ask(
        emulator,
        image=None,
        stream=None,
        tools=None,
        size=None,
        sequential_image_generation=None,
        sequential_image_generation_options={"max_images": None},
        made_up=None,
    )
    assert answer.json()["data"][0]["size"] == "2048x2048"
    assert emulator.ledger.requests[0].ignored == ()


def test_no_size_is_a_square_whatever_the_prompt_says(emulator, ask):
    assert ask(emulator, size=..., prompt="portrait 9:16").json()["data"][0]["size"] == "2048x2048"
    assert ask(emulator, size=..., prompt="9:16", model=PRO).json()["data"][0]["size"] == "1584x2816"


def test_a_reference_is_a_string_or_an_array(emulator, ask, data_uri):
    assert ask(emulator, image=data_uri(), size="2K").status_code == 200
    answer = ask(emulator, image=[data_uri(160, 90), data_uri()], size="2K")
    assert answer.json()["data"][0]["size"] == "2848x1600"


@pytest.mark.parametrize(
    ("profile", "model", "most"), [("today", LITE, 14), ("early", LITE, 10), ("today", PRO, 10)]
)
def test_references_are_counted(ask, data_uri, profile, model, most):
    with Emulator(profile=profile) as emulator:
        size = "2K"
        assert ask(emulator, model=model, size=size, image=[data_uri()] * most).status_code == 200
        assert ask(emulator, model=model, size=size, image=[data_uri()] * (most + 1)).status_code == 400


def test_too_large_a_group_is_refused_or_capped(emulator, ask, data_uri):
    large = {
        **AUTO,
        "prompt": "共15张",
        "image": [data_uri()] * 3,
        "sequential_image_generation_options": {"max_images": 13},
    }
    assert error(ask(emulator, **large)) == (400, "InvalidParameter")
    with Emulator(cap_groups=True) as capping:
        assert len(ask(capping, **large).json()["data"]) == 12


def test_an_empty_url_has_its_own_code(emulator, ask):
    assert error(ask(emulator, image=[""])) == (400, "InvalidImageURL.EmptyURL")


def test_byteplus_refuses_tools(emulator, ask):
    fields = {"model": "seedream-5-0-260128", "tools": [{"type": "web_search"}]}
    assert error(ask(emulator, "byteplus", **fields)) == (400, "InvalidParameter")


def test_a_transparent_background_needs_alpha_and_gives_png(emulator, ask, data_uri):
    clear = {**PRO_SIZE, "background": "transparent", "image": data_uri(mode="RGBA")}
    answer = ask(emulator, **clear)
    assert ".png?" in answer.json()["data"][0]["url"]
    assert error(ask(emulator, **clear, output_format="jpeg")) == (400, "InvalidParameter")


def test_a_link_of_the_store_can_be_a_reference(emulator, ask):
    url = ask(emulator, size="2848x1600").json()["data"][0]["url"]
    assert ask(emulator, image=[url], size="2K").json()["data"][0]["size"] == "2848x1600"
    answer = ask(emulator, image=[url + "x"], size="2K")
    assert error(answer) == (400, "InvalidParameter")
    assert "Error while downloading: 403" in answer.json()["error"]["message"]
