"""What the loop asks to make a task: the performer, and the outputs after it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from seedream_pipe import pictures
from seedream_pipe.makers import Fetched
from seedream_pipe.plan.model import FromUrl, Recipe, TransformRecipe
from seedream_pipe.run.decisions import Blocked, Make, Needless, Reuse
from seedream_pipe.run.events import OutputKept, OutputPlaced, PictureLost
from seedream_pipe.run.loop import takes_of
from seedream_pipe.run.outcomes import Failed, Reused, standing
from seedream_pipe.run.outputs import Kept, Placed, wanted
from seedream_pipe.run.perform import Performer, beyond_of, notes_of
from seedream_pipe.run.reasons import BlobLost
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.results import Hit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.makers import LinkDead, NotFetched
    from seedream_pipe.plan.model import Task
    from seedream_pipe.run.back import Back
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.events import Event
    from seedream_pipe.run.notes import Notes
    from seedream_pipe.run.outcomes import Outcome, TakePictures
    from seedream_pipe.run.outputs import Outputs
    from seedream_pipe.run.pins import Pins
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.run.transform import Transformer
    from seedream_pipe.store.folder import Store

__all__ = ["Worker"]


@dataclass(slots=True, kw_only=True)
class Worker:
    """Makes a task and places its pictures. The performer is made when the first task needs one."""

    make_performer: Callable[[], Performer]
    transformer: Transformer
    fetch_url: Callable[[str, Path], Awaitable[Fetched | NotFetched | LinkDead]]
    outputs: Outputs
    pins: Pins
    store: Store
    emit: Callable[[Event], None]
    expected: Forecast
    notes: Notes | None = None
    """What placed pictures carry; None where they are to carry nothing."""
    back: Back | None = None
    """Where pictures that the store has lost may still be."""
    _performer: Performer | None = None
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def fetch_inputs(self, task: Task) -> str:
        """Fetch the URLs among a task's references and pin them by digest; why it failed, if it did."""
        for given in task.inputs:
            if isinstance(given, FromUrl) and self.pins.get(given.url) is None:
                # One at a time for a URL: a second fetch may bring another picture.
                async with self._turns.setdefault(given.url, asyncio.Lock()):
                    trouble = await self._fetch(given.url) if self.pins.get(given.url) is None else ""
                if trouble:
                    return trouble
        return ""

    async def perform(self, task: Task, resolved: Resolved) -> Outcome:
        """Look the task up or make it, then put its pictures under their names.

        What the forecast said decides what may be bought: that is what was agreed to.
        """
        expected = self.expected.tasks[task.address]
        match expected.decision:
            case Reuse():
                notes, beyond = await asyncio.to_thread(self._notes, task, expected.takes)
                outcome: Outcome = Reused(takes=expected.takes, notes=notes, beyond=beyond)
            case Blocked():
                outcome = standing(expected.decision.outcome, expected.takes, task.pick)
            case Needless():
                return expected.decision.outcome
            case Make(approved=True):
                outcome = await asyncio.to_thread(self._taken_back, task, expected.takes)
            case Make() as make:
                outcome = await self._made(task, make, resolved)
        names = list(wanted(task, takes_of(outcome)))
        if all(self.outputs.is_placed(name, digest) for name, digest in names):
            return outcome
        placed = await asyncio.to_thread(self._place, task, takes_of(outcome), names)
        gone = [each.digest for each in placed if isinstance(each, Gone)]
        if gone and isinstance(task.recipe, Recipe):
            if self._performer is None:
                self._performer = self.make_performer()
            if await self._performer.heal(task, resolved, gone):
                placed = await asyncio.to_thread(self._place, task, takes_of(outcome), names)
        return self._told(task, outcome, placed)

    async def _made(self, task: Task, make: Make, resolved: Resolved) -> Outcome:
        if isinstance(task.recipe, TransformRecipe):
            return await self.transformer.perform(task, task.recipe, resolved)
        if isinstance(make.reason, BlobLost) and make.worst.currency:
            self.emit(PictureLost(address=task.address, message=make.reason.message))
        if self._performer is None:
            self._performer = self.make_performer()
        return await self._performer.perform(task, resolved)

    def _taken_back(self, task: Task, takes: Sequence[TakePictures]) -> Outcome:
        """A task that is held at pictures which the store had lost. Nothing else may stand for it."""
        held = {take.take: take for take in takes}
        lost = None if task.approved is None else held.get(task.pick or 1)
        found = None if lost is None or self.back is None else self.back.held(task, lost)
        if found is None:
            return Failed(
                code="E-APPROVED",
                message="it is approved, and its picture is in the output folder no more",
                hint="get the store that has it, or let it go with approve --release",
            )
        held[found.take] = found
        return Reused(takes=tuple(held[number] for number in sorted(held)))

    async def close(self) -> None:
        """Let go of the provider's connections."""
        if self._performer is not None:
            await self._performer.close()

    def _place(
        self, task: Task, takes: Sequence[TakePictures], names: list[tuple[str, BlobDigest]]
    ) -> list[Placed | Kept | Gone]:
        return [
            self.outputs.place(name, digest, note=partial(self.notes.of, task, takes, digest))
            if self.notes is not None
            else self.outputs.place(name, digest)
            for name, digest in names
        ]

    def _told(self, task: Task, outcome: Outcome, placed: list[Placed | Kept | Gone]) -> Outcome:
        for item in placed:
            match item:
                case Kept(path=path, why=why):
                    self.emit(OutputKept(address=task.address, path=path, why=why))
                case Placed(path=path, written=written):
                    if written:
                        self.emit(OutputPlaced(address=task.address, path=path))
                case Gone(digest=digest, reason=reason):
                    outcome = Failed(
                        code="E-LOST",
                        message=f"its picture {digest[:12]} is {reason} in the store",
                        hint="plan says what making it again costs; nothing is bought by itself",
                    )
        return outcome

    async def _fetch(self, url: str) -> str:
        target = self.store.blobs.temporary()
        try:
            fetched = await self.fetch_url(url, target)
            if not isinstance(fetched, Fetched):
                return f"the reference {url} could not be fetched: {fetched.cause}"
            await asyncio.to_thread(self._pin, url, target)
        except pictures.NotAPicture as error:
            return f"the reference {url} {error}"
        finally:
            self.store.blobs.discard(target)
        return ""

    def _pin(self, url: str, target: Path) -> None:
        with target.open("rb") as file:
            pictures.inspect(file)
        self.pins.put(url, self.store.blobs.adopt(target))

    def _notes(self, task: Task, takes: tuple[TakePictures, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What did not come when incomplete takes were made, as it was told then, and what came beyond."""
        asked = task.recipe.generation.ceiling if isinstance(task.recipe, Recipe) else 1
        odd = (take for take in takes if not take.complete or len(take.pictures) > asked)
        found = [lookup.result for take in odd if isinstance(lookup := self.store.results.get(take.key), Hit)]
        notes = tuple(note for result in found for note in notes_of(result))
        return notes, tuple(note for result in found for note in beyond_of(task, result))
