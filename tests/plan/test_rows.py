"""What a step is made concrete for: rows, combinations, conditions, pictures of a group."""

import pytest

from seedream_pipe.plan.model import PictureOf

ROWS = "foreach: {in: rows, as: r, key: '{{ r.id }}'}"
TABLE = (
    "data: {rows: {a: {kind: wide, cast: mei duke}, b: {kind: close, cast: ''}, c: {kind: wide, cast: duke}}}"
)


def keys(board, text):
    return [task.key for task in board.tasks(text).values()]


class TestMatrix:
    TEXT = """
steps:
  poster:
    matrix:
      format: [{id: tv, aspect: 16:9}, {id: phone, aspect: 9:16}]
      market: [en, zh]
      exclude: [{format.id: phone, market: zh}]
    prompt: "For {{ market }}"
    size: {tier: 4K, aspect: "{{ format.aspect }}"}
"""

    def test_axes_are_variables_and_their_ids_the_key(self, board):
        tasks = board.tasks(self.TEXT)
        assert list(tasks) == ["poster@tv-en", "poster@tv-zh", "poster@phone-en"]
        made = tasks["poster@phone-en"].recipe.generation
        assert (made.prompt, made.size) == ("For en", "3040x5504")

    def test_rows_and_combinations_nest(self, board):
        step = f"{ROWS}, matrix: {{m: [en, zh]}}, prompt: '{{{{ r.kind }}}} {{{{ m }}}}'"
        text = f"{TABLE}\nsteps: {{s: {{{step}}}}}"
        assert keys(board, text) == ["a-en", "a-zh", "b-en", "b-zh", "c-en", "c-zh"]

    def test_an_axis_may_look_at_the_row(self, board):
        axis = "matrix: {who: '{{ r.cast.split() }}'}"
        assert keys(board, f"{TABLE}\nsteps: {{s: {{{ROWS}, {axis}, prompt: '{{{{ who }}}}'}}}}") == [
            "a-mei",
            "a-duke",
            "c-duke",
        ]

    def test_an_axis_may_be_a_table(self, board):
        text = f"{TABLE}\nsteps: {{s: {{matrix: {{r: '{{{{ data.rows }}}}'}}, prompt: '{{{{ r.kind }}}}'}}}}"
        assert keys(board, text) == ["a", "b", "c"]

    def test_the_frame_before_is_the_one_of_the_same_combination(self, board):
        text = f"{TABLE}\nsteps: {{s: {{{ROWS}, matrix: {{m: [en, zh]}}, prompt: x, references: [prev]}}}}"
        tasks = board.tasks(text)
        assert [given.task for given in tasks["s@b-zh"].inputs] == ["s@a-zh"]
        assert tasks["s@a-zh"].inputs == ()

    def test_a_step_with_a_matrix_needs_a_key_to_be_referred_to(self, board):
        text = "steps: {s: {matrix: {m: [en]}, prompt: x}, t: {prompt: x, references: [s]}}"
        ((code, message),) = board.problems(text)
        assert code == "E-REF"
        assert "a task for every combination" in message

    @pytest.mark.parametrize(
        ("matrix", "code"),
        [
            ("{m: []}", "E-MATRIX"),
            ("{m: '{{ 1 }}'}", "E-MATRIX"),
            ("{m: [{x: 1}]}", "E-MATRIX"),
            ("{m: [a b, a-b]}", "E-KEY"),
            ("{m: [a], exclude: [{n: 1}]}", "E-MATRIX"),
            ("{m: '{{ range(300) | list }}', n: '{{ range(300) | list }}'}", "E-MATRIX"),
        ],
    )
    def test_what_makes_no_sense_is_told(self, board, matrix, code):
        found = board.problems(f'steps: {{s: {{matrix: {matrix}, prompt: "x"}}}}')
        assert [each for each, _ in found] == [code]

    def test_what_takes_out_nothing_is_advised_against(self, board):
        text = "steps: {s: {matrix: {m: [a, b], exclude: [{m: c}]}, prompt: '{{ m }}'}}"
        assert [found.code for found in board.advice(text)] == ["W-MATRIX-EXCLUDE"]

    def test_nothing_follows_from_a_matrix_that_is_wrong(self, board):
        text = "steps: {s: {matrix: {m: []}, prompt: x}, t: {prompt: x, references: [s@a]}}"
        assert [code for code, _ in board.problems(text)] == ["E-MATRIX"]


class TestWhen:
    def test_a_task_for_which_it_is_false_is_left_out(self, board):
        text = f"""{TABLE}\nsteps: {{s: {{{ROWS}, when: "{{{{ r.kind == 'wide' }}}}", prompt: x}}}}"""
        plan = board.plan(text)
        assert list(plan.tasks) == ["s@a", "s@c"]
        assert list(plan.left_out) == ["s@b"]

    @pytest.mark.parametrize(
        ("when", "there"),
        [
            ("true", True),
            ("false", False),
            ("'true'", True),
            ("'false'", False),
            ("'{{ none }}'", False),
            ("''", False),
            ("'{{ [] }}'", False),
            ("'{{ vars.n }}'", True),
            ("'{{ vars.n == 2 }}'", False),
        ],
    )
    def test_it_is_a_truth_or_what_is_empty(self, board, when, there):
        text = f"vars: {{n: 1}}\nsteps: {{s: {{when: {when}, prompt: x}}}}"
        assert list(board.tasks(text)) == (["s"] if there else [])

    def test_another_text_is_an_error(self, board):
        ((code, message),) = board.problems("steps: {s: {when: 'yes', prompt: x}}")
        assert (code, message) == ("E-VALUE", 'when is "yes"; true or false is expected')

    @pytest.mark.parametrize("reference", ["s", "t@b"])
    def test_who_refers_to_one_that_is_left_out_is_told_why(self, board, reference):
        text = f"""{TABLE}
steps:
  s: {{when: false, prompt: x}}
  t: {{{ROWS}, when: "{{{{ r.kind == 'wide' }}}}", prompt: x}}
  u: {{prompt: x, references: ["{reference}"]}}
"""
        ((code, message),) = board.problems(text)
        assert code == "E-LEFT-OUT"
        assert "is left out by `when` at board.yaml:" in message

    def test_all_of_a_step_are_those_that_there_are(self, board):
        text = f"""{TABLE}
steps:
  t: {{{ROWS}, when: "{{{{ r.kind == 'wide' }}}}", prompt: x}}
  u: {{prompt: x, references: ["t[*]"], needs: [t@b]}}
"""
        assert [given.task for given in board.tasks(text)["u"].inputs] == ["t@a", "t@c"]

    def test_the_frame_before_is_the_one_that_there_is(self, board):
        text = f"""{TABLE}
steps: {{s: {{{ROWS}, when: "{{{{ r.kind == 'wide' }}}}", prompt: x, references: [prev]}}}}
"""
        assert [given.task for given in board.tasks(text)["s@c"].inputs] == ["s@a"]

    def test_a_combination_can_be_left_out(self, board):
        text = (
            "steps: {s: {matrix: {m: [en, zh], n: [1, 2]}, when: \"{{ m == 'en' or n == 1 }}\", prompt: x}}"
        )
        assert keys(board, text) == ["en-1", "en-2", "zh-1"]


class TestPicturesOfAGroup:
    TEXT = """
steps:
  turn: {prompt: Generate a set of 3 pictures, group: 3}
  each:
    foreach: {in: "turn[*]", as: pic, key: "p{{ pic.number }}"}
    references: ["{{ pic.ref }}"]
    prompt: "Picture {{ pic.number }}"
  after: {prompt: x, references: ["each[*]"]}
"""

    def test_there_is_a_task_for_each_picture_that_may_come(self, board):
        tasks = board.tasks(self.TEXT)
        assert list(tasks) == ["turn", "each@p1", "each@p2", "each@p3", "after"]
        assert tasks["each@p3"].picture_of == PictureOf(task="turn", index=2)
        (given,) = tasks["each@p3"].inputs
        assert (given.task, given.index) == ("turn", 2)

    def test_each_needs_the_group_also_when_it_takes_no_picture_of_it(self, board):
        text = self.TEXT.replace('    references: ["{{ pic.ref }}"]\n', "")
        assert board.plan(text).needs()["each@p2"] == ["turn"]

    def test_who_takes_all_of_them_can_do_without_some(self, board):
        assert all(given.optional for given in board.tasks(self.TEXT)["after"].inputs)

    def test_it_may_stand_above_the_group(self, board):
        head, turn, rest = self.TEXT.partition("  turn: {prompt: Generate a set of 3 pictures, group: 3}\n")
        assert next(iter(board.tasks(head + rest + turn))) == "turn"

    def test_it_goes_on_over_the_pictures_of_pictures(self, board):
        text = self.TEXT + "  third: {foreach: {in: 'each[*]', as: p, key: '{{ p.id }}'}, prompt: x}\n"
        assert board.tasks(text)["third@p2-00"].picture_of == PictureOf(task="each@p2", index=0)

    @pytest.mark.parametrize(
        ("over", "code"),
        [("nobody[*]", "E-REF"), ("turn@x[*]", "E-UNKNOWN"), ("each[*]", "E-CYCLE")],
    )
    def test_what_cannot_be_gone_over_is_told(self, board, over, code):
        text = self.TEXT.replace("turn[*]", over)
        assert code in [each for each, _ in board.problems(text)]


@pytest.mark.parametrize("entry", ["{m: a, vars: 1}", '\'{{ {1: 2, "m": "c"} }}\''])
def test_what_a_matrix_adds_has_a_name_of_its_own_and_is_a_text(board, entry):
    found = board.problems(f"steps: {{s: {{matrix: {{m: [a], include: [{entry}]}}, prompt: x}}}}")
    assert [code for code, _ in found] == (["E-NAME"] if "vars" in entry else [])
