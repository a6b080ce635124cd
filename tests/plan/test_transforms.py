"""Operations as tasks: their recipes and keys, how many pictures they make, what they chain with."""

import dataclasses

import pytest

from seedream_pipe.catalog import OPERATIONS
from seedream_pipe.digest import BlobDigest, canonical
from seedream_pipe.plan.key import key, keyed
from seedream_pipe.plan.transforms import plain

A, B = BlobDigest("a" * 64), BlobDigest("b" * 64)
THUMB = "steps: {thumb: {use: resize, images: [a.jpg], with: {width: %s}}}"


def recipe(board, text=THUMB % 640):
    board.picture("a.jpg")
    (task,) = (task for task in board.tasks(text).values() if task.recipe.maker.realm == "local")
    return task.recipe


class TestKey:
    def test_it_holds_maker_version_realm_options_and_pictures(self, board):
        assert keyed(recipe(board), [A], 1) == {
            "maker": "resize",
            "version": OPERATIONS["resize"].version,
            "realm": "local",
            "options": {"width": 640},
            "images": [A],
        }

    def test_a_released_key_never_changes(self, board):
        found = dataclasses.replace(recipe(board), maker=dataclasses.replace(recipe(board).maker, version=1))
        assert key(found, [A], 1) == "32cb09a43e57ef74896e550f916071bedcbb50b94c21775fdceb12274bbe9f86"

    def test_another_option_another_picture_another_order_are_other_keys(self, board):
        one, other = recipe(board), recipe(board, THUMB % 320)
        keys = [
            key(one, [A], 1),
            key(other, [A], 1),
            key(one, [B], 1),
            key(one, [A, B], 1),
            key(one, [B, A], 1),
        ]
        assert len(set(keys)) == 5

    def test_another_version_is_another_key(self, board):
        one = recipe(board)
        newer = dataclasses.replace(one, maker=dataclasses.replace(one.maker, version=99))
        assert key(one, [A], 1) != key(newer, [A], 1)

    @pytest.mark.parametrize("width", ['"640"', '"{{ 640 }}"', "640, fit: contain"])
    def test_the_same_meaning_written_otherwise_is_the_same_key(self, board, width):
        assert key(recipe(board, THUMB % width), [A], 1) == key(recipe(board), [A], 1)

    def test_labels_are_in_the_key_where_they_are_lettered(self, board):
        text = "steps: {s: {use: grid, images: [a.jpg], with: {labels: %s}}}"
        lettered, plain = recipe(board, text % "true"), recipe(board, text % "false")
        assert key(lettered, [A], 1, labels=["Mei"]) != key(lettered, [A], 1, labels=["Duke"])
        assert key(plain, [A], 1, labels=["Mei"]) == key(plain, [A], 1, labels=["Duke"])

    @pytest.mark.parametrize(
        ("use", "options"),
        [
            ("crop", {"aspect": "16:9"}),
            ("crop", {"box": {"x": "10%", "width": 20, "height": "50%"}}),
            ("pad", {"aspect": "1:1", "color": "#102030"}),
            ("grid", {"columns": 3, "cell": {"width": 200}, "title": "夜市", "labels": ["a", "b"]}),
            ("convert", {"format": "jpeg", "background": "red"}),
        ],
    )
    def test_every_record_of_parameters_can_be_keyed(self, use, options):
        operation = OPERATIONS[use]
        try:
            made = operation.decode(options)
        except ValueError:
            made = operation.decode({name: value for name, value in options.items() if name != "color"})
        assert canonical(plain(made))


class TestTasks:
    def test_each_row_has_its_parameters(self, board):
        board.picture("a.jpg")
        text = """
data: {rows: {a: {width: '100'}, b: {width: ''}}}
steps:
  s:
    foreach: {in: rows, as: r, key: "{{ r.id }}"}
    use: resize
    images: [a.jpg]
    with: {width: "{{ r.width }}", height: 50}
"""
        a, b = board.tasks(text).values()
        assert (a.recipe.options, b.recipe.options) == ({"height": 50, "width": 100}, {"height": 50})

    def test_it_makes_as_many_pictures_as_it_gets(self, board):
        for name in "ab":
            board.picture(f"m/{name}.jpg")
        task = board.task("steps: {s: {use: resize, images: [m/*.jpg], with: {width: 10}}}")
        assert (task.most, task.is_series, task.outputs) == (2, True, (("s-00", "s-01"),))

    def test_one_picture_has_the_plain_name(self, board):
        board.picture("a.jpg")
        assert board.task(THUMB % 10).outputs == (("thumb",),)

    def test_a_group_may_come_short_so_its_pictures_are_numbered(self, board):
        text = """
steps:
  turn: {prompt: Generate a set of 3 pictures, group: 3}
  small: {use: resize, images: ["turn[*]"], with: {width: 10}}
  sheet: {use: grid, images: ["small[*]"]}
  poster: {prompt: x, references: ["small[2]", sheet]}
"""
        tasks = board.tasks(text)
        assert (tasks["small"].most, tasks["small"].is_series) == (3, True)
        assert (tasks["sheet"].most, tasks["sheet"].is_series) == (1, False)

    def test_a_picture_that_it_cannot_make_is_no_reference(self, board):
        board.picture("a.jpg")
        small = "s: {use: resize, images: [a.jpg], with: {width: 9}}"
        text = f"steps: {{{small}, t: {{prompt: x, references: ['s[1]']}}}}"
        assert board.problems(text) == [("E-REF", 'there is no picture [1]: "s" makes one picture')]

    def test_its_pictures_count_as_references(self, board):
        for n in range(15):
            board.picture(f"m/{n:02}.jpg")
        small = "s: {use: resize, images: [m/*.jpg], with: {width: 9}}"
        text = f"steps: {{{small}, t: {{prompt: x, references: ['s[*]']}}}}"
        ((code, message),) = board.problems(text)
        assert (code, message) == ("E-REFERENCES", "15 references; seedream-4.5 takes at most 14")

    def test_more_pictures_than_a_call_takes_are_none_too_many(self, board):
        for n in range(40):
            board.picture(f"m/{n:02}.jpg", n)
        assert len(board.task("steps: {s: {use: grid, images: [m/*.jpg]}}").inputs) == 40

    @pytest.mark.parametrize(
        ("step", "code", "column"),
        [
            ("{use: resise, images: [a.jpg]}", "E-UNKNOWN", 7),
            ("{use: resize, images: [a.jpg], with: {width: 0}}", "E-OPTION", 51),
            ("{use: resize, images: [a.jpg], with: {wide: 10}}", "E-OPTION", 50),
            ("{use: resize, images: ['{{ [] }}'], with: {width: 10}}", "E-IMAGES", 20),
            ("{use: convert, images: [a.jpg], with: {format: png}, output: x.jpg}", "E-OUTPUT", 67),
        ],
    )
    def test_what_is_wrong_is_told_at_its_place(self, board, step, code, column):
        board.picture("a.jpg")
        (found,) = (each for each in board.expand(f"steps:\n  s: {step}").problems if each.is_error)
        assert (found.code, found.place.line) == (code, 4)
        assert found.place.column == column

    def test_a_row_that_gives_a_wrong_parameter_is_named(self, board):
        board.picture("a.jpg")
        text = """
data: {rows: {a: {w: 10}, b: {w: wide}}}
steps:
  s:
    foreach: {in: rows, as: r, key: "{{ r.id }}"}
    use: resize
    images: [a.jpg]
    with: {width: "{{ r.w }}"}
"""
        (found,) = (each for each in board.expand(text).problems if each.is_error)
        assert (found.code, len(found.also)) == ("E-OPTION", 1)

    def test_a_cycle_through_operations_ends(self, board):
        text = (
            "steps: {a: {use: grid, images: ['b[*]']}, b: {use: resize, images: ['a[*]'], with: {width: 9}}}"
        )
        assert "E-CYCLE" in [code for code, _ in board.problems(text)]
