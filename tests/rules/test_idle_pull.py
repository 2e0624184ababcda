"""Pull requests that do not move."""

from typing import Any

import pytest

from ghapp.core.backlog import Told
from ghapp.core.blocking import Blocker, Standing, ref
from ghapp.core.history import Happening, What
from ghapp.rules.idle_pull import RULE
from tests.support.builders import HOME
from tests.support.items import ALICE, BOT, DAVE, ago, backlog, found, happening, item, unsure

REVIEWED = happening(What.REVIEWED, 9, ALICE, about="changes_requested")


def pull(*happenings: Happening, **changes: Any) -> Any:
    return item(*happenings, **{"is_pull": True, **changes})


def test_the_author_is_reminded_when_it_is_their_turn() -> None:
    (one,) = found(RULE, pull(REVIEWED), backlog())
    assert one.text == "Nothing has happened here for 7 days."
    assert one.then == "Answer the review, merge it or close it."
    assert (one.told, one.to, one.since) == (Told.REMIND, (DAVE,), ago(9))


def test_when_it_is_ours_it_is_for_the_agenda() -> None:
    (one,) = found(RULE, pull(REVIEWED, happening(What.PUSHED, 8, DAVE)), backlog())
    assert one.then == "Review it, or say who will."
    assert (one.told, one.to) == (Told.AGENDA, ())


@pytest.mark.parametrize(
    ("last", "idle"),
    [
        pytest.param(happening(What.COMMENTED, 6, DAVE), False, id="a word"),
        pytest.param(happening(What.PUSHED, 6, DAVE), False, id="a push"),
        pytest.param(happening(What.COMMENTED, 6, BOT), True, id="S10 a bot"),
        pytest.param(happening(What.LABELED, 6, ALICE, about="x"), True, id="a label"),
    ],
)
def test_what_counts_as_movement(last: Happening, idle: bool) -> None:
    assert bool(found(RULE, pull(REVIEWED, last), backlog())) is idle


def test_how_long_is_for_the_file_to_say() -> None:
    patient = backlog("hygiene: {rules: {idle_pull: {after: 10d}}}")
    assert found(RULE, pull(REVIEWED), patient) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"draft": True}, id="a draft"),
        pytest.param({"is_pull": False}, id="an issue"),
        pytest.param({"body": "Blocked by #3"}, id="blocked"),
    ],
)
def test_what_may_lie_there(changes: dict[str, Any]) -> None:
    around = backlog(blockers={ref(HOME, 3): Blocker(Standing.OPEN)})
    assert found(RULE, pull(REVIEWED, **changes), around) == []
    assert not unsure(RULE, pull(known=False, **changes), around)


def test_the_timeline_is_read_only_of_what_is_old_enough() -> None:
    assert unsure(RULE, pull(known=False), backlog())
    assert not unsure(RULE, pull(known=False, created_at=ago(6)), backlog())
