"""What gets onto the agenda of a triage: facts as items, the most urgent first in each section."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ghapp.core.agenda import NOTE, Item, issue_url
from ghapp.core.backlog import Finding
from ghapp.core.docs_review import Reviewed, State
from ghapp.core.facts import Fingerprint, Issue, RepoName
from ghapp.core.incident import Incident
from ghapp.core.postmortem import Action
from ghapp.core.response_times import acknowledged_after, ended_after
from ghapp.core.rotation import Why, by_turn, timeline
from ghapp.core.statistics import length
from ghapp.model.names import AreaName, Login, RotationName
from ghapp.model.types import Model

NOISY: Final = 5
"""From how many firings in a week on an alert is noise."""
_NOTE_LENGTH: Final = 300
_AREA: Final = "area/"
_PRIORITY: Final = "priority/"
_UNTRIAGED: Final = "needs-triage"
_NO_AREA: Final = "~"
"""Sorts behind every area."""


@dataclass(frozen=True, slots=True)
class Aged:
    """An issue that has had its priority for longer than its limit; since when is UTC."""

    issue: Issue
    priority: str
    since: datetime
    limit: timedelta


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pull request that waits for somebody's review; since when is UTC."""

    repo: RepoName
    number: int
    title: str
    since: datetime
    reviewers: tuple[Login, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An open postmortem with what is late of it: itself, by its date, and actions."""

    number: int
    title: str
    late: bool
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call in a rotation from when to when (UTC); None: nobody, though somebody should be."""

    rotation: RotationName
    person: Login | None
    start: datetime
    end: datetime
    because: str = ""


def incidents(found: Iterable[Incident], web: str) -> Iterator[Item]:
    """Incidents with their state, and how long the answer and the end took."""
    for one in found:
        acked, ended = acknowledged_after(one), ended_after(one)
        said = [
            one.severity.label,
            "resolved" if ended is not None else one.phase.value,
            f"acknowledged after {length(acked)}" if acked is not None else "never acknowledged",
            f"over after {length(ended)}" if ended is not None else "",
        ]
        yield _of_issue(one.repo, one.number, one.summary, web, ", ".join(filter(None, said)))


def noisy(found: Iterable[Incident], least: int = NOISY) -> Iterator[Item]:
    """The alerts that fired the most, all their incidents taken together; what lists many alerts is none."""
    by_key: dict[Fingerprint, list[Incident]] = {}
    for one in found:
        if not one.storm:
            by_key.setdefault(one.key, []).append(one)
    counted = [(sum(one.count for one in group), group[-1]) for group in by_key.values()]
    for count, one in sorted(counted, key=lambda pair: (-pair[0], pair[1].key)):
        if count >= least:
            note = f"fired {count} times, {one.source}, area {one.area}"
            yield Item(key=f"alert:{one.key}", text=one.summary, note=note)


def backlog(found: Iterable[Finding]) -> Iterator[Item]:
    """What surveys of the whole have found; the same person or milestone is the same item every week."""
    for one in found:
        day = "" if one.since is None else f"{one.since:%Y-%m-%d}"
        about = ",".join(one.to) or day or one.text
        yield Item(key=f"backlog:{one.rule}:{about.casefold()}", text=one.text, note=one.then)


def untriaged(found: Iterable[Issue], web: str, now: datetime) -> Iterator[Item]:
    """The open issues of people without an area or a priority, or marked so: by area, the oldest first."""
    wanted = [
        (area_of(one) or _NO_AREA, one.created_at, one.number, one)
        for one in found
        if _lacks(one) and one.open and not one.is_pull and not one.author_is_app
    ]
    for area, created, _, one in sorted(wanted, key=lambda row: row[:3]):
        said = [
            "no area" if area == _NO_AREA else f"area {area}",
            ", ".join(_lacks(one)),
            f"{length(now - created)} old",
        ]
        yield _of_issue(one.repo, one.number, one.title, web, ", ".join(dict.fromkeys(said)))


def area_of(issue: Issue) -> AreaName | None:
    """The area that an issue's labels name; of several the first by name."""
    names = sorted(label.removeprefix(_AREA) for label in issue.labels if label.startswith(_AREA))
    return AreaName(names[0]) if names else None


def ageing(found: Iterable[Aged], web: str, now: datetime) -> Iterator[Item]:
    """What has had its priority for too long, the most urgent and the longest over its limit first."""
    for one in sorted(found, key=lambda aged: (aged.priority, aged.since + aged.limit)):
        note = f"{one.priority} for {length(now - one.since)}, at most {length(one.limit)}"
        yield _of_issue(one.issue.repo, one.issue.number, one.issue.title, web, note)


def stale(found: Iterable[Issue], web: str, now: datetime) -> Iterator[Item]:
    """What has been marked as stale, the longest forgotten first."""
    for one in sorted(found, key=lambda issue: (issue.updated_at, issue.number)):
        note = f"nothing for {length(now - one.updated_at)}"
        yield _of_issue(one.repo, one.number, one.title, web, note)


def blockers(found: Iterable[Issue], web: str) -> Iterator[Item]:
    """What blocks the release, and who has it."""
    for one in sorted(found, key=lambda issue: issue.number):
        who = ", ".join(one.assignees) or "nobody has it"
        yield _of_issue(one.repo, one.number, one.title, web, who)


def waiting(found: Iterable[Waiting], web: str, now: datetime) -> Iterator[Item]:
    """Pull requests that wait for a review, the longest first."""
    for one in sorted(found, key=lambda pull: (pull.since, pull.number)):
        whom = f" for {', '.join(one.reviewers)}" if one.reviewers else ", nobody is asked"
        note = f"waits {length(now - one.since)}{whom}"
        yield _of_issue(one.repo, one.number, one.title, web, note, kind="pull")


def docs(found: Iterable[Reviewed], links: Mapping[str, str]) -> Iterator[Item]:
    """Documents whose review is due; `links` are their addresses by path."""
    wanted = [one for one in found if one.wanted]
    for one in sorted(wanted, key=lambda doc: (doc.due is not None, doc.due, doc.path)):
        state = one.why if one.state is State.PROBLEM else f"{one.state.value}, due {one.due}"
        note = f"{one.owner}, {state}"
        yield Item(
            key=f"doc:{one.path}", text=one.path, note=note, ref="open", url=links.get(one.path, "")
        )


def follow_ups(found: Iterable[FollowUp], home: RepoName, web: str) -> Iterator[Item]:
    """Postmortems and their actions that are late."""
    for one in found:
        late = [
            f"{action.text} ({action.owner or 'nobody'}, {action.due})" for action in one.actions
        ]
        said = [*(["overdue"] if one.late else []), *late]
        if said:
            yield _of_issue(home, one.number, one.title, web, "; ".join(said)[:_NOTE_LENGTH])


def settled(left: Iterable[Item], incidents: Iterable[Incident]) -> frozenset[str]:
    """The keys of what the last triage left unfinished, and that need not be carried.

    Most items are listed again as long as there is a reason to. Incidents are so only once, and people's own boxes
    never: those are left until somebody ticks them.
    """
    lasting = {f"{one.repo}#{one.number}" for one in incidents}
    keys = (item.key for item in left)
    return frozenset(key for key in keys if key not in lasting and not key.startswith(NOTE))


def on_call(model: Model, start: datetime, end: datetime) -> tuple[OnCall, ...]:
    """Who is on call from one aware datetime to another, and when nobody is."""
    return tuple(
        OnCall(name, one.person, max(one.start, start), min(one.end, end), one.because)
        for name, rotation in model.rotations.items()
        for one in by_turn(timeline(rotation, start, end, model.people))
        if one.why is not Why.VACANT
    )


def _lacks(issue: Issue) -> tuple[str, ...]:
    def has(prefix: str) -> bool:
        return any(label.startswith(prefix) for label in issue.labels)

    said = (("no area", not has(_AREA)), ("no priority", not has(_PRIORITY)))
    marked = (_UNTRIAGED,) if _UNTRIAGED in issue.labels else ()
    return tuple(what for what, lacks in said if lacks) or marked


def _of_issue(
    repo: RepoName, number: int, title: str, web: str, note: str, *, kind: str = "issues"
) -> Item:
    return Item(
        key=f"{repo}#{number}",
        text=title,
        ref=f"{repo.partition('/')[2]} {number}",
        url=issue_url(web, repo, number, kind),
        note=note,
    )
