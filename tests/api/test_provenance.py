"""A picture in the output folder says where it came from; the one in the store stays as it came."""

import hashlib
import io

import pytest

from seedream_pipe.provenance import bare_digest, carried
from tests.api.board import simple_board, singles


def notes(board):
    return {name: carried(io.BytesIO(data)) for name, (data, _) in board.outputs().items()}


def blobs(board):
    return {path.name: path.read_bytes() for path in (board.folder / ".seedream" / "blobs").glob("*/*")}


def test_an_output_says_task_prompt_call_and_price(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run(provenance=True)
    [found] = notes(board).values()
    note = found.note
    assert (note.pipeline, note.task, note.take, note.image) == ("shots", "shots@s00", 1, 0)
    assert note.prompt == "frame number 0"
    assert note.price != "0"
    assert note.call
    assert note.blob in blobs(board)


def test_the_store_has_the_bytes_that_came(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(2))
    board.run(provenance=True)
    for name, data in blobs(board).items():
        assert hashlib.sha256(data).hexdigest() == name
        assert carried(io.BytesIO(data)) is None


def test_without_the_note_an_output_is_its_blob(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(2))
    board.run(provenance=True)
    assert {bare_digest(io.BytesIO(data)) for data, _ in board.outputs().values()} == blobs(board).keys()


def test_with_the_setting_off_an_output_is_its_blob_as_it_is(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run(provenance=False)
    [(data, _)] = board.outputs().values()
    assert [data] == list(blobs(board).values())


@pytest.mark.parametrize("first", [True, False])
def test_turning_the_setting_touches_no_file_that_is_there(tmp_path, emulator, first):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run(provenance=first)
    before = board.outputs()
    assert board.run(provenance=not first).placed == ()
    assert board.outputs() == before


def test_a_store_that_lost_a_picture_takes_it_back_without_the_note(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run(provenance=True)
    [blob] = blobs(board)
    (board.folder / ".seedream" / "blobs" / blob[:2] / blob).unlink()
    board.run(provenance=True)
    assert board.billed == 1
    assert list(blobs(board)) == [blob]
