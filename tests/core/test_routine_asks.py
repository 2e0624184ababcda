"""What people ask of the routines in comments."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ghapp.core.command import Misused, Refused
from ghapp.core.routine_asks import (
    Asked,
    NewAction,
    NewReview,
    action_in,
    asked_in,
    review_in,
    why_no_postmortem,
)
from ghapp.core.routing import BACKLOG
from tests.support.builders import OWNERS, model
from tests.support.requests import BOB, CAROL, OPENED, request

MODEL = model(
    OWNERS.replace("alice: {}", "alice: {timezone: Asia/Tokyo}", 1)
    + 'docs: [{path: "docs/**", owner: carol}]\n'
)


def asked(*line: Any, **given: Any) -> Asked:
    return asked_in(request(*line, **given))


class TestAction:
    @pytest.mark.parametrize(
        ("line", "due", "text"),
        [
            pytest.param("/action @bob 2w add an alert", date(2026, 12, 6), "add an alert", id="a length"),
            pytest.param("/action @bob 1mo add an alert", date(2026, 12, 22), "add an alert", id="a month"),
            pytest.param("/action @bob 2026-12-24 x   y", date(2026, 12, 24), "x y", id="a date"),
            pytest.param("/action @bob 2026-11-22 now", date(2026, 11, 22), "now", id="today"),
            pytest.param('/action @bob 2w say "no" to @d', date(2026, 12, 6), 'say "no" to @d', id="as typed"),
        ],
    )  # fmt: skip
    def test_read(self, line: str, due: date, text: str) -> None:
        assert action_in(asked(line, by=BOB)) == NewAction(BOB, due, text)

    def test_the_day_is_that_of_who_asks(self) -> None:
        """23:00 in London is the next morning in Tokyo."""
        late = replace(
            asked("/action @bob 1d x", text=MODEL),
            asked_at=datetime(2026, 11, 22, 23, tzinfo=UTC),
        )
        assert action_in(late) == NewAction(BOB, date(2026, 11, 24), "x")

    @pytest.mark.parametrize(
        "line",
        [
            "/action",
            "/action @bob 2w",
            "/action bob 2w text",
            "/action @bob soon text",
            "/action @bob 2026-02-30 text",
            "/action @-_- 2w text",
        ],
    )
    def test_misused(self, line: str) -> None:
        assert action_in(asked(line)) == Misused()

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("/action @bob 2026-11-21 text", "over already"),
            ("/action @bob 3y text", "two years"),
        ],
    )
    def test_refused(self, line: str, why: str) -> None:
        outcome = action_in(asked(line))
        assert isinstance(outcome, Refused)
        assert why in outcome.why

    def test_a_long_text_is_cut(self) -> None:
        outcome = action_in(asked(f"/action @bob 2w {'x' * 5000}"))
        assert isinstance(outcome, NewAction)
        assert len(outcome.text) == 1000


class TestReviewed:
    @pytest.mark.parametrize("path", ["docs/a.md", "./docs/a.md", "/docs/a.md", "`docs/a.md`"])
    def test_a_document(self, path: str) -> None:
        outcome = review_in(asked(f"/reviewed {path}", None, text=MODEL))
        assert outcome == NewReview("docs/a.md", CAROL, date(2026, 11, 22))

    @pytest.mark.parametrize("line", ["/reviewed", "/reviewed docs/a.md docs/b.md"])
    def test_misused(self, line: str) -> None:
        assert review_in(asked(line, text=MODEL)) == Misused()

    @pytest.mark.parametrize(
        ("path", "why"),
        [
            pytest.param("src/a.md", "no such file", id="not taken in"),
            pytest.param("docs/../src/a.md", "no such file", id="a detour"),
            pytest.param("docs/a.png", "Only Markdown", id="no Markdown"),
        ],
    )
    def test_refused(self, path: str, why: str) -> None:
        outcome = review_in(asked(f"/reviewed {path}", text=MODEL))
        assert isinstance(outcome, Refused)
        assert why in outcome.why


class TestPostmortem:
    def test_of_an_incident(self) -> None:
        assert why_no_postmortem(request("/postmortem")) is None

    def test_of_what_is_none(self) -> None:
        ordinary = why_no_postmortem(request("/postmortem", None))
        listed = why_no_postmortem(request("/postmortem", replace(OPENED, key=BACKLOG)))
        assert ordinary is not None
        assert "Only incidents" in ordinary.why
        assert listed is not None
        assert "called nobody" in listed.why
