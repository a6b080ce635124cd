"""From a recorded answer to a result: every picture fetched, verified, in the store. Free and repeatable."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from seedream_pipe import pictures
from seedream_pipe.makers import Fetched, LinkDead, NotFetched
from seedream_pipe.store.results import Gap, Stored

if TYPE_CHECKING:
    from pathlib import Path

    from seedream_pipe.makers import Answer, Part, Provider, Reply
    from seedream_pipe.store.folder import Store
    from seedream_pipe.store.results import Entry

__all__ = ["LINK_DEAD", "Collected", "Missing", "collect"]

LINK_DEAD: Final = "LinkDead"
"""The code of a hole whose picture was paid for, and whose link died before it was fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Every picture of an answer is in the store, or a hole that says why it is not."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Paid pictures are not here: `dead` when all of their links are (R71), else another try is free."""

    dead: bool
    cause: str


_Piece: TypeAlias = Stored | NotFetched | LinkDead


async def collect(provider: Provider, store: Store, answer: Answer, reply: Reply) -> Collected | Missing:
    """Fetch every picture of an answer into the store, in the answer's order (R64).

    What came is kept in the store even when another picture is missing. A picture of a
    series whose link is dead is a hole; the others are as good as they were.
    """
    pieces = (_piece(provider, store, part, reply) for part in answer.parts)
    # All to their end, whatever becomes of one.
    came = await asyncio.gather(*pieces, return_exceptions=True)
    entries: dict[int, Entry] = {}
    missing: dict[int, NotFetched | LinkDead] = {}
    for part, piece in zip(answer.parts, came, strict=True):
        if isinstance(piece, BaseException):
            raise piece
        if isinstance(piece, Stored):
            entries[part.index] = piece
        else:
            missing[part.index] = piece
    later = [piece.cause for piece in missing.values() if isinstance(piece, NotFetched)]
    if later:
        return Missing(dead=False, cause=later[0])
    if missing and not entries:
        return Missing(dead=True, cause=next(iter(missing.values())).cause)
    for index, piece in missing.items():
        message = f"paid for and lost: {piece.cause}"
        entries[index] = Gap(index=index, code=LINK_DEAD, message=message, refused=False)
    for hole in answer.holes:
        entries[hole.index] = Gap(
            index=hole.index, code=hole.code, message=hole.message, refused=hole.refused
        )
    return Collected(entries=tuple(entries[index] for index in sorted(entries)))


async def _piece(provider: Provider, store: Store, part: Part, reply: Reply) -> _Piece:
    target = store.blobs.temporary()
    try:
        fetched = await provider.fetch(part, reply, target)
        if not isinstance(fetched, Fetched):
            return fetched
        return await asyncio.to_thread(_adopt, store, target)
    finally:
        store.blobs.discard(target)


def _adopt(store: Store, target: Path) -> Stored | NotFetched:
    try:
        with store.disk.watch(target), target.open("rb") as file:
            facts = pictures.inspect(file)
            size = os.fstat(file.fileno()).st_size
    except pictures.NotAPicture as error:
        return NotFetched(cause=f"what came {error}")
    digest = store.blobs.adopt(target)
    return Stored(
        digest=digest,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        bytes=size,
    )
