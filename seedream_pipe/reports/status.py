"""The state of a pipeline, step by step: the plan, the forecast and the last run in one view. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.money import written
from seedream_pipe.problems import escaped
from seedream_pipe.reports.forecast import blocked_word, is_pick, price_text
from seedream_pipe.reports.pieces import Line, Piece
from seedream_pipe.run.decisions import Blocked, Make, Needless, Reuse
from seedream_pipe.run.outcomes import Held, Money, Refused
from seedream_pipe.run.record import outcome_tree, word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.reports.pieces import Tone
    from seedream_pipe.run.decisions import Forecast, TaskForecast
    from seedream_pipe.run.outcomes import Outcome

__all__ = ["SCHEMA", "Status", "StepStatus", "as_tree", "lines", "summed"]

SCHEMA: Final = "status/1"
_APPROVED: Final = "stale but approved"
_WORDS: Final = (
    *("up to date", _APPROVED, "to make", "to pick", "failed", "waiting", "held", "refused", "not needed"),
)
_TONES: Final[Mapping[str, Tone]] = {
    "up to date": "good",
    "to make": "work",
    "to pick": "work",
    "failed": "bad",
    "held": "bad",
    "refused": "bad",
}
_MESSAGE: Final = 200


@dataclass(slots=True, kw_only=True)
class StepStatus:
    """One step: how many of its tasks are in each state, and the price of what is missing.

    `failed` counts those of `to make` that the last run tried in vain.
    """

    tasks: int = 0
    states: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    least: Money = field(default_factory=Money)
    worst: Money = field(default_factory=Money)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A pipeline's steps, what waits for a person, and its last run (a record as JSON values)."""

    pipeline: str
    provider: str
    steps: Mapping[str, StepStatus]
    waiting: Mapping[Address, Outcome]
    holds: tuple[Held, ...]
    """Calls that may be owed and that no task is blocked by."""
    last: Mapping[str, Any] | None
    unfinished: str = ""
    """When the last run began, if it was killed or is still going on; in ISO 8601."""


def summed(
    plan: Plan,
    forecast: Forecast,
    last: Mapping[str, Any] | None,
    *,
    unfinished: str = "",
    only: Collection[Address] | None = None,
) -> Status:
    """The state of every step; with `only`, of those tasks alone."""
    tried = (last or {}).get("tasks", {})
    failed = {address for address, tree in tried.items() if tree.get("outcome") == "failed"}
    steps: dict[str, StepStatus] = {}
    waiting: dict[Address, Outcome] = {}
    for address, task in plan.tasks.items():
        if only is not None and address not in only:
            continue
        found = forecast.tasks[address]
        step = steps.setdefault(task.step, StepStatus())
        step.tasks += 1
        step.states[_state(found, failed)] += 1
        match found.decision:
            case Make() as make:
                step.pictures += 0 if make.shared else make.pictures
                step.least, step.worst = step.least.plus(make.least), step.worst.plus(make.worst)
            case Blocked(because="") as blocked:
                waiting[address] = blocked.outcome
            case _:
                pass
    return Status(
        pipeline=plan.name,
        provider=forecast.provider,
        steps=steps,
        waiting=waiting,
        holds=forecast.holds,
        last=last,
        unfinished=unfinished,
    )


def _state(task: TaskForecast, failed: set[Address]) -> str:
    match task.decision:
        case Reuse(approved=approved):
            return _APPROVED if approved else "up to date"
        case Make():
            return "failed" if task.address in failed else "to make"
        case Blocked():
            told = blocked_word(task.decision)
            return "to pick" if told == "pick" else told
        case Needless():
            return "not needed"


def lines(status: Status) -> Iterator[Line]:
    """A line a step, then what waits for a person, then the last run."""
    name = max((len(step) for step in status.steps), default=0)
    tasks = max((len(f"{step.tasks:,}") for step in status.steps.values()), default=0)
    for step, found in status.steps.items():
        yield Piece(f"{step:<{name}}  ", "strong"), Piece(f"{found.tasks:>{tasks},}  "), *_states(found)
    waiting = [*status.waiting.items(), *((hold.task, hold) for hold in status.holds)]
    if waiting:
        yield ()
    for address, outcome in waiting:
        told: Piece = Piece("to pick  ", "work") if is_pick(outcome) else Piece(f"{word(outcome):<8} ", "bad")
        yield told, Piece(f"{address}  {_told(outcome)}")
    yield ()
    if status.unfinished:
        yield (Piece(f"last run: not finished, began {_moment(status.unfinished)} UTC", "work"),)
    else:
        yield (Piece(_last(status.last), "dim"),)


def _states(step: StepStatus) -> Iterator[Piece]:
    shown = [state for state in _WORDS if step.states[state]]
    for index, state in enumerate(shown):
        many = step.states[state]
        count = "" if many == step.tasks and state == "up to date" else f"{many:,} "
        yield Piece(f"{', ' if index else ''}{count}{state}", _TONES.get(state, ""))
    if step.worst.currency:
        yield Piece(f"  {price_text(step.least, step.worst)}")


def _told(outcome: Outcome) -> str:
    match outcome:
        case Held():
            why = escaped(outcome.message, limit=_MESSAGE)
            most = f"up to {outcome.worst}" if outcome.worst.currency else "nobody knows how much"
            return f"may have been charged, {most}: {why}; call {outcome.call}"
        case Refused():
            return f"{outcome.code}: {escaped(outcome.message, limit=_MESSAGE)}"
        case _:
            return escaped(getattr(outcome, "message", ""), limit=_MESSAGE)


def _last(last: Mapping[str, Any] | None) -> str:
    if last is None:
        return "never run"
    counts = ", ".join(f"{count:,} {name}" for name, count in last.get("counts", {}).items())
    money = f", {written(str(last['price']), last['currency'])}" if last.get("currency") else ""
    ended = _moment(str(last.get("ended_at", "")))
    return f"last run: {ended} UTC on {last.get('provider')}: {counts or 'nothing'}{money}"


def _moment(text: str) -> str:
    return escaped(text[:19].replace("T", " "))


def as_tree(status: Status) -> dict[str, Any]:
    """The state as JSON values."""
    last = status.last
    return {
        "schema": SCHEMA,
        "pipeline": status.pipeline,
        "provider": status.provider,
        "steps": {
            name: {
                "tasks": step.tasks,
                "states": {state: step.states[state] for state in _WORDS},
                "pictures": step.pictures,
                "least": str(step.least.amount),
                "worst": str(step.worst.amount),
                "currency": step.worst.currency,
            }
            | ({"unpriced": True} if step.worst.unknown else {})
            for name, step in status.steps.items()
        },
        "waiting": {address: outcome_tree(outcome) for address, outcome in status.waiting.items()},
        "holds": [outcome_tree(hold) for hold in status.holds],
        "unfinished": status.unfinished,
        "last_run": None
        if last is None
        else {
            name: last.get(name) for name in ("id", "ended_at", "exit_code", "counts", "price", "currency")
        },
    }
