"""References: what each way of writing one becomes, and what is said of one that means nothing."""

import base64
import io

import pytest
from PIL import Image

from seedream_pipe.plan.model import FromTask, FromUrl, Known


def _labels(task):
    return [given.label for given in task.inputs]


def _from(task):
    return [(given.task, given.index) for given in task.inputs]


ROWS = "foreach: {in: rows, as: r, key: '{{ r.id }}'}"
CHAIN = """
data:
  rows:
    a1: {scene: a}
    b1: {scene: b}
    a2: {scene: a}
    a3: {scene: a}
    b2: {scene: b}
"""


def test_a_path_is_known_by_the_digest_of_its_bytes(board):
    board.picture("refs/mei.jpg", size=(20, 30))
    (given,) = board.task("steps: {s: {prompt: x, references: [refs/mei.jpg]}}").inputs
    assert isinstance(given, Known)
    assert (given.label, given.media_type, given.width, given.height) == (
        "refs/mei.jpg",
        "image/jpeg",
        20,
        30,
    )


def test_a_glob_sorts_by_name(board):
    for name in ("c.jpg", "a.png", "b.jpg"):
        board.picture(f"refs/{name}")
    task = board.task("steps: {s: {prompt: x, references: ['refs/*']}}")
    assert _labels(task) == ["refs/a.png", "refs/b.jpg", "refs/c.jpg"]


def test_references_keep_their_order(board):
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        board.picture(name)
    text = "references: {ab: [./b.jpg, a.jpg]}\nsteps: {s: {prompt: x, references: [c.jpg, ab, c.jpg]}}"
    assert _labels(board.task(text)) == ["c.jpg", "./b.jpg", "a.jpg", "c.jpg"]


@pytest.mark.parametrize("form", ["m", "m[*]", "{{ 'm' }}", "{{ ['m'] }}"])
def test_a_set_is_all_of_its_pictures(board, form):
    board.picture("a.jpg")
    sets = 'references: {m: [a.jpg, "http://x.org/b.png?c"]}'
    text = f'{sets}\nsteps: {{s: {{prompt: x, references: ["{form}"]}}}}'
    assert _labels(board.task(text)) == ["a.jpg", "b.png"]


def test_a_set_may_be_made_by_a_template(board):
    board.picture("refs/a.jpg")
    text = (
        "vars: {folder: refs}\nreferences: {m: '{{ vars.folder }}/*.jpg'}\n"
        "steps: {s: {prompt: x, references: [m]}}"
    )
    assert _labels(board.task(text)) == ["refs/a.jpg"]


def test_a_url_is_kept_as_it_is(board):
    (given,) = board.task("steps: {s: {prompt: x, references: ['https://x.org/a%20b/c.jpg?d=e']}}").inputs
    assert given == FromUrl(url="https://x.org/a%20b/c.jpg?d=e", label="c.jpg")


@pytest.mark.parametrize("url", ["http://[", "https://x", "http://x.org/", "https://x.org:99999/a"])
def test_any_url_has_a_label(board, url):
    (given,) = board.task(f"steps: {{s: {{prompt: x, references: ['{url}']}}}}").inputs
    assert given.label


def test_a_data_uri_brings_its_bytes(board):
    made = io.BytesIO()
    Image.new("RGB", (16, 16)).save(made, "PNG")
    uri = "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()
    (given,) = board.task(f"steps: {{s: {{prompt: x, references: [{{from: '{uri}', name: mei}}]}}}}").inputs
    assert (given.data, given.label, given.path) == (made.getvalue(), "mei", "")


def test_step_key_index_and_all(board):
    text = f"""{CHAIN}
steps:
  one: {{prompt: x}}
  series: {{prompt: x, group: 4}}
  many: {{{ROWS}, prompt: x}}
  s: {{prompt: x, references: [one, "one[0]", many@b1, "series[3]", "series[*]", "many[*]"]}}
"""
    assert _from(board.tasks(text)["s"]) == [
        ("one", 0),
        ("one", 0),
        ("many@b1", 0),
        ("series", 3),
        ("series", None),
        *((f"many@{key}", None) for key in ("a1", "b1", "a2", "a3", "b2")),
    ]


def test_a_list_means_all_of_its_items_and_nothing_means_none(board):
    text = """
steps:
  a: {prompt: x}
  b: {prompt: x}
  s: {prompt: x, references: ["{{ ['b', 'a'] }}", "{{ '' }}", "{{ none }}", "{{ [] }}", "  {{ '  ' }} "]}
"""
    assert _from(board.tasks(text)["s"]) == [("b", 0), ("a", 0)]


def test_all_of_a_step_without_rows_is_none(board):
    board.write("t.csv", "id\n")
    text = (
        f"data: {{rows: t.csv}}\nsteps: {{m: {{{ROWS}, prompt: x}}, s: {{prompt: x, references: ['m[*]']}}}}"
    )
    assert board.expand(text).plan.tasks["s"].inputs == ()


def test_a_name_labels_the_picture(board):
    text = "steps: {a: {prompt: x}, s: {prompt: x, references: [{from: a, name: '{{ vars.n }}'}]}}"
    (given,) = board.tasks("vars: {n: mei}\n" + text)["s"].inputs
    assert given == FromTask(task="a", index=0, label="mei", name="mei")


def test_prev_is_the_row_before_and_the_first_has_none(board):
    tasks = board.tasks(f"{CHAIN}\nsteps: {{s: {{{ROWS}, prompt: x, references: [prev]}}}}")
    assert [_from(task) for task in tasks.values()] == [
        [],
        [("s@a1", 0)],
        [("s@b1", 0)],
        [("s@a2", 0)],
        [("s@a3", 0)],
    ]


def test_within_bounds_prev(board):
    entry = "{from: prev, within: '{{ r.scene }}', name: last}"
    tasks = board.tasks(f"{CHAIN}\nsteps: {{s: {{{ROWS}, prompt: x, references: [{entry}]}}}}")
    assert {a: _from(task) for a, task in tasks.items()} == {
        "s@a1": [],
        "s@b1": [],
        "s@a2": [("s@a1", 0)],
        "s@a3": [("s@a2", 0)],
        "s@b2": [("s@b1", 0)],
    }
    assert tasks["s@a2"].inputs[0].label == "last"


def test_each_entry_has_a_prev_of_its_own(board):
    entries = "[prev, {from: prev, within: '{{ r.scene }}'}]"
    tasks = board.tasks(f"{CHAIN}\nsteps: {{s: {{{ROWS}, prompt: x, references: {entries}}}}}")
    assert _from(tasks["s@b2"]) == [("s@a3", 0), ("s@b1", 0)]


def test_a_row_that_opts_out_is_still_the_one_before(board):
    """The frame before is the row above, whether that one itself continued another or not."""
    entry = "{from: \"{{ '' if r.id == 'a2' else 'prev' }}\", within: '{{ r.scene }}'}"
    tasks = board.tasks(f"{CHAIN}\nsteps: {{s: {{{ROWS}, prompt: x, references: [{entry}]}}}}")
    assert _from(tasks["s@a2"]) == []
    assert _from(tasks["s@a3"]) == [("s@a2", 0)]


def test_prev_of_a_group_is_its_last_picture(board):
    tasks = board.tasks(f"{CHAIN}\nsteps: {{s: {{{ROWS}, prompt: x, group: 3, references: [prev]}}}}")
    assert _from(tasks["s@b1"]) == [("s@a1", -1)]


WRONG = {
    "unknown step": ("[sheat]", "E-UNKNOWN", 'there is no step or set "sheat"'),
    "unknown from a template": ("[\"{{ 'sheat' }}\"]", "E-UNKNOWN", 'there is no step or set "sheat"'),
    "unknown key": ("[\"rows@{{ 'a9' }}\"]", "E-UNKNOWN", 'step "rows" has no task "a9"'),
    "key of a single task": ("[sheet@x]", "E-UNKNOWN", 'step "sheet" has no task "x"'),
    "which of many": (
        "[rows]",
        "E-REF",
        '"rows" does not say which: the step has a task for every row',
    ),
    "index out of range": (
        '["series[4]"]',
        "E-REF",
        'there is no picture [4]: "series" makes at most 4 pictures, [0] to [3]',
    ),
    "index of a single": ('["sheet[1]"]', "E-REF", 'there is no picture [1]: "sheet" makes one picture'),
    "index of a set": (
        "[\"{{ 'set[0]' }}\"]",
        "E-REF",
        '"set" is a set of references; it has neither keys nor indices',
    ),
    "a list in a list": (
        "[\"{{ [['a']] }}\"]",
        "E-TEMPLATE-VALUE",
        "a reference is a text, or a list of texts",
    ),
    "a map": ("[\"{{ {'a': 1} }}\"]", "E-TEMPLATE-VALUE", "a reference is a text, or a list of texts"),
    "no file": ("[gone.jpg]", "E-MISSING", 'there is no file "gone.jpg"'),
    "no match": ("['gone/*.jpg']", "E-MISSING", 'there is no folder "gone"'),
    "no match in a folder": ("['./*.png']", "E-GLOB", 'no file matches "./*.png"'),
    "prev of a single task": ("[prev]", "E-REF", '"prev" needs foreach: step "s" is a single task'),
    "another scheme": (
        "['ftp://x/y']",
        "E-REF",
        '"ftp://x/y" is a URL of another kind than http and https',
    ),
    "outside": (
        "[../../x.jpg]",
        "E-PATH",
        '"../../x.jpg" leads outside the project',
    ),
}


@pytest.mark.parametrize(("entry", "code", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_reference_that_means_nothing_is_told(board, entry, code, message):
    board.picture("set.jpg")
    text = f"""{CHAIN}
references: {{set: set.jpg}}
steps:
  sheet: {{prompt: x}}
  series: {{prompt: x, group: 4}}
  rows: {{{ROWS}, prompt: x}}
  s: {{prompt: x, references: {entry}}}
"""
    assert board.problems(text) == [(code, message)]


def test_what_a_set_names_is_looked_at_although_no_step_uses_it(board):
    found = board.problems("references: {m: [gone.jpg, s, prev]}\nsteps: {s: {prompt: x}}")
    assert [code for code, _ in found] == ["E-MISSING", "E-REF", "E-REF"]


def test_a_wrong_file_of_many_rows_is_told_once_with_their_number(board):
    expansion = board.expand(f"{CHAIN}\nsteps: {{s: {{{ROWS}, prompt: x, references: [gone.jpg]}}}}")
    (problem,) = expansion.problems
    assert problem.count == 5


def test_an_index_problem_stands_at_its_entry(board):
    text = "steps:\n  a: {prompt: x}\n  s:\n    prompt: x\n    references:\n      - a\n      - a[2]\n"
    (problem,) = (found for found in board.expand(text).problems if found.is_error)
    assert (problem.place.line, problem.place.column) == (9, 9)


def test_nothing_is_said_of_tasks_that_could_not_be_made(board):
    text = f"""{CHAIN}
steps:
  rows: {{foreach: {{in: rows, as: r, key: '{{{{ r.scen }}}}'}}, prompt: x}}
  series: {{prompt: x, group: "{{{{ 'many' }}}}"}}
  s: {{prompt: x, references: [rows@a1, "rows[*]", "series[3]"]}}
"""
    assert [code for code, _ in board.problems(text)] == ["E-TEMPLATE-NAME", "E-VALUE"]


@pytest.mark.parametrize(("count", "fits"), [(14, True), (15, False)])
def test_a_model_takes_so_many_references(board, count, fits):
    names = ", ".join(f'"https://x.org/{n}.jpg"' for n in range(count))
    found = board.problems(f"steps: {{s: {{prompt: x, references: [{names}]}}}}")
    assert found == ([] if fits else [("E-REFERENCES", "15 references; seedream-4.5 takes at most 14")])


def test_pro_takes_ten(board):
    names = ", ".join(f'"https://x.org/{n}.jpg"' for n in range(11))
    text = f"steps: {{s: {{prompt: x, model: seedream-5.0-pro, references: [{names}]}}}}"
    assert board.problems(text) == [("E-REFERENCES", "11 references; seedream-5.0-pro takes at most 10")]


@pytest.mark.parametrize(("group", "fits"), [(13, True), (14, False)])
def test_references_and_group_are_together_at_most_fifteen(board, group, fits):
    """R30; the ceiling of the referred group counts, also when a row gives it."""
    text = f"""
data: {{n: {{a: {{n: 2}}}}}}
steps:
  series: {{foreach: {{in: n, as: r, key: x}}, prompt: x, group: "{{{{ r.n }}}}"}}
  s: {{prompt: x, group: {group}, references: ["series[*]"]}}
"""
    message = f"2 references and a group of {group}: together at most 15 (R30)"
    assert board.problems(text) == ([] if fits else [("E-REFERENCES", message)])


def test_a_glob_of_thousands_is_told_before_they_are_read(board):
    for number in range(5000):
        board.write(f"refs/{number:04}.jpg", b"not read")
    text = "references: {m: refs/*.jpg}\nsteps: {s: {prompt: x, references: [m]}}"
    message = '5,000 files match "refs/*.jpg"; a call takes at most 14 references'
    assert board.problems(text) == [("E-REFERENCES", message)]


@pytest.mark.parametrize(
    ("count", "told"),
    [(90, "nearest of 90: s13, s10, s11, s12, s14"), (3, "known: s10, s11, s12")],
)
def test_a_key_that_is_like_no_other_is_told_with_some_that_are(board, count, told):
    board.write("t.csv", "id\n" + "".join(f"s{number}\n" for number in range(10, 10 + count)))
    text = f"""data: {{rows: t.csv}}
steps:
  rows: {{{ROWS}, prompt: x}}
  s: {{prompt: x, references: ["rows@s13XXXXXXXX"]}}
"""
    (found,) = board.expand(text).problems
    assert (found.message, found.hint) == ('step "rows" has no task "s13XXXXXXXX"', told)


@pytest.mark.parametrize("written", ["refs/gone.jpg", "{{ nothing.here }}", "style"])
def test_a_mention_of_a_reference_that_failed_is_told_with_it(board, written):
    text = f"""
references: {{style: {"refs/gone.jpg" if written == "style" else "[]"}}}
steps: {{s: {{prompt: "In the style of @style, image 2", references: [{{from: "{written}", name: style}}]}}}}
"""
    codes = [code for code, _ in board.problems(text)]
    assert len(codes) == 1
    assert codes != ["E-MENTION"]
