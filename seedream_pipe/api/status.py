"""What a pipeline's last run left in the store, and what a task holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe import profiles
from seedream_pipe.api.explain import explained
from seedream_pipe.api.folders import begun_path, lock_path, store_folder
from seedream_pipe.api.planning import planned
from seedream_pipe.catalog import maker
from seedream_pipe.errors import UsageError
from seedream_pipe.plan.targets import nearest, select
from seedream_pipe.problems import escaped
from seedream_pipe.run import lock as locks
from seedream_pipe.run.state import path_of
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Hit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from seedream_pipe.api.project import Project
    from seedream_pipe.plan.model import Address, Plan, Task
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.settings import Settings
    from seedream_pipe.store.results import Result

__all__ = ["Explanation", "explain", "last_record", "task_of", "unfinished"]

_RUNS_LOOKED_AT: Final = 50
_FEW: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A task, what would become of it and of all it needs, and what the store has of it."""

    task: Task
    forecast: Forecast
    results: tuple[Result, ...]


def explain(project: Project, address: Address, *, settings: Settings) -> Explanation:
    """Why a task would be made, or what it holds. Sends nothing, writes nothing, needs no key.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: there is no such task, or it is a step of several.

    """
    plan = project.expand(maker(profiles.provider(settings.provider)))
    store = Store.open(store_folder(project, settings), create=False)
    if address not in plan.tasks and not any(address in each.was for each in plan.tasks.values()):
        _expect_not_gone(project, address, store, settings)
    task = task_of(plan, address)
    address = task.address
    found = explained(planned(project, (address,), settings=settings, unpriced=True), settings)
    lookups = [store.results.get(take.key) for take in found.forecast.tasks[address].takes]
    results = tuple(store.results.priced(lookup.result) for lookup in lookups if isinstance(lookup, Hit))
    return Explanation(task=task, forecast=found.forecast, results=results)


def _expect_not_gone(project: Project, address: Address, store: Store, settings: Settings) -> None:
    """Say of a task that had pictures that it is gone, not that its name is wrong."""
    path = lock_path(project, store, profiles.provider(settings.provider))
    if address in locks.read(path, project.pipeline.renamed):
        raise UsageError(
            f'the pipeline has no task "{escaped(address)}" any more: its row, its step or its key is gone',
            hint=f"seedream-pipe log {escaped(project.pipeline.file)} {escaped(address)} tells what it had",
        )


def task_of(plan: Plan, address: Address) -> Task:
    """The task of an address, also of a former one, or the one that a target means.

    Raises:
        UsageError: there is none, or they are several.

    """
    task = plan.tasks.get(address) or next(
        (each for each in plan.tasks.values() if address in each.was), None
    )
    if task is not None:
        return task
    try:
        meant = select(plan, [address])
    except UsageError:
        raise UsageError(f'there is no task "{escaped(address)}"', hint=nearest(plan, address)) from None
    if len(meant) == 1:
        return plan.tasks[meant[0]]
    few = ", ".join(meant[:_FEW]) + (" …" if len(meant) > _FEW else "")
    raise UsageError(f'"{escaped(address)}" has {len(meant)} tasks', hint=f"name one of them: {few}")


def last_record(project: Project, *, settings: Settings) -> Mapping[str, Any] | None:
    """The record of the pipeline's last run as JSON values; None when there is none to be read.

    Previews and bought pictures have runs of their own.
    """
    folder = store_folder(project, settings) / "runs"
    try:
        names = sorted((path for path in folder.iterdir() if path.suffix == ".json"), reverse=True)
    except OSError:
        return None
    for path in names[:_RUNS_LOOKED_AT]:
        tree = _tree(path)
        if tree.get("pipeline") == project.pipeline.name and (
            (tree.get("provider") == "preview") == (settings.provider == "preview")
        ):
            return tree
    return None


def unfinished(project: Project, *, settings: Settings) -> str:
    """When the pipeline's last run began, if it was killed or is still going on; else an empty text."""
    realm = maker(profiles.provider(settings.provider)).realm
    path = begun_path(path_of(store_folder(project, settings), project.path, realm))
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""


def _tree(path: Path) -> Mapping[str, Any]:
    try:
        tree = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}
