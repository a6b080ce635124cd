"""Whatever an answer says, a call is never counted with more than was set aside for it."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import profiles
from seedream_pipe.api.sources import prices
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.makers import Generation
from seedream_pipe.money import Amounts
from seedream_pipe.run.bill import bill
from seedream_pipe.run.outcomes import Money
from seedream_pipe.settings import Settings
from tests.api.board import simple_board
from tests.ledger.calls_made import INTENT

MODELS = ["seedream-4.0", "seedream-4.5", "seedream-5.0-lite", "seedream-5.0-pro"]


GENERATIONS = st.builds(
    Generation,
    model=st.sampled_from(MODELS),
    prompt=st.just("x"),
    size=st.sampled_from(["2K", "1024x1024", "2848x1600"]),
    group=st.none() | st.integers(1, 15),
)


@given(
    provider=st.sampled_from(["302ai", "ark", "byteplus"]),
    generation=GENERATIONS,
    references=st.integers(0, 14),
    said=st.integers(-(10**30), 10**400),
)
def test_a_bill_is_never_above_the_reserve(provider, generation, references, said):
    price = prices(profiles.provider(provider), Settings(provider=provider, price=Amounts.read("0.07")))
    worst = price(generation, generation.ceiling, references)
    intent = replace(INTENT, pictures=generation.ceiling, worst=worst.amount, currency=worst.currency)

    billed = bill(lambda count: price(generation, count, references), said, intent)

    assert billed.currency == worst.currency
    assert 0 <= billed.amount <= worst.amount
    if 0 <= said <= generation.ceiling:
        assert billed == price(generation, said, references)


def test_a_price_list_in_another_currency_shares_out_what_was_reserved():
    intent = replace(INTENT, pictures=4, worst=Decimal("0.16"))
    billed = bill(lambda count: Money(amount=Decimal(count), currency="CNY"), 3, intent)
    assert billed == Money(amount=Decimal("0.12"), currency="USD")


def test_a_service_that_makes_more_than_was_asked_takes_nothing_past_the_cap(tmp_path, emulator):
    text = (
        "version: 1\nname: b\ndefaults: {model: seedream-4.5, size: 2K, watermark: false}\n"
        "steps:\n  turn: {group: 2, prompt: a set of 2}\n"
    )
    board = simple_board(tmp_path, emulator, text, stream="never")
    emulator.script(Fault(count=5))
    record = board.run(max_cost="0.08")
    assert record.price.amount <= Decimal("0.08")
