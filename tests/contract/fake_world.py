"""People act on the fake GitHub directly."""

from collections.abc import Sequence

from ghapp.core.facts import Sha
from ghapp.github.gateway_checks import RequiredChecks
from ghapp.github.gateway_releases import Notes
from ghapp.model.names import Login
from tests.contract.gateway_contract import ALICE, BOB, HOME, SECOND
from tests.support.changed_files import changed
from tests.support.fake_github import FakeGateway


class FakeWorld:
    """People act on the fake directly."""

    def __init__(self) -> None:
        self.gateway = FakeGateway(assignable={ALICE, BOB, Login("carol")})
        self.checks = self.milestones = self.releases = self.pulls = self.gateway
        self.backlog = self.docs = self.gateway

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

    async def begins(self, branch: str) -> None:
        """Alice begins a branch."""
        self.gateway.push(HOME, "main", "README.md", author=ALICE)
        self.gateway.log[HOME, branch] = [*self.gateway.log[HOME, "main"]]

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request of a new branch."""
        await self.begins(branch)
        self.gateway.push(HOME, branch, "a.py", author=ALICE)
        made = self.gateway.person_proposes(HOME, author=ALICE, head=branch, draft=draft)
        return made.number

    async def makes_ready(self, number: int) -> None:
        """Alice makes a draft ready for review."""
        self.gateway.person_changes_pull(HOME, number, draft=False)

    async def pushes(self, number: int, branch: str) -> None:
        """Alice pushes to the branch of a pull request."""
        self.gateway.person_pushes(HOME, number, "b.py", author=ALICE)

    async def moves(self, login: str, number: int, to: int | None) -> None:
        """A person moves an issue."""
        self.gateway.person_moves(HOME, number, to, by=Login(login))

    async def reviews(self, login: str, number: int, state: str) -> int:
        """A person submits a review."""
        return self.gateway.person_reviews(HOME, number, author=Login(login), state=state).id

    async def dismisses(self, number: int, review: int) -> None:
        """A person dismisses a review."""
        self.gateway.dismiss(HOME, number, review)

    async def merges(self, number: int) -> Sha:
        """A person merges a pull request."""
        return self.gateway.merge(HOME, number)

    async def labels(self, number: int, label: str) -> None:
        """A person labels a pull request."""
        self.gateway.person_changes(HOME, number, labels=frozenset({label}))

    async def forms_team(self, name: str, login: str) -> None:
        """A team of one member."""
        self.gateway.teams[name] = frozenset({Login(login)})

    def changes(self, number: int, count: int) -> None:
        """Let a pull request change so many files."""
        renamed = changed("new.py", status="renamed", previous="old.py")
        rest = [changed(f"f{index}.py") for index in range(1, count)]
        self.gateway.changed[HOME, number] = (renamed, *rest)

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
