"""A step gets another name: its pictures, picks and history stay its own."""

import json

from tests.stories.test_stories import BOARD, begun, built, decided, plan_of


def rename(desk, *, was=True):
    """`sheet` becomes `portrait`, `shots` becomes `frames`."""
    text = desk.text("board.yaml")
    text = text.replace("  sheet:\n", "  portrait:\n" + ("    was: sheet\n" if was else ""))
    text = text.replace("  shots:\n", "  frames:\n" + ("    was: [shots]\n" if was else ""))
    desk.write("board.yaml", text.replace("sheet@{{", "portrait@{{"))


def test_a_renamed_step_keeps_what_its_tasks_hold(desk):
    """Story 7, its second half."""
    built(desk)
    rename(desk)

    plan = plan_of(desk)
    assert (decided(plan, "reuse"), plan["pictures"]) == (list(plan["tasks"]), 0)
    assert desk("run", "--frozen").code == 0
    assert desk("run", "--yes").code == 0
    assert desk.billed == 14

    lines = [json.loads(line) for line in desk.text("board.lock").splitlines() if line]
    held = {line["task"]: line.get("takes") for line in lines if "task" in line}
    assert all(held.values())
    assert {address.partition("@")[0] for address in held} == {"portrait", "frames"}
    logged = json.loads(desk("log", "portrait@mei", "--json").out)
    assert logged["was"] == ["sheet@mei"]
    assert len(logged["made"]) == 4
    told = desk("why", "portrait@mei").out
    assert "renamed  from sheet@mei" in told
    assert json.loads(desk("why", "portrait@mei", "--json").out)["was"] == ["sheet@mei"]
    assert desk("why", "sheet@mei").out.startswith("sheet@mei: now portrait@mei\nportrait@mei: up to date")
    assert "now portrait" not in told


def test_without_was_the_picks_are_nobodys(desk):
    built(desk)
    rename(desk, was=False)

    plan = plan_of(desk)
    assert plan["behind"]["gates"] == ["portrait@mei", "portrait@duke"]
    assert desk.billed == 14
    hint = 'hint: was step "portrait" called so? Then write there: was: sheet'
    assert hint in desk("validate").err

    desk.edit("board.yaml", "  portrait:\n", "  portrait:\n    was: shet\n")
    assert hint in desk("validate").err
    desk.edit("board.yaml", "was: shet", "was: sheet")
    assert "W-PICK-TASK" not in desk("validate").err


def test_a_pick_brings_the_lines_of_a_renamed_step_under_its_new_name(desk):
    built(desk)
    rename(desk)

    assert desk("pick", "portrait@mei", "2").code == 0

    lines = [line for line in desk.text("board.picks.yaml").splitlines() if line and line[0] != "#"]
    assert lines == ["portrait@duke: {pick: 1}", "portrait@mei: {pick: 2}"]
    assert "sheet@" not in desk.text("board.picks.yaml")
    assert desk("pick", "portrait@mei", "1").code == 0
    assert desk("run", "--yes").code == 0
    assert desk.billed == 14


def test_a_changed_recipe_of_a_renamed_step_is_told_against_the_old_one(desk):
    built(desk)
    rename(desk)
    desk.edit("board.yaml", "red raincoat", "blue raincoat")

    task = plan_of(desk)["tasks"]["portrait@mei"]

    assert (task["decision"], task["reason"]) == ("make", "recipe-changed")
    assert "red" in task["changes"][0]["old"]


def test_a_pick_under_the_old_name_comes_in_by_a_merge(desk):
    """Somebody picks while somebody else renames."""
    begun(desk, BOARD)
    assert desk("run", "--yes").code == 4
    desk.git.commit("eight sheets")
    desk.git.branch("bo")
    assert desk("pick", "sheet@mei", "3").code == 0
    desk.git.commit("Mei is picked")
    desk.git.branch("anna")
    rename(desk)
    desk.git.commit("renamed")
    desk.git.must("merge", "-q", "-m", "both", "bo")

    plan = plan_of(desk)

    assert plan["behind"]["gates"] == ["portrait@duke"]
    assert desk.billed == 8
