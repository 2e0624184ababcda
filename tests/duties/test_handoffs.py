"""At each shift change one issue, once, whatever crashes; the one before closes."""

from datetime import timedelta

import pytest

from ghapp.core.facts import HandoffEvent, Issue, Paged
from ghapp.core.marker import Marker
from ghapp.duties.dated import Dated, marker_of
from ghapp.duties.handoffs import KIND, Handoffs
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login, RotationName
from tests.support.activity import active
from tests.support.builders import HOME, OWNERS, firing
from tests.support.desk import Desk

SOON = OWNERS.replace(
    "shift: weekly, start: 2026-01-05T10:00", "shift: daily, start: 2026-11-20T13:00"
)
"""NOW is 12:00; at 13:00 bob takes over from alice, a day later alice from bob."""


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    desk.github.write_file(HOME, "OWNERS.yaml", SOON)
    await desk.models.refresh()
    await look(desk)
    return desk


async def look(desk: Desk) -> None:
    await desk.handoffs.look(desk.models.in_force())
    await desk.drain()


async def shift_changes(desk: Desk) -> None:
    desk.later(hours=1)
    await look(desk)


def handoffs(desk: Desk) -> list[Issue]:
    found = [issue for issue in desk.github.issues.values() if KIND in issue.labels]
    return sorted(found, key=lambda issue: issue.number)


async def test_the_first_shift_that_is_seen_needs_none(desk: Desk) -> None:
    assert handoffs(desk) == []


async def test_the_first_takeover_of_all_is_written(desk: Desk) -> None:
    """Before it there is nobody who leaves."""
    desk.github.write_file(HOME, "OWNERS.yaml", SOON.replace("2026-11-20", "2026-11-21"))
    await desk.models.refresh()
    await desk.restart(lost_database=True)
    await look(desk)
    await shift_changes(desk)
    assert [marker_of(issue) for issue in handoffs(desk)] == [
        Marker("handoff", "platform:2026-11-22T13:00:00Z")
    ]


async def test_a_rotation_of_one_has_none(desk: Desk) -> None:
    alone = SOON.replace("people: [alice, bob], shift", "people: [bob], shift")
    desk.github.write_file(HOME, "OWNERS.yaml", alone)
    await desk.models.refresh()
    for _ in range(3):
        await look(desk)
        desk.later(days=1)
    await look(desk)
    assert handoffs(desk) == []


async def test_who_comes_is_told_what_there_is(desk: Desk) -> None:
    await desk.alert(firing())
    number = desk.incidents_on_github()[0].number
    await desk.says("/ack", number=number)
    await shift_changes(desk)
    (issue,) = handoffs(desk)
    assert marker_of(issue) == Marker("handoff", "platform:2026-11-22T13:00:00Z")
    assert issue.title.startswith("Handoff of platform: ")
    assert len(issue.assignees) == 1
    assert f"@{issue.assignees[0]} you are on call for **platform**" in issue.body
    assert f"| #{number} | sev2 | Latency is high |" in issue.body
    assert "taken by `alice`" in issue.body
    assert issue.body.count("@") == 2  # who comes, and the command that takes over
    assert issue.body.count(f"@{issue.assignees[0]}") == 2


async def test_how_each_incident_stands(desk: Desk) -> None:
    for letter in "abcd":
        await desk.alert(firing(key=f"gcp:{letter}"))
        desk.later(minutes=6)
    numbers = [issue.number for issue in desk.incidents_on_github()]
    await desk.says("/ack", number=numbers[0], by="alice")
    await desk.says("/snooze 2h", number=numbers[1])
    await desk.says("/snooze 2h", number=numbers[2])
    await desk.says("/ack", number=numbers[2], by="bob")
    desk.later(minutes=36)
    await desk.tick()
    await look(desk)
    rows = [line for line in handoffs(desk)[0].body.splitlines() if line.startswith("| #")]
    assert [row.split(" | ")[4:6] for row in rows] == [
        ["taken by `alice`", "a word by 2026-11-22 13:24:00 UTC"],
        ["**nobody has it**, snoozed", "wakes at 2026-11-22 14:24:00 UTC"],
        ["taken by `bob`, snoozed", "wakes at 2026-11-22 14:24:00 UTC"],
        ["**nobody has it**", "the next level is called at 2026-11-22 13:10:00 UTC"],
    ]


async def test_without_incidents_it_says_so(desk: Desk) -> None:
    await shift_changes(desk)
    assert "None." in handoffs(desk)[0].body
    assert "Nobody was called." in handoffs(desk)[0].body


async def test_a_shift_that_was_too_much_is_said(desk: Desk) -> None:
    await shift_changes(desk)
    for number in range(6):
        await desk.alert(
            firing(key=f"gcp:{number}", minutes=60), firing(key=f"gcp:{number}", minutes=61)
        )
        desk.later(minutes=20)
    desk.later(hours=22)
    await look(desk)
    assert "was called" in handoffs(desk)[-1].body


async def test_the_one_before_closes_and_links_on(desk: Desk) -> None:
    await shift_changes(desk)
    desk.later(days=1)
    await look(desk)
    first, second = handoffs(desk)
    assert (first.open, second.open) == (False, True)
    assert f"The next handoff is #{second.number}." in first.body
    assert marker_of(first) == Marker("handoff", "platform:2026-11-22T13:00:00Z")
    assert "## Open incidents" in first.body


async def test_what_people_wrote_in_the_one_before_stays(desk: Desk) -> None:
    await shift_changes(desk)
    first = handoffs(desk)[0]
    desk.github.person_changes(HOME, first.number, body=f"Mind the cat.\n\n{first.body}")
    desk.later(days=1)
    await look(desk)
    assert handoffs(desk)[0].body.startswith("Mind the cat.")


async def test_one_that_somebody_closed_is_not_opened_again(desk: Desk) -> None:
    await shift_changes(desk)
    first = handoffs(desk)[0]
    desk.github.person_changes(HOME, first.number, open=False)
    await desk.restart(lost_database=True)
    await look(desk)
    assert [issue.open for issue in handoffs(desk)] == [False]


async def test_what_it_costs(desk: Desk) -> None:
    await shift_changes(desk)
    desk.later(days=1)
    with desk.spending() as spent:
        await look(desk)
    assert sorted(spent.methods) == ["create_issue", "edit_issue", "list_issues", "list_issues"]


async def test_looking_again_changes_nothing(desk: Desk) -> None:
    await shift_changes(desk)
    with desk.spending() as spent:
        await look(desk)
        desk.later(minutes=5)
        await look(desk)
    assert spent.methods == []
    assert len(handoffs(desk)) == 1


async def test_what_was_missed_is_written_for_the_shift_that_runs(desk: Desk) -> None:
    desk.later(days=5, hours=1)
    await look(desk)
    assert len(handoffs(desk)) == 1


async def test_once_after_a_lost_database(desk: Desk) -> None:
    await shift_changes(desk)
    await desk.restart(lost_database=True)
    await look(desk)
    assert len(handoffs(desk)) == 1
    desk.later(days=1)
    await look(desk)
    assert len(handoffs(desk)) == 2


async def test_once_though_the_answer_was_lost_and_the_process_died(desk: Desk) -> None:
    desk.github.lose_answer("create_issue")
    await shift_changes(desk)
    await desk.restart()
    desk.later(seconds=11)
    await desk.recall()
    await look(desk)
    await desk.patiently()
    assert len(handoffs(desk)) == 1


@pytest.mark.parametrize("lost", [False, True], ids=["same database", "lost database"])
@pytest.mark.parametrize("method", ["list_issues", "create_issue", "edit_issue"])
@pytest.mark.parametrize("done", [False, True], ids=["not done", "done, the answer lost"])
async def test_a_process_that_dies_at_any_step(
    desk: Desk, method: str, done: bool, lost: bool
) -> None:
    await shift_changes(desk)
    desk.later(days=1)
    if done:
        desk.github.lose_answer(method)
    else:
        desk.github.fail(method, Unavailable("down"))
    await look(desk)
    await desk.restart(lost_database=lost)
    desk.later(seconds=11)
    await desk.recall()
    await look(desk)
    await desk.patiently()
    assert [issue.open for issue in handoffs(desk)] == [False, True]
    assert handoffs(desk)[0].body.count("The next handoff is") == 1


async def test_two_instances_write_one(desk: Desk) -> None:
    """Both see the change; the inbox takes it once."""
    other = Handoffs(
        dated=Dated(desk.github, desk.store, HOME, lambda: desk.now),
        records=desk.records,
        memory=desk.store,
        outbox=desk.outbox,
        texts=desk.texts,
        now=lambda: desk.now,
    )
    desk.later(hours=1)
    model = desk.models.in_force()
    await other.look(model)
    await desk.handoffs.look(model)
    await desk.drain()
    await other.look(model)
    await desk.drain()
    assert len(handoffs(desk)) == 1


async def test_an_edited_marker_of_an_older_one_stops_nothing(desk: Desk) -> None:
    await shift_changes(desk)
    (first,) = handoffs(desk)
    broken = first.body.replace("2026-11-22T13:00:00Z", "2026-02-30T13:00:00Z")
    desk.github.person_changes(HOME, first.number, body=broken)
    await desk.restart(lost_database=True)
    await look(desk)
    desk.later(days=1)
    await look(desk)
    assert len(handoffs(desk)) == 2


@pytest.mark.parametrize(
    "text", ["@alice", "a | b", "<!-- ghapp:end -->", "acme/ops#3", "[x](http://x.example)", "```"]
)
async def test_a_strangers_words_are_only_words(desk: Desk, text: str) -> None:
    await desk.alert(firing(summary=text))
    await shift_changes(desk)
    (issue,) = handoffs(desk)
    ours = (f"| #{desk.incidents_on_github()[0].number} |", f"@{issue.assignees[0]} you")
    shown = issue.body
    for one in ours:
        assert shown.count(one) == 1
        shown = shown.replace(one, "")
    assert active(shown) == []


async def test_an_event_of_a_takeover_that_is_not_the_latest_is_nothing(desk: Desk) -> None:
    model = desk.models.in_force()
    for event in (
        HandoffEvent(rotation=RotationName("platform"), at=desk.now - timedelta(days=3)),
        HandoffEvent(rotation=RotationName("gone"), at=desk.now),
    ):
        await desk.handoffs.handle(event, model)
    assert handoffs(desk) == []


async def test_trouble_at_github_is_tried_again(desk: Desk) -> None:
    desk.github.fail("create_issue", Unavailable("down"))
    await shift_changes(desk)
    await desk.patiently()
    assert len(handoffs(desk)) == 1


async def test_an_incident_goes_to_somebody_with_its_context(desk: Desk) -> None:
    await desk.alert(firing())
    pages = (
        Paged(Login("bob"), desk.now, "env:PAGER"),
        Paged(Login("alice"), desk.now, "", ("env:PAGER",)),
        Paged(Login("dave"), desk.now),
    )
    await desk.change(pages=pages, due_at=desk.now + timedelta(hours=3))
    await desk.says("/ack", by="bob")
    await desk.says("/update @alice is restarting it", by="bob")
    await desk.says("/handoff @carol see #9", by="bob")
    said = desk.words()[-1]
    assert said.splitlines()[0] == "@carol `bob` hands this sev2 to you:"
    assert [line for line in said.splitlines() if line.startswith("- ")] == [
        "- Open since 2026-11-22 12:00:00 UTC, seen 1 time.",
        "- `bob` had it since 2026-11-22 12:00:00 UTC.",
        "- `bob` was called 2026-11-22 12:00:00 UTC.",
        "- `bob` was paged 2026-11-22 12:00:00 UTC: it arrived through `env:PAGER`.",
        "- `alice` was paged 2026-11-22 12:00:00 UTC: it did not arrive.",
        "- Latest update: @&#8203;alice is restarting it",
        "- Resolve by 2026-11-22 15:00:00 UTC.",
    ]
    assert active(said.replace("@carol", "", 1)) == []
    assert "Without one, the next level is called at 2026-11-22 12:15:00 UTC." in said
