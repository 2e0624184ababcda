"""The part of GitHub's REST API that is about releases, tags and branches."""

from collections.abc import Sequence
from typing import Any

from ghapp.core.facts import RepoName, Sha
from ghapp.github import fields, wire, wire_releases
from ghapp.github.errors import NotFound, Refused
from ghapp.github.gateway_releases import Comparison, Notes, Release
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, RestCalls, already_there, path_of, surely

_MOST_TAGS_OF_A_TAG = 5
"""A tag may name a tag; that many times is more than anybody does."""


class RestReleases(RestCalls):
    """`ReleaseGateway`."""

    async def list_releases(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[Release]:
        """The latest hundred releases, drafts too, the newest first."""
        bot = await self._bot()
        data = await self._get(path_of(repo, "releases", per_page=str(PAGE)), repo, priority)
        return [wire_releases.release(one, bot) for one in fields.items(data)]

    async def release_of_tag(
        self, repo: RepoName, tag: str, *, priority: Priority = Priority.NORMAL
    ) -> Release | None:
        """The published release of a tag; None when there is none."""
        bot = await self._bot()
        try:
            data = await self._get(path_of(repo, "releases", "tags", tag), repo, priority)
        except NotFound:
            return None
        return wire_releases.release(data, bot)

    async def create_release(
        self,
        repo: RepoName,
        *,
        tag: str,
        target: Sha,
        name: str,
        body: str,
        prerelease: bool = False,
        priority: Priority = Priority.NORMAL,
    ) -> Release:
        """Publish a release, creating the tag at `target` unless it is there."""
        bot = await self._bot()
        wanted = {
            "tag_name": tag,
            "target_commitish": target,
            "name": name,
            "body": body,
            "prerelease": prerelease,
        }
        made = await self._create(path_of(repo, "releases"), repo, wanted, priority)
        return surely(lambda: wire_releases.release(made, bot))

    async def edit_release(
        self,
        repo: RepoName,
        release_id: int,
        *,
        name: str | None = None,
        body: str | None = None,
        prerelease: bool | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Release:
        """Change what is given, in one call."""
        bot = await self._bot()
        given = {"name": name, "body": body, "prerelease": prerelease}
        changes = {key: value for key, value in given.items() if value is not None}
        path = path_of(repo, "releases", release_id)
        data = await self._write("PATCH", path, repo, changes, priority)
        return surely(lambda: wire_releases.release(data, bot))

    async def tag(
        self, repo: RepoName, name: str, *, priority: Priority = Priority.NORMAL
    ) -> Sha | None:
        """The commit that a tag names, be it annotated; None when there is no such tag."""
        found = await self._reference(repo, "tags", name, priority)
        for _ in range(_MOST_TAGS_OF_A_TAG):
            if found is None or found[0] != "tag":
                break
            data = await self._get(path_of(repo, "git", "tags", found[1]), repo, priority)
            found = wire_releases.target(data)
        return None if found is None else found[1]

    async def list_tags(
        self, repo: RepoName, *, prefix: str = "", priority: Priority = Priority.NORMAL
    ) -> Sequence[str]:
        """The names of the tags that begin with `prefix`, in the order of their names."""
        path = path_of(repo, "git", "matching-refs", "tags", *prefix.split("/"))
        found = fields.items(await self._get(path, repo, priority))
        return sorted(map(wire_releases.tag_name, found))

    async def create_tag(
        self, repo: RepoName, name: str, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Name a commit; `AlreadyThere` when the tag exists, wherever it points."""
        body = {"ref": f"refs/tags/{name}", "sha": sha}
        await self._create(path_of(repo, "git", "refs"), repo, body, priority)

    async def branch_head(
        self, repo: RepoName, name: str, *, priority: Priority = Priority.NORMAL
    ) -> Sha | None:
        """The commit that a branch is at; None when there is no such branch."""
        found = await self._reference(repo, "heads", name, priority)
        return None if found is None else found[1]

    async def begin_branch(
        self, repo: RepoName, name: str, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Begin a branch at a commit; `AlreadyThere` when it exists, wherever it is."""
        body = {"ref": f"refs/heads/{name}", "sha": sha}
        await self._create(path_of(repo, "git", "refs"), repo, body, priority)

    async def commit_nothing(
        self, repo: RepoName, parent: Sha, *, message: str, priority: Priority = Priority.NORMAL
    ) -> Sha:
        """A commit on top of another that changes no file, since it has the same tree."""
        path = path_of(repo, "git", "commits")
        under = await self._get(path_of(repo, "git", "commits", parent), repo, priority)
        tree = wire_releases.tree(under)
        wanted = {"message": message, "tree": tree, "parents": [parent]}
        made = await self._write("POST", path, repo, wanted, priority)
        return surely(lambda: wire.sha(made))

    async def compare(
        self, repo: RepoName, base: str, head: str, *, priority: Priority = Priority.NORMAL
    ) -> Comparison:
        """What `head` has that `base` has not; `NotFound` when one of them does not exist."""
        path = path_of(repo, "compare", f"{base}...{head}", per_page=str(PAGE))
        pages = [page.data async for page in self._client.pages(path, repo=repo, priority=priority)]
        return wire_releases.comparison(pages)

    async def generated_notes(
        self,
        repo: RepoName,
        *,
        tag: str,
        target: str,
        previous: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Notes:
        """GitHub's notes of the pull requests merged up to `target` since the tag `previous`."""
        body = {"tag_name": tag, "target_commitish": target}
        since = {} if previous is None else {"previous_tag_name": previous}
        path = path_of(repo, "releases", "generate-notes")
        return wire_releases.notes(await self._write("POST", path, repo, body | since, priority))

    async def _create(
        self, path: str, repo: RepoName, body: dict[str, Any], priority: Priority
    ) -> Any:
        try:
            return await self._write("POST", path, repo, body, priority)
        except Refused as refused:
            raise already_there(refused) from refused

    async def _reference(
        self, repo: RepoName, kind: str, name: str, priority: Priority
    ) -> tuple[str, Sha] | None:
        try:
            path = path_of(repo, "git", "ref", kind, *name.split("/"))
            return wire_releases.target(await self._get(path, repo, priority))
        except NotFound:
            return None
