"""`impact` says before an edit what a plan says after it: at every var, cell and picture of the pipelines."""

import shutil
from pathlib import Path

import pytest
import yaml
from PIL import Image

from seedream_pipe.api.face import run
from seedream_pipe.api.impact import impact
from seedream_pipe.api.planning import planned
from seedream_pipe.api.project import opened
from seedream_pipe.api.variant import Variant
from seedream_pipe.emulator import Emulator
from seedream_pipe.run.decisions import Make
from seedream_pipe.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ["moon-rabbit", "night-market", "spring-campaign"]


@pytest.fixture
def made(request, tmp_path, monkeypatch):
    """A pipeline that ships, all of whose pictures are there."""
    name = request.param
    folder = tmp_path / name
    shutil.copytree(ROOT / "pipelines" / name, folder, ignore=shutil.ignore_patterns("out", ".seedream"))
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    with Emulator(keys=("test-key",)) as emulator:
        settings = Settings(provider="302ai", base_url=emulator.base_url("302ai"))
        record = run(f"{name}.yaml", settings=settings, environment={"AI302_API_KEY": "test-key"}, yes=True)
        assert record.exit_code == 0
        yield f"{name}.yaml", settings


def touched(file, settings, path):
    """What `impact` says: the tasks that would be made, how many pictures, the price."""
    effect = impact(opened(file, Variant()), [path], settings=settings).effect
    return to_make(effect)


def to_make(forecast):
    tasks = {address for address, task in forecast.tasks.items() if isinstance(task.decision, Make)}
    return tasks, forecast.pictures, forecast.worst, forecast.least


def edits(file):
    """Every var and every cell of an inline table, with another text in its place."""
    tree = yaml.safe_load(Path(file).read_text("utf-8"))
    yield from ((f"vars.{name}", f"{value} anew") for name, value in tree["vars"].items())
    for table, rows in tree["data"].items():
        for row, cells in rows.items() if isinstance(rows, dict) else ():
            for column, value in cells.items():
                if not value.startswith("refs/"):
                    yield f"data.{table}.{row}.{column}", f"{value} anew"


@pytest.mark.parametrize("made", NAMES, indirect=True)
@pytest.mark.timeout(240)
def test_an_edit_of_a_text_comes_to_what_was_said_of_it(made):
    file, settings = made
    for path, text in edits(file):
        said = touched(file, settings, path)
        edited = opened(file, Variant(overrides=(f"{path}={text}",)))
        assert to_make(planned(edited, (), settings=settings).forecast) == said, path


@pytest.mark.parametrize("made", NAMES, indirect=True)
@pytest.mark.timeout(240)
def test_another_picture_in_a_file_comes_to_what_was_said_of_it(made):
    file, settings = made
    for path in sorted(Path("refs").rglob("*.*")):
        said = touched(file, settings, path.as_posix())
        before = path.read_bytes()
        Image.new("RGB", (300, 200), "teal").save(path)
        assert to_make(planned(opened(file, Variant()), (), settings=settings).forecast) == said, path
        path.write_bytes(before)
