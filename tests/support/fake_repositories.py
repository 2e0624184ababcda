"""What the fake GitHub holds, how a test arranges it, and what a test can ask of it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from ghapp.core.facts import Comment, Issue, RepoName, Sha
from ghapp.github.errors import NotFound, RateLimited, Refused, Unavailable
from ghapp.github.gateway import Label, Reaction
from ghapp.github.priority import Priority
from ghapp.model.names import Login, same_login

T = TypeVar("T")
MAX_BODY = 65_536
ALICE = Login("alice")
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WRITES = frozenset(
    {
        "create_issue",
        "edit_issue",
        "add_labels",
        "remove_label",
        "add_assignees",
        "remove_assignees",
        "create_comment",
        "edit_comment",
        "react",
        "create_label",
        "commit_file",
        "create_branch",
        "open_pull",
        "unrequest_reviewers",
        "request_reviewers",
        "edit_pull",
        "propose",
        "generated_notes",
        "begin_branch",
        "commit_nothing",
        "create_tag",
        "edit_release",
        "create_release",
        "set_milestone",
        "edit_milestone",
        "create_milestone",
        "update_check",
        "create_check",
    }
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the gateway; `counted` is false when GitHub would have answered 304."""

    method: str
    args: Mapping[str, Any]
    priority: Priority
    counted: bool = True


@dataclass(frozen=True, slots=True)
class _Failure:
    method: str
    error: Exception
    after_work: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A pull request, as far as it says more than its issue."""

    title: str
    body: str
    head: str
    base: str
    draft: bool = False
    fork: str = ""
    merged_at: datetime | None = None
    merge_commit: Sha | None = None
    requested: tuple[Login, ...] = ()
    requested_teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """A commit in the history of a branch, with the files that it touched."""

    sha: Sha
    message: str
    author: Login
    paths: tuple[str, ...]
    at: datetime
    renamed: str = ""


@dataclass
class FakeRepositories:
    """Issues, comments, labels and files of any number of repositories.

    `clock` is GitHub's time; move it as the test goes on. `people` may write, `assignable` (None:
    everyone) may be assigned. `calls` is what was asked of the gateway, in order. `files` are those of the
    default branch, which takes no commits from the App when the repository is `protected`. `log` is the history of
    each branch, the oldest commit first.
    """

    clock: datetime = START
    slug: str = "ghapp"
    people: set[Login] = field(default_factory=lambda: {Login("alice"), Login("bob")})
    unknown_permission: set[Login] = field(default_factory=set)
    assignable: set[Login] | None = None
    calls: list[Call] = field(default_factory=list)
    issues: dict[tuple[RepoName, int], Issue] = field(default_factory=dict)
    comments: dict[tuple[RepoName, int], list[Comment]] = field(default_factory=dict)
    reactions: dict[int, list[Reaction]] = field(default_factory=dict)
    files: dict[tuple[RepoName, str], list[str]] = field(default_factory=dict)
    branches: dict[tuple[RepoName, str], dict[str, list[str]]] = field(default_factory=dict)
    protected: set[RepoName] = field(default_factory=set)
    log: dict[tuple[RepoName, str], list[Logged]] = field(default_factory=dict)
    pulls: dict[tuple[RepoName, int], Proposal] = field(default_factory=dict)
    labels: dict[RepoName, dict[str, Label]] = field(default_factory=dict)
    _failures: list[_Failure] = field(default_factory=list)
    seen: dict[tuple[Any, ...], object] = field(default_factory=dict)
    _comment_ids: int = 1000

    # What a test arranges

    def fail(self, method: str, error: Exception, *, times: int = 1) -> None:
        """Let the next calls of `method` raise without doing anything."""
        self._failures += [_Failure(method, error, after_work=False)] * times

    def lose_answer(self, method: str, *, times: int = 1) -> None:
        """Let the next calls of `method` do their work and then lose the answer."""
        lost = Unavailable("answer lost", uncertain=True)
        self._failures += [_Failure(method, lost, after_work=True)] * times

    def person_opens(
        self,
        repo: RepoName,
        *,
        author: Login,
        title: str = "",
        body: str = "",
        labels: Iterable[str] = (),
        is_pull: bool = False,
    ) -> Issue:
        """An issue that a person wrote."""
        return self.open(repo, author, title=title, body=body, labels=labels, is_pull=is_pull)

    def person_comments(self, repo: RepoName, number: int, *, author: Login, body: str) -> Comment:
        """A comment that a person wrote."""
        return self.comment(repo, number, author, body)

    def person_changes(self, repo: RepoName, number: int, **changes: Any) -> Issue:
        """What a person did to an issue by hand: any field of `Issue`."""
        return self.change(repo, number, **changes)

    def write_file(self, repo: RepoName, path: str, text: str) -> None:
        """A commit to the default branch."""
        self.files.setdefault((repo, path), []).append(text)
        self.push(repo, "main", path)

    def push(
        self,
        repo: RepoName,
        branch: str,
        *paths: str,
        author: Login = ALICE,
        message: str = "Change it",
    ) -> Sha:
        """A commit at the head of a branch."""
        count = sum(map(len, self.log.values())) + 1
        sha = Sha(hashlib.sha1(f"{repo} {branch} {count}".encode()).hexdigest())
        self.log.setdefault((repo, branch), []).append(
            Logged(sha, message, author, paths, self.clock)
        )
        return sha

    def rename_file(self, repo: RepoName, before: str, after: str, *, author: Login = ALICE) -> Sha:
        """A commit to the default branch that renames a file."""
        self.files[repo, after] = self.files.pop((repo, before))
        sha = self.push(repo, "main", after, author=author, message="Rename it")
        log = self.log[repo, "main"]
        log[-1] = replace(log[-1], renamed=before)
        return sha

    def versions(self, repo: RepoName, path: str, branch: str | None = None) -> list[str]:
        """The texts that a file has had on a branch, the newest last."""
        if branch is None or branch == "main":
            return self.files.setdefault((repo, path), [])
        return self.branches[repo, branch].setdefault(path, [])

    # What a test asks

    @property
    def counted(self) -> int:
        """How many calls GitHub would have counted against the budget."""
        return sum(call.counted for call in self.calls)

    @property
    def writes(self) -> list[str]:
        """The methods of the calls that change something, in order; reactions too."""
        return [call.method for call in self.calls if call.method in WRITES]

    def open_issues(self, repo: RepoName) -> list[Issue]:
        """The open issues of a repository, the oldest first."""
        return [issue for (name, _), issue in self.issues.items() if name == repo and issue.open]

    def bodies(self, repo: RepoName, number: int) -> list[str]:
        """What the comments of an issue say."""
        return [comment.body for comment in self.comments.get((repo, number), [])]

    # How it works

    @property
    def bot(self) -> Login:
        """The account that the App writes by."""
        return Login(f"{self.slug}[bot]")

    def read(
        self,
        method: str,
        args: Mapping[str, Any],
        priority: Priority,
        work: Callable[[], T],
    ) -> T:
        """A read: free when the same question was answered the same before (304)."""
        self._fail_before(method, args, priority)
        key = (method, *args.values())
        try:
            found = work()
        except Refused:
            self.calls.append(Call(method, args, priority))
            raise
        unchanged = key in self.seen and self.seen[key] == found
        self.calls.append(Call(method, args, priority, counted=not unchanged))
        self._fail_after(method)
        self.seen[key] = found
        return found

    def write(
        self,
        method: str,
        args: Mapping[str, Any],
        priority: Priority,
        work: Callable[[], T],
    ) -> T:
        """A write: always counted."""
        self._fail_before(method, args, priority)
        self.calls.append(Call(method, args, priority))
        done = work()
        self._fail_after(method)
        return done

    def _fail_before(self, method: str, args: Mapping[str, Any], priority: Priority) -> None:
        failure = self._next_failure(method)
        if failure is not None and not failure.after_work:
            self._failures.remove(failure)
            if not isinstance(failure.error, RateLimited):
                self.calls.append(Call(method, args, priority))
            raise failure.error

    def _fail_after(self, method: str) -> None:
        failure = self._next_failure(method)
        if failure is not None and failure.after_work:
            self._failures.remove(failure)
            raise failure.error

    def _next_failure(self, method: str) -> _Failure | None:
        return next((f for f in self._failures if f.method == method), None)

    def issue(self, repo: RepoName, number: int) -> Issue:
        """The issue as it is; `NotFound` as GitHub says it."""
        try:
            return self.issues[repo, number]
        except KeyError:
            raise NotFound from None

    def change(self, repo: RepoName, number: int, **changes: Any) -> Issue:
        """Changes fields of an issue, as whoever did it."""
        old = self.issue(repo, number)
        if changes.get("open") is True:
            changes["closed_at"] = None
        elif changes.get("open") is False and old.open:
            changes["closed_at"] = self.clock
        new = replace(old, **changes, updated_at=self.clock)
        self.issues[repo, number] = new
        return new

    def open(
        self,
        repo: RepoName,
        author: Login,
        *,
        title: str,
        body: str,
        labels: Iterable[str] = (),
        assignees: tuple[Login, ...] = (),
        is_pull: bool = False,
    ) -> Issue:
        """A new issue with the next number of its repository."""
        number = 1 + max((n for name, n in self.issues if name == repo), default=0)
        self.learn_labels(repo, labels)
        issue = Issue(
            repo=repo,
            number=number,
            title=title,
            body=fitting(body),
            open=True,
            labels=frozenset(labels),
            assignees=assignees,
            author=author,
            author_is_app=author == self.bot,
            created_at=self.clock,
            updated_at=self.clock,
            url=f"https://github.example/{repo}/issues/{number}",
            is_pull=is_pull,
        )
        self.issues[repo, number] = issue
        return issue

    def comment(self, repo: RepoName, number: int, author: Login, body: str) -> Comment:
        """A new comment, which counts as an update of its issue."""
        issue = self.issue(repo, number)
        if not body:
            raise Refused(422, "Validation Failed", [{"field": "body", "code": "missing_field"}])
        self._comment_ids += 1
        comment = Comment(
            id=self._comment_ids,
            body=fitting(body),
            author=author,
            author_is_app=author == self.bot,
            created_at=self.clock,
        )
        self.comments.setdefault((repo, number), []).append(comment)
        self.change(repo, number, comments=issue.comments + 1)
        return comment

    def rewrite(self, repo: RepoName, comment_id: int, body: str) -> Comment:
        """Another text for a comment."""
        for (name, number), comments in self.comments.items():
            for place, comment in enumerate(comments):
                if name == repo and comment.id == comment_id:
                    comments[place] = replace(comment, body=fitting(body))
                    self.change(repo, number)
                    return comments[place]
        raise NotFound

    def learn_labels(self, repo: RepoName, names: Iterable[str]) -> None:
        """GitHub creates a label that it does not know when someone with write access uses it."""
        known = self.labels.setdefault(repo, {})
        for name in names:
            known.setdefault(name, Label(name, "ededed", ""))

    def may_be_assigned(self, login: Login) -> bool:
        """Whether GitHub would assign this person."""
        return self.assignable is None or among(login, self.assignable)


def among(login: Login, logins: Iterable[Login]) -> bool:
    """Whether a login is one of several, in any case."""
    return any(same_login(login, other) for other in logins)


def fitting(body: str) -> str:
    """The body, if it is not longer than GitHub takes."""
    if len(body) > MAX_BODY:
        raise Refused(422, "body is too long (maximum is 65536 characters)")
    return body


def sha_of(version: int) -> Sha:
    """The commit that wrote the nth version of a file."""
    return Sha(f"{version:040x}")
