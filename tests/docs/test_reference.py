"""The reference pages say what schema, filters and rules say today, and their examples are right."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from seedream_pipe.spec import check, decode, document, schema
from seedream_pipe.spec.schema import names
from tools import language_reference

DOCS: Final = Path(__file__).parent.parent.parent / "docs"
PIPELINE: Final = schema.schema("pipeline")


def blocks() -> list[str]:
    """Every complete pipeline that the reference shows."""
    found = re.findall(r"```yaml\n(.*?)```", (DOCS / "language.md").read_text("utf-8"), re.DOTALL)
    return [block for block in found if "\nsteps:" in block]


def examples(tree: Any, path: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example of a schema, with the rule that it is one of."""
    if isinstance(tree, dict):
        for number, value in enumerate(
            tree.get("examples", ()) if isinstance(tree.get("type", ""), (str, list)) else ()
        ):
            yield f"{path}-{number}", tree, value
        for key, part in tree.items():
            if key != "examples":
                yield from examples(part, f"{path}.{key}")
    elif isinstance(tree, list):
        for number, part in enumerate(tree):
            yield from examples(part, f"{path}.{number}")


EXAMPLES: Final = [
    found
    for name in names()
    if name.startswith(("pipeline", "operation"))
    for found in examples(schema.schema(name), name)
]


@pytest.mark.parametrize("name", language_reference.PAGES)
def test_pages_are_fresh(name):
    assert (DOCS / name).read_text("utf-8") == language_reference.PAGES[name](), "run: make reference"


@pytest.mark.parametrize("text", blocks(), ids=lambda text: re.sub(r"\W+", "-", text[:40]))
def test_whole_files_are_right(text):
    read = document.parse(text, file="example.yaml")
    shape = schema.findings(read)

    assert shape.problems == ()
    assert check.check(decode.decode(read)) == []


def test_there_are_whole_files():
    assert len(blocks()) >= 6


@pytest.mark.parametrize(("rule", "value"), [one[1:] for one in EXAMPLES], ids=[one[0] for one in EXAMPLES])
def test_every_short_example_is_right(rule, value):
    whole = {**rule, "$defs": PIPELINE["$defs"]}

    assert list(jsonschema.Draft202012Validator(whole).iter_errors(value)) == []


def test_every_key_of_the_schema_is_told():
    page = (DOCS / "language.md").read_text("utf-8")
    keys = {
        key
        for rule in (PIPELINE, *PIPELINE["$defs"].values())
        if "$schema" not in rule or rule is PIPELINE
        for key in rule.get("properties", {})
    }

    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_every_link_leads_to_a_heading():
    for name in language_reference.PAGES:
        text = (DOCS / name).read_text("utf-8")
        headings = {
            language_reference.anchor(title) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        }
        assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
