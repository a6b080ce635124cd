"""Successful answers, groups, partial failures and streams over a real port (R63 to R105, R154, R158)."""

import base64
import io
import itertools
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from seedream_pipe.emulator import Emulator

SAMPLES = Path(__file__).parent.parent / "wire" / "samples"
SIZE_IN_2K = 2848 * 1600 // 256
PRO = "doubao-seedream-5-0-pro-260628"
LITE = "doubao-seedream-5-0-260128"
BP_40 = "seedream-4-0-250828"
GROUP = {"sequential_image_generation": "auto"}


def shape(tree, path=()):
    """The members of a tree in their order, without values."""
    if isinstance(tree, dict):
        return {name: shape(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [shape(value) for value in tree]
    return type(tree).__name__


def in_order(tree):
    return json.dumps(shape(tree))


def sample(name):
    return json.loads((SAMPLES / name).read_text())


def events(text):
    """(event name or None, data) of every event."""
    found = []
    for block in text.split("\n\n")[:-1]:
        lines = block.split("\n")
        name = lines[0].removeprefix("event: ") if lines[0].startswith("event: ") else None
        assert len(lines) == (1 if name is None else 2)
        found.append((name, lines[-1].removeprefix("data: ")))
    return found


def event_shapes(text):
    return [(name, data if data == "[DONE]" else in_order(json.loads(data))) for name, data in events(text)]


@pytest.mark.parametrize(
    ("provider", "model", "file"),
    [
        ("ark", "doubao-seedream-4-5-251128", "response/success-url-single.json"),
        ("302ai", "doubao-seedream-4-0-250828", "response/success-302-single.json"),
        ("byteplus", BP_40, "response/success-url-byteplus-watermark.json"),
    ],
)
def test_one_picture_answers_as_the_sample(emulator, ask, provider, model, file):
    answer = ask(emulator, provider, model=model)
    assert answer.status_code == 200
    assert in_order(answer.json()) == in_order(sample(file))
    assert answer.json()["model"] == model


def test_pro_tells_input_images_and_output_format(emulator, ask, data_uri):
    answer = ask(emulator, model=PRO, image=data_uri(), size="2K")
    expected = sample("response/success-pro-single.json")
    assert in_order(answer.json()) == in_order(expected)
    assert answer.json()["usage"] == expected["usage"]


def test_lite_with_web_search_and_png(emulator, ask):
    answer = ask(emulator, model=LITE, tools=[{"type": "web_search"}], output_format="png")
    expected = sample("response/success-lite-web-search-png.json")
    assert in_order(answer.json()) == in_order(expected)
    assert ".png?" in answer.json()["data"][0]["url"]


def test_base64_is_the_picture_and_there_is_no_url(emulator, ask):
    answer = ask(emulator, response_format="b64_json", size="2560x1440")
    assert in_order(answer.json()) == in_order(sample("response/success-b64-single.json"))
    data = base64.b64decode(answer.json()["data"][0]["b64_json"], validate=True)
    assert Image.open(io.BytesIO(data)).size == (2560, 1440)


def test_created_is_the_time_of_completion(ask):
    with Emulator({"delay": 1.1}) as emulator:
        answer = ask(emulator).json()
    seen = emulator.ledger.requests[0]
    assert answer["created"] == int(seen.at + 1.1)


def test_the_request_id_has_53_characters_and_names_the_object(emulator, ask):
    answer = ask(emulator)
    request_id = answer.headers["x-request-id"]
    assert re.fullmatch(r"02\d{13}[0-9a-f]{38}", request_id)
    assert f"/doubao-seedream-4-5/{request_id}_0.jpeg?" in answer.json()["data"][0]["url"]


def test_the_client_request_id_is_echoed_or_made_up(emulator, ask):
    assert ask(emulator, headers={"X-Client-Request-Id": "mine-1"}).headers["x-client-request-id"] == "mine-1"
    assert re.match(r"unknown-\d{14}-\w{8}", ask(emulator).headers["x-client-request-id"])


def test_answers_are_compressed_for_who_accepts_it(emulator, ask):
    assert ask(emulator, headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in ask(emulator, headers={"Accept-Encoding": "identity"}).headers


def test_equal_requests_give_different_pictures(emulator, ask):
    first, second = (ask(emulator, response_format="b64_json", seed=7).json()["data"][0] for _ in range(2))
    assert first["b64_json"] != second["b64_json"]


def test_repeatable_bytes_depend_on_the_request_alone(ask):
    with Emulator(repeatable=True) as emulator:
        cat, other, again = (
            ask(emulator, response_format="b64_json", prompt=prompt).json()["data"][0]["b64_json"]
            for prompt in ("cat", "dog", "cat")
        )
    assert cat == again != other


@pytest.mark.parametrize(
    ("prompt", "most", "expected"),
    [
        ("生成一组共3张连贯插画", 4, 3),
        ("Generate 3 images of a cat", 15, 3),
        ("a set of four illustrations", 15, 4),
        ("生成四张图", 15, 4),
        ("Generate 9 images", 4, 4),
        ("a cat", 4, 1),
    ],
)
def test_the_prompt_decides_the_count_up_to_max_images(emulator, ask, prompt, most, expected):
    options = {"sequential_image_generation_options": {"max_images": most}}
    answer = ask(emulator, prompt=prompt, **GROUP, **options).json()
    assert len(answer["data"]) == answer["usage"]["generated_images"] == expected


def test_without_auto_there_is_one_picture(emulator, ask):
    assert len(ask(emulator, prompt="共4张").json()["data"]) == 1
    assert len(ask(emulator, prompt="共4张", sequential_image_generation="disabled", n=4).json()["data"]) == 1


def test_references_and_pictures_are_15_together(emulator, ask, data_uri):
    images = [data_uri(64 + index) for index in range(12)]
    assert len(ask(emulator, prompt="共9张", image=images, **GROUP).json()["data"]) == 3


def test_one_fewer_than_asked(ask):
    with Emulator(one_fewer=True) as emulator:
        assert len(ask(emulator, prompt="共4张", **GROUP).json()["data"]) == 3
        assert len(ask(emulator, prompt="共1张", **GROUP).json()["data"]) == 1


def test_tokens_are_the_pixels_over_256(emulator, ask):
    usage = ask(emulator, prompt="共3张", size="2720x1536", **GROUP).json()["usage"]
    assert usage == {"generated_images": 3, "output_tokens": 48960, "total_tokens": 48960}
    assert ask(emulator, size="3104x1312").json()["usage"]["output_tokens"] == 15908


@pytest.mark.parametrize(
    ("file", "billed"),
    [("partial-failure-moderation", 3), ("partial-failure-internal", 2), ("success-url-group-3", 3)],
)
def test_partial_failures_are_those_of_the_samples(emulator, ask, file, billed):
    emulator.script({"answer": f"response/{file}"})
    answer = ask(emulator, size="2848x1600")
    expected = sample(f"response/{file}.json")
    assert in_order(answer.json()) == in_order(expected)
    assert answer.json()["usage"]["generated_images"] == billed == len(emulator.ledger.billed)


def test_a_lone_refused_picture_is_400_and_free(emulator, ask):
    emulator.script({"refuse": [0]})
    answer = ask(emulator)
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        400,
        "OutputImageSensitiveContentDetected",
    )
    assert emulator.ledger.billed == ()


def test_a_whole_failure_in_200(emulator, ask):
    emulator.script({"answer": "response/whole-failure-in-200"})
    answer = ask(emulator)
    assert answer.status_code == 200
    assert in_order(answer.json()) == in_order(sample("response/whole-failure-in-200.json"))
    assert emulator.ledger.billed == ()


@pytest.mark.parametrize("file", sorted((SAMPLES / "stream").iterdir()), ids=lambda file: file.stem)
def test_streams_are_those_of_the_samples(emulator, ask, file):
    emulator.script({"answer": f"stream/{file.stem}", "no_length": True})
    answer = ask(emulator, prompt="共4张", stream=True, size="2720x1536", **GROUP)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    expected = file.read_text()
    assert event_shapes(answer.text) == event_shapes(expected)
    assert answer.text.endswith("\n\n") == expected.endswith("\n\n")


def test_a_stream_is_refused_as_json_before_it_opens(emulator, ask):
    answer = ask(emulator, stream=True, size="1x1")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json; charset=utf-8")


def test_created_rises_from_event_to_event_and_completed_repeats_the_last(ask):
    with Emulator({"delay": 0.0, "event_delay": 1.05}) as emulator:
        answer = ask(emulator, prompt="共2张", stream=True, **GROUP)
    times = [json.loads(data)["created"] for _, data in events(answer.text) if data != "[DONE]"]
    assert times[1] - times[0] in (1, 2)
    assert times[2] == times[1]


def test_events_come_as_pictures_are_made(client):
    body = {"model": "doubao-seedream-4-5-251128", "prompt": "共2张", "stream": True, **GROUP}
    with (
        Emulator({"event_delay": 0.3}) as emulator,
        client.stream(
            "POST",
            emulator.base_url("ark") + "/images/generations",
            json=body,
            headers={"Authorization": "Bearer k"},
        ) as answer,
    ):
        billed = [len(emulator.ledger.billed) for line in answer.iter_lines() if '"url"' in line]
    assert billed == [1, 2]


def test_the_ends_of_a_stream_can_be_left_out(emulator, ask):
    emulator.script({"completed": False}, {"done": False}, {"event_lines": False, "line_end": "\r\n"})
    no_completed, no_done, odd = (ask(emulator, stream=True).text for _ in range(3))
    assert [name for name, _ in events(no_completed)] == ["image_generation.partial_succeeded", None]
    assert "[DONE]" not in no_done
    assert odd.startswith("data: {")
    assert odd.endswith("data: [DONE]\r\n\r\n")


def test_a_line_of_302_can_stand_in_a_stream(emulator, ask):
    line = '{"error":{"err_code":-10003}}\n\n'
    emulator.script({"insert": line, "insert_after": 0})
    assert line in ask(emulator, stream=True).text


def test_layers_have_their_places(emulator, ask, data_uri):
    answer = ask(
        emulator, model=PRO, prompt=..., size="auto", layer_decomposition=True, image=[data_uri(600, 600)]
    ).json()
    base, *layers = answer["data"]
    assert [element["z_index"] for element in (base, *layers)] == list(range(1 + len(layers)))
    assert all({"name", "description", "bounding_box"} <= element.keys() for element in layers)
    assert all(".png?" in element["url"] for element in layers)


def test_every_picture_of_a_group_is_its_own(emulator, ask, client):
    urls = [element["url"] for element in ask(emulator, prompt="共4张", **GROUP).json()["data"]]
    pictures = [client.get(url).content for url in urls]
    assert all(first != second for first, second in itertools.combinations(pictures, 2))
    assert [re.search(r"_(\d)\.jpeg", url)[1] for url in urls] == ["0", "1", "2", "3"]
