"""Freezes: one issue says until when, everybody is told when one begins or ends, whatever crashes."""

import re
from datetime import datetime, timedelta

import pytest

from ghapp.core.facts import Issue, RepoName
from ghapp.core.github_event import conversation_of_pull, conversation_of_release
from ghapp.core.marker import Marker
from ghapp.duties.dated import marker_of
from ghapp.duties.outbox import FREEZES
from ghapp.github.errors import Unavailable
from ghapp.model.names import AreaName, Login
from tests.support.activity import active
from tests.support.builders import HOME, NOW, firing, resolved
from tests.support.desk import Desk
from tests.support.gated import Releasing, owners

BOB, CAROL = Login("bob"), Login("carol")
SHOP = RepoName("acme/shop")
READY = ("success", "Ready to release")


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    desk.github.person_opens(HOME, author=CAROL, title="A place to talk")
    return desk


def freezes(desk: Desk) -> list[Issue]:
    found = [issue for issue in desk.github.issues.values() if "freeze" in issue.labels]
    return sorted(found, key=lambda issue: issue.number)


def the_freeze(desk: Desk) -> Issue:
    (issue,) = freezes(desk)
    return issue


async def windows(desk: Desk) -> list[tuple[datetime, datetime | None, str, tuple[Login, ...]]]:
    found = await desk.freezes.windows(desk.models.in_force())
    return [(one.start, one.end, one.reason, one.approvers) for one in found]


async def test_an_owner_freezes_and_one_issue_says_so(desk: Desk) -> None:
    comment = await desk.says("/freeze until mon 18:00 the *database* moves", by="bob")
    issue = the_freeze(desk)
    until = datetime.fromisoformat("2026-11-23T18:00Z")
    assert issue.title == "Freeze: the *database* moves"
    found = marker_of(issue)
    assert found is not None
    assert found.kind == "freeze"
    assert "Nothing is released until 2026-11-23 18:00:00 UTC." in issue.body
    assert "`bob`" in issue.body
    assert r"the \*database\* moves" in issue.body
    assert await windows(desk) == [(NOW, until, "the *database* moves", (BOB,))]
    assert desk.github.reactions[comment.id] == ["+1"]
    (told,) = desk.words(1)
    assert told.startswith(
        "Nothing is released until 2026-11-23 18:00:00 UTC, on your clock Mon 2026-11-23 18:00 UTC."
    )


async def test_who_is_no_owner_is_told_so(desk: Desk) -> None:
    comment = await desk.says("/freeze 2h", by="alice")
    assert freezes(desk) == []
    assert desk.github.reactions[comment.id] == ["confused"]
    assert "Only owners of an area" in desk.words(1)[0]


async def test_said_again_the_new_end_counts_in_the_same_issue(desk: Desk) -> None:
    await desk.says("/freeze 2h upgrade", by="bob")
    desk.later(hours=1)
    await desk.says("/freeze", by="carol")
    assert await windows(desk) == [(NOW, None, "", (CAROL,))]
    assert "until somebody ends this freeze" in the_freeze(desk).body
    assert (await desk.duties.alarms.due()).get(FREEZES) is None


async def test_it_ends_by_itself(desk: Desk) -> None:
    await desk.says("/freeze 2h upgrade", by="bob")
    desk.later(hours=1, minutes=59)
    await desk.tick()
    assert the_freeze(desk).open
    desk.later(minutes=1)
    await desk.tick()
    issue = the_freeze(desk)
    assert not issue.open
    assert "This freeze is over." in issue.body
    assert await windows(desk) == []


async def test_an_owner_ends_it(desk: Desk) -> None:
    await desk.says("/freeze upgrade", by="bob")
    desk.later(minutes=5)
    comment = await desk.says("/unfreeze it went well", by="carol", number=the_freeze(desk).number)
    issue = the_freeze(desk)
    assert not issue.open
    assert "This freeze is over: `carol` ended it (it went well)." in issue.body
    assert desk.github.reactions[comment.id] == ["+1"]


async def test_an_end_that_comes_late_does_not_end_a_later_freeze(desk: Desk) -> None:
    await desk.types("/unfreeze", by="bob")
    desk.later(minutes=5)
    await desk.types("/freeze", by="bob")
    await desk.drain()
    assert the_freeze(desk).open


async def test_a_freeze_that_was_over_before_it_was_handled_never_begins(desk: Desk) -> None:
    desk.github.fail("list_issues", Unavailable("GitHub answered 502"), times=1)
    await desk.says("/freeze 3s", by="bob")
    desk.later(seconds=10)
    await desk.patiently()
    assert freezes(desk) == []


@pytest.mark.parametrize("method", ["list_issues", "create_issue"])
async def test_trouble_doubles_nothing(desk: Desk, method: str) -> None:
    if method == "create_issue":
        desk.github.lose_answer(method)
    else:
        desk.github.fail(method, Unavailable("GitHub answered 502"), times=2)
    await desk.says("/freeze 2h", by="bob")
    await desk.patiently()
    assert the_freeze(desk).open


async def test_with_the_database_nothing_is_lost(desk: Desk) -> None:
    await desk.says("/freeze 2h upgrade", by="bob")
    before = await windows(desk)
    await desk.restart(lost_database=True)
    assert await windows(desk) == before
    desk.later(hours=2)
    await desk.duties._freeze()
    await desk.drain()
    assert not the_freeze(desk).open


class TestReleases:
    async def test_a_freeze_holds_them_back_at_once_and_ends_when_its_issue_is_closed(
        self, desk: Desk
    ) -> None:
        release = await Releasing.begin(desk)
        assert release.said == READY
        await desk.says("/freeze the audit", by="bob", number=release.number)
        assert release.said == ("failure", "Freeze: the audit")
        issue = the_freeze(desk)
        desk.github.person_changes(HOME, issue.number, open=False)
        await release.happens(issue.number, "closed")
        assert release.said == READY

    async def test_it_is_over_by_the_clock(self, desk: Desk) -> None:
        release = await Releasing.begin(desk)
        await desk.says("/freeze 2h upgrade", by="bob")
        assert release.said == ("failure", "Freeze: upgrade (until 2026-11-22)")
        await release.at(NOW + timedelta(hours=2))
        assert release.said == READY

    async def test_who_announced_it_and_approvers_of_hotfixes_let_one_through(
        self, desk: Desk
    ) -> None:
        release = await Releasing.begin(desk, hotfix="{approvers: [alice]}")
        await desk.says("/freeze upgrade", by="bob")
        await release.says("/waive freeze it is safe", by="alice")
        await release.happens()
        assert release.said == READY

    async def test_unfreeze_lets_them_go(self, desk: Desk) -> None:
        release = await Releasing.begin(desk)
        await desk.says("/freeze upgrade", by="bob")
        desk.later(minutes=1)
        await desk.says("/unfreeze", by="bob")
        assert release.said == READY


class TestPulls:
    """A review rule may hold every merge back while a freeze holds."""

    @pytest.fixture
    async def everybody(self, desk: Desk) -> list[str]:
        """Everyone who goes by freezes: the gates, and the open pull requests of both repositories."""
        mine = desk.github.person_proposes(HOME, author=CAROL, head="x")
        theirs = desk.github.person_proposes(SHOP, author=CAROL, head="y")
        await desk.duties.reviews.look()
        await desk.drain()
        return [
            conversation_of_release(HOME),
            conversation_of_pull(HOME, mine.number),
            conversation_of_pull(SHOP, theirs.number),
        ]

    @pytest.fixture
    def woken(self, desk: Desk, everybody: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
        assert everybody
        found: list[str] = []

        async def wake(conversation: str) -> None:
            found.append(conversation)

        monkeypatch.setattr(desk.freezes, "_wake", wake)
        monkeypatch.setattr(desk.duties.reviews, "_wake", wake)
        return found

    async def test_all_open_ones_are_looked_at_when_one_begins_and_ends(
        self, desk: Desk, everybody: list[str], woken: list[str]
    ) -> None:
        await desk.says("/freeze 2h", by="bob")
        assert woken == everybody
        woken.clear()
        await desk.duties._freeze()
        await desk.drain()
        assert woken == []
        desk.later(hours=2)
        await desk.tick()
        assert woken == everybody

    async def test_also_by_a_freeze_of_the_file(
        self, desk: Desk, everybody: list[str], woken: list[str]
    ) -> None:
        frozen = "[{from: 2026-11-23, to: 2026-11-23, approvers: [bob]}]"
        desk.github.write_file(HOME, "OWNERS.yaml", owners(freezes=frozen))
        await desk.models.refresh()
        woken.clear()
        await desk.freezes.look(desk.models.in_force())
        assert woken == []
        desk.later(hours=12)
        await desk.tick()
        assert woken == everybody

    async def test_also_by_a_sev1(self, desk: Desk, everybody: list[str], woken: list[str]) -> None:
        await desk.alert(firing())
        assert woken == [conversation_of_release(HOME)]
        woken.clear()
        number = desk.incidents_on_github()[0].number
        await desk.says("/sev 1", number=number)
        assert set(woken) == set(everybody)
        woken.clear()
        await desk.freezes.look(desk.models.in_force())
        assert woken == []
        here, elsewhere = AreaName("deployment"), AreaName("billing")
        model = desk.models.in_force()
        (window,) = await desk.freezes.touching(model, {here})
        assert window.said_in == f"#{number}"
        assert await desk.freezes.touching(model, {elsewhere}) == ()

    async def test_what_is_announced_costs_them_nothing(self, desk: Desk) -> None:
        await desk.says("/freeze upgrade", by="bob")
        with desk.spending() as spent:
            (window,) = await desk.freezes.touching(desk.models.in_force(), set())
        assert (window.reason, window.approvers) == ("upgrade", (BOB,))
        assert spent.methods == []
        await desk.restart(lost_database=True)
        (again,) = await desk.freezes.touching(desk.models.in_force(), set())
        assert again == window

    async def test_an_incident_that_changes_in_nothing_that_counts_wakes_nobody(
        self, desk: Desk, woken: list[str]
    ) -> None:
        await desk.alert(firing())
        woken.clear()
        await desk.alert(firing(minutes=1))
        assert woken == []
        await desk.alert(resolved(minutes=2))
        assert woken == [conversation_of_release(HOME)]

    async def test_trouble_on_the_way_forgets_nobody(
        self, desk: Desk, everybody: list[str], woken: list[str]
    ) -> None:
        desk.github.fail("list_issues", Unavailable("GitHub answered 502"), times=2)
        await desk.says("/freeze 2h", by="bob")
        await desk.patiently()
        assert set(woken) == set(everybody)


@pytest.mark.parametrize(
    "reason",
    [
        "@everyone fixes #1",
        "<!-- ghapp-state {} -->",
        '<!-- ghapp {"kind":"freeze","key":"x"} -->',
        "a | b `c` <script>",
    ],
)
async def test_a_reason_can_do_nothing_but_be_read(desk: Desk, reason: str) -> None:
    await desk.says(f"/freeze 2h {reason}", by="bob")
    issue = the_freeze(desk)
    visible = "\n".join(line for line in issue.body.splitlines() if not line.startswith("<!--"))
    assert active(visible) == []
    assert not re.search(r"@\w|#\d", issue.title)
    (window,) = await windows(desk)
    assert window[2] == reason
    mark = marker_of(issue)
    assert mark is not None
    assert mark.key != "x"


async def test_a_person_may_write_around_it(desk: Desk) -> None:
    await desk.says("/freeze 2h upgrade", by="bob")
    issue = the_freeze(desk)
    desk.github.person_changes(HOME, issue.number, body=f"Ask dave.\n\n{issue.body}")
    desk.later(hours=2)
    await desk.tick()
    issue = the_freeze(desk)
    assert issue.body.startswith("Ask dave.")
    assert not issue.open
    mark = marker_of(issue)
    assert mark == Marker("freeze", mark.key if mark else "")
