"""A run: what dead runs had paid for is taken first, then the plan is made true."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

from seedream_pipe import catalog, profiles
from seedream_pipe.api.allowance import expect_allowed
from seedream_pipe.api.explain import explained
from seedream_pipe.api.folders import output_folder, output_top, store_folder
from seedream_pipe.api.frozen import expect_frozen
from seedream_pipe.api.going import Going
from seedream_pipe.api.planning import past_of, planned_with
from seedream_pipe.api.recovery import heal, recover
from seedream_pipe.api.run_options import RunOptions
from seedream_pipe.errors import Frozen, StoreError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.run import state as states
from seedream_pipe.run.decisions import Make
from seedream_pipe.run.lock import Unreadable
from seedream_pipe.run.places import expect_writable
from seedream_pipe.settings import Settings
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from seedream_pipe.api.past import Remembered
    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.run.events import Event, Listener
    from seedream_pipe.run.outcomes import Unfetched
    from seedream_pipe.run.record import Record

__all__ = ["run_async"]


async def run_async(
    project: Project,
    targets: Sequence[str] = (),
    *,
    settings: Settings | None = None,
    options: RunOptions | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Record:
    """Make what is missing or stale, and put it under the names asked for.

    Args:
        project: from `load`.
        targets: which tasks, with all that they need; all when empty.
        settings: the user's; by default the preview provider, which costs nothing.
        options: how to run.
        environment: where the provider's API key is looked for.

    Raises:
        InvalidPipeline: problems that only rows and files show; nothing was sent.
        ProviderError: something has to be bought and there is no key.
        OverBudget: nobody confirmed the price, and no cap covers it.
        Frozen: there is work, and `frozen` was asked for.
        StoreError: the store cannot be written; nothing more was sent.

    """
    settings = settings or Settings()
    options = options or RunOptions()
    profile = profiles.provider(settings.provider)
    with ExitStack() as stack:
        folder = store_folder(project, settings)
        # In a store that cannot be written everything that is there can still be had.
        store = Store.open(folder, create=not folder.is_dir() or os.access(folder, os.W_OK))
        if store.writable:
            await asyncio.to_thread(store.sweep)
        ledger = stack.enter_context(Ledger.open(store)) if profile.paid else None
        early: list[Event] = []
        tell = _both(early, options.listener)
        unfetched: Mapping[str, Unfetched] = {}

        async def look() -> tuple[Remembered, Planned]:
            with _unreadable_is_frozen() if options.frozen else nullcontext():
                past = past_of(project, store, ledger, profile, settings, options=options)
            return past, await asyncio.to_thread(planned_with, project, targets, settings, profile, past)

        if ledger is not None and store.writable:
            unfetched = await recover(
                store, ledger, settings, environment=environment, pace=options.pace, tell=tell
            )
        past, made = await look()
        if ledger is not None and past.lost and store.writable:
            lost = [*past.lost.values()]
            if await heal(
                lost, store, ledger, settings, environment=environment, pace=options.pace, tell=tell
            ):
                past, made = await look()
        inputs = states.signatures(project.paths_seen(), since=project.read_ns)
        if options.frozen:
            expect_frozen(made.plan, made.forecast, past.lock)
        await asyncio.to_thread(_expect_places, made, store, profile, settings)
        expect_allowed(made.forecast, profile, settings, options, environment)
        if options.agreed is not None:
            await asyncio.to_thread(options.agreed)
        run = Going(
            planned=await asyncio.to_thread(explained, made, settings),
            settings=settings,
            options=options,
            profile=profile,
            store=store,
            ledger=ledger,
            past=past,
            environment=environment,
            inputs=inputs,
            stop=options.stop,
            listener=options.listener,
            unfetched=unfetched,
            events=early,
        )
        return await run.go()


def _expect_places(made: Planned, store: Store, profile: ProviderProfile, settings: Settings) -> None:
    """See that what is to be made can be kept and placed, before it is paid for."""
    if not store.writable and made.forecast.counts()["make"]:
        raise StoreError(
            f"{store.folder} cannot be written, and there is something to make; nothing was sent",
            hint="give yourself write access to it; another one with --store has nothing of what was bought",
        )
    tasks = made.forecast.tasks.items()
    making = [made.plan.tasks[address] for address, task in tasks if isinstance(task.decision, Make)]
    folder = output_folder(made.project, settings, catalog.maker(profile).realm)
    names = (name for task in making for row in task.outputs for name in row)
    expect_writable(output_top(made.project, settings), folder, names)


@contextmanager
def _unreadable_is_frozen() -> Iterator[None]:
    """A lock that cannot be read does not agree with the pipeline."""
    try:
        yield
    except Unreadable as error:
        raise Frozen(error.message, hint=error.hint) from None


def _both(events: list[Event], listener: Listener | None) -> Listener:
    """Keep events for the record, and tell them at once."""

    def tell(event: Event) -> None:
        events.append(event)
        if listener is not None:
            listener(event)

    return tell
