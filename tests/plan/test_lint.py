"""What is allowed and probably not meant: each rule from both sides, and how it is silenced."""

import pytest

ROWS = "foreach: {in: rows, as: r, key: '{{ r.id }}'}"


def codes(board, text):
    return [found.code for found in board.advice(text)]


UNUSED = [
    (
        "W-UNUSED-VAR",
        "vars: {look: ink}\nsteps: {s: {prompt: x}}",
        "vars: {look: ink}\nsteps: {s: {prompt: '{{ vars.look }}'}}",
    ),
    (
        "W-UNUSED-VAR",
        "vars: {look: ink}\nsteps: {s: {prompt: look}}",
        "vars: {look: ink}\nsteps: {s: {prompt: '{{ vars[\"look\"] }}'}}",
    ),
    (
        "W-UNUSED-VAR",
        "vars: {a: b, c: d}\nsteps: {s: {prompt: '{{ vars.a }}'}}",
        "vars: {a: b, c: '{{ vars.a }}'}\nsteps: {s: {prompt: '{{ vars.c }}'}}",
    ),
    (
        "W-UNUSED-VAR",
        "vars: {a: b}\nsteps: {s: {prompt: a}}",
        "vars: {a: b}\nsteps: {s: {prompt: '{% for n in vars %}{{ n }}{% endfor %}'}}",
    ),
    (
        "W-UNUSED-SET",
        "references: {m: a.jpg}\nsteps: {s: {prompt: x}}",
        "references: {m: a.jpg}\nsteps: {s: {prompt: x, references: [\"{{ 'm' }}\"]}}",
    ),
    (
        "W-UNUSED-TABLE",
        "data: {rows: [{id: a}]}\nsteps: {s: {prompt: x}}",
        "data: {rows: [{id: a}]}\nsteps: {s: {prompt: '{{ data.rows | length }}'}}",
    ),
    (
        "W-UNUSED-COLUMN",
        f"data: {{rows: [{{id: a, note: n}}]}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}",
        f"data: {{rows: [{{id: a, note: n}}]}}\nsteps: {{s: {{{ROWS}, prompt: '{{{{ r.note }}}}'}}}}",
    ),
    (
        "W-UNUSED-COLUMN",
        f"data: {{rows: [{{id: a, note: n}}]}}\nsteps: {{s: {{{ROWS}, prompt: note}}}}",
        f"data: {{rows: [{{id: a, note: n}}]}}\nsteps: {{s: {{{ROWS}, prompt: '{{{{ r | length }}}}'}}}}",
    ),
]


@pytest.mark.parametrize(("code", "wrong", "right"), UNUSED)
def test_what_nothing_uses_is_told(board, code, wrong, right):
    board.picture("a.jpg")
    assert codes(board, wrong) == [code]
    assert codes(board, right) == []


def test_a_name_that_only_a_prompt_file_uses_is_used(board):
    board.write("p.j2", "{% include './look.j2' %}")
    board.write("look.j2", "{{ vars.look }}")
    assert codes(board, "vars: {look: ink}\nsteps: {s: {prompt: {file: p.j2}}}") == []


def test_columns_that_nothing_uses_are_told_together(board):
    text = f"data: {{rows: [{{id: a, n: 1, m: 2}}]}}\nsteps: {{s: {{{ROWS}, prompt: x}}}}"
    (found,) = board.advice(text)
    assert found.message == 'nothing uses the columns n, m of "rows"'


SAME = "steps: {s: {prompt: A cat%s}, t: {prompt: A cat}}"


@pytest.mark.parametrize("more", ["", ", tags: [a]", ", output: x/y"])
def test_two_tasks_with_one_request_are_told_because_it_is_bought_once(board, more):
    (found,) = board.advice(SAME % more)
    assert (found.code, found.message) == (
        "W-SAME-REQUEST",
        '"t" asks for the same picture as "s": it is bought once',
    )


@pytest.mark.parametrize("more", [", salt: again", ", seed: 1", ", size: 4K", ", references: [a.jpg]"])
def test_two_tasks_that_differ_are_two_pictures(board, more):
    board.picture("a.jpg")
    assert codes(board, SAME % more) == []


def test_keys_that_count_the_rows_are_told(board):
    rows = "data: {rows: [{id: %s}, {id: %s}, {id: %s}]}"
    text = f"{rows}\nsteps: {{s: {{{ROWS}, prompt: '{{{{ r.id }}}}'}}}}"
    assert codes(board, text % (1, 2, 3)) == ["W-INDEX-KEY"]
    assert codes(board, text % ("010", "020", "030")) == []


@pytest.mark.parametrize(
    ("prompt", "more", "code"),
    [
        ("A cat", "group: 4", "W-GROUP-COUNT"),
        ("Generate a set of 4 pictures of a cat", "group: 4", None),
        ("A cat, 16:9", "size: {tier: 2K, aspect: '16:9'}", "W-SHAPE-WORDS"),
        ("A cat, 16:9", "size: 2K", None),
        ("A cat in the lane", "references: [a.jpg, b.jpg]", "W-REFERENCES-SILENT"),
        ("A cat as in image 1, lane of image 2", "references: [a.jpg, b.jpg]", None),
        ("As in image 3", "references: [a.jpg, b.jpg]", "W-IMAGE-NUMBER"),
    ],
)
def test_advice_on_a_prompt_reaches_the_findings(board, prompt, more, code):
    board.picture("a.jpg")
    board.picture("b.jpg", 200)
    assert codes(board, f'steps: {{s: {{prompt: "{prompt}", {more}}}}}') == ([code] if code else [])


class TestSilence:
    def test_a_code_is_silenced_in_a_list(self, board):
        assert codes(board, "lint: {ignore: [W-UNUSED-VAR]}\nvars: {a: b}\nsteps: {s: {prompt: x}}") == []

    def test_another_code_is_not(self, board):
        text = "lint: {ignore: [W-UNUSED-SET]}\nvars: {a: b}\nsteps: {s: {prompt: x}}"
        assert codes(board, text) == ["W-UNUSED-VAR"]

    def test_it_is_silenced_at_its_line(self, board):
        text = "vars:\n  a: b  # seedream: ignore W-UNUSED-VAR\n  c: d\nsteps: {s: {prompt: x}}"
        (found,) = board.advice(text)
        assert '"c"' in found.message


class TestReferences:
    def test_a_provider_that_refused_more_is_told_of(self, board):
        names = ", ".join(f'"https://x.org/{n}.jpg"' for n in range(11))
        text = f"steps: {{s: {{prompt: As in image 1, references: [{names}]}}}}"
        assert codes(board, text) == []
        board.provider = "302ai"
        assert codes(board, text) == ["W-REFERENCE-COUNT"]
        board.provider = "ark"
        assert codes(board, text) == []

    @pytest.mark.parametrize(("size", "told"), [((300, 100), False), ((301, 100), True), ((100, 301), True)])
    def test_a_slim_picture_is_advised_against(self, board, size, told):
        board.picture("a.jpg", size=size)
        found = codes(board, "steps: {s: {prompt: x, references: [a.jpg]}}")
        assert found == (["W-REFERENCE-ASPECT"] if told else [])

    @pytest.mark.parametrize(("size", "told"), [(10_485_760, False), (10_485_761, True)])
    def test_a_heavy_picture_is_advised_against(self, board, size, told):
        path = board.picture("a.jpg")
        data = path.read_bytes()
        path.write_bytes(data + b"\0" * (size - len(data)))
        found = codes(board, "steps: {s: {prompt: x, references: [a.jpg]}}")
        assert found == (["W-REFERENCE-BYTES"] if told else [])


def test_a_set_of_rows_that_are_left_out_may_be_used_by_them(board):
    board.picture("a.jpg")
    text = "references: {m: a.jpg}\nsteps: {s: {when: false, prompt: x, references: [m]}, t: {prompt: y}}"
    assert codes(board, text) == []
