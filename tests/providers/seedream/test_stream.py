"""Bodies are read in bounded memory, however large the pictures in them."""

import json
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.makers import Span
from seedream_pipe.providers.seedream import stream
from seedream_pipe.providers.seedream.stream import EventEnds, NotReadable

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


def pieces_of(text, *cuts):
    """What would be recorded as one event each, of a stream that comes in these pieces."""
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    ends, found, begun = EventEnds(), [], b""
    for start, stop in pairwise(edges):
        piece = text[start:stop]
        taken = 0
        for end in ends.feed(piece):
            found.append(begun + piece[taken : end.at])
            begun, taken = b"", end.at
            if end.last:
                return found, b""
        begun += piece[taken:]
    return found, begun


ONE, TWO = b'{"image_index":0,"url":"a"}', '{"image_index":1,"note":"雪"}'.encode()
ENDED = b'{"type":"image_generation.completed"}'


@pytest.mark.parametrize(
    ("text", "events", "rest"),
    [
        (b"data: %b\n\ndata: %b\n\n" % (ONE, TWO), 2, b""),
        (b"event: x\r\ndata:%b\r\n\r\nevent: x\r\ndata:%b\r\n\r\n" % (ONE, TWO), 2, b""),
        (b"data: %b\r\rdata: %b\r\r" % (ONE, TWO), 2, b""),
        (b"\xef\xbb\xbfdata: %b\n\n: hello\n\n\nid: 7\ndata: %b\n\n" % (ONE, TWO), 2, b""),
        (b"data: %b\n\ndata: %b\n" % (ONE, TWO), 1, b"data: %b\n" % TWO),
        (b"data: %b\n\ndata: {" % ONE, 1, b"data: {"),
        (b'data: %b\n\n{"error":{"err_code":-10003}}\n' % ONE, 2, b""),
        (b"data: %b\n\ndata: [DONE]\n\nnever read" % ONE, 2, b""),
        (b"data: %b\n\ndata:[DONE]\nnever read" % ONE, 2, b""),
        (b": only\n\n: comments\n\n", 0, b": only\n\n: comments\n\n"),
        (b"data: a\ndata: b\n\n", 1, b""),
    ],
)
@given(cuts=st.lists(st.integers(0, 200), max_size=9))
def test_an_event_ends_where_it_does_however_its_bytes_arrive(text, events, rest, cuts):
    """R89, R90, R106."""
    found, left = pieces_of(text, *cuts)
    assert (len(found), left.replace(b"\n", b"")) == (events, rest.replace(b"\n", b""))
    assert text.startswith(b"".join(found))


@given(st.text(alphabet='d:at {}"\r\n[DONE]e,', max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_no_byte_is_lost_or_doubled_between_events(text, cuts):
    found, left = pieces_of(text.encode(), *cuts)
    whole = b"".join(found) + left
    assert text.encode().startswith(whole)
    assert whole == text.encode() or b"[DONE]" in found[-1]


def test_the_end_of_a_line_of_many_megabytes_is_found_without_holding_it():
    """R95."""
    ends = EventEnds()

    def fed():
        assert list(ends.feed(b'data: {"b64_json":"')) == []
        for _ in range(64 * 16):
            assert list(ends.feed(b"QUJD" * 16384)) == []
        return list(ends.feed(b'"}\n\n'))

    found, peak = peak_of(fed)
    assert [end.at for end in found] == [4]
    assert peak < MIB


@pytest.mark.parametrize("text", [b"data: %b\n\n" % ENDED, b"%b\n" % ENDED, b"event: x\ndata:%b\n\n" % ENDED])
def test_the_event_that_says_what_was_billed_is_known(text):
    (end,) = EventEnds().feed(text)
    assert end.completed


@pytest.mark.parametrize("text", [ONE, b"{", b'{"prompt":"x.completed"}', b"[DONE"])
def test_no_other_event_is_taken_for_it(text):
    (end,) = EventEnds().feed(b"data: %b\n\n" % text)
    assert not end.completed
    assert not end.last


@pytest.mark.parametrize("cut", [1, 9, 40, 100])
def test_events_read_the_same_from_one_file_and_from_many(tmp_path, cut):
    text = b'data: %b\n\ndata: {"b64_json":"QUJD"}\r\n\r\ndata: [DONE]\n\n' % ONE
    (tmp_path / "whole").write_bytes(text)
    paths = [tmp_path / f"{start:04}" for start in range(0, len(text), cut)]
    for path in paths:
        path.write_bytes(text[int(path.name) :][:cut])
    assert stream.is_event_stream(*paths)
    assert list(stream.events(*paths)) == list(stream.events(tmp_path / "whole"))
