"""The verdict of the review standard: what holds a merge up, what is only said, and how the check ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.freeze import Window
from ghapp.core.review import Verdict, could_not, evaluate, needs
from ghapp.core.review_facts import Need, ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import TITLE, Reason, State, Unread
from ghapp.model.rule_settings import RuleSettings
from ghapp.plugins import review_rules
from tests.support.reviews import (
    ALICE,
    BOB,
    HOUR,
    NOW,
    changed,
    commit,
    facts,
    model,
    pull,
    review,
    waiver,
)

RULES = review_rules()
UNREAD = Unread("GitHub does not answer")
STRICT = (
    "review: {rules: {title: {mode: require, skip: any-title}, size: {}, fixup: {mode: require}}}"
)
BAD = {"pull": pull(title="x")}


def said(more: str = "", **changes: Any) -> Verdict:
    return evaluate(facts(more, **changes), RULES)


@pytest.mark.parametrize(
    ("more", "changes", "conclusion", "title"),
    [
        pytest.param("", {}, "success", "Ready to merge", id="V07 approved"),
        pytest.param(STRICT, {}, "success", "Ready to merge", id="V07 all that is required"),
        pytest.param(
            "",
            {"reviews": ()},
            "action_required",
            "billing waits for bob or carol",
            id="V07 an approval is waited for",
        ),
        pytest.param(
            "",
            {"reviews": (review(ALICE, "changes_requested"), review(BOB, at=NOW))},
            "failure",
            "alice requested changes",
            id="V04 blocked",
        ),
        pytest.param(STRICT, BAD, "failure", "Title is not conventional", id="V08 a required rule"),
        pytest.param(
            STRICT,
            BAD | {"reviews": ()},
            "failure",
            "Title is not conventional",
            id="V08 what is refused comes first",
        ),
        pytest.param(
            "review: {rules: {title: {}}}",
            BAD,
            "success",
            "Ready to merge, 1 remark",
            id="V08 advice holds nothing up",
        ),
        pytest.param(
            "review: {rules: {title: {}, size: {lines: 1}}}",
            BAD,
            "success",
            "Ready to merge, 2 remarks",
            id="V08 more advice",
        ),
        pytest.param(
            "review: {approvals: 0}", {}, "neutral", "Nothing is required", id="V08 no rule applies"
        ),
        pytest.param(
            "review: {approvals: 0, rules: {title: {}}}",
            BAD,
            "neutral",
            "Nothing is required, 1 remark",
            id="V08 only advice",
        ),
        pytest.param(
            "review: {approvals: 0, rules: {title: {mode: require}}}",
            BAD | {"waivers": (waiver("title"),)},
            "neutral",
            "Nothing is left to require",
            id="V12 all is waived",
        ),
        pytest.param(
            STRICT, BAD | {"waivers": (waiver("title"),)}, "success", "Ready to merge", id="V12"
        ),
        pytest.param("", {"pull": pull(draft=True), "files": UNREAD}, "neutral", "Draft", id="V10"),
        pytest.param("", {"files": UNREAD}, "failure", "Could not read the files", id="V05 files"),
        pytest.param(
            "", {"reviews": UNREAD}, "failure", "Could not read the reviews", id="V05 reviews"
        ),
        pytest.param(
            "review: {approvals: 0}",
            {"reviews": UNREAD},
            "failure",
            "Could not read the reviews",
            id="V05 reviews where none are required",
        ),
        pytest.param(
            STRICT,
            BAD | {"waivers": UNREAD},
            "failure",
            "Could not read the waivers",
            id="V05 waivers",
        ),
    ],
)
def test_how_the_check_ends(
    more: str, changes: dict[str, Any], conclusion: str, title: str
) -> None:
    verdict = said(more, **changes)
    assert (verdict.conclusion, verdict.title) == (conclusion, title)
    assert verdict.retries == any(isinstance(one, Unread) for one in changes.values()) * (
        not verdict.draft
    )


def test_a_rule_says_where_it_is_set() -> None:
    (_, fixup, title) = said(STRICT).reasons
    assert (fixup.setting, title.setting) == ("review.rules.fixup", "review.rules.title")


def test_a_label_excuses_from_a_rule_and_is_shown() -> None:
    verdict = said(STRICT, pull=pull(title="x", labels=frozenset({"Any-Title"})))
    assert verdict.conclusion == "success"
    reason = verdict.reasons[-1]
    assert (reason.state, reason.text) == (State.SKIPPED, "Skipped by the label any-title.")
    assert said("review: {rules: {title: {mode: require}}}", **BAD).conclusion == "failure"


def test_a_waiver_that_does_not_count_is_shown() -> None:
    (note,) = said(STRICT, waivers=(waiver("title", ALICE),)).notes
    assert note.text.startswith("/waive title by alice does not count")


def test_a_freeze_turns_it_at_its_instant() -> None:
    windows = (
        Window(
            start=NOW + HOUR, end=NOW + 3 * HOUR, reason="holidays", said_in="release.freezes[0]"
        ),
    )
    strict = "review: {rules: {freeze: {mode: require}}}"
    before = said(strict, windows=windows)
    assert (before.conclusion, before.wake_at) == ("success", NOW + HOUR)
    during = said(strict, windows=windows, now=NOW + HOUR)
    assert (during.conclusion, during.wake_at) == ("failure", NOW + 3 * HOUR)
    assert during.title == "Freeze: holidays (until 2026-11-24)"
    after = said(strict, windows=windows, now=NOW + 3 * HOUR)
    assert (after.conclusion, after.wake_at) == ("success", None)


def test_by_default_a_freeze_is_mentioned() -> None:
    windows = (Window(start=NOW, end=None, reason="", said_in="#9"),)
    verdict = said(windows=windows)
    assert (verdict.conclusion, verdict.title) == ("success", "Ready to merge, 1 remark")
    assert verdict.advice[0].setting == "#9"
    assert said("review: {rules: {freeze: {mode: 'off'}}}", windows=windows).advice == ()


def test_only_what_rules_need_is_gathered() -> None:
    assert needs(model(), RULES) == {Need.FREEZES}
    assert needs(model("review: {rules: {freeze: {mode: 'off'}}}"), RULES) == frozenset()
    everything = "review: {rules: {linked_issue: {}, description: {}}}"
    assert needs(model(everything), RULES) == set(Need)


def test_a_model_that_knows_no_rules_has_what_holds_where_it_is_silent() -> None:
    """As when it was loaded without them."""
    rule = ReviewRule(
        name="unheard-of",
        help="Nothing is wrong.",
        settings=RuleSettings,
        by_default=True,
        check=lambda *_: Reason("unheard-of", State.REFUSED, "Wrong", "Wrong."),
    )
    verdict = evaluate(facts(), [rule])
    assert [one.short for one in verdict.advice] == ["Wrong"]
    assert evaluate(facts(), [replace(rule, by_default=False)]).advice == ()


def test_a_rule_that_fails_stops_no_other() -> None:
    def broken(_facts: ReviewFacts, _settings: Any) -> Reason:
        raise KeyError("secret")

    rules = [replace(one, check=broken) if one.name == "fixup" else one for one in RULES]
    verdict = evaluate(facts(STRICT, **BAD), rules)
    assert [one.state for one in verdict.reasons] == [
        State.SATISFIED,
        State.UNKNOWN,
        State.REFUSED,
    ]
    assert "secret" not in str(verdict.tree)
    assert verdict.retries
    assert [(one.rule, repr(one.error)) for one in verdict.faults] == [
        ("fixup", "KeyError('secret')")
    ]


def test_a_rule_that_does_not_apply_is_not_shown() -> None:
    verdict = said("review: {rules: {tests: {mode: require}}}", files=(changed("billing/a.md"),))
    assert [one.name for one in verdict.reasons] == ["approvals"]


def test_the_whole_for_a_reader() -> None:
    verdict = said(
        "review: {rules: {title: {}}}", pull=pull(title="x"), waivers=(waiver("title", ALICE),)
    )
    assert [one.name for one in verdict.tree] == ["approvals", "advice", "notes"]
    assert [one.name for one in verdict.tree[1].children] == ["freeze", "title"]
    assert said("review: {rules: {freeze: {mode: 'off'}}}").tree == said().reasons


def test_when_nothing_could_be_read() -> None:
    verdict = could_not("GitHub does not answer")
    assert (verdict.conclusion, verdict.title) == ("failure", "Could not read the pull request")
    assert verdict.retries


def test_what_a_pull_request_says_of_its_own_owners_does_not_count() -> None:
    """The model is that of the base branch, whatever the pull request makes of the file."""
    verdict = said(files=(changed("OWNERS.yaml", patch="+  project: {owner: dave}"),))
    assert verdict.title == "project waits for erin"


@given(
    unread=st.sets(
        st.sampled_from(["files", "commits", "reviews", "waivers", "issues", "template", "windows"])
    ),
    files_complete=st.booleans(),
    commits_complete=st.booleans(),
    title=st.text(max_size=90),
)
def test_doubt_never_merges(
    unread: set[str], files_complete: bool, commits_complete: bool, title: str
) -> None:
    strict = (
        "review: {rules: {description: {mode: require}, linked_issue: {mode: require},"
        " freeze: {mode: require}, fixup: {mode: require}, title: {mode: require, pattern: .}}}"
    )
    verdict = said(
        strict,
        pull=pull(title=title, updated_at=NOW - timedelta(1)),
        **(
            {
                "commits": (commit(),),
                "files_complete": files_complete,
                "commits_complete": commits_complete,
                "reviews": (review(BOB), review(ALICE), review("erin")),  # type: ignore[arg-type]
            }
            | dict.fromkeys(unread, UNREAD)
        ),
    )
    assert len(verdict.title) <= TITLE
    if unread - {"waivers"} or not commits_complete:
        assert verdict.conclusion == "failure"
