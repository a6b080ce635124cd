"""What is sent: members, order, and that nothing else is."""

import base64
import json
from pathlib import Path

import pytest

from seedream_pipe import profiles
from seedream_pipe.digest import blob_digest
from seedream_pipe.errors import ProviderError
from seedream_pipe.makers import Generation, Picture
from seedream_pipe.providers.seedream import wire

SAMPLES = Path(__file__).parents[2] / "wire/samples/request"


def picture(data=b"\xff\xd8 a picture \xff\xd9", media_type="image/jpeg"):
    return Picture(digest=blob_digest(data), data=data, media_type=media_type, width=64, height=64)


def build(generation, references=(), *, provider="ark", **named):
    named = {"response_format": "url", **named}
    return wire.build(generation, references, provider=profiles.provider(provider), **named)


def body(*args, **named):
    return json.loads(build(*args, **named).body)


def generation(**named):
    return Generation(**{"model": "seedream-4.5", "prompt": "a cat", "size": "2K", **named})


def from_sample(sample):
    group = sample.get("sequential_image_generation_options", {}).get("max_images")
    tools = tuple(tool["type"] for tool in sample.get("tools", ()))
    return Generation(
        model=profiles.neutral(sample["model"]),
        prompt=sample["prompt"],
        size=sample["size"],
        group=group,
        tools=tools,
        output_format=sample.get("output_format"),
        watermark=sample["watermark"],
    )


@pytest.mark.parametrize(
    "name", ["t2i-2k-url", "t2i-4k-b64", "group-text-4", "lite-web-search", "i2i-one-ref-array-data-uri"]
)
def test_a_call_is_that_of_the_sample(name):
    sample = json.loads((SAMPLES / f"{name}.json").read_text())
    references = [
        picture(base64.b64decode(uri.partition(",")[2], validate=True)) for uri in sample.get("image", ())
    ]
    built = body(
        from_sample(sample),
        references,
        response_format=sample["response_format"],
        streaming="always" if sample.get("stream") else "never",
    )
    explicit = {"sequential_image_generation": "disabled", "stream": False}
    assert built == {**explicit, **sample}
    assert [name for name in built if name in sample] == list(sample)


def test_every_default_of_the_server_is_said():
    """R31, R32, R55, R28."""
    assert body(generation()) == {
        "model": "doubao-seedream-4-5-251128",
        "prompt": "a cat",
        "size": "2K",
        "sequential_image_generation": "disabled",
        "response_format": "url",
        "stream": False,
        "watermark": False,
    }


def test_pro_is_sent_neither_stream_nor_sequential_image_generation():
    """R36: 400 to any value, the default included."""
    built = body(generation(model="seedream-5.0-pro"))
    assert {"stream", "sequential_image_generation"}.isdisjoint(built)


@pytest.mark.parametrize(
    ("model", "group", "streaming", "streamed"),
    [
        ("seedream-4.0", 2, "groups", True),
        ("seedream-4.5", 2, "groups", True),
        ("seedream-5.0-lite", 2, "groups", True),
        ("seedream-4.5", None, "groups", False),
        ("seedream-4.5", None, "always", True),
        ("seedream-4.5", 2, "never", False),
        ("seedream-5.0-pro", None, "always", None),
        ("ep-20260101-abcde", 2, "always", None),
    ],
)
def test_a_stream_is_asked_for_where_the_model_can(model, group, streaming, streamed):
    """R96, R36; of a model without a profile nobody knows whether it can."""
    asked = generation(model=model, group=group, size="2560x1440" if "pro" not in model else "2K")
    built = build(asked, streaming=streaming)
    assert json.loads(built.body).get("stream") is streamed
    assert built.streamed == (streamed is True)


def test_a_model_that_nobody_knows_is_sent_no_word_that_it_may_reject():
    built = body(generation(model="ep-20260101-abcde", size="1500x1000"))
    assert built == {
        "model": "ep-20260101-abcde",
        "prompt": "a cat",
        "size": "1500x1000",
        "response_format": "url",
        "watermark": False,
    }


@pytest.mark.parametrize(
    ("provider", "model"),
    [("302ai", "doubao-seedream-4-5-251128"), ("byteplus", "seedream-4-5-251128")],
)
def test_each_provider_gets_its_own_model_id(provider, model):
    assert body(generation(), provider=provider)["model"] == model


def test_a_group_says_its_ceiling_inside_the_options():
    """R29: at the top level it has no effect."""
    built = body(generation(group=4))
    assert built["sequential_image_generation"] == "auto"
    assert built["sequential_image_generation_options"] == {"max_images": 4}
    assert "max_images" not in built


def test_what_was_asked_for_beside_it_is_passed():
    built = body(generation(model="seedream-4.0", seed=7, optimize_prompt="fast", watermark=True))
    assert (
        built.items() >= {"seed": 7, "optimize_prompt_options": {"mode": "fast"}, "watermark": True}.items()
    )


def test_the_only_format_of_a_model_is_not_sent():
    """R33: 4.x does not know the field."""
    assert "output_format" not in body(generation(output_format="jpeg"))


@pytest.mark.parametrize(
    ("media_type", "start"),
    [
        ("image/jpeg", "data:image/jpeg;base64,"),
        ("image/jpg", "data:image/jpeg;base64,"),
        ("image/PNG", "data:image/png;base64,"),
    ],
)
def test_a_reference_is_a_data_uri_in_lower_case_in_an_array(media_type, start):
    """R41 to R46."""
    (uri,) = body(generation(), [picture(b"pixels", media_type)])["image"]
    assert uri == start + base64.b64encode(b"pixels").decode()


def test_references_keep_their_order():
    """R44: element 0 is "image 1"."""
    references = [picture(bytes([number])) for number in range(14)]
    images = body(generation(), references)["image"]
    assert [base64.b64decode(uri.partition(",")[2]) for uri in images] == [one.data for one in references]


def test_without_references_there_is_no_image_member():
    """R43."""
    assert "image" not in body(generation())


def test_what_is_shown_is_the_body_with_digests():
    references = [picture(b"one"), picture(b"two")]
    request = build(generation(prompt='雪 "quoted"\n'), references)
    sent = json.loads(request.body)
    assert request.shown == {**sent, "image": [f"sha256:{one.digest}" for one in references]}
    assert list(request.shown) == list(sent)


@pytest.mark.parametrize(("group", "ceiling", "patience"), [(None, 1, 180), (4, 4, 240), (15, 15, 900)])
def test_a_call_says_what_it_can_cost_and_how_long_it_may_take(group, ceiling, patience):
    request = build(generation(group=group))
    assert (request.ceiling, request.patience) == (ceiling, patience)


def test_the_same_values_give_the_same_bytes():
    first, second = (build(generation(prompt="雪"), [picture()]).body for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("wanted", "references", "message"),
    [
        (generation(group=3), 13, "more than 15"),
        (generation(), 15, "more than 15"),
        (generation(model="seedream-5.0-pro"), 11, "takes 10 references"),
        (generation(model="seedream-5.0-pro", group=2), 0, "makes no groups"),
        (generation(output_format="png"), 0, 'no output format "png"'),
        (generation(optimize_prompt="fast"), 0, 'no prompt optimisation "fast"'),
        (generation(tools=("web_search",)), 0, 'no tool "web_search"'),
        (generation(model="seedream"), 0, 'no model "seedream"'),
        (generation(prompt="\ud800"), 0, "cannot be sent"),
    ],
)
def test_what_the_model_does_not_take_is_not_built(wanted, references, message):
    """R30, R33, R34, R35, R36, R16."""
    with pytest.raises(ProviderError, match=message):
        build(wanted, [picture(bytes([number])) for number in range(references)])


def test_a_body_above_the_limit_is_not_built():
    """R50."""
    large = picture(bytes(13_000_000))
    with pytest.raises(ProviderError, match="69 MB, more than 67 MB"):
        build(generation(), [large] * 4)


PRO = {"model": "seedream-5.0-pro"}


def test_layers_and_background_are_sent_where_the_model_takes_them():
    """R39, R40."""
    sent = body(generation(**PRO, layer_decomposition=True), [picture()])
    assert sent["layer_decomposition"] is True
    sent = body(generation(**PRO, background="transparent"), [picture()])
    assert sent["background"] == "transparent"


@pytest.mark.parametrize("option", [{"layer_decomposition": True}, {"background": "opaque"}])
def test_what_the_model_does_not_take_is_never_sent(option):
    """It would be ignored, and billed (R22)."""
    with pytest.raises(ProviderError):
        body(generation(**option), [picture()])


def test_layers_may_cost_seventeen_pictures():
    """R39: so many are set aside from the rate."""
    made = build(generation(**PRO, layer_decomposition=True), [picture()])
    assert made.ceiling == 17


def test_extra_fields_are_sent_as_they_are_and_hide_nothing():
    extra = {"style": {"ink": 0.5}, "prompt": "another"}
    sent = body(generation(extra=extra))
    assert (sent["style"], sent["prompt"]) == ({"ink": 0.5}, "a cat")
