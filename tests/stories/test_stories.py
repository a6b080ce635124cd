"""A director and artists on one board: what they type, and what the service bills for it."""

import json
import re
import shutil
import socket
import time

import pytest

HEAD = """\
version: 1
name: board
vars: {look: "cel animation, warm rim light"}
data:
  cast:
    mei: {look: "girl in a red raincoat"}
    duke: {look: "old orange cat"}
  shots: shots.csv
defaults: {model: seedream-4.5, size: 2K, watermark: false}
lint: {ignore: [W-REFERENCES-SILENT]}
steps:
"""
SHEET = """\
  sheet:
    foreach: {in: cast, as: c, key: "{{ c.id }}"}
    prompt: "Character sheet of {{ c.look }}. {{ vars.look }}"
    takes: 4
    pick: manual
"""
SHOTS = """\
  shots:
    foreach: {in: shots, as: s, key: "{{ s.scene }}_{{ s.id }}"}
    references: ["sheet@{{ s.who }}", {from: prev, within: "{{ s.scene }}"}]
    prompt: "{{ s.action }}. {{ vars.look }}"
    output: frames/{{ s.scene }}/{{ s.id }}.jpg
"""
BOARD = HEAD + SHEET + SHOTS
ROWS = """\
scene,id,who,action
sc01,010,mei,Mei looks up
sc01,020,duke,Duke follows
sc02,010,duke,Duke sleeps
sc02,020,mei,Mei wakes him
sc03,010,duke,Duke eats
sc03,020,duke,Duke leaves
"""


def begun(desk, text=BOARD, rows=ROWS):
    desk.write("board.yaml", text)
    desk.write("shots.csv", rows)
    desk.write(".gitignore", ".seedream/\nout/\n")
    desk.git.begin()


def built(desk):
    """The small board, whole: eight sheets, two picks, six frames."""
    begun(desk)
    assert desk("run", "--yes").code == 4
    for name in ("mei", "duke"):
        assert desk("pick", f"sheet@{name}", "1").code == 0
    assert desk("run", "--yes").code == 0
    assert desk.billed == 8 + 6
    desk.git.commit("built")


def plan_of(desk, *words):
    return json.loads(desk("plan", "--json", *words).out)


def decided(plan, word):
    return [address for address, task in plan["tasks"].items() if task["decision"] == word]


@pytest.mark.timeout(240)
def test_a_board_of_three_hundred_shots_waits_for_two_picks(desk):
    """Story 1."""
    rows = "".join(f"sc01,{n:03},{'mei' if n % 2 else 'duke'},shot {n}\n" for n in range(300))
    shots = SHOTS.replace(', {from: prev, within: "{{ s.scene }}"}', "")
    begun(desk, HEAD + SHEET + shots, "scene,id,who,action\n" + rows)

    plan = plan_of(desk)
    assert (plan["pictures"], plan["worst"]) == (8, "0.32")
    assert plan["behind"] == {
        "gates": ["sheet@mei", "sheet@duke"],
        "tasks": 300,
        "pictures": 300,
        "least": "12.00",
        "worst": "12.00",
    }

    first = desk("run", "--yes", "-j", "16")
    assert (first.code, desk.billed) == (4, 8)
    assert "next: seedream-pipe takes board.yaml sheet@mei" in first.err
    assert "seedream-pipe pick board.yaml sheet@mei 2" in first.err
    assert desk("run", "--yes").code == 4
    assert desk.requests == 8

    look = desk("pick", "sheet@mei", "3", "--plan")
    assert "150 pictures" in look.out
    assert "$6.00" in look.out
    assert "sheet@mei: {" not in desk.text("board.picks.yaml")
    for name, take in (("mei", "3"), ("duke", "1")):
        assert desk("pick", f"sheet@{name}", take).code == 0
    second = desk("run", "--yes", "-j", "16")
    assert (second.code, desk.billed) == (0, 308)

    began = time.monotonic()
    third = desk("run", "--yes")
    assert (third.code, desk.requests) == (0, 308)
    assert "nothing was sent" in third.err
    assert time.monotonic() - began < 2
    assert desk("run", "--frozen").code == 0


def test_an_edit_remakes_what_it_touches_and_the_plan_said_so(desk):
    """Story 2."""
    built(desk)
    before = desk.outputs()
    desk.edit("board.yaml", "red raincoat", "blue raincoat")

    plan = plan_of(desk)
    touched = ["shots@sc01_010", "shots@sc01_020", "shots@sc02_020"]
    assert decided(plan, "make") == ["sheet@mei", *touched]
    assert (plan["pictures"], plan["worst"]) == (4 + 3, "0.28")
    tasks = plan["tasks"]
    assert [change["field"] for change in tasks["sheet@mei"]["changes"]] == ["prompt"]
    assert [tasks[address]["message"] for address in touched] == [
        "needs sheet@mei",
        "needs shots@sc01_010",
        "needs sheet@mei",
    ]
    # Which take stands was picked by its number: the pick is kept.
    assert desk("run", "--yes").code == 0
    assert desk.billed == 14 + 4 + len(touched)

    after = desk.outputs()
    same = {"frames/sc02/010.jpg", "frames/sc03/010.jpg", "frames/sc03/020.jpg", "sheet/duke.jpg"}
    assert all(after[name] == before[name] for name in same)
    changed = {name for name in after if after[name][0] != before[name][0]}
    assert {"frames/sc01/010.jpg", "frames/sc01/020.jpg", "frames/sc02/020.jpg", "sheet/mei.jpg"} <= changed
    assert not changed & same


def test_a_reroll_costs_its_takes_and_picking_back_is_free(desk):
    """Story 4."""
    built(desk)
    frames = {name: data for name, (data, _) in desk.outputs().items() if name.startswith("frames")}

    author = desk.text("board.yaml")
    rolled = desk("reroll", "sheet@mei", "--takes", "2", "--yes")
    assert (rolled.code, desk.billed) == (0, 14 + 2)
    assert desk.text("board.yaml") == author
    assert "sheet@mei: {pick: 1, takes: 6}\n" in desk.text("board.picks.yaml")
    listed = json.loads(desk("takes", "sheet@mei", "--json").out)["tasks"]["sheet@mei"]
    assert [picture["label"] for picture in listed["pictures"]] == ["1", "2", "3", "4", "5", "6"]
    assert [picture["stands"] for picture in listed["pictures"]] == [True] + 5 * [False]
    assert desk("run", "--yes").code == 0
    assert desk.billed == 16

    picked = desk("pick", "sheet@mei", "6")
    assert "1 task to make" not in picked.err
    assert re.search(r"3 tasks to make, 3 pictures: \$0\.12", picked.err), picked.err
    assert desk("run", "--yes").code == 0
    assert desk.billed == 16 + 3

    back = desk("pick", "sheet@mei", "1")
    assert "3 tasks come back from the store, for nothing" in back.err
    assert desk("run", "--yes").code == 0
    assert desk.billed == 19
    assert {name: data for name, (data, _) in desk.outputs().items() if name.startswith("frames")} == frames


def test_more_takes_are_not_bought_when_nobody_agrees(desk):
    built(desk)
    before = desk.text("board.picks.yaml")

    assert desk("reroll", "sheet@mei").code == 5
    assert desk("reroll", "sheet@mei", "-n").code == 0
    assert (desk.text("board.picks.yaml"), desk.billed) == (before, 14)


def test_a_typo_is_adopted_and_nothing_is_bought(desk, tmp_path):
    """Story 5."""
    begun(desk, BOARD.replace("warm rim light", "warm rim ligth"))
    desk("run", "--yes")
    for name in ("mei", "duke"):
        desk("pick", f"sheet@{name}", "2")
    assert desk("run", "--yes").code == 0
    before = desk.outputs()
    desk.edit("board.yaml", "warm rim ligth", "warm rim light")

    said = desk("plan")
    assert '"ligth" → "light"' in said.err
    assert "seedream-pipe adopt board.yaml sheet shots --reason" in said.err
    looked = desk("adopt", "sheet", "shots", "--reason", "typo", "--plan")
    assert "8 tasks would be adopted, for nothing; $0.56 not spent" in looked.err
    assert decided(plan_of(desk), "make") != []

    assert desk("adopt", "sheet", "shots", "--reason", "a typo in the style").code == 0
    assert decided(plan_of(desk), "make") == []
    assert desk("run", "--yes").code == 0
    assert desk.billed == 14
    assert {n: d for n, (d, _) in desk.outputs().items()} == {n: d for n, (d, _) in before.items()}

    why = desk("why", "shots@sc01_020").out
    assert "adopted  " in why
    assert "by Anna, for nothing" in why
    assert "a typo in the style" in why
    assert "- " in why
    assert "ligth" in why

    desk.git.commit("adopted")
    bo = desk.clone(tmp_path / "bo", store=False)
    (bo.folder / ".seedream").mkdir()
    for part in ("format", "blobs"):
        source = desk.folder / ".seedream" / part
        target = bo.folder / ".seedream" / part
        (target.write_bytes(source.read_bytes()) if source.is_file() else _copied(source, target))
    assert decided(plan_of(bo), "make") == []
    assert bo("run", "--yes").code == 0
    assert (desk.billed, desk.requests) == (14, 14)


def _copied(source, target):
    shutil.copytree(source, target)


def test_branches_with_different_scenes_and_picks_merge(desk, tmp_path):
    """Story 6."""
    built(desk)
    bo = desk.clone(tmp_path / "bo", store=True)

    desk.edit("shots.csv", "Mei looks up", "Mei looks up and smiles")
    desk("pick", "sheet@mei", "2")
    assert desk("run", "--yes").code == 0
    desk.git.commit("scene 1, sheet of Mei")

    bo.edit("shots.csv", "Duke eats", "Duke eats a fish")
    bo("pick", "sheet@duke", "3")
    assert bo("run", "--yes").code == 0
    bo.git.commit("scene 3, sheet of Duke")

    merged = bo.git.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    picks = bo.text("board.picks.yaml")
    assert "sheet@duke: {pick: 3}" in picks
    assert "sheet@mei: {pick: 2}" in picks
    assert "<<<<<<<" not in picks
    assert merged.returncode in {0, 1}


def test_branches_that_build_different_scenes_merge_without_a_conflict(desk, tmp_path):
    """Story 6: the scenes have different people, so no task is touched by both."""
    text = BOARD.replace(', {from: prev, within: "{{ s.scene }}"}', "")
    rows = ROWS.replace("sc01,020,duke,Duke follows", "sc01,020,mei,Mei runs")
    rows = rows.replace("sc02,020,mei,Mei wakes him", "sc02,020,duke,Duke wakes")
    begun(desk, text, rows)
    desk("run", "--yes")
    desk.git.commit("sheets")
    bo = desk.clone(tmp_path / "bo", store=True)

    desk("pick", "sheet@mei", "2")
    assert desk("run", "--yes").code == 4
    desk.git.commit("scene 1, with Mei")
    bo("pick", "sheet@duke", "3")
    assert bo("run", "--yes").code == 4
    bo.git.commit("scenes 2 and 3, with Duke")

    merged = bo.git.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    assert merged.returncode == 0, merged.stdout + merged.stderr
    assert "sheet@duke: {pick: 3}\n\nsheet@mei: {pick: 2}\n" in bo.text("board.picks.yaml")
    assert bo.text("board.lock").count('"takes"') == 2 + 2 + 4
    # Bo's store has not what Anna bought; the lock knows of it, and the plan does not call it never made.
    plan = plan_of(bo)
    assert decided(plan, "make") == ["shots@sc01_010", "shots@sc01_020"]
    assert {plan["tasks"][address]["reason"] for address in decided(plan, "make")} == {"not-here"}


def test_one_task_picked_twice_is_one_readable_conflict(desk, tmp_path):
    """Story 6."""
    begun(desk)
    desk("run", "--yes")
    desk.git.commit("sheets")
    bo = desk.clone(tmp_path / "bo", store=True)
    for one, take in ((desk, "2"), (bo, "3")):
        one("pick", "sheet@mei", take)
        one.git.commit(f"take {take}")

    merged = bo.git.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    assert merged.returncode == 1
    text = bo.text("board.picks.yaml")
    assert text.count("<<<<<<<") == 1
    said = bo("plan")
    assert said.code == 3
    assert "two branches disagree here: sheet@mei: {pick: 3} (HEAD) and sheet@mei: {pick: 2}" in said.err
    assert "board.picks.yaml:6:1" in said.err

    bo.write("board.picks.yaml", re.sub(r"<<<<<<<.*\n(.*)\n=======\n.*\n>>>>>>>.*\n", r"\1\n", text))
    assert bo("plan").code == 0
    assert "sheet@mei: {pick: 3}" in bo.text("board.picks.yaml")


def test_branches_that_decide_of_different_shots_merge_on_a_board_without_gates(desk, tmp_path):
    """Story 6: nobody had decided anything yet, and the shots are neighbours."""
    begun(desk, BOARD.replace("    takes: 4\n    pick: manual\n", ""))
    assert desk("run", "--yes").code == 0
    assert desk("run", "--frozen").code == 0
    desk.git.commit("built")
    bo = desk.clone(tmp_path / "bo", store=True)

    assert desk("reroll", "shots@sc03_010", "--yes").code == 0
    assert desk("approve", "sheet@duke").code == 0
    desk.git.commit("another take of scene 3")
    assert bo("approve", "shots@sc03_020", "shots@sc02_020").code == 0
    assert bo("reroll", "sheet@mei", "--yes").code == 0
    bo.git.commit("scene 3 stays")

    merged = bo.git.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    assert merged.returncode == 0, merged.stdout + merged.stderr
    decided_lines = [line for line in bo.text("board.picks.yaml").splitlines() if line[:1] not in {"", "#"}]
    assert [line.partition(":")[0] for line in decided_lines] == [
        "sheet@duke",
        "sheet@mei",
        "shots@sc02_020",
        "shots@sc03_010",
        "shots@sc03_020",
    ]


def test_a_board_that_was_run_is_up_to_date_at_once_with_its_new_picks_file(desk):
    begun(desk, BOARD.replace("    takes: 4\n    pick: manual\n", ""))
    # A file as young as the clock is coarse is looked at once more.
    time.sleep(0.05)
    assert desk("run", "--yes").code == 0
    records = sorted((desk.folder / ".seedream" / "runs").iterdir())

    assert "up to date: 8 tasks" in desk("run").err
    assert sorted((desk.folder / ".seedream" / "runs").iterdir()) == records


def test_a_pick_stays_by_its_number_and_the_plan_says_that_nobody_saw_it(desk):
    """Story 2, for who wants to look at the new sheet before the shots are bought."""
    built(desk)
    desk("pick", "sheet@mei", "3")
    desk("run", "--yes")
    billed = desk.billed
    desk.edit("board.yaml", "red raincoat", "blue raincoat")

    said = desk("plan")
    assert "sheet@mei       prompt changed; take 3 stays picked, unseen  $0.16" in said.out
    ways = "seedream-pipe run board.yaml sheet@mei, then: seedream-pipe takes board.yaml sheet@mei"
    assert f"to look first: {ways}" in said.err
    assert [a for a, task in plan_of(desk)["tasks"].items() if "unseen" in task] == ["sheet@mei"]

    assert desk("run", "sheet@mei", "--yes").code == 0
    assert desk.billed == billed + 4
    assert "unseen" not in desk("plan").out
    assert desk("pick", "sheet@mei", "2").code == 0
    assert desk("run", "--yes").code == 0
    assert desk.billed == billed + 4 + 3


def test_a_pick_that_is_changed_with_the_recipe_was_made_for_it(desk):
    """As somebody may who writes the picks file by hand, or merges it."""
    built(desk)
    desk.edit("board.yaml", "red raincoat", "blue raincoat")
    desk("pick", "sheet@mei", "3")

    assert "unseen" not in desk("plan").out


def test_every_run_tells_what_is_stale_but_approved(desk):
    built(desk)
    assert desk("approve", "shots@sc01_010", "shots@sc03_010").code == 0
    assert "stale" not in desk("run").err
    desk.edit("shots.csv", "Mei looks up", "Mei looks down")

    first = desk("run")
    assert (first.code, desk.billed) == (0, 14)
    assert "stale    shots@sc01_010  approved as it is" in first.err
    # The edit was as young as the clock is coarse: it is looked at once more.
    desk("run")
    assert "nothing was sent; 1 stale but approved" in desk("run").err
    assert json.loads(desk("run", "--json").out)["stale"] == ["shots@sc01_010"]

    assert desk("approve", "shots@sc01_010", "--release").code == 0
    assert desk("run", "--yes").code == 0
    assert desk.billed == 14 + 2
    assert "stale" not in desk("run").err


def test_every_adoption_of_a_picture_is_in_its_log(desk):
    """Story 5, twice, with no run between."""
    built(desk)
    for old, new, reason in (
        ("cel", "cell", "a typo"),
        ("cell", "cel", "none after all"),
        ("cel", "Cel", "style"),
    ):
        desk.edit("board.yaml", f'"{old} animation', f'"{new} animation')
        assert desk("adopt", "+shots", "--reason", reason).code == 0

    assert desk.billed == 14
    log = desk("log", "shots@sc02_010").out
    assert [line.strip() for line in log.splitlines() if "adopted by" in line] == [
        "adopted by Anna: a typo",
        "adopted by Anna: style",
    ]
    assert log.count("stands for it now") == 1


def test_a_pick_of_previews_is_told_before_the_pictures_are_bought(desk, monkeypatch):
    begun(desk)
    monkeypatch.setenv("SEEDREAM_PROVIDER", "preview")
    assert desk("run").code == 4
    assert desk("pick", "sheet@mei", "2").code == 0

    monkeypatch.setenv("SEEDREAM_PROVIDER", "302ai")
    said = desk("plan")
    assert "sheet@mei       never made; take 2 stays picked, unseen" in said.out
    assert "sheet@duke      never made; then a pick" in said.out
    assert "picked before anybody saw it: sheet@mei\n" in said.err


def test_a_dry_run_that_is_frozen_fails_as_the_run_would(desk):
    built(desk)
    assert desk("run", "--frozen", "-n").code == 0
    desk.edit("shots.csv", "Duke eats", "Duke drinks")

    assert desk("run", "-n").code == 0
    assert desk("run", "--frozen", "-n").code == 6


class NetworkUsedError(AssertionError):
    """A socket was asked for where none is needed."""


def _no_network(*_arguments, **_named):
    raise NetworkUsedError


@pytest.mark.parametrize("chosen", [True, False])
def test_a_clone_with_the_store_has_every_picture_without_key_and_network(
    desk, tmp_path, monkeypatch, chosen
):
    """Story 3."""
    built(desk)
    before = {name: data for name, (data, _) in desk.outputs().items()}
    lines = [json.loads(line) for line in desk.text("board.lock").splitlines() if line]
    (digest,) = next(line["takes"][0]["pictures"] for line in lines if line.get("task") == "shots@sc03_020")
    desk.git.must("tag", "v1")
    desk.edit("shots.csv", "Duke leaves", "Duke stays")
    assert desk("run", "--yes").code == 0
    desk.git.commit("another end")
    bo = desk.clone(tmp_path / "elsewhere" / "bo", store=True)
    requests = desk.requests

    monkeypatch.delenv("AI302_API_KEY")
    if not chosen:
        monkeypatch.delenv("SEEDREAM_PROVIDER")
        monkeypatch.delenv("SEEDREAM_BASE_URL")
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    monkeypatch.setattr(socket, "getaddrinfo", _no_network)

    assert bo("materialize").code == 0
    assert {name: data for name, (data, _) in bo.outputs().items()} == {
        name: data for name, (data, _) in desk.outputs().items()
    }
    then = bo("materialize", "--at", "v1")
    assert (then.code, "1 file placed" in then.err) == (0, True), then.err
    assert {name: data for name, (data, _) in bo.outputs().items()} == before
    assert bo.git.must("status", "--short") == ""

    (bo.folder / ".seedream" / "blobs" / digest[:2] / digest).unlink()
    shutil.rmtree(bo.folder / "out")
    lost = bo("materialize", "--at", "v1")
    assert lost.code == 1
    assert f"missing shots@sc03_020: sha256 {digest[:12]}…, $0.04" in lost.err
    assert len(bo.outputs()) == len(before) - 1
    assert desk.requests == requests
