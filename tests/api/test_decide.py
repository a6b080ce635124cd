"""Decisions written down: what somebody decided meanwhile stays, what cannot be edited is left alone."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import load
from seedream_pipe.api.decide import as_decided, begin, decide
from seedream_pipe.catalog import MAKERS
from seedream_pipe.errors import InvalidPipeline, UsageError
from seedream_pipe.picks.file import parse
from seedream_pipe.picks.model import Decided
from seedream_pipe.store.folder import Store

YAML = """\
version: 1
name: two
defaults: {model: seedream-4.5, size: 2K}
steps:
  a: {prompt: "a sheet", takes: 2}
  b: {prompt: "another", takes: 2, pick: manual}
  c: {prompt: "one"}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "board.yaml").write_text(YAML, "utf-8")
    return load(tmp_path / "board.yaml")


def picked(number):
    return lambda _line: Decided(pick=number)


def write(project, **numbers):
    store = Store.open(project.root.top / ".seedream")
    changes = {address: picked(number) for address, number in numbers.items()}
    return decide(project, project.expand(MAKERS["seedream"]), changes, store)


def test_a_decision_is_written_beside_the_pipeline_and_known_at_once(project):
    decided = write(project, b=2)

    assert project.picks_file.read_text("utf-8").endswith("\n\n# a: 1\n\nb: {pick: 2}\n\n# c: 1\n")
    assert decided.expand(MAKERS["seedream"]).tasks["b"].pick == 2
    assert load(project.path).picks == decided.picks


def test_a_decision_that_is_only_tried_is_not_written(project):
    tried = as_decided(project, {"b": picked(2)})

    assert tried.expand(MAKERS["seedream"]).tasks["b"].pick == 2
    assert project.expand(MAKERS["seedream"]).tasks["b"].pick is None
    assert not project.picks_file.exists()


def test_what_somebody_decided_meanwhile_stays(project):
    project.picks_file.write_text("c: {takes: 3}\n", "utf-8")

    write(project, b=2)

    assert set(parse(project.picks_file.read_text("utf-8"), file="x").tasks) == {"b", "c"}


def test_a_layout_that_cannot_be_edited_is_left_alone(project):
    text = "{a: 1,\n b: 2}\n"
    project.picks_file.write_text(text, "utf-8")

    with pytest.raises(UsageError, match="line by line"):
        write(project, c=1)
    assert project.picks_file.read_text("utf-8") == text


def test_a_file_with_the_marks_of_a_merge_is_left_alone(project):
    text = "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> bo\n"
    project.picks_file.write_text(text, "utf-8")

    with pytest.raises(InvalidPipeline):
        write(project, b=2)
    assert project.picks_file.read_text("utf-8") == text


def test_the_file_is_begun_once(project):
    store = Store.open(project.root.top / ".seedream")
    plan = project.expand(MAKERS["seedream"])

    assert begin(project, plan, store)
    assert project.picks_file.read_text("utf-8").endswith("\n\n# a: 1\n\n# b: 1\n\n# c: 1\n")
    assert not begin(project, plan, store)


def test_a_task_that_is_new_gets_its_comment_in_a_file_that_was_begun(project):
    store = Store.open(project.root.top / ".seedream")
    assert begin(project, project.expand(MAKERS["seedream"]), store)
    write(project, b=2)
    project.path.write_text(YAML + '  bb: {prompt: "new"}\n', "utf-8")

    later = load(project.path)
    assert begin(later, later.expand(MAKERS["seedream"]), store)
    assert project.picks_file.read_text("utf-8").endswith("\n\nb: {pick: 2}\n\n# bb: 1\n\n# c: 1\n")


@pytest.mark.parametrize("head", ["", "# mine\n", "\ufeff# mine\n\n"])
def test_a_file_that_a_person_laid_out_changes_in_the_decided_line_only(project, head):
    text = head + "c: {takes: 2}   # two\n# of mine\nb: 1   # Anna\n"
    project.picks_file.write_text(text, "utf-8")
    store = Store.open(project.root.top / ".seedream")

    assert not begin(project, project.expand(MAKERS["seedream"]), store)
    write(project, b=2)
    assert project.picks_file.read_text("utf-8") == text.replace("b: 1 ", "b: {pick: 2} ")


def test_what_was_decided_while_a_file_is_begun_is_not_what_the_project_knows(project):
    store = Store.open(project.root.top / ".seedream")
    plan = project.expand(MAKERS["seedream"])
    begin(project, plan, store)
    text = project.picks_file.read_text("utf-8")
    project.picks_file.write_text(text.replace("# b: 1\n\n", "b: 2\n\n").replace("# c: 1\n", ""), "utf-8")

    assert not begin(project, plan, store)
    assert "b: 2\n\n# c: 1\n" in project.picks_file.read_text("utf-8")


@given(st.text(alphabet=st.sampled_from("ab@:{}[]\"'#<>=|-_ \n\t0123.picktakes&*!%"), max_size=60))
def test_any_text_is_a_picks_file_or_has_problems(text):
    """Whatever else is raised is a fault of ours."""
    with suppress(InvalidPipeline):
        assert parse(text, file="x") is not None
