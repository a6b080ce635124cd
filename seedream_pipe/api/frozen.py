"""Whether the pipeline, the lock and the store say the same: what `--frozen` asks before it does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from seedream_pipe import profiles
from seedream_pipe.api.folders import lock_path, store_folder
from seedream_pipe.errors import Frozen
from seedream_pipe.picks.model import take_text
from seedream_pipe.run import lock as locks
from seedream_pipe.run.decisions import Blocked, Make, Reuse
from seedream_pipe.run.outcomes import Waiting
from seedream_pipe.run.reasons import BackFromOut
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.api.planning import Planned
    from seedream_pipe.plan.model import Address, Plan, Task
    from seedream_pipe.run.decisions import Decision, Forecast, TaskForecast
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.settings import Settings

__all__ = ["expect_frozen", "expect_frozen_as_planned", "unsaid_adoptions"]

_RUN: Final = "run without --frozen"
_WRITE: Final = "run without --frozen writes the lock, for nothing; then commit it"


def expect_frozen(plan: Plan, forecast: Forecast, lock: Mapping[Address, Locked]) -> None:
    """Refuse a run that may change nothing and would have to.

    Raises:
        Frozen: something is to be made, the store lacks a picture, or the lock says otherwise.

    """
    makes = {a: t.decision for a, t in forecast.tasks.items() if isinstance(t.decision, Make)}
    lost = [address for address, make in makes.items() if isinstance(make.reason, BackFromOut)]
    if len(makes) > len(lost):
        first = next(address for address in makes if address not in lost)
        raise Frozen(f"{_tasks(len(makes) - len(lost))} would have to be made, {first} first", hint=_RUN)
    if lost:
        raise Frozen(
            f"the store lacks the pictures of {_tasks(len(lost))}, {lost[0]} first",
            hint="the output folder has them: run without --frozen takes them back, for nothing",
        )
    nowhere = [address for address, t in forecast.tasks.items() if _is_lost(t.decision)]
    if nowhere:
        raise Frozen(f"the store lacks the pictures of {_tasks(len(nowhere))}, {nowhere[0]} first", hint=_RUN)
    differ = _differing(plan, forecast, lock)
    if differ:
        first, why = next(iter(differ.items()))
        raise Frozen(
            f"the lock does not say what the pipeline says of {_tasks(len(differ))}; {first}: {why}",
            hint=_WRITE,
        )
    gone = [address for address in lock if address not in plan.tasks]
    if gone and len(forecast.tasks) == len(plan.tasks):
        held = f"the lock holds pictures of {_tasks(len(gone))} that the pipeline does not have"
        raise Frozen(f"{held}, {gone[0]} first", hint=_WRITE)


def unsaid_adoptions(found: Planned, settings: Settings) -> tuple[Address, ...]:
    """The tasks whose pictures were adopted, where the lock does not say so: it was set back.

    Raises:
        Unreadable: the lock cannot be read.

    """
    adopted = {a for a, t in found.forecast.tasks.items() if any(take.adopted for take in t.takes)}
    if not adopted:
        return ()
    profile = profiles.provider(settings.provider)
    project = found.project
    path = lock_path(project, Store.open(store_folder(project, settings), create=False), profile)
    lock = locks.read(path, project.pipeline.renamed)
    return tuple(a for a in _differing(found.plan, found.forecast, lock) if a in adopted)


def _differing(plan: Plan, forecast: Forecast, lock: Mapping[Address, Locked]) -> dict[Address, str]:
    told = ((address, _otherwise(plan.tasks[address], t, lock)) for address, t in forecast.tasks.items())
    return {address: why for address, why in told if why}


def expect_frozen_as_planned(found: Planned, settings: Settings) -> None:
    """As `expect_frozen`, for a plan that is only looked at.

    Raises:
        Frozen: as there; also where the lock cannot be read.

    """
    profile = profiles.provider(settings.provider)
    project = found.project
    path = lock_path(project, Store.open(store_folder(project, settings), create=False), profile)
    expect_frozen(found.plan, found.forecast, locks.read(path, project.pipeline.renamed))


def _is_lost(decision: Decision) -> bool:
    return (
        isinstance(decision, Blocked)
        and isinstance(decision.outcome, Waiting)
        and decision.outcome.why == "lost"
    )


def _otherwise(task: Task, found: TaskForecast, lock: Mapping[Address, Locked]) -> str:
    """What the lock says otherwise of a task; nothing when it agrees, or the task has no pictures by now."""
    if not _is_whole(found):
        return ""
    locked = lock.get(task.address)
    if locked is None:
        return "the lock has no pictures of it"
    if (locked.pick, locked.image) != (task.pick, task.image):
        return f"{_pick(task.pick, task.image)}, in the lock {_pick(locked.pick, locked.image)}"
    held = {(take.take, take.key, take.pictures) for take in locked.takes}
    if held != {(take.take, take.key, take.pictures) for take in found.takes}:
        return "the lock holds other pictures"
    return ""


def _is_whole(found: TaskForecast) -> bool:
    match found.decision:
        case Reuse():
            return True
        case Blocked(outcome=Waiting(why="pick"), because=""):
            return True
        case _:
            return False


def _pick(take: int | None, image: int | None) -> str:
    return "nobody has picked a take" if take is None else f"take {take_text(take, image)} is picked"


def _tasks(count: int) -> str:
    return f"{count:,} task{'' if count == 1 else 's'}"
