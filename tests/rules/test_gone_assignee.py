"""What belonged to somebody who has left."""

from ghapp.core.backlog import NEEDS_TRIAGE, Backlog, Told
from ghapp.core.hygiene import occasion_of
from ghapp.rules.gone_assignee import RULE
from tests.support.items import ALICE, BOB, CAROL, backlog, found, item, said


def around() -> Backlog:
    return backlog(gone=frozenset({"bob"}))


def test_h07_who_has_left_is_unassigned_and_it_goes_to_triage() -> None:
    (one,) = found(RULE, item(assignees=(BOB,)), around())
    assert one.text == "bob can no longer be assigned here."
    assert one.then == "Assign somebody else."
    assert (one.told, one.to) == (Told.REMIND, (CAROL,))
    assert (one.unassign, one.labels) == ((BOB,), (NEEDS_TRIAGE,))


def test_h07_it_stays_in_triage_until_somebody_has_it() -> None:
    (one,) = found(RULE, item(assignees=(BOB,)), around())
    key = occasion_of(item(), one)
    (left,) = found(RULE, item(said(key, 1)), around())
    assert (left.told, left.labels) == (Told.AGENDA, (NEEDS_TRIAGE,))
    assert left.text == "Whoever had it has left."
    assert found(RULE, item(said(key, 1), assignees=(ALICE,)), around()) == []


def test_who_stays_has_it() -> None:
    (one,) = found(RULE, item(assignees=(ALICE, BOB)), around())
    assert one.then == "Nothing else has to be done."
    assert (one.unassign, one.labels, one.to) == ((BOB,), (), (ALICE,))


def test_nobody_has_left() -> None:
    assert found(RULE, item(assignees=(ALICE,)), around()) == []
    assert found(RULE, item(known=False), around()) == []
