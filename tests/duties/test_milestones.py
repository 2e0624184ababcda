"""The milestones are there, each once, whatever people, crashes and other instances do to them."""

import pytest

from ghapp.core.facts import IssueEvent
from ghapp.core.milestone import AsSet, described, key_of
from ghapp.core.milestone_plan import Note
from ghapp.duties.milestones import KIND, Milestones
from ghapp.github.errors import AlreadyThere, NotFound, Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME
from tests.support.desk import Desk
from tests.support.releasing import (
    CADENCE,
    closes,
    days,
    deletes,
    milestones,
    moves,
    owners,
    plans,
    state,
    turns,
)

ALICE = Login("alice")
THREE = ["2026-11-24", "2026-12-08", "2026-12-22"]
WRITES = {"create_milestone", "edit_milestone"}


def written(desk: Desk) -> list[str]:
    """What was written to milestones since the calls were cleared."""
    return [method for method in desk.github.writes if method in WRITES]


async def notes(desk: Desk, key: str) -> set[Note]:
    value = await desk.store.memory_get(KIND, key)
    return set(map(Note, value["notes"])) if value else set()


async def test_m04_three_are_created_and_then_nothing_is_written(desk: Desk) -> None:
    await plans(desk)
    assert days(desk) == THREE
    assert written(desk) == ["create_milestone"] * 3
    desk.github.calls.clear()
    await turns(desk, minutes=5)
    assert written(desk) == []


async def test_without_a_release_section_there_are_none(desk: Desk) -> None:
    await desk.release()
    desk.github.calls.clear()
    await desk.put(
        "release:acme/ops",
        IssueEvent(repo=HOME, number=1, action="closed", sender=ALICE, at=desk.now),
    )
    await desk.drain()
    assert desk.github.calls == []
    assert milestones(desk) == []


@pytest.mark.parametrize(
    "is_open", [pytest.param(True, id="M05 open"), pytest.param(False, id="M05 closed")]
)
async def test_what_has_the_title_is_adopted(desk: Desk, is_open: bool) -> None:
    desk.github.person_adds_milestone(HOME, title="2026-12-08", description="Ours.", open=is_open)
    await plans(desk)
    adopted = milestones(desk)[0]
    assert (adopted.number, key_of(adopted), adopted.open) == (1, "2026-12-08", is_open)
    assert adopted.description.startswith("Ours.")
    assert len(milestones(desk)) == 3


async def test_m07_a_new_name_stays(desk: Desk) -> None:
    await plans(desk)
    desk.github.person_changes_milestone(HOME, 1, title="Thanksgiving release")
    await turns(desk, minutes=5)
    assert [one.title for one in milestones(desk)] == ["Thanksgiving release", *THREE[1:]]


async def test_m08_closed_by_a_person_it_stays_closed_and_who_it_was_is_known(desk: Desk) -> None:
    await plans(desk)
    await closes(desk, 2)
    await turns(desk, minutes=5)
    assert [one.open for one in milestones(desk)] == [True, False, True]
    value = await desk.store.memory_get(KIND, "2026-12-08")
    assert value == {"number": 2, "notes": ["cancelled"], "by": {"cancelled": "carol"}}


async def test_m09_deleted_by_a_person_it_is_not_created_again(desk: Desk) -> None:
    await plans(desk)
    await deletes(desk, 2)
    await turns(desk, minutes=5)
    assert days(desk) == ["2026-11-24", "2026-12-22"]
    assert await notes(desk, "2026-12-08") == {Note.DELETED}


async def test_m10_moved_by_a_person_it_stays_moved(desk: Desk) -> None:
    await plans(desk)
    desk.github.calls.clear()
    await moves(desk, 2, days=2)
    assert days(desk) == ["2026-11-24", "2026-12-10", "2026-12-22"]
    assert written(desk) == []
    assert await notes(desk, "2026-12-08") == {Note.MOVED}
    await moves(desk, 2, days=-2)
    assert await notes(desk, "2026-12-08") == set()


async def test_m11_of_two_the_lower_number_counts_and_nothing_is_deleted(desk: Desk) -> None:
    await plans(desk)
    copied = milestones(desk)[0].description
    desk.github.person_adds_milestone(HOME, title="copy", description=copied)
    desk.github.calls.clear()
    await turns(desk, minutes=5)
    assert len(milestones(desk)) == 4
    assert written(desk) == []
    assert await notes(desk, "2026-11-24") == {Note.DUPLICATE}


@pytest.mark.parametrize("good", [0, 1, 2])
@pytest.mark.parametrize("lost_database", [False, True], ids=["restarted", "database lost"])
async def test_m12_killed_between_creating_and_remembering(
    desk: Desk, good: int, lost_database: bool
) -> None:
    desk.github.fail_after(good, "create_milestone", Unavailable("killed", uncertain=True))
    await plans(desk)
    await desk.restart(lost_database=lost_database)
    await turns(desk, minutes=1)
    assert days(desk) == THREE


async def test_m12_the_answer_is_lost_and_it_is_adopted_by_its_marker(desk: Desk) -> None:
    desk.github.lose_answer("create_milestone")
    await plans(desk)
    assert days(desk) == THREE
    await deletes(desk, 1)
    assert days(desk) == THREE[1:]


async def test_m13_two_instances_at_once_make_one_of_each(desk: Desk) -> None:
    """The other one writes between our look and our first write."""

    class Late:
        def __init__(self) -> None:
            self.first = True

        def __getattr__(self, name: str) -> object:
            return getattr(desk.github, name)

        async def list_milestones(self, repo: str) -> object:
            found = await desk.github.list_milestones(HOME)
            if self.first:
                self.first = False
                await Milestones(desk.github, desk.store, HOME, lambda: desk.now).bring(model)
            return found

    desk.github.write_file(HOME, "OWNERS.yaml", owners())
    await desk.models.read()
    model = desk.models.in_force()
    late = Milestones(Late(), desk.store, HOME, lambda: desk.now)  # type: ignore[arg-type]
    standing = await late.bring(model)
    assert days(desk) == THREE
    assert [one.number for one in standing.milestones] == [1, 2, 3]


async def test_m13_who_never_comes_to_write_tries_again_later(desk: Desk) -> None:
    desk.github.fail("create_milestone", AlreadyThere(422, "Validation Failed"), times=3)
    desk.github.write_file(HOME, "OWNERS.yaml", owners())
    await desk.models.read()
    duty = Milestones(desk.github, desk.store, HOME, lambda: desk.now)
    with pytest.raises(Unavailable):
        await duty.bring(desk.models.in_force())
    await duty.bring(desk.models.in_force())
    assert days(desk) == THREE


async def test_deleted_while_it_is_written_to(desk: Desk) -> None:
    await plans(desk)
    desk.github.fail("edit_milestone", NotFound())
    await plans(desk, CADENCE.replace("on: tuesday", "on: wednesday"))
    assert days(desk, open_only=True) == ["2026-11-25", "2026-12-09", "2026-12-23"]


async def test_m15_hundreds_of_others_do_not_matter(desk: Desk) -> None:
    for number in range(130):
        desk.github.person_adds_milestone(HOME, title=f"theirs {number}", open=number % 2 == 0)
    await plans(desk)
    assert days(desk)[130:] == THREE


async def test_m16_an_empty_one_is_left_alone(desk: Desk) -> None:
    await plans(desk)
    await turns(desk, minutes=5)
    assert all(one.open for one in milestones(desk))


async def test_c17_half_as_often_moves_what_holds_issues_and_closes_what_is_empty(
    desk: Desk,
) -> None:
    await plans(desk, CADENCE.replace("2w", "1w"))
    held = desk.github.person_opens(HOME, author=ALICE, title="work")
    desk.github.person_moves(HOME, held.number, 2, by=ALICE)
    await plans(desk, CADENCE.replace("2w", "4w").replace("10-13", "10-27"))
    by_number = {one.number: one for one in milestones(desk)}
    assert (by_number[2].open, key_of(by_number[2])) == (True, "2026-12-22")
    assert not by_number[3].open


async def test_c17_and_back_again(desk: Desk) -> None:
    await plans(desk, CADENCE.replace("2w", "1w"))
    await plans(desk)
    assert days(desk, open_only=True) == ["2026-11-24", "2026-12-08", "2026-12-22"]
    await plans(desk, CADENCE.replace("2w", "1w"))
    assert "2026-12-01" in days(desk, open_only=True)
    titles = [one.title for one in milestones(desk)]
    assert len(titles) == len(set(titles))


async def test_c18_another_zone_moves_the_instant_and_no_milestone(desk: Desk) -> None:
    await plans(desk)
    desk.github.calls.clear()
    await plans(desk, CADENCE.replace("Europe/Berlin", "America/New_York"))
    assert written(desk) == []
    assert (await desk.duties.alarms.due())["release:acme/ops"].hour == 15


async def test_c15_what_a_freeze_leaves_out_is_remembered(desk: Desk) -> None:
    freeze = "[{from: 2026-12-18, to: 2027-01-04, reason: holidays}]"
    await plans(desk, freezes=freeze)
    assert days(desk) == ["2026-11-24", "2026-12-08", "2027-01-05"]
    assert await notes(desk, "2026-12-22") == {Note.SKIPPED}


async def test_c15_what_a_freeze_moves_onto_a_regular_one_is_one_milestone(desk: Desk) -> None:
    freeze = "[{from: 2026-12-18, to: 2027-01-04, reason: holidays}]"
    await plans(desk, freezes=freeze, on_freeze="shift")
    assert days(desk) == ["2026-11-24", "2026-12-08", "2027-01-05"]


async def test_names_that_tags_have_are_not_given_again(desk: Desk) -> None:
    sha = desk.github.push(HOME, "main", "a.py")
    await desk.github.create_tag(HOME, "2026-12-08", sha)
    await plans(desk)
    assert [one.title for one in milestones(desk)] == ["2026-11-24", "2026-12-08.1", "2026-12-22"]


async def test_a_lost_database_writes_nothing(desk: Desk) -> None:
    await plans(desk)
    await moves(desk, 1, days=1)
    await closes(desk, 2)
    await desk.restart(lost_database=True)
    desk.github.calls.clear()
    await turns(desk, minutes=5)
    assert written(desk) == []
    assert state(desk, "2026-12-08").notes == {Note.CANCELLED}


async def test_what_people_copied_of_a_hotfix_is_no_release(desk: Desk) -> None:
    text = described("41", AsSet("2026-11-24", None), series="hotfix")
    desk.github.person_adds_milestone(HOME, title="2026-11-24", description=text)
    await plans(desk)
    assert [one.title for one in milestones(desk)][1] == "2026-11-24.1"
