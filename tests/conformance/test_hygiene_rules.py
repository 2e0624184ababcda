"""What every rule of the backlog must do, whichever file it is in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp import plugins
from ghapp.core.backlog import Backlog, Finding, Titled, Told
from ghapp.core.blocking import Blocker, Standing, ref
from ghapp.core.effects import Say
from ghapp.core.history import Happening, What
from ghapp.core.hygiene import candidates, check, decide, sketch, survey
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW
from tests.support.items import ALICE, APP, BOB, BOT, DAVE, ago, backlog, happening, item, milestone

RULES = plugins.hygiene_rules()
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)

HOSTILE = "@everyone fixes #1 <!-- x --> `| \N{RIGHT-TO-LEFT OVERRIDE}"
SECTION = "hygiene: {require: [area, priority, kind], wip: 1, stale: {}}"
LABELS = st.sampled_from(
    ["area/billing", "Priority/P0", "p1", "bug", "incident", "stale", "needs-triage", "", HOSTILE]
)
LOGINS = st.sampled_from([ALICE, BOB, DAVE, BOT, APP, Login("ghost")])
texts = st.text(max_size=40) | st.sampled_from(
    ["", HOSTILE, "blocked by #7", "- [ ] #8\nblocked by x/y#1", "The export is empty"]
)
happenings = st.builds(
    Happening,
    what=st.sampled_from(What),
    at=st.integers(0, 200).map(ago),
    by=LOGINS,
    by_bot=st.booleans(),
    member=st.booleans(),
    about=st.sampled_from(["alice", "stale", "approved", "priority/p0", ""]) | texts,
    key=st.sampled_from(["", "hygiene:acme/ops#7:guide", "hygiene:acme/ops#7:gone_assignee:bob"]),
)
items = st.builds(
    lambda told, **changes: item(*told, **changes),
    st.lists(happenings, max_size=5),
    known=st.booleans(),
    number=st.integers(7, 9),
    title=texts,
    body=texts,
    is_pull=st.booleans(),
    draft=st.booleans(),
    labels=st.frozensets(LABELS, max_size=4),
    assignees=st.lists(LOGINS, max_size=3, unique=True).map(tuple),
    milestone=st.none() | st.integers(3, 5),
    created_at=st.integers(0, 300).map(ago),
)
backlogs = st.builds(
    backlog,
    st.sampled_from([SECTION, "hygiene: {}", ""]),
    now=st.integers(-90, 5).map(ago),
    milestones=st.sampled_from([(), (milestone(4, "2026-11-20", title=HOSTILE),)]),
    blockers=st.sampled_from([None, {ref(HOME, 7): Blocker(Standing.OPEN)}]),
    gone=st.sampled_from([frozenset(), frozenset({"bob"})]),
    closed=st.builds(Titled, st.just(3), texts, st.just(ago(90)), st.none() | st.just(ago(9)))
    .map(lambda one: (one,)),
)  # fmt: skip


def sound(rule: HygieneRule[Any], found: Finding, around: Backlog) -> bool:
    """Whether a finding can be shown, and bears its rule's name."""
    assert (found.rule, bool(found.text), bool(found.then)) == (rule.name, True, True)
    assert found.since is None or found.since <= max(around.now, NOW)
    return found.told is Told.AGENDA or found.number is not None


@every_rule
@settings(max_examples=40)
@given(one=items, around=backlogs)
def test_it_never_fails_whatever_the_item(
    rule: HygieneRule[Any], one: Item, around: Backlog
) -> None:
    checked = check(one, around, [rule])
    assert checked.failed == ()
    assert checked == check(one, around, [rule])
    assert all(sound(rule, found, around) for found in checked.findings)
    assert all(found.number == one.number for found in checked.findings)


@every_rule
@settings(max_examples=40)
@given(several=st.lists(items, max_size=4, unique_by=lambda one: one.number), around=backlogs)
def test_it_never_fails_whatever_the_backlog(
    rule: HygieneRule[Any], several: list[Item], around: Backlog
) -> None:
    kept = {one.number: sketch(one, around, [rule]) for one in several}
    checked = survey(kept, around, [rule])
    assert checked.failed == ()
    assert all(sound(rule, found, around) for found in checked.findings)


@settings(max_examples=150)
@given(one=items, around=backlogs)
def test_what_is_decided_is_decided_again_the_same(one: Item, around: Backlog) -> None:
    first = decide(one, around, check(one, around, RULES))
    assert first == decide(one, around, check(one, around, RULES))
    assert first.wake_at is None or first.wake_at > around.now
    if "hygiene" not in around.model.model_fields_set:
        assert first.acts == ()
    keys = [act.key for act in first.acts if isinstance(act, Say)]
    assert len(keys) == len(set(keys))
    assert set(candidates([one], around, RULES, 5)) <= {one.number}


@every_rule
def test_off_it_finds_nothing(rule: HygieneRule[Any]) -> None:
    off = backlog(f"hygiene: {{require: [area], rules: {{{rule.name}: {{mode: 'off'}}}}}}")
    one = item(assignees=(BOB,), body="Blocked by #7", title="The export is empty")
    around = replace(off, gone=frozenset({"bob"}), milestones=(milestone(4, "2026-11-01"),))
    assert check(one, around, [rule]).findings == ()
    assert sketch(one, around, [rule]) == {}
    assert survey({7: {rule.name: None}}, around, [rule]).findings == ()


def test_time_moves_no_clock_backwards() -> None:
    early, late = backlog(now=NOW), backlog(now=NOW + timedelta(days=400))
    one = item(happening(What.ASSIGNED, 3, about="alice"), assignees=(ALICE,))
    names = [{found.rule for found in check(one, at, RULES).findings} for at in (early, late)]
    assert names[0] <= names[1]
