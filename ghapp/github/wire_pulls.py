"""Pull requests: GitHub's JSON as facts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.github import fields, wire
from ghapp.github.wire import EPOCH
from ghapp.model.names import Login, same_login

PENDING = "pending"


def pull(data: Any, repo: RepoName, bot: Login) -> Pull:
    """A pull request of the API, or of an event; `bot` is the account that the App writes by."""
    found = fields.object_of(data)
    head, base = fields.object_of(found.get("head")), fields.object_of(found.get("base"))
    author = fields.login(found.get("user"))
    created_at = fields.time(found.get("created_at")) or EPOCH
    merged_at = fields.time(found.get("merged_at"))
    milestone = fields.object_or_empty(found.get("milestone")).get("number")
    return Pull(
        repo=repo,
        number=fields.number(found, "number"),
        title=fields.text(found.get("title")),
        body=fields.text(found.get("body")),
        author=author,
        author_is_app=same_login(author, bot),
        author_is_bot=is_bot(found.get("user")),
        head=sha(head),
        head_branch=fields.text(head.get("ref")),
        head_repo=RepoName(fields.text(fields.object_or_empty(head.get("repo")).get("full_name"))),
        base=fields.text(base.get("ref")),
        base_sha=sha(base),
        open=found.get("state") != "closed",
        draft=found.get("draft") is True,
        merged_at=merged_at,
        # Before the merge it is a trial commit of GitHub's.
        merge_commit=Sha(fields.text(found.get("merge_commit_sha"))) if merged_at else None,
        labels=frozenset(filter(None, map(fields.label_name, fields.list_of(found.get("labels"))))),
        milestone=milestone if isinstance(milestone, int) else None,
        assignees=wire.assignees(found),
        requested=tuple(map(fields.login, fields.list_of(found.get("requested_reviewers")))),
        requested_teams=tuple(_slugs(fields.list_of(found.get("requested_teams")))),
        created_at=created_at,
        updated_at=fields.time(found.get("updated_at")) or created_at,
        changed_files=_maybe(found.get("changed_files")),
        commits=_maybe(found.get("commits")),
        url=fields.text(found.get("html_url")),
    )


def sha(found: Any) -> Sha:
    """The id of a commit, which must be there."""
    value = fields.text(fields.object_of(found).get("sha"))
    return Sha(value or fields.missing("sha"))


def is_bot(user: Any) -> bool:
    """Whether an account is an App's or a machine's, by GitHub's own word or its login."""
    found = fields.object_or_empty(user)
    return found.get("type") == "Bot" or fields.text(found.get("login")).endswith("[bot]")


def changed_file(data: Any) -> ChangedFile:
    """A file of a pull request."""
    found = fields.object_of(data)
    return ChangedFile(
        path=fields.text(found.get("filename")) or fields.missing("filename"),
        status=fields.text(found.get("status")),
        previous=fields.text(found.get("previous_filename")),
        additions=fields.count(found.get("additions")),
        deletions=fields.count(found.get("deletions")),
        sha=Sha(fields.text(found.get("sha"))),
        patch=fields.text(found.get("patch")),
    )


def compared_files(data: Any) -> tuple[ChangedFile, ...]:
    """The files of a comparison."""
    return tuple(map(changed_file, fields.items(fields.object_of(data).get("files"))))


def reviews(listed: Iterable[Any]) -> tuple[Review, ...]:
    """The submitted reviews among those listed: what is pending only its author sees."""
    found = map(_review, map(fields.object_of, listed))
    return tuple(one for one in found if one.state != PENDING)


def _review(found: Any) -> Review:
    return Review(
        id=fields.number(found, "id"),
        author=fields.login(found.get("user")),
        author_is_bot=is_bot(found.get("user")),
        state=fields.text(found.get("state")).lower(),
        commit=Sha(fields.text(found.get("commit_id"))),
        at=fields.time(found.get("submitted_at")) or EPOCH,
    )


def commit(data: Any) -> Commit:
    """A commit of a pull request."""
    found = fields.object_of(data)
    git = fields.object_or_empty(found.get("commit"))
    committer = fields.object_or_empty(git.get("committer"))
    return Commit(
        sha=sha(found),
        message=fields.text(git.get("message")),
        author=_account(found.get("author")),
        committer=_account(found.get("committer")),
        parents=tuple(sha(parent) for parent in fields.list_of(found.get("parents"))),
        at=fields.time(committer.get("date")) or EPOCH,
    )


def pushed_at(activity: Iterable[Any], head: Sha) -> datetime | None:
    """When a branch last got this head, of what has happened to it, the newest first.

    https://docs.github.com/en/rest/repos/repos#list-repository-activities
    """
    found = map(fields.object_of, activity)
    return next(
        (fields.time(one.get("timestamp")) for one in found if one.get("after") == head), None
    )


def ready_at(events: Iterable[Any]) -> tuple[datetime, ...]:
    """When a pull request became ready for review, each time."""
    found = (one for one in map(fields.object_of, events) if one.get("event") == "ready_for_review")
    return tuple(filter(None, (fields.time(one.get("created_at")) for one in found)))


def logins(listed: Iterable[Any]) -> frozenset[Login]:
    """The names of accounts."""
    return frozenset(map(fields.login, listed))


def _account(user: Any) -> Login | None:
    """GitHub says null, and of some old commits an empty object."""
    return Login(fields.text(fields.object_or_empty(user).get("login"))) or None


def _slugs(teams: Iterable[Any]) -> Iterable[str]:
    return filter(None, (fields.text(fields.object_or_empty(team).get("slug")) for team in teams))


def _maybe(value: Any) -> int | None:
    return value if isinstance(value, int) else None
