"""What answers mean: every sample, every wrong shape, in every form."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.makers import (
    Answer,
    Link,
    Permanent,
    Refused,
    Reply,
    Span,
    Transient,
    Unknown,
)
from seedream_pipe.providers.seedream.answer import meaning, retry_after, usable_link

SAMPLES = Path(__file__).parents[2] / "wire/samples"
INDEX = {entry["file"]: entry for entry in json.loads((SAMPLES / "index.json").read_text())}
LINK = "https://store.example.org/a_0.jpeg?X-Tos-Signature=abc%2Fdef"


def sample(name):
    entry = INDEX[name]
    headers = {"content-type": entry["content_type"], **entry.get("headers", {})}
    return Reply(status=entry["status"], headers=tuple(headers.items()), body=SAMPLES / name)


@pytest.fixture
def reply(tmp_path):
    def make(body, status=200, headers=()):
        file = tmp_path / "body"
        raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else None
        file.write_bytes(json.dumps(body).encode() if raw is None else raw)
        return Reply(status=status, headers=tuple(headers), body=file)

    return make


ANSWERS = {
    "response/success-url-single.json": (1, 0, 1),
    "response/success-url-byteplus-watermark.json": (1, 0, 1),
    "response/success-b64-single.json": (1, 0, 1),
    "response/success-url-group-3.json": (3, 0, 3),
    "response/success-302-single.json": (1, 0, 1),
    "response/success-lite-web-search-png.json": (1, 0, 1),
    "response/success-pro-single.json": (1, 0, 1),
    "response/partial-failure-moderation.json": (3, 1, 3),
    "response/partial-failure-internal.json": (2, 1, 2),
    "stream/single-url.sse": (1, 0, 1),
    "stream/single-b64.sse": (1, 0, 1),
    "stream/group-3-ok.sse": (3, 0, 3),
    "stream/group-4-one-moderated.sse": (3, 1, 3),
    "stream/group-4-internal-error.sse": (1, 1, 1),
    "stream/truncated-mid-event.sse": (1, 0, None),
    "stream/data-lines-only.sse": (1, 0, 1),
}
FAILURES = {
    "response/whole-failure-in-200.json": Refused,
    "stream/error-event.sse": Unknown,
    "stream/single-failed-no-completed.sse": Refused,
    "error/400-image-aspect-ratio.json": Permanent,
    "error/400-image-download-timeout.json": Permanent,
    "error/400-image-invalid-url.json": Permanent,
    "error/400-input-image-sensitive.json": Refused,
    "error/400-input-text-sensitive.json": Refused,
    "error/400-missing-prompt.json": Permanent,
    "error/400-model-wrong-api.json": Permanent,
    "error/400-output-image-sensitive.json": Refused,
    "error/400-size-malformed.json": Permanent,
    "error/400-size-too-small.json": Permanent,
    "error/400-size-unsupported-tier.json": Permanent,
    "error/400-stream-unsupported-on-pro.json": Permanent,
    "error/401-authentication.json": Permanent,
    "error/403-access-denied.json": Permanent,
    "error/403-account-overdue.json": Permanent,
    "error/404-model-not-found.json": Permanent,
    "error/404-model-not-open.json": Permanent,
    "error/429-endpoint-rpm.json": Transient,
    "error/429-model-ipm.json": Transient,
    "error/429-model-rpm.json": Transient,
    "error/429-quota-exceeded.json": Permanent,
    "error/429-request-burst.json": Transient,
    "error/429-server-overloaded.json": Transient,
    "error/429-set-limit.json": Permanent,
    "error/500-internal.json": Unknown,
    "302/error-400-upstream-passthrough.json": Permanent,
    "302/error-401-invalid-key.json": Permanent,
    "302/error-402-balance-UNVERIFIED.json": Permanent,
    "302/error-500-network.json": Unknown,
    "302/error-503-no-model.json": Permanent,
    "302/error-524-gateway-timeout.html": Unknown,
    "302/async-submit.json": Unknown,
    "302/async-pending.json": Unknown,
    "302/async-done.json": Unknown,
    "302/async-failed.json": Unknown,
}
WHOLE_ACCOUNT = {
    "error/401-authentication.json",
    "error/403-account-overdue.json",
    "error/429-quota-exceeded.json",
    "error/429-set-limit.json",
    "302/error-401-invalid-key.json",
    "302/error-402-balance-UNVERIFIED.json",
    "302/error-503-no-model.json",
}


def test_every_sample_of_an_answer_is_judged_here():
    answers = {name for name, entry in INDEX.items() if entry["kind"] not in {"request", "limits"}}
    assert answers == ANSWERS.keys() | FAILURES.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_with_pictures_gives_them(name):
    verdict = meaning(sample(name))
    assert isinstance(verdict, Answer)
    assert (len(verdict.parts), len(verdict.holes), verdict.billed) == ANSWERS[name]
    assert verdict.complete == (name != "stream/truncated-mid-event.sse")
    assert all(part.size.count("x") == 1 for part in verdict.parts)


@pytest.mark.parametrize("name", FAILURES)
def test_a_sample_of_a_failure_has_its_class(name):
    verdict = meaning(sample(name))
    assert type(verdict) is FAILURES[name]
    assert verdict.code
    assert verdict.message
    if isinstance(verdict, Permanent):
        assert verdict.account == (name in WHOLE_ACCOUNT)
        assert verdict.remedy or not verdict.account


@pytest.mark.parametrize("name", [name for name in INDEX if name.startswith("error/")])
def test_the_request_id_of_a_message_is_found_in_any_case(name):
    """R109."""
    verdict = meaning(sample(name))
    assert verdict.request_id == INDEX[name]["headers"]["x-request-id"]


def test_holes_keep_their_place():
    """R82: the third of four was refused, the fourth still came."""
    verdict = meaning(sample("response/partial-failure-moderation.json"))
    assert [part.index for part in verdict.parts] == [0, 1, 3]
    assert [(hole.index, hole.refused) for hole in verdict.holes] == [(2, True)]


def test_an_internal_fault_in_a_group_is_a_hole_that_was_not_refused():
    """R84."""
    (hole,) = meaning(sample("response/partial-failure-internal.json")).holes
    assert (hole.code, hole.refused) == ("InternalServiceError", False)


def test_a_link_is_kept_byte_for_byte():
    """R73."""
    (part,) = meaning(sample("response/success-url-byteplus-watermark.json")).parts
    assert isinstance(part.source, Link)
    assert part.source.url.encode() in (SAMPLES / "response/success-url-byteplus-watermark.json").read_bytes()


@pytest.mark.parametrize("name", ["response/success-b64-single.json", "stream/single-b64.sse"])
def test_a_picture_in_the_answer_is_pointed_at(name):
    (part,) = meaning(sample(name)).parts
    assert isinstance(part.source, Span)
    text = (SAMPLES / name).read_bytes()[part.source.offset : part.source.offset + part.source.length]
    assert text.startswith(b"/9j/4AAQ")
    assert text.endswith((b"//2Q==", b"//9k="))


def success(**members):
    return {"model": "m", "created": 1, "data": [{"url": LINK, "size": "8x8"}], **members}


@pytest.mark.parametrize(
    ("usage", "billed"),
    [
        (None, None),
        ({}, None),
        ("many", None),
        ([1], None),
        ({"generated_images": "1"}, None),
        ({"generated_images": -1}, None),
        ({"generated_images": True}, None),
        ({"generated_images": 1.0}, None),
        ({"generated_images": 10**400}, None),
        ({"generated_images": 0}, 0),
        ({"generated_images": 5}, 5),
    ],
)
def test_usage_is_advisory(reply, usage, billed):
    """R68: whatever it says, the picture that is there is kept."""
    verdict = meaning(reply(json.dumps(success(usage=usage))))
    assert isinstance(verdict, Answer)
    assert verdict.billed == billed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"17",
        b'"text"',
        b"<html>busy</html>",
        b"\x00\x01",
        '{"data":[]}'.encode("utf-16"),
        b'{"data":[{"url":"' + LINK.encode() + b'"}],"model":"\xff"}',
        b'{"data":null}',
        b'{"data":{}}',
        b'{"data":"x"}',
        b'{"data":[]}',
        b'{"data":[null]}',
        b'{"data":[[]]}',
        b'{"data":[{}]}',
        b'{"data":[{"url":null}]}',
        b'{"data":[{"url":""}]}',
        b'{"data":[{"url":7}]}',
        b'{"data":[{"url":["a"]}]}',
        b'{"data":[{"b64_json":""}]}',
        b'{"data":[{"b64_json":null}]}',
        b'{"data":[{"b64_json":["a"]}]}',
        b'{"data":[{"error":null}]}',
        b'{"data":[{"error":[]}]}',
        b'{"data":[{"url":"' + LINK.encode() + b'"}],"data":[]}',
        b'{"data":[{"url":"' + LINK.encode() + b'","url":"https://else.example.org/"}]}',
        b'{"data":[{"url":"' + LINK.encode() + b'"}],"created":NaN}',
        b'{"data":[{"url":"' + LINK.encode() + b'"}],"created":-Infinity}',
        b'{"data":[{"url":"' + LINK.encode() + b'"}]} trailing',
        b'{"data":[{"url":"' + LINK.encode() + b'"}',
        b"[" * 200_000,
        b'{"data":' * 200_000,
        b'{"data":[' + b'{"url":1},' * 300 + b"{}]}",
        b'{"usage":{"generated_images":1},"data":[]}',
        b'{"error":{}}',
        b'{"error":"something"}',
        b'{"error":{"code":7,"message":8}}',
        b'{"error":{"code":"NobodyKnows","message":"x"}}',
        b'{"error":{"code":"InternalServiceError","message":"x"}}',
        b'{"error":{"err_code":-12345,"message":"x"}}',
    ],
)
def test_a_200_that_cannot_be_used_is_uncertain(reply, body):
    assert isinstance(meaning(reply(body)), Unknown)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + json.dumps(success()).encode(),
        json.dumps(success(further={"a": [1.5, None, True]}, created=10**19)).encode(),
        json.dumps(success(), indent=2).encode(),
        json.dumps(success(error=None)).encode(),
        json.dumps(success(note="NaN and Infinity are words in a text")).encode(),
    ],
)
def test_what_does_no_harm_is_accepted(reply, body):
    verdict = meaning(reply(body))
    assert isinstance(verdict, Answer)
    assert verdict.parts[0].source == Link(url=LINK)


def test_empty_data_that_was_not_billed_is_a_refusal(reply):
    """ARC514: an empty list is what a filter's hit may look like."""
    verdict = meaning(reply({"data": [], "usage": {"generated_images": 0}}))
    assert isinstance(verdict, Refused)


def test_a_single_internal_fault_that_was_not_billed_may_be_tried_again(reply):
    body = {
        "data": [{"error": {"code": "InternalServiceError", "message": "m"}}],
        "usage": {"generated_images": 0},
    }
    assert isinstance(meaning(reply(body)), Transient)


def test_a_picture_is_kept_though_an_error_stands_beside_it(reply):
    verdict = meaning(reply(success(error={"code": "X", "message": "m"})))
    assert isinstance(verdict, Answer)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Permanent),
        (401, Permanent),
        (402, Permanent),
        (403, Permanent),
        (404, Permanent),
        (405, Permanent),
        (413, Permanent),
        (422, Permanent),
        (429, Transient),
        (418, Unknown),
        (451, Unknown),
        (499, Unknown),
        (500, Unknown),
        (502, Unknown),
        (503, Unknown),
        (504, Unknown),
        (520, Unknown),
        (524, Unknown),
        (201, Unknown),
        (204, Unknown),
        (301, Permanent),
        (302, Permanent),
        (307, Permanent),
        (308, Permanent),
        (999, Unknown),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error":{"code":"NobodyKnows","message":"m"}}'])
def test_a_status_without_a_known_code_takes_the_safe_side(reply, status, kind, body):
    assert type(meaning(reply(body, status))) is kind


def test_a_known_code_proves_nothing_under_a_status_that_may_be_billed(reply):
    body = {"error": {"code": "InvalidParameter", "message": "m"}}
    assert isinstance(meaning(reply(body, 500)), Unknown)


def test_a_redirect_names_its_target(reply):
    verdict = meaning(reply(b"", 307, [("Location", "https://else.example.org/x")]))
    assert "https://else.example.org/x" in verdict.message


@pytest.mark.parametrize(
    ("code", "kind", "account"),
    [
        (10001, Permanent, True),
        (-10001, Permanent, True),
        ("10001", Permanent, True),
        (-10003, Unknown, None),
    ],
)
def test_the_gateways_own_codes(reply, code, kind, account):
    verdict = meaning(reply({"error": {"err_code": code, "message": "m"}}, 500))
    assert type(verdict) is kind
    assert getattr(verdict, "account", None) == account


def test_an_empty_balance_at_the_gateway_is_told_by_its_words(reply):
    """R123: nobody knows its code."""
    verdict = meaning(reply({"error": {"err_code": -77, "message": "Insufficient Balance"}}, 500))
    assert isinstance(verdict, Permanent)
    assert verdict.account


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        ([("Retry-After", "12")], 12.0),
        ([("retry-after", "0.5")], 0.5),
        ([("retry-after", "-3")], None),
        ([("retry-after", "nan")], None),
        ([("retry-after", "1e400")], None),
        ([("retry-after", "1e2")], None),
        ([("retry-after", "1_0")], None),
        ([("retry-after", "+5")], None),
        ([("retry-after", " 12 ")], 12.0),
        ([("retry-after", "12.")], 12.0),
        ([("retry-after", "inf")], None),
        ([("retry-after", "9" * 400)], None),
        ([("retry-after", "")], None),
        ([("retry-after", "soon")], None),
        ([("retry-after", "Sun, 22 Nov 2026 12:01:00 GMT"), ("date", "Sun, 22 Nov 2026 12:00:00 GMT")], 60.0),
        ([("retry-after", "Sun, 22 Nov 2026 12:01:00 GMT"), ("date", "Sun, 22 Nov 2026 14:00:00 GMT")], None),
        ([("retry-after", "Sun, 22 Nov 2026 12:01:00 GMT")], None),
    ],
)
def test_retry_after_is_taken_in_any_form(reply, headers, seconds):
    """R111; a date is read by the server's own clock."""
    assert retry_after(reply(b"", 429, headers)) == seconds


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example.org/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://a.example.org/x",
        "https://user:word@a.example.org/x",
        "https:///x",
        "https://a.example.org/\x07",
        "https://a.example.org/a b",
        "https://a.example.org/" + "x" * 200_000,
        "https://a.example.org:99999/",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://224.0.0.1/x",
        "https://255.255.255.255/x",
        "https://[ff02::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[::10.0.0.1]/x",
        "https://[64:ff9b::10.0.0.1]/x",
        "https://[2002:a00:1::]/x",
        "https://localhost/x",
        "https://a.example.org\\@b.example.org/",
    ],
)
def test_a_link_with_a_trick_is_not_followed(reply, url):
    assert not usable_link(url, local=False)
    assert isinstance(meaning(reply({"data": [{"url": url}]})), Unknown)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123/x?y=%2F", "http://localhost:8123/x", LINK])
def test_links_to_this_machine_are_for_an_api_on_this_machine(reply, url):
    assert isinstance(meaning(reply({"data": [{"url": url}]}), local=True), Answer)


def test_a_good_picture_is_kept_beside_a_link_that_is_not_followed(reply):
    verdict = meaning(reply({"data": [{"url": "file:///x"}, {"url": LINK}]}))
    assert [part.index for part in verdict.parts] == [1]
    assert [hole.index for hole in verdict.holes] == [0]


def event(index, **members):
    tree = {"type": "image_generation.partial_succeeded", "image_index": index, "url": f"{LINK}{index}"}
    return json.dumps({**tree, **members}, ensure_ascii=False)


COMPLETED = json.dumps({"type": "image_generation.completed", "usage": {"generated_images": 2}})


@pytest.mark.parametrize(
    "body",
    [
        "data: {0}\n\ndata: {1}\n\ndata: {c}\n\ndata: [DONE]\n\n",
        "data:{0}\n\ndata:{1}\n\ndata:{c}\n\ndata:[DONE]\n\n",
        "event: x\r\ndata: {0}\r\n\r\ndata: {1}\r\n\r\ndata: {c}\r\n\r\n",
        "data: {0}\r\rdata: {1}\r\rdata: {c}\r\r",
        ": hello\n\nid: 7\nretry: 10\ndata: {0}\n\n\n\ndata: {1}\n\ndata: {c}\n\n",
        "\ufeffdata: {0}\n\ndata: {1}\n\ndata: [DONE]",
        'data: {0}\n\ndata: {{"type":"x.partial_image","b64_json":"AA=="}}\n\ndata: {1}\n\ndata: {c}\n\n',
        "data: {1}\n\ndata: {0}\n\ndata: {1}\n\ndata: {c}\n\n",
        "event: image_generation.partial_succeeded\n{0}\nevent: x\n{1}\n\ndata: {c}\n\n",
    ],
)
def test_events_are_read_in_any_dress(reply, body):
    """R89, R102; doubles count once."""
    text = body.format(event(0), event(1, note="雪"), c=COMPLETED)
    verdict = meaning(reply(text))
    assert isinstance(verdict, Answer)
    assert [part.source.url for part in verdict.parts] == [f"{LINK}0", f"{LINK}1"]
    assert verdict.complete


def test_data_over_several_lines_is_one_event(reply):
    lines = json.dumps(json.loads(event(0)), indent=1).splitlines()
    text = "".join(f"data: {line}\n" for line in lines) + "\ndata: [DONE]\n\n"
    assert len(meaning(reply(text)).parts) == 1


@pytest.mark.parametrize("index", ["../../x", 10**12, -1, None, True, 1.5])
def test_an_index_is_only_ever_a_small_number(reply, index):
    verdict = meaning(reply(f"data: {event(0)}\n\ndata: {event(index)}\n\ndata: [DONE]\n\n"))
    assert [part.index for part in verdict.parts] == [0, 1]


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "data: {\n\n",
        "data: not json\n\ndata: [DONE]\n\n",
        'data: {"error":{"code":"InternalServiceError","message":"m"}}\n\n',
        'data: {"error":{"code":"QuotaExceeded","message":"m"}}\n\n',
        '{"error":{"err_code":-10003,"message":"m"}}\n',
    ],
)
def test_a_stream_that_breaks_off_keeps_what_came(reply, ending):
    """R100, R101, R106."""
    verdict = meaning(reply(f"data: {event(0)}\n\n{ending}"))
    assert isinstance(verdict, Answer)
    assert not verdict.complete


@pytest.mark.parametrize("name", ["single-b64", "group-4-one-moderated"])
@pytest.mark.parametrize("cut", [1, 7, 64])
def test_a_stream_reads_the_same_however_its_bytes_arrive(name, cut, monkeypatch):
    whole = meaning(sample(f"stream/{name}.sse"))
    monkeypatch.setattr("seedream_pipe.providers.seedream.stream._CHUNK", cut)
    assert meaning(sample(f"stream/{name}.sse")) == whole


@given(st.binary(max_size=300))
def test_no_body_whatever_raises(tmp_path_factory, body):
    file = tmp_path_factory.mktemp("body") / "body"
    file.write_bytes(body)
    meaning(Reply(status=200, headers=(), body=file))


def streamed(*events, done=True):
    texts = [each if isinstance(each, str) else json.dumps(each) for each in events]
    return "".join(f"data: {text}\n\n" for text in (*texts, *(["[DONE]"] * done)))


def failed(index, code="OutputImageSensitiveContentDetected"):
    kind = "image_generation.partial_failed"
    return {"type": kind, "image_index": index, "error": {"code": code, "message": "m"}}


def test_two_pictures_of_one_number_are_two_pictures(reply):
    """Both are billed; only what is the same is kept once."""
    verdict = meaning(reply(streamed(event(0), event(0, url=f"{LINK}other"), event(0), COMPLETED)))
    assert [(part.index, part.source.url) for part in verdict.parts] == [(0, f"{LINK}0"), (1, f"{LINK}other")]


@pytest.mark.parametrize(("second", "count"), [("QUJD", 1), ("QUJE", 2), ("QUJDRA==", 2)])
def test_pictures_inside_events_are_told_apart_by_their_bytes(reply, second, count):
    def inside(text):
        return {"type": "x.partial_succeeded", "image_index": 0, "b64_json": text}

    verdict = meaning(reply(streamed(inside("QUJD"), inside(second))))
    assert len(verdict.parts) == count


def test_a_number_given_after_one_without_takes_no_picture_away(reply):
    verdict = meaning(reply(streamed(event(None), event(0, url=f"{LINK}other"))))
    assert len(verdict.parts) == 2


def test_a_picture_wins_over_a_failure_of_the_same_number(reply):
    verdict = meaning(reply(streamed(failed(0), event(0))))
    assert ([part.index for part in verdict.parts], verdict.holes) == ([0], ())


def test_a_number_that_the_stream_passed_over_is_a_hole(reply):
    """R92: every picture that was attempted has a number."""
    verdict = meaning(reply(streamed(event(0), event(2))))
    assert [part.index for part in verdict.parts] == [0, 2]
    assert [(hole.index, hole.code) for hole in verdict.holes] == [(1, "NotTold")]


def test_nothing_behind_the_last_word_counts(reply):
    verdict = meaning(reply(streamed(event(0)) + streamed(event(1), "junk")))
    assert (len(verdict.parts), verdict.complete) == (1, True)


@pytest.mark.parametrize(("count", "complete"), [(1, True), (2, False), (None, False)])
def test_junk_between_events_may_have_been_a_picture_unless_the_count_is_right(reply, count, complete):
    completed = {"type": "image_generation.completed", "usage": {"generated_images": count}}
    verdict = meaning(reply(streamed(event(0), "{junk", completed)))
    assert (len(verdict.parts), verdict.complete) == (1, complete)


@pytest.mark.parametrize("junk", ["junk", "17: 4", "event without colon", "\x00\x01"])
def test_a_line_that_is_no_field_is_passed_over(reply, junk):
    verdict = meaning(reply(f"data: {event(0)}\n\n{junk}\n\ndata: [DONE]\n\n"))
    assert (len(verdict.parts), verdict.complete) == (1, True)


def test_a_fault_after_an_event_that_cannot_be_read_proves_nothing(reply):
    fault = {"error": {"code": "InvalidParameter", "message": "m"}}
    assert isinstance(meaning(reply(streamed(fault, done=False))), Permanent)
    assert isinstance(meaning(reply(streamed("{junk", fault, done=False))), Unknown)


def test_a_refusal_in_a_stream_that_broke_off_is_told_as_such(reply):
    """R97: the stream goes on after it, so of a series more may have been made."""
    assert meaning(reply(streamed(failed(0)))).complete
    verdict = meaning(reply(streamed(failed(0), done=False)))
    assert isinstance(verdict, Refused)
    assert not verdict.complete


CONTRACT = [
    # HTTP, code, class, whole account, contract or specification
    (400, "MissingParameter", Permanent, False, "R27"),
    (400, "MissingParameter.prompt", Permanent, False, "R27"),
    (400, "InvalidParameter", Permanent, False, "R26"),
    (400, "InvalidParameter.size", Permanent, False, "R108"),
    (400, "InvalidParameter.UnsupportedParameter", Permanent, False, "R26"),
    (400, "InvalidParameter.UnsupportedImageFormat", Permanent, False, "R52"),
    (400, "InvalidParameter.OversizedImage", Permanent, False, "R52"),
    (400, "InvalidParameter.OversizeImage", Permanent, False, "R52"),
    (400, "InvalidImageURL.EmptyURL", Permanent, False, "R52"),
    (400, "InvalidImageURL.InvalidFormat", Permanent, False, "R52"),
    (400, "InvalidEndpoint.ClosedEndpoint", Permanent, False, "R112"),
    (400, "InputTextSensitiveContentDetected", Refused, None, "R112"),
    (400, "InputTextSensitiveContentDetected.PolicyViolation", Refused, None, "R112"),
    (400, "InputTextRiskDetection", Refused, None, "R112"),
    (400, "InputImageSensitiveContentDetected", Refused, None, "R112"),
    (400, "InputImageSensitiveContentDetected.PrivacyInformation", Refused, None, "R112"),
    (400, "InputImageRiskDetection", Refused, None, "R112"),
    (400, "OutputImageSensitiveContentDetected", Refused, None, "R114"),
    (400, "OutputImageSensitiveContentDetected.DeepFake", Refused, None, "R114"),
    (400, "OutputImageRiskDetection", Refused, None, "R114"),
    (400, "SensitiveContentDetected", Refused, None, "R112"),
    (400, "SensitiveContentDetected.Violence", Refused, None, "R112"),
    (400, "ContentSecurityDetectionError", Transient, None, "R112"),
    (400, "InvalidSubscription", Permanent, True, "R20"),
    (401, "AuthenticationError", Permanent, True, "R5"),
    (401, "InvalidAccountStatus", Permanent, True, "R112"),
    (402, "", Permanent, True, "R123"),
    (403, "AccountOverdueError", Permanent, True, "R112"),
    (403, "AccessDenied", Permanent, False, "R112"),
    (403, "OperationDenied.PermissionDenied", Permanent, False, "R112"),
    (403, "OperationDenied.ServiceNotOpen", Permanent, True, "R112"),
    (403, "OperationDenied.ServiceOverdue", Permanent, True, "R112"),
    (404, "ModelNotOpen", Permanent, False, "R16"),
    (404, "InvalidEndpointOrModel.NotFound", Permanent, False, "R16"),
    (404, "InvalidEndpointOrModel.ModelIDAccessDisabled", Permanent, False, "R16"),
    (404, "NotFound.model", Permanent, False, "R16"),
    (404, "UnsupportedModel", Permanent, False, "R20"),
    (429, "ModelAccountIpmRateLimitExceeded", Transient, None, "R130"),
    (429, "ModelAccountRpmRateLimitExceeded", Transient, None, "R113"),
    (429, "ModelAccountTpmRateLimitExceeded", Transient, None, "R113"),
    (429, "RateLimitExceeded.EndpointRPMExceeded", Transient, None, "R113"),
    (429, "RateLimitExceeded.EndpointTPMExceeded", Transient, None, "R113"),
    (429, "APIAccountRpmRateLimitExceeded", Transient, None, "R113"),
    (429, "AccountRateLimitExceeded", Transient, None, "R113"),
    (429, "ServerOverloaded", Transient, None, "R113"),
    (429, "RequestBurstTooFast", Transient, None, "R113"),
    (429, "InflightBatchsizeExceeded", Transient, None, "R113"),
    (429, "RequestConcurrentLimitExceeded", Transient, None, "R113"),
    (429, "NobodyKnows", Transient, None, "R113"),
    (429, "QuotaExceeded", Permanent, True, "R113"),
    (429, "SetLimitExceeded", Permanent, True, "R113"),
    (499, "RequestCanceled", Unknown, None, "R112"),
    (500, "InternalServiceError", Unknown, None, "R117"),
    (503, "ServerOverloaded", Unknown, None, "3.3: Ark's 503 proves nothing"),
    (503, "InvalidParameter", Unknown, None, "3.3"),
    *(
        (status, "", Permanent, status in {401, 402}, "R124")
        for status in (400, 401, 402, 403, 404, 405, 413, 422)
    ),
    *((status, "", Unknown, None, "3.3") for status in (408, 409, 418, 425, 451, 499)),
    *(
        (status, "", Unknown, None, "R124, R125")
        for status in (500, 501, 502, 503, 504, 520, 521, 522, 523, 524)
    ),
    *((status, "", Permanent, False, "never followed") for status in (300, 301, 302, 303, 305, 307, 308)),
]


@pytest.mark.parametrize("row", CONTRACT, ids=str)
def test_each_row_of_the_contract_has_its_class(reply, row):
    """Contract section 10, reliability 3.3: certain only where it is certain."""
    status, code, kind, account, rule = row
    message = "The request failed. Request id: 0217abc"
    verdict = meaning(reply({"error": {"code": code, "message": message}} if code else b"", status))
    assert type(verdict) is kind, rule
    assert getattr(verdict, "account", None) is account, rule
    assert not code or (verdict.code, verdict.message, verdict.request_id) == (code, message, "0217abc")


@pytest.mark.parametrize(
    ("status", "code", "tries"),
    [
        (429, "NobodyKnows", 3),
        (429, "", 3),
        (400, "ContentSecurityDetectionError", 2),
        (429, "ServerOverloaded", None),
        (429, "ModelAccountIpmRateLimitExceeded", None),
    ],
)
def test_what_may_never_heal_is_tried_less_often(reply, status, code, tries):
    """R113, R117."""
    body = {"error": {"code": code, "message": "m"}} if code else b""
    assert meaning(reply(body, status)).tries == tries


@pytest.mark.parametrize(
    "row",
    [
        (503, -10008, "No available models currently", Permanent, True),
        (500, -10008, "No available channels currently", Permanent, True),
        (200, -10008, "m", Permanent, True),
        (500, -10003, "Network error, please try again later", Unknown, None),
        (401, 10001, "Invalid API Key", Permanent, True),
        (401, -10001, "Invalid API Key", Permanent, True),
        (403, -77, "余额不足", Permanent, True),
        (400, -77, "m", Permanent, False),
        (429, -77, "m", Transient, None),
        (503, -77, "m", Unknown, None),
        (524, -77, "m", Unknown, None),
        (200, -77, "m", Unknown, None),
    ],
)
def test_each_row_of_what_302_adds_has_its_class(reply, row):
    """R118 to R125."""
    status, code, words, kind, account = row
    verdict = meaning(reply({"error": {"err_code": code, "message": words, "message_cn": "…"}}, status))
    assert type(verdict) is kind
    assert getattr(verdict, "account", None) is account


def test_a_fault_of_the_whole_request_is_not_mended_by_an_end(reply):
    """R100: two pictures came, and what became of the rest nobody said."""
    fault = json.dumps({"error": {"code": "InternalServiceError", "message": "m"}})
    pictures = f"data: {event(0)}\n\ndata: {event(1)}\n\ndata: {fault}\n\n"
    assert not meaning(reply(f"{pictures}data: [DONE]\n\n")).complete
    assert meaning(reply(f"{pictures}data: {COMPLETED}\n\ndata: [DONE]\n\n")).complete


def test_a_stream_may_begin_with_a_field_that_nobody_knows(reply):
    body = f"wind: north\ndata: {event(0)}\n\ndata: [DONE]\n\n"
    verdict = meaning(reply(body, headers=[("content-type", "text/event-stream; charset=utf-8")]))
    assert (len(verdict.parts), verdict.complete) == (1, True)


@pytest.mark.parametrize(
    "body",
    [
        r'{"error":{"code":"X\ud800","message":"\udfff words"}}',
        r'{"error":"\ud800"}',
        r'{"model":"\ud800","data":[{"error":{"code":"\ud800","message":"\ud800"}}]}',
        r'{"model":"m\ud800","data":[{"url":"https://store.example.org/x"}]}',
    ],
)
def test_half_a_character_is_nothing_that_cannot_be_written_down(reply, body):
    for status in (200, 400, 500):
        repr(meaning(reply(body, status))).encode()
        assert "\\ud800" not in repr(meaning(reply(body, status)))
