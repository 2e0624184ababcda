"""People act on the emulated GitHub over its API, and the gateways over REST see it."""

import asyncio
from collections.abc import Sequence

import aiohttp

from ghapp.core.facts import RepoName, Sha
from ghapp.demo.github import GitHub
from ghapp.demo.people import Person
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from ghapp.github.rest import RestGateway
from ghapp.github.rest_checks import RestChecks
from ghapp.github.rest_milestones import RestMilestones
from ghapp.github.rest_releases import RestReleases
from tests.support.limit_store import MemoryLimitStore

HOME = RepoName("acme/ops")


class RestWorld:
    """People act on the emulated GitHub over its API."""

    def __init__(self, github: GitHub, session: aiohttp.ClientSession) -> None:
        self.github = github
        client = GitHubClient(
            session,
            credentials=Credentials(str(github.emulator.app_id), github.emulator.private_key_pem),
            store=MemoryLimitStore(),
            base_url=github.proxy.api_url,
        )
        self.gateway = RestGateway(client)
        self.checks = RestChecks(client, self.gateway.app)
        self.milestones = RestMilestones(client, self.gateway.app)
        self.releases = RestReleases(client, self.gateway.app)

    async def opens(self, login: str, title: str, labels: Sequence[str] = ()) -> int:
        """A person opens an issue."""
        made = await self.github.person(login).open_issue(title, labels=labels)
        return int(made["number"])

    async def comments(self, login: str, number: int, body: str) -> int:
        """A person comments."""
        return int((await self.github.person(login).comment(number, body))["id"])

    async def closes(self, login: str, number: int) -> None:
        """A person closes an issue."""
        await self.github.person(login).close(number)

    async def writes(self, path: str, text: str) -> None:
        """A person commits a file."""
        await self.github.person("alice").put_file(path, text)

    async def later(self) -> None:
        """GitHub's timestamps are whole seconds."""
        await asyncio.sleep(1.1)

    def counted(self) -> int:
        """The calls that GitHub has counted."""
        return len(self.github.proxy.counted())

    async def commits(self, path: str, text: str = "", *, branch: str = "main") -> Sha:
        """Alice commits a file to a branch."""
        on = "" if branch == "main" else branch
        return Sha(await self._alice.put_file(path, text, branch=on))

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request of a branch that changes a file."""
        await self._alice.put_file("README.md", "Read me.\n")
        await self._alice.begin_branch(branch)
        await self._alice.put_file("a.py", "one\n", branch=branch)
        return await self._alice.open_pull(branch, branch, draft=draft)

    async def others_check(self, head: Sha, name: str, conclusion: str) -> None:
        """Another App runs a check."""
        await self._alice.run_check(head, name, conclusion)

    async def sets_status(self, sha: Sha, context: str, state: str) -> None:
        """Somebody sets a status."""
        await self.github.proxy.checks.set_status(sha, context, state)

    async def requires(self, branch: str, names: Sequence[str]) -> None:
        """The rules of a branch require checks."""
        self.github.proxy.checks.required[HOME, branch] = list(names)

    async def annotations(self, check_id: int) -> list[str]:
        """The messages that a check run bears."""
        path = f"/repos/{HOME}/check-runs/{check_id}/annotations"
        found = []
        for page in ("1", "2"):
            query = {"per_page": "100", "page": page}
            found += (await self._alice.request("GET", path, query=query)).json["check_annotations"]
        return [one["message"] for one in found]

    async def adds_milestone(self, title: str) -> None:
        """A person adds a milestone."""
        await self._alice.add_milestone(title)

    async def deletes_milestone(self, number: int) -> None:
        """A person deletes a milestone."""
        await self._alice.delete_milestone(number)

    def notes_are(self, body: str) -> None:
        """What GitHub generates."""
        self.github.proxy.releases.notes = body

    @property
    def _alice(self) -> Person:
        return self.github.person("alice")
