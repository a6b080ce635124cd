"""What machines read keeps to the schemas that are shipped."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from seedream_pipe.spec.schema import schema


def _check(name: str, value: Any) -> None:
    jsonschema.Draft202012Validator(schema(name)).validate(value)


def _unexplained(tree: Any, path: str = "") -> Iterator[str]:
    """Properties without a description; what a condition only names is described where it stands."""
    if not isinstance(tree, dict):
        return
    for name, value in tree.items():
        if name == "if":
            continue
        if name == "properties":
            yield from (
                f"{path}/{each}"
                for each, rule in value.items()
                if isinstance(rule, dict) and not rule.keys() & {"description", "$ref", "const"}
            )
        for child in value if isinstance(value, list) else [value]:
            yield from _unexplained(child, f"{path}/{name}")


@pytest.mark.parametrize("name", ["plan", "record", "lock", "picks"])
def test_schema_is_one_and_explains_itself(name) -> None:
    tree = schema(name)

    jsonschema.Draft202012Validator.check_schema(tree)
    assert tree["description"]
    assert list(_unexplained(tree)) == []


def test_plan_keeps_to_its_schema_in_every_state(board, cli, paid, edit) -> None:
    _check("plan", json.loads(cli("plan", "board.yaml", "--json").out))
    paid.script(
        {"cut": "before", "match": "lighthouse"},
        {"answer": "error/400-output-image-sensitive", "match": "looks up"},
    )
    cli("run", "board.yaml", "--yes")
    edit("shots.csv", "in the rain", "in the snow")

    tree = json.loads(cli("plan", "board.yaml", "--json").out)

    _check("plan", tree)
    assert {task["decision"] for task in tree["tasks"].values()} == {"make", "reuse", "blocked"}


def test_record_keeps_to_its_schema(board, cli, paid) -> None:
    paid.script(
        {"cut": "before", "match": "lighthouse"},
        {"answer": "error/400-output-image-sensitive", "match": "pier"},
    )

    tree = json.loads(cli("run", "board.yaml", "--yes", "--json").out)

    _check("record", tree)
    outcomes = {address: task["outcome"] for address, task in tree["tasks"].items()}
    assert outcomes == {
        "sheet": "made",
        "shots@sc01_010": "refused",
        "shots@sc01_020": "skipped",
        "shots@sc02_010": "held",
    }
    _check("record", json.loads(cli("run", "board.yaml", "--yes", "--json").out))


def test_records_in_the_store_keep_to_their_schema(board, cli) -> None:
    cli("run", "board.yaml")

    (path,) = (board / ".seedream/runs").iterdir()

    _check("record", json.loads(path.read_text("utf-8")))


def test_gates_and_approvals_keep_to_the_schemas(board, cli, paid, edit) -> None:
    edit("board.yaml", "    prompt: Character", "    takes: 2\n    pick: manual\n    prompt: Character")
    _check("plan", json.loads(cli("plan", "board.yaml", "--json").out))
    _check("record", json.loads(cli("run", "board.yaml", "--yes", "--json").out))
    _check("plan", json.loads(cli("plan", "board.yaml", "--json").out))
    cli("pick", "board.yaml", "sheet", "2")
    cli("run", "board.yaml", "--yes")
    cli("approve", "board.yaml", "shots@sc01_010")
    edit("shots.csv", "in the rain", "in the snow")
    plan = json.loads(cli("plan", "board.yaml", "--json").out)
    _check("plan", plan)
    assert plan["tasks"]["shots@sc01_010"]["approved"]
    picks = yaml.safe_load(Path("board.picks.yaml").read_text("utf-8"))
    _check("picks", picks)
    assert set(picks) == {"sheet", "shots@sc01_010"}
    cli("adopt", "board.yaml", "shots@sc01_010", "--reason", "snow is rain")
    for line in Path("board.lock").read_text("utf-8").split("\n\n"):
        _check("lock", json.loads(line))
    assert '"adopted"' in Path("board.lock").read_text("utf-8")


def test_every_line_of_a_lock_keeps_to_its_schema(board, cli, paid, edit) -> None:
    edit("board.yaml", "    prompt: Character", "    takes: 2\n    prompt: Character")
    cli("run", "board.yaml", "--yes")

    lines = Path("board.lock").read_text("utf-8").split("\n\n")

    assert len(lines) == 5
    for line in lines:
        _check("lock", json.loads(line))


@pytest.mark.parametrize("command", [["status", "board.yaml"], ["why", "board.yaml", "sheet"], ["config"]])
def test_json_stands_alone_on_standard_output(board, cli, command) -> None:
    said = cli(*command, "--json")

    assert said.code == 0
    json.loads(said.out)
