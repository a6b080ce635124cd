"""`graph`: what needs what, in four formats."""

import json
import xml.etree.ElementTree as ET

import pytest

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("how", ["text", "dot", "mermaid"])
def test_steps_are_drawn(board, cli, golden, how) -> None:
    golden(f"graph-{how}", cli("graph", "board.yaml", "--format", how).out)


def test_tasks_are_drawn_one_by_one(board, cli, golden) -> None:
    golden("graph-tasks", cli("graph", "board.yaml", "--tasks").out)


def test_target_is_drawn_with_what_it_needs(board, cli) -> None:
    said = cli("graph", "board.yaml", "shots@sc02_010", "--tasks")

    assert [line.split()[0] for line in said.out.splitlines()] == ["sheet", "shots@sc02_010"]


def test_picture_has_a_box_for_every_task(board, cli) -> None:
    root = ET.fromstring(cli("graph", "board.yaml", "--format", "svg", "--tasks").out)

    texts = [node.text for node in root.iter(f"{SVG}text")]
    assert {"sheet", "shots@sc01_010", "shots@sc01_020", "shots@sc02_010"} <= set(texts)
    assert len(list(root.iter(f"{SVG}path"))) == 4 + 1  # an arrow each, and the tip of them all


def test_machines_read_what_needs_what(board, cli) -> None:
    tree = json.loads(cli("graph", "board.yaml", "--json").out)

    assert tree["schema"] == "graph/1"
    assert {node["name"]: node["needs"] for node in tree["nodes"]} == {"sheet": [], "shots": ["sheet"]}


@pytest.mark.parametrize("how", ["text", "dot", "mermaid", "svg"])
def test_chinese_names_are_drawn(board, cli, edit, how) -> None:
    edit("shots.csv", "sc02,010", "第二场,夜市")

    said = cli("graph", "board.yaml", "--format", how, "--tasks")

    assert said.code == 0
    assert "第二场" in said.out
    assert "夜市" in said.out
