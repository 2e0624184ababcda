"""Who has a say in a release: whom the names under `sign_off` and `approvers` mean, and who may freeze."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ghapp.core.captain import captain
from ghapp.core.milestone import Milestone, day_of, key_of, shown
from ghapp.core.rotation import on_call
from ghapp.core.who import distinct
from ghapp.core.zoned import to_instant
from ghapp.model.names import Login, RotationName, TeamName, same_login
from ghapp.model.references import CAPTAIN
from ghapp.model.release import Release
from ghapp.model.types import Model

_TEAM: Final = "team"


def planned_at(milestone: Milestone, release: Release) -> datetime | None:
    """When a release was planned for (UTC), whatever people have moved since; None if its milestone has no date."""
    key = key_of(milestone)
    day = (day_of(key) if key else None) or shown(milestone.due_on)
    if day is None:
        return None
    cadence = release.cadence
    return to_instant(datetime.combine(day, cadence.at), cadence.timezone)


def roles(
    model: Model, release: Release, planned: datetime, now: datetime
) -> Mapping[str, tuple[Login, ...]]:
    """Whom each name of the gate means: the captain as of the planned time, a rotation as of `now`."""
    names = (*release.gate.sign_off, *(release.hotfix.sign_off or ()), *release.hotfix.approvers)
    return {name: _people(name, model, planned, now) for name in names}


def approvers(model: Model, now: datetime) -> tuple[Login, ...]:
    """Who lets hotfixes through, and with them whatever must go in spite of a freeze that nobody foresaw."""
    release = model.release
    if release is None:
        return ()
    people = roles(model, release, now, now)
    return distinct(login for name in release.hotfix.approvers for login in people[name])


def may_freeze(model: Model, login: Login) -> bool:
    """Whether a person is owner or backup of an area, or in the team of one."""
    return any(same_login(login, one) for one in owners(model))


def owners(model: Model) -> tuple[Login, ...]:
    """Everyone who answers for an area, in the order of the file."""
    return distinct(
        login
        for area in model.areas.values()
        for login in (*area.named, *(model.teams[area.team] if area.team else ()))
    )


def _people(name: str, model: Model, planned: datetime, now: datetime) -> tuple[Login, ...]:
    if name == CAPTAIN:
        return (captain(model, planned),)
    kind, colon, of = name.partition(":")
    if not colon:
        return (Login(name),)
    if kind == _TEAM:
        return model.teams[TeamName(of)]
    shift = on_call(model.rotations[RotationName(of)], now, model.people)
    return () if shift is None or shift.person is None else (shift.person,)
