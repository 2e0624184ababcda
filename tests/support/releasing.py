"""Releases in the tests: what OWNERS.yaml says of them, and what people do to milestones."""

from datetime import timedelta
from typing import Any

from ghapp.core.github_event import MilestoneEvent, conversation_of_release
from ghapp.core.milestone import Milestone, shown
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
