"""A small board in a folder of its own, the command line in this process, and golden files."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from seedream_pipe.cli import group
from seedream_pipe.emulator import Emulator

GOLDEN: Final = Path(__file__).parent / "golden"
ROOT: Final = Path(__file__).resolve().parents[2]

BOARD: Final = """\
version: 1
name: board
data:
  shots: shots.csv
defaults:
  model: seedream-4.0
  size: 1280x720
steps:
  sheet:
    references: [refs/mina.png]
    prompt: Character sheet of Mina, a girl in a yellow coat.
  shots:
    foreach: {in: shots, as: shot, key: "{{ shot.scene }}_{{ shot.id }}"}
    references: [sheet, {from: prev, within: "{{ shot.scene }}"}]
    prompt: "{{ shot.action }}, wide shot"
    tags: ["{{ shot.scene }}"]
    output: frames/{{ shot.scene }}/{{ shot.id }}.jpg
lint: {ignore: [W-REFERENCES-SILENT]}
"""
SHOTS: Final = """\
scene,id,action
sc01,010,Mina runs along the pier in the rain at night
sc01,020,Mina stops and looks up
sc02,010,The lighthouse on its rock
"""

# What differs from run to run, and what stands for it in a golden file.
_CHANGING: Final = (
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"), "DATE"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "DATE UTC"),
    (re.compile(r"\d\d:\d\d:\d\d UTC"), "TIME UTC"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b\d+(\.\d)? s\b"), "N s"),
    (re.compile(r"\b[\d,]+ kB\b"), "N kB"),
    (re.compile(r"\b\d{8}T\d{6}\S+"), "CALL"),
    (re.compile(r"client id \w+"), "client id ID"),
    (re.compile(r"(equest id:) \w+"), r"\1 ID"),
    (re.compile(r"(request id|request) \w{20,}"), r"\1 ID"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST"),
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command gave back."""

    code: int
    out: str
    err: str


Cli = Callable[..., Said]


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small board: a sheet, two shots that are chained, one that is not."""
    folder = tmp_path / "project"
    (folder / "refs").mkdir(parents=True)
    Image.new("RGB", (64, 64), "#e0b040").save(folder / "refs" / "mina.png")
    (folder / "board.yaml").write_text(BOARD, "utf-8")
    (folder / "shots.csv").write_text(SHOTS, "utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Cli:
    """The command line in this process: `cli("plan", "board.yaml")`."""

    def run(*arguments: str) -> Said:
        capfd.readouterr()
        code = group.run(list(arguments))
        said = capfd.readouterr()
        return Said(code=code, out=said.out, err=said.err)

    return run


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(keys=("test-key",)) as running:
        yield running


@pytest.fixture
def paid(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator, chosen as the provider with a key that it takes."""
    for name, value in paid_variables(emulator).items():
        monkeypatch.setenv(name, value)
    return emulator


def paid_variables(emulator: Emulator) -> Mapping[str, str]:
    return {
        "SEEDREAM_PROVIDER": "byteplus",
        "SEEDREAM_BASE_URL": emulator.base_url("byteplus"),
        "BYTEPLUS_API_KEY": "test-key",
    }


@pytest.fixture
def edit(board: Path) -> Callable[[str, str, str], None]:
    """Replace a text in a file of the board: `edit("shots.csv", "rain", "snow")`."""

    def replace(name: str, old: str, new: str) -> None:
        path = board / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return replace


@pytest.fixture
def golden(tmp_path: Path) -> Callable[[str, str], None]:
    """Compare with a golden file; a text that differs is left in a temporary folder, to be copied."""

    def compare(name: str, text: str) -> None:
        for pattern, stand_in in _CHANGING:
            text = pattern.sub(stand_in, text)
        path = GOLDEN / f"{name}.txt"
        actual = tmp_path / path.name
        actual.write_text(text, "utf-8")
        assert path.exists(), f"there is no golden file: look at {actual}, then cp {actual} {path}"
        assert text == path.read_text("utf-8"), f"if this is meant: cp {actual} {path}"

    return compare


@pytest.fixture
def spawn(board: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """The command line as a process of its own, in the folder of the board."""

    def start(
        *arguments: str, env: Mapping[str, str] | None = None, **how: object
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "seedream_pipe", *arguments],
            cwd=board,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how},  # type: ignore[call-overload]
        )

    return start
