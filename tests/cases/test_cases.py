"""Whole projects as cases, each in one file: what stands below `-- NAME --` is the file of that name.

`pictures` lists reference pictures that are there. A project in invalid/ has `expected`: a line for every
problem, `file:line:column CODE part of the message`, and after ` | ` a part of the hint. One in valid/ has
`tasks`: their addresses in order, each with ` = ` and its prompt where the prompt matters.
"""

import re
from pathlib import Path
from typing import Final
from zlib import crc32

import pytest
from PIL import Image

from seedream_pipe.api.project import problems_of
from seedream_pipe.catalog import MAKERS
from seedream_pipe.plan.model import Plan
from seedream_pipe.problems import Problem

HERE: Final = Path(__file__).parent
PART: Final = re.compile(r"^-- (.+) --\n", re.MULTILINE)
NOTES: Final = frozenset({"pictures", "expected", "tasks"})
EXPECTED: Final = re.compile(
    r"(?P<place>\S+:\d+:\d+) (?P<code>[EW]-[A-Z-]+) (?P<message>.*?)(?: \| (?P<hint>.*))?"
)


def cases(folder: str) -> list[Path]:
    found = sorted((HERE / folder).glob("*.txt"))
    assert found, f"no case in {folder}"
    return found


def unpacked(case: Path, folder: Path) -> dict[str, str]:
    """Write the files of a case, and give its parts."""
    pieces = PART.split(case.read_text("utf-8"))
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    for name, text in parts.items():
        if name not in NOTES:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in parts.get("pictures", "").split():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (640, 480), f"#{crc32(name.encode()) & 0xFFFFFF:06x}").save(path)
    return parts


def checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Plan | None, list[Problem]]:
    monkeypatch.chdir(folder)
    _, plan, problems = problems_of("board.yaml", MAKERS["seedream"])
    return plan, problems


def line(problem: Problem) -> str:
    place = problem.place
    hint = f" | {problem.hint}" if problem.hint else ""
    return f"{place.file}:{place.line}:{place.column} {problem.code} {problem.message}{hint}"


@pytest.mark.parametrize("case", cases("valid"), ids=lambda path: path.stem)
def test_a_right_project_has_its_tasks_and_no_problems(case, tmp_path, monkeypatch):
    parts = unpacked(case, tmp_path)

    plan, problems = checked(tmp_path, monkeypatch)

    assert [line(problem) for problem in problems] == []
    assert plan is not None
    wanted = [entry.partition(" = ") for entry in parts["tasks"].splitlines()]
    assert list(plan.tasks) == [address for address, _, _ in wanted]
    for address, said, prompt in wanted:
        if said:
            assert " ".join(plan.tasks[address].recipe.generation.prompt.split()) == prompt


@pytest.mark.parametrize("case", cases("invalid"), ids=lambda path: path.stem)
def test_a_wrong_project_has_exactly_the_expected_problems(case, tmp_path, monkeypatch):
    parts = unpacked(case, tmp_path)

    _, problems = checked(tmp_path, monkeypatch)

    found, wanted = [line(problem) for problem in problems], parts["expected"].splitlines()
    assert len(found) == len(wanted), "\n".join(found)
    for said, told in zip(found, wanted, strict=True):
        form = EXPECTED.fullmatch(told)
        assert form, f"{told!r} is not in the form of this file's docstring"
        message, _, hint = said.partition(" | ")
        assert message.startswith(f"{form['place']} {form['code']} ")
        assert form["message"] in message
        assert (form["hint"] or "") in hint


def test_there_are_enough_documents():
    folders = (HERE, HERE.parent / "spec" / "cases")
    assert (
        sum(1 for folder in folders for path in folder.rglob("*") if path.suffix in {".txt", ".yaml"}) >= 150
    )
