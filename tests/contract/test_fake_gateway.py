"""The fake GitHub keeps the gateway's contract."""

import pytest

from ghapp.github.errors import GitHubError, RateLimited, Unavailable
from tests.contract.fake_world import FakeWorld
from tests.contract.gateway_contract import HOME, GatewayContract
from tests.support.fake_github import FakeGateway
from tests.support.fake_repositories import START


class TestFakeGateway(GatewayContract):
    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()


async def test_history_names_the_commits_that_read_file_takes() -> None:
    gateway = FakeGateway()
    for text in ("one", "two"):
        gateway.write_file(HOME, "OWNERS.yaml", text)
    commits = await gateway.file_history(HOME, "OWNERS.yaml")
    texts = [(await gateway.read_file(HOME, "OWNERS.yaml", ref=ref)).text for ref in commits]  # type: ignore[union-attr]
    assert texts == ["two", "one"]


@pytest.mark.parametrize("error", [Unavailable("down"), RateLimited(START)])
async def test_fails_when_told_to_and_does_nothing(error: GitHubError) -> None:
    gateway = FakeGateway()
    gateway.fail("create_issue", error)
    with pytest.raises(type(error)):
        await gateway.create_issue(HOME, title="t", body="b")
    assert gateway.open_issues(HOME) == []
    await gateway.create_issue(HOME, title="t", body="b")
    assert gateway.writes.count("create_issue") == 2 - isinstance(error, RateLimited)


async def test_loses_an_answer_when_told_to() -> None:
    gateway = FakeGateway()
    gateway.lose_answer("create_issue")
    with pytest.raises(Unavailable) as told:
        await gateway.create_issue(HOME, title="t", body="b")
    assert told.value.uncertain
    assert len(gateway.open_issues(HOME)) == 1
