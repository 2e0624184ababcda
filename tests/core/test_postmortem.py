"""Which incidents ask for a postmortem, by when, and whether its actions are fit to be closed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.incident import Ack, Incident, Phase
from ghapp.core.postmortem import (
    Action,
    actions,
    asks,
    due_on,
    incomplete,
    key_of,
    late,
    lead,
    next_reminder,
    recently,
    reminder,
)
from ghapp.core.routing import BACKLOG
from ghapp.model.names import Login, Severity
from tests.support.builders import NOW, OWNERS, model, opened

BERLIN = ZoneInfo("Europe/Berlin")
MODEL = model(
    OWNERS.replace("on_recovery: label}", "on_recovery: label, postmortem: 3d}").replace(
        "version: 1", "version: 1\ntimezone: Europe/Berlin"
    )
)
DAY = timedelta(days=1)
BODY = """
- [ ] before
## Action items
- [ ] ~~dropped~~
- [ ] <!-- @owner 2026-12-01 what to do -->
- [ ] one
### Later
- [ ] two
```
- [ ] code
```
## What went well
- [ ] after
"""


def over(**changes: object) -> Incident:
    values = {"severity": Severity.SEV1, "phase": Phase.CLOSED, "closed_at": NOW}
    return replace(opened(), **{**values, **changes})  # type: ignore[arg-type]


class TestWhich:
    @pytest.mark.parametrize(
        ("incident", "wanted"),
        [
            pytest.param(over(), True, id="resolved, and its severity asks for one"),
            pytest.param(over(severity=Severity.SEV2), False, id="its severity asks for none"),
            pytest.param(over(phase=Phase.OPEN, closed_at=None), False, id="open"),
            pytest.param(over(phase=Phase.RECOVERED), False, id="a person has to resolve it"),
            pytest.param(over(key=BACKLOG), False, id="a list of what was old already"),
        ],
    )
    def test_asks(self, incident: Incident, wanted: bool) -> None:
        assert asks(incident, MODEL) is wanted

    def test_what_ended_long_ago_is_not_dug_up(self) -> None:
        assert recently(over(), NOW + 14 * DAY)
        assert not recently(over(), NOW + 15 * DAY)
        assert not recently(opened(), NOW)

    @pytest.mark.parametrize(
        ("ack", "who"),
        [
            pytest.param(Ack(Login("alice"), NOW), "alice", id="who had it"),
            pytest.param(Ack(Login("dave"), NOW), "carol", id="nobody whom the file names"),
            pytest.param(None, "carol", id="the owner of its area"),
        ],
    )
    def test_whose_it_is(self, ack: Ack | None, who: str) -> None:
        assert lead(over(ack=ack), MODEL) == who

    def test_the_key_is_the_incidents_issue(self) -> None:
        assert key_of(over()) == "acme/ops#7"

    @pytest.mark.parametrize(
        ("incident", "asked_at", "due"),
        [
            pytest.param(over(), None, date(2026, 11, 25), id="from the end"),
            pytest.param(
                over(closed_at=NOW.replace(hour=23)),
                None,
                date(2026, 11, 26),
                id="on the file's clock",
            ),
            pytest.param(over(), NOW + 2 * DAY, date(2026, 11, 27), id="asked for later"),
            pytest.param(
                over(severity=Severity.SEV2),
                NOW,
                date(2026, 11, 29),
                id="a week where no severity says",
            ),
            pytest.param(
                over(phase=Phase.OPEN, closed_at=None), None, date(2026, 11, 25), id="still open"
            ),
        ],
    )
    def test_due(self, incident: Incident, asked_at: datetime | None, due: date) -> None:
        assert due_on(incident, MODEL, asked_at) == due


class TestReminders:
    @pytest.mark.parametrize(
        ("now", "number"),
        [
            pytest.param("2026-11-24T22:59:59", None, id="a second before the day"),
            pytest.param("2026-11-24T23:00", 0, id="at its midnight in Berlin"),
            pytest.param("2026-12-01T22:59", 0, id="until a week later"),
            pytest.param("2026-12-01T23:00", 1, id="weekly"),
            pytest.param("2026-12-30T00:00", 5, id="after an outage only the latest"),
        ],
    )
    def test_number(self, now: str, number: int | None) -> None:
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        assert reminder(date(2026, 11, 25), moment, BERLIN) == number
        following = next_reminder(date(2026, 11, 25), moment, BERLIN)
        assert following > moment
        assert reminder(date(2026, 11, 25), following, BERLIN) == (
            0 if number is None else number + 1
        )

    def test_an_action_is_late_after_its_date(self) -> None:
        due = date(2026, 11, 22)
        found = (Action("a", due=due), Action("b", due=due, done=True), Action("c"))
        assert late(found, datetime(2026, 11, 22, 22, 59, tzinfo=UTC), BERLIN) == ()
        assert late(found, datetime(2026, 11, 22, 23, tzinfo=UTC), BERLIN) == found[:1]


def read(line: str) -> Action:
    (found,) = actions(f"# Postmortem\n## Actions\n{line}\n")
    return found


class TestActions:
    DUE = date(2026, 12, 1)

    @pytest.mark.parametrize(
        ("line", "action"),
        [
            pytest.param(
                "- [ ] @alice 2026-12-01 add an alert",
                Action("add an alert", Login("alice"), DUE),
                id="whole",
            ),
            pytest.param(
                "* [ ] Add an alert (@alice, due 2026-12-01).",
                Action("Add an alert", Login("alice"), DUE),
                id="in a sentence",
            ),
            pytest.param("- [x] add an alert", Action("add an alert", done=True), id="done"),
            pytest.param(
                "- [ ] @alice add an alert", Action("add an alert", Login("alice")), id="no date"
            ),
            pytest.param(
                "- [ ] 2026-12-01 add an alert", Action("add an alert", None, DUE), id="nobody"
            ),
            pytest.param(
                "- [ ] @alice 2026-02-30 x",
                Action("2026-02-30 x", Login("alice")),
                id="no such day",
            ),
            pytest.param(
                "- [ ] #12 @alice due: 2026-12-01",
                Action("#12", Login("alice"), DUE, issue=12),
                id="an issue",
            ),
            pytest.param(
                "- [ ] @alice 2026-12-01 https://github.com/acme/ops/issues/34",
                Action("https://github.com/acme/ops/issues/34", Login("alice"), DUE, issue=34),
                id="a link to one",
            ),
            pytest.param("- [ ] @alice", Action("@alice", Login("alice")), id="only an owner"),
            pytest.param(
                "- [ ] mail a@b.example `@x` 12026-12-01",
                Action("mail a@b.example `@x` 12026-12-01"),
                id="what only looks like it",
            ),
            pytest.param("- [ ] a <!-- @alice --> b", Action("a b"), id="a comment"),
        ],
    )
    def test_read(self, line: str, action: Action) -> None:
        assert read(line) == action

    def test_only_what_stands_under_the_heading(self) -> None:
        assert [one.text for one in actions(BODY)] == ["one", "two"]
        assert actions(BODY.replace("## Action items", "## To do")) == ()

    def test_it_cannot_be_closed_while_something_lacks(self) -> None:
        found = (Action("a"), Action("b", Login("bob")), Action("c", done=True))
        assert [one.missing for one in found] == [("an owner", "a date"), ("a date",), ()]
        assert incomplete(found) == found[:2]
        assert incomplete(()) == ()

    @given(st.text(max_size=80))
    def test_it_never_fails(self, text: str) -> None:
        for found in actions(f"## Actions\n- [ ] {text}\n{text}"):
            assert found.text
