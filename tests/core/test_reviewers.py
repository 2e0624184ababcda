"""Who is to review, since when, and how long that is in their hours."""

from datetime import datetime, timedelta

import pytest

from ghapp.core.history import Happening, What
from ghapp.core.item import Item
from ghapp.core.reviewers import waited, waiting
from ghapp.model.names import Login
from tests.support.builders import OWNERS, model
from tests.support.items import ALICE, BOB, DAVE, ago, happening, item


def asked(days: float, who: str = "alice") -> Happening:
    return happening(What.REQUESTED, days, DAVE, about=who)


def reviewed(days: float, state: str, by: Login = ALICE) -> Happening:
    return happening(What.REVIEWED, days, by, about=state)


def pull(*happenings: Happening, draft: bool = False) -> Item:
    return item(*happenings, is_pull=True, draft=draft)


def since(one: Item) -> dict[str, datetime]:
    assert one.known is not None
    return dict(waiting(one, one.known))


@pytest.mark.parametrize(
    ("happenings", "days"),
    [
        pytest.param([asked(9)], 9, id="H08 asked"),
        pytest.param([asked(9), asked(4)], 4, id="H08 from the last request"),
        pytest.param(
            [asked(9), happening(What.READY, 3, DAVE)], 3, id="H08 from when it became ready"
        ),
        pytest.param([happening(What.READY, 9, DAVE), asked(4)], 4, id="H08 asked when ready"),
        pytest.param([asked(9), reviewed(5, "approved")], None, id="answered"),
        pytest.param([asked(9), reviewed(5, "commented")], None, id="answered with words"),
        pytest.param([reviewed(9, "approved"), asked(5)], 5, id="asked again"),
        pytest.param(
            [asked(9), reviewed(5, "approved"), happening(What.PUSHED, 2, DAVE)], 2,
            id="H08 a push after the approval",
        ),
        pytest.param(
            [asked(9), happening(What.PUSHED, 6, DAVE), reviewed(5, "approved")], None,
            id="a push before it",
        ),
        pytest.param(
            [asked(9), reviewed(5, "changes_requested"), happening(What.PUSHED, 2, DAVE)], None,
            id="who wants changes is asked again",
        ),
        pytest.param([asked(9), reviewed(5, "approved", BOB)], 9, id="somebody else's answer"),
        pytest.param(
            [asked(9), happening(What.UNREQUESTED, 5, DAVE, about="alice")], None, id="not any more"
        ),
        pytest.param(
            [happening(What.UNREQUESTED, 9, DAVE, about="alice"), asked(5)], 5, id="once more"
        ),
        pytest.param([], None, id="nobody was asked"),
    ],
)  # fmt: skip
def test_since_when(happenings: list[Happening], days: float | None) -> None:
    expected = {} if days is None else {"alice": ago(days)}
    assert since(pull(*happenings)) == expected


def test_nobody_waits_for_a_review_of_a_draft() -> None:
    assert since(pull(asked(9), draft=True)) == {}


def test_each_reviewer_has_a_clock() -> None:
    assert since(pull(asked(9), asked(3, "bob"))) == {"alice": ago(9), "bob": ago(3)}


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        pytest.param("Europe/Berlin", 1, id="H08 an hour in the reviewer's zone"),
        pytest.param("America/New_York", 6.5, id="H08 elsewhere it is another time of day"),
    ],
)
def test_how_long(zone: str, hours: float) -> None:
    """From Friday 17:30 to Monday 09:30 in Berlin."""
    text = OWNERS.replace("alice: {}", f"alice: {{timezone: {zone}}}")
    friday = datetime.fromisoformat("2026-11-20T17:30+01:00")
    monday = datetime.fromisoformat("2026-11-23T09:30+01:00")
    assert waited(Login("Alice"), friday, model(text), monday) == timedelta(hours=hours)


def test_who_is_not_in_the_file_lives_by_its_clock() -> None:
    friday = datetime.fromisoformat("2026-11-20T17:30+00:00")
    monday = datetime.fromisoformat("2026-11-23T09:30+00:00")
    assert waited(DAVE, friday, model(), monday) == timedelta(hours=1)
