"""`validate --format`: the same findings for people, machines, pull requests and code scanners."""

import json

import pytest

from seedream_pipe.version import VERSION

BOARD = """\
version: 1
name: board
data:
  shots: 数据/镜头.csv
steps:
  shots:
    foreach: {in: shots, as: shot, key: "{{ shot.镜号 }}"}
    prompt: "夜市里的小美，{{ shot.动作 }}，{{ shot.camra }}"
    size: 128x72
  poster:
    references: ["海报/小美.jpg", shot@010]
    promt: 海报
"""
SHOTS = """\
镜号,动作,camera
010,小美奔跑,全景
020,小美"停下,近景
"""


@pytest.fixture
def wrong(tmp_path, monkeypatch):
    folder = tmp_path / "项目"
    (folder / "数据").mkdir(parents=True)
    (folder / "故事板.yaml").write_text(BOARD, "utf-8")
    (folder / "数据/镜头.csv").write_text(SHOTS, "utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("how", ["text", "json", "github", "sarif"])
def test_each_format_tells_every_problem(wrong, cli, golden, how) -> None:
    said = cli("validate", "故事板.yaml", "--format", how)

    assert said.code == 3
    golden(f"validate-{how}", (said.err if how == "text" else said.out).replace(VERSION, "VERSION"))


@pytest.mark.parametrize("how", ["json", "github", "sarif"])
def test_paths_are_those_of_the_working_folder(wrong, cli, how) -> None:
    typed = cli("validate", "故事板.yaml", "--format", how).out

    assert cli("validate", str(wrong / "故事板.yaml"), "--format", how).out == typed
    assert cli("validate", "./../项目/故事板.yaml", "--format", how).out == typed


def test_json_is_a_short_form(wrong, cli) -> None:
    assert cli("validate", "故事板.yaml", "--json") == cli("validate", "故事板.yaml", "--format", "json")


def test_a_right_file_is_an_empty_report(board, cli) -> None:
    assert json.loads(cli("validate", "board.yaml", "--format", "json").out) == []
    assert cli("validate", "board.yaml", "--format", "github").out == ""
    assert json.loads(cli("validate", "board.yaml", "--format", "sarif").out)["runs"][0]["results"] == []
