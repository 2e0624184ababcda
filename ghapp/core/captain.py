"""Who leads a release."""

from datetime import datetime

from ghapp.core.rotation import on_call
from ghapp.core.served import days
from ghapp.model.names import Login, RotationName, TeamName, same_login
from ghapp.model.types import Model


def captain(model: Model, at: datetime) -> Login:
    """Who leads the release that is planned for an aware datetime: the setting `captain`, looked up for then.

    Of a team the first who is not away. When there is nobody, the owner of the fallback area.
    """
    who = "" if model.release is None else model.release.captain or ""
    owner = model.areas[model.fallback_area].owner
    kind, _, name = who.partition(":")
    if kind == "rotation":
        shift = on_call(model.rotations[RotationName(name)], at, model.people)
        return owner if shift is None or shift.person is None else shift.person
    logins = model.teams[TeamName(name)] if kind == "team" else ((Login(who),) if who else ())
    return next((login for login in logins if not is_away(model, login, at)), owner)


def is_away(model: Model, login: Login, at: datetime) -> bool:
    """Whether OWNERS.yaml says that a person is away at an aware datetime."""
    spans = (
        days(away.from_, away.to, person.timezone)
        for known, person in model.people.items()
        if same_login(known, login)
        for away in person.away
    )
    return any(span.start <= at < span.end for span in spans)
