"""One run, from the confirmed forecast to the record."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe import catalog
from seedream_pipe.api import lock_file
from seedream_pipe.api.binding import settle
from seedream_pipe.api.buying import Buying
from seedream_pipe.api.caps import raised
from seedream_pipe.api.decide import begin
from seedream_pipe.api.folders import begun_path, lock_path, output_folder, output_top, shown_path
from seedream_pipe.api.origin import local_server
from seedream_pipe.api.past import Remembered
from seedream_pipe.api.recorded import references_of
from seedream_pipe.api.sources import prices
from seedream_pipe.api.worker import Worker
from seedream_pipe.digest import canonical
from seedream_pipe.errors import InvalidPipeline, StoreError, StoreInDoubt, UsageError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import spent
from seedream_pipe.run import state as states
from seedream_pipe.run.events import CallSent, RunBegan, RunEnded
from seedream_pipe.run.forecast import reasons_of, stale_of
from seedream_pipe.run.gates import gates, with_standing
from seedream_pipe.run.loop import Loop, cut_off, takes_of
from seedream_pipe.run.notes import Notes
from seedream_pipe.run.outcomes import Held, Waiting
from seedream_pipe.run.outputs import Outputs
from seedream_pipe.run.perform import Performer
from seedream_pipe.run.record import fold
from seedream_pipe.run.schedule import Schedule
from seedream_pipe.run.settle import held, now
from seedream_pipe.run.stop import Stop
from seedream_pipe.run.transform import Transformer
from seedream_pipe.settings import Settings
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.api.run_options import RunOptions
    from seedream_pipe.ledger.model import OpenCall
    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.run.events import Event, Listener
    from seedream_pipe.run.outcomes import Outcome, Unfetched
    from seedream_pipe.run.record import Record

__all__ = ["Going"]

_WORKERS: Final = max(os.cpu_count() or 1, 2)
"""Operations at work at once: each holds whole pictures in memory."""


@dataclass(slots=True, kw_only=True)
class Going:
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
        worker = self._worker()
        if self.store.writable:
            await asyncio.to_thread(settle, self.planned.plan, self.planned.forecast, self.past)
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
            if self.store.writable and self.store.healthy:
                await asyncio.to_thread(self._remember, schedule.outcomes, worker.outputs, record)
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
            back=self.past.outside,
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
            stale=stale_of(self.planned.forecast),
            references=references_of(self.planned.plan, self.planned.project.root.folder),
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
        """Write the lock, the record, the file to decide in and the state, in that order."""
        lock_file = self._write_lock(outcomes)
        runs = self.store.folder / "runs"
        self.store.disk.folder(runs)
        self.store.disk.write(runs / f"{record.id}.json", canonical(record.tree()) + b"\n")
        whole = len(outcomes) == len(self.planned.plan.tasks)
        lock_path = os.fspath(lock_file)
        state = outputs.state(
            fingerprint=_fingerprint(self.planned.project, self.profile, self.settings),
            inputs={
                **self.inputs,
                lock_path: states.signature(lock_path),
                **self._begun_picks(record),
                **self._calls(),
            },
            tasks=len(self.planned.plan.tasks),
            folder=record.folder,
            # A run that writes no lock has not looked whether it is laid out as it should be.
            whole=whole and record.exit_code == 0 and not record.stopped and not self.options.frozen,
        )
        state = replace(state, stale=len(record.stale))
        path = self._state_path()
        self.store.disk.folder(path.parent)
        self.store.disk.write(path, states.render(state))
        with self.store.disk.watch(path):
            begun_path(path).unlink(missing_ok=True)

    def _begun_picks(self, record: Record) -> dict[str, states.Signature | None]:
        """The picks file, where this run made it or wrote its new tasks into it."""
        project = self.planned.project
        is_wanted = (record.gates or self.profile.paid) and not self.options.frozen
        try:
            if not is_wanted or not begin(project, self.planned.plan, self.store):
                return {}
        except (InvalidPipeline, UsageError):
            # It only makes merges easier; who decides something is told that it cannot be written.
            return {}
        path = os.fspath(project.picks_file)
        return {path: states.signature(path)}

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
        if not self.options.frozen:
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
    told = "1 call may have been charged and is held"
    if len(owed) > 1:
        told = f"{len(owed):,} calls may have been charged and are held"
    doubt = StoreInDoubt(f"{failure.message}; {told}", hint=failure.hint)
    doubt.__cause__ = failure.__cause__
    return doubt


def _fingerprint(project: Project, profile: ProviderProfile, settings: Settings) -> str:
    """Everything that is not a file's content and decides what a run would do."""
    mark = states.fingerprint(
        pipeline=project.path,
        maker=profile.maker,
        version=catalog.maker(profile).version,
        out=os.fspath(settings.out.absolute()) if settings.out else "",
        origin=local_server(settings),
    )
    return mark + project.variant.mark
