"""Small values for tests of the backlog's upkeep: items, their histories, and the backlog around them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from ghapp import plugins
from ghapp.core.backlog import Backlog, Finding
from ghapp.core.blocking import Blocker, Ref
from ghapp.core.history import Happening, History, What
from ghapp.core.hygiene import check, sketch, survey
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.core.milestone import AsSet, Milestone, described, due_on
from ghapp.model.load import load
from ghapp.model.names import Login
from ghapp.model.types import Model
from tests.support.builders import HOME, NOW, OWNERS

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DAVE, ALICE, BOB, CAROL = (Login(name) for name in ("dave", "alice", "bob", "carol"))
"""Dave reports; the others are in OWNERS.yaml."""
BOT = Login("renovate[bot]")
APP = Login("ghapp[bot]")
CREATED = NOW - 200 * DAY

ALICE_AWAY = OWNERS.replace("alice: {}", "alice: {away: [{from: 2026-11-20, to: 2026-11-23}]}")
HYGIENE = "hygiene: {require: [area, priority], stale: {}}"


def ago(days: float) -> datetime:
    """So many days before NOW."""
    return NOW - days * DAY


def happening(what: What, days: float, by: Login = ALICE, **changes: Any) -> Happening:
    """What a maintainer did so many days before NOW; a name with [bot] is a bot's, and dave is no maintainer."""
    given: dict[str, Any] = {
        "by_bot": by.endswith("[bot]"),
        "member": by in {ALICE, BOB, CAROL},
        **changes,
    }
    return Happening(what=what, at=ago(days), by=by, **given)


def said(key: str, days: float, *asks: str) -> Happening:
    """A comment of the app."""
    return happening(What.COMMENTED, days, APP, key=key, asks=asks)


def item(*happenings: Happening, known: bool = True, **changes: Any) -> Item:
    """An issue of 200 days that dave opened, with these happenings; not `known`: without its history."""
    author, created = changes.get("author", DAVE), changes.get("created_at", CREATED)
    last = max((one.at for one in happenings), default=created)
    given: dict[str, Any] = {
        "repo": HOME,
        "number": 7,
        "title": "The export is empty",
        "author": author,
        "created_at": created,
        "updated_at": last,
        "comments": sum(one.what is What.COMMENTED for one in happenings),
        **changes,
    }
    history = History.of(author, created, given["updated_at"], happenings) if known else None
    return Item(**{"history": history, **given})


def backlog(
    section: str = HYGIENE,
    *,
    now: datetime = NOW,
    owners: str = OWNERS,
    blockers: Mapping[Ref, Blocker] | None = None,
    **changes: Any,
) -> Backlog:
    """The backlog under the usual OWNERS.yaml with this section added; in that of `ALICE_AWAY` alice is."""
    return Backlog(model=_model(f"{owners}\n{section}\n"), now=now, blockers=blockers, **changes)


@cache
def _model(text: str) -> Model:
    loaded = load(text, rules=plugins.known_rules())
    assert loaded.model is not None, loaded.errors
    return loaded.model


def milestone(number: int, day: str, *, title: str = "", is_open: bool = True) -> Milestone:
    """A milestone of the cadence with that date."""
    due = datetime.fromisoformat(day).date()
    return Milestone(
        number=number,
        title=title or day,
        description=described(day, AsSet(title or day, due)),
        due_on=due_on(due),
        open=is_open,
        open_issues=2,
    )


def found(rule: HygieneRule[Any], one: Item, around: Backlog) -> list[Finding]:
    """What a rule finds about an item; that it needs the timeline, or breaks, fails the test."""
    checked = check(one, around, [rule])
    assert (checked.unsure, checked.failed) == ((), ())
    return list(checked.findings)


def unsure(rule: HygieneRule[Any], one: Item, around: Backlog) -> bool:
    """Whether a rule needs the timeline of an item."""
    return bool(check(one, around, [rule]).unsure)


def of_all(rule: HygieneRule[Any], items: Iterable[Item], around: Backlog) -> list[Finding]:
    """What a rule finds about all items together; that it breaks fails the test."""
    checked = survey({one.number: sketch(one, around, [rule]) for one in items}, around, [rule])
    assert checked.failed == ()
    return list(checked.findings)
