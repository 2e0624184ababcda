"""What waits for something else, and what for itself."""

from ghapp.core.backlog import Told
from ghapp.core.blocking import Blocker, Standing, ref
from ghapp.rules.blocked import RULE
from tests.support.builders import HOME
from tests.support.items import backlog, found, item, of_all


def test_h10_a_circle_is_reported_once() -> None:
    items = [
        item(number=3, body="Blocked by #4"),
        item(number=4, body="- [ ] #3"),
        item(number=5, body="Blocked by #3"),
        item(number=6, body="blocked by other/repo#3"),
        item(number=8),
    ]
    (one,) = of_all(RULE, items, backlog())
    assert (one.number, one.others, one.told) == (3, (4,), Told.REMIND)
    assert one.occasion == "3-4"
    assert one.text == "It waits for these, and they for it, so that none can begin:"


def test_h10_what_waits_for_itself() -> None:
    (one,) = of_all(RULE, [item(number=3, body="Blocked by #3")], backlog())
    assert one.text == "It waits for itself."


def test_h10_a_blocker_that_is_out_of_sight_is_unknown() -> None:
    waits = item(body="Blocked by secret/plans#1, #2 and #3")
    known = {
        ref(HOME, 2): Blocker(Standing.OPEN),
        ref(HOME, 3): Blocker(Standing.CLOSED),
    }
    (one,) = found(RULE, waits, backlog(blockers=known))
    assert one.text == "It waits for secret/plans#1, and whether that is done is unknown."
    assert one.told is Told.AGENDA


def test_what_is_known_needs_no_word() -> None:
    known = {ref(HOME, 2): Blocker(Standing.OPEN)}
    assert found(RULE, item(body="Blocked by #2"), backlog(blockers=known)) == []
