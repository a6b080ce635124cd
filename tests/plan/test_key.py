"""The key: each field that is in it, each that is not, and digests that never change."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from seedream_pipe.digest import BlobDigest, canonical
from seedream_pipe.makers import Generation, MakerId
from seedream_pipe.plan.key import FORMAT, key, keyed, unkeyed
from seedream_pipe.plan.model import Recipe

GOLDEN = json.loads((Path(__file__).parent / "golden_keys.json").read_text("utf-8"))
MAKER = MakerId(name="seedream", version=1, realm="seedream")
PLAIN = Generation(model="seedream-4.5", prompt="A cat", size="2048x2048")
RECIPE = Recipe(maker=MAKER, generation=PLAIN)
A, B = BlobDigest("a" * 64), BlobDigest("b" * 64)


def _of(**changes):
    return replace(RECIPE, generation=replace(PLAIN, **changes))


IN_THE_KEY = {
    "maker": replace(RECIPE, maker=replace(MAKER, name="other")),
    "its version": replace(RECIPE, maker=replace(MAKER, version=2)),
    "realm": replace(RECIPE, maker=replace(MAKER, realm="preview")),
    "model": _of(model="seedream-4.0"),
    "prompt": _of(prompt="A cat."),
    "white space of the prompt": _of(prompt="A  cat"),
    "size": _of(size="2K"),
    "watermark": _of(watermark=True),
    "group": _of(group=4),
    "a group of one": _of(group=1),
    "seed": _of(seed=0),
    "prompt optimisation": _of(optimize_prompt="standard"),
    "output format": _of(output_format="png"),
    "tools": _of(tools=("web_search",)),
    "layers": _of(layer_decomposition=True),
    "background": _of(background="transparent"),
    "fields that no profile knows": _of(extra={"style": "ink"}),
    "their values": _of(extra={"style": "oil"}),
    "salt": replace(RECIPE, salt="again"),
}


@pytest.mark.parametrize("changed", IN_THE_KEY.values(), ids=IN_THE_KEY.keys())
def test_what_shapes_the_picture_changes_the_key(changed):
    assert key(changed, [], 1) != key(RECIPE, [], 1)


def test_all_these_keys_differ_from_each_other():
    assert len({key(changed, [], 1) for changed in IN_THE_KEY.values()}) == len(IN_THE_KEY)


def test_every_field_of_a_generation_has_its_row():
    """A new field of the recipe has to be decided about: here and in `IN_THE_KEY`."""
    changed = {
        field.name
        for recipe in IN_THE_KEY.values()
        for field in fields(Generation)
        if getattr(recipe.generation, field.name) != getattr(PLAIN, field.name)
    }
    assert changed == {field.name for field in fields(Generation)}


def test_takes_have_keys_of_their_own_and_the_first_has_the_plain_one():
    assert len({key(RECIPE, [], take) for take in range(1, 100)}) == 99
    assert "take" not in keyed(RECIPE, [], 1)


def test_the_bytes_of_references_and_their_order_are_in_the_key():
    keys = [key(RECIPE, inputs, 1) for inputs in ([], [A], [B], [A, B], [B, A], [A, A])]
    assert len(set(keys)) == len(keys)


def test_the_key_takes_nothing_but_a_recipe_digests_and_a_take():
    """Provider, host, key, timeouts, retries, streaming and names cannot reach it (R142)."""
    assert {field.name for field in fields(Recipe)} == {"maker", "generation", "salt"}
    assert {field.name for field in fields(MakerId)} == {"name", "version", "realm"}


def test_a_field_that_is_not_given_is_left_out():
    """So that a field which a later version adds leaves every key of today as it is."""
    assert set(keyed(RECIPE, [], 1)) == {
        *("maker", "version", "realm", "model", "prompt", "references", "size", "watermark"),
    }


NOT_IN_THE_KEY = {
    "the step's name": ("steps: {other: {prompt: A cat, references: [a.jpg]}}", "a.jpg"),
    "the output's name": ("steps: {s: {prompt: A cat, references: [a.jpg], output: x/y}}", "a.jpg"),
    "meta, tags": (
        "steps: {s: {prompt: A cat, references: [a.jpg], meta: {a: b}, tags: [c]}}",
        "a.jpg",
    ),
    "the reference's name": (
        "steps: {s: {prompt: A cat, references: [{from: a.jpg, name: mei}]}}",
        "a.jpg",
    ),
    "the reference's path": ("steps: {s: {prompt: A cat, references: [x/b.jpg]}}", "x/b.jpg"),
    "a set around it": ("references: {m: a.jpg}\nsteps: {s: {prompt: A cat, references: [m]}}", "a.jpg"),
    "the layout": ("steps:\n  s:\n    references:\n    - a.jpg\n    prompt: |\n      A cat\n", "a.jpg"),
    "the way the prompt came": (
        "vars: {who: cat}\nsteps: {s: {prompt: 'A {{ vars.who }}', references: [a.jpg]}}",
        "a.jpg",
    ),
    "the way the size is written": (
        "steps: {s: {prompt: A cat, references: [a.jpg], size: {tier: 2K, aspect: '1:1'}}}",
        "a.jpg",
    ),
    "defaults that say what holds anyway": (
        """
defaults: {model: seedream-4.5, watermark: false, takes: 1, pick: first}
steps: {s: {prompt: A cat, references: [a.jpg]}}""",
        "a.jpg",
    ),
    "the provider's own name of the model": (
        "steps: {s: {prompt: A cat, model: doubao-seedream-4-5-251128, references: [a.jpg]}}",
        "a.jpg",
    ),
    "other tasks": ("steps: {z: {prompt: A dog}, s: {prompt: A cat, references: [a.jpg]}}", "a.jpg"),
    "a row, and how many there are": (
        "steps: {s: {foreach: {in: [1], as: n, key: 'k{{ n }}'}, prompt: A cat, references: [a.jpg]}}",
        "a.jpg",
    ),
    "the number of takes": ("steps: {s: {prompt: A cat, references: [a.jpg], takes: 3, pick: 2}}", "a.jpg"),
}


@pytest.mark.parametrize(("text", "file"), NOT_IN_THE_KEY.values(), ids=NOT_IN_THE_KEY.keys())
def test_what_does_not_shape_the_picture_leaves_the_key(board, text, file):
    board.picture("a.jpg", 1)
    board.picture(file, 1)
    before = board.task("steps: {s: {prompt: A cat, references: [a.jpg]}}")
    after = next(t for t in board.tasks(text).values() if t.recipe.generation.prompt == "A cat")

    def made(task):
        return key(task.recipe, [given.digest for given in task.inputs], 1)

    assert made(before) == made(after)


@pytest.mark.parametrize("case", GOLDEN["keys"], ids=lambda case: case["name"])
def test_a_released_key_never_changes(case):
    """When this fails, the code is wrong: every board that was bought would be bought again."""
    generation = {**case["generation"], "tools": tuple(case["generation"].get("tools", ()))}
    recipe = Recipe(
        maker=MakerId(**case["maker"]), generation=Generation(**generation), salt=case.get("salt")
    )
    assert GOLDEN["format"] == FORMAT
    assert key(recipe, case["inputs"], case["take"]) == case["key"]
    assert canonical(keyed(recipe, case["inputs"], case["take"])).decode() == case["canonical"]
    assert unkeyed(json.loads(case["canonical"])) == (recipe, tuple(case["inputs"]), case["take"])


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"maker": "seedream"}, {**keyed(RECIPE, (A,), 1), "more": 1}, keyed(RECIPE, ("a",), 1)],
)
def test_what_no_key_was_taken_of_gives_no_recipe(value):
    with pytest.raises(ValueError, match="key is taken of"):
        unkeyed(value)
