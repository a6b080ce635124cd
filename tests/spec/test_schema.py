"""The schema's words and the records' are the same, and a fault of shape is told in plain ones."""

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import profiles
from seedream_pipe.makers import Generation
from seedream_pipe.plan import values
from seedream_pipe.spec import decode, document, model, refs, schema
from seedream_pipe.spec.model import DEFAULT_MODEL, Generate, Transform

PIPELINE = schema.schema("pipeline")
DEFINITIONS = PIPELINE["$defs"]
STEP = DEFINITIONS["generate"]["properties"]
TRANSFORM = DEFINITIONS["transform"]["properties"]


def read(tree: Any) -> document.Document:
    """A tree as a document; JSON is YAML."""
    text = json.dumps(tree, ensure_ascii=False)
    return document.parse(text, file="x.yaml", max_bytes=16 << 20)


def findings(tree: Any) -> schema.Findings:
    """What is said of a tree."""
    return schema.findings(read(tree))


def messages(tree: Any) -> list[str]:
    return [problem.message for problem in findings(tree).problems]


def pipeline(**step: Any) -> dict[str, Any]:
    return {"version": 1, "steps": {"one": {"prompt": "p", **step}}}


def subschemas(tree: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    if not isinstance(tree, dict):
        return
    yield tree
    for keyword in ("properties", "patternProperties", "$defs"):
        for below in tree.get(keyword, {}).values():
            yield from subschemas(below)
    for keyword in ("additionalProperties", "items", "propertyNames", "then", "else"):
        yield from subschemas(tree.get(keyword))
    for branch in tree.get("allOf", ()):
        yield from subschemas(branch.get("then"))


def described(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for below in subschemas(tree):
        for name, rule in below.get("properties", {}).items():
            if name == "with" and "$ref" in rule and "operation-" in rule["$ref"]:
                continue  # told of by the operation's own schema
            yield name, DEFINITIONS[rule["$ref"].rpartition("/")[2]] if "$ref" in rule else rule


@pytest.mark.parametrize("name", schema.names())
def test_every_schema_is_a_schema(name: str):
    jsonschema.Draft202012Validator.check_schema(schema.schema(name))


def test_the_pipeline_schema_is_among_the_names():
    assert "pipeline" in schema.names()


def test_a_schema_that_is_not_there_is_a_key_error():
    with pytest.raises(KeyError):
        schema.schema("nothing")


def test_every_property_has_a_description_for_the_editor():
    assert [name for name, rule in described(PIPELINE) if len(rule.get("description", "")) < 20] == []


def test_every_example_and_default_is_valid():
    for rule in subschemas(PIPELINE):
        whole = jsonschema.Draft202012Validator({**rule, "$defs": DEFINITIONS})
        for value in [*rule.get("examples", ()), *([rule["default"]] if "default" in rule else [])]:
            whole.validate(value)


def test_every_pattern_says_what_it_wants():
    silent = [
        rule["pattern"]
        for rule in subschemas(PIPELINE)
        if "pattern" in rule and "patternErrorMessage" not in rule
    ]
    assert silent == []


def test_a_step_has_the_fields_of_its_record():
    of_reading = {"name", "at", "fields", "arguments", "defaulted"}
    own = {field.name for field in dataclasses.fields(Generate)} - of_reading
    assert set(STEP) == own | set(decode.FIELDS)


def test_a_transforming_step_has_the_fields_of_its_record():
    own = {field.name for field in dataclasses.fields(Transform)} - {"name", "at", "options", "places"}
    assert set(TRANSFORM) == own | {"with"}


def test_defaults_may_hold_every_field():
    assert set(PIPELINE["properties"]["defaults"]["properties"]) == {*decode.FIELDS, "extra"}


def test_a_pipeline_has_the_entries_of_its_record():
    of_reading = {"file", "name_at", "unsound", "files", "chosen"}
    own = {field.name for field in dataclasses.fields(model.Pipeline)} - of_reading
    assert set(PIPELINE["properties"]) == own | {"version", "defaults", "include"}


def test_a_budget_has_the_entries_of_its_record():
    own = {field.name for field in dataclasses.fields(model.Budget)} - {"at"}
    assert set(PIPELINE["properties"]["budget"]["properties"]) == own


def test_fields_are_those_that_a_plan_reads():
    read = {field.name for field in dataclasses.fields(values.Options)}
    read -= {"profile", "manual", "image"}  # what follows from the model, from `pick`, and from people
    assert set(decode.FIELDS) >= read | {"output"}


def test_every_operation_with_a_schema_can_be_used_and_its_parameters_are_held_to_it():
    operations = [name.removeprefix("operation-") for name in schema.names() if name.startswith("operation-")]
    assert DEFINITIONS["use"]["enum"] == operations
    branches = {
        branch["if"]["properties"]["use"]["const"]: branch["then"]["properties"]["with"]["$ref"]
        for branch in DEFINITIONS["transform"]["allOf"]
    }
    assert branches == {name: f"#/$defs/operation-{name}" for name in operations}


def test_the_printed_schema_stands_alone():
    references = re.findall(r'"\$ref": "([^"]*)"', json.dumps(PIPELINE))
    assert [target for target in references if not target.startswith("#/$defs/")] == []


def test_defaults_are_those_of_the_records():
    options = values.Options(model="m", profile=profiles.models()[0], size="2K")
    assert DEFINITIONS["model"]["default"] == DEFAULT_MODEL == values.DEFAULT_MODEL
    assert DEFINITIONS["takes"]["default"] == options.takes
    assert (
        DEFINITIONS["watermark"]["default"]
        == options.watermark
        == Generation(model="m", prompt="p", size="2K").watermark
    )
    assert (DEFINITIONS["pick"]["default"], options.pick) == ("first", 1)


def test_models_named_are_those_with_a_profile():
    assert set(DEFINITIONS["model"]["examples"]) == {profile.name for profile in profiles.models()}


def test_choices_are_those_of_all_models():
    modes = {mode for profile in profiles.models() for mode in profile.optimize_modes}
    formats = {form for profile in profiles.models() for form in profile.output_formats}
    assert set(DEFINITIONS["optimize_prompt"]["anyOf"][0]["enum"]) == modes
    assert set(DEFINITIONS["output_format"]["anyOf"][0]["enum"]) == formats


def test_bounds_are_those_that_a_plan_holds_rendered_values_to():
    assert DEFINITIONS["takes"]["maximum"] == DEFINITIONS["pick"]["maximum"] == values.MAX_TAKES
    for name, beyond in (
        ("takes", 100),
        ("group", 16),
        ("seed", 2**31),
        ("takes", 0),
        ("group", 0),
        ("seed", -2),
    ):
        rendered = values.options({name: beyond})[1]
        assert [complaint[0] for complaint in rendered] == [name]
        assert len(messages(pipeline(**{name: beyond}))) == 1


def test_sizes_that_the_profiles_know_are_sizes_to_the_schema():
    for profile in profiles.models():
        for tier in profile.tiers:
            assert messages(pipeline(size=tier.name)) == []
            for aspect, size in tier.sizes.items():
                assert messages(pipeline(size=size)) == []
                assert messages(pipeline(size={"tier": tier.name, "aspect": aspect})) == []


def test_ids_are_what_a_reference_can_name():
    for name in ("a", "_a", "a-1", "Sheet_2"):
        assert messages({"version": 1, "steps": {name: {"prompt": "p"}}}) == []
        assert refs.parse(f"{name}[*]") == refs.Name(name=name, index="*")


@pytest.mark.parametrize("name", ["", "1a", "-a", "a b", "a.b", "ä", "a\n", "a@b", "a" * 101])
def test_other_names_are_refused(name: str):
    found = findings({"version": 1, "steps": {name: {"prompt": "p"}, "good": {"prompt": "p"}}})
    assert [problem.code for problem in found.problems] == ["E-NAME"]
    assert found.unsound == {("steps", name)}


def test_no_message_is_that_of_the_library():
    wrong = {"version": 9, "steps": {"one": {"prompt": 3, "takes": 0, "sed": 1, "size": "x", "foreach": {}}}}
    raw = [error.message for error in jsonschema.Draft202012Validator(PIPELINE).iter_errors(wrong)]
    assert len(messages(wrong)) >= 6
    assert not set(messages(wrong)) & set(raw)


def test_an_unknown_key_is_marked_itself_and_a_wrong_value_is_marked_itself():
    text = "version: 1\nsteps:\n  one: {prompt: p, sed: 3, takes: [7]}\n"
    found = schema.problems(document.parse(text, file="x.yaml"))
    marked = [text.splitlines()[p.place.line - 1][p.place.column - 1 :][: p.place.length] for p in found]
    assert marked == ["sed", "[7]"]


def test_one_cause_has_one_message():
    assert len(messages(pipeline(optimize_prompt=3))) == 1
    assert len(messages(pipeline(pick=[1]))) == 1
    assert len(messages({"version": 1, "steps": {"one": {"promt": "p"}}})) == 1


def test_an_author_cannot_write_to_the_terminal_through_a_message():
    found = findings(pipeline(**{"\x1b[31mred": 1, "takes": "\x1b[2J"}))
    assert len(found.problems) == 2
    assert not any("\x1b" in problem.message + problem.hint for problem in found.problems)


def test_free_keys_are_free_at_the_top_only():
    assert messages({**pipeline(), "x-anything": {"a": [1]}}) == []
    assert messages(pipeline(**{"x-note": 1})) == ['unknown key "x-note" in step "one"']


def test_rows_and_vars_may_be_anything():
    free = {"a": None, "b": [1, {"c": 2.5}], "d": True, "": "empty key"}
    tree = {**pipeline(), "vars": {"x": free}, "data": {"t": [free, 3, "x"], "u": {"any id 1": free}}}
    assert messages(tree) == []


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 101),
    st.sampled_from(["", "p", "2K", "16:9", "{{ x }}", "first", "png", "4", 2.5, 3.0]),
    st.lists(st.sampled_from(["a.png", "", 3, {"from": "prev"}, {"form": "x"}]), max_size=3),
    st.dictionaries(
        st.sampled_from(["file", "tier", "aspect", "in", "as", "key", "x y"]),
        st.sampled_from(["", "x", "2K", "1:1"]),
        max_size=3,
    ),
)
PARAMETERS = st.dictionaries(
    st.sampled_from(["width", "aspect", "box", "columns", "labels", "cell", "text", "x"]),
    st.one_of(VALUES, st.dictionaries(st.sampled_from(["width", "height", "x"]), VALUES, max_size=3)),
    max_size=3,
)
AXES = st.dictionaries(
    st.sampled_from(["a", "b-c", "include", "exclude"]),
    st.one_of(VALUES, st.lists(st.one_of(VALUES, st.just({"id": "x"}), st.just({"id": [1]})), max_size=3)),
    max_size=3,
)
GENERATING = st.dictionaries(st.sampled_from([*STEP, "zzz"]), VALUES, max_size=5)
TRANSFORMING = st.fixed_dictionaries(
    {"use": st.one_of(st.sampled_from(DEFINITIONS["use"]["enum"]), VALUES), "images": VALUES},
    optional={"with": st.one_of(PARAMETERS, VALUES), "matrix": AXES, "prompt": VALUES, "zzz": VALUES},
)
CROSSED = st.fixed_dictionaries({"prompt": st.just("p"), "matrix": AXES}, optional={"when": VALUES})
STEPS = st.one_of(VALUES, GENERATING, TRANSFORMING, CROSSED)
NAMES = st.sampled_from(["a", "b", "c", "d e", "1"])


@given(st.dictionaries(NAMES, STEPS, max_size=4))
def test_what_is_valid_by_shape_is_valid_step_by_step(steps: dict[str, Any]):
    """Only one step of each shape is looked at; that must be as good as looking at all."""
    each_alone = [findings({"version": 1, "steps": {name: step}}).problems for name, step in steps.items()]
    together = findings({"version": 1, "steps": steps}).problems
    assert len(together) == (sum(map(len, each_alone)) if steps else 1)


@given(STEPS)
def test_what_the_schema_accepts_has_no_problems_and_the_other_way_round(step: Any):
    tree = {"version": 1, "steps": {"one": step}}
    accepted = jsonschema.Draft202012Validator(PIPELINE).is_valid(tree)
    # The one difference, on purpose: 3.0 is no whole number of takes.
    is_stricter = ".0" in json.dumps(step)
    assert (not messages(tree)) == accepted or is_stricter


@given(st.dictionaries(NAMES, STEPS, max_size=4))
def test_what_is_left_of_a_faulty_file_can_be_decoded(steps: dict[str, Any]):
    tree = {"version": 1, "steps": steps}
    made = decode.decode(read(tree), without=findings(tree).unsound)
    assert set(made.steps) | made.unsound >= set(steps)


def test_shapes_know_every_keyword_of_the_schema():
    """A keyword that `_shape` does not heed would make unequal steps look equal."""
    whole_values = {"const", "anyOf", "enum"}
    of_maps = {"if", "then", "else", "allOf", "maxItems"}
    heeded = of_maps | schema._LIKE_ANY_TEXT | schema._LIKE_ANY_NUMBER | whole_values
    for rule in subschemas(schema._pipeline()["properties"]["steps"]["additionalProperties"]):
        assert rule.keys() <= heeded
        assert "patternProperties" not in rule
        assert "minItems" not in rule or "array" in rule["type"]


def test_ten_thousand_steps_of_a_shape_are_one_step_to_the_library():
    steps = {
        f"s{n}": {"prompt": f"shot {n}", "seed": n, "references": [f"refs/{n}.png"]} for n in range(10_000)
    }
    assert len(schema._one_of_each_shape({"version": 1, "steps": steps})["steps"]) == 1


def test_the_library_is_not_loaded_to_read_a_schema():
    script = (
        "import sys; from seedream_pipe.spec import schema; schema.schema('pipeline'); "
        "print('jsonschema' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
