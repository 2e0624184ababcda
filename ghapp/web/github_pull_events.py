"""GitHub's events of pull requests, their reviews and checks: those that can change what a check of the app says."""

import re
from collections.abc import Iterator
from datetime import UTC

import msgspec

from ghapp.core.facts import RepoName, Sha
from ghapp.core.github_event import (
    PULL,
    RELEASE,
    CheckEvent,
    MergeGroupEvent,
    PullEvent,
    conversation_of_pull,
    conversation_of_release,
)
from ghapp.core.pull_request import Pull as Facts
from ghapp.core.strict_json import Malformed
from ghapp.github import wire_pulls
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login, same_login
from ghapp.web.github_payloads import (
    Account,
    CheckRunChange,
    CheckSuiteChange,
    CommitStatus,
    MergeGroupChange,
    Pull,
    PullRequest,
    PullRequestReview,
    Repository,
)
from ghapp.web.github_route import Place, Routed, decode

_BY_ANYBODY = frozenset(
    {"opened", "reopened", "synchronize", "ready_for_review", "converted_to_draft", "closed"}
)
"""These count whoever does them; the rest the app does itself as it wants it to be."""

_BY_OTHERS = frozenset(
    {
        "edited",
        "labeled",
        "unlabeled",
        "milestoned",
        "demilestoned",
        "review_requested",
        "review_request_removed",
    }
)
_WORTH = frozenset({"closed", "reopened", "labeled", "unlabeled", "milestoned", "demilestoned"})
"""What changes how a milestone stands that a pull request is in."""

_QUEUED = re.compile(r"refs/heads/gh-readonly-queue/.+/pr-(\d+)-[0-9a-f]+")
"""https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository"""

_MAY_BE_CUT = 10
"""A status names so many of the branches that have the commit."""

_pull = msgspec.json.Decoder(Pull)
_pulls = msgspec.json.Decoder(PullRequest)
_reviews = msgspec.json.Decoder(PullRequestReview)
_runs = msgspec.json.Decoder(CheckRunChange)
_suites = msgspec.json.Decoder(CheckSuiteChange)
_statuses = msgspec.json.Decoder(CommitStatus)
_groups = msgspec.json.Decoder(MergeGroupChange)


def pull_request(body: bytes, place: Place) -> Iterator[Routed]:
    """A change of a pull request; an edit counts if it is of title, text or base."""
    found = decode(_pulls, body)
    if found.action == "edited":
        changes = found.changes
        if changes is None or not (changes.title or changes.body or changes.base):
            return
    elif found.action not in _BY_ANYBODY | _BY_OTHERS:
        return
    if found.action in _BY_OTHERS and place.is_app(found.sender):
        return
    yield from _routes(place, found, found.action)


def pull_request_review(body: bytes, place: Place) -> Iterator[Routed]:
    """A person's review, or its dismissal; the author's own words are no review."""
    found = decode(_reviews, body)
    if found.action == "dismissed":
        yield from _routes(place, found, "dismissed")
    elif found.action == "submitted" and _is_review(found, place):
        yield from _routes(place, found, "reviewed")


def _is_review(found: PullRequestReview, place: Place) -> bool:
    reviewer, author = found.review.user, decode(_pull, found.pull_request).user
    if reviewer is None or not place.is_person(reviewer):
        return False
    return author is None or not same_login(reviewer.login, author.login)


def _routes(place: Place, found: PullRequest | PullRequestReview, action: str) -> Iterator[Routed]:
    pull = decode(_pull, found.pull_request)
    repo = RepoName(found.repository.full_name)
    in_milestone = pull.milestone is not None and action in _WORTH
    of_release = place.wanted.releases and place.is_home(found.repository)
    event = PullEvent(
        repo=repo,
        number=pull.number,
        action=action,
        pull=_as_it_was(found.pull_request, repo, place),
        sender=Login(found.sender.login),
        at=pull.updated_at.astimezone(UTC),
    )
    if place.wanted.pulls:
        yield conversation_of_pull(repo, pull.number), event
    labels = {label.name.casefold() for label in pull.labels}
    moved = in_milestone or action == "demilestoned" or labels & place.wanted.release_labels
    if (of_release and moved) or place.decides_release(found.repository, pull.head.ref):
        yield conversation_of_release(repo), event


def _as_it_was(data: msgspec.Raw, repo: RepoName, place: Place) -> Facts:
    try:
        return wire_pulls.pull(msgspec.json.decode(data), repo, Login(place.app_login or ""))
    except Unavailable as error:
        raise Malformed(error.reason) from error


def merge_group(body: bytes, place: Place) -> Iterator[Routed]:
    """The merge queue asks for checks; what it does not need any more is left as it is."""
    found = decode(_groups, body)
    last = _QUEUED.fullmatch(found.merge_group.head_ref)
    if found.action != "checks_requested" or last is None or not place.wanted.pulls:
        return
    repo, number = RepoName(found.repository.full_name), int(last[1])
    yield (
        conversation_of_pull(repo, number),
        MergeGroupEvent(
            repo=repo,
            number=number,
            head=Sha(found.merge_group.head_sha),
            base=found.merge_group.base_ref.removeprefix("refs/heads/"),
        ),
    )


def check_run(body: bytes, place: Place) -> Iterator[Routed]:
    """A check of the app that is asked for again, or one of another App that has changed.

    The app's own runs carry their conversation as the external id.
    """
    found = decode(_runs, body)
    run = found.check_run
    event = _check(found.repository, run.head_sha, run.name, found.action, found.sender)
    if found.action == "rerequested":
        external = run.external_id or ""
        if external.startswith(PULL) and place.wanted.pulls:
            yield external, event
        if external.startswith(RELEASE) and place.wanted.releases:
            yield external, event
    elif found.action in {"completed", "created"} and not place.is_ours(run.app):
        branch = run.check_suite.head_branch if run.check_suite else None
        if place.decides_release(found.repository, branch):
            yield conversation_of_release(event.repo), event


def check_suite(body: bytes, place: Place) -> Iterator[Routed]:
    """All checks of the app are asked for again; how the suite of another App ends, its runs tell."""
    found = decode(_suites, body)
    suite = found.check_suite
    if found.action != "rerequested":
        return
    event = _check(found.repository, suite.head_sha, "", found.action, found.sender)
    if place.wanted.pulls:
        for pull in suite.pull_requests:
            yield conversation_of_pull(event.repo, pull.number), event
    if place.decides_release(found.repository, suite.head_branch):
        yield conversation_of_release(event.repo), event


def status(body: bytes, place: Place) -> Iterator[Routed]:
    """A status has changed of a commit that may be a release's."""
    found = decode(_statuses, body)
    event = _check(found.repository, found.sha, found.context, "status", found.sender)
    names = [branch.name for branch in found.branches]
    on_release = any(place.decides_release(found.repository, name) for name in names)
    cut = len(names) >= _MAY_BE_CUT and place.wanted.releases and place.is_home(found.repository)
    if on_release or cut:
        yield conversation_of_release(event.repo), event


def _check(
    repository: Repository, head: str, name: str, action: str, sender: Account
) -> CheckEvent:
    return CheckEvent(
        repo=RepoName(repository.full_name),
        head=Sha(head),
        name=name,
        action=action,
        sender=Login(sender.login),
    )
