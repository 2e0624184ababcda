"""What of a Sentry message may be shown: named parts only, for events hold people's data.

An event bears its user's address, cookies, headers, breadcrumbs, local variables and tags of any name. So nothing
of it is taken but what is listed here.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ghapp.core.reading import Reader, plain

_EVENT = (
    "event_id",
    "issue_id",
    "level",
    "type",
    "title",
    "culprit",
    "platform",
    "environment",
    "release",
    "dist",
    "logger",
)
_METADATA = ("type", "filename", "function")
_TAGS = frozenset(
    {
        "browser.name",
        "component",
        "device.family",
        "environment",
        "handled",
        "level",
        "mechanism",
        "os.name",
        "region",
        "release",
        "runtime",
        "runtime.name",
        "server_name",
        "service",
        "team",
    }
)
_ISSUE = (
    "id",
    "shortId",
    "title",
    "culprit",
    "level",
    "status",
    "substatus",
    "platform",
    "type",
    "priority",
    "count",
    "userCount",
    "firstSeen",
    "lastSeen",
)
_PROJECT = ("id", "slug", "name", "platform")
_METRIC_ALERT = (
    "id",
    "identifier",
    "title",
    "date_started",
    "date_detected",
    "date_closed",
)
_ALERT_RULE = (
    "id",
    "name",
    "aggregate",
    "dataset",
    "environment",
    "query",
    "time_window",
    "threshold_type",
    "resolve_threshold",
)
_LONGEST = 1_000
_MOST_TAGS = 500
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_E_MAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b", re.ASCII)


def veiled(text: str, most: int) -> str:
    """A text without addresses of people: an exception's message, or a filter, may quote one."""
    found = _E_MAIL.sub("[e-mail]", text[: most * 2]) if "@" in text else text
    return found if len(found) <= most else f"{found[: most - 1]}…"


def said(text: str, most: int = _LONGEST) -> str:
    """The same, in one line."""
    return veiled(" ".join(text.split()), most)


def tags_of(event: Reader) -> dict[str, str]:
    """The tags of an event, which Sentry sends as pairs; those that are none are left out."""
    found = event.data.get("tags")
    pairs = found[:_MOST_TAGS] if isinstance(found, list) else []
    return {
        name: value
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2
        if (name := plain(pair[0])) and (value := plain(pair[1]))
    }


def event_fields(event: Reader) -> dict[str, Any]:
    """What of an event an issue may show."""
    metadata = _parts(event.inside("metadata"), _METADATA)
    tags = {name: said(value) for name, value in tags_of(event).items() if name in _TAGS}
    return {
        **_parts(event, _EVENT),
        **({"metadata": metadata} if metadata else {}),
        **({"tags": tags} if tags else {}),
    }


def issue_fields(issue: Reader) -> dict[str, Any]:
    """What of an issue of Sentry's an issue of GitHub's may show; not to whom it is assigned."""
    project = _parts(issue.inside("project"), _PROJECT)
    return {**_parts(issue, _ISSUE), **({"project": project} if project else {})}


def metric_fields(alert: Reader) -> dict[str, Any]:
    """What of a metric alert an issue may show; a rule's actions name people, so they are left out."""
    rule = _parts(alert.inside("alert_rule"), _ALERT_RULE)
    projects = alert.data.get("projects")
    names = [plain(name) for name in projects] if isinstance(projects, list) else []
    return {
        **_parts(alert, _METRIC_ALERT),
        "projects": [said(name) for name in names[:50] if name],
        **({"alert_rule": rule} if rule else {}),
    }


def moment(holder: Reader, key: str, latest: datetime) -> datetime | None:
    """A time in ISO 8601 with its zone, as UTC; one after `latest` is unreadable."""
    text = holder.text(key)
    try:
        found = datetime.fromisoformat(text).astimezone(UTC) if _ISO.fullmatch(text) else None
    except (ValueError, OverflowError):
        found = None
    if found is not None and found <= latest:
        return found
    if text:
        holder.unreadable.append(f"{holder.prefix}{key}")
    return None


def present(values: Mapping[str, str]) -> dict[str, str]:
    """Those of the texts that say something."""
    return {name: value for name, value in values.items() if value}


def _parts(holder: Reader, names: Iterable[str]) -> dict[str, str]:
    return present({name: said(holder.text(name)) for name in names})
