"""Which week's triage is due, and who leads it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp.core.triage import Due, Lead, current, due, from_state, lead, to_state, week_of
from ghapp.model.names import Login
from ghapp.model.routines import Triage
from ghapp.model.types import Model
from tests.support.builders import model

A, B, C, D = Login("alice"), Login("bob"), Login("carol"), Login("dave")
BERLIN = Triage.model_validate({"on": "mon", "at": "09:00", "timezone": "Europe/Berlin"})
SYDNEY = Triage.model_validate({"on": "tue", "at": "10:00", "timezone": "Australia/Sydney"})
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEEK = timedelta(days=7)


def key(found: Due) -> str | None:
    return None if found.meeting is None else found.meeting.key


class TestWhen:
    @pytest.mark.parametrize(
        ("ago", "last", "expected", "missed"),
        [
            pytest.param("0s", 7, "2026-W48", 0, id="T01 C13 at its instant"),
            pytest.param("-1s", 7, None, 0, id="C13 a second before"),
            pytest.param("3h", 7, "2026-W48", 0, id="C21 down for three hours"),
            pytest.param("3h", 0, None, 0, id="T01 seen to already"),
            pytest.param("3d", 7, "2026-W48", 0, id="C21 just within catch_up"),
            pytest.param("3d1s", 7, None, 1, id="C21 too late: missed"),
            pytest.param("3h", 28, "2026-W48", 3, id="C21 three missed: only the latest"),
            pytest.param("3h", None, "2026-W48", 0, id="nothing is known of the past"),
            pytest.param("4d", None, None, 0, id="nothing is known, and it is too late"),
        ],
    )
    def test_due(self, ago: str, last: int | None, expected: str | None, missed: int) -> None:
        spans = {"0s": 0, "-1s": -1, "3h": 10800, "3d": 259200, "3d1s": 259201, "4d": 345600}
        now = MONDAY + timedelta(seconds=spans[ago])
        found = due(BERLIN, None if last is None else MONDAY - timedelta(days=last), now)
        assert key(found) == expected
        assert len(found.missed) == missed

    def test_c21_the_missed_weeks_are_named(self) -> None:
        found = due(BERLIN, MONDAY - 3 * WEEK, MONDAY)
        assert found.missed == ("2026-W46", "2026-W47")

    def test_t02_the_date_is_the_local_one(self) -> None:
        found = due(SYDNEY, None, datetime(2026, 10, 5, 23, tzinfo=UTC)).meeting
        assert found is not None
        assert (found.day, found.key) == (date(2026, 10, 6), "2026-W41")

    def test_it_knows_its_neighbours_also_when_the_clocks_change(self) -> None:
        found = current(BERLIN, datetime(2026, 10, 27, tzinfo=UTC))
        assert found is not None
        assert (found.before, found.at, found.following) == (
            datetime(2026, 10, 19, 7, tzinfo=UTC),
            datetime(2026, 10, 26, 8, tzinfo=UTC),
            datetime(2026, 11, 2, 8, tzinfo=UTC),
        )

    @pytest.mark.parametrize("year", [2, 9998])
    def test_at_the_ends_of_the_calendar(self, year: int) -> None:
        first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, tzinfo=UTC)
        found = current(BERLIN, first if year == 2 else last)
        if found is not None:
            assert found.before < found.at < found.following
        assert key(due(BERLIN, None, first)) is None or year == 9998

    @pytest.mark.parametrize(
        ("day", "week"),
        [
            pytest.param(date(2027, 1, 1), "2026-W53", id="C12 the ISO year"),
            pytest.param(date(2026, 1, 5), "2026-W02", id="two digits"),
        ],
    )
    def test_week(self, day: date, week: str) -> None:
        assert week_of(day) == week

    def test_a_quarter_has_thirteen(self) -> None:
        last, weeks = None, []
        for number in range(91):
            now = datetime(2026, 10, 5, 12, tzinfo=UTC) + timedelta(days=number)
            meeting = due(BERLIN, last, now).meeting
            if meeting is not None:
                last = meeting.at
                weeks.append(meeting.key)
        assert weeks == [f"2026-W{number}" for number in range(41, 54)]


def team(*facilitators: Login, away: str = "", who: str = "") -> Model:
    listed = who or f"[{', '.join(facilitators)}]"
    absent = f"{{away: [{{from: {away}, to: {away}}}]}}" if away else "{}"
    return model(f"""
version: 1
people: {{alice: {{}}, bob: {absent}, carol: {{}}, dave: {{}}}}
teams: {{platform: [bob, carol]}}
rotations:
  platform: {{people: [bob, carol], start: 2026-11-02T00:00}}
  later: {{people: [carol], start: 2030-01-01T00:00}}
areas: {{app: {{owner: dave}}}}
fallback_area: app
triage: {{facilitators: {listed}}}
""")


class TestWho:
    def test_t03_away_is_a_swap(self) -> None:
        away = team(A, B, C, away="2026-11-23")
        first = lead(away, MONDAY, (B, C, A))
        assert (first.facilitator, first.why) == (C, "in place of bob, who is away")
        second = lead(away, MONDAY + WEEK, first.queue)
        third = lead(away, MONDAY + 2 * WEEK, second.queue)
        assert (second.facilitator, third.facilitator, second.why) == (B, A, "")

    def test_t03_who_is_new_comes_last(self) -> None:
        """The coming two stay; the new one has the third turn."""
        queue, led = (B, A, C), []
        for number in range(4):
            found = lead(team(A, B, C, D), MONDAY + number * WEEK, queue)
            queue = found.queue
            led.append(found.facilitator)
        assert led == [B, A, C, D]

    def test_t03_who_leaves_before_their_turn(self) -> None:
        found = lead(team(A, C), MONDAY, (B, C, A))
        assert found == Lead(C, (A, C), "bob is no longer a facilitator")

    def test_t03_who_leaves_while_leading(self) -> None:
        found = lead(team(A, C), MONDAY, (C, A, B), current=B)
        assert found == Lead(C, (A, C), "bob is no longer a facilitator")

    def test_whoever_leads_stays_also_when_away(self) -> None:
        found = lead(team(A, B, C, away="2026-11-23"), MONDAY, (C, A, B), current=B)
        assert found == Lead(B, (C, A, B))

    def test_without_a_past_it_goes_by_the_file(self) -> None:
        assert lead(team(A, B, C), MONDAY) == Lead(A, (B, C, A))

    def test_everyone_is_away(self) -> None:
        found = lead(team(B, away="2026-11-23"), MONDAY)
        assert found == Lead(B, (B,), "everyone is away")

    @pytest.mark.parametrize(
        ("who", "expected"),
        [
            pytest.param("[]", Lead(D, (D,)), id="nobody: the owner of the fallback area"),
            pytest.param("rotation:platform", Lead(C), id="a rotation"),
            pytest.param("rotation:later", Lead(D, (), "nobody is on call for later"), id="nobody's turn"),
            pytest.param("team:platform", Lead(B, (C, B)), id="a team"),
            pytest.param("carol", Lead(C, (C,)), id="one person"),
        ],
    )  # fmt: skip
    def test_who_may_be(self, who: str, expected: Lead) -> None:
        assert lead(team(who=who), MONDAY) == expected

    def test_logins_differ_in_case_only_when_they_are_one(self) -> None:
        assert lead(team(A, B), MONDAY, (Login("BOB"), A)) == Lead(B, (A, B))

    @settings(max_examples=10)
    @given(st.permutations([A, B, C, D]), st.integers(1, 12))
    def test_in_any_run_of_turns_everybody_leads_alike(
        self, order: list[Login], rounds: int
    ) -> None:
        found_model, queue, led = team(*order), (), []
        for number in range(4 * rounds):
            found = lead(found_model, MONDAY + number * WEEK, queue)
            queue = found.queue
            led.append(found.facilitator)
        assert led == list(order) * rounds


class TestMemory:
    def test_there_and_back(self) -> None:
        assert from_state(to_state(Lead(A, (B, C), "covers"))) == Lead(A, (B, C), "covers")

    @pytest.mark.parametrize(
        "state",
        [
            None,
            {},
            {"facilitator": "a"},
            {"facilitator": 1, "queue": [], "why": ""},
            {"facilitator": "a", "queue": [1], "why": ""},
            {"facilitator": "a", "queue": []},
        ],
    )
    def test_what_is_damaged_counts_as_none(self, state: dict[str, object] | None) -> None:
        assert from_state(state) is None
