"""GitHub's events of issues, pull requests, comments and reviews, as what has happened to an item of the backlog."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from ghapp.core.facts import RepoName
from ghapp.core.github_event import ItemEvent, conversation_of_backlog
from ghapp.core.history import Happening, What
from ghapp.core.strict_json import Malformed
from ghapp.github import fields, wire_backlog
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login
from ghapp.web.github_payloads import Account, Repository
from ghapp.web.github_route import Place, Routed, decode

_GONE: Final = frozenset({"deleted", "transferred"})
_NOT_HEARD: Final = frozenset({"pinned", "unpinned", "enqueued", "dequeued"})


_ABSENT: Final = msgspec.Raw(b"null")


class _Change(msgspec.Struct):
    """What the four events have in common."""

    action: str
    repository: Repository
    sender: Account
    issue: msgspec.Raw = _ABSENT
    pull_request: msgspec.Raw = _ABSENT
    comment: msgspec.Raw = _ABSENT
    review: msgspec.Raw = _ABSENT
    label: dict[str, Any] | None = None
    assignee: dict[str, Any] | None = None
    requested_reviewer: dict[str, Any] | None = None


_changes = msgspec.json.Decoder(_Change)


def item(body: bytes, wanted: Callable[[RepoName], bool], place: Place) -> Iterator[Routed]:
    """Whatever happens to an item in a repository whose backlog is kept, unless it is the app's own."""
    found = decode(_changes, body)
    repo = RepoName(found.repository.full_name)
    if not wanted(repo) or found.action in _NOT_HEARD:
        return
    try:
        event = _event(found, repo, place)
    except (Unavailable, msgspec.DecodeError) as error:
        raise Malformed(str(error)) from error
    if not event.item.author_is_app:
        yield conversation_of_backlog(repo), event


def _event(found: _Change, repo: RepoName, place: Place) -> ItemEvent:
    pull, comment = _read(found.pull_request), _read(found.comment)
    review, data = _read(found.review), pull or _read(found.issue)
    bot = Login(place.app_login or "")
    listed = wire_backlog.listed(data, repo, bot, is_pull=True if pull else None)
    action, one = found.action, None
    if comment is not None:
        one = wire_backlog.comment(comment, bot) if action == "created" else None
    elif review is not None:
        one = wire_backlog.review(review) if action == "submitted" else None
        action = {"submitted": "reviewed", "dismissed": "deleted"}.get(action, action)
    elif action not in {"opened", *_GONE}:
        one = _happening(found, listed.item.updated_at)
    return ItemEvent(
        item=listed.item,
        action=action,
        closed_at=listed.closed_at,
        gone=action in _GONE and comment is None and review is None,
        happening=one,
        by_app=place.is_app(found.sender),
        counted="comments" in fields.object_of(data),
    )


def _happening(found: _Change, at: datetime) -> Happening:
    """What was done to the item itself; GitHub tells of it at once."""
    sender = found.sender
    if found.action == "synchronize":
        return Happening(what=What.PUSHED, at=at, by=Login(sender.login), by_bot=sender.is_bot)
    entry = {
        "actor": {"login": sender.login, "type": sender.type},
        "created_at": at.isoformat(),
        "label": found.label,
        "assignee": found.assignee,
        "requested_reviewer": found.requested_reviewer,
    }
    return wire_backlog.event(found.action, entry)


def _read(raw: msgspec.Raw) -> Any:
    return msgspec.json.decode(raw)
