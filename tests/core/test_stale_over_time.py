"""Whatever happens in whatever order, and wherever the app is killed: nothing is closed early, all ends the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ghapp.core import stale
from ghapp.core.effects import AddLabels, CloseIssue, RemoveLabel, Say
from ghapp.core.history import Happening, History, What
from ghapp.core.item import Item
from ghapp.core.stale import judge
from tests.support.builders import NOW
from tests.support.items import ALICE, APP, BOT, DAVE, backlog, item

AFTER, CLOSE_AFTER = timedelta(days=60), timedelta(days=14)
DAY = timedelta(days=1)


@dataclass
class World:
    """An issue on GitHub, with what people do to it and what the app writes."""

    created: datetime
    now: datetime
    happenings: list[Happening] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    closed_at: datetime | None = None
    warned: list[datetime] = field(default_factory=list)
    lived: list[datetime] = field(default_factory=list)
    written: set[str] = field(default_factory=set)

    def item(self) -> Item:
        history = History.of(DAVE, self.created, self.now, self.happenings)
        base = item(created_at=self.created, updated_at=self.now, labels=frozenset(self.labels))
        return replace(base, history=history)

    def happens(self, what: What, by: Any = APP, **more: Any) -> None:
        bot = by.endswith("[bot]")
        self.happenings.append(
            Happening(what=what, at=self.now, by=by, by_bot=bot, member=by == ALICE, **more)
        )
        if not bot:
            self.lived.append(self.now)

    def sweep(self, survives: int = 99) -> None:
        """The app looks and writes, and is killed after so many writes."""
        if self.closed_at is not None:
            return
        one, around = self.item(), backlog("hygiene: {stale: {}}", now=self.now)
        for act in list(stale.acts(one, around, judge(one, around)))[:survives]:
            self.apply(act)

    def apply(self, act: stale.Act) -> None:
        match act:
            case Say(key=key, template=template) if key not in self.written:
                self.written.add(key)
                self.happens(What.COMMENTED, key=key)
                if template == "stale_warning":
                    self.warned.append(self.now)
            case AddLabels():
                self.labels.add("stale")
                self.happens(What.LABELED, about="stale")
            case RemoveLabel():
                self.labels.discard("stale")
                self.happens(What.UNLABELED, about="stale")
            case CloseIssue(reason="not_planned"):
                self.closed_at = self.now

    def person(self, deed: str) -> None:
        match deed:
            case "answer":
                self.happens(What.COMMENTED, ALICE)
            case "reply":
                self.happens(What.COMMENTED, DAVE)
            case "bot":
                self.happens(What.COMMENTED, BOT)
            case "mark" if "stale" not in self.labels:
                self.labels.add("stale")
                self.happenings.append(
                    Happening(what=What.LABELED, at=self.now, by=ALICE, about="stale")
                )
            case "unmark" if "stale" in self.labels:
                self.labels.discard("stale")
                self.happens(What.UNLABELED, ALICE, about="stale")


def run(days: Iterable[tuple[int, str, int]]) -> World:
    world = World(created=NOW, now=NOW)
    for passed, deed, survives in days:
        world.now += passed * DAY
        if world.closed_at is None:
            world.person(deed)
        world.now += timedelta(hours=1)
        world.sweep(survives)
    return world


steps = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["answer", "reply", "bot", "mark", "unmark", "nothing"]),
        st.integers(0, 3) | st.just(99),
    ),
    max_size=14,
)


@settings(max_examples=300)
@given(days=steps)
@example(days=[(0, "mark", 99), (14, "bot", 1), (0, "answer", 99)])
def test_s16_nothing_is_closed_before_a_warning_and_the_full_days_after_it(
    days: list[tuple[int, str, int]],
) -> None:
    world = run([*days, *[(10, "nothing", 99)] * 12])
    if world.closed_at is not None:
        heard = max(world.lived, default=world.created)
        told = [at for at in world.warned if at > heard]
        assert told
        assert world.closed_at >= max(told) + CLOSE_AFTER
        assert "stale" not in world.labels


@settings(max_examples=200)
@given(crashes=st.lists(st.integers(0, 3), max_size=10))
def test_s18_wherever_it_is_killed_it_ends_the_same_and_says_nothing_twice(
    crashes: list[int],
) -> None:
    killed = [(1, "nothing", survives) for survives in crashes]
    world = run([(1, "answer", 99), (60, "nothing", 0), *killed, *[(14, "nothing", 99)] * 4])
    assert world.closed_at is not None
    assert world.labels == set()
    assert len(world.warned) == 1
    assert len(world.written) == 2


@given(days=steps)
@example(days=[(0, "mark", 99), (0, "answer", 0), (19, "bot", 0), (40, "bot", 0)])
def test_a_second_look_at_the_same_instant_changes_nothing(
    days: list[tuple[int, str, int]],
) -> None:
    world = run([*days, (1, "nothing", 99)])
    before = (set(world.written), set(world.labels), world.closed_at, len(world.happenings))
    world.sweep()
    after = (set(world.written), set(world.labels), world.closed_at, len(world.happenings))
    assert after == before
