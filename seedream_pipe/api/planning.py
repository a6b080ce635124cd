"""A pipeline held against the store: what a run would do, why, and for how much."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seedream_pipe import catalog, profiles
from seedream_pipe.api.caps import reach
from seedream_pipe.api.folders import lock_path, output_folder, output_top, store_folder
from seedream_pipe.api.origin import local_server
from seedream_pipe.api.past import Remembered
from seedream_pipe.api.sources import dearest, lenient, sources
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import spent
from seedream_pipe.plan.targets import select
from seedream_pipe.run import lock as locks
from seedream_pipe.run import state as states
from seedream_pipe.run.back import Back
from seedream_pipe.run.decisions import Reuse
from seedream_pipe.run.forecast import forecast
from seedream_pipe.run.outputs import Outputs, wanted
from seedream_pipe.run.pins import Pins
from seedream_pipe.settings import Settings
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedream_pipe.api.project import Project
    from seedream_pipe.api.run_options import RunOptions
    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.run.decisions import Forecast

__all__ = ["Planned", "past_of", "plan", "planned", "planned_with"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan held against the store."""

    project: Project
    plan: Plan
    targets: tuple[Address, ...]
    forecast: Forecast


def plan(project: Project, targets: Sequence[str] = (), *, settings: Settings | None = None) -> Forecast:
    """What a run would do, why, and for how much. Sends nothing, writes nothing, needs no key.

    Args:
        project: from `load`.
        targets: as on the command line: ``step``, ``step@key``, ``tag:night`` …; all when empty.
        settings: the user's; by default the preview provider.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing.

    """
    return planned(project, targets, settings=settings or Settings()).forecast


def planned(
    project: Project,
    targets: Sequence[str],
    *,
    settings: Settings,
    past: Callable[[Remembered], Remembered] = lambda past: past,
    edited: Callable[[Plan], Plan] = lambda plan: plan,
    unpriced: bool = False,
) -> Planned:
    """As `plan`, with the tasks beside it.

    `edited` plans something else than what the file says, `past` looks at another past. With
    `unpriced`, for who only looks, a price that nobody knows is told as such and is no error.
    """
    profile = profiles.provider(settings.provider)
    store = Store.open(store_folder(project, settings), create=False)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(store)) if profile.paid else None
        known = past(past_of(project, store, ledger, profile, settings))
        found = planned_with(project, targets, settings, profile, known, edited=edited, unpriced=unpriced)
        return replace(found, forecast=_with_files(found, store, settings, profile))


def _with_files(found: Planned, store: Store, settings: Settings, profile: ProviderProfile) -> Forecast:
    """The forecast with what a run would do to the files of tasks that are up to date."""
    realm = catalog.maker(profile).realm
    outputs = Outputs(
        top=output_top(found.project, settings),
        folder=output_folder(found.project, settings, realm),
        store=store,
        last=states.read(states.path_of(store.folder, found.project.path, realm)),
    )
    files: dict[str, list[str]] = {"in place": [], "put back": [], "kept": []}
    for address, task in found.forecast.tasks.items():
        if isinstance(task.decision, Reuse):
            for name, digest in wanted(found.plan.tasks[address], task.takes):
                files[outputs.would(name, digest)].append(name)
    return replace(found.forecast, put_back=tuple(files["put back"]), kept=tuple(files["kept"]))


def planned_with(
    project: Project,
    targets: Sequence[str],
    settings: Settings,
    profile: ProviderProfile,
    past: Remembered,
    *,
    edited: Callable[[Plan], Plan] = lambda plan: plan,
    unpriced: bool = False,
) -> Planned:
    """As `planned`, for who has opened the store; files of the outputs are not looked at."""
    whole = edited(project.expand(catalog.maker(profile), provider=profile))
    selected = select(whole, targets)
    found = sources(settings)
    currency = profile.currency
    prices = dearest(found, currency)
    if unpriced:
        prices = lenient(prices, currency)
    made = forecast(whole, selected, past, prices, provider=profile.name)
    if not made.pictures or not profile.paid or made.worst.unknown:
        return Planned(project=project, plan=whole, targets=tuple(selected), forecast=made)
    further = dict.fromkeys(each.profile.currency for each in found if each.profile.currency != currency)
    others = (forecast(whole, selected, past, dearest(found, one), provider="").worst for one in further)
    taken = {} if past.ledger is None else spent(past.ledger.index, test=bool(past.origin))
    stop = reach(made, whole, settings, taken, currency=currency)
    made = replace(
        made,
        others=tuple(others),
        resends=settings.retry_uncertain,
        limit="" if stop is None else stop.whose,
        reach=0 if stop is None else stop.pictures,
    )
    return Planned(project=project, plan=whole, targets=tuple(selected), forecast=made)


def past_of(
    project: Project,
    store: Store,
    ledger: Ledger | None,
    profile: ProviderProfile,
    settings: Settings,
    *,
    options: RunOptions | None = None,
) -> Remembered:
    """What is remembered of a pipeline's tasks, and what of it the options pass over."""
    lock = locks.read(lock_path(project, store, profile), project.pipeline.renamed)
    folder = output_folder(project, settings, catalog.maker(profile).realm)
    return Remembered(
        store=store,
        ledger=ledger,
        lock=lock,
        pins=Pins(store),
        retry_refused=options is not None and options.retry_refused,
        retry_lost=options is not None and options.retry_lost,
        retry_uncertain=settings.retry_uncertain,
        origin=local_server(settings),
        shown=project.root.shown,
        outside=Back(folder=folder, lock=lock, store=store),
    )
