"""Keys and signatures: hidden in every form, at every cut, and nothing else with them."""

import base64
import json
import logging
import pickle
import re
import string
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import confidential
from seedream_pipe.confidential import Mask, Secret, forms, learn, scrub_log, scrubbed, without_secrets

KEY = "sk-Q7/vX+tR9mLp=2Zk8WbYc4Hd"
PLAIN = "sk-9f8Kq2LmZr7TnW4xYbVd0GhJ"
TAIL = KEY[-8:]
KEYS = st.text(string.ascii_letters + string.digits + '-_/+=."\\%', min_size=20, max_size=60)


@pytest.fixture(autouse=True)
def _only_these(monkeypatch):
    """What other tests of the process hold secret is none of this one's business."""
    monkeypatch.setattr(confidential, "_KNOWN", {})
    Secret(KEY)


def aligned(key: str, before: int, after: int) -> str:
    return base64.b64encode(b"\xaa" * before + key.encode() + b"\x55" * after).decode()


SAID = {
    "raw": KEY,
    "in a header": f"Authorization: Bearer {KEY}",
    "quoted": quote(KEY, safe=""),
    "quoted as a path": quote(KEY),
    "quoted in lower case": re.sub("%..", lambda found: found[0].lower(), quote(KEY, safe="")),
    "quoted as a form": quote_plus(KEY),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 of a header": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "base64 of user and key": base64.b64encode(f"x:{KEY}".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(KEY.encode()).decode(),
    "JSON": json.dumps({"message": f"no such key: {KEY}"}),
}


def gives_away(text: str, key: str = KEY) -> bool:
    """As somebody with a grep would look for it."""
    whole = base64.b64encode(key.encode()).decode()
    return any(
        form in text
        for form in (
            key,
            quote(key, safe=""),
            quote(key),
            whole,
            base64.urlsafe_b64encode(key.encode()).decode(),
        )
    )


@pytest.mark.parametrize("how", SAID)
def test_no_form_of_a_key_is_left(how):
    clean = scrubbed(f"before {SAID[how]} after")
    assert not gives_away(clean)
    assert clean.startswith("before ")
    assert clean.endswith(" after")


@given(key=KEYS, before=st.integers(0, 5), after=st.integers(0, 5))
def test_base64_hides_no_key_however_it_is_aligned(key, before, after):
    text = aligned(key, before, after)
    found = [form for form in forms(key) if form in text]
    assert found
    assert max(map(len, found)) >= len(key) * 8 // 6 - 3


@pytest.mark.parametrize("around", ["****{}", "ends in {}.", "({})", "key …{}", "{}", "a={}&b=1", '"{}"'])
def test_the_end_of_a_key_is_hidden_where_it_stands_alone(around):
    assert TAIL not in scrubbed(around.format(TAIL))


def test_the_end_of_a_key_inside_a_word_is_left():
    Secret(PLAIN)
    inside = f"abc{PLAIN[-8:]}def"
    assert scrubbed(inside) == inside


def test_a_key_that_ends_in_a_run_hides_its_whole_and_leaves_the_run():
    key = "sk-9f8Kq2LmZr7TnW4" + "A" * 8
    Secret(key)
    assert scrubbed(f"{key} AAAAAAAA") == "*** AAAAAAAA"


def test_a_short_text_is_no_key():
    Secret("secret")
    assert scrubbed("a secret garden") == "a secret garden"


def test_what_is_no_secret_stays_as_it_is():
    text = json.dumps({"digest": "ab" * 32, "path": "out/a.jpg", "price": "0.04"})
    assert scrubbed(text) == text


@pytest.mark.parametrize(
    "name", ["X-Tos-Signature", "X-Tos-Credential", "X-Amz-Signature", "x-tos-signature"]
)
def test_a_presigned_link_loses_what_opens_it(name):
    link = f"https://tos.example/a.jpeg?X-Tos-Date=20261122&{name}=0a1b2c&X-Tos-Expires=86400"
    clean = scrubbed(f"cannot fetch {link}: 403")
    assert "0a1b2c" not in clean
    assert clean.endswith("&X-Tos-Expires=86400: 403")
    assert "X-Tos-Date=20261122" in clean


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://sk-1234567890@api.302.ai/doubao", "https://***@api.302.ai/doubao"),
        ("https://a:b@c@host", "https://***@host"),
        ("https://host/v1?key=sk-1#x", "https://host/v1?***"),
        ("https://host/v1", "https://host/v1"),
        ("host@x/y", "***@x/y"),
    ],
)
def test_a_url_is_shown_without_what_may_be_a_key(url, shown):
    assert without_secrets(url) == shown


def test_every_key_of_the_environment_is_known():
    learn({"ARK_API_KEY": f" {PLAIN}\n", "HOME": "/home/somebody"})
    assert scrubbed(f"{PLAIN} /home/somebody") == "*** /home/somebody"


def test_the_password_of_a_proxy_is_known():
    learn({"https_proxy": "http://me:hunter2-hunter2@proxy.example:3128"})
    assert scrubbed("407 from me:hunter2-hunter2") == "407 from me:***"


def test_a_secret_is_shown_and_copied_nowhere():
    secret = Secret(PLAIN)
    assert PLAIN not in f"{secret!r} {secret} {[secret]} {vars if hasattr(secret, '__dict__') else ''}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def masked(key: str, pieces: list[bytes]) -> bytes:
    mask = Mask(key)
    return b"".join([*(mask.over(piece) for piece in pieces), mask.rest()])


@pytest.mark.parametrize("how", [*SAID, "the end"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_an_answer_keeps_its_length_and_loses_the_key_however_it_is_cut(how, size):
    said = SAID.get(how, f"key ****{TAIL}").encode()
    text = b'{"error":"' + said + b'","more":"' + said + b'"}' + said
    found = masked(KEY, [text[at : at + size] for at in range(0, len(text), size)])
    assert len(found) == len(text)
    assert not gives_away(found.decode())
    assert TAIL.encode() not in found


@given(text=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=8))
def test_what_is_no_key_passes_a_mask_as_it_is(text, cuts):
    edges = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    assert masked(KEY, pieces) == b"".join(pieces)


@given(before=st.binary(max_size=40), after=st.binary(max_size=40), size=st.integers(1, 50))
def test_a_key_is_masked_whatever_stands_around_it(before, after, size):
    text = before + KEY.encode() + after
    found = masked(KEY, [text[at : at + size] for at in range(0, len(text), size)])
    assert KEY.encode() not in found
    assert len(found) == len(text)


def test_a_log_record_and_its_exception_lose_the_key(caplog):
    logger = logging.getLogger("tests.confidential")
    logger.addFilter(scrub_log)
    try:
        try:
            raise ValueError(f"bad key {KEY}")
        except ValueError:
            logger.exception("sent %s with %r", KEY, {"Authorization": f"Bearer {KEY}"})
    finally:
        logger.removeFilter(scrub_log)
    assert "ValueError: bad key ***" in caplog.text
    assert not gives_away(caplog.text)
