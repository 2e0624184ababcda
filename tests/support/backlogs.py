"""People at work on a backlog: what they do changes GitHub, and the webhook tells of it or is lost."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ghapp.core.facts import RepoName
from ghapp.core.github_event import ItemEvent, conversation_of_backlog
from ghapp.core.history import Happening, What
from ghapp.core.owners_file import FILE
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk
from tests.support.fake_repositories import WRITES


@dataclass
class BacklogDesk:
    """The backlog of the home repository."""

    desk: Desk
    repo: RepoName = HOME

    async def configure(self, section: str) -> None:
        """OWNERS.yaml has this section."""
        self.desk.github.write_file(HOME, FILE, f"{OWNERS}\n{section}")
        await self.desk.models.refresh()

    # What people do

    async def opens(
        self,
        *,
        by: str = "dave",
        title: str = "",
        body: str = "",
        labels: Iterable[str] = (),
        assignees: tuple[Login, ...] = (),
        told: bool = True,
    ) -> int:
        """Somebody opens an issue; its number."""
        github = self.desk.github
        number = 1 + max((n for name, n in github.issues if name == self.repo), default=0)
        name = title or f"Nr. {number} {'xyz'[number % 3] * (number % 60)}"
        github.person_opens(self.repo, author=Login(by), title=name, body=body, labels=labels)
        issue = github.issues[self.repo, number]
        github.issues[self.repo, number] = replace(issue, assignees=assignees)
        if told:
            await self.tells(number, "opened", None)
        return number

    async def says(self, number: int, body: str, *, by: str, told: bool = True) -> None:
        """Somebody comments."""
        github = self.desk.github
        comment = github.person_comments(self.repo, number, author=Login(by), body=body)
        if told:
            await self.tells(number, "created", github.said(comment))

    async def commands(self, number: int, body: str, *, by: str) -> None:
        """Somebody commands something."""
        await self.desk.says(body, by=by, number=number, repo=self.repo)

    async def labels_it(self, number: int, *labels: str, told: bool = True) -> None:
        """Alice sets labels, one after the other."""
        for label in labels:
            had = self.desk.github.issues[self.repo, number].labels
            self.desk.github.person_changes(self.repo, number, labels=had | {label})
            if told:
                await self._labels(number, What.LABELED, label)

    async def unlabels(self, number: int, label: str, *, told: bool = True) -> None:
        """Alice takes a label off."""
        had = self.desk.github.issues[self.repo, number].labels
        self.desk.github.person_changes(self.repo, number, labels=had - {label})
        if told:
            await self._labels(number, What.UNLABELED, label)

    def deletes_comments(self, number: int, *, by_app: bool = False) -> None:
        """Somebody deletes all comments, or those of the app; nobody tells."""
        github = self.desk.github
        left = [
            one for one in github.comments[self.repo, number] if by_app and not one.author_is_app
        ]
        github.comments[self.repo, number] = left
        github.change(self.repo, number, comments=len(left))

    async def tells(self, number: int, action: str, one: Happening | None) -> None:
        """GitHub tells how an item is now, and that is handled."""
        listed = self.desk.github.item(self.repo, number)
        event = ItemEvent(
            item=listed.item, action=action, closed_at=listed.closed_at, happening=one
        )
        await self.desk.put(conversation_of_backlog(self.repo), event)
        await self.desk.drain()

    async def _labels(self, number: int, what: What, label: str) -> None:
        one = Happening(what=what, at=self.desk.now, by=Login("alice"), about=label)
        await self.tells(number, what.value, one)

    # What the app does

    async def later(self, **span: float) -> None:
        """Time passes, and the clock wakes what is due."""
        self.desk.later(**span)
        await self.desk.tick()

    async def sweep(self) -> None:
        """The round of the sweeps."""
        await self.desk.duties.hygiene.look()
        await self.desk.drain()

    # What a test asks

    def words(self, number: int) -> list[str]:
        """What the app has said on an item, without its markers."""
        return self.desk.words(number)

    def labels(self, number: int) -> set[str]:
        """The labels of an item."""
        return set(self.desk.github.issues[self.repo, number].labels)

    @property
    def writes(self) -> list[str]:
        """What the app has written."""
        return self.desk.github.writes

    @staticmethod
    def reads(method: str) -> bool:
        """Whether a call only asks."""
        return method not in WRITES
