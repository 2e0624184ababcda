"""Items as a listing shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.history import What
from ghapp.core.item import answerable, areas_of, priorities_of, priority_of, snapshot
from tests.support.builders import model
from tests.support.items import ALICE, BOB, CAROL, ago, happening, item


@pytest.mark.parametrize(
    ("labels", "priorities"),
    [
        ([], {}),
        (["priority/p1"], {"p1": "priority/p1"}),
        (["Priority/P1", "p0"], {"p0": "p0", "p1": "Priority/P1"}),
        (["priority: p3"], {"p3": "priority: p3"}),
        (["priority/p4", "p10", "up1", "priority"], {}),
    ],
    ids=str,
)
def test_priorities(labels: list[str], priorities: dict[str, str]) -> None:
    one = item(labels=frozenset(labels))
    assert dict(priorities_of(one)) == priorities
    assert priority_of(one) == next(iter(priorities), None)


def test_h05_labels_ignore_case() -> None:
    one = item(labels=frozenset({"Area/Billing", "Bug"}))
    assert one.label("bug") == "Bug"
    assert one.label("big") is None
    assert areas_of(one, model()) == ("billing",)


def test_who_answers_for_it() -> None:
    billing = frozenset({"area/billing"})
    assert answerable(item(labels=billing, assignees=(ALICE,)), model()) == (ALICE,)
    assert answerable(item(labels=billing), model()) == (BOB,)
    assert answerable(item(), model()) == (CAROL,)


def test_a_history_that_is_behind_is_not_known() -> None:
    one = item(happening(What.COMMENTED, 5))
    assert one.known is one.history
    assert item(history=one.history, updated_at=ago(4)).known is None
    assert item(known=False).known is None


@given(
    pages=st.lists(st.lists(st.integers(1, 30), max_size=10), max_size=6),
)
def test_a07_nothing_is_twice_in_a_snapshot(pages: list[list[int]]) -> None:
    numbers = {number for page in pages for number in page}
    found = snapshot([item(number=number) for number in page] for page in pages)
    assert set(found) == numbers
    assert all(one.number == number for number, one in found.items())


def test_a07_what_moved_while_pages_were_turned_is_there_as_it_was_last() -> None:
    old, new = item(updated_at=ago(5)), item(updated_at=ago(1))
    assert snapshot([[old], [new]]) == snapshot([[new], [old]]) == {7: new}
