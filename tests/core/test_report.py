"""The figures of a report, each as docs/reports.md says that it is counted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.docs_review import Reviewed, State
from ghapp.core.facts import Issue
from ghapp.core.incident import Ack, Incident, Tried
from ghapp.core.postmortem import Action
from ghapp.core.report import (
    Called,
    Facts,
    Figures,
    Flow,
    Given,
    PullFacts,
    Released,
    answers,
    called,
    dora,
    figures,
    first_reviews,
    flow,
    judged,
    zones,
)
from ghapp.core.report_cycle import Cycle
from ghapp.core.statistics import NOTHING, Share, share
from ghapp.model.names import Login, Severity
from tests.support.builders import OWNERS, model, opened
from tests.support.requests import question

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NOVEMBER = Cycle(date(2026, 11, 1), date(2026, 12, 1), BERLIN)
OCTOBER = Cycle(date(2026, 10, 1), date(2026, 11, 1), BERLIN)
MODEL = model(OWNERS.replace("version: 1", "version: 1\ntimezone: Europe/Berlin"))
ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BASE = opened()
NOON = datetime(2026, 11, 11, 11, tzinfo=UTC)
"""A Wednesday, at noon in Berlin."""


def zone(login: Login, at: datetime) -> ZoneInfo:
    return BERLIN


def incident(
    at: datetime = NOON,
    acked: timedelta | None = None,
    closed: timedelta | None = None,
    **changes: object,
) -> Incident:
    values: dict[str, object] = {
        "opened_at": at,
        "severity": Severity.SEV1,
        "ack": Ack(BOB, at + acked) if acked is not None else None,
        "closed_at": at + closed if closed is not None else None,
    }
    return replace(BASE, **{**values, **changes})  # type: ignore[arg-type]


class TestAnswers:
    def test_r05_what_is_open_and_in_time_is_left_out(self) -> None:
        """sev1 wants an answer within 5 minutes."""
        late = NOVEMBER.end - MINUTE
        found = [
            *(incident(acked=MINUTE * number / 2) for number in range(8)),
            incident(acked=6 * MINUTE),
            incident(),
            *(incident(late + number * MINUTE / 4) for number in range(3)),
        ]
        (one,) = answers(found, NOVEMBER, MODEL)
        assert one.count == 13
        assert one.acknowledged_in_time == Share(8, 10)
        assert one.acknowledged_in_time.said == "8/10 (80 %)"

    @pytest.mark.parametrize(
        ("done", "deadline", "met"),
        [
            pytest.param(4, 5, True, id="R05 before it"),
            pytest.param(5, 5, True, id="R05 on the dot"),
            pytest.param(6, 5, False, id="R05 after it"),
            pytest.param(None, 5, False, id="R05 not at all"),
            pytest.param(None, 15, None, id="R05 not yet"),
            pytest.param(None, 10, None, id="R05 just now"),
            pytest.param(12, 15, None, id="later than the cycle's end"),
            pytest.param(12, 5, False, id="later than the cycle's end, and too late"),
            pytest.param(4, None, None, id="no deadline"),
        ],
    )
    def test_r05_judged(self, done: int | None, deadline: int | None, met: bool | None) -> None:
        def at(minutes: int | None) -> datetime | None:
            return None if minutes is None else NOON + minutes * MINUTE

        assert judged(at(done), at(deadline), NOON + 10 * MINUTE) is met

    def test_what_ended_before_an_answer_was_due_needed_none(self) -> None:
        found = [incident(closed=4 * MINUTE), incident(closed=6 * MINUTE)]
        (one,) = answers(found, NOVEMBER, MODEL)
        assert one.acknowledged_in_time == Share(0, 1)
        assert one.ended_in_time == Share(2, 2)

    def test_each_severity_by_itself(self) -> None:
        found = [
            incident(severity=Severity.SEV3, acked=HOUR, closed=2 * HOUR),
            incident(acked=3 * MINUTE, closed=5 * HOUR),
            incident(acked=-MINUTE),
        ]
        worst, least = answers(found, NOVEMBER, MODEL)
        assert (worst.severity, least.severity) == (Severity.SEV1, Severity.SEV3)
        assert worst.acknowledged.said == "0s, 3m"
        assert worst.ended.said == "5h"
        assert worst.ended_in_time == Share(0, 2), "one late, one open past its deadline"
        assert least.ended_in_time == Share(1, 1)

    def test_the_senders_deadline_counts_where_there_is_one(self) -> None:
        found = [incident(closed=5 * HOUR, due_at=NOON + 6 * HOUR)]
        assert answers(found, NOVEMBER, MODEL)[0].ended_in_time == Share(1, 1)

    def test_it_is_judged_as_of_the_end(self) -> None:
        """A report that is written again later says the same."""
        at = NOVEMBER.end - MINUTE
        (then,) = answers([incident(at)], NOVEMBER, MODEL)
        (now,) = answers([incident(at, acked=2 * MINUTE, closed=3 * MINUTE)], NOVEMBER, MODEL)
        assert then == now

    @given(st.lists(st.integers(-40 * 24, 40 * 24), max_size=30))
    def test_r08_cycles_add_up(self, hours: list[int]) -> None:
        found = [incident(NOVEMBER.start + number * HOUR) for number in hours]
        both = Cycle(OCTOBER.first, NOVEMBER.until, BERLIN)

        def count(cycle: Cycle) -> int:
            return sum(one.count for one in answers(found, cycle, MODEL))

        assert count(OCTOBER) + count(NOVEMBER) == count(both)


class TestCalls:
    def of(self, *calls: tuple[Login, datetime]) -> list[Incident]:
        base = BASE
        tried = tuple(Tried(login, at) for login, at in calls)
        return [replace(base, clock=replace(base.clock, tried=tried))]

    def test_r07_by_the_clock_of_who_was_called(self) -> None:
        """Noon in Berlin is six in the morning in New York."""

        def zone_of(login: Login, at: datetime) -> ZoneInfo:
            return NEW_YORK if login == ALICE else BERLIN

        found = called(
            self.of((ALICE, NOON), (BOB, NOON), (BOB, NOON + HOUR)), NOVEMBER, MODEL, zone_of
        )
        assert found == (Called(BOB, Share(0, 2)), Called(ALICE, Share(1, 1)))

    def test_r07_who_moves_counts_by_the_zone_of_the_day(self) -> None:
        moved = model(OWNERS.replace("alice: {}", "alice: {timezone: America/New_York}", 1))
        zone_of = zones([(NOON - 30 * DAY, MODEL), (NOON + DAY, moved)], moved)
        calls = self.of((ALICE, NOON), (ALICE, NOON + 2 * DAY))
        assert called(calls, NOVEMBER, MODEL, zone_of) == (Called(ALICE, Share(1, 2)),)
        assert zone_of(Login("Alice"), NOON - 60 * DAY) == BERLIN, "before the first file"

    def test_r07_who_is_in_no_file(self) -> None:
        assert zones([], MODEL)(Login("dave"), NOON) == BERLIN

    def test_r08_only_those_of_the_cycle(self) -> None:
        calls = self.of((BOB, NOVEMBER.start), (BOB, NOVEMBER.end))
        assert called(calls, NOVEMBER, MODEL, zone)[0].out_of_hours.whole == 1


def review(days: float, by: Login | None = BOB, **changes: object) -> Given:
    return Given(NOON + days * DAY, by, **changes)  # type: ignore[arg-type]


def pull(*reviews: Given, ready: tuple[float, ...] = (), author: Login | None = ALICE) -> PullFacts:
    return PullFacts(author, NOON, tuple(NOON + days * DAY for days in ready), reviews)


class TestFirstReview:
    @pytest.mark.parametrize(
        ("facts", "days"),
        [
            pytest.param(pull(review(2)), 2, id="never a draft"),
            pytest.param(pull(review(6), ready=(5,)), 1, id="R03 from when it was ready"),
            pytest.param(pull(review(2), review(6), ready=(1, 5)), 1, id="R03 from the last ready"),
            pytest.param(pull(review(2), ready=(1, 5)), None, id="R03 not since it was ready again"),
            pytest.param(pull(review(1, ALICE), review(2)), 2, id="R04 the author's own"),
            pytest.param(pull(review(1, Login("Alice")), review(2)), 2, id="R04 in another case"),
            pytest.param(pull(review(1, is_bot=True), review(2)), 2, id="R04 a bot's"),
            pytest.param(pull(review(1, state="PENDING"), review(2)), 2, id="R04 pending"),
            pytest.param(pull(review(1, Login("left-long-ago"))), 1, id="R04 somebody who has left"),
            pytest.param(pull(review(1, None)), 1, id="R10 by a ghost"),
            pytest.param(pull(review(1), author=None), 1, id="R10 of a ghost"),
            pytest.param(pull(review(1, None), author=None), None, id="R10 perhaps the same ghost"),
            pytest.param(pull(review(40)), None, id="R08 in the next cycle"),
            pytest.param(pull(), None, id="none"),
        ],
    )  # fmt: skip
    def test_it(self, facts: PullFacts, days: float | None) -> None:
        assert list(first_reviews([facts], NOVEMBER)) == ([] if days is None else [days * DAY])


def issue(opened_at: float, closed_at: float | None = None, **changes: object) -> Issue:
    closed = None if closed_at is None else NOVEMBER.start + closed_at * DAY
    values = {"created_at": NOVEMBER.start + opened_at * DAY, "closed_at": closed, "body": ""}
    return question(**{**values, "assignees": (), **changes})


class TestFlow:
    def test_in_out_and_left(self) -> None:
        found = [
            issue(-5),
            issue(-5, -1),
            issue(-5, 3),
            issue(0, 4),
            issue(1),
            issue(1, 35),
            issue(31),
            issue(1, is_pull=True),
            issue(1, author_is_app=True),
        ]
        assert flow(found, NOVEMBER) == Flow(opened=3, closed=2, open=3)

    @given(st.lists(st.tuples(st.integers(-30, 40), st.none() | st.integers(0, 40))))
    def test_what_was_open_and_came_less_what_went_is_open(
        self, spans: list[tuple[int, int | None]]
    ) -> None:
        found = [issue(start, None if lasts is None else start + lasts) for start, lasts in spans]
        before, now = flow(found, OCTOBER), flow(found, NOVEMBER)
        assert before.open + now.opened - now.closed == now.open


def released(day: int, hour: float = 10, **changes: object) -> Released:
    at = datetime(2026, 11, day, tzinfo=BERLIN) + hour * HOUR
    values: dict[str, object] = {"name": f"2026-11-{day}", "shipped_at": at.astimezone(UTC)}
    return Released(**{**values, **changes})  # type: ignore[arg-type]


class TestReleases:
    def whole(self, *found: Released) -> Figures:
        return figures(Facts(releases=found), NOVEMBER, MODEL, zone)

    @pytest.mark.parametrize(
        ("one", "in_time"),
        [
            pytest.param(released(24, 23.83, due=date(2026, 11, 24)), Share(1, 1), id="R06 ten to midnight"),
            pytest.param(released(25, 0, due=date(2026, 11, 24)), Share(0, 1), id="R06 at midnight"),
            pytest.param(released(25), Share(0, 0), id="R10 without a date"),
        ],
    )  # fmt: skip
    def test_r06_on_time_by_the_local_date(self, one: Released, in_time: Share) -> None:
        assert self.whole(one).releases_on_time == in_time

    def test_they_are_in_order_and_of_the_cycle(self) -> None:
        outside = replace(released(1), shipped_at=NOVEMBER.end)
        found = self.whole(released(20), outside, released(3)).releases
        assert [one.name for one in found] == ["2026-11-3", "2026-11-20"]

    def test_dora(self) -> None:
        shipped = released(10)
        found = [
            replace(shipped, merged=(shipped.shipped_at - DAY, shipped.shipped_at + MINUTE)),
            released(12, rolled_back=True, repaired_at=released(12, 12).shipped_at),
            released(13, hotfix=True),
            released(14, rolled_back=True),
        ]
        metrics = dora(found)
        assert metrics.deployments == 4
        assert metrics.lead_time.said == "0s, 1d"
        assert metrics.failed == Share(2, 4)
        assert metrics.recovery.said == "2h"
        assert metrics.rework == Share(2, 4), "the hotfix follows a rollback"


class TestWhole:
    def test_r02_nothing_is_a_dash(self) -> None:
        whole = figures(Facts(), NOVEMBER, MODEL, zone)
        assert whole.answers == whole.called == whole.releases == ()
        assert (
            whole.first_review.said == whole.docs_fresh.said == whole.actions_done.said == NOTHING
        )
        assert whole.dora.lead_time.said == whole.dora.failed.said == NOTHING
        assert (whole.first_review.n, whole.dora.deployments) == (0, 0)

    def test_documents_and_actions(self) -> None:
        states = [State.FRESH, State.DUE, State.OVERDUE, State.PROBLEM]
        docs = [Reviewed(path="a", owner=ALICE, state=state) for state in states]
        actions = [
            Action("a", ALICE, date(2026, 11, 1), done=True),
            Action("b", None, date(2026, 11, 30)),
            Action("c", ALICE, date(2026, 12, 1), done=True),
            Action("d", ALICE),
        ]
        whole = figures(Facts(docs=docs, actions=actions), NOVEMBER, MODEL, zone)
        assert (whole.docs_fresh, whole.actions_done) == (
            share([True, False, False, False]),
            Share(1, 2),
        )

    def test_r10_ghosts_and_nulls(self) -> None:
        def odd() -> Iterator[Issue]:
            yield issue(1, 2, author=Login("ghost"), assignees=(), body="", labels=frozenset())

        facts = Facts(
            incidents=[incident(), incident(closed=MINUTE)],
            issues=tuple(odd()),
            pulls=[pull(review(1, None), author=None)],
            releases=[released(3, name="")],
        )
        assert figures(facts, NOVEMBER, MODEL, zone).flow == Flow(1, 1, 0)
