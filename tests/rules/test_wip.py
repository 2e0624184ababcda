"""How much a person has in progress."""

from typing import Any

from ghapp.core.backlog import Told
from ghapp.core.blocking import Blocker, Standing, ref
from ghapp.core.item import Item
from ghapp.model.names import Login
from ghapp.rules.wip import RULE
from tests.support.builders import HOME
from tests.support.items import ALICE, BOB, backlog, item, of_all

OPEN = {ref(HOME, 99): Blocker(Standing.OPEN)}


def assigned(count: int, *logins: Login, start: int = 1, **changes: Any) -> list[Item]:
    return [item(number=n, assignees=logins, **changes) for n in range(start, start + count)]


def test_h09_three_are_enough() -> None:
    assert of_all(RULE, assigned(3, ALICE), backlog()) == []
    items = [*assigned(3, ALICE, BOB), *assigned(1, Login("Alice"), start=9)]
    (one,) = of_all(RULE, items, backlog())
    assert one.text == "alice has 4 in progress; 3 is the limit."
    assert (one.number, one.others, one.told) == (None, (1, 2, 3, 9), Told.AGENDA)


def test_h09_drafts_and_what_is_blocked_do_not_count() -> None:
    items = [
        *assigned(3, ALICE),
        *assigned(2, ALICE, start=10, is_pull=True, draft=True),
        *assigned(2, ALICE, start=20, body="Blocked by #99"),
    ]
    assert of_all(RULE, items, backlog(blockers=OPEN)) == []
    assert of_all(RULE, [*items, *assigned(1, ALICE, start=30)], backlog(blockers=OPEN))


def test_the_limit_is_the_files_or_none() -> None:
    items = assigned(5, ALICE)
    assert of_all(RULE, items, backlog("hygiene: {wip: 5}")) == []
    assert of_all(RULE, items, backlog("hygiene: {wip: null}")) == []
    off = backlog("hygiene: {rules: {wip: {mode: 'off'}}}")
    assert of_all(RULE, items, off) == []
