"""Stripe's API through its own package, over a real socket."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from ghapp.clients.stripe import KeyRefusedError, Stripe, StripeApiError
from ghapp.sources.stripe import EVENT_TYPES, THIN_EVENT_TYPES
from tests.support import stripe
from tests.support.stripe_api import KEY, StripeApi, destination, endpoint

pytestmark = pytest.mark.enable_socket

SINCE = datetime(2026, 2, 27, 9, 30, tzinfo=UTC)
URL = "https://ghapp.example.com/webhooks/stripe"


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


async def undelivered(client: Stripe, *types: str) -> list[dict[str, Any]]:
    return [event async for event in client.undelivered(SINCE, types or EVENT_TYPES)]


class TestUndelivered:
    async def test_events_come_as_they_were_sent(self, api: StripeApi, client: Stripe) -> None:
        api.events = [stripe.payload(name) for name in EVENT_TYPES]
        found = await undelivered(client)
        assert sorted(found, key=_id) == sorted(api.events, key=_id)

    async def test_only_ours_that_are_not_too_old(self, api: StripeApi, client: Stripe) -> None:
        wanted = stripe.event("review.opened", created=int(SINCE.timestamp()))
        api.events = [
            stripe.event("customer.created"),
            stripe.event("review.opened", created=int(SINCE.timestamp()) - 1),
            wanted,
        ]
        assert await undelivered(client) == [wanted]

    async def test_page_after_page(self, api: StripeApi, client: Stripe) -> None:
        api.page = 2
        api.events = [stripe.event("charge.failed", created=1772443800 + n) for n in range(7)]
        found = await undelivered(client, "charge.failed")
        assert [event["id"] for event in found] == [event["id"] for event in reversed(api.events)]
        assert len(api.asked) == 4

    @pytest.mark.parametrize(
        ("failure", "error", "says"),
        [
            (500, StripeApiError, "This is not possible."),
            (403, KeyRefusedError, "This is not possible."),
            (429, StripeApiError, "This is not possible."),
            ("drop", StripeApiError, "cannot reach Stripe: ServerDisconnectedError"),
        ],
    )
    async def test_a_listing_that_fails(
        self,
        api: StripeApi,
        client: Stripe,
        failure: int | str,
        error: type[Exception],
        says: str,
    ) -> None:
        api.failing["GET /v1/events"] = failure
        with pytest.raises(StripeApiError) as caught:
            await undelivered(client)
        assert (type(caught.value), str(caught.value)) == (error, says)

    async def test_a_refusal_is_not_asked_again(self, api: StripeApi, client: Stripe) -> None:
        api.failing["GET /v1/events"] = 500
        with pytest.raises(StripeApiError):
            await undelivered(client)
        assert len(api.asked) == 1

    async def test_a_key_that_is_wrong(self, api: StripeApi) -> None:
        async with Stripe("rk_test_other", api.url) as client:
            with pytest.raises(KeyRefusedError, match="Invalid API Key"):
                await undelivered(client)

    async def test_nobody_there(self) -> None:
        async with Stripe(KEY, "http://127.0.0.1:9") as client:
            with pytest.raises(StripeApiError, match="cannot reach Stripe"):
                await undelivered(client)


class TestEndpoints:
    async def test_made_then_listed_then_changed(self, api: StripeApi, client: Stripe) -> None:
        assert await client.snapshots.create(URL, EVENT_TYPES) == "whsec_we_1"
        (made,) = await client.snapshots.all()
        assert (made.url, made.types, made.enabled) == (URL, {*EVENT_TYPES}, True)
        api.endpoints[0]["status"] = "disabled"
        (made,) = await client.snapshots.all()
        assert not made.enabled
        await client.snapshots.change(made, ["review.opened"])
        (made,) = await client.snapshots.all()
        assert (made.types, made.enabled) == ({"review.opened"}, True)

    async def test_all_pages(self, api: StripeApi, client: Stripe) -> None:
        api.page = 1
        api.endpoints = [endpoint(f"we_{n}", f"{URL}/{n}", ["*"]) for n in range(3)]
        assert [one.id for one in await client.snapshots.all()] == ["we_0", "we_1", "we_2"]


class TestThinEndpoints:
    async def test_made_then_listed_then_changed(self, api: StripeApi, client: Stripe) -> None:
        assert await client.thin.create(URL, THIN_EVENT_TYPES) == "whsec_ed_1"
        (made,) = await client.thin.all()
        assert (made.url, made.types, made.enabled) == (URL, {*THIN_EVENT_TYPES}, True)
        api.destinations[0] |= {"status": "disabled", "enabled_events": ["v2.core.account.closed"]}
        (made,) = await client.thin.all()
        await client.thin.change(made, THIN_EVENT_TYPES)
        (made,) = await client.thin.all()
        assert (made.types, made.enabled) == ({*THIN_EVENT_TYPES}, True)

    async def test_only_what_differs_is_changed(self, api: StripeApi, client: Stripe) -> None:
        api.destinations = [destination("ed_1", URL, THIN_EVENT_TYPES, status="disabled")]
        (made,) = await client.thin.all()
        await client.thin.change(made, THIN_EVENT_TYPES)
        assert api.writes == ["POST /v2/core/event_destinations/ed_1/enable"]

    async def test_other_kinds_are_not_ours(self, api: StripeApi, client: Stripe) -> None:
        api.page = 1
        api.destinations = [
            destination("ed_bus", None, THIN_EVENT_TYPES),
            destination("ed_snapshot", URL, EVENT_TYPES, event_payload="snapshot"),
            destination("ed_thin", URL, THIN_EVENT_TYPES),
        ]
        assert [one.id for one in await client.thin.all()] == ["ed_thin"]


class TestTheEnvironment:
    def test_without_a_key_there_is_no_client(self) -> None:
        assert Stripe.from_variables({"GHAPP_STRIPE_API_KEY": " "}) is None

    async def test_its_address_may_be_another(self, api: StripeApi) -> None:
        found = Stripe.from_variables(
            {"GHAPP_STRIPE_API_KEY": KEY, "GHAPP_STRIPE_API_URL": f"{api.url}/"}
        )
        assert found is not None
        async with found:
            assert await found.snapshots.all() == []

    @pytest.mark.parametrize("url", ["ftp://example.com", "example.com", "https://", "http://[bad"])
    def test_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(StripeApiError, match="GHAPP_STRIPE_API_URL"):
            Stripe.from_variables({"GHAPP_STRIPE_API_KEY": KEY, "GHAPP_STRIPE_API_URL": url})


def _id(event: dict[str, Any]) -> str:
    return str(event["id"])
