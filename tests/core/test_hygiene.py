"""What upkeep writes on an item, what it needs to know for that, and what it leaves alone."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp import plugins
from ghapp.core.backlog import Backlog, Finding, Told, Weight
from ghapp.core.effects import AddLabels, CloseIssue, RemoveLabel, Say, Stick, Unassign
from ghapp.core.history import Happening, History, What, guide_key
from ghapp.core.hygiene import (
    Act,
    Tidying,
    candidates,
    check,
    decide,
    occasion_of,
    plan,
    sketch,
    survey,
)  # fmt: skip
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.model.rule_settings import RuleSettings
from tests.support.builders import HOME, NOW, OWNERS, model
from tests.support.items import (
    ALICE,
    APP,
    BOB,
    BOT,
    DAVE,
    DAY,
    ago,
    backlog,
    happening,
    item,
    said,
)  # fmt: skip

RULES = plugins.hygiene_rules()
SECONDS = timedelta(seconds=1)
GUIDE = guide_key(HOME, 7)
PATIENT = backlog("hygiene: {require: [area, priority], limits: {p0: 1d}}")
TIDY = frozenset({"area/billing", "priority/p3"})
ASKS = ("missing_area:", "missing_priority:")


def decided(one: Item, around: Backlog | None = None) -> Tidying:
    there = around or backlog()
    return decide(one, there, check(one, there, RULES))


def acts(one: Item, around: Backlog | None = None) -> tuple[Act, ...]:
    return decided(one, around).acts


def new(seconds: int = 31, **changes: Any) -> Item:
    """An issue that was opened so many seconds ago."""
    at = NOW - seconds * SECONDS
    return item(**{"created_at": at, "updated_at": at, "known": False, **changes})


class TestGuidance:
    def test_h01_after_the_grace_one_comment_says_what_is_missing(self) -> None:
        stick, labels = acts(new())
        assert stick == Stick(
            GUIDE,
            "hygiene_guide",
            {
                "asks": [
                    (
                        "It has no area, so nobody answers for it.",
                        "Add one of the labels area/deployment, area/billing.",
                    ),
                    (
                        "It has no priority.",
                        "Add one of the labels priority/p0, priority/p1, priority/p2, priority/p3.",
                    ),
                ],
            },
            {"asks": list(ASKS)},
        )
        assert labels == AddLabels(("needs-triage", "needs-area"))

    def test_h01_within_the_grace_it_is_left_alone(self) -> None:
        found = decided(new(29))
        assert found.acts == ()
        assert found.wake_at == NOW + SECONDS

    def test_h02_labels_that_a_form_sets_seconds_later_need_no_comment(self) -> None:
        assert acts(new(1)) == ()
        with_labels = new(31, labels=TIDY, updated_at=NOW - 29 * SECONDS)
        assert acts(with_labels) == ()
        assert acts(replace(with_labels, updated_at=NOW - 60 * SECONDS)) == ()

    def test_h01_asked_already_nothing_is_written(self) -> None:
        needs = frozenset({"needs-triage", "needs-area"})
        assert acts(item(said(GUIDE, 1, *ASKS), labels=needs)) == ()

    def test_h01_once_all_is_there_the_comment_says_so_and_the_labels_go(self) -> None:
        one = item(
            said(GUIDE, 1, *ASKS),
            happening(What.LABELED, 1, APP, about="needs-triage"),
            happening(What.LABELED, 1, APP, about="needs-area"),
            labels=TIDY | {"needs-area", "Needs-Triage"},
        )
        assert acts(one) == (
            Stick(GUIDE, "hygiene_done", {"asks": []}, {"asks": []}),
            RemoveLabel("Needs-Triage"),
            RemoveLabel("needs-area"),
        )

    def test_h01_removed_again_the_same_comment_is_edited(self) -> None:
        stick, labels = acts(item(said(GUIDE, 1), labels=frozenset({"area/billing"})))
        assert isinstance(stick, Stick)
        assert (stick.key, stick.state) == (GUIDE, {"asks": ["missing_priority:"]})
        assert labels == AddLabels(("needs-triage",))

    def test_h01_what_is_still_missing_stays_in_it(self) -> None:
        one = item(
            said(GUIDE, 1, *ASKS),
            happening(What.LABELED, 1, APP, about="needs-area"),
            labels=frozenset({"area/billing", "needs-triage", "needs-area"}),
        )
        stick, removed = acts(one)
        assert isinstance(stick, Stick)
        assert stick.state == {"asks": ["missing_priority:"]}
        assert removed == RemoveLabel("needs-area")

    def test_h05_another_conflict_is_another_text(self) -> None:
        two = item(said(GUIDE, 1, "exclusive_labels:p0 and p1"), labels=TIDY | {"P2"})
        (stick,) = acts(two, PATIENT)
        assert isinstance(stick, Stick)
        assert stick.state == {"asks": ["exclusive_labels:P2 and priority/p3"]}

    def test_with_comments_that_were_not_read_nothing_is_said(self) -> None:
        assert acts(item(known=False, comments=3)) == ()

    def test_what_was_always_tidy_is_left_alone(self) -> None:
        assert acts(item(labels=TIDY)) == ()
        assert acts(item(known=False, labels=TIDY)) == ()


class TestLabels:
    def test_what_a_person_has_taken_off_stays_off(self) -> None:
        one = item(said(GUIDE, 1, *ASKS), happening(What.UNLABELED, 0.5, about="needs-triage"))
        assert acts(one) == (AddLabels(("needs-area",)),)

    def test_what_a_person_has_set_stays(self) -> None:
        one = item(
            happening(What.LABELED, 1, ALICE, about="needs-triage"), labels=TIDY | {"needs-triage"}
        )
        assert acts(one) == ()

    def test_who_set_it_is_not_guessed(self) -> None:
        assert acts(item(known=False, labels=TIDY | {"needs-triage"})) == ()

    def test_what_a_rule_requires_is_in_triage_until_it_is_so(self) -> None:
        there = backlog("hygiene: {rules: {unassigned: {mode: require}}}")
        one = new(labels=frozenset({"priority/p0"}))
        assert [act for act in acts(one, there) if isinstance(act, AddLabels)] == [
            AddLabels(("needs-triage",))
        ]
        assert not any(isinstance(act, AddLabels) for act in acts(one, backlog("hygiene: {}")))


class TestReminders:
    URGENT = frozenset({"priority/p0", "area/billing"})

    def test_each_occasion_is_told_once(self) -> None:
        (say,) = acts(new(labels=self.URGENT))
        assert isinstance(say, Say)
        assert (say.key, say.template) == (f"hygiene:{HOME}#7:unassigned:p0", "hygiene_reminder")
        assert say.facts["notified"] == (BOB,)
        assert say.facts["rule"] == "unassigned"
        told = item(said(say.key, 0.5), created_at=ago(0.6), labels=self.URGENT)
        assert acts(told) == ()

    def test_h07_who_has_left_is_unassigned_after_the_comment_says_why(self) -> None:
        there = backlog(gone=frozenset({"alice"}))
        say, unassign, labels = acts(new(labels=TIDY, assignees=(ALICE,)), there)
        assert isinstance(say, Say)
        assert say.facts["text"] == "alice can no longer be assigned here."
        assert (unassign, labels) == (Unassign((ALICE,)), AddLabels(("needs-triage",)))

    def test_h07_killed_after_the_comment_who_has_left_is_still_unassigned(self) -> None:
        there = backlog(gone=frozenset({"alice"}))
        one = item(assignees=(ALICE,), labels=TIDY)
        key = next(act.key for act in acts(one, there) if isinstance(act, Say))
        after = item(said(key, 1), assignees=(ALICE,), labels=TIDY)
        assert acts(after, there)[0] == Unassign((ALICE,))

    def test_a_survey_tells_on_the_item(self) -> None:
        finding = Finding(
            rule="duplicate", number=7, text="This", then="Look.", told=Told.REMIND,
            weight=Weight.HINT, others=(3,),
        )  # fmt: skip
        one, there = new(labels=TIDY), backlog()
        elsewhere = replace(finding, number=8)
        found = decide(one, there, check(one, there, RULES), [finding, finding, elsewhere])
        (say,) = found.acts
        assert isinstance(say, Say)
        assert say.key == occasion_of(one, finding)
        assert say.facts["others"] == (3,)
        assert found.findings == (finding, finding)

    def test_what_is_for_the_agenda_is_not_told_on_the_item(self) -> None:
        found = decided(item(body="Blocked by secret/plans#1", labels=TIDY))
        assert [one.rule for one in found.findings] == ["blocked"]
        assert found.acts == ()


class TestLeftAlone:
    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"author": BOT, "author_is_bot": True}, id="H03 a bot's"),
            pytest.param({"author": APP, "author_is_app": True}, id="H03 our own"),
            pytest.param({"locked": True}, id="S15 locked"),
            pytest.param({"labels": frozenset({"Incident"})}, id="an incident"),
        ],
    )
    def test_h03(self, changes: dict[str, Any]) -> None:
        one = new(**changes)
        found = decided(one, backlog("hygiene: {require: [area]}"))
        assert (found.acts, found.findings) == ((), ())
        assert sketch(one, backlog(), RULES) == {}

    def test_an_incident_that_a_person_opened_may_still_be_forgotten(self) -> None:
        answered = happening(What.COMMENTED, 100, ALICE)
        one = item(answered, labels=frozenset({"incident", "sev4"}))
        say, label = acts(one)
        assert isinstance(say, Say)
        assert (say.template, label) == ("stale_warning", AddLabels(("stale",)))

    def test_without_the_section_nothing_is_written_and_all_is_found(self) -> None:
        silent = backlog("")
        found = decided(new(labels=frozenset({"priority/p0"})), silent)
        assert found.acts == ()
        assert [one.rule for one in found.findings] == ["unassigned"]
        assert acts(item(labels=frozenset({"incident"})), silent) == ()


class TestForgotten:
    def test_s16_it_is_warned_with_all_the_rest(self) -> None:
        found = decided(item(happening(What.COMMENTED, 100, ALICE), labels=TIDY))
        assert [type(act) for act in found.acts] == [Say, AddLabels]
        assert found.weight is Weight.IDLE
        assert found.stale is not None

    def test_it_says_when_to_look_again(self) -> None:
        found = decided(item(happening(What.COMMENTED, 50, ALICE), labels=TIDY))
        assert found.wake_at == NOW + 10 * DAY


def breaks(*_: Any) -> Any:
    raise ZeroDivisionError


BROKEN = HygieneRule(
    name="broken",
    help="",
    settings=RuleSettings,
    weight=Weight.HINT,
    check=breaks,
    sketch=lambda one, _backlog, _settings: one.number,
    survey=breaks,
)


class TestRules:
    def test_one_that_breaks_stops_no_other(self) -> None:
        one, there = new(), backlog()
        checked = check(one, there, (BROKEN, *RULES))
        assert [(name, type(error)) for name, error in checked.failed] == [
            ("broken", ZeroDivisionError)
        ]
        assert decide(one, there, checked).acts == acts(one)
        kept = {7: sketch(one, there, (BROKEN,))}
        assert kept == {7: {"broken": 7}}
        surveyed = survey(kept, there, (BROKEN, *RULES))
        assert [name for name, _ in surveyed.failed] == ["broken"]

    def test_when_one_breaks_no_label_is_taken_off(self) -> None:
        one = item(
            happening(What.LABELED, 1, APP, about="needs-area"), labels=TIDY | {"needs-area"}
        )
        checked = check(one, backlog(), (BROKEN, *RULES))
        assert decide(one, backlog(), checked).acts == ()

    def test_settings_of_a_file_that_was_read_without_knowing_the_rules(self) -> None:
        text = f"{OWNERS}\nhygiene: {{rules: {{broken: {{mode: 'off', skip: x, more: 1}}}}}}\n"
        assert BROKEN.settings_in(Backlog(model=model(text), now=NOW)).mode == "off"
        assert check(new(), Backlog(model=model(text), now=NOW), (BROKEN,)).failed == ()
        assert BROKEN.settings_in(backlog()).mode == "advise"
        typed = f"{OWNERS}\nhygiene: {{rules: {{idle_pull: {{mode: require}}}}}}\n"
        idle = next(rule for rule in RULES if rule.name == "idle_pull")
        assert isinstance(idle.settings_in(Backlog(model=model(typed), now=NOW)), idle.settings)


class TestPlan:
    def tidying(self, number: int, weight: Weight, days: float, *acts: Act) -> Tidying:
        one = item(number=number, updated_at=ago(days))
        return Tidying(item=one, weight=weight, acts=acts or (CloseIssue("not_planned"),))

    def test_s18_what_matters_most_is_first_then_what_was_longest_untouched(self) -> None:
        waiting = [
            self.tidying(1, Weight.IDLE, 90),
            self.tidying(2, Weight.IDLE, 100),
            self.tidying(3, Weight.URGENT, 1),
            replace(self.tidying(4, Weight.URGENT, 1), acts=()),
            self.tidying(5, Weight.LACKING, 5),
        ]
        assert [one.item.number for one in plan(waiting, 3)] == [3, 5, 2]
        assert [one.item.number for one in plan(waiting, 20)] == [3, 5, 2, 1]

    @pytest.mark.parametrize(
        ("one", "weight"),
        [
            pytest.param(new(), Weight.LACKING, id="guidance"),
            pytest.param(new(labels=TIDY | {"p0"}), Weight.URGENT, id="a reminder"),
            pytest.param(item(said(GUIDE, 1, *ASKS), labels=TIDY), Weight.LACKING, id="done"),
        ],
    )
    def test_how_much_it_matters(self, one: Item, weight: Weight) -> None:
        assert decided(one).weight is weight

    @given(cap=st.integers(1, 7), count=st.integers(0, 40))
    def test_s18_run_after_run_every_item_gets_its_turn_once(self, cap: int, count: int) -> None:
        waiting = [self.tidying(number, Weight.IDLE, number) for number in range(count)]
        done: list[int] = []
        while run := plan([one for one in waiting if one.item.number not in done], cap):
            assert len(run) <= cap
            done += [one.item.number for one in run]
        assert done == sorted(range(count), reverse=True)


class TestCandidates:
    def test_of_most_items_no_timeline_is_needed(self) -> None:
        items = [
            new(number=1),
            item(number=2, labels=TIDY, created_at=ago(5), known=False, comments=4),
            item(happening(What.COMMENTED, 100, ALICE), number=3),
            item(number=4, known=False, author_is_bot=True, created_at=ago(5)),
        ]
        assert candidates(items, backlog(), RULES, 10) == ()

    def test_those_that_matter_most_are_read_first(self) -> None:
        items = [
            item(number=1, known=False, updated_at=ago(5), labels=TIDY),
            item(number=2, known=False, updated_at=ago(80), labels=TIDY),
            item(number=3, known=False, labels=TIDY | {"p0"}, updated_at=ago(1)),
            item(number=4, known=False, created_at=ago(3), updated_at=ago(3), comments=2),
            item(number=5, known=False, created_at=ago(3), labels=TIDY | {"needs-area"}),
        ]
        assert candidates(items, backlog(), RULES, 10) == (3, 4, 5, 2, 1)
        assert candidates(items, backlog(), RULES, 2) == (3, 4)

    def test_a_bots_may_be_marked_by_a_person(self) -> None:
        marked = item(number=1, known=False, author_is_bot=True, labels=frozenset({"stale"}))
        assert candidates([marked], backlog(), RULES, 10) == (1,)

    @settings(max_examples=50)
    @given(
        labels=st.frozensets(
            st.sampled_from([*TIDY, "priority/p0", "needs-area", "needs-triage", "stale"])
        ),
        comments=st.integers(0, 2),
        pull=st.booleans(),
        days=st.integers(0, 100),
        assignees=st.sampled_from([(), (ALICE,)]),
    )
    def test_what_needs_no_timeline_is_decided_without_one(
        self, labels: frozenset[str], comments: int, pull: bool, days: int, assignees: Any
    ) -> None:
        """Whoever is no candidate has nothing that only the timeline would show, where nothing has happened."""
        given_ = {
            "labels": labels,
            "comments": comments,
            "is_pull": pull,
            "created_at": ago(days),
            "updated_at": ago(days) if days else ago(0.5),
            "assignees": assignees,
        }
        bare, known = item(known=False, **given_), item(**given_)
        if not candidates([bare], backlog(), RULES, 1):
            assert acts(bare) == acts(known)


@dataclass
class World:
    """An issue on GitHub, whose labels people change, and what the app has written."""

    labels: set[str] = field(default_factory=set)
    happenings: list[Happening] = field(default_factory=list)
    guide: tuple[str, ...] | None = None
    comments: int = 0
    days: float = 50

    def item(self) -> Item:
        happenings = list(self.happenings)
        if self.guide is not None:
            happenings.append(said(GUIDE, 49, *self.guide))
        one = item(labels=frozenset(self.labels), created_at=ago(50), comments=self.comments)
        return replace(one, history=History.of(DAVE, ago(50), one.updated_at, happenings))

    def event(self, what: What, label: str, by: Any) -> None:
        self.days -= 0.1
        self.happenings.append(happening(what, self.days, by, about=label))

    def person(self, label: str) -> None:
        if label in self.labels:
            self.labels.discard(label)
            self.event(What.UNLABELED, label, ALICE)
        else:
            self.labels.add(label)
            self.event(What.LABELED, label, ALICE)

    def look(self, survives: int) -> int:
        wanted = acts(self.item(), PATIENT)
        for act in wanted[:survives]:
            match act:
                case Stick(state=state):
                    self.comments += self.guide is None
                    self.guide = tuple(state["asks"])
                case AddLabels(labels=labels):
                    for label in labels:
                        self.labels.add(label)
                        self.event(What.LABELED, label, APP)
                case RemoveLabel(label=label):
                    self.labels.discard(label)
                    self.event(What.UNLABELED, label, APP)
                case _:
                    raise AssertionError(act)
        return len(wanted)


@settings(max_examples=200)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["area/billing", "priority/p3", "priority/p2", "bug"]),
            st.integers(0, 3),
        ),
        max_size=12,
    )
)
def test_h01_whatever_people_set_and_wherever_it_is_killed_it_comes_to_rest(
    steps: list[tuple[str, int]],
) -> None:
    world = World()
    for label, survives in steps:
        world.person(label)
        world.look(survives)
    world.look(99)
    assert world.look(99) == 0
    assert world.comments <= 1
    lacking = not (
        {"area/billing"} <= world.labels and world.labels & {"priority/p2", "priority/p3"}
    )
    assert ("needs-triage" in world.labels) == lacking
    assert ("needs-area" in world.labels) == ("area/billing" not in world.labels)
    assert bool(world.guide) == (lacking or {"priority/p2", "priority/p3"} <= world.labels)
