"""`impact`: which tasks an edit would touch, said before anybody makes it."""

import json

import pytest

from tests.cli.test_streams import on_a_terminal


def told(said):
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_an_edit_of_a_cell_and_all_that_follows(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")

    found = told(cli("impact", "board.yaml", "data.shots.sc01_010.action", "--json"))

    assert found["paths"] == ["data.shots.sc01_010.action"]
    assert found["direct"] == {"shots@sc01_010": ["prompt"]}
    assert found["below"] == ["shots@sc01_020"]
    assert (found["pictures"], found["worst"], found["currency"]) == (2, "0.06", "USD")


def test_an_edit_in_words(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")

    said = cli("impact", "board.yaml", "refs/mina.png")

    assert said.out.splitlines() == [
        "refs/mina.png",
        "  directly    sheet, references",
        "  downstream  shots: 3 tasks",
        "4 tasks to make, up to 4 pictures on byteplus: $0.12",
    ]
    assert cli("plan", "board.yaml").out.splitlines()[-1].startswith("4 tasks: everything is up to date")


def test_a_table_a_column_and_what_only_names_files(board, cli, paid) -> None:
    whole = told(cli("impact", "board.yaml", "shots.csv", "--json"))
    column = told(cli("impact", "board.yaml", "data.shots.action", "--json"))
    names = told(cli("impact", "board.yaml", "data.shots.id", "--json"))

    shots = ["shots@sc01_010", "shots@sc01_020", "shots@sc02_010"]
    assert [list(whole["direct"]), list(column["direct"])] == [shots, shots]
    assert names["direct"] == {}
    assert list(names["others"].values()) == [shots]
    assert names["pictures"] == 0


def test_what_nobody_reads_costs_nothing(board, edit, cli) -> None:
    edit("board.yaml", "name: board\n", "name: board\nvars: {idle: x}\n")

    assert "no task reads it: an edit there costs nothing" in cli("impact", "board.yaml", "vars.idle").out


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("vars.lok", 'did you mean "vars.look"?'),
        ("data.shot", 'did you mean "data.shots"?'),
        ("data.shots.sc01_010.actoin", 'did you mean "action"?'),
        ("data.shots.sc09_010.action", "data.shots."),
        ("steps.shot", 'did you mean "steps.shots"?'),
        ("look", 'did you mean "vars.look"?'),
        ("vars.look.deep", 'did you mean "vars.look"?'),
    ],
)
def test_a_path_that_means_nothing(board, edit, cli, path, hint) -> None:
    edit("board.yaml", "name: board\n", "name: board\nvars: {look: cel}\n")
    edit("board.yaml", "a yellow coat", "a {{ vars.look }} coat")

    said = cli("impact", "board.yaml", path)

    assert (said.code, "nothing is called" in said.err) == (2, True)
    assert hint in said.err


def test_every_task_by_name_on_a_narrow_terminal_in_chinese(board, edit, cli, spawn) -> None:
    edit("shots.csv", "sc01,010", "雨夜,镜头一")

    said = cli("impact", "board.yaml", "data.shots.雨夜_镜头一.action", "--all")
    assert "  directly    shots@雨夜_镜头一: prompt" in said.out.splitlines()

    shown = on_a_terminal(spawn, "impact", "board.yaml", "data.shots.雨夜_镜头一.action", columns=40)
    assert "雨夜_镜头一" in shown


def test_previews_are_free(board, cli) -> None:
    cli("run", "board.yaml")

    assert "free (drawn locally)" in cli("impact", "board.yaml", "steps.sheet.prompt").out


def test_an_approved_task_stays(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")
    cli("approve", "board.yaml", "sheet")

    said = cli("impact", "board.yaml", "steps.sheet.prompt")

    assert "  approved    sheet  (stay as they are)" in said.out.splitlines()
    assert "nothing would be made" in said.out


@pytest.mark.parametrize("path", ["refs/mnia.png", "prompts/none.j2"])
def test_a_file_that_is_not_there_and_that_nobody_would_take(board, cli, path) -> None:
    said = cli("impact", "board.yaml", path)

    assert (said.code, f'nothing is called "{path}"' in said.err) == (2, True)
    assert ('did you mean "refs/mina.png"?' in said.err) == (path == "refs/mnia.png")


def test_a_file_that_is_not_there_yet_and_that_a_set_takes(board, edit, cli, paid) -> None:
    edit("board.yaml", "references: [refs/mina.png]", "references: [looks]")
    edit("board.yaml", "steps:\n", "references:\n  looks: refs/*.png\nsteps:\n")

    assert told(cli("impact", "board.yaml", "refs/more.png", "--json"))["direct"] == {"sheet": ["references"]}


def test_a_value_of_a_profile(board, edit, cli, paid) -> None:
    edit("board.yaml", "steps:\n", "vars: {look: cel}\nprofiles:\n  hd: {vars: {look: oil}}\nsteps:\n")
    edit("board.yaml", "a yellow coat", "a {{ vars.look }} coat")

    found = told(cli("impact", "board.yaml", "profiles.hd.vars.look", "--profile", "hd", "--json"))
    assert list(found["direct"]) == ["sheet"]
    said = cli("impact", "board.yaml", "profiles.hd.vars.look")
    assert (said.code, "add --profile hd" in said.err) == (2, True)
    said = cli("impact", "board.yaml", "profiles.hq.vars.look")
    assert (said.code, 'did you mean "profiles.hd.vars.look"?' in said.err) == (2, True)
