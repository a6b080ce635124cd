"""Prompts of tasks: names bound to pictures, findings where they were written, advice."""

import pytest

from seedream_pipe.plan.key import key

CAST = """
data:
  shots: {a1: {cast: mei duke}, a2: {cast: duke}, a3: {cast: ''}}
"""
SHOTS = """
steps:
  sheet: {matrix: {who: [mei, duke]}, prompt: "{{ who }}"}
  shots:
    foreach: {in: shots, as: shot, key: "{{ shot.id }}"}
    references:
      - {each: "{{ shot.cast.split() }}", as: who, from: "sheet@{{ who }}", name: "{{ who }}"}
      - {from: prev, name: last}
    prompt: PROMPT
"""
MENTIONS = (
    '"{% for w in shot.cast.split() %}@{{ w }} {% endfor %}'
    "runs{% if shot.id != 'a1' %} after @last{% endif %}\""
)


def shots(board, prompt=MENTIONS):
    return board.tasks(CAST + SHOTS.replace("PROMPT", prompt))


def prompt_of(task):
    return task.recipe.generation.prompt


class TestNames:
    def test_the_prompt_that_is_keyed_speaks_of_places(self, board):
        tasks = shots(board)
        assert prompt_of(tasks["shots@a1"]) == "Image 1 image 2 runs"
        assert prompt_of(tasks["shots@a2"]) == "Image 1 runs after image 2"
        assert prompt_of(tasks["shots@a3"]) == "runs after image 1"

    def test_each_gives_a_reference_an_item_in_their_order(self, board):
        tasks = shots(board)
        assert [given.task for given in tasks["shots@a1"].inputs] == ["sheet@mei", "sheet@duke"]
        assert [given.name for given in tasks["shots@a2"].inputs] == ["duke", "last"]

    def test_a_chinese_prompt_has_chinese_places(self, board):
        board.picture("a.jpg")
        task = board.task("steps: {s: {prompt: '让@mei走进雨里', references: [{from: a.jpg, name: mei}]}}")
        assert prompt_of(task) == "让图1走进雨里"

    @pytest.mark.parametrize(
        ("reference", "name"),
        [("sheet@mei", "mei"), ("sheet@mei", "sheet"), ("market", "market"), ("{from: a.jpg, name: x}", "x")],
    )
    def test_a_picture_answers_to_its_name_its_key_its_step_and_its_set(self, board, reference, name):
        board.picture("a.jpg")
        text = f"""
references: {{market: a.jpg}}
steps:
  sheet: {{matrix: {{who: [mei]}}, prompt: x}}
  s: {{prompt: "As @{name} is", references: [{reference}]}}
"""
        assert prompt_of(board.tasks(text)["s"]) == "As image 1 is"

    def test_a_set_is_all_of_its_pictures(self, board):
        for name in ("m/a.jpg", "m/b.jpg"):
            board.picture(name)
        text = "references: {lane: m/*.jpg}\nsteps: {s: {prompt: the lane of @lane, references: [lane]}}"
        assert prompt_of(board.task(text)) == "the lane of images 1 and 2"

    def test_a_plain_at_is_written_twice_and_an_address_is_left_alone(self, board):
        task = board.task("steps: {s: {prompt: 'a sign: @@mei, mail mei@example.org'}}")
        assert prompt_of(task) == "a sign: @mei, mail mei@example.org"

    def test_who_names_a_picture_and_who_numbers_it_ask_for_the_same(self, board):
        board.picture("a.jpg")
        text = "steps: {s: {prompt: 'As %s is', references: [{from: a.jpg, name: mei}]}}"
        named, numbered = board.task(text % "@mei"), board.task(text % "image 1")
        assert prompt_of(named) == "As image 1 is"
        assert prompt_of(numbered) == "As image 1 is"

    def test_another_order_of_the_pictures_is_another_key(self, board):
        for shade, name in enumerate("ab"):
            board.picture(f"{name}.jpg", shade * 200)
        text = "steps: {s: {prompt: 'As @a is', references: [%s, %s]}}"
        a, b = "{from: ./a.jpg, name: a}", "{from: ./b.jpg, name: b}"
        one, other = (board.task(text % pair) for pair in ((a, b), (b, a)))
        assert (prompt_of(one), prompt_of(other)) == ("As image 1 is", "As image 2 is")
        keys = [key(task.recipe, [given.digest for given in task.inputs], 1) for task in (one, other)]
        assert keys[0] != keys[1]


class TestFindings:
    def problem(self, board, text):
        (found,) = (problem for problem in board.expand(text).problems if problem.is_error)
        return found

    def test_an_unknown_name_stands_at_its_place_in_a_block(self, board):
        board.picture("a.jpg")
        text = """steps:
  s:
    references: [{from: a.jpg, name: mei}]
    prompt: |
      In the rain
      stands @may, alone
"""
        found = self.problem(board, text)
        assert (found.code, found.place.line, found.place.column, found.place.length) == (
            "E-MENTION",
            8,
            14,
            4,
        )
        assert found.hint.startswith("known: mei")

    def test_it_stands_at_its_place_in_a_line(self, board):
        found = self.problem(board, "steps:\n  s:\n    prompt: stands @may, alone\n")
        assert (found.place.line, found.place.column) == (5, 20)

    def test_it_stands_where_it_was_written_in_a_file(self, board):
        board.write("prompts/p.j2", "雨里\n{% if true %}\n站着 @may\n{% endif %}\n")
        found = self.problem(board, "steps: {s: {prompt: {file: prompts/p.j2}}}")
        assert (found.place.file, found.place.line, found.place.column) == ("prompts/p.j2", 3, 4)

    def test_a_name_that_a_value_made_stands_at_the_prompt(self, board):
        found = self.problem(board, "vars: {who: may}\nsteps:\n  s:\n    prompt: 'stands @{{ vars.who }}'\n")
        assert (found.code, found.place.line, found.place.column) == ("E-MENTION", 6, 13)

    def test_a_name_without_a_picture_in_this_row_is_told_with_the_row(self, board):
        found = self.problem(board, CAST + SHOTS.replace("PROMPT", '"after @last"'))
        assert (found.code, found.message) == ("E-MENTION", '"@last" has no picture in this task')
        assert len(found.also) == 1

    def test_a_name_of_two_entries_means_neither(self, board):
        for name in "ab":
            board.picture(f"{name}.jpg")
        text = (
            "steps: {s: {prompt: 'As @x', references: [{from: ./a.jpg, name: x}, {from: ./b.jpg, name: x}]}}"
        )
        assert self.problem(board, text).code == "E-MENTION-AMBIGUOUS"

    def test_a_named_picture_that_nobody_speaks_of_is_told_at_the_references(self, board):
        board.picture("a.jpg")
        text = "steps:\n  s:\n    prompt: A lane\n    references: [{from: a.jpg, name: mei}]\n"
        (found,) = board.advice(text)
        assert (found.code, found.place.line) == ("W-UNMENTIONED", 6)

    def test_what_stands_behind_a_group_has_no_sure_place(self, board):
        board.picture("a.jpg")
        text = """
steps:
  turn: {prompt: Generate a set of 3 pictures, group: 3}
  s: {prompt: "As @mei", references: [%s]}
"""
        mei = "{from: a.jpg, name: mei}"
        assert self.problem(board, text % f'"turn[*]", {mei}').code == "E-MENTION-UNSURE"
        assert prompt_of(board.tasks(text % f'{mei}, "turn[*]"')["s"]) == "As image 1"

    def test_advice_is_told_once_a_place_with_how_often(self, board):
        rows = (
            "data: {rows: ["
            + ", ".join(f"{{id: r{n}, text: {'word ' * (601 + n)}}}" for n in range(5))
            + "]}"
        )
        foreach = "foreach: {in: rows, as: r, key: '{{ r.id }}'}"
        text = f"{rows}\nsteps: {{s: {{{foreach}, prompt: '{{{{ r.text }}}}'}}}}"
        (found,) = board.advice(text)
        assert (found.code, found.count) == ("W-PROMPT-LONG", 5)

    def test_advice_waits_until_nothing_is_wrong(self, board):
        text = f"steps: {{s: {{prompt: {'word ' * 601}}}, t: {{prompt: x, size: 9K}}}}"
        assert [found.is_error for found in board.expand(text).problems] == [True]


class TestEach:
    def entries(self, board, entry, step=""):
        board.picture("a.jpg")
        board.picture("b.jpg", 200)
        text = f"steps: {{s: {{prompt: x, {step} references: [{entry}]}}}}"
        return [given.label for given in board.task(text).inputs]

    @pytest.mark.parametrize(
        ("items", "labels"),
        [
            ("[./b.jpg, ./a.jpg]", ["./b.jpg", "./a.jpg"]),
            ("'{{ [\"./a.jpg\"] }}'", ["./a.jpg"]),
            ("'{{ [] }}'", []),
            ("'{{ none }}'", []),
            ("'{{ {\"./b.jpg\": 1} }}'", ["./b.jpg"]),
        ],
    )
    def test_a_list_is_gone_through_in_its_order(self, board, items, labels):
        assert self.entries(board, f"{{each: {items}, as: f, from: '{{{{ f }}}}'}}") == labels

    def test_a_text_is_no_list(self, board):
        text = "steps: {s: {prompt: x, references: [{each: '{{ \"mei\" }}', as: f, from: '{{ f }}'}]}}"
        assert [code for code, _ in board.problems(text)] == ["E-EACH"]

    def test_the_same_picture_twice_is_sent_twice(self, board):
        assert self.entries(board, "./a.jpg, ./a.jpg") == ["./a.jpg", "./a.jpg"]

    def test_the_same_picture_is_merged_when_that_is_asked_for(self, board):
        board.picture("c.jpg")
        found = self.entries(board, "./a.jpg, ./b.jpg, ./c.jpg, ./a.jpg", step="unique_references: true,")
        assert found == ["./a.jpg", "./b.jpg"]
