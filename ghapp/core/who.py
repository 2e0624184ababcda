"""Who is meant: turns the words of an escalation level (rotation, owner, team:NAME …) into logins."""

from collections.abc import Iterable
from datetime import datetime

from ghapp.core.rotation import members, on_call
from ghapp.model.names import AreaName, Login, RotationName, TeamName, same_login
from ghapp.model.types import Area, EscalationLevel, EscalationPolicy, Model


def policy_of(area: AreaName, model: Model) -> EscalationPolicy:
    """The escalation policy of an area; an area that has since left the file uses the fallback area's."""
    return model.escalation[area_of(area, model).escalation]


def area_of(area: AreaName, model: Model) -> Area:
    """An area of the model; one that has since left the file is answered for by the fallback area."""
    return model.areas.get(area) or model.areas[model.fallback_area]


def on_call_for(area: AreaName, model: Model, now: datetime) -> tuple[Login, ...]:
    """Who is on call for an area at `now`: its rotation's person, else its owner (a rotation may have nobody yet)."""
    found = area_of(area, model)
    if found.rotation is not None:
        person = _rotation(found.rotation, model, now)
        if person:
            return person
    return (found.owner,)


def targets(
    level: EscalationLevel, area: AreaName, model: Model, now: datetime
) -> tuple[Login, ...]:
    """Everyone whom a level notifies, in the order of the file, each once."""
    return distinct(login for word in level.notify for login in resolve(word, area, model, now))


def resolve(word: str, area: AreaName, model: Model, now: datetime) -> tuple[Login, ...]:
    """One word of `notify:` as logins; a word that names nobody at this time is empty."""
    found = area_of(area, model)
    kind, colon, name = word.partition(":")
    if colon:
        return (
            model.teams.get(TeamName(name), ())
            if kind == "team"
            else _rotation(RotationName(name), model, now)
        )
    match word:
        case "rotation":
            return on_call_for(area, model, now)
        case "owner":
            return (found.owner,)
        case "backup":
            return (found.backup,) if found.backup else ()
        case "area":
            return everyone_in(area, model, now)
        case login:
            return (Login(login),)


def everyone_in(area: AreaName, model: Model, now: datetime) -> tuple[Login, ...]:
    """Everyone whom OWNERS.yaml names for an area: owner, backup, its team, and all who are in its rotation now."""
    found = area_of(area, model)
    team = model.teams.get(found.team, ()) if found.team else ()
    rotation = model.rotations.get(found.rotation) if found.rotation else None
    return distinct(
        [*found.named, *team, *(members(rotation, now) if rotation is not None else ())]
    )


def distinct(logins: Iterable[Login]) -> tuple[Login, ...]:
    """Each login once, in order; GitHub's logins ignore case."""
    kept: list[Login] = []
    for login in logins:
        if not any(same_login(login, other) for other in kept):
            kept.append(login)
    return tuple(kept)


def _rotation(name: RotationName, model: Model, now: datetime) -> tuple[Login, ...]:
    rotation = model.rotations.get(name)
    shift = on_call(rotation, now, model.people) if rotation is not None else None
    return (shift.person,) if shift is not None and shift.person is not None else ()
