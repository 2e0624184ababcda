"""Two decisions, one after the other, are one."""

from dataclasses import replace

import pytest

from ghapp.core.effects import Assign, Decision, RemoveLabel, occasion
from tests.support.builders import opened

BEFORE = opened()
AFTER = replace(BEFORE, note="looking")
FIRST = Decision(BEFORE, (Assign(("alice",)),))
SECOND = Decision(AFTER, (RemoveLabel("sev2"),))


def test_the_second_incident_and_the_effects_of_both_in_order() -> None:
    both = FIRST.then(SECOND)
    assert both.incident == AFTER
    assert both.effects == (Assign(("alice",)), RemoveLabel("sev2"))


@pytest.mark.parametrize("word", ["later", "soon"])
@pytest.mark.parametrize(
    ("first", "second"), [(False, True), (True, False), (True, True), (False, False)]
)
def test_what_either_wants_is_wanted(word: str, first: bool, second: bool) -> None:
    both = replace(FIRST, **{word: first}).then(replace(SECOND, **{word: second}))
    assert getattr(both, word) == (first or second)


def test_an_occasion_is_named_by_its_incident_and_what_makes_it_unique() -> None:
    assert occasion(BEFORE.key, "level", "1.0.2") == "gcp:0123:level:1.0.2"
    assert occasion(BEFORE.key, "again", 1) != occasion(BEFORE.key, "again", 2)
