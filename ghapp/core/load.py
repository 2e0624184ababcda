"""How often being on call has interrupted whom: counted from the incidents themselves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from ghapp.core.calendar import calendar_of
from ghapp.core.escalation import may_page
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
    incidents: Iterable[Incident],
    start: datetime,
    end: datetime,
    model: Model,
    *,
    served: timedelta | None = None,
) -> tuple[Load, ...]:
    """The load of everybody who was called from `start` up to, not including, `end`; the most called first.

    A call is an interruption: the clock has turned to somebody, whether it could page them or not. The limit is
    that of a shift that is `served` so long, by default all the time.
    """
    calls: dict[Login, list[datetime]] = {}
    for incident in incidents:
        for login, at in interruptions(incident, model):
            if start <= at < end:
                calls.setdefault(login, []).append(at)
    limit = limit_of(end - start if served is None else served, model)
    found = [Load(login, len(at), _outside(login, at, model), limit) for login, at in calls.items()]
    return tuple(sorted(found, key=lambda one: (-one.calls, one.login)))


def limit_of(length: timedelta, model: Model) -> int:
    """How many calls a shift of that length may have; one at least."""
    return max(1, ceil(model.oncall.max_pages_per_shift * (length / _PER)))


def interruptions(incident: Incident, model: Model) -> Iterator[tuple[Login, datetime]]:
    """Who was called when (UTC); a call of a severity that waits for business hours interrupts when those begin.

    The clock knows its calls since it was last started afresh; of those before, the pages tell.
    """
    tried = incident.clock.tried
    for one in tried:
        yield one.login, may_page(incident, model, one.at)
    for page in incident.pages:
        if not tried or page.at < tried[0].at:
            yield page.login, page.at


def _outside(login: Login, at: Iterable[datetime], model: Model) -> int:
    """How many of these times lie outside business hours on the person's own clock."""
    zone = next(
        (person.timezone for name, person in model.people.items() if same_login(name, login)),
        model.timezone,
    )
    calendar = calendar_of(model, zone)
    return sum(not calendar.is_open(moment) for moment in at)
