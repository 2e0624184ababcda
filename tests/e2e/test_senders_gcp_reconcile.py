"""Alerts of Google Cloud that got lost, and ends that Google never tells, on the real process."""

import time

import pytest

from tests.support import gcp
from tests.support.e2e import alert, handled, incidents, looked
from tests.support.gcp_api import AlertsApi, MonitoringApi, error, policy
from tests.support.shell import ghapp

LATENCY, LEDGER = "Checkout latency", "Ledger does not balance"


@pytest.fixture
async def google():
    google = AlertsApi()
    google.alerts[gcp.PROJECT] = []
    async with google.serving():
        yield google


@pytest.fixture
async def monitoring():
    monitoring = MonitoringApi()
    async with monitoring.serving():
        yield monitoring


@pytest.fixture
async def server(github, ghapp_server, google, monitoring):
    server = ghapp_server(
        GHAPP_GCP_PROJECTS=f"{gcp.PROJECT},acme-other",
        GHAPP_GCP_API_URL=google.url,
        GHAPP_GCP_GRPC_TARGET=monitoring.target,
    )
    await server.start()
    await looked(server, "gcp")
    return server


async def states(github, server) -> dict[str, str]:
    """Whether each incident's issue is open, by the words of its title."""
    await handled(server)
    return {issue["title"].partition("] ")[2]: issue["state"] for issue in await incidents(github)}


async def test_lost_alerts_are_opened_and_untold_ends_close(github, server, google, monitoring):
    began = int(time.time()) - 600
    untold = gcp.incident(policy=LEDGER, severity="ERROR", started_at=began, summary=LEDGER)
    lost = gcp.incident(policy=LATENCY, severity="ERROR", started_at=began)
    monitoring.policies = [policy(untold), policy(lost)]
    google.open(lost)
    await alert(server, untold)

    google.broken = lambda _request: error(503, "The service is unavailable.")
    code, out, _ = await ghapp(server, "reconcile")
    assert code == 1, out
    assert await states(github, server) == {LEDGER: "open"}

    google.broken = lambda _request: None
    code, out, _ = await ghapp(server, "reconcile")
    assert code == 1, "the other project still fails"
    found = f"{LATENCY}: {lost['incident']['condition_name']} on api-gateway"
    assert await states(github, server) == {LEDGER: "closed", found: "open"}

    writes = len([call for call in github.proxy.calls() if call.by_app and call.method != "GET"])
    await ghapp(server, "reconcile")
    await handled(server)
    calls = [call for call in github.proxy.calls() if call.by_app and call.method != "GET"]
    assert len(calls) == writes, calls[writes:]

    await alert(server, gcp.closed(lost))
    assert await states(github, server) == {LEDGER: "closed", found: "closed"}
