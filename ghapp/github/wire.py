"""GitHub's JSON as facts; what is odd in a secondary field never costs the whole."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ghapp.core.facts import Comment, Issue, Permission, RepoName, Sha
from ghapp.github.errors import Unavailable, Unreadable
from ghapp.github.gateway import AppIdentity, File, Label
from ghapp.model.names import Login, same_login

GHOST = Login("ghost")
"""GitHub's own name for whoever has deleted their account; their `user` is null."""

EPOCH = datetime.fromtimestamp(0, UTC)
BOM = "\ufeff"
MAY_WRITE = frozenset({"admin", "maintain", "write"})
MAY_READ = frozenset({"triage", "read", "none"})


def issue(data: Any, repo: RepoName, bot: Login) -> Issue:
    """An issue or pull request; `bot` is the account that the App writes by."""
    found = _object(data)
    author = _login(found.get("user"))
    created_at = _time(found.get("created_at")) or EPOCH
    return Issue(
        repo=repo,
        number=_number(found, "number"),
        title=_text(found.get("title")),
        body=_text(found.get("body")),
        open=found.get("state") != "closed",
        labels=frozenset(filter(None, map(_label_name, _list(found.get("labels"))))),
        assignees=assignees(found),
        author=author,
        author_is_app=same_login(author, bot),
        created_at=created_at,
        updated_at=_time(found.get("updated_at")) or created_at,
        closed_at=_time(found.get("closed_at")),
        comments=_count(found.get("comments")),
        url=_text(found.get("html_url")),
        is_pull=isinstance(found.get("pull_request"), dict),
    )


def assignees(data: Any) -> tuple[Login, ...]:
    """Who an issue is assigned to."""
    people = _list(_object(data).get("assignees"))
    return tuple(_login(person) for person in people if isinstance(person, dict))


def comment(data: Any, bot: Login) -> Comment:
    """A comment on an issue."""
    found = _object(data)
    author = _login(found.get("user"))
    return Comment(
        id=_number(found, "id"),
        body=_text(found.get("body")),
        author=author,
        author_is_app=same_login(author, bot),
        created_at=_time(found.get("created_at")) or EPOCH,
    )


def identity(data: Any) -> AppIdentity:
    """The App of `GET /app`."""
    found = _object(data)
    permissions = found.get("permissions")
    return AppIdentity(
        id=_number(found, "id"),
        slug=_text(found.get("slug")),
        name=_text(found.get("name")),
        permissions={
            str(name): str(level)
            for name, level in (permissions if isinstance(permissions, dict) else {}).items()
        },
        events=tuple(event for event in _list(found.get("events")) if isinstance(event, str)),
    )


def permission(data: Any) -> Permission:
    """What `permission` of a collaborator means; `maintain` and `triage` arrive as write and read.

    https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """
    level = _object(data).get("permission")
    if level in MAY_WRITE:
        return Permission.YES
    return Permission.NO if level in MAY_READ else Permission.UNKNOWN


def file(data: Any, path: str) -> File:
    """A file of the contents API; raises `Unreadable` for anything but UTF-8 text of up to 1 MB."""
    if not isinstance(data, dict) or data.get("type", "file") != "file":
        raise Unreadable(f"{path} is not a file")
    if data.get("encoding") != "base64":
        raise Unreadable(f"{path} is larger than 1 MB")
    try:
        text = base64.b64decode(_text(data.get("content"))).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text: byte {error.start + 1}") from error
    except (binascii.Error, ValueError) as error:
        raise Unavailable(f"GitHub sent {path} damaged") from error
    bare = text.removeprefix(BOM)
    return File(bare, Sha(_text(data.get("sha"))), bom=bare != text)


def sha(data: Any) -> Sha:
    """The id of a commit."""
    return Sha(_text(_object(data).get("sha")))


def commit_of_write(data: Any) -> Sha:
    """The id of the commit that a change of a file has made."""
    return sha(_object(data).get("commit"))


def head(data: Any) -> Sha:
    """The commit that a branch points to."""
    return sha(_object(data).get("object"))


def pull_number(data: Any) -> int:
    """The number of a pull request."""
    return _number(_object(data), "number")


def default_branch(data: Any) -> str:
    """The default branch of a repository."""
    branch = _text(_object(data).get("default_branch"))
    if not branch:
        raise Unavailable("GitHub's answer has no default_branch")
    return branch


def repositories(data: Any) -> list[RepoName]:
    """The names in a page of an installation's repositories."""
    names = (
        _text(_object(one).get("full_name")) for one in items(_object(data).get("repositories"))
    )
    return [RepoName(name) for name in names if name]


def items(data: Any) -> list[Any]:
    """The members of a listing."""
    if not isinstance(data, list):
        raise Unavailable("GitHub's answer is not a list")
    return data


def label(data: Any) -> Label:
    """A label of a repository."""
    found = _object(data)
    return Label(
        _text(found.get("name")), _text(found.get("color")), _text(found.get("description"))
    )


def _object(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise Unavailable("GitHub's answer is not of the documented form")
    return data


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _number(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    if not isinstance(value, int):
        raise Unavailable(f"GitHub's answer has no {key}")
    return value


def _login(user: Any) -> Login:
    return Login(_text(user.get("login")) or GHOST) if isinstance(user, dict) else GHOST


def _label_name(value: Any) -> str:
    """Labels come as objects, and in some old answers as bare names."""
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _time(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
