"""The part of the gateway over REST that is about files: reading them, and changing them by commit or proposal."""

import re
from base64 import b64encode

from ghapp.core.facts import RepoName, Sha
from ghapp.github import fields, wire
from ghapp.github.errors import NotFound, Protected, Refused, Stale
from ghapp.github.gateway import File
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, RestCalls, path_of, surely

_RULES = re.compile(
    r"could not (create|update) file: |rule violation|protected branch|pull request|status check"
    r"|authorized to push|locked branch|verified signature"
)
"""What GitHub says when the rules of a branch don't take a commit."""


class RestFiles(RestCalls):
    """Files, branches and pull requests of a repository."""

    async def read_file(
        self,
        repo: RepoName,
        path: str,
        *,
        ref: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> File | None:
        """A text file at `ref` (default: the default branch's head); None when there is none."""
        query = {} if ref is None else {"ref": ref}
        try:
            data = await self._get(
                path_of(repo, "contents", *path.strip("/").split("/"), **query), repo, priority
            )
        except NotFound:
            return None
        return wire.file(data, path)

    async def list_folder(
        self, repo: RepoName, path: str, *, priority: Priority = Priority.NORMAL
    ) -> dict[str, Sha]:
        """The files of a folder on the default branch by name, each with its blob; empty when there is no folder."""
        try:
            data = await self._get(
                path_of(repo, "contents", *path.strip("/").split("/")), repo, priority
            )
        except NotFound:
            return {}
        return wire.folder(data)

    async def file_history(
        self, repo: RepoName, path: str, *, limit: int = 10, priority: Priority = Priority.NORMAL
    ) -> list[Sha]:
        """The latest commits on the default branch that touched a file, the newest first."""
        query = {"path": path, "per_page": str(min(limit, PAGE))}
        data = await self._get(path_of(repo, "commits", **query), repo, priority)
        return [wire.sha(commit) for commit in fields.items(data)]

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
        """Commit a new text for a file; raises `Stale` when it has changed, and `Protected`."""
        content = b64encode(f"{wire.BOM if file.bom else ''}{file.text}".encode()).decode()
        body = {"message": message, "content": content, "sha": file.sha}
        target = {} if branch is None else {"branch": branch}
        address = path_of(repo, "contents", *path.strip("/").split("/"))
        try:
            data = await self._write("PUT", address, repo, body | target, priority)
        except Refused as refused:
            raise _about_writing(refused) from refused
        return surely(lambda: wire.commit_of_write(data))

    async def create_branch(
        self, repo: RepoName, name: str, *, base: str, priority: Priority = Priority.NORMAL
    ) -> None:
        """Begin a branch where the branch `base` is now; one that is there already is left as it is."""
        at = await self._get(path_of(repo, "git", "ref", "heads", *base.split("/")), repo, priority)
        body = {"ref": f"refs/heads/{name}", "sha": wire.head(at)}
        try:
            await self._write("POST", path_of(repo, "git", "refs"), repo, body, priority)
        except Refused as refused:
            if refused.status != 422 or "already exists" not in refused.message:
                raise

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
        """Propose a branch; the number of the pull request, of that which is there already if there is one."""
        query = {"head": f"{repo.partition('/')[0]}:{head}", "state": "all"}
        found = fields.items(await self._get(path_of(repo, "pulls", **query), repo, priority))
        if found:
            return wire.pull_number(found[0])
        wanted = {"title": title, "body": body, "head": head, "base": base}
        made = await self._write("POST", path_of(repo, "pulls"), repo, wanted, priority)
        return surely(lambda: wire.pull_number(made))

    async def default_branch(self, repo: RepoName) -> str:
        """The name of the branch that OWNERS.yaml is read from."""
        return wire.default_branch(await self._get(path_of(repo), repo, Priority.NORMAL))


def _about_writing(refused: Refused) -> Refused:
    """Why a file was not written. The same status says that it has changed, or that the branch is protected.

    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository
    """
    told = f"{refused.message} {refused.errors}".casefold()
    kind = Protected if _RULES.search(told) else Stale if refused.status == 409 else None
    return refused if kind is None else kind(refused.status, refused.message, refused.errors)
