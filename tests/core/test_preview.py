"""The next four weeks: who is on call, what an edit changes, when there is nobody."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.preview import changes, findings, gaps, preview
from ghapp.core.rotation import Why, on_call
from ghapp.model.load import load
from ghapp.model.types import Model

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
PLATFORM = "platform: {people: [alice, bob], start: 2026-01-05T10:00, timezone: Europe/Berlin%s}"

OFFICE = ', hours: "09:00-17:00"'


def model(
    *rotations: str,
    area: str = "rotation: platform",
    people: str = "alice: {}, bob: {}, carol: {}",
    levels: str = "{notify: [rotation]}",
) -> Model:
    lines = [
        "version: 1",
        f"people: {{{people}}}",
        *(["rotations:", *(f"  {one}" for one in rotations)] if rotations else []),
        f"escalation: {{default: {{levels: [{levels}]}}}}",
        f"areas: {{app: {{owner: carol, {area}}}, other: {{owner: bob}}}}",
        "fallback_area: app",
    ]
    loaded = load("\n".join(lines))
    assert loaded.model is not None, loaded.problems
    return loaded.model


def away(*absences: tuple[str, str, str]) -> str:
    """The `people:` of a model, of whom some are away."""
    gone = {login: f"{{away: [{{from: {first}, to: {last}}}]}}" for login, first, last in absences}
    return ", ".join(f"{login}: {gone.get(login, '{}')}" for login in ("alice", "bob", "carol"))


def shown(before: Model, after: Model) -> list[str]:
    return [
        f"{one.rotation} {one.start:%a %d %H:%M} - {one.end:%a %d %H:%M} {one.before} -> {one.after}"
        for one in changes(before, after, NOW)
    ]


# --- what an edit changes


def test_the_same_file_changes_nothing() -> None:
    one = model(PLATFORM % ", days: [mon, tue]")
    assert changes(one, one, NOW) == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            PLATFORM % "", PLATFORM.replace("bob]", "bob, {login: carol, from: 2026-01-19}]") % "",
            ["platform Mon 19 09:00 - Mon 26 09:00 alice -> carol",
             "platform Mon 26 09:00 - Mon 02 09:00 bob -> alice",
             "platform Mon 02 09:00 - Mon 02 12:00 alice -> bob"],
            id="a joiner is felt from the handoff on",
        ),
        pytest.param(
            PLATFORM % "", PLATFORM % ", overrides: [{person: carol, from: 2026-01-08, to: 2026-01-15}]",
            ["platform Wed 07 23:00 - Mon 12 09:00 alice -> carol",
             "platform Mon 12 09:00 - Wed 14 23:00 bob -> carol"],
            id="an override",
        ),
        pytest.param(
            PLATFORM % "", PLATFORM % ", overrides: [{person: alice, from: 2026-01-05, to: 2026-01-12}]",
            [], id="an override of no effect",
        ),
        pytest.param(
            PLATFORM % OFFICE, PLATFORM.replace("alice, bob", "bob, alice") % OFFICE,
            ["platform Mon 05 12:00 - Mon 12 09:00 alice -> bob",
             "platform Mon 12 09:00 - Mon 19 09:00 bob -> alice",
             "platform Mon 19 09:00 - Mon 26 09:00 alice -> bob",
             "platform Mon 26 09:00 - Mon 02 09:00 bob -> alice",
             "platform Mon 02 09:00 - Mon 02 12:00 alice -> bob"],
            id="nights that neither serves part nothing",
        ),
        pytest.param(
            "platform: {people: [alice], start: 2026-01-05T10:00}", "other: {people: [alice], start: 2026-01-05T10:00}",
            ["platform Mon 05 12:00 - Mon 02 12:00 alice -> None",
             "other Mon 05 12:00 - Mon 02 12:00 None -> alice"],
            id="another name",
        ),
    ],
)  # fmt: skip
def test_changes(before: str, after: str, expected: list[str]) -> None:
    area = "backup: bob"
    assert shown(model(before, area=area), model(after, area=area)) == expected


def test_an_absence_is_a_change_though_it_does_not_stand_in_the_rotation() -> None:
    gone = away(("alice", "2026-01-07", "2026-01-07"))
    before, after = model(PLATFORM % ""), model(PLATFORM % "", people=gone)
    assert shown(before, after) == ["platform Wed 07 00:00 - Thu 08 00:00 alice -> bob"]


def test_the_case_of_a_login_is_no_change() -> None:
    after = model(PLATFORM % "", people="Alice: {}, Bob: {}, carol: {}")
    assert after.rotations["platform"].logins == ("Alice", "Bob")
    assert shown(model(PLATFORM % ""), after) == []


SETTINGS = st.sampled_from(
    [
        "",
        ", shift: daily",
        ", days: [mon, wed, fri]",
        ', hours: "09:00-17:00"',
        ', shift: hourly, length: 5, hours: "22:00-06:00", days: [sat, sun, mon]',
        ", overrides: [{person: carol, from: 2026-01-08, to: 2026-01-15T13:00}]",
    ]
)


@given(SETTINGS, SETTINGS, st.timedeltas(timedelta(0), timedelta(weeks=4) - timedelta(seconds=1)))
def test_a_change_is_where_the_two_differ(old: str, new: str, later: timedelta) -> None:
    before, after, at = model(PLATFORM % old), model(PLATFORM % new), NOW + later
    first, second = (
        on_call(one.rotations["platform"], at, one.people)  # type: ignore[index]
        for one in (before, after)
    )
    persons = (first and first.person, second and second.person)
    found = changes(before, after, NOW)
    held = [(one.before, one.after) for one in found if one.start <= at < one.end]
    if persons[0] != persons[1]:
        assert held == [persons]
    else:
        assert held == [] or persons == (None, None)
    assert all(one.end <= other.start for one, other in pairwise(found))


# --- the next weeks


def test_the_preview_is_by_turns() -> None:
    found = preview(model(PLATFORM % ", days: [mon, tue, wed, thu, fri]"), NOW)["platform"]  # type: ignore[index]
    assert [one.person for one in found] == ["alice", "bob", "alice", "bob", "alice"]


# --- when there is nobody


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(model(area="backup: bob"), "", id="no rotations"),
        pytest.param(model(PLATFORM % ""), "", id="always somebody"),
        pytest.param(
            model(PLATFORM % ", days: [mon, tue, wed, thu, fri]"),
            "rotations.platform: nobody is on call in `platform` from Sat 2026-01-10 00:00 to "
             "Mon 2026-01-12 00:00 (Europe/Berlin) and 3 more times within four weeks",
            id="weekends",
        ),
        pytest.param(
            model(
                PLATFORM % "",
                people=away(("alice", "2026-01-07", "2026-02-20"), ("bob", "2026-01-30", "2026-03-01")),
            ),
            "rotations.platform: everyone in `platform` is away from Fri 2026-01-30 01:00 to "
             "Mon 2026-02-02 13:00 (Europe/Berlin)",
            id="everyone away",
        ),
        pytest.param(
            model(PLATFORM.replace("2026-01-05", "2026-01-12") % ""),
            "rotations.platform: nobody is on call in `platform` from Mon 2026-01-05 13:00 to "
             "Mon 2026-01-12 10:00 (Europe/Berlin)",
            id="not begun",
        ),
        pytest.param(
            model(PLATFORM % ", days: [mon, tue, wed, thu, fri]", levels="{notify: [rotation, owner]}"),
            "", id="somebody else is told as well",
        ),
        pytest.param(
            model(PLATFORM % ", days: [mon]", area="backup: bob", levels="{notify: [owner]}"),
            "", id="no level names it",
        ),
        pytest.param(
            model(
                PLATFORM % ", days: [mon, tue, wed, thu, fri]",
                "weekend: {people: [carol], start: 2026-01-01, timezone: Europe/Berlin, days: [sat, sun]}",
                levels='{notify: [rotation, "rotation:weekend"]}',
            ),
            "",
            id="together always somebody",
        ),
        pytest.param(
            model(
                PLATFORM % ", days: [mon, tue, wed, thu, fri]",
                "weekend: {people: [carol], start: 2026-01-01, timezone: Europe/Berlin, days: [sat]}",
                levels='{notify: ["rotation:platform", "rotation:weekend"]}',
            ),
            "rotations.platform: nobody is on call in `platform` and `weekend` from Sun 2026-01-11 00:00 to "
             "Mon 2026-01-12 00:00 (Europe/Berlin) and 3 more times within four weeks",
            id="together not always",
        ),
    ],
)  # fmt: skip
def test_findings(made: Model, expected: str) -> None:
    found = list(findings(made, NOW))
    assert "\n".join(f"{'.'.join(map(str, one.path))}: {one.message}" for one in found) == expected
    assert all(one.level == "warning" and one.hint for one in found)


def test_two_times_are_one_more_time() -> None:
    made = model(PLATFORM % ", days: [mon, tue, wed, thu, fri]")
    (found,) = findings(made, NOW, timedelta(weeks=2))
    assert "and 1 more time within" in found.message


def test_an_absence_that_leaves_a_gap_among_times_not_served_is_told_apart() -> None:
    people = away(("alice", "2026-01-07", "2026-01-07"), ("bob", "2026-01-07", "2026-01-07"))
    made = model(PLATFORM % ', hours: "09:00-17:00"', people=people)
    found = [(one.why, f"{one.start:%a %H:%M}") for one in gaps(made, NOW, timedelta(days=4))]
    assert found == [
        (Why.OFF, "Mon 16:00"),
        (Why.OFF, "Tue 16:00"),
        (Why.AWAY, "Wed 08:00"),
        (Why.OFF, "Wed 16:00"),
        (Why.OFF, "Thu 16:00"),
    ]
