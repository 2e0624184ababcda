"""How often being on call has interrupted whom: counted from the incidents themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from ghapp.core.calendar import calendar_of
from ghapp.core.incident import Incident
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model

_PER = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Load:
    """The calls of one person in one shift, and how many of them came outside business hours on their own clock."""

    login: Login
    calls: int
    out_of_hours: int
    limit: int

    @property
    def over(self) -> bool:
        """Whether that is more than OWNERS.yaml finds fair."""
        return self.calls > self.limit

    @property
    def share(self) -> int:
        """The part outside business hours, in per cent."""
        return round(100 * self.out_of_hours / self.calls) if self.calls else 0


def loads(
    incidents: Iterable[Incident], start: datetime, end: datetime, model: Model
) -> tuple[Load, ...]:
    """The load of everybody who was called from `start` up to, not including, `end`; the most called first.

    A call is an interruption: the clock has turned to somebody, whether it could page them or not. The clock
    remembers its latest calls only, so of an incident with more pages than those the pages count.
    """
    calls: dict[Login, list[datetime]] = {}
    for incident in incidents:
        tried = [(one.login, one.at) for one in incident.clock.tried if start <= one.at < end]
        paged = [(one.login, one.at) for one in incident.pages if start <= one.at < end]
        for login in {login for login, _ in (*tried, *paged)}:
            by_clock = [at for who, at in tried if who == login]
            by_page = [at for who, at in paged if who == login]
            more = by_page if len(by_page) > len(by_clock) else by_clock
            calls.setdefault(login, []).extend(more)
    limit = limit_of(end - start, model)
    found = [Load(login, len(at), _outside(login, at, model), limit) for login, at in calls.items()]
    return tuple(sorted(found, key=lambda one: (-one.calls, one.login)))


def limit_of(length: timedelta, model: Model) -> int:
    """How many calls a shift of that length may have."""
    return max(1, ceil(model.oncall.max_pages_per_shift * (length / _PER)))


def _outside(login: Login, at: Iterable[datetime], model: Model) -> int:
    zone = next(
        (person.timezone for name, person in model.people.items() if same_login(name, login)),
        model.timezone,
    )
    calendar = calendar_of(model, zone)
    return sum(not calendar.is_open(moment) for moment in at)
