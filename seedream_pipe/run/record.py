"""The record of a run: the fold of its events, and its exit code. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.run.codes import error_code
from seedream_pipe.run.events import (
    CallEnded,
    CallFinished,
    CallPaid,
    CallPaused,
    CallResent,
    CallSent,
    OutputKept,
    OutputPlaced,
    PictureLost,
    ProviderOut,
    RunBegan,
    RunEnded,
    TaskBegan,
    TaskEnded,
)
from seedream_pipe.run.outcomes import (
    Failed,
    Held,
    Made,
    Money,
    NotNeeded,
    Refused,
    Reused,
    Skipped,
    Unfetched,
    Waiting,
)
from seedream_pipe.run.reason_text import reason_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seedream_pipe.plan.model import Address
    from seedream_pipe.run.events import Event
    from seedream_pipe.run.outcomes import Outcome
    from seedream_pipe.run.reasons import Reason

__all__ = ["SCHEMA", "Record", "exit_code", "fold", "out_text", "outcome_tree", "resent_text", "word"]

SCHEMA: Final = "record/1"

_WORDS: Final[Mapping[type, str]] = {
    Made: "made",
    Reused: "reused",
    Waiting: "waiting",
    Held: "held",
    Refused: "refused",
    Failed: "failed",
    Skipped: "skipped",
    NotNeeded: "needless",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A whole run, after it. Times are ISO 8601 in UTC, seconds are of the wall."""

    id: str
    pipeline: str
    file: str
    provider: str
    began_at: str
    ended_at: str
    seconds: float
    outcomes: Mapping[Address, Outcome]
    placed: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    """Output files that were left alone, with the reason."""
    stopped: str = ""
    folder: str = ""
    """Where the outputs are, as the user would type it."""
    price: Money = field(default_factory=Money)
    """What the run cost, by what the service counted; also for tasks that did not come to their end."""
    holds: tuple[Held, ...] = ()
    """Calls that may be owed beside those of the outcomes: of earlier runs, and further takes of this one."""
    gates: Mapping[Address, int] = field(default_factory=dict)
    """Tasks that wait for a person to pick a take, with how many there are to choose from."""
    unfetched: tuple[Unfetched, ...] = ()
    """Calls of earlier runs that are paid for, whose pictures are not here yet and no task waits for."""
    remedy: str = ""
    """What a person does about `stopped`, where that is known."""
    again: tuple[str, ...] = ()
    """The flag of the same run that lets it come to its end, and the flag's value."""
    switched: tuple[str, ...] = ()
    """Providers that were out, and who took over."""
    resent: tuple[str, ...] = ()
    """Calls that may have been charged and were sent again, so perhaps paid for twice."""
    lost: tuple[str, ...] = ()
    """Pictures that had been bought and were nowhere to be had, so that they were bought again."""
    recovered: int = 0
    """How many pictures came that earlier runs had paid for; they cost nothing now."""
    reasons: Mapping[Address, Reason] = field(default_factory=dict)
    """Why each task was to be made."""
    stale: tuple[Address, ...] = ()
    """Tasks whose recipe has changed and that a person holds at the pictures that they have."""
    references: Mapping[str, str] = field(default_factory=dict)
    """The files that were references, by their path in the project, each with the digest of its bytes."""

    @property
    def made(self) -> int:
        """How many pictures came in this run."""
        made = sum(outcome.made for outcome in self.outcomes.values() if isinstance(outcome, Made))
        return made + self.recovered

    def counts(self) -> Counter[str]:
        """How many tasks had each outcome, by its word."""
        return Counter(word(outcome) for outcome in self.outcomes.values())

    @property
    def exit_code(self) -> int:
        """The exit code of the run (design section 8)."""
        left = bool(self.holds or self.unfetched or self.gates)
        return exit_code(self.outcomes.values(), kept=bool(self.kept), left=left)

    def tree(self) -> dict[str, Any]:
        """The record as JSON values; its shape is `record.schema.json`."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "pipeline": self.pipeline,
            "file": _readable(self.file),
            "provider": self.provider,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "seconds": self.seconds,
            "exit_code": self.exit_code,
            "counts": dict(self.counts()),
            "pictures": self.made,
            "recovered": self.recovered,
            "price": str(self.price.amount),
            "currency": self.price.currency,
            "stopped": self.stopped,
            **_told_when_there(self),
            "holds": [outcome_tree(hold) for hold in self.holds],
            "gates": dict(self.gates),
            **({"stale": list(self.stale)} if self.stale else {}),
            "unfetched": [_unfetched_tree(each) for each in self.unfetched],
            "outputs": _readable(self.folder),
            "placed": list(self.placed),
            "kept": dict(self.kept),
            "references": dict(self.references),
            "tasks": {address: self._task_tree(address) for address in self.outcomes},
        }

    def _task_tree(self, address: Address) -> dict[str, Any]:
        outcome, reason = self.outcomes[address], self.reasons.get(address)
        tree = outcome_tree(outcome)
        return tree | {"reason": reason_tree(reason)} if isinstance(outcome, Made) and reason else tree


def _readable(path: str) -> str:
    """A path in letters that every file of text can have, whatever bytes it is."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _sentence(event: ProviderOut | PictureLost | CallResent) -> str:
    match event:
        case ProviderOut():
            return out_text(event)
        case PictureLost():
            return f"{event.address}: {event.message}"
        case CallResent():
            return resent_text(event)


def out_text(event: ProviderOut) -> str:
    """A provider that is out, as a sentence."""
    what = f"{event.provider} does not make {event.model}" if event.model else f"{event.provider} is out"
    then = f"{event.instead} takes over" if event.instead else "no other can take over"
    return f"{what} ({event.why}); {then}"


def resent_text(event: CallResent) -> str:
    """A call that was sent again, as a sentence."""
    return (
        f"{event.address}: call {event.call} may have been charged, up to {event.worst},"
        " and was sent again (retry_uncertain)"
    )


def _told_when_there(record: Record) -> dict[str, Any]:
    tree: dict[str, Any] = {"remedy": record.remedy} if record.remedy else {}
    if record.price.also:
        tree["also"] = [{"price": str(each.amount), "currency": each.currency} for each in record.price.also]
    for name, lines in (("switched", record.switched), ("resent", record.resent), ("lost", record.lost)):
        tree |= {name: list(lines)} if lines else {}
    return tree


def word(outcome: Outcome) -> str:
    """The one word for an outcome."""
    return _WORDS[type(outcome)]


def exit_code(outcomes: Iterable[Outcome], *, kept: bool = False, left: bool = False) -> int:
    """Unknown, unfetched or to be picked first, then the budget, then what failed (reliability 2.1).

    `left` says that calls of earlier runs, or further ones of this, are unknown or unfetched, or
    that a person has to pick.
    """
    codes = {_code(outcome) for outcome in outcomes} | ({1} if kept else set()) | ({4} if left else set())
    return next((code for code in (4, 5, 1) if code in codes), 0)


def _code(outcome: Outcome) -> int:
    match outcome:
        case Held():
            return 4
        case Waiting(why="budget"):
            return 5
        case Waiting(why="held" | "fetch" | "lost" | "pick"):
            return 4
        case Refused() | Failed() | Skipped() | Waiting():
            return 1
        case Made() | Reused():
            # A hole is no success, also when it was there before.
            return 1 if outcome.notes else 0
        case NotNeeded():
            return 0


def outcome_tree(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON values."""
    tree: dict[str, Any] = {"outcome": word(outcome)}
    match outcome:
        case Made():
            tree |= {
                "pictures": _takes(outcome),
                "made": outcome.made,
                "price": str(outcome.price.amount),
                "currency": outcome.price.currency,
                "seconds": outcome.seconds,
                "notes": list(outcome.notes),
                **({"beyond": list(outcome.beyond)} if outcome.beyond else {}),
            }
        case Reused():
            tree |= {"pictures": _takes(outcome), "notes": list(outcome.notes)}
            tree |= {"beyond": list(outcome.beyond)} if outcome.beyond else {}
        case Held():
            tree |= {
                "call": outcome.call,
                "task": outcome.task,
                "message": outcome.message,
                "price": str(outcome.worst.amount),
                "currency": outcome.worst.currency,
                "at": outcome.at,
                "pictures": outcome.pictures,
                "model": outcome.model,
                "client_id": outcome.client_id,
                "request_id": outcome.request_id,
            }
        case Waiting():
            tree |= {"why": outcome.why, "message": outcome.message}
            tree |= {"because": outcome.because} if outcome.because else {}
        case Refused():
            tree |= {"code": outcome.code, "message": outcome.message, "request_id": outcome.request_id}
        case Failed():
            tree |= {
                "code": outcome.code,
                "message": outcome.message,
                "request_id": outcome.request_id,
                "hint": outcome.hint,
            }
        case Skipped() | NotNeeded():
            tree |= {"because": outcome.because, "message": outcome.message}
    code = error_code(outcome)
    return tree | {"error": code} if code else tree


def _unfetched_tree(each: Unfetched) -> dict[str, Any]:
    return {
        "call": each.call,
        "task": each.task,
        "pictures": each.pictures,
        "message": each.message,
        "price": str(each.worst.amount),
        "currency": each.worst.currency,
    }


def _takes(outcome: Made | Reused) -> list[dict[str, Any]]:
    return [{"take": take.take, "key": take.key, "digests": list(take.pictures)} for take in outcome.takes]


def fold(
    events: Iterable[Event],
    *,
    run_id: str,
    file: str,
    folder: str,
    began_at: str,
    ended_at: str,
    seconds: float,
    holds: tuple[Held, ...] = (),
    gates: Mapping[Address, int] | None = None,
    unfetched: tuple[Unfetched, ...] = (),
    reasons: Mapping[Address, Reason] | None = None,
    references: Mapping[str, str] | None = None,
    stale: tuple[Address, ...] = (),
) -> Record:
    """The record of a run's events."""
    outcomes: dict[Address, Outcome] = {}
    placed: list[str] = []
    kept: dict[str, str] = {}
    price = Money()
    recovered = 0
    pipeline = provider = stopped = remedy = ""
    again: tuple[str, ...] = ()
    lines: dict[type, list[str]] = {ProviderOut: [], CallResent: [], PictureLost: []}
    for event in events:
        match event:
            case RunBegan():
                pipeline, provider = event.pipeline, event.provider
            case CallFinished():
                recovered += event.pictures
            case CallPaid():
                price = price.plus(event.price)
            case TaskEnded():
                outcomes[event.address] = event.outcome
            case OutputPlaced():
                placed.append(event.path)
            case OutputKept():
                kept[event.path] = event.why
            case ProviderOut() | PictureLost() | CallResent():
                lines[type(event)].append(_sentence(event))
            case RunEnded():
                stopped, remedy, again = event.stopped, event.remedy, event.again
            case TaskBegan() | CallEnded() | CallSent() | CallPaused():
                pass
    return Record(
        id=run_id,
        pipeline=pipeline,
        file=file,
        provider=provider,
        began_at=began_at,
        ended_at=ended_at,
        seconds=round(seconds, 3),
        outcomes=outcomes,
        placed=tuple(placed),
        kept=kept,
        stopped=stopped,
        remedy=remedy,
        again=again,
        switched=tuple(lines[ProviderOut]),
        resent=tuple(lines[CallResent]),
        lost=tuple(lines[PictureLost]),
        folder=folder,
        price=price,
        holds=holds,
        gates=gates or {},
        unfetched=unfetched,
        recovered=recovered,
        reasons=reasons or {},
        references=references or {},
        stale=stale,
    )
