"""A picture carries how it was made, and is what it was without it."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedream_pipe import pictures
from seedream_pipe.confidential import Secret
from seedream_pipe.provenance import Note, bare_digest, carried, digests, write
from tests.placed import bare

NOTE = Note(
    pipeline="night-market",
    task="shots@sc01_010",
    take=2,
    image=0,
    key="a" * 64,
    blob="b" * 64,
    provider="ark",
    model="doubao-seedream-4-5-251128",
    prompt='梅 says "hello" & <goodbye>\nunder the lanterns',
    made_at="2026-11-22T14:03:11+00:00",
    call="20261122T140311.000Z-0a1b2c3d",
    request_id="02176",
    price="0.25",
    currency="CNY",
)


def _picture(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.new("RGB", (40, 30), (200, 40, 40))
    image.save(file, kind, **options)
    return file.getvalue()


def _with(data: bytes, note: Note) -> bytes:
    target = io.BytesIO()
    assert write(io.BytesIO(data), target, note)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_note_is_read_back(kind: str) -> None:
    found = carried(io.BytesIO(_with(_picture(kind), NOTE)))
    assert found is not None
    assert found.note == NOTE


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_without_the_note_it_is_what_it_was(kind: str) -> None:
    data = _picture(kind)
    assert bare_digest(io.BytesIO(_with(data, NOTE))) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_file_without_a_note_has_its_own_digest(kind: str) -> None:
    data = _picture(kind)
    assert carried(io.BytesIO(data)) is None
    assert bare_digest(io.BytesIO(data)) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_pixels_are_untouched(kind: str) -> None:
    data = _picture(kind)
    with Image.open(io.BytesIO(_with(data, NOTE))) as after, Image.open(io.BytesIO(data)) as before:
        assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_it_is_still_a_whole_picture(kind: str) -> None:
    facts = pictures.inspect_bytes(_with(_picture(kind), NOTE))
    assert (facts.width, facts.height) == (40, 30)


def test_other_programs_read_the_note_of_a_png() -> None:
    with Image.open(io.BytesIO(_with(_picture("PNG"), NOTE))) as image:
        image.load()
        assert "shots@sc01_010" in image.text["seedream-pipe"]  # type: ignore[attr-defined]


def test_other_programs_read_the_note_of_a_jpeg() -> None:
    with Image.open(io.BytesIO(_with(_picture("JPEG"), NOTE))) as image:
        assert b"shots@sc01_010" in image.info["xmp"]


def test_segments_that_were_there_stay_in_front() -> None:
    data = _picture("JPEG", exif=Image.Exif().tobytes() or b"Exif\0\0", comment=b"mine")
    with Image.open(io.BytesIO(_with(data, NOTE))) as image:
        assert image.info["comment"] == b"mine"


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2) + data


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def _holding(segment: bytes) -> bytes:
    data = _picture("JPEG")
    return data[:2] + segment + data[2:]


def test_a_packet_that_came_stays_the_only_one() -> None:
    came = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">labelled by the service</x:xmpmeta>'
    data = _holding(_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + came))
    noted = _with(data, NOTE)
    with Image.open(io.BytesIO(noted)) as image:
        assert image.info["xmp"] == came
    found = carried(io.BytesIO(noted))
    assert found is not None
    assert found.note == NOTE
    assert bare_digest(io.BytesIO(noted)) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "data",
    [
        _holding(_segment(0xEB, b"JP\0\1\0\0\0\1jumb")),
        _picture("PNG")[:33] + _chunk(b"caBX", b"jumb") + _picture("PNG")[33:],
    ],
    ids=["JPEG", "PNG"],
)
def test_content_credentials_are_not_broken(data: bytes) -> None:
    target = io.BytesIO()
    assert not write(io.BytesIO(data), target, NOTE)
    assert target.getvalue() == b""


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_came_with_a_note_gets_no_second(kind: str) -> None:
    came = _with(_picture(kind), NOTE)
    assert not write(io.BytesIO(came), io.BytesIO(), replace(NOTE, take=7))
    names = {hashlib.sha256(data).hexdigest() for data in (came, _picture(kind))}
    assert digests(io.BytesIO(came)) == names


def _packed(packet: bytes) -> bytes:
    return _holding(_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet))


def test_a_packet_that_somebody_wrote_into_is_an_edit() -> None:
    noted = _with(_picture("JPEG"), NOTE)
    at = noted.index(b"http://ns.adobe.com")
    packet = noted[at + 29 : at - 2 + int.from_bytes(noted[at - 2 : at])]
    edited = _packed(packet.replace(b'rdf:about=""', b'rdf:about="" xmp:Rating="5"'))
    found = carried(io.BytesIO(edited))
    assert found is not None
    assert found.note == NOTE
    assert bare_digest(io.BytesIO(edited)) == hashlib.sha256(edited).hexdigest()


def test_a_note_that_another_program_wrote_anew_is_read() -> None:
    text = json.dumps({"schema": "made/1", **asdict(NOTE)}).replace("&", "&amp;").replace("<", "&lt;")
    packet = f'<x xmlns:made="urn:seedream-pipe:1#"><made:note>{text}</made:note></x>'
    found = carried(io.BytesIO(_packed(packet.encode())))
    assert found is not None
    assert (found.note, found.is_intact) == (NOTE, False)


@pytest.mark.parametrize("wrong", [{"key": 5}, {"take": "1"}, {"prompt": None}])
def test_a_note_with_values_of_another_kind_is_none(wrong: dict[str, object]) -> None:
    text = json.dumps({"schema": "made/1", **asdict(NOTE), **wrong}).encode()
    data = _picture("PNG")
    noted = data[:33] + _chunk(b"iTXt", b"seedream-pipe\0\0\0\0\0" + text) + data[33:]
    assert carried(io.BytesIO(noted)) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_no_secret_that_is_known_is_written(kind: str) -> None:
    key = 'sk-"&<9f8e7d6c5b4a'
    Secret(key)
    noted = _with(_picture(kind), replace(NOTE, prompt=f"drawn with {key}", request_id=key))
    found = carried(io.BytesIO(noted))
    assert found is not None
    assert (found.note.prompt, found.note.request_id) == ("drawn with ***", "***")
    assert key.encode() not in noted


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_prompt_in_chinese_stands_as_it_is(kind: str) -> None:
    prompt = "雨夜的集市，梅穿着红色雨衣，抬头看灯笼🏮"
    assert prompt.encode() in _with(_picture(kind), replace(NOTE, prompt=prompt))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_name_that_is_no_text_is_no_reason_to_fail(kind: str) -> None:
    assert carried(io.BytesIO(_with(_picture(kind), replace(NOTE, pipeline="a\udcff"))))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_note_that_cannot_fit_is_not_written(kind: str) -> None:
    assert not write(io.BytesIO(_picture(kind)), io.BytesIO(), replace(NOTE, task="x" * 70_000))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_judges_see_the_same_picture_without_it(kind: str) -> None:
    data = _picture(kind)
    assert bare(_with(data, NOTE)) == data
    assert bare(data) == data


def test_a_webp_carries_none() -> None:
    target = io.BytesIO()
    assert not write(io.BytesIO(_picture("WEBP")), target, NOTE)
    assert target.getvalue() == b""


def test_a_long_prompt_is_cut_to_fit_a_segment() -> None:
    found = carried(io.BytesIO(_with(_picture("JPEG"), replace(NOTE, prompt="&" * 20_000))))
    assert found is not None
    assert found.note.prompt.endswith("&…")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@given(data=st.data())
def test_a_cut_file_is_no_reason_to_fail(kind: str, data: st.DataObject) -> None:
    whole = _with(_picture(kind), NOTE)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    bare_digest(io.BytesIO(cut))


@given(prompt=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_prompt_comes_back(prompt: str) -> None:
    for kind in ("PNG", "JPEG"):
        found = carried(io.BytesIO(_with(_picture(kind), replace(NOTE, prompt=prompt))))
        assert found is not None
        assert found.note.prompt == prompt
