"""Models in which people can be paged; level 1 is bob of the rotation, level 2 carol and bob, level 3 everybody."""

from datetime import UTC, datetime

from tests.support.builders import OWNERS

PAGED = OWNERS.replace(
    "people: {alice: {}, bob: {}, carol: {}}",
    "people: {alice: {notify: [env:A]}, bob: {notify: [env:B, env:C]}, carol: {}}",
)

NIGHT = PAGED.replace(
    "sev3: {acknowledge: 1h}", "sev3: {acknowledge: 1h, when: business-hours}"
).replace("version: 1", 'version: 1\nbusiness_hours: {days: [mon], start: "09:00", end: "17:00"}')

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""When business opens after the Sunday on which tests begin."""


def in_a_room(text: str) -> str:
    """The same with a channel in which incidents of the area `deployment` are announced."""
    return text.replace("runbook: docs", "notify: [env:ROOM]\n    runbook: docs")
