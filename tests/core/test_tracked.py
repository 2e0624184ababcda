"""What is remembered of an item: whole as long as everything was heard, and never more than that."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.effects import AddLabels, CloseIssue, RemoveLabel, Say, Stick, Unassign
from ghapp.core.github_event import ItemEvent
from ghapp.core.history import Happening, What, guide_key
from ghapp.core.hygiene import Act
from ghapp.core.item import Item
from ghapp.core.tracked import Tracked
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW
from tests.support.items import ALICE, APP, BOB, CREATED, DAVE, happening, item, said

MINUTE = timedelta(minutes=1)
LATER = NOW + MINUTE


def known(*happenings: Happening, **changes: Any) -> Tracked:
    """An item that is known up to NOW."""
    return Tracked(item(*happenings, updated_at=NOW, **changes))


def shown(before: Tracked, **changes: Any) -> Item:
    """The same a minute later, as GitHub shows it."""
    return replace(before.item, **{"history": None, "updated_at": LATER, **changes})


def event(
    before: Tracked,
    action: str,
    what: What | None = None,
    about: str = "",
    *,
    by: Login = ALICE,
    told: dict[str, Any] | None = None,
    **changes: Any,
) -> ItemEvent:
    """An event a minute later."""
    one = None
    if what is not None:
        bot = by.endswith("[bot]")
        one = Happening(what=what, at=LATER, by=by, by_bot=bot, member=not bot, about=about)
    return ItemEvent(
        item=shown(before, **changes),
        action=action,
        happening=one,
        by_app=by == APP,
        **(told or {}),
    )


class TestListed:
    def test_an_issue_that_nobody_has_touched_is_known(self) -> None:
        one = Tracked.listed(
            item(known=False, labels=frozenset({"P1"}), assignees=(BOB,), updated_at=CREATED)
        )
        history = one.item.known
        assert history is not None
        mark = history.labeled_at("p1")
        assert mark is not None
        assert (mark.at, mark.by_bot) == (CREATED, False)
        assert history.assigned["bob"].at == CREATED

    @pytest.mark.parametrize(
        "changes", [{"comments": 1}, {"updated_at": NOW}, {"is_pull": True}], ids=str
    )
    def test_one_to_which_something_may_have_happened_is_not(self, changes: dict[str, Any]) -> None:
        given = {"updated_at": CREATED, **changes}
        assert Tracked.listed(item(known=False, **given)).item.history is None

    def test_what_changes_unseen_is_not_known_any_more(self) -> None:
        before = known()
        after = Tracked.listed(shown(before), before)
        assert after.item.history == before.item.history
        assert after.item.known is None

    def test_a_listing_that_is_older_changes_nothing(self) -> None:
        before = known()
        assert Tracked.listed(shown(before, updated_at=NOW - MINUTE), before) is before

    def test_the_app_s_own_doing_is_known(self) -> None:
        before = known().wrote([AddLabels(("stale",))], NOW)
        after = Tracked.listed(shown(before), before)
        assert after.item.known is not None
        assert not after.echo

    def test_but_not_of_a_pull_request_whose_pushes_do_not_show(self) -> None:
        before = known(is_pull=True).wrote([AddLabels(("stale",))], NOW)
        assert Tracked.listed(shown(before), before).item.known is None

    def test_nor_if_somebody_else_has_done_something_too(self) -> None:
        before = known().wrote([AddLabels(("stale",))], NOW)
        assert Tracked.listed(shown(before, comments=1), before).item.known is None

    def test_a_listing_of_before_its_writes_does_not_undo_them(self) -> None:
        before = known().wrote([AddLabels(("stale",))], NOW)
        assert Tracked.listed(shown(before, updated_at=NOW), before) is before

    def test_without_a_history_there_is_none(self) -> None:
        before = Tracked(item(known=False, updated_at=NOW))
        assert Tracked.listed(shown(before), before).item.history is None


class TestHeard:
    def test_of_what_is_new_all_is_known(self) -> None:
        new = Tracked.heard(event(known(), "opened"))
        assert new.item.known is not None
        assert Tracked.heard(event(known(), "opened"), new) is new

    def test_of_what_was_there_before_nothing(self) -> None:
        assert Tracked.heard(event(known(), "edited")).item.known is None

    @pytest.mark.parametrize(
        ("action", "what", "about", "changes"),
        [
            ("labeled", What.LABELED, "new", {"labels": frozenset({"old", "new"})}),
            ("unlabeled", What.UNLABELED, "old", {"labels": frozenset()}),
            ("assigned", What.ASSIGNED, "Alice", {"assignees": (BOB, ALICE)}),
            ("unassigned", What.OTHER, "", {"assignees": ()}),
            ("created", What.COMMENTED, "", {"comments": 0}),
            ("created", What.COMMENTED, "", {"comments": 1}),
            ("reviewed", What.REVIEWED, "approved", {}),
            ("synchronize", What.PUSHED, "", {}),
            ("milestoned", What.OTHER, "", {"milestone": 3}),
            ("edited", None, "", {"title": "Another"}),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_explains_the_change_is_known(
        self, action: str, what: What | None, about: str, changes: dict[str, Any]
    ) -> None:
        before = known(labels=frozenset({"old"}), assignees=(BOB,))
        after = Tracked.heard(event(before, action, what, about, **changes), before).item
        assert after.known is not None
        assert after.known.upto == LATER
        assert after.comments == (1 if action == "created" else 0)

    @pytest.mark.parametrize(
        ("action", "what", "about", "changes"),
        [
            ("labeled", What.LABELED, "new", {"labels": frozenset({"old", "new", "more"})}),
            ("labeled", What.LABELED, "new", {"labels": frozenset({"old", "new"}), "comments": 1}),
            ("unassigned", What.OTHER, "", {"assignees": (ALICE,)}),
            ("edited", None, "", {"assignees": ()}),
            ("created", What.COMMENTED, "", {"comments": 2}),
        ],
    )
    def test_what_does_not_is_not(
        self, action: str, what: What | None, about: str, changes: dict[str, Any]
    ) -> None:
        before = known(labels=frozenset({"old"}), assignees=(BOB,))
        after = Tracked.heard(event(before, action, what, about, **changes), before).item
        assert after.known is None
        assert after.history is not None

    def test_an_event_that_comes_late_is_remembered(self) -> None:
        before = known()
        late = event(before, "created", What.COMMENTED, updated_at=NOW - MINUTE)
        after = Tracked.heard(late, before).item
        assert after.updated_at == NOW
        assert after.history is not None
        assert after.history.human_at == LATER

    def test_an_event_that_comes_twice_changes_nothing(self) -> None:
        before = known()
        told = event(before, "created", What.COMMENTED, comments=1)
        once = Tracked.heard(told, before)
        assert Tracked.heard(told, once) is once

    def test_a_comment_that_is_gone_makes_it_unknown(self) -> None:
        before = known()
        assert Tracked.heard(event(before, "deleted"), before).item.history is None

    def test_without_a_history_there_is_none(self) -> None:
        before = Tracked(item(known=False))
        assert Tracked.heard(event(before, "edited"), before).item.history is None

    def test_a_review_does_not_count_the_comments(self) -> None:
        before = known(comments=2)
        told = {"counted": False}
        heard = event(before, "reviewed", What.REVIEWED, "approved", told=told, comments=0)
        after = Tracked.heard(heard, before).item
        assert (after.comments, after.known is not None) == (2, True)

    def test_the_app_hears_itself(self) -> None:
        before = known().wrote([Say("key", "t"), AddLabels(("stale",))], NOW)
        heard = event(before, "created", What.COMMENTED, by=APP, labels=frozenset(), comments=1)
        after = Tracked.heard(heard, before)
        assert after.item.labels == {"stale"}
        assert after.item.known is not None
        assert after.echo

    def test_and_knows_no_more_than_before(self) -> None:
        before = Tracked(item(known=True, updated_at=LATER)).wrote([AddLabels(("stale",))], NOW)
        history = before.item.history
        assert history is not None
        unknown = replace(before, item=replace(before.item, history=replace(history, upto=NOW)))
        after = Tracked.heard(event(unknown, "labeled", What.LABELED, "stale", by=APP), unknown)
        assert after.item.known is None


class TestRead:
    def test_the_timeline_tells_all(self) -> None:
        one = Tracked(item(known=False, updated_at=NOW)).read([happening(What.COMMENTED, 3)])
        assert one.item.known is not None
        assert one.item.known.answer_at is not None

    def test_of_its_own_doing_the_later_time_counts(self) -> None:
        before = known().wrote([Say("k", "t"), AddLabels(("stale",))], NOW)
        after = before.read([said("k", 1), happening(What.LABELED, 1, APP, about="stale")])
        history = after.item.history
        assert history is not None
        assert history.said["k"].at == NOW
        assert history.labeled["stale"].at == NOW

    def test_what_is_not_there_any_more_was_not_said(self) -> None:
        before = known().wrote([Say("k", "t"), AddLabels(("stale",))], NOW)
        after = before.read([happening(What.LABELED, 1, ALICE, about="stale")]).item.history
        assert after is not None
        assert after.said == {}
        assert after.labeled["stale"].at < NOW


class TestWrote:
    def test_everything_that_the_app_does(self) -> None:
        before = known(labels=frozenset({"a"}), assignees=(ALICE, BOB))
        acts: list[Act] = [
            Say("reminder", "t"),
            Stick(guide_key(HOME, 7), "t", {}, {"asks": ["x:"]}),
            AddLabels(("b", "c")),
            RemoveLabel("a"),
            Unassign((Login("Bob"),)),
            CloseIssue("not_planned"),
        ]
        after = before.wrote(acts, NOW)
        assert after.echo
        assert after.item.labels == {"b", "c"}
        assert after.item.assignees == (ALICE,)
        assert after.item.comments == 2
        history = after.item.known
        assert history is not None
        assert set(history.said) == {"reminder", guide_key(HOME, 7)}
        assert history.asks == ("x:",)
        assert history.labeled["b"].by_bot
        assert history.unlabeled["a"].by_bot

    def test_a_comment_that_is_edited_is_no_further_one(self) -> None:
        guide = Stick(guide_key(HOME, 7), "t", {}, {"asks": []})
        once = known().wrote([guide], NOW)
        assert once.wrote([guide], NOW).item.comments == 1

    def test_without_a_history_only_what_shows(self) -> None:
        before = Tracked(item(known=False))
        after = before.wrote([Say("k", "t"), AddLabels(("b",)), RemoveLabel("b")], NOW).item
        assert (after.comments, after.labels, after.history) == (1, frozenset(), None)


@given(st.permutations(range(4)))
def test_the_order_in_which_webhooks_arrive_does_not_matter(order: list[int]) -> None:
    before = known()
    events = []
    for minute in range(1, 5):
        at = NOW + minute * MINUTE
        one = Happening(what=What.COMMENTED, at=at, by=DAVE)
        now = shown(before, updated_at=at, comments=minute)
        events.append(ItemEvent(item=now, action="created", happening=one))
    after = before
    for index in order:
        after = Tracked.heard(events[index], after)
    history = after.item.history
    assert history is not None
    assert history.word_at == NOW + 4 * MINUTE
    assert after.item.updated_at == NOW + 4 * MINUTE
