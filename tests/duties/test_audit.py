"""The auditor finds what is late, mends it, and pings the switch only when all is well."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from structlog.types import EventDict

from ghapp.core.routing import conversation_of
from ghapp.duties.audit import MISSED_ROUNDS, STUCK_AFTER, Audit
from ghapp.github.errors import Unavailable
from tests.support.builders import HOME, KEY, firing
from tests.support.desk import Desk, desk_in
from tests.support.paging import PAGED


class Switch:
    """Counts its pings."""

    def __init__(self) -> None:
        self.pings = 0

    async def ping(self) -> bool:
        self.pings += 1
        return True


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        desk.github.write_file(HOME, "OWNERS.yaml", PAGED)
        await desk.push()
        yield desk


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def audit(desk: Desk, switch: Switch) -> Audit:
    return Audit(
        records=desk.records,
        store=desk.store,
        model=desk.models.in_force,
        wake=desk._wake,
        now=desk._now,
        switch=switch,
    )


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with capture_logs() as logs:
        yield logs


def overdue(logs: list[EventDict]) -> list[tuple[str, str]]:
    return [(line["kind"], line["what"]) for line in logs if line["event"] == "audit_overdue"]


async def test_all_is_well(desk: Desk, audit: Audit, switch: Switch, logs: list[EventDict]) -> None:
    await audit.turn()
    await desk.alert(firing())
    for _ in range(90):
        desk.later(minutes=1)
        await desk.tick()
        await audit.turn()
    assert (await desk.record()).incident.clock.exhausted, "which is nobody's fault here"
    assert overdue(logs) == []
    assert switch.pings == 91
    well = REGISTRY.get_sample_value("ghapp_audit_well_timestamp_seconds")
    assert well == desk.now.timestamp()


async def test_a_step_that_nobody_takes_is_taken(
    desk: Desk, audit: Audit, switch: Switch, logs: list[EventDict]
) -> None:
    await audit.turn()
    await desk.alert(firing())
    await desk.store.memory_delete("due", KEY)
    desk.later(minutes=17)
    await desk.tick()
    assert (await desk.record()).incident.clock.level == 1, "it is due, and nobody knows"
    before = REGISTRY.get_sample_value("ghapp_audit_findings_total", {"kind": "step"}) or 0
    await audit.turn()
    await desk.drain()
    assert overdue(logs) == [("step", KEY)]
    (line,) = [line for line in logs if line["event"] == "audit_overdue"]
    assert (line["issue"], line["seconds"]) == ("acme/ops#1", 120)
    assert REGISTRY.get_sample_value("ghapp_audit_findings_total", {"kind": "step"}) == before + 1
    assert (await desk.record()).incident.clock.level == 2
    assert KEY in await desk.records.due()
    assert switch.pings == 1, "not while something was late"
    await audit.turn()
    assert switch.pings == 2


async def test_as_long_as_github_is_away_not_all_is_well(
    desk: Desk, audit: Audit, switch: Switch, logs: list[EventDict]
) -> None:
    await audit.turn()
    await desk.alert(firing())
    desk.github.fail("get_issue", Unavailable("502"), times=999)
    desk.later(minutes=17)
    await desk.tick()
    await audit.turn()
    await audit.turn()
    assert overdue(logs) == [("step", KEY)] * 2
    assert switch.pings == 1


async def test_a_page_that_was_lost_is_sent(
    desk: Desk, audit: Audit, logs: list[EventDict]
) -> None:
    await audit.turn()
    await desk.alert(firing())
    await desk.change(paged=None)
    desk.pager.sent.clear()
    await desk.store.run(forget_pages, desk)
    desk.later(minutes=4)
    await audit.turn()
    assert overdue(logs) == []
    desk.later(minutes=2)
    await audit.turn()
    await desk.drain()
    assert overdue(logs) == [("page", KEY)]
    assert desk.pager.channels == ["env:B"]


def forget_pages(desk: Desk) -> None:
    """As if neither the page nor its outcome had ever been stored."""
    with desk.db.begin() as connection:
        connection.exec_driver_sql("DELETE FROM inbox WHERE kind IN ('page', 'paged')")
        connection.exec_driver_sql("DELETE FROM ledger WHERE key LIKE '%:page:%'")


async def test_what_waits_without_reason_is_handled(
    desk: Desk, audit: Audit, switch: Switch, logs: list[EventDict]
) -> None:
    await desk.put(conversation_of(KEY), firing())
    desk._woken.clear()
    desk.later(seconds=STUCK_AFTER.total_seconds() - 1)
    await audit.turn()
    assert overdue(logs) == []
    desk.later(seconds=2)
    await audit.turn()
    await desk.drain()
    assert overdue(logs) == [("queue", conversation_of(KEY))]
    assert len(desk.incidents_on_github()) == 1
    assert switch.pings == 1


async def test_what_waits_for_a_reason_may_wait(
    desk: Desk, audit: Audit, logs: list[EventDict]
) -> None:
    desk.github.fail("list_issues", Unavailable("502", after=3_600), times=9)
    await desk.alert(firing())
    desk.later(minutes=30)
    await audit.turn()
    assert overdue(logs) == []


async def test_a_chore_that_fails_too_often_or_never_comes_round_again(
    desk: Desk, audit: Audit, switch: Switch, logs: list[EventDict]
) -> None:
    async def works() -> None:
        return

    async def fails() -> None:
        raise Unavailable("502")

    minute = timedelta(minutes=1)
    working, failing = audit.watched("works", minute, works), audit.watched("fails", minute, fails)
    audit.watched("hangs", 2 * minute, works)
    for _ in range(2 * MISSED_ROUNDS + 2):
        desk.later(minutes=1)
        await working()
        with pytest.raises(Unavailable):
            await failing()
        await audit.turn()
    failed = MISSED_ROUNDS + 1
    assert overdue(logs) == [*[("chore", "fails")] * failed, ("chore", "hangs")]
    assert switch.pings == failed


async def test_without_a_switch_it_only_looks(desk: Desk, logs: list[EventDict]) -> None:
    audit = Audit(
        records=desk.records,
        store=desk.store,
        model=desk.models.in_force,
        wake=desk._wake,
        now=desk._now,
    )
    await audit.turn()
    assert overdue(logs) == []
