"""Releases in the tests: what OWNERS.yaml says of them, and what people do to milestones."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ghapp.core.facts import Issue, Sha
from ghapp.core.github_event import MilestoneEvent, PullEvent, conversation_of_release
from ghapp.core.milestone import Milestone, shown
from ghapp.core.pull_request import Pull
from ghapp.core.release_state import ReleaseState
from ghapp.duties.dated import marker_of
from ghapp.duties.release_view import state_of
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk

CONVERSATION = conversation_of_release(HOME)
CADENCE = '{every: 2w, on: tuesday, at: "10:00", timezone: Europe/Berlin, start: 2026-10-13}'
"""NOW is Sunday, 2026-11-22; the next releases are on 11-24, 12-08 and 12-22."""


def owners(cadence: str = CADENCE, **settings: Any) -> str:
    """OWNERS.yaml with a section of releases; the settings are YAML."""
    lines = [f"  {name}: {value}" for name, value in settings.items()]
    return "\n".join([OWNERS.rstrip(), "release:", f"  cadence: {cadence}", *lines, ""])


async def plans(desk: Desk, cadence: str = CADENCE, **settings: Any) -> None:
    """OWNERS.yaml is written, read, and brought about."""
    desk.github.write_file(HOME, "OWNERS.yaml", owners(cadence, **settings))
    await desk.push()
    await desk.patiently()


async def turns(desk: Desk, **span: float) -> None:
    """Time passes, and then the clock and the round of the releases look."""
    desk.later(**span)
    await desk.tick()
    await desk.release()
    await desk.patiently()


def milestones(desk: Desk) -> list[Milestone]:
    """All milestones, by number."""
    return [one for _, one in sorted(desk.github.milestones.items())]


def days(desk: Desk, *, open_only: bool = False) -> list[str]:
    """The dates that GitHub shows for them."""
    return [str(shown(one.due_on)) for one in milestones(desk) if one.open or not open_only]


async def milestone_is(desk: Desk, action: str, number: int, *, by: str = "carol") -> None:
    """The webhook tells what somebody did to a milestone, and it is handled."""
    known = desk.github.milestones.get((HOME, number))
    event = MilestoneEvent(
        repo=HOME,
        number=number,
        action=action,
        title=known.title if known else "",
        description=known.description if known else "",
        sender=Login(by),
        at=desk.now,
    )
    await desk.put(CONVERSATION, event)
    await desk.drain()
    await desk.patiently()


async def closes(desk: Desk, number: int) -> None:
    """Carol closes a milestone."""
    desk.github.person_changes_milestone(HOME, number, open=False)
    await milestone_is(desk, "closed", number)


async def deletes(desk: Desk, number: int) -> None:
    """Carol deletes a milestone."""
    desk.github.person_deletes_milestone(HOME, number)
    await milestone_is(desk, "deleted", number)


async def moves(desk: Desk, number: int, **by: float) -> None:
    """Carol moves the date of a milestone."""
    due = desk.github.milestones[HOME, number].due_on
    assert due is not None
    desk.github.person_changes_milestone(HOME, number, due_on=due + timedelta(**by))
    await milestone_is(desk, "edited", number)


def release_issues(desk: Desk) -> dict[str, Issue]:
    """The release issues, by key."""
    found = {}
    for issue in desk.github.issues.values():
        mark = marker_of(issue)
        if mark is not None and mark.kind == "release":
            assert mark.key not in found, f"two issues of {mark.key}"
            found[mark.key] = issue
    return found


def state(desk: Desk, key: str) -> ReleaseState:
    """What the release issue remembers."""
    return state_of(release_issues(desk)[key])


def release_pulls(desk: Desk) -> list[Pull]:
    """The pull requests from release branches, by number."""
    found = [desk.github.pull(repo, number) for repo, number in sorted(desk.github.pulls)]
    return [one for one in found if one.head_branch.startswith("release/")]


def tags(desk: Desk) -> list[str]:
    """All tags."""
    return sorted(tag for _, tag in desk.github.tags)


async def window_opens(desk: Desk) -> Pull:
    """It is Monday, 10:00 in Berlin, a day before the release; its pull request."""
    desk.github.clock = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    await desk.tick()
    await desk.patiently()
    (pull,) = release_pulls(desk)
    return pull


async def merges(desk: Desk, number: int) -> Sha:
    """Somebody merges a pull request, the webhook tells, and it is handled; the commit."""
    sha = desk.github.merge(HOME, number)
    await pull_is(desk, "closed", number)
    return sha


async def pull_is(desk: Desk, action: str, number: int) -> None:
    """The webhook tells what somebody did to a release pull request, and it is handled."""
    event = PullEvent(
        repo=HOME,
        number=number,
        action=action,
        pull=desk.github.pull(HOME, number),
        sender=Login("carol"),
        at=desk.now,
    )
    await desk.put(CONVERSATION, event)
    await desk.drain()
    await desk.patiently()


def held_by(desk: Desk, milestone: int, title: str, *labels: str) -> int:
    """Alice opens an issue in a milestone; its number."""
    made = desk.github.person_opens(HOME, author=Login("alice"), title=title, labels=labels)
    desk.github.person_moves(HOME, made.number, milestone, by=Login("alice"))
    return made.number


def in_milestone(desk: Desk, number: int) -> int | None:
    """The milestone that an issue is in."""
    return desk.github.in_milestone.get((HOME, number))
