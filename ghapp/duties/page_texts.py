"""The plain text of pages, from `templates/`: what comes from outside can mention nobody and hide nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import jinja2

from ghapp.core import escalation
from ghapp.core.facts import Issue, Page
from ghapp.core.incident import Incident
from ghapp.core.text import plain_title
from ghapp.core.who import area_of
from ghapp.duties.templates import Renderer, Replaced
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model

LONGEST_LINE = 200
LONGEST_BODY = 1_000
"""A text message of 160 characters cuts earlier; most services take some thousand."""

_LOOK_ALIKES = str.maketrans({"@": "\uff20", "<": "\u2039", ">": "\u203a"})


@dataclass(frozen=True, slots=True)
class Message:
    """A subject of one line, and a short plain text."""

    subject: str
    body: str


class PageTexts:
    """Renders pages; the first line of a template is the subject."""

    def __init__(
        self,
        link: Callable[[str], str],
        folder: Path | None = None,
        replaced: Replaced | None = None,
    ) -> None:
        """`link` gives the address of a file of the home repository, for runbooks; `replaced` are its templates."""
        self._link = link
        self._templates = Renderer(_finalize, FILTERS, folder=folder, replaced=replaced)

    def page(
        self, page: Page, incident: Incident, issue: Issue, model: Model, to: Login | None
    ) -> Message:
        """What somebody is told who is called; without `to`, what is announced in the area's channels."""
        area = area_of(incident.area, model)
        return self._render(
            "page.txt",
            _zone_of(to, model),
            page=page,
            incident=incident,
            severity=model.severities[incident.severity],
            area=area,
            link=_Ours(issue.url or f"{issue.repo}#{issue.number}"),
            runbook=_Ours(self._link(area.runbook)) if area.runbook else "",
            to=to,
            due=escalation.due_at(incident, model),
        )

    def test(self, to: Login) -> Message:
        """What somebody is told who only wants to see whether pages arrive."""
        return self._render("page_test.txt", ZoneInfo("UTC"), to=to)

    def _render(self, template: str, zone: ZoneInfo, **facts: Any) -> Message:
        text = self._templates.render(template, {**facts, "zone": zone})
        subject, _, body = text.partition("\n")
        return Message(_cut(subject, LONGEST_LINE), _cut(body.strip(), LONGEST_BODY))


@dataclass(frozen=True, slots=True)
class _Ours:
    """An address of our own making, which is shown as it is."""

    address: str

    def __str__(self) -> str:
        return self.address


def plain(text: str) -> str:
    """A text from outside on one line of plain text, as short as one may be and without invisible characters.

    In it Slack, Discord and others find no mention of anybody, nor a link that poses as another.
    """
    return plain_title(text, LONGEST_LINE).translate(_LOOK_ALIKES)


def _finalize(value: Any) -> str:
    return value.address if isinstance(value, _Ours) else plain(str(value))


def _zone_of(to: Login | None, model: Model) -> ZoneInfo:
    if to is None:
        return model.timezone
    zones = (one.timezone for login, one in model.people.items() if same_login(login, to))
    return next(zones, model.timezone)


@jinja2.pass_context
def _at(context: jinja2.runtime.Context, time: datetime) -> str:
    """UTC, and the reader's own clock where that differs."""
    utc, local = time.astimezone(UTC), time.astimezone(context["zone"])
    shown = f"{utc:%Y-%m-%d %H:%M} UTC"
    return shown if local.utcoffset() == timedelta() else f"{shown} ({local:%H:%M %Z})"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {"at": _at}
"""What pages may do with a value beside what Jinja offers."""
