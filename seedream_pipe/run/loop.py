"""The run loop: one owner of state, bounded work in flight, drained when it has to stop.

Rule 1: nothing that was begun is cut off, whatever happens beside it, unless the run is
abandoned: what was sent is paid for.
Rule 2: an exception in one task is a crash: the others are drained, then it is raised.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from seedream_pipe.errors import StoreError, crash_code
from seedream_pipe.run.events import TaskBegan, TaskEnded
from seedream_pipe.run.outcomes import Failed, Held, Made, NotNeeded, Refused, Reused, Skipped, Waiting
from seedream_pipe.run.resolve import Unresolved, not_needed, picked, resolve
from seedream_pipe.run.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address, Plan, Task
    from seedream_pipe.run.events import Listener
    from seedream_pipe.run.outcomes import Outcome, TakePictures
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.run.schedule import Schedule

__all__ = ["Loop", "Stop", "Worker", "cut_off", "takes_of"]


class Worker(Protocol):
    """What makes one task; the library's own, or a test's."""

    async def fetch_inputs(self, task: Task) -> str:
        """Bring what the task needs from outside; an empty text, or why it could not be had."""

    async def perform(self, task: Task, resolved: Resolved) -> Outcome:
        """Make the task."""


def cut_off(address: Address) -> Outcome:  # noqa: ARG001 - the form of `Loop.left`
    """What becomes of a task that an abandoned run left under way, as far as the loop can know."""
    return Waiting(why="stopped", message="stopped while it was under way")


_Work: TypeAlias = "asyncio.Task[Outcome]"


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
    left: Callable[[Address], Outcome] = cut_off
    """The outcome of a task that was cut off."""
    monotonic: Callable[[], float] = time.monotonic
    _in_flight: dict[_Work, tuple[Address, float]] = field(init=False, default_factory=dict)
    _crash: BaseException | None = field(init=False, default=None)

    async def run(self) -> None:
        """Give every task its outcome.

        Raises:
            StoreError: the store cannot be written; what was in flight is drained first.

        """
        woken: asyncio.Queue[_Work | None] = asyncio.Queue()
        watchers = [asyncio.create_task(_watch(event, woken)) for event in (self.stop.drained, self.stop.cut)]
        try:
            while not self.schedule.done:
                self._start(woken)
                if not self._in_flight:
                    self._stop_rest()
                    continue
                ended = await woken.get()
                if ended in self._in_flight:
                    self._end(ended)
                if self.stop.cut.is_set():
                    await self._abandon()
        finally:
            for task in (*watchers, *self._in_flight):
                task.cancel()
            await asyncio.gather(*watchers, *self._in_flight, return_exceptions=True)
        if self._crash is not None:
            raise self._crash

    def _start(self, woken: asyncio.Queue[_Work | None]) -> None:
        if self.stop.drained.is_set():
            self._stop_rest()
            return
        while len(self._in_flight) < self.jobs and (address := self.schedule.next()) is not None:
            self.emit(TaskBegan(address=address))
            task = asyncio.create_task(self._perform(self.plan.tasks[address]))
            self._in_flight[task] = (address, self.monotonic())
            task.add_done_callback(woken.put_nowait)

    async def _perform(self, task: Task) -> Outcome:
        needless = not_needed(task, self._pictures)
        if needless is not None:
            return needless
        trouble = await self.worker.fetch_inputs(task)
        if trouble:
            return Failed(code="E-REFERENCE", message=trouble)
        resolved = resolve(task, self._pictures, self.pinned, is_there=self._is_there)
        if isinstance(resolved, Unresolved):
            return Failed(code="E-REFERENCE", message=resolved.message)
        return await self.worker.perform(task, resolved)

    def _pictures(self, address: Address) -> tuple[BlobDigest | None, ...]:
        return picked(self.plan.tasks[address], takes_of(self.schedule.outcomes[address]))

    def _is_there(self, address: Address) -> bool:
        return not isinstance(self.schedule.outcomes[address], NotNeeded)

    def _end(self, task: _Work) -> None:
        address, began = self._in_flight.pop(task)
        try:
            outcome = task.result()
        except BaseException as error:  # noqa: BLE001 - kept, and raised when the others are drained
            self._crash = self._crash or error
            outcome = self._crashed(address, error)
        if self.fail_fast and not _is_well(outcome):
            self.stop.drain(f"{address} did not come, and --fail-fast stops then")
        self._note(address, outcome, seconds=self.monotonic() - began)

    def _crashed(self, address: Address, error: BaseException) -> Outcome:
        """What became of a task that crashed: its call may be owed, or wait to be completed for nothing."""
        message = str(error) or type(error).__name__
        self.stop.drain(message)
        with suppress(StoreError):
            left = self.left(address)
            if isinstance(left, Held) or (isinstance(left, Waiting) and left.why == "fetch"):
                return left
        return Failed(code=crash_code(error), message=message)

    def _note(self, address: Address, outcome: Outcome, *, seconds: float = 0.0) -> None:
        self.emit(TaskEnded(address=address, outcome=outcome, seconds=seconds))
        self._tell(self.schedule.end(address, outcome))

    def _stop_rest(self) -> None:
        why = self.stop.why or "stopped"
        self._tell(self.schedule.stop(Waiting(why=self.stop.kind, message=why)))

    def _tell(self, ended: list[tuple[Address, Outcome]]) -> None:
        for address, outcome in ended:
            self.emit(TaskEnded(address=address, outcome=outcome))

    async def _abandon(self) -> None:
        cut = list(self._in_flight)
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)
        for task in cut:
            if task.cancelled():
                address, began = self._in_flight.pop(task)
                self._note(address, self.left(address), seconds=self.monotonic() - began)
            else:
                self._end(task)


def _is_well(outcome: Outcome) -> bool:
    """Whether nothing is wrong with a task: a pick to be made is no failure."""
    match outcome:
        case Made() | Reused() | NotNeeded() | Waiting(why="pick"):
            return True
        case _:
            return False


async def _watch(event: asyncio.Event, woken: asyncio.Queue[_Work | None]) -> None:
    await event.wait()
    woken.put_nowait(None)


def takes_of(outcome: Outcome) -> tuple[TakePictures, ...]:
    """The pictures of an outcome that has some."""
    match outcome:
        case Made() | Reused() | Waiting() | Held() | Refused() | Failed():
            return outcome.takes
        case Skipped() | NotNeeded():
            return ()
