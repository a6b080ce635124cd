"""One paid call: the states of its life, each a small file that is durable before the next begins.

    calls/<id>/intent.json     key, request, worst price; the folder comes into being with it
               sent.json       just before the first byte of the body
               ticket.json     the service has taken the call, and gives its answer to this ticket
               head.json       status and headers, before the body
               event-0000 …    what came of a streamed answer, each event named when it is whole
               answer.body     the raw answer, or what followed its events, named when it is whole
               answer.json     names the body; from here on the call can be completed for nothing
               picture-0000 …  a picture of several that is in the store: its link need not live any more
               hold.json       nobody knows whether it was billed; open until a person decides
               outcome.json    how it ended

Files are written once and never changed. Which of them are there is the state.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from seedream_pipe.digest import Json, Key, file_digest
from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.emergency import Refuge, Rescued
from seedream_pipe.makers import Reply
from seedream_pipe.store.durable import Draft
from seedream_pipe.store.folder import Store

__all__ = [
    "Account",
    "Call",
    "Intent",
    "OpenCall",
    "Outcome",
    "Refusal",
    "State",
    "Verdict",
    "begin_folder",
    "is_as_written",
    "keep_picture",
    "kept_pictures",
    "read_account",
    "read_ends",
    "read_outcome",
    "take_in",
]

SCHEMA: Final = "call/2"
_WITHOUT_SUMS: Final = "call/1"
"""What the first version wrote: the same files, without digests of themselves."""
_SUM: Final = "sum"
_COMPACT: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
"""What is summed is not the text for people: an index is made of a hundred thousand files."""
_BUFFER: Final = 256 << 10

State: TypeAlias = Literal["intended", "sent", "taken", "answered", "held"]
"""How far an open call has come. Sent and held are what may be owed; one that was taken can be
asked for again and again, for nothing.
"""

Verdict: TypeAlias = Literal["done", "refused", "failed", "unsent", "released"]
"""How a call ended. All but `done` and `released` are certainly not billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is about to be bought. `shown` is the request without secrets and picture bytes.

    `pictures` is the ceiling, `worst` its price in `currency`; `client_id` is what we
    send as ``X-Client-Request-Id`` (R10), the one thing to look a lost call up by.
    `recipe` is what the key was taken of: with it an answer can be completed by a later
    process even when the task has gone from the pipeline. `origin` is the host and port of
    a test server, empty where pictures are bought: what one of them said never counts for the other.
    """

    key: Key
    task: str
    provider: str
    model: str
    shown: Json
    pictures: int
    worst: Decimal
    currency: str
    client_id: str = ""
    recipe: Json = None
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call ended, at what price for how many pictures. `at` is ISO 8601 in UTC."""

    verdict: Verdict
    at: str
    price: Decimal = Decimal(0)
    pictures: int = 0
    code: str = ""
    message: str = ""
    request_id: str = ""
    detail: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that the files of a call say. Times are ISO 8601 in UTC, empty when it has not come so far."""

    id: str
    session: str
    intent: Intent
    begun_at: str
    sent_at: str = ""
    arrived_at: str = ""
    reply: Reply | None = None
    partial: bool = False
    ticket: str = ""
    held: bool = False
    cause: str = ""
    request_id: str = ""
    outcome: Outcome | None = None

    @property
    def state(self) -> State:
        """How far it has come, outcome aside."""
        if self.held:
            return "held"
        if self.reply is not None:
            return "answered"
        if self.ticket:
            return "taken"
        return "sent" if self.sent_at else "intended"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call without an outcome; `alive` when the process that began it is still there.

    When it is not: an intended one was never sent and costs nothing, an answered one is
    completed from `reply` for nothing, one that was taken is asked for with `ticket` for
    nothing, a sent or held one may be owed (`cause` says why). A `partial` reply is what was
    streamed until its process died: what it holds is kept, and the rest may be owed.
    """

    id: str
    intent: Intent
    state: State
    alive: bool
    begun_at: str
    sent_at: str
    arrived_at: str
    reply: Reply | None
    cause: str
    request_id: str
    partial: bool = False
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the content filter said of a key, in its own words; `call` is the ledger's id."""

    code: str
    message: str
    request_id: str
    at: str
    call: str


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
            path = _event(self._folder, len(self._events))
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
        self._store.disk.write(self._folder / f"{name}.json", _encode(tree, name))


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
    store.disk.write(folder / "answer.json", _encode(tree, "answer"))
    found.remove()


def begin_folder(store: Store, account: Account) -> None:
    """Bring a call into being: its folder appears with the intent in it, or not at all.

    Raises:
        StoreError: it did not get to the disk.

    """
    intent = account.intent
    tree: dict[str, Json] = {
        "schema": SCHEMA,
        "id": account.id,
        "session": account.session,
        "at": account.begun_at,
        "key": intent.key,
        "task": intent.task,
        "provider": intent.provider,
        "model": intent.model,
        "client_id": intent.client_id,
        "pictures": intent.pictures,
        "worst": str(intent.worst),
        "currency": intent.currency,
        "request": intent.shown,
        "recipe": intent.recipe,
        "origin": intent.origin,
    }
    disk = store.disk
    calls = store.folder / "calls"
    with disk.watch(calls):
        disk.folder(calls)
        unnamed = disk.temporary(calls)
        disk.files.make_folder(unnamed)
    disk.write(unnamed / "intent.json", _encode(tree, "intent"))
    disk.move(unnamed, calls / account.id)


def read_account(folder: Path) -> Account | None:
    """What the files of a call say; None when its intent cannot be read.

    A later file that cannot be read is taken as not there: then the call counts as open,
    and nothing is sent again because of damage.
    """
    ends = read_ends(folder)
    if ends is None:
        return None
    sent, hold = _read(folder, "sent"), _read(folder, "hold")
    found = _read_reply(folder)
    return replace(
        ends,
        sent_at=_text(sent, "at") or ("unknown" if (folder / "sent.json").exists() else ""),
        arrived_at=found.at,
        reply=found.reply,
        partial=found.partial,
        ticket=_text(_read(folder, "ticket"), "ticket"),
        held=(folder / "hold.json").exists(),
        cause=_text(hold, "cause"),
        request_id=_text(hold, "request_id"),
    )


def read_ends(folder: Path) -> Account | None:
    """As `read_account`, but only how the call began and how it ended: all that the index keeps."""
    tree = _read(folder, "intent")
    try:
        if tree is None or tree["schema"] not in {SCHEMA, _WITHOUT_SUMS} or tree["id"] != folder.name:
            return None
        intent = Intent(
            key=Key(str(tree["key"])),
            task=str(tree["task"]),
            provider=str(tree["provider"]),
            model=str(tree["model"]),
            shown=tree["request"],
            pictures=int(tree["pictures"]),
            worst=Decimal(tree["worst"]),
            currency=str(tree["currency"]),
            client_id=str(tree["client_id"]),
            recipe=tree.get("recipe"),
            origin=_text(tree, "origin"),
        )
        session, begun_at = str(tree["session"]), str(tree["at"])
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None
    return Account(
        id=folder.name,
        session=session,
        intent=intent,
        begun_at=begun_at,
        outcome=read_outcome(folder),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What is there of an answer; nothing, where not even a part can be trusted."""

    reply: Reply | None = None
    at: str = ""
    partial: bool = False


def _read_reply(folder: Path) -> _Recorded:
    """The answer, or of a stream what came of it: its events up to the first that is not as it was."""
    answer = _read(folder, "answer")
    head = answer or _read(folder, "head")
    try:
        if head is None:
            return _Recorded()
        headers = tuple((str(name), str(value)) for name, value in head["headers"])
        status, at = int(head["status"]), _text(head, "at")
        told = None if answer is None else (*map(int, answer.get("events", ())), int(answer["bytes"]))
    except (KeyError, TypeError, ValueError):
        return _Recorded()
    pieces, whole = _pieces(folder, told)
    if not pieces:
        return _Recorded()
    *events, body = pieces
    reply = Reply(status=status, headers=headers, body=body, events=tuple(events))
    return _Recorded(reply=reply, at=at, partial=not whole)


def _pieces(folder: Path, told: tuple[int, ...] | None) -> tuple[list[Path], bool]:
    """The files that an answer is in, and whether they are all of it.

    `told` are the lengths that it should have, where its process lived to say so. The body gets
    its name only when it is whole, so with it nothing is missing even when that was not said.
    """
    body = folder / "answer.body"
    names: Iterable[Path] = (_event(folder, number) for number in count())
    if told is not None:
        names = (*(_event(folder, number) for number in range(len(told) - 1)), body)
    pieces: list[Path] = []
    for number, path in enumerate(names):
        length = _length(path)
        if length is None or (told is not None and length != told[number]):
            break
        pieces.append(path)
    if told is None and _length(body) is not None and len(pieces) == sum(1 for _ in folder.glob("event-*")):
        return [*pieces, body], True
    return pieces, told is not None and len(pieces) == len(told)


def is_as_written(folder: Path) -> bool:
    """Whether the bytes of a recorded answer are those that came, as far as that was noted. Reads all."""
    told = _read(folder, "answer")
    if told is None:
        return True
    sums = {_event(folder, number): each for number, each in enumerate(told.get("event_sums", ()))}
    try:
        for path, expected in {**sums, folder / "answer.body": told["sha256"]}.items():
            with path.open("rb") as file:
                if file_digest(file) != expected:
                    return False
    except (OSError, KeyError):
        return False
    return True


def _event(folder: Path, number: int) -> Path:
    return folder / f"event-{number:04}"


def _length(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def keep_picture(store: Store, call: str, index: int, facts: Mapping[str, Json]) -> None:
    """Write down that a picture of a call's answer is in the store; `facts` find it again.

    Raises:
        StoreError: it did not get to the disk.

    """
    name = f"picture-{index:04}"
    store.disk.write(store.folder / "calls" / call / f"{name}.json", _encode(facts, name))


def kept_pictures(store: Store, call: str) -> dict[int, Mapping[str, Any]]:
    """What `keep_picture` wrote of a call, by index; what cannot be read is left out."""
    folder = store.folder / "calls" / call
    found = ((path.stem, _read(folder, path.stem)) for path in folder.glob("picture-*.json"))
    return {int(name[8:]): tree for name, tree in found if tree is not None and name[8:].isdecimal()}


def read_outcome(folder: Path) -> Outcome | None:
    """How a call ended; None when it has not, or that cannot be read."""
    tree = _read(folder, "outcome")
    try:
        if tree is None:
            return None
        return Outcome(
            verdict=tree["verdict"],
            at=str(tree["at"]),
            price=Decimal(tree["price"]),
            pictures=int(tree["pictures"]),
            code=str(tree["code"]),
            message=str(tree["message"]),
            request_id=str(tree["request_id"]),
            detail=tree["detail"],
        )
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None


def _encode(tree: Mapping[str, Json], name: str) -> bytes:
    """A file for people to read, with a digest of itself: a flipped bit is found and not believed."""
    text = json.dumps({**tree, _SUM: _sum(tree, name)}, ensure_ascii=False, indent=1, sort_keys=True)
    # A header may carry what UTF-8 cannot.
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _sum(tree: Mapping[str, Json], name: str) -> str:
    return hashlib.sha256(f"{SCHEMA} {name} {_COMPACT.encode(tree)}".encode()).hexdigest()


def _read(folder: Path, name: str) -> Mapping[str, Any] | None:
    """What a file says; None when it is not there, or is not as it was written."""
    try:
        tree = _parsed(folder, name)
        told = tree.pop(_SUM, None)
        if told is None:
            intent = tree if name == "intent" else _parsed(folder, "intent")
            return tree if intent["schema"] == _WITHOUT_SUMS else None
        return tree if told == _sum(tree, name) else None
    except (OSError, ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return None


def _parsed(folder: Path, name: str) -> Any:
    with open(f"{folder}/{name}.json", "rb") as file:
        return json.loads(file.read().decode("utf-8", "surrogatepass"))


def _text(tree: Mapping[str, Any] | None, name: str) -> str:
    value = tree.get(name, "") if tree is not None else ""
    return value if isinstance(value, str) else ""
