"""What every gateway does, be GitHub real or in memory; a class of tests to inherit from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

from ghapp.core.facts import Issue, Permission, RepoName
from ghapp.github.errors import NotFound, Refused, Stale
from ghapp.github.gateway import File, Gateway
from ghapp.model.names import Login

HOME = RepoName("acme/ops")
ALICE, BOB, NOBODY = Login("alice"), Login("bob"), Login("no-such-person")


class World(Protocol):
    """A GitHub with the repository `acme/ops`, in which alice and bob may write, mallory may not."""

    gateway: Gateway

    async def opens(self, login: str, title: str, labels: Sequence[str] = ()) -> int:
        """A person opens an issue."""
        ...

    async def comments(self, login: str, number: int, body: str) -> int:
        """A person comments; the comment's id."""
        ...

    async def closes(self, login: str, number: int) -> None:
        """A person closes an issue."""
        ...

    async def writes(self, path: str, text: str) -> None:
        """A person commits a file."""
        ...

    async def later(self) -> None:
        """Some seconds pass, so that GitHub's timestamps differ."""
        ...

    def counted(self) -> int:
        """The calls that GitHub has counted so far, but for authentication."""
        ...


class GatewayContract:
    """Inherit, and give the fixture `world`."""

    @pytest.fixture
    def gateway(self, world: World) -> Gateway:
        return world.gateway

    @pytest.fixture
    async def issue(self, gateway: Gateway) -> Issue:
        return await gateway.create_issue(
            HOME, title="Down", body="It is.\n", labels=["incident", "sev1"], assignees=[ALICE]
        )

    async def test_knows_the_app(self, gateway: Gateway) -> None:
        app = await gateway.app()
        assert app.bot_login == "ghapp[bot]"
        assert app.permissions["issues"] == "write"
        assert "issue_comment" in app.events

    async def test_opens_an_issue(self, gateway: Gateway, issue: Issue) -> None:
        assert (issue.title, issue.body, issue.open) == ("Down", "It is.\n", True)
        assert issue.labels == {"incident", "sev1"}
        assert issue.assignees == (ALICE,)
        assert issue.author_is_app
        assert await gateway.get_issue(HOME, issue.number) == issue

    async def test_opens_an_issue_even_for_someone_who_cannot_be_assigned(
        self, gateway: Gateway
    ) -> None:
        made = await gateway.create_issue(HOME, title="t", body="b", assignees=[NOBODY])
        assert made.assignees == ()

    async def test_an_issue_that_is_not_there(self, gateway: Gateway) -> None:
        with pytest.raises(NotFound):
            await gateway.get_issue(HOME, 4040)

    async def test_lists_issues_with_every_label_the_oldest_first(
        self, gateway: Gateway, issue: Issue, world: World
    ) -> None:
        theirs = await world.opens("alice", "Also down", ["incident"])
        other = await world.opens("bob", "A bug", ["bug"])
        closed = await world.opens("bob", "Over", ["incident"])
        await world.closes("bob", closed)

        async def numbers(*labels: str, **how: str) -> list[int]:
            found = await gateway.list_issues(HOME, labels=labels, **how)  # type: ignore[arg-type]
            return [one.number for one in found]

        assert await numbers("incident") == [issue.number, theirs]
        assert await numbers("incident", "sev1") == [issue.number]
        assert await numbers("incident", state="closed") == [closed]
        assert await numbers("incident", state="all") == [issue.number, theirs, closed]
        assert await numbers("nothing has this") == []
        assert await numbers() == [issue.number, theirs, other]

    async def test_lists_what_has_changed_since(
        self, gateway: Gateway, issue: Issue, world: World
    ) -> None:
        await world.later()
        late = await world.opens("alice", "Also down", ["incident"])
        since = (await gateway.get_issue(HOME, late)).updated_at
        assert since > issue.updated_at
        found = await gateway.list_issues(HOME, labels=["incident"], since=since)
        assert [one.number for one in found] == [late]

    async def test_edits_what_is_given(self, gateway: Gateway, issue: Issue) -> None:
        edited = await gateway.edit_issue(HOME, issue.number, body="Still.")
        assert (edited.title, edited.body, edited.open) == ("Down", "Still.", True)
        closed = await gateway.edit_issue(
            HOME, issue.number, state="closed", state_reason="completed"
        )
        assert (closed.open, closed.body) == (False, "Still.")
        assert closed.closed_at is not None
        opened = await gateway.edit_issue(HOME, issue.number, title="Up?", state="open")
        assert (opened.open, opened.title, opened.closed_at) == (True, "Up?", None)

    async def test_refuses_a_text_that_is_too_long(self, gateway: Gateway, issue: Issue) -> None:
        with pytest.raises(Refused):
            await gateway.edit_issue(HOME, issue.number, body="x" * 65_537)

    async def test_adds_and_removes_labels_one_at_a_time(
        self, gateway: Gateway, issue: Issue
    ) -> None:
        await gateway.add_labels(HOME, issue.number, ["acknowledged", "area/a b", "sev1"])
        await gateway.remove_label(HOME, issue.number, "area/a b")
        await gateway.remove_label(HOME, issue.number, "area/a b")
        await gateway.remove_label(HOME, issue.number, "never there")
        after = await gateway.get_issue(HOME, issue.number)
        assert after.labels == {"incident", "sev1", "acknowledged"}

    async def test_adds_and_removes_assignees(self, gateway: Gateway, issue: Issue) -> None:
        assert await gateway.add_assignees(HOME, issue.number, [BOB, NOBODY]) == (ALICE, BOB)
        assert await gateway.remove_assignees(HOME, issue.number, [ALICE]) == (BOB,)

    async def test_comments(self, gateway: Gateway, issue: Issue, world: World) -> None:
        ours = await gateway.create_comment(HOME, issue.number, "Tried.")
        await world.later()
        theirs = await world.comments("alice", issue.number, "/ack")
        found = await gateway.list_comments(HOME, issue.number)
        assert [(one.id, one.body, one.author_is_app) for one in found] == [
            (ours.id, "Tried.", True),
            (theirs, "/ack", False),
        ]
        since = found[1].created_at
        assert await gateway.list_comments(HOME, issue.number, since=since) == found[1:]
        edited = await gateway.edit_comment(HOME, ours.id, "Tried twice.")
        assert (edited.id, edited.body) == (ours.id, "Tried twice.")
        with pytest.raises(NotFound):
            await gateway.create_comment(HOME, 4040, "lost")

    async def test_reacts_and_never_fails(
        self, gateway: Gateway, issue: Issue, world: World
    ) -> None:
        theirs = await world.comments("alice", issue.number, "/ack")
        assert await gateway.react(HOME, theirs, "+1") is True
        assert await gateway.react(HOME, theirs, "+1") is True
        assert await gateway.react(HOME, 4040, "+1") is False

    async def test_says_who_may_write(self, gateway: Gateway) -> None:
        answers = [await gateway.permission(HOME, Login(n)) for n in (ALICE, "mallory", NOBODY)]
        assert answers == [Permission.YES, Permission.NO, Permission.NO]

    async def test_reads_files(self, gateway: Gateway, world: World) -> None:
        assert await gateway.read_file(HOME, "docs/run book.md") is None
        await world.writes("docs/run book.md", "one\n")
        first = await gateway.read_file(HOME, "docs/run book.md")
        await world.writes("docs/run book.md", "two → ü\n")
        second = await gateway.read_file(HOME, "docs/run book.md")
        assert isinstance(first, File)
        assert isinstance(second, File)
        assert (first.text, second.text) == ("one\n", "two → ü\n")
        assert first.sha != second.sha

    async def test_lists_the_files_of_a_folder(self, gateway: Gateway, world: World) -> None:
        assert await gateway.list_folder(HOME, "docs/our words") == {}
        await world.writes("docs/our words/b.md", "two\n")
        await world.writes("docs/our words/a.md", "one\n")
        await world.writes("docs/our words/deep/c.md", "three\n")
        first = await gateway.list_folder(HOME, "docs/our words")
        assert sorted(first) == ["a.md", "b.md"]
        await world.writes("docs/our words/a.md", "one more\n")
        second = await gateway.list_folder(HOME, "docs/our words")
        assert {name for name in first if first[name] != second[name]} == {"a.md"}
        assert await gateway.list_folder(HOME, "docs/our words/a.md") == {}

    async def test_writes_a_file_that_has_not_changed(self, gateway: Gateway, world: World) -> None:
        await world.writes("docs/run book.md", "one\n")
        read = await gateway.read_file(HOME, "docs/run book.md")
        assert isinstance(read, File)
        two = replace(read, text="two → ü\r\n")
        commit = await gateway.commit_file(HOME, "docs/run book.md", two, message="Say two")
        assert (await gateway.file_history(HOME, "docs/run book.md"))[0] == commit
        found = await gateway.read_file(HOME, "docs/run book.md")
        assert isinstance(found, File)
        assert found.text == "two → ü\r\n"
        with pytest.raises(Stale):
            await gateway.commit_file(HOME, "docs/run book.md", two, message="Say two again")

    async def test_proposes_a_change_once(self, gateway: Gateway, world: World) -> None:
        await world.writes("OWNERS.yaml", "one\n")
        for _ in range(2):
            await gateway.create_branch(HOME, "ghapp/override-1", base="main")
        read = await gateway.read_file(HOME, "OWNERS.yaml", ref="ghapp/override-1")
        assert isinstance(read, File)
        two = replace(read, text="two\n")
        await gateway.commit_file(
            HOME, "OWNERS.yaml", two, message="Say two", branch="ghapp/override-1"
        )
        texts = [
            file.text
            for ref in (None, "main", "ghapp/override-1")
            if (file := await gateway.read_file(HOME, "OWNERS.yaml", ref=ref)) is not None
        ]
        assert texts == ["one\n", "one\n", "two\n"]
        numbers = [
            await gateway.open_pull(
                HOME, title="Say two", body="Please.", head="ghapp/override-1", base="main"
            )
            for _ in range(2)
        ]
        assert numbers[0] == numbers[1] > 0

    async def test_labels(self, gateway: Gateway) -> None:
        for _ in range(2):
            await gateway.create_label(HOME, name="sev1", color="b60205", description="The worst")
        mine = [label for label in await gateway.list_labels(HOME) if label.name == "sev1"]
        assert [(label.color, label.description) for label in mine] == [("b60205", "The worst")]

    async def test_repositories_of_the_installation(self, gateway: Gateway, issue: Issue) -> None:
        assert issue.repo in await gateway.repositories(HOME)

    async def test_default_branch(self, gateway: Gateway) -> None:
        assert await gateway.default_branch(HOME) == "main"

    async def test_what_has_not_changed_is_free(
        self, gateway: Gateway, issue: Issue, world: World
    ) -> None:
        await gateway.list_issues(HOME, labels=["incident"])
        await gateway.get_issue(HOME, issue.number)
        before = world.counted()
        await gateway.list_issues(HOME, labels=["incident"])
        await gateway.get_issue(HOME, issue.number)
        assert world.counted() == before

    async def test_refreshing_costs_only_when_something_changed(
        self, gateway: Gateway, issue: Issue, world: World
    ) -> None:
        before = world.counted()
        assert await gateway.refresh_issue(issue) == issue
        assert world.counted() == before

        await gateway.get_issue(HOME, issue.number)
        before = world.counted()
        assert await gateway.refresh_issue(issue) == issue
        assert world.counted() == before

        await world.closes("alice", issue.number)
        assert not (await gateway.refresh_issue(issue)).open
        assert world.counted() == before + 1


SECOND = timedelta(seconds=1)
