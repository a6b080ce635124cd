"""The object store: links, their life, and what they refuse (R71 to R77, R150, R151)."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from seedream_pipe.emulator import Emulator


@pytest.fixture
def url(emulator, ask):
    return ask(emulator, size="2848x1600").json()["data"][0]["url"]


def test_a_link_looks_presigned_and_leads_here(emulator, url):
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    assert url.startswith(emulator.url + "/ark-content-generation-v2-cn-beijing/doubao-seedream-4-5/02")
    assert list(query) == [
        "X-Tos-Algorithm",
        "X-Tos-Credential",
        "X-Tos-Date",
        "X-Tos-Expires",
        "X-Tos-Signature",
        "X-Tos-SignedHeaders",
    ]
    assert query["X-Tos-Expires"] == ["86400"]
    assert query["X-Tos-SignedHeaders"] == ["host"]


def test_a_download_is_a_real_picture_of_the_size_claimed(client, url):
    answer = client.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "content-encoding" not in answer.headers
    with Image.open(io.BytesIO(answer.content)) as picture:
        picture.load()
        assert picture.size == (2848, 1600)


def test_two_downloads_are_the_same_bytes(client, url):
    assert client.get(url).content == client.get(url).content


def test_a_head_says_the_length_and_no_more(client, url):
    answer = client.head(url)
    assert int(answer.headers["content-length"]) > 10_000
    assert answer.content == b""


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url[:-1],
        lambda url: url + "&x=1",
        lambda url: url.replace("%2F", "/"),
        lambda url: url.replace("X-Tos-Expires=86400", "X-Tos-Expires=99999"),
        lambda url: url.partition("?")[0],
    ],
)
def test_a_changed_query_is_403(client, url, change):
    answer = client.get(change(url))
    assert (answer.status_code, answer.json()["Code"]) == (403, "SignatureDoesNotMatch")


def test_a_key_at_the_store_is_400_even_if_all_else_is_right(client, url, emulator):
    answer = client.get(url, headers={"Authorization": "Bearer test-key"})
    assert answer.status_code == 400
    assert emulator.ledger.downloads[0].header("authorization") == "Bearer test-key"


def test_a_link_dies_after_24_hours(client, url, emulator):
    emulator.advance(86_390)
    assert client.get(url).status_code == 200
    emulator.advance(20)
    answer = client.get(url)
    assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDenied")


def test_an_unknown_object_is_404_with_the_stores_own_body(client, url):
    assert client.get(url.replace("_0.jpeg", "_1.jpeg")).json()["Code"] == "NoSuchKey"


def test_byteplus_40_draws_its_watermark_at_download(emulator, ask, client):
    answer = ask(emulator, "byteplus", model="seedream-4-0-250828", watermark=True)
    url = answer.json()["data"][0]["url"]
    assert "/ark-content-generation-v2-ap-southeast-1/seedream-4-0/" in url
    assert "&x-tos-process=image%2Fwatermark%2C" in url
    assert client.get(url).status_code == 200
    assert client.get(url.partition("&x-tos")[0]).status_code == 403


def test_pictures_can_have_a_weight(ask, client):
    with Emulator(picture_bytes=1_000_000) as emulator:
        url = ask(emulator).json()["data"][0]["url"]
        assert len(client.get(url).content) == 1_000_000
