"""Who must be told outside GitHub, from when on, and what follows from whether they were."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core import escalation, paging
from ghapp.core.decide import next_due, on_time
from ghapp.core.effects import Say
from ghapp.core.facts import Page, Paged, PageReport
from ghapp.core.incident import Ack, Incident, Phase
from ghapp.core.paged import PAGES_KEPT, on_report
from ghapp.core.paging import is_ahead, name_of, still_wanted, wanted
from ghapp.model.names import Login, Severity
from ghapp.model.types import Model
from tests.support import builders
from tests.support.builders import KEY, NOW, OWNERS
from tests.support.paging import MONDAY, NIGHT, PAGED, in_a_room

ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")
LATER = NOW + timedelta(minutes=1)


def opened(text: str = PAGED, **changes: object) -> Incident:
    """A sev2 that has just opened and called bob, who is on call."""
    return replace(builders.opened(text=text), **changes)  # type: ignore[arg-type]


def the_page(incident: Incident, model: Model) -> Page:
    page = wanted(incident, model, LATER)
    assert page is not None
    return page


def report(incident: Incident, *results: Paged) -> PageReport:
    return PageReport(key=KEY, position=paging.position(incident.clock), results=results)


class TestWanted:
    def test_whoever_the_clock_has_turned_to(self) -> None:
        incident = opened()
        page = the_page(incident, builders.model(PAGED))
        assert page.logins == (BOB,)
        assert page.position == paging.position(incident.clock)

    def test_it_is_the_same_page_until_it_is_known_what_became_of_it(self) -> None:
        model, incident = builders.model(PAGED), opened()
        first = the_page(incident, model)
        again = wanted(replace(incident, count=9), model, NOW + timedelta(minutes=3))
        assert again == first
        assert name_of(again) == f"{KEY}:page:1.0.1:2026-11-22T12:00:00+00:00"
        told = replace(incident, paged=first.position)
        assert wanted(told, model, LATER) is None

    def test_a_page_of_another_turn_says_nothing_of_this_one(self) -> None:
        earlier = replace(paging.position(opened().clock), level=0)
        assert wanted(opened(paged=earlier), builders.model(PAGED), LATER) is not None

    def test_the_next_level_is_another_page(self) -> None:
        model, incident = builders.model(PAGED), opened()
        now = builders.overdue(incident, PAGED)
        after = on_time(incident, model, now).incident
        page = wanted(after, model, now)
        assert page is not None
        assert page.logins == (CAROL, BOB)
        assert name_of(page) != name_of(the_page(incident, model))

    @pytest.mark.parametrize(
        ("text", "changes"),
        [
            pytest.param(OWNERS, {}, id="a team that can only be told on GitHub"),
            pytest.param(PAGED, {"ack": Ack(ALICE, NOW)}, id="somebody has it"),
            pytest.param(PAGED, {"phase": Phase.RECOVERED}, id="recovered"),
            pytest.param(PAGED, {"phase": Phase.CLOSED}, id="closed"),
            pytest.param(PAGED, {"snoozed_until": MONDAY}, id="snoozed"),
        ],
    )
    def test_nobody(self, text: str, changes: dict[str, object]) -> None:
        assert wanted(opened(text, **changes), builders.model(text), LATER) is None

    def test_nobody_when_the_clock_was_only_put_back(self) -> None:
        incident = opened()
        clock = replace(incident.clock, since=LATER)
        assert wanted(replace(incident, clock=clock), builders.model(PAGED), LATER) is None

    def test_a_channel_of_the_area_is_enough(self) -> None:
        text = in_a_room(OWNERS)
        assert wanted(opened(text), builders.model(text), LATER) is not None


class TestAtNight:
    """NOW is a Sunday."""

    def sev3(self, model: Model) -> Incident:
        return opened(NIGHT, severity=Severity.SEV3)

    def test_a_page_waits_until_business_opens(self) -> None:
        model = builders.model(NIGHT)
        incident = self.sev3(model)
        assert wanted(incident, model, LATER) is None
        assert paging.held_until(incident, model) == MONDAY
        assert next_due(incident, model) == MONDAY
        assert wanted(incident, model, MONDAY) is not None

    def test_the_clock_does_not_wait_for_a_page_that_is_not_held(self) -> None:
        model = builders.model(NIGHT)
        incident = opened(NIGHT)
        assert paging.held_until(incident, model) is None
        assert next_due(incident, model) == escalation.due_at(incident, model)

    def test_when_it_rises_the_present_level_is_paged_at_once(self) -> None:
        model = builders.model(NIGHT)
        risen = replace(self.sev3(model), severity=Severity.SEV1)
        assert wanted(risen, model, LATER) == the_page(risen, model)
        assert paging.held_until(risen, model) is None


class TestStillWanted:
    def test_yes(self) -> None:
        incident = opened()
        assert still_wanted(the_page(incident, builders.model(PAGED)), incident)

    def test_a_level_that_has_passed_may_still_answer_first(self) -> None:
        model, incident = builders.model(PAGED), opened()
        now = builders.overdue(incident, PAGED)
        assert still_wanted(the_page(incident, model), on_time(incident, model, now).incident)

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"ack": Ack(ALICE, NOW)}, id="somebody has it"),
            pytest.param({"phase": Phase.RECOVERED}, id="recovered"),
            pytest.param({"snoozed_until": MONDAY}, id="snoozed"),
        ],
    )
    def test_no(self, changes: dict[str, object]) -> None:
        incident = opened()
        assert not still_wanted(
            the_page(incident, builders.model(PAGED)),
            replace(incident, **changes),  # type: ignore[arg-type]
        )

    @pytest.mark.parametrize(
        "clock",
        [
            pytest.param({"run": 2}, id="the clock was put back"),
            pytest.param({"since": LATER}, id="the same level was called anew"),
        ],
    )
    def test_not_after_its_clock_began_anew(self, clock: dict[str, object]) -> None:
        incident = opened()
        page = the_page(incident, builders.model(PAGED))
        moved = replace(incident.clock, **clock)  # type: ignore[arg-type]
        assert not still_wanted(page, replace(incident, clock=moved))

    def test_a_page_may_be_there_before_its_incident(self) -> None:
        incident = opened()
        page = the_page(incident, builders.model(PAGED))
        before = replace(incident, clock=replace(incident.clock, since=NOW - timedelta(hours=1)))
        assert is_ahead(page, None)
        assert is_ahead(page, before)
        assert not is_ahead(page, incident)


def says(incident: Incident, told: PageReport, text: str = PAGED) -> tuple[list[str], Incident]:
    decision = on_report(incident, told, builders.model(text), LATER)
    said = [effect.template for effect in decision.effects if isinstance(effect, Say)]
    return said, decision.incident


REACHED = Paged(BOB, LATER, "env:B")
UNREACHED = Paged(BOB, LATER, failed=("env:B", "env:C"))
NO_CHANNEL = Paged(CAROL, LATER)


class TestOnReport:
    @pytest.mark.parametrize(
        ("results", "said", "level"),
        [
            pytest.param([REACHED], ["paged"], 1, id="reached"),
            pytest.param([REACHED, NO_CHANNEL], ["paged"], 1, id="one of them is enough"),
            pytest.param([UNREACHED, Paged(ALICE, LATER, "env:A")], ["paged"], 1, id="the other"),
            pytest.param([UNREACHED], ["paged", "escalated"], 2, id="nobody"),
            pytest.param([UNREACHED, NO_CHANNEL], ["paged", "escalated"], 2, id="nobody of two"),
            pytest.param([NO_CHANNEL], ["escalated"], 2, id="no channel, but others have one"),
        ],
    )
    def test_what_is_said_and_whose_turn_it_is(
        self, results: list[Paged], said: list[str], level: int
    ) -> None:
        incident = opened()
        found, after = says(incident, report(incident, *results))
        assert (found, after.clock.level) == (said, level)
        assert after.pages == tuple(results)
        assert after.paged == paging.position(incident.clock)

    def test_without_a_channel_a_mention_is_enough_where_nothing_is_urgent(self) -> None:
        incident = opened(severity=Severity.SEV3)
        found, after = says(incident, report(incident, NO_CHANNEL))
        assert (found, after.clock.level) == ([], 1)

    def test_and_where_nobody_can_be_paged_whose_turn_may_still_come(self) -> None:
        text = in_a_room(OWNERS)
        incident = opened(text)
        found, after = says(incident, report(incident, NO_CHANNEL), text)
        assert (found, after.clock.level) == ([], 1)

    def test_in_the_last_round_only_the_levels_that_are_left_count(self) -> None:
        last = replace(opened().clock, level=3, round=1)
        incident = opened(clock=last)
        assert says(incident, report(incident, NO_CHANNEL))[1].clock.exhausted is False
        assert says(incident, report(incident, UNREACHED))[0] == ["paged", "exhausted"]

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"ack": Ack(ALICE, NOW)}, id="somebody has it"),
            pytest.param({"phase": Phase.CLOSED}, id="over"),
            pytest.param({"snoozed_until": MONDAY}, id="snoozed"),
        ],
    )
    def test_nobody_more_is_called_when_nobody_needs_to_be(
        self, changes: dict[str, object]
    ) -> None:
        incident = opened(**changes)
        found, after = says(incident, report(incident, UNREACHED))
        assert (found, after.clock) == (["paged"], incident.clock)

    def test_nor_when_the_clock_has_moved_on_meanwhile(self) -> None:
        model, incident = builders.model(PAGED), opened()
        told = report(incident, UNREACHED)
        after = on_time(incident, model, builders.overdue(incident, PAGED)).incident
        assert says(after, told) == (
            ["paged"],
            replace(after, pages=(UNREACHED,), paged=told.position),
        )

    def test_a_late_report_does_not_hide_a_newer_one(self) -> None:
        newer = replace(paging.position(opened().clock), level=2, since=LATER)
        incident = opened(paged=newer)
        assert says(incident, report(incident, REACHED))[1].paged == newer

    def test_said_again_it_changes_nothing(self) -> None:
        incident = opened()
        told = report(incident, REACHED)
        once = on_report(incident, told, builders.model(PAGED), LATER)
        twice = on_report(once.incident, told, builders.model(PAGED), LATER)
        assert twice.incident == once.incident
        assert [effect.key for effect in twice.effects if isinstance(effect, Say)] == [
            effect.key for effect in once.effects if isinstance(effect, Say)
        ]

    def test_the_newest_are_kept(self) -> None:
        old = tuple(Paged(BOB, NOW + timedelta(seconds=n), "env:B") for n in range(PAGES_KEPT))
        incident = opened(pages=old)
        after = says(incident, report(incident, Paged(ALICE, LATER, "env:A")))[1]
        assert after.pages == (*old[1:], Paged(ALICE, LATER, "env:A"))


def test_logins_ignore_case() -> None:
    model = builders.model(PAGED)
    assert paging.channels_of(Login("BOB"), model) == ("env:B", "env:C")
    assert paging.channels_of(Login("mallory"), model) == ()
