"""Runs, the history of a task and the origin of a picture file, told by the store and the account."""

import io
import shutil
from decimal import Decimal

import pytest
from PIL import Image

from seedream_pipe.api import history
from seedream_pipe.api.project import load
from seedream_pipe.api.trace import trace
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.errors import UsageError
from seedream_pipe.settings import Settings, chosen
from tests.api.board import simple_board, singles


def settings(board):
    given = {name: value for name, value in board.settings.items() if name in Settings.__dataclass_fields__}
    return chosen(Settings(), given)


def project(board):
    return load(board.file)


def picture(board, name="s00"):
    return next(path for path in (board.folder / "out").rglob("*.jpg") if name in path.name)


def edited(board):
    board.file.write_text(board.file.read_text("utf-8").replace("frame number", "picture number"), "utf-8")


def test_runs_are_listed_newest_first(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(2))
    first, second = board.run(), board.run(force=True)
    found = history.runs(project(board), settings=settings(board))
    assert [run.id for run in found] == sorted({first.id, second.id}, reverse=True)
    assert {run.pictures for run in found} == {0, 2}


def test_a_run_is_found_by_the_beginning_of_its_id(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    record = board.run()
    assert history.run(project(board), record.id[:-3], settings=settings(board))["id"] == record.id
    assert history.run(project(board), "last", settings=settings(board))["id"] == record.id


def test_an_unknown_run_is_named(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    with pytest.raises(UsageError, match='no run "1999"'):
        history.run(project(board), "1999", settings=settings(board))


def test_a_log_has_every_picture_with_price_and_what_changed(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    edited(board)
    board.run()
    found = history.log(project(board), "shots@s00", settings=settings(board))
    assert [Decimal(each.result.price) for each in found.made] == [Decimal("0.04")] * 2
    assert [each.stands for each in found.made] == [False, True]
    assert [change.field for change in found.made[1].changes] == ["prompt"]
    assert found.without == ()


def test_a_log_has_the_calls_that_brought_nothing(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    emulator.script(Fault(answer="error/400-output-image-sensitive"))
    board.run()
    found = history.log(project(board), "shots@s00", settings=settings(board))
    assert found.made == ()
    assert [each.verdict for each in found.without] == ["refused"]


def test_a_placed_picture_is_traced_under_any_name(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(2))
    board.run()
    copy = board.folder / "renamed.bin"
    shutil.copyfile(picture(board, "s01"), copy)
    found = trace(str(copy), settings(board))
    [origin] = found.origins
    assert origin.tasks == ("shots@s01",)
    assert origin.result.recipe["prompt"] == "frame number 1"
    assert found.as_it_came


def test_a_picture_without_a_note_is_traced_by_its_bytes(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run(provenance=False)
    found = trace(str(picture(board)), settings(board))
    assert found.note is None
    assert [origin.tasks for origin in found.origins] == [("shots@s00",)]


def test_a_picture_that_left_the_project_says_it_itself(tmp_path, emulator):
    board = simple_board(tmp_path / "board", emulator, singles(1))
    board.run(provenance=True)
    away = tmp_path / "away" / "x.jpg"
    away.parent.mkdir()
    shutil.copyfile(picture(board), away)
    found = trace(str(away), Settings(store=tmp_path / "nowhere"))
    assert found.origins == ()
    assert found.note is not None
    assert found.note.task == "shots@s00"
    assert found.as_it_came


def test_an_edited_picture_is_told_apart(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run(provenance=True)
    data = bytearray(picture(board).read_bytes())
    data[-40] ^= 1
    copy = board.folder / "edited.jpg"
    copy.write_bytes(data)
    found = trace(str(copy), settings(board))
    assert found.note is not None
    assert not found.as_it_came


def test_a_stranger_is_nobodys(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    (board.folder / "other.png").write_bytes(file.getvalue())
    found = trace(str(board.folder / "other.png"), settings(board))
    assert (found.note, found.origins) == (None, ())
