"""The part of the fake GitHub that is about files: reading them, commits, branches and pull requests."""

from dataclasses import dataclass

from ghapp.core.facts import RepoName, Sha
from ghapp.github.errors import Protected, Stale
from ghapp.github.gateway import File
from ghapp.github.priority import Priority
from tests.support.fake_repositories import FakeRepositories, Proposal, sha_of


@dataclass
class FakeFiles(FakeRepositories):
    """The gateway's methods for files."""

    async def read_file(
        self,
        repo: RepoName,
        path: str,
        *,
        ref: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> File | None:
        """The newest text of a branch, or of its head, or that of the commit that `file_history` named."""

        def work() -> File | None:
            at = self._at_head_of(repo, ref)
            branch = at if (repo, at) in self.branches else None
            versions = self.versions(repo, path, branch)
            wanted = len(versions) if ref is None or at else int(str(ref), 16)
            if not 0 < wanted <= len(versions):
                return None
            return File(versions[wanted - 1], sha_of(wanted))

        args = {"repo": repo, "path": path, "ref": ref}
        return self.read("read_file", args, priority, work)

    def _at_head_of(self, repo: RepoName, ref: str | None) -> str:
        """The branch that this is, or is the head of."""
        if ref == "main" or (repo, ref) in self.branches:
            return str(ref)
        heads = {log[-1].sha: name for (owner, name), log in self.log.items() if owner == repo}
        return next((name for sha, name in heads.items() if sha == ref), "")

    async def list_folder(
        self, repo: RepoName, path: str, *, priority: Priority = Priority.NORMAL
    ) -> dict[str, Sha]:
        """The files below a path that have a text."""

        def work() -> dict[str, Sha]:
            found = {
                file.removeprefix(f"{path}/"): sha_of(len(versions))
                for (owner, file), versions in self.files.items()
                if owner == repo and file.startswith(f"{path}/") and versions
            }
            return {name: sha for name, sha in sorted(found.items()) if "/" not in name}

        args = {"repo": repo, "path": path}
        return self.read("list_folder", args, priority, work)

    async def file_history(
        self, repo: RepoName, path: str, *, limit: int = 10, priority: Priority = Priority.NORMAL
    ) -> list[Sha]:
        """The commits that touched a file, the newest first."""

        def work() -> list[Sha]:
            versions = self.files.get((repo, path), [])
            return [sha_of(n) for n in range(len(versions), 0, -1)][:limit]

        args = {"repo": repo, "path": path, "limit": limit}
        return self.read("file_history", args, priority, work)

    async def commit_file(
        self,
        repo: RepoName,
        path: str,
        file: File,
        *,
        message: str,
        branch: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Sha:
        """One more version, if the last one is that which the writer has read."""

        def work() -> Sha:
            if branch is None and repo in self.protected:
                raise Protected(409, "Changes must be made through a pull request.")
            versions = self.versions(repo, path, branch)
            if file.sha != sha_of(len(versions)):
                raise Stale(409, f"{path} does not match {file.sha}")
            versions.append(file.text)
            self.push(repo, branch or "main", path, author=self.bot, message=message)
            return sha_of(len(versions))

        args = {"repo": repo, "path": path, "message": message, "branch": branch}
        return self.write("commit_file", args, priority, work)

    async def create_branch(
        self, repo: RepoName, name: str, *, base: str, priority: Priority = Priority.NORMAL
    ) -> None:
        """A copy of the default branch, unless there is one."""

        def work() -> None:
            files = {path: [*had] for (owner, path), had in self.files.items() if owner == repo}
            self.branches.setdefault((repo, name), files)
            self.log.setdefault((repo, name), [*self.log.get((repo, base), [])])

        args = {"repo": repo, "name": name, "base": base}
        self.write("create_branch", args, priority, work)

    async def open_pull(
        self,
        repo: RepoName,
        *,
        title: str,
        body: str,
        head: str,
        base: str,
        priority: Priority = Priority.NORMAL,
    ) -> int:
        """A pull request by the App; the one of that branch, if there is one."""

        def work() -> int:
            for (owner, number), pull in self.pulls.items():
                if (owner, pull.head) == (repo, head):
                    return number
            issue = self.open(repo, self.bot, title=title, body=body, is_pull=True)
            self.pulls[repo, issue.number] = Proposal(title=title, body=body, head=head, base=base)
            return issue.number

        args = {"repo": repo, "title": title, "body": body, "head": head, "base": base}
        return self.write("open_pull", args, priority, work)
