"""A release as it is seen while it is handled: what is planned, what stands on GitHub, what its issue remembers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ghapp.core import captain, marker
from ghapp.core.cadence import instant_on
from ghapp.core.facts import Issue
from ghapp.core.milestone import HOTFIX as HOTFIX_SERIES
from ghapp.core.milestone import RELEASE, Milestone, as_set, day_of, key_of, numbers, shown
from ghapp.core.milestone_plan import Known, Note
from ghapp.core.pull_request import Pull
from ghapp.core.release import PullFacts, ReleaseFacts
from ghapp.core.release_state import HOTFIX, ReleaseState, from_data, hotfix_key, pull_of
from ghapp.core.version import tag_of
from ghapp.duties.dated import generated, marker_of
from ghapp.duties.milestones import Standing
from ghapp.model.names import Login
from ghapp.model.types import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """Why a release is not to be: somebody closed its pull request or its milestone, or deleted that.

    `off_cadence` says that its date is none of the cadence any more, `unlabeled` that it is no hotfix any more.
    """

    by: Login | None = None
    pull: int | None = None
    deleted: bool = False
    off_cadence: bool = False
    unlabeled: bool = False

    @property
    def final(self) -> bool:
        """Whether nobody can take it back by opening something again."""
        return self.deleted or self.off_cadence or self.unlabeled


@dataclass(slots=True, kw_only=True)
class Seen:
    """One release. What is done to it while it is handled is done here, too.

    `planned` is its date by the cadence, `at` when it is due and `opens_at` when its window opens (UTC). `duplicates`
    are the milestones that claim it besides its own. `ships` says whether there is anything to release, once that was
    looked at.
    """

    key: str
    planned: date | None
    at: datetime
    opens_at: datetime
    captain: Login
    state: ReleaseState
    milestone: Milestone | None = None
    issue: Issue | None = None
    pull: Pull | None = None
    cancelled: GivenUp | None = None
    duplicates: tuple[int, ...] = ()
    surplus: bool = False
    carries_over: bool = True
    next: "Seen | None" = None
    next_captain: Login | None = None
    superseded: bool = False
    ships: bool | None = None
    facts: ReleaseFacts = field(init=False)

    @property
    def hotfix(self) -> bool:
        """Whether it is an urgent repair, of no cadence."""
        return self.key.startswith(HOTFIX)

    @property
    def series(self) -> str:
        """What series its milestone is of."""
        return HOTFIX_SERIES if self.hotfix else RELEASE

    @property
    def name(self) -> str:
        """What it is called; before it is cut, what it will probably be."""
        if self.state.name:
            return self.state.name
        return self.key if self.milestone is None else as_set(self.milestone).title

    @property
    def tag(self) -> str:
        """The tag that it gets."""
        return tag_of(self.name)

    @property
    def final(self) -> bool:
        """Whether it was given up for good."""
        return self.cancelled is not None and self.cancelled.final

    @property
    def moved(self) -> bool:
        """Whether people have given its milestone another date."""
        return Note.MOVED in self.state.notes

    def stands(self) -> ReleaseFacts:
        """The facts that are known without asking GitHub for more."""
        pull, milestone = self.pull, self.milestone
        back = self.state.rolled_back
        return ReleaseFacts(
            key=self.key,
            name=self.name,
            tag_name=self.tag,
            at=self.at,
            opens_at=self.opens_at,
            captain=self.captain,
            next_captain=self.next_captain,
            milestone=None if milestone is None else milestone.number,
            milestone_open=milestone is not None and milestone.open,
            cancelled=self.cancelled is not None,
            issue=None if self.issue is None else self.issue.number,
            issue_open=self.issue is not None and self.issue.open,
            ships=self.ships,
            pull=None if pull is None else _pull_facts(pull),
            carries_over=self.carries_over,
            hotfix=self.hotfix,
            superseded=self.superseded or self.final,
            rolled_back=None if back is None else back.reason,
            gate_recorded=self.state.gate is not None,
            handed_over=self.state.handed_over,
            recorded=self.state.recorded,
        )


@dataclass(frozen=True, slots=True)
class Remembered:
    """The release issues, open and closed, with what each remembers; by key."""

    issues: Mapping[str, Issue]
    states: Mapping[str, ReleaseState]

    @property
    def over(self) -> frozenset[str]:
        """The keys of the releases of the cadence that are over."""
        return frozenset(key for key, state in self.states.items() if state.over)

    @property
    def names(self) -> frozenset[str]:
        """The names that releases have got."""
        return frozenset(state.name for state in self.states.values() if state.name)


def remembered(issues: Iterable[Issue]) -> Remembered:
    """What the issues of releases remember."""
    known, states = {}, {}
    for issue in issues:
        mark = marker_of(issue)
        if mark is not None and mark.key not in known:
            known[mark.key], states[mark.key] = issue, state_of(issue)
    return Remembered(known, states)


def state_of(issue: Issue) -> ReleaseState:
    """What a release issue remembers, between the app's marks unless somebody took them away."""
    return from_data(marker.find_state(generated(issue.body) or issue.body))


def views(model: Model, standing: Standing, told: Remembered, now: datetime) -> tuple[Seen, ...]:
    """The releases of the cadence that are not done with, in the order in which they are due."""
    assert model.release is not None
    owner = {one.number: one for one in standing.milestones}
    by_key = {key: owner[number] for key, number in numbers(standing.milestones).items()}
    keys = {key for key, issue in told.issues.items() if issue.open and day_of(key)}
    keys |= {key for key, one in by_key.items() if _awaits(one, key, told)}
    seen = [view(key, model, standing, told) for key in keys]
    seen.sort(key=lambda one: (one.at, one.key))
    for place, one in enumerate(seen):
        later = [other for other in seen[place + 1 :] if not other.cancelled]
        one.next = next(iter(later), None)
        one.next_captain = _next_captain(one, model, standing)
        one.superseded = any(other.opens_at <= now for other in later)
    return tuple(seen)


def hotfixes(
    model: Model, standing: Standing, told: Remembered, opened: Iterable[Pull]
) -> tuple[Seen, ...]:
    """The hotfixes that are not done with; `opened` are the open pull requests that are some."""
    keys = {hotfix_key(one.number) for one in opened}
    keys |= {key for key, issue in told.issues.items() if issue.open and pull_of(key)}
    by_number = {one.number: one for one in opened}
    return tuple(
        hotfix(key, model, standing, told, by_number.get(pull_of(key) or 0)) for key in sorted(keys)
    )


def hotfix(
    key: str, model: Model, standing: Standing, told: Remembered, pull: Pull | None = None
) -> Seen:
    """The hotfix of a key; it is due from when its pull request was opened on."""
    number, issue = pull_of(key), told.issues.get(key)
    assert number is not None
    at = pull.created_at if pull is not None else issue.created_at if issue else None
    assert at is not None
    milestone = _milestone(str(number), standing, HOTFIX_SERIES)
    state = replace(told.states.get(key, ReleaseState()), pull=number)
    if milestone is not None:
        state = replace(state, milestone=milestone.number, title=milestone.title)
    return Seen(
        key=key,
        planned=None,
        at=at,
        opens_at=at,
        captain=captain.captain(model, at),
        state=state,
        milestone=milestone,
        issue=issue,
        pull=pull,
        carries_over=False,
    )


def _milestone(key: str, standing: Standing, series: str) -> Milestone | None:
    number = numbers(standing.milestones, series).get(key)
    return next((one for one in standing.milestones if one.number == number), None)


def _awaits(milestone: Milestone, key: str, told: Remembered) -> bool:
    """Whether an open milestone is of a release to come; one that people opened again after it is theirs."""
    done = key in told.over and as_set(milestone).closed
    return milestone.open and day_of(key) is not None and not done


def view(key: str, model: Model, standing: Standing, told: Remembered) -> Seen:
    """The release of a planned date."""
    release, planned = model.release, day_of(key)
    assert release is not None
    assert planned is not None
    milestone = _milestone(key, standing, RELEASE)
    state = told.states.get(key, ReleaseState())
    known = standing.known.get(key, Known())
    day = None if milestone is None else shown(milestone.due_on)
    occurrence = next((one for one in standing.occurrences if one.key == key), None)
    if occurrence is None or day not in {None, occurrence.day}:
        at = instant_on(release.cadence, day or planned)
    else:
        at = occurrence.at
    seen = Seen(
        key=key,
        planned=planned,
        at=at,
        opens_at=at - release.cut,
        captain=captain.captain(model, instant_on(release.cadence, planned)),
        state=_updated(state, milestone, known, _left_out(planned, standing)),
        milestone=milestone,
        issue=told.issues.get(key),
        carries_over=release.carry_over,
        duplicates=_duplicates(key, standing, milestone),
        surplus=Note.SURPLUS in known.notes,
    )
    if not state.over:
        seen.cancelled = _given_up(seen, standing)
    return seen


def _updated(
    state: ReleaseState, milestone: Milestone | None, known: Known, left_out: Sequence[str]
) -> ReleaseState:
    return replace(
        state,
        milestone=known.number if milestone is None else milestone.number,
        title=state.title if milestone is None else milestone.title,
        notes=known.notes - {Note.SKIPPED},
        left_out=tuple(sorted({*state.left_out, *left_out})),
    )


def _given_up(seen: Seen, standing: Standing) -> GivenUp | None:
    """Why it was given up, if it was."""
    milestone = seen.milestone
    if milestone is None:
        number = seen.state.milestone
        if number is None or any(one.number == number for one in standing.milestones):
            return GivenUp(off_cadence=True)
        return GivenUp(by=standing.by.get((seen.key, Note.DELETED)), deleted=True)
    if milestone.open:
        return None
    if as_set(milestone).closed:
        return GivenUp(off_cadence=True)
    return GivenUp(by=standing.by.get((seen.key, Note.CANCELLED)))


def _duplicates(key: str, standing: Standing, milestone: Milestone | None) -> tuple[int, ...]:
    own = None if milestone is None else milestone.number
    claims = (one.number for one in standing.milestones if key_of(one) == key)
    return tuple(number for number in claims if number != own)


def _next_captain(seen: Seen, model: Model, standing: Standing) -> Login | None:
    if seen.next is not None:
        return seen.next.captain
    later = [one for one in standing.occurrences if one.happens and one.at > seen.at]
    return captain.captain(model, later[0].at) if later else None


def _pull_facts(pull: Pull) -> PullFacts:
    merged = None if pull.merged_at is None else pull.merge_commit or pull.head
    return PullFacts(number=pull.number, head=pull.head, open=pull.open, merged=merged)


def _left_out(planned: date, standing: Standing) -> list[str]:
    """The dates before a release on which there is none, back to the release before, each with why."""
    before = [one for one in standing.occurrences if one.planned < planned]
    since = max((one.planned for one in before if one.happens), default=date.min)
    return [f"{one.key}: {one.why}" for one in before if one.planned > since]
