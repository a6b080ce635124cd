"""What a plan would do otherwise than another one, and what that costs more or less. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seedream_pipe.run.compare import compare
from seedream_pipe.run.decisions import Behind, Blocked, Make, Needless, Reuse
from seedream_pipe.run.outcomes import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.run.compare import Compared
    from seedream_pipe.run.decisions import Forecast, TaskForecast

__all__ = ["Difference", "behind_among", "difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two plans, and what the later one buys that the earlier would not.

    `effect` has the tasks of the later plan that fare otherwise, with the sums of what they would
    cost more; `either` is how many are to be made either way. `spared` are tasks that the earlier
    plan would make and the later one not; `saved` is what these, and those that are cheaper now,
    would have cost. `decisions` is what the later plan says of each task.
    """

    compared: Compared
    effect: Forecast
    spared: tuple[Address, ...]
    saved: Money
    saved_pictures: int
    pictures: int
    either: int
    decisions: Mapping[Address, TaskForecast]

    @property
    def worst(self) -> Money:
        """The most that the later plan costs more."""
        return self.effect.worst


def difference(plan: Plan, forecast: Forecast, later: Plan, later_forecast: Forecast) -> Difference:
    """What the later plan would do otherwise."""
    compared = compare(plan, later)
    told: dict[Address, TaskForecast] = {}
    sums = _Sums()
    either = 0
    for address, found in later_forecast.tasks.items():
        then = forecast.tasks.get(compared.was.get(address, ""))
        if then is not None and _is_same(then, found):
            either += isinstance(found.decision, Make)
            continue
        told[address] = found
        sums.add(then, found)
    now = {old: new for new, old in compared.was.items()}
    spared = []
    for address, then in forecast.tasks.items():
        later_task = later_forecast.tasks.get(now.get(address, ""))
        if isinstance(then.decision, Make) and not _is_made(later_task):
            spared.append(now.get(address, address))
            if later_task is None:
                sums.add(then, None)
    effect = replace(
        later_forecast,
        tasks=told,
        worst=sums.cost,
        least=sums.least,
        behind=behind_among(later_forecast.behind, told.values()),
        holds=(),
        put_back=(),
        kept=(),
        limit="",
        others=(),
        resends=0,
    )
    return Difference(
        compared=compared,
        effect=effect,
        spared=tuple(spared),
        saved=sums.saved,
        saved_pictures=sums.saved_pictures,
        pictures=sums.pictures,
        either=either,
        decisions=later_forecast.tasks,
    )


class _Sums:
    """What is to be paid more, and what is not to be paid any more."""

    def __init__(self) -> None:
        self.cost, self.least, self.saved = Money(), Money(), Money()
        self.pictures = self.saved_pictures = 0

    def add(self, then: TaskForecast | None, now: TaskForecast | None) -> None:
        """Count a task as it was and as it is; None where there is none."""
        (old, _, few), (new, least, many) = _cost(then), _cost(now)
        currency = new.currency or old.currency
        more = Money(amount=new.amount - old.amount, currency=currency)
        self.pictures += max(many - few, 0)
        self.saved_pictures += max(few - many, 0)
        if more.amount > 0:
            self.cost = self.cost.plus(more)
            self.least = self.least.plus(
                Money(amount=max(least.amount - old.amount, new.amount * 0), currency=currency)
            )
        elif more.amount < 0:
            self.saved = self.saved.plus(more.times(-1))


def _cost(found: TaskForecast | None) -> tuple[Money, Money, int]:
    if found is None or not isinstance(found.decision, Make):
        return Money(), Money(), 0
    return found.decision.worst, found.decision.least, found.decision.pictures


def _is_made(found: TaskForecast | None) -> bool:
    return found is not None and isinstance(found.decision, Make)


def _is_same(then: TaskForecast, now: TaskForecast) -> bool:
    """Whether a task fares as before: made either way at one price, or not made, with the same pictures."""
    match then.decision, now.decision:
        case Make(worst=one, pictures=few), Make(worst=other, pictures=many):
            return (one, few) == (other, many)
        case Reuse(approved=was), Reuse(approved=still):
            return was == still and then.takes == now.takes
        case Blocked(outcome=first, worst=price), Blocked(outcome=second, worst=amount):
            return (type(first), price) == (type(second), amount)
        case Needless(), Needless():
            return True
        case _:
            return False


def behind_among(whole: Behind, told: Iterable[TaskForecast]) -> Behind:
    """What of all that waits behind picks is among some tasks."""
    waiting = [
        found.decision
        for found in told
        if isinstance(found.decision, Blocked) and found.decision.because in whole.gates
    ]
    worst, least = Money(), Money()
    for found in waiting:
        worst, least = worst.plus(found.worst), least.plus(found.least)
    return Behind(
        gates=tuple(dict.fromkeys(found.because for found in waiting)),
        tasks=len(waiting),
        pictures=sum(found.pictures for found in waiting),
        worst=worst,
        least=least,
    )
