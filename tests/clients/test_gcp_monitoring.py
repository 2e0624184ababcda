"""The gRPC services, spoken to over a real connection."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import monitoring_v3 as api

from ghapp.clients import gcp_monitoring
from ghapp.clients.gcp_credentials import ApplicationDefault, GcpError, NoCredentialsError
from ghapp.clients.gcp_monitoring import (
    TARGET_VARIABLE,
    Channel,
    Monitoring,
    UptimeCheck,
    connected,
)
from ghapp.sources.gcp import Condition
from tests.support import gcp
from tests.support.gcp_api import MonitoringApi, policy

pytestmark = pytest.mark.enable_socket
PROJECT = gcp.PROJECT
URL = "https://ghapp.example.com/webhooks/gcp?auth_token=s3cret"


@pytest.fixture
async def google() -> AsyncIterator[MonitoringApi]:
    google = MonitoringApi()
    async with google.serving():
        yield google


@pytest.fixture
async def monitoring(google: MonitoringApi) -> AsyncIterator[Monitoring]:
    async with connected({TARGET_VARIABLE: google.target}) as monitoring:
        yield monitoring


async def test_policies_of_every_page(google: MonitoringApi, monitoring: Monitoring) -> None:
    notifications = [gcp.incident(policy=f"policy {number}") for number in range(5)]
    google.policies = [policy(one, documentation={"content": "Read."}) for one in notifications]
    found = await monitoring.policies(PROJECT)
    told = notifications[0]["incident"]
    assert [one.display_name for one in found] == [f"policy {number}" for number in range(5)]
    assert (found[0].enabled, found[0].labels, found[0].documentation) == (
        True,
        {"team": "platform"},
        "Read.",
    )
    assert found[0].conditions == (
        Condition(
            told["condition"]["name"],
            told["condition_name"],
            told["condition"]["conditionThreshold"]["filter"],
        ),
    )
    assert await monitoring.policies("other") == []


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({"condition_absent": {"filter": "absent"}}, "absent"),
        ({"condition_matched_log": {"filter": "severity>=ERROR"}}, "severity>=ERROR"),
        ({"condition_monitoring_query_language": {"query": "fetch x"}}, "fetch x"),
        ({"condition_prometheus_query_language": {"query": "up == 0"}}, "up == 0"),
        ({"condition_sql": {"query": "SELECT 1"}}, "SELECT 1"),
        ({}, ""),
    ],
)
async def test_a_condition_in_any_language(
    google: MonitoringApi, monitoring: Monitoring, condition: Any, text: str
) -> None:
    google.policies = [policy(gcp.incident(), conditions=[{"name": "c", **condition}])]
    (found,) = await monitoring.policies(PROJECT)
    assert found.conditions[0].text == text


@pytest.mark.parametrize(("enabled", "counts"), [(True, True), (False, False), (None, True)])
async def test_a_policy_is_on_unless_it_says_otherwise(
    google: MonitoringApi, monitoring: Monitoring, enabled: bool | None, counts: bool
) -> None:
    google.policies = [policy(gcp.incident(), enabled=enabled)]
    (found,) = await monitoring.policies(PROJECT)
    assert found.enabled is counts


async def test_a_channel_is_made_found_and_changed(
    google: MonitoringApi, monitoring: Monitoring
) -> None:
    google.channels = [
        api.NotificationChannel(name=f"projects/{PROJECT}/notificationChannels/9", type_="email")
    ]
    made = await monitoring.create_channel(PROJECT, display_name="ghapp", url=URL)
    name = f"projects/{PROJECT}/notificationChannels/2"
    assert made == Channel(name=name, display_name="ghapp", url=URL)
    assert "s3cret" not in repr(made)
    assert await monitoring.channels(PROJECT) == [made]
    google.channels[1].enabled = False
    await monitoring.update_channel(name, url=f"{URL}2")
    changed = await monitoring.channels(PROJECT)
    assert changed == [Channel(name=name, display_name="ghapp", url=f"{URL}2", enabled=True)]


async def test_only_the_channels_of_a_policy_change(
    google: MonitoringApi, monitoring: Monitoring
) -> None:
    google.policies = [policy(gcp.incident())]
    name = google.policies[0].name
    await monitoring.set_channels(name, ["a", "b"])
    (found,) = await monitoring.policies(PROJECT)
    assert (found.channels, len(found.conditions)) == (("a", "b"), 1)


async def test_uptime_checks(google: MonitoringApi, monitoring: Monitoring) -> None:
    name = f"projects/{PROJECT}/uptimeCheckConfigs/shop-Xk2"
    google.checks = [api.UptimeCheckConfig(name=name, display_name="Shop")]
    assert await monitoring.uptime_checks(PROJECT) == [UptimeCheck("shop-Xk2", "Shop")]


@pytest.mark.parametrize("page_size", [1, 2, 100])
async def test_a_refusal_is_one_line(
    google: MonitoringApi, monitoring: Monitoring, page_size: int
) -> None:
    google.failing["ListAlertPolicies"] = grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(
        GcpError, match=r"^Google Cloud Monitoring: ListAlertPolicies is not allowed$"
    ):
        await monitoring.policies(PROJECT)


async def test_google_itself_is_asked_with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(self: ApplicationDefault) -> Any:
        raise NoCredentialsError("none")

    monkeypatch.setattr(gcp_monitoring.ApplicationDefault, "found", none)
    with pytest.raises(NoCredentialsError):
        async with connected({}):
            pytest.fail("there is nothing to connect with")


async def test_a_connection_to_google_itself_is_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(self: ApplicationDefault) -> Any:
        return AnonymousCredentials()

    encrypted: list[Any] = []

    def secure_channel(target: str, *args: Any, **kwargs: Any) -> Any:
        encrypted.append(target)
        return grpc.aio.insecure_channel("127.0.0.1:9")

    monkeypatch.setattr(gcp_monitoring.ApplicationDefault, "found", found)
    monkeypatch.setattr(grpc.aio, "secure_channel", secure_channel)
    async with connected({}):
        assert encrypted == ["monitoring.googleapis.com"]
