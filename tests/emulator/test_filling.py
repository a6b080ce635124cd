"""A scripted answer may say anything at all of pictures that exist."""

import json

import pytest

from seedream_pipe.emulator import Emulator


def test_marks_stand_for_the_parts_of_the_answer_that_is_replaced(emulator, ask):
    body = '{"data":[{"url":"<<url 1>>","size":"<<size 0>>"}],"usage":"many","id":"<<id>>"}'
    emulator.script({"body": body, "fill": True, "count": 2, "as_stream": False})
    answer = ask(emulator)
    tree = answer.json()
    assert tree["data"][0]["url"].partition("?")[0].endswith("_1.jpeg")
    assert (tree["data"][0]["size"], tree["usage"]) == ("2048x2048", "many")
    assert tree["id"] == answer.headers["x-request-id"]
    assert len(emulator.ledger.billed) == 2


def test_its_links_lead_to_pictures(emulator, ask, client):
    emulator.script({"body": "<<url 0>>", "fill": True})
    url = ask(emulator).text
    picture = client.get(url).content
    assert emulator.ledger.billed[0].token.encode() in picture


def test_the_whole_answer_can_be_put_into_another_text(emulator, ask):
    emulator.script({"body": "\ufeff<<answer>>", "fill": True})
    assert ask(emulator).content.startswith(b'\xef\xbb\xbf{"model"')


def test_events_can_be_put_in_any_order(emulator, ask):
    emulator.script(
        {"body": "<<event 1>><<event 0>><<event -1>>", "fill": True, "as_stream": True, "count": 2}
    )
    answer = ask(emulator)
    lines = [line for line in answer.text.splitlines() if line.startswith("data: {")]
    assert [json.loads(line[6:])["image_index"] for line in lines] == [1, 0]
    assert answer.text.endswith("data: [DONE]\n\n")
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_a_picture_can_be_put_into_the_answer_itself(emulator, ask):
    emulator.script({"body": '{"data":["<<b64 0>>"]}', "fill": True, "as_base64": True})
    assert ask(emulator).json()["data"][0].startswith("/9j/")


def test_another_status_carries_pictures_too(emulator, ask):
    emulator.script({"status": 500, "fill": True})
    answer = ask(emulator)
    assert (answer.status_code, len(answer.json()["data"])) == (500, 1)


def test_what_is_made_for_it_is_free_when_the_script_says_so(emulator, ask):
    emulator.script({"body": "<<url 0>>", "fill": True, "bill": False})
    assert ask(emulator).text.startswith("http")
    assert emulator.ledger.billed == ()


@pytest.mark.parametrize("mark", ["<<url 7>>", "<<b64 0>>", "<<event 9>>", "<<nobody>>", "<<url"])
def test_a_mark_without_a_meaning_stays(emulator, ask, mark):
    emulator.script({"body": mark, "fill": True})
    assert ask(emulator).text == mark


def test_a_poll_can_be_said_again_in_other_words(client):
    with Emulator(keys=("test-key",)) as emulator:
        emulator.script({"on": "poll", "body": "[<<answer>>]", "fill": True})
        answer = client.get(
            f"{emulator.url}/async_result?task_id=x", headers={"Authorization": "Bearer test-key"}
        )
    assert answer.json()[0]["err"] == "task not found"
