"""What is told afterwards: runs, the history of tasks that are there and gone, words of prompts."""

import json

from tests.stories.test_stories import begun, built


def test_a_run_shows_why_each_picture_was_made(desk):
    built(desk)
    assert desk("pick", "sheet@mei", "3").code == 0
    assert desk("run", "--yes").code == 0

    lines = desk("runs").out.splitlines()
    said = desk.typed("runs", "show", "board.yaml", "last").out

    assert len(lines) == 3
    assert "made      shots@sc01_010  $0.04  reference changed: sheet@mei (pick 1 → 3)" in said
    assert "made      shots@sc01_020  $0.04  needs shots@sc01_010" in said
    assert "because sheet@mei's pick changed from 1 to 3" in said


def test_the_history_of_a_task_tells_prices_also_of_a_test_server(desk):
    built(desk)
    desk.edit("board.yaml", "red raincoat", "blue raincoat")
    assert desk("run", "--yes").code == 0

    said = desk("log", "shots@sc01_010").out

    assert said.count("$0.04, from the test server") == 2
    assert "      because sheet@mei is to make: prompt changed" in said.splitlines()
    assert said.count("  sheet@mei") >= 2  # where the old and the new reference come from


def test_a_task_that_is_gone_has_its_history_still(desk):
    built(desk)
    desk.edit("shots.csv", "sc03,020,duke,Duke leaves\n", "")

    for _ in range(2):
        tree = json.loads(desk("log", "shots@sc03_020", "--json").out)
        assert (tree["task"], tree["gone"]) == ("shots@sc03_020", True)
        assert [(each["price"], each["here"], each["stands"]) for each in tree["made"]] == [
            ("0.04", True, False)
        ]
        assert "the pipeline has no such task any more" in desk("log", "shots@sc03_020").out
        assert desk("run", "--yes").code == 0
    assert desk("log", "shots@sc09_020").code == 2


def test_why_says_of_a_task_that_is_gone_that_it_is(desk):
    built(desk)
    desk.edit("shots.csv", "sc03,020,duke,Duke leaves\n", "")

    said = desk("why", "shots@sc03_020")

    assert said.code == 2
    assert 'no task "shots@sc03_020" any more' in said.err
    assert "log board.yaml shots@sc03_020" in said.err


def test_the_words_of_a_prompt_that_differ_are_told_in_chinese_by_the_character(desk):
    begun(desk, rows="scene,id,who,action\nsc01,010,duke,雨夜的街道，女孩跑步\n")
    desk("run", "--yes")
    for name in ("mei", "duke"):
        desk("pick", f"sheet@{name}", "1")
    assert desk("run", "--yes").code == 0
    desk.edit("shots.csv", "女孩跑步", "女孩走路")

    (change,) = json.loads(desk("why", "shots@sc01_010", "--json").out)["changes"]

    assert change["words"] == [{"old": "跑步", "new": "走路"}]
    assert json.loads(desk("plan", "--json").out)["tasks"]["shots@sc01_010"]["changes"] == [change]


def test_the_words_that_differ_are_said_where_there_are_no_colours(desk):
    built(desk)
    desk.edit("board.yaml", "girl in a red raincoat", "tall girl in a blue raincoat")

    for said in (desk("why", "sheet@mei"), desk("plan", "--explain")):
        assert '    words + "tall", "red" → "blue"' in said.out.splitlines()
