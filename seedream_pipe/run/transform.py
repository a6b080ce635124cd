"""One task of an operation, start to finish: looked up, or made on this machine. Costs nothing.

What is made is a result like any other: kept under its key, so that it is made once, and
found again when a change is taken back.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seedream_pipe.errors import SeedreamError, StoreError
from seedream_pipe.ledger.claims import claim
from seedream_pipe.makers import Operation
from seedream_pipe.plan.key import key, keyed
from seedream_pipe.plan.model import TransformRecipe
from seedream_pipe.run.forecast import pictures_of
from seedream_pipe.run.load import load
from seedream_pipe.run.outcomes import Failed, Made, Money, Reused
from seedream_pipe.run.settle import now
from seedream_pipe.store.results import Hit, Result, Stored

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from seedream_pipe.digest import Key
    from seedream_pipe.makers import Rendered
    from seedream_pipe.plan.model import Task
    from seedream_pipe.run.outcomes import Outcome
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.store.folder import Store

__all__ = ["Transformer"]


@dataclass(slots=True, kw_only=True)
class Transformer:
    """Makes the tasks of operations for one run.

    `slots` bounds how many work at once: each holds whole pictures in memory.
    """

    operations: Mapping[str, Operation[Any]]
    store: Store
    slots: asyncio.Semaphore
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = field(default=time.monotonic)

    async def perform(self, task: Task, recipe: TransformRecipe, resolved: Resolved) -> Outcome:
        """The pictures of a task, looked up or made."""
        began = self.monotonic()
        wanted = key(recipe, resolved.digests, 1, labels=resolved.labels)
        found = await asyncio.to_thread(self._look_up, wanted)
        if found is not None:
            return found
        async with self.slots, claim(self.store, wanted, sleep=self.sleep, waiting=_nobody_asks):
            found = await asyncio.to_thread(self._look_up, wanted)
            if found is not None:
                return found
            try:
                result = await asyncio.to_thread(self._make, recipe, resolved, wanted)
            except StoreError:
                raise
            except SeedreamError as error:
                return Failed(code=error.code, message=f"{task.address}: {error.message}", hint=error.hint)
        takes = pictures_of(Hit(result=result), 1)
        if takes is None:
            raise AssertionError("a hit has pictures")
        return Made(
            takes=(takes,),
            price=Money(),
            seconds=round(self.monotonic() - began, 3),
            made=len(result.stored),
        )

    def _look_up(self, wanted: Key) -> Reused | None:
        found = pictures_of(self.store.results.get(wanted), 1)
        return None if found is None else Reused(takes=(found,))

    def _make(self, recipe: TransformRecipe, resolved: Resolved, wanted: Key) -> Result:
        began = self.monotonic()
        rendered = self.operations[recipe.maker.name].apply(recipe.params, load(self.store, resolved))
        result = Result(
            key=wanted,
            recipe=keyed(recipe, resolved.digests, 1, labels=resolved.labels),
            inputs=resolved.digests,
            take=1,
            pictures=tuple(self._stored(each) for each in rendered),
            provider=recipe.maker.realm,
            model=recipe.maker.name,
            created_at=now(),
            seconds=round(self.monotonic() - began, 3),
        )
        self.store.results.put(result)
        return result

    def _stored(self, made: Rendered) -> Stored:
        return Stored(
            digest=self.store.blobs.put(made.data),
            media_type=made.media_type,
            width=made.width,
            height=made.height,
            bytes=len(made.data),
        )


def _nobody_asks() -> None:
    """Another task makes the same picture, in no time: nothing to be told of."""
