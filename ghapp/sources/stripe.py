"""Stripe: webhook endpoints and event destinations.

https://docs.stripe.com/webhooks
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ghapp.core import strict_json, verify
from ghapp.core.facts import Fingerprint, Signal, Status
from ghapp.core.rate import occurrence
from ghapp.core.source import Accepted, Nothing, Parsed, Source
from ghapp.model.names import Severity
from ghapp.sources import _stripe_view as view
from ghapp.sources._stripe_event import Event, read
from ghapp.sources._stripe_shape import Seen, see
from ghapp.sources._stripe_table import TABLE, Row

_THIN = ("v1.", "v2.")

EVENT_TYPES = tuple(name for name in TABLE if not name.startswith(_THIN))
"""The types of snapshot events that mean something."""

THIN_EVENT_TYPES = tuple(name for name in TABLE if name.startswith(_THIN))
"""The types of thin events that do; Stripe sends them from an event destination of their own."""


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
    signal = Signal(
        source=SOURCE.name,
        fingerprint=_fingerprint(key),
        occurrence="",
        status=Status.FIRING if firing else Status.RESOLVED,
        at=event.at,
        summary=view.title(row, seen) or event.type,
        severity=judgement if isinstance(judgement, Severity) else None,
        started_at=event.at if firing else None,
        links=tuple(view.links(event, row, seen)),
        where=view.where(event, row, seen),
        fields=view.fields(event, seen, before),
        due_at=view.due(row, seen),
        rate=row.rate,
    )
    for episode in row.episodes:
        name = occurrence(_charge(seen) or event.id, episode) if row.rate else episode
        yield replace(signal, occurrence=name)


def _charge(seen: Seen) -> str:
    """What was declined, in either of the two events in which Stripe tells of it."""
    return str(seen.get("latest_charge") or "") or (
        str(seen.get("id") or "") if seen.get("object") == "charge" else ""
    )


def _fingerprint(key: Sequence[str]) -> Fingerprint:
    return Fingerprint(f"stripe:{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]}")


SOURCE = Source(
    name="stripe",
    path="stripe",
    secret_variable="GHAPP_STRIPE_WEBHOOK_SECRET",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
)
