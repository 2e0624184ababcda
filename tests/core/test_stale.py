"""What waits for its author and is forgotten: who is warned, who is heard, and when something is closed."""

from datetime import timedelta
from typing import Any

import pytest

from ghapp.core import stale
from ghapp.core.backlog import Backlog
from ghapp.core.blocking import Blocker, Standing, ref
from ghapp.core.effects import AddLabels, CloseIssue, RemoveLabel, Say
from ghapp.core.history import Happening, What
from ghapp.core.item import Item
from ghapp.core.stale import Side, Step, judge
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW
from tests.support.items import (
    ALICE,
    APP,
    BOT,
    DAVE,
    ago,
    backlog,
    happening,
    item,
    milestone,
    said,
)  # fmt: skip

STALE = "hygiene: {stale: {after: 60d, close_after: 14d, drafts: 120d, exempt: [pinned]}}"
BLOCKING = "release: {cadence: {every: 2w}, gate: {blockers: [holds-release]}}"
ANSWERED = happening(What.COMMENTED, 100, ALICE)
"""A maintainer had the last word, a hundred days ago."""
MARKED = frozenset({"stale"})


def around(section: str = STALE, **changes: Any) -> Backlog:
    return backlog(section, **changes)


def warned(days: float, since: float = 100, number: int = 7) -> Happening:
    return said(f"hygiene:{HOME}#{number}:stale:{ago(since):%Y-%m-%dT%H:%M:%SZ}", days)


def marked(days: float, by: Login = APP) -> Happening:
    return happening(What.LABELED, days, by, about="stale")


def step(one: Item, backlog: Backlog | None = None) -> Step:
    return judge(one, backlog or around()).step


def acts(one: Item, backlog: Backlog | None = None) -> list[Any]:
    there = backlog or around()
    return list(stale.acts(one, there, judge(one, there)))


class TestWhoseTurnItIs:
    def test_s09_what_nobody_has_answered_is_never_stale_and_waits_for_us(self) -> None:
        assert stale.waits_on(item()) is Side.US
        assert judge(item(), around()).why == "it waits for us"

    @pytest.mark.parametrize(
        ("last", "side"),
        [
            pytest.param(happening(What.COMMENTED, 90, DAVE), Side.US, id="S09 the reporter"),
            pytest.param(
                happening(What.COMMENTED, 90, Login("erin")), Side.US, id="S09 a passer-by"
            ),
            pytest.param(happening(What.PUSHED, 90, DAVE), Side.US, id="S09 a push"),
            pytest.param(happening(What.COMMENTED, 90, ALICE), Side.AUTHOR, id="a maintainer"),
            pytest.param(happening(What.COMMENTED, 90, BOT), Side.AUTHOR, id="a bot has no turn"),
        ],
    )
    def test_s09_only_after_an_answer_it_is_the_authors(self, last: Happening, side: Side) -> None:
        one = item(ANSWERED, last)
        assert stale.waits_on(one) is side
        assert step(one) is (Step.WARN if side is Side.AUTHOR else Step.NOTHING)

    def test_of_what_is_not_known_nobody_can_tell(self) -> None:
        assert stale.waits_on(item(known=False)) is None
        assert judge(item(known=False), around()).why == "what has happened to it is not known"


class TestWarning:
    @pytest.mark.parametrize(
        ("days", "expected"), [(60, Step.WARN), (59.99, Step.NOTHING), (200, Step.WARN)]
    )
    def test_after_so_many_days(self, days: float, expected: Step) -> None:
        assert step(item(happening(What.COMMENTED, days, ALICE), created_at=ago(300))) is expected

    def test_it_says_when_to_look_again(self) -> None:
        found = judge(item(happening(What.COMMENTED, 50, ALICE)), around())
        assert found.next_at == NOW + timedelta(days=10)

    @pytest.mark.parametrize(
        ("one", "heard"),
        [
            pytest.param(happening(What.REVIEWED, 30, ALICE, about="commented"), True, id="review"),
            pytest.param(happening(What.ASSIGNED, 30, ALICE, about="bob"), True, id="assigned"),
            pytest.param(happening(What.ASSIGNED, 30, BOT, about="bob"), False, id="by a bot"),
            pytest.param(happening(What.COMMENTED, 30, BOT), False, id="a bot's comment"),
            pytest.param(said("hygiene:x:idle_pull:y", 30), False, id="our own comment"),
            pytest.param(happening(What.LABELED, 30, BOT, about="x"), False, id="a bot's label"),
        ],
    )
    def test_s10_what_resets_the_clock(self, one: Happening, heard: bool) -> None:
        assert step(item(ANSWERED, one)) is (Step.NOTHING if heard else Step.WARN)

    def test_s16_the_comment_is_written_before_the_label(self) -> None:
        say, label = acts(item(ANSWERED))
        assert isinstance(say, Say)
        assert say.template == "stale_warning"
        assert say.key == f"hygiene:{HOME}#7:stale:{ago(100):%Y-%m-%dT%H:%M:%SZ}"
        assert say.facts["close_after"] == timedelta(days=14)
        assert label == AddLabels(("stale",))

    def test_s18_killed_between_comment_and_label_it_is_the_same_comment(self) -> None:
        before, _ = acts(item(ANSWERED))
        again, label = acts(item(ANSWERED, warned(0)))
        assert again == before
        assert label == AddLabels(("stale",))

    def test_without_the_section_nothing_is_stale(self) -> None:
        never = backlog("hygiene: {}")
        assert judge(item(ANSWERED), never).step is Step.NOTHING
        assert not stale.suspects(item(ANSWERED), never)
        assert acts(item(ANSWERED), never) == []


class TestClosing:
    @pytest.mark.parametrize(
        ("warning", "label", "expected"),
        [
            pytest.param(14, 14, Step.CLOSE, id="S16 after 14 full days"),
            pytest.param(13.99, 13.99, Step.NOTHING, id="S16 not a minute before"),
            pytest.param(20, 13, Step.NOTHING, id="S16 the label came late"),
            pytest.param(13, 20, Step.NOTHING, id="S16 the comment came late"),
            pytest.param(None, 40, Step.WARN, id="S16 the comment failed, so it comes now"),
        ],
    )
    def test_s16(self, warning: float | None, label: float, expected: Step) -> None:
        comments = () if warning is None else (warned(warning),)
        one = item(ANSWERED, marked(label), *comments, labels=MARKED)
        assert step(one) is expected

    def test_s16_a_missing_warning_does_not_set_the_label_again(self) -> None:
        (say,) = acts(item(ANSWERED, marked(40), labels=MARKED))
        assert say.template == "stale_warning"

    def test_s17_it_is_closed_as_not_planned_and_the_label_goes(self) -> None:
        say, label, close = acts(
            item(ANSWERED, warned(20), marked(20), labels=frozenset({"Stale"}))
        )
        assert say.template == "stale_closed"
        assert label == RemoveLabel("Stale")
        assert close == CloseIssue("not_planned")

    def test_s17_killed_after_the_label_it_is_closed_all_the_same(self) -> None:
        key = f"hygiene:{HOME}#7:stale-closed:{ago(100):%Y-%m-%dT%H:%M:%SZ}"
        gone = happening(What.UNLABELED, 0, APP, about="stale")
        half = item(ANSWERED, warned(20), marked(20), said(key, 0), gone)
        say, close = acts(half)
        assert (say.key, close) == (key, CloseIssue("not_planned"))

    def test_s17_reopened_by_its_author_it_begins_anew(self) -> None:
        key = f"hygiene:{HOME}#7:stale-closed:{ago(100):%Y-%m-%dT%H:%M:%SZ}"
        back = happening(What.REOPENED, 1, DAVE)
        assert step(item(ANSWERED, warned(20), said(key, 5), back)) is Step.NOTHING

    def test_who_wants_nothing_closed_gets_warnings_only(self) -> None:
        gentle = around("hygiene: {stale: {close_after: null}}")
        one = item(ANSWERED, warned(90), marked(90), labels=MARKED)
        assert judge(one, gentle).why == "it has been warned, and is never closed"
        assert acts(item(ANSWERED), gentle)[0].facts["close_after"] is None


class TestClearing:
    @pytest.mark.parametrize("by", [APP, ALICE], ids=["ours", "a person's"])
    def test_s10_a_word_after_the_warning_clears_the_label(self, by: Login) -> None:
        one = item(
            ANSWERED, warned(20), marked(20, by), happening(What.COMMENTED, 1, DAVE), labels=MARKED
        )
        assert acts(one) == [RemoveLabel("stale")]

    def test_what_is_forgotten_anew_keeps_the_label_and_is_warned_anew(self) -> None:
        labels = MARKED
        again = item(
            warned(150, 190), marked(150), happening(What.COMMENTED, 70, ALICE), labels=labels
        )
        (say,) = acts(again)
        assert say.key.endswith(f"{ago(70):%Y-%m-%dT%H:%M:%SZ}")
        told = item(
            marked(150), happening(What.COMMENTED, 90, ALICE), warned(14, 90), labels=labels
        )
        assert step(told) is Step.CLOSE

    def test_s16_who_writes_in_the_second_of_the_last_word_is_heard(self) -> None:
        key = f"hygiene:{HOME}#7:stale-closed:{ago(100):%Y-%m-%dT%H:%M:%SZ}"
        late = happening(What.COMMENTED, 1, ALICE)
        half = item(ANSWERED, warned(20), marked(20), said(key, 1), late, labels=MARKED)
        assert acts(half) == [RemoveLabel("stale")]

    def test_s12_an_exemption_gained_later_clears_our_label(self) -> None:
        one = item(ANSWERED, warned(20), marked(20), labels=MARKED | {"Pinned"})
        assert acts(one) == [RemoveLabel("stale")]

    def test_s12_a_persons_label_stays_and_nothing_is_closed(self) -> None:
        one = item(ANSWERED, warned(20), marked(20, ALICE), labels=MARKED | {"pinned"})
        assert step(one) is Step.NOTHING

    def test_s13_a_label_by_a_person_counts_as_marked_then(self) -> None:
        one = item(happening(What.COMMENTED, 30, DAVE), marked(20, ALICE), labels=MARKED)
        assert step(one) is Step.WARN
        (say,) = acts(one)
        assert say.template == "stale_warning"
        told = item(
            happening(What.COMMENTED, 30, DAVE), marked(20, ALICE), warned(14, 30), labels=MARKED
        )
        assert step(told) is Step.CLOSE

    def test_s13_taken_off_by_a_person_the_full_time_begins_anew(self) -> None:
        removed = happening(What.UNLABELED, 59, ALICE, about="stale")
        one = item(ANSWERED, warned(70), marked(70), removed)
        found = judge(one, around())
        assert (found.step, found.since, found.next_at) == (
            Step.NOTHING, ago(59), NOW + timedelta(days=1),
        )  # fmt: skip

    def test_s13_taken_off_by_us_it_does_not(self) -> None:
        removed = happening(What.UNLABELED, 59, APP, about="stale")
        assert judge(item(ANSWERED, removed), around()).since == ago(100)

    def test_s14_set_again_the_latest_setting_counts(self) -> None:
        again = item(ANSWERED, warned(90), marked(90), marked(3, ALICE), labels=MARKED)
        assert judge(again, around()).next_at == ago(3) + timedelta(days=14)

    def test_a_label_of_which_no_event_is_known_counts_from_now(self) -> None:
        one = item(ANSWERED, warned(90), labels=MARKED, updated_at=ago(1))
        assert judge(one, around()).next_at == ago(1) + timedelta(days=14)


class TestDrafts:
    def draft(self, *happenings: Happening, **changes: Any) -> Item:
        return item(*happenings, **{"is_pull": True, "draft": True, **changes})

    def test_s11_a_draft_has_a_longer_time_of_its_own_from_the_last_push(self) -> None:
        talk = happening(What.COMMENTED, 5, ALICE)
        assert step(self.draft(happening(What.PUSHED, 120, DAVE), talk)) is Step.WARN
        assert step(self.draft(happening(What.PUSHED, 119, DAVE), talk)) is Step.NOTHING
        assert step(self.draft(talk)) is Step.WARN
        say, _ = acts(self.draft(talk))
        assert say.facts["draft"] is True

    def test_s11_who_answers_the_warning_is_heard(self) -> None:
        push = happening(What.PUSHED, 150, DAVE)
        answer = happening(What.COMMENTED, 2, DAVE)
        one = self.draft(push, warned(10, 150), marked(10), answer, labels=MARKED)
        assert acts(one) == [RemoveLabel("stale")]
        cleared = self.draft(push, warned(10, 150), answer)
        assert judge(cleared, around()).since == ago(2)

    def test_s11_it_is_exempt_while_its_milestone_is_current(self) -> None:
        there = around(milestones=(milestone(4, "2026-11-24"), milestone(5, "2026-12-08")))
        assert judge(self.draft(milestone=4), there).why == "it is in the current milestone"
        assert judge(self.draft(milestone=5), there).step is Step.WARN


class TestExempt:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            pytest.param(
                {"labels": frozenset({"PINNED"})},
                "it has the label PINNED",
                id="a label of the file",
            ),
            pytest.param(
                {"labels": frozenset({"security"})}, "it has the label security", id="S12 security"
            ),
            pytest.param(
                {"labels": frozenset({"release-blocker"})},
                "it has the label release-blocker",
                id="S12 it blocks a release",
            ),
            pytest.param(
                {"labels": frozenset({"incident", "sev2"})},
                "it has the label sev2",
                id="S12 an open incident",
            ),
            pytest.param(
                {"author_is_bot": True}, "it was not opened by a person", id="H03 a bot's"
            ),
            pytest.param({"author_is_app": True}, "it was not opened by a person", id="H03 ours"),
            pytest.param({"locked": True}, "it is locked", id="S15 locked"),
            pytest.param(
                {"body": "Blocked by #3"}, "it is blocked by acme/ops#3", id="S12 blocked"
            ),
            pytest.param(
                {"body": "Blocked by a/secret#3"},
                "it is blocked by a/secret#3",
                id="H10 blocked by what nobody can see",
            ),
        ],
    )
    def test_s12_s15(self, changes: dict[str, Any], why: str) -> None:
        there = around(blockers={ref(HOME, 3): Blocker(Standing.OPEN)})
        found = judge(item(ANSWERED, **changes), there)
        assert (found.step, found.why) == (Step.NOTHING, why)

    @pytest.mark.parametrize("label", ["sev2", "incident", "sev4", "bug"])
    def test_s12_only_serious_incidents_are_kept(self, label: str) -> None:
        labels = frozenset({label} if label != "sev4" else {"incident", "sev4"})
        assert step(item(ANSWERED, labels=labels)) is Step.WARN

    def test_s12_what_blocks_a_release_is_for_the_file_to_say(self) -> None:
        there = around(f"{STALE}\n{BLOCKING}")
        assert step(item(ANSWERED, labels=frozenset({"holds-release"})), there) is Step.NOTHING
        assert step(item(ANSWERED, labels=frozenset({"release-blocker"})), there) is Step.WARN

    def test_s12_when_the_blocker_closes_the_clock_begins(self) -> None:
        waits = item(ANSWERED, body="Blocked by #3")
        there = around(blockers={ref(HOME, 3): Blocker(Standing.CLOSED, ago(10))})
        assert judge(waits, there).since == ago(10)
        long_ago = around(blockers={ref(HOME, 3): Blocker(Standing.CLOSED)})
        assert judge(waits, long_ago).since == ago(100)

    def test_s12_when_the_label_goes_that_kept_it_the_clock_begins(self) -> None:
        one = item(ANSWERED, happening(What.UNLABELED, 10, BOT, about="pinned"))
        assert judge(one, around()).since == ago(10)

    def test_s15_a_locked_one_keeps_even_our_label(self) -> None:
        assert step(item(ANSWERED, marked(1), labels=MARKED, locked=True)) is Step.NOTHING


class TestWhatNeedsItsTimeline:
    @pytest.mark.parametrize(
        ("one", "needed"),
        [
            pytest.param(item(known=False), True, id="old enough"),
            pytest.param(item(known=False, updated_at=ago(1)), True, id="perhaps only bots wrote"),
            pytest.param(item(known=False, created_at=ago(59)), False, id="too young"),
            pytest.param(item(known=False, created_at=ago(5), labels=MARKED), True, id="marked"),
            pytest.param(item(known=False, locked=True), False, id="S15 locked"),
            pytest.param(item(known=False, labels=frozenset({"pinned"})), False, id="S12 exempt"),
            pytest.param(item(happening(What.COMMENTED, 59)), False, id="known to be alive"),
            pytest.param(
                item(known=False, created_at=ago(119), is_pull=True, draft=True), False,
                id="S11 a young draft",
            ),
            pytest.param(
                item(happening(What.PUSHED, 119), is_pull=True, draft=True), False,
                id="S11 a draft with a push",
            ),
            pytest.param(item(is_pull=True, draft=True), True, id="S11 a draft without one"),
        ],
    )  # fmt: skip
    def test_suspects(self, one: Item, needed: bool) -> None:
        assert stale.suspects(one, around()) is needed
