"""What people and GitHub do that a release has to put up with."""

import pytest

from ghapp.core.pull_request import Commit
from ghapp.core.release import Phase
from ghapp.github.errors import AlreadyThere, NotFound, Refused
from ghapp.model.names import Login
from tests.support.builders import HOME
from tests.support.desk import Desk
from tests.support.releasing import (
    merges,
    milestones,
    plans,
    release_issues,
    release_pulls,
    state,
    tags,
    turns,
    window_opens,
)

ALICE = Login("alice")
FIRST = "2026-11-24"


async def released(desk: Desk, tag: str = "v1.4.0") -> None:
    sha = desk.github.push(HOME, "main", "a.py")
    desk.github.person_releases(HOME, author=ALICE, tag=tag, sha=sha)


async def test_the_commits_of_a_merged_pull_request_count_by_its_labels(desk: Desk) -> None:
    await released(desk)
    change = desk.github.person_proposes(
        HOME, author=ALICE, head="topic", title="anything", labels=["semver:patch"]
    )
    inner = desk.github.push(HOME, "topic", "t.py", message="feat!: as it was written")
    desk.github.log[HOME, "main"].append(desk.github.log[HOME, "topic"][-1])
    commit = Commit(
        sha=inner,
        message="feat!: as it was written",
        author=ALICE,
        committer=ALICE,
        parents=(),
        at=desk.now,
    )
    desk.github.authored[HOME, change.number] = (commit,)
    desk.github.merge(HOME, change.number)
    await plans(desk, name="semver-next")
    assert (await window_opens(desk)).head_branch == "release/v1.4.1"


async def test_a_release_whose_tag_is_gone_is_no_reason_to_stand_still(desk: Desk) -> None:
    await released(desk)
    del desk.github.tags[HOME, "v1.4.0"]
    await plans(desk)
    assert (await window_opens(desk)).head_branch == "release/2026-11-24"


async def test_a_pull_request_that_is_there_already_is_found(desk: Desk) -> None:
    await plans(desk)
    desk.github.fail("propose", AlreadyThere(422, "Validation Failed"))
    pull = await window_opens_twice(desk)
    assert state(desk, FIRST).pull == pull


async def test_one_that_github_refuses_is_tried_again_and_nothing_is_given_up(desk: Desk) -> None:
    await plans(desk)
    desk.github.fail("propose", Refused(422, "Validation Failed"))
    assert await window_opens_twice(desk) == state(desk, FIRST).pull
    assert await desk.parked() == []


@pytest.mark.parametrize("status", [404, 422])
async def test_without_generated_notes_it_goes_on(desk: Desk, status: int) -> None:
    await plans(desk)
    desk.github.fail("generated_notes", Refused(status, "no"))
    pull = await window_opens(desk)
    assert "Whatever was merged." in pull.body


async def test_a_title_that_people_have_used_is_left_to_them(desk: Desk) -> None:
    await released(desk)
    desk.github.push(HOME, "main", "b.py", message="fix: it")
    desk.github.person_adds_milestone(HOME, title="v1.4.1")
    await plans(desk, name="semver-next")
    await window_opens(desk)
    assert [one.title for one in milestones(desk)][:2] == ["v1.4.1", "v1.5.0"]


async def test_a_pull_request_that_is_gone_is_looked_for_anew(desk: Desk) -> None:
    await plans(desk)
    pull = await window_opens(desk)
    del desk.github.pulls[HOME, pull.number]
    del desk.github.issues[HOME, pull.number]
    await turns(desk, minutes=5)
    assert len(release_pulls(desk)) == 1


async def test_what_is_refused_for_one_release_stops_no_other(desk: Desk) -> None:
    await plans(desk)
    desk.github.fail("create_tag", Refused(422, "Reference does not exist"))
    pull = await window_opens(desk)
    await merges(desk, pull.number)
    await turns(desk, minutes=5)
    assert tags(desk) == [FIRST]
    assert Phase.RELEASED in state(desk, FIRST).recorded


async def test_a_milestone_that_is_deleted_while_it_is_closed(desk: Desk) -> None:
    await plans(desk)
    pull = await window_opens(desk)
    desk.github.fail("edit_milestone", NotFound())
    await merges(desk, pull.number)
    assert not release_issues(desk)[FIRST].open


async def test_which_branches_decide_a_release(desk: Desk) -> None:
    await plans(desk)
    desk.github.person_proposes(HOME, author=ALICE, head="mend", labels=["hotfix"])
    desk.github.person_proposes(HOME, author=ALICE, head="topic")
    await turns(desk, minutes=5)
    branches = ("release/v1", "mend", "topic")
    assert [desk.releases.decides(HOME, one) for one in branches] == [True, True, False]


async def window_opens_twice(desk: Desk) -> int:
    """The first look at the open window goes wrong."""
    desk.later(hours=21)
    await desk.tick()
    await desk.patiently()
    await turns(desk, minutes=5)
    (pull,) = release_pulls(desk)
    return pull.number
