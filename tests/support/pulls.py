"""People at work on pull requests: what they do changes GitHub, the webhook tells of it, and it is handled."""

from dataclasses import dataclass
from typing import Any

from ghapp.core.facts import RepoName, Sha
from ghapp.core.github_event import (
    CheckEvent,
    CommentChange,
    MergeGroupEvent,
    PullEvent,
    conversation_of_pull,
)
from ghapp.core.pull_request import ChangedFile, Pull, Review
from ghapp.core.verdict import State
from ghapp.github.gateway_checks import CheckRun
from ghapp.model.names import Login
from tests.support.builders import HOME
from tests.support.desk import Desk


@dataclass
class PullDesk:
    """Pull request 1 of a repository, unless said otherwise."""

    desk: Desk
    repo: RepoName = HOME
    number: int = 1

    @property
    def conversation(self) -> str:
        """Where it is handled."""
        return conversation_of_pull(self.repo, self.number)

    @property
    def pull(self) -> Pull:
        """As it is on GitHub."""
        return self.desk.github.pull(self.repo, self.number)

    # What people do

    async def opens(
        self, *paths: str, by: str = "alice", handled: bool = True, **facts: Any
    ) -> Pull:
        """Somebody opens a pull request that changes these files."""
        github = self.desk.github
        head = facts.pop("head", "topic")
        if (self.repo, "main") not in github.log:
            github.push(self.repo, "main", "README.md")
        if (self.repo, head) not in github.log:
            github.log[self.repo, head] = [*github.log.get((self.repo, "main"), [])]
            github.push(self.repo, head, *(paths or ("a.py",)), author=Login(by))
        pull = github.person_proposes(self.repo, author=Login(by), head=head, **facts)
        self.number = pull.number
        await self.tells("opened", by=by, handled=handled)
        return pull

    async def pushes(self, *paths: str, by: str = "alice", handled: bool = True) -> Sha:
        """Somebody pushes a commit."""
        sha = self.desk.github.person_pushes(self.repo, self.number, *paths, author=Login(by))
        await self.tells("synchronize", by=by, handled=handled)
        return sha

    async def rebases(self) -> Sha:
        """Another head that changes the same."""
        github = self.desk.github
        files, before = github._files(self.repo, self.number), self.pull.head
        github.between[self.repo, before] = files
        github.changed[self.repo, self.number] = files
        log = github.log[self.repo, self.pull.head_branch]
        kept = log.pop()
        github.push(self.repo, "elsewhere")
        github.push(self.repo, "elsewhere")
        sha = github.push(
            self.repo, self.pull.head_branch, *kept.paths, author=kept.author, message="Again"
        )
        await self.tells("synchronize")
        return sha

    def changes_all(self, files: tuple[ChangedFile, ...]) -> None:
        """It changes these files."""
        self.desk.github.changed[self.repo, self.number] = files

    async def reviews(
        self, state: str = "approved", *, by: str = "bob", handled: bool = True
    ) -> Review:
        """Somebody reviews it; GitHub then asks them no longer."""
        github = self.desk.github
        review = github.person_reviews(self.repo, self.number, author=Login(by), state=state)
        left = tuple(one for one in self.pull.requested if one.casefold() != by.casefold())
        github.person_changes_pull(self.repo, self.number, requested=left)
        await self.tells("reviewed", by=by, handled=handled)
        return review

    async def dismisses(self, review: Review) -> None:
        """Somebody dismisses a review."""
        self.desk.github.dismiss(self.repo, self.number, review.id)
        await self.tells("dismissed", by="carol")

    async def changes(self, action: str, *, by: str = "carol", **changes: Any) -> None:
        """Somebody changes it by hand: fields of the issue, or of the proposal."""
        of_proposal = {"draft", "base", "requested", "merged_at"} & set(changes)
        if of_proposal:
            self.desk.github.person_changes_pull(self.repo, self.number, **changes)
        elif changes:
            self.desk.github.person_changes(self.repo, self.number, **changes)
        await self.tells(action, by=by)

    async def tells(self, action: str, *, by: str = "alice", handled: bool = True) -> None:
        """GitHub tells how it is now."""
        event = PullEvent(
            repo=self.repo,
            number=self.number,
            action=action,
            pull=self.pull,
            sender=Login(by),
            at=self.desk.now,
        )
        await self.desk.put(self.conversation, event)
        if handled:
            await self.desk.drain()

    async def says(self, body: str, *, by: str = "bob") -> int:
        """Somebody comments; the comment's id."""
        comment = await self.desk.says(body, by=by, number=self.number, repo=self.repo)
        return comment.id

    async def takes_back(self, comment: int, previous: str, body: str = "") -> None:
        """Somebody deletes a comment, or edits it."""
        event = CommentChange(
            repo=self.repo,
            number=self.number,
            comment_id=comment,
            previous=previous,
            body=body,
            sender=Login("bob"),
            at=self.desk.now,
        )
        await self.desk.put(self.conversation, event)
        await self.desk.drain()

    async def asks_again(self, name: str = "", head: Sha | None = None) -> None:
        """Somebody presses `Re-run`."""
        event = CheckEvent(
            repo=self.repo,
            head=head or self.pull.head,
            name=name,
            action="rerequested",
            sender=Login("carol"),
        )
        await self.desk.put(self.conversation, event)
        await self.desk.drain()

    async def queues(self, head: Sha) -> None:
        """The merge queue asks for the checks of a group."""
        event = MergeGroupEvent(repo=self.repo, number=self.number, head=head, base="main")
        await self.desk.put(self.conversation, event)
        await self.desk.drain()

    # What a test asks

    def checks(self, name: str = "ghapp/review", head: Sha | None = None) -> list[CheckRun]:
        """The app's check runs of that name on a head, by default the one of now."""
        wanted = head or self.pull.head
        return [
            run
            for (repo, _), run in self.desk.github.check_runs.items()
            if (repo, run.name, run.head) == (self.repo, name, wanted) and run.by_app
        ]

    def check(self, name: str = "ghapp/review", head: Sha | None = None) -> CheckRun:
        """The only one."""
        (run,) = self.checks(name, head)
        return run

    @property
    def conclusion(self) -> str:
        """How the review standard's check ends on the head of now."""
        return self.check().conclusion

    @property
    def requested(self) -> set[str]:
        """Whose review is asked for."""
        return set(self.pull.requested)


def waits(run: CheckRun) -> bool:
    """Whether a check says that something could not be read."""
    return State.UNKNOWN.value in run.summary
