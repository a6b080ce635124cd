"""A few points of every sweep, for each `make test`; `make torture` plays them all and prints the table."""

import pytest

from tests.torture.catalog import SWEEPS
from tests.torture.points import Scale, swept


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.name)
def test_nothing_is_paid_twice_or_lost(sweep, stage):
    found = swept(sweep, Scale.SAMPLE, stage)
    if found.skipped:
        pytest.skip(found.skipped)
    assert found.played
    told = [f"{bad.point.board}, {bad.point.says}: {'; '.join(bad.verdict.why)}" for bad in found.bad]
    assert told == []
