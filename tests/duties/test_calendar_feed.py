"""The iCalendar feed, as the icalendar library and the words of RFC 5545 have it, and who may read it."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.rotation import shifts
from ghapp.duties.calendar import AHEAD, Feed, address, is_signed, render, token
from ghapp.model.load import load
from ghapp.model.names import Login, RotationName
from ghapp.model.types import Model

NOW = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 7, tzinfo=UTC)
OWNERS = """\
version: 1
timezone: Europe/Berlin
people:
  alice: {name: "Alice, née; \\\\n"}
  bob: {away: [{from: 2026-01-14, to: 2026-01-14}]}
  carol:
rotations:
  platform:
    people: [alice, bob]
    start: 2026-01-05T10:00
    overrides: [{person: carol, from: 2026-01-08T18:00, to: 2026-01-09T09:00}]
  weekend: {people: [carol, bob], days: [sat, sun], shift: daily, start: 2026-01-05T00:00}
  later: {people: [bob], start: 2030-01-01}
areas: {app: {owner: alice, backup: bob, rotation: platform}}
fallback_area: app
"""
PLATFORM = Feed(rotation=RotationName("platform"))


def model(text: str = OWNERS) -> Model:
    loaded = load(text)
    assert loaded.model is not None, loaded.problems
    return loaded.model


def events(body: bytes) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(body)
    assert calendar.errors == []
    return list(calendar.walk("VEVENT"))


def read(body: bytes) -> list[tuple[str, datetime, datetime]]:
    return [(str(one["summary"]), one.start, one.end) for one in events(body)]


def test_it_is_a_year_of_shifts_with_overrides_and_covers() -> None:
    made = model()
    found = events(render(made, PLATFORM, NOW))
    expected = list(
        shifts(made.rotations[PLATFORM.rotation], MIDNIGHT, MIDNIGHT + AHEAD, made.people)
    )
    assert [(one.start, one.end) for one in found] == [(one.start, one.end) for one in expected]
    said = [(str(one["summary"]), str(one.get("description", ""))) for one in found[:6]]
    assert said == [
        ("Alice, née; \\n on call: platform", ""),
        ("carol on call: platform", "Override."),
        ("Alice, née; \\n on call: platform", ""),
        ("bob on call: platform", ""),
        ("Alice, née; \\n on call: platform", "Covers for bob, who is away."),
        ("bob on call: platform", ""),
    ]
    assert found[-1].end > MIDNIGHT + timedelta(days=365)


def test_each_event_is_what_the_standard_asks_for() -> None:
    body = render(model(), Feed(), NOW)
    for one in events(body):
        assert one["transp"] == "TRANSPARENT"
        assert one["dtstamp"].dt == MIDNIGHT
        assert all(one[edge].to_ical().endswith(b"Z") for edge in ("dtstart", "dtend", "dtstamp"))
    identities = [str(one["uid"]) for one in events(body)]
    assert len(identities) == len(set(identities))
    lines = body.split(b"\r\n")
    assert (lines[0], lines[-2]) == (b"BEGIN:VCALENDAR", b"END:VCALENDAR")
    assert all(len(line) <= 75 for line in lines)
    assert body.count(b"\n") == len(lines) - 1
    for name in (
        b"VERSION:2.0",
        b"PRODID:-//ghapp//on call//EN",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ):
        assert lines.count(name) == 1


def test_an_event_stays_itself_when_somebody_else_takes_it() -> None:
    covered = OWNERS.replace("carol, from: 2026-01-08", "bob, from: 2026-01-08")
    before, after = (render(model(text), PLATFORM, NOW) for text in (OWNERS, covered))
    assert read(before) != read(after)
    assert [one["uid"] for one in events(before)] == [one["uid"] for one in events(after)]


def test_the_same_bytes_all_day() -> None:
    feed = Feed(person=Login("carol"))
    day = {render(model(), feed, MIDNIGHT + timedelta(hours=hour)) for hour in range(24)}
    assert len(day) == 1


def test_a_person_sees_all_rotations_and_nobody_else() -> None:
    found = read(render(model(), Feed(person=Login("CAROL")), NOW))
    assert {summary for summary, _, _ in found} == {
        "carol on call: platform",
        "carol on call: weekend",
    }


@pytest.mark.parametrize("name", ["later", "gone"])
def test_without_shifts_it_is_a_calendar_all_the_same(name: str) -> None:
    """RFC 5545, section 3.6: at least one component."""
    calendar = icalendar.Calendar.from_ical(render(model(), Feed(rotation=RotationName(name)), NOW))
    assert [one.name for one in calendar.subcomponents] == ["VTIMEZONE"]


# --- who may read it

names = st.text(min_size=1, max_size=20)
feeds = names.map(lambda name: Feed(rotation=RotationName(name))) | names.map(
    lambda name: Feed(person=Login(name))
)
secrets = st.text(min_size=1, max_size=20)


@given(feeds, st.lists(secrets, min_size=1, max_size=3, unique=True), st.data())
def test_a_token_holds_for_its_own_feed_and_any_of_the_secrets(feed, known, data):
    secret = data.draw(st.sampled_from(known))
    assert is_signed(feed, token(feed, secret), known)
    assert not is_signed(feed, token(feed, secret), [one for one in known if one != secret])
    other = data.draw(feeds)
    if other.query.casefold() != feed.query.casefold():
        assert not is_signed(other, token(feed, secret), known)


@given(feeds, st.text())
def test_no_other_text_will_do(feed, text):
    assert is_signed(feed, text, ["secret"]) == (text == token(feed, "secret"))


def test_the_case_of_a_login_does_not_matter() -> None:
    one, other = Feed(person=Login("Alice")), Feed(person=Login("alice"))
    assert token(one, "secret") == token(other, "secret")


def test_a_rotation_is_no_person() -> None:
    name = "alice"
    assert token(Feed(rotation=RotationName(name)), "s") != token(Feed(person=Login(name)), "s")


def test_the_address() -> None:
    feed = Feed(rotation=RotationName("a b&c"))
    assert address("https://ops.example.com/", feed, "s") == (
        f"https://ops.example.com/oncall.ics?rotation=a+b%26c&token={token(feed, 's')}"
    )
    assert Feed().query == ""
