"""The part of the fake GitHub that is about a backlog as a whole; it notes what happens to each item."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from ghapp.core import marker
from ghapp.core.facts import Comment, Issue, RepoName, Sha
from ghapp.core.history import Happening, What
from ghapp.core.item import Item
from ghapp.core.pull_request import Pull, Review
from ghapp.github.errors import NotFound
from ghapp.github.gateway import ListState
from ghapp.github.gateway_backlog import Listed, Past
from ghapp.github.gateway_pulls import Listing
from ghapp.github.priority import Priority
from ghapp.model.names import Login
from tests.support.fake_pulls import FakePulls
from tests.support.fake_repositories import ALICE, among

T = TypeVar("T")
PAGE = 100


@dataclass
class FakeBacklog(FakePulls):
    """`BacklogGateway`. What people do by hand they do as `hand`; `locked` and `without_timeline` as a test says."""

    hand: Login = ALICE
    locked: set[tuple[RepoName, int]] = field(default_factory=set)
    without_timeline: set[tuple[RepoName, int]] = field(default_factory=set)
    happened: dict[tuple[RepoName, int], list[Happening]] = field(default_factory=dict)
    _by_app: bool = False

    def write(
        self,
        method: str,
        args: Mapping[str, Any],
        priority: Priority,
        work: Callable[[], T],
    ) -> T:
        """What happens during a write is the app's doing."""
        self._by_app = True
        try:
            return super().write(method, args, priority, work)
        finally:
            self._by_app = False

    def change(self, repo: RepoName, number: int, **changes: Any) -> Issue:
        """Notes what the change is."""
        old = self.issue(repo, number)
        new = super().change(repo, number, **changes)
        for label in sorted(new.labels - old.labels):
            self.note(repo, number, What.LABELED, about=label)
        for label in sorted(old.labels - new.labels):
            self.note(repo, number, What.UNLABELED, about=label)
        for login in new.assignees:
            if not among(login, old.assignees):
                self.note(repo, number, What.ASSIGNED, about=login)
        if new.open and not old.open:
            self.note(repo, number, What.REOPENED)
        return new

    def person_changes_pull(self, repo: RepoName, number: int, **changes: Any) -> Pull:
        """Notes who is asked for a review, and that it is ready."""
        before = self.pull(repo, number)
        after = super().person_changes_pull(repo, number, **changes)
        for login in after.requested:
            if not among(login, before.requested):
                self.note(repo, number, What.REQUESTED, about=login)
        if before.draft and not after.draft:
            self.note(repo, number, What.READY)
        return after

    def person_pushes(self, repo: RepoName, number: int, *paths: str, author: Login) -> Sha:
        """Notes the push."""
        sha = super().person_pushes(repo, number, *paths, author=author)
        self.note(repo, number, What.PUSHED, by=author)
        return sha

    def person_reviews(self, repo: RepoName, number: int, *, author: Login, state: str) -> Review:
        """Notes the review, which counts as an update."""
        review = super().person_reviews(repo, number, author=author, state=state)
        self.change(repo, number)
        self.note(repo, number, What.REVIEWED, by=author, about=state)
        return review

    def note(
        self,
        repo: RepoName,
        number: int,
        what: What,
        *,
        by: Login | None = None,
        about: str = "",
    ) -> None:
        """Something has happened now."""
        who = by or (self.bot if self._by_app else self.hand)
        one = Happening(
            what=what,
            at=self.clock,
            by=who,
            by_bot=who.endswith("[bot]"),
            member=among(who, self.people),
            about=about,
        )
        self.happened.setdefault((repo, number), []).append(one)

    def item(self, repo: RepoName, number: int) -> Listed:
        """An item as a listing shows it."""
        issue = self.issue(repo, number)
        proposal = self.pulls.get((repo, number))
        item = Item(
            repo=repo,
            number=number,
            title=issue.title,
            author=issue.author,
            created_at=issue.created_at,
            updated_at=issue.updated_at,
            body=issue.body,
            is_pull=issue.is_pull,
            author_is_bot=issue.author.endswith("[bot]"),
            author_is_app=issue.author_is_app,
            labels=issue.labels,
            assignees=issue.assignees,
            milestone=self.in_milestone.get((repo, number)),
            draft=proposal is not None and proposal.draft,
            locked=(repo, number) in self.locked,
            comments=issue.comments,
            url=issue.url,
        )
        return Listed(item, None if issue.open else issue.closed_at)

    # The gateway

    async def open_items(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> AsyncIterator[Sequence[Item]]:
        """By number, from the last page back."""

        def page(number: int) -> tuple[Item, ...]:
            numbers = sorted(one for name, one in self.issues if name == repo)
            items = [self.item(repo, one).item for one in numbers if self.issues[repo, one].open]
            return tuple(items[number * PAGE : (number + 1) * PAGE])

        total = len(self.open_issues(repo))
        for number in range(max(0, total - 1) // PAGE, -1, -1):
            args = {"repo": repo, "page": number}
            yield self.read("open_items", args, priority, lambda at=number: page(at))

    async def changed_items(
        self,
        repo: RepoName,
        since: datetime,
        *,
        state: ListState = "all",
        pages: int = 1,
        priority: Priority = Priority.NORMAL,
    ) -> Listing[Listed]:
        """The latest first."""

        def work() -> Listing[Listed]:
            mine = [
                self.item(repo, number)
                for (name, number), issue in self.issues.items()
                if name == repo
                and issue.updated_at >= since
                and state in {"all", "open" if issue.open else "closed"}
            ]
            mine.sort(key=lambda one: one.item.updated_at, reverse=True)
            return Listing(tuple(mine[: pages * PAGE]), complete=len(mine) <= pages * PAGE)

        args = {"repo": repo, "since": since, "state": state, "pages": pages}
        return self.read("changed_items", args, priority, work)

    async def get_item(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listed:
        """As it is."""
        args = {"repo": repo, "number": number}
        return self.read("get_item", args, priority, lambda: self.item(repo, number))

    async def past(self, item: Item, *, priority: Priority = Priority.NORMAL) -> Past:
        """What was noted, and the comments."""
        key = (item.repo, item.number)

        def work() -> Past:
            self.issue(*key)
            if key in self.without_timeline:
                raise NotFound
            said = tuple(self.said(one) for one in self.comments.get(key, []))
            return Past((*self.happened.get(key, ()), *said))

        return self.read("past", {"repo": item.repo, "number": item.number}, priority, work)

    async def assignees_of(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> frozenset[str] | None:
        """Of `assignable`."""

        def work() -> frozenset[str] | None:
            if self.assignable is None:
                return None
            return frozenset(one.casefold() for one in self.assignable)

        return self.read("assignees_of", {"repo": repo}, priority, work)

    def said(self, comment: Comment) -> Happening:
        """A comment as something that has happened."""
        mark = marker.find(comment.body) if comment.author_is_app else None
        state = marker.find_state(comment.body) if comment.author_is_app else None
        return Happening(
            what=What.COMMENTED,
            at=comment.created_at,
            by=comment.author,
            by_bot=comment.author.endswith("[bot]"),
            member=among(comment.author, self.people),
            key="" if mark is None else mark.key,
            asks=tuple((state or {}).get("asks", ())),
        )
