"""Meaning: what documents as cases cannot show well. The others are in cases/."""

import time

import pytest

from seedream_pipe.problems import Problem
from seedream_pipe.spec import check, decode, document, names


def problems(text: str, *, file: str = "x.yaml") -> list[Problem]:
    return check.check(decode.decode(document.parse(text, file=file, max_bytes=16 << 20)))


def steps(*lines: str) -> str:
    return "version: 1\nsteps:\n" + "".join(f"  {line}\n" for line in lines)


def chain(length: int) -> list[str]:
    """Each step needs the one before it; the first needs none."""
    return ["s0: {prompt: p}", *(f"s{n}: {{prompt: p, references: [s{n - 1}]}}" for n in range(1, length))]


def test_a_long_chain_is_no_cycle_and_takes_no_time():
    text = steps(*chain(10_000))
    before = time.perf_counter()
    assert problems(text) == []
    assert time.perf_counter() - before < 10


def test_a_long_cycle_is_spelled_out_in_one_line():
    found = problems(steps("s0: {prompt: p, references: [s9999]}", *chain(10_000)[1:]))
    assert [problem.code for problem in found] == ["E-CYCLE"]
    assert found[0].message.startswith("steps need each other: s0 → s9999 → s9998 → ")
    assert found[0].message.endswith(" more … → s0")
    assert len(found[0].message) < 200


def test_a_diamond_of_a_billion_paths_takes_no_time():
    layers = [
        f"{side}{n}: {{prompt: p, references: [a{n - 1}, b{n - 1}]}}" for n in range(1, 31) for side in "ab"
    ]
    assert problems(steps("a0: {prompt: p}", "b0: {prompt: p}", *layers)) == []


def test_separate_cycles_are_told_separately():
    found = problems(
        steps(
            "a: {prompt: p, references: [b]}",
            "b: {prompt: p, references: [a]}",
            "c: {prompt: p, needs: [d]}",
            "d: {prompt: p, needs: [c]}",
        )
    )
    assert [problem.message for problem in found] == [
        "steps need each other: a → b → a",
        "steps need each other: c → d → c",
    ]


def test_a_cycle_is_marked_where_the_first_step_names_the_second():
    found = problems(steps("a: {prompt: p, references: [x.png, b]}", "b: {prompt: p, references: [a]}"))
    assert (found[0].place.line, found[0].place.column, found[0].place.length) == (3, 38, 1)


def test_a_step_may_refer_to_its_own_rows_through_prev():
    assert (
        problems(steps('a: {prompt: p, foreach: {in: [1], as: n, key: "{{ n }}"}, references: [prev]}')) == []
    )


@pytest.mark.parametrize("name", ["vars", "data", "pipeline", "step", "take", "index", "loop"])
def test_a_row_cannot_take_a_name_that_templates_have(name: str):
    assert name in names.RESERVED
    found = problems(steps(f"a: {{prompt: p, foreach: {{in: [1], as: {name}, key: k}}}}"))
    assert [problem.code for problem in found] == ["E-NAME"]


def test_a_file_whose_name_cannot_be_a_folder_needs_another_name():
    found = problems(steps("a: {prompt: p}"), file="nul.yaml")
    assert [problem.code for problem in found] == ["E-NAME"]
    assert "name:" in found[0].hint


def test_a_pipeline_of_which_nothing_could_be_read_has_nothing_to_check():
    assert problems("version: 1\nsteps: {}\n") == []
    assert [problem.code for problem in problems("name: nul\n")] == ["E-NAME"]


def test_a_name_from_outside_is_shown_escaped():
    found = problems('version: 1\nsteps: {a: {prompt: p, model: "x\\e[31m", references: ["\\e[2Jx"]}}\n')
    assert len(found) == 2
    assert not any("\x1b" in problem.message + problem.hint for problem in found)


def test_what_only_a_row_can_say_is_not_said():
    found = problems(
        "version: 1\nvars: {m: x}\nsteps:\n"
        '  a: {prompt: p, model: "{{ vars.m }}", size: 1K, group: "{{ 20 }}", pick: "{{ 9 }}"}\n'
        '  b: {prompt: p, size: "{{ vars.m }}", references: ["{{ vars.m }}", "a[{{ 3 }}]"]}\n'
    )
    assert found == []
