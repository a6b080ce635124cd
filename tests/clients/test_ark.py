"""The Ark SDK for Python (volcenginesdkarkruntime), as people use it, against the emulator."""

import asyncio
import base64
import re
from typing import Any, Final

import pytest
import volcenginesdkarkruntime._exceptions as errors
from volcenginesdkarkruntime import Ark, AsyncArk
from volcenginesdkarkruntime.types.images.images import (
    ContentGenerationTool,
    SequentialImageGenerationOptions,
)

MODEL: Final = "doubao-seedream-4-5-251128"
LITE: Final = "doubao-seedream-5-0-260128"
PRO: Final = "doubao-seedream-5-0-pro-260628"


@pytest.fixture
def ark(emulator):
    with Ark(api_key="a-key", base_url=f"{emulator.url}/api/v3") as client:
        yield client


def generate(client: Ark, **fields: Any) -> Any:
    asked = {"model": MODEL, "prompt": "a cat", "size": "2048x2048", "watermark": False, **fields}
    return client.images.generate(**asked)


def group(client: Ark, most: int, prompt: str = "4 images of a cat", **fields: Any) -> Any:
    return generate(
        client,
        prompt=prompt,
        sequential_image_generation="auto",
        sequential_image_generation_options=SequentialImageGenerationOptions(max_images=most),
        **fields,
    )


def test_a_picture_by_url(ark, emulator, downloaded):
    answer = generate(ark)
    assert (answer.model, answer.data[0].size, answer.usage.generated_images) == (MODEL, "2048x2048", 1)
    assert downloaded(answer.data[0].url).startswith(b"\xff\xd8\xff")
    assert (emulator.statuses, emulator.billed) == ([200], 1)


def test_a_picture_in_the_answer(ark):
    picture = generate(ark, response_format="b64_json").data[0]
    assert picture.url is None
    assert base64.b64decode(picture.b64_json, validate=True).endswith(b"\xff\xd9")


def test_every_option_left_alone_travels_as_null_and_means_nothing(ark, emulator):
    generate(ark)
    asked = emulator.requests[0]
    assert asked["body"]["seed"] is None
    assert asked["ignored"] == []


def test_the_accept_header_does_not_choose_the_answer(ark, emulator):
    list(generate(ark, stream=True))
    assert dict(emulator.requests[0]["headers"])["accept"] == "application/json"


def test_an_endpoint_is_answered_by_its_model(ark):
    assert generate(ark, model="ep-20260101000000-abcde").model == MODEL


def test_a_group(ark, emulator):
    answer = group(ark, 6)
    assert [picture.size for picture in answer.data] == ["2048x2048"] * 4
    assert (answer.usage.generated_images, emulator.billed) == (4, 4)


def test_a_member_that_failed_is_a_picture_without_anything(ark, emulator):
    emulator.script({"answer": "response/partial-failure-moderation"})
    answer = group(ark, 6)
    assert [bool(picture.url) for picture in answer.data] == [True, True, False, True]
    assert (answer.usage.generated_images, emulator.billed) == (3, 3)


def test_references(ark, emulator, reference):
    assert generate(ark, image=reference).usage.generated_images == 1
    assert generate(ark, image=[reference, reference]).usage.generated_images == 1
    assert emulator.statuses == [200, 200]


def test_pro_counts_its_references(ark, reference):
    usage = generate(ark, model=PRO, size="2K", image=[reference], output_format="png").usage
    assert (usage.input_images, usage.generated_images) == (1, 1)


def test_layers_of_pro(ark, reference):
    answer = generate(ark, model=PRO, size="2K", image=reference, layer_decomposition=True)
    assert [picture.z_index for picture in answer.data] == list(range(len(answer.data)))
    assert all(len(picture.bounding_box.absolute) == 4 for picture in answer.data[1:])


def test_lite_searches(ark):
    answer = generate(ark, model=LITE, size="3K", tools=[ContentGenerationTool(type="web_search")])
    assert answer.usage.tool_usage.web_search == 1


def test_a_stream_of_one(ark):
    picture, completed = generate(ark, stream=True)
    assert (picture.type, picture.image_index, picture.size) == (
        "image_generation.partial_succeeded",
        0,
        "2048x2048",
    )
    # Its types ask for members that no event has (R103), so what it does not know stays as it came.
    assert (completed.type, completed.usage["generated_images"]) == ("image_generation.completed", 1)


def test_a_stream_of_a_group(ark, emulator, downloaded):
    *pictures, completed = group(ark, 6, stream=True)
    assert [picture.image_index for picture in pictures] == [0, 1, 2, 3]
    assert len({downloaded(picture.url) for picture in pictures}) == 4
    assert (completed.usage["generated_images"], emulator.billed) == (4, 4)


def test_a_stream_with_the_pictures_in_it(ark):
    *pictures, _ = group(ark, 6, stream=True, response_format="b64_json")
    assert all(base64.b64decode(each.b64_json).startswith(b"\xff\xd8\xff") for each in pictures)


def test_events_without_names_or_end_are_read_all_the_same(ark, emulator):
    emulator.script({"event_lines": False, "done": False})
    assert [event.type for event in generate(ark, stream=True)] == [
        "image_generation.partial_succeeded",
        "image_generation.completed",
    ]


def test_the_first_failed_picture_ends_the_reading_of_a_stream(ark, emulator):
    """R103: four are made but one, and two arrive."""
    emulator.script({"answer": "stream/group-4-one-moderated"})
    got = []
    with pytest.raises(errors.ArkAPIError, match="sensitive information") as raised:
        got.extend(group(ark, 6, stream=True))
    assert raised.value.body["code"] == "OutputImageSensitiveContentDetected"
    assert (len(got), emulator.billed) == (2, 3)


def test_a_fault_of_the_whole_stream(ark, emulator):
    emulator.script({"answer": "stream/error-event"})
    with pytest.raises(errors.ArkAPIError, match="The request failed"):
        list(generate(ark, stream=True))


def test_a_stream_is_not_asked_for_twice(ark, emulator):
    emulator.script({"answer": "stream/truncated-mid-event"})
    with pytest.raises(Exception, match="peer closed"):
        list(group(ark, 6, stream=True))
    assert len(emulator.requests) == 1


def test_a_wrong_key(emulator):
    with (
        Ark(api_key="another", base_url=f"{emulator.url}/api/v3") as client,
        pytest.raises(errors.ArkAuthenticationError) as raised,
    ):
        generate(client)
    assert (raised.value.status_code, raised.value.code) == (401, "AuthenticationError")
    assert (emulator.statuses, emulator.billed) == ([401], 0)


def test_a_size_below_the_floor(ark, emulator):
    with pytest.raises(errors.ArkBadRequestError, match="at least 3686400 pixels") as raised:
        generate(ark, size="1024x1024")
    assert (raised.value.code, raised.value.param, raised.value.type) == ("InvalidParameter", "", "")
    assert emulator.statuses == [400]


def test_a_wrong_size_is_no_stream(ark, emulator):
    with pytest.raises(errors.ArkBadRequestError):
        generate(ark, size="1024x1024", stream=True)
    assert emulator.statuses == [400]


def test_a_model_that_is_not_there(ark, emulator):
    with pytest.raises(errors.ArkNotFoundError) as raised:
        generate(ark, model="doubao-seedream-4-5")
    assert raised.value.code == "InvalidEndpointOrModel.NotFound"
    assert emulator.statuses == [404]


def test_a_stream_of_pro(ark):
    with pytest.raises(errors.ArkBadRequestError) as raised:
        generate(ark, model=PRO, size="2K", stream=True)
    assert raised.value.code == "InvalidParameter"


def test_the_id_that_the_client_made_comes_back(ark, emulator):
    with pytest.raises(errors.ArkBadRequestError) as raised:
        generate(ark, size="1x1")
    assert raised.value.request_id == emulator.requests[0]["client_request_id"]
    assert re.search(r"Request id: (\w+)", raised.value.message)[1] == emulator.requests[0]["request_id"]


@pytest.mark.parametrize("answer", ["error/429-model-ipm", "error/429-quota-exceeded"])
def test_429_is_asked_three_times_whatever_it_means(ark, emulator, answer):
    emulator.script({"answer": answer, "times": 0})
    with pytest.raises(errors.ArkRateLimitError):
        generate(ark)
    assert (emulator.statuses, emulator.billed) == ([429] * 3, 0)


def test_after_a_busy_moment_comes_the_picture_however_long_it_was_to_be(ark, emulator):
    """R111: `Retry-After` is not listened to."""
    emulator.script({"answer": "error/429-server-overloaded", "headers": {"Retry-After": "60"}})
    assert generate(ark).usage.generated_images == 1
    assert emulator.statuses == [429, 200]


def test_the_server_may_say_that_it_makes_no_sense(ark, emulator):
    emulator.script({"answer": "error/429-quota-exceeded", "headers": {"x-should-retry": "false"}})
    with pytest.raises(errors.ArkRateLimitError):
        generate(ark)
    assert emulator.statuses == [429]


@pytest.mark.parametrize(
    ("cut", "end"), [("before", "reset"), ("before", "close"), ("head", "reset"), ("body", "close")]
)
def test_three_are_billed_for_one_whose_answer_is_lost(ark, emulator, cut, end):
    """R116: any transport error is a reason to ask again, and again."""
    emulator.script({"cut": cut, "end": end, "times": 0})
    with pytest.raises(errors.ArkAPIConnectionError):
        generate(ark)
    assert emulator.billed == 3


def test_three_are_billed_for_one_that_takes_too_long(ark, emulator):
    emulator.script({"cut": "before", "end": "hang", "times": 0})
    with pytest.raises(errors.ArkAPITimeoutError):
        generate(ark, timeout=0.3)
    assert emulator.billed == 3


@pytest.mark.parametrize("status", [500, 524])
def test_three_are_billed_for_one_that_a_gateway_gave_up(ark, emulator, status):
    emulator.script(
        {"status": status, "body": "<html>", "content_type": "text/html", "bill": True, "times": 0}
    )
    with pytest.raises(errors.ArkInternalServerError):
        generate(ark)
    assert (emulator.statuses, emulator.billed) == ([status] * 3, 3)


def test_the_second_answer_hides_the_picture_that_was_lost(ark, emulator):
    emulator.script({"cut": "before"})
    assert generate(ark).usage.generated_images == 1
    assert emulator.billed == 2


def test_without_retries_one_is_billed(emulator):
    emulator.script({"cut": "before", "times": 0})
    with (
        Ark(api_key="a-key", base_url=f"{emulator.url}/api/v3", max_retries=0) as client,
        pytest.raises(errors.ArkAPIConnectionError),
    ):
        generate(client)
    assert emulator.billed == 1


def test_many_at_once_over_one_pool(emulator):
    async def many() -> list[Any]:
        async with AsyncArk(api_key="a-key", base_url=f"{emulator.url}/api/v3") as client:
            calls = (
                client.images.generate(model=MODEL, prompt=f"cat {number}", size="2K") for number in range(20)
            )
            return await asyncio.gather(*calls)

    answers = asyncio.run(many())
    assert len({answer.data[0].url for answer in answers}) == 20
    assert emulator.billed == 20


def test_a_stream_read_by_the_asynchronous_client(emulator):
    async def types() -> list[str]:
        async with AsyncArk(api_key="a-key", base_url=f"{emulator.url}/api/v3") as client:
            stream = await client.images.generate(model=MODEL, prompt="a cat", size="2K", stream=True)
            return [event.type async for event in stream]

    assert asyncio.run(types()) == ["image_generation.partial_succeeded", "image_generation.completed"]
