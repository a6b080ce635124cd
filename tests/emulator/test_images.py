"""Pictures are real files of the size they claim (R151)."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from seedream_pipe.emulator.images import Drawing, draw

DRAWING = Drawing(width=2048, height=2048, format="jpeg", token=b"0123456789abcdef", label="#1.0")


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@settings(max_examples=25)
@given(
    st.integers(240, 2500),
    st.integers(240, 2500),
    st.sampled_from(["jpeg", "png"]),
    st.booleans(),
    st.binary(min_size=16, max_size=16),
)
def test_any_size_decodes_as_itself(width, height, kind, watermark, token):
    drawing = Drawing(
        width=width, height=height, format=kind, token=token, label="#12.3", watermark=watermark
    )
    picture = opened(draw(drawing))
    assert (picture.size, picture.format) == ((width, height), kind.upper())


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_the_field_is_one_colour_from_top_to_bottom(kind):
    picture = opened(draw(Drawing(width=960, height=965, format=kind, token=bytes(16), label="#1.0")))
    column = [picture.getpixel((500, y)) for y in range(80, 965, 7)]
    assert len(set(column)) == 1


@pytest.mark.parametrize(
    ("kind", "head", "tail"), [("jpeg", b"\xff\xd8\xff", b"\xff\xd9"), ("png", b"\x89PNG", b"IEND")]
)
def test_magic_bytes_and_end_marker(kind, head, tail):
    data = draw(Drawing(width=640, height=640, format=kind, token=bytes(16), label="#1.0"))
    assert data.startswith(head)
    assert tail in data[-12:]


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_padding_reaches_the_weight_exactly_and_stays_legal(kind):
    data = draw(Drawing(width=640, height=640, format=kind, token=bytes(16), label="#1.0", weight=1_000_000))
    assert len(data) in range(999_990, 1_000_001)
    assert opened(data).size == (640, 640)


def test_equal_drawings_are_equal_bytes_and_another_token_is_another_picture():
    other = Drawing(width=2048, height=2048, format="jpeg", token=b"1123456789abcdef", label="#1.0")
    assert draw(DRAWING) == draw(DRAWING) != draw(other)


def test_a_watermark_is_bottom_right_and_nowhere_else():
    plain = opened(draw(Drawing(width=1024, height=1024, format="png", token=bytes(16), label="#1.0")))
    marked = opened(
        draw(Drawing(width=1024, height=1024, format="png", token=bytes(16), label="#1.0", watermark=True))
    )
    assert plain.crop((0, 0, 1024, 900)).tobytes() == marked.crop((0, 0, 1024, 900)).tobytes()
    assert plain.crop((512, 900, 1024, 1024)).tobytes() != marked.crop((512, 900, 1024, 1024)).tobytes()


def test_a_layer_has_an_alpha_channel():
    data = draw(Drawing(width=640, height=640, format="png", token=bytes(16), label="#1.1", alpha=True))
    assert opened(data).mode == "RGBA"
