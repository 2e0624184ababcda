"""What every gateway to releases does, be GitHub real or in memory; a class of tests to inherit from."""

from typing import Protocol

import pytest

from ghapp.core.facts import RepoName, Sha
from ghapp.github.errors import AlreadyThere, NotFound
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.model.names import Login

HOME = RepoName("acme/ops")


class ReleasesWorld(Protocol):
    """A GitHub with the repository `acme/ops`, whose default branch has a commit."""

    releases: ReleaseGateway

    async def commits(self, path: str, text: str = "", *, branch: str = "main") -> Sha:
        """Alice commits a file to a branch; the commit."""
        ...

    def notes_are(self, body: str) -> None:
        """What GitHub generates as release notes."""
        ...

    def counted(self) -> int:
        """The calls that GitHub has counted so far, but for authentication."""
        ...


class ReleasesContract:
    """Inherit, and give the fixture `world`."""

    @pytest.fixture
    def releases(self, world: ReleasesWorld) -> ReleaseGateway:
        return world.releases

    @pytest.fixture
    async def first(self, world: ReleasesWorld) -> Sha:
        return await world.commits("a.py", "one")

    async def test_knows_where_a_branch_is(self, releases: ReleaseGateway, first: Sha) -> None:
        assert await releases.branch_head(HOME, "main") == first
        assert await releases.branch_head(HOME, "release/none") is None

    async def test_begins_a_branch_once(
        self, releases: ReleaseGateway, first: Sha, world: ReleasesWorld
    ) -> None:
        await releases.begin_branch(HOME, "release/2026-11-24", first)
        second = await world.commits("a.py", "two")
        assert await releases.branch_head(HOME, "release/2026-11-24") == first
        with pytest.raises(AlreadyThere):
            await releases.begin_branch(HOME, "release/2026-11-24", second)
        assert await releases.branch_head(HOME, "release/2026-11-24") == first

    async def test_a_branch_may_begin_with_a_commit_that_changes_nothing(
        self, releases: ReleaseGateway, first: Sha
    ) -> None:
        made = await releases.commit_nothing(HOME, first, message="Release 2026-11-24")
        assert made != first
        await releases.begin_branch(HOME, "release/2026-11-24", made)
        found = await releases.compare(HOME, "main", "release/2026-11-24")
        assert (found.ahead_by, found.behind_by, found.paths) == (1, 0, ())
        assert [one.message for one in found.commits] == ["Release 2026-11-24"]

    async def test_names_a_commit_once(self, releases: ReleaseGateway, first: Sha) -> None:
        assert await releases.tag(HOME, "v1.0.0") is None
        await releases.create_tag(HOME, "v1.0.0", first)
        assert await releases.tag(HOME, "v1.0.0") == first
        with pytest.raises(AlreadyThere):
            await releases.create_tag(HOME, "v1.0.0", first)

    async def test_lists_tags(self, releases: ReleaseGateway, first: Sha) -> None:
        for name in ("v1.1.0", "nightly", "v1.0.0"):
            await releases.create_tag(HOME, name, first)
        assert await releases.list_tags(HOME, prefix="v") == ["v1.0.0", "v1.1.0"]
        assert await releases.list_tags(HOME) == ["nightly", "v1.0.0", "v1.1.0"]
        assert await releases.list_tags(HOME, prefix="x") == []

    async def test_publishes_once(self, releases: ReleaseGateway, first: Sha) -> None:
        assert await releases.release_of_tag(HOME, "v1.0.0") is None
        await releases.create_tag(HOME, "v1.0.0", first)
        made = await releases.create_release(
            HOME, tag="v1.0.0", target=first, name="1.0.0", body="The first.\n"
        )
        assert (made.tag, made.name, made.body) == ("v1.0.0", "1.0.0", "The first.\n")
        assert (made.draft, made.prerelease, made.author_is_app) == (False, False, True)
        assert made.published_at is not None
        with pytest.raises(AlreadyThere):
            await releases.create_release(HOME, tag="v1.0.0", target=first, name="x", body="")
        assert await releases.release_of_tag(HOME, "v1.0.0") == made
        assert await releases.list_releases(HOME) == [made]

    async def test_marks_a_release_afterwards(self, releases: ReleaseGateway, first: Sha) -> None:
        await releases.create_tag(HOME, "v1.0.0", first)
        made = await releases.create_release(
            HOME, tag="v1.0.0", target=first, name="1.0.0", body="The first."
        )
        after = await releases.edit_release(
            HOME, made.id, name="1.0.0 (rolled back)", prerelease=True
        )
        assert (after.name, after.body, after.prerelease) == (
            "1.0.0 (rolled back)",
            "The first.",
            True,
        )

    async def test_compares(
        self, releases: ReleaseGateway, first: Sha, world: ReleasesWorld
    ) -> None:
        await releases.begin_branch(HOME, "release/a", first)
        second = await world.commits("b.py", "two", branch="release/a")
        third = await world.commits("docs/a b.md", "three", branch="release/a")
        await world.commits("c.py", "four")
        found = await releases.compare(HOME, "main", "release/a")
        assert (found.ahead_by, found.behind_by, found.merge_base) == (2, 1, first)
        assert [(one.sha, one.author) for one in found.commits] == [
            (second, Login("alice")),
            (third, Login("alice")),
        ]
        assert set(found.paths) == {"b.py", "docs/a b.md"}
        assert found.complete

        same = await releases.compare(HOME, "main", "main")
        assert (same.ahead_by, same.commits, same.paths) == (0, (), ())
        with pytest.raises(NotFound):
            await releases.compare(HOME, "main", "nowhere")

    async def test_takes_github_s_notes(
        self, releases: ReleaseGateway, first: Sha, world: ReleasesWorld
    ) -> None:
        world.notes_are("## What's Changed\n* Fix it by @alice in #3\n")
        notes = await releases.generated_notes(HOME, tag="v1.0.0", target=first)
        assert notes.body == "## What's Changed\n* Fix it by @alice in #3\n"

    async def test_what_has_not_changed_is_free(
        self, releases: ReleaseGateway, first: Sha, world: ReleasesWorld
    ) -> None:
        await releases.create_tag(HOME, "v1.0.0", first)
        for _ in range(2):
            before = world.counted()
            await releases.branch_head(HOME, "main")
            await releases.tag(HOME, "v1.0.0")
            await releases.compare(HOME, "v1.0.0", "main")
        assert world.counted() == before
