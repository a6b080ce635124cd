"""Plan and run: the rooms put together."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe import catalog, profiles
from seedream_pipe import settings as user_settings
from seedream_pipe.api import lock_file
from seedream_pipe.api.binding import settle
from seedream_pipe.api.buying import Buying
from seedream_pipe.api.caps import covers, expect_named, raised, reach
from seedream_pipe.api.decide import begin
from seedream_pipe.api.frozen import expect_frozen
from seedream_pipe.api.origin import local_server
from seedream_pipe.api.past import Remembered
from seedream_pipe.api.recovery import heal, recover
from seedream_pipe.api.sources import dearest, prices, sources
from seedream_pipe.api.worker import Worker
from seedream_pipe.digest import canonical
from seedream_pipe.errors import OverBudget, Owing, ProviderError, StoreError, StoreInDoubt
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import spent
from seedream_pipe.plan.targets import select
from seedream_pipe.run import lock as locks
from seedream_pipe.run import state as states
from seedream_pipe.run.back import Back
from seedream_pipe.run.events import CallSent, RunBegan, RunEnded
from seedream_pipe.run.forecast import Blocked, Reuse, forecast, reasons_of
from seedream_pipe.run.gates import gates, with_standing
from seedream_pipe.run.loop import Loop, cut_off, takes_of
from seedream_pipe.run.notes import Notes
from seedream_pipe.run.outcomes import Held, Waiting
from seedream_pipe.run.outputs import Outputs, wanted
from seedream_pipe.run.pace import Pace
from seedream_pipe.run.perform import Performer
from seedream_pipe.run.pins import Pins
from seedream_pipe.run.record import fold
from seedream_pipe.run.schedule import Schedule
from seedream_pipe.run.settle import held, now
from seedream_pipe.run.stop import Stop
from seedream_pipe.run.transform import Transformer
from seedream_pipe.settings import Settings
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from seedream_pipe.api.project import Project
    from seedream_pipe.api.sources import Source
    from seedream_pipe.ledger.calls import OpenCall
    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.run.events import Event, Listener
    from seedream_pipe.run.forecast import Forecast
    from seedream_pipe.run.outcomes import Money, Outcome, Unfetched
    from seedream_pipe.run.record import Record

__all__ = [
    "Planned",
    "RunOptions",
    "begun_path",
    "lock_path",
    "output_folder",
    "output_top",
    "past_of",
    "plan",
    "planned",
    "planned_with",
    "run_async",
    "shown_path",
    "store_folder",
]

_WORKERS: Final = max(os.cpu_count() or 1, 2)
"""Operations at work at once: each holds whole pictures in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run.

    `confirm` is asked before money is spent; None means that nobody can be asked. `yes` spends
    without asking, up to the cap; `frozen` spends nothing at all. `force` overwrites outputs
    that were edited. `retry_refused` sends again what the content filter refused, `retry_lost` buys
    again what was paid for and the store has lost. `listener` is told every event; `stop` is how
    to ask the run to stop, once; `pace` is how it waits. `agreed` is called when the run may
    spend, before anything is sent.
    """

    fail_fast: bool = False
    force: bool = False
    frozen: bool = False
    yes: bool = False
    retry_refused: bool = False
    retry_lost: bool = False
    confirm: Callable[[Forecast], bool] | None = None
    listener: Listener | None = None
    stop: Stop = field(default_factory=Stop)
    pace: Pace = field(default_factory=Pace)
    agreed: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan held against the store."""

    project: Project
    plan: Plan
    targets: tuple[Address, ...]
    forecast: Forecast


def store_folder(project: Project, settings: Settings) -> Path:
    """Where the store is: the user's choice, else ``.seedream`` in the project's root."""
    return settings.store.absolute() if settings.store else project.root.top / ".seedream"


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
) -> Planned:
    """As `plan`, with the tasks beside it.

    `edited` plans something else than what the file says, `past` looks at another past.
    """
    profile = profiles.provider(settings.provider)
    store = Store.open(store_folder(project, settings), create=False)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(store)) if profile.paid else None
        known = past(past_of(project, store, ledger, profile, settings))
        found = planned_with(project, targets, settings, profile, known, edited=edited)
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
) -> Planned:
    """As `planned`, for who has opened the store; files of the outputs are not looked at."""
    whole = edited(project.expand(catalog.maker(profile), provider=profile))
    selected = select(whole, targets)
    found = sources(settings)
    currency = profile.currency
    made = forecast(whole, selected, past, dearest(found, currency), provider=profile.name)
    if not made.pictures or not profile.paid:
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
        store = Store.open(store_folder(project, settings))
        await asyncio.to_thread(store.sweep)
        ledger = stack.enter_context(Ledger.open(store)) if profile.paid else None
        early: list[Event] = []
        unfetched: Mapping[str, Unfetched] = {}
        if ledger is not None:
            unfetched = await recover(
                store,
                ledger,
                settings,
                environment=environment,
                pace=options.pace,
                tell=_both(early, options.listener),
            )
        past = past_of(project, store, ledger, profile, settings, options=options)
        made = await asyncio.to_thread(planned_with, project, targets, settings, profile, past)
        if ledger is not None and past.lost:
            healed = await heal(
                [*past.lost.values()],
                store,
                ledger,
                settings,
                environment=environment,
                pace=options.pace,
                tell=_both(early, options.listener),
            )
            if healed:
                past = past_of(project, store, ledger, profile, settings, options=options)
                made = await asyncio.to_thread(planned_with, project, targets, settings, profile, past)
        inputs = states.signatures(project.paths_seen(), since=project.read_ns)
        if options.frozen:
            expect_frozen(made.plan, made.forecast, past.lock)
        _expect_allowed(made.forecast, profile, settings, options, environment)
        if options.agreed is not None:
            await asyncio.to_thread(options.agreed)
        run = _Run(
            planned=made,
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


def _both(events: list[Event], listener: Listener | None) -> Listener:
    """Keep events for the record, and tell them at once."""

    def tell(event: Event) -> None:
        events.append(event)
        if listener is not None:
            listener(event)

    return tell


def _expect_allowed(
    expected: Forecast,
    profile: ProviderProfile,
    settings: Settings,
    options: RunOptions,
    environment: Mapping[str, str],
) -> None:
    """Everything that can keep a run from spending, before anything is sent."""
    if not profile.paid or not expected.pictures:
        return
    _expect_settled(expected, settings)
    found = sources(settings)
    for source in found:
        _expect_key(source, expected, environment)
    expect_named(found, settings, expected.asked)
    if options.yes or covers(found, settings, expected.asked):
        return
    if options.confirm is not None and options.confirm(expected):
        return
    most = " or ".join(map(str, expected.asked))
    cap = "" if settings.max_cost is None else f"; --max-cost {settings.max_cost} does not cover it"
    error = OverBudget(
        f"this would cost up to {most} for {_many(expected.pictures, 'picture')},"
        f" and nobody confirmed it{cap}; nothing was sent",
        hint=f"--yes, or --max-cost {_amounts(expected.asked)} to allow it",
    )
    error.flag = ("--max-cost", _amounts(expected.asked))
    raise error


def _expect_settled(expected: Forecast, settings: Settings) -> None:
    """The user's policy for calls that may be owed: what needs them waits, or nothing is sent at all."""
    if settings.held != "stop":
        return
    held = {hold.call for hold in expected.holds} | {
        task.decision.outcome.call
        for task in expected.tasks.values()
        if isinstance(task.decision, Blocked) and isinstance(task.decision.outcome, Held)
    }
    if held:
        raise Owing(
            f"{_many(len(held), 'call')} may have been charged, and nothing is to be sent until a person has"
            " said a word on them (held = stop)",
            hint="seedream-pipe held FILE lists them",
        )


def _expect_key(source: Source, expected: Forecast, environment: Mapping[str, str]) -> None:
    profile = source.profile
    if not profile.key_variable or user_settings.secret(profile.key_variable, environment) is not None:
        return
    if source.takes_over:
        raise ProviderError(
            f"{profile.key_variable} is not set, and {profile.title} is to take over when a provider is out",
            hint=f"get a key at {profile.key_page} and export {profile.key_variable}=…; or --fallback none",
        )
    raise ProviderError(
        f"{profile.key_variable} is not set, and {_many(expected.pictures, 'picture')}"
        f" would have to be bought from {profile.title}",
        hint=f"get a key at {profile.key_page} and export {profile.key_variable}=…; "
        "or draw a free preview: --provider preview",
    )


def _amounts(asked: Sequence[Money]) -> str:
    """Amounts as `--max-cost` takes them."""
    if len(asked) == 1:
        return f"{asked[0].amount:f}"
    return ",".join(f"{money.amount:f}{money.currency}" for money in asked)


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


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
        outside=Back(folder=folder, lock=lock, store=store),
    )


def lock_path(project: Project, store: Store, profile: ProviderProfile) -> Path:
    """The lock beside the pipeline; for previews one in the store, out of version control."""
    if profile.paid:
        return project.path.with_suffix(".lock")
    return states.path_of(store.folder, project.path, "preview-lock").with_suffix(".lock")


def output_top(project: Project, settings: Settings) -> Path:
    """The folder that outputs stay below: the user's choice, else the project's root."""
    return settings.out.absolute() if settings.out else project.root.top


def output_folder(project: Project, settings: Settings, realm: str) -> Path:
    """Where the outputs of a pipeline go: ``out/<name>``, previews under ``out/preview/<name>``."""
    base = settings.out.absolute() if settings.out else project.root.top / "out"
    return base / project.pipeline.name if realm != "preview" else base / "preview" / project.pipeline.name


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run, from the confirmed forecast to the record."""

    planned: Planned
    settings: Settings
    options: RunOptions
    profile: ProviderProfile
    store: Store
    ledger: Ledger | None
    past: Remembered
    environment: Mapping[str, str]
    inputs: Mapping[str, states.Signature | None]
    stop: Stop
    listener: Listener | None
    unfetched: Mapping[str, Unfetched]
    events: list[Event] = field(default_factory=list)
    _deaf: Exception | None = None
    _mute: StoreError | None = None
    """Why the ledger could not be asked at the end."""

    async def go(self) -> Record:
        """Run the plan; the lock, the state and the record are written whatever becomes of it."""
        began_at, began = now(), time.monotonic()
        # What is to stay as it is needs nothing, whatever becomes of what it was made of.
        plan = with_standing(self.planned.plan, self.planned.forecast)
        schedule = Schedule(plan, self.planned.targets)
        self._emit(
            RunBegan(
                pipeline=self.planned.plan.name,
                provider=self.profile.name,
                total=schedule.total,
                worst=self.planned.forecast.worst,
                warnings=len(self.planned.plan.warnings),
            )
        )
        await asyncio.to_thread(settle, self.planned.plan, self.planned.forecast, self.past)
        worker = self._worker()
        begun = begun_path(self._state_path())
        await asyncio.to_thread(self.store.disk.write, begun, began_at.encode())
        failure: StoreError | None = None
        try:
            await self._loop(plan, schedule, worker).run()
        except StoreError as error:
            failure = error
        finally:
            await worker.close()
            remedy, again = self._remedy(schedule.outcomes)
            self._emit(RunEnded(stopped=self.stop.why, remedy=remedy, again=again))
            record = self._record(began_at, time.monotonic() - began, schedule.outcomes)
            if self.store.healthy:
                await asyncio.to_thread(self._remember, schedule.outcomes, worker.outputs, record)
                if record.gates and not self.options.frozen:
                    await asyncio.to_thread(begin, self.planned.project, self.planned.plan, self.store)
        failure = failure or self._mute
        if failure is not None:
            raise _told_with(failure, record)
        if self._deaf is not None:
            raise self._deaf
        return record

    def _loop(self, plan: Plan, schedule: Schedule, worker: Worker) -> Loop:
        return Loop(
            plan=plan,
            schedule=schedule,
            worker=worker,
            pinned=self.past.pinned,
            jobs=self.settings.jobs,
            emit=self._emit,
            stop=self.stop,
            fail_fast=self.options.fail_fast,
            left=self._left,
        )

    def _remedy(self, outcomes: Mapping[Address, Outcome]) -> tuple[str, tuple[str, ...]]:
        """What a person does about a run that stopped: of a cap, to how much it has to be raised."""
        if self.ledger is None or not self.stop.over[0]:
            return self.stop.remedy, ()
        try:
            taken = spent(self.ledger.index, test=bool(self.past.origin))
        except StoreError:
            return self.stop.remedy, ()
        planned = self.planned
        own = self.profile.currency
        found = raised(
            self.stop.over, planned.forecast, planned.plan, self.settings, outcomes, taken=taken, own=own
        )
        return (self.stop.remedy, ()) if found is None else found

    def _left(self, address: Address) -> Outcome:
        """What the ledger knows of a task that was cut off: what was sent may be owed."""
        sent = {
            event.call for event in self.events if isinstance(event, CallSent) and event.address == address
        }
        elsewhere = self.ledger.kept_elsewhere() if self.ledger is not None and sent else set()
        if sent & elsewhere:
            message = "paid for; the store could not take its answer, which is kept elsewhere"
            return Waiting(why="fetch", message=f"{message} until the next run takes it, for nothing")
        for call in self.ledger.open_calls() if self.ledger is not None and sent else ():
            if call.id in sent and call.state in {"answered", "taken"} and not call.partial:
                return Waiting(why="fetch", message="paid for, not yet downloaded; run again, for nothing")
            if call.id in sent and call.state != "intended":
                return held(call)
        return cut_off(address)

    def _emit(self, event: Event) -> None:
        self.events.append(event)
        if self.listener is None:
            return
        try:
            self.listener(event)
        except Exception as error:  # noqa: BLE001 - not our code; raised when what is in flight has come
            self.listener, self._deaf = None, error
            self.stop.drain(f"the listener failed: {error}")

    def _worker(self) -> Worker:
        outputs = Outputs(
            top=output_top(self.planned.project, self.settings),
            folder=self._output_folder(),
            store=self.store,
            last=states.read(self._state_path()),
            force=self.options.force,
        )
        return Worker(
            make_performer=self._performer,
            transformer=Transformer(
                operations=catalog.OPERATIONS, store=self.store, slots=asyncio.Semaphore(_WORKERS)
            ),
            fetch_url=lambda url, target: catalog.fetch_reference(url, target, self.settings),
            outputs=outputs,
            pins=self.past.pins,
            store=self.store,
            emit=self._emit,
            expected=self.planned.forecast,
            notes=Notes(pipeline=self.planned.plan.name, store=self.store)
            if self.settings.provenance
            else None,
        )

    def _performer(self) -> Performer:
        """Made when the first task needs it: a run with nothing to make opens no connection."""
        pace, shop, offers = self.options.pace, None, None
        if self.ledger is not None:
            buying = self._buying(self.ledger)
            shop, offers = buying.shop(), buying.offers()
        provider = shop.provider if shop else catalog.provider(self.profile.name, self.settings, None)
        return Performer(
            provider=provider,
            store=self.store,
            shop=shop,
            offers=offers,
            price=prices(self.profile, self.settings),
            slots=asyncio.Semaphore(self.settings.jobs),
            tell=self._emit,
            retry_refused=self.options.retry_refused,
            retry_lost=self.options.retry_lost,
            retry_uncertain=self.settings.retry_uncertain,
            back=self.past.outside,
            unfetched={
                call: Waiting(why="fetch", message=each.message)
                for call, each in self.unfetched.items()
                if not each.pending
            },
            sleep=pace.sleep,
            monotonic=pace.clock,
        )

    def _buying(self, ledger: Ledger) -> Buying:
        return Buying(
            store=self.store,
            ledger=ledger,
            plan=self.planned.plan,
            forecast=self.planned.forecast,
            settings=self.settings,
            environment=self.environment,
            pace=self.options.pace,
            tell=self._emit,
            stop=self.stop,
        )

    def _record(self, began_at: str, seconds: float, outcomes: Mapping[Address, Outcome]) -> Record:
        return fold(
            self.events,
            run_id=_run_id(),
            file=self.planned.project.pipeline.file,
            folder=shown_path(self._output_folder()),
            began_at=began_at,
            ended_at=now(),
            seconds=seconds,
            holds=(*self._still_held(), *self._also_held(outcomes)),
            gates=gates(self.planned.plan, outcomes),
            unfetched=tuple(self._still_unfetched(outcomes)),
            reasons=reasons_of(self.planned.forecast),
        )

    def _still_held(self) -> Iterator[Held]:
        """Calls of earlier runs that this one did not send again."""
        left = {call.id for call in self._open_calls()} if self.settings.retry_uncertain else set()
        for hold in self.planned.forecast.holds:
            if not self.settings.retry_uncertain or hold.call in left:
                yield hold

    def _also_held(self, outcomes: Mapping[Address, Outcome]) -> Iterator[Held]:
        """Calls of this run that may be owed beside the one that stands for their task."""
        sent = {event.call for event in self.events if isinstance(event, CallSent)}
        told = {outcome.call for outcome in outcomes.values() if isinstance(outcome, Held)}
        if self.ledger is None or not sent:
            return
        told |= self.ledger.kept_elsewhere()
        for call in self._open_calls():
            if call.id in sent - told and (call.state in {"sent", "held"} or call.partial):
                yield held(call)

    def _open_calls(self) -> tuple[OpenCall, ...]:
        """What the ledger has open, or nothing when it cannot be asked: then the run ends with that."""
        try:
            return self.ledger.open_calls() if self.ledger is not None else ()
        except StoreError as error:
            self._mute = error
            return ()

    def _still_unfetched(self, outcomes: Mapping[Address, Outcome]) -> Iterator[Unfetched]:
        """Calls of earlier runs whose pictures are not here, and that no task has told of."""
        if not self.unfetched or self.ledger is None:
            return
        is_open = {call.id for call in self._open_calls() if call.state in {"answered", "taken"}}
        for each in self.unfetched.values():
            outcome = outcomes.get(each.task)
            told = isinstance(outcome, Waiting) and outcome.message == each.message
            if each.call in is_open and not told:
                yield each

    def _remember(self, outcomes: Mapping[Address, Outcome], outputs: Outputs, record: Record) -> None:
        """Write the lock, the record and the state, in that order."""
        lock_file = self._write_lock(outcomes)
        runs = self.store.folder / "runs"
        self.store.disk.folder(runs)
        self.store.disk.write(runs / f"{record.id}.json", canonical(record.tree()) + b"\n")
        whole = len(outcomes) == len(self.planned.plan.tasks)
        lock_path = os.fspath(lock_file)
        state = outputs.state(
            fingerprint=fingerprint(self.planned.project, self.profile, self.settings),
            inputs={**self.inputs, lock_path: states.signature(lock_path), **self._calls()},
            tasks=len(self.planned.plan.tasks),
            folder=record.folder,
            whole=whole and record.exit_code == 0 and not record.stopped,
        )
        path = self._state_path()
        self.store.disk.folder(path.parent)
        self.store.disk.write(path, states.render(state))
        with self.store.disk.watch(path):
            begun_path(path).unlink(missing_ok=True)

    def _calls(self) -> dict[str, states.Signature | None]:
        """A call that is begun in the store, by whomever, is looked at by the next run: it may be owed."""
        if self.ledger is None:
            return {}
        calls = os.fspath(self.store.folder / "calls")
        now = states.signature(calls)
        return {calls: states.CHANGED if self.ledger.open_calls() else now}

    def _write_lock(self, outcomes: Mapping[Address, Outcome]) -> Path:
        project, tasks = self.planned.project, self.planned.plan.tasks
        path = lock_path(project, self.store, self.profile)
        held = {address: takes_of(outcome) for address, outcome in outcomes.items()}
        lock_file.update(path, self.store, tasks, held)
        return path

    def _output_folder(self) -> Path:
        return output_folder(self.planned.project, self.settings, catalog.maker(self.profile).realm)

    def _state_path(self) -> Path:
        realm = catalog.maker(self.profile).realm
        return states.path_of(self.store.folder, self.planned.project.path, realm)


def _run_id() -> str:
    """When it ended and some chance; to the millisecond, because the last run is the one that sorts last."""
    moment = time.time()
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(moment))
    return f"{stamp}.{int(moment * 1000) % 1000:03d}Z-{secrets.token_hex(4)}"


def _told_with(failure: StoreError, record: Record) -> StoreError:
    """A failure of the store, with the calls that the run leaves in doubt (reliability 2.1)."""
    owed = [each for each in record.outcomes.values() if isinstance(each, Held)] + [*record.holds]
    if not owed:
        return failure
    told = f"{_many(len(owed), 'call')} may have been charged and {'is' if len(owed) == 1 else 'are'} held"
    doubt = StoreInDoubt(f"{failure.message}; {told}", hint=failure.hint)
    doubt.__cause__ = failure.__cause__
    return doubt


def begun_path(state: Path) -> Path:
    """Where it stands while a run lasts, and after one that was killed, when it began."""
    return state.with_suffix(".began")


def fingerprint(project: Project, profile: ProviderProfile, settings: Settings) -> str:
    """Everything that is not a file's content and decides what a run would do."""
    mark = states.fingerprint(
        pipeline=project.path,
        maker=profile.maker,
        version=catalog.maker(profile).version,
        out=os.fspath(settings.out.absolute()) if settings.out else "",
        origin=local_server(settings),
    )
    return mark + project.variant.mark


def shown_path(path: Path) -> str:
    """A path as the user would type it from where they stand."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith(f"..{os.sep}..") else os.fspath(path)
