"""Why a reference is another picture: which file or take it was and is, and who changed it."""

import json
import shutil

import pytest

from seedream_pipe.cli import group
from tests.run.tasks import jpeg

BOARD = """\
version: 1
name: board
data:
  cast:
    mei: {look: "girl in a red raincoat", photo: refs/mei.jpg}
  shots: shots.csv
references:
  market: refs/market/*.jpg
defaults: {model: seedream-4.5, size: 2K, watermark: false}
lint: {ignore: [W-REFERENCES-SILENT]}
steps:
  sheet:
    foreach: {in: cast, as: c, key: "{{ c.id }}"}
    references: ["{{ c.photo }}"]
    prompt: "Character sheet of {{ c.look }}"
    takes: 3
  shots:
    foreach: {in: shots, as: s, key: "{{ s.id }}"}
    references: [sheet@mei, {from: prev, within: all}, market]
    prompt: "{{ s.action }}"
  poster:
    references: [shots@s3]
    prompt: "Key art"
"""
ROWS = "id,action\ns1,Mei looks up\ns2,Mei runs\ns3,Mei sleeps\n"


@pytest.fixture
def board(desk):
    desk.write("board.yaml", BOARD)
    desk.write("shots.csv", ROWS)
    desk.write(".gitignore", ".seedream/\nout/\n")
    for name, colour in (("mei", "red"), ("market/a", "teal"), ("market/b", "navy")):
        picture(desk, name, colour)
    desk.git.begin()
    assert desk("run", "--yes").code == 0
    desk.git.commit("built")
    return desk


def picture(desk, name, colour):
    path = desk.folder / "refs" / f"{name}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg(colour, (320, 240)))


def change_of(desk, task):
    (change,) = json.loads(desk("why", task, "--json").out)["changes"]
    return change


def sources(change):
    return [(source["path"], source["at"]) for source in change["sources"]]


def test_other_bytes_in_a_file_are_told_with_the_commit_of_the_file(board):
    picture(board, "mei", "blue")
    change = change_of(board, "sheet@mei")
    assert (change["old_from"], change["new_from"]) == ("refs/mei.jpg", "refs/mei.jpg")
    assert change["because"]["message"] == "refs/mei.jpg is another picture now"
    assert sources(change) == [("", "refs/mei.jpg")]
    assert change["sources"][0]["commit"] is None  # not committed yet

    board.git.commit("A new photo of Mei")

    assert change_of(board, "sheet@mei")["sources"][0]["commit"]["subject"] == "A new photo of Mei"
    assert "in refs/mei.jpg  (" in board("why", "sheet@mei").out


def test_another_file_is_told_with_the_one_whose_place_it_takes(board):
    picture(board, "mei2", "blue")
    board.edit("board.yaml", "photo: refs/mei.jpg", "photo: refs/mei2.jpg")

    change = change_of(board, "sheet@mei")

    assert (change["old_from"], change["new_from"]) == ("refs/mei.jpg", "refs/mei2.jpg")
    assert change["because"]["message"] == "it was refs/mei.jpg, and is refs/mei2.jpg now"
    assert [path for path, _ in sources(change)] == ["", "data.cast.mei.photo"]


def test_another_file_with_the_same_bytes_is_no_change(board):
    shutil.copy(board.folder / "refs" / "mei.jpg", board.folder / "refs" / "copy.jpg")
    board.edit("board.yaml", "photo: refs/mei.jpg", "photo: refs/copy.jpg")

    assert json.loads(board("why", "sheet@mei", "--json").out)["decision"] == "reuse"


def test_what_comes_into_a_set_and_what_leaves_it_is_named(board):
    picture(board, "market/c", "white")
    change = change_of(board, "shots@s1")
    assert (change["old"], change["new_from"]) == (None, "refs/market/c.jpg")
    assert change["because"]["message"] == "refs/market/c.jpg was put in"
    (board.folder / "refs" / "market" / "c.jpg").unlink()
    (board.folder / "refs" / "market" / "a.jpg").unlink()

    change = change_of(board, "shots@s1")

    assert (change["old_from"], change["new"]) == ("refs/market/a.jpg", None)
    assert sources(change) == [("", "refs/market/a.jpg")]
    assert "reference removed: refs/market/a.jpg" in board("plan").out


def test_a_row_that_is_gone_is_where_the_difference_is_written(board):
    board.edit("shots.csv", "s1,Mei looks up\n", "")

    change = change_of(board, "shots@s2")

    assert (change["old_from"], sources(change)) == ("shots@s1", [("", "shots.csv")])


def test_a_pick_is_told_with_its_line_and_both_takes(board):
    assert board("pick", "sheet@mei", "3").code == 0
    board.git.commit("Mei is the third")

    change = change_of(board, "shots@s1")

    assert (change["old_from"], change["new_from"]) == ("sheet@mei take 1", "sheet@mei take 3")
    (source,) = change["sources"]
    assert source["at"].startswith("board.picks.yaml:")
    assert source["commit"]["subject"] == "Mei is the third"


def test_the_reason_is_the_same_wherever_it_is_told(board):
    """Three levels down from a pick, with a difference of one's own on the way."""
    assert board("pick", "sheet@mei", "3").code == 0
    board.edit("board.yaml", '"Key art"', '"Fine art"')
    of_reason = ("reason", "message", "changes", "needs", "because")

    def picked(tree):
        return {name: tree.get(name) for name in of_reason}

    plan = json.loads(board("plan", "--json").out)["tasks"]
    explained = json.loads(board("plan", "--explain", "--json").out)["tasks"]
    to_make = [address for address, task in plan.items() if task["decision"] == "make"]
    why = {address: json.loads(board("why", address, "--json").out) for address in to_make}
    assert board("run", "--yes").code == 0
    record = json.loads((max((board.folder / ".seedream" / "runs").glob("*.json"))).read_text("utf-8"))

    assert to_make == ["shots@s1", "shots@s2", "shots@s3", "poster"]
    for address in to_make:
        told = picked(plan[address])
        assert picked(explained[address]) == told
        assert picked(why[address]) == told
        assert picked(record["tasks"][address]["reason"]) == told
        logged = json.loads(board("log", address, "--json").out)["made"]
        assert [picked(each["reason"]) for each in logged if each["stands"]] == [told]
        root = told["because"][0]["changes"][0] if told.get("because") else None
        if root is not None:
            assert root["because"]["message"] == "sheet@mei's pick changed from 1 to 3"
            assert root["sources"][0]["at"].startswith("board.picks.yaml:")
        assert "because sheet@mei's pick changed from 1 to 3" in board("log", address).out


def test_a_file_that_git_does_not_know_yet_and_no_git_at_all(board, monkeypatch):
    board.edit("board.yaml", '"Key art"', '"Fine art"')
    board.git.must("rm", "-q", "--cached", "board.yaml")
    board.git.commit("The file left version control")
    assert "not committed yet" not in board("why", "poster").err
    monkeypatch.setenv("PATH", "/nowhere")

    said = board("why", "poster")

    assert (said.code, "Fine art" in said.out) == (0, True)
    assert "committed" not in said.out


def test_a_shallow_clone_says_that_it_may_have_been_before(board, tmp_path, monkeypatch, capfd):
    picture(board, "mei", "blue")
    board.git.commit("A new photo of Mei")
    clone = tmp_path / "shallow"
    board.git.must("clone", "-q", "--depth", "1", f"file://{board.folder}", str(clone))
    shutil.copytree(board.folder / ".seedream", clone / ".seedream")
    monkeypatch.chdir(clone)
    capfd.readouterr()

    assert group.run(["why", "board.yaml", "sheet@mei"]) == 0

    assert "A new photo of Mei; or before" in capfd.readouterr().out


def test_a_reference_to_another_task_is_told_with_the_one_that_it_was(board):
    board.edit("board.yaml", "references: [shots@s3]", "references: [shots@s2]")

    change = change_of(board, "poster")

    assert (change["old_from"], change["new_from"]) == ("shots@s3", "shots@s2")
    assert change["because"]["message"] == "it was shots@s3, and is shots@s2 now"


def test_another_order_is_told_by_name(board):
    board.edit("board.yaml", "[sheet@mei, {from: prev, within: all}, market]", "[market, sheet@mei]")

    change = change_of(board, "shots@s1")

    market = "refs/market/a.jpg, refs/market/b.jpg"
    assert (change["label"], change["old_from"]) == ("order", f"sheet@mei take 1, {market}")
    assert change["new_from"] == f"{market}, sheet@mei take 1"


def test_a_picture_that_a_former_run_replaced_is_known_by_its_task(board):
    assert board("pick", "sheet@mei", "2").code == 0
    assert board("run", "shots@s1", "--yes").code == 0

    tree = json.loads(board("why", "shots@s2", "--json").out)

    prev = next(change for change in tree["changes"] if change["label"] == "prev")
    assert (prev["old_from"], prev["new_from"]) == ("shots@s1", "shots@s1")
    assert prev["because"]["message"] == "shots@s1 was made anew"
    assert prev["because"]["began"] == ["sheet@mei's pick changed from 1 to 2"]


def test_the_first_cause_is_told_also_when_former_runs_made_what_lies_between(board):
    assert board("pick", "sheet@mei", "2").code == 0
    assert board("run", "shots@s1", "--yes").code == 0
    assert board("run", "shots@s3", "--yes").code == 0

    said = [line.strip() for line in board("why", "poster").out.splitlines()]

    assert "because shots@s3 was made anew" in said
    assert "because sheet@mei's pick changed from 1 to 2" in said
    assert board("run", "--yes").code == 0
    assert "because sheet@mei's pick changed from 1 to 2" in board("log", "poster").out
