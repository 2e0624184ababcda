"""`ghapp oncall`: who is on call now, or at any other time, in a terminal, for scripts and for calendars."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from ghapp.cli.check import found
from ghapp.cli.duty import Duty, area_named, chosen, duties, instant, next_weeks
from ghapp.cli.errors import EXIT_PROBLEMS, UserError
from ghapp.cli.shift_table import local, print_shifts, table, wide
from ghapp.duties import calendar
from ghapp.model.load import load_bytes
from ghapp.model.names import Login, RotationName
from ghapp.model.suggest import suggest
from ghapp.model.types import Model
from ghapp.plugins import known_rules
from ghapp.settings import DEFAULT_HOST, DEFAULT_PORT, PUBLIC_URL_VARIABLE

_WEEKS: Final = 4


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(oncall)


def oncall(
    *,
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
    weeks: Annotated[
        int | None,
        typer.Option(min=0, max=52, help="Also show the next weeks. Default: 4 in a terminal."),
    ] = None,
    person: Annotated[str | None, typer.Option(help="Whose shifts a calendar holds.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    as_calendar: Annotated[
        bool, typer.Option("--ics", help="A year ahead, to import into a calendar.")
    ] = False,
    calendar_url: Annotated[
        bool,
        typer.Option(help="The signed address to which a calendar subscribes."),
    ] = False,
) -> None:
    """Say who is on call, until when, and who is next."""
    _refuse_both(rotation=rotation, area=area, person=person)
    _refuse_both(json=as_json, ics=as_calendar, calendar_url=calendar_url)
    moment = datetime.now(UTC) if at is None else _moment(at)
    model = _model(found() if owners is None else owners)
    if calendar_url:
        _print_addresses(model, _feed(model, rotation, area, person))
    elif as_calendar:
        aware = instant(moment, model.timezone)
        feed = _feed(model, rotation, area, person)
        typer.echo(calendar.render(model, feed, aware), nl=False)
    elif person is not None:
        raise UserError("--person is for calendars", "add --ics or --calendar-url")
    elif as_json:
        _print_json(duties(model, rotation, area, moment), single=bool(rotation or area))
    else:
        out = wide()
        _print_table(out, duties(model, rotation, area, moment))
        shown = (_WEEKS if out.is_terminal else 0) if weeks is None else weeks
        ahead = next_weeks(model, rotation, area, moment, shown)
        if shown and ahead:
            out.print()
            print_shifts(out, model, ahead)


def _refuse_both(**options: object) -> None:
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if len(given) > 1:
        raise UserError(f"{given[0]} and {given[1]} exclude each other", "ask for one of them")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"--at is no date and time: {text!r}", "such as 2026-01-05T10:00 or 2026-01-05T09:00Z"
        ) from error


def _model(path: Path) -> Model:
    try:
        loaded = load_bytes(path.read_bytes(), str(path), known_rules())
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}") from error
    if loaded.model is None:
        for one in loaded.errors:
            typer.echo(f"{one.file}:{one.line}:{one.column}: {one.message}", err=True)
        raise typer.Exit(EXIT_PROBLEMS)
    return loaded.model


def _print_json(found: Mapping[str, Duty], *, single: bool) -> None:
    if single:
        typer.echo(json.dumps(next(iter(found.values())).as_json()))
    else:
        typer.echo(json.dumps({name: duty.as_json() for name, duty in found.items()}, indent=2))


def _print_table(out: Console, found: Mapping[str, Duty]) -> None:
    if not found:
        typer.echo("No rotations: the owner of each area is on call for it.")
        return
    shown = table(out, "", "on call", "until", "in UTC", "next")
    for name, duty in found.items():
        until = duty.until
        shown.add_row(
            Text(name),
            Text(duty.person or ("nobody" if duty.begun else "nobody yet")),
            local(until, duty.zone) if until else "",
            f"{until:%a %H:%M}" if until else "",
            Text(duty.next_person or ""),
        )
    out.print(shown)


def _feed(
    model: Model, rotation: str | None, area: str | None, person: str | None
) -> calendar.Feed:
    if person is not None:
        if not model.is_named(person):
            raise UserError(f"OWNERS.yaml names no {person!r}", suggest(person, model.named))
        return calendar.Feed(person=Login(person))
    if area is not None:
        rotation = area_named(model, area).rotation
        if rotation is None:
            raise UserError(f"{area} has no rotation", "its owner is always on call for it")
    return calendar.Feed(rotation=None if rotation is None else chosen(model, rotation)[0])


def _print_addresses(model: Model, feed: calendar.Feed) -> None:
    """The address of one feed by itself, for scripts; else that of each rotation beside its name."""
    secrets = [one.strip() for one in os.environ.get(calendar.SECRET, "").split(",") if one.strip()]
    if not secrets:
        hint = "set it here and for `ghapp serve` to the same long random text"
        raise UserError(f"not set: {calendar.SECRET}", hint)
    if feed.query:
        typer.echo(calendar.address(_base(), feed, secrets[0]))
        return
    for name in model.rotations:
        one = calendar.Feed(rotation=RotationName(name))
        typer.echo(f"{name}  {calendar.address(_base(), one, secrets[0])}")


def _base() -> str:
    """Where people reach the server; by default where it listens."""
    given = os.environ.get(PUBLIC_URL_VARIABLE, "").strip()
    host = os.environ.get("GHAPP_HOST", DEFAULT_HOST)
    port = os.environ.get("GHAPP_PORT") or os.environ.get("PORT") or DEFAULT_PORT
    return given or f"http://{host}:{port}"
