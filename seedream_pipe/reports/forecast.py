"""A forecast as text and as JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, assert_never

from seedream_pipe.problems import escaped
from seedream_pipe.run.forecast import (
    ORDER,
    BackFromOut,
    BlobLost,
    Blocked,
    ByTestServer,
    InputChanged,
    Make,
    MoreTakes,
    Needless,
    NeverMade,
    NotHere,
    PaidFor,
    RecipeChanged,
    Reuse,
)
from seedream_pipe.run.record import outcome_tree, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.run.forecast import Change, Forecast, Reason, TaskForecast
    from seedream_pipe.run.outcomes import Money

__all__ = [
    "SCHEMA",
    "Line",
    "as_tree",
    "files_text",
    "lines",
    "price_text",
    "reason_text",
    "task_tree",
    "total_text",
]

SCHEMA: Final = "plan/1"
_KINDS: Final[Mapping[type, str]] = {
    NeverMade: "never-made",
    NotHere: "not-here",
    RecipeChanged: "recipe-changed",
    InputChanged: "input-changed",
    BlobLost: "blob-lost",
    PaidFor: "paid-for",
    BackFromOut: "back-from-out",
    MoreTakes: "more-takes",
    ByTestServer: "test-server",
}
_NAMED: Final = 3
_VALUE_WIDTH: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A task in a list: what becomes of it, why, and at what price."""

    word: str
    address: str
    reason: str
    price: str


def lines(forecast: Forecast, *, everything: bool = False) -> Iterator[Line]:
    """A line for every task that is not up to date; with `everything` for those too."""
    for task in forecast.tasks.values():
        match task.decision:
            case Reuse():
                if everything:
                    yield Line(word="reuse", address=task.address, reason="up to date", price="")
            case Make() as make:
                reason = f"the same request as {make.shared}" if make.shared else reason_text(make.reason)
                price = "" if make.shared or make.local else price_text(make.least, make.worst)
                if make.perhaps:
                    reason += "; perhaps: the group may come with fewer"
                yield Line(word="make", address=task.address, reason=reason, price=price)
            case Blocked() as blocked:
                yield Line(
                    word=word(blocked.outcome) if not blocked.because else "waiting",
                    address=task.address,
                    reason=_blocked_text(blocked),
                    price="",
                )
            case Needless(outcome=outcome):
                if everything:
                    yield Line(word="needless", address=task.address, reason=outcome.message, price="")
            case _:
                assert_never(task.decision)


def price_text(least: Money, worst: Money) -> str:
    """One amount, or a range where a group may come short."""
    return str(worst) if least == worst else f"{least}–{worst}"


def reason_text(reason: Reason) -> str:
    """A reason in a few words."""
    match reason:
        case NeverMade():
            return "never made"
        case NotHere():
            return "bought elsewhere; not in this store"
        case RecipeChanged():
            return _fields(reason.changes) + " changed"
        case InputChanged(tasks=()):
            return _references(reason.changes)
        case InputChanged():
            text = "needs " + _few(reason.tasks)
            return f"{text}; {_fields(reason.changes)} changed" if reason.changes else text
        case BlobLost():
            return reason.message
        case PaidFor():
            return "sent before, not here yet; costs nothing more"
        case BackFromOut():
            return "back from out/; costs nothing"
        case MoreTakes():
            return _many(reason.count, "more take")
        case ByTestServer():
            return f"made by a test server ({reason.origin})"
        case _:
            assert_never(reason)


def _blocked_text(blocked: Blocked) -> str:
    message = escaped(getattr(blocked.outcome, "message", ""), limit=_VALUE_WIDTH)
    if blocked.because:
        return f"needs {blocked.because}: {word(blocked.outcome)}"
    code = getattr(blocked.outcome, "code", "")
    return f"{code}: {message}" if code else message


def _references(changes: tuple[Change, ...]) -> str:
    """What became of the references, kind by kind."""
    kinds: dict[str, list[str]] = {}
    for change in changes:
        if change.label == ORDER and isinstance(change.old, list):
            return "the order of the references changed"
        kind = "reference changed"
        if change.old is None:
            kind = "a reference was put in"
        elif change.new is None:
            kind = "reference removed"
        kinds.setdefault(kind, []).append(change.label)
    return "; ".join(f"{kind}: {_few(labels)}" for kind, labels in kinds.items())


def _fields(changes: tuple[Change, ...]) -> str:
    return _few(list(dict.fromkeys(change.field for change in changes)))


def _few(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def total_text(forecast: Forecast) -> str:
    """The sum in a sentence: tasks, pictures, money, and files to put back."""
    return "\n".join([_work_text(forecast), *files_text(forecast)])


def files_text(forecast: Forecast) -> Iterator[str]:
    """What a run would do to the files of tasks that are up to date."""
    if forecast.put_back:
        yield f"{_many(len(forecast.put_back), 'file')} to put back: {_few(forecast.put_back)}"
    if forecast.kept:
        count = len(forecast.kept)
        yield f"{_many(count, 'file')} of yours {'is' if count == 1 else 'are'} kept: {_few(forecast.kept)}"


def _work_text(forecast: Forecast) -> str:
    counts = forecast.counts()
    if not counts["make"]:
        verb = "waits" if counts["blocked"] == 1 else "wait"
        text = f"{_many(len(forecast.tasks), 'task')}: everything is up to date"
        return (
            text
            if not counts["blocked"]
            else f"{counts['blocked']} of {_many(len(forecast.tasks), 'task')} {verb}"
        )
    makes = [task.decision for task in forecast.tasks.values() if isinstance(task.decision, Make)]
    perhaps = "up to " if any(make.perhaps for make in makes) else ""
    parts = [f"{perhaps}{counts['make']:,} to make", f"{counts['reuse']:,} up to date"]
    if counts["blocked"]:
        parts.append(f"{counts['blocked']:,} waiting")
    if counts["needless"]:
        parts.append(f"{counts['needless']:,} not needed")
    up_to = "up to " if forecast.least != forecast.worst or perhaps else ""
    if all(make.local for make in makes):
        return (
            f"{_many(len(forecast.tasks), 'task')}: {', '.join(parts)}\nnothing to buy: operations are free"
        )
    if not forecast.pictures:
        text = "nothing to buy: what there is costs nothing more"
        return f"{_many(len(forecast.tasks), 'task')}: {', '.join(parts)}\n{text}"
    money = str(forecast.worst) if forecast.worst.currency else "free (drawn locally)"
    return "\n".join(
        [
            f"{_many(len(forecast.tasks), 'task')}: {', '.join(parts)}",
            f"{up_to}{_many(forecast.pictures, 'picture')} on {forecast.provider}: {up_to}{money}",
            *_money_notes(forecast),
        ]
    )


def _money_notes(forecast: Forecast) -> Iterator[str]:
    """What may make it dearer, and the cap that stops it before the worst price."""
    if forecast.others:
        others = " or ".join(map(str, forecast.others))
        yield f"or up to {others}, where a provider that charges in it takes over"
    if forecast.resends:
        most = " or ".join(map(str, forecast.asked))
        yield f"up to {most} if answers are lost: --retry-uncertain {forecast.resends} sends such calls again"
    if forecast.limit:
        reached = f"after {forecast.reach:,} of {_many(forecast.pictures, 'picture')}"
        yield f"{forecast.limit} stops it {reached}, each at its worst; the rest waits"


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def as_tree(forecast: Forecast, *, recipes: Mapping[str, str]) -> dict[str, Any]:
    """The forecast as JSON values; its shape is `plan.schema.json`.

    Args:
        forecast: what would be made.
        recipes: a digest for each task that would be, by which a later run knows it again.

    """
    counts = forecast.counts()
    return {
        "schema": SCHEMA,
        "pipeline": forecast.pipeline,
        "provider": forecast.provider,
        "counts": {name: counts[name] for name in ("make", "reuse", "blocked")}
        | ({"needless": counts["needless"]} if counts["needless"] else {}),
        "pictures": forecast.pictures,
        "least": str(forecast.least.amount),
        "worst": str(forecast.worst.amount),
        "currency": forecast.worst.currency,
        **_money_tree(forecast),
        "holds": [outcome_tree(hold) for hold in forecast.holds],
        "tasks": {
            address: task_tree(task) | ({"recipe": recipes[address]} if address in recipes else {})
            for address, task in forecast.tasks.items()
        },
    }


def _money_tree(forecast: Forecast) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    if forecast.others:
        tree["others"] = [{"worst": str(one.amount), "currency": one.currency} for one in forecast.others]
    if forecast.resends:
        tree["resends"] = forecast.resends
    if forecast.limit:
        tree["limit"] = {"cap": forecast.limit, "pictures": forecast.reach}
    return tree


def task_tree(task: TaskForecast) -> dict[str, Any]:
    """One task's forecast as JSON values."""
    match task.decision:
        case Reuse():
            return {"decision": "reuse", "takes": [{"take": t.take, "key": t.key} for t in task.takes]}
        case Make() as make:
            tree: dict[str, Any] = {
                "decision": "make",
                "reason": _KINDS[type(make.reason)],
                "message": reason_text(make.reason),
                "pictures": make.pictures,
                "least": str(make.least.amount),
                "worst": str(make.worst.amount),
                "changes": [_change_tree(change) for change in _changes(make.reason)],
            }
            for name, value in (("shared", make.shared), ("perhaps", make.perhaps), ("local", make.local)):
                tree |= {name: value} if value else {}
            return tree
        case Blocked() as blocked:
            return {"decision": "blocked", "because": blocked.because, **outcome_tree(blocked.outcome)}
        case Needless(outcome=outcome):
            return {"decision": "needless", "because": outcome.because, "message": outcome.message}
        case _:
            assert_never(task.decision)


def _changes(reason: Reason) -> tuple[Change, ...]:
    return reason.changes if isinstance(reason, (RecipeChanged, InputChanged)) else ()


def _change_tree(change: Change) -> dict[str, Any]:
    return {
        "field": change.field,
        "label": change.label,
        "old": change.old,
        "new": change.new,
        "at": str(change.at) if change.at else "",
    }
