"""What every gateway to pull requests does, be GitHub real or in memory; a class of tests to inherit from."""

from dataclasses import replace
from typing import Protocol

import pytest

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import Pull
from ghapp.github.errors import AlreadyThere, NotFound, Refused
from ghapp.github.gateway_pulls import PullGateway
from ghapp.model.names import Login

HOME = RepoName("acme/ops")
ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")


class PullsWorld(Protocol):
    """A GitHub with the repository `acme/ops`, in which alice, bob and carol may write."""

    pulls: PullGateway

    async def opens(self, login: str, title: str) -> int:
        """A person opens an issue."""
        ...

    async def commits(self, path: str, text: str = "", *, branch: str = "main") -> Sha:
        """Alice commits a file to a branch; the commit."""
        ...

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request of a new branch that changes `a.py`; its number."""
        ...

    async def begins(self, branch: str) -> None:
        """Alice begins a branch at the head of the default branch, which has a commit."""
        ...

    async def makes_ready(self, number: int) -> None:
        """Alice makes a draft ready for review."""
        ...

    async def pushes(self, number: int, branch: str) -> None:
        """Alice pushes to the branch of a pull request."""
        ...

    async def later(self) -> None:
        """Some seconds pass, so that GitHub's timestamps differ."""
        ...

    async def reviews(self, login: str, number: int, state: str) -> int:
        """A person submits a review: approved, changes_requested or commented; its id."""
        ...

    async def dismisses(self, number: int, review: int) -> None:
        """A person dismisses a review."""
        ...

    async def merges(self, number: int) -> Sha:
        """A person merges a pull request; the commit."""
        ...

    async def labels(self, number: int, label: str) -> None:
        """A person labels a pull request."""
        ...

    async def forms_team(self, name: str, login: str) -> None:
        """A team of one member."""
        ...

    def changes(self, number: int, count: int) -> None:
        """Let a pull request change so many files, the first of them a rename of `old.py` to `new.py`."""
        ...

    def counted(self) -> int:
        """The calls that GitHub has counted so far, but for authentication."""
        ...


class PullsContract:
    """Inherit, and give the fixture `world`."""

    @pytest.fixture
    def pulls(self, world: PullsWorld) -> PullGateway:
        return world.pulls

    @pytest.fixture
    async def topic(self, pulls: PullGateway, world: PullsWorld) -> Pull:
        return await pulls.get_pull(HOME, await world.proposes("topic"))

    async def test_reads_a_pull_request(self, topic: Pull) -> None:
        assert (topic.author, topic.author_is_app, topic.author_is_bot) == (ALICE, False, False)
        assert (topic.head_branch, topic.head_repo, topic.base) == ("topic", HOME, "main")
        assert (topic.open, topic.draft, topic.merged_at, topic.milestone) == (
            True,
            False,
            None,
            None,
        )
        assert (topic.requested, topic.requested_teams, topic.labels) == ((), (), frozenset())
        assert (topic.changed_files, topic.commits) == (1, 1)
        assert topic.head != topic.base_sha

    async def test_an_issue_is_no_pull_request(self, pulls: PullGateway, world: PullsWorld) -> None:
        with pytest.raises(NotFound):
            await pulls.get_pull(HOME, await world.opens("alice", "A bug"))

    async def test_v10_drafts(self, pulls: PullGateway, world: PullsWorld) -> None:
        number = await world.proposes("topic", draft=True)
        assert (await pulls.get_pull(HOME, number)).draft

    async def test_a_push_moves_the_head(
        self, pulls: PullGateway, topic: Pull, world: PullsWorld
    ) -> None:
        pushed = await world.commits("b.py", "two", branch="topic")
        after = await pulls.get_pull(HOME, topic.number)
        assert after.head == pushed != topic.head

    async def test_lists_files_and_commits(
        self, pulls: PullGateway, topic: Pull, world: PullsWorld
    ) -> None:
        pushed = await world.commits("docs/b c.md", "two", branch="topic")
        after = await pulls.get_pull(HOME, topic.number)
        files = await pulls.pull_files(HOME, topic.number)
        assert [file.path for file in files.items] == ["a.py", "docs/b c.md"]
        assert all(file.patch and file.additions for file in files.items)
        commits = await pulls.pull_commits(after)
        assert [one.sha for one in commits.items] == [topic.head, pushed]
        assert {(one.author, one.committer) for one in commits.items} == {(ALICE, ALICE)}
        assert (files.complete, commits.complete) == (True, True)

    async def test_lists_what_an_earlier_commit_changed(
        self, pulls: PullGateway, topic: Pull, world: PullsWorld
    ) -> None:
        before = await pulls.pull_files(HOME, topic.number)
        await world.commits("b.py", "two", branch="topic")
        files = await pulls.changed_between(HOME, topic.base, topic.head)
        assert [one.path for one in files.items] == ["a.py"]
        assert (files.items, files.complete) == (before.items, True)
        with pytest.raises(NotFound):
            await pulls.changed_between(HOME, topic.base, "f" * 40)

    async def test_v05_commits_without_the_head_are_incomplete(
        self, pulls: PullGateway, topic: Pull
    ) -> None:
        assert (await pulls.pull_commits(topic)).complete
        assert not (await pulls.pull_commits(replace(topic, head=topic.base_sha))).complete

    @pytest.mark.parametrize(("count", "listed"), [(101, 101), (2999, 2999), (3200, 3000)])
    async def test_v11_github_lists_3000_files(
        self, pulls: PullGateway, topic: Pull, world: PullsWorld, count: int, listed: int
    ) -> None:
        world.changes(topic.number, count)
        files = await pulls.pull_files(HOME, topic.number)
        assert len({file.path for file in files.items}) == listed
        assert files.complete == (listed == count)
        renamed = next(file for file in files.items if file.path == "new.py")
        assert (renamed.status, renamed.previous) == ("renamed", "old.py")

    async def test_lists_reviews(self, pulls: PullGateway, topic: Pull, world: PullsWorld) -> None:
        for login, state in ((BOB, "changes_requested"), (BOB, "approved"), (CAROL, "commented")):
            await world.reviews(login, topic.number, state)
        dismissed = await world.reviews(CAROL, topic.number, "approved")
        await world.dismisses(topic.number, dismissed)
        found = await pulls.pull_reviews(HOME, topic.number)
        assert [(one.author, one.state) for one in found.items] == [
            (BOB, "changes_requested"),
            (BOB, "approved"),
            (CAROL, "commented"),
            (CAROL, "dismissed"),
        ]
        assert {one.commit for one in found.items} == {topic.head}
        assert found.complete
        assert not any(one.author_is_bot for one in found.items)

    async def test_lists_pull_requests(
        self, pulls: PullGateway, topic: Pull, world: PullsWorld
    ) -> None:
        other = await world.proposes("other")
        await world.opens("alice", "A bug")
        done = await world.proposes("done")
        await world.merges(done)

        async def numbers(**how: str) -> list[int]:
            found = await pulls.list_pulls(HOME, **how)  # type: ignore[arg-type]
            return [one.number for one in found]

        assert await numbers() == [topic.number, other]
        assert await numbers(state="all") == [topic.number, other, done]
        assert await numbers(head="other") == [other]
        assert await numbers(base="elsewhere") == []

    async def test_a_merge(self, pulls: PullGateway, topic: Pull, world: PullsWorld) -> None:
        merged = await world.merges(topic.number)
        after = await pulls.get_pull(HOME, topic.number)
        assert (after.open, after.merge_commit) == (False, merged)
        assert after.merged_at is not None

    async def test_labels(self, pulls: PullGateway, topic: Pull, world: PullsWorld) -> None:
        await world.labels(topic.number, "hotfix")
        assert (await pulls.get_pull(HOME, topic.number)).labels == {"hotfix"}

    async def test_finds_the_pull_requests_of_a_commit(
        self, pulls: PullGateway, topic: Pull, world: PullsWorld
    ) -> None:
        assert await pulls.pulls_of_commit(HOME, topic.head) == [topic.number]
        await world.merges(topic.number)
        assert await pulls.pulls_of_commit(HOME, topic.head) == []

    async def test_proposes_a_branch_once(self, pulls: PullGateway, world: PullsWorld) -> None:
        await world.begins("release/1")
        await world.commits("a.py", "one", branch="release/1")

        async def propose() -> Pull:
            return await pulls.propose(
                HOME, title="Release 1", body="Notes.", head="release/1", base="main", draft=True
            )

        made = await propose()
        assert (made.title, made.body, made.draft) == ("Release 1", "Notes.", True)
        assert (made.author_is_app, made.author_is_bot) == (True, True)
        with pytest.raises(AlreadyThere):
            await propose()
        await pulls.edit_pull(HOME, made.number, state="closed")
        assert (await propose()).number != made.number

    async def test_edits_what_is_given(self, pulls: PullGateway, topic: Pull) -> None:
        edited = await pulls.edit_pull(HOME, topic.number, body="More.")
        assert (edited.title, edited.body, edited.open) == (topic.title, "More.", True)
        closed = await pulls.edit_pull(HOME, topic.number, title="Over", state="closed")
        assert (closed.title, closed.body, closed.open) == ("Over", "More.", False)

    async def test_g07_knows_since_when_it_is_unchanged(
        self, pulls: PullGateway, world: PullsWorld
    ) -> None:
        draft = await pulls.get_pull(HOME, await world.proposes("topic", draft=True))
        opened = await pulls.unchanged_since(draft)
        assert opened == draft.created_at
        await world.later()
        await world.makes_ready(draft.number)
        ready = await pulls.unchanged_since(await pulls.get_pull(HOME, draft.number))
        assert ready is not None
        assert ready > draft.created_at
        await world.later()
        await world.pushes(draft.number, "topic")
        pushed = await pulls.unchanged_since(await pulls.get_pull(HOME, draft.number))
        assert pushed is not None
        assert pushed > ready

    async def test_asks_for_reviews_and_takes_it_back(
        self, pulls: PullGateway, topic: Pull
    ) -> None:
        asked = await pulls.request_reviewers(HOME, topic.number, [BOB])
        assert asked.requested == (BOB,)
        more = await pulls.request_reviewers(HOME, topic.number, [CAROL, BOB])
        assert more.requested == (BOB, CAROL)
        left = await pulls.unrequest_reviewers(HOME, topic.number, [BOB])
        assert left.requested == (CAROL,)
        assert (await pulls.unrequest_reviewers(HOME, topic.number, [BOB])).requested == (CAROL,)

    @pytest.mark.parametrize("people", [[Login("no-such-person"), BOB], [ALICE]])
    async def test_asks_nobody_if_one_cannot_be_asked(
        self, pulls: PullGateway, topic: Pull, people: list[Login]
    ) -> None:
        with pytest.raises(Refused):
            await pulls.request_reviewers(HOME, topic.number, people)
        assert (await pulls.get_pull(HOME, topic.number)).requested == ()

    async def test_knows_teams_and_people(self, pulls: PullGateway, world: PullsWorld) -> None:
        await world.forms_team("platform", "bob")
        assert await pulls.team_members(HOME, "platform") == {BOB}
        assert await pulls.team_members(HOME, "nobody") is None
        assert await pulls.is_known(HOME, BOB)
        assert not await pulls.is_known(HOME, Login("no-such-person"))

    async def test_what_has_not_changed_is_free(
        self, pulls: PullGateway, topic: Pull, world: PullsWorld
    ) -> None:
        world.changes(topic.number, 250)
        for _ in range(2):
            before = world.counted()
            await pulls.get_pull(HOME, topic.number)
            await pulls.pull_files(HOME, topic.number)
            await pulls.pull_reviews(HOME, topic.number)
            await pulls.pull_commits(topic)
            await pulls.list_pulls(HOME)
        assert world.counted() == before
