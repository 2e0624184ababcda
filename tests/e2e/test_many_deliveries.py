"""Ten thousand deliveries about fifty troubles: fifty issues, nothing refused but for a while, memory flat."""

import asyncio
import collections
import itertools
import json
from typing import Any

import aiohttp
import pytest

from ghapp.demo.server import Server
from tests.support import gcp
from tests.support.e2e import fingerprints, handled, incidents, page

TROUBLES = 50
DELIVERIES = 10_000
WARM = 2_000
CONNECTIONS = 32
MIB = 2**20

OWNERS = """\
version: 1
areas:
  deployment: {owner: alice}
fallback_area: deployment
incidents: {storm: {threshold: 100, window: 5m}}
"""


@pytest.fixture
def owners() -> str:
    return OWNERS


def messages() -> "itertools.cycle[bytes]":
    """Openings of each trouble, over and over, never the same twice within one round."""
    return itertools.cycle(
        json.dumps(
            gcp.incident(
                resource=gcp.service(number),
                severity="CRITICAL",
                incident_id=f"0.trouble{number}x{variant}",
            )
        ).encode()
        for variant in range(4)
        for number in range(TROUBLES)
    )


async def resident(server: Server) -> float:
    """The memory of the server's process, in MiB."""
    text = (await page(server, "/metrics")).text
    line = next(
        line for line in text.splitlines() if line.startswith("process_resident_memory_bytes ")
    )
    return float(line.split()[1]) / MIB


async def pour(server: Server, count: int, contents: Any) -> collections.Counter[int]:
    """Send so many deliveries as fast as they are taken; what is refused for now comes again."""
    answers: collections.Counter[int] = collections.Counter()
    left = iter(range(count))

    async def sender(session: aiohttp.ClientSession) -> None:
        for _ in left:
            content = next(contents)
            status = 503
            while status == 503:
                async with session.post(
                    f"{server.url}/webhooks/gcp",
                    params={"auth_token": server.settings["GHAPP_GCP_WEBHOOK_TOKEN"]},
                    data=content,
                ) as answer:
                    status = answer.status
                answers[status] += 1

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(sender(session) for _ in range(CONNECTIONS)))
    return answers


@pytest.mark.timeout(240)
async def test_as_many_issues_as_troubles(github, ghapp_server) -> None:
    server = ghapp_server()
    await server.start()
    contents = messages()
    answers = await pour(server, WARM, contents)
    await handled(server, within=90)
    warm = await resident(server)
    answers += await pour(server, DELIVERIES - WARM, contents)
    await handled(server, within=90)

    assert set(answers) <= {200, 202, 503}
    assert answers[200] + answers[202] == DELIVERIES
    found = await incidents(github)
    assert len(set(fingerprints(found))) == len(found) == TROUBLES
    assert await resident(server) < warm + 16
