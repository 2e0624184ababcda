"""The listing of open alerts: whole, or an error; never a part of it."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from google.auth.exceptions import DefaultCredentialsError, RefreshError

from ghapp.clients.gcp_alerts import API_URL, URL_VARIABLE, Alerts, on_loopback
from ghapp.clients.gcp_credentials import (
    Anonymous,
    ApplicationDefault,
    GcpError,
    NoCredentialsError,
)
from tests.support import gcp
from tests.support.gcp_api import AlertsApi, error, raw

PROJECT = gcp.PROJECT


@pytest.fixture
async def google() -> AsyncIterator[AlertsApi]:
    google = AlertsApi()
    google.alerts[PROJECT] = []
    async with google.serving():
        yield google


@pytest.fixture
async def alerts(google: AlertsApi) -> AsyncIterator[Alerts]:
    async with aiohttp.ClientSession() as session:
        yield Alerts.from_variables({URL_VARIABLE: f"{google.url}/"}, session)


@pytest.mark.enable_socket
class TestListing:
    @pytest.mark.parametrize("count", [0, 1, 2, 5])
    async def test_every_page(self, google: AlertsApi, alerts: Alerts, count: int) -> None:
        opened = [google.open(gcp.incident()) for _ in range(count)]
        assert await alerts.open(PROJECT) == opened
        assert len(google.asked) == max(1, -(-count // google.page_size))

    async def test_closed_alerts_are_left_out_even_if_listed(
        self, google: AlertsApi, alerts: Alerts
    ) -> None:
        opened = google.open(gcp.incident())
        closed = {**opened, "name": f"projects/{PROJECT}/alerts/0.other", "state": "CLOSED"}
        google.broken = lambda _: raw(json.dumps({"alerts": [closed, opened]}))
        assert await alerts.open(PROJECT) == [opened]

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            pytest.param(error(403, "denied"), "answered 403: denied", id="forbidden"),
            pytest.param(error(404, "no project"), "not found: no project", id="not found"),
            pytest.param(error(429, "slow down"), "answered 429: slow down", id="too often"),
            pytest.param(error(503, "away"), "answered 503: away", id="away"),
            pytest.param(raw("<html>", 502), "answered 502", id="a proxy's error"),
            pytest.param(raw("", 302), "answered 302", id="a redirect"),
            pytest.param(raw("", 204), "answered 204", id="no content"),
            pytest.param(raw('{"error": []}', 500), "answered 500", id="an error of another form"),
            pytest.param(raw('{"error": {"message": 7}}', 500), "answered 500", id="no message"),
            pytest.param(raw(""), "not JSON", id="empty"),
            pytest.param(raw('{"alerts": ['), "not JSON", id="cut off"),
            pytest.param(raw("[]"), "not an object", id="a list"),
            pytest.param(raw('{"alerts": {}}'), "not one of alerts", id="not a list of alerts"),
            pytest.param(raw('{"alerts": null}'), "not one of alerts", id="null"),
            pytest.param(raw('{"error": {"code": 1}}'), "not one of alerts", id="an error as 200"),
            pytest.param(raw('{"alerts": [null]}'), "without a name", id="no alert"),
            pytest.param(raw('{"alerts": [{}]}'), "without a name", id="no name"),
            pytest.param(raw('{"alerts": [{"name": "x/"}]}'), "without a name", id="empty name"),
            pytest.param(raw('{"nextPageToken": 2}'), "token of the next page", id="odd token"),
            pytest.param(raw('{"nextPageToken": "2"}'), "in circles", id="the same token again"),
        ],
    )
    async def test_anything_else_is_no_listing(
        self, google: AlertsApi, alerts: Alerts, answer: web.Response, says: str
    ) -> None:
        body, status = answer.body, answer.status
        assert isinstance(body, bytes | bytearray)
        google.broken = lambda _: raw(bytes(body), status)
        with pytest.raises(GcpError, match=says) as caught:
            await alerts.open(PROJECT)
        assert "\n" not in str(caught.value)

    async def test_a_failure_on_a_later_page_is_a_failure(
        self, google: AlertsApi, alerts: Alerts
    ) -> None:
        for _ in range(3):
            google.open(gcp.incident())
        google.broken = lambda request: error(500, "x") if "pageToken" in request.query else None
        with pytest.raises(GcpError, match="answered 500"):
            await alerts.open(PROJECT)

    async def test_an_endless_listing_is_given_up(self, google: AlertsApi, alerts: Alerts) -> None:
        numbers = itertools.count()
        google.broken = lambda _: raw(json.dumps({"nextPageToken": str(next(numbers))}))
        with pytest.raises(GcpError, match="more than 100000 alerts"):
            await alerts.open(PROJECT)

    async def test_nobody_there(self) -> None:
        async with aiohttp.ClientSession() as session:
            alerts = Alerts.from_variables({URL_VARIABLE: "http://127.0.0.1:9"}, session)
            with pytest.raises(GcpError, match="alerts: "):
                await alerts.open(PROJECT)

    async def test_a_name_of_a_project_reaches_into_no_other_path(
        self, google: AlertsApi, alerts: Alerts
    ) -> None:
        google.alerts["../../x?y="] = []
        assert await alerts.open("../../x?y=") == []
        assert google.asked[0].startswith("/v3/projects/..%2F..%2Fx%3Fy=/alerts?")


@pytest.mark.enable_socket
class TestOneAlert:
    async def test_whether_it_is_open(self, google: AlertsApi, alerts: Alerts) -> None:
        notification = gcp.incident(incident_id="0.abc")
        opened = google.open(notification)
        assert await alerts.still_open(PROJECT, "0.abc")
        opened["state"] = "CLOSED"
        assert not await alerts.still_open(PROJECT, "0.abc")

    async def test_one_that_google_has_forgotten_is_not(self, alerts: Alerts) -> None:
        assert not await alerts.still_open(PROJECT, "0.gone")

    async def test_if_google_cannot_say_neither_can_we(
        self, google: AlertsApi, alerts: Alerts
    ) -> None:
        google.broken = lambda _: error(500, "x")
        with pytest.raises(GcpError):
            await alerts.still_open(PROJECT, "0.abc")


class TestCredentials:
    @pytest.mark.parametrize(
        ("url", "anonymous"),
        [
            ("http://127.0.0.1:8080", True),
            ("http://localhost:8080/", True),
            ("http://[::1]:8080", True),
            ("https://127.0.0.1:8080", False),
            (API_URL, False),
        ],
    )
    async def test_only_on_loopback_nobody_asks(self, url: str, anonymous: bool) -> None:
        async with aiohttp.ClientSession() as session:
            made = Alerts.from_variables({URL_VARIABLE: url}, session)
        assert isinstance(made._credentials, Anonymous) is anonymous

    @pytest.mark.parametrize(
        "url",
        [
            "http://monitoring.example.com",
            "ftp://127.0.0.1",
            "127.0.0.1:8080",
            "https://",
            "http://[::1",
            "x",
        ],
    )
    async def test_no_token_is_sent_where_others_could_read_it(self, url: str) -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(GcpError, match=URL_VARIABLE):
                Alerts.from_variables({URL_VARIABLE: url}, session)

    @pytest.mark.parametrize(
        ("host", "near"),
        [("127.8.9.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("", False)],
    )
    def test_loopback(self, host: str, near: bool) -> None:
        assert on_loopback(host) is near

    async def test_a_token_is_asked_for_once_per_lifetime(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found: list[Any] = []

        class Known:
            token = ""

            def before_request(self, request: Any, method: str, url: str, headers: Any) -> None:
                self.token = self.token or "t-1"
                headers["authorization"] = f"Bearer {self.token}"

        def default(scopes: Any) -> Any:
            found.append(scopes)
            return Known(), "acme"

        monkeypatch.setattr("google.auth.default", default)
        credentials = ApplicationDefault(["scope"])
        url = f"{API_URL}/v3/x"
        answers = await asyncio.gather(*(credentials.headers(url) for _ in range(5)))
        assert answers == [{"authorization": "Bearer t-1"}] * 5
        assert isinstance(await credentials.found(), Known)
        assert found == [("scope",)]

    @pytest.mark.parametrize(
        "broken", [DefaultCredentialsError("none\nhere"), RefreshError("revoked")], ids=str
    )
    async def test_without_credentials(
        self, monkeypatch: pytest.MonkeyPatch, broken: Exception
    ) -> None:
        def default(scopes: Any) -> Any:
            raise broken

        monkeypatch.setattr("google.auth.default", default)
        with pytest.raises(NoCredentialsError, match=r"^no credentials for Google Cloud: [^\n]*$"):
            await ApplicationDefault().headers(API_URL)
