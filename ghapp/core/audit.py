"""Whether the app does its work: what should have happened by now and has not; found, never assumed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ghapp.core import paging
from ghapp.core.decide import next_due
from ghapp.core.incident import Incident
from ghapp.model.types import Model

STEP_GRACE = timedelta(minutes=1)
"""How late the next step of an incident may be."""

PAGE_GRACE = timedelta(minutes=5)
"""How long it may take until it is known what became of a page: some channels, each tried three times."""


class Kind(StrEnum):
    """What is late."""

    STEP = "step"
    """An incident's next step: the next level, a reminder, the end of a snooze."""
    PAGE = "page"
    """Word of whether the people of a level were reached."""
    QUEUE = "queue"
    """The handling of what waits in the inbox."""
    CHORE = "chore"
    """A round that is made at intervals."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is late: an incident by its key, a conversation or a chore; `due` is UTC, where it is known."""

    kind: Kind
    what: str
    due: datetime | None = None


def findings(
    incidents: Iterable[Incident],
    model: Model,
    now: datetime,
    *,
    since: datetime,
    stuck: Iterable[str] = (),
    chores: Mapping[str, datetime] | None = None,
) -> tuple[Finding, ...]:
    """All that is late; empty when all is well.

    `since` is when the app began to work (UTC): what fell due while it was down is late only from then on. `stuck`
    are conversations that nobody handles, `chores` says by when each chore should have come round.

    An incident whose policy is exhausted has, after the last reminder, no next step, by design: everybody was called,
    and the app has done what it can. That people do not answer is no fault that a restart would mend.
    """
    late = (_late(incident, model, now, since) for incident in incidents)
    return (
        *(finding for finding in late if finding is not None),
        *(Finding(Kind.QUEUE, conversation) for conversation in stuck),
        *(Finding(Kind.CHORE, name, due) for name, due in (chores or {}).items() if due < now),
    )


def _late(incident: Incident, model: Model, now: datetime, since: datetime) -> Finding | None:
    page = paging.due_at(incident, model)
    if page is not None and max(page, since) + PAGE_GRACE < now:
        return Finding(Kind.PAGE, incident.key, page)
    step = next_due(incident, model)
    if step is not None and step != page and max(step, since) + STEP_GRACE < now:
        return Finding(Kind.STEP, incident.key, step)
    return None
