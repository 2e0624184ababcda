"""Alerting policies, notification channels and uptime checks of Google Cloud Monitoring (gRPC).

https://docs.cloud.google.com/python/docs/reference/monitoring/latest
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc  # type: ignore[import-untyped]
from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import monitoring_v3 as api

from ghapp.clients.gcp_credentials import WRITE, ApplicationDefault, GcpError
from ghapp.sources.gcp import Condition

TARGET_VARIABLE = "GHAPP_GCP_GRPC_TARGET"
WEBHOOK = "webhook_tokenauth"
"""A channel whose address carries its token (https://docs.cloud.google.com/monitoring/support/notification-options)."""

_TRANSPORT = "grpc_asyncio"
_TEXTS = ("filter", "query")
_TIMEOUT = 30.0
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An alerting policy; `channels` are the names of those it notifies."""

    name: str
    display_name: str
    enabled: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    documentation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A webhook channel; `url` has the token in its query, so it is never shown."""

    name: str
    display_name: str
    url: str = field(repr=False)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class UptimeCheck:
    """A check of an address from outside; `id` is what a policy's filter names it by."""

    id: str
    display_name: str


class Monitoring:
    """The three services of one connection. Every method raises GcpError when Google does not do as asked."""

    def __init__(
        self,
        policies: api.AlertPolicyServiceAsyncClient,
        channels: api.NotificationChannelServiceAsyncClient,
        checks: api.UptimeCheckServiceAsyncClient,
    ) -> None:
        self._policies = policies
        self._channels = channels
        self._checks = checks

    async def policies(self, project: str) -> list[Policy]:
        """Every alerting policy of a project."""
        with _explained():
            pages = await self._policies.list_alert_policies(
                name=f"projects/{project}", timeout=_TIMEOUT
            )
            return [_policy(one) async for one in pages]

    async def channels(self, project: str) -> list[Channel]:
        """Every webhook channel of a project."""
        with _explained():
            pages = await self._channels.list_notification_channels(
                request={"name": f"projects/{project}", "filter": f'type="{WEBHOOK}"'},
                timeout=_TIMEOUT,
            )
            return [_channel(one) async for one in pages if one.type_ == WEBHOOK]

    async def uptime_checks(self, project: str) -> list[UptimeCheck]:
        """Every uptime check of a project."""
        with _explained():
            pages = await self._checks.list_uptime_check_configs(
                parent=f"projects/{project}", timeout=_TIMEOUT
            )
            return [
                UptimeCheck(one.name.rpartition("/")[2], one.display_name) async for one in pages
            ]

    async def create_channel(self, project: str, *, display_name: str, url: str) -> Channel:
        """A new webhook channel; Google gives it its name."""
        wanted = api.NotificationChannel(
            type_=WEBHOOK, display_name=display_name, labels={"url": url}, enabled=True
        )
        with _explained():
            made = await self._channels.create_notification_channel(
                name=f"projects/{project}", notification_channel=wanted, timeout=_TIMEOUT
            )
            return _channel(made)

    async def update_channel(self, name: str, *, url: str) -> None:
        """Give a channel another address, and switch it on."""
        wanted = api.NotificationChannel(
            name=name, type_=WEBHOOK, labels={"url": url}, enabled=True
        )
        with _explained():
            await self._channels.update_notification_channel(
                request={
                    "update_mask": {"paths": ["labels", "enabled"]},
                    "notification_channel": wanted,
                },
                timeout=_TIMEOUT,
            )

    async def set_channels(self, policy: str, channels: Sequence[str]) -> None:
        """Say which channels a policy notifies; nothing else of it changes."""
        wanted = api.AlertPolicy(name=policy, notification_channels=channels)
        with _explained():
            await self._policies.update_alert_policy(
                request={
                    "update_mask": {"paths": ["notification_channels"]},
                    "alert_policy": wanted,
                },
                timeout=_TIMEOUT,
            )


@asynccontextmanager
async def connected(
    variables: Mapping[str, str], scopes: Sequence[str] = (WRITE,)
) -> AsyncIterator[Monitoring]:
    """A connection to Google, or to GHAPP_GCP_GRPC_TARGET (`host:port`) without encryption and credentials.

    Raises:
        GcpError: this machine has no credentials.
    """
    target = variables.get(TARGET_VARIABLE)
    if target:
        async with grpc.aio.insecure_channel(target) as channel:
            yield _over(channel)
        return
    credentials = await ApplicationDefault(scopes).found()
    transport: Any = api.AlertPolicyServiceAsyncClient.get_transport_class(_TRANSPORT)
    async with transport.create_channel(credentials=credentials, scopes=scopes) as channel:
        yield _over(channel)


def _over(channel: grpc.aio.Channel) -> Monitoring:
    def client(kind: Callable[..., _T]) -> _T:
        transport = kind.get_transport_class(_TRANSPORT)  # type: ignore[attr-defined]
        return kind(transport=transport(channel=channel))

    return Monitoring(
        client(api.AlertPolicyServiceAsyncClient),
        client(api.NotificationChannelServiceAsyncClient),
        client(api.UptimeCheckServiceAsyncClient),
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (GoogleAPIError, GoogleAuthError, grpc.RpcError) as error:
        line = " ".join(str(getattr(error, "message", None) or error).split())
        raise GcpError(f"Google Cloud Monitoring: {line[:300] or type(error).__name__}") from error


def _policy(given: api.AlertPolicy) -> Policy:
    return Policy(
        name=given.name,
        display_name=given.display_name,
        enabled=given.enabled is not False,  # absent means enabled
        labels=dict(given.user_labels),
        channels=tuple(given.notification_channels),
        conditions=tuple(
            Condition(one.name, one.display_name, _text(one)) for one in given.conditions
        ),
        documentation=given.documentation.content,
    )


def _text(condition: api.AlertPolicy.Condition) -> str:
    """What the condition looks at, in whichever language; denominators and joins do not say what it is about."""
    kind = api.AlertPolicy.Condition.pb(condition).WhichOneof("condition")
    about: Any = getattr(condition, kind) if kind else None
    return next((getattr(about, name) for name in _TEXTS if hasattr(about, name)), "")


def _channel(given: api.NotificationChannel) -> Channel:
    return Channel(
        name=given.name,
        display_name=given.display_name,
        url=given.labels.get("url", ""),
        enabled=given.enabled is not False,
    )
