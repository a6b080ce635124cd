"""What an editor makes of a pipeline file through its first line: it checks, explains and completes."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from seedream_pipe.api.new_project import STARTS, start

ROOT: Final = Path(__file__).parent.parent.parent
PIPELINES: Final = sorted((ROOT / "pipelines").glob("*/*.yaml"))
MODELINE: Final = "# yaml-language-server: $schema=schemas/pipeline.schema.json\n"

WRONG: Final = """\
version: 1
steps:
  sheet:
    promt: Mei in front of the lighthouse
    takes: many
    size: 2048
"""
HALF_WRITTEN: Final = """\
version: 1
steps:
  sheet:
    prompt: 灯塔前的小美
    takes: 4
    
"""  # noqa: W293


@pytest.fixture
def written(tmp_path):
    """Write a pipeline whose first line names the schema beside it."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas", ignore=shutil.ignore_patterns("*.py"))

    def write(text: str) -> Path:
        path = tmp_path / "board.yaml"
        path.write_text(MODELINE + text, "utf-8")
        return path

    return write


def test_mistakes_are_marked_where_they_are(editor, written):
    found = {
        (one["range"]["start"]["line"], one["range"]["start"]["character"]): one["message"]
        for one in editor.open(written(WRONG))
    }

    assert "promt" in found[4, 4]
    assert (5, 11) in found
    assert "Incorrect type" in found[6, 10]


def test_a_key_is_explained(editor, written):
    path = written(HALF_WRITTEN)
    editor.open(path)

    assert "How many pictures of the same recipe" in editor.hover(path, 5, 6)


def test_keys_of_a_step_are_completed_with_their_explanation(editor, written):
    path = written(HALF_WRITTEN)
    editor.open(path)

    offered = editor.complete(path, 6, 4)

    assert {"references", "foreach", "size", "output", "tags", "group"} <= set(offered)
    assert "prompt" not in offered
    assert "Makes one task for every row" in str(offered["foreach"]["documentation"])


def test_without_the_first_line_nothing_is_known(editor, tmp_path):
    path = tmp_path / "board.yaml"
    path.write_text(WRONG, "utf-8")

    assert editor.open(path) == []


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_pipelines_that_ship_have_no_marks(editor, path):
    assert editor.open(path) == []


@pytest.mark.parametrize("kind", STARTS)
def test_new_projects_have_no_marks(editor, tmp_path, kind):
    start(tmp_path, kind=kind)

    assert editor.open(tmp_path / f"{kind}.yaml") == []
