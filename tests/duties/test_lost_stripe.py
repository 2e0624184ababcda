"""Events that Stripe could not deliver are found, and count once."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from ghapp.clients.stripe import Stripe, StripeApiError
from ghapp.core import wire
from ghapp.core.facts import Signal
from ghapp.core.source import Accepted
from ghapp.duties import intake, lost_stripe
from ghapp.duties.lost_stripe import HORIZON, Found
from ghapp.engine.inbox import Delivery, InboxUnavailable
from ghapp.sources.stripe import SOURCE
from tests.support import stripe
from tests.support.stripe_api import KEY, StripeApi

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Box:
    """An inbox that knows what it has."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Delivery] = {}
        self.closed = False

    async def put(self, delivery: Delivery) -> bool:
        if self.closed:
            raise InboxUnavailable("the database is away")
        key = (delivery.source, delivery.id)
        return self.stored.setdefault(key, delivery) is delivery

    @property
    def signals(self) -> list[Signal]:
        found = [wire.decode(one.kind, one.payload) for one in self.stored.values()]
        return [one for one in found if isinstance(one, Signal)]


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
async def api() -> AsyncIterator[StripeApi]:
    account = StripeApi()
    async with TestServer(account.app()) as server:
        account.url = str(server.make_url(""))
        yield account


@pytest.fixture
async def client(api: StripeApi) -> AsyncIterator[Stripe]:
    async with Stripe(KEY, api.url) as client:
        yield client


def ago(name: str, hours: float, **changes: Any) -> dict[str, Any]:
    at = NOW - timedelta(hours=hours)
    return stripe.event(name, created=int(at.timestamp()), **changes)


async def test_what_was_lost_is_taken_in_once(api: StripeApi, client: Stripe, box: Box) -> None:
    api.events = [ago("payout.failed", 5), ago("invoice.paid", 4)]
    assert await lost_stripe.find(client, box.put, NOW) == Found(looked=2, fed=2)
    assert sorted(signal.occurrence for signal in box.signals) == ["overdue", "payment", "payout"]
    assert await lost_stripe.find(client, box.put, NOW) == Found(looked=2, fed=0)


async def test_what_has_come_by_itself_is_not_taken_in_again(
    api: StripeApi, client: Stripe, box: Box
) -> None:
    api.events = [ago("invoice.paid", 1)]
    body = json.dumps(api.events[0]).encode()
    parsed = SOURCE.parse(body, {}, {}, NOW)
    assert isinstance(parsed, Accepted)
    for delivery in intake.deliveries(SOURCE, parsed, "door"):
        assert await box.put(delivery)
    assert await lost_stripe.find(client, box.put, NOW) == Found(looked=1, fed=0)


async def test_a_dry_run_takes_in_nothing(api: StripeApi, client: Stripe, box: Box) -> None:
    api.events = [ago("payout.failed", 1), ago("account.updated-clear", 1)]
    assert await lost_stripe.find(client, box.put, NOW, dry_run=True) == Found(looked=2, fed=2)
    assert not box.stored


async def test_what_asks_for_nothing_or_is_broken_stops_no_other(
    api: StripeApi, client: Stripe, box: Box
) -> None:
    test_mode = ago("payout.failed", 1)
    test_mode["livemode"] = False
    api.events = [
        ago("payout.failed", 3, id=None),
        test_mode,
        ago("review.opened", 5),
        ago("review.opened", HORIZON / timedelta(hours=1) + 1),
    ]
    assert await lost_stripe.find(client, box.put, NOW) == Found(looked=3, fed=1)


async def test_what_was_listed_before_a_failure_is_taken_in(
    api: StripeApi, client: Stripe, box: Box
) -> None:
    api.events = [ago("charge.dispute.created", 1), ago("charge.failed", 1)]

    async def put(delivery: Delivery) -> bool:
        api.failing["GET /v1/events"] = 500
        return await box.put(delivery)

    with pytest.raises(StripeApiError):
        await lost_stripe.find(client, put, NOW)
    assert len(box.stored) == 1


async def test_an_inbox_that_is_closed_is_told(api: StripeApi, client: Stripe, box: Box) -> None:
    api.events = [ago("payout.failed", 1)]
    box.closed = True
    with pytest.raises(InboxUnavailable):
        await lost_stripe.find(client, box.put, NOW)
