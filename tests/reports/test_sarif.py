"""SARIF 2.1.0: sound by the parts of the official schema that concern us, complete for a scanner."""

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.problems import Place, Problem
from seedream_pipe.reports import sarif
from tests.reports.found import ALL, SIZE, TWICE, WHOLE

ESSENTIALS: Final = json.loads(
    Path(__file__).with_name("sarif-2.1.0-essentials.schema.json").read_text("utf-8")
)
VALIDATOR: Final = jsonschema.Draft7Validator(ESSENTIALS)


def run_of(*problems: Problem) -> dict[str, Any]:
    tree = json.loads(sarif.render(problems))
    VALIDATOR.validate(tree)
    (run,) = tree["runs"]
    return run


def result_of(problem: Problem) -> dict[str, Any]:
    (result,) = run_of(problem)["results"]
    return result


def test_the_essentials_are_a_schema_that_refuses():
    jsonschema.Draft7Validator.check_schema(ESSENTIALS)
    assert not VALIDATOR.is_valid({"version": "2.1.0"})
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_a_clean_file_is_a_run_without_results():
    assert run_of()["results"] == []


def test_every_result_names_its_rule_and_the_rule_helps():
    run = run_of(*ALL)
    rules = run["tool"]["driver"]["rules"]

    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"]
        assert rule["shortDescription"]["text"]


def test_a_place_is_a_region_in_characters():
    physical = result_of(SIZE)["locations"][0]["physicalLocation"]

    assert physical["region"] == {"startLine": 7, "startColumn": 9, "endColumn": 16}
    assert physical["artifactLocation"]["uri"] == "%E5%A4%9C%E5%B8%82/board.yaml"


def test_a_file_as_a_whole_has_no_region():
    assert "region" not in result_of(WHOLE)["locations"][0]["physicalLocation"]


def test_further_places_are_related_locations():
    related = result_of(TWICE)["relatedLocations"]

    assert [place["id"] for place in related] == [1, 2]
    assert related[0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 1, "endColumn": 5}


def test_a_file_outside_of_the_working_folder_has_a_whole_uri():
    problem = Problem(code="E-FILE", place=Place("/tmp/夜 市.yaml", 1, 1), message="is a folder")

    artifact = result_of(problem)["locations"][0]["physicalLocation"]["artifactLocation"]

    assert artifact == {"uri": "file:///tmp/%E5%A4%9C%20%E5%B8%82.yaml"}


def test_a_code_that_nobody_explained_is_a_rule_all_the_same():
    run = run_of(Problem(code="E-NEW", place=Place("a.yaml", 1, 1), message="new"))

    assert run["tool"]["driver"]["rules"] == [{"id": "E-NEW", "defaultConfiguration": {"level": "error"}}]


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1), st.text())
def test_every_name_of_a_file_comes_back(file, message):
    result = result_of(Problem(code="E-YAML", place=Place(f"x{file}", 1, 1), message=message))

    assert unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == f"x{file}"
