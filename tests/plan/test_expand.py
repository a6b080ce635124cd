"""From a pipeline to its tasks: rows, scopes, defaults, order, and what is said once."""

import itertools
import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedream_pipe import graph
from seedream_pipe.plan.model import FromTask

ROWS = "foreach: {in: rows, as: r, key: '{{ r.id }}'}"


def _prompts(board, text):
    return {address: task.recipe.generation.prompt for address, task in board.tasks(text).items()}


TABLES = {
    "inline map": ("{a: {n: 1}, b: {n: 2}}", None),
    "inline list": ("[{id: a, n: 1}, {id: b, n: 2}]", None),
    "csv": ("t.csv", "id,n\na,1\nb,2\n"),
    "tsv": ("t.tsv", "id\tn\na\t1\nb\t2\n"),
    "json": ("t.json", '[{"id": "a", "n": 1}, {"id": "b", "n": 2}]'),
    "json map": ("t.json", '{"a": {"n": 1}, "b": {"n": 2}}'),
    "jsonl": ("t.jsonl", '{"id": "a", "n": 1}\n{"id": "b", "n": 2}\n'),
    "yaml": ("t.yaml", "- {id: a, n: 1}\n- {id: b, n: 2}\n"),
}


@pytest.mark.parametrize(("table", "content"), TABLES.values(), ids=TABLES.keys())
def test_a_task_for_each_row_of_every_kind_of_table(board, table, content):
    if content:
        board.write(table, content)
    text = f"data: {{rows: {table}}}\nsteps: {{s: {{{ROWS}, prompt: 'n={{{{ r.n }}}}'}}}}"
    assert _prompts(board, text) == {"s@a": "n=1", "s@b": "n=2"}


@pytest.mark.parametrize("table", ["{a: {n: 1}, b: {n: 2}}", "[{id: a, n: 1}, {id: b, n: 2}]"])
def test_rows_may_stand_in_the_step(board, table):
    step = f"foreach: {{in: {table}, as: r, key: '{{{{ r.id }}}}'}}"
    text = f"steps: {{s: {{{step}, prompt: 'n={{{{ r.n }}}}'}}}}"
    assert _prompts(board, text) == {"s@a": "n=1", "s@b": "n=2"}


def test_rows_may_be_scalars(board):
    text = "steps: {s: {foreach: {in: [en, zh, 3], as: l, key: '{{ l }}'}, prompt: 'for {{ l }}'}}"
    assert _prompts(board, text) == {"s@en": "for en", "s@zh": "for zh", "s@3": "for 3"}


def test_a_single_expression_keeps_its_type(board):
    text = """
data: {rows: {a: {takes: 2, wet: true, size: {tier: 4K, aspect: '1:1'}, list: [1, {b: null}]}}}
steps:
  s:
    foreach: {in: rows, as: r, key: a}
    prompt: x
    takes: "{{ r.takes }}"
    watermark: "{{ r.wet }}"
    size: "{{ r.size }}"
    meta: {list: "{{ r.list }}", text: "{{ r.takes }}s"}
    tags: ["{{ ['a', 3] }}", "{{ none }}"]
"""
    task = board.task(text)
    assert (task.takes, task.recipe.generation.watermark, task.recipe.generation.size) == (
        2,
        True,
        "4096x4096",
    )
    assert task.meta == {"list": [1, {"b": None}], "text": "2s"}
    assert task.tags == ("a", "3")


def test_numbers_may_be_the_texts_of_a_csv(board):
    board.write("t.csv", "id,takes,pick,seed,group,wet,size\na,3,2,7,4,true,4k\nb,,,,,,\n")
    fields = ", ".join(f"{name}: '{{{{ r.{name} }}}}'" for name in ("takes", "pick", "seed", "group", "size"))
    text = (
        f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x, {fields}, watermark: '{{{{ r.wet }}}}'}}}}"
    )
    a, b = board.tasks(text).values()
    made = a.recipe.generation
    assert (a.takes, a.pick, made.seed, made.group, made.watermark, made.size) == (3, 2, 7, 4, True, "4K")
    made = b.recipe.generation
    assert (b.takes, b.pick, made.seed, made.group, made.watermark) == (1, 1, None, None, False)


def test_a_step_goes_before_the_defaults_field_by_field(board):
    text = """
defaults: {size: 4K, watermark: true, takes: 3, output: "all/{{ step }}"}
steps:
  a: {prompt: x}
  b: {prompt: x, size: 2K, takes: 1}
"""
    a, b = board.tasks(text).values()
    assert (a.recipe.generation.size, a.takes, a.outputs[0]) == ("4K", 3, ("all/a",))
    assert (b.recipe.generation.size, b.takes, b.recipe.generation.watermark) == ("2K", 1, True)


def test_what_a_template_sees(board):
    text = """
description: About it
vars: {one: 1, two: "{{ vars.one + 1 }}", three: {four: [4]}}
data:
  keyed: {a: {n: x}, 7: {n: z}}
  list: [{n: y}]
steps:
  s: {prompt: "{{ pipeline.name }} {{ pipeline.description }} {{ step }} {{ vars.two }}
    {{ vars.three.four[0] }} {{ data.keyed.a.n }} {{ data.keyed['7'].id }} {{ data.list[0].n }}"}
"""
    assert _prompts(board, text) == {"s": "board About it s 2 4 x 7 y"}


def test_a_prompt_in_a_file_may_be_chosen_by_the_row(board):
    board.write("prompts/a.j2", "A {{ r.id }}\n")
    board.write("prompts/b.j2", "B {% include './c.j2' %}")
    board.write("prompts/c.j2", "{{ r.id }}!")
    prompt = "prompt: {file: 'prompts/{{ r.id }}.j2'}"
    text = f"data: {{rows: [{{id: a}}, {{id: b}}]}}\nsteps: {{s: {{{ROWS}, {prompt}}}}}"
    assert _prompts(board, text) == {"s@a": "A a", "s@b": "B b!"}


def test_a_prompt_loses_the_white_space_around_it_only(board):
    assert _prompts(board, 'steps: {s: {prompt: "  a\\n  b \\n\\n"}}') == {"s": "a\n  b"}


@pytest.mark.parametrize("prompt", ["{{ '' }}", "{{ none }}", "  {{ '  ' }} ", "{% if false %}x{% endif %}"])
def test_an_empty_prompt_is_told(board, prompt):
    assert board.problems(f'steps: {{s: {{prompt: "{prompt}"}}}}') == [("E-PROMPT", "the prompt is empty")]


@pytest.mark.parametrize("prompt", ["{{ ['a'] }}", "{{ {'a': 1} }}"])
def test_a_prompt_that_is_no_text_is_told(board, prompt):
    (found,) = board.problems(f'steps: {{s: {{prompt: "{prompt}"}}}}')
    assert found[0] == "E-TEMPLATE-VALUE"


def test_a_prompt_is_kept_character_by_character(board):
    hostile = "\u202eevil \u200b zero \x1b[31m red é e\u0301 \U0001f3a8 " + "长" * 20_000 + "."
    board.write("p.txt", hostile)
    (task,) = board.expand("steps: {s: {prompt: {file: p.txt}}}").plan.tasks.values()
    assert task.recipe.generation.prompt == hostile


@pytest.mark.parametrize(
    ("prompt", "pictures", "is_long"),
    [
        ("长" * 300, 1, False),
        ("长" * 301, 1, True),
        ("长" * 301, 2, False),
        ("长" * 601, 2, True),
        ("word " * 600, 1, False),
        ("word " * 601, 1, True),
        ("x" * 5000, 1, False),
    ],
)
def test_a_long_prompt_is_advised_against(board, prompt, pictures, is_long):
    """R27: it is accepted, and details may be lost. A series describes several pictures."""
    board.write("p.txt", prompt)
    expansion = board.expand(
        f"steps: {{s: {{prompt: {{file: p.txt}}, group: {pictures}}}, t: {{prompt: x, references: [s]}}}}"
    )
    found = [p for p in expansion.problems if p.code == "W-PROMPT-LONG"]
    assert [p.is_error for p in found] == ([False] if is_long else [])
    assert expansion.plan.warnings == expansion.problems


@pytest.mark.parametrize("key", ["{{ none }}", "{{ r.none }}", "", " ", "{{ '' }}"])
def test_a_row_without_a_key_is_told_and_not_dropped(board, key):
    text = f'steps: {{s: {{foreach: {{in: [{{none: null}}], as: r, key: "{key}"}}, prompt: x}}}}'
    ((code, message),) = board.problems(text)
    assert code == "E-KEY"
    assert "the key is empty" in message


def test_an_empty_cell_in_a_key_is_told_at_its_row(board):
    board.write("t.csv", "id,scene\na,s1\n,s2\n ,s3\n")
    (found,) = board.expand(f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}").problems
    assert (found.code, str(found.place), found.count) == ("E-KEY", "t.csv:3:1", 2)
    assert found.message == 'step "s": the key is empty, because column "id" is empty'


def test_a_character_that_no_key_may_have_is_told_once_with_an_example(board):
    rows = "".join(f"shot {number}\n" for number in range(300))
    board.write("t.csv", f"id\n{rows}a/b\n")
    found = board.expand(f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}").problems
    assert [(problem.code, problem.count) for problem in found] == [("E-KEY", 300), ("E-KEY", 1)]
    assert found[0].message.startswith('key "shot 0" has " "; it may have letters')
    assert [str(place) for place in found[0].also] == ["t.csv:2:1"]


def test_keys_given_twice_are_told_at_the_first_such_row_with_their_number(board):
    board.write("t.csv", "id\na\nb\na\na\n")
    (found,) = board.expand(f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}").problems
    assert (found.code, str(found.place), found.count) == ("E-KEY", "t.csv:4:1", 2)
    assert "t.csv:2:1" in found.message


def test_needs_order_without_pictures(board):
    text = """
steps:
  last: {prompt: x, needs: [many, "one", "{{ ['many@b'] }}", "many[*]"]}
  many: {foreach: {in: [a, b], as: r, key: "{{ r }}"}, prompt: x}
  one: {prompt: x}
"""
    tasks = board.tasks(text)
    assert list(tasks) == ["many@a", "many@b", "one", "last"]
    assert board.plan(text).needs()["last"] == ["many@a", "many@b", "one"]
    assert tasks["last"].inputs == ()


@pytest.mark.parametrize(
    ("need", "code"),
    [("many@c", "E-UNKNOWN"), ("mny", "E-UNKNOWN"), ("a.jpg", "E-REF"), ("set", "E-REF"), ("prev", "E-REF")],
)
def test_a_need_that_means_nothing_is_told(board, need, code):
    board.picture("set.jpg")
    text = f"""
references: {{set: set.jpg}}
steps:
  many: {{foreach: {{in: [a, b], as: r, key: "{{{{ r }}}}"}}, prompt: x}}
  s: {{prompt: x, needs: ["{{{{ '{need}' }}}}"]}}
"""
    assert [found for found, _ in board.problems(text)] == [code]


def test_a_cycle_of_tasks_is_spelled_out(board):
    text = """
data: {rows: {a: {after: b}, b: {after: c}, c: {after: a}}}
steps:
  s: {foreach: {in: rows, as: r, key: "{{ r.id }}"}, prompt: x, references: ["{{ 's@' ~ r.after }}"]}
"""
    assert board.problems(text) == [("E-CYCLE", "tasks need each other: s@a → s@b → s@c → s@a")]


def test_a_task_that_needs_itself_is_a_cycle(board):
    text = "steps: {s: {foreach: {in: [a], as: r, key: a}, prompt: x, needs: [\"{{ 's' }}\"]}}"
    assert board.problems(text) == [("E-CYCLE", "tasks need each other: s@a → s@a")]


def test_a_long_cycle_is_cut_in_its_middle(board):
    board.write("t.json", str(list(range(1000))))
    text = """
data: {rows: t.json}
steps:
  s:
    foreach: {in: rows, as: r, key: "{{ r }}"}
    prompt: x
    references: ["{{ 's@' ~ ((r + 1) % 1000) }}"]
"""
    ((_, message),) = board.problems(text)
    assert "… 990 more …" in message
    assert message.endswith("→ s@0")


def test_a_failing_variable_is_told_once_and_not_where_it_is_used(board):
    text = """
vars: {good: 1, bad: "{{ 1 / 0 }}", worse: "{{ vars.bad }}"}
steps: {a: {prompt: "{{ vars.bad }}"}, b: {prompt: "x {{ vars.worse }} {{ vars.good }}"}}
"""
    assert board.problems(text) == [("E-TEMPLATE-VALUE", "division by zero")]


def test_everything_of_a_row_is_looked_at(board):
    text = """
steps:
  s:
    {prompt: "{{ a }}", size: 8K, takes: "{{ 'x' }}", references: [gone.jpg], output: ../x, tags: ["{{ b }}"]}
"""
    codes = [code for code, _ in board.problems(text)]
    assert sorted(codes) == [
        "E-MISSING",
        "E-OUTPUT",
        "E-SIZE",
        "E-TEMPLATE-NAME",
        "E-TEMPLATE-NAME",
        "E-VALUE",
    ]


def test_a_finding_of_many_rows_names_the_first_of_them(board):
    board.write("t.csv", "id,n\na,1\nb,x\nc,y\nd,2\ne,x\n")
    text = f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x, takes: '{{{{ r.n }}}}'}}}}"
    found = {p.message: (p.count, [str(place) for place in p.also]) for p in board.expand(text).problems}
    expected = 'takes is "{}"; a whole number from 1 to 99 is expected'
    assert found == {
        expected.format("x"): (2, ["t.csv:3:1"]),
        expected.format("y"): (1, ["t.csv:4:1"]),
    }


STORYBOARD = """
data: {rows: t.csv}
steps:
  sheet: {prompt: Mei}
  shots:
    foreach: {in: rows, as: r, key: "{{ r.scene }}_{{ r.id }}"}
    references: [sheet, {from: prev, within: "{{ r.scene }}"}]
    prompt: "{{ r.text }}"
"""


def _board_of(rows):
    return "scene,id,text\n" + "".join(f"{scene},{number},{text}\n" for scene, number, text in rows)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(0, 12), st.sampled_from("abc"))
def test_an_inserted_row_changes_no_other_task_but_the_one_chained_to_it(tmp_path_factory, scenes, at, scene):
    from tests.plan.conftest import Board

    board = Board(tmp_path_factory.mktemp("rows"))
    rows = [(scene, number, f"text {number}") for number, scene in enumerate(scenes)]
    board.write("t.csv", _board_of(rows))
    before = board.tasks(STORYBOARD)
    at = min(at, len(rows))
    board.write("t.csv", _board_of([*rows[:at], (scene, "new", "text"), *rows[at:]]))
    after = board.tasks(STORYBOARD)
    changed = [
        address
        for address, task in before.items()
        if replace(after[address], row=None) != replace(task, row=None)
    ]
    chained = [f"shots@{other}_{number}" for other, number, _ in rows[at:] if other == scene][:1]
    assert changed == chained


TEMPLATES = [
    "x",
    "{{ r }}",
    "{{ r.id }}",
    "{{ vars.a }}",
    "{{ none }}",
    "{{ [1, 'a@b'] }}",
    "{{",
    "{{ 1/0 }}",
    "",
]
NAMES = ["a", "b", "c"]
SOURCES = [
    *NAMES,
    "a@x",
    "b[*]",
    "c[1]",
    "prev",
    "set",
    "{{ r.id }}",
    "{{ ['a', 'b'] }}",
    "gone.jpg",
    "*.jpg",
    "http://x/y",
]
STEP = st.fixed_dictionaries(
    {"prompt": st.sampled_from(TEMPLATES)},
    optional={
        "foreach": st.fixed_dictionaries(
            {
                "in": st.just("rows") | st.lists(st.sampled_from(["x", "y", 1]), max_size=3),
                "as": st.just("r"),
                "key": st.sampled_from(["{{ r }}", "{{ r.id }}", "k", "{{ none }}"]),
            }
        ),
        "references": st.lists(
            st.sampled_from(SOURCES)
            | st.fixed_dictionaries(
                {"from": st.sampled_from(SOURCES)},
                optional={"within": st.sampled_from(TEMPLATES), "name": st.sampled_from(TEMPLATES)},
            ),
            max_size=3,
        ),
        "needs": st.lists(st.sampled_from(SOURCES), max_size=2),
        "tags": st.lists(st.sampled_from(TEMPLATES), max_size=2),
        "takes": st.integers(1, 3) | st.sampled_from(TEMPLATES),
        "group": st.integers(1, 3) | st.sampled_from(TEMPLATES),
        "output": st.sampled_from([*TEMPLATES, "a/{{ index }}", "{{ take }}", "same"]),
        "size": st.sampled_from(["2K", "{{ r.size }}", "1x1"]),
    },
)
PIPELINES = st.fixed_dictionaries(
    {"steps": st.dictionaries(st.sampled_from(NAMES), STEP, min_size=1)},
    optional={
        "vars": st.dictionaries(st.just("a"), st.sampled_from(TEMPLATES)),
        "data": st.just({"rows": {"x": {"n": "a"}, "y": {"n": "b"}}}),
        "references": st.just({"set": "*.jpg"}),
    },
)


@settings(max_examples=200)
@given(PIPELINES)
def test_any_pipeline_ends_in_an_ordered_plan_or_in_problems(tmp_path_factory, tree):
    from tests.plan.conftest import Board

    board = Board(tmp_path_factory.mktemp("any"))
    board.picture("a.jpg")
    expansion = board.expand("\n".join(f"{name}: {json.dumps(value)}" for name, value in tree.items()))
    plan = expansion.plan
    if expansion.problems:
        return
    done = set()
    for address, needs in plan.needs().items():
        assert done.issuperset(needs)
        done.add(address)
    names = list(itertools.chain.from_iterable(row for task in plan.tasks.values() for row in task.outputs))
    assert len(names) == len(set(names))


EDGES = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12)


@given(st.permutations(range(8)), EDGES)
def test_tasks_stand_after_what_they_need_else_the_cycle_is_told(tmp_path_factory, order, edges):
    from tests.plan.conftest import Board

    lines = []
    for step in order:
        wants = sorted(want for own, want in edges if own == step)
        references = json.dumps([f"{{{{ 's{want}' }}}}" for want in wants if want % 2])
        needs = json.dumps([f"{{{{ 's{want}' }}}}" for want in wants if not want % 2])
        lines.append(f"  s{step}: {{prompt: x, references: {references}, needs: {needs}}}")
    expansion = Board(tmp_path_factory.mktemp("dag")).expand("steps:\n" + "\n".join(lines))
    needs = {own: [want for other, want in edges if other == own] for own in order}
    if graph.find_cycle(needs):
        assert [problem.code for problem in expansion.problems if problem.is_error] == ["E-CYCLE"]
    else:
        position = {address: index for index, address in enumerate(expansion.plan.tasks)}
        assert all(position[f"s{own}"] > position[f"s{want}"] for own, want in edges)


def test_ten_thousand_steps_in_a_chain_are_ordered_in_time(board):
    lines = [f"  s{n}: {{prompt: 'Prompt {n}', references: [s{n + 1}]}}" for n in range(10_000)]
    text = "steps:\n" + "\n".join(lines) + "\n  s10000: {prompt: x}\n"
    before = time.monotonic()
    plan = board.plan(text)
    assert time.monotonic() - before < 10
    assert next(iter(plan.tasks)) == "s10000"


def test_a_diamond_of_a_billion_paths_is_walked_once(board):
    """Thirty layers of two steps, each of which refers to both of the layer before."""
    layers = [
        f"  {side}{n}: {{prompt: x, references: [a{n - 1}, b{n - 1}]}}" for n in range(1, 31) for side in "ab"
    ]
    before = time.monotonic()
    plan = board.plan("steps:\n  a0: {prompt: x}\n  b0: {prompt: x}\n" + "\n".join(layers))
    assert time.monotonic() - before < 2
    assert len(graph.ancestors(plan.needs(), ["a30"])) == 61


def test_thousands_of_wrong_rows_are_told_in_time(board):
    """Three of each kind are told; hints are not worked out for all of them."""
    board.write("t.csv", "id\n" + "".join(f"row{n}\n" for n in range(5000)))
    text = f"""
data: {{rows: t.csv}}
steps:
  a: {{{ROWS}, prompt: x}}
  s: {{{ROWS}, prompt: x, references: ["a@x{{{{ r.id }}}}", "refs/{{{{ r.id }}}}.jpg"]}}
"""
    for n in range(1000):
        board.write(f"refs/{n}.jpg", b"")
    before = time.monotonic()
    found = board.expand(text).problems
    assert [problem.count for problem in found if problem.code == "E-UNKNOWN"] == [1, 1, 4998]
    assert [problem.count for problem in found if problem.code == "E-MISSING"] == [1, 1, 4998]
    assert time.monotonic() - before < 10


def test_every_input_of_a_plan_names_a_task_of_it(board):
    board.write("t.csv", _board_of([(scene, n, "x") for n, scene in enumerate("aabba")]))
    tasks = board.tasks(STORYBOARD)
    wanted = {given.task for task in tasks.values() for given in task.inputs if isinstance(given, FromTask)}
    assert wanted <= tasks.keys()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("t.csv", 'table "rows" has no rows; step "s" makes nothing'),
        ("[]", 'table "rows" has no rows; step "s" makes nothing'),
    ],
)
def test_a_table_without_rows_is_advised_on(board, rows, message):
    board.write("t.csv", "id,look\n")
    expansion = board.expand(f"data: {{rows: {rows}}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}")
    (found,) = expansion.problems
    assert (found.code, found.severity, found.message) == ("W-EMPTY-TABLE", "warning", message)
    assert expansion.plan.warnings == (found,)
