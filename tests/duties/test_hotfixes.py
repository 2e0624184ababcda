"""A hotfix has a milestone and a name of its own, is released on merge, and leaves the cadence alone."""

import pytest

from ghapp.core.milestone import HOTFIX, key_of
from ghapp.core.pull_request import Pull
from ghapp.core.release import Phase
from ghapp.model.names import Login
from tests.support.builders import HOME
from tests.support.desk import Desk
from tests.support.releasing import (
    held_by,
    in_milestone,
    merges,
    milestones,
    plans,
    pull_is,
    release_issues,
    state,
    tags,
    turns,
    window_opens,
)

ALICE = Login("alice")
FIRST = "2026-11-24"


async def urgent(desk: Desk, **settings: str) -> Pull:
    """v1.4.0 is out, and alice opens a hotfix."""
    sha = desk.github.push(HOME, "main", "a.py")
    desk.github.person_releases(HOME, author=ALICE, tag="v1.4.0", sha=sha)
    await plans(desk, **{"name": "semver-next", "captain": "bob", **settings})
    pull = desk.github.person_proposes(
        HOME, author=ALICE, head="mend", title="feat!: mend", labels=["hotfix"]
    )
    await pull_is(desk, "opened", pull.number)
    return desk.github.pull(HOME, pull.number)


async def test_it_gets_a_patch_milestone_and_an_issue_of_its_own(desk: Desk) -> None:
    pull = await urgent(desk)
    own = milestones(desk)[-1]
    assert (own.title, key_of(own, HOTFIX), own.due_on) == ("v1.4.1", str(pull.number), None)
    assert in_milestone(desk, pull.number) == own.number
    issue = release_issues(desk)[f"hotfix:{pull.number}"]
    assert (issue.title, issue.assignees) == ("Hotfix v1.4.1", ("bob",))
    assert f"| Pull request | #{pull.number} |" in issue.body
    await turns(desk, minutes=5)  # the gate takes note of its milestone
    desk.github.calls.clear()
    await turns(desk, minutes=5)
    assert desk.github.writes == []


async def test_on_merge_it_is_released_without_handing_over(desk: Desk) -> None:
    pull = await urgent(desk)
    merged = await merges(desk, pull.number)
    assert desk.github.tags[HOME, "v1.4.1"] == merged
    assert not milestones(desk)[-1].open
    key = f"hotfix:{pull.number}"
    assert not release_issues(desk)[key].open
    assert state(desk, key).recorded == {Phase.RELEASED}
    assert not state(desk, key).handed_over
    assert [one.open for one in milestones(desk)[:3]] == [True] * 3
    left = held_by(desk, 1, "work")
    await turns(desk, minutes=5)
    assert in_milestone(desk, left) == 1


async def test_the_next_release_counts_from_it(desk: Desk) -> None:
    await merges(desk, (await urgent(desk)).number)
    desk.github.push(HOME, "main", "b.py", message="fix: more")
    assert (await window_opens(desk)).head_branch == "release/v1.4.2"


@pytest.mark.parametrize(
    ("name", "expected"),
    [('"{date:%Y-%m-%d}"', "2026-11-22"), ("YYYY.0M.MICRO", "2026.11.1")],
)
async def test_names_that_are_planned_are_not_taken(desk: Desk, name: str, expected: str) -> None:
    await urgent(desk, name=name)
    assert milestones(desk)[-1].title == expected


async def test_closed_unmerged_it_is_over(desk: Desk) -> None:
    pull = await urgent(desk)
    desk.github.person_changes(HOME, pull.number, open=False)
    await pull_is(desk, "closed", pull.number)
    key = f"hotfix:{pull.number}"
    assert not release_issues(desk)[key].open
    assert not milestones(desk)[-1].open
    assert tags(desk) == ["v1.4.0"]


async def test_without_its_label_it_is_none(desk: Desk) -> None:
    pull = await urgent(desk)
    desk.github.person_changes(HOME, pull.number, labels=frozenset())
    await turns(desk, minutes=5)
    key = f"hotfix:{pull.number}"
    assert (
        f"#{pull.number} is no hotfix any more" in desk.words(release_issues(desk)[key].number)[0]
    )
    await merges(desk, pull.number)
    assert tags(desk) == ["v1.4.0"]


async def test_a_milestone_that_people_made_for_it_is_taken(desk: Desk) -> None:
    desk.github.person_adds_milestone(HOME, title="v1.4.1", description="Ours.")
    pull = await urgent(desk)
    own = milestones(desk)[0]
    assert key_of(own, HOTFIX) == str(pull.number)
    assert own.description.startswith("Ours.")


@pytest.mark.parametrize("lost_database", [False, True], ids=["restarted", "database lost"])
@pytest.mark.parametrize(
    "method",
    ["create_issue", "create_milestone", "set_milestone", "create_tag", "create_release"],
)
async def test_interrupted_it_is_still_one(desk: Desk, method: str, lost_database: bool) -> None:
    desk.github.lose_answer(method)
    pull = await urgent(desk)
    desk.github.merge(HOME, pull.number)
    await desk.release()
    desk.later(seconds=15)
    await desk.restart(lost_database=lost_database)
    await turns(desk, seconds=15)
    assert tags(desk) == ["v1.4.0", "v1.4.1"]
    assert [one.title for one in milestones(desk)].count("v1.4.1") == 1
    assert len([key for key in release_issues(desk) if key.startswith("hotfix:")]) == 1
    assert not release_issues(desk)[f"hotfix:{pull.number}"].open
