"""The files of a paid call: how each is written, and what is believed of those that are there.

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

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import count
from pathlib import Path
from typing import Any, Final

from seedream_pipe.digest import Json, Key, file_digest
from seedream_pipe.ledger.model import Account, Intent, Outcome
from seedream_pipe.makers import Reply
from seedream_pipe.store.folder import Store

__all__ = [
    "SCHEMA",
    "begin_folder",
    "encode",
    "event_path",
    "is_as_written",
    "keep_picture",
    "kept_pictures",
    "read_account",
    "read_ends",
    "read_outcome",
]

SCHEMA: Final = "call/2"
_WITHOUT_SUMS: Final = "call/1"
"""What the first version wrote: the same files, without digests of themselves."""
_SUM: Final = "sum"
_COMPACT: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
"""What is summed is not the text for people: an index is made of a hundred thousand files."""


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
    disk.write(unnamed / "intent.json", encode(tree, "intent"))
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
    names: Iterable[Path] = (event_path(folder, number) for number in count())
    if told is not None:
        names = (*(event_path(folder, number) for number in range(len(told) - 1)), body)
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
    sums = {event_path(folder, number): each for number, each in enumerate(told.get("event_sums", ()))}
    try:
        for path, expected in {**sums, folder / "answer.body": told["sha256"]}.items():
            with path.open("rb") as file:
                if file_digest(file) != expected:
                    return False
    except (OSError, KeyError):
        return False
    return True


def event_path(folder: Path, number: int) -> Path:
    """The file of a streamed event, by its number from 0."""
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
    store.disk.write(store.folder / "calls" / call / f"{name}.json", encode(facts, name))


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


def encode(tree: Mapping[str, Json], name: str) -> bytes:
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
