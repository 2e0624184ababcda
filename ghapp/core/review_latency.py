"""How long a review may take: when somebody who is asked is reminded, and when another one is asked too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ghapp.core.calendar import calendar_of
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model

AFTER = 2
"""So many times `review.respond_within` until the backup is asked too."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when somebody is reminded, and by when another one is asked too (UTC)."""

    login: Login
    remind_at: datetime
    backup_at: datetime


def deadlines(asked: Mapping[Login, datetime], model: Model) -> tuple[Deadline, ...]:
    """Of everyone who is asked, since those instants (UTC): `review.respond_within` in their own business hours.

    The earliest first; none where OWNERS.yaml sets no such time.
    """
    within = model.review.respond_within
    if within is None:
        return ()
    found = []
    for login, since in asked.items():
        zones = (one.timezone for name, one in model.people.items() if same_login(name, login))
        calendar = calendar_of(model, next(zones, None))
        remind, backup = (calendar.after(since, times * within) for times in (1, AFTER))
        found.append(Deadline(login, remind, backup))
    return tuple(sorted(found, key=lambda one: one.remind_at))


def next_of(instants: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The first of several instants that is still to come."""
    return min((one for one in instants if one is not None and one > now), default=None)
