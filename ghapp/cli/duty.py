"""Who has the duty of a rotation or an area at a time, for `ghapp oncall`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ghapp.cli.errors import UserError
from ghapp.core.rotation import Shift, by_turn, next_shift, on_call, timeline
from ghapp.core.served import instant_of
from ghapp.core.zoned import to_instant
from ghapp.model.names import AreaName, Login, RotationName
from ghapp.model.suggest import suggest
from ghapp.model.types import Area, Model, Rotation


@dataclass(frozen=True, slots=True)
class Duty:
    """Who has it, in which shift, and who takes over. An owner without a rotation has no shift."""

    zone: ZoneInfo
    person: Login | None
    shift: Shift | None = None
    following: Shift | None = None
    begun: bool = True
    """Whether the rotation has had its first handoff."""

    @property
    def until(self) -> datetime | None:
        """When that changes (UTC)."""
        if self.shift is not None:
            return self.shift.end
        return self.following.start if self.following is not None else None

    @property
    def next_person(self) -> Login | None:
        """Who takes over."""
        return self.following.person if self.following is not None else None

    def as_json(self) -> dict[str, str | None]:
        """What a script reads; times are ISO 8601 with the offset of the rotation's zone."""
        start, end = (self.shift.start, self.shift.end) if self.shift else (None, None)
        return {
            "person": self.person,
            "shift_start": self._local(start),
            "shift_end": self._local(end),
            "next": self.next_person,
        }

    def _local(self, at: datetime | None) -> str | None:
        return at.astimezone(self.zone).isoformat() if at else None


def duties(
    model: Model, rotation: str | None, area: str | None, moment: datetime
) -> Mapping[str, Duty]:
    """The duty of one rotation, of one area, or of every rotation; a naive time is on the rotation's wall clock.

    Raises:
        UserError: there is no such rotation or area, or the time is out of reach.
    """
    if area is not None:
        return {area: _area_duty(model, area_named(model, area), moment)}
    return {name: _duty(model, model.rotations[name], moment) for name in chosen(model, rotation)}


def next_weeks(
    model: Model, rotation: str | None, area: str | None, moment: datetime, weeks: int
) -> Mapping[RotationName, tuple[Shift, ...]]:
    """The turns, covers, overrides and gaps from a time on; an area's are those of its rotation.

    Raises:
        UserError: there is no such rotation or area, or the time is out of reach.
    """
    names = chosen(model, rotation)
    if area is not None:
        its = area_named(model, area).rotation
        names = () if its is None else (its,)
    lines: dict[RotationName, tuple[Shift, ...]] = {}
    for name in names:
        one = model.rotations[name]
        start = instant(moment, one.timezone)
        end = start + timedelta(weeks=weeks)
        lines[name] = tuple(by_turn(timeline(one, start, end, model.people)))
    return lines


def chosen(model: Model, rotation: str | None) -> tuple[RotationName, ...]:
    """The rotation of that name, or all of them.

    Raises:
        UserError: there is none of that name.
    """
    if rotation is None:
        return tuple(model.rotations)
    if rotation not in model.rotations:
        raise UserError(f"no rotation is named {rotation!r}", suggest(rotation, model.rotations))
    return (RotationName(rotation),)


def area_named(model: Model, name: str) -> Area:
    """The area of that name.

    Raises:
        UserError: there is none.
    """
    area = model.areas.get(AreaName(name))
    if area is None:
        raise UserError(f"no area is named {name!r}", suggest(name, model.areas))
    return area


def _area_duty(model: Model, area: Area, moment: datetime) -> Duty:
    """As incidents of the area see it: while its rotation has nobody, its owner is on call."""
    if area.rotation is None:
        return Duty(model.timezone, area.owner)
    duty = _duty(model, model.rotations[area.rotation], moment)
    return duty if duty.person else Duty(duty.zone, area.owner, following=duty.following)


def _duty(model: Model, rotation: Rotation, moment: datetime) -> Duty:
    at = instant(moment, rotation.timezone)
    shift = on_call(rotation, at, model.people)
    following = next_shift(rotation, at, model.people)
    begun = instant_of(rotation.start, rotation.timezone) <= at
    person = shift.person if shift is not None else None
    return Duty(rotation.timezone, person, shift, following, begun)


def instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """A time that was typed, in UTC; a naive one is on the wall clock of the zone.

    Raises:
        UserError: it is out of reach.
    """
    try:
        return to_instant(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise UserError("--at is too far away", "use a date of this age") from error
