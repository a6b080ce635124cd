"""Workflow commands, read back by GitHub's own rules of escaping."""

import re
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.problems import Place, Problem
from seedream_pipe.reports import github
from tests.reports.found import ALL, BREAKING_OUT, SIZE, TWICE, WHOLE

COMMAND: Final = re.compile(r"::(?P<kind>error|warning) (?P<facts>[^:]*)::(?P<message>[^\r\n]*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner takes it apart."""
    parts = COMMAND.fullmatch(line)
    assert parts, line
    facts = dict(fact.split("=", 1) for fact in parts["facts"].split(","))
    return parts["kind"], {name: plain(value) for name, value in facts.items()}, plain(parts["message"])


def plain(text: str) -> str:
    for written, meant in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def test_a_problem_is_a_line_with_its_place():
    assert github.render([SIZE]) == (
        "::error file=夜市/board.yaml,title=E-SIZE,line=7,col=9,endColumn=16::"
        "size 1280x72 is too small for seedream-4.0 — at least 921,600 pixels"
    )


def test_a_file_as_a_whole_has_no_line():
    assert github.render([WHOLE]) == "::error file=no%2Csuch%3A50%25.yaml,title=E-FILE::does not exist"


def test_equal_findings_are_counted():
    _, _, message = read(github.render([TWICE]))

    assert message == 'two rows have the key "小美": 100% the same, twice: yes (and in 2 more rows)'


def test_nothing_in_a_problem_starts_a_command_of_its_own():
    (line,) = github.render([BREAKING_OUT]).splitlines()

    kind, facts, message = read(line)
    assert (kind, facts["file"]) == ("warning", "a\n::error ::b.yaml")
    assert message == "first\\x0d\\n::error file=x::second \\u202e"


def test_no_problems_are_no_lines():
    assert github.render([]) == ""
    assert len(github.render(ALL).splitlines()) == len(ALL)


@given(st.text(), st.text())
def test_every_place_and_message_comes_back(file, message):
    problem = Problem(code="E-YAML", place=Place(file, 3, 4), message=message)

    (line,) = github.render([problem]).split("\n")

    kind, facts, said = read(line)
    assert kind == "error"
    assert (facts["file"], facts["line"], facts["col"]) == (file, "3", "4")
    assert message.isprintable() is False or said[:500] == message[:500]
