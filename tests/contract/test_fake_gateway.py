"""The fake GitHub keeps the gateway's contract."""

from collections.abc import Sequence

import pytest

from ghapp.github.errors import GitHubError, RateLimited, Unavailable
from ghapp.model.names import Login
from tests.contract.gateway_contract import ALICE, BOB, HOME, SECOND, GatewayContract
from tests.support.fake_github import FakeGateway
from tests.support.fake_repositories import START


class FakeWorld:
    """People act on the fake directly."""

    def __init__(self) -> None:
        self.gateway = FakeGateway(assignable={ALICE, BOB})

    async def opens(self, login: str, title: str, labels: Sequence[str] = ()) -> int:
        """A person opens an issue."""
        return self.gateway.person_opens(
            HOME, author=Login(login), title=title, labels=labels
        ).number

    async def comments(self, login: str, number: int, body: str) -> int:
        """A person comments."""
        return self.gateway.person_comments(HOME, number, author=Login(login), body=body).id

    async def closes(self, login: str, number: int) -> None:
        """A person closes an issue."""
        self.gateway.person_changes(HOME, number, open=False)

    async def writes(self, path: str, text: str) -> None:
        """A person commits a file."""
        self.gateway.write_file(HOME, path, text)

    async def later(self) -> None:
        """A second passes."""
        self.gateway.clock += SECOND

    def counted(self) -> int:
        """The calls that GitHub has counted."""
        return self.gateway.counted


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
