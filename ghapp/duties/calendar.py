"""Who is on call as an iCalendar feed (RFC 5545), and the signed addresses under which it is read.

Calendars cannot log in, so that an address carries a token: whoever has it may read this one feed.
"""

import base64
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import icalendar

from ghapp.core.rotation import Shift, shifts
from ghapp.model.names import Login, RotationName, same_login
from ghapp.model.types import Model

SECRET: Final = "GHAPP_CALENDAR_SECRET"  # noqa: S105 - the name of the variable
PATH: Final = "/oncall.ics"
AHEAD: Final = timedelta(days=366)

_REFRESH: Final = timedelta(hours=1)
"""How often clients are asked to look (RFC 7986, section 5.7, and what Outlook reads instead)."""
_PRODID: Final = "-//ghapp//on call//EN"


@dataclass(frozen=True, slots=True)
class Feed:
    """The shifts of a rotation, of a person, or (neither) all of them."""

    rotation: RotationName | None = None
    person: Login | None = None

    @property
    def query(self) -> str:
        """How its address asks for it."""
        if self.rotation is not None:
            return urlencode({"rotation": self.rotation})
        return urlencode({"person": self.person}) if self.person is not None else ""


def token(feed: Feed, secret: str) -> str:
    """What proves that an address was given out by somebody who has the secret. The case of a login does not matter."""
    signed = f"{PATH}?{feed.query.casefold() if feed.person else feed.query}"
    digest = hmac.digest(secret.encode(), signed.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_signed(feed: Feed, given: str, secrets: Sequence[str]) -> bool:
    """Whether any of the secrets gives that token."""
    sent = given.encode(errors="replace")
    return any(hmac.compare_digest(token(feed, secret).encode(), sent) for secret in secrets)


def address(base: str, feed: Feed, secret: str) -> str:
    """Where a calendar reads the feed."""
    return f"{base.rstrip('/')}{PATH}?{feed.query}&token={token(feed, secret)}"


def render(model: Model, feed: Feed, now: datetime) -> bytes:
    """The feed from the day (UTC) of an aware datetime on, a year ahead.

    The same bytes all day while nobody's shifts change: the stamp of an event is the midnight before. An event is
    known by its rotation and when it starts, so that it stays itself when somebody else takes it over.

    RFC 5545 wants a component in every calendar (section 3.6), so one without events names its time zone.
    """
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    title = f"On call: {feed.rotation or feed.person or 'everybody'}"
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODID)
    calendar.add("version", "2.0")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    calendar["x-published-ttl"] = icalendar.vDuration(_REFRESH)
    for name, shift in _wanted(model, feed, day):
        calendar.add_component(_event(model, name, shift, day))
    if not calendar.subcomponents:
        calendar.add_component(icalendar.Timezone.from_tzid("UTC"))
    body: bytes = calendar.to_ical()
    return body


def _wanted(model: Model, feed: Feed, day: datetime) -> Iterator[tuple[RotationName, Shift]]:
    for name, rotation in model.rotations.items():
        if feed.rotation in {None, name}:
            for shift in shifts(rotation, day, day + AHEAD, model.people):
                person = shift.person
                if feed.person is None or (person and same_login(person, feed.person)):
                    yield name, shift


def _event(model: Model, name: RotationName, shift: Shift, stamp: datetime) -> icalendar.Event:
    assert shift.person is not None
    known = model.people.get(shift.person)
    person = (known and known.name) or shift.person
    # Values of their final types: finding these out takes `add` longer than all the rest.
    event = icalendar.Event()
    event["uid"] = icalendar.vText(f"{name}-{shift.start:%Y%m%dT%H%M%SZ}@oncall.ghapp")
    event["dtstamp"] = icalendar.vDatetime(stamp)
    event["dtstart"] = icalendar.vDatetime(shift.start)
    event["dtend"] = icalendar.vDatetime(shift.end)
    event["summary"] = icalendar.vText(f"{person} on call: {name}")
    if shift.because:
        event["description"] = icalendar.vText(f"{shift.because[:1].upper()}{shift.because[1:]}.")
    event["transp"] = icalendar.vText("TRANSPARENT")
    return event
