"""Who may approve what, before it is known who has made it."""

from collections.abc import Iterable

from ghapp.model.names import Login, RotationName, TeamName
from ghapp.model.types import Area, Model


def people_of(area: Area, model: Model) -> tuple[Login, ...]:
    """Those who may approve for an area: its owner, its backup, its team."""
    team = () if area.team is None else model.teams[area.team]
    return distinct((*area.named, *team))


def fallback_of(model: Model) -> tuple[Login, ...]:
    """Whom `review.fallback` means; of a rotation everyone, or approvals would lapse with each handoff."""
    kind, _, name = (model.review.fallback or "").partition(":")
    if kind == "team" and name:
        return model.teams[TeamName(name)]
    if kind == "rotation" and name:
        return model.rotations[RotationName(name)].logins
    return (Login(kind),) if kind else ()


def distinct(logins: Iterable[Login]) -> tuple[Login, ...]:
    """Each person once, in the first spelling."""
    found: dict[str, Login] = {}
    for login in logins:
        found.setdefault(login.casefold(), login)
    return tuple(found.values())
