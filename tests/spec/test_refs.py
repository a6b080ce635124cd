"""A reference's text and what it names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.spec import refs
from seedream_pipe.spec.refs import DataUri, Glob, Name, Path, Prev, Url

PARSED = {
    "refs/mei.jpg": Path(path="refs/mei.jpg"),
    "mei.jpg": Path(path="mei.jpg"),
    "./mei": Path(path="./mei"),
    "../shared/mei.jpg": Path(path="../shared/mei.jpg"),
    "refs/a b.jpg": Path(path="refs/a b.jpg"),
    "a b.jpg": Path(path="a b.jpg"),
    "参考/小美.png": Path(path="参考/小美.png"),
    "refs@2x/a.png": Path(path="refs@2x/a.png"),
    "./sheet@v1.5": Path(path="./sheet@v1.5"),
    "refs/*.jpg": Glob(pattern="refs/*.jpg"),
    "*.jpg": Glob(pattern="*.jpg"),
    "refs/shot-?.png": Glob(pattern="refs/shot-?.png"),
    "refs/[ab].png": Glob(pattern="refs/[ab].png"),
    "https://example.org/a.jpg": Url(url="https://example.org/a.jpg"),
    "HTTP://example.org/a@b[0].jpg": Url(url="HTTP://example.org/a@b[0].jpg"),
    "data:image/png;base64,AAAA": DataUri(uri="data:image/png;base64,AAAA"),
    "DATA:image/png;base64,AAAA": DataUri(uri="DATA:image/png;base64,AAAA"),
    "prev": Prev(),
    "sheet": Name(name="sheet"),
    "  sheet\n": Name(name="sheet"),
    "previous": Name(name="previous"),
    "sheet@mei": Name(name="sheet", key="mei"),
    "sheet@sc01_010": Name(name="sheet", key="sc01_010"),
    "sheet@v1.5": Name(name="sheet", key="v1.5"),
    "sheet@-1": Name(name="sheet", key="-1"),
    "sheet@小美": Name(name="sheet", key="小美"),
    "sheet@कि": Name(name="sheet", key="कि"),
    "sheet@mei[2]": Name(name="sheet", key="mei", index=2),
    "sheet@mei[*]": Name(name="sheet", key="mei", index="*"),
    "sheet[*]": Name(name="sheet", index="*"),
    "turnaround[0]": Name(name="turnaround", index=0),
    "turn-around_2[14]": Name(name="turn-around_2", index=14),
}

REFUSED = {
    "": "empty",
    "  \n": "empty",
    "sheet@": "nothing after",
    "sheet@[0]": "nothing after",
    "sheet[-1]": "index",
    "sheet[]": "index",
    "sheet[1": "index",
    "sheet[x]": "index",
    "sheet[1][2]": "index",
    "sheet@a@b": "key",
    "sheet@a b": "key",
    "sheet@a,b": "key",
    "prev@mei": "stands alone",
    "prev[0]": "stands alone",
    "two words": "neither",
    "1st": "neither",
    "ein@é!": "key",
    "refs\\mei.jpg": "backslash",
    "refs\\mei": "backslash",
    "C:\\mei": "backslash",
    "ftp://example.org/a.png": "http",
    "file:///etc/passwd": "http",
    "https://": "not a URL",
    "https://example.org/a b.png": "not a URL",
    "refs/a\nb.png": "control",
    "refs/\x1b[31m.png": "control",
    "refs/\x00.png": "control",
}


def is_harmless(text: str) -> bool:
    """Whether a terminal shows it and does nothing else."""
    return not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)


@pytest.mark.parametrize(("text", "meant"), PARSED.items(), ids=repr)
def test_what_a_text_names(text: str, meant: refs.Reference):
    assert refs.parse(text) == meant


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=repr)
def test_what_is_no_reference(text: str, said: str):
    with pytest.raises(ValueError, match=said):
        refs.parse(text)


@given(st.text())
def test_any_text_is_a_reference_or_a_plain_sentence(text: str):
    said = ""
    try:
        refs.parse(text)
    except ValueError as error:
        said = str(error)
    assert is_harmless(said)


@given(st.text(st.characters(categories=["L", "N"], include_characters="_-."), min_size=1, max_size=20))
def test_every_key_can_be_referred_to(key: str):
    assert refs.key_problem(key) is None
    assert refs.parse(f"step@{key}") == Name(name="step", key=key)
    assert refs.parse(f"step@{key}[3]") == Name(name="step", key=key, index=3)


@pytest.mark.parametrize(
    "key", ["", " ", "a b", "a/b", "a\\b", "a@b", "a[0]", "a\n", "a\u202eb", "*", "x" * 151]
)
def test_what_cannot_be_a_key(key: str):
    complaint = refs.key_problem(key)
    assert complaint is not None
    assert is_harmless(complaint)
