"""How each sender is asked, on loopback: what is found, what is said when it can't be."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from ghapp.clients.gcp_alerts import URL_VARIABLE
from ghapp.core.facts import Fingerprint
from ghapp.duties import reconcile_parts
from ghapp.duties.reconcile import LookFailedError, Part, Seen
from ghapp.duties.records import Record
from ghapp.engine.inbox import Delivery
from ghapp.github.deliveries import Attempt, Attempts
from tests.support import gcp, stripe
from tests.support.gcp_api import AlertsApi
from tests.support.stripe_api import KEY, StripeApi
from tests.support.values import Values

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Box:
    """An inbox without a database."""

    def __init__(self) -> None:
        self.stored: dict[str, Delivery] = {}

    async def put(self, delivery: Delivery) -> bool:
        return self.stored.setdefault(delivery.id, delivery) is delivery


class NoIncidents:
    """An index of nothing."""

    async def open(self) -> dict[Fingerprint, Record]:
        return {}

    async def get(self, key: Fingerprint) -> Record | None:
        return None


@pytest.fixture
def box() -> Box:
    return Box()


async def test_github_is_asked_to_send_again_what_failed() -> None:
    asked: list[int] = []

    class Hook:
        async def attempts(self, since: datetime) -> Attempts:
            lost = Attempt(id=7, guid="a", at=since, event="issues", status=502)
            return Attempts((lost,), complete=False)

        async def redeliver(self, attempt: Attempt) -> None:
            asked.append(attempt.id)

    look = reconcile_parts.github(Hook(), Values())
    assert await look(NOW, True) == Seen(1, {"redelivered": 1}, complete=False)
    assert asked == []
    assert await look(NOW, False) == Seen(1, {"redelivered": 1}, complete=False)
    assert asked == [7]


@pytest.mark.enable_socket
class TestStripe:
    @pytest.fixture
    async def api(self) -> AsyncIterator[StripeApi]:
        account = StripeApi()
        async with TestServer(account.app()) as server:
            account.url = str(server.make_url(""))
            yield account

    def look(self, api: StripeApi, box: Box, key: str = KEY) -> Part:
        variables = {"GHAPP_STRIPE_API_KEY": key, "GHAPP_STRIPE_API_URL": api.url}
        return reconcile_parts.stripe(variables, box.put)

    async def test_what_was_not_delivered_is_taken_in(self, api: StripeApi, box: Box) -> None:
        created = int(NOW.timestamp()) - 60
        api.events.append(stripe.event(stripe.corpus()[0], created=created))
        dry = await self.look(api, box)(NOW, True)
        assert box.stored == {}
        seen = await self.look(api, box)(NOW, False)
        assert seen.looked == dry.looked == 1
        assert seen.complete

    async def test_a_key_that_is_refused_is_said(self, api: StripeApi, box: Box) -> None:
        with pytest.raises(LookFailedError, match="Invalid API Key"):
            await self.look(api, box, key="rk_test_other")(NOW, False)

    async def test_without_a_key_nobody_is_asked(self, api: StripeApi, box: Box) -> None:
        with pytest.raises(LookFailedError, match="no key"):
            await self.look(api, box, key=" ")(NOW, False)


@pytest.mark.enable_socket
class TestGcp:
    @pytest.fixture
    async def api(self) -> AsyncIterator[AlertsApi]:
        alerts = AlertsApi()
        async with alerts.serving():
            yield alerts

    async def look(self, url: str, box: Box, *, dry_run: bool = False) -> Seen:
        records: Any = NoIncidents()
        async with aiohttp.ClientSession() as session:
            variables = {URL_VARIABLE: url}
            part = reconcile_parts.gcp(variables, session, records, box.put, [gcp.PROJECT])
            return await part(NOW, dry_run)

    async def test_an_alert_that_nobody_told_of_is_opened(self, api: AlertsApi, box: Box) -> None:
        api.open(gcp.incident(started_at=int(NOW.timestamp()) - 600))
        assert await self.look(api.url, box, dry_run=True) == Seen(1, {"opened": 1, "closed": 0})
        assert box.stored == {}
        assert await self.look(api.url, box) == Seen(1, {"opened": 1, "closed": 0})
        assert len(box.stored) == 1

    async def test_a_listing_that_fails_is_said(self, api: AlertsApi, box: Box) -> None:
        assert await self.look(api.url, box) == Seen(0, {"opened": 0, "closed": 0}, complete=False)

    async def test_an_address_that_would_show_the_token_is_not_asked(self, box: Box) -> None:
        with pytest.raises(LookFailedError, match=URL_VARIABLE):
            await self.look("http://monitoring.example.com", box)
