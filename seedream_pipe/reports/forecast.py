"""A forecast as text and as JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, assert_never

from seedream_pipe.problems import escaped
from seedream_pipe.run.decisions import Behind, Blocked, Make, Needless, Reuse
from seedream_pipe.run.outcomes import Waiting
from seedream_pipe.run.reason_text import change_tree, few, reason_text, reason_tree
from seedream_pipe.run.record import outcome_tree, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.run.decisions import Forecast, TaskForecast
    from seedream_pipe.run.outcomes import Money, Outcome
    from seedream_pipe.run.reasons import Reason
    from seedream_pipe.store.results import Adoption

__all__ = [
    "SCHEMA",
    "Line",
    "adopted_of",
    "approved_text",
    "as_tree",
    "behind_text",
    "blocked_word",
    "change_tree",
    "files_text",
    "is_pick",
    "is_stale",
    "lines",
    "price_text",
    "reason_text",
    "task_tree",
    "total_text",
]

SCHEMA: Final = "plan/1"
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
            case Reuse(approved=True, stale=stale):
                yield Line(word="stale", address=task.address, reason=approved_text(stale), price="")
            case Reuse():
                if everything:
                    yield Line(word="reuse", address=task.address, reason="up to date", price="")
            case Make() as make:
                reason = f"the same request as {make.shared}" if make.shared else reason_text(make.reason)
                reason += "; then a pick" if task.address in forecast.behind.gates else ""
                reason += "" if make.unseen is None else f"; take {make.unseen} stays picked, unseen"
                price = "" if make.shared or make.local else price_text(make.least, make.worst)
                if make.perhaps:
                    reason += "; perhaps: the group may come with fewer"
                yield Line(word="make", address=task.address, reason=reason, price=price)
            case Blocked() as blocked:
                yield Line(
                    word=blocked_word(blocked),
                    address=task.address,
                    reason=_blocked_text(blocked),
                    price=price_text(blocked.least, blocked.worst) if blocked.worst.currency else "",
                )
            case Needless(outcome=outcome):
                if everything:
                    yield Line(word="needless", address=task.address, reason=outcome.message, price="")
            case _:
                assert_never(task.decision)


def price_text(least: Money, worst: Money) -> str:
    """One amount, or a range where a group may come short."""
    return str(worst) if least == worst else f"{least}–{worst}"


def approved_text(stale: Reason | None) -> str:
    """What is said of a task that is held at its pictures although its recipe has others."""
    return "approved as it is" if stale is None else f"approved as it is; {reason_text(stale)}"


def blocked_word(blocked: Blocked) -> str:
    """The one word for a task that cannot go on by itself."""
    if blocked.because:
        return "waiting"
    return "pick" if is_pick(blocked.outcome) else word(blocked.outcome)


def is_pick(outcome: Outcome) -> bool:
    """Whether a task waits for a person to pick a take."""
    return isinstance(outcome, Waiting) and outcome.why == "pick"


def _blocked_text(blocked: Blocked) -> str:
    message = escaped(getattr(blocked.outcome, "message", ""), limit=_VALUE_WIDTH)
    if is_pick(blocked.outcome):
        return message
    if blocked.because:
        return f"needs {blocked.because}: {word(blocked.outcome)}"
    code = getattr(blocked.outcome, "code", "")
    return f"{code}: {message}" if code else message


def total_text(forecast: Forecast) -> str:
    """The sum in a sentence: tasks, pictures, money, and files to put back."""
    return "\n".join([_work_text(forecast), *behind_text(forecast), *files_text(forecast)])


def behind_text(forecast: Forecast) -> Iterator[str]:
    """What the picks that are to be made hold back, and what it may come to."""
    behind = forecast.behind
    if not behind.gates:
        return
    text = f"{_many(len(behind.gates), 'pick')} to make: {few(behind.gates)}"
    if behind.tasks:
        text += f"; {_many(behind.tasks, 'task')} {'waits' if behind.tasks == 1 else 'wait'} behind"
    if behind.worst.currency:
        up_to = "" if behind.least == behind.worst else "up to "
        text += f", {up_to}{_many(behind.pictures, 'picture')}: {price_text(behind.least, behind.worst)}"
    yield text


def files_text(forecast: Forecast) -> Iterator[str]:
    """What a run would do to the files of tasks that are up to date."""
    if forecast.put_back:
        yield f"{_many(len(forecast.put_back), 'file')} to put back: {few(forecast.put_back)}"
    if forecast.kept:
        count = len(forecast.kept)
        yield f"{_many(count, 'file')} of yours {'is' if count == 1 else 'are'} kept: {few(forecast.kept)}"


def _work_text(forecast: Forecast) -> str:
    counts = forecast.counts()
    stale = sum(is_stale(task) for task in forecast.tasks.values())
    if not counts["make"]:
        verb = "waits" if counts["blocked"] == 1 else "wait"
        text = f"{_many(len(forecast.tasks), 'task')}: everything is up to date"
        if stale:
            text = f"{_many(len(forecast.tasks), 'task')}: {counts['reuse'] - stale:,} up to date, "
            text += f"{stale:,} stale but approved"
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
    if stale:
        parts[1] = f"{counts['reuse'] - stale:,} up to date"
        parts.append(f"{stale:,} stale but approved")
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


def adopted_of(task: TaskForecast) -> Adoption | None:
    """That a person bound the pictures of a task to its recipe, where one of its takes says so."""
    return next((take.adopted for take in task.takes if take.adopted is not None), None)


def is_stale(task: TaskForecast) -> bool:
    """Whether a task is held at pictures that its recipe would not give any more."""
    return isinstance(task.decision, Reuse) and task.decision.approved


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
        "behind": {
            "gates": list(forecast.behind.gates),
            "tasks": forecast.behind.tasks,
            **_behind_tree(forecast.behind),
        },
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
        case Reuse() as reuse:
            found: dict[str, Any] = {
                "decision": "reuse",
                "takes": [{"take": t.take, "key": t.key} for t in task.takes],
            }
            told = adopted_of(task)
            if told is not None:
                found["adopted"] = {"by": told.by, "at": told.at, "words": told.reason}
            return found | (_approved_tree(reuse.stale) if reuse.approved else {})
        case Make() as make:
            tree: dict[str, Any] = {
                "decision": "make",
                **reason_tree(make.reason),
                "pictures": make.pictures,
                "least": str(make.least.amount),
                "worst": str(make.worst.amount),
            }
            if make.worst.unknown:
                tree["unpriced"] = True
            for name in ("shared", "perhaps", "local", "unseen"):
                tree |= {name: getattr(make, name)} if getattr(make, name) else {}
            return tree
        case Blocked() as blocked:
            waits = {"decision": "blocked", **outcome_tree(blocked.outcome), "because": blocked.because}
            return waits | (_behind_tree(blocked) if blocked.pictures else {})
        case Needless(outcome=outcome):
            return {"decision": "needless", "because": outcome.because, "message": outcome.message}
        case _:
            assert_never(task.decision)


def _approved_tree(stale: Reason | None) -> dict[str, Any]:
    if stale is None:
        return {"approved": True, "message": approved_text(None)}
    return {"approved": True, **reason_tree(stale), "message": approved_text(stale)}


def _behind_tree(behind: Blocked | Behind) -> dict[str, Any]:
    return {
        "pictures": behind.pictures,
        "least": str(behind.least.amount),
        "worst": str(behind.worst.amount),
    }
