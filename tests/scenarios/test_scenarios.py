"""Hostile answers, a file each: what was billed is delivered or told, and paid for once."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.scenarios.judge import faults_of
from tests.scenarios.scenario import HERE, Wrong, read, scenarios
from tests.scenarios.stage import KEY, VARIABLES, staged

ALL = scenarios()
MEMORY = Path("/dev/shm")
ROOM = 256 * 1024 * 1024


@pytest.fixture
def folder(request, tmp_path):
    """Where a scenario is played: in memory where there is room, because everything is written durably."""
    small = not request.getfixturevalue("scenario").process
    if not small or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


def marked(scenario):
    marks = [pytest.mark.torture] if scenario.torture else []
    return pytest.param(scenario, id=scenario.name, marks=marks)


@pytest.mark.parametrize("scenario", [marked(each) for each in ALL])
def test_what_was_billed_is_delivered_or_told_and_paid_once(scenario, folder, monkeypatch):
    for variable in VARIABLES:
        monkeypatch.setenv(variable, KEY)
    for name, value in scenario.settings.items():
        monkeypatch.setenv(f"SEEDREAM_{name.upper()}", str(value))
    monkeypatch.setenv("SSL_CERT_FILE", "")
    faults = {}
    with staged(scenario, folder / "board") as stage:
        for run in ("first", "second", "third"):
            seen = stage.run(first=run == "first")
            found = faults_of(stage, seen, getattr(scenario, run))
            if found:
                faults[run] = "; ".join(found) + "\n" + seen.text
            stage.mend()
            if run == "second" and scenario.word:
                stage.say(scenario.word)
    assert not faults, f"{scenario.says}\n" + "\n".join(f"{run}: {told}" for run, told in faults.items())


def test_there_are_as_many_as_were_promised():
    by_family = Counter(each.name.partition("/")[0] for each in ALL)
    assert sum(by_family.values()) >= 150
    assert min(by_family.values()) >= 5


@pytest.mark.parametrize(
    "text",
    [
        "says: s\nrules: [R1]\nfirst: {exit: 0}\nfirts: {}\n",
        "says: s\nrules: [R1]\nfirst: {exit: 0, biled: 1}\n",
        "says: s\nrules: [R1]\nfirst: {billed: 1}\n",
        "says: s\nrules: []\nfirst: {exit: 0}\n",
        "says: s\nrules: [R1]\nboard: chess\nfirst: {exit: 0}\n",
    ],
)
def test_a_file_that_expects_nothing_or_what_nobody_knows_is_no_scenario(tmp_path, text):
    (tmp_path / "one.yaml").write_text(text)
    with pytest.raises(Wrong):
        read(tmp_path / "one.yaml", top=tmp_path)


def test_every_file_below_is_played():
    assert len(ALL) == sum(1 for _ in HERE.rglob("*.yaml"))
