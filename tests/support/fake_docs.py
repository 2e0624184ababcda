"""The part of the fake GitHub that is about documents: the tree of the default branch, and the past of a file."""

from collections.abc import Sequence
from dataclasses import dataclass

from ghapp.core.facts import RepoName, Sha
from ghapp.github.gateway_docs import FileCommit, Merged, Tree
from ghapp.github.priority import Priority
from tests.support.fake_repositories import FakeRepositories, sha_of


@dataclass
class FakeDocs(FakeRepositories):
    """`DocsGateway`; `truncated` says that GitHub lists not all the files."""

    truncated: bool = False

    async def tree(
        self, repo: RepoName, branch: str, *, priority: Priority = Priority.NORMAL
    ) -> Tree:
        """The files that have a text."""

        def work() -> Tree:
            found = {
                path: sha_of(len(versions))
                for (owner, path), versions in sorted(self.files.items())
                if owner == repo and versions
            }
            return Tree(found, complete=not self.truncated)

        return self.read("tree", {"repo": repo, "branch": branch}, priority, work)

    async def file_commits(
        self, repo: RepoName, path: str, *, limit: int = 10, priority: Priority = Priority.NORMAL
    ) -> Sequence[FileCommit]:
        """Of the default branch."""

        def work() -> list[FileCommit]:
            log = [one for one in self.log.get((repo, "main"), []) if path in one.paths]
            return [FileCommit(one.sha, one.author, one.at) for one in reversed(log)][:limit]

        args = {"repo": repo, "path": path, "limit": limit}
        return self.read("file_commits", args, priority, work)

    async def merged_by(
        self, repo: RepoName, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> Merged | None:
        """The pull request whose merge it is."""

        def work() -> Merged | None:
            for (owner, number), pull in self.pulls.items():
                if owner == repo and pull.merge_commit == sha and pull.merged_at is not None:
                    return Merged(number, self.issue(repo, number).author, pull.merged_at)
            return None

        return self.read("merged_by", {"repo": repo, "sha": sha}, priority, work)

    async def name_before(
        self, repo: RepoName, sha: Sha, path: str, *, priority: Priority = Priority.NORMAL
    ) -> str:
        """As `rename_file` did it."""

        def work() -> str:
            log = self.log.get((repo, "main"), [])
            return next((one.renamed for one in log if one.sha == sha and path in one.paths), "")

        args = {"repo": repo, "sha": sha, "path": path}
        return self.read("name_before", args, priority, work)
