"""A pipeline file with its project: loaded, or told everything that is wrong with it at once."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from seedream_pipe.api.project import load, problems_of
from seedream_pipe.errors import InvalidPipeline, UsageError
from seedream_pipe.makers import MakerId
from seedream_pipe.problems import shown, split_lines

WRONG = Path(__file__).parent / "wrong"
MAKER = MakerId(name="seedream", version=1, realm="seedream")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def _write(project: Path, text: str, name: str = "board.yaml") -> str:
    (project / name).write_text(f"version: 1\n{text}", "utf-8")
    return name


def _picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = io.BytesIO()
    Image.new("RGB", (32, 32)).save(made, "JPEG")
    path.write_bytes(made.getvalue())


def _codes(project, text):
    return [problem.code for problem in problems_of(_write(project, text), MAKER)[2]]


@pytest.fixture
def wrong(project):
    """The wrong board, with the pictures that it may have."""
    for file in WRONG.rglob("*"):
        target = project / file.relative_to(WRONG)
        if file.is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.write_bytes(file.read_bytes())
    for number in range(16):
        _picture(project / "refs" / f"p{number:02}.jpg")
    return project


def _told(problems) -> str:
    texts = {name: split_lines(Path(name).read_text("utf-8")) for name in {p.place.file for p in problems}}
    return "\n\n".join(shown(problem, texts[problem.place.file]) for problem in problems) + "\n"


def test_a_wrong_file_tells_all_of_its_problems_at_once_and_each_once(wrong):
    """To accept what it says now: GOLDEN=1 pytest tests/api, and read the difference."""
    _, plan, problems = problems_of("board.yaml", MAKER)
    told = _told(problems)
    golden = WRONG.parent / "wrong.txt"
    if "GOLDEN" in os.environ:
        golden.write_text(told, "utf-8")
    assert plan is None
    assert told == golden.read_text("utf-8")


def test_load_raises_the_same_problems(wrong):
    """So that `plan` and `run` tell no less than `validate`."""
    with pytest.raises(InvalidPipeline) as raised:
        load("board.yaml")
    assert list(raised.value.problems) == problems_of("board.yaml", MAKER)[2]


def test_no_problem_is_told_twice(wrong):
    _, _, problems = problems_of("board.yaml", MAKER)
    assert len({(p.place, p.code) for p in problems}) == len(problems)


def test_a_sound_file_is_a_plan(project):
    _picture(project / "a.jpg")
    found, plan, problems = problems_of(
        _write(project, "steps: {s: {prompt: x, references: [a.jpg]}}"), MAKER
    )
    assert not problems
    assert list(plan.tasks) == ["s"]
    assert plan == load("board.yaml").expand(MAKER)
    assert (found.pipeline.name, plan.tasks["s"].recipe.maker) == ("board", MAKER)


FOLLOW_UPS = {
    "a step of a wrong shape": (
        """steps:
  a: {prompt: [1]}
  b: {prompt: x, references: [a, a@k, 'a[*]', "{{ 'a' }}"], needs: [a]}""",
        ["E-TYPE"],
    ),
    "steps of a wrong shape": ("references: {m: b}\nsteps: []", ["E-REF", "E-TYPE"]),
    "vars of a wrong shape": ("vars: [1]\nsteps: {s: {prompt: '{{ vars.a }} {{ vars.b }}'}}", ["E-TYPE"]),
    "data of a wrong shape": (
        "data: [1]\nsteps: {s: {foreach: {in: t, as: r, key: '{{ r.a }}'}, prompt: '{{ data.t }}'}}",
        ["E-TYPE"],
    ),
    "a table of a wrong shape": (
        """data: {t: 3}
steps:
  s: {foreach: {in: t, as: r, key: '{{ r.a }}'}, prompt: '{{ data.t }}'}
  u: {prompt: x, references: [s@a]}""",
        ["E-TYPE"],
    ),
    "a variable of a group": (
        """vars: {n: "{{ 1 / 0 }}"}
steps: {s: {prompt: x, group: "{{ vars.n }}"}, t: {prompt: x, references: ["s[3]"]}}""",
        ["E-TEMPLATE-VALUE"],
    ),
    "a set of a wrong shape": (
        "references: {m: 3}\nsteps: {s: {prompt: x, references: [m, \"{{ 'm' }}\"]}}",
        ["E-TYPE"],
    ),
    "a table that is not there": (
        """data: {t: t.csv}
steps:
  s: {foreach: {in: t, as: r, key: '{{ r.a }}'}, prompt: '{{ data.t }}'}
  u: {prompt: '{{ data.t }}', references: [s@a], needs: ['s@b']}""",
        ["E-MISSING"],
    ),
    "a table that nobody knows": (
        """steps:
  s: {foreach: {in: t, as: r, key: '{{ r.a }}'}, prompt: x}
  u: {prompt: x, references: [s@a]}""",
        ["E-UNKNOWN"],
    ),
    "a foreach of a wrong shape": (
        "steps: {s: {foreach: {in: t}, prompt: '{{ r.a }}'}, u: {prompt: x, references: [s@a]}}",
        ["E-KEY"],
    ),
    "a model that nobody knows": (
        "steps: {s: {prompt: x, model: nothing, size: 8K, group: 3, output: a.png}}",
        ["E-MODEL"],
    ),
    "a cycle": ("steps: {a: {prompt: x, references: [b]}, b: {prompt: x, references: [a]}}", ["E-CYCLE"]),
    "a step that refers to itself": ("steps: {a: {prompt: x, references: [a]}}", ["E-CYCLE"]),
    "a bad output": ("steps: {a: {prompt: x, output: ../x}, b: {prompt: x, output: ../x}}", ["E-OUTPUT"] * 2),
}


@pytest.mark.parametrize(("text", "codes"), FOLLOW_UPS.values(), ids=FOLLOW_UPS.keys())
def test_what_follows_from_a_problem_is_none(project, text, codes):
    assert _codes(project, text) == codes


@pytest.mark.parametrize("name", ["gone.yaml", "a\0b.yaml", "x" * 300, "gone/board.yaml"])
def test_no_file_is_a_usage_error(project, name):
    with pytest.raises(UsageError):
        load(name)


@pytest.mark.parametrize("kind", ["folder", "fifo", "loop"])
def test_what_is_no_file_is_a_problem(project, kind):
    path = project / "board.yaml"
    match kind:
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case _:
            path.symlink_to("board.yaml")
    with pytest.raises(InvalidPipeline) as raised:
        load("board.yaml")
    assert [problem.code for problem in raised.value.problems] == ["E-FILE"]


def test_paths_are_relative_to_the_pipeline_and_shown_as_typed(project):
    (project / "boards").mkdir()
    _picture(project / "refs" / "a.jpg")
    text = "steps: {s: {prompt: x, references: [../refs/a.jpg, ../refs/b.jpg]}}"
    _, _, (problem,) = problems_of(_write(project, text, "boards/one.yaml"), MAKER)
    assert str(problem.place).startswith("boards/one.yaml:2:")
    assert problem.message == 'there is no file "refs/b.jpg"'


def test_a_pipeline_without_a_marked_folder_above_stays_in_its_own(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("bare")
    if any((parent / ".git").exists() or (parent / ".seedream").exists() for parent in folder.parents):
        pytest.skip("the temporary folder lies in somebody's project")
    _picture(folder / "a.jpg")
    (folder / "own").mkdir()
    monkeypatch.chdir(folder / "own")
    text = "steps: {s: {prompt: x, references: [../a.jpg]}}"
    assert _codes(folder / "own", text) == ["E-PATH"]


def test_every_file_and_folder_that_was_looked_at_is_known(project):
    _picture(project / "refs" / "a.jpg")
    (project / "t.csv").write_text("id\na\n")
    (project / "p.j2").write_text("{% include 'q.j2' %}")
    (project / "q.j2").write_text("x")
    text = """
data: {t: t.csv}
steps: {s: {foreach: {in: t, as: r, key: "{{ r.id }}"}, prompt: {file: p.j2}, references: [refs/*.jpg]}}
"""
    found, _, _ = problems_of(_write(project, text), MAKER)
    seen = {os.path.relpath(path, project) for path in found.paths_seen()}
    assert seen == {"board.yaml", "board.picks.yaml", "t.csv", "p.j2", "q.j2", "refs", "refs/a.jpg"}


# tracemalloc and not the peak of the process: a child's begins with what its parent had.
MEASURE = """
import tracemalloc
from seedream_pipe.api.project import load
from seedream_pipe.makers import MakerId
tracemalloc.start()
plan = load("board.yaml").expand(MakerId(name="preview", version=1, realm="preview"))
print(len(plan.tasks), tracemalloc.get_traced_memory()[1] >> 20)
"""


def _storyboard(project: Path, rows: int) -> tuple[float, int]:
    """Seconds and MB of a whole process that plans that many rows."""
    lines = (f"sc{n // 20:05},{n % 20:03},Mei walks over bridge {n}" for n in range(rows))
    (project / "t.csv").write_text("scene,id,text\n" + "\n".join(lines))
    text = """
vars: {look: warm}
data: {t: t.csv}
steps:
  sheet: {foreach: {in: [mei, duke], as: c, key: "{{ c }}"}, prompt: "{{ c }}"}
  shots:
    foreach: {in: t, as: r, key: "{{ r.scene }}_{{ r.id }}"}
    references: [sheet@mei, sheet@duke, {from: prev, within: "{{ r.scene }}"}]
    prompt: "{{ r.text }}, {{ vars.look }}"
    output: frames/{{ r.scene }}/{{ r.id }}.jpg
"""
    _write(project, text)
    before = time.monotonic()
    made = subprocess.run(
        [sys.executable, "-c", MEASURE],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    tasks, megabytes = made.stdout.split()
    assert int(tasks) == rows + 2
    return time.monotonic() - before, int(megabytes)


def test_the_cost_of_a_plan_grows_with_its_rows_only(project):
    """Ten times the rows may not cost much more than ten times as much; how much is for the benchmarks."""
    few, _ = _storyboard(project, 2000)
    many, megabytes = _storyboard(project, 20_000)
    assert many < 20 * few
    assert megabytes < 150
