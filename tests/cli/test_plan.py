"""`plan` and `validate`: free, harmless, and complete."""

import json
from pathlib import Path

import pytest


def _everything_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_plan_tells_reason_and_price_of_each_task(board, cli, paid, golden) -> None:
    golden("plan", cli("plan", "board.yaml").out)


def test_plan_sends_nothing_and_writes_nothing(board, cli, paid) -> None:
    before = _everything_below(board)

    assert cli("plan", "board.yaml").code == 0

    assert paid.ledger.requests == ()
    assert _everything_below(board) == before


def test_plan_needs_no_key(board, cli, paid, monkeypatch) -> None:
    monkeypatch.delenv("BYTEPLUS_API_KEY")

    assert cli("plan", "board.yaml").code == 0


def test_plan_of_a_changed_row_names_what_it_touches(board, cli, edit, golden) -> None:
    cli("run", "board.yaml")
    edit("shots.csv", "in the rain", "in the snow")

    golden("plan-changed", cli("plan", "board.yaml", "--all").out)


def test_plan_shows_the_tasks_of_a_tag_and_what_they_need(board, cli) -> None:
    said = cli("plan", "board.yaml", "tag:sc02", "--json")

    assert list(json.loads(said.out)["tasks"]) == ["sheet", "shots@sc02_010"]


def test_plan_is_written_to_a_file(board, cli) -> None:
    said = cli("plan", "board.yaml", "-o", "plan.json")

    assert json.loads((board / "plan.json").read_text("utf-8"))["counts"]["make"] == 4
    assert "4 tasks: 4 to make" in said.out


def test_plan_that_cannot_be_written_says_so(board, cli) -> None:
    said = cli("plan", "board.yaml", "-o", "no/such/folder.json")

    assert said.code == 2
    assert "cannot be written" in said.err


@pytest.mark.parametrize("url", ["127.0.0.1:8080/doubao", "http://192.0.2.1/doubao"])
@pytest.mark.parametrize("command", ["plan", "run"])
def test_base_url_that_cannot_be_is_told_before_anything_begins(board, cli, command, url) -> None:
    said = cli(command, "board.yaml", "--provider", "302ai", "--base-url", url)

    assert said.code == 2
    assert said.err.startswith("error[E-USAGE] --base-url: ")
    assert not (board / ".seedream").exists()


def test_validate_says_that_a_file_is_right(board, cli) -> None:
    said = cli("validate", "board.yaml")

    assert (said.code, said.out, said.err) == (0, "", "ok board.yaml: 4 tasks\n")


def test_validate_tells_problems_of_every_file(board, cli, edit) -> None:
    (board / "other.yaml").write_text("version: 2\n", "utf-8")
    edit("board.yaml", "1280x720", "1280x72")

    said = cli("validate", "board.yaml", "other.yaml")

    assert said.code == 3
    assert "board.yaml:7:9" in said.err
    assert "other.yaml:1:10" in said.err


def test_validate_goes_on_after_a_file_that_is_not_there(board, cli) -> None:
    said = cli("validate", "missing.yaml", "board.yaml")

    assert said.code == 3
    assert "error[E-MISSING] missing.yaml: there is no pipeline file" in said.err
    assert "ok board.yaml: 4 tasks" in said.err


def test_validate_for_machines(board, cli, edit) -> None:
    edit("board.yaml", "1280x720", "1280x72")

    (problem,) = json.loads(cli("validate", "board.yaml", "--json").out)

    assert (problem["file"], problem["line"], problem["severity"]) == ("board.yaml", 7, "error")


def test_validate_for_pull_requests(board, cli, edit) -> None:
    edit("board.yaml", "1280x720", "1280x72")

    said = cli("validate", "board.yaml", "--format", "github")

    assert said.code == 3
    assert said.out.startswith("::error file=board.yaml,title=E-SIZE,line=7,col=9,")


def test_validate_for_code_scanners(board, cli, edit) -> None:
    edit("board.yaml", "1280x720", "1280x72")

    (run,) = json.loads(cli("validate", "board.yaml", "--format", "sarif").out)["runs"]

    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (7, 9)


def test_plan_that_was_agreed_to_is_run(board, cli, paid) -> None:
    cli("plan", "board.yaml", "tag:sc02", "-o", "plan.json")

    said = cli("run", "board.yaml", "--plan", "plan.json", "--yes")

    assert said.code == 0
    assert len(paid.ledger.billed) == 2
    assert cli("run", "board.yaml", "--plan", "plan.json").code == 0


@pytest.mark.parametrize(
    "change",
    [
        ("shots.csv", "lighthouse", "boat"),
        ("board.yaml", "1280x720", "1920x1080"),
        ("shots.csv", "rock", "rocks"),
    ],
)
def test_plan_that_does_not_hold_any_more_spends_nothing(cli, paid, edit, change) -> None:
    cli("plan", "board.yaml", "-o", "plan.json")
    edit(*change)

    said = cli("run", "board.yaml", "--plan", "plan.json", "--yes")

    assert (said.code, paid.ledger.requests) == (5, ())
    assert "the plan does not hold any more" in said.err


def test_plan_for_another_provider_is_refused(board, cli, paid) -> None:
    cli("plan", "board.yaml", "--provider", "ark", "--base-url", paid.base_url("ark"), "-o", "plan.json")

    assert cli("run", "board.yaml", "--plan", "plan.json", "--yes").code == 5


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "plan/2"}', "not JSON"])
def test_file_that_is_no_plan_is_refused(board, cli, text) -> None:
    (board / "plan.json").write_text(text, "utf-8")

    assert cli("run", "board.yaml", "--plan", "plan.json").code == 2
