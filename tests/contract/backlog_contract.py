"""What every gateway to a backlog does, be GitHub real or in memory; a class of tests to inherit from."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from ghapp.core import marker
from ghapp.core.facts import RepoName
from ghapp.core.history import History, guide_key
from ghapp.core.item import Item, snapshot
from ghapp.core.marker import Marker
from ghapp.github.errors import NotFound
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_backlog import BacklogGateway
from ghapp.model.names import Login

HOME = RepoName("acme/ops")
START = datetime(2020, 1, 1, tzinfo=UTC)


class BacklogWorld(Protocol):
    """A GitHub with the repository `acme/ops`, where alice and bob may write and a stranger may not."""

    backlog: BacklogGateway
    gateway: Gateway

    async def opens(self, login: str, title: str, labels: Sequence[str] = ()) -> int:
        """A person opens an issue."""
        ...

    async def comments(self, login: str, number: int, body: str) -> int:
        """A person comments."""
        ...

    async def closes(self, login: str, number: int) -> None:
        """A person closes an issue."""
        ...

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request of a branch that changes a file; its number."""
        ...

    async def later(self) -> None:
        """Some seconds pass, so that GitHub's timestamps differ."""
        ...

    def counted(self) -> int:
        """The calls that GitHub has counted so far, but for authentication."""
        ...


async def open_items(backlog: BacklogGateway) -> dict[int, Item]:
    return snapshot([page async for page in backlog.open_items(HOME)])


async def history(backlog: BacklogGateway, number: int) -> History:
    item = (await backlog.get_item(HOME, number)).item
    past = await backlog.past(item)
    return History.of(item.author, item.created_at, item.updated_at, past.happenings)


class BacklogContract:
    """Inherit, and give the fixture `world`."""

    @pytest.fixture
    def backlog(self, world: BacklogWorld) -> BacklogGateway:
        return world.backlog

    async def test_an_empty_backlog(self, backlog: BacklogGateway) -> None:
        assert await open_items(backlog) == {}

    async def test_a02_lists_what_is_open_pull_requests_too(
        self, backlog: BacklogGateway, world: BacklogWorld
    ) -> None:
        issue = await world.opens("bob", "A bug", ["area/billing"])
        done = await world.opens("alice", "Done already")
        draft = await world.proposes("topic", draft=True)
        await world.closes("alice", done)
        found = await open_items(backlog)
        assert sorted(found) == [issue, draft]
        assert (found[issue].author, found[issue].title) == ("bob", "A bug")
        assert (found[issue].labels, found[issue].is_pull) == (frozenset({"area/billing"}), False)
        assert (found[draft].is_pull, found[draft].draft) == (True, True)
        assert found[issue].history is None

    async def test_a07_more_than_a_page(self, backlog: BacklogGateway, world: BacklogWorld) -> None:
        numbers = [await world.opens("bob", f"Bug {count}") for count in range(103)]
        await world.gateway.app()
        before = world.counted()
        assert sorted(await open_items(backlog)) == numbers
        assert world.counted() - before <= 4

    async def test_one_item_as_it_is(self, backlog: BacklogGateway, world: BacklogWorld) -> None:
        number = await world.opens("bob", "A bug")
        assert (await backlog.get_item(HOME, number)).closed_at is None
        await world.closes("alice", number)
        assert (await backlog.get_item(HOME, number)).closed_at is not None
        with pytest.raises(NotFound):
            await backlog.get_item(HOME, number + 1)

    async def test_tells_what_has_changed(
        self, backlog: BacklogGateway, world: BacklogWorld
    ) -> None:
        await world.opens("bob", "Older")
        await world.later()
        closed = await world.opens("bob", "Closed")
        await world.closes("alice", closed)
        await world.later()
        new = await world.opens("bob", "New")
        since = (await backlog.get_item(HOME, closed)).item.updated_at
        found = await backlog.changed_items(HOME, since)
        assert found.complete
        assert [one.item.number for one in found.items] == [new, closed]
        assert [one.closed_at is None for one in found.items] == [True, False]
        found = await backlog.changed_items(HOME, START, state="closed")
        assert [one.item.number for one in found.items] == [closed]

    async def test_says_when_more_has_changed_than_it_was_to_read(
        self, backlog: BacklogGateway, world: BacklogWorld
    ) -> None:
        for count in range(101):
            await world.opens("bob", f"Bug {count}")
        found = await backlog.changed_items(HOME, START)
        assert (len(found.items), found.complete) == (100, False)
        found = await backlog.changed_items(HOME, START, pages=2)
        assert (len(found.items), found.complete) == (101, True)

    async def test_s09_knows_who_has_spoken_last(
        self, backlog: BacklogGateway, world: BacklogWorld
    ) -> None:
        number = await world.opens("mallory", "A bug")
        await world.comments("alice", number, "Which version?")
        answered = await history(backlog, number)
        assert answered.answer_at is not None
        assert answered.answer_at >= answered.word_at
        await world.later()
        await world.comments("mallory", number, "This one.")
        heard = await history(backlog, number)
        assert heard.answer_at is not None
        assert heard.word_at > heard.answer_at
        assert heard.human_at == heard.word_at

    async def test_s13_knows_who_has_set_a_label_and_who_has_taken_it_off(
        self, backlog: BacklogGateway, world: BacklogWorld
    ) -> None:
        number = await world.opens("bob", "A bug")
        await world.gateway.add_labels(HOME, number, ["stale"])
        found = await history(backlog, number)
        mark = found.labeled_at("Stale")
        assert mark is not None
        assert (mark.by_bot, found.unlabeled_at("stale")) == (True, None)
        await world.gateway.remove_label(HOME, number, "stale")
        gone = (await history(backlog, number)).unlabeled_at("stale")
        assert gone is not None
        assert gone.by_bot

    async def test_h01_knows_its_own_words_again(
        self, backlog: BacklogGateway, world: BacklogWorld
    ) -> None:
        number = await world.opens("bob", "A bug")
        key = guide_key(HOME, number)
        lines = [
            marker.render_state({"asks": ["missing_area:"]}),
            marker.render(Marker("note", key)),
        ]
        await world.gateway.create_comment(HOME, number, "\n".join(["Please.", *lines]))
        found = await history(backlog, number)
        assert set(found.said) == {key}
        assert found.asks == ("missing_area:",)
        assert found.human_at < found.said[key].at + timedelta(seconds=1)
        item = (await backlog.get_item(HOME, number)).item
        assert item.comments == 1

    async def test_what_has_happened_to_what_is_gone(self, backlog: BacklogGateway) -> None:
        nowhere = Item(
            repo=HOME, number=999, title="", author=Login("bob"), created_at=START, updated_at=START
        )
        with pytest.raises(NotFound):
            await backlog.past(nowhere)

    async def test_what_has_not_changed_is_free(
        self, backlog: BacklogGateway, world: BacklogWorld
    ) -> None:
        await world.opens("bob", "A bug")
        await world.proposes("topic")

        async def look() -> None:
            await open_items(backlog)
            await backlog.changed_items(HOME, START)
            await backlog.changed_items(HOME, START, state="closed")

        await look()
        before = world.counted()
        await look()
        assert world.counted() == before
