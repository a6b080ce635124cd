"""The notes that placed pictures carry: which task, take, prompt, call and price they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedream_pipe.provenance import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Task
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.store.folder import Store

__all__ = ["Notes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Writes the notes of one pipeline's pictures, of what the store knows of them. Blocking."""

    pipeline: str
    store: Store

    def of(self, task: Task, takes: Sequence[TakePictures], digest: BlobDigest) -> Note | None:
        """The note of a picture of a task; None when the store does not know how it was made."""
        for take in takes:
            if digest in take.pictures:
                return self._note(task, take, take.pictures.index(digest), digest)
        return None

    def _note(self, task: Task, take: TakePictures, index: int, digest: BlobDigest) -> Note | None:
        result = self.store.results.get(take.key).result
        if result is None:
            return None
        recipe = result.recipe if isinstance(result.recipe, dict) else {}
        return Note(
            pipeline=self.pipeline,
            task=task.address,
            take=take.take,
            image=index,
            key=take.key,
            blob=digest,
            provider=result.provider,
            model=result.model,
            prompt=str(recipe.get("prompt", "")),
            # What nobody bought is the same whenever it is made, and so is its file.
            made_at=result.created_at if result.call else "",
            call=result.call,
            request_id=result.request_id,
            price=result.price,
            currency=result.currency,
            test_server=result.origin,
        )
