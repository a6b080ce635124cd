"""What people decided, laid over what the author wrote."""

import pytest

from seedream_pipe.picks.file import parse
from seedream_pipe.picks.model import Decided
from seedream_pipe.plan.decisions import decided
from seedream_pipe.plan.values import options


@pytest.mark.parametrize(
    ("given", "line", "pick", "takes"),
    [
        ({"takes": 4}, None, 1, 4),
        ({"takes": 4, "pick": "manual"}, None, None, 4),
        ({"takes": 4, "pick": "manual"}, Decided(pick=3), 3, 4),
        ({"takes": 4, "pick": "manual"}, Decided(takes=6), None, 6),
        ({"takes": 4, "pick": 2}, Decided(takes=6), 2, 6),
        ({"takes": 8}, Decided(pick=1, takes=6), 1, 8),
        ({"pick": "manual"}, None, None, 1),
    ],
)
def test_a_line_goes_before_the_authors_word(given, line, pick, takes):
    found = decided(options(given)[0], line)

    assert (found.pick, found.takes) == (pick, takes)


def test_manual_is_a_word_of_the_language_and_others_are_not():
    assert options({"pick": "manual"})[1] == []
    assert [complaint.field for complaint in options({"pick": "by hand"})[1]] == ["pick"]


def test_a_line_of_a_file_is_such_a_decision():
    assert parse("a: 3\n", file="x").of("a") == Decided(pick=3)
    assert parse("a: 3\n", file="x").of("b") is None
