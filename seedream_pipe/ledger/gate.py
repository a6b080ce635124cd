"""How fast and how many at once, for an account, over all processes of the store.

Pictures per minute are a strict sliding window for an account and model (R130): the service
counts pictures, so a group weighs its ceiling when it is sent, and gives back what did not come.
Calls in flight are counted for an account. A 429 lowers what it speaks of (R113): one about the
rate the window, one about calls at once the number in flight; both come back slowly.

What is in the index is also kept in memory: an index that is lost forgets nothing of this process.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.index import Database, Index

__all__ = ["CLIMB", "WINDOW", "Booking", "Gate"]

WINDOW: Final = 61.0
"""Seconds. A second more than the service's minute: what we send may arrive closer together."""

CLIMB: Final = 300.0
"""Seconds without a refusal after which one call more may be in flight than before."""

_SHORTEST_WAIT: Final = 0.001
_LONGEST_WAIT: Final = 1.0
_LANDING: Final = 0.05
"""Seconds between two looks at whether a call of somebody else has landed."""
_LONGEST_BRAKE: Final = 300.0
"""Who is told to wait longer ends the run instead (reliability 3.3), and the next may ask anew."""
_USUAL_BRAKE: Final = 2.0
_TELLING: Final = 16
"""What the window holds says what the account may do when it is not below this part of the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Leave to send so many pictures now. `at` is the gate's clock."""

    number: int
    pictures: int
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brake:
    """Nothing goes `until` then; to `low_until` at most `level` pictures a minute, then twice that …."""

    until: float = float("-inf")
    low_until: float = float("-inf")
    level: int = 0
    changed_at: float = float("-inf")

    def allowed(self, limit: int, now: float) -> int:
        """Pictures in a minute."""
        if not self.level:
            return limit
        doublings = 0 if now < self.low_until else int((now - self.low_until) // WINDOW) + 1
        return min(limit, self.level << min(doublings, 30))


class Gate:
    """Lets through at most `limit` pictures in any minute, and `most` calls at once; None is no limit.

    `scope` names the account and model, `account` the account alone. `clock` counts seconds and
    must be one for all processes: the monotonic clock of the system is.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        scope: str,
        limit: int | None,
        account: str = "",
        most: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if limit is not None and limit < 1:
            raise ValueError("a gate lets at least one picture a minute through")
        if most is not None and most < 1:
            raise ValueError("a gate lets at least one call through")
        self._ledger = ledger
        self._index: Index = ledger.index
        self._scope = scope
        self._limit = limit
        self._account = account or scope
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._sends: dict[int, tuple[float, int]] = {}
        self._flying: set[int] = set()
        self._returning: set[asyncio.Task[None]] = set()

    @property
    def limit(self) -> int | None:
        """The most pictures in a minute."""
        return self._limit

    async def acquire(self, pictures: int, *, waits: Callable[[float], None] | None = None) -> Booking:
        """Wait for leave to send; first come, first served. More than the limit weighs the limit.

        `waits` is told once of a wait for the rate, with its seconds as they seem when it begins.
        Say `landed` when the answer is there or will never come, and `give_back` or `refused`
        when it is known what was made.
        """
        if self._limit is None and self._most is None:
            return Booking(number=0, pictures=pictures)
        weight = pictures if self._limit is None else min(pictures, self._limit)
        async with self._turn:
            while True:
                found = await self._looked(weight)
                if isinstance(found, Booking):
                    return found
                if waits is not None and found > _LANDING:
                    waits(found)
                    waits = None
                # Not the whole wait at once: others give back what did not come.
                await self._sleep(min(max(found, _SHORTEST_WAIT), _LONGEST_WAIT))

    async def _looked(self, weight: int) -> Booking | float:
        looking = asyncio.ensure_future(asyncio.to_thread(self._try, weight))
        try:
            return await asyncio.shield(looking)
        except asyncio.CancelledError:
            # A thread is not stopped by that, and what it still books would be nobody's.
            looking.add_done_callback(self._return)
            raise

    def _return(self, looking: asyncio.Future[Booking | float]) -> None:
        booking = None if looking.cancelled() or looking.exception() else looking.result()
        if isinstance(booking, Booking):
            task = asyncio.ensure_future(self._give_all_back(booking))
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)

    async def _give_all_back(self, booking: Booking) -> None:
        await self.landed(booking)
        await self.give_back(booking, came=0)

    async def landed(self, booking: Booking) -> None:
        """Say that a call is not in flight any more. May be said twice."""
        if booking.number in self._flying:
            self._flying.discard(booking.number)
            await _noted(self._land, booking)

    async def give_back(self, booking: Booking, *, came: int) -> None:
        """Say how many pictures were made, 0 when nothing was sent or it was refused."""
        if booking.number and came < booking.pictures:
            await _noted(self._correct, booking, max(0, came))

    async def refused(self, booking: Booking, *, seconds: float | None, crowded: bool) -> None:
        """Say that a 429 came, with the seconds that the service wants to be left alone, if it said so.

        `crowded` is one about calls at once: as many may fly as fly without it. Else it is one
        about the rate: as many pictures a minute as went through, or half.
        """
        self._flying.discard(booking.number)
        await _noted(self._refuse, booking, seconds, crowded=crowded)

    def _try(self, weight: int) -> Booking | float:
        with self._index.transaction() as database:
            now = self._clock()
            self._forget(database, now)
            self._remind(database)
            brake = self._brake(database)
            if brake.until > now:
                return brake.until - now
            if self._limit is not None:
                allowed = max(weight, brake.allowed(self._limit, now))
                sent = self._sent(database)
                excess = sum(pictures for _, pictures in sent) + weight - allowed
                if excess > 0:
                    return _expiry(sent, excess) + WINDOW - now
            if self._most is not None and self._aloft(database) >= self._ceiling(database, now):
                return _LANDING
            return self._book(database, now, weight)

    def _book(self, database: Database, now: float, weight: int) -> Booking:
        # By chance and not by counting: an index that is made anew would give a number twice.
        number = secrets.randbits(62) + 1
        if self._limit is not None:
            self._sends[number] = (now, weight)
            database.execute("INSERT INTO sends VALUES (?, ?, ?, ?)", (number, self._scope, now, weight))
        if self._most is not None:
            self._flying.add(number)
            self._fly(database, number)
        return Booking(number=number, pictures=weight, at=now)

    def _fly(self, database: Database, number: int) -> None:
        database.execute(
            "INSERT OR IGNORE INTO flights VALUES (?, ?, ?)", (number, self._account, self._ledger.session)
        )

    def _land(self, booking: Booking) -> None:
        with self._index.transaction() as database:
            database.execute("DELETE FROM flights WHERE number = ?", (booking.number,))

    def _correct(self, booking: Booking, came: int) -> None:
        with self._index.transaction() as database:
            self._weigh(database, booking, came)

    def _weigh(self, database: Database, booking: Booking, came: int) -> None:
        if booking.number in self._sends:
            self._sends[booking.number] = (booking.at, came)
        database.execute("UPDATE sends SET pictures = ? WHERE number = ?", (came, booking.number))

    def _refuse(self, booking: Booking, seconds: float | None, *, crowded: bool) -> None:
        with self._index.transaction() as database:
            now = self._clock()
            self._weigh(database, booking, 0)
            database.execute("DELETE FROM flights WHERE number = ?", (booking.number,))
            brake = self._brake(database)
            usual = 0.0 if crowded else _USUAL_BRAKE
            wait = seconds if seconds is not None and seconds <= _LONGEST_BRAKE else usual
            until = max(brake.until, now + max(wait, 0.0))
            level, changed = brake.level, brake.changed_at
            if not crowded and self._limit is not None:
                level, changed = self._lower_level(database, booking, brake, now)
            database.execute(
                "INSERT OR REPLACE INTO brakes VALUES (?, ?, ?, ?, ?)",
                (self._scope, until, brake.low_until if crowded else until + WINDOW, level, changed),
            )
            if crowded and self._most is not None:
                ceiling = self._ceiling(database, now)
                # One less at least: others may have taken off since this one was turned away.
                lower = max(1, ceiling // 2, min(ceiling - 1, self._aloft(database)))
                database.execute(
                    "INSERT OR REPLACE INTO ceilings VALUES (?, ?, ?)", (self._account, lower, now)
                )

    def _lower_level(
        self, database: Database, booking: Booking, brake: _Brake, now: float
    ) -> tuple[int, float]:
        """The pictures a minute that the account seems to have, and when that was found."""
        level = brake.allowed(self._limit or 1, now)
        went = sum(pictures for _, pictures in self._sent(database))
        if went * _TELLING >= level:
            return max(1, min(level, went)), now
        # Of many that were refused at once only the first halves: the others say nothing new.
        return (max(1, level // 2), now) if booking.at >= brake.changed_at else (level, brake.changed_at)

    def _forget(self, database: Database, now: float) -> None:
        """Drop what has left the window. After a restart of the machine the clock begins anew."""
        scope = self._scope
        self._sends = {number: one for number, one in self._sends.items() if now - WINDOW < one[0] <= now}
        database.execute("DELETE FROM sends WHERE scope = ? AND at <= ?", (scope, now - WINDOW))
        database.execute("UPDATE sends SET at = ? WHERE scope = ? AND at > ?", (now, scope, now))
        database.execute("DELETE FROM brakes WHERE scope = ? AND until > ?", (scope, now + _LONGEST_BRAKE))
        database.execute("DELETE FROM ceilings WHERE scope = ? AND at > ?", (self._account, now))

    def _remind(self, database: Database) -> None:
        """Tell an index that was made anew what this process knows."""
        if self._sends:
            known = {
                row[0] for row in database.execute("SELECT number FROM sends WHERE scope = ?", (self._scope,))
            }
            for number in self._sends.keys() - known:
                at, pictures = self._sends[number]
                database.execute("INSERT INTO sends VALUES (?, ?, ?, ?)", (number, self._scope, at, pictures))
        for number in tuple(self._flying):  # others land meanwhile, on the event loop
            self._fly(database, number)

    def _sent(self, database: Database) -> list[tuple[float, int]]:
        return database.execute(
            "SELECT at, pictures FROM sends WHERE scope = ? ORDER BY at, number", (self._scope,)
        ).fetchall()

    def _aloft(self, database: Database) -> int:
        """Calls of the account that are in flight; those of dead processes are none any more."""
        rows = database.execute(
            "SELECT session, COUNT(*) FROM flights WHERE scope = ? GROUP BY session", (self._account,)
        ).fetchall()
        dead = [session for session, _ in rows if not self._ledger.is_alive(session)]
        for session in dead:
            database.execute("DELETE FROM flights WHERE session = ?", (session,))
        return sum(count for session, count in rows if session not in dead)

    def _ceiling(self, database: Database, now: float) -> int:
        """How many calls of the account may be in flight."""
        row = database.execute(
            "SELECT ceiling, at FROM ceilings WHERE scope = ?", (self._account,)
        ).fetchone()
        most = self._most or 1
        return most if row is None else min(most, int(row[0]) + int((now - row[1]) // CLIMB))

    def _brake(self, database: Database) -> _Brake:
        row = database.execute(
            "SELECT until, low_until, level, changed_at FROM brakes WHERE scope = ?", (self._scope,)
        ).fetchone()
        if row is None:
            return _Brake()
        return _Brake(until=row[0], low_until=row[1], level=row[2], changed_at=row[3])


async def _noted(note: Callable[..., None], /, *args: object, **named: object) -> None:
    """Write down what became of a call that has been made. Blocking work, in a thread.

    A disk that cannot take it is unwell from now on, and nothing more is sent; but the call has
    an answer, which is worth more than the note.
    """
    with suppress(StoreError):
        await asyncio.to_thread(note, *args, **named)


def _expiry(sent: list[tuple[float, int]], excess: int) -> float:
    """When the entry was sent with whose going `excess` pictures will have left the window."""
    for at, pictures in sent:
        excess -= pictures
        if excess <= 0:
            return at
    return sent[-1][0]
