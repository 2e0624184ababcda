"""GitHub's events that can change how a release stands: milestones, what is in them, incidents, releases."""

from collections.abc import Iterator
from datetime import UTC

import msgspec

from ghapp.core.facts import IssueEvent, RepoName
from ghapp.core.github_event import MilestoneEvent, ReleaseEvent, conversation_of_release
from ghapp.core.incident import INCIDENT
from ghapp.model.names import Login
from ghapp.web.github_payloads import Issue, Issues, Label, MilestoneChange, ReleaseChange
from ghapp.web.github_route import Place, Routed, decode

RELEASE = "release"
FREEZE = "freeze"

_IN_AND_OUT = frozenset({"opened", "closed", "reopened", "deleted", "transferred"})
_LABELS = frozenset({"labeled", "unlabeled"})
_MOVES = frozenset({"milestoned", "demilestoned"})
_OF_AN_INCIDENT = ("sev", "area/")

_milestones = msgspec.json.Decoder(MilestoneChange)
_releases = msgspec.json.Decoder(ReleaseChange)


def milestone(body: bytes, place: Place) -> Iterator[Routed]:
    """What others than the app do to a milestone of the home repository."""
    found = decode(_milestones, body)
    if not place.wanted.releases or not place.is_home(found.repository):
        return
    if place.is_app(found.sender):
        return
    repo = RepoName(found.repository.full_name)
    yield (
        conversation_of_release(repo),
        MilestoneEvent(
            repo=repo,
            number=found.milestone.number,
            action=found.action,
            title=found.milestone.title,
            description=found.milestone.description or "",
            sender=Login(found.sender.login),
            at=found.milestone.updated_at.astimezone(UTC),
        ),
    )


def release(body: bytes, place: Place) -> Iterator[Routed]:
    """A release that others than the app have published in the home repository."""
    found = decode(_releases, body)
    if not place.wanted.releases or not place.is_home(found.repository):
        return
    if found.action != "published" or place.is_app(found.sender):
        return
    repo = RepoName(found.repository.full_name)
    yield (
        conversation_of_release(repo),
        ReleaseEvent(
            repo=repo,
            tag=found.release.tag_name,
            action=found.action,
            sender=Login(found.sender.login),
        ),
    )


def issue(found: Issues, place: Place) -> Iterator[Routed]:
    """An issue of the home repository changed that may hold a release back, or tells of one."""
    if not place.wanted.releases or not place.is_home(found.repository):
        return
    if not (_in_milestone(found, place) or _of_incident(found) or _of_plan(found, place)):
        return
    repo = RepoName(found.repository.full_name)
    yield (
        conversation_of_release(repo),
        IssueEvent(
            repo=repo,
            number=found.issue.number,
            action=found.action,
            sender=Login(found.sender.login),
            at=found.issue.updated_at.astimezone(UTC),
        ),
    )


def _in_milestone(found: Issues, place: Place) -> bool:
    """Which label blocks is configured, so any label of an issue in a milestone counts."""
    if place.is_app(found.sender):
        return False
    inside = found.issue.milestone is not None
    return found.action in _MOVES or (inside and found.action in _IN_AND_OUT | _LABELS)


def _of_incident(found: Issues) -> bool:
    """By whomever: mostly it is the app itself that opens and closes them."""
    changed = found.label
    if found.action in _LABELS and changed is not None:
        counts = changed.name.casefold().startswith(_OF_AN_INCIDENT)
        return _is(changed, INCIDENT) or (counts and bears(found.issue, INCIDENT))
    return found.action in _IN_AND_OUT and bears(found.issue, INCIDENT)


def _of_plan(found: Issues, place: Place) -> bool:
    """The issue of a release, whose boxes people tick, or of a freeze."""
    if place.is_app(found.sender):
        return False
    told = found.action in _IN_AND_OUT | {"edited"}
    return told and (bears(found.issue, RELEASE) or bears(found.issue, FREEZE))


def bears(issue: Issue, label: str) -> bool:
    """Whether an issue has a label, in any case."""
    return any(_is(one, label) for one in issue.labels)


def _is(label: Label, name: str) -> bool:
    return label.name.casefold() == name
