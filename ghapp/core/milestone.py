"""What a milestone says of itself: whose it is, its date, what people have changed of it.

A milestone belongs to an occurrence of the cadence by the marker in its description, which stays when people rename it
or move its date; what the app itself has set stands beside the marker, so what people have changed since is known and
kept. Unlike in issues, the marker counts whoever created the milestone: only people with write permission edit those.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from ghapp.core import marker
from ghapp.core.marker import Marker
from ghapp.core.zoned import to_wall

KIND: Final = "milestone"
RELEASE: Final = "release"
HOTFIX: Final = "hotfix"
"""The series that a milestone belongs to: the first part of its key."""

_SHOWN_IN: Final = ZoneInfo("America/Los_Angeles")
_NOON: Final = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A milestone as GitHub shows it."""

    number: int
    title: str
    description: str = ""
    due_on: datetime | None = None
    open: bool = True
    open_issues: int = 0
    closed_issues: int = 0


@dataclass(frozen=True, slots=True)
class AsSet:
    """What the app has set, as the description remembers it; `closed` says that it was the app that closed it."""

    title: str
    due: date | None
    closed: bool = False


def due_on(day: date) -> datetime:
    """What to send for a date: noon in UTC is that date to GitHub, which goes by the day in Los Angeles."""
    return datetime.combine(day, _NOON)


def shown(due: datetime | None) -> date | None:
    """The date that GitHub shows for `due_on`, stored as midnight in Los Angeles or as it was sent."""
    return None if due is None else to_wall(due, _SHOWN_IN).date()


def numbers(existing: Iterable[Milestone], series: str = RELEASE) -> dict[str, int]:
    """The number of each occurrence's milestone in a series, by key; of several the lowest."""
    found: dict[str, int] = {}
    for one in sorted(existing, key=lambda one: one.number):
        key = key_of(one, series)
        if key is not None:
            found.setdefault(key, one.number)
    return found


def is_marked(milestone: Milestone) -> bool:
    """Whether it bears a marker of the app, of whatever series."""
    found = marker.find(milestone.description)
    return found is not None and found.kind == KIND


def key_of(milestone: Milestone, series: str = RELEASE) -> str | None:
    """What of a series a milestone is of, such as the planned date of a release; None if it is none of it."""
    found = marker.find(milestone.description)
    if found is None or found.kind != KIND:
        return None
    kind, _, key = found.key.partition(":")
    return key if kind == series else None


def day_of(key: str) -> date | None:
    """The planned date that is the key of a release; None of another key."""
    try:
        return date.fromisoformat(key)
    except ValueError:
        return None


def as_set(milestone: Milestone) -> AsSet:
    """What the app has set of it; what the description does not remember counts as set by the app."""
    match marker.find_state(milestone.description):
        case {"title": str(title), "due": str(due), **rest}:
            return AsSet(title, day_of(due), rest.get("closed") is True)
        case _:
            return AsSet(milestone.title, shown(milestone.due_on))


def described(key: str, now_set: AsSet, text: str = "", *, series: str = RELEASE) -> str:
    """The description of a milestone: what people have written in `text`, what the app has set, and the marker."""
    state: dict[str, object] = {
        "title": now_set.title,
        "due": "" if now_set.due is None else now_set.due.isoformat(),
    }
    if now_set.closed:
        state["closed"] = True
    lines = (marker.render_state(state), marker.render(Marker(KIND, f"{series}:{key}")))
    people = _of_people(text)
    return "\n".join((*([people, ""] if people else []), *lines))


def current(existing: Iterable[Milestone], done: Collection[str] = ()) -> Milestone | None:
    """The milestone that work goes into: the earliest open one of the cadence, also when its date has passed."""
    open_ones = (
        one for one in existing if one.open and (key := key_of(one)) is not None and key not in done
    )
    return min(open_ones, key=in_order, default=None)


def retitled(milestone: Milestone, name: str) -> tuple[str, str] | None:
    """The title and description once a release has its name; None if people named it, or nothing changes."""
    key, was = key_of(milestone), as_set(milestone)
    if key is None or was.title != milestone.title or name == milestone.title:
        return None
    return name, described(key, AsSet(name, was.due, was.closed), milestone.description)


def in_order(milestone: Milestone) -> tuple[date, int]:
    """Sorts milestones by date; those without one come last."""
    return shown(milestone.due_on) or date.max, milestone.number


def _of_people(text: str) -> str:
    lines = re.split(r"\r\n|\n|\r", text)
    kept = (line for line in lines if not marker.find(line) and marker.find_state(line) is None)
    return "\n".join(kept).strip()
