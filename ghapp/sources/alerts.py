"""The generic sender: anything that can sign an HTTP request by the Standard Webhooks specification.

docs/alerts.md says what to send; https://www.standardwebhooks.com
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ghapp.core import strict_json, verify
from ghapp.core.facts import Fingerprint, Link, Signal, Status
from ghapp.core.reading import Reader, plain
from ghapp.core.source import Accepted, Nothing, Parsed, Source
from ghapp.core.strict_json import Malformed
from ghapp.model.names import Severity
from ghapp.sources._alerts_envelope import Enclosed, alerts_in, refuse_unsigned_forms
from ghapp.sources._alerts_time import rfc3339

_STATES = {"firing": Status.FIRING, "resolved": Status.RESOLVED}
_WORDS = {
    Severity.SEV1: ("sev1", "critical", "fatal", "emergency", "alert"),
    Severity.SEV2: ("sev2", "error", "high", "major"),
    Severity.SEV3: ("sev3", "warning", "warn", "medium", "minor"),
    Severity.SEV4: ("sev4", "info", "information", "informational", "notice", "low", "debug"),
}
_SEVERITIES = {word: severity for severity, words in _WORDS.items() for word in words}
_MAX_KEY = 256
_SHAPES: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(("title", "severity", "body", "link", "occurred_at"), (str, "a text")),
    "labels": (dict, "an object"),
}

_CLOCK_ERROR = timedelta(days=1)
"""A time further ahead than this is wrong; believed, it would outrank the end of the incident."""


def check(
    body: bytes,
    headers: Mapping[str, str],
    _query: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
) -> None:
    """The signature covers the message's id, the time of sending and the body."""
    verify.standard_webhook(body, headers, secrets, now)


def parse(
    body: bytes, headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """One object is one alert. What is of another type is refused; a value that says nothing stops no page."""
    refuse_unsigned_forms(headers)
    delivery_id = _delivery_id(headers)
    found = alerts_in(strict_json.loads(body), headers)
    if not found:
        return Nothing("empty list")
    return Accepted(tuple(_signals(found, now)), delivery_id)


def _delivery_id(headers: Mapping[str, str]) -> str:
    """`webhook-id`, which is signed: the id inside a CloudEvent need not be unique among its senders."""
    found = headers.get("webhook-id", "")
    if not 0 < len(found) <= _MAX_KEY or not found.isascii() or not found.isprintable():
        raise Malformed(f"webhook-id is not 1 to {_MAX_KEY} printable ASCII characters")
    return found


def _signals(found: Sequence[Enclosed], now: datetime) -> Iterator[Signal]:
    for index, enclosed in enumerate(found):
        # Alerts of one list that say no time still happened in its order.
        arrived = now + timedelta(microseconds=index)
        try:
            yield _signal(enclosed, arrived)
        except Malformed as error:
            place = f"alert {index + 1} of the list: " if len(found) > 1 else ""
            raise Malformed(f"{place}{error}") from None


def _signal(enclosed: Enclosed, now: datetime) -> Signal:
    alert = Reader(enclosed.alert)
    event = Reader(enclosed.attributes, alert.unreadable, "cloudevent.")
    key, status = _identity(alert)
    _require_shapes(alert)
    latest = now + _CLOCK_ERROR
    occurred = _time(alert, "occurred_at", latest) or _time(event, "time", latest)
    return Signal(
        source=SOURCE.name,
        fingerprint=Fingerprint(f"alerts:{hashlib.sha256(key.encode()).hexdigest()[:24]}"),
        # The sender has one state for each key, so that its `resolved` ends whatever has fired before.
        occurrence=key,
        status=status,
        at=occurred or now,
        summary=alert.text("title") or key,
        severity=_severity(alert),
        started_at=occurred if status is Status.FIRING else None,
        documentation=alert.text("body"),
        links=_links(alert),
        where=_where(alert, event),
        fields=_fields(alert, event),
    )


def _identity(alert: Reader) -> tuple[str, Status]:
    said, state = alert.data.get("dedup_key"), alert.data.get("status")
    key = plain(said) if isinstance(said, str) else None
    if not key or len(key) > _MAX_KEY:
        raise Malformed(f"dedup_key is not a text of 1 to {_MAX_KEY} characters")
    status = _STATES.get((plain(state) or "").lower()) if isinstance(state, str) else None
    if status is None:
        raise Malformed("status is neither firing nor resolved")
    return key, status


def _require_shapes(alert: Reader) -> None:
    for name, (shape, called) in _SHAPES.items():
        value = alert.data.get(name)
        if value is not None and not isinstance(value, shape):
            raise Malformed(f"{name} is not {called}")


def _time(reader: Reader, name: str, latest: datetime) -> datetime | None:
    said = reader.text(name)
    found = rfc3339(said)
    if said and (found is None or found > latest):
        reader.unreadable.append(reader.prefix + name)
        return None
    return found


def _severity(alert: Reader) -> Severity | None:
    said = alert.text("severity").lower()
    found = _SEVERITIES.get(said)
    if said and not found:
        alert.unreadable.append("severity")
    return found


def _links(alert: Reader) -> tuple[Link, ...]:
    url = alert.url("link")
    return (Link("Details", url),) if url else ()


def _where(alert: Reader, event: Reader) -> dict[str, str]:
    where = {
        "sent by": event.text("source"),
        "subject": event.text("subject"),
        **{f"label {name}": value for name, value in alert.texts("labels").items()},
    }
    return {name: value for name, value in where.items() if value}


def _fields(alert: Reader, event: Reader) -> dict[str, object]:
    """The sender's own object; its CloudEvent, and what could not be read, are listed beside it."""
    unreadable = sorted(set(alert.unreadable))
    return {
        **alert.data,
        **({"cloudevent": dict(event.data)} if event.data else {}),
        **({"unreadable": unreadable} if unreadable else {}),
    }


SOURCE = Source(
    name="alerts",
    path="alerts",
    secret_variable="GHAPP_ALERTS_SECRET",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
)
