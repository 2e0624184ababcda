"""What people get to see of one of Stripe's events: its title, its links, where it is, and the object itself."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from ghapp.core.facts import Link
from ghapp.sources._stripe_event import Event
from ghapp.sources._stripe_money import money
from ghapp.sources._stripe_shape import Seen, an_id
from ghapp.sources._stripe_table import Row

DASHBOARD = "https://dashboard.stripe.com"

_WHERE = {
    "customer": "customer",
    "customer_account": "customer account",
    "charge": "charge",
    "payment_intent": "payment intent",
    "subscription": "subscription",
    "parent.subscription_details.subscription": "subscription",
    "destination": "destination",
    "account": "account",
}
"""The members that tell where to look, and what they are called."""

_MAX_SECONDS = 10**11
_PART = re.compile(r"\[([^\]]*)\]")
_MEMBER = re.compile(r"\{([a-z_.]+)\}")


def _money(row: Row, seen: Seen) -> str:
    return money(seen.get(row.family.amount), seen.get("currency"))


def title(row: Row, seen: Seen) -> str:
    """What the row says, with what is known."""
    known = {"money": _money(row, seen)}

    def member(found: re.Match[str]) -> str:
        return known.get(found[1]) or seen.text(found[1])

    def part(found: re.Match[str]) -> str:
        text = found[1]
        complete = all(member(one) for one in _MEMBER.finditer(text))
        return _MEMBER.sub(member, text) if complete else ""

    return _PART.sub(part, row.says)


def links(event: Event, row: Row, seen: Seen) -> Iterator[Link]:
    """Pages of the dashboard: the object's, the customer's and the event's."""
    account = f"/{event.account}" if event.account and an_id(event.account) else ""
    if page := next(_pages(row, seen), ""):
        # The platform, not the connected account itself, looks at connected accounts.
        place = DASHBOARD if page.startswith("connect/") else DASHBOARD + account
        yield Link(f"{row.family.name.capitalize()} in Stripe", f"{place}/{page}")
    if customer := seen.text("customer"):
        yield Link("Customer in Stripe", f"{DASHBOARD}{account}/customers/{customer}")
    if an_id(event.id):
        yield Link("Event in Stripe", f"{DASHBOARD}{account}/events/{event.id}")


def _pages(row: Row, seen: Seen) -> Iterator[str]:
    for page in row.family.pages:
        if all(seen.text(one[1]) for one in _MEMBER.finditer(page)):
            yield _MEMBER.sub(lambda found: seen.text(found[1]), page)


def where(event: Event, row: Row, seen: Seen) -> dict[str, str]:
    """The ids by which a person finds it, and the amount."""
    found = (
        (row.family.name, seen.text("id")),
        ("amount", _money(row, seen)),
        *((name, seen.text(path)) for path, name in _WHERE.items()),
        ("connected account", event.account if an_id(event.account) else ""),
    )
    return {name: value for name, value in found if value}


def fields(event: Event, seen: Seen, before: Seen) -> dict[str, object]:
    """The event as far as it may be seen, in Stripe's own shape."""
    envelope = {"id": an_id(event.id), "type": event.type, "account": an_id(event.account)}
    thing = {"related_object": seen.nested()} if event.thin else {"data": _data(seen, before)}
    unreadable = {"unreadable": list(seen.unreadable)} if seen.unreadable else {}
    return {**{name: value for name, value in envelope.items() if value}, **thing, **unreadable}


def _data(seen: Seen, before: Seen) -> dict[str, object]:
    changed = {"previous_attributes": before.nested()} if before.values else {}
    return {"object": seen.nested(), **changed}


def due(row: Row, seen: Seen) -> datetime | None:
    """The deadline in UTC; Stripe writes 0 where the customer's bank takes no answer."""
    seconds = seen.get(row.family.due)
    if not isinstance(seconds, int) or not 0 < seconds < _MAX_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, UTC)
