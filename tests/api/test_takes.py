"""Takes that did not all come: the picked one stands for the task."""

import pytest

from seedream_pipe.run.forecast import Reuse
from seedream_pipe.run.outcomes import Held, Made, Refused
from tests.api.board import simple_board, to_make

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
