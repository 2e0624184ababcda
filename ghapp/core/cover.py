"""Who covers for whom: what `/override` and `/swap` make of a request and a model."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ghapp.core.command import Edited, Refused, Request, login_of
from ghapp.core.effects import Say
from ghapp.core.moment import on_clock, walls
from ghapp.core.rotation import Shift, Why, shifts
from ghapp.core.served import Span
from ghapp.core.turns import Turns
from ghapp.core.who import area_of
from ghapp.core.zoned import to_instant
from ghapp.model.edit import NewOverrides
from ghapp.model.names import Login, RotationName, same_login
from ghapp.model.types import Model, Override, Rotation

LONGEST: Final = timedelta(days=90)
"""How far ahead people plan; more is a change of the rotation itself."""

_UTC: Final = ZoneInfo("UTC")


def addressed(args: Sequence[str]) -> tuple[Sequence[str], Login, Sequence[str]] | None:
    """What stands before the first `@login`, the login, and what stands behind it; None without one."""
    place = next((n for n, arg in enumerate(args) if arg.startswith("@")), None)
    login = None if place is None else login_of(args[place])
    return None if place is None or login is None else (args[:place], login, args[place + 1 :])


def zone_of(login: Login, model: Model) -> ZoneInfo:
    """The zone in which a person reads clocks: their own, else the file's."""
    for known, person in model.people.items():
        if same_login(known, login):
            return person.timezone
    return model.timezone


def person_named(login: Login, model: Model) -> Login | None:
    """A person as the file spells them; without `people:` any login will do, as everywhere."""
    if not model.people:
        return login
    return next((known for known in model.people if same_login(known, login)), None)


def rotation_for(request: Request, names: Sequence[str]) -> RotationName | Refused | None:
    """The rotation that is meant: named, else of the incident's area, else the only one; None for too many names."""
    model = request.model
    if len(names) > 1:
        return None
    if not model.rotations:
        return Refused("OWNERS.yaml has no rotations.")
    if names:
        name = RotationName(names[0].removeprefix("rotation:"))
        return (
            name if name in model.rotations else _which("OWNERS.yaml has no such rotation.", model)
        )
    if request.incident is not None and (own := area_of(request.incident.area, model).rotation):
        return own
    if len(model.rotations) > 1:
        return _which("Which rotation?", model)
    return next(iter(model.rotations))


def _which(why: str, model: Model) -> Refused:
    known = ", ".join(f"`{name}`" for name in model.rotations)
    return Refused(f"{why} There {'is' if len(model.rotations) == 1 else 'are'} {known}.")


def nobody(model: Model) -> Refused:
    """Somebody whom the file does not know can't be on call."""
    known = ", ".join(f"`{login}`" for login in model.people)
    return Refused(f"OWNERS.yaml knows nobody of that name. There are {known}.")


def next_turn(rotation: Rotation, person: Login, at: datetime, model: Model) -> tuple[Span, ...]:
    """When a person serves their next turn that has not begun; empty when there is none within 90 days.

    A turn is several spans where it is interrupted, as in a rotation that is served by day. What others serve of it
    does not belong to it.
    """
    turns = Turns(rotation)
    begun = turns.number_at(at)

    def mine(start: datetime, end: datetime) -> Iterator[Shift]:
        for shift in shifts(rotation, start, end, model.people):
            if shift.person is not None and same_login(shift.person, person):
                yield shift

    for shift in mine(at, at + LONGEST):
        if shift.why is Why.TURN and shift.turn is not None and shift.turn != begun:
            whole = mine(turns.handoff(shift.turn), turns.handoff(shift.turn + 1))
            return tuple(Span(one.start, one.end) for one in whole if one.turn == shift.turn)
    return ()


def edited(
    request: Request, name: RotationName, covers: Iterable[tuple[Login, Span]], title: str
) -> Edited:
    """The overrides that have people on call at these times, told on every clock that matters."""
    zone = request.model.rotations[name].timezone
    clocks = {clock.key: clock for clock in (_UTC, zone, zone_of(request.sender, request.model))}
    overrides, rows = [], list[list[str]]()
    for person, span in covers:
        start, end = walls(span, zone)
        overrides.append(Override(person=person, from_=start, to=end))
        begin, over = to_instant(start, zone), to_instant(end, zone)
        rows += (
            [person, label, on_clock(begin, clock), on_clock(over, clock)]
            for label, clock in clocks.items()
        )
    say = Say(request.key, "override", {"rotation": name, "rows": rows})
    return Edited(NewOverrides(name, tuple(overrides)), title, say)


def span_text(span: Span, zone: ZoneInfo) -> str:
    """A span as the file has it, in one line for its history."""
    start, end = (wall.isoformat(" ", "minutes") for wall in walls(span, zone))
    return f"from {start} to {end} {zone.key}"
