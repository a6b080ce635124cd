"""From a YAML file to pictures over real HTTP; the service's own account says what was paid."""

import asyncio
import hashlib
import io
import os
import time
from decimal import Decimal

import pytest

import seedream_pipe
from seedream_pipe import errors, events, outcomes
from seedream_pipe.api.fresh import up_to_date
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.provenance import bare_digest
from seedream_pipe.run.decisions import Blocked, Make
from seedream_pipe.run.reasons import InputChanged, NotHere, RecipeChanged
from seedream_pipe.run.state import TICK
from seedream_pipe.settings import Settings
from tests.api.board import KEYS, PICTURES, on, paid_board, simple_board, singles, to_make, to_reuse
from tests.run.tasks import jpeg


def stored(board):
    return list((board.folder / ".seedream" / "blobs").glob("*/*"))


@pytest.mark.parametrize("provider", ["302ai", "ark", "byteplus"])
def test_one_picture_is_billed_for_each_that_is_stored_and_the_second_run_sends_nothing(
    tmp_path, emulator, provider
):
    board = paid_board(tmp_path / "board", emulator, provider)
    expected = board.plan()
    record = board.run()
    assert (record.exit_code, record.made) == (0, PICTURES)
    assert board.billed == len(stored(board)) == PICTURES == expected.pictures
    assert record.price == expected.worst
    before = board.outputs()
    assert len(before) == PICTURES + 1  # the poster's takes, and the one that stands for it
    again = board.run()
    assert (again.exit_code, again.counts(), again.placed) == (0, {"reused": 10}, ())
    assert board.requests == 10 + 1  # ten tasks, one of them with two takes
    assert board.outputs() == before


def test_a_plan_sends_and_writes_nothing(board):
    forecast = board.plan()
    assert forecast.counts() == {"make": 10}
    assert board.requests == 0
    assert not (board.folder / ".seedream").exists()
    assert not (board.folder / "out").exists()


def test_references_are_sent_as_they_are_in_their_order(board):
    board.run("shots@sc01_020")
    body = board.emulator.ledger.requests[-1].body
    assert len(body["image"]) == 4  # sheet, frame before, two of the market
    assert all(each.startswith("data:image/jpeg;base64,") for each in body["image"])


def test_one_word_in_one_row_remakes_that_shot_and_what_is_chained_to_it(board):
    board.run()
    before = board.outputs()
    requests = board.requests
    board.edit("Mei runs", "Mei walks", "shots.csv")
    forecast = board.plan()
    assert to_make(forecast) == ["shots@sc01_020", "shots@sc01_030"]
    first, second = (forecast.tasks[address].decision.reason for address in to_make(forecast))
    assert isinstance(first, RecipeChanged)
    (change,) = first.changes
    assert (change.field, change.old, change.new) == ("prompt", "Mei runs, at night", "Mei walks, at night")
    assert change.at.file.endswith("board.yaml")
    assert isinstance(second, InputChanged)
    assert second.tasks == ("shots@sc01_020",)

    record = board.run()
    assert record.counts() == {"made": 2, "reused": 8}
    assert board.requests == requests + 2
    after = board.outputs()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"market/frames/sc01/020.jpg", "market/frames/sc01/030.jpg"}


def test_a_row_that_is_put_in_between_makes_itself_and_what_follows_it_in_the_scene(board):
    board.run()
    board.edit("sc01,020", "sc01,015,duke,Duke yawns\nsc01,020", "shots.csv")
    assert to_make(board.plan()) == ["shots@sc01_015", "shots@sc01_020", "shots@sc01_030"]


def test_a_reference_picture_that_changed_remakes_what_it_is_in(board):
    board.run()
    (board.folder / "refs" / "duke.jpg").write_bytes(jpeg("gold", (320, 240)))
    forecast = board.plan()
    assert "sheet@duke" in to_make(forecast)
    assert "shots@sc01_030" in to_make(forecast)
    assert "sheet@mei" in to_reuse(forecast)
    (change,) = forecast.tasks["sheet@duke"].decision.reason.changes
    assert change.label.endswith("refs/duke.jpg")


def test_a_reference_that_was_only_touched_changes_nothing(board):
    board.run()
    os.utime(board.folder / "refs" / "duke.jpg")
    assert to_make(board.plan()) == []


def test_another_provider_of_the_same_models_costs_nothing(board):
    board.run()
    requests = board.requests
    record = board.run(**on(board.emulator, "ark"))
    assert record.counts() == {"reused": 10}
    assert board.requests == requests


def test_an_upstream_change_that_ends_in_the_same_bytes_stops_there(tmp_path, emulator):
    """The second prompt is answered with the first one's picture."""
    text = (
        "version: 1\nname: b\ndefaults: {model: seedream-4.5, size: 2K, watermark: false}\nsteps:\n"
        '  one: {prompt: "first words"}\n  two: {references: [one], prompt: "on top"}\n'
    )
    board = simple_board(tmp_path, emulator, text)
    board.run()
    (picture,) = (path for path in stored(board) if path.name in board.lock.split('"one"')[0])
    body = picture.read_bytes()
    board.edit("first words", "other words")
    assert to_make(board.plan()) == ["one", "two"]
    emulator.script(Fault(on="download", status=200, content_type="image/jpeg", body=body))
    record = board.run()
    assert {address: type(each).__name__ for address, each in record.outcomes.items()} == {
        "one": "Made",
        "two": "Reused",
    }
    assert board.billed == 3


def test_a_preview_leaves_what_was_bought_and_its_lock_alone(board):
    board.run("sheet")
    lock, before = board.lock, board.outputs()
    record = seedream_pipe.run(board.file, "sheet", provider="preview")
    assert record.exit_code == 0
    assert board.lock == lock
    assert {name: board.outputs()[name] for name in before} == before
    assert any(name.startswith("preview/market/") for name in board.outputs())


def test_equal_requests_of_one_run_are_bought_once(tmp_path, emulator):
    text = singles(4).replace("frame number {{ r.n }}", "the same frame")
    board = simple_board(tmp_path, emulator, text)
    assert board.plan().pictures == 1
    record = board.run()
    assert record.counts() == {"made": 1, "reused": 3}
    assert board.billed == 1
    assert len({bare_digest(io.BytesIO(data)) for data, _ in board.outputs().values()}) == 1
    assert len(board.outputs()) == 4


def test_equal_requests_of_two_pipelines_are_bought_once(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(3))
    (tmp_path / "other.yaml").write_text(singles(3, name="other"), "utf-8")
    board.run()
    board.name = "other.yaml"
    assert board.run().counts() == {"reused": 3}
    assert board.billed == 3
    assert {name.partition("/")[0] for name in board.outputs()} == {"shots", "other"}


def test_runs_at_once_in_one_process_buy_each_picture_once(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(5))

    async def both():
        runs = (
            seedream_pipe.run_async(board.file, environment=KEYS, yes=True, **board.settings)
            for _ in range(3)
        )
        return await asyncio.gather(*runs)

    records = asyncio.run(both())
    assert [record.exit_code for record in records] == [0, 0, 0]
    assert sum(record.made for record in records) == board.billed == 5


def test_another_machine_has_the_lock_and_not_the_pictures(board):
    board.run()
    elsewhere = board.folder.parent / "elsewhere"
    os.rename(board.folder / ".seedream", elsewhere)
    os.rename(board.folder / "out", board.folder.parent / "out")
    reason = board.plan("sheet@mei").tasks["sheet@mei"].decision.reason
    assert reason == NotHere()


def test_an_output_that_was_removed_comes_back_for_nothing(board):
    board.run()
    frame = board.folder / "out" / "market" / "frames" / "sc01" / "010.jpg"
    data = frame.read_bytes()
    frame.unlink()
    record = board.run()
    assert (record.placed, record.made) == (("frames/sc01/010.jpg",), 0)
    assert frame.read_bytes() == data


def test_a_frame_that_somebody_retouched_is_kept_and_said(board):
    board.run("shots@sc01_010")
    frame = board.folder / "out" / "market" / "frames" / "sc01" / "010.jpg"
    frame.write_bytes(b"retouched")
    board.edit("Mei looks up", "Mei looks down", "shots.csv")
    record = board.run("shots@sc01_010")
    assert frame.read_bytes() == b"retouched"
    assert list(record.kept) == ["frames/sc01/010.jpg"]
    assert record.exit_code == 1
    assert board.run("shots@sc01_010", force=True).exit_code == 0
    assert frame.read_bytes() != b"retouched"


def test_a_damaged_picture_that_cannot_be_had_any_more_fails_its_task_and_says_what_it_cost(
    tmp_path, emulator
):
    board = simple_board(tmp_path, emulator, singles(2))
    board.run()
    emulator.script(Fault(on="download", status=403, times=0))
    for path in (board.folder / "out").rglob("*.jpg"):
        path.unlink()
    victim = stored(board)[0]
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    record = board.run()
    assert sorted(record.counts().items()) == [("failed", 1), ("reused", 1)]
    assert board.billed == 2
    (waiting,) = (
        task.decision.outcome for task in board.plan().tasks.values() if isinstance(task.decision, Blocked)
    )
    assert (waiting.why, "bought for $0.04" in waiting.message) == ("lost", True)


# Money


def test_without_agreement_nothing_is_sent(board):
    with pytest.raises(errors.OverBudget, match="nobody confirmed"):
        board.run(yes=False)
    with pytest.raises(errors.OverBudget, match="does not cover"):
        board.run(yes=False, max_cost="0.10")
    asked = []
    with pytest.raises(errors.OverBudget):
        board.run(yes=False, confirm=lambda forecast: bool(asked.append(forecast)))
    assert asked[0].worst == board.plan().worst
    assert board.requests == 0


def test_a_cap_that_covers_the_worst_price_is_agreement(board):
    worst = board.plan("sheet").worst.amount
    assert board.run("sheet", yes=False, max_cost=worst).exit_code == 0


def test_no_key_is_said_before_anything_happens_and_only_when_something_has_to_be_bought(board):
    with pytest.raises(errors.ProviderError, match="AI302_API_KEY") as caught:
        seedream_pipe.run(board.file, environment={}, yes=True, **board.settings)
    assert "http" in caught.value.hint
    board.run()
    assert seedream_pipe.run(board.file, environment={}, yes=True, **board.settings).exit_code == 0


def test_frozen_spends_nothing(board):
    with pytest.raises(errors.Frozen, match="10 tasks would have to be made, sheet@mei first"):
        board.run(frozen=True)
    board.run()
    assert board.run(frozen=True).exit_code == 0


def test_a_budget_that_is_reached_pauses_and_the_next_run_goes_on(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(6), jobs=2)
    paused = board.run(max_cost="0.12")
    assert (paused.exit_code, paused.counts()) == (5, {"made": 3, "waiting": 3})
    assert "$0.12" in paused.stopped
    assert board.billed == 3
    assert board.run().counts() == {"reused": 3, "made": 3}
    assert board.billed == 6


def test_a_reached_budget_keeps_nothing_from_being_reused(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(6))
    board.run("shots@s04", "shots@s05")
    for path in (board.folder / "out").rglob("*.jpg"):
        path.unlink()
    record = board.run(max_cost="0.04", jobs=1)
    assert record.counts() == {"made": 1, "waiting": 3, "reused": 2}
    assert len(record.placed) == 3


def test_a_pipelines_own_budget_only_lowers_the_cap(tmp_path, emulator):
    text = singles(4).replace("steps:", "budget: {run: 0.08}\nsteps:")
    board = simple_board(tmp_path, emulator, text)
    assert board.run(max_cost="9").counts() == {"made": 2, "waiting": 2}
    board.edit("0.08", "99")
    assert board.run(max_cost="0.04").exit_code == 5
    assert board.billed == 3


def test_what_is_spent_set_aside_and_held_never_passes_the_cap(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(8))
    emulator.script(Fault(number=1, cut="before"), Fault(number=2, status=500, body=b"{}"))
    record = board.run(max_cost="0.16", jobs=8)
    assert record.exit_code == 4
    held = sum(isinstance(each, outcomes.Held) for each in record.outcomes.values())
    assert (held, record.made) == (2, 2)
    assert board.requests == 4


def test_an_unknown_model_needs_a_price(tmp_path, emulator):
    text = singles(1).replace("seedream-4.5", "ep-20261122-abcde").replace("size: 2K", "size: 2048x2048")
    board = simple_board(tmp_path, emulator, text, provider="ark", base_url=emulator.base_url("ark"))
    with pytest.raises(errors.OverBudget, match="not known") as caught:
        board.run()
    assert "--price" in caught.value.hint
    assert board.requests == 0
    assert board.plan(price="0.05").worst.amount == Decimal("0.05")
    assert board.run(price="0.05").exit_code == 0


# Holds, refusals, failures


def test_a_hold_is_repeated_by_every_run_and_keeps_what_needs_it_waiting(board):
    board.emulator.script(Fault(match="Mei runs", cut="before"))
    for _ in range(2):
        record = board.run()
        assert record.exit_code == 4
        held = record.outcomes["shots@sc01_020"]
        assert isinstance(held, outcomes.Held)
        assert record.outcomes["shots@sc01_030"] == outcomes.Waiting(
            why="held", message="needs shots@sc01_020, which is held"
        )
    assert board.requests == 10
    assert board.plan().tasks["shots@sc01_020"].decision.outcome == held


def test_a_hold_whose_prompt_was_changed_is_still_shown(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(1))
    emulator.script(Fault(cut="before"))
    board.run()
    board.edit("frame number", "picture number")
    assert [hold.task for hold in board.plan().holds] == ["shots@s00"]
    for _ in range(2):
        record = board.run()
        assert (record.exit_code, len(record.holds)) == (4, 1)


def test_a_refusal_skips_what_needs_it_and_is_not_sent_again(board):
    board.emulator.script(Fault(match="Mei runs", answer="error/400-input-text-sensitive"))
    first = board.run()
    assert first.exit_code == 1
    assert isinstance(first.outcomes["shots@sc01_020"], outcomes.Refused)
    assert first.outcomes["shots@sc01_030"].because == "shots@sc01_020"
    requests = board.requests
    assert board.run().exit_code == 1
    assert board.requests == requests
    assert board.run(retry_refused=True).exit_code == 0
    assert board.requests == requests + 2


def test_an_account_that_is_empty_stops_all_sending_and_reuses_the_rest(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(12))
    board.run("shots@s11")
    emulator.script(Fault(times=0, answer="302/error-402-balance-UNVERIFIED"))
    record = board.run(jobs=2)
    assert record.exit_code == 1
    assert isinstance(record.outcomes["shots@s11"], outcomes.Reused)
    assert board.requests <= 1 + 2
    assert record.counts()["waiting"] >= 9
    assert record.stopped


def test_a_picture_that_cannot_be_fetched_needs_no_agreement_the_next_time(tmp_path, emulator, monkeypatch):
    monkeypatch.setattr("seedream_pipe.providers.seedream.download._PAUSES", (0.0,))
    board = simple_board(tmp_path, emulator, singles(1))
    emulator.script(Fault(on="download", status=503, times=2))
    first = board.run()
    assert (first.exit_code, first.outcomes["shots@s00"].why) == (4, "fetch")
    forecast = board.plan()
    assert (forecast.pictures, forecast.worst.amount) == (0, 0)
    second = seedream_pipe.run(board.file, environment={}, **board.settings)
    assert (second.exit_code, second.made, board.billed) == (0, 1, 1)


def test_a_picture_that_was_lost_is_said_by_every_run_with_its_price(board):
    board.emulator.script(Fault(on="download", match="_1.", status=403))
    for run in range(3):
        (note,) = board.run("turnaround").outcomes["turnaround"].notes
        assert note.startswith("picture 1: paid for and lost"), run
        assert "$0.04, client id" in note


def test_a_hole_of_a_series_is_said_by_every_run(board):
    board.emulator.script(Fault(match="turning", count=3, refuse=(1,)))
    for _ in range(2):
        record = board.run("turnaround")
        assert record.exit_code == 1
        assert "picture 1" in record.outcomes["turnaround"].notes[0]
    assert up_to_date(str(board.file), chosen(board)) is None


# What is written down


def chosen(board):
    """The settings that tell where a board is bought."""
    return Settings(provider="302ai", base_url=board.settings["base_url"])


def test_nothing_moved_is_seen_without_reading_the_pipeline(board):
    time.sleep(2 * TICK / 1e9)  # what is as young as its reading is looked at again
    board.run()
    fresh = up_to_date(str(board.file), chosen(board))
    assert fresh is not None
    assert fresh.tasks == 10
    board.edit("Mei runs", "Mei walks", "shots.csv")
    assert up_to_date(str(board.file), chosen(board)) is None


def test_an_edit_while_the_run_is_under_way_is_not_taken_for_what_was_made(board):
    def edit(event):
        if isinstance(event, events.RunBegan):
            board.edit("Mei runs", "Mei walks", "shots.csv")

    board.run(listener=edit)
    assert up_to_date(str(board.file), chosen(board)) is None
    assert to_make(board.plan()) == ["shots@sc01_020", "shots@sc01_030"]


def test_a_run_of_a_part_is_no_whole_run(board):
    board.run("sheet")
    assert up_to_date(str(board.file), chosen(board)) is None


def test_the_lock_names_what_every_task_holds_and_stays_as_it_is(board):
    board.run()
    lock = board.lock
    assert lock.count('"task"') == 10
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in stored(board)}
    assert all(digest in lock for digest in digests)
    path = board.file.with_suffix(".lock")
    os.utime(path, ns=(1, 1))
    board.run()
    assert path.stat().st_mtime_ns == 1


def test_a_step_that_is_gone_leaves_the_lock_and_its_pictures_stay(board):
    board.run("poster")
    text = board.file.read_text("utf-8")
    board.file.write_text(text[: text.index("  poster:")], "utf-8")
    held = len(stored(board))
    board.run("turnaround")
    assert '"task":"poster"' not in board.lock
    assert len(stored(board)) == held


def test_each_run_leaves_a_record(board):
    record = board.run("sheet")
    (path,) = (board.folder / ".seedream" / "runs").iterdir()
    assert path.stem == record.id
    assert path.stat().st_mode & 0o077 == 0


def test_a_listener_that_fails_cuts_nothing_off(tmp_path, emulator):
    board = simple_board(tmp_path, emulator, singles(4), jobs=2)

    def listener(event):
        if isinstance(event, events.CallSent):
            raise BrokenPipeError("nobody reads")

    with pytest.raises(BrokenPipeError):
        board.run(listener=listener)
    assert board.billed == len(stored(board)) <= 2
    board.run()
    assert board.billed == 4


def test_the_key_is_in_no_file_and_no_output(board, capfd):
    board.emulator.script(
        Fault(number=1, answer="error/429-model-rpm", headers={"Retry-After": "0"}),
        Fault(number=3, cut="body"),
        Fault(number=4, answer="error/401-authentication"),
    )
    told = []
    record = board.run(listener=told.append)
    key = KEYS["AI302_API_KEY"]
    assert key not in repr(told) + repr(record) + str(record.tree())
    assert key not in "".join(capfd.readouterr())
    for path in board.folder.rglob("*"):
        assert not path.is_file() or key.encode() not in path.read_bytes(), path


def test_a_pipeline_cannot_lead_its_outputs_out_of_the_project(tmp_path, emulator):
    board = simple_board(tmp_path / "p", emulator, singles(1))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (board.folder / "out").symlink_to(elsewhere)
    with pytest.raises(errors.StoreError, match="a link or a file that is no folder is in the way"):
        board.run()
    assert list(elsewhere.rglob("*")) == []
    assert board.run(out=elsewhere).exit_code == 0
    assert board.billed == 1


def test_a_decision_to_make_names_how_many_pictures(board):
    decision = board.plan("poster").tasks["poster"].decision
    assert isinstance(decision, Make)
    assert decision.pictures == 2
