"""Documents as cases: every file in cases/valid is right, every one in cases/invalid is wrong as it says.

Beside NAME.yaml, NAME.expected has a line for every problem, in order:
`line:column CODE part of the message`, and after ` | ` a part of the hint. There are no other problems.
"""

import re
from pathlib import Path
from typing import Final

import pytest

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.problems import Problem
from seedream_pipe.spec import check, decode, document, schema

CASES: Final = Path(__file__).parent / "cases"
EXPECTED: Final = re.compile(
    r"(?P<place>\d+:\d+) (?P<code>[EW]-[A-Z-]+) (?P<message>.*?)(?: \| (?P<hint>.*))?"
)


def found_in(path: Path) -> list[Problem]:
    try:
        read = document.load(path, shown=path.name)
    except InvalidPipeline as error:
        return list(error.problems)
    shape = schema.findings(read)
    problems = [*shape.problems, *check.check(decode.decode(read, without=shape.unsound))]
    return sorted(problems, key=lambda problem: problem.place)


def cases(folder: str) -> list[Path]:
    found = sorted((CASES / folder).glob("*.yaml"))
    assert found, f"no case in {folder}"
    return found


def line(problem: Problem) -> str:
    hint = f" | {problem.hint}" if problem.hint else ""
    return f"{problem.place.line}:{problem.place.column} {problem.code} {problem.message}{hint}"


@pytest.mark.parametrize("path", cases("valid"), ids=lambda path: path.stem)
def test_a_right_document_has_no_problems(path: Path):
    assert [line(problem) for problem in found_in(path)] == []


@pytest.mark.parametrize("path", cases("invalid"), ids=lambda path: path.stem)
def test_a_wrong_document_has_exactly_the_expected_problems(path: Path):
    expected = path.with_suffix(".expected").read_text("utf-8").splitlines()
    found = [line(problem) for problem in found_in(path)]
    assert expected, "a case expects something"
    assert len(found) == len(expected), "\n".join(found)
    for said, wanted in zip(found, expected, strict=True):
        parts = EXPECTED.fullmatch(wanted)
        assert parts, f"{wanted!r} is not in the form of this file's docstring"
        message, _, hint = said.partition(" | ")
        assert message.startswith(f"{parts['place']} {parts['code']} ")
        assert parts["message"] in message
        assert (parts["hint"] or "") in hint


def test_every_expectation_has_its_document():
    expected = {path.stem for path in (CASES / "invalid").glob("*.expected")}
    assert expected == {path.stem for path in cases("invalid")}
