"""What an edit, a branch or a reorganisation would cost, told before anybody pays."""

import json

import pytest

from tests.run.tasks import jpeg
from tests.stories.test_stories import begun, built, decided, plan_of


def told(said, code=0):
    assert said.code == code, said.err
    return json.loads(said.out)


CAST = """\
version: 1
data:
  cast:
    mei: {look: "girl in a red raincoat"}
    duke: {look: "old orange cat"}
"""
SHOTS_PART = """\
version: 1
data:
  shots: ../shots.csv
steps:
  frames:
    was: shots
    foreach: {in: shots, as: shot, key: "{{ shot.scene }}_{{ shot.id }}"}
    references: ["sheet@{{ shot.who }}", {from: prev, within: "{{ shot.scene }}"}]
    prompt: {file: ../prompts/frame.j2}
    output: frames/{{ shot.scene }}/{{ shot.id }}.jpg
"""
MAIN = """\
version: 1
name: board
include: [parts/cast.yaml, parts/shots.yaml]
vars: {style: "cel animation, warm rim light", look: "{{ vars.style }}"}
defaults: {model: seedream-4.5, size: 2K, watermark: false}
lint: {ignore: [W-REFERENCES-SILENT]}
steps:
  sheet:
    foreach: {in: cast, as: person, key: "{{ person.id }}"}
    prompt: "Character sheet of {{ person.look }}. {{ vars.look }}"
    takes: 4
    pick: manual
"""


def split(desk):
    """The file in three, a prompt in a file of its own, other names for rows and vars, a step renamed."""
    desk.write("parts/cast.yaml", CAST)
    desk.write("parts/shots.yaml", SHOTS_PART)
    desk.write("prompts/frame.j2", "{{ shot.action }}. {{ vars.style }}\n")
    desk.write("board.yaml", MAIN)


def test_a_reorganisation_is_proved_to_change_no_picture(desk):
    """Story 7."""
    built(desk)
    split(desk)

    said = desk("refactor-check", "main")

    assert (said.code, said.out) == (
        0,
        "0 pictures: 8 tasks, and each asks for what it asked for at main\n",
    )
    tree = told(desk("refactor-check", "main", "--json"))
    assert tree["same"] is True
    assert tree["renamed"]["frames@sc01_010"] == "shots@sc01_010"
    assert desk("run", "--yes").code == 0
    assert desk.billed == 14
    assert desk("run", "--frozen").code == 0


def test_a_reorganisation_that_changes_something_names_it(desk):
    built(desk)
    split(desk)
    desk.edit("board.yaml", "warm rim light", "warm light")

    said = desk("refactor-check", "main")

    assert said.code == 6
    assert "sheet@mei  $0.16" in said.out
    assert "  prompt   " in said.out
    assert said.out.splitlines()[-1] == "this reorganisation buys 14 pictures, $0.56"
    tree = told(desk("refactor-check", "main", "--json"), code=6)
    assert tree["same"] is False
    assert [change["field"] for change in tree["changed"]["sheet@mei"]] == ["prompt"]


def test_a_task_that_is_gone_is_a_change(desk):
    built(desk)
    desk.edit("shots.csv", "sc03,020,duke,Duke leaves\n", "")
    desk.edit("shots.csv", "sc02,020", "sc02,030")

    tree = told(desk("refactor-check", "main", "--json"), code=6)

    assert tree["gone"] == ["shots@sc02_020", "shots@sc03_020"]
    assert tree["new"] == ["shots@sc02_030"]


def test_order_of_references_and_picks_are_compared(desk):
    built(desk)
    desk.edit("board.yaml", '["sheet@{{ s.who }}", {from: prev, within: "{{ s.scene }}"}]', '["sheet@duke"]')
    assert desk("pick", "sheet@duke", "2").code == 0

    tree = told(desk("refactor-check", "main", "--json"), code=6)

    changes = {address: [c["field"] for c in found] for address, found in tree["changed"].items()}
    assert changes["sheet@duke"] == ["pick"]
    assert changes["shots@sc01_010"] == ["references"]
    assert len(changes) == 7


def test_what_a_branch_buys(desk):
    built(desk)
    desk.git.branch("fish")
    desk.edit("shots.csv", "Duke eats", "Duke eats fish")
    desk.write("shots.csv", desk.text("shots.csv") + "sc04,010,mei,Mei cooks\nsc04,020,mei,Mei eats\n")
    desk.git.commit("A fish, and a kitchen")

    said = desk("plan", "--base", "main")

    # The fish, the frame after it, two in the kitchen.
    assert said.out.splitlines()[-1] == "since main, this branch buys 4 pictures, $0.16"
    assert "changed  1 task: shots@sc03_010  (prompt)" in said.out
    assert "new      2 tasks: shots@sc04_010, shots@sc04_020" in said.out
    assert "below    1 task: shots@sc03_020" in said.out
    assert "words" not in said.out
    reasons = desk("plan", "--base", "main", "--explain").out.split("\n\n")
    assert reasons[1].splitlines()[0] == "shots@sc03_010"
    assert 'words + "fish"' in reasons[1]
    assert [reasons[0], reasons[-1]] == said.out.split("\n\n")
    tree = told(desk("plan", "--base", "main", "--json"))
    assert (tree["pictures"], tree["worst"], tree["base"]) == (4, "0.16", "main")
    assert list(tree["tasks"]) == ["shots@sc03_010", "shots@sc03_020", "shots@sc04_010", "shots@sc04_020"]

    before = desk.billed
    assert desk("run", "--yes").code == 0
    assert desk.billed - before == 4
    assert desk("plan", "--base", "main").out.splitlines()[-1] == "since main, this branch buys 0 pictures"


@pytest.mark.parametrize("revision", ["nowhere", "--help", "-x"])
def test_a_revision_that_is_none(desk, revision):
    built(desk)

    assert desk("plan", f"--base={revision}").code == 2


def test_a_revision_with_problems_says_where(desk):
    built(desk)
    good = desk.text("board.yaml")
    desk.write("board.yaml", good.replace("{{ c.look }}", "{{ c.lok }}"))
    desk.git.commit("A typo")
    desk.write("board.yaml", good)

    said = desk("plan", "--base", "HEAD")

    assert said.code == 3
    assert "HEAD:board.yaml:" in said.err


def test_an_edit_that_is_not_saved(desk):
    built(desk)
    before = desk.text("board.yaml")

    said = desk("what-if", "--set", "data.cast.mei.look=girl in a blue raincoat")

    assert said.code == 0
    assert desk.text("board.yaml") == before
    assert "sheet@mei  (1 task, 4 pictures: $0.16)" in said.out
    assert "because sheet@mei is to make: prompt changed" in said.out
    assert said.out.splitlines()[-1] == "this edit buys 7 pictures, $0.28"
    tree = told(desk("what-if", "--set", "data.cast.mei.look=girl in a blue raincoat", "--json"))
    assert tree["set"] == ["data.cast.mei.look=girl in a blue raincoat"]
    assert (tree["pictures"], tree["worst"]) == (7, "0.28")
    desk.edit("board.yaml", "red raincoat", "blue raincoat")
    plan = plan_of(desk)
    assert (plan["pictures"], decided(plan, "make")) == (7, list(tree["tasks"]))


def test_an_edit_that_spares_something(desk):
    built(desk)
    desk.edit("board.yaml", "red raincoat", "blue raincoat")

    said = desk("what-if", "--set", "data.cast.mei.look=girl in a red raincoat")
    more = desk("what-if", "--set", "steps.sheet.takes=5", "--set", "vars.look=neon")

    assert said.out.splitlines()[-2:] == [
        "this edit buys 0 pictures",
        "7 pictures not bought any more, $0.28",
    ]
    assert more.out.splitlines()[-2] == "this edit buys 9 pictures, $0.36"
    assert more.out.splitlines()[-1] == "3 tasks to make either way"


def test_an_edit_of_nothing(desk):
    built(desk)

    assert desk("what-if").code == 2
    said = desk("what-if", "--set", "vars.look=cel animation, warm rim light")
    assert said.out == "this edit buys 0 pictures\n"
    assert desk("what-if", "--set", "data.shots.x.action=y").code == 3


def test_another_provider_costs_nothing(desk, monkeypatch):
    """Story 8."""
    built(desk)
    monkeypatch.setenv("SEEDREAM_PROVIDER", "byteplus")
    monkeypatch.setenv("SEEDREAM_BASE_URL", desk.emulator.base_url("byteplus"))
    monkeypatch.setenv("BYTEPLUS_API_KEY", "test-key")

    plan = plan_of(desk)
    assert (plan["provider"], plan["pictures"], decided(plan, "reuse")) == (
        "byteplus",
        0,
        list(plan["tasks"]),
    )
    assert desk("run", "--yes").code == 0
    assert desk.requests == 14
    assert desk("run", "--frozen").code == 0
    assert told(desk("refactor-check", "main", "--json"))["same"] is True


def test_main_that_went_on_is_compared_at_where_the_branch_left_it(desk):
    built(desk)
    desk.git.branch("fish")
    desk.edit("shots.csv", "Duke eats", "Duke eats fish")
    desk.git.commit("A fish")
    desk.git.must("checkout", "-q", "main")
    desk.edit("shots.csv", "Mei looks up", "Mei looks down")
    desk.git.commit("Main goes on")
    desk.git.must("checkout", "-q", "fish")

    said = desk("plan", "--base", "main...")

    assert said.out.splitlines()[-1] == "since main..., this branch buys 2 pictures, $0.08"
    assert "shots@sc01_010" not in said.out
    assert desk("plan", "--base", "main...HEAD").out.startswith("changed  1 task: shots@sc03_010")


def test_a_file_that_was_renamed_since_is_found(desk):
    built(desk)
    desk.git.must("mv", "board.yaml", "film.yaml")
    desk.git.must("mv", "board.lock", "film.lock")
    desk.git.must("mv", "board.picks.yaml", "film.picks.yaml")

    said = desk.typed("refactor-check", "film.yaml", "main")

    assert (said.code, said.out.startswith("0 pictures: 8 tasks")) == (0, True)
    assert desk.typed("plan", "film.yaml", "--base", "main").code == 0


def test_a_revision_that_is_misspelt(desk):
    built(desk)

    said = desk("plan", "--base", "mian")

    assert (said.code, said.out) == (2, "")
    assert 'git has no revision "mian"' in said.err
    assert 'did you mean "main"?' in said.err


def test_a_reference_to_another_task_is_named_in_a_check(desk):
    built(desk)
    desk.edit("board.yaml", '"sheet@{{ s.who }}", ', "")

    said = desk("refactor-check", "main")

    assert said.code == 6
    assert "- sheet@mei\n" in said.out
    assert "sha256 sheet" not in said.out


def test_a_task_is_asked_about_by_its_former_name_too(desk):
    built(desk)
    desk.edit("board.yaml", "  shots:\n    foreach", "  frames:\n    was: shots\n    foreach")

    now = "shots@sc01_010: now frames@sc01_010\nframes@sc01_010: up to date"
    assert desk("why", "shots@sc01_010").out.startswith(now)
    assert desk("log", "shots@sc01_010").out.startswith("frames@sc01_010  (was shots@sc01_010)")


def test_a_picture_that_left_a_set_is_named_in_a_check_as_it_was_here(desk):
    for name, colour in (("a", "teal"), ("b", "navy")):
        desk.write(f"refs/market/{name}.jpg", "")
        (desk.folder / "refs" / "market" / f"{name}.jpg").write_bytes(jpeg(colour, (320, 240)))
    begun(desk, "version: 1\nname: board\nsteps: {a: {references: [refs/market/*.jpg], prompt: Key art}}\n")
    (desk.folder / "refs" / "market" / "a.jpg").unlink()

    tree = told(desk("refactor-check", "main", "--json"), code=6)

    (change,) = tree["changed"]["a"]
    assert (change["label"], change["old_from"], change["new"]) == ("refs/market/a.jpg",) * 2 + (None,)
    said = desk("refactor-check", "main").out
    assert f"- sha256 {change['old'].removeprefix('sha256 ')[:12]}…  refs/market/a.jpg\n" in said
    assert "/tmp" not in said
    assert "tree" not in said


def test_pictures_that_git_does_not_keep_are_taken_as_they_are(desk):
    (desk.folder / "refs").mkdir()
    (desk.folder / "refs" / "a.jpg").write_bytes(jpeg("teal", (320, 240)))
    begun(desk, "version: 1\nname: board\nsteps: {a: {references: [refs/a.jpg], prompt: Key art}}\n")
    desk.git.must("rm", "-q", "--cached", "refs/a.jpg")
    desk.write(".gitignore", ".seedream/\nout/\nrefs/\n")
    desk.git.commit("Pictures are kept elsewhere")
    assert desk("run", "--yes").code == 0
    assert desk("refactor-check", "main").code == 0
    desk.edit("board.yaml", "Key art", "Fine art")

    assert desk("plan", "--base", "HEAD").out.endswith("this branch buys 1 picture, $0.04\n")
    (desk.folder / "refs" / "a.jpg").rename(desk.folder / "refs" / "b.jpg")
    desk.edit("board.yaml", "refs/a.jpg", "refs/b.jpg")
    said = desk("plan", "--base", "HEAD")
    assert said.code == 3
    assert "error[E-MISSING] HEAD:board.yaml:3:" in said.err
    assert 'there is no file "refs/a.jpg"' in said.err
    assert "/tmp" not in said.err


def test_what_waits_for_a_pick_is_not_called_there(desk):
    begun(desk)
    desk.edit("shots.csv", "Mei looks up", "Mei looks down")

    said = desk("refactor-check", "main")

    assert (said.code, "shots@sc01_010  waits" in said.out) == (6, True)
    assert "there already" not in said.out
