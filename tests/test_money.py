"""One way of writing money."""

from decimal import Decimal

import pytest

from seedream_pipe.money import Amounts, written


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


@pytest.mark.parametrize(
    ("text", "usd", "cny"),
    [
        ("5", "5", None),
        ("5USD", "5", None),
        ("5,30CNY", "5", "30"),
        ("30 CNY", None, "30"),
        ("$5,¥30", "5", "30"),
    ],
)
def test_an_amount_without_a_currency_is_in_that_of_the_provider(text, usd, cny) -> None:
    amounts = Amounts.read(text)

    found = [amounts.of(currency, own="USD") for currency in ("USD", "CNY")]

    assert found == [None if each is None else Decimal(each) for each in (usd, cny)]


@pytest.mark.parametrize(
    "text", ["", "five", "-1", "nan", "1e999", "5USD,6USD", "5,6", "$5CNY", "5 EURO", ","]
)
def test_what_is_no_amount_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r"not an amount|a currency twice"):
        Amounts.read(text)


def test_amounts_are_written_as_they_are_read() -> None:
    assert str(Amounts.read("5.00, 30cny")) == "5.00,30CNY"
