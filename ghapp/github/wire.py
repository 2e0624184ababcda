"""GitHub's JSON as facts; what is odd in a secondary field never costs the whole."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from ghapp.core.facts import Comment, Issue, Permission, RepoName, Sha
from ghapp.github import fields
from ghapp.github.errors import Unavailable, Unreadable
from ghapp.github.gateway import AppIdentity, File, Label
from ghapp.model.names import Login, same_login

EPOCH = datetime.fromtimestamp(0, UTC)
BOM = "\ufeff"
MAY_WRITE = frozenset({"admin", "maintain", "write"})
MAY_READ = frozenset({"triage", "read", "none"})


def issue(data: Any, repo: RepoName, bot: Login) -> Issue:
    """An issue or pull request; `bot` is the account that the App writes by."""
    found = fields.object_of(data)
    author = fields.login(found.get("user"))
    created_at = fields.time(found.get("created_at")) or EPOCH
    return Issue(
        repo=repo,
        number=fields.number(found, "number"),
        title=fields.text(found.get("title")),
        body=fields.text(found.get("body")),
        open=found.get("state") != "closed",
        labels=frozenset(filter(None, map(fields.label_name, fields.list_of(found.get("labels"))))),
        assignees=assignees(found),
        author=author,
        author_is_app=same_login(author, bot),
        created_at=created_at,
        updated_at=fields.time(found.get("updated_at")) or created_at,
        closed_at=fields.time(found.get("closed_at")),
        comments=fields.count(found.get("comments")),
        url=fields.text(found.get("html_url")),
        is_pull=isinstance(found.get("pull_request"), dict),
    )


def assignees(data: Any) -> tuple[Login, ...]:
    """Who an issue is assigned to."""
    people = fields.list_of(fields.object_of(data).get("assignees"))
    return tuple(fields.login(person) for person in people if isinstance(person, dict))


def comment(data: Any, bot: Login) -> Comment:
    """A comment on an issue."""
    found = fields.object_of(data)
    author = fields.login(found.get("user"))
    return Comment(
        id=fields.number(found, "id"),
        body=fields.text(found.get("body")),
        author=author,
        author_is_app=same_login(author, bot),
        created_at=fields.time(found.get("created_at")) or EPOCH,
    )


def identity(data: Any) -> AppIdentity:
    """The App of `GET /app`."""
    found = fields.object_of(data)
    permissions = found.get("permissions")
    return AppIdentity(
        id=fields.number(found, "id"),
        slug=fields.text(found.get("slug")),
        name=fields.text(found.get("name")),
        permissions={
            str(name): str(level)
            for name, level in (permissions if isinstance(permissions, dict) else {}).items()
        },
        events=tuple(
            event for event in fields.list_of(found.get("events")) if isinstance(event, str)
        ),
    )


def permission(data: Any) -> Permission:
    """What `permission` of a collaborator means; `maintain` and `triage` arrive as write and read.

    https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """
    level = fields.object_of(data).get("permission")
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
        text = base64.b64decode(fields.text(data.get("content"))).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text: byte {error.start + 1}") from error
    except (binascii.Error, ValueError) as error:
        raise Unavailable(f"GitHub sent {path} damaged") from error
    bare = text.removeprefix(BOM)
    return File(bare, Sha(fields.text(data.get("sha"))), bom=bare != text)


def folder(data: Any) -> dict[str, Sha]:
    """The files of a folder of the contents API: no folders in it, no links; none if it is no folder."""
    entries = map(fields.object_of, data if isinstance(data, list) else [])
    return {
        fields.text(one.get("name")): Sha(fields.text(one.get("sha")))
        for one in entries
        if one.get("type") == "file"
    }


def sha(data: Any) -> Sha:
    """The id of a commit."""
    return Sha(fields.text(fields.object_of(data).get("sha")))


def commit_of_write(data: Any) -> Sha:
    """The id of the commit that a change of a file has made."""
    return sha(fields.object_of(data).get("commit"))


def head(data: Any) -> Sha:
    """The commit that a branch points to."""
    return sha(fields.object_of(data).get("object"))


def pull_number(data: Any) -> int:
    """The number of a pull request."""
    return fields.number(fields.object_of(data), "number")


def default_branch(data: Any) -> str:
    """The default branch of a repository."""
    branch = fields.text(fields.object_of(data).get("default_branch"))
    if not branch:
        raise Unavailable("GitHub's answer has no default_branch")
    return branch


def repositories(data: Any) -> list[RepoName]:
    """The names in a page of an installation's repositories."""
    names = (
        fields.text(fields.object_of(one).get("full_name"))
        for one in fields.items(fields.object_of(data).get("repositories"))
    )
    return [RepoName(name) for name in names if name]


def label(data: Any) -> Label:
    """A label of a repository."""
    found = fields.object_of(data)
    return Label(
        fields.text(found.get("name")),
        fields.text(found.get("color")),
        fields.text(found.get("description")),
    )
