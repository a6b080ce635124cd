"""What may be spent: reserved before a call is sent, settled after it, under one lock.

Spent + reserved + held never passes the cap, over all processes of the store (P8). A call
that may have been billed counts in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from seedream_pipe.digest import Key
from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.index import Database, Index, from_units, to_units
from seedream_pipe.ledger.model import Account, Intent
from seedream_pipe.money import written

__all__ = ["Cap", "CapName", "Entry", "Owner", "Spent", "entries", "reserve", "spent"]

CapName: TypeAlias = Literal["run", "total", "pictures", "total_pictures"]
_NOBODY: Final[Mapping[CapName, Owner]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a cap is and where it is said, as part of a sentence; and what a person does to raise it."""

    whose: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """What may be spent, in the currency of the calls, in a session and in the store altogether.

    None is no limit. Calls in another currency do not count towards money, and calls to test
    servers and those that buy do not count towards one another's caps.
    """

    run: Decimal | None = None
    total: Decimal | None = None
    pictures: int | None = None
    total_pictures: int | None = None
    owners: Mapping[CapName, Owner] = field(default_factory=lambda: _NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """In one currency: `price` of what ended, `reserved` for what is open or held, at its worst."""

    price: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    pictures: int = 0
    reserved_pictures: int = 0


def reserve(index: Index, account: Account, cap: Cap) -> None:
    """Set the worst price of a call aside, or refuse it. Nothing is kept of what is refused.

    The caller holds the lock ``index`` until the call has its files.

    Raises:
        OverBudget: the cap does not allow it.
        StoreError: the index cannot be written.

    """
    with index.kept_transaction() as database:
        if cap.run is not None or cap.pictures is not None:
            _allow(account, _taken(database, account, account.session), cap, "run")
        if cap.total is not None or cap.total_pictures is not None:
            _allow(account, _taken(database, account, None), cap, "total")
        index.begin(database, account)


def spent(index: Index, session: str | None = None, *, test: bool | None = None) -> dict[str, Spent]:
    """What was spent and is set aside, by currency: in one session, or altogether.

    `test` asks for calls to test servers only, or only for those that buy.
    """
    found = index.rows(
        "SELECT currency, open, SUM(units), SUM(pictures) FROM sums"
        " WHERE (? = '' OR session = ?) AND (? < 0 OR test = ?) GROUP BY currency, open",
        session or "",
        session or "",
        -1 if test is None else test,
        bool(test),
    )
    sums = {(currency, bool(is_open)): (units, pictures) for currency, is_open, units, pictures in found}
    result: dict[str, Spent] = {}
    for currency in sorted({currency for currency, _ in sums}):
        units, pictures = sums.get((currency, False), (0, 0))
        open_units, open_pictures = sums.get((currency, True), (0, 0))
        result[currency] = Spent(
            price=from_units(units),
            reserved=from_units(open_units),
            pictures=pictures,
            reserved_pictures=open_pictures,
        )
    return result


def _taken(database: Database, account: Account, session: str | None) -> Spent:
    """Money in the account's currency and pictures in any, open ones at their worst."""
    row = database.execute(
        "SELECT COALESCE(SUM(CASE WHEN currency = ? AND NOT open THEN units END), 0),"
        " COALESCE(SUM(CASE WHEN currency = ? AND open THEN units END), 0),"
        " COALESCE(SUM(CASE WHEN NOT open THEN pictures END), 0),"
        " COALESCE(SUM(CASE WHEN open THEN pictures END), 0)"
        " FROM sums WHERE test = ? AND (? IS NULL OR session = ?)",
        (account.intent.currency, account.intent.currency, bool(account.intent.origin), session, session),
    ).fetchone()
    return Spent(
        price=from_units(row[0]),
        reserved=from_units(row[1]),
        pictures=int(row[2]),
        reserved_pictures=int(row[3]),
    )


def _allow(account: Account, taken: Spent, cap: Cap, span: Literal["run", "total"]) -> None:
    intent = account.intent
    where = "this run" if span == "run" else "this store"
    money = cap.run if span == "run" else cap.total
    if money is not None:
        gone = to_units(taken.price) + to_units(taken.reserved)
        if gone + to_units(intent.worst) > to_units(money):
            price, reserved = (written(each, intent.currency) for each in (taken.price, taken.reserved))
            raise _over(
                intent,
                span,
                f"{intent.task} may cost {written(intent.worst, intent.currency)};"
                f" {written(from_units(gone), intent.currency)} of {written(money, intent.currency)}"
                f" for {where} are spent or set aside"
                f" ({price} spent, {reserved} for calls that are under way or held)",
                cap.owners.get(span),
                "raise the cap of money, or make fewer pictures",
            )
    name: CapName = "pictures" if span == "run" else "total_pictures"
    pictures = cap.pictures if span == "run" else cap.total_pictures
    count = taken.pictures + taken.reserved_pictures
    if pictures is not None and count + intent.pictures > pictures:
        asked = f"{intent.pictures:,} picture{'' if intent.pictures == 1 else 's'}"
        raise _over(
            intent,
            name,
            f"{intent.task} may make {asked}; {count:,} of {pictures:,} for {where}"
            f" are made or set aside ({taken.pictures:,} made, {taken.reserved_pictures:,} for calls that"
            " are under way or held)",
            cap.owners.get(name),
            "raise the limit of pictures, or make fewer",
        )


def _over(intent: Intent, cap: CapName, message: str, owner: Owner | None, otherwise: str) -> OverBudget:
    if owner is None:
        return OverBudget(message, hint=otherwise)
    error = OverBudget(f"{message}; that is {owner.whose}", hint=owner.remedy)
    error.cap, error.currency = cap, intent.currency
    return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call as the account has it. `price` and `pictures` are its worst while it is open.

    `verdict` is empty while it is open; `at` is when it began, ISO 8601 in UTC.
    """

    call: str
    key: Key
    session: str
    provider: str
    model: str
    task: str
    at: str
    price: Decimal
    currency: str
    pictures: int
    verdict: str
    test: bool


def entries(index: Index) -> Iterator[Entry]:
    """Every call of the store, oldest first. Blocking; changes no file."""
    found = index.rows(
        "SELECT id, key, session, provider, model, task, begun_at, units, currency, pictures, verdict, test"
        " FROM calls ORDER BY id"
    )
    for call, key, session, provider, model, task, at, units, currency, pictures, verdict, test in found:
        yield Entry(
            call=call,
            key=Key(key),
            session=session,
            provider=provider,
            model=model,
            task=task,
            at=at,
            price=from_units(units),
            currency=currency,
            pictures=pictures,
            verdict=verdict or "",
            test=bool(test),
        )
