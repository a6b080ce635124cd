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

import click
import pytest
from PIL import Image

from seedream_pipe.api.project import problems_of
from seedream_pipe.catalog import MAKERS
from seedream_pipe.cli.group import COMMANDS
from seedream_pipe.cli.run import run as run_command
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
    (example,) = re.findall(r"```yaml\n(.*?)```", section("The pipeline file"), re.DOTALL)
    (tmp_path / "night-market.yaml").write_text(example)
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
        "poster@tv-en",
        "poster@tv-zh",
        "poster@phone-en",
        "thumb",
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


def test_every_flag_of_run_is_told() -> None:
    flags = [option for option in run_command.params if isinstance(option, click.Option)]

    assert not [
        flag.name for flag in flags if not any(name in README for name in (*flag.opts, *flag.secondary_opts))
    ]


def test_the_exit_codes_are_those_of_the_errors() -> None:
    told = {int(code) for code in re.findall(r"(?:· |codes: )(\d+)", section("Commands"))}

    assert {kind.exit_code for kind in SeedreamError.__subclasses__()} <= told


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which `seedream-pipe` is the program of this checkout."""
    program = tmp_path / "bin" / "seedream-pipe"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m seedream_pipe "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def tutorial() -> list[tuple[str, str]]:
    """The blocks of the tutorial with their languages, in order."""
    return re.findall(r"```(\w+)\n(.*?)```", section("Ten minutes from nothing to a board"), re.DOTALL)


def test_the_ten_minutes_work(tmp_path: Path, shell: dict[str, str]) -> None:
    """Each block of commands is typed as it stands, each file written under the name in its first line."""
    folder = tmp_path / "somewhere"
    folder.mkdir()
    ends = []
    for language, block in tutorial():
        if language == "yaml":
            (folder / block.removeprefix("# ").partition("\n")[0]).write_text(block, encoding="utf-8")
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", block + "\npwd"],
            cwd=folder,
            env=shell,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        folder = Path(done.stdout.splitlines()[-1])
        ends.append(done)

    made = sorted(
        str(path.relative_to(folder / "out/preview")) for path in folder.glob("out/preview/**/*.jpg")
    )
    assert made == sorted(
        [
            "lantern/frames/sc01/010.jpg",
            "lantern/frames/sc01/020.jpg",
            "lantern/frames/sc02/010.jpg",
            "lantern/frames/sc02/020.jpg",
            "lantern/mina.jpg",
            "lantern/sheet.jpg",
            *(f"lantern-poster/poster/{one}.jpg" for one in ("phone-en", "phone-zh", "tv-en", "tv-zh")),
            *(path for path in made if path.startswith("lantern-poster/") and "/poster/" not in path),
        ]
    )
    assert "up to date" in ends[-2].stderr + ends[-2].stdout


def test_the_tutorial_tells_of_no_warning(tmp_path: Path) -> None:
    """Nobody should be taught what the tool advises against."""
    for language, block in tutorial():
        if language == "yaml":
            (tmp_path / block.removeprefix("# ").partition("\n")[0]).write_text(block, encoding="utf-8")
        elif "shots.csv <<" in block:
            (tmp_path / "shots.csv").write_text(block.split("'END'\n")[1].split("END\n")[0], encoding="utf-8")

    for name in ("board.yaml", "poster.yaml"):
        assert problems_of(tmp_path / name, MAKERS["seedream"])[2] == []


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
