"""Pictures per minute, for an account and model, over all processes of the store (R130).

A strict sliding window: the service counts pictures, so a group weighs its ceiling when
it is sent, and gives back what did not come.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.index import Database, Index

__all__ = ["WINDOW", "Booking", "Gate"]

WINDOW: Final = 61.0
"""Seconds. A second more than the service's minute: what we send may arrive closer together."""

_SHORTEST_WAIT: Final = 0.001
_LONGEST_WAIT: Final = 1.0
_LONGEST_BRAKE: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Leave to send so many pictures now."""

    number: int
    pictures: int


class Gate:
    """Lets through at most `limit` pictures in any minute; None lets through everything.

    `scope` names the account and model. `clock` counts seconds and must be one for all
    processes: the monotonic clock of the system is.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        scope: str,
        limit: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if limit is not None and limit < 1:
            raise ValueError("a gate lets at least one picture a minute through")
        self._index: Index = ledger.index
        self._scope = scope
        self._limit = limit
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()

    async def acquire(self, pictures: int) -> Booking:
        """Wait for leave to send; first come, first served. More than the limit weighs the limit."""
        if self._limit is None:
            return Booking(number=0, pictures=pictures)
        weight = min(pictures, self._limit)
        async with self._turn:
            while True:
                found = await asyncio.to_thread(self._try, weight, self._limit)
                if isinstance(found, Booking):
                    return found
                # Not the whole wait at once: others give back what did not come.
                await self._sleep(min(max(found, _SHORTEST_WAIT), _LONGEST_WAIT))

    async def give_back(self, booking: Booking, *, came: int) -> None:
        """Say how many pictures were made, 0 when nothing was sent or it was refused."""
        if booking.number and came < booking.pictures:
            await asyncio.to_thread(self._correct, booking, max(0, came))

    async def slow_down(self, seconds: float) -> None:
        """After a 429: nothing for so many seconds (at most 300), then half the rate for a minute."""
        await asyncio.to_thread(self._brake, min(max(seconds, 0.0), _LONGEST_BRAKE))

    def _try(self, weight: int, limit: int) -> Booking | float:
        with self._index.transaction() as database:
            now = self._clock()
            self._forget(database, now)
            until, low_until = self._brakes(database)
            if until > now:
                return until - now
            allowed = max(weight, limit // 2) if low_until > now else limit
            sent = self._sent(database)
            excess = sum(pictures for _, pictures in sent) + weight - allowed
            if excess > 0:
                return _expiry(sent, excess) + WINDOW - now
            cursor = database.execute(
                "INSERT INTO sends (scope, at, pictures) VALUES (?, ?, ?)", (self._scope, now, weight)
            )
            return Booking(number=cursor.lastrowid or 0, pictures=weight)

    def _correct(self, booking: Booking, came: int) -> None:
        with self._index.transaction() as database:
            database.execute(
                "UPDATE sends SET pictures = ? WHERE number = ? AND scope = ?",
                (came, booking.number, self._scope),
            )

    def _brake(self, seconds: float) -> None:
        with self._index.transaction() as database:
            until, low_until = self._brakes(database)
            until = max(until, self._clock() + seconds)
            database.execute(
                "INSERT OR REPLACE INTO brakes (scope, until, low_until) VALUES (?, ?, ?)",
                (self._scope, until, max(low_until, until + WINDOW)),
            )

    def _forget(self, database: Database, now: float) -> None:
        """Drop what has left the window. After a restart of the machine the clock begins anew."""
        scope = self._scope
        database.execute("DELETE FROM sends WHERE scope = ? AND at <= ?", (scope, now - WINDOW))
        database.execute("UPDATE sends SET at = ? WHERE scope = ? AND at > ?", (now, scope, now))
        database.execute("DELETE FROM brakes WHERE scope = ? AND until > ?", (scope, now + _LONGEST_BRAKE))

    def _sent(self, database: Database) -> list[tuple[float, int]]:
        return database.execute(
            "SELECT at, pictures FROM sends WHERE scope = ? ORDER BY at, number", (self._scope,)
        ).fetchall()

    def _brakes(self, database: Database) -> tuple[float, float]:
        row = database.execute(
            "SELECT until, low_until FROM brakes WHERE scope = ?", (self._scope,)
        ).fetchone()
        return (float("-inf"), float("-inf")) if row is None else (float(row[0]), float(row[1]))


def _expiry(sent: list[tuple[float, int]], excess: int) -> float:
    """When the entry was sent with whose going `excess` pictures will have left the window."""
    for at, pictures in sent:
        excess -= pictures
        if excess <= 0:
            return at
    return sent[-1][0]
