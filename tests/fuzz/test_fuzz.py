"""`validate` and `plan` are total. The suite takes a sample; `make fuzz` goes on for minutes."""

import json
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
import yaml
from hypothesis import strategies as st

from seedream_pipe.api.new_project import start
from seedream_pipe.errors import UsageError
from tests.fuzz import mad
from tests.fuzz.total import TooSlow, fuzz, is_total, patience

pytestmark = pytest.mark.timeout(900)

Into = Callable[[str | bytes], None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with pictures, prompts and tables, for paths that lead somewhere."""
    for kind in ("campaign", "book", "board"):
        start(tmp_path / kind, kind=kind)
        for path in sorted((tmp_path / kind).rglob("*")):
            target = tmp_path / path.relative_to(tmp_path / kind)
            if path.is_file() and path.suffix != ".json":
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ends_well(project: Path) -> Into:
    """Whether a pipeline of this content ends in problems or in a plan."""
    file = project / "mad.yaml"

    def check(content: str | bytes) -> None:
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        file.write_bytes(data)
        is_total(file)

    return check


def test_soups_of_yaml(ends_well: Into) -> None:
    fuzz(mad.yaml_soups(), ends_well)


def test_soups_of_steps(ends_well: Into) -> None:
    def check(soup: str) -> None:
        ends_well(f"version: 1\nsteps:\n  one:\n    prompt: p\n    {soup}")

    fuzz(mad.yaml_soups(), check)


def test_files_with_lines_lost_and_soiled(ends_well: Into) -> None:
    fuzz(mad.edited_texts(), ends_well)


def test_trees_with_limbs_cut_off_and_exchanged(ends_well: Into) -> None:
    fuzz(mad.mutated_trees(), ends_well)


def test_templates_in_prompts(ends_well: Into) -> None:
    def check(template: str) -> None:
        step = {
            "foreach": {
                "in": [{"a": "x"}, {"a": "小美"}],
                "as": "row",
                "key": "{{ row.a | length }}-{{ row.a }}",
            },
            "prompt": template,
        }
        tree = {"version": 1, "vars": {"look": "warm"}, "data": {"rows": [{"a": 1}]}, "steps": {"one": step}}
        ends_well(json.dumps(tree))

    fuzz(mad.templates(), check)


def test_templates_in_other_fields(ends_well: Into) -> None:
    def check(template: str) -> None:
        step = {
            "foreach": {"in": "rows", "as": "row", "key": template},
            "references": [template, {"from": template, "name": template}],
            "prompt": "p",
            "size": {"tier": "2K", "aspect": template},
            "output": template,
            "tags": [template],
            "meta": {"a": template},
        }
        tree = {
            "version": 1,
            "vars": {"look": template},
            "data": {"rows": [{"a": 1}]},
            "steps": {"one": step},
        }
        ends_well(json.dumps(tree))

    fuzz(mad.templates(), check)


def test_templates_in_files(ends_well: Into, project: Path) -> None:
    def check(template: str) -> None:
        (project / "prompts" / "mad.j2").write_bytes(template.encode("utf-8", "surrogatepass"))
        ends_well('{"version": 1, "steps": {"one": {"prompt": {"file": "prompts/mad.j2"}}}}')

    fuzz(mad.templates(), check)


def test_values_set_on_the_command_line(project: Path) -> None:
    def check(given: list[str]) -> None:
        words = [word for word in given if "\0" not in word]
        with suppress(UsageError):
            is_total(project / "board.yaml", overrides=words)

    fuzz(mad.overrides(), check)


def test_profiles_of_any_content(project: Path) -> None:
    sound = json.loads(json.dumps(yaml.safe_load((project / "board.yaml").read_text("utf-8"))))

    def check(overlay: object) -> None:
        file = project / "mad.yaml"
        file.write_text(json.dumps({**sound, "profiles": {"mad": overlay}}), "utf-8")
        is_total(file, profiles=["mad"])

    fuzz(st.one_of(mad.VALUES, st.sampled_from(mad.TREES)), check)


def test_tables(ends_well: Into, project: Path) -> None:
    def check(table: tuple[str, bytes]) -> None:
        name, content = table
        (project / name).write_bytes(content)
        step = {"foreach": {"in": "rows", "as": "row", "key": "{{ row.id }}"}, "prompt": "{{ row.a }}"}
        ends_well(json.dumps({"version": 1, "data": {"rows": name}, "steps": {"one": step}}))

    fuzz(mad.tables(), check)


def for_ever() -> None:
    for _ in count():
        pass


def test_patience_ends() -> None:
    with pytest.raises(TooSlow), patience(0.05):
        for_ever()
