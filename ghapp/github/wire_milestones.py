"""Milestones: GitHub's JSON as facts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ghapp.core.gate_facts import MovedAway
from ghapp.core.milestone import Milestone
from ghapp.github import fields
from ghapp.github.wire import EPOCH


def milestone(data: Any) -> Milestone:
    """A milestone."""
    found = fields.object_of(data)
    return Milestone(
        number=fields.number(found, "number"),
        title=fields.text(found.get("title")),
        description=fields.text(found.get("description")),
        due_on=fields.time(found.get("due_on")),
        open=found.get("state") != "closed",
        open_issues=fields.count(found.get("open_issues")),
        closed_issues=fields.count(found.get("closed_issues")),
    )


def demilestoned(events: Iterable[Any], title: str) -> list[MovedAway]:
    """What events of issues tell of being taken out of a milestone; they know it by its title only.

    https://docs.github.com/en/rest/using-the-rest-api/issue-event-types#demilestoned
    """
    return [
        MovedAway(
            number=fields.number(fields.object_of(event.get("issue")), "number"),
            by=fields.login(event.get("actor")),
            at=fields.time(event.get("created_at")) or EPOCH,
        )
        for event in map(fields.object_of, events)
        if event.get("event") == "demilestoned"
        and fields.object_or_empty(event.get("milestone")).get("title") == title
    ]


def reaches(events: Iterable[Any], since: datetime) -> bool:
    """Whether a page of events, the newest first, goes back to before an instant."""
    times = (fields.time(fields.object_of(event).get("created_at")) for event in events)
    return any(at is not None and at < since for at in times)
