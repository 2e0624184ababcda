"""`/override @bob until fri 18:00`: somebody else is on call for a while."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ghapp.commands.override import COMMAND, run
from ghapp.core.command import Edited, Misused, Refused
from ghapp.core.rotation import on_call
from ghapp.model.edit import with_overrides
from ghapp.model.load import load
from ghapp.model.names import Login, RotationName
from ghapp.model.types import Override
from tests.support.builders import OWNERS, model
from tests.support.requests import BOB, OPENED, request

PLATFORM = RotationName("platform")
TEXT = OWNERS.replace(
    "{alice: {}, bob: {}", "{alice: {timezone: America/New_York}, bob: {}"
).replace(
    "start: 2026-01-05T10:00, timezone: UTC}",
    "start: 2026-01-05T10:00, timezone: Europe/Berlin}",
)
MODEL = model(TEXT)
TWO = model(
    TEXT.replace("severities:", "  billing: {people: [carol], start: 2026-01-05}\nseverities:")
)
NONE = model("version: 1\nareas: {api: {owner: alice}}\nfallback_area: api\n")
ANYONE = model(
    "version: 1\nrotations: {r: {people: [alice], start: 2026-01-05}}\n"
    "areas: {api: {owner: alice}}\nfallback_area: api\n"
)
ASKED = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
"""A Sunday; 7:05 in New York, 13:05 in Berlin."""


def asked(line: str, **changes: object) -> Edited:
    outcome = run(request(line, **{"text": MODEL, **changes}))  # type: ignore[arg-type]
    assert isinstance(outcome, Edited)
    return outcome


def test_the_time_is_the_askers_and_the_file_has_the_rotations() -> None:
    outcome = asked("/override @bob until fri 18:00")
    assert outcome.new.rotation == "platform"
    assert outcome.new.overrides == (
        Override(person=BOB, from_=datetime(2026, 11, 22, 13, 5), to=datetime(2026, 11, 28)),
    )


def test_it_is_told_on_every_clock_that_matters() -> None:
    say = asked("/override @bob until fri 18:00").say
    assert (say.key, say.template) == ("key", "override")
    assert say.facts == {
        "rotation": "platform",
        "rows": [
            ["bob", "UTC", "Sun 2026-11-22 12:05", "Fri 2026-11-27 23:00"],
            ["bob", "Europe/Berlin", "Sun 2026-11-22 13:05", "Sat 2026-11-28 00:00"],
            ["bob", "America/New_York", "Sun 2026-11-22 07:05", "Fri 2026-11-27 18:00"],
        ],
    }


def test_each_clock_is_told_once() -> None:
    rows = asked("/override @bob for 1h", by=Login("CAROL")).say.facts["rows"]
    assert [clock for _, clock, _, _ in rows] == ["UTC", "Europe/Berlin"]


def test_its_title_says_all_of_it_without_notifying_anybody() -> None:
    assert asked("/override @BOB from tomorrow 9:00 to 17:00").title == (
        "Override: bob is on call for platform"
        " from 2026-11-23 15:00 to 2026-11-23 23:00 Europe/Berlin"
    )


def test_the_person_is_on_call_then() -> None:
    outcome = asked("/override @carol for 4h", by=BOB)
    loaded = load(with_overrides(TEXT, outcome.new)).model
    assert loaded is not None
    rotation = loaded.rotations[PLATFORM]
    people = [
        shift.person
        for minutes in (-1, 0, 239, 240)
        if (shift := on_call(rotation, ASKED + timedelta(minutes=minutes)))
    ]
    assert people == ["bob", "carol", "carol", "bob"]


def test_it_counts_from_when_it_was_typed_however_long_that_waited() -> None:
    ask = request("/override @carol for 4h", text=MODEL, by=BOB)
    later = replace(ask, now=ask.now + timedelta(hours=3))
    assert run(later) == run(ask)


def test_an_end_in_a_repeated_hour_is_covered_whole() -> None:
    ask = request("/override @bob for 9h", text=MODEL)
    outcome = run(replace(ask, asked_at=datetime(2026, 10, 24, 16, 30, tzinfo=UTC)))
    assert isinstance(outcome, Edited)
    assert outcome.new.overrides[0].to == datetime(2026, 10, 25, 3)
    assert outcome.say.facts["rows"][0][3] == "Sun 2026-10-25 02:00"


@pytest.mark.parametrize(
    ("line", "changes", "rotation"),
    [
        pytest.param("/override @bob for 1h", {}, "platform", id="of the incident's area"),
        pytest.param("/override billing @bob for 1h", {}, "billing", id="named"),
        pytest.param("/override rotation:billing @bob for 1h", {}, "billing", id="as in the file"),
        pytest.param(
            "/override @bob for 1h",
            {"incident": None, "text": MODEL},
            "platform",
            id="the only one",
        ),
        pytest.param(
            "/override @bob for 1h",
            {"incident": replace(OPENED, area="billing"), "text": MODEL},
            "platform",
            id="the only one, on an incident of an area without",
        ),
    ],
)
def test_which_rotation(line: str, changes: dict[str, object], rotation: str) -> None:
    assert asked(line, **{"text": TWO, **changes}).new.rotation == rotation


@pytest.mark.parametrize(
    ("line", "changes", "why"),
    [
        pytest.param(
            "/override @bob for 1h",
            {"incident": None, "text": TWO},
            "Which rotation? There are `platform`, `billing`.",
            id="which rotation",
        ),
        pytest.param(
            "/override plattform @bob for 1h",
            {},
            "OWNERS.yaml has no such rotation. There is `platform`.",
            id="no such rotation",
        ),
        pytest.param(
            "/override @bob for 1h",
            {"text": NONE},
            "OWNERS.yaml has no rotations.",
            id="none at all",
        ),
        pytest.param(
            "/override @dave for 1h",
            {},
            "OWNERS.yaml knows nobody of that name. There are `alice`, `bob`, `carol`.",
            id="nobody",
        ),
        pytest.param(
            "/override @bob until 2026-11-22 07:05", {}, "That is over already.", id="over"
        ),
        pytest.param(
            "/override @bob from today 7:00 to fri",
            {},
            "It would begin in the past. Without `from` it begins now.",
            id="begun",
        ),
        pytest.param(
            "/override @bob from 2026-12-02 to 2026-12-01",
            {},
            "It would end before it begins.",
            id="the wrong way round",
        ),
        pytest.param("/override @bob for 0h", {}, "That is over already.", id="nothing"),
        pytest.param(
            "/override @bob for 2161h",
            {},
            "An override lasts at most 90 days. For longer, change `people` of the rotation.",
            id="too long",
        ),
        pytest.param(
            "/override @bob 2027-12-24", {}, "That is more than a year ahead.", id="too far"
        ),
        pytest.param(
            "/override @bob from 9999-12-30 to 9999-12-31",
            {},
            "That is more than a year ahead.",
            id="where the calendar ends",
        ),
    ],
)
def test_refused(line: str, changes: dict[str, object], why: str) -> None:
    assert run(request(line, **{"text": MODEL, **changes})) == Refused(why)  # type: ignore[arg-type]


@pytest.mark.parametrize("end", ["for 90d", "for 2160h"])
def test_ninety_days_are_not_too_long(end: str) -> None:
    asked(f"/override @bob {end}")


def test_without_people_in_the_file_any_login_will_do() -> None:
    assert (
        asked("/override @dave for 1h", text=ANYONE, incident=None).new.overrides[0].person
        == "dave"
    )


@pytest.mark.parametrize(
    "line",
    [
        "/override",
        "/override @bob",
        "/override bob until fri 18:00",
        "/override @not_a_login until fri 18:00",
        "/override @bob until soon",
        "/override @bob fri 18:00",
        "/override platform billing @bob for 1h",
    ],
)
def test_misused(line: str) -> None:
    assert run(request(line, text=MODEL)) == Misused()


def test_it_may_be_typed_anywhere() -> None:
    assert COMMAND.anywhere
