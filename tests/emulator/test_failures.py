"""Every failure is worded as its sample (R107, R118, R155)."""

import json
import re
from pathlib import Path

import pytest

from seedream_pipe.emulator.failures import EXAMPLE_MODEL, EXAMPLES, FAILURES, ArkFailure

SAMPLES = Path(__file__).parent.parent / "wire" / "samples"
INDEX = {each["file"]: each for each in json.loads((SAMPLES / "index.json").read_text())}
FILES = sorted(
    [*(SAMPLES / "error").iterdir(), *(SAMPLES / "302").glob("error-*")],
)
# What a sample is about where it differs from what most are about.
ABOUT = {
    "400-stream-unsupported-on-pro": {"field": "stream"},
    "400-model-wrong-api": {"model": "doubao-seed-1-6-250615"},
}


def test_there_are_samples():
    assert len(FILES) == 31


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_body_is_the_sample_byte_for_byte(file):
    expected = file.read_bytes()
    request_id = re.search(rb"[Rr]equest id: (\w+)", expected)
    failure = FAILURES[f"{file.parent.name}/{file.stem}"]
    if isinstance(failure, ArkFailure):
        failure = failure.saying(**{**EXAMPLES, "model": EXAMPLE_MODEL, **ABOUT.get(file.stem, {})})
    assert failure.body(request_id[1].decode() if request_id else "") == expected


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_status_and_content_type_are_those_of_the_index(file):
    entry = INDEX[f"{file.parent.name}/{file.name}"]
    failure = FAILURES[f"{file.parent.name}/{file.stem}"]
    if file.stem == "error-400-upstream-passthrough":
        entry = {**entry, "content_type": "application/json; charset=utf-8"}
    assert (failure.status, failure.content_type) == (entry["status"], entry["content_type"])


def test_an_element_holds_only_code_and_message():
    failure = FAILURES["error/500-internal"]
    assert isinstance(failure, ArkFailure)
    assert list(failure.element("02ab")) == ["code", "message"]
