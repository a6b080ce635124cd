"""A disk that is really full: nothing is sent that it could not keep, and what comes is kept elsewhere."""

import shutil
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from seedream_pipe import errors
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.ledger.emergency import places, rescued
from seedream_pipe.run.events import CallSent, TaskEnded
from tests.api.board import simple_board, singles

MIB = 1 << 20


def small_disk(folder: Path, mib: int) -> None:
    """A file system of so many MiB in memory, or no test."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", folder]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here ({error})")


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    made = []

    def make(mib):
        small_disk(folder, mib)
        made.append(folder)
        return folder

    yield make
    for each in made:
        subprocess.run(["umount", "-l", each], check=True)


def fill(folder):
    """Leave not one block."""
    with (folder / "filler").open("ab", buffering=0) as file:
        for size in (MIB, 4096):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass


def test_a_disk_without_room_for_a_picture_sends_nothing(tmp_path, emulator, disk):
    store = disk(70) / "store"
    board = simple_board(tmp_path / "board", emulator, singles(3), store=str(store))
    with pytest.raises(errors.StoreError, match="MiB left; nothing more is sent"):
        board.run()
    assert (board.requests, board.billed) == (0, 0)


@pytest.mark.parametrize("response_format", ["url", "b64_json"])
def test_answers_that_come_when_it_is_full_are_kept_elsewhere(tmp_path, emulator, disk, response_format):
    folder = disk(130)
    board = simple_board(
        tmp_path / "board",
        emulator,
        singles(3),
        store=str(folder / "store"),
        jobs=3,
        response_format=response_format,
    )
    emulator.script(Fault(times=0, delay=1.5))

    sent = []

    def fill_when_all_are_asked():
        while board.requests < 3:
            time.sleep(0.01)
        fill(folder)

    def listener(event):
        if isinstance(event, CallSent):
            sent.append(event.call)
            if len(sent) == 3:
                threading.Thread(target=fill_when_all_are_asked, daemon=True).start()

    with pytest.raises(errors.StoreError, match="the disk is full") as failed:
        board.run(listener=listener)
    assert failed.value.exit_code == 7
    kept = {found.call for found in rescued(places())}
    assert kept <= set(sent)
    assert board.requests == 3
    fill(folder)
    with pytest.raises(errors.StoreError):
        board.run()
    (folder / "filler").unlink()
    record = board.run()
    assert record.counts()["held"] == 0
    assert (record.exit_code, board.requests, board.billed) == (0, 3, 3)
    assert [found.call for found in rescued(places()) if found.call in sent] == []


def test_a_store_that_fails_beside_a_call_in_doubt_ends_with_4(tmp_path, emulator, disk):
    """What may be owed comes first, whatever else happened (reliability 2.1)."""
    folder = disk(130)
    board = simple_board(tmp_path / "board", emulator, singles(3), store=str(folder / "store"), jobs=1)
    emulator.script(Fault(number=1, cut="before"))

    def listener(event):
        if isinstance(event, TaskEnded) and event.address == "shots@s01":
            fill(folder)

    with pytest.raises(errors.StoreInDoubt, match="1 call may have been charged and is held") as failed:
        board.run(listener=listener)
    assert failed.value.exit_code == 4
    (folder / "filler").unlink()
    assert board.run().exit_code == 4
    assert board.requests == 3


def test_a_store_that_is_moved_away_meanwhile_fails_the_run_as_a_store(tmp_path, emulator):
    """Not as a fault of ours: what came is kept elsewhere, and is taken in when the store is back."""
    store, away = tmp_path / "store", tmp_path / "away"
    board = simple_board(tmp_path / "board", emulator, singles(3), store=str(store), jobs=3)
    emulator.script(Fault(times=0, delay=1.0))
    sent = []

    def move_when_all_are_asked():
        while board.requests < 3:
            time.sleep(0.01)
        store.rename(away)

    def listener(event):
        if isinstance(event, CallSent):
            sent.append(event.call)
            if len(sent) == 3:
                threading.Thread(target=move_when_all_are_asked, daemon=True).start()

    with pytest.raises(errors.StoreError) as failed:
        board.run(listener=listener)
    assert failed.value.exit_code in {4, 7}
    assert not (store / "calls").exists()
    shutil.rmtree(store, ignore_errors=True)
    away.rename(store)
    assert board.run().exit_code == 0
    assert (board.requests, board.billed) == (3, 3)
