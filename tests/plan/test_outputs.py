"""Names of pictures: takes, groups, extensions, and what no disk should get."""

import pytest

from seedream_pipe.plan.outputs import split_extension

ROWS = "foreach: {in: rows, as: r, key: '{{ r.id }}'}"

# Whatever a stranger or a spreadsheet may put into a name.
BAD_NAMES = [
    "../out",
    "a/../../b",
    "/etc/passwd",
    "~/x",
    "~root",
    "a\\b",
    "C:/x",
    "a\x00b",
    "a\nb",
    "a\x1b[31mb",
    "a\u202egpj.exe",
    "a\u200bb",
    "\ufeffa",
    "x" * 300,
    "/".join(["x" * 150] * 8),
    "con",
    "aux.jpg",
    "x/NUL",
    "com1.txt",
    "LPT¹",
    "a.",
    "a /b",
    "a/\u00a0/\u00ad",
    "a/ b",
    "a./b",
    ".hidden",
    "a/.git/config",
    "a//b",
    "a/",
    'a"b',
    "a:b",
    "a?b",
    "a|b",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_when_it_is_written(board, name):
    quoted = "".join(f"\\U{ord(char):08x}" for char in name)
    (code, _) = board.problems(f'steps: {{s: {{prompt: x, output: "{quoted}"}}}}')[0]
    assert code == "E-OUTPUT"


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_when_a_template_makes_it(board, name):
    quoted = "".join(f"\\U{ord(char):08x}" for char in name)
    text = f'data: {{rows: [{{id: a, name: "{quoted}"}}]}}\n'
    found = board.problems(f'{text}steps: {{s: {{{ROWS}, prompt: x, output: "{{{{ r.name }}}}"}}}}')
    assert [code for code, _ in found] == ["E-OUTPUT"]


@pytest.mark.parametrize("key", [name for name in BAD_NAMES if name not in {"con", "aux.jpg", "com1.txt"}])
def test_a_bad_key_is_refused(board, key):
    quoted = "".join(f"\\U{ord(char):08x}" for char in key)
    text = f'data: {{rows: [{{id: "{quoted}"}}]}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}'
    found = board.problems(text)
    assert {code for code, _ in found} <= {"E-KEY", "E-OUTPUT"}
    assert found


@pytest.mark.parametrize("key", ["con", "aux.jpg", "com1.txt", "a.", ".a"])
def test_a_key_that_is_no_file_name_is_refused_unless_an_output_is_given(board, key):
    text = f'data: {{rows: [{{id: "{key}"}}]}}\nsteps: {{s: {{{ROWS}, prompt: x, %s}}}}'
    assert [code for code, _ in board.problems(text % "tags: []")] == ["E-OUTPUT"]
    assert board.problems(text % "output: frames/a") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("a", "A"), ("é", "e\u0301"), ("ß", "ss"), ("İ", "i\u0307"), ("å", "Å")],
)
def test_keys_that_are_one_file_on_some_disk_clash(board, one, other):
    text = f'data: {{rows: [{{id: "{one}"}}, {{id: "{other}"}}]}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}'
    (found,) = board.problems(text)
    assert found == ("E-OUTPUT", f'"s@{one}" and "s@{other}" would be one file: "s/{other}"')


def test_a_task_is_named_by_step_and_key(board):
    tasks = board.tasks(
        f"data: {{rows: [{{id: a}}]}}\nsteps: {{s: {{{ROWS}, prompt: x}}, one: {{prompt: x}}}}"
    )
    assert tasks["s@a"].outputs == (("s/a",),)
    assert tasks["one"].outputs == (("one",),)


def test_takes_have_names_beside_the_picked_one(board):
    task = board.task("steps: {s: {prompt: x, output: a/name.jpg, takes: 2, pick: 2}}")
    assert task.outputs == (("a/name.jpg",), ("a/name.take-1.jpg",), ("a/name.take-2.jpg",))
    assert task.pick == 2


def test_the_pictures_of_a_group_are_numbered(board):
    task = board.task("steps: {s: {prompt: x, output: name.jpg, group: 3}}")
    assert task.outputs == (("name-00.jpg", "name-01.jpg", "name-02.jpg"),)


def test_takes_of_a_group(board):
    task = board.task("steps: {s: {prompt: x, group: 2, takes: 2}}")
    assert task.outputs == (
        ("s-00", "s-01"),
        ("s-00.take-1", "s-01.take-1"),
        ("s-00.take-2", "s-01.take-2"),
    )


def test_a_template_may_number_by_itself(board):
    task = board.task("steps: {s: {prompt: x, output: 'p{{ index + 1 }}', group: 2}}")
    assert task.outputs == (("p1", "p2"),)
    task = board.task("steps: {s: {prompt: x, output: 'p{{ take }}.jpg', takes: 2}}")
    assert task.outputs == ((), ("p1.jpg",), ("p2.jpg",))


def test_a_file_that_a_value_names_may_number_too(board):
    board.write("numbered.j2", "p{{ index }}")
    board.write("plain.j2", "p")
    text = "vars: {f: %s}\nsteps: {s: {prompt: x, group: 2, output: '{%% include vars.f %%}'}}"
    assert board.task(text % "numbered.j2").outputs == (("p0", "p1"),)
    assert board.task(text % "plain.j2").outputs == (("p-00", "p-01"),)


@pytest.mark.parametrize(
    "output",
    ["p{{ index // 2 }}", "p{{ take // 3 }}-{{ index }}"],
)
def test_pictures_of_one_task_may_not_share_a_name(board, output):
    found = board.problems(f"steps: {{s: {{prompt: x, group: 2, takes: 2, output: '{output}'}}}}")
    assert [message.partition(":")[0] for _, message in found] == ['two pictures of "s" would be one file']


def test_two_tasks_may_not_share_a_name(board):
    rows = "data: {rows: [{id: a}, {id: b}, {id: c}]}"
    text = f"{rows}\nsteps: {{s: {{{ROWS}, prompt: x, output: same.jpg}}}}"
    expansion = board.expand(text)
    (found,) = expansion.problems
    assert (found.message, found.count) == ('"s@a" and "s@b" would be one file: "same.jpg"', 2)
    assert len(found.also) == 2


def test_a_take_may_not_have_the_name_of_another_task(board):
    text = "steps: {s: {prompt: x, takes: 2}, t: {prompt: x, output: s.take-2.jpg}}"
    assert board.problems(text) == [("E-OUTPUT", '"s" and "t" would be one file: "s.take-2.jpg"')]


@pytest.mark.parametrize("folder", ["a.jpg/b", "A.JPG/b", "a.jpg/c/b.jpg", "a.jpeg/x"])
def test_a_picture_and_a_folder_may_not_share_a_name(board, folder):
    """It would be found when the first of them is paid for."""
    found = board.problems(f"steps: {{s: {{prompt: x, output: a}}, t: {{prompt: x, output: {folder}}}}}")
    assert [code for code, _ in found] == ["E-OUTPUT"]


def test_a_folder_may_have_the_name_of_a_picture_without_its_extension(board):
    board.plan("steps: {s: {prompt: x, output: a.jpg}, t: {prompt: x, output: a/b.jpg}}")


@pytest.mark.parametrize(
    ("model", "output", "fits"),
    [
        ("seedream-4.5", "a.jpg", True),
        ("seedream-4.5", "a.JPEG", True),
        ("seedream-4.5", "a.v2", True),
        ("seedream-4.5", "a.png", False),
        ("seedream-4.5", "a.webp", False),
        ("seedream-5.0-lite, output_format: png", "a.png", True),
        ("seedream-5.0-lite, output_format: png", "a.jpg", False),
        ("ep-20260101-abcde", "a.png", True),
        ("ep-20260101-abcde", "a.webp", False),
    ],
)
def test_the_extension_is_what_the_model_makes(board, model, output, fits):
    found = board.problems(f"steps: {{s: {{prompt: x, model: {model}, size: 2048x2048, output: {output}}}}}")
    assert [code for code, _ in found] == ([] if fits else ["E-OUTPUT"])


def test_a_wrong_extension_of_many_rows_is_told_once(board):
    board.write("t.csv", "id\n" + "".join(f"s{number}\n" for number in range(300)))
    text = f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x, output: 'f/{{{{ r.id }}}}.png'}}}}"
    (found,) = board.expand(text).problems
    assert found.message == 'output "f/s0.png": seedream-4.5 makes JPEG files here'
    assert (found.count, [str(place) for place in found.also]) == (300, ["t.csv:2:1"])


def test_names_that_are_wrong_in_several_ways_are_each_told_once(board):
    board.write("t.csv", "id,name\n1,aa:b\n2,cc:d\n3,con\n4,e?\n5,fine\n")
    text = f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x, output: '{{{{ r.name }}}}'}}}}"
    found = board.expand(text).problems
    assert [(problem.message.partition(" has ")[2][:5], problem.count) for problem in found] == [
        ('":", ', 2),
        ('"con"', 1),
        ('"?", ', 1),
    ]


EMPTY_CELLS = {
    "f/{{ r.scene }}/{{ r.id }}.jpg": ("t.csv:3:1", 'output "f/1/.jpg": column "id" is empty'),
    "{{ r['scene'] }}/{{ r[\"id\"] | lower }}": ("t.csv:3:1", 'output "1/": column "id" is empty'),
    "f/{{ r.scene }}/{{ r.id | trim }}/x": ("t.csv:3:1", 'output "f/1//x": column "id" is empty'),
    "f/{{ r.id ~ '' }}.jpg": ("t.csv:3:1", 'output "f/.jpg": column "id" is empty'),
    "f/{{ '' ~ r.id }}.jpg": ("board.yaml:4:", 'output "f/.jpg" has nothing before ".jpg"'),
}


@pytest.mark.parametrize(("output", "told"), EMPTY_CELLS.items())
def test_an_empty_cell_in_a_name_is_told_at_its_row(board, output, told):
    board.write("t.csv", "key,id,scene\n1,a,1\n2,,1\n3,,1\n")
    output = output.replace('"', '\\"')
    step = f"foreach: {{in: rows, as: r, key: '{{{{ r.key }}}}'}}, prompt: x, output: \"{output}\""
    (found,) = board.expand(f"data: {{rows: t.csv}}\nsteps: {{s: {{{step}}}}}").problems
    assert (str(found.place)[: len(told[0])], found.message) == told
    assert (found.code, found.count) == ("E-OUTPUT", 2)


def test_a_column_that_may_be_empty_is_not_to_blame_for_an_extension(board):
    board.write("t.csv", "id,note\na,\n")
    output = "{{ r.id }}{{ r.note }}.png"
    text = f"data: {{rows: t.csv}}\nsteps: {{s: {{{ROWS}, prompt: x, output: '{output}'}}}}"
    assert board.problems(text) == [("E-OUTPUT", 'output "a.png": seedream-4.5 makes JPEG files here')]


@pytest.mark.parametrize("value", ["{{ none }}", "{{ '' }}", "{{ [] }}", "{{ {} }}", "{{ ['a'] }}"])
def test_a_name_that_is_nothing_or_no_text_is_told(board, value):
    found = board.problems(f'steps: {{s: {{prompt: x, output: "{value}"}}}}')
    assert found[0][0] in {"E-OUTPUT", "E-TEMPLATE-VALUE"}


def test_ninety_nine_takes_of_fifteen_are_named_at_once(board):
    task = board.task("steps: {s: {prompt: x, takes: 99, group: 15, output: a/b}}")
    assert sum(len(row) for row in task.outputs) == 1500


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.jpg", ("a", ".jpg")),
        ("a.b.PNG", ("a.b", ".PNG")),
        ("a", ("a", "")),
        ("a.b", ("a.b", "")),
        (".jpg", (".jpg", "")),
        ("x/.jpg", ("x/.jpg", "")),
        ("a.jpg/b", ("a.jpg/b", "")),
        ("a.webp", ("a", ".webp")),
    ],
)
def test_only_an_extension_of_pictures_is_one(name, parts):
    assert split_extension(name) == parts
