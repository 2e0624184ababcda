"""Shifts, gaps and changes of who is on call, as tables in a terminal and as plain columns elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ghapp.cli.errors import console
from ghapp.core.preview import Change
from ghapp.core.rotation import Shift
from ghapp.model.names import Login, RotationName
from ghapp.model.types import Model

_WIDTH = 400


def wide() -> Console:
    """A console that breaks the lines of a table only on a terminal."""
    out = console()
    if not out.is_terminal:
        out.width = _WIDTH
    return out


def table(out: Console, *columns: str) -> Table:
    """An empty table: ruled on a terminal, bare columns where a script or a file reads."""
    return Table(*columns, box=SIMPLE if out.is_terminal else None, pad_edge=False)


def print_shifts(
    out: Console,
    model: Model,
    shifts: Mapping[RotationName, Sequence[Shift]],
    *,
    limit: int | None = None,
) -> None:
    """Print the shifts of rotations below one another, of each no more than `limit`."""
    found = table(out, "rotation", "on call", "from", "until", "")
    for name, all_of in shifts.items():
        zone = model.rotations[name].timezone
        shown = all_of[:limit]
        for place, one in enumerate(shown):
            found.add_row(
                Text("" if place else name),
                _who(one.person),
                local(one.start, zone),
                local(one.end, zone),
                Text(one.because, style="dim"),
                end_section=place == len(shown) - 1,
            )
        if len(shown) < len(all_of):
            found.add_row("", Text(f"and {len(all_of) - len(shown)} more", style="dim"))
    out.print(found)


def print_changes(
    out: Console, before: Model, after: Model, changes: Sequence[Change], *, limit: int
) -> None:
    """Print who is on call now and who would be after an edit, when these are not the same."""
    found = table(out, "rotation", "from", "until", "before", "after")
    for one in changes[:limit]:
        zone = (
            (after if one.rotation in after.rotations else before).rotations[one.rotation].timezone
        )
        found.add_row(
            Text(one.rotation),
            local(one.start, zone),
            local(one.end, zone),
            _who(one.before),
            _who(one.after),
        )
    if limit < len(changes):
        found.add_row("", Text(f"and {len(changes) - limit} more", style="dim"))
    out.print(found)


def local(at: datetime, zone: ZoneInfo) -> str:
    """A time as people of a rotation write it."""
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _who(person: Login | None) -> Text:
    return Text("nobody", style="yellow") if person is None else Text(person)
