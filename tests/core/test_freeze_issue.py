"""A freeze travels in its issue."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core import marker
from ghapp.core.facts import Issue
from ghapp.core.freeze import FreezeIssue
from ghapp.core.freeze_issue import from_issue, to_state
from ghapp.model.names import Login
from tests.support.builders import NOW
from tests.support.requests import question

BOT = Login("ghapp[bot]")
UNTIL_CLOSED = FreezeIssue(number=9, by=BOT, since=NOW)


def frozen(**changes: Any) -> FreezeIssue:
    values: dict[str, Any] = {"number": 9, "by": Login("bob"), "since": NOW, "reason": "holidays"}
    return FreezeIssue(**(values | changes))


def issue(body: str) -> Issue:
    return question(body=body, author=BOT, author_is_app=True)


@given(until=st.none() | st.just(NOW + timedelta(days=1)), reason=st.text(max_size=40))
def test_nothing_is_lost_on_the_way(until: Any, reason: str) -> None:
    one = frozen(until=until, reason=reason)
    assert from_issue(issue(marker.render_state(to_state(one)))) == one


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(None, UNTIL_CLOSED, id="the hidden line is gone"),
        pytest.param({"by": "bob"}, UNTIL_CLOSED, id="half of it is gone"),
        pytest.param({"until": "tomorrow"}, frozen(), id="an end that is no time"),
        pytest.param({"until": "2026-11-24T00:00"}, frozen(), id="an end without a zone"),
        pytest.param({"until": 7}, frozen(), id="an end that is no text"),
        pytest.param({"since": "lately"}, frozen(), id="a beginning that is no time"),
    ],
)
def test_doubt_lets_it_last(state: dict[str, Any] | None, expected: FreezeIssue) -> None:
    whole = dict(to_state(frozen()))
    body = ""
    if state is not None:
        body = marker.render_state(state if state == {"by": "bob"} else whole | state)
    assert from_issue(issue(body)) == expected
