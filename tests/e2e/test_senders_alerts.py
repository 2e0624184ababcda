"""The generic sender on the real process, by the very script that docs/alerts.md shows."""

import asyncio
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.e2e import handled, labels, marker, rows, said, the_incident

PAGE = Path(__file__).parents[2] / "docs/alerts.md"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBnZW5lcmljIHNlbmRlcg=="
BACKUP = {
    "dedup_key": "backup/orders-db",
    "status": "firing",
    "severity": "error",
    "title": "Backup of orders-db failed",
    "link": "https://jenkins.example.com/job/118/",
    "labels": {"env": "prod"},
}


@pytest.fixture
def owners(owners):
    rule = '{source: alerts, match: {dedup_key: "backup/*", labels.env: prod}}'
    return owners.replace(
        "billing: {owner: carol, backup: alice}",
        f"billing: {{owner: carol, backup: alice, alerts: [{rule}]}}",
    )


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server(GHAPP_ALERTS_SECRET=f"whsec_b3RoZXI=,{SECRET}")
    await server.start()
    return server


def sender() -> list[str]:
    """The page's shell script, or its Python one where there is no curl: the alert is the last argument."""
    if shutil.which("curl") and shutil.which("openssl"):
        [script] = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", PAGE.read_text(), re.DOTALL)
        return ["sh", "-c", script, "send-alert"]
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
    return [sys.executable, "-c", f"{code}\nimport sys\nsend(**json.loads(sys.argv[1]))"]


async def send(server: Any, alert: dict[str, Any], secret: str = SECRET) -> int:
    """Send as a person would; the exit code of the script."""
    process = await asyncio.create_subprocess_exec(
        *sender(),
        json.dumps(alert),
        env={**os.environ, "GHAPP_ALERTS_SECRET": secret, "GHAPP_URL": server.url},
        stdout=asyncio.subprocess.DEVNULL,
    )
    code = await process.wait()
    await handled(server)
    return code


async def test_opens_repeats_and_closes_by_the_documented_script(github, server):
    assert await send(server, BACKUP, secret="whsec_bm90IG91cnM=") != 0
    assert await rows(server) == []

    assert await send(server, BACKUP) == 0
    issue = await the_incident(github)
    assert issue["title"] == "[sev2] Backup of orders-db failed"
    assert labels(issue) == {"incident", "sev2", "area/billing", "source/alerts"}
    assert "https://jenkins.example.com/job/118/" in issue["body"]
    assert marker(issue["body"])["key"].startswith("alerts:")

    assert await send(server, BACKUP) == 0
    assert len(await rows(server)) == 2
    assert (await the_incident(github))["state"] == "open"
    assert await said(github, issue["number"]) == []

    assert await send(server, {"dedup_key": "backup/orders-db", "status": "resolved"}) == 0
    closed = await the_incident(github)
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    assert "Seen | 2 times" in closed["body"]
    [comment] = await said(github, issue["number"])
    assert "ecovered" in comment
