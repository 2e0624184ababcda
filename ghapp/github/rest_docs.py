"""The part of GitHub's REST API that is about documents: the tree of a branch, and the past of a file."""

from collections.abc import Sequence

from ghapp.core.facts import RepoName, Sha
from ghapp.github import fields
from ghapp.github.errors import Refused
from ghapp.github.gateway_docs import FileCommit, Merged, Tree
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, RestCalls, path_of
from ghapp.github.wire_docs import file_commit, merged, previous_name, tree

_EMPTY = 409
"""GitHub's status for a repository that has no commit."""


class RestDocs(RestCalls):
    """`DocsGateway`."""

    async def tree(
        self, repo: RepoName, branch: str, *, priority: Priority = Priority.NORMAL
    ) -> Tree:
        """Every file of a branch, in one call; none of a repository without a commit."""
        try:
            data = await self._get(
                path_of(repo, "git", "trees", branch, recursive="1"), repo, priority
            )
        except Refused as refused:
            if refused.status != _EMPTY:
                raise
            return Tree({})
        return tree(data)

    async def file_commits(
        self, repo: RepoName, path: str, *, limit: int = 10, priority: Priority = Priority.NORMAL
    ) -> Sequence[FileCommit]:
        """The latest commits on the default branch that touched a file under this name, the newest first."""
        query = {"path": path, "per_page": str(min(limit, PAGE))}
        data = await self._get(path_of(repo, "commits", **query), repo, priority)
        return [file_commit(one) for one in fields.items(data)]

    async def merged_by(
        self, repo: RepoName, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> Merged | None:
        """The pull request by which a commit was merged; None of one that was pushed."""
        data = await self._get(path_of(repo, "commits", sha, "pulls"), repo, priority)
        found = [one for one in map(merged, fields.items(data)) if one is not None]
        return min(found, key=lambda one: one.at, default=None)

    async def name_before(
        self, repo: RepoName, sha: Sha, path: str, *, priority: Priority = Priority.NORMAL
    ) -> str:
        """What a file was called before a commit, if that commit has renamed it; else empty."""
        return previous_name(await self._get(path_of(repo, "commits", sha), repo, priority), path)
