"""What the loop asks to make a task: the performer, and the outputs after it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedream_pipe import pictures
from seedream_pipe.makers import Fetched
from seedream_pipe.plan.model import FromUrl
from seedream_pipe.run.events import OutputKept, OutputPlaced
from seedream_pipe.run.forecast import Reuse
from seedream_pipe.run.loop import takes_of
from seedream_pipe.run.outcomes import Reused
from seedream_pipe.run.outputs import Kept, wanted
from seedream_pipe.run.perform import Performed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from seedream_pipe.makers import LinkDead, NotFetched
    from seedream_pipe.plan.model import Task
    from seedream_pipe.run.events import Event
    from seedream_pipe.run.forecast import Forecast
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.run.outputs import Outputs, Placed
    from seedream_pipe.run.perform import Performer
    from seedream_pipe.run.pins import Pins
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.store.folder import Store

__all__ = ["Worker"]


@dataclass(slots=True, kw_only=True)
class Worker:
    """Makes a task and places its pictures. The performer is made when the first task needs one."""

    make_performer: Callable[[], Performer]
    fetch_url: Callable[[str, Path], Awaitable[Fetched | NotFetched | LinkDead]]
    outputs: Outputs
    pins: Pins
    store: Store
    emit: Callable[[Event], None]
    expected: Forecast
    _performer: Performer | None = None

    async def fetch_inputs(self, task: Task) -> str:
        """Fetch the URLs among a task's references and pin them by digest; why it failed, if it did."""
        for given in task.inputs:
            if isinstance(given, FromUrl) and self.pins.get(given.url) is None:
                trouble = await self._fetch(given.url)
                if trouble:
                    return trouble
        return ""

    async def perform(self, task: Task, resolved: Resolved) -> Performed:
        """Look the task up or make it, then put its pictures under their names."""
        decision = self.expected.tasks[task.address]
        if isinstance(decision.decision, Reuse):
            performed = Performed(outcome=Reused(takes=decision.takes, notes=_holes(decision.takes)))
        else:
            if self._performer is None:
                self._performer = self.make_performer()
            performed = await self._performer.perform(task, resolved)
        takes = takes_of(performed.outcome)
        if takes:
            for placed in await asyncio.to_thread(self._place, task, takes):
                if isinstance(placed, Kept):
                    self.emit(OutputKept(address=task.address, path=placed.path, why=placed.why))
                elif placed.written:
                    self.emit(OutputPlaced(address=task.address, path=placed.path))
        return performed

    async def close(self) -> None:
        """Let go of the provider's connections."""
        if self._performer is not None:
            await self._performer.provider.close()

    def _place(self, task: Task, takes: tuple[TakePictures, ...]) -> list[Placed | Kept]:
        return [self.outputs.place(name, digest) for name, digest in wanted(task, takes)]

    async def _fetch(self, url: str) -> str:
        target = self.store.blobs.temporary()
        try:
            fetched = await self.fetch_url(url, target)
            if not isinstance(fetched, Fetched):
                return f"the reference {url} could not be fetched: {fetched.cause}"
            with target.open("rb") as file:
                pictures.inspect(file)
            self.pins.put(url, self.store.blobs.adopt(target))
        except pictures.NotAPicture as error:
            return f"the reference {url} {error}"
        finally:
            target.unlink(missing_ok=True)
        return ""


def _holes(takes: tuple[TakePictures, ...]) -> tuple[str, ...]:
    return tuple(
        f"picture {index} is missing: it was refused or failed when the group was made"
        for take in takes
        for index, digest in enumerate(take.pictures)
        if digest is None
    )
