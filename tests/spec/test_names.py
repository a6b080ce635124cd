"""Names that become files: 40 that must not, and those that are one file in two spellings."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.spec.names import fold, folder_problem, output_problem

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}

GOOD = [
    "a",
    "a.jpg",
    "frames/sc01/010.jpg",
    "frames/a b.jpg",
    "月亮/第一页.jpg",
    "frames/v1.5/a",
    "a..b",
    "console.jpg",
    "com10.txt",
    "nul-1",
    "é.png",
    "e\u0301.png",
    "-rf",
    "a" * 200,
]

BAD = [
    "",
    " ",
    "/etc/passwd",
    "//server/share",
    "..",
    "../a.jpg",
    "a/../../b.jpg",
    "a/..",
    "./a",
    "a/./b",
    "~",
    "~/a.jpg",
    "~root/a",
    "C:/a.jpg",
    "c:a.jpg",
    "a\\b.jpg",
    "..\\a",
    "a\x00b",
    "a\nb",
    "a\rb",
    "a\tb",
    "\x1b[31mred",
    "a\x7fb",
    "a\x9bb",
    "a\u202egpj.exe",
    "a\u2066b",
    "a\u200bb",
    "\ufeffa",
    "a\u2028b",
    ".hidden",
    "a/.git/config",
    "a.",
    "a ",
    " a",
    "a /b",
    "a./b",
    "a/",
    "a//b",
    "con",
    "CON.jpg",
    "frames/aux.png",
    "LPT1",
    "com¹.txt",
    "nul .txt",
    "a<b",
    "a|b",
    'a"b',
    "a?b",
    "a*b",
    "a:b",
    "字" * 100,
    "a" * 201,
    "/".join(["a" * 100] * 11),
]


@pytest.mark.parametrize("path", GOOD)
def test_a_name_that_every_disk_keeps(path: str):
    assert output_problem(path) is None


@pytest.mark.parametrize("path", BAD, ids=repr)
def test_a_name_that_is_refused(path: str):
    complaint = output_problem(path)
    assert complaint is not None
    assert not any(unicodedata.category(char) in UNSEEN for char in complaint)


@pytest.mark.parametrize(
    "name", [path for path in BAD if path] + ["a/b", "preview", "Preview", "PREVIEW"], ids=repr
)
def test_a_pipeline_cannot_be_called_that(name: str):
    assert folder_problem(name) is not None


def test_a_pipeline_can_have_a_name_of_any_script():
    assert folder_problem("night-market") is None
    assert folder_problem("月亮的信") is None


@given(st.text(max_size=30))
def test_what_is_let_through_stays_below_its_folder(path: str):
    if output_problem(path) is None:
        assert all(part not in {"", ".", ".."} for part in path.split("/"))
        assert "\\" not in path
        assert not any(unicodedata.category(char) in UNSEEN for char in path)


@pytest.mark.parametrize(
    ("one", "other"),
    [("A.jpg", "a.jpg"), ("é", "e\u0301"), ("É", "e\u0301"), ("STRASSE", "straße"), ("Å", "å")],
)
def test_one_file_in_two_spellings(one: str, other: str):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("1", "①"), ("e", "é"), ("a/b", "ab"), ("ﬁ", "f")])
def test_two_files(one: str, other: str):
    assert fold(one) != fold(other)


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing_more(text: str):
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
