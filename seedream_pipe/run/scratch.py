"""The tape of a call that costs nothing: a temporary file, no account."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, BinaryIO

from seedream_pipe.makers import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Scratch"]


class Scratch:
    """A `makers.Tape` on a file that goes away with the call."""

    def __init__(self, body: Path) -> None:
        self._path = body
        self._body: BinaryIO | None = None
        self._status = 0
        self._headers: tuple[tuple[str, str], ...] = ()

    async def sending(self) -> None:
        """Nothing to account for."""

    async def ticket(self, ticket: str) -> None:
        """Nothing to come back to."""

    async def head(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Keep the head in memory."""
        self._status, self._headers = status, tuple(headers)

    async def write(self, chunk: bytes) -> None:
        """Append to the file."""
        if self._body is None:
            self._body = self._path.open("xb")
        await asyncio.to_thread(self._body.write, chunk)

    async def event(self) -> None:
        """The same file goes on: nothing of it outlives the process."""

    async def reply(self) -> Reply:
        """Close the file and give the answer back."""
        if self._body is None:
            self._path.touch()
        else:
            await asyncio.to_thread(self._body.close)
        return Reply(status=self._status, headers=self._headers, body=self._path)

    def discard(self) -> None:
        """Remove the file."""
        if self._body is not None:
            self._body.close()
        self._path.unlink(missing_ok=True)
