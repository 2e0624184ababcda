"""One report for each date of the cadence, once, whatever crashes; and what its figures rest on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ghapp.core.facts import Issue
from ghapp.core.marker import Marker, render_state
from ghapp.core.milestone import Milestone, due_on
from ghapp.core.release_state import ReleaseState, RolledBack, to_data
from ghapp.core.report import Released, zones
from ghapp.duties.dated import marker_of
from ghapp.duties.release_view import Remembered
from ghapp.duties.report_facts import released
from ghapp.duties.report_pulls import MOST_READ, ReportPulls
from ghapp.duties.reports import KIND
from ghapp.duties.zones import KIND as ZONES
from ghapp.duties.zones import Zones
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW, OWNERS, firing, model
from tests.support.desk import Desk

FIRST = datetime(2026, 12, 1, 9, tzinfo=UTC)
ALICE, BOB = Login("alice"), Login("bob")
MONTHLY = f'{OWNERS.rstrip()}\nreport: {{every: month, at: "09:00"}}\n'


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    desk.github.write_file(HOME, "OWNERS.yaml", MONTHLY)
    await desk.models.refresh()
    return desk


async def comes(desk: Desk, at: datetime = FIRST) -> None:
    """It is that time, and the round comes."""
    desk.later(seconds=(at - desk.now).total_seconds())
    await desk.report()
    await desk.patiently()


def written(desk: Desk) -> list[Issue]:
    found = [issue for issue in desk.github.issues.values() if KIND in issue.labels]
    return sorted(found, key=lambda issue: issue.number)


def cells(issue: Issue, name: str) -> list[str]:
    row = next(line for line in issue.body.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in row.strip("|").split("|")][1:]


async def test_nobody_who_wants_none_gets_one(desk: Desk) -> None:
    desk.github.write_file(HOME, "OWNERS.yaml", OWNERS)
    await desk.models.refresh()
    await comes(desk)
    await desk.reports.handle(desk.models.in_force())
    assert written(desk) == []


async def test_not_before_its_date(desk: Desk) -> None:
    await comes(desk, FIRST - timedelta(seconds=1))
    assert written(desk) == []


async def test_r08_it_is_about_the_cycle_that_ends_then(desk: Desk) -> None:
    await desk.alert(firing())
    await comes(desk)
    (issue,) = written(desk)
    assert marker_of(issue) == Marker("report", "2026-12-01")
    assert issue.title == "Report 2026-11-01 to 2026-11-30"
    assert cells(issue, "Incidents") == ["1", "1", "0", "\\+1"]
    assert cells(issue, "Calls")[0] == "1"


async def test_r02_without_anything_it_has_dashes(desk: Desk) -> None:
    await comes(desk)
    (issue,) = written(desk)
    assert cells(issue, "Mean time to acknowledge") == ["0", *["\N{EN DASH}"] * 3]
    assert cells(issue, "Documents up to date")[1] == "\N{EN DASH}"
    assert "None opened." in issue.body


async def test_the_backlog_flows(desk: Desk) -> None:
    for _ in range(3):
        issue = desk.github.person_opens(HOME, author=ALICE, title="It hurts")
    desk.github.person_changes(HOME, issue.number, open=False, closed_at=desk.now)
    await comes(desk)
    (report,) = written(desk)
    assert cells(report, "Issues opened")[:2] == ["3", "3"]
    assert cells(report, "Issues closed")[:2] == ["1", "1"]
    assert cells(report, "Issues open at the end")[:2] == ["2", "2"]


async def test_each_date_has_its_own_and_the_one_before_is_closed(desk: Desk) -> None:
    await comes(desk)
    await comes(desk, FIRST + timedelta(hours=5))
    text = written(desk)[0].body
    await comes(desk, FIRST + timedelta(days=31))
    assert [issue.title for issue in written(desk)] == [
        "Report 2026-11-01 to 2026-11-30",
        "Report 2026-12-01 to 2026-12-31",
    ]
    assert [issue.open for issue in written(desk)] == [False, True]
    assert written(desk)[0].body == text


async def test_c21_only_the_latest_of_those_that_were_missed(desk: Desk) -> None:
    await comes(desk)
    await comes(desk, datetime(2027, 4, 3, tzinfo=UTC))
    assert [marker_of(issue) for issue in written(desk)] == [
        Marker("report", "2026-12-01"),
        Marker("report", "2027-04-01"),
    ]


async def test_c21_too_late_is_missed(desk: Desk) -> None:
    await comes(desk, FIRST + timedelta(days=8))
    assert written(desk) == []


async def test_one_that_was_closed_does_not_come_back(desk: Desk) -> None:
    await comes(desk)
    desk.github.person_changes(HOME, written(desk)[0].number, open=False)
    await desk.restart(lost_database=True)
    await comes(desk, FIRST + timedelta(hours=1))
    assert [issue.open for issue in written(desk)] == [False]


async def test_a_clock_that_was_ahead_makes_none_for_the_past(desk: Desk) -> None:
    await comes(desk, FIRST + timedelta(days=31))
    desk.later(days=-28)
    await desk.restart(lost_database=True)
    await comes(desk, FIRST + timedelta(days=4))
    assert len(written(desk)) == 1


async def test_looking_again_asks_nobody(desk: Desk) -> None:
    await comes(desk)
    before = len(desk.github.calls)
    await comes(desk, FIRST + timedelta(minutes=1))
    assert len(desk.github.calls) == before


async def test_what_it_costs(desk: Desk) -> None:
    with desk.spending() as spent:
        await comes(desk)
    assert sorted(spent.methods) == ["changed_items", "create_issue", *["list_issues"] * 5]


@pytest.mark.parametrize("lost", [False, True], ids=["same database", "lost database"])
@pytest.mark.parametrize("method", ["list_issues", "create_issue", "edit_issue"])
@pytest.mark.parametrize("done", [False, True], ids=["not done", "done, the answer lost"])
async def test_c21_a_process_that_dies_at_any_step(
    desk: Desk, method: str, done: bool, lost: bool
) -> None:
    await comes(desk)
    desk.later(days=31)
    if done:
        desk.github.lose_answer(method)
    else:
        desk.github.fail(method, Unavailable("down"))
    await desk.report()
    await desk.restart(lost_database=lost)
    desk.later(seconds=11)
    await desk.recall()
    await desk.report()
    await desk.patiently()
    assert [issue.open for issue in written(desk)] == [False, True]


RELEASING = (
    f'{MONTHLY}release:\n  cadence: {{every: 2w, on: tuesday, at: "10:00", start: 2026-11-24}}\n'
)


async def test_with_releases_their_issues_and_tags_are_asked(desk: Desk) -> None:
    desk.github.write_file(HOME, "OWNERS.yaml", RELEASING)
    await desk.models.refresh()
    with desk.spending() as spent:
        await comes(desk)
    assert cells(written(desk)[0], "Deployments")[1] == "0"
    assert {"list_releases", "list_milestones"} <= set(spent.methods)


async def test_a_report_of_very_many_releases_is_short_enough(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {
        str(number): Released(
            name=f"{number} {'|' * 80}", shipped_at=NOW + timedelta(minutes=number)
        )
        for number in range(900)
    }
    monkeypatch.setattr("ghapp.duties.report_facts.released", lambda *_: many)
    told = Remembered({}, dict.fromkeys(many, ReleaseState()))
    monkeypatch.setattr("ghapp.duties.report_facts.remembered", lambda _: told)
    desk.github.write_file(HOME, "OWNERS.yaml", RELEASING)
    await desk.models.refresh()
    await comes(desk)
    assert len(written(desk)[0].body) < 65_536
    assert cells(written(desk)[0], "Deployments")[1] == "900"


class TestReleased:
    AT = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def test_r06_its_date_is_that_of_its_milestone(self) -> None:
        told = {"2026-11-24": ReleaseState(name="v1.2.0", milestone=3)}
        milestones = {3: Milestone(number=3, title="v1.2.0", due_on=due_on(date(2026, 11, 26)))}
        (one,) = released(told, {"v1.2.0": self.AT}, milestones).values()
        assert (one.name, one.shipped_at, one.due) == ("v1.2.0", self.AT, date(2026, 11, 26))

    def test_without_its_milestone_it_is_as_it_was_planned(self) -> None:
        told = {"2026-11-24": ReleaseState(name="v1.2.0", milestone=3)}
        (one,) = released(told, {"v1.2.0": self.AT}, {}).values()
        assert one.due == date(2026, 11, 24)

    def test_what_has_not_shipped_is_none(self) -> None:
        told = {"2026-11-24": ReleaseState(name="v1.2.0"), "2026-12-08": ReleaseState()}
        assert released(told, {}, {}) == {}

    def test_a_hotfix_has_no_date(self) -> None:
        told = {"hotfix:7": ReleaseState(name="v1.2.1", milestone=3)}
        (one,) = released(told, {"v1.2.1": self.AT}, {}).values()
        assert (one.hotfix, one.due) == (True, None)

    def test_what_was_rolled_back_is_repaired_by_the_next(self) -> None:
        back = RolledBack(reason="slow", by=ALICE, at=self.AT + timedelta(hours=1))
        told = {"2026-11-24": ReleaseState(name="v1.2.0", rolled_back=back)}
        later = self.AT + timedelta(hours=3)
        shipped = {"v1.2.0": self.AT, "v1.2.1": later, "v1.2.2": later + timedelta(days=9)}
        (one,) = released(told, shipped, {}).values()
        assert (one.rolled_back, one.repaired_at) == (True, later)
        (one,) = released(told, {"v1.2.0": self.AT}, {}).values()
        assert one.repaired_at is None


class TestPulls:
    async def test_r03_r04_from_ready_to_the_first_review_of_somebody_else(
        self, desk: Desk
    ) -> None:
        github = desk.github
        pull = github.person_proposes(HOME, author=ALICE, head="fix", draft=True)
        desk.later(hours=5)
        github.person_changes_pull(HOME, pull.number, draft=False)
        desk.later(hours=1)
        github.person_reviews(HOME, pull.number, author=ALICE, state="commented")
        github.person_reviews(HOME, pull.number, author=Login("x[bot]"), state="approved")
        desk.later(hours=1)
        github.person_reviews(HOME, pull.number, author=BOB, state="approved")
        await comes(desk)
        assert cells(written(desk)[0], "First review")[:2] == ["1", "2h"]

    async def test_of_very_many_the_latest_are_read(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ghapp.duties.report_pulls.MOST_READ", 2)
        since = desk.now
        for number in range(3):
            desk.later(minutes=1)
            desk.github.person_proposes(HOME, author=ALICE, head=f"fix-{number}")
        desk.github.without_timeline.add((HOME, 3))
        found = await ReportPulls(desk.github, HOME).since(since)
        assert [one.opened_at for one in found.facts] == [
            since + timedelta(minutes=3),
            since + timedelta(minutes=2),
        ]
        assert MOST_READ == 300

    async def test_lead_times_are_of_what_a_tag_has_and_the_one_before_has_not(
        self, desk: Desk
    ) -> None:
        github = desk.github
        github.push(HOME, "main", "a.py")
        before = github.push(HOME, "main", "b.py", message="Old (#90)")
        merged = desk.later(hours=1)
        github.push(HOME, "main", "c.py", message="Mend it (#91)")
        github.push(HOME, "main", "c.py", message="By hand")
        head = github.push(HOME, "main", "c.py", message="Of another time (#92)")
        await github.create_tag(HOME, "v1.0.0", before)
        await github.create_tag(HOME, "v1.1.0", head)
        pulls = ReportPulls(github, HOME)
        closed = {90: merged, 91: merged}
        assert await pulls.merged("v1.0.0", "v1.1.0", closed) == [merged]
        assert await pulls.merged("v0.9.0", "v1.1.0", closed) == ()

    async def test_a_report_tells_lead_times(self, desk: Desk) -> None:
        github = desk.github
        base = github.push(HOME, "main", "a.py")
        pull = github.person_proposes(HOME, author=ALICE, head="fix")
        desk.later(hours=1)
        github.merge(HOME, pull.number)
        github.change(HOME, pull.number, closed_at=desk.now)
        head = github.push(HOME, "main", "c.py", message=f"Mend it (#{pull.number})")
        await github.create_tag(HOME, "v1.0.0", base)
        desk.github.write_file(HOME, "OWNERS.yaml", RELEASING)
        await desk.models.refresh()
        state = ReleaseState(name="v1.1.0", since="v1.0.0")
        await desk.duties.dated.open(
            Marker("release", "2026-11-24"), title="v1.1.0", body=render_state(to_data(state))
        )
        desk.later(hours=3)
        await github.create_release(HOME, tag="v1.1.0", target=head, name="v1.1.0", body="")
        await comes(desk)
        assert cells(written(desk)[0], "Lead time of changes")[:2] == ["1", "3h"]


class TestZones:
    BERLIN = model(OWNERS.replace("alice: {}", "alice: {timezone: Europe/Berlin}"))
    TOKYO = model(OWNERS.replace("alice: {}", "alice: {timezone: Asia/Tokyo}"))

    async def test_r07_who_moves_counts_by_the_zone_of_then(self, desk: Desk) -> None:
        kept = Zones(desk.store, lambda: desk.now)
        before = desk.now
        for _ in range(2):
            await kept.note(self.BERLIN)
        moved = desk.later(days=3)
        await kept.note(self.TOKYO)
        desk.later(days=1)
        await Zones(desk.store, lambda: desk.now).note(self.TOKYO)
        history = await kept.history(self.TOKYO)
        assert [since for since, _ in history] == [before, moved]
        zone_of = zones(history, self.TOKYO)
        assert zone_of(ALICE, moved - timedelta(seconds=1)).key == "Europe/Berlin"
        assert zone_of(ALICE, moved).key == "Asia/Tokyo"
        assert zone_of(Login("stranger"), moved).key == "UTC"

    async def test_a_zone_that_is_not_known_any_more_is_that_of_the_file(self, desk: Desk) -> None:
        said = {"timezone": "UTC", "people": {"alice": "Mars/Olympus"}}
        await desk.store.memory_put(ZONES, NOW.isoformat(), said)
        history = await Zones(desk.store, lambda: desk.now).history(self.TOKYO)
        assert zones(history, self.TOKYO)(ALICE, NOW).key == "UTC"

    async def test_the_round_of_the_reports_notes_them(self, desk: Desk) -> None:
        await desk.report()
        assert list(await desk.store.memory_all(ZONES)) == [desk.now.isoformat()]
