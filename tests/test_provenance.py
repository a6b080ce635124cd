"""A picture carries how it was made, and is what it was without it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedream_pipe import pictures
from seedream_pipe.provenance import Note, bare_digest, carried, write

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
