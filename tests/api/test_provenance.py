"""A picture in the output folder says where it came from; the one in the store stays as it came."""

import base64
import hashlib
import io
import shutil

import pytest

from seedream_pipe.api.materialize import materialize
from seedream_pipe.api.variant import Variant
from seedream_pipe.provenance import bare_digest, carried
from seedream_pipe.settings import Settings
from tests.api.board import KEY, make_board, simple_board, singles, to_make


def notes(board):
    return {name: carried(io.BytesIO(data)) for name, (data, _) in board.outputs().items()}


def blobs(board):
    return {path.name: path.read_bytes() for path in (board.folder / ".seedream" / "blobs").glob("*/*")}


def test_an_output_says_task_prompt_call_and_price(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    [found] = notes(board).values()
    note = found.note
    assert (note.pipeline, note.task, note.take, note.image) == ("shots", "shots@s00", 1, 0)
    assert note.prompt == "frame number 0"
    assert note.price != "0"
    assert note.test_server == emulator.base_url("302ai").split("/")[2]
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


def test_a_prompt_in_chinese_comes_whole_and_no_key_with_it(tmp_path, emulator):
    text = singles(1).replace("frame number", "雨夜的集市，镜头")
    board = simple_board(tmp_path, emulator, text)
    board.run()
    [(data, _)] = board.outputs().values()
    assert carried(io.BytesIO(data)).note.prompt == "雨夜的集市，镜头 0"
    assert KEY.encode() not in data


def test_a_preview_is_the_same_file_everywhere(tmp_path):
    first, second = (make_board(tmp_path / name, provider="preview") for name in ("one", "two"))
    first.run()
    second.run()
    files, again = ({name: data for name, (data, _) in board.outputs().items()} for board in (first, second))
    assert files == again
    assert all(carried(io.BytesIO(data)) for data in files.values())


def test_pictures_that_were_placed_without_keep_digest_and_time(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(3))
    board.run(provenance=False)
    before = board.outputs()
    (board.folder / "board.yaml").write_text(board.file.read_text("utf-8") + "# looked at\n", "utf-8")
    assert board.run().placed == ()
    assert board.outputs() == before
    board.edit("s01: {n: 1}", "s01: {n: 7}")
    board.run()
    after = board.outputs()
    changed = [name for name in after if after[name] != before[name]]
    assert [name for name in changed if "s01" in name] == changed
    assert {name for name, found in notes(board).items() if found is not None} == set(changed)


@pytest.mark.parametrize("first", [True, False])
def test_what_is_removed_and_placed_again_is_as_the_setting_is_now(tmp_path, emulator, first):
    board = simple_board(tmp_path, emulator, singles(2))
    board.run(provenance=first)
    shutil.rmtree(board.folder / "out")
    ark = Settings(provider="ark", provenance=not first)
    assert len(materialize(str(board.file), (), settings=ark, variant=Variant()).placed) == 2
    assert [found is None for found in notes(board).values()] == [first] * 2
    assert board.run(provenance=first).placed == ()
    assert board.run(frozen=True).exit_code == 0
    assert board.billed == 2


def other_pixels(data):
    return data[:-40] + bytes((data[-40] ^ 1,)) + data[-39:]


def other_note(data):
    return data.replace(b'rdf:about=""', b'rdf:about=" "')


@pytest.mark.parametrize("edit", [other_pixels, other_note])
def test_an_output_that_a_person_edited_is_left_alone(tmp_path, emulator, edit):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    [name] = board.outputs()
    path = board.folder / "out" / name
    data = edit(path.read_bytes())
    assert data != path.read_bytes()
    path.write_bytes(data)
    board.edit("s00: {n: 0}", "s00: {n: 5}")
    assert [*board.run().kept] == ["shots/s00.jpg"]
    assert path.read_bytes() == data


def test_an_output_that_lost_its_note_alone_is_in_place(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    [name] = board.outputs()
    [data] = blobs(board).values()
    (board.folder / "out" / name).write_bytes(data)
    before = board.outputs()
    record = board.run()
    assert (record.exit_code, record.placed, dict(record.kept)) == (0, (), {})
    assert board.outputs() == before


def test_a_placed_picture_is_the_same_reference_with_its_note_and_without(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    [name] = board.outputs()
    reference = board.folder / "mei.jpg"
    shutil.copyfile(board.folder / "out" / name, reference)
    text = (
        "version: 1\nname: second\ndefaults: {model: seedream-4.5, size: 2K}\n"
        "steps: {next: {references: [mei.jpg], prompt: The same in the rain}}\n"
    )
    second = simple_board(tmp_path, emulator, text)
    second.run()
    sent = base64.b64decode(str(emulator.ledger.requests[-1].body["image"]).partition(",")[2])
    [blob] = [data for data in blobs(board).values() if data == sent]
    reference.write_bytes(blob)
    assert to_make(second.plan()) == []


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


def test_an_output_that_was_edited_does_not_stand_for_a_lost_picture(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    board.run()
    [blob], [name] = blobs(board), board.outputs()
    (board.folder / ".seedream" / "blobs" / blob[:2] / blob).unlink()
    path = board.folder / "out" / name
    path.write_bytes(other_pixels(path.read_bytes()))
    emulator.advance(48 * 3600)
    assert board.run().exit_code != 0
    assert list(blobs(board)) == []
