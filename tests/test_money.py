"""One way of writing money."""

from decimal import Decimal

import pytest

from seedream_pipe.money import written


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("0.04", "USD", "$0.04"),
        (Decimal("0.1"), "USD", "$0.10"),
        ("0.035", "USD", "$0.035"),
        ("0.250", "CNY", "0.25 CNY"),
        ("12", "CNY", "12.00 CNY"),
        ("0", "", "free"),
        ("damaged", "USD", "damaged USD"),
    ],
)
def test_money_is_written_to_the_cent_or_as_exact_as_it_is(amount, currency, text) -> None:
    assert written(amount, currency) == text
