"""Turns effects into the words of `templates/`; whatever comes from outside is escaped on its way in."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jinja2

from ghapp.core import escalation, marker
from ghapp.core.agenda import mark_of
from ghapp.core.command import Command
from ghapp.core.effects import Open, Say
from ghapp.core.facts import Fingerprint
from ghapp.core.incident import EPISODES_IN_ISSUE, Incident, Member, to_state
from ghapp.core.lifecycle import firing_members
from ghapp.core.marker import Marker
from ghapp.core.text import escape, fenced, plain_title, safe_url
from ghapp.core.who import area_of, on_call_for
from ghapp.duties.templates import Renderer, Replaced, is_title
from ghapp.model.duration import format_duration
from ghapp.model.names import Login
from ghapp.model.types import Model

LONGEST_BODY = 65_536
"""GitHub refuses longer bodies (https://docs.github.com/rest/issues: 422, body is too long)."""

BEGIN = "<!-- ghapp:status -->"
END = "<!-- ghapp:end -->"
MEMBERS_SHOWN = (50, 10, 0)
"""How many members of a storm its text lists: the first number with which it is short enough."""

_RAW_SHOWN = (30_000, 4_000, 0)
_EPISODES_KEPT = (EPISODES_IN_ISSUE, 50, 10, 0)
_LONGEST_STATE = 30_000
_LONGEST_COMMENT = 60_000
_ROWS = 40
_COMPOSED = frozenset({"why", "commit"})
"""Facts of comments that are Markdown in the app's own words."""


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text that is Markdown already; everything else is escaped when a template prints it.

    It is no `str`: what a template makes of it with the methods of one would pass for Markdown as well.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


class TemplateTexts:
    """Renders the templates for one model; `commands` is what `/help` lists."""

    def __init__(
        self,
        model: Callable[[], Model],
        commands: Callable[[], Mapping[str, Command]],
        link: Callable[[str], str],
        folder: Path | None = None,
        replaced: Replaced | None = None,
    ) -> None:
        """`link` gives the address of a file of the home repository, for runbooks; `replaced` are its templates."""
        self._model = model
        self._commands = commands
        filters = {
            **FILTERS,
            "at": self._at,
            "file": lambda path: Markdown(safe_url(link(path)) or ""),
        }
        self._bodies = Renderer(_in_markdown, filters, folder=folder, replaced=replaced)
        self._titles = Renderer(_in_title, filters, folder=folder, replaced=replaced)

    def title(self, incident: Incident) -> str:
        """`[sev1] <summary>`, one line; a person may edit it, nothing is looked up by it."""
        return _line(self._render("incident_title.md", incident))

    def body(self, effect: Open) -> str:
        """The whole body of a new incident; the sender's raw fields give way when it would be too long."""
        incident, signal = effect.incident, effect.signal
        raw = _pretty(signal.fields)
        shown = list(signal.where.items())

        def texts() -> Iterator[str]:
            for members, limit in zip(MEMBERS_SHOWN, _RAW_SHOWN, strict=True):
                yield self._render(
                    "incident.md",
                    incident,
                    signal=replace(signal, where=dict(shown[:_ROWS]), links=signal.links[:_ROWS]),
                    documentation=_cut(signal.documentation, max(limit, 2_000)),
                    raw=_cut(raw, limit),
                    status=Markdown(self._status(incident, members)),
                )

        return self._sealed(texts(), incident)

    def updated(self, body: str, incident: Incident) -> str:
        """The body with status and state replaced between their marks; a person's words elsewhere stay."""
        lines = [line for line in body.splitlines() if not line.startswith("<!-- ghapp-state ")]
        text = "\n".join(line for line in lines if not line.startswith("<!-- ghapp {"))
        before, begin, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not (begin and end):
            before, after = "", f"\n\n{text}"
        statuses = [self._status(incident, members) for members in MEMBERS_SHOWN]
        whole = (f"{before}{status}{after}" for status in statuses)
        return self._sealed([*whole, f"{statuses[-1]}\n\n{before}{after}"], incident)

    def carrier(self, incident: Incident) -> str:
        """The comment that makes a person's issue an incident; it holds what the body does elsewhere."""
        status = Markdown(self._status(incident, MEMBERS_SHOWN[0]))
        return self._sealed([self._render("converted.md", incident, status=status)], incident)

    def comment(self, say: Say, incident: Incident | None) -> str:
        """A comment from its template; None where no incident is talked about."""
        name = f"{say.template}.md"
        facts = {
            fact: Markdown(value) if fact in _COMPOSED and isinstance(value, str) else value
            for fact, value in say.facts.items()
        }
        if incident is None:
            return self.plain(name, **facts)
        return _cut(self._render(name, incident, **facts), _LONGEST_COMMENT)

    def plain(self, template: str, **facts: Any) -> str:
        """A text that is about no incident."""
        text = self.whole(template, **facts)
        return _line(text) if is_title(template) else _cut(text, _LONGEST_COMMENT)

    def whole(self, template: str, **facts: Any) -> str:
        """The same, however long it is."""
        return self._words(template, {**facts, "commands": _distinct(self._commands())})

    def _status(self, incident: Incident, members: int) -> str:
        """The part that ghapp keeps current; it lists at most so many members of a storm, and alerts of a group."""
        alerts = incident.alerts[:members]
        inner = self._render(
            "status.md",
            incident,
            members=self._members(incident)[:members],
            alerts=alerts,
            more_alerts=incident.more_alerts + len(incident.alerts) - len(alerts),
        )
        return f"{BEGIN}\n{inner}\n{END}"

    def _members(self, incident: Incident) -> list[tuple[bool, Member]]:
        firing = firing_members(incident)
        rows = [(Fingerprint(key) in firing, member) for key, member in incident.members.items()]
        rows.sort(key=lambda row: (not row[0], row[1].severity))
        return rows

    def _render(self, template: str, incident: Incident, **facts: Any) -> str:
        model = self._model()
        area = area_of(incident.area, model)
        policy = model.severities[incident.severity]
        resolve_by = incident.due_at
        if resolve_by is None and policy.resolve:
            resolve_by = incident.opened_at + policy.resolve
        known = {
            "incident": incident,
            "area": area,
            "severity": policy,
            "title": incident.summary,
            "on_call": on_call_for(incident.area, model, incident.clock.since),
            "due": escalation.due_at(incident, model),
            "resolve_by": resolve_by,
            "commands": _distinct(self._commands()),
        }
        return self._words(template, {**known, **facts})

    def _words(self, template: str, facts: Mapping[str, Any]) -> str:
        renderer = self._titles if is_title(template) else self._bodies
        return renderer.render(template, {**facts, "called": frozenset(_called(facts))})

    def _at(self, time: datetime) -> Markdown:
        """An absolute time: UTC, and the team's own clock where that differs."""
        utc = f"{time:%Y-%m-%d %H:%M:%S} UTC"
        zone = self._model().timezone
        local = time.astimezone(zone)
        if local.utcoffset() == timedelta():
            return Markdown(utc)
        return Markdown(f"{utc} ({local:%H:%M} {local:%Z})")

    def _sealed(self, texts: Iterable[str], incident: Incident) -> str:
        """The first text that is short enough, else the last one cut, above state and marker.

        The marker is the last line and the only one of its kind.
        """
        state = ""
        for most in _EPISODES_KEPT:
            state = marker.render_state(to_state(incident, most))
            if len(state) <= _LONGEST_STATE:
                break
        seal = f"{state}\n{marker.render(Marker('incident', incident.key))}"
        room = LONGEST_BODY - len(seal) - len("\n\n")
        text = ""
        for candidate in texts:
            text = candidate.strip()
            if len(text) <= room:
                break
        return f"{text[:room]}\n\n{seal}"


def _in_markdown(value: Any) -> str:
    return value.text if isinstance(value, Markdown) else escape(str(value))


def _in_title(value: Any) -> str:
    return plain_title(str(value))


def _line(text: str) -> str:
    return " ".join(text.split())


def _called(facts: Mapping[str, Any]) -> Iterator[Login]:
    """Whom a text may call by name: those it is for, those who are called already, and who has it."""
    for name in ("to", "by", "notified", "on_call"):
        found = facts.get(name) or ()
        yield from (Login(found),) if isinstance(found, str) else found
    for incident in (facts.get("incident"), facts.get("before")):
        if incident is not None:
            yield from (tried.login for tried in incident.clock.tried)
            yield from (incident.ack.by,) if incident.ack else ()
    if "takeover" in facts:
        yield facts["takeover"].coming


@jinja2.pass_context
def _mention(context: jinja2.runtime.Context, login: Login) -> Markdown:
    """A mention on purpose: the only way in which somebody is notified by a text of the app."""
    called = str(login) in (context.get("called") or ())
    return Markdown(f"@{login}" if called else escape(str(login)))


@jinja2.pass_context
def _mentions(context: jinja2.runtime.Context, logins: Iterable[Login]) -> Markdown:
    return Markdown(" ".join(str(_mention(context, login)) for login in logins))


def _code(text: str) -> Markdown:
    """A code span that also survives in a table cell, where even in code a pipe ends the cell."""
    seen = "".join(char if char.isprintable() else " " for char in str(text))
    inner = " ".join(seen.split()).replace("`", "'").replace("|", "\\|")
    return Markdown(f"`{inner}`")


def _mark(item: Any) -> Markdown:
    """The hidden key of an item, by which its tick is found again; it can be nothing else, whatever the key."""
    return Markdown(mark_of(str(item.key), int(getattr(item, "weeks", 0))))


def _pretty(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, indent=2, ensure_ascii=False, default=str)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}\n… cut"


def _distinct(commands: Mapping[str, Command]) -> list[Command]:
    return list({id(command): command for command in commands.values()}.values())


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "mention": _mention,
    "mentions": _mentions,
    "duration": lambda length: Markdown(format_duration(length)),
    "fenced": lambda text, language="": Markdown(fenced(str(text), language)),
    "code": _code,
    "codes": lambda texts: Markdown(", ".join(str(_code(text)) for text in texts)),
    "address": lambda url: Markdown(safe_url(str(url)) or ""),
    "mark": _mark,
    "cell": lambda text, limit=200: Markdown(escape(str(text), limit=limit)),
}
"""What templates may do with a value beside what Jinja offers; `at` and `file` join them, which depend on the team.

None prints a text as it is. A duty that has composed Markdown itself hands it over as `Markdown`.
"""
