"""The gateways over REST keep their contracts, against the emulated GitHub."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from ghapp.demo.github import GitHub
from tests.contract.backlog_contract import BacklogContract
from tests.contract.checks_contract import ChecksContract
from tests.contract.docs_contract import DocsContract
from tests.contract.gateway_contract import GatewayContract
from tests.contract.milestones_contract import MilestonesContract
from tests.contract.pulls_contract import PullsContract
from tests.contract.releases_contract import ReleasesContract
from tests.support.rest_world import RestWorld


@pytest.fixture
def owners() -> str:
    return ""


@pytest.fixture
async def world(github: GitHub) -> AsyncIterator[RestWorld]:
    async with aiohttp.ClientSession() as session:
        yield RestWorld(github, session)


class TestRestGateway(GatewayContract): ...


class TestRestChecks(ChecksContract): ...


class TestRestMilestones(MilestonesContract): ...


class TestRestReleases(ReleasesContract): ...


class TestRestPulls(PullsContract): ...


class TestRestBacklog(BacklogContract): ...


class TestRestDocs(DocsContract): ...
