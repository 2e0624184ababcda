"""`ghapp connect stripe`: what it would do, what it does, and that it does it once."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer
from click.testing import Result

from ghapp.cli import connect
from ghapp.cli.connecting.stripe import endpoint_address, step
from ghapp.cli.errors import UserError
from ghapp.clients.stripe import Endpoint
from ghapp.sources.stripe import EVENT_TYPES, THIN_EVENT_TYPES
from tests.support.operator import run
from tests.support.stripe_api import KEY, StripeApi, destination, endpoint

URL = "https://ghapp.example.com"
DOOR = f"{URL}/webhooks/stripe"
socket = pytest.mark.enable_socket


@pytest.fixture
async def api() -> AsyncIterator[StripeApi]:
    account = StripeApi()
    async with TestServer(account.app()) as server:
        account.url = str(server.make_url(""))
        yield account


async def ghapp_connect(api: StripeApi, *args: str, url: str = URL, key: str = KEY) -> Result:
    env = {"GHAPP_STRIPE_API_KEY": key, "GHAPP_STRIPE_API_URL": api.url}
    return await run(connect, "connect", "stripe", "--url", url, *args, env=env)


@socket
class TestConnect:
    async def test_says_what_it_would_do_and_does_not(self, api: StripeApi) -> None:
        result = await ghapp_connect(api)
        assert (result.exit_code, api.writes) == (0, [])
        assert result.stdout.splitlines() == [
            f"create  Webhook endpoint {DOOR}, for {len(EVENT_TYPES)} types of events",
            f"create  Event destination for thin events {DOOR}, for 1 type of events",
            "2 to write: run it again with --apply.",
        ]

    async def test_makes_both_and_tells_their_secrets_once(self, api: StripeApi) -> None:
        result = await ghapp_connect(api, "--apply")
        assert result.exit_code == 0
        assert result.stdout.splitlines()[-2:] == [
            "GHAPP_STRIPE_WEBHOOK_SECRET=whsec_we_1,whsec_ed_1",
            "2 written.",
        ]
        (made,), (thin,) = api.endpoints, api.destinations
        assert (made["url"], sorted(made["enabled_events"])) == (DOOR, sorted(EVENT_TYPES))
        assert thin["webhook_endpoint"]["url"] == DOOR
        assert thin["enabled_events"] == list(THIN_EVENT_TYPES)

        api.asked.clear()
        again = await ghapp_connect(api, "--apply")
        assert (again.exit_code, api.writes) == (0, [])
        assert again.stdout.splitlines()[-1] == "Nothing to do."
        assert "whsec" not in again.output

    async def test_its_own_address_may_be_in_the_environment(self, api: StripeApi) -> None:
        env = {"GHAPP_STRIPE_API_KEY": KEY, "GHAPP_STRIPE_API_URL": api.url}
        result = await run(connect, "connect", "stripe", env={**env, "GHAPP_PUBLIC_URL": URL})
        assert f"create  Webhook endpoint {DOOR}" in result.stdout

    async def test_mends_what_differs(self, api: StripeApi) -> None:
        types = [*EVENT_TYPES[1:], "customer.created"]
        api.endpoints = [
            endpoint("we_other", "https://other.example.com", ["*"]),
            endpoint("we_ours", DOOR, types, status="disabled"),
            endpoint("we_second", DOOR, types),
        ]
        api.destinations = [destination("ed_ours", DOOR, THIN_EVENT_TYPES)]
        result = await ghapp_connect(api, "--apply")
        assert result.exit_code == 0
        assert result.stdout.splitlines() == [
            f"change  Webhook endpoint {DOOR}, we_ours",
            f"        + {EVENT_TYPES[0]}",
            "        - customer.created",
            "        + enabled",
            f"fine  Event destination for thin events {DOOR}, ed_ours",
            "1 written.",
        ]
        assert "1 more with the same address" in result.stderr
        assert api.writes == ["POST /v1/webhook_endpoints/we_ours"]
        assert (await ghapp_connect(api)).stdout.splitlines()[-1] == "Nothing to do."

    async def test_a_secret_is_told_even_if_something_fails_later(self, api: StripeApi) -> None:
        api.failing["POST /v2/core/event_destinations"] = 403
        result = await ghapp_connect(api, "--apply")
        assert "GHAPP_STRIPE_WEBHOOK_SECRET=whsec_we_1" in result.stdout
        assert isinstance(result.exception, UserError)
        assert result.exception.what == "Stripe refuses the key: This is not possible."
        assert "event destinations" in result.exception.hint

    async def test_without_thin_events_it_does_the_rest(self, api: StripeApi) -> None:
        api.failing["GET /v2/core/event_destinations"] = 404
        result = await ghapp_connect(api, "--apply")
        assert result.exit_code == 0
        assert "thin events will not come" in result.stderr
        assert api.writes == ["POST /v1/webhook_endpoints"]

    async def test_a_key_of_test_mode_is_told(self, api: StripeApi) -> None:
        assert "events of test mode are ignored" in (await ghapp_connect(api)).stderr

    async def test_a_key_that_is_wrong(self, api: StripeApi) -> None:
        result = await ghapp_connect(api, key="rk_live_other")
        assert isinstance(result.exception, UserError)
        assert result.exception.what.startswith("Stripe refuses the key: Invalid API Key")

    async def test_stripe_away(self, api: StripeApi) -> None:
        api.url = "http://127.0.0.1:9"
        result = await ghapp_connect(api)
        assert isinstance(result.exception, UserError)
        assert result.exception.what.startswith("Stripe: cannot reach Stripe")

    async def test_without_a_key(self, api: StripeApi) -> None:
        result = await ghapp_connect(api, key=" ")
        assert isinstance(result.exception, UserError)
        assert result.exception.what == "not set: GHAPP_STRIPE_API_KEY"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (URL, DOOR),
        (f"{URL}/", DOOR),
        (DOOR, DOOR),
        (f" {DOOR}/ ", DOOR),
        ("https://example.com:8443/ghapp", "https://example.com:8443/ghapp/webhooks/stripe"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/webhooks/stripe"),
    ],
)
def test_the_address_of_ghapp_or_of_its_door(given: str, address: str) -> None:
    assert endpoint_address(given, "rk_test_x") == address


@pytest.mark.parametrize(
    "given",
    [
        *("", "ghapp.example.com", "ftp://example.com", "https://", "https://[bad"),
        *(f"{URL}?a=b", f"{URL}#x"),
    ],
)
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(UserError, match="not an address"):
        endpoint_address(given, "rk_test_x")


def test_live_events_only_go_to_https() -> None:
    with pytest.raises(UserError, match="https only"):
        endpoint_address("http://ghapp.example.com", "rk_live_x")


@pytest.mark.parametrize(
    ("types", "enabled", "due"),
    [
        ({"a.b", "c.d"}, True, False),
        ({"a.b", "c.d"}, False, True),
        ({"a.b"}, True, True),
        ({"a.b", "c.d", "e.f"}, True, True),
        ({"*"}, True, True),
    ],
)
def test_what_is_due(types: set[str], enabled: bool, due: bool) -> None:
    there = Endpoint("we_1", DOOR, frozenset(types), enabled)
    assert step("Endpoint", ("a.b", "c.d"), DOOR, [there]).due is due
