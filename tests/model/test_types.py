"""The model: its defaults, what a file lays over them, what it can be asked."""

import copy
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from ghapp.model.load import load
from ghapp.model.names import AreaName, Login, RotationName, Severity, same_login
from ghapp.model.types import (
    AlertRule,
    Area,
    EscalationLevel,
    EscalationPolicy,
    Model,
    Rotation,
    SeverityPolicy,
    Weekday,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def model(**sections: Any) -> Model:
    """A model of one area and these sections."""
    smallest = {"version": 1, "areas": {"app": {"owner": "alice"}}, "fallback_area": "app"}
    return Model.model_validate(smallest | sections)


def rotation(**settings: Any) -> dict[str, Any]:
    """A rotation as the file writes it."""
    return {"people": ["alice"], "start": "2026-01-05T10:00"} | settings


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("severity", "acknowledge", "update", "resolve", "when"),
    [
        (Severity.SEV1, minutes(5), minutes(30), timedelta(hours=4), "always"),
        (Severity.SEV2, minutes(15), timedelta(hours=1), timedelta(hours=24), "always"),
        (Severity.SEV3, timedelta(hours=1), timedelta(days=1), timedelta(days=7), "business-hours"),
        (Severity.SEV4, timedelta(days=1), None, timedelta(days=30), "business-hours"),
    ],
)
def test_severities_by_default(
    severity: Severity,
    acknowledge: timedelta,
    update: timedelta | None,
    resolve: timedelta,
    when: str,
) -> None:
    policy = model().severities[severity]
    assert (policy.acknowledge, policy.update, policy.resolve) == (acknowledge, update, resolve)
    assert (policy.when, policy.on_recovery, policy.postmortem) == (when, "close", None)
    assert policy.description


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({}, {}),
        (None, {}),
        ({"when": "business-hours"}, {"when": "business-hours"}),
        ({"acknowledge": "2s"}, {"acknowledge": timedelta(seconds=2)}),
        ({"update": "\N{EN DASH}", "resolve": None}, {"update": None, "resolve": None}),
        ({"update": "-", "resolve": "none"}, {"update": None, "resolve": None}),
        ({"on_recovery": "label"}, {"on_recovery": "label"}),
    ],
)
def test_a_severity_lies_over_its_default_timings(
    given: dict[str, Any] | None, changed: dict[str, Any]
) -> None:
    built_in = model().severities
    severities = model(severities={"sev3": given}).severities
    always = built_in[Severity.SEV3].model_copy(update={"when": "always"})
    assert severities[Severity.SEV3] == always.model_copy(update=changed)
    assert severities[Severity.SEV1] == built_in[Severity.SEV1]


def test_severities_of_code() -> None:
    own = SeverityPolicy(acknowledge=minutes(1))
    assert model(severities={Severity.SEV1: own}).severities[Severity.SEV1] == own


def test_escalation_by_default() -> None:
    built_in = model().escalation["default"]  # type: ignore[index]
    assert built_in == EscalationPolicy(
        repeat=1,
        levels=(
            EscalationLevel(notify=("rotation",)),
            EscalationLevel(notify=("owner", "backup")),
            EscalationLevel(notify=("area",)),
        ),
    )
    own = model(escalation={"default": {"levels": [{"notify": ["owner"], "wait": "2s"}]}})
    (level,) = own.escalation["default"].levels  # type: ignore[index]
    assert level == EscalationLevel(notify=("owner",), wait=timedelta(seconds=2))


def test_the_rest_by_default() -> None:
    smallest = model()
    assert smallest.areas == {"app": Area(owner=Login("alice"))}
    assert smallest.areas[AreaName("app")].escalation == "default"
    assert smallest.incidents.reopen_within == timedelta(hours=24)
    assert smallest.incidents.storm.threshold == 10
    assert smallest.incidents.storm.window == minutes(5)
    assert (smallest.triage.on, smallest.triage.at) == (Weekday.MONDAY, time(9, 30))
    assert smallest.business_hours.days == tuple(Weekday)[:5]
    assert smallest.holidays == ()
    assert smallest.release is None


def test_time_zones_come_from_the_file_unless_said() -> None:
    zoned = model(
        timezone="Europe/Berlin",
        people={"alice": None, "bob": {"timezone": "America/New_York"}},
        rotations={"r": rotation(), "s": rotation(timezone="America/New_York")},
        release={"cadence": {"every": "2w"}},
        report={"every": "month"},
    )
    assert [one.timezone for one in zoned.people.values()] == [BERLIN, NEW_YORK]
    assert [one.timezone for one in zoned.rotations.values()] == [BERLIN, NEW_YORK]
    assert zoned.triage.timezone == BERLIN
    assert zoned.release is not None
    assert zoned.release.cadence.timezone == BERLIN
    assert zoned.report is not None
    assert zoned.report.timezone == BERLIN
    assert model(rotations={"r": rotation()}).rotations[RotationName("r")].timezone.key == "UTC"
    assert model(timezone=BERLIN).triage.timezone == BERLIN


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("2026-01-05T10:00", datetime(2026, 1, 5, 10)),
        ("2026-01-05 10:00:30", datetime(2026, 1, 5, 10, 0, 30)),
        ("2026-01-05", datetime(2026, 1, 5)),
        (datetime(2026, 1, 5, 10), datetime(2026, 1, 5, 10)),
    ],
    ids=str,
)
def test_a_rotation_starts_on_the_wall_clock(written: object, start: datetime) -> None:
    found = Rotation.model_validate(rotation(start=written)).start
    assert found == start
    assert found.tzinfo is None


def test_a_rotation_knows_who_joins_later() -> None:
    people = ["alice", {"login": "bob", "from": "2026-02-02T10:00"}]
    found = Rotation.model_validate(
        rotation(people=people, days=["mon", "Tuesday", Weekday.SUNDAY])
    )
    assert found.logins == ("alice", "bob")
    assert found.days == (Weekday.MONDAY, Weekday.TUESDAY, Weekday.SUNDAY)


@pytest.mark.parametrize(
    ("written", "pattern"), [("a*", "a*"), (7, "7"), (1.5, "1.5"), (True, "true"), (False, "false")]
)
def test_patterns_of_alerts_are_text(written: object, pattern: str) -> None:
    rule = AlertRule.model_validate({"source": "gcp", "match": {"a.b": written}})
    assert rule.match == {"a.b": pattern}


def test_values_of_code_are_taken_as_they_are() -> None:
    built = model(
        holidays=[date(2026, 1, 1)],
        business_hours={"start": time(8), "end": time(12)},
        incidents={"reopen_within": timedelta(0)},
    )
    assert built.holidays == (date(2026, 1, 1),)
    assert built.business_hours.start == time(8)
    assert built.incidents.reopen_within == timedelta(0)


def test_nothing_can_be_changed() -> None:
    whole = model(people={"alice": {}})
    with pytest.raises(ValidationError, match="frozen"):
        whole.version = 1
    with pytest.raises(TypeError):
        whole.people[Login("bob")] = whole.people[Login("alice")]  # type: ignore[index]
    assert copy.deepcopy(whole) == whole
    assert hash(copy.deepcopy(whole)) == hash(whole)
    assert repr(whole.people).startswith("{'alice': Person(")
    assert len(whole.people) == 1


def test_what_is_written_out_is_read_back() -> None:
    whole = model(
        timezone="Europe/Berlin",
        people={"alice": {"away": [{"from": "2026-01-01", "to": "2026-01-02"}]}},
        rotations={"r": rotation(days=["mon"], hours={"start": "09:00", "end": "17:00"})},
        severities={"sev2": {"update": "-"}},
        heartbeats={"sync": {"every": "1h", "area": "app", "severity": "sev2"}},
    )
    loaded = load(whole.model_dump_json(by_alias=True))
    assert loaded.errors == ()
    assert loaded.model == whole


def test_who_is_named() -> None:
    whole = model(
        people={"Alice": {}, "erin": {}},
        teams={"t": ["bob"]},
        rotations={"r": rotation(people=["carol"])},
        areas={"app": {"owner": "dave", "backup": "frank"}},
    )
    assert whole.named == {"Alice", "bob", "carol", "dave", "erin", "frank"}
    assert whole.is_named("ALICE")
    assert whole.is_named("frank")
    assert not whole.is_named("mallory")
    assert whole.area("app") is whole.areas[AreaName("app")]
    assert whole.area("nothing") is None


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("sev1", Severity.SEV1),
        (" SEV4 ", Severity.SEV4),
        ("2", Severity.SEV2),
        ("5", None),
        ("", None),
    ],
)
def test_severities_are_parsed(text: str, severity: Severity | None) -> None:
    assert Severity.parse(text) is severity


def test_logins_ignore_case() -> None:
    assert same_login("Alice", "aLICE")
    assert not same_login("alice", "bob")
