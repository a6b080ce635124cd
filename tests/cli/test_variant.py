"""`--profile`, `--set` and `--vars-file`: one file, several ways to plan and run it."""

import json

import pytest

PROFILES = """\
vars: {mood: calm}
profiles:
  film: {vars: {mood: tense}}
"""


@pytest.fixture
def offered(board, edit):
    """The board with a var and a profile."""
    edit("board.yaml", "version: 1\n", f"version: 1\n{PROFILES}")
    edit("board.yaml", "in a yellow coat.", "in a yellow coat, {{ vars.mood }}.")
    (board / "vars.yaml").write_text("mood: gay\n", "utf-8")
    return board


@pytest.mark.parametrize(
    ("flags", "mood"),
    [
        ((), "calm"),
        (("--profile", "film"), "tense"),
        (("--profile", "film", "--vars-file", "vars.yaml"), "gay"),
        (("--set", "vars.mood=sad"), "sad"),
        (("--profile", "film", "--set", "vars.mood=sad", "--set", "vars.mood=glad"), "glad"),
    ],
)
def test_what_a_variant_made_is_what_its_last_word_says(offered, cli, flags, mood) -> None:
    cli("run", "board.yaml", *flags)

    said = cli("plan", "board.yaml", "--set", f"vars.mood={mood}", "--json")

    assert json.loads(said.out)["counts"]["make"] == 0
    assert json.loads(cli("plan", "board.yaml", "--set", "vars.mood=odd", "--json").out)["counts"]["make"] > 0


@pytest.mark.parametrize("command", ["validate", "plan", "run", "status", "graph"])
def test_every_command_that_reads_a_pipeline_takes_them(offered, cli, command) -> None:
    flags = ("--profile", "film", "--vars-file", "vars.yaml", "--set", "steps.sheet.takes=2")

    assert cli(command, "board.yaml", *flags).code == 0


@pytest.mark.parametrize("command", ["validate", "plan", "run", "status", "graph"])
def test_a_misspelt_choice_is_a_problem_with_a_remedy(offered, cli, command) -> None:
    said = cli(command, "board.yaml", "--profile", "flim", "--set", "vars.mod=sad")

    assert said.code == 3
    assert 'there is no profile "flim"' in said.err
    assert 'did you mean "film"?' in said.err
    assert 'did you mean "vars.mood"?' in said.err


def test_a_run_of_another_variant_is_a_run_of_its_own(offered, cli) -> None:
    cli("run", "board.yaml")

    said = cli("plan", "board.yaml", "--profile", "film", "--json")

    assert json.loads(said.out)["counts"]["make"] == 4
