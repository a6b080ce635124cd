"""Knowing why: what a run will do is said before with its reasons, and afterwards by the record."""

import json

from tests.run.tasks import jpeg
from tests.stories.test_stories import BOARD, begun, built, decided, plan_of


def records(desk):
    paths = sorted((desk.folder / ".seedream" / "runs").glob("*.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


def test_the_plan_said_the_numbers_and_reasons_that_the_run_had(desk):
    """Story 2: one character's description changes."""
    built(desk)
    impact = json.loads(desk("impact", "data.cast.mei.look", "--json").out)
    desk.edit("board.yaml", "red raincoat", "blue raincoat")
    plan = plan_of(desk, "--explain")

    touched = ["sheet@mei", "shots@sc01_010", "shots@sc01_020", "shots@sc02_020"]
    assert decided(plan, "make") == touched
    assert (impact["pictures"], impact["worst"]) == (plan["pictures"], plan["worst"]) == (7, "0.28")
    assert impact["direct"] == {"sheet@mei": ["prompt"]}
    assert impact["below"] == touched[1:]

    own = plan["tasks"]["sheet@mei"]
    (change,) = own["changes"]
    (source,) = change["sources"]
    assert (source["path"], source["at"].partition(":")[0]) == ("data.cast.mei.look", "board.yaml")
    assert (
        desk.text("board.yaml").splitlines()[int(source["at"].split(":")[1]) - 1].strip().startswith("mei:")
    )
    assert source["commit"] is None  # edited, and not committed
    roots = [plan["tasks"][address]["because"] for address in touched[1:]]
    assert [[cause["task"] for cause in found] for found in roots] == [["sheet@mei"]] * 3
    because = "sheet@mei is to make: prompt changed"
    assert {cause["message"] for found in roots for cause in found} == {because}

    before = desk.billed
    assert desk("run", "--yes").code == 0
    assert desk.billed - before == plan["pictures"]
    record = records(desk)[-1]
    made = {address: task for address, task in record["tasks"].items() if task["outcome"] == "made"}
    assert list(made) == touched
    assert {a: t["reason"]["message"] for a, t in made.items()} == {
        a: plan["tasks"][a]["message"] for a in touched
    }
    assert made["shots@sc01_020"]["reason"]["because"][0]["task"] == "sheet@mei"
    assert record["price"] == plan["worst"]
    told = desk("log", "shots@sc01_010").out
    assert f"because {because}" in told


def test_a_pick_is_the_cause_and_so_it_says_everywhere(desk):
    built(desk)
    assert desk("pick", "sheet@mei", "3").code == 0

    plan = plan_of(desk)["tasks"]["shots@sc01_010"]
    cause = plan["changes"][0]["because"]
    assert cause["message"] == "sheet@mei's pick changed from 1 to 3"
    assert "because sheet@mei's pick changed from 1 to 3" in desk("why", "shots@sc01_010").out
    explained = desk("plan", "--explain").out
    assert explained.count("because sheet@mei's pick changed from 1 to 3") == 1
    assert "reference changed: sheet@mei (pick 1 → 3)" in desk("plan").out
    assert desk("run", "--yes").code == 0
    assert records(desk)[-1]["tasks"]["shots@sc01_010"]["reason"]["changes"][0]["because"] == cause
    again = json.loads(desk("why", "shots@sc01_010", "--json").out)
    assert again["decision"] == "reuse"


def test_the_commit_that_changed_the_line_is_told(desk):
    built(desk)
    desk.edit("board.yaml", "warm rim light", "cold rim light")
    desk.edit("shots.csv", "Duke eats", "Duke eats fish")
    desk.git.commit("Cold light, and a fish")

    why = desk("why", "shots@sc03_010").out
    lines = [line.strip() for line in why.splitlines() if line.strip().startswith("in ")]
    assert [line.split()[1] for line in lines[:2]] == ["data.shots.4.action", "vars.look"]
    assert "shots.csv:6:1" in lines[0]
    assert all("Anna: Cold light, and a fish" in line for line in lines)
    text = desk("plan", "--explain").out
    light = "sheet@mei, sheet@duke, shots@sc01_010, shots@sc01_020 and 3 more  (7 tasks, 13 pictures: $0.52)"
    assert light in text
    assert "shots@sc03_010  (1 task, 1 picture: $0.04)" in text
    assert text.count("in vars.look  board.yaml:3:14") == 2
    assert text.count("data.shots.4.action") == 1
    tree = json.loads(desk("why", "shots@sc03_010", "--json").out)
    assert tree["changes"][0]["sources"][0]["commit"]["subject"] == "Cold light, and a fish"


def test_without_git_the_places_are_told_alone(desk, tmp_path):
    desk.write("board.yaml", BOARD)
    desk.write("shots.csv", "scene,id,who,action\nsc01,010,mei,Mei looks up\n")
    assert desk("run", "--yes").code == 4
    desk.edit("board.yaml", "warm rim light", "cold rim light")

    said = desk("why", "sheet@mei")

    assert "in vars.look  board.yaml:3:14" in said.out
    assert "commit" not in said.out + said.err


def test_a_line_of_a_prompt_file_is_found(desk):
    prompt = "Wide shot.\n{{ s.action }}, {{ vars.look }}\nIn the rain at night.\n"
    desk.write("prompts/shot.j2", prompt)
    begun(desk, BOARD.replace('"{{ s.action }}. {{ vars.look }}"', "{file: prompts/shot.j2}"))
    desk("run", "--yes")
    for name in ("mei", "duke"):
        desk("pick", f"sheet@{name}", "1")
    assert desk("run", "--yes").code == 0
    desk.edit("prompts/shot.j2", "rain at night", "snow at night")

    tree = json.loads(desk("why", "shots@sc01_010", "--json").out)

    (source,) = tree["changes"][0]["sources"]
    assert (source["at"].rpartition(":")[0], source["path"]) == ("prompts/shot.j2:3", "")


def test_an_adoption_is_told_as_such(desk):
    built(desk)
    desk.edit("board.yaml", "warm rim light", "warm rim lights")
    assert desk("adopt", "sheet", "shots", "--reason", "a word").code == 0

    task = plan_of(desk)["tasks"]["sheet@mei"]

    assert task["decision"] == "reuse"
    assert (task["adopted"]["by"], task["adopted"]["words"]) == ("Anna", "a word")


def test_a_cell_with_mentions_is_told_by_its_row(desk):
    begun(
        desk, "version: 1\nname: board\ninclude: [frames.yaml]\ndefaults: {model: seedream-4.5, size: 2K}\n"
    )
    desk.write(
        "data/shots.csv", "id,camera,action\n010,close-up,@mei runs in the rain\n020,全景,雨夜@Лао打伞走路\n"
    )
    desk.write(
        "frames.yaml",
        "version: 1\n"
        "data: {shots: data/shots.csv}\n"
        "steps:\n"
        "  shots:\n"
        '    foreach: {in: shots, as: s, key: "{{ s.id }}"}\n'
        "    references: [{from: mei.jpg, name: mei}, {from: lao.jpg, name: Лао}]\n"
        '    prompt: "{{ s.camera }}. {{ s.action }}. @mei and @Лао in ink."\n',
    )
    for name, colour in (("mei", "red"), ("lao", "blue")):
        (desk.folder / f"{name}.jpg").write_bytes(jpeg(colour, (320, 240)))
    desk.git.commit("begun")
    assert desk("run", "--yes").code == 0
    desk.git.commit("built")

    desk.edit("data/shots.csv", "runs in", "walks in")
    desk.edit("data/shots.csv", "打伞走路", "打伞跑步")
    assert "in data.shots.0.action  data/shots.csv:2:1  (not committed yet)" in desk("why", "shots@010").out
    assert "in data.shots.1.action  data/shots.csv:3:1  (not committed yet)" in desk("why", "shots@020").out
    desk.git.commit("Slower")
    for said in (desk("why", "shots@010").out, desk("plan", "--explain").out):
        places = [
            line.split("  (")[0].split() for line in said.splitlines() if line.strip().startswith("in ")
        ]
        assert places[0][1:] == ["data.shots.0.action", "data/shots.csv:2:1"]
        assert "Anna: Slower" in said

    desk.edit("frames.yaml", "in ink", "in chalk")
    why = desk("why", "shots@010").out
    assert "in frames.yaml:7:" in why
    assert "(not committed yet)" in why
