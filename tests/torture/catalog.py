"""Every sweep there is, in the order of the table."""

from typing import Final

from tests.torture.points import Sweep
from tests.torture.sweeps import files, moments

SWEEPS: Final[tuple[Sweep, ...]] = (
    files.KILLS,
    files.TWICE,
    files.OUTAGES,
    moments.MOMENTS,
    files.FAILURES,
    files.SYNCS,
    files.ODD,
)
