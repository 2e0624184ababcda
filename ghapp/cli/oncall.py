"""`ghapp oncall`: who is on call now, or at any other time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from ghapp.cli.check import found
from ghapp.cli.errors import EXIT_PROBLEMS, UserError, console
from ghapp.core.rotation import Shift, next_shift, on_call
from ghapp.core.zoned import to_instant
from ghapp.model.load import load_bytes
from ghapp.model.names import AreaName, Login, RotationName
from ghapp.model.suggest import suggest
from ghapp.model.types import Model, Rotation


@dataclass(frozen=True, slots=True)
class Duty:
    """Who has it, in which shift, and who takes over. An owner without a rotation has no shift."""

    zone: ZoneInfo
    person: Login | None
    shift: Shift | None = None
    following: Login | None = None

    def as_json(self) -> dict[str, str | None]:
        """What a script reads; times are ISO 8601 with the offset of the rotation's zone."""
        start, end = (self.shift.start, self.shift.end) if self.shift else (None, None)
        return {
            "person": self.person,
            "shift_start": self._local(start),
            "shift_end": self._local(end),
            "next": self.following,
        }

    def _local(self, at: datetime | None) -> str | None:
        return at.astimezone(self.zone).isoformat() if at else None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(oncall)


def oncall(
    owners: Annotated[
        Path | None,
        typer.Option(help="Default: OWNERS.yaml, else .github/OWNERS.yaml.", show_default=False),
    ] = None,
    rotation: Annotated[str | None, typer.Option(help="Default: every rotation.")] = None,
    area: Annotated[str | None, typer.Option(help="Its rotation, or else its owner.")] = None,
    at: Annotated[
        str | None,
        typer.Option(
            help="ISO 8601; without an offset it is wall-clock time in the rotation's zone. Default: now."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Say who is on call, until when, and who is next."""
    if rotation is not None and area is not None:
        raise UserError("--rotation and --area exclude each other", "ask for one of them")
    moment = datetime.now(UTC) if at is None else _moment(at)
    model = _model(found() if owners is None else owners)
    duties = _duties(model, rotation, area, moment)
    if not as_json:
        _print_table(duties)
    elif rotation is None and area is None:
        typer.echo(json.dumps({name: duty.as_json() for name, duty in duties.items()}, indent=2))
    else:
        typer.echo(json.dumps(next(iter(duties.values())).as_json()))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"--at is no date and time: {text!r}", "such as 2026-01-05T10:00 or 2026-01-05T09:00Z"
        ) from error


def _model(path: Path) -> Model:
    try:
        loaded = load_bytes(path.read_bytes(), str(path))
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}") from error
    if loaded.model is None:
        for one in loaded.errors:
            typer.echo(f"{one.file}:{one.line}:{one.column}: {one.message}", err=True)
        raise typer.Exit(EXIT_PROBLEMS)
    return loaded.model


def _duties(
    model: Model, rotation: str | None, area: str | None, moment: datetime
) -> Mapping[str, Duty]:
    if rotation is not None:
        one = model.rotations.get(RotationName(rotation))
        if one is None:
            raise UserError(
                f"no rotation is named {rotation!r}", suggest(rotation, model.rotations)
            )
        return {rotation: _duty(one, moment)}
    if area is not None:
        return {area: _area_duty(model, area, moment)}
    return {name: _duty(one, moment) for name, one in model.rotations.items()}


def _area_duty(model: Model, name: str, moment: datetime) -> Duty:
    """As incidents of the area see it: while its rotation has nobody, its owner is on call."""
    area = model.areas.get(AreaName(name))
    if area is None:
        raise UserError(f"no area is named {name!r}", suggest(name, model.areas))
    if area.rotation is None:
        return Duty(model.timezone, area.owner)
    duty = _duty(model.rotations[area.rotation], moment)
    return duty if duty.person else Duty(duty.zone, area.owner, following=duty.following)


def _duty(rotation: Rotation, moment: datetime) -> Duty:
    zone = rotation.timezone
    try:
        at = moment if moment.tzinfo else to_instant(moment, zone)
        shift, following = on_call(rotation, at), next_shift(rotation, at)
    except OverflowError as error:
        raise UserError("--at is too far away", "use a date of this age") from error
    return Duty(zone, _person(shift), shift, _person(following))


def _person(shift: Shift | None) -> Login | None:
    return shift.person if shift else None


def _print_table(duties: Mapping[str, Duty]) -> None:
    if not duties:
        typer.echo("No rotations: the owner of each area is on call for it.")
        return
    table = Table("", "on call", "until", "in UTC", "next", box=None, pad_edge=False)
    for name, duty in duties.items():
        until = duty.shift and duty.shift.end
        table.add_row(
            name,
            duty.person or "nobody yet",
            f"{until.astimezone(duty.zone):%a %Y-%m-%d %H:%M %Z}" if until else "",
            f"{until:%a %H:%M}" if until else "",
            duty.following or "",
        )
    console().print(table)
