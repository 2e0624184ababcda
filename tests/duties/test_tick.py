"""A tick does what is due of the chosen kinds, what follows from it, and says what it did."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from ghapp.duties.assembly import Round
from ghapp.duties.kinds import KINDS, OTHER, chosen, kind_of
from ghapp.duties.tick import Failure, Journal, Tick
from ghapp.engine.single_pass import SinglePass
from ghapp.github.errors import Unavailable
from ghapp.github.writes import Written
from tests.support.builders import HOME, firing
from tests.support.desk import Desk, desk_in

EVERY = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("conversation", "kind"),
    [
        ("incident:gcp:1", "incidents"),
        ("page:x", "pages"),
        ("handoff:platform", "handoffs"),
        ("pull:acme/shop#1", "review"),
        ("release:acme/ops", "release"),
        ("triage:acme/ops", "triage"),
        ("report:acme/ops", "report"),
        ("model", "model"),
        ("something else", OTHER),
    ],
)
def test_each_conversation_is_of_a_kind(conversation: str, kind: str) -> None:
    assert kind_of(conversation) == kind


@pytest.mark.parametrize(
    ("words", "kinds", "unknown"),
    [
        (["release"], {"release"}, ()),
        (["releases", " Incident "], {"release", "incidents"}, ()),
        (["release", "relaese", ""], {"release"}, ("relaese",)),
        ([], set(), ()),
    ],
    ids=["as it is called", "singular, plural, any case", "a slip", "none"],
)
def test_kinds_are_chosen_by_a_word(
    words: list[str], kinds: set[str], unknown: tuple[str, ...]
) -> None:
    assert chosen(words, KINDS) == (kinds, unknown)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk


@pytest.fixture
async def once(desk: Desk) -> AsyncIterator[SinglePass]:
    once = SinglePass(desk.db, desk.inbox, desk.store, now=lambda: desk.now, patience=0)
    async with once.alone():
        yield once


class Ticking:
    """A tick on the desk, with rounds of the test's own."""

    def __init__(self, desk: Desk, once: SinglePass, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.once = once
        self.journal = Journal()
        self._patch = monkeypatch

    async def run(self, *kinds: str, **rounds: Callable[[], Awaitable[None]]) -> None:
        made = tuple(Round(kind, EVERY, turn) for kind, turn in rounds.items())
        self._patch.setattr(self.desk.duties, "rounds", lambda: made)
        tick = Tick(self.desk.duties, self.once, self.journal)
        await tick.run(self.desk.conversations, kinds, self.desk.now)


@pytest.fixture
def ticking(desk: Desk, once: SinglePass, monkeypatch: pytest.MonkeyPatch) -> Ticking:
    return Ticking(desk, once, monkeypatch)


async def test_an_incident_that_is_due_escalates_and_one_that_is_not_waits(
    desk: Desk, ticking: Ticking
) -> None:
    await desk.alert(firing())
    await ticking.run("incidents")
    assert "escalated" not in desk.issue().labels
    desk.later(hours=2)
    await ticking.run("handoffs")
    assert "escalated" not in desk.issue().labels
    await ticking.run("incidents")
    assert "escalated" in desk.issue().labels
    assert ticking.journal.failures == []


async def test_what_waits_in_the_inbox_is_handled(desk: Desk, ticking: Ticking) -> None:
    await desk.put("incident:gcp:new", firing())
    await ticking.run("incidents")
    assert len(desk.incidents_on_github()) == 1


async def test_trouble_of_one_round_stops_no_other_and_is_told(
    ticking: Ticking,
) -> None:
    done = []

    async def away() -> None:
        raise Unavailable("GitHub is away")

    async def broken() -> None:
        raise ValueError("a mistake")

    async def sound() -> None:
        done.append(ticking.journal.kind)
        ticking.journal.note(Written(action="issue.open", repo=HOME))

    with structlog.testing.capture_logs() as logged:
        await ticking.run(
            "release", "triage", "docs", release=away, triage=broken, docs=sound, report=away
        )
    assert done == ["docs"]
    assert [one.kind for one in ticking.journal.entries] == ["docs"]
    assert ticking.journal.failures == [
        Failure("release", "its round", "GitHub is away"),
        Failure("triage", "its round", "ValueError: a mistake"),
    ]
    assert [one["event"] for one in logged] == ["round_failed"]


async def test_what_has_to_wait_and_what_broke_is_told(desk: Desk, ticking: Ticking) -> None:
    await desk.put("incident:gcp:away", firing())
    await desk.put("nobody:knows", firing())
    desk.github.fail("list_issues", Unavailable("GitHub is away", after=600))
    with structlog.testing.capture_logs():
        await ticking.run("incidents", OTHER)
    assert ticking.journal.failures == [
        Failure("incidents", "incident:gcp:away", "has to wait; try again later"),
        Failure(OTHER, "nobody:knows", "has to wait; try again later"),
        Failure("", "some of it failed", "see the log"),
    ]
