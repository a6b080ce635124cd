"""Targets: which tasks the user means."""

import pytest

from seedream_pipe.errors import UsageError
from seedream_pipe.plan.targets import select

BOARD = """
data: {rows: {a_1: {t: night}, a_2: {t: day}, b_1: {t: night}}}
steps:
  sheet: {prompt: x}
  shots:
    foreach: {in: rows, as: r, key: "{{ r.id }}"}
    prompt: x
    references: [sheet, prev]
    tags: ["{{ r.t }}", all]
  poster: {prompt: x, references: [shots@a_2]}
  alone: {prompt: x, tags: [night-bus]}
"""
SHOTS = ["shots@a_1", "shots@a_2", "shots@b_1"]


@pytest.mark.parametrize(
    ("targets", "selected"),
    [
        ([], ["sheet", *SHOTS, "poster", "alone"]),
        (["shots"], SHOTS),
        (["shots@a_2"], ["shots@a_2"]),
        (["shots@a_*"], SHOTS[:2]),
        (["sh*"], ["sheet", *SHOTS]),
        (["*"], ["sheet", *SHOTS, "poster", "alone"]),
        (["tag:night"], ["shots@a_1", "shots@b_1"]),
        (["tag:night*"], ["shots@a_1", "shots@b_1", "alone"]),
        (["+shots@a_2"], ["sheet", "shots@a_1", "shots@a_2"]),
        (["shots@a_2+"], ["shots@a_2", "shots@b_1", "poster"]),
        (["+shots@a_2+"], ["sheet", *SHOTS, "poster"]),
        (["+poster"], ["sheet", "shots@a_1", "shots@a_2", "poster"]),
        (["sheet+"], ["sheet", *SHOTS, "poster"]),
        (["+tag:day"], ["sheet", "shots@a_1", "shots@a_2"]),
        (["poster", "sheet", "poster"], ["sheet", "poster"]),
    ],
)
def test_targets_select_in_the_order_of_the_plan(board, targets, selected):
    assert select(board.plan(BOARD), targets) == selected


@pytest.mark.parametrize(
    "target", ["", "+", "++", "shot", "shots@", "shots@c_1", "tag:", "tag:dusk", "@", "a_1"]
)
def test_a_target_that_means_nothing_is_a_usage_error(board, target):
    with pytest.raises(UsageError):
        select(board.plan(BOARD), ["sheet", target])


@pytest.mark.parametrize(
    ("target", "near"), [("shot", "shots"), ("shots@a_3", "shots@a_"), ("+postr", "poster")]
)
def test_the_nearest_is_proposed(board, target, near):
    with pytest.raises(UsageError) as raised:
        select(board.plan(BOARD), [target])
    assert near in raised.value.hint
