"""GitHub in memory: the typed stand-in for the gateways over REST, held to it by tests/contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ghapp.core.facts import Comment, Issue, Permission, RepoName
from ghapp.github.errors import GitHubError
from ghapp.github.gateway import (
    AppIdentity,
    Label,
    ListState,
    Reaction,
    State,
    StateReason,
)
from ghapp.github.priority import Priority
from ghapp.model.names import Login
from tests.support.fake_backlog import FakeBacklog
from tests.support.fake_checks import FakeChecks
from tests.support.fake_docs import FakeDocs
from tests.support.fake_files import FakeFiles
from tests.support.fake_releases import FakeReleases
from tests.support.fake_repositories import Call, among, fitting


@dataclass
class FakeGateway(FakeFiles, FakeChecks, FakeBacklog, FakeReleases, FakeDocs):
    """Every gateway over one `FakeRepositories`; arrange and ask there."""

    async def app(self) -> AppIdentity:
        """Who we are."""
        return AppIdentity(
            id=1,
            slug=self.slug,
            name="ghapp",
            permissions={"issues": "write", "contents": "read", "metadata": "read"},
            events=("issue_comment", "issues", "push"),
        )

    async def room(self, priority: Priority) -> None:
        """There is always room here."""

    async def list_issues(
        self,
        repo: RepoName,
        *,
        labels: Sequence[str],
        state: ListState = "open",
        since: datetime | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Issue]:
        """As GitHub: every label, pull requests dropped, the oldest first."""

        def work() -> list[Issue]:
            return [
                issue
                for (name, _), issue in self.issues.items()
                if name == repo
                and not issue.is_pull
                and set(labels) <= issue.labels
                and (state == "all" or issue.open == (state == "open"))
                and (since is None or issue.updated_at >= since)
            ]

        args = {"repo": repo, "labels": tuple(labels), "state": state, "since": since}
        return self.read("list_issues", args, priority, work)

    async def get_issue(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Issue:
        """One issue."""
        args = {"repo": repo, "number": number}
        return self.read("get_issue", args, priority, lambda: self.issue(repo, number))

    async def refresh_issue(self, known: Issue, *, priority: Priority = Priority.NORMAL) -> Issue:
        """A conditional read if this issue was read before, else no call."""
        if ("get_issue", known.repo, known.number) not in self.seen:
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
        """Opens an issue by the App; without assignees when one of them may not be assigned."""

        def work() -> Issue:
            allowed = assignees if all(map(self.may_be_assigned, assignees)) else ()
            if len(allowed) != len(assignees):
                self.calls.append(Call("create_issue", args, priority))
            return self.open(
                repo,
                self.bot,
                title=title,
                body=body,
                labels=labels,
                assignees=tuple(allowed),
            )

        args = {
            "repo": repo,
            "title": title,
            "body": body,
            "labels": tuple(labels),
            "assignees": tuple(assignees),
        }
        return self.write("create_issue", args, priority, work)

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
        """Changes what is given."""

        def work() -> Issue:
            changes: dict[str, Any] = {}
            if title is not None:
                changes["title"] = title
            if body is not None:
                changes["body"] = fitting(body)
            if state is not None:
                changes["open"] = state == "open"
            return self.change(repo, number, **changes)

        args = {
            "repo": repo,
            "number": number,
            "title": title,
            "body": body,
            "state": state,
            "state_reason": state_reason,
        }
        return self.write("edit_issue", args, priority, work)

    async def add_labels(
        self,
        repo: RepoName,
        number: int,
        labels: Sequence[str],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> None:
        """Adds labels, creating unknown ones grey."""

        def work() -> None:
            self.learn_labels(repo, labels)
            self.change(repo, number, labels=self.issue(repo, number).labels | set(labels))

        args = {"repo": repo, "number": number, "labels": tuple(labels)}
        self.write("add_labels", args, priority, work)

    async def remove_label(
        self, repo: RepoName, number: int, label: str, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Removes one label; absent is fine."""

        def work() -> None:
            issue = self.issues.get((repo, number))
            if issue is not None and label in issue.labels:
                self.change(repo, number, labels=issue.labels - {label})

        args = {"repo": repo, "number": number, "label": label}
        self.write("remove_label", args, priority, work)

    async def add_assignees(
        self,
        repo: RepoName,
        number: int,
        logins: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> tuple[Login, ...]:
        """Assigns those who may be, the others are left out in silence."""

        def work() -> tuple[Login, ...]:
            old = self.issue(repo, number).assignees
            new = tuple(
                login
                for login in dict.fromkeys(logins)
                if self.may_be_assigned(login) and not among(login, old)
            )
            return self.change(repo, number, assignees=old + new).assignees

        args = {"repo": repo, "number": number, "logins": tuple(logins)}
        return self.write("add_assignees", args, priority, work)

    async def remove_assignees(
        self,
        repo: RepoName,
        number: int,
        logins: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> tuple[Login, ...]:
        """Unassigns."""

        def work() -> tuple[Login, ...]:
            left = tuple(
                login
                for login in self.issue(repo, number).assignees
                if not among(login, tuple(logins))
            )
            return self.change(repo, number, assignees=left).assignees

        args = {"repo": repo, "number": number, "logins": tuple(logins)}
        return self.write("remove_assignees", args, priority, work)

    async def create_comment(
        self, repo: RepoName, number: int, body: str, *, priority: Priority = Priority.NORMAL
    ) -> Comment:
        """Comments as the App."""
        args = {"repo": repo, "number": number, "body": body}
        return self.write(
            "create_comment",
            args,
            priority,
            lambda: self.comment(repo, number, self.bot, body),
        )

    async def edit_comment(
        self, repo: RepoName, comment_id: int, body: str, *, priority: Priority = Priority.NORMAL
    ) -> Comment:
        """Replaces what a comment says."""
        args = {"repo": repo, "comment_id": comment_id, "body": body}
        return self.write(
            "edit_comment", args, priority, lambda: self.rewrite(repo, comment_id, body)
        )

    async def list_comments(
        self,
        repo: RepoName,
        number: int,
        *,
        since: datetime | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Comment]:
        """The comments of an issue, the oldest first."""

        def work() -> list[Comment]:
            self.issue(repo, number)
            return [
                comment
                for comment in self.comments.get((repo, number), [])
                if since is None or comment.created_at >= since
            ]

        args = {"repo": repo, "number": number, "since": since}
        return self.read("list_comments", args, priority, work)

    async def react(
        self,
        repo: RepoName,
        comment_id: int,
        content: Reaction,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> bool:
        """Reacts; false when the comment is not there or the call was made to fail."""

        def work() -> bool:
            known = any(c.id == comment_id for all_ in self.comments.values() for c in all_)
            if known and content not in self.reactions.setdefault(comment_id, []):
                self.reactions[comment_id].append(content)
            return known

        args = {"repo": repo, "comment_id": comment_id, "content": content}
        try:
            return self.write("react", args, priority, work)
        except GitHubError:
            return False

    async def permission(
        self, repo: RepoName, login: Login, *, priority: Priority = Priority.NORMAL
    ) -> Permission:
        """Yes for `people`, unknown for `unknown_permission`, else no."""

        def work() -> Permission:
            if among(login, tuple(self.unknown_permission)):
                return Permission.UNKNOWN
            return Permission.YES if among(login, tuple(self.people)) else Permission.NO

        args = {"repo": repo, "login": login}
        return self.read("permission", args, priority, work)

    async def list_labels(self, repo: RepoName) -> list[Label]:
        """The labels of a repository."""
        return self.read(
            "list_labels",
            {"repo": repo},
            Priority.NORMAL,
            lambda: list(self.labels.get(repo, {}).values()),
        )

    async def create_label(
        self, repo: RepoName, *, name: str, color: str, description: str
    ) -> None:
        """Creates a label unless it is there."""

        def work() -> None:
            known = self.labels.setdefault(repo, {})
            if name.casefold() not in map(str.casefold, known):
                known[name] = Label(name, color, description)

        args = {"repo": repo, "name": name, "color": color, "description": description}
        self.write("create_label", args, Priority.NORMAL, work)

    async def repositories(self, repo: RepoName) -> list[RepoName]:
        """Those that a test has written to, and `repo`."""
        names = {repo, *(name for name, _ in [*self.issues, *self.files])}
        return self.read("repositories", {"repo": repo}, Priority.NORMAL, lambda: sorted(names))

    async def default_branch(self, repo: RepoName) -> str:
        """Always `main`."""
        return self.read("default_branch", {"repo": repo}, Priority.NORMAL, lambda: "main")
