"""What a run may spend: the user's caps rule, those of the pipeline may only lower them (reliability 4.1).

A cap of money without a currency is in that of the chosen provider. Where money is capped, nothing is
spent in a currency that the cap does not name: 5 USD and 5 CNY are not the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.budget import Cap, CapName, Owner, Spent
from seedream_pipe.money import Amounts
from seedream_pipe.run.decisions import Make
from seedream_pipe.run.outcomes import Made, Money, Reused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from seedream_pipe.api.sources import Source
    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.outcomes import Outcome
    from seedream_pipe.settings import Settings

__all__ = ["Reach", "agreed_cap", "covers", "expect_named", "raised", "reach"]

_SETTINGS: Final[Mapping[CapName, str]] = {
    "run": "max_cost",
    "total": "max_total_cost",
    "pictures": "max_pictures",
    "total_pictures": "max_total_pictures",
}
_AGREED: Final = Owner(
    whose="the price that was agreed to", remedy="run again: what is left is planned and priced anew"
)
_MoneyName = Literal["run", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The cap that stops a run before its worst price, and how many pictures it lets through."""

    whose: str
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    name: CapName
    amount: Decimal
    owner: Owner
    is_users: bool = False


def expect_named(found: Iterable[Source], settings: Settings, asked: Iterable[Money]) -> None:
    """Refuse a cap of money that says nothing of a currency which is spent; `asked` is the price.

    Raises:
        OverBudget: one says nothing; nothing was sent.

    """
    own = _own(found)
    price = {money.currency: money.amount for money in asked}
    for source in found:
        for name in ("max_cost", "max_total_cost"):
            amounts = getattr(settings, name)
            currency = source.profile.currency
            if amounts is not None and amounts.of(currency, own=own) is None:
                told = f"{amounts.plain:f}{own}" if amounts.plain is not None else str(amounts)
                flag = (
                    f"--{name.replace('_', '-')}",
                    f"{told},{price.get(currency, Decimal(0)):f}{currency}",
                )
                error = OverBudget(
                    f"{_said(name, settings)} of {amounts} says nothing of {currency},"
                    f" which {source.profile.title} charges in; nothing was sent",
                    hint=f"name it too: {' '.join(flag)}",
                )
                error.flag = flag
                raise error


def covers(found: Iterable[Source], settings: Settings, asked: Iterable[Money]) -> bool:
    """Whether the user's cap of a run answers for every price that is asked; the pipeline's never does."""
    if settings.max_cost is None:
        return False
    own = _own(found)
    caps = [(money, settings.max_cost.of(money.currency, own=own)) for money in asked]
    return all(cap is not None and money.amount <= cap for money, cap in caps)


def agreed_cap(
    found: tuple[Source, ...], source: Source, settings: Settings, plan: Plan, forecast: Forecast
) -> Cap:
    """The caps of a run at one of its sources; what was agreed to is one as well."""
    currency = source.profile.currency
    limits = {limit.name: limit for limit in _limits(settings, plan, currency, _own(found))}
    agreed = next((money.amount for money in forecast.asked if money.currency == currency), Decimal(0))
    if "run" not in limits or agreed < limits["run"].amount:
        limits["run"] = _Limit(name="run", amount=agreed, owner=_AGREED)
    pictures = {name: int(limits[name].amount) for name in limits if name in {"pictures", "total_pictures"}}
    return Cap(
        run=limits["run"].amount,
        total=limits["total"].amount if "total" in limits else None,
        pictures=pictures.get("pictures"),
        total_pictures=pictures.get("total_pictures"),
        owners={name: limit.owner for name, limit in limits.items()},
    )


def reach(
    forecast: Forecast, plan: Plan, settings: Settings, taken: Mapping[str, Spent], *, currency: str
) -> Reach | None:
    """The first cap that a run comes to if every call costs its worst; None when none stops it.

    A cap of money that says nothing of the currency lets nothing through.
    """
    for name in ("max_cost", "max_total_cost"):
        amounts = getattr(settings, name)
        if amounts is not None and amounts.of(currency, own=currency) is None:
            said = f"{_said(name, settings)} of {amounts}, which says nothing of {currency},"
            return Reach(whose=said, pictures=0)
    room = dict(_rooms(_limits(settings, plan, currency, currency), taken, currency))
    pictures = 0
    for address, task in forecast.tasks.items():
        if not isinstance(task.decision, Make) or not task.decision.pictures:
            continue
        each = plan.tasks[address].most
        calls = max(task.decision.pictures // each, 1)
        weights = {name: _weight(name, task.decision, calls) for name in room}
        fits = {name: int(room[name][1] // weight) for name, weight in weights.items() if weight}
        first = min(fits, key=lambda name: fits[name], default=None)
        if first is not None and fits[first] < calls:
            return Reach(whose=room[first][0].owner.whose, pictures=pictures + fits[first] * each)
        pictures += task.decision.pictures
        room = {name: (limit, left - weights[name] * calls) for name, (limit, left) in room.items()}
    return None


def raised(
    over: tuple[str, str],
    forecast: Forecast,
    plan: Plan,
    settings: Settings,
    outcomes: Mapping[Address, Outcome],
    *,
    taken: Mapping[str, Spent],
    own: str,
) -> tuple[str, tuple[str, ...]] | None:
    """To how much the cap that a run came over has to be raised, so that what is left fits at its worst.

    Gives what a person does, and the flag with its value where a flag does it; None for what was agreed to.
    """
    cap, currency = over
    limit = next((each for each in _limits(settings, plan, currency, own) if each.name == cap), None)
    if limit is None:
        return None
    left = [
        task.decision
        for address, task in forecast.tasks.items()
        if isinstance(task.decision, Make) and not isinstance(outcomes.get(address), (Made, Reused))
    ]
    enough = max(limit.amount, _enough(limit.name, left, forecast, taken, currency))
    remedy = f"{limit.owner.remedy} to {enough:f}" if enough > limit.amount else ""
    if not limit.is_users:
        return remedy, ()
    setting = _SETTINGS[limit.name]
    value = getattr(settings, setting)
    told = value.with_(currency, enough) if isinstance(value, Amounts) else f"{enough:f}"
    return remedy, (f"--{setting.replace('_', '-')}", str(told))


def _enough(
    name: CapName, left: list[Make], forecast: Forecast, taken: Mapping[str, Spent], currency: str
) -> Decimal:
    """What a cap has to allow for calls that are left, beside what it counts already."""
    if name in {"pictures", "total_pictures"}:
        made = sum(each.pictures + each.reserved_pictures for each in taken.values())
        return Decimal(sum(make.pictures for make in left) + (made if name == "total_pictures" else 0))
    money = sum((make.worst.amount for make in left), Decimal(0))
    if currency != forecast.worst.currency:
        money = next((one.amount for one in forecast.others if one.currency == currency), Decimal(0))
    of_currency = taken.get(currency, Spent())
    gone = of_currency.price + of_currency.reserved if name == "total" else Decimal(0)
    return gone + money * (1 + forecast.resends)


def _weight(name: CapName, make: Make, calls: int) -> Decimal:
    whole = make.worst.amount if name in {"run", "total"} else Decimal(make.pictures)
    return whole / calls


def _rooms(
    limits: Iterable[_Limit], taken: Mapping[str, Spent], currency: str
) -> Iterator[tuple[CapName, tuple[_Limit, Decimal]]]:
    """What each cap leaves; those of the store count what is spent or set aside already."""
    of_currency = taken.get(currency, Spent())
    made = sum(each.pictures + each.reserved_pictures for each in taken.values())
    gone: Mapping[CapName, Decimal] = {
        "total": of_currency.price + of_currency.reserved,
        "total_pictures": Decimal(made),
    }
    for limit in limits:
        yield limit.name, (limit, max(Decimal(0), limit.amount - gone.get(limit.name, Decimal(0))))


def _limits(settings: Settings, plan: Plan, currency: str, own: str) -> Iterator[_Limit]:
    """The lower of the user's and the pipeline's, for each kind of cap that either has."""
    for name in _SETTINGS:
        given = [*_users(name, settings, currency, own), *_pipelines(name, plan, currency)]
        if given:
            yield min(given, key=lambda limit: limit.amount)


def _users(name: CapName, settings: Settings, currency: str, own: str) -> Iterator[_Limit]:
    setting = _SETTINGS[name]
    value = getattr(settings, setting)
    amount = value if value is None or isinstance(value, int) else value.of(currency, own=own)
    if amount is not None:
        told = _told(name, Decimal(amount), currency)
        said = _said(setting, settings)
        remedy = f"raise {said.removeprefix('the ')}"
        owner = Owner(whose=f"{said} of {told}", remedy=remedy)
        yield _Limit(name=name, amount=Decimal(amount), owner=owner, is_users=True)


def _pipelines(name: CapName, plan: Plan, currency: str) -> Iterator[_Limit]:
    value = None if plan.budget is None else getattr(plan.budget, name)
    if plan.budget is not None and value is not None:
        place = plan.budget.at.get(name)
        where = f"{place.file}:{place.line}" if place is not None else plan.file
        key = "" if name == "run" else f" ({name})"
        owner = Owner(
            whose=f"the pipeline's own budget{key} of {_told(name, Decimal(value), currency)}, {where}",
            remedy=f"raise budget.{name} in {where}",
        )
        yield _Limit(name=name, amount=Decimal(value), owner=owner)


def _told(name: CapName, amount: Decimal, currency: str) -> str:
    if name in {"run", "total"}:
        return str(Money(amount=amount, currency=currency))
    return f"{amount:,f} picture{'' if amount == 1 else 's'}"


def _said(setting: str, settings: Settings) -> str:
    """A cap of the user's by where it was given: the flag, the variable, or the line of a file."""
    flag = f"--{setting.replace('_', '-')}"
    origin = settings.origins.get(setting, flag)
    if origin.startswith("SEEDREAM_"):
        return f"the {origin}"
    return f"the {flag}" if origin in {flag, "the program"} else f"the {setting} in {origin}"


def _own(found: Iterable[Source]) -> str:
    """The currency of the provider that was chosen."""
    return next((source.profile.currency for source in found if not source.takes_over), "")
