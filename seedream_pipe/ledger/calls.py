"""One paid call under way: each state of its life is a small file that is durable before the next begins.

`call_files` has the files themselves.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from seedream_pipe.digest import Json
from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.call_files import encode, event_path
from seedream_pipe.ledger.emergency import Refuge, Rescued
from seedream_pipe.ledger.model import Account, Outcome, Verdict
from seedream_pipe.makers import Reply
from seedream_pipe.store.durable import Draft
from seedream_pipe.store.folder import Store

__all__ = ["Call", "take_in"]

_BUFFER: Final = 256 << 10


class Call:
    """A call on its way: the tape of `Provider.send`, and then its outcome.

    Made by the ledger; one task at a time. Every method is durable when it returns, and
    raises `StoreError` when it cannot be: then nothing more may be sent. An answer that the
    store cannot take is brought to one of `places`; `reply` then says to which.
    """

    def __init__(
        self,
        store: Store,
        account: Account,
        *,
        now: Callable[[], str],
        closed: Callable[[str, Outcome], None],
        places: Sequence[Path] = (),
    ) -> None:
        self.id = account.id
        self.intent = account.intent
        self._store = store
        self._folder = store.folder / "calls" / account.id
        self._now = now
        self._closed = closed
        self._reply = account.reply
        self._head: tuple[int, tuple[tuple[str, str], ...]] | None = None
        self._draft: Draft | None = None
        self._buffer = bytearray()
        # A deadline ends the wait for a thread and not the thread.
        self._writing = threading.Lock()
        self._events: list[tuple[Path, int, str]] = []
        self._places = places
        self._refuge: Refuge | None = None
        self._trouble: StoreError | None = None
        self._settled = False

    @property
    def reply_recorded(self) -> Reply | None:
        """The whole answer, when it has come."""
        return self._reply

    async def sending(self) -> None:
        """Write down that the first byte is about to go out."""
        self._store.expect_healthy()
        await asyncio.to_thread(self._write, "sent", {"at": self._now()})

    async def ticket(self, ticket: str) -> None:
        """Write down by what the service gives its answer. From here on the call is not lost."""
        await asyncio.to_thread(self._write, "ticket", {"at": self._now(), "ticket": ticket})

    async def head(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Write down status and headers."""
        self._head = (status, tuple((name, value) for name, value in headers))
        try:
            await asyncio.to_thread(self._write, "head", {"at": self._now(), **self._head_tree()})
        except StoreError as error:
            # What follows is paid for, and may find a place elsewhere.
            self._trouble = error

    async def write(self, chunk: bytes) -> None:
        """Append raw bytes of the body; at most 256 KiB and a chunk stay in memory."""
        self._buffer += chunk
        if len(self._buffer) >= _BUFFER:
            await asyncio.to_thread(self._append)

    async def event(self) -> None:
        """Make what was written since the last event durable under a name of its own."""
        await asyncio.to_thread(self._end_event)

    async def reply(self) -> Reply:
        """Close the body, make it durable under its name, then write down that it is there."""
        if self._head is None:
            raise ValueError("a reply has a head")
        self._reply = await asyncio.to_thread(self._finish)
        return self._reply

    async def settle(
        self,
        verdict: Verdict,
        *,
        price: Decimal = Decimal(0),
        pictures: int = 0,
        code: str = "",
        message: str = "",
        request_id: str = "",
        detail: Json = None,
    ) -> None:
        """Write the outcome, after everything that it speaks of; frees what was reserved above `price`."""
        outcome = Outcome(
            verdict=verdict,
            at=self._now(),
            price=price,
            pictures=pictures,
            code=code,
            message=message,
            request_id=request_id,
            detail=detail,
        )
        await asyncio.to_thread(self.end, outcome)

    async def hold(self, cause: str, *, request_id: str = "") -> None:
        """Write down that nobody knows whether it was billed. It stays open, its worst price reserved."""
        tree: dict[str, Json] = {"at": self._now(), "cause": cause, "request_id": request_id}
        await asyncio.to_thread(self._write, "hold", tree)
        self._abandon()

    def end(self, outcome: Outcome) -> None:
        """As `settle`, blocking."""
        if self._settled:
            raise ValueError(f"call {self.id} has an outcome")
        tree: dict[str, Json] = {
            "verdict": outcome.verdict,
            "at": outcome.at,
            "price": str(outcome.price),
            "currency": self.intent.currency,
            "pictures": outcome.pictures,
            "code": outcome.code,
            "message": outcome.message,
            "request_id": outcome.request_id,
            "detail": outcome.detail,
        }
        self._write("outcome", tree)
        self._settled = True
        self._abandon()
        self._closed(self.id, outcome)

    def _append(self) -> None:
        with self._writing:
            self._flush()

    def _flush(self) -> None:
        if self._trouble is None:
            try:
                if self._draft is None:
                    self._draft = self._store.disk.draft(self._folder)
                self._draft.append(bytes(self._buffer))
            except StoreError as error:
                self._trouble = error
        if self._trouble is not None:
            self._flee(self._trouble, self._draft)
        self._buffer.clear()

    def _flee(self, trouble: StoreError, written: Draft | None, named: Path | None = None) -> None:
        """Go on in a place that is not the store, with what was written since the last name."""
        self._trouble = trouble
        try:
            if self._refuge is None:
                self._refuge = Refuge.open(self.id, self._store.folder, self._places)
                if written is not None:
                    source = written.path if named is None or written.path.exists() else named
                    self._refuge.take(source, written.length)
                    written.discard()
            self._refuge.append(bytes(self._buffer))
        except OSError:
            raise trouble from None

    def _end_event(self) -> None:
        with self._writing:
            path = event_path(self._folder, len(self._events))
            draft = self._named(path)
            if draft is not None:
                self._events.append((path, draft.length, draft.sha256))

    def _named(self, path: Path) -> Draft | None:
        """Give what was written since the last name its own; None when the store cannot take it."""
        self._flush()
        if self._trouble is not None:
            return None
        draft, self._draft = self._draft, None
        if draft is None:
            raise AssertionError("a flush makes a draft")
        try:
            draft.finish(path)
        except StoreError as error:
            self._flee(error, draft, path)
            return None
        return draft

    def _finish(self) -> Reply:
        if self._head is None:
            raise ValueError("a reply has a head")
        body = self._folder / "answer.body"
        events: list[Json] = [length for _, length, _ in self._events]
        sums: list[Json] = [told for _, _, told in self._events]
        told: dict[str, Json] = {
            "at": self._now(),
            "events": events,
            "event_sums": sums,
            **self._head_tree(),
        }
        with self._writing:
            draft = self._named(body)
        if draft is None:
            raise self._kept_elsewhere(told)
        try:
            self._write("answer", {**told, "bytes": draft.length, "sha256": draft.sha256})
        except StoreError as error:
            with self._writing:
                self._flee(error, draft, body)
            raise self._kept_elsewhere(told) from None
        status, headers = self._head
        return Reply(
            status=status, headers=headers, body=body, events=tuple(path for path, _, _ in self._events)
        )

    def _kept_elsewhere(self, told: Mapping[str, Json]) -> StoreError:
        """Make the answer whole where it is, and say where that is."""
        trouble = self._trouble or StoreError(f"{self._folder} cannot be written")
        try:
            if self._refuge is None:
                return trouble
            self._refuge.finish({**told, "store": str(self._store.folder)})
            self._refuge.close()
        except OSError:
            return trouble
        return StoreError(
            f"{trouble.message}; an answer that is paid for is kept in {self._refuge.folder}",
            hint=f"{trouble.hint}; the next run takes it from there, for nothing",
        )

    def _abandon(self) -> None:
        with self._writing:
            if self._draft is not None:
                self._draft.close()
                self._draft = None
            if self._refuge is not None:
                self._refuge.close()
            self._buffer.clear()

    def _head_tree(self) -> dict[str, Json]:
        if self._head is None:
            return {}
        status, headers = self._head
        return {"status": status, "headers": [list(pair) for pair in headers]}

    def _write(self, name: str, tree: Mapping[str, Json]) -> None:
        self._store.disk.write(self._folder / f"{name}.json", encode(tree, name))


def take_in(store: Store, found: Rescued) -> None:
    """Bring an answer that was brought to safety into its call, durably.

    Raises:
        StoreError: the store cannot take it now either; it stays where it is.

    """
    folder = store.folder / "calls" / found.call
    draft = store.disk.draft(folder)
    try:
        with found.body.open("rb") as body:
            while chunk := body.read(_BUFFER):
                draft.append(chunk)
        if draft.sha256 != found.facts.get("sha256"):
            return
        draft.finish(folder / "answer.body")
    except OSError:
        return  # it cannot be read there; it stays, and its call is a hold
    finally:
        draft.close()
    tree = {name: value for name, value in found.facts.items() if name != "store"}
    store.disk.write(folder / "answer.json", encode(tree, "answer"))
    found.remove()
