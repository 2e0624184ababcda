"""What the gateway to the backlog makes of answers that only a real server gives."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.history import Happening, History, What
from ghapp.core.item import Item, snapshot
from ghapp.github.client import GitHubClient
from ghapp.github.errors import Refused, Unavailable
from ghapp.github.rest_backlog import RestBacklog
from ghapp.model.names import Login
from tests.github.conftest import REPO
from tests.support.scripted_github import Reply, Request, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

ISSUES, PULLS = "/repos/acme/api/issues", "/repos/acme/api/pulls"
TIMELINE, COMMENTS = f"{ISSUES}/7/timeline", f"{ISSUES}/7/comments"
CREATED, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
ALICE = {"login": "alice", "type": "User"}
APP = {"login": "ghapp[bot]", "type": "Bot"}


@pytest.fixture
def backlog(client: GitHubClient) -> RestBacklog:
    return RestBacklog(client)


def issue(number: int, **more: Any) -> dict[str, Any]:
    at = "2026-01-01T00:00:00Z"
    return {"number": number, "user": ALICE, "created_at": at, "updated_at": at, **more}


class Listing:
    """Open issues, of which some are closed while pages are turned."""

    def __init__(self, scripted: ScriptedGitHub, numbers: list[int], size: int = 2) -> None:
        self.numbers, self.size, self.asked = numbers, size, list[int]()
        self.closes: dict[int, int] = {}
        self.base = scripted.base_url
        scripted.on("GET", ISSUES, self.page)
        scripted.on("GET", PULLS, [])

    def page(self, request: Request) -> Reply:
        page = int(request.query.get("page", "1"))
        self.asked.append(page)
        shown = self.numbers[(page - 1) * self.size : page * self.size]
        last = -(-len(self.numbers) // self.size)
        links = [
            f'<{self.base}{ISSUES}?state=open&page={number}>; rel="{rel}"'
            for rel, number in (("next", page + 1), ("last", last))
            if page < last
        ]
        closed = self.closes.pop(len(self.asked), None)
        if closed is not None:
            self.numbers.remove(closed)
        data = [issue(number) for number in shown]
        return Reply(200, data, {"Link": ", ".join(links)} if links else {})


async def open_items(backlog: RestBacklog) -> dict[int, Item]:
    return snapshot([page async for page in backlog.open_items(REPO)])


class TestOpenItems:
    @pytest.mark.parametrize("at", [1, 2, 3])
    @pytest.mark.parametrize("closed", [1, 3, 5])
    async def test_a07_what_is_closed_meanwhile_hides_nothing(
        self, backlog: RestBacklog, scripted: ScriptedGitHub, at: int, closed: int
    ) -> None:
        listing = Listing(scripted, [1, 2, 3, 4, 5, 6])
        listing.closes = {at: closed}
        found = await open_items(backlog)
        assert set(found) | {closed} == {1, 2, 3, 4, 5, 6}
        assert listing.asked == [1, 3, 2, 1]

    async def test_of_one_page_there_is_one_call(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        listing = Listing(scripted, [1, 2])
        assert set(await open_items(backlog)) == {1, 2}
        assert listing.asked == [1]

    async def test_pull_requests_that_are_not_listed_with_the_issues(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", ISSUES, [issue(1)])
        scripted.on("GET", PULLS, [issue(2, draft=True)])
        found = await open_items(backlog)
        assert [(one.number, one.is_pull) for one in found.values()] == [(1, False), (2, True)]
        scripted.on("GET", ISSUES, [issue(1), issue(2, pull_request={})])
        before = len(scripted.asked("GET", PULLS))
        await open_items(backlog)
        assert len(scripted.asked("GET", PULLS)) == before

    async def test_a_listing_that_breaks_off_is_none(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        link = {"Link": f'<{scripted.base_url}{ISSUES}?page=2>; rel="next"'}
        scripted.on("GET", ISSUES, Reply(200, [issue(1)], link))
        with pytest.raises(Unavailable):
            await open_items(backlog)


class TestPast:
    ITEM = Item(
        repo=REPO, number=7, title="", author=Login("dave"), created_at=CREATED, updated_at=NOW
    )

    async def test_everything_that_a_timeline_tells(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        at = {"created_at": "2026-02-01T00:00:00Z", "actor": ALICE}
        entries = [
            {"event": "labeled", "label": {"name": "P1"}, **at},
            {"event": "unlabeled", "label": {"name": "old"}, **at},
            {"event": "assigned", "assignee": {"login": "bob"}, **at},
            {"event": "review_requested", "requested_reviewer": {"login": "bob"}, **at},
            {"event": "review_requested", "requested_team": {"slug": "platform"}, **at},
            {"event": "review_request_removed", "requested_reviewer": {"login": "eve"}, **at},
            {
                "event": "reviewed",
                "user": ALICE,
                "state": "APPROVED",
                "submitted_at": "2026-02-02T00:00:00Z",
            },
            {"event": "commented", "user": ALICE, "author_association": "OWNER", **at},
            {"event": "line-commented", "comments": [{"user": ALICE, **at}]},
            {
                "event": "committed",
                "sha": "a",
                "author": {"name": "Dave"},
                "committer": {"date": "2031-01-01T00:00:00Z"},
            },
            {"event": "ready_for_review", **at},
            {"event": "reopened", **at},
            {"event": "cross-referenced", **at},
            {"event": "subscribed", "actor": None, "created_at": None},
        ]
        scripted.on("GET", TIMELINE, entries)
        past = await backlog.past(self.ITEM)
        told = [one.what for one in past.happenings]
        assert told == [
            What.LABELED, What.UNLABELED, What.ASSIGNED, What.REQUESTED, What.REQUESTED, What.UNREQUESTED,
            What.REVIEWED, What.COMMENTED, What.COMMENTED, What.PUSHED, What.READY, What.REOPENED, What.LINKED,
            What.OTHER,
        ]  # fmt: skip
        assert past.calls == 1
        found = History.of(Login("dave"), CREATED, NOW, past.happenings)
        assert found.pushed_at == NOW, "a clock that is ahead is not believed"
        assert found.opinions["alice"].state == "approved"

    async def test_s14_an_event_on_the_fourth_page(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        link = f"{scripted.base_url}{TIMELINE}?per_page=100&page="

        def page(request: Request) -> Reply:
            number = int(request.query.get("page", "1"))
            at = f"2026-02-0{number}T00:00:00Z"
            entry = {"event": "labeled", "label": {"name": "stale"}, "actor": APP, "created_at": at}
            headers = {"Link": f'<{link}{number + 1}>; rel="next"'} if number < 4 else {}
            return Reply(200, [entry], headers)

        scripted.on("GET", TIMELINE, page)
        past = await backlog.past(self.ITEM)
        assert past.calls == 4
        mark = History.of(Login("dave"), CREATED, NOW, past.happenings).labeled_at("stale")
        assert mark is not None
        assert mark.at == datetime(2026, 2, 4, tzinfo=UTC)

    async def test_comments_that_the_timeline_does_not_have(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", TIMELINE, [])
        comment = {
            "user": ALICE,
            "author_association": "MEMBER",
            "created_at": "2026-02-01T00:00:00Z",
        }
        scripted.on("GET", COMMENTS, [comment])
        item = Item(
            repo=REPO,
            number=7,
            title="",
            author=Login("dave"),
            created_at=CREATED,
            updated_at=NOW,
            comments=1,
        )
        past = await backlog.past(item)
        at = datetime(2026, 2, 1, tzinfo=UTC)
        one = Happening(what=What.COMMENTED, at=at, by=Login("alice"), member=True)
        assert (past.happenings, past.calls) == ((one,), 2)


class TestAssignees:
    async def test_who_can_be_assigned(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", "/repos/acme/api/assignees", [{"login": "Alice"}])
        assert await backlog.assignees_of(REPO) == {"alice"}

    @pytest.mark.parametrize("status", [403, 404])
    async def test_where_that_cannot_be_asked(
        self, backlog: RestBacklog, scripted: ScriptedGitHub, status: int
    ) -> None:
        scripted.on("GET", "/repos/acme/api/assignees", Reply(status, {"message": "No"}))
        assert await backlog.assignees_of(REPO) is None

    async def test_what_else_is_refused(
        self, backlog: RestBacklog, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", "/repos/acme/api/assignees", Reply(422, {"message": "No"}))
        with pytest.raises(Refused):
            await backlog.assignees_of(REPO)
