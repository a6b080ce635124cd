"""The schemas of parameters say what the records hold: names, defaults and words."""

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import jsonschema
import pytest

from tests.operations.made import OPERATIONS, SMALLEST

SCHEMAS: Final = Path(__file__).resolve().parents[2] / "schemas"


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"operation-{name}.schema.json").read_text("utf-8"))
    return loaded


def record(name: str) -> type:
    return type(OPERATIONS[name].decode(SMALLEST[name]))


def inner(kind: Any) -> type | None:
    """The record that a field may hold."""
    return next((one for one in (kind, *get_args(kind)) if hasattr(one, "__dataclass_fields__")), None)


def words(kind: Any) -> set[str]:
    """The words of a field of words."""
    return {one for one in get_args(kind) if isinstance(one, str)}


def offered(rule: dict[str, Any]) -> set[str]:
    return {word for way in rule.get("anyOf", ()) for word in way.get("enum", ())}


def properties(tree: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = list(tree.get("properties", {}).items())
    return found + [deep for _, rule in found for deep in properties(rule)]


def test_there_is_a_schema_for_each_operation_and_no_other():
    found = {
        path.name.removeprefix("operation-").removesuffix(".schema.json")
        for path in SCHEMAS.glob("operation-*")
    }

    assert found == set(OPERATIONS)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_schema_is_one(name: str):
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_schema_names_the_fields_of_the_record(name: str):
    hints = get_type_hints(record(name))

    assert set(schema(name)["properties"]) == set(hints)
    for field, kind in hints.items():
        below = schema(name)["properties"][field]
        if "properties" in below:
            assert set(below["properties"]) == set(get_type_hints(inner(kind)))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_schema_offers_the_words_of_the_record(name: str):
    rules = schema(name)["properties"]

    assert {field: offered(rules[field]) for field in rules} == {
        field: words(kind) for field, kind in get_type_hints(record(name)).items()
    }


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_schema_has_the_defaults_of_the_record(name: str):
    for field in fields(record(name)):
        rule = schema(name)["properties"][field.name]
        has_default = field.default is not MISSING and field.default is not None
        assert ("default" in rule) == has_default, field.name
        if not has_default:
            continue
        # Quality and background of `convert` are taken for a JPEG only.
        around = {"format": "jpeg"} if name == "convert" else SMALLEST[name]
        said = OPERATIONS[name].decode({**around, field.name: rule["default"]})
        assert getattr(said, field.name) == field.default


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_schema_requires_what_the_record_requires(name: str):
    required = {field.name for field in fields(record(name)) if field.default is MISSING}

    assert set(schema(name).get("required", ())) == required


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_property_has_a_description(name: str):
    silent = [field for field, rule in properties(schema(name)) if len(rule.get("description", "")) < 15]

    assert silent == []


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_example_and_default_is_valid_and_decodes(name: str):
    whole = schema(name)
    for example in whole["examples"]:
        jsonschema.validate(example, whole)
        OPERATIONS[name].decode(example)
    for field, rule in properties(whole):
        for value in [*rule.get("examples", ()), *([rule["default"]] if "default" in rule else ())]:
            assert jsonschema.Draft202012Validator(rule).is_valid(value), (field, value)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_unknown_names_are_refused_by_the_schema(name: str):
    assert schema(name)["additionalProperties"] is False
