"""Reference pictures (R41 to R47, R52)."""

import base64

import pytest

from seedream_pipe.emulator.failures import Declined
from seedream_pipe.emulator.references import referenced


def own_nothing(_url):
    return None


def code_and_text(text: str, profile: str = "today") -> tuple[str, str]:
    with pytest.raises(Declined) as caught:
        referenced(text, profile=profile, own=own_nothing)
    return caught.value.failure.code, caught.value.failure.text


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "bmp", "tiff", "gif"])
def test_formats_are_taken(kind, data_uri):
    measure = referenced(data_uri(20, 30, kind), profile="today", own=own_nothing).measure
    assert (measure.width, measure.height, measure.format) == (20, 30, kind)


def test_jpg_means_jpeg(data_uri):
    assert referenced(data_uri(kind="jpeg", word="jpg"), profile="today", own=own_nothing).measure


@pytest.mark.parametrize(
    "text",
    [
        "data:image/PNG;base64,AAAA",
        "data:image/png;base64,not base64!",
        "data:image/png;base64,",
        "data:text/plain;base64,AAAA",
        "iVBORw0KGgo=",
        "asset://12",
        "cat.png",
        "file:///etc/passwd",
        "ftp://example.org/cat.png",
        "https://",
    ],
)
def test_neither_url_nor_data_uri_is_an_invalid_url(text):
    assert code_and_text(text) == (
        "InvalidParameter",
        "The parameter `image` specified in the request is not valid: invalid url specified.",
    )


def test_the_format_word_must_be_true(data_uri):
    assert code_and_text(data_uri(kind="png", word="jpeg"))[0] == "InvalidParameter.UnsupportedImageFormat"


def test_a_picture_cut_short_is_no_picture(data_uri):
    whole = base64.b64decode(data_uri(400, 400, "jpeg").partition(",")[2])
    cut = "data:image/jpeg;base64," + base64.b64encode(whole[: len(whole) // 2]).decode()
    assert code_and_text(cut)[0] == "InvalidParameter.UnsupportedImageFormat"


def test_heic_is_taken_today_only():
    heic = "data:image/heic;base64," + base64.b64encode(b"\0\0\0\x18ftypheic" + bytes(20)).decode()
    assert referenced(heic, profile="today", own=own_nothing).measure
    assert code_and_text(heic, "early")[0] == "InvalidParameter.UnsupportedImageFormat"


def test_bytes_are_limited_by_the_profile():
    big = "data:image/png;base64," + base64.b64encode(bytes(10_485_761)).decode()
    assert code_and_text(big, "early")[0] == "InvalidParameter.OversizedImage"
    assert code_and_text(big, "today")[0] == "InvalidParameter.UnsupportedImageFormat"


def test_a_side_of_14_pixels_is_too_small(data_uri):
    assert (
        "expected the height to be at least 15px, but received a 20x14px image instead"
        in code_and_text(data_uri(20, 14))[1]
    )


def test_an_aspect_beyond_16_is_refused(data_uri):
    assert "received image with aspect ratio: 17.45 instead" in code_and_text(data_uri(349, 20))[1]


def test_more_than_36_million_pixels_are_refused(data_uri):
    assert "at most 36000000 pixels" in code_and_text(data_uri(6001, 6000, mode="1"))[1]


def test_a_decompression_bomb_is_refused_unopened(data_uri):
    assert "at most 36000000 pixels" in code_and_text(data_uri(14000, 14000, mode="1"))[1]


def test_a_url_is_taken_as_it_stands():
    assert referenced("https://example.org/cat.png", profile="today", own=own_nothing).kind == "link"


def test_a_host_that_cannot_be_is_a_download_error():
    assert code_and_text("https://pictures.invalid/a.png")[1].startswith("Error while downloading: ")
