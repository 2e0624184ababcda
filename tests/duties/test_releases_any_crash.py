"""However a release is interrupted, it ends as if nothing had happened; a year of releases is a year of releases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ghapp.core.release import Phase
from ghapp.github.errors import Unavailable
from tests.support.builders import HOME
from tests.support.desk import Desk
from tests.support.fake_repositories import WRITES
from tests.support.releasing import (
    CONVERSATION,
    days,
    held_by,
    in_milestone,
    milestones,
    plans,
    release_issues,
    release_pulls,
    state,
    tags,
    turns,
)

DYING = sorted(
    WRITES
    & {
        "create_milestone",
        "create_issue",
        "edit_issue",
        "commit_nothing",
        "begin_branch",
        "generated_notes",
        "propose",
        "create_tag",
        "create_release",
        "set_milestone",
        "create_comment",
        "edit_milestone",
    }
)
WINDOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def to_the_end(desk: Desk) -> int:
    """From the plan to the end of the first release, with whatever is in the way; an unfinished issue."""
    await plans(desk)
    left = held_by(desk, 1, "left")
    await survives(desk)
    desk.github.clock = max(WINDOW, desk.now)
    await survives(desk)
    (pull,) = [one for one in release_pulls(desk) if one.open]
    desk.github.merge(HOME, pull.number)
    await survives(desk)
    return left


async def survives(desk: Desk) -> None:
    """It is looked at, and what fails is tried again."""
    await turns(desk)
    await turns(desk, seconds=30)


def ended(desk: Desk, left: int) -> None:
    """All is as it should be, and once."""
    assert tags(desk) == ["2026-11-24"]
    assert [one.tag for one in desk.github.releases.values()] == ["2026-11-24"]
    assert days(desk, open_only=True)[:1] == ["2026-12-08"]
    assert len(release_pulls(desk)) == 1
    assert in_milestone(desk, left) == 2
    first = release_issues(desk)["2026-11-24"]
    assert not first.open
    assert state(desk, "2026-11-24").recorded == {Phase.RELEASED}
    said = [words.split()[0] for words in desk.words(first.number)]
    assert said == ["Released", "Carried"]
    second = release_issues(desk)["2026-12-08"]
    assert [words.split()[0] for words in desk.words(second.number)] == ["@carol"]


async def test_undisturbed(desk: Desk) -> None:
    ended(desk, await to_the_end(desk))


@pytest.mark.parametrize("after", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize("method", DYING)
async def test_g11_killed_at_any_write(desk: Desk, method: str, after: bool) -> None:
    if after:
        desk.github.lose_answer(method)
    else:
        desk.github.fail(method, Unavailable("killed"))
    ended(desk, await to_the_end(desk))


@pytest.mark.parametrize("lost_database", [False, True], ids=["restarted", "database lost"])
@pytest.mark.parametrize("method", DYING)
async def test_g11_killed_after_any_write_and_started_anew(
    desk: Desk, method: str, lost_database: bool
) -> None:
    await plans(desk)
    left = held_by(desk, 1, "left")
    await turns(desk)
    desk.github.lose_answer(method)
    desk.github.clock = WINDOW
    await desk.clock.look()
    await desk.drain()
    await anew(desk, lost_database)
    (pull,) = release_pulls(desk)
    desk.github.merge(HOME, pull.number)
    desk.github.lose_answer(method)
    await desk.release()
    await anew(desk, lost_database)
    ended(desk, left)


async def anew(desk: Desk, lost_database: bool) -> None:
    """The process died; a new one begins, when nothing is on its way any more."""
    desk.later(seconds=15)
    desk.github.recover()
    await desk.restart(lost_database=lost_database)
    await turns(desk, seconds=15)


@pytest.mark.timeout(600)
async def test_m04_a_year_of_releases_and_a_lost_database_writes_nothing(desk: Desk) -> None:
    """Only the clock is turned, from alarm to alarm, and whatever pull request there is is merged."""
    freeze = "[{from: 2026-12-18, to: 2027-01-04, reason: holidays}]"
    await plans(desk, freezes=freeze)
    end = datetime(2027, 11, 23, 12, tzinfo=UTC)
    while (at := (await desk.duties.alarms.due())[CONVERSATION]) < end:
        desk.github.clock = at
        await desk.tick()
        await desk.patiently()
        desk.github.push(HOME, "main", "more.py")
        for pull in [one for one in release_pulls(desk) if one.open]:
            desk.github.merge(HOME, pull.number)
            await turns(desk, minutes=5)
    expected = [date(2026, 11, 24) + timedelta(weeks=2 * number) for number in range(30)]
    happening = [str(day) for day in expected if str(day) != "2026-12-22"]
    shipped = [day for day in happening if day <= "2027-11-23"]
    assert tags(desk) == shipped
    assert days(desk) == happening[: len(shipped) + 3]
    assert [one.title for one in milestones(desk)] == days(desk)
    assert sorted(release_issues(desk)) == days(desk)
    assert [issue.open for _, issue in sorted(release_issues(desk).items())] == [False] * len(
        shipped
    ) + [True] * 3
    assert [one.head_branch for one in release_pulls(desk)] == [f"release/{day}" for day in shipped]
    assert await desk.parked() == []
    await desk.restart(lost_database=True)
    desk.github.calls.clear()
    await turns(desk, minutes=5)
    assert desk.github.writes == []
