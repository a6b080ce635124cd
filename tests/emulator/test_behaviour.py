"""Paths, keys, models, limits and 302.AI's own ways (R2, R13 to R18, R107, R115 to R126, R149, R157)."""

import json
import random
import time
from pathlib import Path

import pytest

from seedream_pipe.emulator import Emulator, Options
from seedream_pipe.emulator.behaviour import ARK_PATH, Behaviour, Received
from seedream_pipe.emulator.replies import Bill, Send

SAMPLES = Path(__file__).parent.parent / "wire" / "samples"
CN_45 = "doubao-seedream-4-5-251128"


def error(answer):
    return answer.status_code, answer.json()["error"]["code"]


def received(**changes):
    body = {"model": CN_45, "prompt": "a cat"}
    whole = {
        "method": "POST",
        "target": ARK_PATH,
        "headers": (("authorization", "Bearer k"),),
        "body": json.dumps(body).encode(),
        "origin": "http://127.0.0.1:1",
        **changes,
    }
    return Received(**whole)


def sent(reply):
    return b"".join(step.data for step in reply.steps if isinstance(step, Send))


def test_a_reply_is_a_function_of_request_time_and_chance():
    replies = [
        Behaviour(Options(), chance=random.Random(1)).reply(received(), 1_795_000_000.5) for _ in range(2)
    ]
    assert replies[0] == replies[1]
    assert b"X-Tos-Date=20261118T" in sent(replies[0])
    assert [step.picture.index for step in replies[0].steps if isinstance(step, Bill)] == [0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api/v3/images/generations"),
        ("POST", "/api/v3/images/edits"),
        ("POST", "/api/v3/models"),
        ("POST", "/api/v3/images/generations/"),
        ("GET", "/_emulator/nothing"),
    ],
)
def test_everything_else_is_404_and_empty(emulator, client, method, path):
    answer = client.request(method, emulator.url + path)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_bad_key_is_401_in_the_shape_of_the_provider(emulator, ask, key):
    assert error(ask(emulator, "ark", key=key, model=...)) == (401, "AuthenticationError")
    refused = ask(emulator, "302ai", key=key, model=...)
    assert (refused.status_code, refused.content) == (
        401,
        (SAMPLES / "302" / "error-401-invalid-key.json").read_bytes(),
    )


def test_any_key_is_good_unless_keys_are_named(ask):
    with Emulator() as emulator:
        assert ask(emulator, key="ark-whatever").status_code == 200
        assert ask(emulator, key="invalid-one").status_code == 401


def test_checks_come_in_order(emulator, client, ask):
    url = emulator.base_url("ark") + "/images/generations"
    good = {"Authorization": "Bearer test-key"}
    assert client.post(url, content=b"{").status_code == 401
    assert error(client.post(url, content=b"{", headers=good)) == (400, "InvalidParameter")
    assert error(ask(emulator, model=..., prompt=..., size="1x1")) == (400, "MissingParameter")
    assert error(ask(emulator, model="nobody", size="1x1")) == (404, "InvalidEndpointOrModel.NotFound")
    assert error(ask(emulator, size="1x1", image="cat.png")) == (400, "InvalidParameter")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_400(emulator, client, body):
    url = emulator.base_url("ark") + "/images/generations"
    answer = client.post(url, content=body, headers={"Authorization": "Bearer test-key"})
    assert error(answer) == (400, "InvalidParameter")
    assert "Error when parsing request" in answer.json()["error"]["message"]


def test_a_name_without_its_version_is_not_found(emulator, ask):
    answer = ask(emulator, model="doubao-seedream-4-5")
    assert error(answer) == (404, "InvalidEndpointOrModel.NotFound")
    assert "The model or endpoint doubao-seedream-4-5 does not exist" in answer.json()["error"]["message"]


def test_302_has_no_route_for_names_it_does_not_know(emulator, ask):
    for model in ("doubao-seedream-4-5", "seedream-4-5-251128", "ep-1"):
        answer = ask(emulator, "302ai", model=model)
        assert (answer.status_code, answer.json()["error"]["err_code"]) == (503, -10008)


def test_faults_of_the_upstream_pass_through_302_in_its_shape(emulator, ask):
    assert error(ask(emulator, "302ai", size="1x1")) == (400, "InvalidParameter")


def test_a_model_of_another_kind(emulator, ask):
    answer = ask(emulator, model="doubao-seed-1-6-250615")
    assert error(answer) == (400, "InvalidParameter")
    assert "does not support this api" in answer.json()["error"]["message"]


def test_a_model_that_is_not_open(ask):
    with Emulator(closed_models=(CN_45,)) as emulator:
        assert error(ask(emulator)) == (404, "ModelNotOpen")


def test_one_flavour_only(ask):
    with Emulator(flavour="bp") as emulator:
        assert error(ask(emulator, model=CN_45)) == (404, "InvalidEndpointOrModel.NotFound")
        assert ask(emulator, model="seedream-4-5-251128").status_code == 200


def test_an_endpoint_answers_with_the_versioned_id(emulator, ask):
    assert ask(emulator, model="ep-20260101-abcde").json()["model"] == CN_45


def test_the_models_are_listed_for_a_good_key(emulator, client):
    url = emulator.url + "/api/v3/models"
    listed = client.get(url, headers={"Authorization": "Bearer test-key"}).json()["data"]
    assert CN_45 in [each["id"] for each in listed]
    assert all(each["domain"] and each["status"] for each in listed)
    assert error(client.get(url)) == (401, "AuthenticationError")


def test_pictures_of_a_rolling_minute_are_limited_by_key_and_model():
    behaviour = Behaviour(Options(pictures_per_minute=2), chance=random.Random(1))

    def status(now, **changes):
        return int(sent(behaviour.reply(received(**changes), now))[9:12])

    other_key = {"headers": (("authorization", "Bearer other"),)}
    assert [status(0), status(30), status(59), status(59, **other_key)] == [200, 200, 429, 200]
    assert [status(60.5), status(61), status(91)] == [200, 429, 200]


def test_the_limit_has_no_retry_after_unless_asked(ask):
    with Emulator(pictures_per_minute=0) as emulator:
        answer = ask(emulator)
    assert error(answer) == (429, "ModelAccountIpmRateLimitExceeded")
    assert "retry-after" not in answer.headers
    with Emulator(pictures_per_minute=0, retry_after="7") as emulator:
        assert ask(emulator).headers["retry-after"] == "7"


def test_a_group_weighs_its_pictures(ask):
    with Emulator(pictures_per_minute=4) as emulator:
        group = {"prompt": "共3张", "sequential_image_generation": "auto"}
        assert [ask(emulator, **group).status_code for _ in range(2)] == [200, 429]
        assert len(emulator.ledger.billed) == 3


def poll(client, emulator, task_id, path="/async_result"):
    headers = {"Authorization": "Bearer test-key"}
    return client.get(f"{emulator.url}{path}", params={"task_id": task_id}, headers=headers)


def finished(client, emulator, task_id):
    for _ in range(200):
        result = poll(client, emulator, task_id).json()
        if result["status_code"]:
            return result
        time.sleep(0.01)
    raise TimeoutError


@pytest.mark.parametrize("path", ["/async_result", "/v1/async_result"])
def test_the_asynchronous_form_is_that_of_the_samples(emulator, ask, client, path):
    emulator.script({"delay": 0.2})
    submitted = ask(emulator, "302ai", query="?async=true")
    task_id = submitted.json()["task_id"]
    assert list(submitted.json()) == ["task_id"]
    assert (
        poll(client, emulator, task_id, path).content == (SAMPLES / "302" / "async-pending.json").read_bytes()
    )
    assert emulator.ledger.billed == ()
    done = finished(client, emulator, task_id)
    expected = json.loads((SAMPLES / "302" / "async-done.json").read_text())
    assert list(done) == list(expected)
    assert list(json.loads(done["data"])) == list(json.loads(expected["data"]))
    assert len(emulator.ledger.billed) == 1


def test_an_asynchronous_failure_keeps_200_outside(emulator, ask, client):
    emulator.script({"answer": "302/async-failed"})
    task_id = ask(emulator, "302ai", query="?async=true").json()["task_id"]
    done = finished(client, emulator, task_id)
    assert (done["status_code"], json.loads(done["data"])["error"]["code"]) == (
        400,
        "OutputImageSensitiveContentDetected",
    )
    assert emulator.ledger.billed == ()


def test_a_poll_can_be_made_to_wait(emulator, ask, client):
    emulator.script({"on": "poll", "answer": "302/async-pending"})
    task_id = ask(emulator, "302ai", query="?async=true").json()["task_id"]
    assert poll(client, emulator, task_id).json()["err"] == "result pending"
    assert finished(client, emulator, task_id)["status_code"] == 200


def test_async_may_be_ignored(ask):
    with Emulator(ignore_async=True) as emulator:
        assert "data" in ask(emulator, "302ai", query="?async=true").json()


def test_an_unknown_task(emulator, client):
    assert poll(client, emulator, "nothing").json()["status_code"] == 404
