"""What the README shows is run: its examples, its tables, its two commands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from seedream_pipe.api.project import problems_of
from seedream_pipe.catalog import MAKERS
from seedream_pipe.cli.group import COMMANDS
from seedream_pipe.errors import SeedreamError
from seedream_pipe.settings import VARIABLES

ROOT: Final = Path(__file__).parent.parent.parent
README: Final = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def section(title: str) -> str:
    """The text below a heading, up to the next."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """The first cell of each row of the tables in a text, marks aside."""
    return [row[1] for row in re.finditer(r"^\| `-?-?([a-z-]+)", text, re.MULTILINE)]


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "seedream_pipe", *words]
    env = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with what the README's pipeline refers to."""
    for name in ("refs/mei.jpg", "refs/duke.jpg", "refs/market/a.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (640, 480), (200, 90, 60)).save(path)
    (tmp_path / "data").mkdir()
    rows = "scene,id,cast,action\nsc01,010,mei,Mei runs\nsc01,020,duke,Duke waits\n"
    (tmp_path / "data" / "shots.csv").write_text(rows)
    (tmp_path / "prompts").mkdir()
    prompt = "{{ shot.action }}: @{{ shot.cast }} at @market. {{ vars.look }}\n"
    after = "{% if shot.id != '010' %}As @last.{% endif %}\n"
    (tmp_path / "prompts" / "shot.j2").write_text(prompt + after)
    (tmp_path / "night-market.yaml").write_text(blocks("yaml")[0])
    return tmp_path


def test_the_example_pipeline_is_valid(project: Path) -> None:
    _, plan, problems = problems_of(project / "night-market.yaml", MAKERS["seedream"])

    assert problems == []
    assert plan is not None
    assert list(plan.tasks) == [
        "sheet@mei",
        "sheet@duke",
        "shots@sc01_010",
        "shots@sc01_020",
        "turnaround",
    ]


def test_the_two_commands_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert re.findall(r"^make (\w+)", blocks("sh")[0], re.MULTILINE) == ["demo", "test"]
    assert "\ndemo:" in makefile
    assert "\ntest:" in makefile


def test_every_command_is_told() -> None:
    assert sorted(first_cells(section("Commands"))[: len(COMMANDS)]) == sorted(COMMANDS)


def test_every_setting_is_told() -> None:
    told = re.findall(r"^\| `--([a-z-]+)` \| `(\w+)` \| `(\w+)` \|", README, re.MULTILINE)

    assert told == [(name.replace("_", "-"), variable, name) for name, variable in VARIABLES.items()]


def test_the_exit_codes_are_those_of_the_errors() -> None:
    told = {int(code) for code in re.findall(r"(?:· |codes: )(\d+)", section("Commands"))}

    assert {kind.exit_code for kind in SeedreamError.__subclasses__()} <= told


def test_the_ten_minutes_work(tmp_path: Path) -> None:
    """Every line of the first two blocks of the tutorial, typed as it stands."""
    folder = tmp_path
    for line in section("Ten minutes from nothing to a board").split("```sh\n")[1:]:
        for command in line.split("```")[0].splitlines():
            words = shlex.split(command.partition("#")[0])
            if words[0] == "cd":
                folder = folder / words[1]
            else:
                done = run(*words[1:], cwd=folder)
                assert done.returncode == 0, done.stderr
        edit_one_word(folder)

    assert list((folder / "out").rglob("*.jpg"))


def edit_one_word(folder: Path) -> None:
    shots = folder / "shots.csv"
    text = shots.read_text("utf-8")
    shots.write_text(text.replace(" and ", " then ", 1), encoding="utf-8")


def test_the_library_example_runs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pipelines", tmp_path / "pipelines")
    code = blocks("python")[0].replace('["sheet"]', '["sheet@mei"]')
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "sheet@mei" in done.stdout


def test_every_link_inside_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line[3:].lower()).replace(" ", "-")
        for line in README.splitlines()
        if line.startswith("## ")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings
