"""Takes that did not all come: the picked one stands for the task."""

import asyncio

import pytest

from seedream_pipe import Stop, run_async
from seedream_pipe.run.decisions import Reuse
from seedream_pipe.run.events import CallSent
from seedream_pipe.run.outcomes import Held, Made, Refused
from tests.api.board import KEYS, simple_board, to_make

YAML = """\
version: 1
name: two
defaults: {model: seedream-4.5, size: 2K, watermark: false}
steps:
  sheet: {prompt: "a sheet", takes: 2}
  shot: {prompt: "a shot", references: [sheet]}
"""


@pytest.fixture
def two(tmp_path, emulator):
    return simple_board(tmp_path / "two", emulator, YAML, jobs=1)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ({"cut": "before"}, Held, 4),
        ({"answer": "error/400-output-image-sensitive"}, Refused, 1),
    ],
)
def test_a_take_that_did_not_come_is_told_and_what_needs_the_task_is_made(two, emulator, fault, kind, code):
    two.run("sheet")
    two.edit("takes: 2", "takes: 3")
    emulator.script({**fault, "match": "a sheet"})
    record = two.run()
    assert isinstance(record.outcomes["sheet"], kind)
    assert isinstance(record.outcomes["shot"], Made)
    assert record.exit_code == code
    again = two.run()
    assert again.exit_code == code
    assert two.plan().tasks["shot"].decision == Reuse()


def test_more_takes_make_only_those(two):
    two.run()
    two.edit("takes: 2", "takes: 4")
    assert to_make(two.plan()) == ["sheet"]
    before = two.billed
    two.run()
    assert two.billed - before == 2


def test_every_call_that_may_be_owed_is_told_when_several_takes_are_cut_off(two, emulator):
    emulator.script({"delay": 5, "times": 0})
    two.edit("takes: 2", "takes: 3")
    stop, sent = Stop(), []

    def listener(event):
        if isinstance(event, CallSent):
            sent.append(event.call)

    async def cut():
        manner = {**two.settings, "jobs": 8, "listener": listener, "stop": stop, "yes": True}
        work = run_async(two.file, "sheet", environment=KEYS, **manner)
        running = asyncio.create_task(work)
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if len(emulator.ledger.requests) == 3:
                break
        stop.abandon("stopped")
        return await running

    record = asyncio.run(cut())
    held = [record.outcomes["sheet"], *record.holds]
    assert len(sent) == 3
    assert sorted(each.call for each in held) == sorted(sent)
    assert {str(each.worst) for each in held} == {"$0.04"}
