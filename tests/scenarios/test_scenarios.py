"""Hostile answers, a file each: what was billed is delivered or told, and paid for once."""

from collections import Counter

import pytest

from tests.scenarios.judge import faults_of
from tests.scenarios.scenario import scenarios
from tests.scenarios.stage import KEY, VARIABLES, staged

ALL = scenarios()


def marked(scenario):
    marks = [pytest.mark.torture] if scenario.torture else []
    return pytest.param(scenario, id=scenario.name, marks=marks)


@pytest.mark.parametrize("scenario", [marked(each) for each in ALL])
def test_what_was_billed_is_delivered_or_told_and_paid_once(scenario, tmp_path, monkeypatch):
    for variable in VARIABLES:
        monkeypatch.setenv(variable, KEY)
    for name, value in scenario.settings.items():
        monkeypatch.setenv(f"SEEDREAM_{name.upper()}", str(value))
    monkeypatch.setenv("SSL_CERT_FILE", "")
    faults = {}
    with staged(scenario, tmp_path / "board") as stage:
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
