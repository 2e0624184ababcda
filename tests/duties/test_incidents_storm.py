"""A storm of alerts: a few issues of their own, one that lists the rest; each still counts."""

import pytest

from ghapp.core.facts import Fingerprint, Issue
from ghapp.core.routing import storm_fingerprint
from ghapp.github.errors import Unavailable
from ghapp.model.names import Severity
from tests.support.builders import firing, resolved
from tests.support.desk import Desk

STORM = storm_fingerprint("gcp")


def keys(count: int, *, start: int = 0) -> list[Fingerprint]:
    return [Fingerprint(f"gcp:{number:04}") for number in range(start, start + count)]


async def blow(desk: Desk, count: int = 6, **changes: object) -> Issue:
    """A storm of new fingerprints; its issue."""
    await desk.alert(*(firing(key=key, summary=f"{key} is slow", **changes) for key in keys(count)))
    return next(issue for issue in desk.incidents_on_github() if "storm" in issue.title)


async def test_three_issues_and_one_that_lists_the_rest(desk: Desk) -> None:
    issue = await blow(desk, 8)
    assert len(desk.incidents_on_github()) == 4
    assert issue.title == "[sev2] Alert storm from gcp"
    listed = [line for line in issue.body.splitlines() if line.startswith("| firing |")]
    assert [line.split("|")[-2].strip() for line in listed] == [
        f"{key} is slow" for key in keys(5, start=3)
    ]
    assert "5 different alerts came within minutes" in issue.body
    assert issue.assignees == ("bob",)


async def test_no_storm_when_the_window_is_over(desk: Desk) -> None:
    for key in keys(6):
        await desk.alert(firing(key=key))
        desk.later(minutes=3)
    assert len(desk.incidents_on_github()) == 6


async def test_one_at_a_time_is_a_storm_too(desk: Desk) -> None:
    for key in keys(6):
        await desk.alert(firing(key=key))
        desk.later(seconds=10)
    desk.later(minutes=2)
    await desk.tick()
    assert len(desk.incidents_on_github()) == 4
    assert "3 different alerts" in desk.issue(4).body


async def test_repeats_of_its_members_go_to_it(desk: Desk) -> None:
    await blow(desk)
    desk.later(minutes=10)
    with desk.spending() as spent:
        await desk.alert(*(firing(key=key, minutes=10) for key in keys(3, start=3)))
    assert spent.methods == ["edit_issue"]
    assert len(desk.incidents_on_github()) == 4


async def test_it_closes_when_all_are_over_and_not_before(desk: Desk) -> None:
    issue = await blow(desk)
    *some, last = keys(3, start=3)
    await desk.alert(*(resolved(key=key, minutes=5) for key in some))
    assert desk.issue(issue.number).open
    await desk.alert(resolved(key=last, minutes=5))
    assert not desk.issue(issue.number).open
    assert all(desk.issue(number).open for number in (1, 2, 3))


async def test_its_severity_is_that_of_the_worst(desk: Desk) -> None:
    issue = await blow(desk)
    await desk.alert(firing(key=keys(4)[3], policy="other", severity=Severity.SEV1, minutes=1))
    assert "sev1" in desk.issue(issue.number).labels
    assert desk.words(issue.number)[0].startswith("The alert got worse: sev2 is now **sev1**")


async def test_after_it_has_closed_its_members_may_have_issues_again(desk: Desk) -> None:
    await blow(desk)
    await desk.alert(*(resolved(key=key, minutes=5) for key in keys(6)))
    assert all(not issue.open for issue in desk.incidents_on_github())
    desk.later(hours=1)
    await desk.alert(firing(key=keys(4)[3], minutes=60, occurrence="0.b"))
    assert [issue.title for issue in desk.incidents_on_github() if issue.open] == [
        "[sev2] Latency is high"
    ]


@pytest.mark.parametrize("method", ["create_issue", "list_issues"])
async def test_nothing_is_lost_or_doubled_when_github_fails_in_it(desk: Desk, method: str) -> None:
    desk.github.lose_answer(method, times=2)
    desk.github.fail(method, Unavailable("502"), times=2)
    await desk.alert(*(firing(key=key) for key in keys(7)))
    await desk.patiently()
    assert len(desk.incidents_on_github()) == 4
    storm = await desk.record(STORM)
    assert set(storm.incident.members) == set(keys(4, start=3))


async def test_a_member_that_ends_before_the_storm_is_written_down_counts_as_over(
    desk: Desk,
) -> None:
    """The storm's issue waits for GitHub while a member that belongs to it recovers."""
    await desk.alert(*(firing(key=key) for key in keys(3)))
    last = keys(4)[3]
    desk.github.fail("list_issues", Unavailable("502"), times=2)
    await desk.alert(firing(key=last))
    await desk.alert(resolved(key=last, minutes=1))
    await desk.patiently()
    assert len(desk.incidents_on_github()) == 3


async def test_what_was_over_before_it_was_written_down_leaves_nothing_behind(desk: Desk) -> None:
    await desk.alert(*(firing(key=key) for key in keys(3)))
    last = keys(4)[3]
    desk.github.fail("list_issues", Unavailable("502"))
    await desk.alert(firing(key=last))
    await desk.alert(resolved(key=last, minutes=1))
    await desk.patiently()
    await desk.alert(firing(key=last))
    assert len(desk.incidents_on_github()) == 3
    desk.later(minutes=10)
    await desk.alert(firing(key=last, minutes=10))
    assert desk.issue(4).title == "[sev2] Latency is high"


async def test_it_survives_a_lost_database(desk: Desk) -> None:
    issue = await blow(desk)
    await desk.restart(lost_database=True)
    await desk.alert(*(firing(key=key) for key in keys(6)))
    assert len(desk.incidents_on_github()) == 4
    await desk.alert(*(resolved(key=key, minutes=5) for key in keys(6)))
    assert not desk.issue(issue.number).open


async def test_closed_by_hand_it_lets_newer_alerts_through(desk: Desk) -> None:
    issue = await blow(desk)
    desk.later(minutes=10)
    await desk.by_hand("closed", number=issue.number, open=False)
    await desk.alert(firing(key=keys(4)[3], minutes=11))
    assert [found.title for found in desk.incidents_on_github()].count(
        "[sev2] Latency is high"
    ) == 1


async def test_fingerprints_may_have_slashes_in_them(desk: Desk) -> None:
    names = [Fingerprint(f"alerts:team/{number}/{number}") for number in range(5)]
    await desk.alert(*(firing(key=name) for name in names))
    await desk.alert(resolved(key=names[3], minutes=1))
    desk.later(minutes=2)
    await desk.tick()
    assert desk.issue(4).body.count("| firing |") == 1
    assert desk.issue(4).body.count("| over |") == 1
