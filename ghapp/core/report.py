"""The figures of one cycle. How each is counted is in docs/reports.md; nothing here is guessed.

What happened counts in the cycle that holds its instant, so the cycles together are the whole; how it stood is judged
as of the cycle's end, so a report that is written again says the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ghapp.core import escalation
from ghapp.core.calendar import calendar_of
from ghapp.core.deployments import Shipped, deployments, on_time
from ghapp.core.docs_review import Reviewed
from ghapp.core.facts import Issue
from ghapp.core.incident import Incident
from ghapp.core.load import interruptions
from ghapp.core.postmortem import Action
from ghapp.core.report_cycle import Cycle
from ghapp.core.statistics import Share, Spread, share, spread
from ghapp.model.names import Login, Severity, same_login
from ghapp.model.types import Model

ZoneOf = Callable[[Login, datetime], ZoneInfo]
"""The time zone of a person at an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How incidents of one severity were answered; those that opened in the cycle."""

    severity: Severity
    count: int
    acknowledged: Spread
    ended: Spread
    acknowledged_in_time: Share
    ended_in_time: Share


@dataclass(frozen=True, slots=True)
class Called:
    """How often one person was called in the cycle, and how much of that outside business hours on their clock."""

    login: Login
    out_of_hours: Share


@dataclass(frozen=True, slots=True)
class Given:
    """A submitted review; `author` is None of an account that is gone, `state` as GitHub has it."""

    at: datetime
    author: Login | None
    is_bot: bool = False
    state: str = "commented"


@dataclass(frozen=True, slots=True)
class PullFacts:
    """A pull request; `readied` is when it was marked as ready after having been a draft (UTC)."""

    author: Login | None
    opened_at: datetime
    readied: tuple[datetime, ...] = ()
    reviews: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release that reached users (UTC); `due` is its local date, None of one that had none.

    `merged` is when each change in it was merged, `repaired_at` when a failed one was over.
    """

    name: str
    shipped_at: datetime
    due: date | None = None
    hotfix: bool = False
    rolled_back: bool = False
    merged: tuple[datetime, ...] = ()
    repaired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Issues that were opened and closed in the cycle, and those that were open at its end."""

    opened: int
    closed: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dora:
    """DORA's five metrics (https://dora.dev/guides/dora-metrics-four-keys/)."""

    deployments: int
    lead_time: Spread
    failed: Share
    recovery: Spread
    rework: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a report rests on; it may go beyond the cycle, what is outside is left out.

    `docs` and `actions` are as they stand; of what came before they know nothing.
    """

    incidents: Sequence[Incident] = ()
    issues: Sequence[Issue] = ()
    pulls: Sequence[PullFacts] = ()
    releases: Sequence[Released] = ()
    docs: Sequence[Reviewed] = ()
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The whole report of one cycle, as data."""

    cycle: Cycle
    answers: tuple[Answers, ...]
    called: tuple[Called, ...]
    releases: tuple[Released, ...]
    releases_on_time: Share
    first_review: Spread
    flow: Flow
    docs_fresh: Share
    actions_done: Share
    dora: Dora


def figures(facts: Facts, cycle: Cycle, model: Model, zone_of: ZoneOf) -> Figures:
    """Count everything in one cycle."""
    released = tuple(
        sorted(
            (one for one in facts.releases if cycle.holds(one.shipped_at)),
            key=lambda one: (one.shipped_at, one.name),
        )
    )
    return Figures(
        cycle=cycle,
        answers=answers(facts.incidents, cycle, model),
        called=called(facts.incidents, cycle, model, zone_of),
        releases=released,
        releases_on_time=share(
            on_time(one.due, one.shipped_at, cycle.zone) for one in released if one.due is not None
        ),
        first_review=spread(first_reviews(facts.pulls, cycle)),
        flow=flow(facts.issues, cycle),
        docs_fresh=share(not one.wanted for one in facts.docs),
        actions_done=share(
            one.done
            for one in facts.actions
            if one.due is not None and cycle.first <= one.due <= cycle.last
        ),
        dora=dora(released),
    )


def judged(done: datetime | None, deadline: datetime | None, as_of: datetime) -> bool | None:
    """Whether a deadline was met; None while it may still be, and where there is none.

    What is done later than `as_of` is not done yet.
    """
    if deadline is None:
        return None
    if done is not None and done <= as_of:
        return done <= deadline
    return False if deadline < as_of else None


def answers(incidents: Iterable[Incident], cycle: Cycle, model: Model) -> tuple[Answers, ...]:
    """The figures of each severity, the worst first, those without an incident left out."""
    found = [one for one in incidents if cycle.holds(one.opened_at)]
    return tuple(
        _answers(severity, group, cycle.end, model)
        for severity in Severity
        if (group := [one for one in found if one.severity is severity])
    )


def called(
    incidents: Iterable[Incident], cycle: Cycle, model: Model, zone_of: ZoneOf
) -> tuple[Called, ...]:
    """The calls of everybody who was called in the cycle, the most called first."""
    outside: dict[Login, list[bool]] = {}
    for incident in incidents:
        for login, at in interruptions(incident, model):
            if cycle.holds(at):
                calendar = calendar_of(model, zone_of(login, at))
                outside.setdefault(login, []).append(not calendar.is_open(at))
    found = [Called(login, share(each)) for login, each in outside.items()]
    return tuple(sorted(found, key=lambda one: (-one.out_of_hours.whole, one.login)))


def zones(history: Sequence[tuple[datetime, Model]], now: Model) -> ZoneOf:
    """Who lived in which zone when, by the models that were in force since (UTC), the oldest first.

    Before the first of them it counts as it is in that one. Who is not in a file counts by the file's zone.
    """

    def zone_of(login: Login, at: datetime) -> ZoneInfo:
        in_force = [model for since, model in history if since <= at]
        model = in_force[-1] if in_force else history[0][1] if history else now
        for name, person in model.people.items():
            if same_login(name, login):
                return person.timezone
        return model.timezone

    return zone_of


def first_reviews(pulls: Iterable[PullFacts], cycle: Cycle) -> Iterator[timedelta]:
    """How long each pull request waited for its first review, if that came in the cycle.

    From when it was last marked as ready, or opened. Reviews by its author, by bots, and those that are not submitted
    do not count.
    """
    for pull in pulls:
        since = max(pull.readied, default=pull.opened_at)
        times = [one.at for one in pull.reviews if one.at >= since and _counts(one, pull)]
        first = min(times, default=None)
        if first is not None and cycle.holds(first):
            yield first - since


def flow(issues: Iterable[Issue], cycle: Cycle) -> Flow:
    """What came in and what went out; pull requests and the app's own issues are no work of the backlog."""
    found = [one for one in issues if not one.is_pull and not one.author_is_app]
    return Flow(
        sum(cycle.holds(one.created_at) for one in found),
        sum(cycle.holds(one.closed_at) for one in found),
        sum(
            one.created_at < cycle.end and (one.closed_at is None or one.closed_at >= cycle.end)
            for one in found
        ),
    )


def dora(released: Sequence[Released]) -> Dora:
    """DORA's five, as far as releases tell; they are in the order in which they shipped."""
    counted = deployments(Shipped(one.name, one.hotfix, one.rolled_back) for one in released)
    return Dora(
        deployments=counted.count,
        lead_time=spread(
            max(one.shipped_at - merged, timedelta(0)) for one in released for merged in one.merged
        ),
        failed=Share(counted.failed, counted.count),
        recovery=spread(
            max(one.repaired_at - one.shipped_at, timedelta(0))
            for one in released
            if one.rolled_back and one.repaired_at is not None
        ),
        rework=Share(counted.rework, counted.count),
    )


def _answers(
    severity: Severity, group: Sequence[Incident], as_of: datetime, model: Model
) -> Answers:
    answered = [(one, _by(one.ack.at if one.ack else None, as_of)) for one in group]
    over = [(one, _by(one.closed_at, as_of)) for one in group]
    in_time = (_acknowledged_in_time(one, as_of, model) for one in group)
    ended = (judged(one.closed_at, _resolve_by(one, model), as_of) for one in group)
    return Answers(
        severity=severity,
        count=len(group),
        acknowledged=spread(max(at - one.opened_at, timedelta(0)) for one, at in answered if at),
        ended=spread(max(at - one.opened_at, timedelta(0)) for one, at in over if at),
        acknowledged_in_time=share(each for each in in_time if each is not None),
        ended_in_time=share(each for each in ended if each is not None),
    )


def _by(at: datetime | None, as_of: datetime) -> datetime | None:
    return at if at is not None and at <= as_of else None


def _acknowledged_in_time(incident: Incident, as_of: datetime, model: Model) -> bool | None:
    """None also of what was over by itself before an answer was due: nobody had to give one."""
    length = model.severities[incident.severity].acknowledge
    deadline = escalation.deadline(incident, model, incident.opened_at, length)
    acked, over = incident.ack.at if incident.ack else None, incident.closed_at
    if acked is None and over is not None and deadline is not None and over <= deadline:
        return None
    return judged(acked, deadline, as_of)


def _resolve_by(incident: Incident, model: Model) -> datetime | None:
    length = model.severities[incident.severity].resolve
    return incident.due_at or escalation.deadline(incident, model, incident.opened_at, length)


def _counts(review: Given, pull: PullFacts) -> bool:
    if review.is_bot or review.state.casefold() == "pending":
        return False
    if review.author is None or pull.author is None:
        return review.author != pull.author
    return not same_login(review.author, pull.author)
