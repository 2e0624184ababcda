"""Between the clock on a wall and instants in time.

Where a zone changes its offset, some times of the wall happen twice and some never. One rule for all of
ghapp: a repeated time means its first occurrence, a missing one the first instant after the gap. Instants
are in UTC and compared there, since `==` between aware datetimes of different zones is false inside a fold
(https://peps.python.org/pep-0495/#aware-datetime-comparison).
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def to_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the clock of `zone` shows the naive time `wall`.

    Raises:
        OverflowError: it is before the year 1 or after the year 9999.
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if to_wall(instant, zone) == wall:
        return instant
    return _end_of_gap(wall, zone, instant)


def to_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the clock of `zone` shows at an aware datetime, as a naive one.

    Raises:
        OverflowError: it is before the year 1 or after the year 9999.
    """
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _end_of_gap(wall: datetime, zone: ZoneInfo, after: datetime) -> datetime:
    """The instant at which the clock jumps over `wall`; `after` is past it, and offsets are whole seconds."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = 0, -(-(after - before) // _SECOND)
    before = before.replace(microsecond=0)
    while low < high:
        middle = (low + high) // 2
        if to_wall(before + middle * _SECOND, zone) > wall:
            high = middle
        else:
            low = middle + 1
    return before + low * _SECOND
