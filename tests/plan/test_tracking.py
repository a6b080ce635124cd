"""What a task reads is noted while it is rendered, and templates give the same with and without."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from seedream_pipe.api.project import load
from seedream_pipe.catalog import MAKERS, OPERATIONS
from seedream_pipe.plan.expand import expand
from seedream_pipe.plan.reads import Reads, reached
from seedream_pipe.plan.tracking import Tracker
from seedream_pipe.snapshot.files import ProjectFiles
from seedream_pipe.snapshot.root import Root
from seedream_pipe.snapshot.tables import read_table
from seedream_pipe.spec import document
from seedream_pipe.spec.decode import decode
from tests.cases.test_cases import HERE, unpacked
from tests.plan.conftest import MAKER, Board

PIPELINES = sorted((Path(__file__).parents[2] / "pipelines").glob("*/*.yaml"))
CASES = sorted((HERE / "valid").glob("*.txt"))


def tracked(board: Board, text: str):
    """The plan of a board, and who reads what."""
    pipeline = decode(document.parse(f"version: 1\nname: board\n{text}", file="board.yaml"))
    root = Root(top=board.folder.resolve(), folder=board.folder)
    tables = {name: read_table(table, root, {}) for name, table in pipeline.data.items()}
    tracker = Tracker()
    made = expand(
        pipeline,
        tables=tables,
        files=ProjectFiles(root),
        maker=MAKER,
        operations=OPERATIONS,
        tracker=tracker,
    )
    assert [found for found in made.problems if found.is_error] == []
    return made.plan, Reads(pipeline, tracker)


def touched(board: Board, text: str, path: str) -> dict[str, tuple[str, ...]]:
    """The tasks that an edit at a path reaches, with the fields that read it."""
    plan, reads = tracked(board, text)
    return dict(reached(plan, reads, [tuple(path.split("."))]).recipes)


CAST = """
vars: {look: cel, unused: x, style: "{{ vars.look }} style"}
data:
  cast:
    mei: {look: girl, coat: red, tags: [a, b]}
    duke: {look: cat, coat: none, tags: [c]}
steps:
  sheet:
    foreach: {in: cast, as: c, key: "{{ c.id }}"}
    prompt: "%s"
"""


@pytest.mark.parametrize(
    ("prompt", "path", "tasks"),
    [
        ("{{ c.look }}", "data.cast.mei.look", ["sheet@mei"]),
        ("{{ c.look }}", "data.cast.mei.coat", []),
        ("{{ c.look }}", "data.cast.mei", ["sheet@mei"]),
        ("{{ c.look }}", "data.cast", ["sheet@mei", "sheet@duke"]),
        ("{{ c['co' ~ 'at'] }}", "data.cast.duke.coat", ["sheet@duke"]),
        ("{{ c | tojson }}", "data.cast.duke.coat", ["sheet@duke"]),
        ("{{ c.tags | join(' ') }}", "data.cast.mei.tags", ["sheet@mei"]),
        ("{{ c.tags | join(' ') }}", "data.cast.mei.tags.1", ["sheet@mei"]),
        ("{{ c.tags[0] }}", "data.cast.mei.tags.1", []),
        ("{{ (c.tags + ['z']) | last }}", "data.cast.mei.tags.1", ["sheet@mei"]),
        ("{{ (['z'] + c.tags) | first }}", "data.cast.mei.tags.0", ["sheet@mei"]),
        ("{{ c.values() | list | length }}", "data.cast.mei.coat", ["sheet@mei"]),
        ("{% for n, v in c.items() %}{{ n }}{% endfor %}", "data.cast.mei.coat", ["sheet@mei"]),
        ("{{ c.get('look') }} {{ c.get('no', 'x') }}", "data.cast.mei.look", ["sheet@mei"]),
        ("{{ 'b' in c.tags }} x", "data.cast.mei.tags.0", ["sheet@mei"]),
        ("{{ data.cast.mei.look }}", "data.cast.mei.look", ["sheet@mei", "sheet@duke"]),
        (
            "{% for k in data.cast %}{{ data.cast[k].coat }}{% endfor %}",
            "data.cast.duke.coat",
            ["sheet@mei", "sheet@duke"],
        ),
        ("{% if c.id == 'mei' %}{{ vars.look }}{% else %}x{% endif %}", "vars.look", ["sheet@mei"]),
        ("{{ vars.style }}", "vars.look", ["sheet@mei", "sheet@duke"]),
        ("{{ vars.style }}", "vars.unused", []),
        ("look vars.look cast.mei", "vars.look", []),
    ],
)
def test_an_edit_touches_what_reads_it(board, prompt, path, tasks):
    found = touched(board, CAST % prompt, path)

    assert list(found) == tasks
    assert all("prompt" in fields for fields in found.values())


def test_each_field_tells_for_itself(board):
    text = """
vars: {size: 2K, n: 2}
data: {rows: {a: {note: x, out: a, w: 640}}}
steps:
  s:
    foreach: {in: rows, as: r, key: "{{ r.id }}"}
    prompt: p
    size: "{{ vars.size }}"
    takes: "{{ vars.n }}"
    output: "{{ r.out }}"
    meta: {note: "{{ r.note }}"}
  t:
    use: resize
    images: [s@a]
    with: {width: "{{ data.rows.a.w }}"}
"""
    plan, reads = tracked(board, text)

    def at(path: str):
        return reached(plan, reads, [tuple(path.split("."))])

    assert at("vars.size").recipes == {"s@a": ("size",)}
    assert at("vars.n").recipes == {"s@a": ("takes",)}
    assert at("data.rows.a.w").recipes == {"t": ("options",)}
    assert (at("data.rows.a.note").recipes, at("data.rows.a.note").around) == ({}, {"s@a": ("meta",)})
    assert at("data.rows.a.out").around == {"s@a": ("output",)}
    assert at("data.rows.a.id").named == ("s@a",)


def test_files_sets_and_globs(board):
    for name in ("mei.jpg", "duke.jpg", "market/1.jpg", "market/2.jpg"):
        board.picture(f"refs/{name}", len(name))
    board.write("prompts/shot.j2", "{% include 'prompts/parts/light.j2' %} {{ r.x }}")
    board.write("prompts/parts/light.j2", "light")
    text = """
vars: {town: market}
data: {rows: {a: {x: '1', photo: refs/mei.jpg}, b: {x: '2', photo: refs/duke.jpg}}}
references: {market: "refs/{{ vars.town }}/*.jpg"}
steps:
  s:
    foreach: {in: rows, as: r, key: "{{ r.id }}"}
    references: ["{{ r.photo }}"]
    prompt: {file: prompts/shot.j2}
  m: {references: [market], prompt: p}
lint: {ignore: [W-REFERENCES-SILENT]}
"""
    plan, reads = tracked(board, text)

    def at(*path: str) -> Mapping[str, Any]:
        return reached(plan, reads, [path]).recipes

    assert at("file", "refs/mei.jpg") == {"s@a": ("references",)}
    assert set(at("file", "prompts/shot.j2")) == {"s@a", "s@b"}
    assert at("file", "prompts/parts/light.j2") == {"s@a": ("prompt",), "s@b": ("prompt",)}
    assert at("references", "market") == {"m": ("references",)}
    assert at("file", "refs/market/2.jpg") == {"m": ("references",)}
    assert at("file", "refs/market/new.jpg") == {"m": ("references",)}
    assert at("file", "refs/market/deep/new.jpg") == {}
    assert at("vars", "town") == {"m": ("references",)}
    assert at("data", "rows", "a", "photo") == {"s@a": ("references",)}


def test_matrix_when_and_rows_of_a_step(board):
    text = """
vars: {markets: [en, zh], on: true}
data: {rows: [{id: a, x: '1', show: true}, {id: b, x: '2', show: false}]}
steps:
  poster:
    matrix: {market: "{{ vars.markets }}"}
    prompt: "for {{ market }}"
  s:
    foreach: {in: rows, as: r, key: "{{ r.id }}"}
    when: "{{ r.show and vars.on }}"
    prompt: "{{ r.x }}"
  inline:
    foreach: {in: [red, blue], as: colour, key: "{{ colour }}"}
    prompt: "{{ colour }}"
  both:
    foreach: {in: rows, as: r, key: "{{ r.id }}"}
    matrix: {m: [x, y]}
    prompt: "{{ r.x }}{{ m }}"
"""
    plan, reads = tracked(board, text)

    def at(path: str):
        return reached(plan, reads, [tuple(path.split("."))])

    assert at("vars.markets").recipes == {"poster@en": ("matrix",), "poster@zh": ("matrix",)}
    assert at("vars.on").recipes == {"s@a": ("when",)}
    assert at("data.rows.1.show").left_out == ("s@b",)
    assert list(at("data.rows.1.x").recipes) == ["both@b-x", "both@b-y"]
    assert list(at("steps.inline.foreach.in.1").recipes) == ["inline@blue"]
    assert list(at("steps.poster").recipes) == ["poster@en", "poster@zh"]
    assert at("steps.s.prompt").recipes == {"s@a": ("prompt",)}


def test_defaults_touch_the_steps_that_take_them(board):
    text = """
defaults: {size: 2K, watermark: false}
steps:
  a: {prompt: p}
  b: {prompt: q, size: 4K}
"""
    assert touched(board, text, "defaults.size") == {"a": ("size",)}
    assert set(touched(board, text, "defaults")) == {"a", "b"}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_tracker_changes_nothing(case, tmp_path, monkeypatch):
    unpacked(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    project = load("board.yaml")

    assert project.expand(MAKERS["seedream"], tracker=Tracker()) == project.expand(MAKERS["seedream"])


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_a_tracker_changes_nothing_of_the_pipelines(path):
    project = load(path)

    assert project.expand(MAKERS["seedream"], tracker=Tracker()) == project.expand(MAKERS["seedream"])


def _leaves(tree: Any, path: tuple[str, ...] = ()):
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _leaves(value, (*path, str(name)))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _leaves(value, (*path, str(index)))
    else:
        yield path


def _changed(tree: Any, path: tuple[str, ...]) -> Any:
    if not path:
        return f"{tree} changed"
    head, rest = path[0], path[1:]
    if isinstance(tree, list):
        return [_changed(item, rest) if str(at) == head else item for at, item in enumerate(tree)]
    return {name: _changed(value, rest) if str(name) == head else value for name, value in tree.items()}


def test_what_an_edit_changes_is_exactly_what_was_said(board):
    """Every value of a board is edited in turn, and the recipes are compared."""
    tree = {
        "vars": {"look": "cel", "night": "dark", "both": "{{ vars.look }} {{ vars.night }}", "idle": "x"},
        "data": {
            "cast": {"mei": {"look": "girl", "age": "12"}, "duke": {"look": "cat", "age": "9"}},
            "shots": [
                {"id": "010", "who": "mei", "text": "runs", "note": "n"},
                {"id": "020", "who": "duke", "text": "sleeps", "note": "m"},
            ],
        },
        "steps": {
            "sheet": {
                "foreach": {"in": "cast", "as": "c", "key": "{{ c.id }}"},
                "prompt": "{{ c.look }} {{ vars.both }}",
            },
            "shots": {
                "foreach": {"in": "shots", "as": "s", "key": "{{ s.id }}"},
                "prompt": "{{ s.text }} {{ data.cast.mei.age }}"
                "{% if s.id == '010' %}{{ vars.night }}{% endif %}",
                "meta": {"note": "{{ s.note }}"},
            },
        },
    }

    def written(of: Any) -> str:
        return "\n".join(f"{name}: {json.dumps(value)}" for name, value in of.items())

    before = {a: task.recipe for a, task in board.tasks(written(tree)).items()}
    plan, reads = tracked(board, written(tree))
    for path in _leaves({"vars": tree["vars"], "data": tree["data"]}):
        if path[-1] == "id":
            continue
        after = board.tasks(written(_changed(tree, path)))
        changed = [a for a, task in after.items() if task.recipe != before[a]]
        assert list(reached(plan, reads, [path]).recipes) == changed, path
