"""Stripe: webhook endpoints and event destinations.

https://docs.stripe.com/webhooks
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from ghapp.core import strict_json, verify
from ghapp.core.facts import Fingerprint, Link, Signal, Status
from ghapp.core.source import Accepted, Nothing, Parsed, Source
from ghapp.model.names import Severity
from ghapp.sources._stripe_event import Event, read
from ghapp.sources._stripe_money import money
from ghapp.sources._stripe_shape import Seen, an_id, see
from ghapp.sources._stripe_table import TABLE, Row

DASHBOARD = "https://dashboard.stripe.com"

_THIN = ("v1.", "v2.")

EVENT_TYPES = tuple(name for name in TABLE if not name.startswith(_THIN))
"""The types of snapshot events that mean something."""

THIN_EVENT_TYPES = tuple(name for name in TABLE if name.startswith(_THIN))
"""The types of thin events that do; Stripe sends them from an event destination of their own."""

_WHERE = (
    "customer",
    "customer_account",
    "charge",
    "payment_intent",
    "subscription",
    "parent.subscription_details.subscription",
    "destination",
    "account",
)
_MAX_SECONDS = 10**11
_PART = re.compile(r"\[([^\]]*)\]")
_MEMBER = re.compile(r"\{([a-z_.]+)\}")


def check(
    body: bytes,
    headers: Mapping[str, str],
    _query: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
) -> None:
    """Each endpoint has a signing secret of its own."""
    verify.stripe_signature(body, headers.get("Stripe-Signature"), secrets, now)


def parse(
    body: bytes, _headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """One event is one signal for each trouble of its object that it begins or ends."""
    event = read(strict_json.loads(body), now)
    if not event.live:
        return Nothing("test mode")
    row = TABLE.get(event.type)
    if row is None:
        return Nothing("not a type that means trouble")
    signals = tuple(_signals(event, row))
    return Accepted(signals, event.id) if signals else Nothing("nothing new in it")


def _signals(event: Event, row: Row) -> Iterator[Signal]:
    thing = event.thing()
    key = [event.account, row.family.name, row.family.identify(event, thing)]
    seen, before = see(thing, row.family.shows), see(event.before(), row.family.shows)
    judgement = row.judge(seen, before)
    if judgement is None:
        return
    firing = isinstance(judgement, Severity)
    for episode in row.episodes:
        yield Signal(
            source=SOURCE.name,
            fingerprint=_fingerprint(key),
            occurrence=episode,
            status=Status.FIRING if firing else Status.RESOLVED,
            at=event.at,
            summary=_title(row, seen) or event.type,
            severity=judgement if isinstance(judgement, Severity) else None,
            started_at=event.at if firing else None,
            links=tuple(_links(event, row, seen)),
            where=_where(event, row, seen),
            fields=_fields(event, seen, before),
            due_at=_due(seen.get(row.family.due)),
            rate=row.rate,
        )


def _fingerprint(key: Sequence[str]) -> Fingerprint:
    return Fingerprint(f"stripe:{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]}")


def _money(row: Row, seen: Seen) -> str:
    return money(seen.get(row.family.amount), seen.get("currency"))


def _title(row: Row, seen: Seen) -> str:
    known = {"money": _money(row, seen)}

    def member(found: re.Match[str]) -> str:
        return known.get(found[1]) or seen.text(found[1])

    def part(found: re.Match[str]) -> str:
        text = found[1]
        complete = all(member(one) for one in _MEMBER.finditer(text))
        return _MEMBER.sub(member, text) if complete else ""

    return _PART.sub(part, row.says)


def _links(event: Event, row: Row, seen: Seen) -> Iterator[Link]:
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


def _where(event: Event, row: Row, seen: Seen) -> dict[str, str]:
    found = (
        (row.family.name, seen.text("id")),
        ("amount", _money(row, seen)),
        *((path.rpartition(".")[2].replace("_", " "), seen.text(path)) for path in _WHERE),
        ("connected account", event.account if an_id(event.account) else ""),
    )
    return {name: value for name, value in found if value}


def _fields(event: Event, seen: Seen, before: Seen) -> dict[str, object]:
    """The event as far as it may be seen, in Stripe's own shape."""
    envelope = {"id": an_id(event.id), "type": event.type, "account": an_id(event.account)}
    thing = {"related_object": seen.nested()} if event.thin else {"data": _data(seen, before)}
    unreadable = {"unreadable": list(seen.unreadable)} if seen.unreadable else {}
    return {**{name: value for name, value in envelope.items() if value}, **thing, **unreadable}


def _data(seen: Seen, before: Seen) -> dict[str, object]:
    changed = {"previous_attributes": before.nested()} if before.values else {}
    return {"object": seen.nested(), **changed}


def _due(seconds: object) -> datetime | None:
    """The deadline; 0 where the customer's bank takes no answer."""
    if not isinstance(seconds, int) or not 0 < seconds < _MAX_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, UTC)


SOURCE = Source(
    name="stripe",
    path="stripe",
    secret_variable="GHAPP_STRIPE_WEBHOOK_SECRET",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
)
