"""Stripe's API as far as the app needs it: events that were not delivered, and where events go.

https://docs.stripe.com/api, through Stripe's own package.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import aiohttp
import stripe

API_URL = "https://api.stripe.com"
KEY_VARIABLE = "GHAPP_STRIPE_API_KEY"
URL_VARIABLE = "GHAPP_STRIPE_API_URL"

# It would write an id of this machine into the home directory and send it along.
stripe.enable_telemetry = False

_PATIENCE = aiohttp.ClientTimeout(total=20)
_PAGE = 100
_TYPES_A_LIST = 20
"""Stripe filters one listing by so many types at most."""


class StripeApiError(Exception):
    """Stripe could not be asked, or refused; the text is one line."""


class KeyRefusedError(StripeApiError):
    """The key is wrong, or may not do this."""


class NotThereError(StripeApiError):
    """Stripe knows no such thing, or does not offer it to this account."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that Stripe sends events of some types to."""

    id: str
    url: str
    types: frozenset[str]
    enabled: bool


class Endpoints(Protocol):
    """One kind of them."""

    async def all(self) -> list[Endpoint]:
        """Every one there is; raises StripeApiError."""
        ...

    async def create(self, url: str, types: Sequence[str]) -> str:
        """Make one; returns its signing secret, which Stripe tells only now. Raises StripeApiError."""
        ...

    async def change(self, endpoint: Endpoint, types: Sequence[str]) -> None:
        """Have it enabled and get these types; raises StripeApiError."""
        ...


class Stripe:
    """One account's API; use it in `async with`. No request is tried again: whoever calls comes again."""

    def __init__(self, key: str, url: str = API_URL) -> None:
        self._http = stripe.AIOHTTPClient(timeout=_PATIENCE)
        self._api = stripe.StripeClient(
            key,
            base_addresses={"api": url.rstrip("/")},
            http_client=self._http,
            max_network_retries=0,
        )
        self.snapshots: Endpoints = _WebhookEndpoints(self._api)
        self.thin: Endpoints = _EventDestinations(self._api)

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> Self | None:
        """The client that the environment describes; None without a key.

        Raises:
            StripeApiError: GHAPP_STRIPE_API_URL is no web address.
        """
        key = variables.get(KEY_VARIABLE, "").strip()
        url = variables.get(URL_VARIABLE, "").strip() or API_URL
        if not key:
            return None
        try:
            parts = urlsplit(url)
            sound = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            sound = False
        if not sound:
            raise StripeApiError(f"{URL_VARIABLE} is not a web address: {url!r}")
        return cls(key, url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def undelivered(
        self, since: datetime, types: Sequence[str]
    ) -> AsyncIterator[dict[str, Any]]:
        """The events since then that some endpoint has not taken, or not yet; the newest of a listing first.

        Stripe keeps events for 30 days. https://docs.stripe.com/webhooks/process-undelivered-events

        Raises:
            StripeApiError: the listing failed; what came before is sound, but not all.
        """
        for start in range(0, len(types), _TYPES_A_LIST):
            with _failures():
                page = await self._api.v1.events.list_async(
                    {
                        "created": {"gte": int(since.timestamp())},
                        "delivery_success": False,
                        "limit": _PAGE,
                        "types": list(types[start : start + _TYPES_A_LIST]),
                    }
                )
                async for event in page.auto_paging_iter():
                    yield event.to_dict()


class _WebhookEndpoints:
    """Webhook endpoints, which get snapshot events."""

    def __init__(self, api: stripe.StripeClient) -> None:
        self._endpoints = api.v1.webhook_endpoints

    async def all(self) -> list[Endpoint]:
        with _failures():
            page = await self._endpoints.list_async({"limit": _PAGE})
            return [
                Endpoint(one.id, one.url, frozenset(one.enabled_events), one.status == "enabled")
                async for one in page.auto_paging_iter()
            ]

    async def create(self, url: str, types: Sequence[str]) -> str:
        names: list[Any] = list(types)
        with _failures():
            made = await self._endpoints.create_async(
                {"url": url, "description": "ghapp", "enabled_events": names}
            )
        return made.secret or ""

    async def change(self, endpoint: Endpoint, types: Sequence[str]) -> None:
        names: list[Any] = list(types)
        with _failures():
            await self._endpoints.update_async(
                endpoint.id, {"disabled": False, "enabled_events": names}
            )


class _EventDestinations:
    """Event destinations of the newer API, as far as they get thin events over a webhook."""

    def __init__(self, api: stripe.StripeClient) -> None:
        self._destinations = api.v2.core.event_destinations

    async def all(self) -> list[Endpoint]:
        with _failures():
            page = await self._destinations.list_async({"include": ["webhook_endpoint.url"]})
            return [
                Endpoint(
                    one.id,
                    _of_webhook(one, "url"),
                    frozenset(one.enabled_events),
                    one.status == "enabled",
                )
                async for one in page.auto_paging_iter()
                if one.event_payload == "thin" and one.type == "webhook_endpoint"
            ]

    async def create(self, url: str, types: Sequence[str]) -> str:
        with _failures():
            made = await self._destinations.create_async(
                {
                    "name": "ghapp",
                    "type": "webhook_endpoint",
                    "event_payload": "thin",
                    "enabled_events": list(types),
                    "webhook_endpoint": {"url": url},
                    "include": ["webhook_endpoint.signing_secret"],
                }
            )
        return _of_webhook(made, "signing_secret")

    async def change(self, endpoint: Endpoint, types: Sequence[str]) -> None:
        with _failures():
            if endpoint.types != set(types):
                await self._destinations.update_async(endpoint.id, {"enabled_events": list(types)})
            if not endpoint.enabled:
                await self._destinations.enable_async(endpoint.id)


def _of_webhook(destination: object, member: str) -> str:
    """What Stripe tells only when it is asked to include it."""
    return getattr(getattr(destination, "webhook_endpoint", None), member, None) or ""


@contextmanager
def _failures() -> Iterator[None]:
    """Stripe's errors, and those that its package lets through, as ours."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise KeyRefusedError(_one_line(error)) from error
    except stripe.StripeError as error:
        kind = NotThereError if error.http_status == HTTPStatus.NOT_FOUND else StripeApiError
        raise kind(_one_line(error)) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise StripeApiError(_one_line(error)) from error


def _one_line(error: Exception) -> str:
    if isinstance(error, stripe.APIConnectionError):
        return f"cannot reach Stripe: {type(error.__cause__).__name__}"
    return " ".join(str(error).split()) or type(error).__name__
