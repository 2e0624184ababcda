"""The fake GitHub keeps the contracts of the backlog, checks, milestones, releases and pull requests."""

import pytest

from tests.contract.backlog_contract import BacklogContract
from tests.contract.checks_contract import ChecksContract
from tests.contract.docs_contract import DocsContract
from tests.contract.fake_world import FakeWorld
from tests.contract.milestones_contract import MilestonesContract
from tests.contract.pulls_contract import PullsContract
from tests.contract.releases_contract import ReleasesContract


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


class TestFakeChecks(ChecksContract): ...


class TestFakeMilestones(MilestonesContract): ...


class TestFakeReleases(ReleasesContract): ...


class TestFakePulls(PullsContract): ...


class TestFakeBacklog(BacklogContract): ...


class TestFakeDocs(DocsContract): ...
