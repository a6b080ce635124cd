"""Bodies are read in bounded memory, however large the pictures in them."""

import json
import tracemalloc

import pytest

from seedream_pipe.makers import Span
from seedream_pipe.providers.seedream import stream
from seedream_pipe.providers.seedream.stream import NotReadable

MIB = 1024 * 1024


def long_document(file, pictures, length):
    """Write an answer with that many pictures of that many base64 characters."""
    with file.open("wb") as body:
        body.write(b'{"model":"m","data":[')
        for number in range(pictures):
            body.write(b'%s{"b64_json":"' % (b"," if number else b""))
            for _ in range(length // 65536):
                body.write(b"QUJD" * 16384)
            body.write(b'","size":"8x8"}')
        body.write(b"]}")


def peak_of(function):
    tracemalloc.start()
    try:
        result = function()
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_pictures_stay_in_the_file(tmp_path):
    long_document(tmp_path / "body", 4, 8 * MIB)
    tree, peak = peak_of(lambda: stream.document(tmp_path / "body"))
    assert peak < MIB
    spans = [element["b64_json"] for element in tree["data"]]
    assert [span.length for span in spans] == [8 * MIB] * 4
    raw = (tmp_path / "body").read_bytes()
    assert all(raw[span.offset - 1 : span.offset + 4] == b'"QUJD' for span in spans)
    assert all(raw[span.offset + span.length : span.offset + span.length + 2] == b'",' for span in spans)


def test_pictures_in_events_stay_in_the_file(tmp_path):
    """R95: one line may be many megabytes."""
    long_document(tmp_path / "body", 1, 16 * MIB)
    (tmp_path / "events").write_bytes(b"data: " + (tmp_path / "body").read_bytes() + b"\n\ndata: [DONE]\n\n")
    trees, peak = peak_of(lambda: list(stream.events(tmp_path / "events")))
    assert peak < MIB
    assert trees[0]["data"][0]["b64_json"].length == 16 * MIB
    assert trees[1] == stream.DONE


def test_what_is_large_beside_the_pictures_is_refused(tmp_path):
    (tmp_path / "body").write_text(json.dumps({"data": ["x" * 1000] * 20_000}))

    def refused():
        with pytest.raises(NotReadable, match="larger"):
            stream.document(tmp_path / "body")

    _, peak = peak_of(refused)
    assert peak < 2 * MIB


@pytest.mark.parametrize("white", ["", " ", "\n\t  "])
def test_a_picture_is_known_by_its_name_however_short(tmp_path, white):
    (tmp_path / "body").write_text(f'{{"b64_json"{white}:{white}"QUJD"}}')
    span = stream.document(tmp_path / "body")["b64_json"]
    assert isinstance(span, Span)
    assert (tmp_path / "body").read_bytes()[span.offset : span.offset + span.length] == b"QUJD"


def test_any_text_that_is_long_stays_in_the_file(tmp_path):
    (tmp_path / "body").write_text(json.dumps({"url": "x" * 200_000, "size": "8x8"}))
    tree = stream.document(tmp_path / "body")
    assert isinstance(tree["url"], Span)
    assert tree["size"] == "8x8"


@pytest.mark.parametrize("text", ['"', "\\", '\\"b64_json\\":\\"', "雪😀", "\x00\x1f", "NaN", "[DONE]"])
def test_texts_with_escapes_are_what_json_says(tmp_path, text):
    tree = {"a": text, text: [text, {"b": text * 3}]}
    (tmp_path / "body").write_text(json.dumps(tree))
    assert stream.document(tmp_path / "body") == tree


@pytest.mark.parametrize("name", ["data", "error", "url", "b64_json"])
def test_what_is_meant_once_may_not_be_said_twice(tmp_path, name):
    (tmp_path / "body").write_text(f'{{"{name}": "1", "{name}": "2"}}')
    with pytest.raises(NotReadable, match=f'says "{name}" twice'):
        stream.document(tmp_path / "body")


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        (b"data: {", True),
        (b"event: x\n", True),
        (b": comment\n", True),
        (b"\xef\xbb\xbf\r\nid: 7\n", True),
        (b"retry\n", True),
        (b'{"data": []}', False),
        (b"<html>", False),
        (b"database: x", False),
        (b"", False),
    ],
)
def test_events_are_known_by_their_look(tmp_path, start, wanted):
    (tmp_path / "body").write_bytes(start)
    assert stream.is_event_stream(tmp_path / "body") == wanted
