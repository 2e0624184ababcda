"""Whatever happens in whatever order, with GitHub failing in between: nothing is lost, nothing is doubled."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ghapp.core import marker
from ghapp.core.facts import Fingerprint
from ghapp.core.incident import STATE_LABELS, Phase
from ghapp.core.routing import storm_fingerprint
from ghapp.github.errors import RateLimited, Unavailable
from tests.support.builders import HOME, NOW, firing, resolved
from tests.support.desk import Desk, desk_in

METHODS = [
    *("create_issue", "edit_issue", "get_issue", "list_issues", "create_comment", "list_comments"),
    *("add_labels", "remove_label", "add_assignees", "react"),
]
COMMANDS = [
    *("/ack", "/escalate", "/sev 1", "/sev 3", "/assign @carol", "/unassign @bob", "/snooze 5m"),
    *("/update looking", "/handoff @alice", "/help", "/oncall", "hello", "/ack\n/escalate\n/sev 2"),
]
KEYS = [*["gcp:a"] * 5, "gcp:b", "gcp:c", "gcp:d", "gcp:e"]


class World:
    """Senders, people, GitHub's moods and a clock, driven by one seed."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.dice = random.Random(seed)
        self.newest: dict[tuple[str, str], dict[str, float]] = {}

    async def step(self) -> None:
        steps: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.alert, 10),
            (self.command, 4),
            (self.label, 2),
            (self.time, 8),
            (self.trouble, 5),
            (self.restart, 1),
            (self.lose_the_database, 1),
            (self.look, 3),
            (self.desk.tick, 6),
        ]
        (doing,) = self.dice.choices([one for one, _ in steps], [weight for _, weight in steps])
        await doing()
        self.desk.later(seconds=1)

    async def alert(self) -> None:
        key, occurrence = self.dice.choice(KEYS), self.dice.choice("xy")
        make = self.dice.choice([firing, resolved])
        minutes = (self.desk.now - NOW) / timedelta(minutes=1) - self.dice.choice([0, 0, 0, 1, 5])
        times = self.newest.setdefault((key, occurrence), {"firing": -1e9, "resolved": -1e9})
        times[make.__name__] = max(times[make.__name__], minutes)
        await self.desk.alert(make(key=key, occurrence=occurrence, minutes=minutes))

    async def command(self) -> None:
        if numbers := [number for (_, number) in self.desk.github.issues]:
            by = self.dice.choice(["alice", "bob", "carol", "dave"])
            await self.desk.says(
                self.dice.choice(COMMANDS), by=by, number=self.dice.choice(numbers)
            )

    async def label(self) -> None:
        """Somebody changes labels by hand; the webhook may be lost."""
        if not (numbers := [number for (_, number) in self.desk.github.issues]):
            return
        number = self.dice.choice(numbers)
        labels = self.desk.issue(number).labels
        new = self.dice.choice(["sev1", "sev4", "acknowledged", "area/billing", "customer"])
        old = self.dice.choice([*sorted(labels - {"incident", "source/gcp"}), "nothing"])
        labels = self.dice.choice([labels | {new}, labels - {old}])
        if self.dice.random() < 0.6:
            await self.desk.by_hand("labeled", number=number, labels=labels)
        else:
            self.desk.github.person_changes(HOME, number, labels=labels)

    async def time(self) -> None:
        self.desk.later(seconds=self.dice.choice([1, 20, 61, 300, 900, 3600]))

    async def trouble(self) -> None:
        method, times = self.dice.choice(METHODS), self.dice.randint(1, 3)
        until = self.desk.now + timedelta(seconds=40)
        match self.dice.randrange(3):
            case 0:
                self.desk.github.fail(method, Unavailable("502"), times=times)
            case 1:
                self.desk.github.fail(method, RateLimited(until), times=times)
            case _:
                self.desk.github.lose_answer(method, times=times)

    async def restart(self) -> None:
        self.desk.github.recover()
        await self.desk.restart()
        await self.desk.recall()

    async def lose_the_database(self) -> None:
        """What it had accepted has been handled and written down; only then may it go.

        Of what was over before it had an issue there is no trace on GitHub.
        """
        await self.settle(1)
        for one in list(self.newest):
            if await self.desk.records.get(Fingerprint(one[0])) is None:
                del self.newest[one]
        await self.desk.restart(lost_database=True)

    async def look(self) -> None:
        try:
            await self.desk.look()
        except (Unavailable, RateLimited):
            return

    async def settle(self, minutes: int) -> None:
        """GitHub is well again, and some minutes pass."""
        self.desk.github.recover()
        for _ in range(minutes):
            self.desk.later(seconds=65)
            await self.desk.recall()
            await self.desk.patiently()
            await self.desk.look()
            await self.desk.tick()
            await self.desk.patiently()

    def nothing_is_doubled(self) -> None:
        issues = self.desk.incidents_on_github()
        keys = Counter(marker.find(issue.body) for issue in issues if issue.open)
        assert max(keys.values(), default=0) <= 1, keys
        for comments in self.desk.github.comments.values():
            said = Counter(marker.find(one.body) for one in comments if one.author_is_app)
            assert max(said.values(), default=0) <= 1, said

    async def nothing_is_lost(self) -> None:
        assert not await self.desk.parked()
        storm = await self.desk.records.get(storm_fingerprint("gcp"))
        raging = storm is not None and storm.incident.phase is not Phase.CLOSED
        members = storm.incident.members if storm is not None and raging else {}
        for key in {key for key, _ in self.newest}:
            record = await self.desk.records.get(key)
            is_open = record is not None and record.incident.phase is Phase.OPEN
            fires = any(
                times["firing"] > times["resolved"]
                for (other, _), times in self.newest.items()
                if other == key
            )
            assert key in members or is_open is fires, key

    async def the_index_is_true(self) -> None:
        """At the latest when somebody says something."""
        for issue in self.desk.incidents_on_github():
            await self.desk.says("hello", number=issue.number)
        records = await self.desk.records.open()
        shown = {marker.find(i.body).key for i in self.desk.incidents_on_github() if i.open}  # type: ignore[union-attr]
        assert shown == set(records)
        for record in records.values():
            labels = self.desk.issue(record.incident.number).labels
            assert not record.behind
            assert labels & STATE_LABELS == record.incident.labels & STATE_LABELS
            assert {one for one in labels if one.startswith("sev")} <= {
                record.incident.severity.label
            }


@pytest.mark.parametrize("seed", range(12))
async def test_any_order(tmp_path: Path, seed: int) -> None:
    async with desk_in(tmp_path) as desk:
        world = World(desk, seed)
        for _ in range(40):
            await world.step()
            world.nothing_is_doubled()
        await world.settle(4)
        world.nothing_is_doubled()
        await world.nothing_is_lost()
        await world.the_index_is_true()
