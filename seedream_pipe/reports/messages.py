"""What is said of a task that did not come as it was wished: what happened, the money, what to do. Pure.

The first line has the stable code and the task and fits `WIDEST` columns, the second speaks of the
money, and the last ones are commands. Words from outside are escaped and cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from seedream_pipe.problems import escaped
from seedream_pipe.run.codes import LINK_DEAD, error_code
from seedream_pipe.run.outcomes import LOST, Failed, Held, Refused, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedream_pipe.plan.model import Address
    from seedream_pipe.run.outcomes import Fault, Outcome

__all__ = ["NOBODY_KNOWS", "WIDEST", "Message", "Way", "held_message", "message"]

WIDEST: Final = 160
"""Columns of a first line at most."""

NOBODY_KNOWS: Final = (
    "If a connection breaks while the provider is working, seedream-pipe cannot know whether you were "
    "charged. It tells you, and sends nothing again until you say so."
)
"""What cannot be promised (reliability 3.4)."""

_SENT: Final = "sent, and"
_BROKE: Final = "(after "
"""What a cause says when no whole answer came: after how many seconds."""
_LONGEST: Final = 200
_SHORT: Final = 90
_NEEDS: Final = "needs "
"""How the message begins of a task that waits for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A command to type: its name and what stands after the pipeline's file; `when` says for what case."""

    command: str
    words: tuple[str, ...] = ()
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in its parts; whoever prints it makes commands of the ways."""

    code: str
    subject: str
    what: str
    lines: tuple[str, ...]
    ways: tuple[Way, ...] = ()

    @property
    def head(self) -> str:
        """The first line, without the word ``error``."""
        return f"[{self.code}] {self.subject}: {self.what}"


def message(address: Address, outcome: Outcome) -> Message | None:
    """What is to be said of an outcome with remedies; None for those that a line tells whole."""
    match outcome:
        case Held():
            return held_message(outcome, address)
        case Refused():
            return Message(
                code=error_code(outcome),
                subject=escaped(address),
                what=f"the content filter refused it ({escaped(outcome.code)})",
                lines=(
                    "not charged, and not sent again by itself",
                    _with_request(outcome.message, outcome.request_id),
                ),
                ways=(
                    Way(command="run", words=(address,), when="when the prompt is changed"),
                    Way(command="run", words=(address, "--retry-refused"), when="or as it is"),
                ),
            )
        case Failed():
            return _failed(address, outcome)
        case Waiting(why="budget"):
            first, *caps = outcome.message.removeprefix(f"{address} ").split("; that is ")
            what, _, gone = first.partition(" (")
            return Message(
                code=error_code(outcome),
                subject=escaped(address),
                what=escaped(what, limit=_LONGEST),
                lines=("nothing was sent for it; what was made is kept", *_caps(gone.rstrip(")"), caps)),
            )
        case Waiting(why="lost") if not outcome.message.startswith(_NEEDS):
            what, _, price = outcome.message.partition("; ")
            return Message(
                code=error_code(outcome),
                subject=escaped(address),
                what=escaped(what, limit=_LONGEST),
                lines=(f"{escaped(price, limit=_LONGEST)}. Nothing is bought again by itself.",),
                ways=(Way(command="run", words=(address, "--retry-lost"), when="buy it again"),),
            )
        case Waiting(why="fetch") if not outcome.message.startswith(_NEEDS):
            what, _, rest = outcome.message.partition("; ")
            return Message(
                code=error_code(outcome),
                subject=escaped(address),
                what=escaped(what, limit=_LONGEST),
                lines=tuple(filter(None, (escaped(rest, limit=_LONGEST), "another try costs nothing"))),
                ways=(Way(command="run", words=(address,)),),
            )
        case _:
            return None


def _caps(gone: str, caps: list[str]) -> Iterator[str]:
    for cap in caps:
        yield "; ".join(
            filter(None, (f"that is {escaped(cap, limit=_LONGEST)}", escaped(gone, limit=_LONGEST)))
        )


def held_message(hold: Held, address: Address = "") -> Message:
    """What is to be said of a call that may have been charged, or was and its pictures are lost."""
    task = address or hold.task
    cause = escaped(_cause(hold), limit=_LONGEST)
    short = escaped(_cause(hold), limit=_SHORT)
    more = () if short == cause else (f"what is known: {cause}",)
    most = f"up to {_pictures(hold.pictures)}, {hold.worst}" if hold.pictures else "nobody knows how much"
    if kept := _kept(hold):
        most += f", of which {kept:,} came"
    name = hold.task or task or hold.call
    again = Way(command="held retry", words=(name,), when="send it again, at its price")
    if error_code(hold) == LINK_DEAD:
        return Message(
            code=LINK_DEAD,
            subject=escaped(task),
            what=f"paid for, and its link is dead: {short.removeprefix(LOST).lstrip(': ')}",
            lines=(
                f"this call was charged: {most}. Nothing is bought again by itself.",
                *more,
                *_found(hold),
            ),
            ways=(again,),
        )
    after = "Nothing was sent again."
    if not task:
        after = "What it was for may be bought anew."
        again = Way(command="held retry", words=(name,), when="if it was, or nobody knows")
    return Message(
        code=error_code(hold),
        subject=escaped(task) or "a call whose task is not known",
        what=f"sent{_clock(hold.at)}, {_what(hold, short)}",
        lines=(f"this call may have been charged: {most}. {after}", *more, *_found(hold)),
        ways=(Way(command="held drop", words=(name,), when=_dropped(hold)), again),
    )


def _dropped(hold: Held) -> str:
    """When a hold is to be dropped: of a series that broke off what came was charged and stays."""
    kept = _kept(hold)
    return (
        f"if only {'that was' if kept == 1 else f'these {kept} were'} charged"
        if kept
        else "if it was not charged"
    )


def _what(hold: Held, cause: str) -> str:
    """What became of the answer; of a series whose stream broke what came is kept."""
    if kept := _kept(hold):
        return f"{_pictures(kept)} kept, the rest is not known: {cause}"
    if hold.message.startswith(_SENT):
        return f"and{hold.message.removeprefix(_SENT)}"
    return f"the answer was lost: {cause}" if _BROKE in hold.message else f"the outcome is not known: {cause}"


def _kept(hold: Held) -> int:
    """How many pictures of a series came; other takes of its task are not of the call."""
    kept = hold.kept or sum(picture is not None for take in hold.takes for picture in take.pictures)
    return kept if 1 < hold.pictures >= kept else 0


def _found(hold: Held) -> Iterator[str]:
    """Where a person finds what became of a call: in the provider's console, by time, model and ids."""
    known = [
        f"{hold.at[:19].replace('T', ' ')} UTC" if hold.at else "",
        f"model {escaped(hold.model)}" if hold.model else "",
        f"client id {escaped(hold.client_id)}" if hold.client_id else "",
        f"request id {escaped(hold.request_id)}" if hold.request_id else "",
    ]
    where = ", ".join(filter(None, known))
    yield f"look it up {_console(hold)}{': ' if where else ''}{where}; call {escaped(hold.call)}"


def _console(hold: Held) -> str:
    if hold.origin:
        return f"in the ledger of the test server {escaped(hold.origin)}"
    return f"in the console of {escaped(hold.provider)}" if hold.provider else "in the provider's console"


def _cause(hold: Held) -> str:
    """The cause without the client id, which has a place of its own."""
    return hold.message.replace(f", client id {hold.client_id}", "") if hold.client_id else hold.message


def _clock(at: str) -> str:
    return f" at {at[11:19]} UTC" if len(at) > len("2026-11-22T14:03") else ""


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


_MONEY: Final[dict[Fault, str]] = {
    "request": "not charged; the same request would fail again",
    "account": "not charged; nothing more is sent with this key",
    "model": "not charged; this account does not get the model",
    "passing": "not charged",
    "connection": "nothing was sent, so nothing was charged",
}
_WORTH: Final[dict[Fault, str]] = {
    "request": "when that is mended",
    "account": "when that is mended",
    "model": "when that is mended",
    "passing": "later",
    "connection": "when the connection is well",
}
_UNSENT: Final = "NotSent"
_LOST_IN_STORE: Final = "E-LOST"
_CRASHES: Final = frozenset({"E-BUG", "E-STORE", "E-MEMORY", "E-FILES", "E-SYSTEM"})
"""What may come after a call was sent as well as before."""


def _failed(address: Address, outcome: Failed) -> Message:
    code = error_code(outcome)
    own = outcome.code.startswith("E-")
    said = _with_request(outcome.message, outcome.request_id)
    what = escaped(said if own or outcome.code == _UNSENT else f"{outcome.code}: {said}", limit=_LONGEST)
    money = _MONEY[outcome.fault]
    if own:
        money = "nothing was sent for it"
        if code == _LOST_IN_STORE:
            money = "it was paid for once"
        elif code in _CRASHES:
            money = "what was sent for it, if anything was, is in the account and is not sent again"
    more = (f"hint: {escaped(outcome.hint, limit=_LONGEST)}",) if outcome.hint else ()
    return Message(
        code=code,
        subject=escaped(address),
        what=what,
        lines=(money, *more),
        ways=(Way(command="run", words=(address,), when=_WORTH[outcome.fault]),),
    )


def _with_request(text: str, request_id: str) -> str:
    """The service's words and its request id, which many messages have in them already."""
    told = escaped(text, limit=_LONGEST)
    return told if not request_id or request_id in text else f"{told} (request id {escaped(request_id)})"
