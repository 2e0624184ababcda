"""Trees and the past of files: GitHub's JSON as facts."""

from typing import Any

from ghapp.core.facts import Sha
from ghapp.github import fields
from ghapp.github.gateway_docs import FileCommit, Merged, Tree
from ghapp.github.wire import EPOCH
from ghapp.model.names import Login


def tree(data: Any) -> Tree:
    """The files of a tree; folders and submodules are none."""
    found = fields.object_of(data)
    entries = [fields.object_of(one) for one in fields.items(found.get("tree"))]
    files = {
        fields.text(one.get("path")): Sha(fields.text(one.get("sha")))
        for one in entries
        if one.get("type") == "blob"
    }
    return Tree(files, complete=found.get("truncated") is not True)


def file_commit(data: Any) -> FileCommit:
    """A commit of a listing."""
    found = fields.object_of(data)
    told = fields.object_or_empty(found.get("commit"))
    at = fields.time(fields.object_or_empty(told.get("committer")).get("date"))
    login = fields.text(fields.object_or_empty(found.get("author")).get("login"))
    sha = fields.text(found.get("sha")) or fields.missing("sha")
    return FileCommit(Sha(sha), Login(login) if login else None, at or EPOCH)


def merged(data: Any) -> Merged | None:
    """A pull request of a listing, if it was merged."""
    found = fields.object_of(data)
    at = fields.time(found.get("merged_at"))
    if at is None:
        return None
    return Merged(fields.number(found, "number"), fields.login(found.get("user")), at)


def previous_name(data: Any, path: str) -> str:
    """Where a file was before a commit that renamed it."""
    files = fields.list_of(fields.object_of(data).get("files"))
    for one in map(fields.object_or_empty, files):
        if one.get("filename") == path and one.get("status") == "renamed":
            return fields.text(one.get("previous_filename"))
    return ""
