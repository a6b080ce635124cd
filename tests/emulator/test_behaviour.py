"""Paths, keys, models and the order of checks (R2, R13 to R18, R107, R115 to R121, R149)."""

import json
import random
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


def test_the_ledger_names_the_provider_of_a_refused_call_too(emulator, ask):
    for provider, model in (("302ai", CN_45), ("ark", CN_45), ("byteplus", "seedream-4-5-251128")):
        ask(emulator, provider, model=model, size="1x1")
    assert [seen.provider for seen in emulator.ledger.requests] == ["302", "cn", "bp"]
