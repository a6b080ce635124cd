"""Documents as cases: every file in cases/valid is right, every one in cases/invalid is wrong as it says.

Beside NAME.yaml, NAME.expected has a line for every problem, in order:
`line:column CODE part of the message`, and after ` | ` a part of the hint. There are no other problems.
The place is `file:line:column` in another file than the case's own. A case may say in a comment how it
is to be read: `# read with: --profile draft --set vars.look=neon`. What it includes lies in `parts/`.
"""

import posixpath
import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.problems import Place, Problem
from seedream_pipe.spec import check, compose, decode, document, schema

CASES: Final = Path(__file__).parent / "cases"
EXPECTED: Final = re.compile(r"(?P<place>.+?) (?P<code>[EW]-[A-Z-]+) (?P<message>.*?)(?: \| (?P<hint>.*))?")
READ_WITH: Final = re.compile(r"^# read with: (.*)$", re.MULTILINE)


def found_in(path: Path) -> list[Problem]:
    try:
        read = document.load(path, shown=path.name)
    except InvalidPipeline as error:
        return list(error.problems)
    whole = composed(path, read)
    shape = schema.findings(whole)
    alone = [problem for part in whole.parts for problem in schema.findings(part, part=True).problems]
    made = decode.decode(whole, without=shape.unsound)
    problems = [*whole.problems, *alone, *shape.problems, *(check.check(made) if made.steps else ())]
    return sorted(
        dict.fromkeys(problems), key=lambda problem: (problem.place.file != path.name, problem.place)
    )


def composed(path: Path, read: document.Document) -> compose.Composed:
    told = READ_WITH.search(path.read_text("utf-8"))
    words = shlex.split(told[1]) if told else []
    given = {
        flag: [words[at + 1] for at, word in enumerate(words) if word == flag] for flag in set(words[::2])
    }

    def load(target: str, at: Place) -> document.Document:
        assert posixpath.normpath(target) == target
        if target.startswith(".."):
            outside = Problem(code="E-PATH", place=at, message="outside")
            raise InvalidPipeline([outside])
        return document.load(path.parent / target, shown=target)

    return compose.compose(
        read,
        load=load,
        profiles=given.get("--profile", ()),
        overrides=given.get("--set", ()),
        vars_files=[document.load(path.parent / name, shown=name) for name in given.get("--vars-file", ())],
    )


def cases(folder: str) -> list[Path]:
    found = sorted((CASES / folder).glob("*.yaml"))
    assert found, f"no case in {folder}"
    return found


def line(problem: Problem) -> str:
    hint = f" | {problem.hint}" if problem.hint else ""
    place = problem.place
    own = (CASES / "invalid" / place.file).is_file() and "/" not in place.file and place.line
    shown = f"{place.line}:{place.column}" if own else str(place)
    return f"{shown} {problem.code} {problem.message}{hint}"


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
