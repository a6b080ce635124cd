"""From a recorded answer to a result: every picture fetched, verified, in the store. Free and repeatable."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from seedream_pipe import pictures
from seedream_pipe.makers import Fetched, LinkDead, NotFetched
from seedream_pipe.store.results import Gap, Stored

if TYPE_CHECKING:
    from pathlib import Path

    from seedream_pipe.makers import Answer, Part, Provider, Reply
    from seedream_pipe.store.folder import Store
    from seedream_pipe.store.results import Entry

__all__ = ["Collected", "Missing", "collect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Every picture of an answer is in the store, or a hole that says why it is not."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Paid pictures are not here: `dead` when their links are (R71), else another try is free."""

    dead: bool
    cause: str


_Piece: TypeAlias = Stored | NotFetched | LinkDead


async def collect(provider: Provider, store: Store, answer: Answer, reply: Reply) -> Collected | Missing:
    """Fetch every picture of an answer into the store, in the answer's order (R64).

    What came is kept in the store even when another picture is missing, so that a later
    try fetches only what is left.
    """
    pieces = await asyncio.gather(*(_piece(provider, store, part, reply) for part in answer.parts))
    for piece in pieces:
        if not isinstance(piece, Stored):
            return Missing(dead=isinstance(piece, LinkDead), cause=piece.cause)
    entries: dict[int, Entry] = {
        part.index: piece
        for part, piece in zip(answer.parts, pieces, strict=True)
        if isinstance(piece, Stored)
    }
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
        target.unlink(missing_ok=True)


def _adopt(store: Store, target: Path) -> Stored | NotFetched:
    try:
        with target.open("rb") as file:
            facts = pictures.inspect(file)
    except pictures.NotAPicture as error:
        return NotFetched(cause=f"what came {error}")
    size = target.stat().st_size
    digest = store.blobs.adopt(target)
    return Stored(
        digest=digest,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        bytes=size,
    )
