"""Included files, profiles and single values, from the file on disk to the plan and the up-to-date check."""

import time

import pytest

from seedream_pipe.api.fresh import up_to_date
from seedream_pipe.api.project import load, problems_of
from seedream_pipe.api.run_options import RunOptions
from seedream_pipe.api.runs import run_async
from seedream_pipe.api.variant import Variant
from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.makers import MakerId
from seedream_pipe.plan.model import Plan
from seedream_pipe.run.state import TICK
from seedream_pipe.settings import Settings

MAKER = MakerId(name="seedream", version=1, realm="seedream")

MAIN = """\
version: 1
include: [parts/cast.yaml]
vars: {look: warm}
profiles:
  draft: {vars: {look: cold}, steps: {poster: {takes: 1}}}
  wrong: {steps: {poster: {takes: 0}}}
steps:
  poster: {prompt: "A poster, {{ vars.look }}", takes: 2}
"""

CAST = """\
version: 1
data: {cast: cast.csv}
steps:
  sheet:
    foreach: {in: cast, as: c, key: "{{ c.id }}"}
    prompt: {file: sheet.j2}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "parts").mkdir()
    (tmp_path / "board.yaml").write_text(MAIN, "utf-8")
    (tmp_path / "parts/cast.yaml").write_text(CAST, "utf-8")
    (tmp_path / "parts/cast.csv").write_text("id,look\nmei,a girl\nduke,a cat\n", "utf-8")
    (tmp_path / "parts/sheet.j2").write_text("Sheet of {{ c.look }}\n", "utf-8")
    return tmp_path


def without(project, name: str) -> None:
    text = (project / "board.yaml").read_text("utf-8")
    (project / "board.yaml").write_text(
        "".join(line for line in text.splitlines(keepends=True) if name not in line), "utf-8"
    )


def planned(**chosen) -> Plan:
    return load("board.yaml", **chosen).expand(MAKER)


def prompt(plan: Plan, address: str) -> str:
    return plan.tasks[address].recipe.generation.prompt


def test_an_included_file_finds_its_table_and_its_template(project):
    plan = planned()
    assert list(plan.tasks) == ["sheet@mei", "sheet@duke", "poster"]
    assert prompt(plan, "sheet@mei") == "Sheet of a girl"


def test_a_profile_a_file_of_vars_and_a_value_change_the_plan(project):
    (project / "vars.yaml").write_text("look: neon\n", "utf-8")
    assert prompt(planned(), "poster") == "A poster, warm"
    assert prompt(planned(profiles=["draft"]), "poster") == "A poster, cold"
    assert prompt(planned(profiles=["draft"], vars_files=["vars.yaml"]), "poster") == "A poster, neon"
    assert prompt(planned(overrides=["vars.look=ink"]), "poster") == "A poster, ink"


def test_a_file_outside_the_project_is_not_read(project):
    (project.parent / "outside.yaml").write_text("version: 1\n", "utf-8")
    (project / "board.yaml").write_text(MAIN.replace("parts/cast.yaml", "../outside.yaml"), "utf-8")
    problems = problems_of("board.yaml", MAKER, profiles=["draft"])[2]
    assert [(problem.code, str(problem.place)) for problem in problems if problem.code == "E-PATH"] == [
        ("E-PATH", "board.yaml:2:11")
    ]


def test_a_missing_file_is_told_where_it_is_included(project):
    (project / "parts/cast.yaml").unlink()
    with pytest.raises(InvalidPipeline) as raised:
        load("board.yaml")
    assert [str(problem.place) for problem in raised.value.problems] == ["board.yaml:2:11"]


def test_validate_looks_at_profiles_that_nobody_chose(project):
    problems = problems_of("board.yaml", MAKER)[2]
    assert [(str(problem.place), problem.message) for problem in problems] == [
        ("board.yaml:6:35", '"takes" is 0; at least 1 is expected')
    ]
    assert load("board.yaml").pipeline.profiles == ("draft", "wrong")


def test_what_an_overlay_hides_is_told_all_the_same(project):
    text = MAIN.replace("takes: 2}", "takes: 0}").replace("  wrong: {steps: {poster: {takes: 0}}}\n", "")
    (project / "board.yaml").write_text(text, "utf-8")
    problems = problems_of("board.yaml", MAKER, profiles=["draft"])[2]
    assert [problem.message for problem in problems] == ['"takes" is 0; at least 1 is expected']


def test_a_file_of_vars_that_is_not_there_is_a_problem(project):
    with pytest.raises(InvalidPipeline) as raised:
        load("board.yaml", vars_files=["nowhere.yaml"])
    assert [str(problem.place) for problem in raised.value.problems] == ["nowhere.yaml"]


def run(variant: Variant = Variant()):  # noqa: B008 - a frozen value
    import asyncio

    project = load(
        "board.yaml",
        profiles=variant.profiles,
        overrides=variant.overrides,
        vars_files=variant.vars_files,
    )
    return asyncio.run(run_async(project, (), settings=Settings(), options=RunOptions()))


def test_another_variant_is_not_up_to_date(project):
    (project / "vars.yaml").write_text("look: neon\n", "utf-8")
    time.sleep(2 * TICK / 1e9)  # what is as young as its reading is looked at again
    run()
    assert up_to_date("board.yaml", Settings()) is not None
    for variant in (
        Variant(profiles=("draft",)),
        Variant(overrides=("vars.look=ink",)),
        Variant(vars_files=("vars.yaml",)),
    ):
        assert up_to_date("board.yaml", Settings(), variant) is None


@pytest.mark.parametrize("moved", ["parts/cast.yaml", "parts/cast.csv", "parts/sheet.j2", "vars.yaml"])
def test_a_variant_is_up_to_date_until_one_of_its_files_moves(project, moved):
    (project / "vars.yaml").write_text("look: neon\n", "utf-8")
    variant = Variant(profiles=("draft",), vars_files=("vars.yaml",))
    time.sleep(2 * TICK / 1e9)
    run(variant)
    assert up_to_date("board.yaml", Settings(), variant) is not None
    with (project / moved).open("a", encoding="utf-8") as file:
        file.write("# \n")
    assert up_to_date("board.yaml", Settings(), variant) is None


def test_a_silenced_warning_is_not_told(project):
    text = MAIN.replace("  wrong: {steps: {poster: {takes: 0}}}\n", "")
    text = text.replace('"A poster, {{ vars.look }}", takes: 2}', f'"{"word " * 700}"' + "}")
    (project / "board.yaml").write_text(text, "utf-8")
    (told,) = {problem.code for problem in problems_of("board.yaml", MAKER)[2]}
    assert told == "W-PROMPT-LONG"
    (project / "board.yaml").write_text(f"{text}lint: {{ignore: [{told}]}}\n", "utf-8")
    assert problems_of("board.yaml", MAKER)[2] == []
    (project / "board.yaml").write_text(text.rstrip() + f"  # seedream: ignore {told}\n", "utf-8")
    assert problems_of("board.yaml", MAKER)[2] == []
    assert load("board.yaml").warnings == ()
