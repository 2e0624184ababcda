"""Issues without an area."""

import pytest

from ghapp.core.backlog import NEEDS_AREA, NEEDS_TRIAGE, Told
from ghapp.rules.missing_area import RULE
from tests.support.items import backlog, found, item


def test_h01_an_issue_without_an_area_is_asked_for_one() -> None:
    (one,) = found(RULE, item(known=False), backlog())
    assert one.text == "It has no area, so nobody answers for it."
    assert one.then == "Add one of the labels area/deployment, area/billing."
    assert one.told is Told.GUIDE
    assert one.labels == (NEEDS_TRIAGE, NEEDS_AREA)


@pytest.mark.parametrize(
    ("changes", "section"),
    [
        pytest.param({"labels": frozenset({"area/billing"})}, "", id="it has one"),
        pytest.param({"labels": frozenset({"Area/Billing"})}, "", id="H05 in another case"),
        pytest.param({"is_pull": True}, "", id="a pull request has its files"),
        pytest.param({}, "hygiene: {require: [priority]}", id="none is required"),
        pytest.param(
            {"labels": frozenset({"meta"})},
            "hygiene: {require: [area], rules: {missing_area: {skip: Meta}}}",
            id="a label excuses it",
        ),
        pytest.param(
            {}, "hygiene: {require: [area], rules: {missing_area: {mode: 'off'}}}", id="off"
        ),
    ],
)
def test_nothing_is_missing(changes: dict[str, object], section: str) -> None:
    around = backlog(section) if section else backlog()
    assert found(RULE, item(**changes), around) == []


def test_a_label_of_an_area_that_there_is_not_is_none() -> None:
    assert found(RULE, item(labels=frozenset({"area/gone"})), backlog())
