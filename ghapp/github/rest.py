"""The gateway over GitHub's REST API."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from ghapp.core.facts import Comment, Issue, Permission, RepoName
from ghapp.github import wire
from ghapp.github.errors import AlreadyThere, GitHubError, NotFound, Refused
from ghapp.github.gateway import (
    AppIdentity,
    Label,
    ListState,
    Reaction,
    State,
    StateReason,
)
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, already_there, path_of, stamp, surely
from ghapp.github.rest_files import RestFiles
from ghapp.model.names import Login

log = structlog.get_logger("ghapp.github")


class RestGateway(RestFiles):
    """`Gateway`, one method a call or two."""

    async def app(self) -> AppIdentity:
        """Who we are; asked once and remembered."""
        return await self._app()

    async def room(self, priority: Priority) -> None:
        """Whether a write could go now."""
        await self._client.room(priority)

    async def list_issues(
        self,
        repo: RepoName,
        *,
        labels: Sequence[str],
        state: ListState = "open",
        since: datetime | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Issue]:
        """All issues (no pull requests) that bear every one of `labels`, the oldest first."""
        query = {"state": state, "sort": "created", "direction": "asc", "per_page": str(PAGE)}
        if labels:
            query["labels"] = ",".join(labels)
        if since is not None:
            query["since"] = stamp(since)
        bot = await self._bot()
        found = await self._listing(path_of(repo, "issues", **query), repo, priority)
        issues = {issue.number: issue for issue in (wire.issue(one, repo, bot) for one in found)}
        return [issues[number] for number in sorted(issues) if not issues[number].is_pull]

    async def get_issue(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Issue:
        """One issue or pull request as it is now."""
        bot = await self._bot()
        return wire.issue(
            await self._get(path_of(repo, "issues", number), repo, priority), repo, bot
        )

    async def refresh_issue(self, known: Issue, *, priority: Priority = Priority.NORMAL) -> Issue:
        """The issue as it is now if asking is free while it is unchanged; else `known`, no call."""
        if not self._client.remembers(path_of(known.repo, "issues", known.number), repo=known.repo):
            return known
        return await self.get_issue(known.repo, known.number, priority=priority)

    async def create_issue(
        self,
        repo: RepoName,
        *,
        title: str,
        body: str,
        labels: Sequence[str] = (),
        assignees: Sequence[Login] = (),
        priority: Priority = Priority.NORMAL,
    ) -> Issue:
        """Open an issue; without its assignees if GitHub refuses them (the answer tells)."""
        bot = await self._bot()
        wanted: dict[str, Any] = {"title": title, "body": body, "labels": list(labels)}
        try:
            made = await self._write(
                "POST",
                path_of(repo, "issues"),
                repo,
                {**wanted, "assignees": list(assignees)} if assignees else wanted,
                priority,
            )
        except Refused as refused:
            if not (assignees and _about_assignees(refused, assignees)):
                raise
            log.warning("github.assignees_refused", repo=repo, assignees=list(assignees))
            made = await self._write("POST", path_of(repo, "issues"), repo, wanted, priority)
        return surely(lambda: wire.issue(made, repo, bot))

    async def edit_issue(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: State | None = None,
        state_reason: StateReason | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Issue:
        """Change what is given, in one call; the answer is the issue afterwards."""
        bot = await self._bot()
        given = {"title": title, "body": body, "state": state, "state_reason": state_reason}
        changes = {name: value for name, value in given.items() if value is not None}
        data = await self._write("PATCH", path_of(repo, "issues", number), repo, changes, priority)
        return surely(lambda: wire.issue(data, repo, bot))

    async def add_labels(
        self,
        repo: RepoName,
        number: int,
        labels: Sequence[str],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> None:
        """Put labels on an issue beside those it bears; unknown ones are created by GitHub."""
        path = path_of(repo, "issues", number, "labels")
        await self._write("POST", path, repo, {"labels": list(labels)}, priority)

    async def remove_label(
        self, repo: RepoName, number: int, label: str, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Take one label off; that it was not there is fine."""
        try:
            path = path_of(repo, "issues", number, "labels", label)
            await self._write("DELETE", path, repo, None, priority)
        except NotFound:
            log.debug("github.label_not_there", repo=repo, number=number, label=label)

    async def add_assignees(
        self,
        repo: RepoName,
        number: int,
        logins: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> tuple[Login, ...]:
        """Assign people beside those assigned; the answer is who is assigned afterwards."""
        return await self._assign("POST", repo, number, logins, priority)

    async def remove_assignees(
        self,
        repo: RepoName,
        number: int,
        logins: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> tuple[Login, ...]:
        """Unassign people; the answer is who is assigned afterwards."""
        return await self._assign("DELETE", repo, number, logins, priority)

    async def create_comment(
        self, repo: RepoName, number: int, body: str, *, priority: Priority = Priority.NORMAL
    ) -> Comment:
        """Write a comment."""
        bot = await self._bot()
        path = path_of(repo, "issues", number, "comments")
        data = await self._write("POST", path, repo, {"body": body}, priority)
        return surely(lambda: wire.comment(data, bot))

    async def edit_comment(
        self, repo: RepoName, comment_id: int, body: str, *, priority: Priority = Priority.NORMAL
    ) -> Comment:
        """Replace what a comment says."""
        bot = await self._bot()
        path = path_of(repo, "issues", "comments", comment_id)
        data = await self._write("PATCH", path, repo, {"body": body}, priority)
        return surely(lambda: wire.comment(data, bot))

    async def list_comments(
        self,
        repo: RepoName,
        number: int,
        *,
        since: datetime | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Comment]:
        """All comments, the oldest first; `since` keeps those updated at or after it."""
        query = {"per_page": str(PAGE)} | ({} if since is None else {"since": stamp(since)})
        path = path_of(repo, "issues", number, "comments", **query)
        bot = await self._bot()
        found = await self._listing(path, repo, priority)
        comments = {comment.id: comment for comment in (wire.comment(one, bot) for one in found)}
        return [comments[identity] for identity in sorted(comments)]

    async def react(
        self,
        repo: RepoName,
        comment_id: int,
        content: Reaction,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> bool:
        """React to a comment; not sent during a hold. Never raises: its failure is none."""
        path = path_of(repo, "issues", "comments", comment_id, "reactions")
        try:
            await self._write("POST", path, repo, {"content": content}, priority)
        except GitHubError as error:
            log.info("github.no_reaction", repo=repo, comment=comment_id, reason=str(error))
            return False
        return True

    async def permission(
        self, repo: RepoName, login: Login, *, priority: Priority = Priority.NORMAL
    ) -> Permission:
        """Whether someone may write to the repository."""
        try:
            path = path_of(repo, "collaborators", login, "permission")
            return wire.permission(await self._get(path, repo, priority))
        except NotFound:
            return Permission.NO
        except Refused as refused:
            log.warning("github.permission_unknown", repo=repo, reason=str(refused))
            return Permission.UNKNOWN

    async def list_labels(self, repo: RepoName) -> list[Label]:
        """All labels of a repository."""
        path = path_of(repo, "labels", per_page=str(PAGE))
        return [wire.label(one) for one in await self._listing(path, repo, Priority.NORMAL)]

    async def create_label(
        self, repo: RepoName, *, name: str, color: str, description: str
    ) -> None:
        """Create a label; that it exists already is fine, and it is left as it is."""
        body = {"name": name, "color": color, "description": description}
        try:
            await self._write("POST", path_of(repo, "labels"), repo, body, Priority.NORMAL)
        except Refused as refused:
            if not isinstance(already_there(refused), AlreadyThere):
                raise

    async def repositories(self, repo: RepoName) -> list[RepoName]:
        """All repositories of the installation that `repo` belongs to."""
        path = f"/installation/repositories?per_page={PAGE}"
        pages = [page async for page in self._client.pages(path, repo=repo)]
        return [name for page in pages for name in wire.repositories(page.data)]

    async def _assign(
        self,
        method: str,
        repo: RepoName,
        number: int,
        logins: Sequence[Login],
        priority: Priority,
    ) -> tuple[Login, ...]:
        path = path_of(repo, "issues", number, "assignees")
        data = await self._write(method, path, repo, {"assignees": list(logins)}, priority)
        return surely(lambda: wire.assignees(data))


def _about_assignees(refused: Refused, logins: Sequence[Login]) -> bool:
    """Whether it may be for an assignee: GitHub says 422, some servers say 404 and the name.

    An incident is opened rather than lost over it, so a 422 without details is taken for one.
    """
    told = f"{refused.message} {refused.errors}".casefold()
    words = set(re.findall(r"[\w-]+", told))
    named = "assignee" in told or any(login.casefold() in words for login in logins)
    bare = refused.status == 422 and not refused.errors
    return bare or (refused.status in {404, 422} and named)
