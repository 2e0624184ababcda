"""Releases, tags and comparisons: GitHub's JSON as facts."""

from collections.abc import Sequence
from typing import Any

from ghapp.core.facts import Sha
from ghapp.github import fields
from ghapp.github.gateway_releases import Comparison, LoggedCommit, Notes, Release
from ghapp.github.wire import EPOCH, sha
from ghapp.model.names import Login, same_login

MOST_FILES = 300
"""A comparison lists so many files, all on its first page.

https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""


def release(data: Any, bot: Login) -> Release:
    """A release; `bot` is the account that the App writes by."""
    found = fields.object_of(data)
    author = fields.login(found.get("author"))
    return Release(
        id=fields.number(found, "id"),
        tag=fields.text(found.get("tag_name")),
        name=fields.text(found.get("name")),
        body=fields.text(found.get("body")),
        target=fields.text(found.get("target_commitish")),
        draft=found.get("draft") is True,
        prerelease=found.get("prerelease") is True,
        author=author,
        author_is_app=same_login(author, bot),
        created_at=fields.time(found.get("created_at")) or EPOCH,
        published_at=fields.time(found.get("published_at")),
        url=fields.text(found.get("html_url")),
    )


def comparison(pages: Sequence[Any]) -> Comparison:
    """A comparison, of all its pages of commits."""
    first = fields.object_of(pages[0])
    commits = [one for page in pages for one in fields.items(fields.object_of(page).get("commits"))]
    files = fields.items(first.get("files"))
    paths = [path for file in files for path in _paths(file)]
    return Comparison(
        base=sha(first.get("base_commit")),
        merge_base=sha(first.get("merge_base_commit")),
        ahead_by=fields.number(first, "ahead_by"),
        behind_by=fields.number(first, "behind_by"),
        commits=tuple(_commit(one) for one in commits),
        paths=tuple(dict.fromkeys(paths)),
        complete=len(files) < MOST_FILES and len(commits) >= fields.number(first, "total_commits"),
    )


def _paths(file: Any) -> list[str]:
    """A file that was renamed touches both places."""
    found = fields.object_of(file)
    names = (found.get("filename"), found.get("previous_filename"))
    return [name for name in map(fields.text, names) if name]


def _commit(data: Any) -> LoggedCommit:
    found = fields.object_of(data)
    message = fields.text(fields.object_or_empty(found.get("commit")).get("message"))
    return LoggedCommit(sha=sha(found), message=message, author=fields.login(found.get("author")))


def notes(data: Any) -> Notes:
    """Generated release notes."""
    found = fields.object_of(data)
    return Notes(fields.text(found.get("name")), fields.text(found.get("body")))


def target(data: Any) -> tuple[str, Sha]:
    """What a reference or an annotated tag points to: its kind (`commit`, `tag`) and id."""
    found = fields.object_of(fields.object_of(data).get("object"))
    return fields.text(found.get("type")), sha(found)


def tree(data: Any) -> Sha:
    """The tree of a commit."""
    return sha(fields.object_of(data).get("tree"))


def tag_name(data: Any) -> str:
    """The name of a reference that is a tag."""
    return fields.text(fields.object_of(data).get("ref")).removeprefix("refs/tags/")
