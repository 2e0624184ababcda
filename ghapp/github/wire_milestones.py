"""Milestones: GitHub's JSON as facts."""

from typing import Any

from ghapp.core.milestone import Milestone
from ghapp.github import fields


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
