"""Faults that a test asks for, by the number of a call or by what is in it (R155).

A script is a list of faults; a call takes the first one that fits and has turns
left. Everything a fault does not mention stays as it would have been: in
particular a picture whose answer is cut has been made and is billed.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

from seedream_pipe.emulator.failures import FAILURES

__all__ = ["SCENES", "Damage", "Fault", "Moment", "On", "Script", "WrongScript", "fault_from_json"]

On: TypeAlias = Literal["generation", "download", "poll", "models"]
Spot: TypeAlias = Literal["before", "head", "body", "event"]
End: TypeAlias = Literal["reset", "close", "hang"]
Moment: TypeAlias = Literal["read", "making", "made", "head", "body", "event", "sent"]
Damage: TypeAlias = Literal["half", "flip", "no_trailer", "other_size", "other", "html", "empty"]


class WrongScript(ValueError):
    """A fault that cannot be played; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong. All members are optional.

    Which call: `on` its kind; `number` counts calls of that kind from 1; `match` is text in the
    prompt, or in the path of a download; `times` is how often (0: for ever).

    Instead of the answer: `answer` names a sample message (`error/429-model-ipm`,
    `302/error-524-gateway-timeout`, `stream/group-4-one-moderated`,
    `response/whole-failure-in-200`); `status`, `content_type` and `body` give one literally.
    `bill` makes the pictures of a replaced answer count as made (True), or those of a cut one not
    (False). `headers` are added to whatever is answered, `Retry-After` for one. `fill` puts what
    would have been answered into the marks of `body` (see `filling`): its pictures are then made, and
    count unless `bill` is False. `task_id` takes the place of the id of 302.AI's asynchronous form.

    In the answer: `count` pictures whatever the prompt says; indexes in `refuse` are refused by the
    filter; the one at `break_at` meets an internal fault and ends the group (R83, R84);
    `as_stream` and `as_base64` override the request's `stream` and `response_format`.

    In a stream: `event_lines`, `completed`, `done` say whether these are sent (R98); `line_end`;
    `insert` is raw text that stands after event number `insert_after` (counted from 0, -1: at the head).

    In time: `delay` seconds before the first byte, `event_delay` before each further picture of a
    stream; `trickle` is (bytes, seconds).

    On the wire: `cut` ends the connection at a spot: before the answer, in its head, in the body at
    `at` (a share of it below 1, or a number of bytes), or in the middle of event number `at`; `end`
    says how. `length_off` is added to Content-Length; `no_length` leaves it out and ends by closing;
    `chunks` cuts the last chunk short or spoils its size line; `gzip` forces compression on or off;
    `split` sends at most so many bytes at a time; `recode` sends the body in another character set;
    `blanks` adds so many blanks behind it, which JSON allows (gzip makes a bomb of them).
    `head` is sent in the place of the status line and all headers, as it stands and up to the blank
    line, with `<<head>>` for what would have been sent.

    In a download: `damage` to the file (the answer itself stays whole).

    To the client: `kill` is the number of its process, or of its process group; at the moment
    `kill_at` it gets the signal `kill_with`, SIGKILL if nothing is said, after `kill_after` seconds more.
    The moments: the request is read; picture number `at` is about to be made, or has been and is billed;
    the head is out; of the body the share `at` is; event number `at` is; all is sent.
    """

    on: On = "generation"
    number: int | None = None
    match: str | None = None
    times: int = 1
    answer: str | None = None
    status: int | None = None
    content_type: str | None = None
    body: bytes | None = None
    fill: bool = False
    bill: bool | None = None
    task_id: str | int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    count: int | None = None
    refuse: tuple[int, ...] = ()
    break_at: int | None = None
    as_stream: bool | None = None
    as_base64: bool | None = None
    event_lines: bool = True
    completed: bool = True
    done: bool = True
    line_end: str = "\n"
    insert: str | None = None
    insert_after: int = -1
    delay: float | None = None
    event_delay: float | None = None
    trickle: tuple[int, float] | None = None
    cut: Spot | None = None
    at: float = 0.5
    end: End = "reset"
    length_off: int = 0
    no_length: bool = False
    chunks: Literal["cut", "bad"] | None = None
    gzip: bool | None = None
    split: int | None = None
    recode: str | None = None
    blanks: int = 0
    head: str | None = None
    damage: Damage | None = None
    kill: int | None = None
    kill_at: Moment = "read"
    kill_with: int = 9
    kill_after: float = 0.0

    def __post_init__(self) -> None:
        if self.recode is not None and not _is_encoding(self.recode):
            raise WrongScript(f"no character set is called {self.recode!r}")
        if self.answer is not None and self.answer not in FAILURES and self.answer not in SCENES:
            raise WrongScript(f"no sample is called {self.answer!r}")
        if self.kill is not None and self.kill <= 1:
            raise WrongScript(f"no process of a test has the number {self.kill}")


_Changes: TypeAlias = Mapping[str, Any]
_JSON_GROUP: Final[_Changes] = MappingProxyType({"as_stream": False})
_GROUP: Final[_Changes] = MappingProxyType({"as_stream": True})

SCENES: Final[Mapping[str, _Changes]] = MappingProxyType(
    {
        "response/success-url-single": {**_JSON_GROUP, "count": 1},
        "response/success-b64-single": {**_JSON_GROUP, "count": 1, "as_base64": True},
        "response/success-url-group-3": {**_JSON_GROUP, "count": 3},
        "response/partial-failure-moderation": {**_JSON_GROUP, "count": 4, "refuse": (2,)},
        "response/partial-failure-internal": {**_JSON_GROUP, "count": 4, "break_at": 2},
        "response/whole-failure-in-200": {**_JSON_GROUP, "count": 1, "refuse": (0,)},
        "stream/single-url": {**_GROUP, "count": 1},
        "stream/single-b64": {**_GROUP, "count": 1, "as_base64": True},
        "stream/data-lines-only": {**_GROUP, "count": 1, "event_lines": False},
        "stream/group-3-ok": {**_GROUP, "count": 3},
        "stream/group-4-one-moderated": {**_GROUP, "count": 4, "refuse": (2,)},
        "stream/group-4-internal-error": {**_GROUP, "count": 4, "break_at": 1},
        "stream/single-failed-no-completed": {
            **_GROUP,
            "count": 1,
            "refuse": (0,),
            "completed": False,
            "done": False,
        },
        "stream/truncated-mid-event": {**_GROUP, "count": 2, "cut": "event", "at": 1.0, "end": "close"},
        "stream/error-event": {**_GROUP, "count": 0},
        "302/async-submit": {},
        "302/async-pending": {},
        "302/async-done": {},
        "302/async-failed": {"count": 1, "refuse": (0,)},
    }
)
"""Samples that are played, not copied: their links lead to pictures that exist.

The asynchronous ones belong to 302.AI's `?async=true`: pending and failed can also be said to a poll.
"""


def played(fault: Fault) -> Fault:
    """The fault with the changes of the scene that it names."""
    scene = SCENES.get(fault.answer or "")
    return replace(fault, **scene) if scene else fault


def fault_from_json(value: object) -> Fault:
    """A fault from a JSON object with the same members; `body_base64` may stand for `body`."""
    if not isinstance(value, dict):
        raise WrongScript("a fault is a JSON object")
    given: dict[str, Any] = dict(value)
    if "body_base64" in given:
        given["body"] = _bytes(given.pop("body_base64"))
    elif isinstance(given.get("body"), str):
        given["body"] = given["body"].encode()
    for name in ("refuse", "trickle"):
        if isinstance(given.get(name), list):
            given[name] = tuple(given[name])
    answer = given.get("answer")
    if isinstance(answer, str):
        given["answer"] = answer.removesuffix(".json").removesuffix(".sse").removesuffix(".html")
    unknown = sorted(given.keys() - {member.name for member in fields(Fault)})
    if unknown:
        raise WrongScript(f"a fault has no member {unknown[0]!r}")
    _check_words(given)
    return Fault(**given)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise WrongScript("body_base64 is not base64") from None


def _check_words(given: Mapping[str, Any]) -> None:
    """Words of a closed list: the one kind of mistake that would pass unseen."""
    for name, hint in get_type_hints(Fault).items():
        words = [
            word for part in (hint, *get_args(hint)) if get_origin(part) is Literal for word in get_args(part)
        ]
        if words and given.get(name) is not None and given[name] not in words:
            raise WrongScript(f"{name} is one of {', '.join(map(str, words))}, not {given[name]!r}")


class Script:
    """The faults still to come."""

    def __init__(self) -> None:
        self._turns: list[tuple[Fault, list[int]]] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Append these faults."""
        self._turns += [(played(fault), [fault.times]) for fault in faults]

    def clear(self) -> None:
        """Forget what has not been played."""
        self._turns.clear()

    def take(self, on: On, number: int, text: str) -> Fault:
        """The fault for this call, or one that changes nothing."""
        for fault, left in self._turns:
            if fault.on != on or fault.number not in (None, number):
                continue
            if fault.match is not None and fault.match not in text:
                continue
            if fault.times == 0:
                return fault
            if left[0] > 0:
                left[0] -= 1
                return fault
        return Fault(on=on)
