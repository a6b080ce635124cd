"""The ledger of a store: begins calls, finds those that were left open, and knows what was spent."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from seedream_pipe.digest import Key
from seedream_pipe.errors import Decided, StoreError
from seedream_pipe.ledger import emergency
from seedream_pipe.ledger.budget import Cap, Spent, reserve, spent
from seedream_pipe.ledger.call_files import begin_folder, is_as_written, read_account, read_outcome
from seedream_pipe.ledger.calls import Call, take_in
from seedream_pipe.ledger.claims import Alive, locked
from seedream_pipe.ledger.index import Index
from seedream_pipe.ledger.model import Account, Intent, OpenCall, Outcome, Refusal
from seedream_pipe.store.durable import TEMPORARY
from seedream_pipe.store.folder import Store

__all__ = ["AGAIN", "LEAST_FREE", "RESENT", "Ledger"]

RESENT: Final = "SentAgain"
"""The code of a hold that was ended by the user's setting: perhaps paid for twice."""

AGAIN: Final = "Retried"
"""The code of a hold that a person ended so that it is sent again."""

LEAST_FREE: Final = 64 << 20
"""Bytes that must be free on the disk before a call is sent."""

ROOM_FOR_A_PICTURE: Final = 16 << 20
"""Bytes that a picture of a call takes, answer and all: a large one in 4K as base64."""

_ASK_AGAIN: Final = 0.1
_STALE: Final = 24 * 3600.0

_UNKNOWN: Final = Intent(
    key=Key(""),
    task="",
    provider="",
    model="",
    shown=None,
    pictures=0,
    worst=Decimal(0),
    currency="",
)
"""What is known of a call whose record is damaged and that the index lacks."""


class Ledger:
    """The account of every call that can cost money. Open one for a run, and close it after.

    `session` names this opening: the cap of a run counts its calls, and while it is
    open its calls are alive.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float],
        token: Callable[[], str],
        least_free: int,
        places: Sequence[Path],
    ) -> None:
        self.session = f"{_stamp(clock())}-{token()}"
        self._store = store
        self._calls = store.folder / "calls"
        self._clock = clock
        self._token = token
        self._least_free = least_free
        self._places = places
        self._under_way: dict[str, int] = {}
        self._per_picture = ROOM_FOR_A_PICTURE if least_free else 0
        self._alive = Alive(store, self.session)
        try:
            self.index = Index(store)
        except StoreError:
            self._alive.close()
            raise

    @classmethod
    def open(
        cls,
        store: Store,
        *,
        clock: Callable[[], float] = time.time,
        token: Callable[[], str] = lambda: secrets.token_hex(4),
        least_free: int = LEAST_FREE,
        places: Sequence[Path] | None = None,
    ) -> Self:
        """Open the account of a store; made when there is none. Blocking.

        `places` are where answers go that the store cannot take; the user's own when not said.
        In a store that was opened for reading nothing is written and only questions are answered.

        Raises:
            StoreError: it cannot be read or written.

        """
        kept = emergency.places() if places is None else tuple(places)
        ledger = cls(store, clock=clock, token=token, least_free=least_free, places=kept)
        ledger.index.reconcile(ledger._alive)
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything; what is open stays open. May be called twice."""
        self.index.close()
        self._alive.close()

    async def begin(self, intent: Intent, cap: Cap) -> Call:
        """Set the worst price aside and write the intent down; after it, and not before, connect.

        Raises:
            OverBudget: the cap does not allow it; nothing was written.
            StoreError: the disk is full, nearly full or unwell; nothing may be sent.

        """
        await self._expect_room(intent.pictures)
        call = await asyncio.to_thread(self._begin, intent, cap)
        self._under_way[call.id] = intent.pictures
        return call

    async def _expect_room(self, pictures: int) -> None:
        """Wait until what is under way leaves room for that many pictures more."""
        while True:
            self._store.expect_healthy()
            others = sum(self._under_way.values())
            needed = self._least_free + (pictures + others) * self._per_picture
            if not others or self._store.room() >= needed:
                self._store.expect_room(needed)
                return
            await asyncio.sleep(_ASK_AGAIN)

    def landed(self, call: str) -> None:
        """A call is under way no more: the disk has what there is of it."""
        self._under_way.pop(call, None)

    def open_calls(self) -> tuple[OpenCall, ...]:
        """Every call without an outcome, oldest first. Blocking; changes no file."""
        return tuple(self._look(self.index.open_ids()))

    def open_calls_of(self, key: Key, *, origin: str = "") -> tuple[OpenCall, ...]:
        """The open calls of a key, oldest first. Ask under the key's claim, before it is bought.

        Where pictures are bought (`origin` is empty) those of test servers do not count, nor
        the other way round.
        """
        found = self._look(self.index.open_ids(key))
        return tuple(call for call in found if bool(call.intent.origin) == bool(origin))

    def unreadable(self) -> tuple[str, ...]:
        """Calls whose record is damaged, and of which the index knows nothing either.

        What they bought for whom is not known, so they keep nothing from being bought; but
        something may be owed for them.
        """
        folders = (self._calls / call for call in self.index.lacks())
        return tuple(
            path.name
            for path in folders
            if path.is_dir() and read_account(path) is None and read_outcome(path) is None
        )

    def recover(self) -> tuple[OpenCall, ...]:
        """Release what dead processes never sent, and give what else they left open. Blocking.

        Every run starts with it; there is no repair command.

        Raises:
            StoreError: it cannot be written.

        """
        self._alive.bury()
        self._sweep()
        self._rescue()
        gone = [
            call
            for call in self.index.open_ids()
            if not (self._calls / call).is_dir() and self.index.session_of(call) not in self._alive
        ]
        self.index.forget(gone)
        left = [call for call in self.open_calls() if not call.alive]
        for call in left:
            account = read_account(self._calls / call.id) if call.state == "intended" else None
            # Another start may have been faster; it says the same.
            if account is not None and account.outcome is None:
                self._call(account).end(Outcome(verdict="unsent", at=self._now()))
        return tuple(call for call in left if call.state != "intended")

    def is_as_written(self, call: str) -> bool:
        """Whether the bytes of a recorded answer are those that came. Blocking; reads all of them."""
        return is_as_written(self._calls / call)

    def resume(self, found: OpenCall) -> Call:
        """An open call, to be settled or held. For an answered one hold the claim of its key."""
        account = read_account(self._calls / found.id)
        if account is None or account.outcome is not None:
            raise StoreError(f"call {found.id} has been settled by somebody else")
        return self._call(account)

    async def release(
        self,
        call: str,
        *,
        reason: str,
        price: Decimal = Decimal(0),
        pictures: int | None = None,
        code: str = "",
        before: Callable[[], None] | None = None,
    ) -> None:
        """End a hold because a person said so, at what it turned out to have cost.

        `pictures` were billed; its ceiling, when there is a price and that is not said. `code` is
        `AGAIN` when it is to be sent again, `RESENT` when that was said beforehand. `before` is done
        first, unless the call has ended already.

        Raises:
            Decided: it has ended already, by another's word perhaps; nothing was done.
            StoreError: there is no such call, or it cannot be written.

        """

        def end() -> None:
            with locked(self._store, "decision"):
                account = self._account(self._calls / Path(call).name)
                if account is None:
                    raise StoreError(f"there is no open call {call}", hint="seedream-pipe held")
                if account.outcome is not None:
                    raise Decided(_decided(call, account.outcome))
                if before is not None:
                    before()
                billed = pictures
                if billed is None:
                    billed = account.intent.pictures if price else 0
                outcome = Outcome(
                    verdict="released",
                    at=self._now(),
                    price=price,
                    pictures=billed,
                    code=code,
                    message=reason,
                )
                self._call(account).end(outcome)

        await asyncio.to_thread(end)

    def bought(self, key: Key, *, origin: str = "") -> Account | None:
        """The newest call that brought pictures of a key, with its answer where that is still there."""
        call = self.index.done(key, test=bool(origin))
        return read_account(self._calls / call) if call else None

    def is_wanted_again(self, key: Key) -> bool:
        """Whether the last word on a key was that it is to be sent again, whatever came of it."""
        return self.index.last_code(key) in {AGAIN, RESENT}

    def resent(self, key: Key) -> int:
        """How many calls of a key were ended as `RESENT`, since pictures last came of it."""
        return self.index.resent(key, RESENT)

    def is_alive(self, session: str) -> bool:
        """Whether the process that opened the ledger as this session is still there."""
        return session in self._alive

    def refusal(self, key: Key, *, origin: str = "") -> Refusal | None:
        """What the content filter last said of a key, unless pictures came after it.

        The filter of a test server speaks for test servers alone.
        """
        return self.index.refusal(key, test=bool(origin))

    def spent(self, session: str | None = None) -> dict[str, Spent]:
        """What was spent and is set aside, by currency: in a session, or altogether."""
        return spent(self.index, session)

    def _begin(self, intent: Intent, cap: Cap) -> Call:
        account = Account(
            id=f"{_stamp(self._clock())}-{self._token()}",
            session=self.session,
            intent=intent,
            begun_at=self._now(),
        )
        while True:
            self.index.renew()
            # An index is not made anew between a row and its files: the row would be forgotten.
            with locked(self._store, "index", shared=True):
                if self.index.is_current:
                    reserve(self.index, account, cap)
                    begin_folder(self._store, account)
                    return self._call(account)

    def _call(self, account: Account) -> Call:
        return Call(self._store, account, now=self._now, closed=self._ended, places=self._places)

    def _ended(self, call: str, outcome: Outcome) -> None:
        self.landed(call)
        self.index.close_call(call, outcome)

    def _look(self, calls: Iterable[str]) -> Iterable[OpenCall]:
        """What the files say of calls that the index has as open."""
        for call in calls:
            account = self._account(self._calls / call)
            if account is None:
                continue
            if account.outcome is not None:
                # Its process died between the outcome and the index.
                if self._store.writable:
                    self.index.close_call(call, account.outcome)
                continue
            yield OpenCall(
                id=call,
                intent=account.intent,
                state=account.state,
                alive=account.session in self._alive,
                begun_at=account.begun_at,
                sent_at=account.sent_at,
                arrived_at=account.arrived_at,
                reply=account.reply,
                cause=account.cause,
                request_id=account.request_id,
                partial=account.partial,
                ticket=account.ticket,
            )

    def kept_elsewhere(self) -> set[str]:
        """Calls whose answer the store could not take, and which is safe in another place."""
        return {found.call for found in emergency.rescued(self._places)}

    def _rescue(self) -> None:
        """Take in the answers that a full disk had driven elsewhere."""
        for found in emergency.rescued(self._places):
            folder = self._calls / found.call
            if folder.is_dir():  # else it is of another store
                with locked(self._store, "emergency"):
                    self._take_in(folder, found)

    def _take_in(self, folder: Path, found: emergency.Rescued) -> None:
        account = read_account(folder)
        if account is None or account.session in self._alive:
            return
        if account.outcome is not None or (account.reply is not None and not account.partial):
            found.remove()
        else:
            take_in(self._store, found)

    def _account(self, folder: Path) -> Account | None:
        """What is known of a call: from its files, and where these are damaged from the index."""
        account = read_account(folder)
        if account is not None or not folder.is_dir() or folder == self._calls:
            return account
        intent, begun_at = self.index.intent_of(folder.name) or (_UNKNOWN, "")
        return Account(
            id=folder.name,
            session="",
            intent=intent,
            begun_at=begun_at,
            held=True,
            cause=f"its record is damaged, so what became of it is not known: calls/{folder.name}",
            outcome=read_outcome(folder),
        )

    def _sweep(self) -> None:
        """Remove call folders that a killed process had not named, and files in open ones, a day old."""
        names = os.listdir(self._calls) if self._calls.is_dir() else []
        unnamed = [self._calls / name for name in names if name.startswith(TEMPORARY)]
        for call in self.index.open_ids():
            unnamed += (self._calls / call).glob(f"{TEMPORARY}*")
        for path in unnamed:
            with suppress(OSError):
                if self._clock() - path.stat().st_mtime > _STALE:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _now(self) -> str:
        return _iso(self._clock())


def _decided(call: str, outcome: Outcome) -> str:
    said = outcome.message or f"it has ended as {outcome.verdict}"
    return f"call {call} is decided already, at {outcome.at}: {said}"


def _iso(seconds: float) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _stamp(seconds: float) -> str:
    """The time as it begins a name: sorts as time does, and no file system minds it."""
    return _iso(seconds).replace("-", "").replace(":", "")
