"""What a release leaves unfinished is in the next milestone, listed once, whatever happens on the way."""

import pytest

from ghapp.core.release_state import Carried
from ghapp.github.errors import NotFound, Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME
from tests.support.desk import Desk
from tests.support.releasing import (
    closes,
    held_by,
    in_milestone,
    merges,
    milestones,
    plans,
    release_issues,
    state,
    turns,
    window_opens,
)

ALICE = Login("alice")
FIRST, SECOND = "2026-11-24", "2026-12-08"


async def ships(desk: Desk) -> None:
    """The first release is merged."""
    await merges(desk, (await window_opens(desk)).number)


def summary(desk: Desk) -> list[str]:
    """The lines of the one comment that lists what moved."""
    (found,) = [words for words in desk.words(1) if "#" in words]
    return [line for line in found.splitlines() if line.startswith("- ")]


async def test_k01_blockers_first_and_one_summary_of_all(desk: Desk) -> None:
    await plans(desk)
    left = [held_by(desk, 1, "work") for _ in range(3)]
    blocker = held_by(desk, 1, "broken", "release-blocker")
    await ships(desk)
    assert {in_milestone(desk, number) for number in (*left, blocker)} == {2}
    assert summary(desk) == [f"- #{blocker} **blocker**", *(f"- #{one}" for one in left)]


async def test_k03_the_third_time_it_gets_a_label(desk: Desk) -> None:
    await plans(desk, ahead=4)
    often, new = held_by(desk, 1, "old"), held_by(desk, 3, "new")
    await ships(desk)
    for number in (2, 3):
        desk.github.push(HOME, "main", "more.py")
        await turns(desk, days=14)
        pulls = [key for key, issue in desk.github.issues.items() if issue.is_pull and issue.open]
        await merges(desk, pulls[-1][1])
        assert ("carried-3" in desk.issue(often).labels) == (number == 3)
    assert "carried-3" not in desk.issue(new).labels
    assert (in_milestone(desk, often), in_milestone(desk, new)) == (4, 4)
    third = state(desk, "2026-12-22").carried
    assert third == (Carried(number=often, times=3), Carried(number=new, times=1))
    assert f"- #{often} (3 times)" in desk.words(release_issues(desk)["2026-12-22"].number)[-1]


async def test_k03_also_when_the_database_was_lost_in_between(desk: Desk) -> None:
    await plans(desk, ahead=4)
    often = held_by(desk, 1, "old")
    await ships(desk)
    for _ in range(2):
        await desk.restart(lost_database=True)
        desk.github.push(HOME, "main", "more.py")
        await turns(desk, days=14)
        pulls = [key for key, issue in desk.github.issues.items() if issue.is_pull and issue.open]
        await merges(desk, pulls[-1][1])
    assert "carried-3" in desk.issue(often).labels


async def test_k04_a_closed_one_is_passed_over(desk: Desk) -> None:
    await plans(desk)
    left = held_by(desk, 1, "work")
    await closes(desk, 2)
    await ships(desk)
    assert in_milestone(desk, left) == 3


async def test_k04_without_a_next_one_everything_stays_and_is_told(desk: Desk) -> None:
    await plans(desk, ahead=1)
    left = held_by(desk, 1, "work")
    pull = await window_opens(desk)
    await merges(desk, pull.number)
    assert in_milestone(desk, left) == 1
    assert not milestones(desk)[0].open
    (told,) = [words for words in desk.words(1) if "no next milestone" in words]
    assert f"- #{left}" in told
    assert state(desk, FIRST).stranded == (left,)


async def test_k05_what_is_done_stays_and_open_pull_requests_move(desk: Desk) -> None:
    await plans(desk)
    done = held_by(desk, 1, "done")
    desk.github.person_changes(HOME, done, open=False)
    merged = desk.github.person_proposes(HOME, author=ALICE, head="one").number
    waiting = desk.github.person_proposes(HOME, author=ALICE, head="two").number
    for number in (merged, waiting):
        desk.github.person_moves(HOME, number, 1, by=ALICE)
    desk.github.merge(HOME, merged)
    await ships(desk)
    assert [in_milestone(desk, one) for one in (done, merged, waiting)] == [1, 1, 2]
    desk.github.calls.clear()
    await turns(desk, minutes=5)
    assert "set_milestone" not in desk.github.writes


async def test_k06_a_milestone_that_people_closed_first_is_emptied_as_well(desk: Desk) -> None:
    await plans(desk)
    left = held_by(desk, 1, "work")
    pull = await window_opens(desk)
    await closes(desk, 1)
    await merges(desk, pull.number)
    assert in_milestone(desk, left) == 2


async def test_k07_what_is_pinned_stays_and_what_is_nobodys_too(desk: Desk) -> None:
    later = desk.github.person_adds_milestone(HOME, title="later")
    await plans(desk)
    pinned = held_by(desk, 2, "pinned", "milestone-pinned")
    someday = held_by(desk, later.number, "someday")
    await ships(desk)
    assert (in_milestone(desk, pinned), in_milestone(desk, someday)) == (2, 1)
    assert desk.github.milestones[HOME, later.number].open
    assert not release_issues(desk)[FIRST].open
    assert not [words for words in desk.words(2) if "Carried over" in words]


async def test_carry_over_can_be_switched_off(desk: Desk) -> None:
    await plans(desk, carry_over="false")
    left = held_by(desk, 1, "work")
    await ships(desk)
    assert in_milestone(desk, left) == 1
    assert not milestones(desk)[0].open


async def test_what_is_deleted_meanwhile_keeps_nothing_up(desk: Desk) -> None:
    await plans(desk)
    left = [held_by(desk, 1, "work") for _ in range(2)]
    desk.github.fail("set_milestone", NotFound())
    await ships(desk)
    assert in_milestone(desk, left[1]) == 2
    assert not release_issues(desk)[FIRST].open


@pytest.mark.parametrize("good", range(4))
@pytest.mark.parametrize("method", ["set_milestone", "edit_issue", "create_comment"])
async def test_k01_interrupted_anywhere_it_is_one_summary_of_all(
    desk: Desk, method: str, good: int
) -> None:
    await plans(desk)
    left = [held_by(desk, 1, "work") for _ in range(4)]
    pull = await window_opens(desk)
    desk.github.fail_after(good, method, Unavailable("killed", uncertain=True))
    desk.github.merge(HOME, pull.number)
    await turns(desk)
    desk.github.recover()
    await desk.restart(lost_database=good % 2 == 1)
    await turns(desk, minutes=1)
    assert {in_milestone(desk, number) for number in left} == {2}
    assert summary(desk) == [f"- #{one}" for one in left]
    assert {one.times for one in state(desk, FIRST).carried} == {1}
