"""The part of the fake GitHub that is about milestones."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ghapp.core.facts import Issue, RepoName
from ghapp.core.gate_facts import MovedAway
from ghapp.core.milestone import Milestone
from ghapp.demo.milestones import floored
from ghapp.github.errors import AlreadyThere, NotFound, Refused
from ghapp.github.gateway import ListState, State
from ghapp.github.priority import Priority
from ghapp.model.names import Login
from tests.support.fake_repositories import FakeRepositories


@dataclass
class FakeMilestones(FakeRepositories):
    """`MilestoneGateway`. `in_milestone` says of each issue and pull request in which it is."""

    milestones: dict[tuple[RepoName, int], Milestone] = field(default_factory=dict)
    in_milestone: dict[tuple[RepoName, int], int] = field(default_factory=dict)
    taken_out: list[tuple[RepoName, str, MovedAway]] = field(default_factory=list)
    _milestones_ever: int = 0

    # What a test arranges

    def person_adds_milestone(
        self, repo: RepoName, *, title: str, description: str = "", **more: Any
    ) -> Milestone:
        """A milestone that a person made: any further field of `Milestone`."""
        made = self._make(repo, title=title, description=description, due_on=None)
        return self.person_changes_milestone(repo, made.number, **more)

    def person_changes_milestone(self, repo: RepoName, number: int, **changes: Any) -> Milestone:
        """What a person did to a milestone by hand: any field of `Milestone`."""
        self.milestones[repo, number] = replace(self.milestones[repo, number], **changes)
        return self.milestones[repo, number]

    def person_deletes_milestone(self, repo: RepoName, number: int) -> None:
        """GitHub lets go of what was in it."""
        del self.milestones[repo, number]
        for key, held in list(self.in_milestone.items()):
            if (key[0], held) == (repo, number):
                del self.in_milestone[key]

    def person_moves(self, repo: RepoName, number: int, to: int | None, *, by: Login) -> None:
        """Somebody puts an issue or pull request into a milestone, or takes it out."""
        self._move(repo, number, to, by)

    # The gateway

    async def list_milestones(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[Milestone]:
        """All, by number."""

        def work() -> list[Milestone]:
            mine = [number for name, number in self.milestones if name == repo]
            return [self._milestone(repo, number) for number in sorted(mine)]

        return self.read("list_milestones", {"repo": repo}, priority, work)

    async def create_milestone(
        self,
        repo: RepoName,
        *,
        title: str,
        description: str,
        due_on: datetime | None,
        priority: Priority = Priority.NORMAL,
    ) -> Milestone:
        """A milestone by the App."""
        args = {"repo": repo, "title": title, "description": description, "due_on": due_on}
        return self.write(
            "create_milestone",
            args,
            priority,
            lambda: self._make(repo, title=title, description=description, due_on=due_on),
        )

    async def edit_milestone(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        description: str | None = None,
        due_on: datetime | None = None,
        state: State | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Milestone:
        """Changes what is given."""

        def work() -> Milestone:
            self._milestone(repo, number)
            changes: dict[str, Any] = {}
            if title is not None:
                self._claim(repo, title, number)
                changes["title"] = title
            if description is not None:
                changes["description"] = description
            if due_on is not None:
                changes["due_on"] = floored(due_on)
            if state is not None:
                changes["open"] = state == "open"
            self.milestones[repo, number] = replace(self.milestones[repo, number], **changes)
            return self._milestone(repo, number)

        args = {
            "repo": repo,
            "number": number,
            "title": title,
            "description": description,
            "due_on": due_on,
            "state": state,
        }
        return self.write("edit_milestone", args, priority, work)

    async def milestone_items(
        self,
        repo: RepoName,
        number: int,
        *,
        state: ListState = "open",
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[Issue]:
        """The issues and pull requests in it, by number."""

        def work() -> list[Issue]:
            self._milestone(repo, number)
            held = [self.issue(repo, one) for one in self._held(repo, number)]
            return [one for one in held if state == "all" or one.open == (state == "open")]

        args = {"repo": repo, "number": number, "state": state}
        return self.read("milestone_items", args, priority, work)

    async def set_milestone(
        self,
        repo: RepoName,
        number: int,
        milestone: int | None,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Issue:
        """Puts something in, or takes it out."""

        def work() -> Issue:
            if milestone is not None and (repo, milestone) not in self.milestones:
                raise Refused(422, "Validation Failed", [{"field": "milestone"}])
            return self._move(repo, number, milestone, self.bot)

        args = {"repo": repo, "number": number, "milestone": milestone}
        return self.write("set_milestone", args, priority, work)

    async def moved_away(
        self,
        repo: RepoName,
        title: str,
        since: datetime,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[MovedAway]:
        """The oldest first."""

        def work() -> list[MovedAway]:
            mine = [one for name, left, one in self.taken_out if (name, left) == (repo, title)]
            return [one for one in mine if one.at >= since]

        args = {"repo": repo, "title": title, "since": since}
        return self.read("moved_away", args, priority, work)

    def _move(self, repo: RepoName, number: int, to: int | None, by: Login) -> Issue:
        issue = self.change(repo, number)
        left = self.in_milestone.pop((repo, number), None)
        if left is not None and left != to:
            moved = MovedAway(number=number, by=by, at=self.clock)
            self.taken_out.append((repo, self.milestones[repo, left].title, moved))
        if to is not None:
            self.in_milestone[repo, number] = to
        return issue

    def _make(
        self, repo: RepoName, *, title: str, description: str, due_on: datetime | None
    ) -> Milestone:
        self._claim(repo, title)
        self._milestones_ever += 1
        number = self._milestones_ever
        self.milestones[repo, number] = Milestone(
            number=number,
            title=title,
            description=description,
            open=True,
            due_on=None if due_on is None else floored(due_on),
        )
        return self.milestones[repo, number]

    def _claim(self, repo: RepoName, title: str, number: int = 0) -> None:
        for (name, other), known in self.milestones.items():
            if (name, known.title) == (repo, title) and other != number:
                error = {"resource": "Milestone", "code": "already_exists", "field": "title"}
                raise AlreadyThere(422, "Validation Failed", [error])

    def _held(self, repo: RepoName, number: int) -> list[int]:
        return sorted(
            one for (name, one), held in self.in_milestone.items() if (name, held) == (repo, number)
        )

    def _milestone(self, repo: RepoName, number: int) -> Milestone:
        if (repo, number) not in self.milestones:
            raise NotFound
        states = [self.issue(repo, one).open for one in self._held(repo, number)]
        return replace(
            self.milestones[repo, number],
            open_issues=sum(states),
            closed_issues=len(states) - sum(states),
        )
