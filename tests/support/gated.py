"""A release on a desk: its pull request, what touches it, and what the gate says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ghapp.core.facts import Comment, IssueEvent, Sha
from ghapp.core.gate import CHECK
from ghapp.core.github_event import (
    CommentChange,
    PullEvent,
    conversation_of_pull,
    conversation_of_release,
)
from ghapp.core.pull_request import ChangedFile
from ghapp.github.gateway_checks import CheckRun, RequiredChecks
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk
from tests.support.releasing import release_issues

BY = Login("carol")
CONVERSATION = conversation_of_release(HOME)


def owners(gate: str = "{}", **release: str) -> str:
    """OWNERS.yaml with releases every second Tuesday at 10:00 UTC; more settings of `release` by name."""
    text = OWNERS.replace("    owner: bob\n", '    owner: bob\n    paths: ["billing/**"]\n')
    more = "".join(f"  {name}: {value}\n" for name, value in release.items())
    return (
        f"{text}release:\n"
        "  cadence: {every: 2w, on: tuesday, at: '10:00', start: 2026-11-24}\n"
        f"  ahead: 1\n  captain: alice\n  gate: {gate}\n{more}"
    )


@dataclass
class Releasing:
    """One release pull request by carol, which touches the area billing; its check is required."""

    desk: Desk
    number: int = 0

    @classmethod
    async def begin(cls, desk: Desk, gate: str = "{}", **release: str) -> Self:
        """A file with these settings, the milestone of the release, and its pull request, evaluated once."""
        self = cls(desk)
        desk.github.required[HOME, "main"] = RequiredChecks(frozenset({CHECK}))
        await self.configure(gate, **release)
        pull = desk.github.person_proposes(HOME, author=BY, head="release/next", title="Release")
        self.number = pull.number
        self.touches("billing/invoice.py")
        self.ticks()
        await self.opened()
        return self

    async def configure(self, gate: str = "{}", **release: str) -> None:
        """OWNERS.yaml says something else."""
        self.desk.github.write_file(HOME, "OWNERS.yaml", owners(gate, **release))
        await self.desk.models.refresh()
        await self.happens()

    async def opened(self) -> None:
        """GitHub tells that the pull request was opened, and that is handled by all whom it concerns."""
        pull = self.desk.github.pull(HOME, self.number)
        event = PullEvent(
            repo=HOME, number=pull.number, action="opened", pull=pull, sender=BY, at=self.desk.now
        )
        for conversation in (conversation_of_pull(HOME, pull.number), CONVERSATION):
            await self.desk.put(conversation, event)
        await self.desk.drain()

    def ticks(self, *open_ones: str) -> None:
        """Somebody ticks the boxes of the release issue, but for some."""
        (issue,) = release_issues(self.desk).values()
        lines = [
            line if any(one in line for one in open_ones) else line.replace("- [ ]", "- [x]")
            for line in issue.body.split("\n")
        ]
        self.desk.github.person_changes(HOME, issue.number, body="\n".join(lines))

    def touches(self, *paths: str) -> None:
        """What the release changes."""
        files = tuple(ChangedFile(path=one, status="modified", sha=Sha(one)) for one in paths)
        self.desk.github.changed[HOME, self.number] = files

    @property
    def milestone(self) -> int:
        """The milestone of the release."""
        return next(n for (_, n), one in self.desk.github.milestones.items() if one.open)

    @property
    def head(self) -> Sha:
        """The head of the pull request."""
        return self.desk.github.pull(HOME, self.number).head

    def runs(self, head: Sha | None = None) -> list[CheckRun]:
        """The runs of the gate's check on a head."""
        return [
            run
            for run in self.desk.github.check_runs.values()
            if run.by_app and run.name == CHECK and run.head == (head or self.head)
        ]

    @property
    def run(self) -> CheckRun:
        """The one run of the gate's check on the head."""
        (run,) = self.runs()
        return run

    @property
    def said(self) -> tuple[str, str]:
        """How the check ends, and its title."""
        return self.run.conclusion, self.run.title

    def issue(self, *labels: str, title: str = "It fails") -> int:
        """An issue in the milestone, by a person."""
        made = self.desk.github.person_opens(HOME, author=BY, title=title, labels=labels)
        self.desk.github.person_moves(HOME, made.number, self.milestone, by=BY)
        return made.number

    async def happens(self, number: int = 1, action: str = "labeled") -> None:
        """GitHub tells of a change in the milestone, and it is handled."""
        at = self.desk.now
        event = IssueEvent(repo=HOME, number=number, action=action, sender=BY, at=at)
        await self.desk.put(CONVERSATION, event)
        await self.desk.drain()

    async def says(self, body: str, by: str = "alice") -> Comment:
        """Somebody comments on the pull request."""
        return await self.desk.says(body, by=by, number=self.number)

    async def rewrites(self, comment: Comment, body: str) -> None:
        """Its author edits a comment, or with nothing deletes it."""
        github = self.desk.github
        if body:
            github.rewrite(HOME, comment.id, body)
        else:
            kept = github.comments[HOME, self.number]
            kept[:] = [one for one in kept if one.id != comment.id]
        event = CommentChange(
            repo=HOME,
            number=self.number,
            comment_id=comment.id,
            previous=comment.body,
            body=body,
            sender=comment.author,
            at=self.desk.now,
        )
        await self.desk.put(CONVERSATION, event)
        await self.desk.drain()

    def pushes(self, *paths: str) -> None:
        """Somebody pushes to the branch."""
        self.desk.github.person_pushes(HOME, self.number, *(paths or ("a.py",)), author=BY)

    def reactions(self, comment: Comment) -> list[str]:
        """How the app has reacted to a comment."""
        return [*self.desk.github.reactions.get(comment.id, [])]

    def words(self) -> list[str]:
        """What the app has said on the pull request."""
        return self.desk.words(self.number)

    async def at(self, moment: datetime) -> None:
        """The clock gets there, and what is due is handled."""
        self.desk.later(seconds=(moment - self.desk.now).total_seconds())
        await self.desk.tick()
