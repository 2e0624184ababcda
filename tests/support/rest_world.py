"""People act on the emulated GitHub over its API, and the gateways over REST see it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp

from ghapp.core.facts import RepoName, Sha
from ghapp.demo import cast
from ghapp.demo.github import GitHub
from ghapp.demo.people import Person
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from ghapp.github.rest import RestGateway
from ghapp.github.rest_backlog import RestBacklog
from ghapp.github.rest_checks import RestChecks
from ghapp.github.rest_docs import RestDocs
from ghapp.github.rest_milestones import RestMilestones
from ghapp.github.rest_pulls import RestPulls
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
        self.backlog = RestBacklog(client, self.gateway.app)
        self.checks = RestChecks(client, self.gateway.app)
        self.docs = RestDocs(client, self.gateway.app)
        self.milestones = RestMilestones(client, self.gateway.app)
        self.pulls = RestPulls(client, self.gateway.app)
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

    async def begins(self, branch: str) -> None:
        """Alice begins a branch at the head of the default branch, which has a commit."""
        await self._alice.put_file("README.md", "Read me.\n")
        await self._alice.begin_branch(branch)

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request of a new branch that changes `a.py`."""
        await self.begins(branch)
        await self._alice.put_file("a.py", f"{branch}\n", branch=branch)
        return await self._alice.open_pull(branch, branch, draft=draft)

    async def makes_ready(self, number: int) -> None:
        """Alice makes a draft ready for review."""
        async with self._heard("ready_for_review"):
            await self._alice.edit_pull(number, draft=False)

    async def pushes(self, number: int, branch: str) -> None:
        """Alice pushes to the branch of a pull request."""
        async with self._heard("synchronize"):
            await self._alice.put_file("b.py", "two\n", branch=branch)

    async def moves(self, login: str, number: int, to: int | None) -> None:
        """A person moves an issue."""
        async with self._heard("demilestoned"):
            await self.github.person(login).edit_issue(number, milestone=to)

    @asynccontextmanager
    async def _heard(self, action: str) -> AsyncIterator[None]:
        """Wait for a delivery that tells of it: what has happened, the proxy knows by these."""
        hooks = self.github.proxy.hooks
        count = len(hooks.deliveries)
        yield
        async with asyncio.timeout(5):
            while (await hooks.received(count + 1))[-1].action != action:
                count += 1

    async def reviews(self, login: str, number: int, state: str) -> int:
        """A person submits a review."""
        event = {"approved": "APPROVE", "changes_requested": "REQUEST_CHANGES"}.get(
            state, "COMMENT"
        )
        return await self.github.person(login).review(number, event, "Well.")

    async def dismisses(self, number: int, review: int) -> None:
        """A person dismisses a review."""
        await self._alice.dismiss(number, review)

    async def merges(self, number: int) -> Sha:
        """A person merges a pull request."""
        return Sha(await self._alice.merge(number))

    async def labels(self, number: int, label: str) -> None:
        """A person labels a pull request."""
        await self._alice.label(number, label)

    async def forms_team(self, name: str, login: str) -> None:
        """A team of one member."""
        org = f"/orgs/{cast.ORGANISATION}/teams"
        await self._alice.request("POST", org, {"name": name})
        await self._alice.request("DELETE", f"{org}/{name}/memberships/alice")
        await self._alice.request("PUT", f"{org}/{name}/memberships/{login}", {"role": "member"})

    def changes(self, number: int, count: int) -> None:
        """Let a pull request change so many files."""
        renamed = {"filename": "new.py", "status": "renamed", "previous_filename": "old.py"}
        rest = [f"f{index}.py" for index in range(1, count)]
        self.github.proxy.pulls.set_files(number, [renamed, *rest])

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
