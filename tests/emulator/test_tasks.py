"""302.AI's asynchronous form (R126)."""

import json
import time
from pathlib import Path

import pytest

from seedream_pipe.emulator import Emulator

SAMPLES = Path(__file__).parent.parent / "wire" / "samples"


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
