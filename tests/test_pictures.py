import io
import random
import threading
import time
import warnings
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedream_pipe.pictures import Facts, NotAPicture, extension, inspect, inspect_bytes

FORMATS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
}
WITH_AN_END = [name for name in FORMATS if name != "TIFF"]


def drawn(name, size=(40, 30), mode="RGB", **options):
    file = io.BytesIO()
    noise = random.Random(1).randbytes(size[0] * size[1])
    Image.frombytes("L", size, noise).convert(mode).save(file, name, **options)
    return file.getvalue()


def png(width, height, body=b""):
    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def refusal(data):
    begin = time.perf_counter()
    with pytest.raises(NotAPicture) as caught:
        inspect_bytes(data)
    assert time.perf_counter() - begin < 1
    return str(caught.value)


@pytest.mark.parametrize("name", FORMATS)
def test_a_picture_tells_its_format_and_size(name):
    assert inspect_bytes(drawn(name)) == Facts(media_type=FORMATS[name], width=40, height=30)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk_jpegs_are_pictures(mode):
    assert inspect_bytes(drawn("JPEG", mode=mode)).media_type == "image/jpeg"


def test_a_progressive_jpeg_is_whole():
    assert inspect_bytes(drawn("JPEG", size=(300, 200), progressive=True)).width == 300


@pytest.mark.parametrize("name", WITH_AN_END)
@pytest.mark.parametrize("part", [0.5, 0.9, 0.99])
def test_a_cut_picture_is_found(name, part):
    data = drawn(name, size=(200, 150))
    assert "is cut" in refusal(data[: int(len(data) * part)])


def with_thumbnail():
    """A JPEG with another whole JPEG in its head, as cameras write them."""
    inner = drawn("JPEG", size=(16, 16))
    outer = drawn("JPEG", size=(200, 150))
    return outer[:2] + b"\xff\xe1" + (len(inner) + 2).to_bytes(2) + inner + outer[2:]


def test_the_end_of_a_thumbnail_is_not_the_end_of_its_jpeg():
    data = with_thumbnail()
    assert inspect_bytes(data).width == 200
    assert refusal(data[:-2]) == "is cut: its end is missing"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_padding_behind_the_end_is_harmless(name):
    assert inspect_bytes(drawn(name) + b"\0" * 100).width == 40


def test_what_a_phone_appends_to_a_jpeg_is_harmless():
    assert inspect_bytes(drawn("JPEG") + b"\0\0\0\x18ftypmp42" + b"v" * 200_000).width == 40


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>404</body></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"%PDF-1.7",
        b"\0" * 100,
        b"just text",
        b"\x7fELF",
        b"GIF",
        b"\xff\xd8",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_no_picture_is_refused(data):
    assert "image" in refusal(data)


def test_the_start_of_what_is_no_picture_is_told():
    assert refusal(b"<html><body>") == 'is not an image (starts with "<html><body>")'
    assert refusal(b"\x1f\x8b\x08\x00") == "is not an image (starts with bytes 1f 8b 08 00)"


def test_an_empty_file_is_refused():
    assert refusal(b"") == "is empty"


def test_formats_that_no_model_takes_are_refused():
    assert "is not an image" in refusal(drawn("PPM"))


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header():
    assert refusal(png(30_000, 30_000)) == "has more pixels than any model takes"


def test_a_large_picture_is_judged_by_others_and_warns_nobody():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert inspect_bytes(png(10_000, 10_000)).width == 10_000
    assert told == []


def test_headers_read_in_many_threads_at_once_warn_nobody():
    data, failures = png(10_000, 10_000), []

    def read():
        try:
            for _ in range(50):
                inspect_bytes(data)
        except (NotAPicture, Warning) as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_bomb_of_text_is_refused():
    text = zlib.compress(b"x" * (80 << 20))
    data = b"Comment\0\0" + text
    chunk = len(data).to_bytes(4) + b"zTXt" + data + zlib.crc32(b"zTXt" + data).to_bytes(4)
    assert "cannot be read as an image" in refusal(png(9, 9, chunk))


def test_a_file_stays_open_and_its_size_does_not_matter(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(64, 64, b""))
    with path.open("rb") as file:
        assert inspect(file).width == 64
        assert not file.closed


@given(st.sampled_from(list(FORMATS)), st.data())
def test_a_damaged_picture_is_a_picture_or_refused(name, data):
    picture = bytearray(drawn(name, size=(12, 9)))
    for _ in range(data.draw(st.integers(1, 6))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    with suppress(NotAPicture):
        facts = inspect_bytes(bytes(picture[: data.draw(st.integers(1, len(picture)))]))
        assert facts.media_type in FORMATS.values()


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [("image/jpeg", "jpg"), ("image/png", "png"), ("image/tiff", "tif"), ("image/webp", "webp"), ("", "bin")],
)
def test_a_media_type_has_its_usual_extension(media_type, expected):
    assert extension(media_type) == expected
