"""What the emulator received and what it billed (R156).

`Books` are kept while the emulator runs; a `Ledger` is what they say at one moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeAlias

from seedream_pipe.emulator.models import Flavour

__all__ = ["Billed", "Books", "Download", "Ledger", "Poll", "Request", "as_tree", "fingerprint", "shortened"]

Headers: TypeAlias = tuple[tuple[str, str], ...]
_LONG: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A generation that was asked for. `status` is what was answered, or meant to be before a cut."""

    number: int
    at: float
    provider: Flavour
    target: str
    key: str
    headers: Headers
    body: Any
    size: int
    request_id: str
    client_request_id: str
    status: int
    ignored: tuple[str, ...]

    def header(self, name: str) -> str | None:
        """The first header of this lower-case name."""
        return next((value for each, value in self.headers if each == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """One picture that was made and counts as paid for (R128). `token` stands in its file as a comment."""

    request: int
    index: int
    at: float
    key: str
    provider: Flavour
    model: str
    size: str
    request_id: str
    prompt: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A picture that was asked for at the object store. `request` is 0 when there is no such picture."""

    number: int
    at: float
    target: str
    headers: Headers
    status: int
    request: int
    index: int

    def header(self, name: str) -> str | None:
        """The first header of this lower-case name."""
        return next((value for each, value in self.headers if each == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A question for an asynchronous result (R126)."""

    number: int
    at: float
    task_id: str
    headers: Headers
    status_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything so far, in order. `peak_in_flight` is the most generations at once."""

    requests: tuple[Request, ...]
    billed: tuple[Billed, ...]
    downloads: tuple[Download, ...]
    polls: tuple[Poll, ...]
    peak_in_flight: int


class Books:
    """The running account."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.billed: list[Billed] = []
        self.downloads: list[Download] = []
        self.polls: list[Poll] = []
        self.in_flight = 0
        self.peak_in_flight = 0

    def enter(self) -> None:
        """A generation begins."""
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def leave(self) -> None:
        """A generation's answer is out, or its connection is gone."""
        self.in_flight -= 1

    def ledger(self) -> Ledger:
        """What the books say now."""
        return Ledger(
            requests=tuple(self.requests),
            billed=tuple(self.billed),
            downloads=tuple(self.downloads),
            polls=tuple(self.polls),
            peak_in_flight=self.peak_in_flight,
        )


def as_tree(record: Any) -> Any:
    """A ledger, or a part of it, as JSON: keys only as fingerprints, data URIs shortened."""
    if isinstance(record, tuple):
        return [as_tree(each) for each in record]
    if isinstance(record, Ledger):
        return {member.name: as_tree(getattr(record, member.name)) for member in fields(record)}
    if isinstance(record, Request):
        record = replace(record, body=shortened(record.body))
    if not isinstance(record, Request | Billed | Download | Poll):
        return record
    tree = {member.name: getattr(record, member.name) for member in fields(record)}
    if "key" in tree:
        tree["key"] = fingerprint(tree["key"])
    if "headers" in tree:
        tree["headers"] = _public(tree["headers"])
    return tree


def fingerprint(key: str) -> str:
    """What may be written down of an API key: enough to tell two apart."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()[:12]}" if key else ""


def _public(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[name, fingerprint(value) if name == "authorization" else value] for name, value in headers]


def shortened(value: Any) -> Any:
    """A body with every long data URI cut down to its beginning and its digest."""
    if isinstance(value, str) and value.startswith("data:") and len(value) > _LONG:
        digest = hashlib.sha256(value.encode()).hexdigest()
        return f"{value[:64]}… {len(value)} characters, sha256 {digest}"
    if isinstance(value, Mapping):
        return {name: shortened(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shortened(member) for member in value]
    return value
