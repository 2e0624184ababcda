"""What GitHub's events mean: which concern the app, and the conversation each belongs to."""

from collections.abc import Iterable
from datetime import UTC
from typing import TypeVar

import msgspec

from ghapp.core.facts import CommentEvent, InstallationEvent, IssueEvent, PushEvent, RepoName
from ghapp.core.incident import INCIDENT
from ghapp.core.routing import conversation_of_issue
from ghapp.core.slash import may_command
from ghapp.core.strict_json import Malformed
from ghapp.core.wire import Event
from ghapp.model.names import Login, same_login
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

MODEL = "model"
"""The conversation of changes to OWNERS.yaml."""

INSTALLATIONS = "installations"
"""The conversation of where the App is installed."""

Routed = tuple[str, Event] | None

_OWNERS_FILE = "OWNERS.yaml"
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

_T = TypeVar("_T")
_comments = msgspec.json.Decoder(IssueComment)
_issues = msgspec.json.Decoder(Issues)
_pushes = msgspec.json.Decoder(Push)
_installations = msgspec.json.Decoder(InstallationChange)


def read_event(name: str, body: bytes, *, home: RepoName, app_login: str | None) -> Routed:
    """The event and its conversation; None when there is nothing to do.

    `name` is the `X-GitHub-Event` header; `app_login` is the App's own login, once known.

    Raises:
        Malformed: the body of an event that concerns the app is not what GitHub documents.
    """
    match name:
        case "issue_comment":
            return _comment(_decode(_comments, body), app_login)
        case "issues":
            return _issue(_decode(_issues, body), app_login)
        case "push":
            return _push(_decode(_pushes, body), home)
        case "installation" | "installation_repositories":
            return _installation(_decode(_installations, body))
        case _:
            return None


def _decode(decoder: "msgspec.json.Decoder[_T]", body: bytes) -> _T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error


def _comment(found: IssueComment, app_login: str | None) -> Routed:
    """A person's comment that has, or after an edit by its author has, something like a command.

    On an incident any new comment of a person counts: it is a word about how it stands.
    """
    comment = found.comment
    text = comment.body or ""
    a_word = found.action == "created" and _is_incident(found.issue.labels)
    if not (a_word or may_command(text)) or not _is_person(found.sender, app_login):
        return None
    previous = None
    if found.action == "edited":
        before = found.changes.body if found.changes else None
        if before is None or not _same(found.sender, comment.user):
            return None
        previous = before.from_ or ""
    elif found.action != "created":
        return None
    event = CommentEvent(
        repo=RepoName(found.repository.full_name),
        number=found.issue.number,
        comment_id=comment.id,
        body=text,
        previous=previous,
        sender=Login(found.sender.login),
        at=(comment.created_at if previous is None else comment.updated_at).astimezone(UTC),
    )
    return _conversation(found.repository, found.issue), event


def _issue(found: Issues, app_login: str | None) -> Routed:
    """What a person did by hand to an incident, or to an issue that bears the app's marker."""
    if found.action not in _ISSUE_ACTIONS or not _is_person(found.sender, app_login):
        return None
    labels = [*found.issue.labels, *([found.label] if found.label else [])]
    if not _is_incident(labels) and _MARKER_START not in (found.issue.body or ""):
        return None
    event = IssueEvent(
        repo=RepoName(found.repository.full_name),
        number=found.issue.number,
        action=found.action,
        sender=Login(found.sender.login),
        at=found.issue.updated_at.astimezone(UTC),
    )
    return _conversation(found.repository, found.issue), event


def _is_incident(labels: Iterable[Label]) -> bool:
    return any(label.name.casefold() == INCIDENT for label in labels)


def _push(found: Push, home: RepoName) -> Routed:
    """A push to the home repository's default branch that changes OWNERS.yaml, or may have."""
    repository = found.repository
    if repository.full_name.casefold() != home.casefold():
        return None
    if found.ref != f"refs/heads/{repository.default_branch}":
        return None
    if not (_may_hide_commits(found) or any(map(_touches_model, found.commits))):
        return None
    repo = RepoName(repository.full_name)
    return MODEL, PushEvent(repo=repo, sender=Login(found.sender.login))


def _may_hide_commits(push: Push) -> bool:
    """A forced push takes commits away; one without commits moves the branch to known ones."""
    return push.forced or not 0 < len(push.commits) < _COMMIT_LIST_MAY_BE_CUT


def _touches_model(commit: Commit) -> bool:
    files = [*commit.added, *commit.modified, *commit.removed]
    # A merge lists no files of its own.
    return not files or any(path.rpartition("/")[2] == _OWNERS_FILE for path in files)


def _installation(found: InstallationChange) -> Routed:
    gone = found.action in {"deleted", "suspend"}
    whole = found.repositories or []
    event = InstallationEvent(
        installation=found.installation.id,
        action=found.action,
        added=_names([*([] if gone else whole), *(found.repositories_added or [])]),
        removed=_names([*(whole if gone else []), *(found.repositories_removed or [])]),
    )
    return INSTALLATIONS, event


def _names(repositories: list[Repository]) -> tuple[RepoName, ...]:
    return tuple(RepoName(repository.full_name) for repository in repositories)


def _conversation(repository: Repository, issue: Issue) -> str:
    repo = RepoName(repository.full_name)
    return conversation_of_issue(repo, issue.number, issue.body or "", issue.author_is_bot)


def _is_person(sender: Account, app_login: str | None) -> bool:
    return not sender.is_bot and not (app_login and same_login(sender.login, app_login))


def _same(one: Account, other: Account | None) -> bool:
    return other is not None and same_login(one.login, other.login)
