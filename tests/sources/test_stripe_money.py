"""Amounts as people write them."""

import pytest

from ghapp.sources._stripe_money import money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (123450, "usd", "1,234.50 USD"),
        (5, "eur", "0.05 EUR"),
        (0, "eur", "0.00 EUR"),
        (-4500, "usd", "-45.00 USD"),
        (-1, "usd", "-0.01 USD"),
        (500, "jpy", "500 JPY"),
        (-500, "krw", "-500 KRW"),
        (5120, "kwd", "5.120 KWD"),
        (7, "bhd", "0.007 BHD"),
        (500, "isk", "5.00 ISK"),
        (500, "ugx", "5.00 UGX"),
        (100, "usdc", "1.00 USDC"),
        (100, None, ""),
        (100, "", ""),
        (None, "usd", ""),
        ("100", "usd", ""),
    ],
)
def test_money(amount: object, currency: object, text: str) -> None:
    assert money(amount, currency) == text
