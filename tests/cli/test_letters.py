"""Names of files where the system's letters are not those of UTF-8."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import paid_variables

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CHINESE = """\
version: 1
name: {name}
steps:
  shots:
    prompt: night in the rain
    output: {output}
"""


@pytest.fixture
def run(board, spawn):
    """A command where names of files are ASCII: its exit code, and what it says."""

    def started(*arguments: str, env=None) -> tuple[int, str, str]:
        process = spawn(*arguments, env={**ASCII, **(env or {})}, encoding="utf-8", errors="backslashreplace")
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    return started


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ({"name": "board", "output": "夜市/图.jpg"}, "board.yaml:6:13"),
        ({"name": "夜市", "output": "a.jpg"}, "board.yaml:2:7"),
    ],
)
def test_an_output_that_cannot_have_its_name_is_told_before_anything_is_sent(
    board: Path, run, emulator, names, place
) -> None:
    (board / "board.yaml").write_text(CHINESE.format(**names), "utf-8")
    code, _, err = run("run", "board.yaml", "--yes", env=paid_variables(emulator))
    assert (code, len(emulator.ledger.requests)) == (3, 0)
    assert f"error[E-OUTPUT] {place}: no file can be called" in err
    assert "hint: export PYTHONUTF8=1" in err


def test_the_remedy_that_is_named_helps(board: Path, run) -> None:
    (board / "board.yaml").write_text(CHINESE.format(name="夜市", output="图.jpg"), "utf-8")
    assert run("run", "board.yaml", env={"PYTHONUTF8": "1"})[0] == 0
    assert (board / "out" / "preview" / "夜市" / "图.jpg").exists()


def test_what_was_made_under_other_letters_is_no_fault(board: Path, cli, run) -> None:
    (board / "board.yaml").write_text(CHINESE.format(name="board", output="图.jpg"), "utf-8")
    assert cli("run", "board.yaml").code == 0
    assert run("run", "board.yaml")[0] == 3


@pytest.mark.parametrize("of", ["a reference", "a table", "a prompt"])
def test_a_file_that_cannot_have_its_name_is_told_with_its_place(board: Path, run, of) -> None:
    text = {
        "a reference": "steps: {s: {prompt: x, references: [梅.png]}}",
        "a table": "data: {t: 镜头.csv}\nsteps: {s: {prompt: x, foreach: {in: t, as: r}}}",
        "a prompt": "steps: {s: {prompt: {file: 词.j2}}}",
    }[of]
    (board / "board.yaml").write_text(f"version: 1\n{text}\n", "utf-8")
    code, _, err = run("plan", "board.yaml")
    assert code == 3
    assert "error[E-PATH] board.yaml:" in err
    assert "export PYTHONUTF8=1" in err


def test_a_pipeline_file_with_such_a_name_runs_and_is_recorded(board: Path, run) -> None:
    (board / "板.yaml").write_text(CHINESE.format(name="board", output="a.jpg"), "utf-8")
    code, out, _ = run("run", "板.yaml", "--json", "--out", "出")
    assert code == 0
    assert json.loads(out)["file"] == "板.yaml"
    assert json.loads(out)["outputs"] == "出/preview/board"
    assert (board / "出" / "preview" / "board" / "a.jpg").exists()
