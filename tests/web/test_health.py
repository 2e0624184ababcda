"""What an orchestrator and Prometheus ask."""

from typing import Any

import pytest

pytestmark = pytest.mark.enable_socket


async def test_the_process_is_alive(doors: Any) -> None:
    answer = await doors.client.get("/healthz")
    assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_ready(doors: Any) -> None:
    answer = await doors.client.get("/readyz")
    assert (answer.status, await answer.json()) == (200, {"ready": True, "reasons": []})


async def test_not_ready_says_why(doors_of: Any) -> None:
    doors = await doors_of(ready=lambda: (False, ["OWNERS.yaml is not loaded"]))
    answer = await doors.client.get("/readyz")
    assert answer.status == 503
    assert await answer.json() == {"ready": False, "reasons": ["OWNERS.yaml is not loaded"]}


async def test_deliveries_are_counted(doors: Any, gcp_message: Any) -> None:
    async def value(line: str) -> float:
        text = await (await doors.client.get("/metrics")).text()
        found = [float(row.rpartition(" ")[2]) for row in text.splitlines() if row.startswith(line)]
        return sum(found)

    accepted = 'ghapp_deliveries_accepted_total{source="gcp"}'
    refused = 'ghapp_deliveries_refused_total{reason="token_missing",source="gcp"}'
    before = await value(accepted), await value(refused)
    await doors.gcp(gcp_message)
    await doors.gcp(gcp_message, token=None)
    assert (await value(accepted), await value(refused)) == (before[0] + 1, before[1] + 1)


async def test_the_dashboard_is_there_when_it_is_given(doors_of: Any, doors: Any) -> None:
    async def page() -> str:
        return "<h1>Open incidents</h1>"

    assert (await doors.client.get("/")).status == 404
    answer = await (await doors_of(page=page)).client.get("/")
    assert (answer.status, await answer.text()) == (200, "<h1>Open incidents</h1>")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
