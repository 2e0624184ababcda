"""A release that was taken back is recorded where people look, once, and its name is not used again."""

from datetime import UTC, datetime

import pytest

from ghapp.core.release import Phase
from ghapp.core.version import next_name
from ghapp.duties.rollbacks import NOT_HERE, NOT_OUT
from ghapp.github.errors import Unavailable
from tests.support.builders import HOME
from tests.support.desk import Desk
from tests.support.releasing import (
    held_by,
    in_milestone,
    merges,
    plans,
    release_issues,
    release_pulls,
    state,
    tags,
    turns,
    window_opens,
)

FIRST = "2026-11-24"


@pytest.fixture
async def out(desk: Desk) -> Desk:
    """The first release is out; it is v0.1.0."""
    await plans(desk, name="semver-next")
    await merges(desk, (await window_opens(desk)).number)
    assert tags(desk) == ["v0.1.0"]
    return desk


@pytest.mark.parametrize("where", ["the issue", "the pull request"])
async def test_g13_it_is_told_on_the_issue_and_on_the_release(out: Desk, where: str) -> None:
    number = 1 if where == "the issue" else release_pulls(out)[0].number
    comment = await out.says("/rollback checkout fails for @everyone", by="alice", number=number)
    await out.patiently()
    assert out.github.reactions[comment.id] == ["+1"]
    assert Phase.ROLLED_BACK in state(out, FIRST).recorded
    assert "**Rolled back** by `alice`" in release_issues(out)[FIRST].body
    (told,) = [words for words in out.words(1) if "was rolled back" in words]
    assert told.startswith("@carol `v0.1.0` was rolled back by `alice`:")
    assert "checkout fails for @&#8203;everyone" in told
    (release,) = out.github.releases.values()
    assert release.prerelease
    assert "**Rolled back** by `alice`" in release.body
    assert not release_issues(out)[FIRST].open


async def test_g13_its_version_is_not_used_again_and_its_changes_go_out_with_the_next(
    out: Desk,
) -> None:
    await out.says("/rollback it broke", number=1)
    await out.patiently()
    assert next_name("semver-next", datetime.now(UTC).date(), tags(out), hotfix=True) == "v0.1.1"
    out.github.push(HOME, "main", "b.py", message="fix: mend it")
    await turns(out, days=14)
    assert [one.head_branch for one in release_pulls(out)][1:] == ["release/v0.2.0"]


async def test_said_twice_it_is_told_once(out: Desk) -> None:
    for reason in ("it broke", "it really broke"):
        await out.says(f"/rollback {reason}", number=1)
        await out.patiently()
    assert len([words for words in out.words(1) if "was rolled back" in words]) == 1
    rolled_back = state(out, FIRST).rolled_back
    assert rolled_back is not None
    assert rolled_back.reason == "it broke"


@pytest.mark.parametrize("method", ["edit_release", "create_comment", "edit_issue"])
@pytest.mark.parametrize("lost", [False, True], ids=["not sent", "answer lost"])
async def test_interrupted_it_goes_on(out: Desk, method: str, lost: bool) -> None:
    if lost:
        out.github.lose_answer(method)
    else:
        out.github.fail(method, Unavailable("killed"))
    await out.says("/rollback it broke", number=1)
    await out.patiently()
    assert Phase.ROLLED_BACK in state(out, FIRST).recorded
    assert len([words for words in out.words(1) if "was rolled back" in words]) == 1
    (release,) = out.github.releases.values()
    assert release.body.count("Rolled back") == 1


async def test_what_is_not_out_can_t_be_rolled_back(desk: Desk) -> None:
    await plans(desk)
    await desk.says("/rollback too early", number=1)
    await desk.patiently()
    assert any(NOT_OUT in words for words in desk.words(1))
    assert state(desk, FIRST).rolled_back is None


async def test_elsewhere_it_is_refused(desk: Desk) -> None:
    await plans(desk)
    number = held_by(desk, 1, "work")
    await desk.says("/rollback what?", number=number)
    await desk.patiently()
    assert any(NOT_HERE in words for words in desk.words(number))
    assert in_milestone(desk, number) == 1


async def test_where_there_are_no_releases_it_is_refused(desk: Desk) -> None:
    number = desk.github.person_opens(HOME, author="alice", title="x").number  # type: ignore[arg-type]
    await desk.says("/rollback what?", number=number)
    await desk.patiently()
    assert any(NOT_HERE in words for words in desk.words(number))
