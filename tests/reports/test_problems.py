"""Problems for other programs: as JSON, with the paths of the working folder."""

import json

import pytest

from seedream_pipe.problems import Place, Problem
from seedream_pipe.reports import problems
from tests.reports.found import SIZE, TWICE


def test_a_problem_is_a_map_with_all_that_is_known():
    (tree,) = json.loads(problems.render([TWICE]))

    assert tree == {
        "code": "E-KEY",
        "severity": "error",
        "file": "夜市/board.yaml",
        "line": 12,
        "column": 5,
        "message": TWICE.message,
        "hint": "",
        "count": 3,
        "also": [
            {"file": "data/镜头 1.csv", "line": 3, "column": 1},
            {"file": "data/镜头 1.csv", "line": 9, "column": 1},
        ],
    }


def test_chinese_stands_as_it_is():
    assert "夜市" in problems.render([SIZE])


@pytest.mark.parametrize(
    ("file", "seen"),
    [
        ("board.yaml", "board.yaml"),
        ("./夜市//board.yaml", "夜市/board.yaml"),
        ("/studio/film/夜市/board.yaml", "夜市/board.yaml"),
        ("../film/board.yaml", "board.yaml"),
        ("../other/board.yaml", "/studio/other/board.yaml"),
        ("/studio/filmed/board.yaml", "/studio/filmed/board.yaml"),
    ],
)
def test_files_are_seen_from_the_working_folder(file, seen):
    place = Place(file, 3, 4, 5)
    problem = Problem(code="E-X", place=place, message="odd", also=(place,))

    (found,) = problems.relative([problem], "/studio/film")

    assert (found.place, found.also) == (Place(seen, 3, 4, 5), (Place(seen, 3, 4, 5),))
