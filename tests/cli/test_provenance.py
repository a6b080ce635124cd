"""The note in a placed picture, as it is met on the command line."""

import json
import shutil
from pathlib import Path

import pytest

from seedream_pipe.provenance import carried

FRAME = Path("out/board/frames/sc02/010.jpg")


def note(path: Path = FRAME):
    with path.open("rb") as file:
        found = carried(file)
    return None if found is None else found.note


def test_placed_pictures_say_how_they_were_made(board, cli, paid) -> None:
    assert cli("run", "board.yaml", "--yes").code == 0
    found = note()
    assert (found.task, found.prompt) == ("shots@sc02_010", "The lighthouse on its rock, wide shot")
    away = board.parent / "away" / "lighthouse.jpg"
    away.parent.mkdir()
    shutil.copyfile(FRAME, away)
    said = cli("-C", str(away.parent), "trace", "lighthouse.jpg")
    assert said.code == 0
    for word in ("shots@sc02_010", "The lighthouse on its rock", found.call, "from the test server"):
        assert word in said.out


def test_a_preview_says_it_too(board, cli) -> None:
    assert cli("run", "board.yaml").code == 0
    preview = Path("out/preview/board/frames/sc02/010.jpg")
    assert (note(preview).provider, note(preview).made_at) == ("preview", "")
    shutil.rmtree(".seedream")
    said = cli("trace", str(preview))
    assert (said.code, "made" in said.out, "shots@sc02_010" in said.out) == (0, True, True)


@pytest.mark.parametrize("way", ["flag", "variable", "configuration"])
@pytest.mark.usefixtures("board", "paid")
def test_each_way_to_leave_it_out(cli, monkeypatch, tmp_path, way) -> None:
    words = ["--no-provenance"] if way == "flag" else []
    if way == "variable":
        monkeypatch.setenv("SEEDREAM_PROVENANCE", "false")
    if way == "configuration":
        (tmp_path / "config.toml").write_text("provenance = false\n", "utf-8")
        monkeypatch.setenv("SEEDREAM_CONFIG", str(tmp_path / "config.toml"))
    assert cli("run", "board.yaml", "--yes", *words).code == 0
    assert note() is None
    shutil.rmtree("out")
    assert cli("materialize", "board.yaml", *words).code == 0
    assert note() is None


def test_turning_it_on_or_off_leaves_a_run_up_to_date(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes", "--no-provenance")
    before = FRAME.stat()
    for words in ([], ["--no-provenance"], ["--frozen"]):
        said = cli("run", "board.yaml", "--yes", *words)
        assert (said.code, "up to date" in said.err) == (0, True)
    after = FRAME.stat()
    assert (after.st_mtime_ns, after.st_ino, note()) == (before.st_mtime_ns, before.st_ino, None)


def test_takes_and_status_know_noted_files_as_they_are(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")
    told = json.loads(cli("takes", "board.yaml", "shots@sc02_010", "--json").out)
    [picture] = told["tasks"]["shots@sc02_010"]["pictures"]
    assert picture["path"] == str(FRAME)
    assert cli("status", "board.yaml").code == 0
    assert "everything is up to date" in cli("plan", "board.yaml").out


@pytest.mark.parametrize(("data", "why"), [(b"", "it is empty"), (b"version: 1\n", "it is not an image")])
def test_a_file_that_is_no_picture_is_told_as_none(tmp_path, cli, data, why) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    said = cli("trace", str(path))
    assert (said.code, f"{path}: {why}" in said.err, "edited or saved" in said.err) == (1, True, False)


def test_a_picture_that_the_store_does_not_know_may_be_in_another_one(board, cli) -> None:
    assert "--store DIR looks into another store" in cli("trace", "refs/mina.png").err
