"""What the store, the ledger, the lock and the pins remember, as the forecast asks for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seedream_pipe import pictures
from seedream_pipe.api.recorded import Recorded, recorded
from seedream_pipe.run.causes import whence
from seedream_pipe.run.outcomes import Money, Refused
from seedream_pipe.run.resend import may_resend
from seedream_pipe.run.settle import damaged, held
from seedream_pipe.store.results import Gap, Hit, Result, Stored, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.ledger.book import Ledger
    from seedream_pipe.ledger.model import Account, OpenCall
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.run.back import Back
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.run.outcomes import Held, TakePictures
    from seedream_pipe.run.pins import Pins
    from seedream_pipe.store.folder import Store
    from seedream_pipe.store.results import Entry, Lookup

__all__ = ["Remembered", "adopted_result", "is_owed"]


@dataclass(slots=True, kw_only=True)
class Remembered:
    """`run.forecast.Past` on real files. Each key is looked up once."""

    store: Store
    ledger: Ledger | None
    lock: Mapping[Address, Locked]
    pins: Pins
    retry_refused: bool = False
    retry_lost: bool = False
    retry_uncertain: int = 0
    origin: str = ""
    """The host and port of a test server; empty where pictures are bought."""
    outside: Back | None = None
    """Where pictures that the store has lost may still be."""
    shown: Callable[[str], str] = str
    """A path in the project as the user would type it."""
    lost: dict[Key, Account] = field(default_factory=dict)
    """Calls whose pictures were asked for and are nowhere: the store has lost them."""
    _open: dict[Key, list[OpenCall]] | None = None
    _results: dict[Key, Lookup] = field(default_factory=dict)
    _adopted_takes: dict[Key, TakePictures] | None = None
    _whence: dict[str, str] | None = None
    _recorded: Recorded | None = None

    def result(self, key: Key) -> Lookup:
        """What a key produced."""
        found = self._results.get(key)
        if found is None:
            found = counted(self.store.results.get(key), self.origin)
            if not isinstance(found, Hit) and found.reason == "never made":
                found = self._adopted(key) or found
            self._results[key] = found
        return found

    def _adopted(self, key: Key) -> Hit | None:
        """What somebody adopted elsewhere: the lock says so, and the store has the pictures."""
        take = self._adoptions().get(key)
        if take is None or take.adopted is None:
            return None
        before = counted(self.store.results.get(take.adopted.of), self.origin)
        entries = self.entries(take, before.result)
        if entries is None:
            return None
        return Hit(result=adopted_result(take, entries, before.result))

    def entries(self, take: TakePictures, before: Result | None) -> tuple[Entry, ...] | None:
        """The pictures of a take as a result has them; None when one of them is not in the store."""
        known = {} if before is None else {entry.digest: entry for entry in before.stored}
        entries: list[Entry] = []
        for index, digest in enumerate(take.pictures):
            if digest is None:
                entries.append(Gap(index=index, code="Unknown", message="it did not come", refused=False))
                continue
            entry = known.get(digest) or self._inspected(digest)
            if entry is None or not self.store.blobs.has(digest, length=entry.bytes):
                return None
            entries.append(entry)
        return tuple(entries)

    def _inspected(self, digest: BlobDigest) -> Stored | None:
        try:
            with self.store.blobs.path(digest).open("rb") as file:
                facts = pictures.inspect(file)
                size = file.seek(0, os.SEEK_END)
        except (OSError, pictures.NotAPicture):
            return None
        return Stored(
            digest=digest,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            bytes=size,
        )

    def _adoptions(self) -> Mapping[Key, TakePictures]:
        if self._adopted_takes is None:
            takes = (take for locked in self.lock.values() for take in locked.takes)
            self._adopted_takes = {take.key: take for take in takes if take.adopted is not None}
        return self._adopted_takes

    def paid_and_lost(self, key: Key) -> Money | None:
        """What was paid for a key whose pictures the store has lost; None when they were never bought."""
        if self.ledger is None or self.ledger.is_wanted_again(key):
            return None
        call = self.ledger.bought(key, origin=self.origin)
        if call is None or call.outcome is None:
            return None
        self.lost[key] = call
        return Money(amount=call.outcome.price, currency=call.intent.currency)

    def locked(self, address: Address) -> Locked | None:
        """What a task held when it was last done."""
        return self.lock.get(address)

    def hold(self, key: Key) -> Held | None:
        """A call for this key whose outcome is unknown, and that is not sent again by itself."""
        found = next((held(call) for call in self._calls().get(key, ()) if self._owes(call)), None)
        if found is None or self.ledger is None:
            return found
        again = may_resend(self.ledger, found, key, times=self.retry_uncertain)
        return None if again else found

    def holds(self) -> tuple[Held, ...]:
        """Every call of the store whose outcome is unknown, and those whose record is damaged."""
        found = (held(call) for calls in self._calls().values() for call in calls if self._owes(call))
        unreadable = () if self.ledger is None else self.ledger.unreadable()
        return (*found, *map(damaged, unreadable))

    def _owes(self, call: OpenCall) -> bool:
        if not is_owed(call):
            return False
        # One that died between its result and its outcome is settled by the next run.
        result = self.result(call.intent.key).result if call.state == "sent" else None
        return result is None or result.call != call.id

    def answered(self, key: Key) -> bool:
        """Whether an answer for this key is on disk, to be completed for nothing."""
        return any(call.state in {"answered", "taken"} for call in self._calls().get(key, ()))

    def refusal(self, key: Key) -> Refused | None:
        """The content filter's remembered no."""
        if self.ledger is None or self.retry_refused:
            return None
        found = self.ledger.refusal(key, origin=self.origin)
        if found is None:
            return None
        return Refused(code=found.code, message=found.message, request_id=found.request_id)

    def back(self, task: Task, take: int, key: Key) -> tuple[BlobDigest | None, ...] | None:
        """The pictures of a key that was lost, when the output folder has them all."""
        lookup = self.result(key)
        if self.outside is None or isinstance(lookup, Hit) or lookup.reason == "test server":
            return None
        if self.ledger is not None and self.ledger.is_wanted_again(key):
            return None
        return self.outside.found(task, take, key)

    def media_type(self, digest: BlobDigest) -> str | None:
        """What kind of picture a blob of the store is; None when it is not there."""
        found = self._inspected(digest)
        return None if found is None else found.media_type

    def pinned(self, url: str) -> BlobDigest | None:
        """The digest of a URL that was fetched already."""
        return self.pins.get(url)

    def began(self, key: Key) -> tuple[str, ...]:
        """Why the pictures of a key were made, back to the first cause, as the run that made them said it."""
        return self._records().began.get(key, ())

    def _records(self) -> Recorded:
        if self._recorded is None:
            self._recorded = recorded(self.store.folder)
        return self._recorded

    def whence(self, digest: str) -> str:
        """Where a picture came from that was an input: a task of the lock, or a file that a run recorded."""
        if self._whence is None:
            told = self._records()
            self._whence = {**told.tasks, **{one: self.shown(path) for one, path in told.files.items()}}
            for address, locked in self.lock.items():
                pictures = (one for take in locked.takes for one in take.pictures if one is not None)
                self._whence |= {one: whence(address, locked.takes, one) for one in pictures}
        return self._whence.get(digest, "")

    def _calls(self) -> Mapping[Key, list[OpenCall]]:
        if self._open is None:
            self._open = {}
            for call in self.ledger.open_calls() if self.ledger is not None else ():
                if bool(call.intent.origin) != bool(self.origin):
                    continue
                self._open.setdefault(call.intent.key, []).append(call)
        return self._open


def is_owed(call: OpenCall) -> bool:
    """Whether it may have been billed, and nobody is waiting for its answer any more."""
    return call.state == "held" or (call.state == "sent" and not call.alive)


def adopted_result(take: TakePictures, entries: tuple[Entry, ...], before: Result | None) -> Result:
    """The result of a key that a person bound pictures to: who made them and when as it was, at no price.

    Its recipe is not known here; whoever knows the task puts it in.
    """
    if take.adopted is None:
        raise ValueError("the take was not adopted")
    if before is not None:
        return replace(
            before,
            key=take.key,
            recipe=None,
            inputs=(),
            pictures=entries,
            price="0",
            billed=None,
            adopted=take.adopted,
        )
    return Result(
        key=take.key,
        recipe=None,
        inputs=(),
        take=take.take,
        pictures=entries,
        provider="adopted",
        model="made elsewhere, its price is not known",
        created_at=take.adopted.at,
        adopted=take.adopted,
    )
