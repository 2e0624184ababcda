"""Milestones: what they say of themselves, and what is written so that the right ones are there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core import marker
from ghapp.core.cadence import NO_MOVES, Moves
from ghapp.core.freeze import Window
from ghapp.core.marker import Marker
from ghapp.core.milestone import (
    HOTFIX,
    AsSet,
    Milestone,
    as_set,
    current,
    described,
    due_on,
    is_marked,
    key_of,
    numbers,
    retitled,
    shown,
)
from ghapp.core.milestone_plan import (
    Action,
    Adopt,
    Close,
    Create,
    Known,
    Note,
    Record,
    Redate,
    Reopen,
    plan,
    remembered,
    schedule_of,
)
from ghapp.model.types import Release

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def floored(due: datetime) -> datetime:
    """As GitHub stores it: midnight in Los Angeles."""
    day = due.astimezone(LOS_ANGELES).date()
    return datetime(day.year, day.month, day.day, tzinfo=LOS_ANGELES).astimezone(UTC)


def release(**settings: Any) -> Release:
    cadence = {"every": "2w", "on": "tuesday", "at": "10:00", "start": "2026-10-13"}
    cadence |= {"timezone": "Europe/Berlin"} | settings.pop("cadence", {})
    return Release.model_validate({"cadence": cadence} | settings)


class Repository:
    """The milestones of a repository, what the app remembers, and what it wrote last."""

    def __init__(self, *milestones: Milestone, floors: bool = True) -> None:
        self.milestones = {one.number: one for one in milestones}
        self.known: dict[str, Known] = {}
        self.floors = floors
        self.last = max(self.milestones, default=0)

    def keep(
        self, release: Release, now: datetime = NOW, moves: Moves = NO_MOVES, **more: Any
    ) -> tuple[Action, ...]:
        """Plan and do what was planned, until nothing is left to do: soon."""
        done: list[Action] = []
        for _ in range(4):
            actions = self.planned(release, now, moves, **more)
            if not actions:
                return tuple(done)
            done += actions
            for action in actions:
                self.known = remembered(self.known, action, self.apply(action))
        pytest.fail("it does not settle")

    def planned(
        self, release: Release, now: datetime, moves: Moves, **more: Any
    ) -> tuple[Action, ...]:
        existing = tuple(self.milestones.values())
        schedule = schedule_of(release, existing, now, moves)
        return plan(schedule, existing, self.known, now, **more)

    def apply(self, action: Action) -> int | None:
        if isinstance(action, Record):
            return None
        if isinstance(action, Create):
            assert action.title not in {one.title for one in self.milestones.values()}
            self.last += 1
            self.put(Milestone(number=self.last, title=action.title), action)
            return self.last
        milestone = self.milestones[action.number]
        if isinstance(action, Close | Reopen):
            milestone = replace(milestone, open=isinstance(action, Reopen))
        if isinstance(action, Redate) and action.title is not None:
            milestone = replace(milestone, title=action.title)
        self.put(milestone, action)
        return None

    def put(self, milestone: Milestone, action: Create | Adopt | Close | Redate | Reopen) -> None:
        due = getattr(action, "due_on", None)
        if due is not None:
            milestone = replace(milestone, due_on=floored(due) if self.floors else due)
        self.milestones[milestone.number] = replace(milestone, description=action.description)

    def change(self, number: int, **fields: Any) -> None:
        self.milestones[number] = replace(self.milestones[number], **fields)

    def standing(self) -> list[tuple[int, str, str]]:
        return [
            (one.number, one.title, str(shown(one.due_on)))
            for one in self.milestones.values()
            if one.open
        ]


def frozen(start: str, end: str) -> Window:
    return Window(start=utc(start), end=utc(end), reason="holidays", said_in="#7")


def titles(actions: Iterable[Action]) -> list[str]:
    return [one.title for one in actions if isinstance(one, Create)]


def started(**settings: Any) -> Repository:
    """A repository in which the next three milestones stand: 11-24, 12-08, 12-22."""
    repository = Repository()
    repository.keep(release(**settings))
    return repository


@pytest.mark.parametrize(
    ("sent", "stored", "day"),
    [
        pytest.param("2020-09-24T06:59", "2020-09-23T07:00", "2020-09-23", id="M01 the minute before midnight"),
        pytest.param("2020-09-24T07:01", "2020-09-24T07:00", "2020-09-24", id="M01 the minute after"),
        pytest.param("2022-11-14T07:00", "2022-11-13T08:00", "2022-11-13", id="M01 in winter"),
        pytest.param("2026-07-01T12:00", "2026-07-01T07:00", "2026-07-01", id="M02 noon in summer"),
        pytest.param("2026-11-24T12:00", "2026-11-24T08:00", "2026-11-24", id="M02 noon in winter"),
    ],
)  # fmt: skip
def test_github_keeps_the_day_in_los_angeles(sent: str, stored: str, day: str) -> None:
    assert floored(utc(sent)) == utc(stored)
    assert shown(utc(sent)) == shown(utc(stored)) == date.fromisoformat(day)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_m02_noon_is_the_right_date_however_it_is_stored(day: date) -> None:
    assert shown(due_on(day)) == shown(floored(due_on(day))) == day


@pytest.mark.parametrize("floors", [True, False], ids=["M03 floored", "M03 as sent"])
def test_no_milestone_is_written_again_for_its_hour(floors: bool) -> None:
    repository = Repository(floors=floors)
    repository.keep(release(ahead=12))  # over both changes of the clocks
    assert repository.planned(release(ahead=12), NOW, NO_MOVES) == ()


def test_m04_the_next_three_and_then_nothing() -> None:
    repository = Repository()
    actions = repository.keep(release())
    assert titles(actions) == ["2026-11-24", "2026-12-08", "2026-12-22"]
    assert isinstance(actions[0], Create)
    assert actions[0].due_on == utc("2026-11-24T12:00")
    assert repository.planned(release(), NOW, NO_MOVES) == ()


@pytest.mark.parametrize(
    ("now", "first"),
    [
        pytest.param("2026-11-24T08:59:59", "2026-11-24", id="C13 a second before it is next"),
        pytest.param("2026-11-24T09:00:00", "2026-12-08", id="C13 right then it is not"),
        pytest.param("2026-11-24T20:00:00", "2026-12-08", id="C13 nor on the same day"),
    ],
)
def test_the_first_of_the_next(now: str, first: str) -> None:
    assert titles(Repository().keep(release(), utc(now)))[0] == first


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_m05_what_has_the_title_is_adopted(is_open: bool) -> None:
    people = Milestone(
        number=4, title="2026-11-24", description="Ours", open=is_open, open_issues=2
    )
    repository = Repository(people, Milestone(number=5, title="later"))
    actions = repository.keep(release())
    assert titles(actions) == ["2026-12-08", "2026-12-22"]
    assert key_of(repository.milestones[4]) == "2026-11-24"
    assert repository.milestones[4].open is is_open
    assert shown(repository.milestones[4].due_on) == date(2026, 11, 24)
    assert repository.milestones[4].description.startswith("Ours\n\n<!-- ghapp-state ")
    assert repository.milestones[5].description == ""
    cancelled = [one for one in actions if isinstance(one, Record)]
    assert cancelled == ([] if is_open else [Record("2026-11-24", 4, Note.CANCELLED)])


def test_m05_the_date_of_an_adopted_one_stays() -> None:
    people = Milestone(number=4, title="2026-11-24", due_on=utc("2026-11-25T08:00"))
    repository = Repository(people)
    assert Record("2026-11-24", 4, Note.MOVED) in repository.keep(release())
    assert repository.milestones[4].due_on == people.due_on


def test_m07_a_new_name_stays() -> None:
    repository = started()
    repository.change(1, title="Thanksgiving release")
    assert repository.keep(release()) == ()
    assert repository.standing()[0] == (1, "Thanksgiving release", "2026-11-24")


def test_m07_known_by_its_number_when_the_marker_is_gone() -> None:
    repository = started()
    repository.change(1, title="Thanksgiving release", description="All about turkeys")
    (adopted,) = repository.keep(release())
    assert isinstance(adopted, Adopt)
    assert (adopted.key, adopted.number, adopted.due_on) == ("2026-11-24", 1, None)
    assert repository.milestones[1].description.startswith("All about turkeys\n\n")


def test_m08_closed_by_a_person_it_is_cancelled() -> None:
    repository = started()
    repository.change(2, open=False)
    assert repository.keep(release()) == (Record("2026-12-08", 2, Note.CANCELLED),)
    assert not repository.milestones[2].open
    repository.change(2, open=True)
    assert repository.keep(release()) == (Record("2026-12-08", 2, Note.CANCELLED, over=True),)


def test_m09_deleted_by_a_person_it_is_not_created_again() -> None:
    repository = started()
    del repository.milestones[2]
    assert repository.keep(release()) == (Record("2026-12-08", 2, Note.DELETED),)
    assert repository.keep(release(), NOW + timedelta(days=1)) == ()


def test_m10_moved_by_a_person_it_stays_and_is_told() -> None:
    repository = started()
    repository.change(1, due_on=utc("2026-11-26T08:00"))
    assert repository.keep(release()) == (Record("2026-11-24", 1, Note.MOVED),)
    assert as_set(repository.milestones[1]).due == date(2026, 11, 24)  # the planned one is known
    repository.change(1, due_on=None)
    assert repository.keep(release()) == ()
    repository.change(1, due_on=utc("2026-11-24T12:00"))
    assert repository.keep(release()) == (Record("2026-11-24", 1, Note.MOVED, over=True),)


def test_m11_of_two_the_lower_number_is_it() -> None:
    repository = started()
    copy = replace(repository.milestones[1], number=9, title="Copy")
    repository.milestones[9] = copy
    assert repository.keep(release()) == (Record("2026-11-24", 9, Note.DUPLICATE),)
    assert repository.milestones[9] == copy


def test_m12_found_again_by_its_marker() -> None:
    repository = started()
    repository.known = {}
    assert repository.keep(release()) == ()


def test_m13_two_at_once_make_one() -> None:
    one, other = Repository(), Repository()
    actions = one.planned(release(), NOW, NO_MOVES)
    assert actions == other.planned(release(), NOW, NO_MOVES)
    one.keep(release())
    assert one.planned(release(), NOW, NO_MOVES) == ()


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        pytest.param([], 1, id="M14 past its date it still is"),
        pytest.param(["2026-11-24"], 2, id="M14 until it is released"),
    ],
)
def test_the_current_milestone(done: list[str], expected: int) -> None:
    repository = started()
    repository.milestones[8] = Milestone(number=8, title="later", due_on=utc("2026-11-01T08:00"))
    found = current(repository.milestones.values(), done)
    assert found is not None
    assert found.number == expected
    assert current([repository.milestones[8]]) is None


def test_m14_a_milestone_of_the_past_is_left_alone() -> None:
    repository = started()
    weekly = release(cadence={"on": "wednesday"})
    repository.keep(weekly, utc("2026-11-25T12:00"))
    assert repository.standing()[0] == (1, "2026-11-24", "2026-11-24")


def test_m15_hundreds_of_others_do_not_matter() -> None:
    others = (Milestone(number=number, title=f"old {number}") for number in range(1, 300))
    repository = Repository(*others)
    assert len(repository.keep(release())) == 3


def test_m16_an_empty_fresh_one_is_left_alone() -> None:
    repository = started()
    repository.change(1, closed_issues=4)
    assert repository.keep(release()) == ()
    assert repository.keep(release(), done=["2026-11-24"]) == ()


class TestAnotherCadence:
    def test_c17_twice_as_often(self) -> None:
        repository = started()
        actions = repository.keep(release(cadence={"every": "1w"}))
        assert titles(actions) == ["2026-12-01"]
        assert len(actions) == 1

    def test_c17_half_as_often_closes_what_is_empty(self) -> None:
        repository = started(cadence={"every": "1w"})  # 11-24, 12-01, 12-08
        actions = repository.keep(release())
        assert [type(one) for one in actions] == [Close, Create]
        assert [day for _, _, day in repository.standing()] == [
            "2026-11-24",
            "2026-12-08",
            "2026-12-22",
        ]

    def test_c17_half_as_often_moves_what_has_issues(self) -> None:
        repository = started(cadence={"every": "1w"})
        repository.change(2, open_issues=1)
        (moved,) = repository.keep(release())
        assert isinstance(moved, Redate)
        assert (moved.number, moved.was, moved.key) == (2, "2026-12-01", "2026-12-22")
        assert repository.standing()[1] == (2, "2026-12-22", "2026-12-22")
        assert repository.known["2026-12-22"].number == 2

    def test_c17_on_another_weekday(self) -> None:
        repository = started()
        repository.change(1, closed_issues=1)
        repository.change(2, open_issues=1, title="The big one")
        repository.change(3, open_issues=1)
        repository.keep(release(cadence={"on": "thursday", "start": "2026-10-15"}))
        assert repository.standing() == [
            (1, "2026-11-26", "2026-11-26"),
            (2, "The big one", "2026-12-10"),
            (3, "2026-12-24", "2026-12-24"),
        ]

    def test_c17_and_back_again(self) -> None:
        repository = started(cadence={"every": "1w"})
        repository.keep(release())
        actions = repository.keep(release(cadence={"every": "1w"}))
        assert [type(one) for one in actions] == [Reopen]

    def test_c17_what_people_have_moved_or_closed_stays(self) -> None:
        repository = started()
        repository.change(1, due_on=utc("2026-11-27T08:00"))
        repository.change(2, open=False)
        actions = repository.keep(release(cadence={"on": "thursday", "start": "2026-10-15"}))
        assert Record("2026-11-24", 1, Note.MOVED) in actions
        assert Record("2026-12-08", 2, Note.CANCELLED) in actions
        assert repository.milestones[1].title == "2026-11-24"

    def test_c17_more_than_there_are_dates_for(self) -> None:
        repository = started(ahead=6, cadence={"every": "1d", "on": None})
        for number in repository.milestones:
            repository.change(number, open_issues=1)
        actions = repository.keep(release(ahead=1, cadence={"every": "month", "on": None}))
        moved = [one.number for one in actions if isinstance(one, Redate)]
        left = [one.number for one in actions if isinstance(one, Record)]
        assert moved + left == [1, 2, 3, 4, 5, 6]
        assert {one.note for one in actions if isinstance(one, Record)} == {Note.SURPLUS}

    def test_c17_names_that_count_stay(self) -> None:
        repository = started(name="calver")
        repository.change(1, open_issues=1)
        repository.keep(release(name="calver", cadence={"on": "thursday", "start": "2026-10-15"}))
        assert repository.standing()[0] == (1, "2026.11.0", "2026-11-26")

    def test_c14_a_new_holiday_moves_one(self) -> None:
        repository = started()
        held = frozen("2026-12-07T23:00", "2026-12-08T23:00")
        (moved,) = repository.keep(release(), NOW, Moves(windows=(held,), on_freeze="shift"))
        assert isinstance(moved, Redate)
        assert (moved.key, moved.title) == ("2026-12-08", "2026-12-09")
        assert repository.keep(release()) != ()
        assert repository.standing()[1] == (2, "2026-12-08", "2026-12-08")

    def test_c15_a_freeze_is_recorded_and_its_issues_find_another_date(self) -> None:
        repository = started()
        repository.change(3, open_issues=5)
        held = frozen("2026-12-18T00:00", "2027-01-04T23:00")
        actions = repository.keep(release(), NOW, Moves(windows=(held,)))
        assert isinstance(actions[0], Redate)
        assert (actions[0].was, actions[0].key) == ("2026-12-22", "2027-01-05")
        why = "freeze: holidays"
        assert actions[1:] == (Record("2026-12-22", None, Note.SKIPPED, why),)

    def test_a_title_that_is_taken(self) -> None:
        monthly = "{date:%B %Y}"
        repository = started(name=monthly)
        assert [title for _, title, _ in repository.standing()] == [
            "November 2026",
            "December 2026",
            "December 2026.1",
        ]
        repository.milestones[7] = Milestone(number=7, title="January 2027")
        repository.change(3, open_issues=1)
        repository.keep(release(name=monthly, cadence={"start": "2026-10-20"}))
        repository.change(2, open_issues=1)
        assert len({one.title for one in repository.milestones.values()}) == len(
            repository.milestones
        )


def test_a_year_of_days_makes_each_milestone_once() -> None:
    """Every second Tuesday, without those in a freeze: nothing more is written, whatever day it is looked at."""
    repository, now = Repository(), utc("2026-10-01T12:00")
    held = frozen("2026-12-17T23:00", "2027-01-04T23:00")
    created: list[str] = []
    for _ in range(365):
        done = [key for key in repository.known if key < now.date().isoformat()]
        actions = repository.keep(release(), now, Moves(windows=(held,)), done=done)
        created += titles(actions)
        assert all(isinstance(one, Create | Record) for one in actions)
        now += timedelta(days=1)
    expected = [date(2026, 10, 13) + timedelta(weeks=2 * number) for number in range(29)]
    assert created == [str(day) for day in expected if day != date(2026, 12, 22)]
    assert repository.known["2026-12-22"].notes == {Note.SKIPPED}


class TestWhatIsNoneOfOurs:
    def test_a_marker_that_people_have_spoilt(self) -> None:
        spoilt = marker.render(Marker("milestone", "release:soon"))
        other = marker.render(Marker("incident", "release:2026-11-24"))
        repository = Repository(
            Milestone(number=1, title="one", description=spoilt),
            Milestone(number=2, title="two", description=other, due_on=utc("2026-12-24T08:00")),
        )
        assert len(repository.keep(release())) == 3
        assert repository.milestones[1].description == spoilt
        assert not is_marked(repository.milestones[2])

    def test_of_a_hotfix(self) -> None:
        text = described("41", AsSet("2026-11-24", None), series=HOTFIX)
        repository = Repository(Milestone(number=1, title="2026-11-24", description=text))
        assert key_of(repository.milestones[1]) is None
        assert key_of(repository.milestones[1], HOTFIX) == "41"
        assert titles(repository.keep(release()))[0] == "2026-11-24.1"

    def test_one_with_a_date_of_another_age(self) -> None:
        text = described("9999-12-30", AsSet("then", date(9999, 12, 30)))
        repository = Repository(Milestone(number=1, title="then", description=text))
        repository.change(1, due_on=utc("9999-12-30T12:00"), open_issues=1)
        assert Record("9999-12-30", 1, Note.SURPLUS) in repository.keep(release())

    def test_m11_the_number_of_each_is_the_lowest(self) -> None:
        text = described("2026-11-24", AsSet("x", None))
        other = Milestone(number=1, title="y")
        both = [Milestone(number=3, title="b", description=text), other]
        assert numbers([*both, Milestone(number=2, title="a", description=text)]) == {
            "2026-11-24": 2
        }

    def test_a_lost_key_of_one_that_is_known(self) -> None:
        repository = Repository(Milestone(number=1, title="x", description=""))
        repository.known = {"someday": Known(1)}
        adopted = repository.keep(release())[0]
        assert isinstance(adopted, Adopt)
        assert adopted.due_on is None


class TestRetitled:
    def test_by_the_name_that_the_release_got(self) -> None:
        repository = started(name="semver-next")
        found = retitled(repository.milestones[1], "v1.0.0")
        assert found is not None
        repository.change(1, title=found[0], description=found[1])
        assert repository.keep(release(name="semver-next")) == ()
        assert as_set(repository.milestones[1]).title == "v1.0.0"
        assert retitled(repository.milestones[1], "v1.0.0") is None

    def test_not_over_the_name_that_people_gave_it(self) -> None:
        repository = started()
        repository.change(1, title="Thanksgiving release")
        assert retitled(repository.milestones[1], "v1.0.0") is None
        assert retitled(Milestone(number=1, title="x"), "v1.0.0") is None


cadences = st.sampled_from(
    [
        {},
        {"every": "1w"},
        {"every": "3w"},
        {"on": "fri"},
        {"every": "month", "on": "last tue"},
        {"every": "5d", "on": None},
    ]
)
edits = st.sampled_from(
    ["close", "open", "rename", "move", "delete", "issue", "describe", "pass", "wait"]
)


@given(st.lists(st.tuples(cadences, edits, st.integers(0, 5)), min_size=1, max_size=8))
def test_whatever_happens_planning_settles(steps: list[tuple[dict[str, Any], str, int]]) -> None:
    """Nothing that has issues is closed, nothing is double, and the second look finds nothing to do."""
    repository, now = Repository(), NOW
    for cadence, edit, place in steps:
        before = dict(repository.milestones)
        repository.keep(release(cadence=cadence), now)
        for number, milestone in before.items():
            assert number in repository.milestones
            if milestone.open_issues and milestone.open:
                assert repository.milestones[number].open
        numbers = sorted(repository.milestones)
        assert len({one.title for one in repository.milestones.values()}) == len(numbers)
        if not numbers:
            continue
        number = numbers[place % len(numbers)]
        changes: dict[str, dict[str, Any]] = {
            "close": {"open": False},
            "open": {"open": True},
            "rename": {"title": f"Renamed {number}"},
            "move": {"due_on": now + timedelta(days=place)},
            "issue": {"open_issues": 1},
            "describe": {"description": "by people"},
        }
        if edit == "delete":
            del repository.milestones[number]
        elif edit == "wait":
            now += timedelta(days=9)
        elif edit in changes:
            repository.change(number, **changes[edit])
