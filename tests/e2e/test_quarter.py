"""A quarter goes by in ticks: thirteen triages, each led by whose turn it is, a report a month, nothing twice."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from ghapp.cli.ticking import Wish, tick_once
from ghapp.settings import Settings
from tests.support.e2e import assignees, marker

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEKS = 13
LOOKS = (timedelta(), timedelta(hours=5), 2 * DAY, 4 * DAY)
"""When in each week it is looked, from half an hour after the triage begins."""
AWAY = 4
"""The week in which bob, whose turn it is, is away."""
LEADS = [
    "alice",
    "bob",
    "carol",
    "alice",
    "carol",
    "bob",
    "alice",
    "carol",
    "bob",
    "alice",
    "carol",
    "bob",
    "alice",
]


def first_monday() -> datetime:
    """The first that lies ahead by a week or more, half an hour after the triage begins."""
    day = datetime.now(UTC).date() + WEEK
    return datetime.combine(day + timedelta(days=-day.weekday() % 7), datetime.min.time(), UTC) + (
        timedelta(hours=10)
    )


FIRST = first_monday()


@pytest.fixture
def owners():
    away = (FIRST + AWAY * WEEK).date()
    return f"""\
version: 1
people:
  alice: {{}}
  bob: {{away: [{{from: {away - DAY}, to: {away + DAY}}}]}}
  carol: {{}}
areas:
  deployment: {{owner: carol}}
fallback_area: deployment
triage: {{on: monday, at: "09:30", facilitators: [alice, bob, carol]}}
report: {{every: month, at: "09:00"}}
"""


async def tick(server, at, *, dry_run=False):
    """What a tick has written, labels aside."""
    wish = Wish(at=at, only=["triage", "report"], dry_run=dry_run)
    outcome = await tick_once(Settings.from_env(server.settings), wish)
    assert not outcome.failures, outcome.failures
    told = (one.written for one in outcome.entries)
    return [(one.action, one.told.get("title")) for one in told if one.action != "label.create"]


async def quarter(server, happens=None):
    """Tick through the weeks; what was written."""
    did = []
    for week in range(WEEKS):
        for look in LOOKS:
            did += await tick(server, FIRST + week * WEEK + look)
        if happens is not None:
            await happens(week)
    return did


def keys(issues):
    return [marker(issue["body"])["key"] for issue in issues]


async def of(github, label):
    found = await github.person("alice").issues(label, state="all")
    return sorted(found, key=lambda issue: issue["number"])


async def test_t01_t03_t04_t06_c21_thirteen_weeks(github, ghapp_server):
    alice = github.person("alice")

    async def happens(week):
        triages = await of(github, "triage")
        assert [issue["state"] for issue in triages] == ["closed"] * week + ["open"]
        current = triages[-1]
        if week == 2:
            await alice.open_issue("Login is slow")
        if week == 3:
            assert "Login is slow" in current["body"]
            body = current["body"].replace("## Notes\n", "## Notes\n\n- [ ] ask the vendor\n")
            await alice.edit_issue(current["number"], body=body)
        if week == 5:
            assert "ask the vendor" in current["body"]
            assert "open since 2 triages" in current["body"]
            lines = current["body"].splitlines()
            ticked = [
                line.replace("[ ]", "[x]") if "ask the vendor" in line else line for line in lines
            ]
            await alice.edit_issue(current["number"], body="\n".join(ticked))
        if week == 6:
            assert "ask the vendor" not in current["body"]
            assert "Login is slow" in current["body"]

    server = ghapp_server()
    rehearsed = await tick(server, FIRST, dry_run=True)
    assert await of(github, "triage") == []
    did = await quarter(server, happens)
    assert did[: len(rehearsed)] == rehearsed
    triages, reports = await of(github, "triage"), await of(github, "report")
    mondays = [(FIRST + week * WEEK).date() for week in range(WEEKS)]
    assert keys(triages) == [f"{day:%G-W%V}" for day in mondays]
    assert [assignees(issue) for issue in triages] == [{who} for who in LEADS]
    assert "in place of bob, who is away" in triages[AWAY]["body"]
    assert keys(reports) == [str(day) for day in firsts()]
    assert [issue["state"] for issue in reports] == ["closed"] * (len(reports) - 1) + ["open"]
    for before, after in pairwise(triages):
        assert f"what was left goes on in #{after['number']}" in before["body"]
    assert await quarter(server) == []
    assert await quarter(ghapp_server()) == [], "with a lost database"
    assert (await of(github, "triage"), await of(github, "report")) == (triages, reports)


def firsts() -> list[date]:
    """The first days of months whose reports are written: at most a week before a look."""
    looks = [FIRST + week * WEEK + look for week in range(WEEKS) for look in LOOKS]
    return sorted({look.date().replace(day=1) for look in looks if look.day <= WEEK.days})
