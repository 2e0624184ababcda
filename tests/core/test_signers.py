"""Who has a say in a release."""

from datetime import UTC, datetime

import pytest

from ghapp.core.milestone import AsSet, Milestone, described, due_on
from ghapp.core.signers import approvers, may_freeze, owners, planned_at, roles
from ghapp.model.names import Login
from ghapp.model.release import Release
from tests.support.builders import model

OWNERS = """
version: 1
timezone: Europe/Berlin
people: {alice: {}, bob: {}, carol: {}, dave: {}}
teams: {platform: [alice, bob], desk: [dave]}
rotations:
  weekly: {people: [alice, bob], shift: weekly, start: 2026-11-16T00:00}
  later: {people: [alice], start: 2030-01-01}
areas: {app: {owner: carol, backup: bob, team: platform}, docs: {owner: Carol}}
fallback_area: app
release:
  cadence: {every: 2w, at: "10:00"}
  captain: rotation:weekly
  gate: {sign_off: [captain, "rotation:weekly", "rotation:later", "team:platform", dave]}
  hotfix: {approvers: [carol], sign_off: ["team:desk"]}
"""
MODEL = model(OWNERS)
ALICE, BOB, CAROL, DAVE = map(Login, ("alice", "bob", "carol", "dave"))
PLANNED = datetime(2026, 11, 24, 9, tzinfo=UTC)
A_WEEK_BEFORE = datetime(2026, 11, 17, 9, tzinfo=UTC)


def the_release() -> Release:
    assert MODEL.release is not None
    return MODEL.release


def test_g15_the_captain_is_of_the_planned_date_a_rotation_of_now() -> None:
    assert roles(MODEL, the_release(), PLANNED, A_WEEK_BEFORE) == {
        "captain": (BOB,),
        "rotation:weekly": (ALICE,),
        "rotation:later": (),
        "team:platform": (ALICE, BOB),
        "dave": (DAVE,),
        "carol": (CAROL,),
        "team:desk": (DAVE,),
    }


def test_without_names_there_are_no_roles() -> None:
    release = Release.model_validate({"cadence": {"every": "2w"}})
    assert roles(MODEL, release, PLANNED, PLANNED) == {}


def test_who_lets_hotfixes_through() -> None:
    assert approvers(MODEL, PLANNED) == (CAROL,)
    assert approvers(MODEL.model_copy(update={"release": None}), PLANNED) == ()


DAY = PLANNED.date()


@pytest.mark.parametrize(
    ("milestone", "at"),
    [
        pytest.param(
            Milestone(number=1, title="x", description=described("2026-11-24", AsSet("x", DAY))),
            PLANNED,
            id="G15 its key",
        ),
        pytest.param(
            Milestone(
                number=1,
                title="x",
                description=described("2026-11-24", AsSet("x", DAY)),
                due_on=due_on(datetime(2026, 11, 26, tzinfo=UTC).date()),
            ),
            PLANNED,
            id="G15 M10 its key, also when people moved it",
        ),
        pytest.param(
            Milestone(number=1, title="x", due_on=due_on(DAY)), PLANNED, id="a person's own"
        ),
        pytest.param(Milestone(number=1, title="x"), None, id="without a date"),
    ],
)
def test_when_a_release_is_planned(milestone: Milestone, at: datetime | None) -> None:
    assert planned_at(milestone, the_release()) == at


def test_owners_backups_and_their_teams_may_freeze() -> None:
    assert owners(MODEL) == (CAROL, BOB, ALICE)
    assert may_freeze(MODEL, Login("Alice"))
    assert not may_freeze(MODEL, DAVE)
