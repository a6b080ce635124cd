"""`takes`, `pick`, `reroll`, `approve`, `adopt`: what is listed, written and left alone."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from seedream_pipe.api.picking import Overtaken, more_takes, write
from seedream_pipe.api.project import load
from seedream_pipe.cli.terminal import columns
from seedream_pipe.settings import Settings
from tests.cli.test_streams import on_a_terminal

TURN: list[str] = [
    "  turn:",
    "    references: [sheet]",
    "    group: 3",
    "    takes: 2",
    '    prompt: "Generate a set of 3 pictures: Mina turns"',
    "  key:",
    "    references: [turn]",
    '    prompt: "Key art"',
    "  last:",
    '    references: ["turn[2]"]',
    '    prompt: "The last one"',
]


@pytest.fixture
def rolls(board, edit, paid):
    """The board with a sheet of three takes that waits for a pick."""
    edit("board.yaml", "    prompt: Character", "    takes: 3\n    pick: manual\n    prompt: Character")
    return board


@pytest.fixture
def series(board, edit, paid, cli):
    """A series of three in two takes, bought; a picture of it, and one of picture [2]."""
    edit("board.yaml", "  shots:\n", "\n".join(TURN) + "\n  shots:\n")
    assert cli("run", "board.yaml", "turn+", "--yes").code == 0
    return board


def _tree(said):
    return json.loads(said.out)


def _plan(cli):
    return _tree(cli("plan", "board.yaml", "--json"))["tasks"]


def test_takes_are_listed_and_drawn(rolls, cli, golden) -> None:
    cli("run", "board.yaml", "--yes")

    said = cli("takes", "board.yaml")

    golden("takes", said.out)
    assert said.err.splitlines()[-1] == "next: seedream-pipe pick board.yaml sheet 3   (for take 3)"
    with Image.open("out/board/takes/sheet.png") as sheet:
        assert (sheet.format, sheet.width > 2 * 600) == ("PNG", True)


def test_the_picked_take_has_a_star_and_the_plain_name(rolls, cli) -> None:
    cli("run", "board.yaml", "--yes")
    cli("pick", "board.yaml", "sheet", "2")
    cli("run", "board.yaml", "sheet", "--yes")

    said = cli("takes", "board.yaml", "sheet", "--no-sheet")

    starred = [line for line in said.out.splitlines() if line.startswith("  * ")]
    assert [(line.split()[1], line.split()[-1]) for line in starred] == [("2", "out/board/sheet.jpg")]
    assert not Path("out/board/takes").exists()


def test_takes_for_a_machine(rolls, cli) -> None:
    cli("run", "board.yaml", "--yes")

    found = _tree(cli("takes", "board.yaml", "sheet", "--json"))["tasks"]["sheet"]

    assert (found["pick"], found["missing"], len(found["sheet"])) == ("", [], 1)
    first = found["pictures"][0]
    assert (first["label"], first["price"], first["width"], first["stands"]) == ("1", "0.03", 1280, False)
    assert Path(first["path"]).exists()


def test_a_contact_sheet_goes_where_it_is_wanted(rolls, cli) -> None:
    cli("run", "board.yaml", "--yes")

    assert cli("takes", "board.yaml", "sheet", "-o", "look.jpg").code == 0
    with Image.open("look.jpg") as drawn:
        assert drawn.format == "JPEG"
    assert cli("takes", "board.yaml", "sheet", "-o", "look.txt").code == 2
    assert cli("takes", "board.yaml", "shots", "-o", "look.png").code == 2


def test_takes_before_a_run_are_none(rolls, cli) -> None:
    said = cli("takes", "board.yaml")

    assert said.code == 0
    assert said.out.splitlines()[0] == "sheet  not made yet"
    assert "the missing ones cost up to $0.09" in said.out


def test_nothing_to_pick_is_told(board, cli, paid) -> None:
    said = cli("takes", "board.yaml")

    assert (said.code, "no task has several takes" in said.err) == (2, True)


def test_chinese_names_and_a_narrow_terminal(board, cli, spawn, edit) -> None:
    edit("shots.csv", "sc01,010", "雨夜,镜头一")
    edit(
        "board.yaml",
        '    prompt: "{{ shot.action }}, wide',
        '    takes: 2\n    prompt: "{{ shot.action }}, wide',
    )
    cli("run", "board.yaml", "shots")

    shown = on_a_terminal(spawn, "takes", "board.yaml", "shots@雨夜_镜头一", columns=48)

    assert "shots@雨夜_镜头一" in shown
    path = "out/preview/board/frames/雨夜/镜头一.jpg"
    assert any(line.strip() == path for line in shown.splitlines()), shown
    listed = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in shown.splitlines()]
    assert [
        line for line in listed if columns(line.rstrip()) > 48 and "/" not in line and "provider" not in line
    ] == []
    assert Path("out/preview/board/takes/shots@雨夜_镜头一.png").exists()
    cli("pick", "board.yaml", "shots@雨夜_镜头一", "2")
    assert "shots@雨夜_镜头一: {pick: 2}" in Path("board.picks.yaml").read_text("utf-8")


def test_what_follows_from_a_pick_is_shown_and_nothing_is_written(rolls, cli, golden) -> None:
    cli("run", "board.yaml", "--yes")
    before = Path("board.picks.yaml").read_text("utf-8")

    said = cli("pick", "board.yaml", "sheet", "2", "--plan")

    golden("pick-plan", said.out)
    assert "nothing was written" in said.err
    assert Path("board.picks.yaml").read_text("utf-8") == before


def test_a_run_that_stops_at_a_gate_makes_the_file_to_decide_in(rolls, cli) -> None:
    assert not Path("board.picks.yaml").exists()

    said = cli("run", "board.yaml", "--yes")

    assert said.code == 4
    assert Path("board.picks.yaml").read_text("utf-8").splitlines()[3] == "# sheet: 1"
    assert "to pick  sheet  3 takes" in said.err
    ways = "seedream-pipe takes board.yaml sheet   (look), then: seedream-pipe pick board.yaml sheet 2"
    assert f"next: {ways}" in said.err
    for command in ("plan", "status"):
        assert f"to pick: {ways}" in cli(command, "board.yaml").err


def test_a_gate_of_one_take_wants_a_word_as_well(board, edit, cli, paid) -> None:
    edit("board.yaml", "    prompt: Character", "    pick: manual\n    prompt: Character")
    assert cli("run", "board.yaml", "--yes").code == 4
    assert sorted(path.name for path in Path("out/board").glob("sheet*")) == ["sheet.take-1.jpg"]

    assert cli("approve", "board.yaml", "sheet").code == 0
    assert re.search(
        r"^sheet: \{pick: 1, approved: ", Path("board.picks.yaml").read_text("utf-8"), re.MULTILINE
    )
    assert cli("run", "board.yaml", "--yes").code == 0
    assert (len(paid.ledger.billed), Path("out/board/sheet.jpg").exists()) == (4, True)


def test_only_a_gate_is_a_matter_for_a_person_also_when_nothing_needs_it(rolls, cli) -> None:
    assert cli("run", "board.yaml", "sheet", "--yes").code == 4
    assert _tree(cli("run", "board.yaml", "sheet", "--json"))["gates"] == {"sheet": 3}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sheet", "4"], 'there is no take 4 of "sheet": there are 3 takes'),
        (["sheet", "0"], '"0" is no take'),
        (["sheet", "1.0"], '"sheet" makes no series'),
        (["shets", "1"], 'no task matches "shets"'),
        (["shots", "2"], "there is one take"),
    ],
)
def test_a_pick_that_cannot_be_is_refused(rolls, cli, words, told) -> None:
    said = cli("pick", "board.yaml", *words)

    assert (said.code, told in said.err) == (2, True), said.err
    assert not Path("board.picks.yaml").exists()


def test_a_hand_written_pick_that_cannot_be_is_a_problem_of_its_line(rolls, cli) -> None:
    Path("board.picks.yaml").write_text("sheet: 9\n\nshots@gone: 1\n", "utf-8")

    said = cli("validate", "board.yaml")

    assert said.code == 3
    assert 'E-PICK] board.picks.yaml:1:1: take 9 of "sheet" is picked, but there are 3 takes' in said.err
    assert 'W-PICK-TASK] board.picks.yaml:3:1: there is no task "shots@gone"' in said.err


def test_a_task_of_another_branch_keeps_nothing_from_running(rolls, cli) -> None:
    Path("board.picks.yaml").write_text("sheet: 1\n\nshots@gone: 1\n", "utf-8")

    assert cli("run", "board.yaml", "--yes").code == 0


def test_a_picture_of_a_series_stands_where_one_is_needed(series, cli, paid) -> None:
    before = len(paid.ledger.billed)

    said = cli("pick", "board.yaml", "turn", "1.2")

    assert said.err.splitlines()[0].split() == "picked turn take 1.2 (it was 1)".split()
    assert {a: t["decision"] for a, t in _plan(cli).items() if a in {"key", "last"}} == {
        "key": "make",
        "last": "reuse",
    }
    assert cli("run", "board.yaml", "turn+", "--yes").code == 0
    assert len(paid.ledger.billed) == before + 1
    assert '"image":2' in Path("board.lock").read_text("utf-8")


def test_a_take_of_a_series_is_picked_whole(series, cli, paid) -> None:
    cli("pick", "board.yaml", "turn", "2")

    assert {a: t["decision"] for a, t in _plan(cli).items() if a in {"key", "last"}} == {
        "key": "make",
        "last": "make",
    }


def test_a_picture_that_a_series_has_not_is_refused(series, cli) -> None:
    assert "[0] to [2]" in cli("pick", "board.yaml", "turn", "2.3").err


def test_series_are_listed_picture_by_picture(series, cli) -> None:
    found = _tree(cli("takes", "board.yaml", "turn", "--json"))["tasks"]["turn"]["pictures"]

    assert [each["label"] for each in found] == ["1.0", "1.1", "1.2", "2.0", "2.1", "2.2"]


def test_an_approved_task_stays_until_it_is_let_go(board, cli, paid, edit, golden) -> None:
    cli("run", "board.yaml", "--yes")
    frame = Path("out/board/frames/sc01/010.jpg").read_bytes()
    assert cli("approve", "board.yaml", "shots@sc01_010").code == 0
    edit("shots.csv", "in the rain", "in the snow")

    golden("plan-approved", cli("plan", "board.yaml").out)
    golden("why-approved", cli("why", "board.yaml", "shots@sc01_010").out)
    golden("status-approved", cli("status", "board.yaml").out)
    assert cli("run", "board.yaml", "--yes").code == 0
    assert (len(paid.ledger.billed), Path("out/board/frames/sc01/010.jpg").read_bytes()) == (4, frame)
    assert cli("run", "board.yaml", "--frozen").code == 0

    said = cli("approve", "board.yaml", "shots@sc01_010", "--release", "--plan")
    assert "make    shots@sc01_010  prompt changed" in said.out
    said = cli("approve", "board.yaml", "shots@sc01_010", "--release")
    assert "2 tasks to make, 2 pictures: $0.06" in said.err
    assert "approved" not in Path("board.picks.yaml").read_text("utf-8").split("\n\n", 1)[1:]
    assert cli("run", "board.yaml", "--yes").code == 0
    assert len(paid.ledger.billed) == 6


def test_an_approved_picture_that_the_store_has_not_is_named_and_not_bought(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    cli("approve", "board.yaml", "shots@sc01_010")
    edit("shots.csv", "in the rain", "in the snow")
    for path in Path(".seedream").rglob("*"):
        if path.parent.parent.name in {"blobs", "results"}:
            path.unlink()
    Path("out/board/frames/sc01/010.jpg").unlink()

    plan = _plan(cli)["shots@sc01_010"]

    assert (plan["decision"], plan["code"]) == ("blocked", "E-APPROVED")
    said = cli("run", "board.yaml", "shots@sc01_010", "--max-cost", "0")
    assert said.code != 0
    assert len(paid.ledger.billed) == 4


@pytest.mark.parametrize("edited", [False, True])
def test_an_approved_picture_that_the_store_lost_is_taken_back(board, cli, paid, edit, edited) -> None:
    cli("run", "board.yaml", "--yes")
    cli("approve", "board.yaml", "shots@sc01_010")
    edit("shots.csv", "in the rain", "in the snow")
    cli("run", "board.yaml", "--yes")
    frame, billed = Path("out/board/frames/sc01/010.jpg"), len(paid.ledger.billed)
    shutil.rmtree(".seedream")
    if edited:
        frame.write_bytes(frame.read_bytes() + b"edited")

    assert cli("run", "board.yaml", "--frozen").code == 6
    said = cli("run", "board.yaml", "shots@sc01_010", "--max-cost", "0")

    assert (said.code, "E-APPROVED" in said.out + said.err) == ((1, True) if edited else (0, False))
    assert len(paid.ledger.billed) == billed
    if not edited:
        assert _plan(cli)["shots@sc01_010"]["decision"] == "reuse"
        assert cli("trace", str(frame)).code == 0


def test_an_approved_task_is_not_picked_anew(board, cli, paid, edit) -> None:
    edit("board.yaml", "    prompt: Character", "    takes: 2\n    prompt: Character")
    cli("run", "board.yaml", "--yes")
    cli("approve", "board.yaml", "sheet")

    said = cli("pick", "board.yaml", "sheet", "2")

    assert (said.code, "seedream-pipe approve board.yaml sheet --release" in said.err) == (2, True)


@pytest.mark.parametrize("command", [["approve"], ["adopt", "--reason", "x"]])
def test_previews_are_neither_approved_nor_adopted(board, cli, command) -> None:
    cli("run", "board.yaml")

    said = cli(command[0], "board.yaml", "sheet", *command[1:])

    assert (said.code, "drawn anew for nothing" in said.err) == (2, True)


def test_what_has_no_pictures_is_not_approved(board, cli, paid) -> None:
    said = cli("approve", "board.yaml", "shots")

    assert (said.code, "has no pictures in this store" in said.err) == (2, True)


def test_nothing_is_adopted_where_nothing_changed(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")

    said = cli("adopt", "board.yaml", "shots", "--reason", "a typo")

    assert (said.code, "nothing to adopt" in said.err) == (0, True)


def test_what_needs_another_is_adopted_with_it_only(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    edit("board.yaml", "a girl in a yellow coat", "a girl in a yelow coat")

    said = cli("adopt", "board.yaml", "shots", "--reason", "a typo")

    assert (said.code, "it needs sheet, which is to be made first" in said.err) == (2, True)
    assert cli("adopt", "board.yaml", "sheet", "--reason", "a typo").code == 0
    assert {task["decision"] for task in _plan(cli).values()} == {"reuse"}


def test_frozen_holds_the_lock_against_the_pipeline(rolls, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")
    cli("pick", "board.yaml", "sheet", "2")
    cli("run", "board.yaml", "--yes")
    assert cli("run", "board.yaml", "--frozen").code == 0
    lock = Path("board.lock").read_text("utf-8")

    Path("board.lock").write_text(lock.replace('"pick":2,', ""), "utf-8")
    said = cli("run", "board.yaml", "--frozen")
    assert (said.code, "sheet: take 2 is picked, in the lock take 1 is picked" in said.err) == (6, True)

    Path("board.lock").write_text(
        "\n".join(line for line in lock.splitlines() if "sc02" not in line), "utf-8"
    )
    said = cli("run", "board.yaml", "--frozen")
    assert (said.code, "shots@sc02_010: the lock has no pictures of it" in said.err) == (6, True)
    assert len(paid.ledger.billed) == 6


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (('{"lock":', '{"lock":9'), "written by a newer version"),
        (('"takes"', '"takes'), "not a line of a lock"),
        (("shots@sc02_010", "shots@sc09_010"), "shots@sc02_010: the lock has no pictures of it"),
        (("", "<<<<<<< HEAD\n"), "two branches hold other pictures"),
    ],
)
def test_frozen_fails_on_a_lock_that_cannot_be_read(board, cli, paid, damage, told) -> None:
    old, new = damage
    cli("run", "board.yaml", "--yes")
    lock = Path("board.lock").read_text("utf-8")
    Path("board.lock").write_text(lock.replace(old, new, 1), "utf-8")

    said = cli("run", "board.yaml", "--frozen")
    assert (said.code, told in said.err) == (6, True), said.err
    assert Path("board.lock").read_text("utf-8") == lock.replace(old, new, 1)


def test_frozen_fails_on_pictures_of_a_task_that_is_gone_and_leaves_the_lock(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    lock = Path("board.lock").read_text("utf-8")
    edit("shots.csv", "sc02,010,The lighthouse on its rock\n", "")

    said = cli("run", "board.yaml", "--frozen")
    assert (said.code, "1 task that the pipeline does not have, shots@sc02_010" in said.err) == (6, True)
    assert Path("board.lock").read_text("utf-8") == lock
    assert cli("run", "board.yaml", "--frozen", "sheet").code == 0

    assert cli("run", "board.yaml").code == 0
    assert cli("run", "board.yaml", "--frozen").code == 0


def test_frozen_writes_no_lock_that_says_the_same(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")
    lines = Path("board.lock").read_text("utf-8").replace("\n", "\r\n")
    Path("board.lock").write_bytes(lines.encode())

    assert cli("run", "board.yaml", "--frozen").code == 0
    assert Path("board.lock").read_bytes() == lines.encode()
    assert cli("run", "board.yaml").code == 0
    assert b"\r" not in Path("board.lock").read_bytes()


def test_without_a_provider_the_lock_in_version_control_is_meant(board, cli, paid, monkeypatch) -> None:
    cli("run", "board.yaml", "--yes")
    shutil.rmtree("out")
    for name in ("SEEDREAM_PROVIDER", "SEEDREAM_BASE_URL", "BYTEPLUS_API_KEY"):
        monkeypatch.delenv(name)

    said = cli("materialize", "board.yaml")
    assert (said.code, "preview" in said.err) == (0, False), said.err
    assert Path("out/board/frames/sc02/010.jpg").exists()
    # Pictures of a test server are none that were bought; the lock was asked all the same.
    said = cli("run", "board.yaml", "--frozen")
    assert (said.code, "preview" in said.err) == (6, False)
    assert cli("materialize", "board.yaml", "--provider", "preview").code == 2


def test_frozen_fails_on_a_picture_that_only_the_output_folder_has(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")
    (digest,) = re.findall(
        r'"pictures":\["([0-9a-f]+)"\]\}\],"task":"shots@sc02_010"', Path("board.lock").read_text()
    )
    Path(f".seedream/blobs/{digest[:2]}/{digest}").unlink()

    said = cli("run", "board.yaml", "--frozen")

    assert (said.code, "the store lacks the pictures of 1 task, shots@sc02_010 first" in said.err) == (
        6,
        True,
    )
    assert cli("run", "board.yaml").code == 0
    assert cli("run", "board.yaml", "--frozen").code == 0


def test_a_take_is_completed(rolls, cli) -> None:
    from seedream_pipe.api.addresses import take_numbers_of

    assert take_numbers_of("board.yaml", "sheet") == ("1", "2", "3")
    assert take_numbers_of("board.yaml", "nothing") == ()
    assert take_numbers_of("none.yaml", "sheet") == ()


def test_a_plan_that_was_agreed_to_does_not_hold_when_another_take_is_picked(rolls, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")
    cli("pick", "board.yaml", "sheet", "2")
    cli("plan", "board.yaml", "-o", "plan.json")
    cli("pick", "board.yaml", "sheet", "3")

    said = cli("run", "board.yaml", "--plan", "plan.json", "--yes")

    assert (said.code, "the plan does not hold any more" in said.err) == (5, True)
    cli("pick", "board.yaml", "sheet", "2")
    assert cli("run", "board.yaml", "--plan", "plan.json", "--yes").code == 0
    assert len(paid.ledger.billed) == 6


def test_two_people_who_want_one_more_take_at_once_have_two(rolls, cli, spawn, paid) -> None:
    cli("run", "board.yaml", "sheet", "--yes")

    both = [spawn("reroll", "board.yaml", "sheet", "--yes") for _ in range(2)]
    told = [process.communicate()[1] for process in both]

    assert [process.returncode for process in both] == [4, 4], told
    assert len(paid.ledger.billed) == 3 + 2
    assert "sheet: {takes: 5}\n" in Path("board.picks.yaml").read_text("utf-8")


def test_more_takes_that_were_planned_on_another_number_are_planned_anew(rolls, cli) -> None:
    cli("run", "board.yaml", "sheet", "--yes")
    settings = Settings(provider="byteplus")
    first, second = (more_takes(load("board.yaml"), ["sheet"], 1, settings=settings) for _ in range(2))

    write(first, settings)
    with pytest.raises(Overtaken, match='more takes of "sheet" meanwhile'):
        write(second, settings)
    assert "sheet: {takes: 4}\n" in Path("board.picks.yaml").read_text("utf-8")


def test_what_adopting_saves_is_less_by_the_takes_that_are_still_bought(rolls, cli, edit) -> None:
    cli("run", "board.yaml", "sheet", "--yes")
    edit("board.yaml", "Character sheet", "Character sheets")
    edit("board.yaml", "takes: 3", "takes: 5")

    said = json.loads(cli("adopt", "board.yaml", "sheet", "--reason", "a typo", "--json").out)
    plan = json.loads(cli("plan", "board.yaml", "sheet", "--json").out)
    assert (said["saved"], plan["pictures"], plan["worst"]) == ("0.09", 2, "0.06")


def test_a_missing_picture_that_an_operation_made_costs_nothing(board, cli, paid) -> None:
    text = Path("board.yaml").read_text("utf-8")
    thumb = "  thumb:\n    use: resize\n    images: [sheet]\n    with: {width: 64}\n"
    Path("board.yaml").write_text(text.replace("lint:", f"{thumb}lint:"), "utf-8")
    cli("run", "board.yaml", "thumb", "--yes")
    (digest,) = re.findall(r'"pictures":\["([0-9a-f]+)"\]\}\],"task":"thumb"', Path("board.lock").read_text())
    Path(f".seedream/blobs/{digest[:2]}/{digest}").unlink()
    (file,) = Path("out/board").glob("thumb.*")
    file.unlink()

    said = cli("materialize", "board.yaml", "thumb")
    assert (said.code, "to make what is missing anew costs nothing" in said.err) == (1, True), said.err


def test_after_a_take_was_refused_another_one_can_be_had(board, cli, paid) -> None:
    cli("run", "board.yaml", "sheet", "--yes")
    paid.script({"answer": "error/400-output-image-sensitive", "match": "Character sheet"})
    assert cli("reroll", "board.yaml", "sheet", "--yes").code == 1
    assert len(paid.ledger.billed) == 1

    said = cli("reroll", "board.yaml", "sheet", "--yes")
    assert (said.code, "E-REFUSED" in said.err, len(paid.ledger.billed)) == (1, True, 2)
    assert "sheet: {takes: 3}\n" in Path("board.picks.yaml").read_text("utf-8")
    assert cli("pick", "board.yaml", "sheet", "3").code == 0
    sent = len(paid.ledger.requests)
    assert cli("run", "board.yaml", "sheet", "--yes").code == 1
    assert len(paid.ledger.requests) == sent


def test_no_more_takes_while_a_call_for_one_may_be_owed(board, cli, paid) -> None:
    cli("run", "board.yaml", "sheet", "--yes")
    paid.script({"cut": "before", "match": "Character sheet"})
    assert cli("reroll", "board.yaml", "sheet", "--yes").code == 4

    said = cli("reroll", "board.yaml", "sheet", "--yes")
    assert (said.code, 'a call for "sheet" may have been charged' in said.err) == (2, True)
    assert "sheet: {takes: 2}\n" in Path("board.picks.yaml").read_text("utf-8")


def test_more_takes_that_nobody_agreed_to_are_named_as_they_were_typed(board, cli, paid) -> None:
    cli("run", "board.yaml", "sheet", "--yes")

    said = cli("reroll", "board.yaml", "sheet", "--takes", "3", "--max-cost", "0.03", "-j", "2")
    hint = "hint: seedream-pipe reroll board.yaml sheet --takes 3 -j 2 --max-cost 0.09"
    assert (said.code, hint in said.err) == (5, True), said.err


def test_a_refused_take_keeps_nobody_from_picking_among_the_others(rolls, cli, paid) -> None:
    paid.script({"answer": "error/400-output-image-sensitive", "match": "Character sheet"})

    said = cli("run", "board.yaml", "--yes")
    assert (said.code, "to pick  sheet  2 takes" in said.err) == (4, True)
    assert "next: seedream-pipe takes board.yaml sheet   (look), then: seedream-pipe pick" in said.err


def test_what_was_never_made_is_missed_only_by_who_names_it(rolls, cli) -> None:
    assert cli("run", "board.yaml", "--yes").code == 4
    shutil.rmtree("out")

    said = cli("materialize", "board.yaml")
    assert (said.code, "not made shots@sc01_010 and 2 more" in said.err) == (0, True), said.err
    assert Path("out/board/sheet.take-3.jpg").exists()
    assert cli("materialize", "board.yaml", "shots").code == 1


def test_pictures_of_a_task_that_is_gone_are_told(board, cli, paid, edit) -> None:
    cli("run", "board.yaml", "--yes")
    edit("shots.csv", "sc02,010,The lighthouse on its rock\n", "")

    said = cli("materialize", "board.yaml")
    assert (said.code, "no name  shots@sc02_010: not in the pipeline any more" in said.err) == (0, True)
    assert json.loads(cli("materialize", "board.yaml", "--json").out)["nameless"] == ["shots@sc02_010"]


def test_a_run_does_not_fail_for_a_picks_file_that_it_cannot_begin(board, cli, paid) -> None:
    """The lock has room for its temporary name, the picks file has not."""
    name = "b" * (243 - len(str(os.getpid())))
    Path("board.yaml").rename(f"{name}.yaml")

    assert cli("run", f"{name}.yaml", "--yes").code == 0
    assert Path(f"{name}.lock").exists()
    said = cli("reroll", f"{name}.yaml", "sheet", "--yes")
    assert (said.code, "cannot be written" in said.err, len(paid.ledger.billed)) == (2, True, 4)
