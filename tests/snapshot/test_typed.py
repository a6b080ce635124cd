"""Rows that a JSON Schema types: what is read as a number, and what is wrong in which row and column."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.plan.model import TableRows
from seedream_pipe.problems import Place, Problem
from seedream_pipe.snapshot.root import Root
from seedream_pipe.snapshot.tables import read_table
from seedream_pipe.spec.model import TableFile

AT = Place("board.yaml", 3, 9)
SCHEMA_AT = Place("board.yaml", 3, 40)
SHOT = {
    "required": ["id", "secs"],
    "properties": {
        "id": {"pattern": "^sc[0-9]+"},
        "secs": {"type": "number", "minimum": 0.5},
        "takes": {"type": "integer", "maximum": 9},
        "cut": {"type": "boolean"},
        "light": {"enum": ["day", "night"]},
        "note": {"type": ["string", "number"]},
    },
    "additionalProperties": False,
}


@pytest.fixture
def read(tmp_path):
    """Writes a table and reads it with a schema; a schema that is a text is a file's path."""

    def read(content: str, schema: Any = SHOT, *, name: str = "t.csv", folder: str = "") -> TableRows:
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(content, "utf-8")
        table = TableFile(
            name="t",
            path=name,
            at=AT,
            folder=folder,
            row_schema=schema,
            row_schema_at=SCHEMA_AT,
            row_schema_folder=folder,
        )
        return read_table(table, Root(top=tmp_path.resolve(), folder=tmp_path), {})

    return read


def problems(read, content: str, schema: Any = SHOT, **more) -> list[Problem]:
    with pytest.raises(InvalidPipeline) as raised:
        read(content, schema, **more)
    return list(raised.value.problems)


def told(read, content: str, schema: Any = SHOT, **more) -> list[tuple[str, str]]:
    return [(str(problem.place), problem.message) for problem in problems(read, content, schema, **more)]


def test_cells_are_what_their_columns_are(read):
    rows = read("id,secs,takes,cut,note\nsc1,2.5,3,TRUE,0010\nsc2, 4 ,,false,x\n").rows
    assert [row.value for row in rows] == [
        {"id": "sc1", "secs": 2.5, "takes": 3, "cut": True, "note": "0010"},
        {"id": "sc2", "secs": 4, "cut": False, "note": "x"},
    ]


def test_each_fault_has_its_row_its_column_and_what_is_expected(read):
    assert told(read, "id,secs,takes,light\nsc1,long,3,day\nx,0.1,10,dawn\n") == [
        ("t.csv:2:1", 'column "secs" is "long"; number is expected'),
        ("t.csv:3:1", 'column "id": "x" does not match ^sc[0-9]+'),
        ("t.csv:3:1", 'column "secs" is 0.1; its schema says minimum 0.5'),
        ("t.csv:3:1", 'column "takes" is 10; its schema says maximum 9'),
        ("t.csv:3:1", 'column "light" is "dawn", none of its values'),
    ]


def test_a_missing_and_a_misspelt_column_are_told(read):
    found = problems(read, "sces\n3\n")
    assert [(problem.message, problem.hint) for problem in found] == [
        ('the row has no "id", "secs"', ""),
        ('the row has "sces", which its schema does not know', 'did you mean "secs"?'),
    ]
    assert found[0].also == (SCHEMA_AT,)


def test_an_empty_cell_of_a_number_is_no_value(read):
    assert told(read, "id,secs\nsc1,\n") == [("t.csv:2:1", 'the row has no "secs"')]


def test_rows_of_other_formats_keep_their_types(read):
    text = '{"id": "sc1", "secs": "2.5"}\n'
    assert told(read, text, name="t.jsonl") == [("t.jsonl:1:1", 'column "secs" is "2.5"; number is expected')]
    assert read('{"id": "sc1", "secs": 2}\n', name="t.jsonl").rows[0].value["secs"] == 2


def test_true_is_no_number(read):
    assert told(read, "- {n: true}\n", {"properties": {"n": {"type": "integer"}}}, name="t.yaml") == [
        ("t.yaml:1:3", 'column "n" is true; integer is expected')
    ]


def test_a_schema_in_a_file_is_found_beside_the_file_that_names_it(read, tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "shot.json").write_text(json.dumps(SHOT), "utf-8")
    assert read("id,secs\nsc1,3\n", "shot.json", folder="parts").rows[0].value["secs"] == 3


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        (None, "board.yaml:3:40", "there is no file"),
        ("[1]", "shot.json", "is a map"),
        ("{", "shot.json", "is not JSON"),
        ('{"type": "txt"}', "board.yaml:3:40", "is no JSON Schema"),
    ],
)
def test_a_schema_that_is_none_is_told(read, tmp_path, text, place, part):
    if text is not None:
        (tmp_path / "shot.json").write_text(text, "utf-8")
    ((where, message),) = told(read, "id\nx\n", "shot.json")
    assert where == place
    assert part in message


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.org/schema.json"},
        {"properties": {"a": {"$ref": "#"}}},
        {"$id": "file:///etc/passwd"},
        {"pattern": "^(a+)+$"},
        {"pattern": "^(a|aa)*$"},
        {"pattern": "a*a*a*a*b"},
        {"pattern": "(a{1,30}){1,30}b"},
        {"pattern": r"(a)\1"},
        {"pattern": "("},
        {"patternProperties": {"(x*)*": {}}},
    ],
)
def test_a_schema_that_reaches_out_or_takes_for_ever_is_refused(read, schema):
    started = time.monotonic()
    ((place, _),) = told(read, f"a\n{'a' * 5000}\n", {"properties": {"a": schema}})
    assert place == "board.yaml:3:40"
    assert time.monotonic() - started < 5


def test_a_thousand_wrong_rows_are_not_a_thousand_problems(read):
    assert len(problems(read, "secs\n" + "x\n" * 1000, {"properties": {"secs": {"type": "number"}}})) == 50


WORDS = st.sampled_from(["type", "enum", "properties", "required", "pattern", "minimum", "items", "a", "not"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.sampled_from(["string", "a", "(", "number", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=10,
)


# Every example writes the same file anew, so that one folder is enough.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schema=st.dictionaries(WORDS, VALUES, max_size=4))
def test_any_schema_ends_in_rows_or_problems(read, schema):
    with suppress(InvalidPipeline):
        assert len(read("a,type\n1,x\n", schema).rows) == 1
