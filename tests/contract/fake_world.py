"""People act on the fake GitHub directly."""

from collections.abc import Sequence

from ghapp.core.facts import Sha
from ghapp.github.gateway_checks import RequiredChecks
from ghapp.github.gateway_releases import Notes
from ghapp.model.names import Login
from tests.contract.gateway_contract import ALICE, BOB, HOME, SECOND
from tests.support.fake_github import FakeGateway


class FakeWorld:
    """People act on the fake directly."""

    def __init__(self) -> None:
        self.gateway = FakeGateway(assignable={ALICE, BOB})
        self.checks = self.milestones = self.releases = self.pulls = self.gateway

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

    async def commits(self, path: str, text: str = "", *, branch: str = "main") -> Sha:
        """Alice commits a file to a branch."""
        return self.gateway.push(HOME, branch, path, author=ALICE)

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request."""
        return self.gateway.person_opens(HOME, author=ALICE, title=branch, is_pull=True).number

    async def others_check(self, head: Sha, name: str, conclusion: str) -> None:
        """Another App runs a check."""
        self.gateway.others_check(HOME, head, name, conclusion)

    async def sets_status(self, sha: Sha, context: str, state: str) -> None:
        """Somebody sets a status."""
        self.gateway.set_status(HOME, sha, context, state)

    async def requires(self, branch: str, names: Sequence[str]) -> None:
        """The rules of a branch require checks."""
        self.gateway.required[HOME, branch] = RequiredChecks(frozenset(names))

    async def annotations(self, check_id: int) -> list[str]:
        """The messages that a check run bears."""
        return [one.message for one in self.gateway.annotations[check_id]]

    async def adds_milestone(self, title: str) -> None:
        """A person adds a milestone."""
        self.gateway.person_adds_milestone(HOME, title=title)

    async def deletes_milestone(self, number: int) -> None:
        """A person deletes a milestone."""
        self.gateway.person_deletes_milestone(HOME, number)

    def notes_are(self, body: str) -> None:
        """What GitHub generates."""
        self.gateway.notes = Notes("Release", body)
