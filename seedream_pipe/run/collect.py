"""From a recorded answer to a result: every picture fetched, verified, in the store. Free and repeatable."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from seedream_pipe import pictures
from seedream_pipe.ledger.call_files import keep_picture, kept_pictures
from seedream_pipe.makers import Fetched, Link, LinkDead, NotFetched
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.results import Gap, Stored

if TYPE_CHECKING:
    from collections.abc import Mapping
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


async def collect(
    provider: Provider, store: Store, answer: Answer, reply: Reply, *, call: str = ""
) -> Collected | Missing:
    """Fetch every picture of an answer into the store, in the answer's order (R64).

    What came is kept in the store even when another picture is missing. A picture of a
    series whose link is dead is a hole; the others are as good as they were. With the id of
    its `call` it is written down what has come, so that a later process needs no link for it.
    """
    linked = {part.index for part in answer.parts if isinstance(part.source, Link)}
    # One alone is written down by its result, a moment later.
    call = call if len(linked) > 1 else ""
    kept = await asyncio.to_thread(kept_pictures, store, call) if call else {}
    pieces = (
        _piece(provider, store, part, reply, call=call if part.index in linked else "", kept=kept)
        for part in answer.parts
    )
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


async def _piece(
    provider: Provider,
    store: Store,
    part: Part,
    reply: Reply,
    *,
    call: str,
    kept: Mapping[int, Mapping[str, Any]],
) -> _Piece:
    if call and part.index in kept:
        there = await asyncio.to_thread(_there, store, kept[part.index])
        if there is not None:
            return there
    piece = await _fetched(provider, store, part, reply)
    if call and isinstance(piece, Stored):
        await asyncio.to_thread(keep_picture, store, call, part.index, asdict(piece))
    return piece


def _there(store: Store, facts: Mapping[str, Any]) -> Stored | None:
    """A picture that came before, when it is still what it was."""
    try:
        piece = Stored(**facts)
    except TypeError:
        return None
    return None if isinstance(store.blobs.whole(piece.digest), Gone) else piece


async def _fetched(provider: Provider, store: Store, part: Part, reply: Reply) -> _Piece:
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
