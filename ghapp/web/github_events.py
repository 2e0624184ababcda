"""What GitHub's events mean: which concern the app, and the conversation each belongs to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC

import msgspec

from ghapp.core.facts import CommentEvent, InstallationEvent, IssueEvent, PushEvent, RepoName
from ghapp.core.github_event import (
    CommentChange,
    conversation_of_pull,
    conversation_of_release,
    conversation_of_standard,
)
from ghapp.core.incident import INCIDENT
from ghapp.core.routing import conversation_of_issue
from ghapp.core.slash import may_command
from ghapp.model.names import Login, same_login
from ghapp.web import (
    github_item_events,
    github_pull_events,
    github_release_events,
    github_routine_events,
)
from ghapp.web.github_payloads import (
    Account,
    Commit,
    InstallationChange,
    Issue,
    IssueComment,
    Issues,
    Label,
    Push,
    Repository,
)
from ghapp.web.github_release_events import RELEASE
from ghapp.web.github_route import Place, Routed, Wanted, decode

MODEL = "model"
"""The conversation of changes to OWNERS.yaml."""

INSTALLATIONS = "installations"
"""The conversation of where the App is installed."""

NOTHING_MORE = Wanted()

_OWNERS_FILE = "OWNERS.yaml"
_TEMPLATES = ".github/ghapp/"
_MARKER_START = "<!-- ghapp "
_COMMIT_LIST_MAY_BE_CUT = 20
"""GitHub.com lists 2,048 commits of a push, older Enterprise servers 20."""

_ISSUE_ACTIONS = frozenset(
    {
        "assigned",
        "closed",
        "deleted",
        "edited",
        "labeled",
        "reopened",
        "transferred",
        "unassigned",
        "unlabeled",
    }
)

_comments = msgspec.json.Decoder(IssueComment)
_issues = msgspec.json.Decoder(Issues)
_pushes = msgspec.json.Decoder(Push)
_installations = msgspec.json.Decoder(InstallationChange)


def read_event(
    name: str,
    body: bytes,
    *,
    home: RepoName,
    app_login: str | None,
    wanted: Wanted = NOTHING_MORE,
) -> list[Routed]:
    """The event, once for each conversation that it concerns; empty when there is nothing to do.

    `name` is the `X-GitHub-Event` header; `app_login` is the App's own login, once known; `wanted` says what is
    handled besides incidents, the model and installations.

    Raises:
        Malformed: the body of an event that concerns the app is not what GitHub documents.
    """
    place = Place(home=home, app_login=app_login, wanted=wanted)
    read = _READERS.get(name)
    if read is None and (wanted.pulls or wanted.releases):
        read = _OF_CHECKS.get(name)
    found = [] if read is None else list(read(body, place))
    if name in _OF_ITEMS and wanted.backlog is not None:
        found += github_item_events.item(body, wanted.backlog, place)
    return found


def _comment(body: bytes, place: Place) -> Iterator[Routed]:
    """What people say, and what they take back."""
    found = decode(_comments, body)
    yield from _said(found, place)
    yield from _taken_back(found, place)


def _taken_back(found: IssueComment, place: Place) -> Iterator[Routed]:
    """A comment on a pull request or a release has changed that held a command, perhaps one that still counts."""
    if found.action == "deleted":
        previous, now = found.comment.body or "", ""
    elif found.action == "edited" and found.changes is not None and found.changes.body is not None:
        previous, now = found.changes.body.from_ or "", found.comment.body or ""
    else:
        return
    author = found.comment.user
    if not may_command(previous) or (author is not None and not place.is_person(author)):
        return
    repo = RepoName(found.repository.full_name)
    event = CommentChange(
        repo=repo,
        number=found.issue.number,
        comment_id=found.comment.id,
        previous=previous,
        body=now,
        sender=Login(found.sender.login),
        at=found.comment.updated_at.astimezone(UTC),
    )
    is_pull = found.issue.pull_request is not None
    if is_pull and place.wanted.pulls:
        yield conversation_of_pull(repo, found.issue.number), event
    of_release = is_pull or github_release_events.bears(found.issue, RELEASE)
    if of_release and place.wanted.releases and place.is_home(found.repository):
        yield conversation_of_release(repo), event


def _said(found: IssueComment, place: Place) -> Iterator[Routed]:
    """A person's comment that has, or after an edit by its author has, something like a command.

    On an incident any new comment of a person counts: it is a word about how it stands.
    """
    comment = found.comment
    text = comment.body or ""
    a_word = found.action == "created" and _is_incident(found.issue.labels)
    if not (a_word or may_command(text)) or not place.is_person(found.sender):
        return
    previous = None
    if found.action == "edited":
        before = found.changes.body if found.changes else None
        if before is None or not _same(found.sender, comment.user):
            return
        previous = before.from_ or ""
    elif found.action != "created":
        return
    event = CommentEvent(
        repo=RepoName(found.repository.full_name),
        number=found.issue.number,
        comment_id=comment.id,
        body=text,
        previous=previous,
        sender=Login(found.sender.login),
        at=(comment.created_at if previous is None else comment.updated_at).astimezone(UTC),
    )
    yield _conversation(found.repository, found.issue), event


def _issue(body: bytes, place: Place) -> Iterator[Routed]:
    """What happens to an issue, as far as it concerns an incident, a release or a routine."""
    found = decode(_issues, body)
    yield from _by_hand(found, place)
    yield from github_release_events.issue(found, place)
    yield from github_routine_events.issue(found, place)


def _by_hand(found: Issues, place: Place) -> Iterator[Routed]:
    """What a person did by hand to an incident, or to an issue that bears the app's marker."""
    if found.action not in _ISSUE_ACTIONS or not place.is_person(found.sender):
        return
    labels = [*found.issue.labels, *([found.label] if found.label else [])]
    if not _is_incident(labels) and _MARKER_START not in (found.issue.body or ""):
        return
    event = IssueEvent(
        repo=RepoName(found.repository.full_name),
        number=found.issue.number,
        action=found.action,
        sender=Login(found.sender.login),
        at=found.issue.updated_at.astimezone(UTC),
    )
    yield _conversation(found.repository, found.issue), event


def _is_incident(labels: Iterable[Label]) -> bool:
    return any(label.name.casefold() == INCIDENT for label in labels)


def _push(body: bytes, place: Place) -> Iterator[Routed]:
    """A push that changes OWNERS.yaml or templates, or may have; of the home's default branch they are the model."""
    found = decode(_pushes, body)
    repository = found.repository
    branch = found.ref.removeprefix("refs/heads/")
    is_model = place.is_home(repository) and branch == repository.default_branch
    if branch == found.ref or not (is_model or place.wanted.pulls):
        return
    if not (_may_hide_commits(found) or any(map(_touches_model, found.commits))):
        return
    repo = RepoName(repository.full_name)
    event = PushEvent(repo=repo, sender=Login(found.sender.login), branch=branch)
    if is_model:
        yield MODEL, event
    elif place.wanted.pulls:
        yield conversation_of_standard(repo), event


def _may_hide_commits(push: Push) -> bool:
    """A forced push takes commits away; one without commits moves the branch to known ones."""
    return push.forced or not 0 < len(push.commits) < _COMMIT_LIST_MAY_BE_CUT


def _touches_model(commit: Commit) -> bool:
    files = [*commit.added, *commit.modified, *commit.removed]
    # A merge lists no files of its own.
    return not files or any(
        path.startswith(_TEMPLATES) or path.rpartition("/")[2] == _OWNERS_FILE for path in files
    )


def _installation(body: bytes, _: Place) -> Iterator[Routed]:
    found = decode(_installations, body)
    gone = found.action in {"deleted", "suspend"}
    whole = found.repositories or []
    event = InstallationEvent(
        installation=found.installation.id,
        action=found.action,
        added=_names([*([] if gone else whole), *(found.repositories_added or [])]),
        removed=_names([*(whole if gone else []), *(found.repositories_removed or [])]),
    )
    yield INSTALLATIONS, event


def _names(repositories: list[Repository]) -> tuple[RepoName, ...]:
    return tuple(RepoName(repository.full_name) for repository in repositories)


def _conversation(repository: Repository, issue: Issue) -> str:
    repo = RepoName(repository.full_name)
    return conversation_of_issue(repo, issue.number, issue.body or "", issue.author_is_bot)


def _same(one: Account, other: Account | None) -> bool:
    return other is not None and same_login(one.login, other.login)


_READERS: Mapping[str, Callable[[bytes, Place], Iterator[Routed]]] = {
    "issue_comment": _comment,
    "issues": _issue,
    "push": _push,
    "installation": _installation,
    "installation_repositories": _installation,
}
_OF_CHECKS: Mapping[str, Callable[[bytes, Place], Iterator[Routed]]] = {
    "pull_request": github_pull_events.pull_request,
    "pull_request_review": github_pull_events.pull_request_review,
    "merge_group": github_pull_events.merge_group,
    "check_run": github_pull_events.check_run,
    "check_suite": github_pull_events.check_suite,
    "status": github_pull_events.status,
    "milestone": github_release_events.milestone,
    "release": github_release_events.release,
}
"""Read only if a duty wants to know of them."""
_OF_ITEMS = frozenset({"issues", "issue_comment", "pull_request", "pull_request_review"})
