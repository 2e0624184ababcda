"""Urgent issues that nobody has."""

import pytest

from ghapp.core.backlog import Told
from ghapp.rules.unassigned import RULE
from tests.support.items import ALICE, BOB, CAROL, backlog, found, item


@pytest.mark.parametrize("priority", ["p0", "p1"])
def test_the_owner_is_told_of_an_urgent_issue_that_nobody_has(priority: str) -> None:
    labels = frozenset({f"priority/{priority}", "area/billing"})
    (one,) = found(RULE, item(labels=labels), backlog())
    assert one.text == f"It is {priority}, and nobody has it."
    assert (one.told, one.to) == (Told.REMIND, (BOB,))


def test_without_an_area_that_is_the_owner_of_the_fallback_area() -> None:
    (one,) = found(RULE, item(labels=frozenset({"priority/p0"})), backlog())
    assert one.to == (CAROL,)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"assignees": (ALICE,)}, id="assigned"),
        pytest.param({"is_pull": True}, id="a pull request has its author"),
        pytest.param({"labels": frozenset({"priority/p2"})}, id="not urgent"),
        pytest.param({"labels": frozenset()}, id="no priority"),
    ],
)
def test_nothing_to_say(changes: dict[str, object]) -> None:
    given = {"labels": frozenset({"priority/p0"}), **changes}
    assert found(RULE, item(**given), backlog()) == []
