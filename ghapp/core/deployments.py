"""How releases count: on time or not, failed or made to repair another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ghapp.core.zoned import to_wall


def on_time(due: date, shipped_at: datetime, zone: ZoneInfo) -> bool:
    """Whether something that was shipped at an aware datetime was so by the end of a local date."""
    return to_wall(shipped_at, zone).date() <= due


@dataclass(frozen=True, slots=True)
class Shipped:
    """A release that reached users, for counting."""

    name: str
    hotfix: bool = False
    rolled_back: bool = False


@dataclass(frozen=True, slots=True)
class Deployments:
    """How many deployments there were, failed, and were only made to repair others (https://dora.dev/guides)."""

    count: int
    failed: int
    rework: int


def deployments(shipped: Iterable[Shipped]) -> Deployments:
    """Count releases in the order in which they shipped.

    One that is rolled back has failed, and undoing it is rework; so is a hotfix, unless it only follows a rollback,
    which has been counted.
    """
    count = failed = rework = 0
    after_rollback = False
    for one in shipped:
        count += 1
        failed += one.rolled_back
        rework += one.rolled_back or (one.hotfix and not after_rollback)
        after_rollback = one.rolled_back
    return Deployments(count, failed, rework)
