"""Finds the events that Stripe could not deliver, and takes them in as if they had come.

Stripe tries for three days by itself, ever more seldom: https://docs.stripe.com/webhooks#automatic-retries
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from ghapp.clients.stripe import Stripe
from ghapp.core.source import Accepted
from ghapp.core.strict_json import Malformed
from ghapp.duties import intake
from ghapp.engine.inbox import Delivery
from ghapp.sources.stripe import EVENT_TYPES, SOURCE

log = structlog.get_logger(__name__)

HORIZON = timedelta(days=3)
"""How far back to look: as long as Stripe itself tries. The inbox knows for longer what it has seen."""

REQUEST_ID = "reconcile"

Put = Callable[[Delivery], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a look has come to: events listed as undelivered, and those of them that the app had not got.

    After a dry run `fed` counts those that would be offered; which of them are new is not known.
    """

    looked: int
    fed: int


async def find(client: Stripe, put: Put, now: datetime, *, dry_run: bool = False) -> Found:
    """Look once. An event keeps its id, so what has come in between, or comes later, counts once.

    Raises:
        StripeApiError: Stripe did not list all of them; those that it did are taken in.
        InboxUnavailable: they cannot be stored now.
    """
    looked = fed = 0
    async for event in client.undelivered(now - HORIZON, EVENT_TYPES):
        looked += 1
        deliveries = _deliveries(event, now)
        if dry_run:
            fed += bool(deliveries)
            continue
        new = [await put(delivery) for delivery in deliveries]
        if any(new):
            fed += 1
            log.info("stripe_event_found", event_id=event.get("id"), event_type=event.get("type"))
    return Found(looked, fed)


def _deliveries(event: object, now: datetime) -> list[Delivery]:
    """An event that cannot be read stops no other; its own door would have refused it as well."""
    try:
        parsed = SOURCE.parse(json.dumps(event).encode(), {}, {}, now)
    except Malformed as refused:
        log.warning("stripe_event_malformed", reason=str(refused))
        return []
    if not isinstance(parsed, Accepted):
        return []
    return intake.deliveries(SOURCE, parsed, REQUEST_ID)
