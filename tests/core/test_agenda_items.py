"""What gets onto the agenda of a triage, and in which order."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from ghapp.core import agenda_items
from ghapp.core.agenda import Item
from ghapp.core.agenda_items import Aged, FollowUp, OnCall, Waiting, area_of
from ghapp.core.backlog import Finding, Told, Weight
from ghapp.core.docs_review import Reviewed, State
from ghapp.core.facts import Fingerprint, Issue
from ghapp.core.incident import Ack, Incident, Phase
from ghapp.core.postmortem import Action
from ghapp.core.routing import BACKLOG
from ghapp.model.names import Login, RotationName
from tests.support.builders import HOME, NOW, OWNERS, model, opened
from tests.support.requests import question

WEB = "https://github.com"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ALICE, BOB = Login("alice"), Login("bob")


def issue(number: int, *labels: str, days: float = 0, **changes: object) -> Issue:
    at = NOW - days * DAY
    values = {"number": number, "labels": frozenset(labels), "created_at": at, "updated_at": at}
    return question(**{**values, "title": f"Issue {number}", **changes})


def notes(items: Iterable[Item]) -> dict[str, str]:
    return {one.ref: one.note for one in items}


class TestIncidents:
    def test_their_state_and_times(self) -> None:
        over = replace(
            opened(),
            ack=Ack(BOB, NOW + timedelta(minutes=3)),
            phase=Phase.CLOSED,
            closed_at=NOW + timedelta(hours=2),
        )
        (one,) = agenda_items.incidents([over], WEB)
        assert one == Item(
            key="acme/ops#7",
            text="Latency is high",
            ref="ops 7",
            url="https://github.com/acme/ops/issues/7",
            note="sev2, resolved, acknowledged after 3m, over after 2h",
        )

    def test_an_open_one(self) -> None:
        (one,) = agenda_items.incidents([replace(opened(), phase=Phase.RECOVERED)], WEB)
        assert one.note == "sev2, recovered, never acknowledged"

    def test_noise_is_what_fires_often(self) -> None:
        def fired(key: str, count: int) -> Incident:
            return replace(opened(), key=Fingerprint(key), count=count, summary=key)

        found = [fired("a", 4), fired("b", 2), fired("b", 3), fired("c", 9), fired(BACKLOG, 99)]
        items = list(agenda_items.noisy(found))
        assert [(one.key, one.note.split(",")[0]) for one in items] == [
            ("alert:c", "fired 9 times"),
            ("alert:b", "fired 5 times"),
        ]


class TestIssues:
    def test_untriaged_by_area_the_oldest_first(self) -> None:
        found = [
            issue(1, "bug", days=1),
            issue(2, "area/billing", days=2),
            issue(3, "area/app", days=3),
            issue(4, "area/app", days=4),
            issue(5, "area/app", "priority/p1"),
            issue(6, "area/app", "priority/p1", "needs-triage", days=6),
            issue(7, open=False),
            issue(8, is_pull=True),
            issue(9, author_is_app=True),
        ]
        assert notes(agenda_items.untriaged(found, WEB, NOW)) == {
            "ops 6": "area app, needs-triage, 6d old",
            "ops 4": "area app, no priority, 4d old",
            "ops 3": "area app, no priority, 3d old",
            "ops 2": "area billing, no priority, 2d old",
            "ops 1": "no area, no area, no priority, 1d old",
        }

    def test_the_area_of_an_issue(self) -> None:
        assert area_of(issue(1, "area/b", "area/a")) == "a"
        assert area_of(issue(1)) is None

    def test_ageing(self) -> None:
        found = [
            Aged(issue(1), "p2", NOW - 40 * DAY, 30 * DAY),
            Aged(issue(2), "p1", NOW - 9 * DAY, 7 * DAY),
            Aged(issue(3), "p1", NOW - 12 * DAY, 7 * DAY),
        ]
        assert notes(agenda_items.ageing(found, WEB, NOW)) == {
            "ops 3": "p1 for 12d, at most 7d",
            "ops 2": "p1 for 9d, at most 7d",
            "ops 1": "p2 for 40d, at most 30d",
        }

    def test_stale(self) -> None:
        found = [issue(1, days=60), issue(2, days=70)]
        assert list(notes(agenda_items.stale(found, WEB, NOW)).items()) == [
            ("ops 2", "nothing for 70d"),
            ("ops 1", "nothing for 60d"),
        ]

    def test_blockers(self) -> None:
        found = [issue(2), issue(1, assignees=(ALICE, BOB))]
        assert notes(agenda_items.blockers(found, WEB)) == {
            "ops 1": "alice, bob",
            "ops 2": "nobody has it",
        }

    def test_waiting(self) -> None:
        found = [
            Waiting(HOME, 1, "One", NOW - DAY),
            Waiting(HOME, 2, "Two", NOW - 3 * DAY, (ALICE, BOB)),
        ]
        items = list(agenda_items.waiting(found, WEB, NOW))
        assert [one.note for one in items] == [
            "waits 3d for alice, bob",
            "waits 1d, nobody is asked",
        ]
        assert items[0].url == "https://github.com/acme/ops/pull/2"


class TestOthers:
    def test_docs(self) -> None:
        due = date(2026, 11, 22)
        found = [
            Reviewed(path="b.md", owner=BOB, state=State.DUE, due=due),
            Reviewed(path="a.md", owner=BOB, state=State.OVERDUE, due=due - DAY),
            Reviewed(path="f.md", owner=BOB, state=State.FRESH, due=due + DAY),
            Reviewed(path="p.md", owner=ALICE, state=State.PROBLEM, why="it states no date"),
        ]
        items = list(agenda_items.docs(found, {"a.md": "https://x.example/a.md"}))
        assert [(one.text, one.note, one.url) for one in items] == [
            ("p.md", "alice, it states no date", ""),
            ("a.md", "bob, overdue, due 2026-11-21", "https://x.example/a.md"),
            ("b.md", "bob, due today, due 2026-11-22", ""),
        ]

    def test_follow_ups(self) -> None:
        late = Action("add an alert", BOB, date(2026, 11, 20))
        found = [
            FollowUp(1, "One", True, (late, Action("ask", None, date(2026, 11, 21)))),
            FollowUp(2, "Two", False),
            FollowUp(3, "Three", False, (late,) * 30),
        ]
        items = list(agenda_items.follow_ups(found, HOME, WEB))
        assert [one.key for one in items] == ["acme/ops#1", "acme/ops#3"]
        assert items[0].note == (
            "overdue; add an alert (bob, 2026-11-20); ask (nobody, 2026-11-21)"
        )
        assert len(items[1].note) == 300

    def test_t06_what_comes_back_by_itself_need_not_be_carried(self) -> None:
        keys = ["acme/ops#7", "acme/ops#8", "doc:a.md", "alert:gcp:1", "note:0123"]
        left = [Item(key=key, text="x") for key in keys]
        assert agenda_items.settled(left, [opened()]) == {"acme/ops#8", "doc:a.md", "alert:gcp:1"}

    def test_on_call(self) -> None:
        text = OWNERS.replace("alice: {}", "alice: {away: [{from: 2026-11-26, to: 2026-11-26}]}", 1)
        later = "  later: {people: [bob], start: 2030-01-01}\n"
        found = model(text.replace("severities:", f"{later}severities:", 1))
        start = NOW.replace(day=23, hour=9)
        lines = agenda_items.on_call(found, start, start + 14 * DAY)
        assert [(one.start - start, one.person, one.because) for one in lines] == [
            (0 * DAY, BOB, ""),
            (HOUR, ALICE, ""),
            (3 * DAY - 9 * HOUR, BOB, "covers for alice, who is away"),
            (4 * DAY - 9 * HOUR, ALICE, ""),
            (7 * DAY + HOUR, BOB, ""),
        ]
        assert lines[-1] == OnCall(RotationName("platform"), BOB, lines[-1].start, start + 14 * DAY)


def test_findings_about_the_whole_keep_their_keys_as_their_figures_change() -> None:
    def finding(rule: str, text: str, **more: object) -> Finding:
        values: dict[str, object] = {"then": "Do it.", "told": Told.AGENDA, "weight": Weight.IDLE}
        return Finding(rule=rule, text=text, **(values | more))  # type: ignore[arg-type]

    found = [
        finding("wip", "Alice has 4 in progress.", to=(Login("Alice"),)),
        finding("overdue_milestone", "1.0 was due.", since=NOW),
        finding("other", "Something is odd."),
    ]
    assert list(agenda_items.backlog(found)) == [
        Item(key="backlog:wip:alice", text="Alice has 4 in progress.", note="Do it."),
        Item(key="backlog:overdue_milestone:2026-11-22", text="1.0 was due.", note="Do it."),
        Item(key="backlog:other:something is odd.", text="Something is odd.", note="Do it."),
    ]
