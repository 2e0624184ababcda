"""What moves to the next milestone when a release is over."""

from dataclasses import replace
from datetime import date

from ghapp.core.carry_over import LABEL, PINNED, CarryOver, Item, Move, carry_over, target_of
from ghapp.core.milestone import AsSet, Milestone, described, due_on

BLOCKERS = ("release-blocker",)


def milestone(number: int, day: str, *, is_open: bool = True) -> Milestone:
    due = date.fromisoformat(day)
    text = described(day, AsSet(day, due))
    return Milestone(number=number, title=day, description=text, due_on=due_on(due), open=is_open)


NOVEMBER = milestone(1, "2026-11-24")
DECEMBER = milestone(2, "2026-12-08")
LATER = Milestone(number=9, title="later", due_on=due_on(date(2026, 12, 1)))


def item(number: int, *labels: str, is_open: bool = True, is_pull: bool = False) -> Item:
    return Item(
        number=number, title=f"Item {number}", open=is_open, labels=frozenset(labels), is_pull=is_pull
    )  # fmt: skip


def numbers(found: CarryOver) -> list[int]:
    return [move.number for move in found.moves]


def test_k01_blockers_first_and_one_summary_of_all() -> None:
    items = [item(3), item(5, "Release-Blocker"), item(4), item(6, is_pull=True)]
    found = carry_over(NOVEMBER, items, DECEMBER, blockers=BLOCKERS)
    assert found.moves == (
        Move(5, "Item 5", 2, 1, blocks=True),
        Move(3, "Item 3", 2, 1),
        Move(4, "Item 4", 2, 1),
        Move(6, "Item 6", 2, 1),
    )
    assert found.target == DECEMBER


def test_k03_the_third_time_it_gets_a_label() -> None:
    counts: dict[int, int] = {}
    labels = []
    for _ in range(3):
        found = carry_over(NOVEMBER, [item(3)], DECEMBER, counts=counts)
        counts = dict(found.counts)
        labels.append(found.moves[0].label)
    assert labels == [None, None, "carried-3"]
    again = carry_over(NOVEMBER, [item(3, LABEL)], DECEMBER, counts=counts)
    assert (again.moves[0].times, again.moves[0].label) == (4, None)


def test_k04_to_the_next_open_one_of_the_cadence() -> None:
    closed, january = milestone(2, "2026-12-08", is_open=False), milestone(3, "2027-01-05")
    assert target_of(NOVEMBER, [january, LATER, NOVEMBER, closed]) == january
    assert target_of(NOVEMBER, [NOVEMBER, LATER, closed]) is None
    moved = replace(DECEMBER, due_on=due_on(date(2027, 2, 1)))
    assert target_of(NOVEMBER, [moved, january]) == january


def test_k04_without_a_next_one_everything_stays_and_is_told() -> None:
    found = carry_over(NOVEMBER, [item(3), item(4, is_open=False)], None)
    assert found.moves == ()
    assert found.stranded == (item(3),)
    assert found.counts == {}


def test_k05_what_is_done_stays_where_it_was_done() -> None:
    items = [item(3, is_open=False), item(4, is_open=False, is_pull=True), item(5, is_pull=True)]
    assert numbers(carry_over(NOVEMBER, items, DECEMBER)) == [5]
    assert numbers(carry_over(NOVEMBER, items[:2], DECEMBER)) == []  # the second time


def test_k06_a_closed_milestone_is_emptied_as_an_open_one() -> None:
    assert numbers(carry_over(replace(NOVEMBER, open=False), [item(3)], DECEMBER)) == [3]


def test_k07_what_is_pinned_stays() -> None:
    found = carry_over(NOVEMBER, [item(3, PINNED), item(4)], DECEMBER)
    assert numbers(found) == [4]
    assert found.pinned == (item(3, PINNED),)


def test_k07_a_milestone_of_people_is_theirs() -> None:
    assert carry_over(LATER, [item(3)], DECEMBER) == CarryOver(DECEMBER, counts={})
