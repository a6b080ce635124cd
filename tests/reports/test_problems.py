"""Problems for other programs."""

import json

import pytest

from seedream_pipe.problems import Place, Problem
from seedream_pipe.reports import github, sarif


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            Problem(code="E-X", place=Place("a,b:c.yaml", 3, 4), message="50% of\nit", hint="less"),
            "::error file=a%2Cb%3Ac.yaml,title=E-X,line=3,col=4::50%25 of\\nit (less)",
        ),
        (
            Problem(code="W-Y", place=Place("a.yaml"), message="odd", severity="warning"),
            "::warning file=a.yaml,title=W-Y::odd",
        ),
    ],
)
def test_github_reads_one_line_a_problem(problem, line) -> None:
    assert github.render([problem]) == line


def test_sarif_has_rules_places_and_what_belongs_to_it() -> None:
    problem = Problem(
        code="E-DUPLICATE-KEY",
        place=Place("a b.yaml", 3, 4, 5),
        message="twice",
        also=(Place("a b.yaml", 1, 1),),
    )

    tree = json.loads(sarif.render([problem], version="1.2.3"))

    (run,) = tree["runs"]
    assert run["tool"]["driver"]["rules"] == [{"id": "E-DUPLICATE-KEY"}]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b.yaml"},
        "region": {"startLine": 3, "startColumn": 4, "endColumn": 9},
    }
    assert len(result["relatedLocations"]) == 1
