import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap, Spent
from seedream_pipe.ledger.index import from_units, to_units
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT, ROOT, intent

pytestmark = pytest.mark.anyio


async def test_the_cap_of_a_run_is_reached_and_not_passed(ledger: Ledger):
    cap = Cap(run=Decimal("0.12"))
    for _ in range(3):
        await ledger.begin(INTENT, cap)

    with pytest.raises(OverBudget, match=r"\$0\.12 of \$0\.12 for this run"):
        await ledger.begin(INTENT, cap)


async def test_the_cap_of_a_run_does_not_count_other_runs(store: Store, ledger: Ledger):
    await ledger.begin(INTENT, Cap())

    with Ledger.open(store) as other:
        await other.begin(INTENT, Cap(run=INTENT.worst))


async def test_the_cap_of_the_store_counts_every_run(store: Store, ledger: Ledger):
    await ledger.begin(INTENT, Cap())

    with Ledger.open(store) as other, pytest.raises(OverBudget, match="for this store"):
        await other.begin(INTENT, Cap(total=INTENT.worst))


async def test_what_came_cheaper_than_feared_gives_back_the_rest(ledger: Ledger):
    cap = Cap(run=Decimal("0.60"), pictures=15)
    group = await ledger.begin(intent(worst="0.60", pictures=15), cap)
    with pytest.raises(OverBudget):
        await ledger.begin(INTENT, cap)

    await group.settle("done", price=Decimal("0.16"), pictures=4)

    await ledger.begin(INTENT, cap)


async def test_a_hold_counts_in_full(ledger: Ledger):
    call = await ledger.begin(INTENT, Cap())
    await call.sending()
    await call.hold("lost")

    with pytest.raises(OverBudget):
        await ledger.begin(INTENT, Cap(run=Decimal("0.07")))


@pytest.mark.parametrize("verdict", ["failed", "refused"])
async def test_what_was_not_billed_gives_everything_back(ledger: Ledger, verdict: str):
    call = await ledger.begin(INTENT, Cap())
    await call.settle(verdict)

    await ledger.begin(INTENT, Cap(run=INTENT.worst, total=INTENT.worst, pictures=1, total_pictures=1))


@pytest.mark.parametrize(
    ("cap", "where"), [(Cap(pictures=9), "this run"), (Cap(total_pictures=9), "this store")]
)
async def test_pictures_are_capped_as_money_is(ledger: Ledger, cap: Cap, where: str):
    await ledger.begin(intent(pictures=5), cap)

    with pytest.raises(OverBudget, match=f"5 of 9 for {where}"):
        await ledger.begin(intent(pictures=5), cap)


async def test_money_of_another_currency_does_not_count(ledger: Ledger):
    await ledger.begin(intent(worst="100", currency="CNY"), Cap())

    await ledger.begin(INTENT, Cap(run=INTENT.worst))
    assert ledger.spent() == {
        "CNY": Spent(reserved=Decimal(100), reserved_pictures=1),
        "USD": Spent(reserved=Decimal("0.04"), reserved_pictures=1),
    }


async def test_spent_is_told_by_session_and_altogether(store: Store, ledger: Ledger):
    await (await ledger.begin(INTENT, Cap())).settle("done", price=INTENT.worst, pictures=1)

    with Ledger.open(store) as other:
        assert other.spent()["USD"].price == INTENT.worst
        assert other.spent(session=other.session) == {}


@given(st.decimals(min_value=0, max_value=10**6, places=9))
def test_money_is_exact(amount: Decimal):
    assert from_units(to_units(amount)) == amount


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity"])
def test_what_is_no_price_is_refused(amount: str):
    with pytest.raises(ValueError, match="not a price"):
        to_units(Decimal(amount))


SPENDER = """
import asyncio, sys
from decimal import Decimal
from pathlib import Path
from seedream_pipe.errors import OverBudget
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT

async def spend(ledger):
    made = 0
    for turn in range(5):
        try:
            call = await ledger.begin(INTENT, Cap(total=Decimal("0.80")))
        except OverBudget:
            continue
        await call.sending()
        if turn % 2:
            await call.hold("lost")
        else:
            await call.settle("done", price=INTENT.worst, pictures=1)
        made += 1
    return made

with Ledger.open(Store.open(Path(sys.argv[1]))) as ledger:
    print(asyncio.run(spend(ledger)))
"""


def test_eight_processes_together_do_not_pass_the_cap(store: Store):
    command = [sys.executable, "-c", SPENDER, str(store.folder)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    spenders = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(8)]

    ends = [spender.communicate() for spender in spenders]

    assert [errors for _, errors in ends] == [""] * 8
    assert sum(int(made) for made, _ in ends) == 20
    with Ledger.open(store) as ledger:
        found = ledger.spent()["USD"]
    assert found.price + found.reserved == Decimal("0.80")
