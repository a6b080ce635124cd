from decimal import Decimal

import pytest

from seedream_pipe.run.outcomes import Money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("0", "", "free"),
        ("0", "USD", "$0.00"),
        ("0.04", "USD", "$0.04"),
        ("12.5", "USD", "$12.50"),
        ("0.035", "USD", "$0.035"),
        ("0.25", "CNY", "0.25 CNY"),
    ],
)
def test_money_reads_as_people_write_it(amount, currency, text):
    assert str(Money(amount=Decimal(amount), currency=currency)) == text


def test_a_sum_keeps_the_currency_of_whichever_has_one():
    cents = Money(amount=Decimal("0.04"), currency="USD")
    assert Money().plus(cents).plus(cents) == Money(amount=Decimal("0.08"), currency="USD")
