"""Groups of alerts on the real process: what fires is listed in one issue, which is over when all of it is."""

import hashlib
import hmac
import io
import json
import re
from typing import Any

import aiohttp
import pytest

from tests.support import prometheus
from tests.support.e2e import Answer, handled, incidents, labels, marker, rows, said, the_incident
from tests.support.prometheus import ago, alert, grafana_test, resolved

TOKEN = "a token of Alertmanager"
BY = {"cluster": "eu"}
SLOW = alert("Slow", severity="warning", started=ago(4), instance="api-1", cluster="eu")
ERRORS = alert("HighErrorRate", started=ago(3), instance="api-2", cluster="eu")
FULL = alert("DiskFull", severity="warning", started=ago(2), instance="db-1", cluster="eu")


@pytest.fixture
def owners(owners):
    """Closing is what is looked at, so no severity waits for a person; one rule looks at a label."""
    rule = '{source: "*", match: {labels.cluster: eu, labels.alertname: "Slow"}}'
    return owners.replace(
        "billing: {owner: carol, backup: alice}",
        f"billing: {{owner: carol, backup: alice, alerts: [{rule}]}}\n"
        "severities: {sev1: {on_recovery: close}}",
    )


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server(GHAPP_ALERTMANAGER_TOKEN=TOKEN)
    await server.start()
    return server


def by_token(_body: bytes) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


def signed(body: bytes) -> dict[str, str]:
    digest = hmac.new(TOKEN.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Grafana-Alerting-Signature": digest}


async def send(
    server: Any, door: str, message: Any, headers: dict[str, str] | None = None
) -> Answer:
    """Send a message as the sender does, and wait until it is handled."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    proof = by_token(body) if door == "alertmanager" else signed(body)
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{server.url}/webhooks/{door}",
            data=io.BytesIO(body),
            headers={"Content-Type": "application/json", **(proof if headers is None else headers)},
        ) as answer,
    ):
        found = Answer(answer.status, await answer.text())
    await handled(server)
    return found


def listed(body: str) -> list[tuple[str, str]]:
    """The severity and the first words of each alert that the issue says is firing."""
    found = re.search(r"Firing now:\n\n.*?\n(?=\n|$)", body, re.DOTALL)
    lines = found[0].splitlines()[4:] if found else []
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line]
    return [(severity, said.split(" (")[0]) for severity, _since, said in cells]


@pytest.mark.parametrize(
    ("door", "group"),
    [("alertmanager", prometheus.group), ("grafana", prometheus.grafana)],
    ids=["alertmanager", "grafana"],
)
async def test_a_group_opens_lists_what_fires_and_closes(github, server, door, group):
    async def tell(*alerts: Any) -> None:
        assert (await send(server, door, group(*alerts, by=BY))).status == 202

    await tell(SLOW)
    issue = await the_incident(github)
    assert issue["title"] == "[sev3] Slow on api-1"
    assert labels(issue) == {"incident", "sev3", "area/billing", f"source/{door}"}
    assert marker(issue["body"])["key"].startswith(f"{door}:")
    assert listed(issue["body"]) == [("sev3", "Slow on api-1")]

    await tell(SLOW, ERRORS)
    issue = await the_incident(github)
    assert labels(issue) & {"sev1", "sev2", "sev3"} == {"sev1"}
    assert listed(issue["body"]) == [("sev1", "HighErrorRate on api-2"), ("sev3", "Slow on api-1")]
    assert len(await said(github, issue["number"])) == 1, "it says that it is worse"

    await tell(resolved(SLOW), resolved(ERRORS), FULL)
    await tell(resolved(SLOW), FULL)
    assert (await the_incident(github))["state"] == "open"

    await tell(resolved(FULL))
    issue = await the_incident(github)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert listed(issue["body"]) == []

    late = group(SLOW, ERRORS, by=BY, receiver="late")
    assert (await send(server, door, late)).status == 202
    assert (await the_incident(github))["state"] == "closed", "an old message raised the dead"
    assert len(await said(github, issue["number"])) == 2


async def test_the_list_follows_while_it_gets_worse(github, server):
    await send(server, "alertmanager", prometheus.group(SLOW, FULL, by=BY))
    assert len(listed((await the_incident(github))["body"])) == 2
    await send(server, "alertmanager", prometheus.group(resolved(SLOW), FULL, ERRORS, by=BY))
    issue = await the_incident(github)
    assert listed(issue["body"]) == [
        ("sev1", "HighErrorRate on api-2"),
        ("sev3", "DiskFull on db-1"),
    ]
    assert "Seen | 2 times" in issue["body"]

    # Of an alert that is silenced meanwhile nothing more is heard.
    await send(server, "alertmanager", prometheus.group(resolved(ERRORS), by=BY))
    issue = await the_incident(github)
    assert (issue["state"], listed(issue["body"])) == ("closed", [])


async def test_what_is_not_a_group_opens_nothing(github, server, subtests):
    test = grafana_test()
    group = prometheus.group(ERRORS)
    cases = {
        "the test button": ("grafana", test, None, 200),
        "a wrong token": ("alertmanager", group, {"Authorization": "Bearer guess"}, 401),
        "no token": ("grafana", group, {}, 401),
        "a signature at the door of tokens": ("alertmanager", group, signed(b""), 401),
        "no group": ("alertmanager", {**group, "groupKey": ""}, None, 400),
        "not JSON": ("grafana", b"{", None, 400),
        "too large": ("alertmanager", b" " * (2**20 + 1), None, 413),
    }
    for name, (door, message, headers, status) in cases.items():
        with subtests.test(name):
            answer = await send(server, door, message, headers)
            assert answer.status == status
            assert len(answer.text.splitlines()) == 1
    assert await incidents(github) == []
    assert await rows(server) == []
