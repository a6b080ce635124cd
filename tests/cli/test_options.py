"""What the user's own options say of themselves."""

from pathlib import Path

import pytest


@pytest.mark.parametrize("words", [["status"], ["plan"], ["run", "-n"], ["runs"], ["held"]])
def test_a_store_that_is_named_and_not_there_is_told_once(board, cli, words) -> None:
    told = "--store: no such folder: typo; it is an empty store"

    assert cli(*words, "board.yaml", "--store", "typo").err.count(told) == 1
    assert "no such folder" not in cli(*words, "board.yaml").err
    assert not Path("typo").exists()


def test_a_store_that_a_run_makes_is_not_told_as_missing(board, cli) -> None:
    assert "no such folder" not in cli("run", "board.yaml", "--store", "new").err
    assert "no such folder" not in cli("status", "board.yaml", "--store", "new").err
