"""`status` and `why`: the state, and the reason for it."""

import json
import time

import pytest
from PIL import Image


def test_status_of_a_pipeline_that_never_ran(board, cli, paid, golden) -> None:
    golden("status-new", cli("status", "board.yaml").out)


def test_status_after_a_change(board, cli, edit, golden) -> None:
    cli("run", "board.yaml")
    edit("shots.csv", "in the rain", "in the snow")

    golden("status-changed", cli("status", "board.yaml").out)


def test_status_names_what_waits_for_a_person(board, cli, paid, golden) -> None:
    paid.script(
        {"cut": "before", "match": "lighthouse"},
        {"answer": "error/400-output-image-sensitive", "match": "pier"},
    )
    cli("run", "board.yaml", "--yes")

    said = cli("status", "board.yaml")

    assert said.code == 0
    golden("status-waiting", said.out)


def test_status_counts_what_the_last_run_failed_at(board, cli, paid) -> None:
    paid.script({"answer": "error/400-size-malformed", "match": "lighthouse"})
    cli("run", "board.yaml", "--yes")

    states = json.loads(cli("status", "board.yaml", "--json").out)["steps"]["shots"]["states"]

    assert (states["failed"], states["up to date"]) == (1, 2)


def test_status_of_a_few_tasks(board, cli) -> None:
    steps = json.loads(cli("status", "board.yaml", "tag:sc01", "--json").out)["steps"]

    assert {name: step["tasks"] for name, step in steps.items()} == {"shots": 2}
    assert cli("status", "board.yaml", "tag:sc09").code == 2


def test_why_takes_a_target_that_means_one_task(board, cli) -> None:
    assert cli("why", "board.yaml", "shots@sc02_*").out.startswith("shots@sc02_010: to make")

    several = cli("why", "board.yaml", "shots@sc01_*")
    assert (several.code, '"shots@sc01_*" has 2 tasks' in several.err) == (2, True)


def test_status_sends_nothing(board, cli, paid) -> None:
    cli("status", "board.yaml")

    assert paid.ledger.requests == ()


def test_why_a_changed_row_is_to_be_made(board, cli, edit, golden) -> None:
    cli("run", "board.yaml")
    edit("shots.csv", "in the rain", "in the snow")

    golden("why-changed", cli("why", "board.yaml", "shots@sc01_010").out)


def test_why_of_a_task_below_leads_back_to_where_it_began(board, cli, edit, golden) -> None:
    cli("run", "board.yaml")
    edit("shots.csv", "in the rain", "in the snow")

    golden("why-upstream", cli("why", "board.yaml", "shots@sc01_020").out)


def test_why_of_what_is_up_to_date_says_what_it_holds(board, cli, paid, golden) -> None:
    cli("run", "board.yaml", "--yes")

    golden("why-up-to-date", cli("why", "board.yaml", "shots@sc01_010").out)


def test_why_of_a_changed_reference_names_it(board, cli) -> None:
    cli("run", "board.yaml")

    Image.new("RGB", (64, 64), "#3050b0").save(board / "refs/mina.png")

    (change,) = json.loads(cli("why", "board.yaml", "sheet", "--json").out)["changes"]

    assert change["field"] == "references"
    assert change["at"] == "board.yaml:10:18"


def test_why_of_a_held_task_says_what_may_be_owed(board, cli, paid, golden) -> None:
    paid.script({"cut": "before", "match": "lighthouse"})
    cli("run", "board.yaml", "--yes")

    golden("why-held", cli("why", "board.yaml", "shots@sc02_010").out)


def test_why_for_machines_has_the_chain(board, cli, edit) -> None:
    cli("run", "board.yaml")
    edit("shots.csv", "in the rain", "in the snow")

    tree = json.loads(cli("why", "board.yaml", "shots@sc01_020", "--json").out)

    assert tree["row"] == "shots.csv:3:1"
    assert list(tree["upstream"]) == ["shots@sc01_010"]
    assert tree["upstream"]["shots@sc01_010"]["changes"][0]["field"] == "prompt"


def test_unknown_task_is_met_with_a_guess(board, cli) -> None:
    said = cli("why", "board.yaml", "shots@sc01_011")

    assert said.code == 2
    assert 'did you mean "shots@sc01_010"?' in said.err


def test_step_of_several_tasks_is_met_with_their_names(board, cli) -> None:
    said = cli("why", "board.yaml", "shots")

    assert said.code == 2
    assert "shots@sc01_010, shots@sc01_020" in said.err


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("shot", 'did you mean "shots"?'),
        ("shots@sc01_01", 'did you mean "shots@sc01_010"?'),
        ("sc01", '"sc01" is a tag: tag:sc01'),
        ("tag:night", "known: tag:sc01, tag:sc02"),
        ("tag:sc03", 'did you mean "tag:sc0'),
    ],
)
@pytest.mark.parametrize("command", ["why", "plan"])
def test_task_that_is_not_there_is_met_with_a_guess(board, cli, command, word, hint) -> None:
    said = cli(command, "board.yaml", word)

    assert said.code == 2
    assert f"  hint: {hint}" in said.err


def test_prompt_that_turns_text_around_is_shown_escaped(board, cli, edit) -> None:
    cli("run", "board.yaml", "sheet")
    edit("board.yaml", "Character sheet of Mina, a girl in a yellow coat.", '"a\\u202eb\\x9bc\\e[31md"')

    text = cli("why", "board.yaml", "sheet").out
    machine = cli("why", "board.yaml", "sheet", "--json").out

    assert "a\\u202eb\\x9bc\\x1b[31md" in text
    assert not set("\u202e\x9b\x1b") & set(text + machine)
    assert json.loads(machine)["changes"][0]["new"] == "a\u202eb\x9bc\x1b[31md"


def test_run_that_was_killed_is_not_finished(board, cli, paid, spawn) -> None:
    paid.script({"delay": 5, "times": 0})
    process = spawn("run", "board.yaml", "--yes")
    for _ in range(400):
        if paid.ledger.requests:
            break
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=30)

    assert "last run: not finished, began 20" in cli("status", "board.yaml").out
    assert json.loads(cli("status", "board.yaml", "--json").out)["unfinished"]


def test_run_that_ended_is_finished(board, cli) -> None:
    cli("run", "board.yaml", "sheet")

    assert "not finished" not in cli("status", "board.yaml").out


_READING = (
    ("status", "board.yaml"),
    ("why", "board.yaml", "shots@sc01_010"),
    ("takes", "board.yaml", "shots@sc01_010"),
    ("impact", "board.yaml", "steps.shots.prompt"),
    ("pick", "board.yaml", "shots@sc01_010", "1", "--plan"),
)


@pytest.fixture
def unpriced(board, emulator, monkeypatch):
    """A provider that names no price for the board's model; two takes of each shot, to pick from."""
    text = (board / "board.yaml").read_text("utf-8")
    (board / "board.yaml").write_text(text.replace("  shots:\n", "  shots:\n    takes: 2\n"), "utf-8")
    monkeypatch.setenv("SEEDREAM_PROVIDER", "302ai")
    monkeypatch.setenv("SEEDREAM_BASE_URL", emulator.base_url("302ai"))
    monkeypatch.setenv("AI302_API_KEY", "test-key")
    return emulator


@pytest.mark.parametrize("words", _READING, ids=lambda words: words[0])
def test_who_only_looks_is_told_that_a_price_is_unknown(board, cli, unpriced, words) -> None:
    said = cli(*words)
    spends = [cli("run", "board.yaml", "--yes"), cli("reroll", "board.yaml", "shots@sc01_010", "--yes")]

    assert said.code == 0, said.err
    assert all((each.code, "E-BUDGET" in each.err) == (5, True) for each in spends)
    assert unpriced.ledger.requests == ()
    assert not (board / "board.picks.yaml").exists()


def test_an_unknown_price_is_named_with_what_to_type(board, cli, unpriced) -> None:
    assert "price unknown: --price 0.04USD" in cli("status", "board.yaml").out
    assert "(price unknown: --price 0.04USD)" in cli("why", "board.yaml", "shots@sc01_010").out
    assert json.loads(cli("status", "board.yaml", "--json").out)["steps"]["shots"]["unpriced"]
    assert "unpriced" not in cli("status", "board.yaml", "--json", "--price", "0.04USD").out
