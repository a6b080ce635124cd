"""What may be spent: reserved before a call is sent, settled after it, under one lock.

Spent + reserved + held never passes the cap, over all processes of the store (P8). A call
that may have been billed counts in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.calls import Account
from seedream_pipe.ledger.index import Database, Index, from_units, to_units
from seedream_pipe.money import written

__all__ = ["Cap", "Spent", "reserve", "spent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """What may be spent, in the currency of the calls, in a session and in the store altogether.

    None is no limit. Calls in another currency do not count towards money.
    """

    run: Decimal | None = None
    total: Decimal | None = None
    pictures: int | None = None
    total_pictures: int | None = None


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
            taken = _taken(database, account.intent.currency, account.session)
            _allow(account, taken, cap.run, cap.pictures, "this run")
        if cap.total is not None or cap.total_pictures is not None:
            taken = _taken(database, account.intent.currency, None)
            _allow(account, taken, cap.total, cap.total_pictures, "this store")
        index.begin(database, account)


def spent(index: Index, session: str | None = None) -> dict[str, Spent]:
    """What was spent and is set aside, by currency: in one session, or altogether."""
    found = index.rows(
        "SELECT currency, open, SUM(units), SUM(pictures) FROM sums"
        " WHERE ? = '' OR session = ? GROUP BY currency, open",
        session or "",
        session or "",
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


def _taken(database: Database, currency: str, session: str | None) -> tuple[int, int]:
    """Units in this currency and pictures in any, open ones at their worst."""
    row = database.execute(
        "SELECT COALESCE(SUM(CASE WHEN currency = ? THEN units END), 0), COALESCE(SUM(pictures), 0)"
        " FROM sums WHERE ? IS NULL OR session = ?",
        (currency, session, session),
    ).fetchone()
    return int(row[0]), int(row[1])


def _allow(
    account: Account, taken: tuple[int, int], money: Decimal | None, pictures: int | None, where: str
) -> None:
    units, count = taken
    intent = account.intent
    if money is not None and units + to_units(intent.worst) > to_units(money):
        raise OverBudget(
            f"{intent.task} may cost {written(intent.worst, intent.currency)};"
            f" {written(from_units(units), intent.currency)} of {written(money, intent.currency)}"
            f" for {where} are spent or set aside",
            hint="raise --max-cost, or make fewer pictures",
        )
    if pictures is not None and count + intent.pictures > pictures:
        raise OverBudget(
            f"{intent.task} may make {intent.pictures} pictures; {count} of {pictures} for {where}"
            " are made or set aside",
            hint="raise the limit of pictures, or make fewer",
        )
