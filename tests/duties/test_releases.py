"""From the plan to the release and on to the next one, each step once, wherever it was interrupted."""

from datetime import UTC, datetime

import pytest

from ghapp.core.facts import IssueEvent
from ghapp.core.gate import CHECK
from ghapp.core.milestone import as_set
from ghapp.core.release import Phase
from ghapp.core.release_state import GateSaid
from ghapp.duties.dated import BEGIN, END
from ghapp.github.errors import Refused
from ghapp.github.gateway_checks import Report
from ghapp.github.gateway_releases import Notes
from ghapp.model.names import Login
from tests.support.builders import HOME, firing, resolved
from tests.support.desk import Desk
from tests.support.releasing import (
    CADENCE,
    CONVERSATION,
    closes,
    deletes,
    held_by,
    in_milestone,
    merges,
    milestones,
    moves,
    owners,
    plans,
    pull_is,
    release_issues,
    release_pulls,
    state,
    tags,
    turns,
    window_opens,
)

FIRST, SECOND, THIRD = "2026-11-24", "2026-12-08", "2026-12-22"
ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")
SEMVER = {"name": "semver-next"}


def text(desk: Desk, key: str = FIRST) -> str:
    return release_issues(desk)[key].body


class TestTheIssue:
    async def test_each_release_has_one_ahead_of_time_led_by_its_captain(self, desk: Desk) -> None:
        await plans(desk, captain="rotation:platform")
        issues = release_issues(desk)
        assert list(issues) == [FIRST, SECOND, THIRD]
        assert {tuple(issue.labels) for issue in issues.values()} == {("release",)}
        assert [issue.assignees for issue in issues.values()] == [("alice",)] * 3
        first = issues[FIRST]
        assert first.title == "Release of 2026-11-24"
        assert "[2026-11-24](https://git.example/acme/ops/milestone/1)" in first.body
        assert "| Due | 2026-11-24 09:00:00 UTC |" in first.body
        assert "## Before the release" in first.body.partition(END)[2]

    async def test_g15_the_captain_is_who_is_on_call_at_the_planned_date(self, desk: Desk) -> None:
        override = "[{person: carol, from: 2026-11-23T00:00, to: 2026-11-25T00:00}]"
        text = owners(captain="rotation:platform").replace(
            "timezone: UTC}", f"timezone: UTC, overrides: {override}}}"
        )
        desk.github.write_file(HOME, "OWNERS.yaml", text)
        await desk.push()
        assert release_issues(desk)[FIRST].assignees == ("carol",)
        desk.github.write_file(HOME, "OWNERS.yaml", owners(captain="rotation:platform"))
        desk.github.person_changes(HOME, 1, assignees=(CAROL, BOB))
        await desk.push()
        assert release_issues(desk)[FIRST].assignees == ("bob", "alice")
        assert state(desk, FIRST).captain == "alice"

    async def test_what_people_tick_and_write_survives(self, desk: Desk) -> None:
        await plans(desk)
        ticked = text(desk).replace("- [ ] The notes", "- [x] The notes") + "\n"
        desk.github.person_changes(HOME, 1, body=f"Mind the gap.\n\n{ticked}")
        await moves(desk, 1, days=1)
        assert "Due | 2026-11-25 09:00:00 UTC, planned for 2026-11-24" in text(desk)
        assert text(desk).startswith("Mind the gap.")
        assert "- [x] The notes" in text(desk)

    async def test_an_idle_look_costs_nothing(self, desk: Desk) -> None:
        await plans(desk)
        await turns(desk, minutes=5)
        with desk.spending() as spent:
            await turns(desk, minutes=5)
        assert spent.methods == []

    async def test_a_release_costs_so_much(self, desk: Desk) -> None:
        await plans(desk)
        held_by(desk, 1, "unfinished")
        await turns(desk, minutes=5)
        with desk.spending() as cut:
            pull = await window_opens(desk)
        with desk.spending() as shipped:
            await merges(desk, pull.number)
        writes = ("create", "edit", "commit", "begin", "propose", "set", "generated")
        assert sum(method.startswith(writes) for method in cut.methods) == 6
        assert sum(method.startswith(writes) for method in shipped.methods) == 10
        assert len(cut.methods) <= 12
        assert len(shipped.methods) <= 20

    async def test_one_that_somebody_deleted_leaves_the_release_to_people(self, desk: Desk) -> None:
        await plans(desk)
        desk.delete(1, Refused(410, "Gone"))
        await window_opens_quietly(desk)
        assert release_pulls(desk) == []
        assert FIRST not in release_issues(desk)

    async def test_m11_of_two_milestones_the_other_is_told(self, desk: Desk) -> None:
        await plans(desk)
        copied = milestones(desk)[0].description
        desk.github.person_adds_milestone(HOME, title="copy", description=copied)
        await turns(desk, minutes=5)
        assert "Milestone 4 claims this release, too" in text(desk)

    async def test_c15_what_is_left_out_before_it_is_told(self, desk: Desk) -> None:
        freeze = "[{from: 2026-12-18, to: 2027-01-04, reason: '@bob rests'}]"
        await plans(desk, freezes=freeze)
        assert "Left out before it: 2026-12-22: freeze: @&#8203;bob rests" in text(
            desk, "2027-01-05"
        )
        assert "Left out" not in text(desk, SECOND)


class TestCancelled:
    async def test_m08_who_closed_its_milestone_is_told_and_opening_it_takes_that_back(
        self, desk: Desk
    ) -> None:
        await plans(desk)
        await closes(desk, 1)
        (said,) = desk.words(1)
        assert said.startswith("This release is cancelled: `carol` closed its milestone.")
        desk.github.person_changes_milestone(HOME, 1, open=True)
        pull = await window_opens(desk)
        assert pull.head_branch == "release/2026-11-24"
        assert state(desk, FIRST).recorded == set()

    async def test_m09_what_a_deleted_milestone_held_is_told(self, desk: Desk) -> None:
        await plans(desk)
        held = held_by(desk, 2, "work")
        await turns(desk, minutes=5)
        await deletes(desk, 2)
        (said,) = desk.words(2)
        assert "`carol` deleted its milestone" in said
        assert f"The milestone held #{held}" in said
        assert not release_issues(desk)[SECOND].open
        assert state(desk, SECOND).orphans == (held,)

    async def test_m09_also_when_the_database_is_lost_it_is_not_created_again(
        self, desk: Desk
    ) -> None:
        await plans(desk)
        desk.github.person_deletes_milestone(HOME, 2)
        await desk.restart(lost_database=True)
        await turns(desk, minutes=5)
        assert [one.number for one in milestones(desk)] == [1, 3]
        assert "somebody deleted its milestone" in desk.words(2)[0]

    async def test_c17_a_date_that_is_none_any_more_closes_its_issue(self, desk: Desk) -> None:
        await plans(desk, CADENCE.replace("2w", "1w"))
        await plans(desk)
        issues = release_issues(desk)
        assert [key for key, one in issues.items() if one.open] == [FIRST, SECOND, THIRD]
        assert "none of the cadence any more" in desk.words(issues["2026-12-01"].number)[0]

    async def test_a_pull_request_that_is_closed_cancels_and_opening_it_goes_on(
        self, desk: Desk
    ) -> None:
        await plans(desk)
        pull = await window_opens(desk)
        desk.github.person_changes(HOME, pull.number, open=False)
        await pull_is(desk, "closed", pull.number)
        assert f"#{pull.number} was closed without being merged" in desk.words(1)[0]
        desk.github.person_changes(HOME, pull.number, open=True)
        await pull_is(desk, "reopened", pull.number)
        await merges(desk, pull.number)
        assert tags(desk) == [FIRST]


class TestTheCut:
    async def test_when_the_window_opens_there_are_a_branch_and_a_pull_request(
        self, desk: Desk
    ) -> None:
        await plans(desk)
        desk.github.clock = datetime(2026, 11, 23, 8, 59, 59, tzinfo=UTC)
        await turns(desk)
        assert release_pulls(desk) == []
        pull = await window_opens(desk)
        assert (pull.title, pull.base, pull.author_is_app) == ("Release 2026-11-24", "main", True)
        assert pull.commits == 1
        assert pull.changed_files == 0
        assert f"| Pull request | #{pull.number} |" in text(desk)

    async def test_into_a_branch_of_its_own_goes_what_that_lacks(self, desk: Desk) -> None:
        desk.github.log[HOME, "production"] = [*desk.github.log[HOME, "main"]]
        await plans(desk, branch="production")
        pull = await window_opens(desk)
        assert pull.base == "production"
        assert "commit_nothing" not in desk.github.writes

    async def test_g12_what_that_branch_has_already_is_nothing_to_ship(self, desk: Desk) -> None:
        await plans(desk, branch="production")
        desk.github.log[HOME, "production"] = [*desk.github.log[HOME, "main"]]
        await window_opens_quietly(desk)
        assert state(desk, FIRST).recorded == {Phase.NOTHING_TO_SHIP}

    async def test_where_that_branch_is_missing_nothing_is_concluded(self, desk: Desk) -> None:
        await plans(desk, branch="production")
        await window_opens_quietly(desk)
        assert state(desk, FIRST).recorded == set()
        assert release_issues(desk)[FIRST].open

    async def test_its_notes_name_nobody_and_close_nothing(self, desk: Desk) -> None:
        line = "* feat: fixes #7 for @bob by @alice in https://github.com/acme/ops/pull/12"
        desk.github.notes = Notes("Release", f"## What's Changed\n{line}\n")
        await plans(desk)
        pull = await window_opens(desk)
        assert "- feat: fixes #&#8203;7 for @&#8203;bob (#12)" in pull.body

    async def test_its_body_follows_and_what_people_wrote_stays(self, desk: Desk) -> None:
        await plans(desk)
        await desk.alert(firing())
        pull = await window_opens(desk)
        assert "Latency is high (sev2, `deployment`)" in pull.body
        body = pull.body.replace(BEGIN, f"Read this first.\n\n{BEGIN}")
        desk.github.person_changes(HOME, pull.number, body=body)
        blocker = held_by(desk, 1, "broken", "release-blocker")
        desk.github.calls.clear()
        await turns(desk, minutes=5)
        kept = release_pulls(desk)[0].body
        assert kept.startswith("Read this first.")
        assert f"- #{blocker} blocks the release" in kept
        assert "generated_notes" not in desk.github.writes
        desk.github.person_pushes(HOME, pull.number, "a.py", author=ALICE)
        await pull_is(desk, "synchronize", pull.number)
        assert desk.github.writes.count("generated_notes") == 1

    async def test_incidents_resolved_since_the_last_release_are_in_the_notes(
        self, desk: Desk
    ) -> None:
        sha = desk.github.push(HOME, "main", "a.py")
        desk.github.person_releases(HOME, author=ALICE, tag="before", sha=sha)
        desk.github.push(HOME, "main", "b.py", message="feat: more")
        await desk.alert(firing())
        desk.later(minutes=1)
        await desk.alert(resolved(minutes=1))
        await plans(desk)
        pull = await window_opens(desk)
        assert "### Incidents resolved since `before`\n\n- #1 Latency is high" in pull.body

    async def test_people_may_open_it_themselves_and_then_it_is_theirs(self, desk: Desk) -> None:
        await plans(desk)
        opened = desk.github.person_proposes(
            HOME, author=ALICE, head="release/2026-11-24", body="By hand."
        )
        await pull_is(desk, "opened", opened.number)
        await window_opens(desk)
        assert desk.github.pull(HOME, opened.number).body == "By hand."
        await merges(desk, opened.number)
        assert tags(desk) == [FIRST]
        assert not release_issues(desk)[FIRST].open

    async def test_semver_is_known_at_the_cut_and_the_milestone_follows(self, desk: Desk) -> None:
        sha = desk.github.push(HOME, "main", "a.py")
        desk.github.person_releases(HOME, author=ALICE, tag="v1.4.0", sha=sha)
        desk.github.push(HOME, "main", "b.py", message="fix: a little")
        await plans(desk, **SEMVER)
        assert [one.title for one in milestones(desk)] == ["v1.5.0", "v1.6.0", "v1.7.0"]
        pull = await window_opens(desk)
        assert pull.head_branch == "release/v1.4.1"
        assert milestones(desk)[0].title == "v1.4.1"
        assert state(desk, FIRST).name == "v1.4.1"

    async def test_labels_of_what_was_merged_decide(self, desk: Desk) -> None:
        sha = desk.github.push(HOME, "main", "a.py")
        desk.github.person_releases(HOME, author=ALICE, tag="v1.4.0", sha=sha)
        change = desk.github.person_proposes(
            HOME, author=ALICE, head="big", title="chore: all new", labels=["breaking"]
        )
        desk.github.merge(HOME, change.number)
        desk.github.push(HOME, "main", "c.py", message="docs: words (#999)")
        await plans(desk, **SEMVER)
        assert (await window_opens(desk)).head_branch == "release/v2.0.0"

    async def test_a_name_that_people_gave_the_milestone_stays(self, desk: Desk) -> None:
        await plans(desk, **SEMVER)
        desk.github.person_changes_milestone(HOME, 1, title="Thanksgiving release")
        await window_opens(desk)
        assert milestones(desk)[0].title == "Thanksgiving release"

    async def test_g12_nothing_to_ship_is_recorded_and_moves_on(self, desk: Desk) -> None:
        sha = desk.github.push(HOME, "main", "a.py")
        desk.github.person_releases(HOME, author=ALICE, tag="before", sha=sha)
        await plans(desk)
        desk.github.log[HOME, "main"][-1:] = []
        desk.github.push(HOME, "main", "b.md", message="docs: words")
        left = held_by(desk, 1, "left")
        await window_opens_quietly(desk)
        assert release_pulls(desk) == []
        assert tags(desk) == ["before"]
        assert Phase.NOTHING_TO_SHIP in state(desk, FIRST).recorded
        assert desk.words(1)[0].startswith("Nothing to ship")
        assert in_milestone(desk, left) == 2
        assert not milestones(desk)[0].open
        assert not release_issues(desk)[FIRST].open


class TestShipped:
    async def test_from_merge_to_milestone(self, desk: Desk) -> None:
        await plans(desk)
        pull = await window_opens(desk)
        await said_by_the_gate(desk, pull.head, "success", "Ready to release")
        merged = await merges(desk, pull.number)
        assert desk.github.tags[HOME, FIRST] == merged
        (release,) = desk.github.releases.values()
        assert (release.tag, release.name, release.author_is_app) == (FIRST, FIRST, True)
        assert BEGIN not in release.body
        assert state(desk, FIRST).gate == GateSaid(
            passed=True, title="Ready to release", head=pull.head
        )
        assert not milestones(desk)[0].open
        assert as_set(milestones(desk)[0]).closed
        assert not release_issues(desk)[FIRST].open
        assert "Released `2026-11-24`" in desk.words(1)[0]
        assert "@carol you lead the next release" in desk.words(2)[0]

    async def test_k02_the_gate_is_recorded_before_anything_moves(self, desk: Desk) -> None:
        await plans(desk)
        held_by(desk, 1, "broken", "release-blocker")
        pull = await window_opens(desk)
        await said_by_the_gate(desk, pull.head, "failure", "1 blocker")
        desk.github.fail("set_milestone", Refused(422, "Validation Failed"))
        await merges(desk, pull.number)
        assert state(desk, FIRST).gate == GateSaid(passed=False, title="1 blocker", head=pull.head)
        assert "**not passed**: 1 blocker" in text(desk)

    @pytest.mark.parametrize(
        "published",
        [pytest.param(False, id="G11 the tag"), pytest.param(True, id="G11 the release, too")],
    )
    async def test_what_exists_is_adopted(self, desk: Desk, published: bool) -> None:
        await plans(desk)
        pull = await window_opens(desk)
        desk.github.person_changes(HOME, pull.number, labels=frozenset({"autorelease: pending"}))
        theirs = desk.github.push(HOME, "main", "x.py")
        await desk.github.create_tag(HOME, FIRST, theirs)
        if published:
            desk.github.person_releases(HOME, author=ALICE, tag=FIRST, sha=theirs)
        await merges(desk, pull.number)
        assert tags(desk) == [FIRST]
        assert desk.github.tags[HOME, FIRST] == theirs
        assert len(desk.github.releases) == 1
        assert not release_issues(desk)[FIRST].open
        desk.github.clock = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
        await turns(desk)
        assert [one.head_branch for one in release_pulls(desk)][-1] == "release/2026-12-08"

    async def test_g11_released_by_hand_without_any_pull_request(self, desk: Desk) -> None:
        await plans(desk)
        sha = desk.github.push(HOME, "main", "a.py")
        desk.github.person_releases(HOME, author=ALICE, tag=FIRST, sha=sha)
        await window_opens_quietly(desk)
        assert release_pulls(desk) == []
        assert Phase.RELEASED in state(desk, FIRST).recorded
        assert not milestones(desk)[0].open

    async def test_a_milestone_that_people_open_again_afterwards_is_theirs(
        self, desk: Desk
    ) -> None:
        await plans(desk)
        await merges(desk, (await window_opens(desk)).number)
        desk.github.person_changes_milestone(HOME, 1, open=True)
        await turns(desk, minutes=5)
        assert milestones(desk)[0].open

    async def test_c21_of_what_was_missed_only_the_latest_is_begun(self, desk: Desk) -> None:
        await plans(desk)
        left = held_by(desk, 1, "left")
        desk.github.clock = datetime(2026, 12, 22, 12, 0, tzinfo=UTC)
        await turns(desk)
        assert [one.head_branch for one in release_pulls(desk)] == ["release/2026-12-22"]
        for key in (FIRST, SECOND):
            assert state(desk, key).recorded == {Phase.MISSED}
            assert not release_issues(desk)[key].open
        assert in_milestone(desk, left) == 3
        assert "was missed" in desk.words(1)[0]

    async def test_c21_what_was_missed_waits_for_people(self, desk: Desk) -> None:
        await plans(desk)
        desk.github.clock = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
        await turns(desk)
        assert release_pulls(desk) == []
        assert release_issues(desk)[FIRST].open
        with desk.spending() as spent:
            await turns(desk, minutes=5)
            await turns(desk, minutes=5)
        assert not [method for method in spent.methods if not method.startswith("list")]
        opened = desk.github.person_proposes(HOME, author=ALICE, head="release/2026-11-24")
        await pull_is(desk, "opened", opened.number)
        await merges(desk, opened.number)
        assert tags(desk) == [FIRST]


async def test_an_event_of_a_section_that_is_gone_changes_nothing(desk: Desk) -> None:
    await plans(desk)
    desk.github.write_file(HOME, "OWNERS.yaml", owners().partition("release:")[0])
    await desk.push()
    desk.github.calls.clear()
    event = IssueEvent(repo=HOME, number=1, action="closed", sender=BOB, at=desk.now)
    await desk.put(CONVERSATION, event)
    await desk.drain()
    assert desk.github.calls == []
    assert CONVERSATION not in await desk.duties.alarms.due()


async def test_it_is_looked_at_exactly_when_something_begins(desk: Desk) -> None:
    await plans(desk)

    async def alarm() -> datetime:
        return (await desk.duties.alarms.due())[CONVERSATION]

    assert await alarm() == datetime(2026, 11, 23, 9, tzinfo=UTC)
    await window_opens(desk)
    assert await alarm() == datetime(2026, 11, 24, 9, tzinfo=UTC)
    await turns(desk, days=1)
    assert await alarm() == datetime(2026, 12, 7, 9, tzinfo=UTC)


async def window_opens_quietly(desk: Desk) -> None:
    """The window opens, and there need be no pull request."""
    desk.github.clock = datetime(2026, 11, 23, 9, tzinfo=UTC)
    await turns(desk)
    await turns(desk, minutes=5)


async def said_by_the_gate(desk: Desk, head: str, conclusion: str, title: str) -> None:
    report = Report(
        name=CHECK,
        head=head,  # type: ignore[arg-type]
        conclusion=conclusion,  # type: ignore[arg-type]
        title=title,
        summary="",
    )
    await desk.github.create_check(HOME, report)
