"""Amounts as people write them: Stripe counts in the smallest unit that its API knows of a currency."""

_DECIMALS = {
    **dict.fromkeys(
        (
            *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"),
            *("pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"),
        ),
        0,
    ),
    **dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 3),
}
"""Other currencies have two. So have ISK and UGX here, though nobody pays with a hundredth of them.

https://docs.stripe.com/currencies#zero-decimal and #special-cases
"""


def money(amount: object, currency: object) -> str:
    """An amount such as `1,234.50 USD`; empty when either is unknown."""
    if not isinstance(amount, int) or not isinstance(currency, str) or not currency:
        return ""
    decimals = _DECIMALS.get(currency, 2)
    whole, part = divmod(abs(amount), 10**decimals)
    sign = "-" if amount < 0 else ""
    fraction = f".{part:0{decimals}}" if decimals else ""
    return f"{sign}{whole:,}{fraction} {currency.upper()}"
