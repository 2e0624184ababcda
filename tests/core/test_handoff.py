"""When somebody takes over, and what there is to know then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.handoff import (
    Takeover,
    areas_of,
    latest,
    moment_of,
    next_change,
    particular,
    pending,
    served,
)
from ghapp.core.incident import Ack, Phase
from ghapp.core.rotation import Why, on_call
from ghapp.model.names import AreaName, Login, RotationName
from tests.support.builders import NOW, OWNERS, model, opened

NAME = RotationName("platform")
MODEL = model()
MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)
"""The last handoff before NOW, a Sunday: from alice to bob."""


def taken(text: str = OWNERS, at: datetime = NOW) -> Takeover | None:
    found = model(text)
    return latest(NAME, found.rotations[NAME], found.people, at)


def test_who_took_over_from_whom_and_until_when() -> None:
    assert taken() == Takeover(
        NAME, Login("alice"), Login("bob"), MONDAY - timedelta(7), MONDAY, MONDAY + timedelta(7)
    )


def test_its_key_names_the_rotation_and_the_instant() -> None:
    found = taken()
    assert found is not None
    assert found.key == "platform:2026-11-16T10:00:00Z"


def test_the_key_tells_the_instant_again() -> None:
    assert moment_of("platform:2026-11-16T10:00:00Z", NAME) == MONDAY


@pytest.mark.parametrize(
    "key",
    [
        "billing:2026-11-16T10:00:00Z",
        "platform.eu:2026-11-16T10:00:00Z",
        "platform:2026-11-16",
        "platform:2026-02-30T10:00:00Z",
        "platform:\u0662026-11-16T10:00:00Z",
        "",
    ],
)
def test_other_keys_name_none(key: str) -> None:
    assert moment_of(key, NAME) is None


@pytest.mark.parametrize(
    ("at", "coming"),
    [
        pytest.param(MONDAY - timedelta(seconds=1), "alice", id="just before"),
        pytest.param(MONDAY, "bob", id="at the instant"),
    ],
)
def test_the_instant_belongs_to_who_comes(at: datetime, coming: str) -> None:
    found = taken(at=at)
    assert found is not None
    assert found.coming == coming


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            OWNERS.replace("people: [alice, bob], shift", "people: [bob], shift"), id="alone"
        ),
        pytest.param(
            OWNERS.replace("2026-01-05T10:00", "2026-11-16T10:00"), id="the first shift of all"
        ),
        pytest.param(OWNERS.replace("2026-01-05T10:00", "2027-01-05T10:00"), id="not begun"),
    ],
)
def test_nobody_takes_over_from_anybody(text: str) -> None:
    assert taken(text) is None


def test_an_override_is_a_takeover_and_its_end_another() -> None:
    covered = OWNERS.replace(
        "timezone: UTC}",
        "timezone: UTC, overrides: [{person: carol, from: 2026-11-22T11:00, to: 2026-11-22T13:00}]}",
    )
    during, after = taken(covered), taken(covered, NOW + timedelta(hours=1))
    assert during is not None
    assert after is not None
    assert (during.leaving, during.coming) == ("bob", "carol")
    assert (after.leaving, after.coming) == ("carol", "bob")
    assert (during.since, during.until) == (MONDAY, after.at)
    assert (after.since, after.until) == (during.at, MONDAY + timedelta(7))


def test_an_override_in_the_middle_does_not_end_a_turn() -> None:
    covered = OWNERS.replace(
        "timezone: UTC}",
        "timezone: UTC, overrides: [{person: carol, from: 2026-11-20T10:00, to: 2026-11-20T12:00}]}",
    )
    begun = taken(covered, MONDAY)
    assert begun is not None
    assert begun.until == MONDAY + timedelta(7)
    found = model(covered)
    assert [(one.person, one.why) for one in particular(begun, found)] == [("carol", Why.OVERRIDE)]
    ended = taken(covered, MONDAY + timedelta(7))
    assert ended is not None
    assert (ended.leaving, ended.since) == ("bob", MONDAY)


def test_who_covers_leaves_when_the_other_is_back() -> None:
    away = OWNERS.replace("bob: {}", "bob: {away: [{from: 2026-11-18, to: 2026-11-19}]}", 1)
    first, cover, back = (taken(away, MONDAY + timedelta(days)) for days in (1, 2.5, 5))
    assert first is not None
    assert cover is not None
    assert back is not None
    midnight = datetime(2026, 11, 18, tzinfo=UTC)
    assert (first.coming, first.until) == ("bob", MONDAY + timedelta(7))
    assert (cover.coming, cover.at, cover.until) == ("alice", midnight, midnight + timedelta(2))
    assert (back.coming, back.at, back.until) == ("bob", cover.until, MONDAY + timedelta(7))


def test_turns_in_a_row_are_one() -> None:
    """Bob is away all of his week, so alice has three."""
    away = OWNERS.replace("bob: {}", "bob: {away: [{from: 2026-11-16, to: 2026-11-23}]}", 1)
    now, then = taken(away), taken(away, MONDAY + timedelta(14))
    assert now is not None
    assert then is not None
    assert (now.coming, now.at, now.until) == ("alice", MONDAY - timedelta(7), then.at)
    assert (then.leaving, then.coming, then.since) == ("alice", "bob", now.at)


def test_times_that_are_not_served_do_not_part_a_turn() -> None:
    by_day = OWNERS.replace("shift: weekly", 'shift: weekly, hours: "09:00-17:00"')
    found = taken(by_day, NOW.replace(day=19))
    assert found is not None
    assert found.at.date() == MONDAY.date()


def test_the_next_change_is_when_somebody_else_comes() -> None:
    rotation = MODEL.rotations[NAME]
    assert next_change(rotation, MODEL.people, NOW) == MONDAY + timedelta(7)
    alone = model(OWNERS.replace("people: [alice, bob], shift", "people: [bob], shift"))
    assert next_change(alone.rotations[NAME], alone.people, NOW) is None


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]


@given(
    zone=st.sampled_from(ZONES),
    shift=st.sampled_from(["hourly, length: 8", "daily", "daily, days: [mon, tue, fri]", "weekly"]),
    hours=st.sampled_from(["", ', hours: "07:00-19:00"', ', hours: "22:00-06:00"']),
    people=st.sampled_from(["[alice, bob]", "[alice, bob, carol]"]),
    minute=st.integers(0, 60 * 24 * 400),
)
def test_every_change_of_person_is_a_takeover(
    zone: str, shift: str, hours: str, people: str, minute: int
) -> None:
    found = model(
        OWNERS.replace(
            "{people: [alice, bob], shift: weekly,", f"{{people: {people}, shift: {shift}{hours},"
        ).replace("timezone: UTC}", f"timezone: {zone}}}")
    )
    rotation = found.rotations[NAME]
    change = next_change(rotation, found.people, MONDAY + timedelta(minutes=minute))
    assert change is not None
    taken = latest(NAME, rotation, found.people, change)
    assert taken is not None
    assert taken.at == change
    assert taken.coming != taken.leaving
    coming = on_call(rotation, change, found.people)
    assert coming is not None
    assert coming.person == taken.coming
    assert latest(NAME, rotation, found.people, taken.until - timedelta(seconds=1)) == taken
    before = latest(NAME, rotation, found.people, taken.since)
    assert before is not None
    assert before.coming == taken.leaving
    assert before.until <= taken.at


def test_the_rotation_answers_for_its_areas() -> None:
    assert areas_of(NAME, MODEL) == {"deployment"}


class TestPending:
    def test_the_worst_first_and_how_each_stands(self) -> None:
        acked = replace(opened(), number=1, ack=Ack(Login("alice"), NOW))
        asleep = replace(opened(), number=2, snoozed_until=NOW + timedelta(hours=1))
        over = replace(opened(), number=3, phase=Phase.RECOVERED)
        nobody = replace(opened(), number=4)
        rows = pending(NAME, [nobody, over, asleep, acked], MODEL)
        assert [row.number for row in rows] == [1, 2, 3, 4]
        assert rows[0].acked_by == "alice"
        assert rows[0].due is None
        assert rows[0].word_by == NOW + timedelta(hours=1)
        assert rows[0].resolve_by == NOW + timedelta(hours=24)
        assert rows[1].snoozed_until == NOW + timedelta(hours=1)
        assert rows[2].recovered
        assert rows[3].due == NOW + timedelta(minutes=15)

    def test_the_senders_own_deadline_counts(self) -> None:
        soon = replace(opened(), due_at=NOW + timedelta(hours=2))
        (row,) = pending(NAME, [soon], MODEL)
        assert row.resolve_by == NOW + timedelta(hours=2)

    def test_closed_ones_and_other_areas_are_not_its_business(self) -> None:
        closed = replace(opened(), phase=Phase.CLOSED)
        elsewhere = replace(opened(), area=AreaName("billing"))
        assert pending(NAME, [closed, elsewhere], MODEL) == ()


@pytest.mark.parametrize(
    ("shift", "hours"),
    [
        pytest.param("weekly", 7 * 24, id="always"),
        pytest.param('weekly, hours: "09:00-17:00"', 7 * 8, id="by day"),
        pytest.param(
            'weekly, days: [mon, tue], hours: "09:00-17:00"', 2 * 8, id="on two days by day"
        ),
    ],
)
def test_how_much_of_a_shift_is_served(shift: str, hours: int) -> None:
    found = model(OWNERS.replace("shift: weekly", f"shift: {shift}"))
    length = served(found.rotations[NAME], MONDAY, MONDAY + timedelta(7))
    assert length == timedelta(hours=hours)


def test_what_is_particular_in_the_coming_shift() -> None:
    away = model(
        OWNERS.replace("bob: {}", "bob: {away: [{from: 2026-11-18, to: 2026-11-18}]}", 1).replace(
            "timezone: UTC}",
            "timezone: UTC, overrides: [{person: carol, from: 2026-11-20T10:00, to: 2026-11-20T12:00}]}",
        )
    )
    found = latest(NAME, away.rotations[NAME], away.people, MONDAY)
    assert found is not None
    whole = replace(found, until=MONDAY + timedelta(7))
    assert [(shift.person, shift.why) for shift in particular(whole, away)] == [
        ("alice", Why.COVER),
        ("carol", Why.OVERRIDE),
    ]
