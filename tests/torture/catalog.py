"""Every sweep there is, in the order of the table."""

from typing import Final

from tests.torture.points import Sweep
from tests.torture.sweeps import damage, files, moments, processes, resources, signals

SWEEPS: Final[tuple[Sweep, ...]] = (
    files.KILLS,
    files.TWICE,
    files.OUTAGES,
    moments.MOMENTS,
    signals.KILLS,
    signals.DRAINS,
    signals.DOUBLES,
    signals.SLEEPS,
    files.FAILURES,
    files.SYNCS,
    files.ODD,
    resources.FULL,
    resources.READ_ONLY,
    resources.MEMORY,
    resources.FILES,
    resources.READERS,
    processes.CROWDS,
    processes.MOBS,
    processes.BUDGETS,
    processes.PLANTED,
    damage.DAMAGE,
)
