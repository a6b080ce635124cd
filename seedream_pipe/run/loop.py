"""The run loop: one owner of state, bounded work in flight, drained when it has to stop."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from seedream_pipe.run.events import TaskBegan, TaskEnded
from seedream_pipe.run.outcomes import Failed, Held, Made, Refused, Reused, Skipped, Waiting
from seedream_pipe.run.perform import Performed
from seedream_pipe.run.resolve import Unresolved, picked, resolve
from seedream_pipe.run.schedule import has_pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address, Plan, Task
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.outcomes import Outcome, TakePictures
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.run.schedule import Schedule

__all__ = ["Loop", "Stop"]


class Worker(Protocol):
    """What makes one task; `perform.Performer` with its outputs, or a test's own."""

    async def fetch_inputs(self, task: Task) -> str:
        """Bring what the task needs from outside; an empty text, or why it could not be had."""

    async def perform(self, task: Task, resolved: Resolved) -> Performed:
        """Make the task."""


@dataclass(slots=True)
class Stop:
    """How a run is asked to stop: `drain` keeps what is in flight, `abandon` does not wait for it."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""
    abandoned: bool = False

    def drain(self, why: str) -> None:
        """Start nothing new; what was sent is paid for, so it is kept."""
        self.why = self.why or why
        self.event.set()

    def abandon(self, why: str) -> None:
        """Stop now; what was sent becomes a hold."""
        self.abandoned = True
        self.drain(why)
        self.event.set()


@dataclass(slots=True, kw_only=True)
class Loop:
    """Runs a schedule to its end. Nothing else changes the schedule."""

    plan: Plan
    schedule: Schedule
    worker: Worker
    pinned: Callable[[str], BlobDigest | None]
    jobs: int
    emit: Listener
    stop: Stop
    fail_fast: bool = False
    monotonic: Callable[[], float] = time.monotonic
    crash: BaseException | None = None

    async def run(self) -> None:
        """Give every task its outcome.

        Raises:
            StoreError: the store cannot be written; what was in flight is drained first.

        """
        in_flight: dict[asyncio.Task[Performed], tuple[Address, float]] = {}
        asked = asyncio.create_task(self.stop.event.wait())
        try:
            while not self.schedule.done:
                self._start(in_flight)
                if not in_flight:
                    self._stop_rest()
                    continue
                waiting = {*in_flight, asked} if not self.stop.event.is_set() else {*in_flight}
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=0.2)
                for task in in_flight.keys() & done:
                    self._end(task, *in_flight.pop(task))
                if self.stop.abandoned:
                    await self._abandon(in_flight)
        finally:
            asked.cancel()
            for task in in_flight:
                task.cancel()
            await asyncio.gather(*in_flight, asked, return_exceptions=True)
        if self.crash is not None:
            raise self.crash

    def _start(self, in_flight: dict[asyncio.Task[Performed], tuple[Address, float]]) -> None:
        if self.stop.event.is_set():
            self._stop_rest()
            return
        while len(in_flight) < self.jobs and (address := self.schedule.next()) is not None:
            self.emit(TaskBegan(address=address))
            task = asyncio.create_task(self._perform(self.plan.tasks[address]))
            in_flight[task] = (address, self.monotonic())

    async def _perform(self, task: Task) -> Performed:
        trouble = await self.worker.fetch_inputs(task)
        if trouble:
            return Performed(outcome=Failed(code="E-FETCH", message=trouble))
        resolved = resolve(task, self._pictures, self.pinned)
        if isinstance(resolved, Unresolved):
            return Performed(outcome=Failed(code="E-REFERENCE", message=resolved.message))
        return await self.worker.perform(task, resolved)

    def _pictures(self, address: Address) -> tuple[BlobDigest | None, ...]:
        return picked(self.plan.tasks[address], takes_of(self.schedule.outcomes[address]))

    def _end(self, task: asyncio.Task[Performed], address: Address, began: float) -> None:
        try:
            performed = task.result()
        except BaseException as error:  # noqa: BLE001 - kept and raised when the others are drained
            self.crash = self.crash or error
            self.stop.drain(str(error) or type(error).__name__)
            performed = Performed(outcome=Failed(code=getattr(error, "code", "E-BUG"), message=str(error)))
        seconds = self.monotonic() - began
        if performed.stop:
            self.stop.drain(performed.stop)
        elif self.fail_fast and not has_pictures(performed.outcome):
            self.stop.drain(f"{address} failed")
        self.emit(TaskEnded(address=address, outcome=performed.outcome, seconds=seconds))
        self._tell(self.schedule.end(address, performed.outcome))

    def _stop_rest(self) -> None:
        why = self.stop.why or "stopped"
        self._tell(self.schedule.stop(Waiting(why="stopped", message=why)))

    def _tell(self, ended: list[tuple[Address, Outcome]]) -> None:
        for address, outcome in ended:
            self.emit(TaskEnded(address=address, outcome=outcome))

    async def _abandon(self, in_flight: dict[asyncio.Task[Performed], tuple[Address, float]]) -> None:
        for task in in_flight:
            task.cancel()
        await asyncio.gather(*in_flight, return_exceptions=True)
        for task, (address, began) in in_flight.items():
            if not task.cancelled():
                self._end(task, address, began)
                continue
            message = "stopped while it was under way; what was sent may have been billed and is held"
            outcome = Waiting(why="stopped", message=message)
            self.emit(TaskEnded(address=address, outcome=outcome))
            self._tell(self.schedule.end(address, outcome))
        in_flight.clear()


def takes_of(outcome: Outcome) -> tuple[TakePictures, ...]:
    """The pictures of an outcome that has some."""
    match outcome:
        case Made() | Reused():
            return outcome.takes
        case Waiting() | Held() | Refused() | Failed() | Skipped():
            return ()
