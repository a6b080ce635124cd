"""The OpenAI SDK for Python pointed at the emulator, as many programs use Ark."""

import base64
from typing import Any, Final

import openai
import pytest
from openai import OpenAI

MODEL: Final = "doubao-seedream-4-5-251128"


@pytest.fixture
def client(emulator):
    with OpenAI(api_key="a-key", base_url=f"{emulator.url}/api/v3") as opened:
        yield opened


def generate(client: OpenAI, *, more: dict[str, Any] | None = None, **fields: Any) -> Any:
    asked = {"model": MODEL, "prompt": "a cat", "size": "2048x2048", **fields}
    return client.images.generate(**asked, extra_body={"watermark": False, **(more or {})})


def group(client: OpenAI, **fields: Any) -> Any:
    options = {
        "sequential_image_generation": "auto",
        "sequential_image_generation_options": {"max_images": 6},
    }
    return generate(client, prompt="4 images of a cat", more=options, **fields)


def test_a_picture_by_url(client, emulator, downloaded):
    answer = generate(client)
    assert downloaded(answer.data[0].url).startswith(b"\xff\xd8\xff")
    assert (answer.created > 1_700_000_000, emulator.billed) == (True, 1)


def test_a_picture_in_the_answer(client):
    picture = generate(client, response_format="b64_json").data[0]
    assert base64.b64decode(picture.b64_json, validate=True).endswith(b"\xff\xd9")


def test_what_the_sdk_does_not_know_is_kept(client):
    answer = generate(client)
    assert (answer.data[0].size, answer.usage.generated_images) == ("2048x2048", 1)


def test_n_pictures_are_one(client, emulator):
    """R22: a field that means nothing here is no fault."""
    assert len(generate(client, n=3, quality="high").data) == 1
    assert emulator.requests[0]["ignored"] == ["n", "quality"]


def test_a_group(client, emulator):
    assert len(group(client).data) == 4
    assert emulator.billed == 4


def test_a_reference(client, emulator, reference):
    assert generate(client, more={"image": [reference]}).data[0].url
    assert emulator.statuses == [200]


def test_a_stream(client, emulator):
    *pictures, completed = group(client, stream=True)
    assert [picture.image_index for picture in pictures] == [0, 1, 2, 3]
    assert (completed.type, completed.usage.generated_images) == ("image_generation.completed", 4)


def test_the_first_failed_picture_ends_the_reading_of_a_stream(client, emulator):
    emulator.script({"answer": "stream/group-4-one-moderated"})
    got = []
    with pytest.raises(openai.APIError, match="sensitive information") as raised:
        got.extend(group(client, stream=True))
    assert raised.value.code == "OutputImageSensitiveContentDetected"
    assert (len(got), emulator.billed) == (2, 3)


def test_a_wrong_key(emulator):
    with (
        OpenAI(api_key="another", base_url=f"{emulator.url}/api/v3") as client,
        pytest.raises(openai.AuthenticationError) as raised,
    ):
        generate(client)
    assert (raised.value.code, raised.value.type) == ("AuthenticationError", "Unauthorized")
    assert raised.value.request_id == emulator.requests[0]["request_id"]


def test_a_size_below_the_floor(client):
    with pytest.raises(openai.BadRequestError, match="at least 3686400 pixels") as raised:
        generate(client, size="1024x1024")
    assert raised.value.code == "InvalidParameter"


def test_a_model_that_is_not_there(client, emulator):
    with pytest.raises(openai.NotFoundError) as raised:
        generate(client, model="doubao-seedream-4-5")
    assert raised.value.code == "InvalidEndpointOrModel.NotFound"
    assert emulator.statuses == [404]


def test_there_is_no_door_for_edits(client, emulator, reference):
    """R2: no multipart form; the answer is 404 with nothing in it."""
    with pytest.raises(openai.NotFoundError):
        client.images.edit(model=MODEL, prompt="a cat", image=b"\x89PNG")
    assert emulator.requests == []


def test_429_is_asked_three_times(client, emulator):
    emulator.script({"answer": "error/429-quota-exceeded", "times": 0})
    with pytest.raises(openai.RateLimitError) as raised:
        generate(client)
    assert raised.value.code == "QuotaExceeded"
    assert (emulator.statuses, emulator.billed) == ([429] * 3, 0)


def test_a_busy_moment_lasts_as_long_as_it_is_said_to(client, emulator):
    emulator.script({"answer": "error/429-server-overloaded", "headers": {"Retry-After": "1"}})
    assert generate(client).data[0].url
    first, second = emulator.requests
    assert second["at"] - first["at"] >= 1


@pytest.mark.parametrize("cut", ["before", "body"])
def test_three_are_billed_for_one_whose_answer_is_lost(client, emulator, cut):
    emulator.script({"cut": cut, "times": 0})
    with pytest.raises(openai.APIConnectionError):
        generate(client)
    assert emulator.billed == 3


def test_the_models_cost_nothing_to_ask(client, emulator):
    assert MODEL in {model.id for model in client.models.list()}
    assert emulator.billed == 0


def test_a_reseller_answers_in_its_own_shape(emulator):
    with (
        OpenAI(api_key="invalid", base_url=f"{emulator.url}/doubao") as client,
        pytest.raises(openai.AuthenticationError) as raised,
    ):
        generate(client)
    assert raised.value.body["err_code"] == -10001
