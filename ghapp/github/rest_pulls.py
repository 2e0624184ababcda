"""The part of GitHub's REST API that is about pull requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.github import fields, wire_pulls
from ghapp.github.errors import NotFound, Refused
from ghapp.github.gateway import ListState, State
from ghapp.github.gateway_pulls import MOST_COMMITS, MOST_COMPARED, MOST_FILES, Listing
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, RestCalls, already_there, below, path_of, surely
from ghapp.model.names import Login


class RestPulls(RestCalls):
    """`PullGateway`."""

    async def get_pull(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Pull:
        """One pull request as it is now."""
        bot = await self._bot()
        data = await self._get(path_of(repo, "pulls", number), repo, priority)
        return wire_pulls.pull(data, repo, bot)

    async def list_pulls(
        self,
        repo: RepoName,
        *,
        state: ListState = "open",
        head: str | None = None,
        base: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[Pull]:
        """All pull requests by number, of a branch of the repository and into one if so wanted."""
        bot = await self._bot()
        query = {"state": state, "sort": "created", "direction": "asc", "per_page": str(PAGE)}
        if head is not None:
            query["head"] = f"{repo.partition('/')[0]}:{head}"
        if base is not None:
            query["base"] = base
        found = await self._listing(path_of(repo, "pulls", **query), repo, priority)
        pulls = {one.number: one for one in (wire_pulls.pull(one, repo, bot) for one in found)}
        return [pulls[number] for number in sorted(pulls)]

    async def pull_files(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listing[ChangedFile]:
        """The files that it changes against its base; incomplete from 3,000 on."""
        path = path_of(repo, "pulls", number, "files", per_page=str(PAGE))
        found = await self._once(path, repo, priority)
        files = tuple(map(wire_pulls.changed_file, found))
        return Listing(files, complete=len(files) < MOST_FILES)

    async def changed_between(
        self, repo: RepoName, base: str, head: str, *, priority: Priority = Priority.NORMAL
    ) -> Listing[ChangedFile]:
        """The files that `head` changes since it left `base`; incomplete from 300 on."""
        path = path_of(repo, "compare", f"{base}...{head}", per_page="1")
        found = wire_pulls.compared_files(await self._get(path, repo, priority))
        return Listing(found, complete=len(found) < MOST_COMPARED)

    async def pull_reviews(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listing[Review]:
        """Every submitted review, the oldest first."""
        path = path_of(repo, "pulls", number, "reviews", per_page=str(PAGE))
        return Listing(wire_pulls.reviews(await self._once(path, repo, priority)))

    async def pull_commits(
        self, pull: Pull, *, priority: Priority = Priority.NORMAL
    ) -> Listing[Commit]:
        """Its commits, the oldest first; incomplete beyond 250, and when the head is not among them."""
        path = path_of(pull.repo, "pulls", pull.number, "commits", per_page=str(PAGE))
        commits = tuple(map(wire_pulls.commit, await self._once(path, pull.repo, priority)))
        all_ = len(commits) < MOST_COMMITS or pull.commits == len(commits)
        headed = any(commit.sha == pull.head for commit in commits)
        return Listing(commits, complete=all_ and headed)

    async def unchanged_since(
        self, pull: Pull, *, priority: Priority = Priority.NORMAL
    ) -> datetime | None:
        """When it was opened, became ready for review or got its head, whichever was last."""
        ref = f"refs/heads/{pull.head_branch}"
        path = path_of(pull.repo, "activity", ref=ref, per_page=str(PAGE))
        pushes = fields.items(await self._get(path, pull.repo, priority))
        pushed = wire_pulls.pushed_at(pushes, pull.head) if pull.head_repo == pull.repo else None
        if pushed is None:
            return None
        path = path_of(pull.repo, "issues", pull.number, "events", per_page=str(PAGE))
        events = await self._once(path, pull.repo, priority)
        return max(pull.created_at, pushed, *wire_pulls.ready_at(events))

    async def pulls_of_commit(
        self, repo: RepoName, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[int]:
        """The open pull requests that a commit is in."""
        path = path_of(repo, "commits", sha, "pulls", per_page=str(PAGE))
        found = await self._listing(path, repo, priority)
        pulls = (fields.object_of(one) for one in found)
        return sorted(fields.number(one, "number") for one in pulls if one.get("state") == "open")

    async def propose(
        self,
        repo: RepoName,
        *,
        title: str,
        body: str,
        head: str,
        base: str,
        draft: bool = False,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Open a pull request of a branch; `AlreadyThere` when it has an open one into that base."""
        bot = await self._bot()
        wanted = {"title": title, "body": body, "head": head, "base": base, "draft": draft}
        try:
            made = await self._write("POST", path_of(repo, "pulls"), repo, wanted, priority)
        except Refused as refused:
            raise already_there(refused) from refused
        return surely(lambda: wire_pulls.pull(made, repo, bot))

    async def edit_pull(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: State | None = None,
        base: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Change what is given, in one call."""
        given = {"title": title, "body": body, "state": state, "base": base}
        changes = {name: value for name, value in given.items() if value is not None}
        return await self._change("PATCH", path_of(repo, "pulls", number), repo, changes, priority)

    async def request_reviewers(
        self,
        repo: RepoName,
        number: int,
        people: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Request reviews beside those requested."""
        path = path_of(repo, "pulls", number, "requested_reviewers")
        return await self._change("POST", path, repo, {"reviewers": list(people)}, priority)

    async def unrequest_reviewers(
        self,
        repo: RepoName,
        number: int,
        people: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Take requests back; that there was none is fine."""
        path = path_of(repo, "pulls", number, "requested_reviewers")
        return await self._change("DELETE", path, repo, {"reviewers": list(people)}, priority)

    async def team_members(
        self, repo: RepoName, team: str, *, priority: Priority = Priority.NORMAL
    ) -> frozenset[Login] | None:
        """The members of a team of the repository's organisation."""
        owner = repo.partition("/")[0]
        path = below("orgs", owner, "teams", team, "members", per_page=str(PAGE))
        try:
            return wire_pulls.logins(await self._listing(path, repo, priority))
        except Refused as refused:
            if refused.status not in {403, 404}:
                raise
            return None

    async def is_known(self, repo: RepoName, login: Login) -> bool:
        """Whether there is an account of that name."""
        try:
            await self._get(below("users", login), repo, Priority.NORMAL)
        except NotFound:
            return False
        return True

    async def _change(
        self, method: str, path: str, repo: RepoName, body: dict[str, Any], priority: Priority
    ) -> Pull:
        bot = await self._bot()
        data = await self._write(method, path, repo, body, priority)
        return surely(lambda: wire_pulls.pull(data, repo, bot))
