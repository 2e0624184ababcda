"""What the duty of documents may rely on, of the fake and of GitHub over REST alike."""

from typing import Protocol

from ghapp.core.facts import Sha
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_docs import DocsGateway
from tests.contract.gateway_contract import ALICE, HOME


class DocsWorld(Protocol):
    """Where people act, and the gateways that see it."""

    gateway: Gateway
    docs: DocsGateway

    async def writes(self, path: str, text: str) -> None:
        """A person commits a file."""
        ...

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request of a new branch."""
        ...

    async def merges(self, number: int) -> Sha:
        """A person merges a pull request; the commit."""
        ...

    def counted(self) -> int:
        """The calls that GitHub has counted."""
        ...


class DocsContract:
    async def test_the_tree_has_every_file_in_one_free_call(self, world: DocsWorld) -> None:
        await world.writes("docs/a.md", "one\n")
        await world.writes("docs/deep/our words.md", "two\n")
        tree = await world.docs.tree(HOME, "main")
        file = await world.gateway.read_file(HOME, "docs/a.md")
        assert tree.complete
        assert {"docs/a.md", "docs/deep/our words.md"} <= set(tree.files)
        assert "docs" not in tree.files
        assert file is not None
        assert tree.files["docs/a.md"] == file.sha
        before = world.counted()
        assert await world.docs.tree(HOME, "main") == tree
        assert world.counted() == before
        await world.writes("docs/a.md", "three\n")
        after = await world.docs.tree(HOME, "main")
        assert after.files["docs/a.md"] != tree.files["docs/a.md"]

    async def test_the_past_of_a_file(self, world: DocsWorld) -> None:
        for text in ("one\n", "two\n"):
            await world.writes("docs/a.md", text)
        await world.writes("docs/b.md", "other\n")
        newest, oldest = await world.docs.file_commits(HOME, "docs/a.md")
        assert newest.at >= oldest.at
        assert newest.author == oldest.author == ALICE
        assert list(await world.docs.file_commits(HOME, "docs/a.md", limit=1)) == [newest]
        assert await world.docs.merged_by(HOME, newest.sha) is None
        assert await world.docs.name_before(HOME, newest.sha, "docs/a.md") == ""

    async def test_how_a_commit_came(self, world: DocsWorld) -> None:
        number = await world.proposes("words")
        sha = await world.merges(number)
        found = await world.docs.merged_by(HOME, sha)
        assert found is not None
        assert (found.number, found.author) == (number, ALICE)
